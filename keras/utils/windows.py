"""Sizes along an axis before and after a convolution, by their classic names."""

from keras.ops.nn import output_length, transposed_length

PADDINGS = ("valid", "same", "causal", "full")


def conv_output_length(input_length, filter_size, padding, stride, dilation=1):
    """Return the size that a convolution gives; None for an unknown size.

    Args:
        input_length: the size before, or None.
        filter_size: the kernel's size.
        padding: "valid", "same", "causal" or "full".
        stride, dilation: ints.

    Raises:
        ValueError: for another padding.

    Examples:
        >>> conv_output_length(28, 3, "valid", 1)
        26
    """
    return output_length(input_length, filter_size, _known(padding), stride, dilation)


def conv_input_length(output_length, filter_size, padding, stride):
    """Return the smallest size that gives `output_length` in a convolution; None for an unknown size.

    Args:
        output_length: the size after, or None.
        filter_size: the kernel's size.
        padding: "valid", "same" or "full".
        stride: an int.

    Raises:
        ValueError: for another padding.

    Examples:
        >>> conv_input_length(26, 3, "valid", 1)
        28
    """
    if output_length is None:
        return None
    one_side = {"same": filter_size // 2, "valid": 0, "full": filter_size - 1}
    if padding not in one_side:
        raise ValueError(f"padding should be one of {list(one_side)}, got {padding!r}.")
    return (output_length - 1) * stride - 2 * one_side[padding] + filter_size


def deconv_length(dim_size, stride_size, kernel_size, padding, output_padding, dilation=1):
    """Return the size that a transposed convolution gives; None for an unknown size.

    Args:
        dim_size: the size before, or None.
        stride_size, kernel_size, dilation: ints.
        padding: "valid", "same" or "full".
        output_padding: added at the end; None: so that the size is the largest of those that a convolution takes there.

    Raises:
        ValueError: for another padding.

    Examples:
        >>> deconv_length(7, 2, 3, "same", None)
        14
    """
    padding = _known(padding)
    if padding == "full" and output_padding is None and dim_size is not None:
        return (dim_size - 1) * stride_size + 2 - _reach(kernel_size, dilation)
    return transposed_length(dim_size, kernel_size, padding, stride_size, output_padding, dilation)


def _reach(kernel_size, dilation):
    return (kernel_size - 1) * dilation + 1


def _known(padding):
    if padding not in PADDINGS:
        raise ValueError(f"padding should be one of {PADDINGS}, got {padding!r}.")
    return padding


def normalize_padding(value):
    """Return a padding's name in lower case.

    Raises:
        ValueError: if it is neither "valid", "same" nor "causal".

    Examples:
        >>> normalize_padding("SAME")
        'same'
    """
    padding = str(value).lower()
    if padding not in ("valid", "same", "causal"):
        raise ValueError(f"padding should be 'valid', 'same' or 'causal', got {value!r}.")
    return padding


def normalize_tuple(value, n, name):
    """Return an int as a tuple of `n` times this int, and a sequence of `n` ints as a tuple.

    Args:
        value: an int or a sequence of ints.
        n: how many ints there should be.
        name: what the argument is called, for the message.

    Raises:
        ValueError: for anything else.

    Examples:
        >>> normalize_tuple(3, 2, "kernel_size"), normalize_tuple([1, 2], 2, "strides")
        ((3, 3), (1, 2))
    """
    try:
        values = (value,) * n if hasattr(value, "__index__") else tuple(value)
        result = tuple(each.__index__() for each in values)
    except (TypeError, AttributeError):
        result = ()
    if len(result) != n:
        raise ValueError(f"{name} should be an int or {n} ints, got {value!r}.")
    return result
