"""Shapes, indexing, joining and making arrays, under NumPy's names."""

import contextlib
import math

import numpy as np

from keras.backend import dtypes, graph, nest
from keras.backend.compute import compute
from keras.ops.core import array, axis_of, dtype_of, op, promote, raw


# ------------------------------------------------------------------ making
@op
def full(shape, fill_value, dtype=None):
    """Return a tensor of `shape` filled with a number."""
    dtype = dtypes.standardize(dtype) if dtype else dtypes.of_data(fill_value)
    return compute.full(_sizes(shape), fill_value, dtype)


@op
def zeros(shape, dtype=None):
    """Return zeros of `shape`, by default in `floatx`."""
    return compute.full(_sizes(shape), 0, dtypes.standardize(dtype))


@op
def ones(shape, dtype=None):
    """Return ones of `shape`, by default in `floatx`."""
    return compute.full(_sizes(shape), 1, dtypes.standardize(dtype))


@op
def zeros_like(x, dtype=None):
    """Return zeros of the shape of `x`, and its dtype unless one is given."""
    x = array(x)
    return compute.full(x.shape, 0, dtypes.standardize(dtype or x.dtype))


@op
def ones_like(x, dtype=None):
    """Return ones of the shape of `x`, and its dtype unless one is given."""
    x = array(x)
    return compute.full(x.shape, 1, dtypes.standardize(dtype or x.dtype))


@op
def full_like(x, fill_value, dtype=None):
    """Return a tensor of the shape of `x` filled with a number."""
    x = array(x)
    return compute.full(x.shape, fill_value, dtypes.standardize(dtype or x.dtype))


@op
def eye(n, m=None, dtype=None):
    """Return an (n, m) matrix of ones on the diagonal and zeros elsewhere; `m` is `n` by default."""
    return compute.asarray(np.eye(n, m), dtypes.standardize(dtype))


@op
def arange(start, stop=None, step=1, dtype=None):
    """Return the numbers from `start` (0 if only one is given) to before `stop` by `step`."""
    if stop is None:
        start, stop = 0, start
    dtype = (
        dtypes.standardize(dtype) if dtype else dtypes.result(type(start), type(stop), type(step))
    )
    return compute.arange(start, stop, step, dtype)


@op
def linspace(start, stop, num=50, dtype=None):
    """Return `num` evenly spaced numbers from `start` to `stop`, both included."""
    return compute.asarray(np.linspace(start, stop, num), dtypes.standardize(dtype))


@op
def one_hot(x, num_classes, axis=-1, dtype=None):
    """Return one-hot vectors along a new axis.

    Args:
        x: int classes, any shape; those outside [0, num_classes) give zeros.
        num_classes: the size of the new axis.
        axis: where the new axis goes.
        dtype: of the result, `floatx` by default.
    """
    x = compute.cast(array(x), "int32")
    place = axis_of(axis, x.ndim + 1)
    classes = compute.arange(0, num_classes, 1, "int32")
    classes = compute.reshape(classes, tuple(-1 if i == place else 1 for i in range(x.ndim + 1)))
    return compute.cast(compute.equal(expand_dims(x, place), classes), dtypes.standardize(dtype))


# ------------------------------------------------------------------ shapes
def _sizes(sizes):
    """Return a shape as a tuple of ints, from ints and concrete integer scalars."""
    if isinstance(sizes, int):
        return (sizes,)
    if compute.is_tensor(sizes):
        with compute.outside_trace():
            sizes = compute.to_numpy(sizes)
    if isinstance(sizes, np.ndarray):
        return tuple(sizes.tolist())
    return tuple(n if isinstance(n, int) else int(raw(n)) for n in sizes)


@op
def reshape(x, newshape):
    """Return the entries of `x` in another shape; one size may be -1, to be worked out.

    Raises:
        ValueError: if the number of entries does not fit.
    """
    x, sizes = array(x), _sizes(newshape)
    known = math.prod(n for n in sizes if n != -1)
    total = math.prod(x.shape)
    fits = total == known if -1 not in sizes else (known > 0 and total % known == 0) or total == 0
    if not fits:
        raise ValueError(
            f"A tensor of shape {tuple(x.shape)} ({total} entries) cannot take the shape {sizes}; "
            "the number of entries must stay the same."
        )
    return compute.reshape(x, sizes)


def _shape_of_reshaped(x, newshape):
    """Return the shape and dtype of `x` reshaped, as far as its unknown sizes let them be known."""
    if not isinstance(x, graph.Tensor) or (
        None not in x.shape and not graph.any_symbolic(newshape)
    ):
        return None
    sizes = newshape if isinstance(newshape, list | tuple) else [newshape]
    if ndim(sizes[0]) == 1:  # A whole shape, a tensor.
        sizes = [None] * sizes[0].shape[0]
    known = (n if isinstance(n, int) and n != -1 else None for n in sizes)
    return graph.ShapeAndType(known, dtype_of(x))


reshape.shape_rule = _shape_of_reshaped


@op
def transpose(x, axes=None):
    """Return `x` with its axes in another order, reversed by default."""
    x = array(x)
    axes = tuple(range(x.ndim))[::-1] if axes is None else tuple(axis_of(a, x.ndim) for a in axes)
    return compute.transpose(x, axes)


@op
def swapaxes(x, axis1, axis2):
    """Return `x` with two axes exchanged."""
    x = array(x)
    order = list(range(x.ndim))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return compute.transpose(x, tuple(order))


@op
def moveaxis(x, source, destination):
    """Return `x` with one axis, or several, moved to new places."""
    x = array(x)
    sources = [axis_of(a, x.ndim) for a in nest.as_list(source)]
    destinations = [axis_of(a, x.ndim) for a in nest.as_list(destination)]
    order = [a for a in range(x.ndim) if a not in sources]
    for place, axis in sorted(zip(destinations, sources, strict=True)):
        order.insert(place, axis)
    return compute.transpose(x, tuple(order))


@op
def expand_dims(x, axis):
    """Return `x` with a new axis of size one at each place in `axis`, an int or a list."""
    x = array(x)
    places = nest.as_list(axis)
    ndim = x.ndim + len(places)
    places = {axis_of(place, ndim) for place in places}
    sizes = iter(x.shape)
    return compute.reshape(x, tuple(1 if i in places else next(sizes) for i in range(ndim)))


@op
def squeeze(x, axis=None):
    """Return `x` without its axes of size one, all of them or those in `axis`.

    Raises:
        ValueError: if an axis to drop has another size.
    """
    x = array(x)
    if axis is None:
        return compute.reshape(x, tuple(n for n in x.shape if n != 1))
    places = {axis_of(place, x.ndim) for place in nest.as_list(axis)}
    for place in places:
        if x.shape[place] != 1:
            raise ValueError(
                f"Axis {place} of a tensor of shape {tuple(x.shape)} has not size 1 and cannot be dropped."
            )
    return compute.reshape(x, tuple(n for i, n in enumerate(x.shape) if i not in places))


def _shape_of_squeezed(x, axis=None):
    """Return the shape and dtype of `x` without axes whose size is not known, if only such ones keep it from them."""
    places = set() if axis is None else {axis_of(place, ndim(x)) for place in nest.as_list(axis)}
    if not places or any(x.shape[place] not in (1, None) for place in places):
        return None
    left = (n for i, n in enumerate(x.shape) if i not in places)
    return graph.ShapeAndType(left, dtype_of(x))


squeeze.shape_rule = _shape_of_squeezed


@op
def ravel(x):
    """Return `x` with a single axis."""
    return compute.reshape(array(x), (-1,))


@op
def broadcast_to(x, shape):
    """Return `x` repeated to a larger shape by the rules of broadcasting."""
    return compute.broadcast_to(array(x), _sizes(shape))


@op
def flip(x, axis=None):
    """Return `x` reversed along `axis`, by default along all axes."""
    return compute.flip(array(x), axis)


@op
def repeat(x, repeats, axis=None):
    """Return `x` with each entry along `axis` repeated in place."""
    return compute.repeat(array(x), repeats, axis)


@op
def tile(x, repeats):
    """Return `x` laid side by side as often as `repeats` says, an int or one an axis."""
    return compute.tile(array(x), repeats if isinstance(repeats, int) else _sizes(repeats))


@op
def pad(x, pad_width, mode="constant", constant_values=0):
    """Return `x` with entries added at its edges.

    Args:
        x: a tensor.
        pad_width: an int, one (before, after) pair, or one pair an axis.
        mode: `"constant"`, `"reflect"`, `"symmetric"` or `"edge"`.
        constant_values: the number to add for `"constant"`.
    """
    x = array(x)
    options = {"constant_values": constant_values} if mode == "constant" else {}
    return compute.pad(x, pad_width, mode, **options)


# ------------------------------------------------------------------ joining and splitting
@op
def concatenate(xs, axis=-1):
    """Return tensors joined along an axis they have."""
    with _at_once_if_sizes(xs):
        xs = promote(*xs)
        return compute.concatenate(xs, axis_of(axis, xs[0].ndim))


@op
def stack(x, axis=0):
    """Return tensors of one shape joined along a new axis."""
    with _at_once_if_sizes(x):
        xs = promote(*x)
        return compute.stack(xs, axis_of(axis, xs[0].ndim + 1))


def _at_once_if_sizes(x):
    """Return a context for what joins sizes: these, known while a program is recorded, must stay fit for a shape."""
    are_sizes = isinstance(x, list | tuple) and all(type(n) is int for n in nest.flatten(x))
    return compute.outside_trace() if are_sizes else contextlib.nullcontext()


@op
def split(x, indices_or_sections, axis=0):
    """Return a list of parts of `x` along `axis`: so many equal ones, or cut at the given indices.

    Raises:
        ValueError: if the axis cannot be cut into so many equal parts.
    """
    x = array(x)
    axis = axis_of(axis, x.ndim)
    size, cuts = x.shape[axis], indices_or_sections
    if isinstance(cuts, int):
        if size % cuts:
            raise ValueError(f"Axis {axis} of size {size} cannot be split into {cuts} equal parts.")
        cuts = range(size // cuts, size, size // cuts)
    return list(compute.split(x, list(cuts), axis))


def unstack(x, num=None, axis=0):
    """Return the list of entries of `x` along `axis`."""
    count = num or x.shape[axis]
    return [squeeze(part, axis) for part in split(x, count, axis)]


# ------------------------------------------------------------------ indexing
@op
def get_item(x, key):
    """Return `x[key]`, for ints, slices, None, Ellipsis and integer or boolean arrays."""
    return compute.getitem(
        array(x), nest.map_leaves(raw, key) if isinstance(key, tuple) else raw(key)
    )


@op
def take(x, indices, axis=None):
    """Return the entries of `x` along `axis` at integer `indices`, which replace that axis."""
    x = array(x)
    if axis is None:
        x, axis = compute.reshape(x, (-1,)), 0
    indices = compute.cast(array(indices), "int32")
    axis = axis_of(axis, x.ndim)
    indices = compute.where(compute.less(indices, 0), compute.add(indices, x.shape[axis]), indices)
    return compute.take(x, indices, axis)


@op
def take_along_axis(x, indices, axis=-1):
    """Return the entries of `x` at `indices`, matched to it in all axes but one."""
    x = array(x)
    return compute.take_along_axis(x, compute.cast(array(indices), "int32"), axis_of(axis, x.ndim))


@op
def slice_update(x, start_indices, updates):
    """Return `x` with the block `updates` written at `start_indices`, one an axis."""
    x, updates = promote(x, updates)
    return compute.update_slice(x, updates, [raw(s) for s in start_indices])


@op
def dynamic_slice(x, start_indices, shape):
    """Return the block of `shape` of `x` that begins at `start_indices`, one an axis."""
    return compute.slice_sizes(array(x), [raw(s) for s in start_indices], _sizes(shape))


@op
def scatter(indices, values, shape):
    """Return zeros of `shape` to which `values` are added at `indices`, shape (n, number of axes)."""
    values = array(values)
    target = compute.full(_sizes(shape), 0, dtypes.of(values))
    return compute.scatter(target, _columns(indices), values, "add")


@op
def scatter_update(x, indices, updates):
    """Return `x` with `updates` written at `indices`, shape (n, number of axes)."""
    x, updates = promote(x, updates)
    return compute.scatter(x, _columns(indices), updates, "set")


def _columns(indices):
    indices = compute.cast(array(indices), "int32")
    return tuple(compute.getitem(indices, (..., i)) for i in range(indices.shape[-1]))


@op
def searchsorted(sorted_sequence, values, side="left"):
    """Return the places at which `values` would go into a sorted one-dimensional sequence."""
    found = compute.searchsorted(*promote(sorted_sequence, values), side=side)
    return compute.cast(found, "int32")


# ------------------------------------------------------------------ order
@op
def sort(x, axis=-1):
    """Return `x` sorted along `axis`, smallest first."""
    return compute.sort(array(x), axis=axis)


@op
def argsort(x, axis=-1):
    """Return the indices that sort `x` along `axis`, int32."""
    return compute.cast(compute.argsort(array(x), axis=axis), "int32")


@op
def top_k(x, k):
    """Return the `k` largest entries along the last axis, in descending order, and their indices."""
    values, indices = compute.top_k(array(x), k)
    return values, compute.cast(indices, "int32")


@op
def diagonal(x, offset=0, axis1=0, axis2=1):
    """Return the diagonal over two axes, as the last axis."""
    return compute.diagonal(array(x), offset, axis1, axis2)


@op
def tril(x, k=0):
    """Return `x` with zeros above the k-th diagonal of its last two axes."""
    x = array(x)
    keep = compute.asarray(np.tri(x.shape[-2], x.shape[-1], k, dtype=bool))
    return compute.where(keep, x, compute.full((), 0, dtypes.of(x)))


@op
def triu(x, k=0):
    """Return `x` with zeros below the k-th diagonal of its last two axes."""
    x = array(x)
    keep = compute.asarray(~np.tri(x.shape[-2], x.shape[-1], k - 1, dtype=bool))
    return compute.where(keep, x, compute.full((), 0, dtypes.of(x)))


def ndim(x):
    """Return the number of axes of `x`."""
    return len(x.shape) if isinstance(x, graph.Tensor) or hasattr(x, "shape") else np.ndim(x)
