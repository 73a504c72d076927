"""Windows, paddings and data formats: how layers over spatial axes read their arguments."""

from numbers import Integral


def ints(value, rank, name, at_least=1):
    """Return an argument as a tuple of ints, one a spatial axis.

    Args:
        value: an int, which stands for all axes, or `rank` of them.
        rank: the number of spatial axes.
        name: the argument's name, for the error.
        at_least: the smallest number allowed.

    Raises:
        ValueError: for another number of ints, or smaller ones.

    Examples:
        >>> ints(3, 2, "kernel_size"), ints([3, 5], 2, "kernel_size")
        ((3, 3), (3, 5))
    """
    items = (value,) * rank if isinstance(value, Integral) else value
    is_right = isinstance(items, list | tuple) and len(items) == rank
    if not is_right or not all(isinstance(n, Integral) and n >= at_least for n in items):
        raise ValueError(
            f"{name} should be an int >= {at_least}, or {rank} of them, got {value!r}."
        )
    return tuple(int(n) for n in items)


def pairs(value, rank, name):
    """Return an argument as (before, after) pairs, one a spatial axis.

    Args:
        value: an int, which stands for all sides; or one item an axis, each an int or a pair of
            ints. For a single axis a pair of ints is that axis's pair.
        rank: the number of spatial axes.
        name: the argument's name, for the error.

    Raises:
        ValueError: for anything else.

    Examples:
        >>> pairs(1, 2, "padding"), pairs((1, 2), 2, "padding"), pairs((1, 2), 1, "padding")
        (((1, 1), (1, 1)), ((1, 1), (2, 2)), ((1, 2),))
    """
    items = (value,) * rank if isinstance(value, Integral) else value
    if rank == 1 and _is_pair(items):
        items = (items,)
    is_right = isinstance(items, list | tuple) and len(items) == rank
    if not is_right or not all(
        _is_pair(i) or (_is_count(i) and rank > 1) or i is value for i in items
    ):
        raise ValueError(
            f"{name} should be an int >= 0, or {rank} of them or (before, after) pairs of them, "
            f"one a spatial axis, got {value!r}."
        )
    return tuple(ints(item, 2, name, at_least=0) for item in items)


def _is_count(value):
    return isinstance(value, Integral) and value >= 0


def _is_pair(value):
    return isinstance(value, list | tuple) and len(value) == 2 and all(map(_is_count, value))


def padding_name(value, allowed=("valid", "same")):
    """Return the name of a padding in lower case.

    Raises:
        ValueError: if it is not among those allowed.
    """
    name = value.lower() if isinstance(value, str) else value
    if name not in allowed:
        raise ValueError(f"padding should be one of {allowed}, got {value!r}.")
    return name


def channel_axis(data_format):
    """Return where the channels are: 1 or -1."""
    return 1 if data_format == "channels_first" else -1


def spatial_axes(ndim, data_format):
    """Return the spatial axes of a tensor with `ndim` axes as a tuple.

    Examples:
        >>> spatial_axes(4, "channels_last"), spatial_axes(4, "channels_first")
        ((1, 2), (2, 3))
    """
    first = 2 if data_format == "channels_first" else 1
    return tuple(range(first, first + ndim - 2))


def spatial_sizes(shape, data_format):
    """Return the sizes along the spatial axes of a shape as a tuple."""
    return tuple(shape[axis] for axis in spatial_axes(len(shape), data_format))


def per_axis(ndim, data_format, items, other):
    """Return a list with `items` at the spatial axes and `other` at the batch's and channels'.

    Examples:
        >>> per_axis(4, "channels_first", ["h", "w"], None)
        [None, None, 'h', 'w']
    """
    items = list(items)
    return [other, other, *items] if data_format == "channels_first" else [other, *items, other]


def with_spatial(shape, data_format, sizes, channels=None):
    """Return a shape with other spatial sizes, and another number of channels if one is given.

    Examples:
        >>> with_spatial((None, 8, 8, 3), "channels_last", (4, 4), channels=16)
        (None, 4, 4, 16)
    """
    channels = shape[channel_axis(data_format)] if channels is None else channels
    if data_format == "channels_first":
        return (shape[0], channels, *sizes)
    return (shape[0], *sizes, channels)


def check_sizes(layer, input_shape, sizes):
    """Return `sizes`, the spatial ones that a layer would give.

    Raises:
        ValueError: if one is not positive: the input is too small for the layer.
    """
    if any(n is not None and n < 1 for n in sizes):
        raise ValueError(
            f"Layer {layer.name!r} ({type(layer).__name__}) would give the spatial sizes "
            f"{tuple(sizes)} for the input shape {tuple(input_shape)}; give it a larger input, "
            "a smaller window, or padding='same' where it takes that."
        )
    return tuple(sizes)
