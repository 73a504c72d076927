"""Neural network functions: activations, convolutions, pooling, cross-entropies."""

import functools
import itertools
import math

from keras import config
from keras.backend import dtypes
from keras.backend.compute import compute, has
from keras.ops.array import expand_dims, moveaxis, one_hot
from keras.ops.core import array, as_float, axis_of, epsilon_of, in_single, op, promote


# ------------------------------------------------------------------ activations
@op
def relu(x, negative_slope=0.0, max_value=None, threshold=0.0):
    """Return x where x >= threshold (at most `max_value`), else negative_slope * (x - threshold)."""
    x = array(x)
    if threshold == 0 and negative_slope == 0:
        y = compute.relu(x)
    else:
        x = as_float(x)
        below = compute.multiply(compute.subtract(x, threshold), negative_slope)
        is_above = (
            compute.greater(x, threshold) if negative_slope else compute.greater_equal(x, threshold)
        )
        y = compute.where(is_above, x, below)
    return (
        y if max_value is None else compute.minimum(y, compute.cast(array(max_value), dtypes.of(y)))
    )


@op
def relu6(x):
    """Return x limited to [0, 6]."""
    return relu(x, max_value=6)


@op
def leaky_relu(x, negative_slope=0.2):
    """Return x where x > 0, else negative_slope * x."""
    x = as_float(x)
    return compute.where(compute.greater(x, 0), x, compute.multiply(x, negative_slope))


@op
def elu(x, alpha=1.0):
    """Return x where x > 0, else alpha * (exp(x) - 1) (Clevert et al., 2015)."""
    x = as_float(x)
    # expm1 sees no large x: its infinity would make the gradient of the unused branch NaN.
    below = compute.multiply(compute.expm1(compute.minimum(x, 0)), alpha)
    return compute.where(compute.greater(x, 0), x, below)


@op
def selu(x):
    """Return the scaled elu that keeps mean and variance (Klambauer et al., 2017)."""
    return compute.multiply(elu(x, 1.6732632423543772), 1.0507009873554805)


@op
def gelu(x, approximate=False):
    """Return x * P(N(0, 1) <= x) (Hendrycks & Gimpel, 2016), or its tanh approximation."""
    x = as_float(x)
    if approximate:
        inner = math.sqrt(2 / math.pi) * (x + 0.044715 * compute.power(x, 3))
        return 0.5 * x * (1 + compute.tanh(inner))
    return 0.5 * x * (1 + compute.erf(x / math.sqrt(2)))


@op
def silu(x):
    """Return x * sigmoid(x)."""
    x = as_float(x)
    return compute.multiply(x, compute.sigmoid(x))


@op
def softsign(x):
    """Return x / (1 + |x|)."""
    x = as_float(x)
    return compute.divide(x, compute.add(compute.abs(x), 1))


@op
def hard_sigmoid(x):
    """Return 0.2 * x + 0.5 limited to [0, 1]."""
    x = as_float(x)
    return compute.minimum(compute.maximum(compute.add(compute.multiply(x, 0.2), 0.5), 0), 1)


@op
@in_single
def softmax(x, axis=-1):
    """Return exp(x) / sum(exp(x)) along `axis`."""

    def rule(x):
        # Subtracting the largest entry changes no value.
        e = compute.exp(compute.subtract(x, compute.max(x, axis=axis, keepdims=True)))
        y = compute.divide(e, compute.sum(e, axis=axis, keepdims=True))

        def backward(dy):
            total = compute.sum(compute.multiply(dy, y), axis=axis, keepdims=True)
            return compute.multiply(y, compute.subtract(dy, total))

        return y, backward

    return compute.custom_gradient(rule)(as_float(x))


@op
@in_single
def log_softmax(x, axis=-1):
    """Return log(softmax(x)) along `axis`, exact for small probabilities."""
    x = as_float(x)
    return compute.subtract(x, compute.logsumexp(x, axis=axis, keepdims=True))


@op
@in_single
def l2_normalize(x, axis=-1, epsilon=1e-12):
    """Return `x` divided by its Euclidean norm along `axis`."""
    x = as_float(x)
    squares = compute.sum(compute.square(x), axis=axis, keepdims=True)
    return compute.multiply(x, compute.rsqrt(compute.maximum(squares, epsilon)))


@op
@in_single
def moments(x, axes, keepdims=False):
    """Return the mean and the variance of `x` along `axes`."""
    x = as_float(x)
    axes = tuple(axes) if isinstance(axes, list | tuple) else axes
    mean = compute.mean(x, axis=axes, keepdims=True)
    variance = compute.mean(compute.square(compute.subtract(x, mean)), axis=axes, keepdims=keepdims)
    if not keepdims:
        mean = compute.reshape(mean, variance.shape)
    return mean, variance


@op
def normalized(x, gamma, beta, axis, epsilon):
    """Return `x` with mean 0 and variance 1 in each channel, times gamma plus beta; the mean; the variance.

    Args:
        x: a float32 or float64 tensor.
        gamma, beta: of shape (channels,), or None.
        axis: the channels' axis.
        epsilon: added to the variance before its root is taken.

    Returns:
        A tensor like `x`, and two of shape (channels,), which are constants to differentiation.
    """
    x, axis = array(x), axis_of(axis, x.ndim)
    dtype, is_last = dtypes.of(x), axis == x.ndim - 1
    if has("normalize") and dtype == "float32" and (is_last or axis == 1) and 0 not in x.shape:
        one, zero = (compute.full((x.shape[axis],), n, dtype) for n in (1, 0))
        scale = one if gamma is None else array(gamma, dtype)
        offset = zero if beta is None else array(beta, dtype)
        return compute.normalize(x, scale, offset, epsilon, not is_last)
    mean, variance = moments(x, [other for other in range(x.ndim) if other != axis])
    y = rescaled(x, mean, variance, gamma, beta, axis, epsilon)
    return y, compute.stop_gradient(mean), compute.stop_gradient(variance)


@op
def rescaled(x, mean, variance, gamma, beta, axis, epsilon):
    """Return `x` with each channel shifted by its mean, divided by its deviation, times gamma plus beta.

    Args:
        x: a float tensor.
        mean, variance: of shape (channels,).
        gamma, beta: likewise, or None.
        axis: the channels' axis.
        epsilon: added to the variance before its root is taken.
    """
    # One factor and one offset a channel: the large tensor is touched twice only.
    x, axis = array(x), axis_of(axis, x.ndim)
    vector = functools.partial(array, dtype=dtypes.of(x))
    factor = compute.rsqrt(compute.add(vector(variance), epsilon))
    factor = factor if gamma is None else compute.multiply(factor, vector(gamma))
    offset = compute.negative(compute.multiply(vector(mean), factor))
    offset = offset if beta is None else compute.add(offset, vector(beta))
    along = (-1, *(1,) * (x.ndim - axis - 1))
    scaled = compute.multiply(x, compute.reshape(factor, along))
    return compute.add(scaled, compute.reshape(offset, along))


# ------------------------------------------------------------------ windows
def _tuple(value, rank, name):
    if isinstance(value, int):
        return (value,) * rank
    value = tuple(int(v) for v in value)
    if len(value) != rank:
        raise ValueError(f"{name} should be an int or {rank} ints, got {value}.")
    return value


def output_length(size, window, padding, stride=1, dilation=1):
    """Return how many places a window takes along an axis; None for an unknown size.

    Args:
        size: the axis's size, or None.
        window: the window's size.
        padding: `"valid"`, `"same"`, `"causal"` or `"full"`.
        stride, dilation: ints.

    Examples:
        >>> output_length(28, 3, "valid"), output_length(28, 3, "same", stride=2)
        (26, 14)
    """
    if size is None:
        return None
    reach = (window - 1) * dilation + 1
    length = {
        "valid": size - reach + 1,
        "same": size,
        "causal": size,
        "full": size + reach - 1,
    }[padding]
    return (length + stride - 1) // stride


def transposed_length(size, window, padding, stride=1, output_padding=None, dilation=1):
    """Return the size along an axis that a transposed convolution gives; None for an unknown size.

    Examples:
        >>> transposed_length(7, 3, "same", 2), transposed_length(7, 3, "valid", 2)
        (14, 15)
    """
    if size is None:
        return None
    reach = (window - 1) * dilation + 1
    if output_padding is None:
        return size * stride if padding == "same" else size * stride + max(reach - stride, 0)
    both_sides = {"same": reach // 2 * 2, "valid": 0, "full": 2 * (reach - 1)}[padding]
    return (size - 1) * stride + reach - both_sides + output_padding


def _pads(sizes, window, padding, strides, dilation):
    """Return the (before, after) pairs of a padding's name; "same" puts an odd one after."""
    if padding == "valid":
        return [(0, 0)] * len(window)
    pairs = []
    for size, k, s, d in zip(sizes, window, strides, dilation, strict=True):
        reach = (k - 1) * d + 1
        if padding == "causal":
            pairs.append((reach - 1, 0))
            continue
        total = max((-(-size // s) - 1) * s + reach - size, 0)
        pairs.append((total // 2, total - total // 2))
    return pairs


def _spatial(x, channels_first):
    return x.shape[2:] if channels_first else x.shape[1:-1]


def _check_padding(padding, allowed=("valid", "same")):
    padding = padding.lower() if isinstance(padding, str) else padding
    if padding not in allowed:
        raise ValueError(f"padding should be one of {allowed}, got {padding!r}.")
    return padding


@op
def conv(x, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
    """Return the convolution (cross-correlation) of `x` with `kernel`.

    Args:
        x: (batch, *spatial, channels), or (batch, channels, *spatial) for `"channels_first"`.
        kernel: (*window, channels in / groups, channels out), with 1 to 3 spatial axes.
        strides, dilation_rate: an int, or one a spatial axis.
        padding: `"valid"`, `"same"` or (one spatial axis) `"causal"`.
        data_format: the configured one by default.

    Returns:
        A tensor of the layout of `x`.
    """
    x, kernel = promote(x, kernel)
    rank = kernel.ndim - 2
    channels_first = config.normalize_data_format(data_format) == "channels_first"
    strides = _tuple(strides, rank, "strides")
    dilation = _tuple(dilation_rate, rank, "dilation_rate")
    padding = _check_padding(padding, ("valid", "same", "causal"))
    pads = _pads(_spatial(x, channels_first), kernel.shape[:-2], padding, strides, dilation)
    groups = x.shape[1 if channels_first else -1] // kernel.shape[-2]
    return compute.conv(x, kernel, strides, pads, dilation, groups, channels_first)


@op
def depthwise_conv(x, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
    """Return the convolution of each channel with its own filters.

    Args:
        x: (batch, *spatial, channels), or (batch, channels, *spatial) for `"channels_first"`.
        kernel: (*window, channels, multiplier).
        strides, padding, data_format, dilation_rate: as for `conv`.

    Returns:
        A tensor of the layout of `x` with channels * multiplier channels.
    """
    x, kernel = promote(x, kernel)
    rank = kernel.ndim - 2
    channels_first = config.normalize_data_format(data_format) == "channels_first"
    strides = _tuple(strides, rank, "strides")
    dilation = _tuple(dilation_rate, rank, "dilation_rate")
    padding = _check_padding(padding, ("valid", "same", "causal"))
    pads = _pads(_spatial(x, channels_first), kernel.shape[:-2], padding, strides, dilation)
    return compute.depthwise_conv(x, kernel, strides, pads, dilation, channels_first)


@op
def separable_conv(
    x,
    depthwise_kernel,
    pointwise_kernel,
    strides=1,
    padding="valid",
    data_format=None,
    dilation_rate=1,
):
    """Return a depthwise convolution followed by a pointwise one, whose kernel has a window of ones."""
    y = depthwise_conv(x, depthwise_kernel, strides, padding, data_format, dilation_rate)
    return conv(y, pointwise_kernel, 1, "valid", data_format)


@op
def conv_transpose(
    x,
    kernel,
    strides=1,
    padding="valid",
    output_padding=None,
    data_format=None,
    dilation_rate=1,
    output_size=None,
):
    """Return the transposed convolution: the gradient of a convolution by its input.

    Args:
        x: (batch, *spatial, channels), or (batch, channels, *spatial) for `"channels_first"`.
        kernel: (*window, channels out, channels in).
        strides, dilation_rate: an int, or one a spatial axis.
        padding: `"valid"` or `"same"`.
        output_padding: entries to add at the end of each spatial axis; None for as many as the strides allow.
        data_format: the configured one by default.
        output_size: the spatial sizes of the result, if they are to be other than those worked out.

    Returns:
        A tensor of the layout of `x`.
    """
    x, kernel = promote(x, kernel)
    rank = kernel.ndim - 2
    channels_first = config.normalize_data_format(data_format) == "channels_first"
    strides, dilation = (
        _tuple(strides, rank, "strides"),
        _tuple(dilation_rate, rank, "dilation_rate"),
    )
    extra = (
        (None,) * rank if output_padding is None else _tuple(output_padding, rank, "output_padding")
    )
    padding, window = _check_padding(padding), kernel.shape[:-2]
    sizes = _spatial(x, channels_first)
    if output_size is None:
        output_size = [
            transposed_length(n, k, padding, s, e, d)
            for n, k, s, e, d in zip(sizes, window, strides, extra, dilation, strict=True)
        ]
    pads = [
        _transposed_pads(n, out, k, s, d, padding)
        for n, out, k, s, d in zip(sizes, output_size, window, strides, dilation, strict=True)
    ]
    return compute.conv_transpose(x, kernel, strides, pads, dilation, channels_first)


def _transposed_pads(size, out, window, stride, dilation, padding):
    """Return the pads around the spread-out input that make the result `out` long."""
    reach = (window - 1) * dilation + 1
    before = 0
    if padding == "same":
        before = max((size - 1) * stride + reach - out, 0) // 2
    start = reach - 1 - before
    return start, out - ((size - 1) * stride + 1) - start + reach - 1


@op
def local_conv(x, kernel, kernel_size, strides=1, data_format=None):
    """Return a convolution whose filters are not shared between places.

    Args:
        x: (batch, *spatial, channels), or (batch, channels, *spatial) for `"channels_first"`.
        kernel: (places, window's size * channels, channels out); the rows are in the order of the data format, hence
            (window, channels) or (channels, window).
        kernel_size: the window, one int a spatial axis.
        strides: an int, or one a spatial axis.
        data_format: the configured one by default.

    Returns:
        A tensor of the layout of `x`.
    """
    x, kernel = promote(x, kernel)
    rank = x.ndim - 2
    window, strides = _tuple(kernel_size, rank, "kernel_size"), _tuple(strides, rank, "strides")
    is_first = config.normalize_data_format(data_format) == "channels_first"
    x = moveaxis(x, 1, -1) if is_first else x
    windows, places = _windows(x, window, strides, channels_first=is_first)
    y = compute.einsum("bpw,pwf->bpf", windows, kernel)
    y = compute.reshape(y, (x.shape[0], *places, kernel.shape[-1]))
    return moveaxis(y, -1, 1) if is_first else y


def _windows(x, window, strides, channels_first):
    """Return the windows of (batch, *spatial, channels) as (batch, places, window's entries), and the places."""
    counts = [(n - k) // s + 1 for n, k, s in zip(x.shape[1:-1], window, strides, strict=True)]
    parts = []
    for offset in itertools.product(*map(range, window)):
        cuts = zip(offset, counts, strides, strict=True)
        key = [slice(o, o + (c - 1) * s + 1, s) for o, c, s in cuts]
        parts.append(compute.getitem(x, (slice(None), *key)))
    windows = compute.stack(parts, x.ndim if channels_first else x.ndim - 1)
    shape = (x.shape[0], math.prod(counts), len(parts) * x.shape[-1])
    return compute.reshape(windows, shape), counts


def _pool(primitive, x, pool_size, strides, padding, data_format):
    x = array(x)
    rank = x.ndim - 2
    channels_first = config.normalize_data_format(data_format) == "channels_first"
    size = _tuple(pool_size, rank, "pool_size")
    strides = size if strides is None else _tuple(strides, rank, "strides")
    padding = _check_padding(padding)
    pads = _pads(_spatial(x, channels_first), size, padding, strides, (1,) * rank)
    return primitive(x, size, strides, pads, channels_first)


@op
def max_pool(x, pool_size, strides=None, padding="valid", data_format=None):
    """Return the largest entry of each window over the spatial axes; `strides` is `pool_size` by default."""
    return _pool(compute.max_pool, x, pool_size, strides, padding, data_format)


@op
@in_single
def average_pool(x, pool_size, strides=None, padding="valid", data_format=None):
    """Return the mean of each window over the spatial axes; padding does not count."""
    return _pool(compute.average_pool, as_float(x), pool_size, strides, padding, data_format)


# ------------------------------------------------------------------ cross-entropies
@op
def categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """Return -sum(target * log(output)) along `axis`; probabilities are first scaled to sum to one."""
    target, output = promote(target, output, at_least=float)
    if from_logits:
        logs = log_softmax(output, axis)
    else:
        total = compute.sum(output, axis=axis, keepdims=True)
        logs = compute.log(_clip_probability(compute.divide(output, total)))
    return compute.negative(compute.sum(compute.multiply(target, logs), axis=axis))


@op
def sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """Return -log of the output for the class `target`, scaled to sum to one over the classes.

    Args:
        target: an int tensor with one axis less than `output`, or with that axis of size one.
        output: probabilities, or logits.
        from_logits: which of the two.
        axis: that of the classes.
    """
    output = as_float(output)
    axis = axis_of(axis, output.ndim)
    target = compute.cast(array(target), "int32")
    if target.ndim < output.ndim:
        target = expand_dims(target, axis)
    picked = _select(output if from_logits else _clip_probability(output), target, axis)
    if from_logits:
        return compute.subtract(compute.logsumexp(output, axis), picked)
    total = compute.sum(_clip_probability(output), axis)
    return compute.subtract(compute.log(total), compute.log(picked))


def _select(x, index, axis):
    """Return the entries of `x` at `index`, which has size one along `axis`; zeros where there is no such entry."""
    places = compute.arange(0, x.shape[axis], 1, "int32")
    places = compute.reshape(places, [-1 if i == axis else 1 for i in range(x.ndim)])
    # A sum over one entry and zeros: its gradient needs no scatter, which compilers run slowly.
    zeros = compute.full((), 0, dtypes.of(x))
    return compute.sum(compute.where(compute.equal(index, places), x, zeros), axis)


@op
def binary_crossentropy(target, output, from_logits=False):
    """Return -(target * log(output) + (1 - target) * log(1 - output)), element by element."""
    target, output = promote(target, output, at_least=float)
    if from_logits:
        # log(sigmoid(x)) = -softplus(-x), which neither overflows nor rounds to log(0).
        return compute.subtract(compute.softplus(output), compute.multiply(target, output))
    output = _clip_probability(output)
    positive = compute.multiply(target, compute.log(output))
    other = compute.multiply(
        compute.subtract(1.0, target), compute.log(compute.subtract(1.0, output))
    )
    return compute.negative(compute.add(positive, other))


def _clip_probability(p):
    small = epsilon_of(p)
    return compute.minimum(compute.maximum(p, small), 1.0 - small)


@op
def multi_hot(x, num_classes):
    """Return a vector with ones at all classes in the last axis of `x`."""
    return compute.max(one_hot(x, num_classes), axis=-2)
