"""Convolutions and pooling in PyTorch.

Layouts: `channels_last` arrays are (batch, *spatial, channels), `channels_first` (batch, channels, *spatial);
kernels are (*spatial, channels in / groups, channels out) in both. Paddings are (before, after) pairs an axis.
PyTorch's functions have channels first; a `channels_last` array seen through other strides is what they call
the channels-last memory format, and runs without a copy.
"""

import itertools

import torch
from torch.nn import functional

_CONV = {1: functional.conv1d, 2: functional.conv2d, 3: functional.conv3d}
_TRANSPOSED = {
    1: functional.conv_transpose1d,
    2: functional.conv_transpose2d,
    3: functional.conv_transpose3d,
}
_MAX_POOL = {1: functional.max_pool1d, 2: functional.max_pool2d, 3: functional.max_pool3d}
_AVERAGE_POOL = {1: functional.avg_pool1d, 2: functional.avg_pool2d, 3: functional.avg_pool3d}


def _first(x, channels_first):
    """Return a view of `x` with its channels in the second place."""
    return x if channels_first else x.movedim(-1, 1)


def _back(y, channels_first):
    """Return what was computed with channels first in the layout asked for."""
    return y if channels_first else y.movedim(1, -1)


def _padded(x, padding, value=0.0):
    """Return `x` (channels first) with entries put around its spatial axes; negative paddings cut."""
    if not any(itertools.chain(*padding)):
        return x
    return functional.pad(x, list(itertools.chain(*reversed(padding))), value=value)


def _even(x, padding, value=0.0):
    """Return `x` padded as far as PyTorch cannot do it by itself, and the paddings it can."""
    if all(before == after >= 0 for before, after in padding):
        return x, [before for before, _ in padding]
    return _padded(x, padding, value), [0] * len(padding)


def conv(x, kernel, strides, padding, dilation, groups, channels_first):
    """Return the cross-correlation of `x` with `kernel`."""
    rank = kernel.ndim - 2
    x, pads = _even(_first(x, channels_first), padding)
    weight = kernel.permute(-1, -2, *range(rank))
    y = _CONV[rank](x, weight, None, tuple(strides), pads, tuple(dilation), groups)
    return _back(y, channels_first)


def conv_transpose(x, kernel, strides, padding, dilation, channels_first):
    """Return the gradient of a convolution by its input.

    Args:
        kernel: (*spatial, channels out, channels in), as the convolution has it whose gradient this is.
        padding: the (before, after) pairs to put around the input once it is spread out by the strides.
    """
    rank = kernel.ndim - 2
    weight = kernel.permute(-1, -2, *range(rank))
    y = _TRANSPOSED[rank](
        _first(x, channels_first), weight, stride=tuple(strides), dilation=tuple(dilation)
    )
    # That is the result for the widest padding, from which every entry of the input is reached by all of the window.
    reach = [(k - 1) * d for k, d in zip(kernel.shape[:rank], dilation, strict=True)]
    cut = [(before - r, after - r) for (before, after), r in zip(padding, reach, strict=True)]
    return _back(_padded(y, cut), channels_first)


def depthwise_conv(x, kernel, strides, padding, dilation, channels_first):
    """Return each channel's convolution with filters of its own.

    Args:
        kernel: (*spatial, channels, multiplier); output channel c * multiplier + m comes from channel c.
    """
    *size, channels, multiplier = kernel.shape
    rows = kernel.reshape(*size, 1, channels * multiplier)
    return conv(x, rows, strides, padding, dilation, channels, channels_first)


def max_pool(x, size, strides, padding, channels_first):
    """Return the largest entry of each window; of equal ones the first gets the gradient."""
    x = _first(x, channels_first)
    if not x.is_floating_point():
        # PyTorch pools no short integers; float64 holds every one of them.
        y = max_pool(x.double(), size, strides, padding, True).to(x.dtype)
        return _back(y, channels_first)
    x = _padded(x, padding, -torch.inf)
    return _back(_MAX_POOL[len(size)](x, tuple(size), tuple(strides)), channels_first)


def average_pool(x, size, strides, padding, channels_first):
    """Return the mean of each window, of its entries inside the array alone."""
    x = _first(x, channels_first)
    pool, window = _AVERAGE_POOL[len(size)], (tuple(size), tuple(strides))
    if not any(itertools.chain(*padding)):
        return _back(pool(x, *window), channels_first)
    inside = torch.ones((1, 1, *x.shape[2:]), dtype=x.dtype, device=x.device)
    shares = pool(_padded(inside, padding), *window)
    return _back(pool(_padded(x, padding), *window) / shares, channels_first)


def normalize(x, scale, offset, epsilon, channels_first):
    """Return `x` with mean 0 and variance 1 in each channel, scaled and offset; the mean; the variance."""
    x = _first(x, channels_first)
    y, _, _ = torch.native_batch_norm(x, scale, offset, None, None, True, 0.0, epsilon)
    axes = [axis for axis in range(x.ndim) if axis != 1]
    variance, mean = torch.var_mean(x.detach(), axes, correction=0)
    return _back(y, channels_first), mean, variance
