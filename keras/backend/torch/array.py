"""Shapes, joining, order and indexing in PyTorch."""

import itertools

import numpy as np
import torch
from torch import broadcast_to, diagonal, reshape, stack  # noqa: F401

from keras.backend.torch.core import asarray


# ------------------------------------------------------------------ shapes
def concatenate(xs, axis):
    """Return arrays joined along an axis."""
    return torch.cat(list(xs), axis)


def split(x, indices, axis=0):
    """Return the parts of `x` along `axis` between the given indices."""
    return list(torch.tensor_split(x, list(indices), axis))


def transpose(x, axes=None):
    """Return `x` with its axes in another order, reversed by default."""
    return x.permute(tuple(range(x.ndim))[::-1] if axes is None else tuple(axes))


def flip(x, axis=None):
    """Return `x` reversed along one axis, several, or all."""
    axes = range(x.ndim) if axis is None else (axis if isinstance(axis, tuple | list) else [axis])
    return torch.flip(x, tuple(axes))


def repeat(x, repeats, axis=None):
    """Return `x` with each entry along `axis` repeated in place."""
    x, axis = (x.reshape(-1), 0) if axis is None else (x, axis % x.ndim)
    if not isinstance(repeats, int):
        return torch.repeat_interleave(x, asarray(repeats), axis)
    shape = list(x.shape)
    wide = [*shape[: axis + 1], repeats, *shape[axis + 1 :]]
    shape[axis] *= repeats
    return x.unsqueeze(axis + 1).expand(wide).reshape(shape)


def tile(x, repeats):
    """Return `x` laid side by side as often as `repeats` says, an int or one an axis."""
    return torch.tile(x, (repeats,) if isinstance(repeats, int) else tuple(repeats))


def pad(x, pad_width, mode="constant", constant_values=0):
    """Return `x` with entries added at its edges, as NumPy's function of that name does."""
    pairs = np.broadcast_to(np.asarray(pad_width), (x.ndim, 2)).tolist()
    if mode == "constant":
        flat = list(itertools.chain(*reversed(pairs)))
        return torch.nn.functional.pad(x, flat, value=constant_values)
    for axis, pair in enumerate(pairs):
        if any(pair):
            places = np.pad(np.arange(x.shape[axis]), pair, mode)
            x = x.index_select(axis, asarray(places, "int32"))
    return x


# ------------------------------------------------------------------ order
def sort(x, axis=-1):
    """Return `x` sorted along `axis`, smallest first."""
    return torch.sort(x, dim=axis, stable=True).values


def argsort(x, axis=-1):
    """Return the indices that sort `x` along `axis`; equal entries keep their order."""
    return torch.argsort(x, dim=axis, stable=True)


def top_k(x, k):
    """Return the `k` largest entries along the last axis and their indices, in descending order."""
    # The library's own topk leaves the order of equal entries open.
    values, indices = torch.sort(x, dim=-1, descending=True, stable=True)
    return values[..., :k], indices[..., :k]


def searchsorted(sorted_sequence, values, side="left"):
    """Return the places at which `values` would go into a sorted one-dimensional sequence."""
    return torch.searchsorted(sorted_sequence, values.contiguous(), side=side)


# ------------------------------------------------------------------ indexing
def getitem(x, key):
    """Return `x[key]`, as NumPy has it."""
    parts = key if isinstance(key, tuple) else (key,)
    if any(map(_is_foreign, parts)):
        x, parts = _familiar(x, parts)
    return x[parts]


def _is_foreign(part):
    """Return whether PyTorch may read a part of a key in another way than NumPy, or not at all."""
    if isinstance(part, slice):
        return part.step is not None and part.step < 0
    return isinstance(part, torch.Tensor | np.ndarray | np.generic | list)


def _familiar(x, parts):
    """Return an array and a key in PyTorch's own terms: no slices backwards, no scalar arrays."""
    rest = x.ndim - sum(map(_axes_of, parts))
    axis, kept = 0, []
    for part in parts:
        if isinstance(part, np.ndarray | np.generic | list):
            part = asarray(part)
        width = rest if part is Ellipsis else _axes_of(part)
        if isinstance(part, slice) and _is_foreign(part):
            places = range(*part.indices(x.shape[axis]))
            x, part = x.index_select(axis, asarray(np.array(places, "int64"), "int64")), slice(None)
        elif width == 1 and isinstance(part, torch.Tensor) and part.ndim == 0:
            # PyTorch would ask for its value, which an array has not while a program is recorded.
            x, part = x.index_select(axis, part.reshape(1) % x.shape[axis]), 0
        axis += width
        kept.append(part)
    return x, tuple(kept)


def _axes_of(part):
    """Return how many axes of an array a part of a key takes up; of an ellipsis, what the others leave."""
    if part is None or part is Ellipsis:
        return 0
    is_mask = getattr(part, "dtype", None) in (torch.bool, np.bool_)
    return part.ndim if is_mask else 1


def take(x, indices, axis):
    """Return the entries of `x` along `axis` at `indices`, which are clipped to it."""
    indices = indices.clamp(0, x.shape[axis] - 1)
    if axis == 0 and x.ndim == 2 and x.is_floating_point():
        # Its gradient adds up rows several times faster than that of the general function.
        return torch.nn.functional.embedding(indices, x)
    picked = x.index_select(axis, indices.reshape(-1))
    return picked.reshape((*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :]))


def take_along_axis(x, indices, axis):
    """Return the entries of `x` at `indices`, matched to it in all axes but one."""
    return torch.take_along_dim(x, indices.long(), axis)


def scatter(x, index, values, mode):
    """Return `x` with `x[index]` set to, or increased by, `values`; `mode` is "set" or "add"."""
    return x.index_put(index, values, accumulate=mode == "add")


def _places(x, start, sizes):
    """Return, for a block of `sizes` at `start`, its indices along each axis, shaped to broadcast."""
    places = []
    for axis, (first, size) in enumerate(zip(start, sizes, strict=True)):
        within = torch.arange(size, device=x.device)
        last = x.shape[axis] - size
        first = (
            first.clamp(0, last) if isinstance(first, torch.Tensor) else min(max(first, 0), last)
        )
        places.append((within + first).reshape([-1 if a == axis else 1 for a in range(x.ndim)]))
    return places


def slice_sizes(x, start, sizes):
    """Return the block of `sizes` that begins at `start`, whose entries may be traced."""
    for axis, places in enumerate(_places(x, start, sizes)):
        x = x.index_select(axis, places.reshape(-1))
    return x


def update_slice(x, block, start):
    """Return `x` with `block` written at `start`, whose entries may be traced."""
    return x.index_put(_places(x, start, block.shape), block) if x.ndim else block
