"""K's reductions, running sums and products of tensors."""

import builtins

from keras import ops


def _axis(axis):
    return tuple(axis) if isinstance(axis, list) else axis


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


def logsumexp(x, axis=None, keepdims=False):
    """Return log(sum(exp(x))) along `axis`, without overflow."""
    return ops.logsumexp(x, _axis(axis), keepdims)


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
        >>> import numpy as np
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
        A tensor with the axes of `x` and then those of `y`, the batch once; (batch, 1) if no other axis is left. Of
        tensors with more than three axes all axes but the last two count as batch, if none of them is summed over.

    Raises:
        ValueError: if a tensor has no axis beside the batch, or the axis to sum over is the batch.
    """
    x_ndim, y_ndim = ops.ndim(x), ops.ndim(y)
    if x_ndim < 2 or y_ndim < 2:
        raise ValueError(
            f"K.batch_dot takes tensors with at least two axes, got {x_ndim} and {y_ndim}; add one with K.expand_dims."
        )
    if axes is None:
        axes = (x_ndim - 1, y_ndim - 2 if y_ndim > 2 else 1)
    a, b = (axes, axes) if isinstance(axes, int) else axes
    a, b = a % x_ndim, b % y_ndim
    if 0 in (a, b):
        raise ValueError(
            f"K.batch_dot cannot sum over the batch, got axes={axes}; give axes from 1 on, or use K.dot."
        )
    shared = builtins.max(x_ndim, y_ndim) - 2
    shared = shared if 1 <= shared <= builtins.min(a, b) else 1
    letters = iter("ghijklmnopq")
    batch = "zyxwvu"[:shared]
    x_names = [*batch, *("s" if i == a else next(letters) for i in range(shared, x_ndim))]
    y_names = [*batch, *("s" if i == b else next(letters) for i in range(shared, y_ndim))]
    kept = [n for n in [*x_names[shared:], *y_names[shared:]] if n != "s"]
    equation = f"{''.join(x_names)},{''.join(y_names)}->{batch}{''.join(kept)}"
    result = ops.einsum(equation, x, y)
    return result if kept or shared > 1 else ops.expand_dims(result, 1)
