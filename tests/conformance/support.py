"""What the tests of this folder share: arrays in and out of the backend, comparison, and what has been covered."""

import numpy as np

from keras import config
from keras.backend import dtypes
from keras.backend.compute import compute

# The float type under test, and how closely a primitive should agree with NumPy in it.
FLOAT = config.floatx()
TOLERANCE = {"float32": 1e-5, "float64": 1e-12}[FLOAT]

COVERED = set()


def covers(*names):
    """Note that a test covers these primitives."""
    COVERED.update(names)
    return lambda test: test


def tensor(x, dtype=None):
    """Return NumPy data as the backend's array; floats in the type under test."""
    x = np.asarray(x)
    return compute.asarray(x, dtype or (FLOAT if x.dtype.kind == "f" else str(x.dtype)))


def host(x):
    """Return the backend's array as a NumPy array."""
    assert compute.is_tensor(x), f"{type(x)} is no array of the backend"
    return compute.to_numpy(x)


def dtype_name(x):
    """Return the name of the dtype of one of the backend's arrays."""
    return dtypes.standardize(x.dtype)


def stored_as(dtype):
    """Return the dtype that the backend stores for one asked for: some know no 64-bit integers."""
    return dtypes.standardize(compute.Spec((), dtype).dtype)


def random(seed=0):
    """Return a NumPy generator."""
    return np.random.default_rng(seed)


def normal(shape, seed=0):
    """Return normal draws as the float type under test holds them."""
    return random(seed).normal(size=shape).astype(FLOAT)


def check(found, expected, factor=1.0):
    """Compare an array of the backend with NumPy's: shape, kind of dtype, values."""
    values, expected = host(found), np.asarray(expected)
    assert values.shape == expected.shape
    assert tuple(found.shape) == expected.shape
    if expected.dtype.kind == "f":
        assert dtype_name(found) == FLOAT
        rtol = factor * TOLERANCE
        np.testing.assert_allclose(values, expected, rtol=rtol, atol=rtol)
    else:
        assert values.dtype.kind in ("iu" if expected.dtype.kind in "iu" else expected.dtype.kind)
        np.testing.assert_array_equal(values, expected)


def differences(function, x, step=1e-4):
    """Return the gradient of a NumPy function, whose value is a scalar, by central differences in float64."""
    x = np.array(x, "float64")
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        kept = x[index]
        x[index] = kept + step
        above = function(x)
        x[index] = kept - step
        gradient[index] = (above - function(x)) / (2 * step)
        x[index] = kept
    return gradient
