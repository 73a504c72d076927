"""Optimizers: weights after some steps of a tiny model, and the optimizer's own state."""

import numpy as np

from keras import layers as L
from keras import optimizers as O
from keras.models import Model

from ..row import rng
from ..runner import numbered, random_weights

STEPS = (1, 2, 5, 20)
EXTRAS = {
    "": {},
    "_decay": {"decay": 0.1},
    "_clipnorm": {"clipnorm": 0.1},
    "_clipvalue": {"clipvalue": 0.02},
}
OPTIMIZERS = {
    "sgd": lambda **kw: O.SGD(lr=0.1, **kw),
    "sgd_momentum": lambda **kw: O.SGD(lr=0.1, momentum=0.9, **kw),
    "sgd_nesterov": lambda **kw: O.SGD(lr=0.1, momentum=0.9, nesterov=True, **kw),
    "rmsprop": lambda **kw: O.RMSprop(lr=0.01, **kw),
    "adagrad": lambda **kw: O.Adagrad(lr=0.1, **kw),
    "adadelta": lambda **kw: O.Adadelta(**kw),
    "adam": lambda **kw: O.Adam(lr=0.02, **kw),
    "adam_amsgrad": lambda **kw: O.Adam(lr=0.02, beta_2=0.9, amsgrad=True, **kw),
    "adamax": lambda **kw: O.Adamax(lr=0.02, **kw),
    "nadam": lambda **kw: O.Nadam(lr=0.02, **kw),
}
OTHERS = {
    "sgd_defaults": lambda: O.SGD(),
    "rmsprop_defaults": lambda: O.RMSprop(),
    "rmsprop_rho_epsilon": lambda: O.RMSprop(lr=0.01, rho=0.5, epsilon=0.01),
    "adagrad_defaults": lambda: O.Adagrad(),
    "adagrad_epsilon": lambda: O.Adagrad(lr=0.1, epsilon=0.1),
    "adadelta_rho": lambda: O.Adadelta(lr=2.0, rho=0.5, epsilon=0.01),
    "adam_defaults": lambda: O.Adam(),
    "adam_betas": lambda: O.Adam(lr=0.02, beta_1=0.5, beta_2=0.8, epsilon=0.01),
    "adamax_defaults": lambda: O.Adamax(),
    "nadam_defaults": lambda: O.Nadam(),
    "nadam_schedule_decay": lambda: O.Nadam(lr=0.02, schedule_decay=0.1),
    "sgd_everything": lambda: O.SGD(
        lr=0.5, momentum=0.5, nesterov=True, decay=0.01, clipnorm=0.5, clipvalue=0.1
    ),
    "string_adam": lambda: "adam",
    "string_rmsprop": lambda: "rmsprop",
    "string_sgd": lambda: "sgd",
    "string_nadam": lambda: "Nadam",
}


def tiny():
    """Three inputs, four tanh units, two outputs, with the same random weights every time."""
    x = L.Input((3,))
    model = Model(x, L.Dense(2)(L.Dense(4, activation="tanh")(x)))
    shapes = [w.shape for w in model.get_weights()]
    model.set_weights(random_weights(shapes, rng("optimizers")))
    return model


def run(make):
    """Losses, the weights after some steps, and the optimizer's weights after the last."""
    model, random = tiny(), rng("optimizer data")
    model.compile(make(), "mse")
    result, losses = {}, []
    for step in range(1, STEPS[-1] + 1):
        x = random.uniform(-1, 1, (8, 3)).astype("float32")
        y = random.uniform(-1, 1, (8, 2)).astype("float32")
        losses.append(float(model.train_on_batch(x, y)))
        if step in STEPS:
            result.update(numbered(f"step{step}_w", model.get_weights()))
    slots = model.optimizer.get_weights()
    result["losses"] = losses
    result["slot_shapes"] = [[int(n) for n in slot.shape] for slot in slots]
    result.update(numbered("slot", [np.asarray(slot, "float32") for slot in slots]))
    return result


def case(make, **kwargs):
    """A function that runs one optimizer."""
    return lambda: run(lambda: make(**kwargs))


OPTIMIZER_CASES = {
    name + label: case(make, **extra)
    for name, make in OPTIMIZERS.items()
    for label, extra in EXTRAS.items()
    if (name, label) != ("nadam", "_decay")  # Nadam has schedule_decay in its place
}
OPTIMIZER_CASES.update({name: case(make) for name, make in OTHERS.items()})
