"""Random numbers in TensorFlow, each drawn from an explicit key: two int64 numbers."""

import tensorflow as tf

# Named, it is the same on every device; left to TensorFlow, finding out is an operation more a draw.
_ALGORITHM = "philox"


def random_key(seed):
    """Return a key for an int seed."""
    seed = seed % 2**64
    return tf.constant([seed - 2**64 if seed >= 2**63 else seed, 0], "int64")


def fold_in(key, number):
    """Return a new key for `key` and an integer, which may be traced."""
    return tf.random.fold_in(key, tf.cast(number, "int64"), alg=_ALGORITHM)


def random_uniform(key, shape, dtype):
    """Return draws from [0, 1)."""
    return tf.random.stateless_uniform(shape, key, dtype=dtype, alg=_ALGORITHM)


def random_normal(key, shape, dtype):
    """Return draws from the standard normal distribution."""
    return tf.random.stateless_normal(shape, key, dtype=dtype, alg=_ALGORITHM)


def random_bernoulli(key, p, shape):
    """Return booleans that are True with probability `p`, a Python float."""
    return random_uniform(key, shape, "float32") < p


def random_integers(key, shape, low, high, dtype):
    """Return integers from [low, high)."""
    draws = tf.random.stateless_uniform(shape, key, low, high, "int64", alg=_ALGORITHM)
    return tf.cast(draws, dtype)


def random_gamma(key, alpha, shape, dtype):
    """Return draws from the gamma distribution of shape parameter `alpha` and scale 1."""
    alpha = tf.broadcast_to(tf.cast(alpha, dtype), shape)
    return tf.random.stateless_gamma(shape, key, alpha, dtype=dtype)


def random_permutation(key, n):
    """Return the integers below `n` in random order."""
    return tf.random.experimental.stateless_shuffle(tf.range(n), key, alg=_ALGORITHM)
