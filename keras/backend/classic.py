"""The classic names of K for mathematics: `axis` in place of NumPy's habits, thin on top of `keras.ops`."""

import numpy as np

from keras import ops
from keras.backend import dtypes
from keras.backend.variable import Variable

# Names that mean the same in `keras.ops`.
from keras.ops import (  # noqa: F401
    abs,
    arange,
    cast,
    clip,
    cos,
    equal,
    exp,
    eye,
    greater,
    greater_equal,
    less,
    less_equal,
    log,
    logsumexp,
    maximum,
    minimum,
    not_equal,
    one_hot,
    ones_like,
    round,
    sigmoid,
    sign,
    sin,
    softplus,
    softsign,
    sqrt,
    square,
    squeeze,
    stack,
    tanh,
    tile,
    zeros_like,
)


def _axis(axis):
    return tuple(axis) if isinstance(axis, list) else axis


# ------------------------------------------------------------------ reductions
def all(x, axis=None, keepdims=False):
    """Return whether all entries along `axis` are true."""
    return ops.all(x, _axis(axis), keepdims)


def any(x, axis=None, keepdims=False):
    """Return whether any entry along `axis` is true."""
    return ops.any(x, _axis(axis), keepdims)


def argmax(x, axis=-1):
    """Return the index of the largest entry along `axis`."""
    return ops.argmax(x, axis)


def argmin(x, axis=-1):
    """Return the index of the smallest entry along `axis`."""
    return ops.argmin(x, axis)


def cumprod(x, axis=0):
    """Return the running product along `axis`."""
    return ops.cumprod(x, axis)


def cumsum(x, axis=0):
    """Return the running sum along `axis`."""
    return ops.cumsum(x, axis)


def max(x, axis=None, keepdims=False):
    """Return the largest entry along `axis`."""
    return ops.max(x, _axis(axis), keepdims)


def mean(x, axis=None, keepdims=False):
    """Return the mean along `axis`."""
    return ops.mean(x, _axis(axis), keepdims)


def min(x, axis=None, keepdims=False):
    """Return the smallest entry along `axis`."""
    return ops.min(x, _axis(axis), keepdims)


def prod(x, axis=None, keepdims=False):
    """Return the product along `axis`."""
    return ops.prod(x, _axis(axis), keepdims)


def std(x, axis=None, keepdims=False):
    """Return the standard deviation along `axis`."""
    return ops.std(x, _axis(axis), keepdims)


def sum(x, axis=None, keepdims=False):
    """Return the sum along `axis`."""
    return ops.sum(x, _axis(axis), keepdims)


def var(x, axis=None, keepdims=False):
    """Return the variance along `axis`."""
    return ops.var(x, _axis(axis), keepdims)


# ------------------------------------------------------------------ products
def dot(x, y):
    """Return the product over the last axis of `x` and the second last of `y`.

    Examples:
        >>> tuple(dot(np.ones((2, 3, 4)), np.ones((5, 4, 6))).shape)
        (2, 3, 5, 6)
    """
    return ops.dot(x, y)


def batch_dot(x, y, axes=None):
    """Return the products of matching samples of `x` and `y`.

    Args:
        x, y: tensors with the same first axis, at least two axes each.
        axes: the axis to sum over, an int or a pair (of `x`, of `y`); by default the last of `x` and the
            second last of `y`.

    Returns:
        A tensor with the axes of `x` and then those of `y`, the batch once; (batch, 1) if no other axis is left.
    """
    x_ndim, y_ndim = len(x.shape), len(y.shape)
    if axes is None:
        axes = (x_ndim - 1, y_ndim - 2 if y_ndim > 2 else 1)
    a, b = (axes, axes) if isinstance(axes, int) else axes
    x_names, y_names = ["z"], ["z"]
    letters = iter("abcdefghijklm")
    for names, ndim, summed in ((x_names, x_ndim, a % x_ndim), (y_names, y_ndim, b % y_ndim)):
        names += ["s" if i == summed else next(letters) for i in range(1, ndim)]
    kept = [n for n in [*x_names, *y_names] if n not in "sz"]
    result = ops.einsum(f"{''.join(x_names)},{''.join(y_names)}->z{''.join(kept)}", x, y)
    return result if kept else ops.expand_dims(result, 1)


def transpose(x):
    """Return `x` with its axes reversed."""
    return ops.transpose(x)


def pow(x, a):
    """Return `x` to the power `a`."""
    return ops.power(x, a)


def gather(reference, indices):
    """Return the entries of `reference` along its first axis at `indices`."""
    return ops.take(reference, indices, 0)


# ------------------------------------------------------------------ shapes
def ndim(x):
    """Return the number of axes of `x`."""
    return len(x.shape)


def shape(x):
    """Return the shape of `x`, with symbolic scalars for sizes that are not known yet."""
    return ops.shape(x)


def batch_flatten(x):
    """Return `x` with all axes but the first joined."""
    return ops.reshape(
        x, (-1, int(np.prod(x.shape[1:]))) if None not in x.shape[1:] else (ops.shape(x)[0], -1)
    )


def concatenate(tensors, axis=-1):
    """Return tensors joined along an axis."""
    return ops.concatenate(tensors, axis)


def expand_dims(x, axis=-1):
    """Return `x` with a new axis of size one."""
    return ops.expand_dims(x, axis)


def flatten(x):
    """Return `x` with a single axis."""
    return ops.reshape(x, (-1,))


def permute_dimensions(x, pattern):
    """Return `x` with its axes in the order `pattern`."""
    return ops.transpose(x, pattern)


def repeat(x, n):
    """Return `x` of shape (samples, dim) repeated to (samples, n, dim)."""
    return ops.repeat(ops.expand_dims(x, 1), n, 1)


def repeat_elements(x, rep, axis):
    """Return `x` with each entry along `axis` repeated in place."""
    return ops.repeat(x, rep, axis)


def reshape(x, shape):
    """Return the entries of `x` in another shape."""
    return ops.reshape(x, shape)


def reverse(x, axes):
    """Return `x` reversed along one axis or several."""
    return ops.flip(x, _axis(axes))


# ------------------------------------------------------------------ making
def zeros(shape, dtype=None, name=None):
    """Return a Variable of zeros."""
    return Variable(np.zeros(shape), dtypes.standardize(dtype), name=name)


def ones(shape, dtype=None, name=None):
    """Return a Variable of ones."""
    return Variable(np.ones(shape), dtypes.standardize(dtype), name=name)


def random_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Return draws from the normal distribution."""
    return ops.random.normal(shape, mean, stddev, dtype, seed)


def random_uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
    """Return draws from [minval, maxval)."""
    return ops.random.uniform(shape, minval, maxval, dtype, seed)


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Return draws from the normal distribution cut off at two standard deviations."""
    return ops.random.truncated_normal(shape, mean, stddev, dtype, seed)


# ------------------------------------------------------------------ neural networks
def relu(x, alpha=0.0, max_value=None, threshold=0.0):
    """Return x where x >= threshold (at most `max_value`), else alpha * (x - threshold)."""
    return ops.relu(x, alpha, max_value, threshold)


def elu(x, alpha=1.0):
    """Return x where x > 0, else alpha * (exp(x) - 1)."""
    return ops.elu(x, alpha)


def softmax(x, axis=-1):
    """Return exp(x) / sum(exp(x)) along `axis`."""
    return ops.softmax(x, axis)


def hard_sigmoid(x):
    """Return 0.2 * x + 0.5 limited to [0, 1]."""
    return ops.hard_sigmoid(x)


def dropout(x, level, noise_shape=None, seed=None):
    """Return `x` with a share `level` of its entries set to zero and the others scaled up."""
    return ops.random.dropout(x, level, noise_shape, seed)


def l2_normalize(x, axis=None):
    """Return `x` divided by its Euclidean norm along `axis`."""
    return ops.l2_normalize(x, axis)


def bias_add(x, bias, data_format=None):
    """Return `x` with a bias added to its channels.

    Args:
        x: a tensor.
        bias: one value a channel.
        data_format: where the channels are, the configured one by default.
    """
    from_first = data_format == "channels_first" and len(x.shape) > 2
    if from_first and len(bias.shape) == 1:
        bias = ops.reshape(bias, (1, -1, *(1,) * (len(x.shape) - 2)))
    return ops.add(x, bias)


def categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """Return -sum(target * log(output)) along `axis`."""
    return ops.categorical_crossentropy(target, output, from_logits, axis)


def sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """Return -log of the output for the class `target`."""
    return ops.sparse_categorical_crossentropy(target, output, from_logits, axis)


def binary_crossentropy(target, output, from_logits=False):
    """Return the cross-entropy of probabilities of two classes, element by element."""
    return ops.binary_crossentropy(target, output, from_logits)


def switch(condition, then_expression, else_expression):
    """Return one of two tensors according to a condition, scalar or element by element; each may be a function."""
    branches = (e() if callable(e) else e for e in (then_expression, else_expression))
    return ops.where(_matched(condition, then_expression), *branches)


def _matched(condition, expression):
    """Return a condition (batch, ...) with as many axes as the expression."""
    missing = len(getattr(expression, "shape", ())) - len(getattr(condition, "shape", ()))
    if missing > 0 and len(getattr(condition, "shape", ())) > 0:
        return ops.expand_dims(condition, list(range(-missing, 0)))
    return condition
