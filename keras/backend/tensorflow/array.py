"""Shapes, joining, order and indexing in TensorFlow."""

import itertools

import numpy as np
import tensorflow as tf
from tensorflow import broadcast_to, stack, transpose  # noqa: F401
from tensorflow import concat as concatenate  # noqa: F401

from keras.backend.tensorflow.core import BOOLEANS, asarray, is_traced, standing_in

_in_numbers = standing_in(**BOOLEANS)


# ------------------------------------------------------------------ shapes
def reshape(x, shape):
    """Return `x` in another shape; one size may be -1."""
    return tf.reshape(x, (shape,) if isinstance(shape, int) else tuple(shape))


def split(x, indices, axis=0):
    """Return the parts of `x` along `axis` between the given indices."""
    edges = [0, *indices, x.shape[axis]]
    return tf.split(x, [b - a for a, b in itertools.pairwise(edges)], axis)


def flip(x, axis=None):
    """Return `x` reversed along one axis, several, or all."""
    axes = range(x.ndim) if axis is None else (axis if isinstance(axis, tuple | list) else [axis])
    return tf.reverse(x, list(axes))


@standing_in(uint16="int32")
def repeat(x, repeats, axis=None):
    """Return `x` with each entry along `axis` repeated in place."""
    return tf.repeat(x, repeats, axis)


@standing_in(uint16="int32")
def tile(x, repeats):
    """Return `x` laid side by side as often as `repeats` says, an int or one an axis."""
    repeats = (repeats,) if isinstance(repeats, int) else tuple(repeats)
    x = tf.reshape(x, (1,) * (len(repeats) - x.ndim) + tuple(x.shape))
    return tf.tile(x, (1,) * (x.ndim - len(repeats)) + repeats)


def pad(x, pad_width, mode="constant", constant_values=0):
    """Return `x` with entries added at its edges, as NumPy's function of that name does."""
    pairs = np.broadcast_to(np.asarray(pad_width), (x.ndim, 2)).tolist()
    if mode == "constant":
        return tf.pad(x, pairs, constant_values=tf.cast(constant_values, x.dtype))
    for axis, pair in enumerate(pairs):
        if any(pair):
            places = np.pad(np.arange(x.shape[axis]), pair, mode)
            x = tf.gather(x, asarray(places, "int32"), axis=axis)
    return x


def diagonal(x, offset=0, axis1=0, axis2=1):
    """Return a diagonal of the matrices that two axes of `x` make up, as a new last axis."""
    first, second = axis1 % x.ndim, axis2 % x.ndim
    others = [axis for axis in range(x.ndim) if axis not in (first, second)]
    return tf.linalg.diag_part(tf.transpose(x, [*others, first, second]), k=offset)


# ------------------------------------------------------------------ order
@_in_numbers
def sort(x, axis=-1):
    """Return `x` sorted along `axis`, smallest first."""
    return tf.sort(x, axis)


def argsort(x, axis=-1):
    """Return the indices that sort `x` along `axis`; equal entries keep their order."""
    return tf.argsort(tf.cast(x, "uint8") if x.dtype.is_bool else x, axis, stable=True)


def top_k(x, k):
    """Return the `k` largest entries along the last axis and their indices, in descending order."""
    values, indices = tf.math.top_k(x, k)
    return values, indices


def searchsorted(sorted_sequence, values, side="left"):
    """Return the places at which `values` would go into a sorted one-dimensional sequence."""
    found = tf.searchsorted(sorted_sequence, tf.reshape(values, [-1]), side)
    return tf.reshape(found, values.shape)


# ------------------------------------------------------------------ indexing
def getitem(x, key):
    """Return `x[key]`, as NumPy has it."""
    parts = key if isinstance(key, tuple) else (key,)
    if not any(map(_is_array, parts)):
        return x[key]
    parts = _spelt_out(parts, x.ndim)
    # Slices and new axes first: what is left is to pick entries along some of the axes.
    x = x[tuple(part if part is None or isinstance(part, slice) else slice(None) for part in parts)]
    places = {axis: part for axis, part in enumerate(parts) if not _is_plain(part)}
    places = {axis: _from_front(part, x.shape[axis]) for axis, part in places.items()}
    if len(places) == 1:
        ((axis, indices),) = places.items()
        return tf.gather(x, indices, axis=axis)
    return _picked(x, places)


def _is_plain(part):
    return part is None or isinstance(part, slice)


def _is_array(part):
    """Return whether a part of a key picks entries by an array, which TensorFlow's slices cannot do."""
    return isinstance(part, tf.Tensor | np.ndarray | list) and np.ndim(part) > 0


def _spelt_out(parts, ndim):
    """Return a key without masks, and with a slice for each axis that it leaves out."""
    parts = [place for part in parts for place in _places_of(part)]
    is_rest = [part is Ellipsis for part in parts]
    named = sum(part is not None and part is not Ellipsis for part in parts)
    missing = [slice(None)] * (ndim - named)
    place = is_rest.index(True) if any(is_rest) else len(parts)
    return [*parts[:place], *missing, *parts[place + 1 :]]


def _places_of(part):
    """Return a part of a key as a list: of a mask, the places where it is True along each axis.

    Raises:
        TypeError: if the mask has no value yet.
    """
    if not _is_array(part) or asarray(part).dtype != "bool":
        return [part]
    if is_traced(part):
        raise TypeError(
            "How many entries a mask picks is not known while a program is recorded: the backend 'tensorflow' cannot "
            "do x[mask] there. Use ops.where(mask, x, 0) in its place."
        )
    return list(np.nonzero(np.asarray(part)))


def _from_front(indices, size):
    """Return indices as an array, those counted from the end replaced."""
    indices = asarray(indices)
    return tf.where(indices < 0, indices + size, indices)


def _picked(x, places):
    """Return the entries at `{axis: indices}`, the indices broadcast against each other."""
    axes = list(places)
    others = [axis for axis in range(x.ndim) if axis not in axes]
    shape = np.broadcast_shapes(*(tuple(indices.shape) for indices in places.values()))
    indices = tf.stack([tf.broadcast_to(i, shape) for i in places.values()], -1)
    y = tf.gather_nd(tf.transpose(x, [*axes, *others]), indices)
    # NumPy has the new axes where the old ones were, or in front if those did not lie side by side.
    start = axes[0] if axes[-1] - axes[0] == len(axes) - 1 else 0
    new, rest = range(len(shape)), range(len(shape), y.ndim)
    return tf.transpose(y, [*rest[:start], *new, *rest[start:]])


def take(x, indices, axis):
    """Return the entries of `x` along `axis` at `indices`, which are clipped to it."""
    return tf.gather(x, tf.clip_by_value(indices, 0, x.shape[axis] - 1), axis=axis)


def take_along_axis(x, indices, axis):
    """Return the entries of `x` at `indices`, matched to it in all axes but one."""
    axis = axis % x.ndim
    shape = [indices.shape[a] if a == axis else n for a, n in enumerate(x.shape)]
    order = [*(a for a in range(x.ndim) if a != axis), axis]
    back = np.argsort(order).tolist()
    x, indices = tf.transpose(x, order), tf.transpose(tf.broadcast_to(indices, shape), order)
    return tf.transpose(tf.gather(x, indices, batch_dims=x.ndim - 1), back)


def scatter(x, index, values, mode):
    """Return `x` with `x[index]` set to, or increased by, `values`; `mode` is "set" or "add"."""
    places = [_from_front(i, n) for i, n in zip(index, x.shape, strict=False)]
    write = tf.tensor_scatter_nd_update if mode == "set" else tf.tensor_scatter_nd_add
    return write(x, tf.stack(places, -1), values)


def _start(x, start, sizes):
    """Return where a block of `sizes` begins, moved so that it lies within `x`."""
    firsts = [
        tf.clip_by_value(tf.cast(first, "int32"), 0, n - size)
        for first, n, size in zip(start, x.shape, sizes, strict=True)
    ]
    return tf.stack(firsts) if firsts else tf.zeros(0, "int32")


def slice_sizes(x, start, sizes):
    """Return the block of `sizes` that begins at `start`, whose entries may be traced."""
    return tf.slice(x, _start(x, start, sizes), tuple(sizes))


def update_slice(x, block, start):
    """Return `x` with `block` written at `start`, whose entries may be traced."""
    first = _start(x, start, block.shape)
    return tf.raw_ops.TensorStridedSliceUpdate(
        input=x,
        begin=first,
        end=first + tuple(block.shape),
        strides=tf.ones_like(first),
        value=block,
    )
