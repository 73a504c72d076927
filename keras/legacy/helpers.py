"""Small functions that old modules offered and that programs still import."""

import inspect

import numpy as np

from keras.backend import graph
from keras.ops.nn import output_length, transposed_length
from keras.saving.files import may_write


# ------------------------------------------------------------------ lists
def to_list(x, allow_tuple=False):
    """Return `x` if it is a list (or a tuple, if that is allowed: as a list), else `[x]`.

    Examples:
        >>> to_list(1), to_list([1, 2]), to_list((1, 2)), to_list((1, 2), allow_tuple=True)
        ([1], [1, 2], [(1, 2)], [1, 2])
    """
    if isinstance(x, list):
        return x
    return list(x) if allow_tuple and isinstance(x, tuple) else [x]


def unpack_singleton(x):
    """Return the only item of a list of one, else the list."""
    return x[0] if len(x) == 1 else x


def is_all_none(iterable_or_element):
    """Return whether a thing, or everything in a list or tuple, is None."""
    items = to_list(iterable_or_element, allow_tuple=True)
    return all(item is None for item in items)


def object_list_uid(object_list):
    """Return a text that tells lists of other objects apart."""
    return ", ".join(str(abs(id(x))) for x in to_list(object_list, allow_tuple=True))


def slice_arrays(arrays, start=None, stop=None):
    """Return a part of each array.

    Args:
        arrays: an array, or a list of them, in which None stays None.
        start: the first row; or a list of rows.
        stop: the row behind the last one.

    Examples:
        >>> slice_arrays([np.arange(4), None], 1, 3)
        [array([1, 2]), None]
    """
    if arrays is None:
        return [None]
    if isinstance(arrays, list):
        return [None if a is None else slice_arrays(a, start, stop) for a in arrays]
    if hasattr(start, "__len__"):
        return arrays[list(start)] if stop is None else arrays[start[0] : stop]
    return arrays[start:stop] if hasattr(arrays, "__getitem__") else [None]


# ------------------------------------------------------------------ files
def ask_to_proceed_with_overwrite(filepath):
    """Ask whether to overwrite a file, and return the answer.

    Raises:
        FileExistsError: if nobody can be asked.
    """
    return may_write(filepath, overwrite=False)


# ------------------------------------------------------------------ functions
def has_arg(fn, name, accept_all=False):
    """Return whether a function has an argument of a name that can be given by keyword.

    Args:
        fn: a function.
        name: the argument.
        accept_all: whether `**kwargs` counts.

    Examples:
        >>> has_arg(lambda x, training=None: x, "training"), has_arg(lambda **k: k, "training")
        (True, False)
    """
    parameters = inspect.signature(fn).parameters
    if name in parameters:
        by_name = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
        return parameters[name].kind in by_name
    kinds = [p.kind for p in parameters.values()]
    return accept_all and inspect.Parameter.VAR_KEYWORD in kinds


# ------------------------------------------------------------------ shapes
def transpose_shape(shape, target_format, spatial_axes):
    """Return a shape with the channels last as one of another data format.

    Args:
        shape: a tuple.
        target_format: `"channels_first"` or `"channels_last"`.
        spatial_axes: those of the spatial sizes.

    Raises:
        ValueError: for another format.

    Examples:
        >>> transpose_shape((16, 128, 128, 32), "channels_first", (1, 2))
        (16, 32, 128, 128)
    """
    if target_format == "channels_first":
        first = spatial_axes[0]
        kept = tuple(shape[:first])
        return (*kept, shape[-1], *(shape[axis] for axis in spatial_axes))
    if target_format != "channels_last":
        raise ValueError(
            f"target_format should be 'channels_first' or 'channels_last', got {target_format!r}."
        )
    return tuple(shape)


def normalize_tuple(value, n, name):
    """Return an int as a tuple of `n` of them, `n` ints as a tuple.

    Raises:
        ValueError: naming the argument, for anything else.
    """
    items = (value,) * n if isinstance(value, int) else tuple(value) if _is_iterable(value) else ()
    if len(items) != n or not all(isinstance(i, int | np.integer) for i in items):
        raise ValueError(f"{name} should be an int or {n} ints, got {value!r}.")
    return items


def _is_iterable(value):
    return hasattr(value, "__iter__")


def normalize_padding(value):
    """Return the name of a padding in lower case.

    Raises:
        ValueError: if it is neither "valid", "same", "causal" nor "full".
    """
    padding = value.lower()
    if padding not in ("valid", "same", "causal", "full"):
        raise ValueError(f"padding should be 'valid', 'same', 'causal' or 'full', got {value!r}.")
    return padding


def conv_output_length(input_length, filter_size, padding, stride, dilation=1):
    """Return how many places a window takes along an axis; None for an unknown length.

    Examples:
        >>> conv_output_length(10, 3, "valid", 2)
        4
    """
    return output_length(input_length, filter_size, normalize_padding(padding), stride, dilation)


def conv_input_length(output_length, filter_size, padding, stride):
    """Return the length of an axis on which a window takes so many places; None for an unknown number.

    Examples:
        >>> conv_input_length(4, 3, "valid", 2)
        9
    """
    if output_length is None:
        return None
    pad = {"valid": 0, "same": filter_size // 2, "full": filter_size - 1}[
        normalize_padding(padding)
    ]
    return (output_length - 1) * stride - 2 * pad + filter_size


def deconv_length(dim_size, stride_size, kernel_size, padding, output_padding, dilation=1):
    """Return the size along an axis that a transposed convolution gives; None for an unknown size."""
    return transposed_length(
        dim_size, kernel_size, normalize_padding(padding), stride_size, output_padding, dilation
    )


def convert_kernel(kernel):
    """Return a convolution's kernel turned by 180 degrees: between those of Theano and all others.

    Args:
        kernel: an array (*window, channels in, channels out) with one to three spatial axes.

    Raises:
        ValueError: for another number of axes.

    Examples:
        >>> convert_kernel(np.arange(3).reshape(3, 1, 1)).ravel().tolist()
        [2, 1, 0]
    """
    kernel = np.asarray(kernel)
    if not 3 <= kernel.ndim <= 5:
        raise ValueError(f"A convolution's kernel has 3 to 5 axes, got the shape {kernel.shape}.")
    return np.flip(kernel, tuple(range(kernel.ndim - 2))).copy()


# ------------------------------------------------------------------ models
def count_params(weights):
    """Return the number of scalars in some weights, each counted once."""
    return sum(int(np.prod(w.shape, dtype="int64")) for w in dict.fromkeys(weights))


def get_source_inputs(tensor, layer=None, node_index=None):
    """Return the tensors that a symbolic tensor was computed from and that are themselves not computed.

    Args:
        tensor: a symbolic tensor.
        layer, node_index: not needed, the tensor knows them.

    Examples:
        >>> from keras.layers import Dense, Input
        >>> x = Input((3,))
        >>> get_source_inputs(Dense(2)(x)) == [x]
        True
    """
    found = [t for t in graph.ancestors([tensor]) if t.node is None]
    return [t for t in found if not isinstance(t, graph.LearningPhase)]
