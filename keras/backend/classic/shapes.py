"""K's functions that reshape, join, pick and pad."""

import builtins
import math

from keras import config, ops


def shape(x):
    """Return the shape of `x`; sizes that are not known yet are symbolic scalars, known ones are ints."""
    return ops.shape(x)


def stack(x, axis=0):
    """Return tensors of one shape joined along a new axis."""
    return ops.stack(x, axis)


def ndim(x):
    """Return the number of axes of `x`."""
    return ops.ndim(x)


def transpose(x):
    """Return `x` with its axes reversed."""
    return ops.transpose(x)


def permute_dimensions(x, pattern):
    """Return `x` with its axes in the order `pattern`."""
    return ops.transpose(x, pattern)


def reshape(x, shape):
    """Return the entries of `x` in another shape, in which one size may be -1."""
    return ops.reshape(x, shape)


def flatten(x):
    """Return `x` with a single axis."""
    return ops.reshape(x, (-1,))


def batch_flatten(x):
    """Return `x` with all axes but the first joined."""
    batch, *sizes = ops.shape(x)
    if all(isinstance(size, int) for size in sizes):
        return ops.reshape(x, (-1, math.prod(sizes)))
    return ops.reshape(x, (batch, -1))


def expand_dims(x, axis=-1):
    """Return `x` with a new axis of size one."""
    return ops.expand_dims(x, axis)


def squeeze(x, axis):
    """Return `x` without an axis of size one."""
    return ops.squeeze(x, axis)


def concatenate(tensors, axis=-1):
    """Return tensors joined along an axis."""
    return ops.concatenate(tensors, axis)


def repeat(x, n):
    """Return `x` of shape (samples, dim) repeated to (samples, n, dim)."""
    return ops.repeat(ops.expand_dims(x, 1), n, 1)


def repeat_elements(x, rep, axis):
    """Return `x` with each entry along `axis` repeated in place."""
    return ops.repeat(x, rep, axis)


def tile(x, n):
    """Return `x` laid side by side as often as `n` says, an int or one an axis."""
    return ops.tile(x, n)


def reverse(x, axes):
    """Return `x` reversed along one axis or several."""
    return ops.flip(x, tuple(axes) if isinstance(axes, list) else axes)


def gather(reference, indices):
    """Return the entries of `reference` along its first axis at `indices`."""
    return ops.take(reference, indices, 0)


def one_hot(indices, num_classes):
    """Return integer indices as one-hot vectors along a new last axis."""
    return ops.one_hot(indices, num_classes)


def slice(x, start, size):
    """Return a block of a tensor.

    Args:
        x: a tensor.
        start: where the block begins, one int an axis; may be symbolic.
        size: how large it is, one int an axis; -1 for all that is left.

    Raises:
        ValueError: if the number of starts or sizes is not that of the axes, or a size of -1 goes with a start that is
            not known.

    Examples:
        >>> slice([[1, 2, 3], [4, 5, 6]], (0, 1), (-1, 2)).tolist()
        [[2, 3], [5, 6]]
    """
    start, size = list(start), list(size)
    if not len(start) == len(size) == ops.ndim(x):
        raise ValueError(
            f"K.slice of a tensor with {ops.ndim(x)} axes needs as many starts and sizes, got {start} and {size}; "
            "use 0 and -1 for an axis that is to be kept whole."
        )
    if all(isinstance(s, int) for s in [*start, *size]):
        ends = [None if n == -1 else s + n for s, n in zip(start, size, strict=True)]
        return ops.get_item(x, tuple(map(builtins.slice, start, ends)))
    if any(isinstance(n, int) and n == -1 for n in size):
        raise ValueError(
            f"K.slice: size -1 needs starts that are ints, got start={start}; give the sizes."
        )
    return ops.dynamic_slice(x, start, size)


# ------------------------------------------------------------------ padding
def temporal_padding(x, padding=(1, 1)):
    """Return `x` (samples, time, features) with zero steps added.

    Args:
        x: a tensor with three axes.
        padding: how many to add before and after.
    """
    return ops.pad(x, ((0, 0), tuple(padding), (0, 0)))


def spatial_2d_padding(x, padding=((1, 1), (1, 1)), data_format=None):
    """Return images with zero rows and columns added.

    Args:
        x: a tensor with four axes.
        padding: (top, bottom), (left, right).
        data_format: the configured one by default.
    """
    return _pad_spatial(x, padding, data_format)


def spatial_3d_padding(x, padding=((1, 1), (1, 1), (1, 1)), data_format=None):
    """Return volumes with zeros added around them.

    Args:
        x: a tensor with five axes.
        padding: a (before, after) pair for each spatial axis.
        data_format: the configured one by default.
    """
    return _pad_spatial(x, padding, data_format)


def _pad_spatial(x, padding, data_format):
    pairs = [tuple(pair) for pair in padding]
    if config.normalize_data_format(data_format) == "channels_first":
        return ops.pad(x, ((0, 0), (0, 0), *pairs))
    return ops.pad(x, ((0, 0), *pairs, (0, 0)))
