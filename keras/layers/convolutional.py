"""Convolutions, and the layers that crop, pad and enlarge what they work on."""

from keras import ops
from keras.layers import options
from keras.layers.convolutional_base import BaseConv
from keras.layers.convolutional_separable import (
    DepthwiseConv1D,
    DepthwiseConv2D,
    SeparableConv1D,
    SeparableConv2D,
)
from keras.layers.convolutional_transpose import (
    Conv1DTranspose,
    Conv2DTranspose,
    Conv3DTranspose,
)
from keras.layers.resizing import (
    Cropping1D,
    Cropping2D,
    Cropping3D,
    UpSampling1D,
    UpSampling2D,
    UpSampling3D,
    ZeroPadding1D,
    ZeroPadding2D,
    ZeroPadding3D,
)
from keras.layers.signature import defaults


class _Conv(BaseConv):
    """A plain convolution: one kernel over all input channels, or over those of each group.

    Layers of users' own derive from it, and then give the number of spatial axes as `rank`.
    """

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        dilation_rate=1,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        groups=1,
        **kwargs,
    ):
        self.rank = kwargs.pop("rank", self.rank)
        super().__init__(
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
            kernel_constraint,
            bias_constraint,
            **kwargs,
        )
        self.groups = groups
        if groups < 1 or filters % groups:
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}): groups should divide the {filters} filters, "
                f"got {groups}."
            )

    def get_config(self):
        config = super().get_config()
        # Keras 2 knows no groups, and need not where there is one.
        if config.get("groups") == 1:
            del config["groups"]
        return config

    def _add_kernels(self, channels):
        if channels is not None and channels % self.groups:
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}): {self.groups} groups cannot share {channels} input "
                "channels equally; choose a number of groups that divides them."
            )
        channels = None if channels is None else channels // self.groups
        self.kernel = options.add(self, "kernel", (*self.kernel_size, channels, self.filters))

    def _convolve(self, inputs):
        return ops.conv(inputs, self.kernel, **self._window_options())


@defaults(data_format="channels_last")
class Conv1D(_Conv):
    """Convolves along the time axis of (batch, time, channels).

    Args: see `BaseConv`; `padding` may also be `"causal"` (van den Oord et al., 2016).

    Weights: kernel (window, channels, filters), bias (filters,).

    Examples:
        >>> Conv1D(8, 3, padding="causal").compute_output_shape((None, 10, 4))
        (None, 10, 8)
    """

    rank = 1


@defaults(strides=(1, 1), dilation_rate=(1, 1))
class Conv2D(_Conv):
    """Convolves images: (batch, height, width, channels), or channels second if `"channels_first"`.

    Args: see `BaseConv`.

    Weights: kernel (window's height, width, channels, filters), bias (filters,).

    Examples:
        >>> Conv2D(16, (3, 3), strides=2).compute_output_shape((None, 28, 28, 1))
        (None, 13, 13, 16)
    """

    rank = 2


@defaults(strides=(1, 1, 1), dilation_rate=(1, 1, 1))
class Conv3D(_Conv):
    """Convolves volumes: (batch, *three axes, channels), or channels second if `"channels_first"`.

    Args: see `BaseConv`.

    Weights: kernel (*window, channels, filters), bias (filters,).
    """

    rank = 3


Convolution1D = Conv1D
Convolution2D = Conv2D
Convolution3D = Conv3D
SeparableConvolution1D = SeparableConv1D
SeparableConvolution2D = SeparableConv2D
Convolution1DTranspose = Conv1DTranspose
Convolution2DTranspose = Deconvolution2D = Deconv2D = Conv2DTranspose
Convolution3DTranspose = Deconvolution3D = Deconv3D = Conv3DTranspose

__all__ = [
    "Conv1D",
    "Conv1DTranspose",
    "Conv2D",
    "Conv2DTranspose",
    "Conv3D",
    "Conv3DTranspose",
    "Convolution1D",
    "Convolution1DTranspose",
    "Convolution2D",
    "Convolution2DTranspose",
    "Convolution3D",
    "Convolution3DTranspose",
    "Cropping1D",
    "Cropping2D",
    "Cropping3D",
    "Deconv2D",
    "Deconv3D",
    "Deconvolution2D",
    "Deconvolution3D",
    "DepthwiseConv1D",
    "DepthwiseConv2D",
    "SeparableConv1D",
    "SeparableConv2D",
    "SeparableConvolution1D",
    "SeparableConvolution2D",
    "UpSampling1D",
    "UpSampling2D",
    "UpSampling3D",
    "ZeroPadding1D",
    "ZeroPadding2D",
    "ZeroPadding3D",
]
