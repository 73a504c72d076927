"""Convolutions and pooling in TensorFlow.

Layouts: `channels_last` arrays are (batch, *spatial, channels), `channels_first` (batch, channels, *spatial);
kernels are (*spatial, channels in / groups, channels out) in both. Paddings are (before, after) pairs an axis.
Everything is computed with the channels last, which TensorFlow can do on every device.
"""

import functools
import itertools

import numpy as np
import tensorflow as tf

from keras.backend import dtypes
from keras.backend.tensorflow.core import standing_in

_CONV = {2: tf.nn.conv2d, 3: tf.nn.conv3d}
_TRANSPOSED = {2: tf.nn.conv2d_transpose, 3: tf.nn.conv3d_transpose}


def _channels_last(function):
    """Let a function of channels-last arrays, whose last argument is the layout, take either."""

    @functools.wraps(function)
    def call(x, *args):
        *args, channels_first = args
        if not channels_first:
            return function(x, *args)
        last = x.ndim - 1
        y = function(tf.transpose(x, (0, *range(2, last + 1), 1)), *args)
        return tf.transpose(y, (0, last, *range(1, last)))

    return call


def _padded(x, padding, value=0):
    """Return `x` with entries put around its spatial axes; negative paddings cut."""
    if not any(itertools.chain(*padding)):
        return x
    cut = [
        slice(max(-b, 0), n + min(a, 0)) for n, (b, a) in zip(x.shape[1:-1], padding, strict=True)
    ]
    pairs = [(max(before, 0), max(after, 0)) for before, after in padding]
    x = x[(slice(None), *cut)]
    return tf.pad(x, [(0, 0), *pairs, (0, 0)], constant_values=tf.cast(value, x.dtype))


# ------------------------------------------------------------------ convolutions
@functools.cache
def _has_every_kernel(dtype):
    """Return whether dilated and grouped convolutions and their gradients have kernels in a dtype.

    On the CPU only oneDNN has them, and neither on every machine nor for float64.
    """
    with tf.init_scope():
        y, kernel = tf.zeros((1, 3, 3, 1), dtype), tf.zeros((2, 2, 1, 1), dtype)
        try:
            # The gradient of a dilated convolution: where there is a kernel for that, there are those for groups too.
            tf.nn.conv2d_transpose(y, kernel, (1, 5, 5, 1), 1, "VALID", dilations=2)
        except (tf.errors.InvalidArgumentError, tf.errors.UnimplementedError):
            return False
    return True


def _spread(kernel, dilation):
    """Return a kernel with zeros between its entries, which does without dilation what it would do with it."""
    for axis, step in enumerate(dilation):
        if step > 1:
            sizes = kernel.shape.as_list()
            after = [(0, 0)] * kernel.ndim
            after.insert(axis + 1, (0, step - 1))
            sizes[axis] *= step
            kernel = tf.reshape(tf.pad(tf.expand_dims(kernel, axis + 1), after), sizes)
            kernel = kernel[(slice(None),) * axis + (slice(None, 1 - step),)]
    return kernel


def _computable(kernel, dilation):
    """Return a kernel and a dilation for which there is an operation, that together are the ones given."""
    if _has_every_kernel(dtypes.of(kernel)):
        return kernel, dilation
    return _spread(kernel, dilation), (1,) * len(dilation)


@_channels_last
def conv(x, kernel, strides, padding, dilation, groups):
    """Return the cross-correlation of `x` with `kernel`."""
    x, strides, dilation = _padded(x, padding), tuple(strides), tuple(dilation)
    if x.shape[0] == 0:
        return _of_no_samples(x, kernel, strides, dilation, kernel.shape[-1])
    return _conv(x, kernel, strides, dilation, groups)


def _of_no_samples(x, kernel, strides, dilation, channels):
    """Return what a convolution gives for an empty batch; that of oneDNN has the shape of the input."""
    rows = zip(x.shape[1:-1], kernel.shape, strides, dilation, strict=False)
    return tf.zeros((0, *(_count(*row) for row in rows), channels), x.dtype)


def _count(size, window, stride, dilation):
    """Return how many windows fit in along an axis."""
    return (size - (window - 1) * dilation - 1) // stride + 1


def _conv(x, kernel, strides, dilation, groups):
    rank = len(strides)
    if rank == 1:
        return _conv(x[:, None], kernel[None], (1, *strides), (1, *dilation), groups)[:, 0]
    if max(dilation) > 1:
        kernel, dilation = _computable(kernel, dilation)
    options = {"strides": _steps(strides), "dilations": _steps(dilation)}
    run = functools.partial(_CONV[rank], padding="VALID", **options)
    if groups == 1 or (rank == 2 and _has_every_kernel(dtypes.of(kernel))):
        return run(x, kernel)
    parts = zip(tf.split(x, groups, -1), tf.split(kernel, groups, -1), strict=True)
    return tf.concat([run(*part) for part in parts], -1)


@_channels_last
def conv_transpose(x, kernel, strides, padding, dilation):
    """Return the gradient of a convolution by its input.

    Args:
        kernel: (*spatial, channels out, channels in), as the convolution has it whose gradient this is.
        padding: the (before, after) pairs to put around the input once it is spread out by the strides.
    """
    y = _conv_transpose(x, kernel, tuple(strides), tuple(dilation))
    # That is the result for the widest padding, from which every entry of the input is reached by all of the window.
    reach = [(k - 1) * d for k, d in zip(kernel.shape[:-2], dilation, strict=True)]
    cut = [(before - r, after - r) for (before, after), r in zip(padding, reach, strict=True)]
    return _padded(y, cut)


def _conv_transpose(x, kernel, strides, dilation):
    rank = len(strides)
    if rank == 1:
        return _conv_transpose(x[:, None], kernel[None], (1, *strides), (1, *dilation))[:, 0]
    if max(dilation) > 1:
        kernel, dilation = _computable(kernel, dilation)
    rows = zip(x.shape[1:-1], strides, kernel.shape[:-2], dilation, strict=True)
    sizes = [(n - 1) * s + (k - 1) * d + 1 for n, s, k, d in rows]
    shape = (x.shape[0], *sizes, kernel.shape[-2])
    options = {"strides": _steps(strides), "dilations": _steps(dilation)}
    return _TRANSPOSED[rank](x, kernel, shape, padding="VALID", **options)


def _steps(sizes):
    """Return strides or dilations with those of the batch and the channels."""
    return (1, *sizes, 1)


@_channels_last
def depthwise_conv(x, kernel, strides, padding, dilation):
    """Return each channel's convolution with filters of its own.

    Args:
        kernel: (*spatial, channels, multiplier); output channel c * multiplier + m comes from channel c.
    """
    x, strides, dilation = _padded(x, padding), tuple(strides), tuple(dilation)
    if x.shape[0] == 0:
        channels = kernel.shape[-2] * kernel.shape[-1]
        return _of_no_samples(x, kernel, strides, dilation, channels)
    return _depthwise(x, kernel, strides, dilation)


def _depthwise(x, kernel, strides, dilation):
    rank = kernel.ndim - 2
    if rank == 1:
        return _depthwise(x[:, None], kernel[None], strides * 2, (1, *dilation))[:, 0]
    if rank == 3:
        return _depthwise_by_planes(x, kernel, strides, dilation)
    kernel = _spread(kernel, dilation)
    if strides[0] == strides[1]:
        return tf.nn.depthwise_conv2d(x, kernel, _steps(strides), "VALID")
    # TensorFlow has only equal strides along both axes.
    y = tf.nn.depthwise_conv2d(x, kernel, (1, 1, 1, 1), "VALID")
    return y[:, :: strides[0], :: strides[1]]


def _depthwise_by_planes(x, kernel, strides, dilation):
    """Return the convolution over three axes as a sum over the first axis of the kernel of ones over two."""
    step, spread = strides[0], dilation[0]
    count = _count(x.shape[1], kernel.shape[0], step, spread)
    total = 0
    for i in range(kernel.shape[0]):
        start = i * spread
        planes = x[:, start : start + (count - 1) * step + 1 : step]
        flat = tf.reshape(planes, (x.shape[0] * count, *x.shape[2:]))
        total += _depthwise(flat, kernel[i], strides[1:], dilation[1:])
    return tf.reshape(total, (x.shape[0], count, *total.shape[1:]))


# ------------------------------------------------------------------ pooling
def _pool(pool, x, size, strides):
    """Return `pool`, TensorFlow's for two axes, over one to three axes.

    That for three axes lacks float64, and the largest entry or the mean of a block is that of its planes'.
    """
    if len(size) == 1:
        return _pool(pool, x[:, None], (1, *size), (1, *strides))[:, 0]
    if len(size) == 2:
        return pool(x, size, strides, "VALID")
    batch, depth, *rest = x.shape
    y = pool(tf.reshape(x, (batch * depth, *rest)), size[1:], strides[1:], "VALID")
    _, height, width, channels = y.shape
    y = tf.reshape(y, (batch, depth, height * width, channels))
    y = pool(y, (size[0], 1), (strides[0], 1), "VALID")
    return tf.reshape(y, (batch, y.shape[1], height, width, channels))


@standing_in(bool="uint8", uint32="int64")
@_channels_last
def max_pool(x, size, strides, padding):
    """Return the largest entry of each window; of equal ones the first gets the gradient."""
    pool = functools.partial(_pool, tf.nn.max_pool2d, size=size, strides=strides)
    if not x.dtype.is_floating:
        return pool(_padded(x, padding, x.dtype.min))
    y = pool(_padded(x, padding, -np.inf))
    # TensorFlow's skips NaN: a network gone wrong would look sound. To look for it takes 2 ms of a step of 150 in a
    # small image network, to mark the windows that have one another 7.
    has_nan = tf.math.is_nan(tf.stop_gradient(tf.reduce_sum(x)))
    return tf.cond(has_nan, lambda: _marked(y, x, padding, pool), lambda: y)


def _marked(y, x, padding, pool):
    """Return the pooled `y` with NaN where there is one among the entries of `x`."""
    is_nan = tf.cast(tf.math.is_nan(x), x.dtype)
    return tf.where(pool(_padded(is_nan, padding)) > 0, tf.cast(np.nan, x.dtype), y)


@_channels_last
def average_pool(x, size, strides, padding):
    """Return the mean of each window, of its entries inside the array alone."""
    total = _pool(tf.nn.avg_pool2d, _padded(x, padding), size, strides)
    if not any(itertools.chain(*padding)):
        return total
    inside = _padded(tf.ones((1, *x.shape[1:-1], 1), x.dtype), padding)
    return total / _pool(tf.nn.avg_pool2d, inside, size, strides)


def normalize(x, scale, offset, epsilon, channels_first):
    """Return `x` with mean 0 and variance 1 in each channel, scaled and offset; the mean; the variance."""
    if channels_first:
        last = x.ndim - 1
        y, *moments = normalize(
            tf.transpose(x, (0, *range(2, last + 1), 1)), scale, offset, epsilon, False
        )
        return tf.transpose(y, (0, last, *range(1, last))), *moments
    nothing = tf.zeros(0)
    y, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
        x=tf.reshape(x, (-1, 1, 1, x.shape[-1])),
        scale=scale,
        offset=offset,
        mean=nothing,
        variance=nothing,
        epsilon=epsilon,
    )
    # TensorFlow divides the sum of squares by one less than their number.
    count = x.shape.num_elements() // x.shape[-1]
    variance *= (count - 1) / count
    return tf.reshape(y, x.shape), tf.stop_gradient(mean), tf.stop_gradient(variance)
