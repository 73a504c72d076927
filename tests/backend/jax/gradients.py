"""Compares a function's gradients with those that JAX derives of another way to write it."""

import jax
import jax.numpy as jnp
import numpy as np


def check_gradients(own, plain, *arguments):
    """Compare the gradients of two functions by all arguments; return the two values."""
    expected, back = jax.vjp(plain, *arguments)
    value, own_back = jax.vjp(own, *arguments)
    slope = jnp.asarray(np.random.RandomState(1).normal(size=value.shape).astype("float32"))
    for found, other in zip(own_back(slope), back(slope), strict=True):
        assert found.shape == other.shape
        np.testing.assert_allclose(found, other, rtol=1e-4, atol=1e-4)
    return value, expected
