"""The rules and options of Keras 3: by hand in NumPy, and numbers of Keras 3.15 (see `make_keras_3.py`)."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from keras import layers as L
from keras import optimizers
from keras.backend.program import Program
from keras.backend.variable import Variable
from keras.models import Sequential
from keras.optimizers import schedules

STORED = json.loads((Path(__file__).parent / "keras_3.json").read_text())
SHAPES, STEPS = [(3, 2), (4,), (2, 3, 2)], 7
RNG = np.random.default_rng(0)
DRAWN = [[RNG.normal(size=s).astype("float32") for s in SHAPES] for _ in range(STEPS + 1)]
START, GRADIENTS = DRAWN[0], DRAWN[1:]
EMA = {"use_ema": True, "ema_momentum": 0.8}


def after(optimizer, compiled=False):
    """The weights that seven steps leave."""
    weights = [Variable(p) for p in START]
    step = lambda *gradients: optimizer.apply(gradients, weights)  # noqa: E731
    run = Program(step) if compiled else step
    for gradients in GRADIENTS:
        run(*gradients)
    return weights


def check(weights, expected, **tolerances):
    for weight, value in zip(weights, expected, strict=True):
        value = np.asarray(value).reshape(weight.shape)
        np.testing.assert_allclose(weight.numpy(), value, **(tolerances or {"atol": 5e-6}))


# ------------------------------------------------------------------ numbers of Keras 3
INSIDE = {"epsilon_inside": True}
CASES = {
    "adafactor": lambda: optimizers.Adafactor(0.1),
    "adafactor_absolute": lambda: optimizers.Adafactor(0.1, -0.5, 1e-30, 0.2, 0.7, False),
    "adafactor_decay": lambda: optimizers.Adafactor(0.1, weight_decay=0.2),
    "adagrad": lambda: optimizers.Adagrad(0.1, initial_accumulator_value=0.1, **INSIDE),
    "adam_each_clipped": lambda: optimizers.Adam(0.1, weight_decay=0.2, clipnorm_each=1.2),
    "adam_gathered": lambda: optimizers.Adam(
        0.1, weight_decay=0.2, clipnorm_each=1.2, gradient_accumulation_steps=2, **EMA
    ),
    "adam_overwritten": lambda: optimizers.Adam(
        0.1, gradient_accumulation_steps=2, ema_overwrite_frequency=2, **EMA
    ),
    "ftrl": lambda: optimizers.Ftrl(0.1),
    "ftrl_all": lambda: optimizers.Ftrl(0.1, -0.7, 0.2, 0.05, 0.1, 0.2, 0.3, weight_decay=0.2),
    "muon": lambda: optimizers.Muon(0.1),
    "muon_other": lambda: optimizers.Muon(
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
    "muon_unscaled": lambda: optimizers.Muon(
        0.1, weight_decay=None, adam_weight_decay=None, rms_rate=None
    ),
    "nadam_gathered": lambda: optimizers.Nadam(
        0.1, schedule_decay=1.0, gradient_accumulation_steps=2
    ),
    "rmsprop_centered": lambda: optimizers.RMSprop(0.1, epsilon=0.01, centered=True, **INSIDE),
    "rmsprop_both": lambda: optimizers.RMSprop(
        0.1, 0.8, 0.01, momentum=0.8, centered=True, **INSIDE
    ),
    "rmsprop_momentum": lambda: optimizers.RMSprop(0.1, epsilon=0.01, momentum=0.8, **INSIDE),
    "sgd_averaged": lambda: optimizers.SGD(0.1, 0.9, **EMA),
    "sgd_gathered": lambda: optimizers.SGD(0.1, 0.9, gradient_accumulation_steps=3),
    "sgd_overwritten": lambda: optimizers.SGD(0.1, 0.9, ema_overwrite_frequency=3, **EMA),
    "sgd_scheduled": lambda: optimizers.SGD(
        schedules.InverseTimeDecay(0.1, 1, 0.5), gradient_accumulation_steps=2
    ),
}


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
@pytest.mark.parametrize("name", CASES)
def test_seven_steps_are_those_of_keras_3(name, compiled):
    optimizer, stored = CASES[name](), STORED[name]
    weights = after(optimizer, compiled)
    check(weights, stored["weights"])
    optimizer.finish(weights)
    check(weights, stored.get("averages", stored["weights"]))


def test_every_stored_case_is_replayed():
    assert set(CASES) == set(STORED)


@pytest.mark.parametrize("name", CASES)
def test_configs_and_states_go_out_and_in(name):
    first = CASES[name]()
    weights = after(first)
    second = optimizers.deserialize(json.loads(json.dumps(optimizers.serialize(first))))
    assert second.get_config() == first.get_config()
    again = [Variable(weight.numpy()) for weight in weights]
    second.build(again)
    second.set_weights(first.get_weights())
    for gradients in GRADIENTS:
        first.apply(gradients, weights)
        second.apply(gradients, again)
    check(again, [weight.numpy() for weight in weights], atol=1e-6)


# ------------------------------------------------------------------ by hand
def by_hand(rule, decay=0.0):
    values, slots = [p.astype("float64") for p in START], [{} for _ in START]
    for step, gradients in enumerate(GRADIENTS):
        values = [
            rule(g.astype("float64"), p * (1 - decay), s, step + 1)
            for g, p, s in zip(gradients, values, slots, strict=True)
        ]
    return values


def rms(x):
    return math.sqrt(np.mean(x**2))


def adafactor(g, p, s, t):
    kept = 1 - t**-0.8
    squares = g**2 + 1e-30
    mean = lambda name, new: kept * s.get(name, 0) + (1 - kept) * new  # noqa: E731
    if g.ndim < 2:
        size = s["v"] = mean("v", squares)
    else:
        s["r"], s["c"] = mean("r", squares.mean(-1)), mean("c", squares.mean(-2))
        size = s["r"][..., :, None] * s["c"][..., None, :]
        size /= s["r"].mean(-1)[..., None, None]
    step = g / np.sqrt(size)
    step /= max(1, rms(step))
    return p - min(0.1, 1 / math.sqrt(t)) * max(1e-3, rms(p)) * step


def ftrl(g, p, s, t, lr=0.1, l1=0.05):
    before = s.get("n", 0.1)
    s["n"] = before + g**2
    s["z"] = s.get("z", 0) + g - (np.sqrt(s["n"]) - np.sqrt(before)) / lr * p
    far = np.abs(s["z"]) > l1
    return np.where(far, (np.sign(s["z"]) * l1 - s["z"]) / (np.sqrt(s["n"]) / lr), 0)


def muon(g, p, s, t, lr=0.1):
    if g.ndim == 2:
        s["m"] = 0.95 * s.get("m", 0) + g
        u, sizes, v = np.linalg.svd(g + 0.95 * s["m"], full_matrices=False)
        sizes /= np.linalg.norm(sizes)
        for _ in range(5):
            # What the iteration does to singular values.
            sizes = 3.4445 * sizes - 4.775 * sizes**3 + 2.0315 * sizes**5
        return p * (1 - 0.004 * lr) - lr * 0.2 * math.sqrt(max(g.shape)) * (u * sizes) @ v
    s["m"] = 0.9 * s.get("m", 0) + 0.1 * g
    s["v"] = 0.999 * s.get("v", 0) + 0.001 * g**2
    rate = lr * math.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    return p * (1 - 0.004 * lr) - rate * s["m"] / (np.sqrt(s["v"]) + 1e-7)


def rmsprop(g, p, s, t):
    s["a"] = 0.9 * s.get("a", 0) + 0.1 * g**2
    s["g"] = 0.9 * s.get("g", 0) + 0.1 * g
    s["v"] = 0.5 * s.get("v", 0) + 0.1 * g / (np.sqrt(s["a"] - s["g"] ** 2) + 0.01)
    return p - s["v"]


BY_HAND = {
    "adafactor": (optimizers.Adafactor(0.1), adafactor),
    "ftrl": (optimizers.Ftrl(0.1, l1_regularization_strength=0.05), ftrl),
    "muon": (optimizers.Muon(0.1), muon),
    "rmsprop": (optimizers.RMSprop(0.1, epsilon=0.01, momentum=0.5, centered=True), rmsprop),
}


@pytest.mark.parametrize(("optimizer", "rule"), BY_HAND.values(), ids=BY_HAND)
def test_seven_steps_by_hand(optimizer, rule):
    check(after(optimizer), by_hand(rule), rtol=3e-5, atol=1e-5)


def test_an_ftrl_of_nothing_stays_finite():
    weight = Variable([1.0, 2.0])
    rule = optimizers.Ftrl(0.1, initial_accumulator_value=0.0)
    rule.apply([np.array([0.0, 1.0], "float32")], [weight])
    # Without a gradient the closed form is zero; with one it is the start's share and a step.
    np.testing.assert_allclose(weight.numpy(), [0.0, 2.0 - 0.1], rtol=1e-5)


def test_which_weights_muon_leaves_to_adam():
    rule = optimizers.Muon(exclude_layers=["last"])
    shapes = {"dense/kernel": (2, 3), "My_Embedding/embeddings": (2, 3), "last/kernel": (2, 3)}
    weights = [Variable(np.zeros(s), name=name) for name, s in shapes.items()]
    rule.build([*weights, Variable(np.zeros((2, 2, 2)), name="conv/kernel")])
    second = [tuple(w.shape) for w in rule.weights if w.name.endswith("/v")]
    assert second == [(0,), (2, 3), (2, 3), (2, 2, 2)]
    everything = optimizers.Muon(exclude_embeddings=False)
    everything.build(weights[:2])
    assert [tuple(w.shape) for w in everything.weights[3:]] == [(0,), (0,)]


# ------------------------------------------------------------------ in training
def test_fit_ends_with_the_averages_and_gathers_batches():
    random = np.random.default_rng(1)
    x, y = random.normal(size=(24, 3)).astype("float32"), random.normal(size=(24, 1))
    trained = {}
    for name, options in (("plain", {"use_ema": True}), ("whole", {})):
        model = Sequential([L.Dense(1, input_shape=(3,), kernel_initializer="ones")])
        gathers = {"gradient_accumulation_steps": 4, **options}
        rule = optimizers.SGD(0.1, **(gathers if name == "plain" else {}))
        model.compile(rule, "mse")
        model.fit(x, y, batch_size=6 if name == "plain" else 24, shuffle=False, verbose=0)
        trained[name] = model.get_weights()
    # One step of four batches is that of all rows; of a single step the average is the weights.
    for a, b in zip(trained["plain"], trained["whole"], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5)


def test_fit_puts_the_averages_in_place_of_the_weights():
    x, y = np.ones((8, 1), "float32"), np.zeros((8, 1), "float32")
    model = Sequential([L.Dense(1, use_bias=False, input_shape=(1,), kernel_initializer="ones")])
    model.compile(optimizers.SGD(0.25, use_ema=True, ema_momentum=0.5), "mse")
    model.fit(x, y, batch_size=4, epochs=1, verbose=0)
    # The gradient is 2 w: the weight is 1, 0.5, 0.25, the average 0.5, then half of 0.5 + 0.25.
    np.testing.assert_allclose(model.get_weights()[0], [[0.375]], rtol=1e-6)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: optimizers.SGD(gradient_accumulation_steps=0), ValueError, "whole number >= 1"),
        (lambda: optimizers.SGD(ema_overwrite_frequency=1.5), ValueError, "got 1.5"),
        (lambda: optimizers.SGD(ema_momentum=1.0), ValueError, "ema_momentum should be"),
        (lambda: optimizers.Ftrl(learning_rate_power=0.5), ValueError, "learning_rate_power"),
        (lambda: optimizers.Muon(exclude_layers=["(a+)+$"]), ValueError, "plain parts of names"),
        (lambda: optimizers.Adam(ema=True), TypeError, "no argument 'ema'; it takes .*use_ema"),
    ],
)
def test_errors(make, error, message):
    with pytest.raises(error, match=message):
        make()
