"""Functions of Keras 3's graphs that `keras.ops` has no name for, as ops; `ops` of this package has their arguments."""

import numpy as np

from keras import ops
from keras.ops.core import array, op


# ------------------------------------------------------------------ numbers
@op
def average(x, weights=None, axis=None):
    """Return a mean, with weights of the shape of x or of the axis."""
    if weights is None:
        return ops.mean(x, axis=axis)
    x, weights = array(x), array(weights)
    if weights.ndim < x.ndim:
        weights = ops.reshape(weights, [-1 if i == axis % x.ndim else 1 for i in range(x.ndim)])
        weights = ops.broadcast_to(weights, x.shape)
    total = ops.sum(ops.multiply(x, weights), axis=axis)
    return ops.divide(total, ops.sum(weights, axis=axis))


@op
def copy(x):
    """Return x."""
    return array(x)


@op
def exp2(x):
    """Return 2^x."""
    return ops.power(2, x)


@op
def hypot(x1, x2):
    """Return sqrt(x1^2 + x2^2)."""
    return ops.sqrt(ops.add(ops.square(x1), ops.square(x2)))


@op
def trunc(x):
    """Return x rounded towards 0."""
    return ops.multiply(ops.sign(x), ops.floor(ops.abs(x)))


@op
def select(condlist, choicelist, default=0):
    """Return the first choice whose condition holds."""
    found = default
    for condition, choice in reversed(list(zip(condlist, choicelist, strict=True))):
        found = ops.where(condition, choice, found)
    return found


# ------------------------------------------------------------------ shapes
@op
def diff(a, n=1, axis=-1):
    """Return the differences of neighbours along an axis, n times."""
    a = ops.moveaxis(array(a), axis, -1)
    for _ in range(n):
        a = ops.subtract(ops.get_item(a, np.s_[..., 1:]), ops.get_item(a, np.s_[..., :-1]))
    return ops.moveaxis(a, -1, axis)


@op
def hstack(xs):
    """Return tensors joined along their second axis; vectors along their only one."""
    return ops.concatenate(xs, axis=min(1, array(xs[0]).ndim - 1))


@op
def vstack(xs):
    """Return tensors joined along their first axis."""
    return ops.concatenate(xs, axis=0)


@op
def roll(x, shift, axis=None):
    """Return x moved along axes, around their ends; without an axis as one row."""
    x = array(x)
    shape = x.shape
    x = ops.reshape(x, [-1]) if axis is None else x
    axes = np.atleast_1d(0 if axis is None else axis).tolist()
    shifts = np.broadcast_to(shift, len(axes)).tolist()
    for places, along in zip(shifts, axes, strict=True):
        x = ops.take(x, np.roll(np.arange(x.shape[along]), places), axis=along)
    return ops.reshape(x, shape)


@op
def trace(x, offset=0, axis1=0, axis2=1):
    """Return the sums of diagonals."""
    return ops.sum(ops.diagonal(array(x), offset, axis1, axis2), axis=-1)


@op
def unstack(x, num=None, axis=0):
    """Return the list of entries along an axis."""
    return ops.unstack(array(x), num, axis)


# ------------------------------------------------------------------ normalization
@op
def normalize(x, axis=-1, order=2, epsilon=None):
    """Return x divided by its norm, which is at least epsilon."""
    length = ops.norm(x, ord=order, axis=axis, keepdims=True)
    return ops.divide(x, ops.maximum(length, 1e-7 if epsilon is None else epsilon))


@op
def batch_norm(x, mean, variance, offset=None, scale=None, axis=-1, epsilon=1e-3):
    """Return x without a mean and variance along an axis, scaled and moved."""
    return ops.rescaled(x, mean, variance, scale, offset, axis, epsilon)
