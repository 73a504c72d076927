"""K's convolutions, pooling and resizing."""

from keras import config, ops

# ------------------------------------------------------------------ convolutions


def conv1d(x, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
    """Return the convolution of (batch, time, channels) with a kernel (window, channels in, channels out).

    Args:
        x: a tensor; (batch, channels, time) for `"channels_first"`.
        kernel: a tensor.
        strides, dilation_rate: ints.
        padding: `"valid"`, `"same"` or `"causal"`.
        data_format: the configured one by default.
    """
    return ops.conv(x, kernel, strides, padding, data_format, dilation_rate)


def conv2d(x, kernel, strides=(1, 1), padding="valid", data_format=None, dilation_rate=(1, 1)):
    """Return the convolution of images with a kernel (height, width, channels in, channels out).

    Args:
        x: (batch, height, width, channels), or the channels second for `"channels_first"`.
        kernel: a tensor.
        strides, dilation_rate: two ints.
        padding: `"valid"` or `"same"`.
        data_format: the configured one by default.
    """
    return ops.conv(x, kernel, strides, padding, data_format, dilation_rate)


def conv3d(
    x, kernel, strides=(1, 1, 1), padding="valid", data_format=None, dilation_rate=(1, 1, 1)
):
    """Return the convolution of volumes with a kernel (three sizes, channels in, channels out).

    Args:
        x: (batch, three sizes, channels), or the channels second for `"channels_first"`.
        kernel: a tensor.
        strides, dilation_rate: three ints.
        padding: `"valid"` or `"same"`.
        data_format: the configured one by default.
    """
    return ops.conv(x, kernel, strides, padding, data_format, dilation_rate)


def conv2d_transpose(
    x, kernel, output_shape, strides=(1, 1), padding="valid", data_format=None, dilation_rate=(1, 1)
):
    """Return the transposed convolution of images: the gradient of a convolution by its input.

    Args:
        x: (batch, height, width, channels), or the channels second for `"channels_first"`.
        kernel: (height, width, channels out, channels in).
        output_shape: the shape of the result, batch and channels included.
        strides, padding, data_format, dilation_rate: as for `conv2d`.
    """
    return _transposed(x, kernel, output_shape, strides, padding, data_format, dilation_rate)


def conv3d_transpose(x, kernel, output_shape, strides=(1, 1, 1), padding="valid", data_format=None):
    """Return the transposed convolution of volumes: the gradient of a convolution by its input.

    Args:
        x: (batch, three sizes, channels), or the channels second for `"channels_first"`.
        kernel: (three sizes, channels out, channels in).
        output_shape: the shape of the result, batch and channels included.
        strides, padding, data_format: as for `conv3d`.
    """
    return _transposed(x, kernel, output_shape, strides, padding, data_format, 1)


def _transposed(x, kernel, output_shape, strides, padding, data_format, dilation_rate):
    is_first = config.normalize_data_format(data_format) == "channels_first"
    if not isinstance(output_shape, list | tuple):
        output_shape = [output_shape[i] for i in range(ops.ndim(x))]
    sizes = output_shape[2:] if is_first else output_shape[1:-1]
    return ops.conv_transpose(
        x, kernel, strides, padding, None, data_format, dilation_rate, list(sizes)
    )


def depthwise_conv2d(
    x, depthwise_kernel, strides=(1, 1), padding="valid", data_format=None, dilation_rate=(1, 1)
):
    """Return the convolution of each channel of images with its own filters (height, width, channels, multiplier).

    Args:
        x, strides, padding, data_format, dilation_rate: as for `conv2d`.
        depthwise_kernel: a tensor.
    """
    return ops.depthwise_conv(x, depthwise_kernel, strides, padding, data_format, dilation_rate)


def separable_conv1d(
    x,
    depthwise_kernel,
    pointwise_kernel,
    strides=1,
    padding="valid",
    data_format=None,
    dilation_rate=1,
):
    """Return a convolution of each channel by itself, then one that mixes the channels.

    Args:
        x, strides, padding, data_format, dilation_rate: as for `conv1d`.
        depthwise_kernel: (window, channels, multiplier).
        pointwise_kernel: (1, channels * multiplier, channels out).
    """
    strides, dilation_rate = _number(strides), _number(dilation_rate)
    kernels = depthwise_kernel, pointwise_kernel
    return ops.separable_conv(x, *kernels, strides, padding, data_format, dilation_rate)


def _number(value):
    return value[0] if isinstance(value, list | tuple) else value


def separable_conv2d(
    x,
    depthwise_kernel,
    pointwise_kernel,
    strides=(1, 1),
    padding="valid",
    data_format=None,
    dilation_rate=(1, 1),
):
    """Return a convolution of each channel of images by itself, then one that mixes the channels.

    Args:
        x, strides, padding, data_format, dilation_rate: as for `conv2d`.
        depthwise_kernel: (height, width, channels, multiplier).
        pointwise_kernel: (1, 1, channels * multiplier, channels out).
    """
    kernels = depthwise_kernel, pointwise_kernel
    return ops.separable_conv(x, *kernels, strides, padding, data_format, dilation_rate)


def local_conv1d(inputs, kernel, kernel_size, strides, data_format=None):
    """Return a convolution with filters of its own at every time.

    Args:
        inputs: (batch, time, channels).
        kernel: (output length, window * channels, filters).
        kernel_size, strides: tuples of one int.
        data_format: the configured one by default.
    """
    return ops.local_conv(inputs, kernel, kernel_size, strides, data_format)


def local_conv2d(inputs, kernel, kernel_size, strides, output_shape, data_format=None):
    """Return a convolution of images with filters of its own at every place.

    Args:
        inputs: (batch, height, width, channels), or the channels second for `"channels_first"`.
        kernel: (output height * width, window's size * channels, filters).
        kernel_size, strides: two ints.
        output_shape: the output's height and width, which are known anyway.
        data_format: the configured one by default.
    """
    return ops.local_conv(inputs, kernel, kernel_size, strides, data_format)


# ------------------------------------------------------------------ pooling
def pool2d(x, pool_size, strides=(1, 1), padding="valid", data_format=None, pool_mode="max"):
    """Return the largest entry or the mean of each window of images.

    Args:
        x: (batch, height, width, channels), or the channels second for `"channels_first"`.
        pool_size, strides: two ints.
        padding: `"valid"` or `"same"`.
        data_format: the configured one by default.
        pool_mode: `"max"` or `"avg"`.

    Raises:
        ValueError: for another `pool_mode`.
    """
    return _pool(x, pool_size, strides, padding, data_format, pool_mode)


def pool3d(x, pool_size, strides=(1, 1, 1), padding="valid", data_format=None, pool_mode="max"):
    """Return the largest entry or the mean of each window of volumes.

    Args:
        x: (batch, three sizes, channels), or the channels second for `"channels_first"`.
        pool_size, strides: three ints.
        padding, data_format, pool_mode: as for `pool2d`.

    Raises:
        ValueError: for another `pool_mode`.
    """
    return _pool(x, pool_size, strides, padding, data_format, pool_mode)


_POOLS = {"max": ops.max_pool, "avg": ops.average_pool}


def _pool(x, pool_size, strides, padding, data_format, pool_mode):
    if pool_mode not in _POOLS:
        raise ValueError(f"pool_mode should be 'max' or 'avg', got {pool_mode!r}.")
    return _POOLS[pool_mode](x, pool_size, strides, padding, data_format)


# ------------------------------------------------------------------ resizing
def resize_images(x, height_factor, width_factor, data_format, interpolation="nearest"):
    """Return images enlarged by whole factors.

    Args:
        x: (batch, height, width, channels), or the channels second for `"channels_first"`.
        height_factor, width_factor: ints.
        data_format: None for the configured one.
        interpolation: `"nearest"` or `"bilinear"`.

    Raises:
        ValueError: for another interpolation.
    """
    if interpolation == "nearest":
        return ops.image.upsample(x, (height_factor, width_factor), data_format)
    return ops.image.enlarge(x, (height_factor, width_factor), data_format, interpolation)


def resize_volumes(x, depth_factor, height_factor, width_factor, data_format):
    """Return volumes with every entry repeated along each spatial axis.

    Args:
        x: (batch, three sizes, channels), or the channels second for `"channels_first"`.
        depth_factor, height_factor, width_factor: ints.
        data_format: None for the configured one.
    """
    return ops.image.upsample(x, (depth_factor, height_factor, width_factor), data_format)
