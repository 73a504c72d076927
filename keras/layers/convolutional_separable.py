"""Convolutions that treat channels and places apart (Chollet, 2017)."""

from keras import ops
from keras.layers import options
from keras.layers.convolutional_base import BaseConv
from keras.layers.signature import defaults


class _SeparableConv(BaseConv):
    """A convolution of each channel with its own filters, then one that mixes the channels."""

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        dilation_rate=1,
        depth_multiplier=1,
        activation=None,
        use_bias=True,
        depthwise_initializer="glorot_uniform",
        pointwise_initializer="glorot_uniform",
        bias_initializer="zeros",
        depthwise_regularizer=None,
        pointwise_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        depthwise_constraint=None,
        pointwise_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        super().__init__(
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            bias_initializer=bias_initializer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            bias_constraint=bias_constraint,
            **kwargs,
        )
        self.depth_multiplier = depth_multiplier
        depthwise = depthwise_initializer, depthwise_regularizer, depthwise_constraint
        pointwise = pointwise_initializer, pointwise_regularizer, pointwise_constraint
        options.keep(self, "depthwise", *depthwise)
        options.keep(self, "pointwise", *pointwise)

    def _add_kernels(self, channels):
        shape = (*self.kernel_size, channels, self.depth_multiplier)
        self.depthwise_kernel = options.add(self, "depthwise", shape, "depthwise_kernel")
        mixed = None if channels is None else channels * self.depth_multiplier
        shape = (*(1,) * self.rank, mixed, self.filters)
        self.pointwise_kernel = options.add(self, "pointwise", shape, "pointwise_kernel")

    def _convolve(self, inputs):
        kernels = self.depthwise_kernel, self.pointwise_kernel
        return ops.separable_conv(inputs, *kernels, **self._window_options())


@defaults(data_format="channels_last")
class SeparableConv1D(_SeparableConv):
    """Convolves each channel of (batch, time, channels) by itself, then mixes the channels.

    Args:
        depth_multiplier: how many filters each channel has.
        depthwise_initializer, depthwise_regularizer, depthwise_constraint: of these filters.
        pointwise_initializer, pointwise_regularizer, pointwise_constraint: of the matrix that
            mixes.

    For the other arguments see `BaseConv`.

    Weights: depthwise_kernel (window, channels, depth_multiplier), pointwise_kernel
    (1, channels * depth_multiplier, filters), bias (filters,).
    """

    rank = 1


@defaults(strides=(1, 1), dilation_rate=(1, 1))
class SeparableConv2D(_SeparableConv):
    """Convolves each channel of images by itself, then mixes the channels.

    Args:
        depth_multiplier: how many filters each channel has.
        depthwise_initializer, depthwise_regularizer, depthwise_constraint: of these filters.
        pointwise_initializer, pointwise_regularizer, pointwise_constraint: of the matrix that
            mixes.

    For the other arguments see `BaseConv`.

    Weights: depthwise_kernel (*window, channels, depth_multiplier), pointwise_kernel
    (1, 1, channels * depth_multiplier, filters), bias (filters,).

    Examples:
        >>> layer = SeparableConv2D(16, 3)
        >>> layer.build((None, 8, 8, 4))
        >>> [w.shape for w in layer.weights]
        [(3, 3, 4, 1), (1, 1, 4, 16), (16,)]
    """

    rank = 2


class _DepthwiseConv(BaseConv):
    """A convolution of each channel with its own filters."""

    def __init__(
        self,
        kernel_size,
        strides=1,
        padding="valid",
        depth_multiplier=1,
        data_format=None,
        activation=None,
        use_bias=True,
        depthwise_initializer="glorot_uniform",
        bias_initializer="zeros",
        depthwise_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        depthwise_constraint=None,
        bias_constraint=None,
        dilation_rate=1,
        **kwargs,
    ):
        super().__init__(
            None,
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            bias_initializer=bias_initializer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            bias_constraint=bias_constraint,
            **kwargs,
        )
        self.depth_multiplier = depth_multiplier
        depthwise = depthwise_initializer, depthwise_regularizer, depthwise_constraint
        options.keep(self, "depthwise", *depthwise)

    def _channels_out(self, channels):
        return None if channels is None else channels * self.depth_multiplier

    def _add_kernels(self, channels):
        shape = (*self.kernel_size, channels, self.depth_multiplier)
        self.depthwise_kernel = options.add(self, "depthwise", shape, "depthwise_kernel")

    def _convolve(self, inputs):
        return ops.depthwise_conv(inputs, self.depthwise_kernel, **self._window_options())


class DepthwiseConv1D(_DepthwiseConv):
    """Convolves each channel of (batch, time, channels) with its own filters.

    Args:
        depth_multiplier: how many filters each channel has; the output has channels *
            depth_multiplier channels, those of one input channel side by side.
        depthwise_initializer, depthwise_regularizer, depthwise_constraint: of these filters.

    For the other arguments see `BaseConv`.

    Weights: depthwise_kernel (window, channels, depth_multiplier), bias (channels * depth_multiplier,).

    Examples:
        >>> DepthwiseConv1D(3, depth_multiplier=2).compute_output_shape((None, 8, 4))
        (None, 6, 8)
    """

    rank = 1


@defaults(strides=(1, 1), dilation_rate=(1, 1))
class DepthwiseConv2D(_DepthwiseConv):
    """Convolves each channel of images with its own filters.

    Args:
        depth_multiplier: how many filters each channel has; the output has channels *
            depth_multiplier channels, those of one input channel side by side.
        depthwise_initializer, depthwise_regularizer, depthwise_constraint: of these filters.

    For the other arguments see `BaseConv`.

    Weights: depthwise_kernel (*window, channels, depth_multiplier), bias (channels *
        depth_multiplier,).

    Examples:
        >>> DepthwiseConv2D(3, depth_multiplier=2).compute_output_shape((None, 8, 8, 4))
        (None, 6, 6, 8)
    """

    rank = 2
