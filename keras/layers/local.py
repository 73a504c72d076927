"""Locally connected layers: convolutions with filters of their own at every place."""

import math

from keras import ops
from keras.layers import geometry, options
from keras.layers.convolutional_base import BaseConv
from keras.layers.input_spec import InputSpec
from keras.layers.signature import defaults


class _LocallyConnected(BaseConv):
    """A convolution whose filters are not shared between places."""

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        super().__init__(
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            1,
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

    def _paddings(self):
        return ("valid",)

    def build(self, input_shape):
        if None in input_shape[1:]:
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) has weights for every place and needs to know the whole "
                f"shape of a sample, got {tuple(input_shape[1:])}; give the sizes in place of None."
            )
        places = geometry.spatial_sizes(self.compute_output_shape(input_shape), self.data_format)
        window = math.prod(self.kernel_size) * input_shape[geometry.channel_axis(self.data_format)]
        self.kernel = options.add(self, "kernel", (math.prod(places), window, self.filters))
        bias_shape = (*places, self.filters)
        self.bias = options.add(self, "bias", bias_shape) if self.use_bias else None
        self.input_spec = InputSpec(shape=(None, *input_shape[1:]))
        self.built = True

    def call(self, inputs):
        outputs = ops.local_conv(
            inputs, self.kernel, self.kernel_size, self.strides, self.data_format
        )
        if self.use_bias:
            # Keras 2 read the bias in the order of the data format, whatever its shape says.
            outputs = ops.add(outputs, ops.reshape(self.bias, outputs.shape[1:]))
        return self.activation(outputs)


class LocallyConnected1D(_LocallyConnected):
    """Convolves along the time axis of (batch, time, channels) with filters of its own at every time.

    Args: as of `Conv1D`, without dilation; `padding` must be `"valid"`.

    Weights: kernel (output length, window * channels, filters), bias (output length, filters).

    Raises:
        ValueError: if the length is not known, or for another padding.

    Examples:
        >>> LocallyConnected1D(8, 3).compute_output_shape((None, 10, 4))
        (None, 8, 8)
    """

    rank = 1


@defaults(strides=(1, 1))
class LocallyConnected2D(_LocallyConnected):
    """Convolves images with filters of their own at every place.

    Args: as of `Conv2D`, without dilation; `padding` must be `"valid"`.

    Weights: kernel (output height * width, window's size * channels, filters), bias
    (output height, output width, filters).

    Raises:
        ValueError: if the images' size is not known, or for another padding.
    """

    rank = 2
