"""Small functions that old modules offered and that programs still import."""

import numpy as np

from keras.ops.nn import output_length, transposed_length
from keras.saving.files import may_write


# ------------------------------------------------------------------ files
def ask_to_proceed_with_overwrite(filepath):
    """Ask whether to overwrite a file, and return the answer.

    Raises:
        FileExistsError: if nobody can be asked.
    """
    return may_write(filepath, overwrite=False)


# ------------------------------------------------------------------ shapes
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
