"""What all convolutions share: arguments, bias and activation."""

from keras import activations, config, ops
from keras.layers import geometry, options
from keras.layers.base import Layer
from keras.layers.input_spec import InputSpec
from keras.ops.nn import output_length


class BaseConv(Layer):
    """A convolution over `rank` spatial axes; subclasses make the kernels and convolve.

    Args:
        filters: the number of output channels.
        kernel_size: the window's size, an int or one a spatial axis.
        strides: the steps between windows, likewise.
        padding: `"valid"` for windows inside the input alone, `"same"` for as many as the input has
            places (for strides of one), or with one spatial axis `"causal"`, where no output sees
            later inputs.
        data_format: `"channels_last"` for (batch, *spatial, channels), `"channels_first"` for
            (batch, channels, *spatial); None for the configured one.
        dilation_rate: the distance between neighbours in a window, an int or one a spatial axis.
        activation: a function or its name; none by default.
        use_bias: whether there is a bias.
        kernel_initializer, bias_initializer: where the weights' first values come from.
        kernel_regularizer, bias_regularizer: penalties on the weights.
        activity_regularizer: a penalty on the output.
        kernel_constraint, bias_constraint: applied to the weights after each optimizer step.

    Raises:
        ValueError: for an argument outside what is listed here.
    """

    rank = None

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
        **kwargs,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.filters = filters
        self.kernel_size = geometry.ints(kernel_size, self.rank, "kernel_size")
        self.strides = geometry.ints(strides, self.rank, "strides")
        self.padding = geometry.padding_name(padding, self._paddings())
        self.data_format = config.normalize_data_format(data_format)
        self.dilation_rate = geometry.ints(dilation_rate, self.rank, "dilation_rate")
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        options.keep(self, "kernel", kernel_initializer, kernel_regularizer, kernel_constraint)
        options.keep(self, "bias", bias_initializer, bias_regularizer, bias_constraint)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def _paddings(self):
        return ("valid", "same", "causal") if self.rank == 1 else ("valid", "same")

    def build(self, input_shape):
        axis = geometry.channel_axis(self.data_format)
        channels = input_shape[axis]
        self._add_kernels(channels)
        bias_shape = (self._channels_out(channels),)
        self.bias = options.add(self, "bias", bias_shape) if self.use_bias else None
        self.input_spec = InputSpec(ndim=self.rank + 2, axes={axis: channels})

    def _channels_out(self, channels):
        return self.filters

    def _add_kernels(self, channels):
        """Make the weights other than the bias, for an input of so many channels."""
        raise NotImplementedError

    def _convolve(self, inputs):
        """Return the convolution, without bias and activation."""
        raise NotImplementedError

    def call(self, inputs):
        outputs = self._convolve(inputs)
        if self.use_bias:
            outputs = ops.add(outputs, _beside_channels(self.bias, self.rank, self.data_format))
        return self.activation(outputs)

    def compute_output_shape(self, input_shape):
        sizes = geometry.spatial_sizes(input_shape, self.data_format)
        windows = zip(sizes, self.kernel_size, self.strides, self.dilation_rate, strict=True)
        lengths = [output_length(n, k, self.padding, s, d) for n, k, s, d in windows]
        lengths = geometry.check_sizes(self, input_shape, lengths)
        channels = self._channels_out(input_shape[geometry.channel_axis(self.data_format)])
        return geometry.with_spatial(input_shape, self.data_format, lengths, channels)

    def _window_options(self):
        return {
            "strides": self.strides,
            "padding": self.padding,
            "data_format": self.data_format,
            "dilation_rate": self.dilation_rate,
        }


def _beside_channels(bias, rank, data_format):
    """Return a vector in a shape that broadcasts along the channels."""
    if data_format == "channels_last":
        return bias
    return ops.reshape(bias, (-1, *(1,) * rank))
