"""K's functions that make tensors and Variables, of fixed values and of random ones."""

import numpy as np

from keras import config, ops
from keras.backend import dtypes, graph, naming, seed
from keras.backend.variable import Variable


# ------------------------------------------------------------------ values
def variable(value, dtype=None, name=None, constraint=None):
    """Return a `Variable` with an initial value.

    Args:
        value: anything array-like; a sparse matrix of SciPy becomes a dense one.
        dtype: `floatx` by default.
        name: a name for people.
        constraint: applied after optimizer steps.

    Examples:
        >>> (variable([[1, 2]]) * 2).numpy().tolist()
        [[2.0, 4.0]]
    """
    value = graph.evaluate(value) if isinstance(value, graph.Tensor) else value
    value = value.toarray() if hasattr(value, "toarray") else value
    return Variable(value, dtypes.standardize(dtype), name=_scoped(name), constraint=constraint)


def _scoped(name):
    return None if name is None else naming.prefixed(name)


def constant(value, dtype=None, shape=None, name=None):
    """Return a tensor with the given value, repeated to `shape` if that is given."""
    array = np.asarray(value)
    if shape is not None:
        last = array.reshape(-1)[-1:]
        fill = np.repeat(last, int(np.prod(shape)) - array.size)
        array = np.concatenate([array.reshape(-1), fill]).reshape(shape)
    return ops.convert_to_tensor(array, dtypes.standardize(dtype))


def identity(x, name=None):
    """Return a tensor with the value of `x`."""
    return ops.convert_to_tensor(x)


def cast_to_floatx(x):
    """Return data as a NumPy array of the configured float type."""
    return np.asarray(x, dtype=config.floatx())


def zeros(shape, dtype=None, name=None):
    """Return a Variable of zeros; a plain tensor if a size in `shape` is symbolic."""
    return _filled(ops.zeros, np.zeros, shape, dtype, name)


def ones(shape, dtype=None, name=None):
    """Return a Variable of ones; a plain tensor if a size in `shape` is symbolic."""
    return _filled(ops.ones, np.ones, shape, dtype, name)


def _filled(op, host, shape, dtype, name):
    if graph.any_symbolic(shape):
        return op(shape, dtype)
    return Variable(host(shape), dtypes.standardize(dtype), name=_scoped(name))


def zeros_like(x, dtype=None, name=None):
    """Return zeros of the shape of `x`, and its dtype unless one is given."""
    return ops.zeros_like(x, dtype)


def ones_like(x, dtype=None, name=None):
    """Return ones of the shape of `x`, and its dtype unless one is given."""
    return ops.ones_like(x, dtype)


def eye(size, dtype=None, name=None):
    """Return a Variable that holds the identity matrix."""
    return Variable(np.eye(size), dtypes.standardize(dtype), name=_scoped(name))


def arange(start, stop=None, step=1, dtype="int32"):
    """Return the numbers from `start` (0 if only one is given) to before `stop` by `step`."""
    return ops.arange(start, stop, step, dtype)


# ------------------------------------------------------------------ random ones
def random_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Return draws from the normal distribution."""
    return ops.random.normal(shape, mean, stddev, dtype, seed)


def random_uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
    """Return draws from [minval, maxval)."""
    return ops.random.uniform(shape, minval, maxval, dtype, seed)


def random_binomial(shape, p=0.0, dtype=None, seed=None):
    """Return ones with probability `p`, else zeros."""
    return ops.random.bernoulli(shape, p, dtype, seed)


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Return draws from the normal distribution cut off at two standard deviations."""
    return ops.random.truncated_normal(shape, mean, stddev, dtype, seed)


def random_normal_variable(shape, mean, scale, dtype=None, name=None, seed=None):
    """Return a Variable of draws from the normal distribution.

    Args:
        shape: a tuple of ints.
        mean, scale: the distribution's mean and standard deviation.
        dtype: `floatx` by default.
        name: a name for people.
        seed: an int, or None to draw one.
    """
    draws = _generator(seed).normal(mean, scale, shape)
    return Variable(draws, dtypes.standardize(dtype), name=_scoped(name))


def random_uniform_variable(shape, low, high, dtype=None, name=None, seed=None):
    """Return a Variable of draws from [low, high).

    Args:
        shape: a tuple of ints.
        low, high: the limits.
        dtype: `floatx` by default.
        name: a name for people.
        seed: an int, or None to draw one.
    """
    draws = _generator(seed).uniform(low, high, shape)
    return Variable(draws, dtypes.standardize(dtype), name=_scoped(name))


_generator = seed.generator


# ------------------------------------------------------------------ sparse ones
def is_sparse(tensor):
    """Return whether `tensor` is a placeholder for sparse data, or a sparse matrix of SciPy.

    What is fed to such a placeholder becomes dense at that moment, a batch at a time.
    """
    return bool(getattr(tensor, "is_sparse", False)) or (
        hasattr(tensor, "toarray") and hasattr(tensor, "nnz")
    )


def to_dense(tensor):
    """Return a sparse matrix of SciPy as a dense tensor, any other tensor as it is."""
    return ops.convert_to_tensor(tensor.toarray()) if hasattr(tensor, "toarray") else tensor
