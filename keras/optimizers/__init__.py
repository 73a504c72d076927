"""Optimizers: the rules by which gradients change weights."""

from keras import registry
from keras.optimizers import loss_scale, schedules
from keras.optimizers.accumulated import Adadelta, Adagrad, RMSprop
from keras.optimizers.adafactor import Adafactor
from keras.optimizers.ftrl import Ftrl
from keras.optimizers.loss_scale import LossScaleOptimizer
from keras.optimizers.moments import Adam, Adamax, AdamW, Lamb, Lion, Nadam
from keras.optimizers.momentum import SGD
from keras.optimizers.muon import Muon
from keras.optimizers.optimizer import Optimizer, clip_norm

adadelta = Adadelta
adagrad = Adagrad
adam = Adam
adamax = Adamax
nadam = Nadam
rmsprop = RMSprop
sgd = SGD

__all__ = [
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lamb",
    "Lion",
    "LossScaleOptimizer",
    "Muon",
    "Nadam",
    "Optimizer",
    "RMSprop",
    "SGD",
    "adadelta",
    "adagrad",
    "adam",
    "adamax",
    "clip_norm",
    "deserialize",
    "get",
    "nadam",
    "rmsprop",
    "schedules",
    "serialize",
    "sgd",
]

_RULES = (
    Adadelta,
    Adafactor,
    Adagrad,
    Adam,
    AdamW,
    Adamax,
    Ftrl,
    Lamb,
    Lion,
    Muon,
    Nadam,
    RMSprop,
    SGD,
)
_TABLE = {name: rule for rule in _RULES for name in (rule.__name__, rule.__name__.lower())}
loss_scale.register(_TABLE)
_TABLE["LossScaleOptimizer"] = LossScaleOptimizer


def serialize(optimizer):
    """Return the config dict of an optimizer; None for None."""
    return registry.serialize(optimizer)


def deserialize(config, custom_objects=None):
    """Return the optimizer that `serialize` described.

    Raises:
        ValueError: for an unknown name.
    """
    return registry.deserialize(config, _TABLE, "optimizer", custom_objects)


def get(identifier):
    """Return the optimizer for a name, a config dict, a class or an optimizer.

    Raises:
        ValueError: for an unknown name or another type.

    Examples:
        >>> get("adam").get_config()["lr"]
        0.001
    """
    return identifier if isinstance(identifier, Optimizer) else deserialize(identifier)
