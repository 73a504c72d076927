"""Convolutions and pooling as plain loops over NumPy arrays (batch, *spatial, channels): what to compare with."""

import itertools

import numpy as np


def to_first(x):
    """Return (batch, *spatial, channels) as (batch, channels, *spatial)."""
    return np.moveaxis(x, -1, 1)


def output_sizes(sizes, window, strides, padding, dilation):
    """Return how many places a window takes along each axis."""
    return tuple(
        (n + sum(p) - (k - 1) * d - 1) // s + 1
        for n, k, s, p, d in zip(sizes, window, strides, padding, dilation, strict=True)
    )


def places(sizes, window, strides, padding, dilation):
    """Yield (output index, window index, input index) for every pair inside the array."""
    out = output_sizes(sizes, window, strides, padding, dilation)
    for o in itertools.product(*map(range, out)):
        for w in itertools.product(*map(range, window)):
            i = tuple(
                a * s + b * d - p[0]
                for a, b, s, d, p in zip(o, w, strides, dilation, padding, strict=True)
            )
            if all(0 <= a < n for a, n in zip(i, sizes, strict=True)):
                yield o, w, i


def conv(x, kernel, strides, padding, dilation, groups):
    """Return the cross-correlation."""
    sizes, window = x.shape[1:-1], kernel.shape[:-2]
    out = output_sizes(sizes, window, strides, padding, dilation)
    y = np.zeros((x.shape[0], *out, kernel.shape[-1]), x.dtype)
    inside, outside = kernel.shape[-2], kernel.shape[-1] // groups
    for o, w, i in places(sizes, window, strides, padding, dilation):
        for g in range(groups):
            to = slice(g * outside, (g + 1) * outside)
            part = x[(slice(None), *i)][:, g * inside : (g + 1) * inside]
            y[(slice(None), *o)][:, to] += part @ kernel[w][:, to]
    return y


def conv_transpose(y, kernel, sizes, strides, padding, dilation):
    """Return the gradient, by an input of the given sizes, of <conv(x), y>; `padding` is that of the convolution."""
    x = np.zeros((y.shape[0], *sizes, kernel.shape[-2]), y.dtype)
    for o, w, i in places(sizes, kernel.shape[:-2], strides, padding, dilation):
        x[(slice(None), *i)] += y[(slice(None), *o)] @ kernel[w].T
    return x


def depthwise_conv(x, kernel, strides, padding, dilation):
    """Return each channel's convolution with its own filters."""
    sizes, window = x.shape[1:-1], kernel.shape[:-2]
    out = output_sizes(sizes, window, strides, padding, dilation)
    channels, multiplier = kernel.shape[-2:]
    y = np.zeros((x.shape[0], *out, channels, multiplier), x.dtype)
    for o, w, i in places(sizes, window, strides, padding, dilation):
        y[(slice(None), *o)] += x[(slice(None), *i)][:, :, None] * kernel[w]
    return y.reshape(*y.shape[:-2], -1)


def max_pool(x, size, strides, padding):
    """Return the largest entry of each window."""
    ones = (1,) * len(size)
    out = output_sizes(x.shape[1:-1], size, strides, padding, ones)
    y = np.full((x.shape[0], *out, x.shape[-1]), -np.inf)
    for o, _, i in places(x.shape[1:-1], size, strides, padding, ones):
        here = (slice(None), *o)
        y[here] = np.maximum(y[here], x[(slice(None), *i)])
    return y.astype(x.dtype)


def average_pool(x, size, strides, padding):
    """Return the mean of each window's entries inside the array."""
    ones = (1,) * len(size)
    out = output_sizes(x.shape[1:-1], size, strides, padding, ones)
    y, count = np.zeros((x.shape[0], *out, x.shape[-1]), x.dtype), np.zeros(out)
    for o, _, i in places(x.shape[1:-1], size, strides, padding, ones):
        y[(slice(None), *o)] += x[(slice(None), *i)]
        count[o] += 1
    return (y / count[..., None]).astype(x.dtype)
