"""Small tools for arguments and lists."""

import inspect


def has_arg(fn, name, accept_all=False):
    """Return whether a function or class takes an argument by name.

    Args:
        fn: the function or class.
        name: the argument's name.
        accept_all: whether `**kwargs` counts as taking it.

    Examples:
        >>> has_arg(sorted, "key"), has_arg(dict, "key"), has_arg(print, "end")
        (True, False, True)
    """
    try:
        parameters = inspect.signature(fn).parameters.values()
    except ValueError:  # some built-in functions do not tell their arguments
        return accept_all
    by_name = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return any(
        (p.name == name and p.kind in by_name) or (accept_all and p.kind is p.VAR_KEYWORD)
        for p in parameters
    )


def to_list(x, allow_tuple=False):
    """Return a list as it is, anything else as the only entry of a list.

    Args:
        x: anything.
        allow_tuple: whether to turn a tuple into a list.

    Examples:
        >>> to_list([1]), to_list(1), to_list((1, 2)), to_list((1, 2), allow_tuple=True)
        ([1], [1], [(1, 2)], [1, 2])
    """
    if isinstance(x, list):
        return x
    return list(x) if allow_tuple and isinstance(x, tuple) else [x]


def unpack_singleton(x):
    """Return the only entry of a list or tuple, anything else as it is.

    Examples:
        >>> unpack_singleton([1]), unpack_singleton([1, 2])
        (1, [1, 2])
    """
    return x[0] if isinstance(x, list | tuple) and len(x) == 1 else x


def object_list_uid(object_list):
    """Return a text that tells one list of objects from another while they live."""
    return ", ".join(str(abs(id(x))) for x in to_list(object_list))


def is_all_none(iterable_or_element):
    """Return whether a value, or every entry of a list or tuple, is None.

    Examples:
        >>> is_all_none([None, None]), is_all_none([None, 0]), is_all_none(None)
        (True, False, True)
    """
    return all(x is None for x in to_list(iterable_or_element, allow_tuple=True))


def slice_arrays(arrays, start=None, stop=None):
    """Return rows of an array or of each of a list of arrays; None stays None.

    Args:
        arrays: an array, a list of arrays and None, or None.
        start: the first row, or a list or array of row numbers.
        stop: the row after the last one; not used with row numbers.

    Examples:
        >>> slice_arrays(["abcd", None], 1, 3)
        ['bc', None]
    """
    if arrays is None:
        return [None]
    if isinstance(arrays, list):
        return [None if x is None else slice_arrays(x, start, stop) for x in arrays]
    if hasattr(start, "__len__"):
        return arrays[start.tolist() if hasattr(start, "tolist") else start]
    return arrays[start:stop] if hasattr(arrays, "__getitem__") else [None]


def transpose_shape(shape, target_format, spatial_axes):
    """Return a shape whose channels are last, in a data format.

    Args:
        shape: a tuple with the batch first and channels last.
        target_format: "channels_first" or "channels_last".
        spatial_axes: the numbers of the axes between.

    Raises:
        ValueError: for another format.

    Examples:
        >>> transpose_shape((16, 128, 64, 3), "channels_first", spatial_axes=(1, 2))
        (16, 3, 128, 64)
    """
    if target_format == "channels_first":
        before = min(spatial_axes)
        moved = (*shape[:before], shape[-1], *(shape[axis] for axis in spatial_axes))
        return type(shape)(moved)
    if target_format == "channels_last":
        return shape
    raise ValueError(
        f"target_format should be 'channels_first' or 'channels_last', got {target_format!r}."
    )
