"""Random numbers in JAX, each drawn from an explicit key."""

import jax
import jax.numpy as jnp


def random_key(seed):
    """Return a key for an int seed."""
    return jax.random.PRNGKey(seed % 2**32)


def fold_in(key, number):
    """Return a new key for `key` and an integer, which may be traced."""
    return jax.random.fold_in(key, jnp.asarray(number, "uint32"))


def random_uniform(key, shape, dtype):
    """Return draws from [0, 1)."""
    return jax.random.uniform(key, shape, dtype)


def random_normal(key, shape, dtype):
    """Return draws from the standard normal distribution."""
    return jax.random.normal(key, shape, dtype)


def random_bernoulli(key, p, shape):
    """Return booleans that are True with probability `p`, a Python float, rounded to 1/2**16."""
    threshold = round(p * 2**16)
    if threshold >= 2**16:
        return jnp.ones(shape, bool)
    # 16 bits a draw cost half the time of 32, and p is met to 8e-6.
    return jax.random.bits(key, shape, "uint16") < threshold


def random_integers(key, shape, low, high, dtype):
    """Return integers from [low, high)."""
    return jax.random.randint(key, shape, low, high, dtype)


def random_gamma(key, alpha, shape, dtype):
    """Return draws from the gamma distribution of shape parameter `alpha` and scale 1."""
    return jax.random.gamma(key, alpha, shape, dtype)


def random_permutation(key, n):
    """Return the integers below `n` in random order."""
    return jax.random.permutation(key, n)
