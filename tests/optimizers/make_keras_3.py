"""Makes `keras_3.json`: run by a Python that has Keras 3.15.1 and JAX, with the file's path as its argument.

Each case is seven steps on three weights, for gradients that the seed tells: the weights after them, flat, and where
moving averages were kept, what the weights are when these have taken their place.
"""

import json
import os
import sys

os.environ["KERAS_BACKEND"] = "jax"

import numpy as np

import keras

RULES, SCHEDULES = keras.optimizers, keras.optimizers.schedules
SHAPES, STEPS = [(3, 2), (4,), (2, 3, 2)], 7
EMA = {"use_ema": True, "ema_momentum": 0.8}

CASES = {
    "adafactor": lambda: RULES.Adafactor(0.1),
    "adafactor_absolute": lambda: RULES.Adafactor(0.1, -0.5, 1e-30, 0.2, 0.7, False),
    "adafactor_decay": lambda: RULES.Adafactor(0.1, weight_decay=0.2),
    "adagrad": lambda: RULES.Adagrad(0.1),
    "adam_each_clipped": lambda: RULES.Adam(0.1, weight_decay=0.2, clipnorm=1.2),
    "adam_gathered": lambda: RULES.Adam(
        0.1, weight_decay=0.2, clipnorm=1.2, gradient_accumulation_steps=2, **EMA
    ),
    "adam_overwritten": lambda: RULES.Adam(
        0.1, gradient_accumulation_steps=2, ema_overwrite_frequency=2, **EMA
    ),
    "ftrl": lambda: RULES.Ftrl(0.1),
    "ftrl_all": lambda: RULES.Ftrl(0.1, -0.7, 0.2, 0.05, 0.1, 0.2, 0.3, weight_decay=0.2),
    "muon": lambda: RULES.Muon(0.1),
    "muon_other": lambda: RULES.Muon(
        0.1,
        adam_beta_1=0.8,
        adam_weight_decay=0.2,
        epsilon=1e-5,
        weight_decay=0.3,
        adam_lr_ratio=0.5,
        momentum=0.8,
        ns_steps=3,
        nesterov=False,
        rms_rate=0.4,
    ),
    "muon_unscaled": lambda: RULES.Muon(
        0.1, weight_decay=None, adam_weight_decay=None, rms_rate=None
    ),
    "nadam_gathered": lambda: RULES.Nadam(0.1, gradient_accumulation_steps=2),
    "rmsprop_centered": lambda: RULES.RMSprop(0.1, epsilon=0.01, centered=True),
    "rmsprop_both": lambda: RULES.RMSprop(0.1, 0.8, 0.8, epsilon=0.01, centered=True),
    "rmsprop_momentum": lambda: RULES.RMSprop(0.1, momentum=0.8, epsilon=0.01),
    "sgd_averaged": lambda: RULES.SGD(0.1, momentum=0.9, **EMA),
    "sgd_gathered": lambda: RULES.SGD(0.1, momentum=0.9, gradient_accumulation_steps=3),
    "sgd_overwritten": lambda: RULES.SGD(0.1, momentum=0.9, ema_overwrite_frequency=3, **EMA),
    "sgd_scheduled": lambda: RULES.SGD(
        SCHEDULES.InverseTimeDecay(0.1, 1, 0.5), gradient_accumulation_steps=2
    ),
}


def values(variables):
    return [np.asarray(variable.value).ravel().tolist() for variable in variables]


def run(rule):
    random = np.random.default_rng(0)
    start, *drawn = [
        [random.normal(size=shape).astype("float32") for shape in SHAPES] for _ in range(1 + STEPS)
    ]
    variables = [keras.Variable(value) for value in start]
    for values_drawn in drawn:
        gradients = [keras.ops.convert_to_tensor(gradient) for gradient in values_drawn]
        rule.apply_gradients(list(zip(gradients, variables)))
    result = {"weights": values(variables)}
    if rule.use_ema:
        rule.finalize_variable_values(variables)
        result["averages"] = values(variables)
    return result


if __name__ == "__main__":
    with open(sys.argv[1], "w") as file:
        json.dump({name: run(make()) for name, make in CASES.items()}, file)
