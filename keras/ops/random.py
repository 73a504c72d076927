"""Random tensors. Each call draws new numbers; `seed` starts a stream of its own."""

import math

from keras.backend import dtypes
from keras.backend.compute import compute
from keras.ops.array import _sizes
from keras.ops.core import array, as_float, ensure_scope, op


def _key(seed):
    with ensure_scope() as scope:
        return scope.next_key(seed)


def _float_dtype(dtype):
    return dtypes.standardize(dtype)


@op
def uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
    """Return draws from [minval, maxval)."""
    draws = compute.random_uniform(_key(seed), _sizes(shape), _float_dtype(dtype))
    return compute.add(compute.multiply(draws, maxval - minval), minval)


@op
def normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Return draws from the normal distribution."""
    draws = compute.random_normal(_key(seed), _sizes(shape), _float_dtype(dtype))
    return compute.add(compute.multiply(draws, stddev), mean)


@op
def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Return draws from the normal distribution cut off at two standard deviations."""
    dtype = _float_dtype(dtype)
    edge = math.erf(2 / math.sqrt(2))
    draws = compute.random_uniform(_key(seed), _sizes(shape), dtype)
    z = compute.erfinv(compute.multiply(compute.subtract(compute.multiply(draws, 2.0), 1.0), edge))
    return compute.add(compute.multiply(z, math.sqrt(2) * stddev), mean)


@op
def bernoulli(shape, p=0.5, dtype=None, seed=None):
    """Return ones with probability `p`, else zeros."""
    draws = compute.random_bernoulli(_key(seed), float(p), _sizes(shape))
    return compute.cast(draws, dtypes.standardize(dtype))


@op
def randint(shape, minval, maxval, dtype="int32", seed=None):
    """Return integers from [minval, maxval)."""
    return compute.random_integers(
        _key(seed), _sizes(shape), minval, maxval, dtypes.standardize(dtype)
    )


@op
def gamma(shape, alpha, dtype=None, seed=None):
    """Return draws from the gamma distribution of shape parameter `alpha` and scale 1."""
    return compute.random_gamma(_key(seed), alpha, _sizes(shape), _float_dtype(dtype))


@op
def dropout(x, rate, noise_shape=None, seed=None):
    """Return `x` with a share `rate` of its entries set to zero and the others scaled by 1 / (1 - rate).

    Args:
        x: a tensor.
        rate: in [0, 1).
        noise_shape: the shape of the mask, broadcast to that of `x`; None in it stands for the size in `x`.
        seed: an int, or None.
    """
    x = as_float(x)
    if rate == 0:
        return x
    shape = (
        x.shape
        if noise_shape is None
        else [n if w is None else w for n, w in zip(x.shape, noise_shape, strict=True)]
    )
    keep = compute.random_bernoulli(_key(seed), 1.0 - rate, tuple(shape))
    return compute.where(keep, compute.divide(x, 1.0 - rate), compute.full((), 0, dtypes.of(x)))


@op
def shuffle(x, axis=0, seed=None):
    """Return `x` with its entries along `axis` in random order."""
    x = array(x)
    return compute.take(x, compute.random_permutation(_key(seed), x.shape[axis]), axis)
