"""The compiler's options: programs compiled with them give what NumPy gives."""

import jax
import numpy as np
import pytest

from keras.backend.compute import compute
from keras.backend.jax import cpu

SHAPES = [(1,), (7,), (3, 5), (33, 65), (2, 3, 17), (5, 1, 9, 4), (6, 7, 8, 3)]
REDUCTIONS = {"sum": np.sum, "mean": np.mean, "max": np.max, "min": np.min, "prod": np.prod}


@pytest.fixture(autouse=True)
def all_optimizations():
    """As users have them; the tests of this project are else compiled in a hurry."""
    before = jax.config.values["jax_disable_most_optimizations"]
    jax.config.update("jax_disable_most_optimizations", False)
    yield
    jax.config.update("jax_disable_most_optimizations", before)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", REDUCTIONS)
def test_reductions(name, shape):
    x = np.random.RandomState(0).normal(size=shape).astype("float32")
    axes = [None, *range(len(shape)), *(tuple(range(n)) for n in range(2, len(shape)))]

    def reduce(x):
        return [getattr(compute, name)(compute.multiply(x, 1.5), axis=axis) for axis in axes]

    for axis, found in zip(axes, compute.compile(reduce)(x), strict=True):
        expected = REDUCTIONS[name](x.astype("float64") * 1.5, axis=axis)
        np.testing.assert_allclose(found, expected, rtol=2e-5, atol=1e-5)


def test_numbers_that_are_none():
    x = np.ones((40, 9), "float32")
    x[3, 1], x[5, 2], x[6, 3], x[7, 3] = np.nan, np.inf, np.inf, -np.inf
    total, largest = compute.compile(lambda x: (compute.sum(x, axis=0), compute.max(x, axis=0)))(x)
    with np.errstate(invalid="ignore"):
        np.testing.assert_array_equal(total, x.sum(axis=0))
    np.testing.assert_array_equal(largest, x.max(axis=0))


def test_unknown_options_are_left_out():
    assert not cpu._are_known({"xla_cpu_no_such_option": "on"})
    assert cpu.compiler_options() in (cpu._PRODUCTS_AND_SUMS, cpu._PRODUCTS, {})
