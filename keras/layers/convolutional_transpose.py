"""Transposed convolutions, which enlarge: the gradients of convolutions by their inputs."""

from keras import ops
from keras.layers import geometry, options
from keras.layers.convolutional_base import BaseConv
from keras.layers.signature import defaults
from keras.ops.nn import transposed_length


class _ConvTranspose(BaseConv):
    """A transposed convolution (Zeiler et al., 2010)."""

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        output_padding=None,
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
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
            kernel_constraint,
            bias_constraint,
            **kwargs,
        )
        self.output_padding = output_padding
        if output_padding is not None:
            self.output_padding = geometry.ints(output_padding, self.rank, "output_padding", 0)
            self._check_output_padding()

    def _check_output_padding(self):
        if any(extra >= s for extra, s in zip(self.output_padding, self.strides, strict=True)):
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}): output_padding should be smaller "
                f"than the strides {self.strides}, got {self.output_padding}."
            )

    def _add_kernels(self, channels):
        self.kernel = options.add(self, "kernel", (*self.kernel_size, self.filters, channels))

    def _convolve(self, inputs):
        extra = self.output_padding
        return ops.conv_transpose(
            inputs, self.kernel, output_padding=extra, **self._window_options()
        )

    def compute_output_shape(self, input_shape):
        sizes = geometry.spatial_sizes(input_shape, self.data_format)
        extra = self.output_padding or (None,) * self.rank
        windows = zip(sizes, self.kernel_size, self.strides, extra, self.dilation_rate, strict=True)
        lengths = [transposed_length(n, k, self.padding, s, e, d) for n, k, s, e, d in windows]
        lengths = geometry.check_sizes(self, input_shape, lengths)
        return geometry.with_spatial(input_shape, self.data_format, lengths, self.filters)


class Conv1DTranspose(_ConvTranspose):
    """Lengthens (batch, time, channels): each input step adds a window, times its value, to the output.

    Args:
        output_padding: how many steps to add at the output's end, less than the strides; None for what the padding
            calls for.

    For the other arguments see `BaseConv`; `padding` is `"valid"` or `"same"`.

    Weights: kernel (window, filters, channels), bias (filters,).

    Examples:
        >>> Conv1DTranspose(8, 3, strides=2, padding="same").compute_output_shape((None, 7, 4))
        (None, 14, 8)
    """

    rank = 1

    def _paddings(self):
        return ("valid", "same")


@defaults(strides=(1, 1), dilation_rate=(1, 1))
class Conv2DTranspose(_ConvTranspose):
    """Enlarges images: each input pixel adds a window, times its value, to the output.

    Args:
        output_padding: how many rows and columns to add at the output's end, less than the strides;
            None for what the padding calls for.

    For the other arguments see `BaseConv`.

    Weights: kernel (*window, filters, channels), bias (filters,).

    Examples:
        >>> Conv2DTranspose(8, 3, strides=2, padding="same").compute_output_shape((None, 7, 7, 4))
        (None, 14, 14, 8)
    """

    rank = 2


class Conv3DTranspose(_ConvTranspose):
    """Enlarges volumes: each input voxel adds a window, times its value, to the output.

    Args:
        output_padding: how many entries to add at the end of each axis, less than the strides; None
            for what the padding calls for.

    For the other arguments see `BaseConv`; there is no dilation.

    Weights: kernel (*window, filters, channels), bias (filters,).
    """

    rank = 3

    def __init__(
        self,
        filters,
        kernel_size,
        strides=(1, 1, 1),
        padding="valid",
        output_padding=None,
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
            output_padding,
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
