"""One row of the layer tables, and the numbers that go into it.

Runs both in Python 3.6 beside Keras 2.2.4 and in the test suite.
"""

import zlib
from collections import namedtuple

import numpy as np

Row = namedtuple("Row", "name build inputs options")
Spec = namedtuple("Spec", "kind shape high")

DEFAULTS = {
    "batch": 3,  # samples
    "train": True,  # two steps of SGD after the forward pass, where there is a weight to train
    "shift": True,  # a trainable offset before each real input, so that input gradients show
    "positive": False,  # weights from (0.2, 1) in place of (-0.5, 0.5), for variances
    "stateful": False,  # fixed batch size, a second call, and a third after reset_states
    "lr": 0.1,
}


def row(name, build, *inputs, **options):
    """A case: `build(*tensors) -> tensor or tensors`, with one shape or Spec an input."""
    unknown = set(options) - set(DEFAULTS)
    if unknown:
        raise ValueError(f"row {name}: unknown options {sorted(unknown)}")
    specs = [spec if isinstance(spec, Spec) else Spec("real", spec, None) for spec in inputs]
    return Row(name, build, specs, dict(DEFAULTS, **options))


def ints(shape, high):
    """An input of whole numbers from 0 up to but not including `high`."""
    return Spec("ints", shape, high)


def padded(shape):
    """A real input (steps, ...) with some time steps all zero."""
    return Spec("padded", shape, None)


def padded_ints(shape, high):
    """An input of whole numbers from 1 up to `high`, with some steps zero."""
    return Spec("padded_ints", shape, high)


def rng(name):
    """The random stream that belongs to a name."""
    return np.random.RandomState(zlib.crc32(name.encode()) & 0xFFFFFFFF)


def present(batch, steps):
    """Which steps of each sample hold data: all; all but the last two; neither first nor middle."""
    mask = np.ones((batch, steps), "float32")
    for sample in range(batch):
        if sample % 3 == 1:
            mask[sample, -2:] = 0
        if sample % 3 == 2:
            mask[sample, [0, steps // 2]] = 0
    return mask


def draw(spec, batch, random):
    """An input batch for a spec."""
    shape = (batch,) + tuple(spec.shape)
    if spec.kind == "real":
        return random.uniform(-1, 1, shape).astype("float32")
    if spec.kind == "ints":
        return random.randint(0, spec.high, shape).astype("int32")
    mask = present(batch, shape[1])
    if spec.kind == "padded":
        values = random.uniform(-1, 1, shape).astype("float32")
        return values * mask.reshape(mask.shape + (1,) * (len(shape) - 2))
    return random.randint(1, spec.high, shape).astype("int32") * mask.astype("int32")
