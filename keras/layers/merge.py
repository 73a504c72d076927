"""Layers that make one tensor of several."""

import functools
import string

from keras import ops
from keras.backend import dtypes, graph
from keras.layers.base import Layer
from keras.ops.core import axis_of


class _Merge(Layer):
    """A layer of a list of tensors. By default it works entry by entry, and broadcasts.

    Tensors with fewer axes get new ones after the batch axis: (batch, features) joins (batch, time,
        features).
    """

    supports_masking = True
    least_inputs = 2
    most_inputs = None

    def _check_count(self, shapes):
        count = len(shapes) if _is_list_of_shapes(shapes) else 1
        if count < self.least_inputs or (self.most_inputs and count > self.most_inputs):
            needed = "at least 2" if self.most_inputs is None else f"exactly {self.most_inputs}"
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) takes a list of {needed} tensors, got {count} of "
                f"shape {shapes}; call it as layer([a, b])."
            )

    def build(self, input_shape):
        self._check_count(input_shape)
        super().build(input_shape)

    def compute_output_shape(self, input_shape):
        self._check_count(input_shape)
        batch = _common(self, [s[:1] for s in input_shape], input_shape)
        sample = _common(self, [s[1:] for s in input_shape], input_shape)
        return (*batch, *sample)

    def _infer(self, inputs, shapes, args, kwargs):
        dtype = self.compute_output_dtype(dtypes.result(*(x.dtype for x in inputs)))
        return graph.ShapeAndType(self.compute_output_shape(shapes), dtype)

    def call(self, inputs):
        ndim = max(x.ndim for x in inputs)
        xs = [ops.expand_dims(x, list(range(1, 1 + ndim - x.ndim))) for x in inputs]
        self.compute_output_shape([tuple(x.shape) for x in xs])
        return self._merge_function(xs)

    def _merge_function(self, xs):
        """Return one tensor for tensors that have equally many axes."""
        return functools.reduce(self._pair, xs)

    def _pair(self, x, y):
        """Return one tensor for two."""
        raise NotImplementedError

    def compute_mask(self, inputs, mask=None):
        """Return where no input is masked out."""
        masks = [m for m in _masks_for(self, inputs, mask) if m is not None]
        return functools.reduce(ops.logical_and, masks) if masks else None


def _is_list_of_shapes(shapes):
    return isinstance(shapes, list | tuple) and any(isinstance(s, list | tuple) for s in shapes)


def _masks_for(layer, inputs, mask):
    """Return the masks as a list, one for each input."""
    if mask is None:
        return []
    if not isinstance(mask, list | tuple) or len(mask) != len(inputs):
        raise ValueError(
            f"Layer {layer.name!r} ({type(layer).__name__}) needs one mask, or None, for each of its "
            f"{len(inputs)} inputs, got {mask!r}."
        )
    return list(mask)


def _common(layer, shapes, all_shapes):
    """Return the shape that shapes have once broadcast, aligned at their ends; None for unknown sizes."""
    ndim = max(map(len, shapes))
    padded = [(1,) * (ndim - len(s)) + tuple(s) for s in shapes]
    return tuple(_common_size(layer, sizes, all_shapes) for sizes in zip(*padded, strict=True))


def _common_size(layer, sizes, all_shapes):
    known = {n for n in sizes if n not in (None, 1)}
    if len(known) > 1:
        raise ValueError(
            f"Layer {layer.name!r} ({type(layer).__name__}) cannot broadcast tensors of the shapes "
            f"{[tuple(s) for s in all_shapes]} against each other; make the sizes equal, or 1 to be repeated."
        )
    # An unknown size beside a known one can only be 1 or the same.
    return known.pop() if known else (None if None in sizes else 1)


class Add(_Merge):
    """Adds tensors: `Add()([a, b, ...])`.

    Examples:
        >>> import numpy as np
        >>> np.asarray(Add()([np.ones((1, 2)), np.ones((1, 2))])).tolist()
        [[2.0, 2.0]]
    """

    keeps_dtype = True

    def _pair(self, x, y):
        return ops.add(x, y)


class Subtract(_Merge):
    """Subtracts the second tensor from the first: `Subtract()([a, b])`."""

    keeps_dtype = True
    most_inputs = 2

    def _pair(self, x, y):
        return ops.subtract(x, y)


class Multiply(_Merge):
    """Multiplies tensors entry by entry: `Multiply()([a, b, ...])`."""

    keeps_dtype = True

    def _pair(self, x, y):
        return ops.multiply(x, y)


class Average(_Merge):
    """Takes the mean of tensors entry by entry: `Average()([a, b, ...])`."""

    takes_floats = True

    def _merge_function(self, xs):
        return ops.divide(functools.reduce(ops.add, xs), len(xs))


class Maximum(_Merge):
    """Takes the largest of tensors entry by entry: `Maximum()([a, b, ...])`."""

    keeps_dtype = True

    def _pair(self, x, y):
        return ops.maximum(x, y)


class Minimum(_Merge):
    """Takes the smallest of tensors entry by entry: `Minimum()([a, b, ...])`."""

    keeps_dtype = True

    def _pair(self, x, y):
        return ops.minimum(x, y)


class Concatenate(_Merge):
    """Joins tensors along an axis: `Concatenate()([a, b, ...])`.

    Args:
        axis: the axis, along which alone the sizes may differ.

    Raises:
        ValueError: if another size or the number of axes differs.

    Examples:
        >>> Concatenate(axis=1).compute_output_shape([(None, 3, 4), (None, 2, 4)])
        (None, 5, 4)
    """

    keeps_dtype = True

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def compute_output_shape(self, input_shape):
        self._check_count(input_shape)
        shapes = [tuple(shape) for shape in input_shape]
        ndim = len(shapes[0])
        if not all(len(s) == ndim for s in shapes) or not -ndim <= self.axis < ndim:
            self._refuse(shapes)
        axis = self.axis % ndim
        columns = list(zip(*shapes, strict=True))
        return tuple(
            _total(sizes) if i == axis else self._equal(sizes, shapes)
            for i, sizes in enumerate(columns)
        )

    def _equal(self, sizes, shapes):
        known = {n for n in sizes if n is not None}
        if len(known) > 1:
            self._refuse(shapes)
        return known.pop() if known else None

    def _refuse(self, shapes):
        raise ValueError(
            f"Layer {self.name!r} (Concatenate) cannot join tensors of the shapes {shapes} along axis {self.axis}; "
            "all other sizes must be equal: crop, pad or reshape the inputs, or choose another axis."
        )

    def call(self, inputs):
        self.compute_output_shape([tuple(x.shape) for x in inputs])
        return ops.concatenate(inputs, axis=self.axis)

    def compute_mask(self, inputs, mask=None):
        """Return the masks joined likewise; an input without a mask counts as kept throughout."""
        masks = _masks_for(self, inputs, mask)
        ndims = {m.ndim for m in masks if m is not None}
        if not ndims:
            return None
        full = [_spread(m, x) for m, x in zip(masks, inputs, strict=True)]
        joined = ops.concatenate(full, axis=self.axis)
        return ops.all(joined, axis=list(range(max(ndims), inputs[0].ndim)))


def _total(sizes):
    return None if None in sizes else sum(sizes)


def _spread(mask, x):
    """Return a mask, or ones for None, in the shape of `x`."""
    ones = ops.ones_like(x, dtype="bool")
    if mask is None:
        return ones
    return ops.logical_and(ops.expand_dims(mask, list(range(mask.ndim, x.ndim))), ones)


class Dot(_Merge):
    """Sums products over an axis of each of two tensors, sample by sample: `Dot(axes)([a, b])`.

    Args:
        axes: the axis, or one for each tensor; 0 is the batch's and not allowed.
        normalize: whether both are first scaled to Euclidean norm one along their axis, which gives
            the cosine.

    Output shape: the first's without its axis, then the second's without its axis and batch;
        (batch, 1) if nothing
    else is left.

    Raises:
        ValueError: if there are not two tensors, or their sizes along the axes differ.

    Examples:
        >>> Dot(axes=(2, 1)).compute_output_shape([(None, 3, 4), (None, 4, 5)])
        (None, 3, 5)
    """

    takes_floats = True
    most_inputs = 2

    def __init__(self, axes, normalize=False, **kwargs):
        super().__init__(**kwargs)
        is_pair = isinstance(axes, list | tuple) and len(axes) == 2
        if not isinstance(axes, int) and not (is_pair and all(isinstance(a, int) for a in axes)):
            raise ValueError(
                f"Layer {self.name!r} (Dot): axes should be an int, or one for each of the two inputs, got {axes!r}."
            )
        self.axes = tuple(axes) if is_pair else axes
        self.normalize = normalize

    def _axes_for(self, shapes):
        """Return the two axes counted from the front."""
        pair = self.axes if isinstance(self.axes, tuple) else (self.axes, self.axes)
        first, second = (axis_of(a, len(s)) for a, s in zip(pair, shapes, strict=True))
        sizes = {shapes[0][first], shapes[1][second]} - {None}
        if 0 in (first, second) or len(sizes) > 1:
            raise ValueError(
                f"Layer {self.name!r} (Dot) cannot sum over the axes {self.axes} of tensors of the shapes "
                f"{[tuple(s) for s in shapes]}; give axes of equal size, other than the batch's."
            )
        return first, second

    def compute_output_shape(self, input_shape):
        self._check_count(input_shape)
        first, second = self._axes_for(input_shape)
        left, right = list(input_shape[0]), list(input_shape[1])
        del left[first], right[second]
        shape = (*left, *right[1:])
        return shape if len(shape) > 1 else (*shape, 1)

    def call(self, inputs):
        x, y = inputs
        first, second = self._axes_for([x.shape, y.shape])
        if self.normalize:
            x, y = ops.l2_normalize(x, axis=first), ops.l2_normalize(y, axis=second)
        letters = iter(string.ascii_letters[2:])
        left = ["a", *(next(letters) for _ in range(x.ndim - 1))]
        right = ["a", *(next(letters) for _ in range(y.ndim - 1))]
        left[first] = right[second] = "b"
        kept = [letter for letter in [*left, *right[1:]] if letter != "b"]
        z = ops.einsum(f"{''.join(left)},{''.join(right)}->{''.join(kept)}", x, y)
        return ops.expand_dims(z, 1) if z.ndim == 1 else z

    def compute_mask(self, inputs, mask=None):
        return None


def add(inputs, **kwargs):
    """Return the sum of a list of tensors; see `Add`, which takes the keyword arguments."""
    return Add(**kwargs)(inputs)


def subtract(inputs, **kwargs):
    """Return the first of two tensors less the second; see `Subtract`."""
    return Subtract(**kwargs)(inputs)


def multiply(inputs, **kwargs):
    """Return the product of a list of tensors, entry by entry; see `Multiply`."""
    return Multiply(**kwargs)(inputs)


def average(inputs, **kwargs):
    """Return the mean of a list of tensors, entry by entry; see `Average`."""
    return Average(**kwargs)(inputs)


def maximum(inputs, **kwargs):
    """Return the largest of a list of tensors, entry by entry; see `Maximum`."""
    return Maximum(**kwargs)(inputs)


def minimum(inputs, **kwargs):
    """Return the smallest of a list of tensors, entry by entry; see `Minimum`."""
    return Minimum(**kwargs)(inputs)


def concatenate(inputs, axis=-1, **kwargs):
    """Return a list of tensors joined along an axis; see `Concatenate`."""
    return Concatenate(axis=axis, **kwargs)(inputs)


def dot(inputs, axes, normalize=False, **kwargs):
    """Return the sums of products over an axis of each of two tensors; see `Dot`."""
    return Dot(axes=axes, normalize=normalize, **kwargs)(inputs)
