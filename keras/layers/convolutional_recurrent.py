"""Convolutional recurrent layers: cells over images, run along the time axis."""

from keras import config, ops
from keras.layers import geometry
from keras.layers.gate_parts import with_gate_parts
from keras.layers.gated import GatedCell, arguments_of, gated
from keras.layers.recurrent import RNN, CellRNN
from keras.layers.signature import defaults
from keras.ops.nn import output_length

__all__ = ["ConvLSTM1D", "ConvLSTM2D", "ConvLSTM2DCell", "ConvLSTM3D", "ConvRNN2D"]


def _step_shape(cell, input_shape, channels):
    """Return the shape of what a cell's convolution makes of images (batch, ...), with `channels` channels."""
    is_first = cell.data_format == "channels_first"
    sizes = input_shape[2:] if is_first else input_shape[1:-1]
    options = zip(sizes, cell.kernel_size, cell.strides, cell.dilation_rate, strict=True)
    sizes = [output_length(n, k, cell.padding, s, d) for n, k, s, d in options]
    return (input_shape[0], channels, *sizes) if is_first else (input_shape[0], *sizes, channels)


class _ConvRNN(RNN):
    """Runs a cell over images, or their like with `rank` axes, along the time axis."""

    rank = None

    def __init__(
        self,
        cell,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        unroll=False,
        **kwargs,
    ):
        if isinstance(cell, list | tuple):
            raise TypeError(
                f"{type(self).__name__} takes one cell, got a list; stack layers in place of cells."
            )
        super().__init__(
            cell, return_sequences, return_state, go_backwards, stateful, unroll, **kwargs
        )

    @property
    def _input_ndim(self):
        return self.rank + 3

    @property
    def _feature_axis(self):
        return 2 if self.cell.data_format == "channels_first" else -1

    def _state_shapes(self, input_shape):
        one = (input_shape[0], *input_shape[2:])
        return [_step_shape(self.cell, one, size) for size in self.cell.state_size]

    def _output_shape(self, input_shape):
        size = getattr(self.cell, "output_size", self.cell.state_size[0])
        return _step_shape(self.cell, (input_shape[0], *input_shape[2:]), size)


class ConvRNN2D(_ConvRNN):
    """Runs a cell over images along the time axis.

    Args:
        cell: as for `RNN`, over images (batch, rows, columns, channels), with the attributes `kernel_size`, `strides`,
            `padding`, `data_format` and `dilation_rate` that tell the shape of its states; `state_size` and
            `output_size` are numbers of channels.
        return_sequences, return_state, go_backwards, stateful, unroll: as for `RNN`.

    Input shape: (batch, time, rows, columns, channels), or (batch, time, channels, rows, columns) for
        `"channels_first"`.

    Raises:
        TypeError: for a list of cells, which cannot be stacked.
    """

    rank = 2


# ------------------------------------------------------------------ cells
class _ConvLSTMCell(GatedCell):
    """One step of a long short-term memory over images, or their like with `rank` axes (Shi et al., 2015).

    Args:
        filters: the number of channels of the output and of the two states, h and c.
        kernel_size, strides, dilation_rate: of the input's convolution, an int or one an axis; the state's has the same
            kernel size, strides of one and the padding "same".
        padding: `"valid"` or `"same"`.
        data_format: `"channels_last"` or `"channels_first"`, the configured one by default.
        activation, recurrent_activation, use_bias, kernel_initializer, recurrent_initializer, bias_initializer,
            unit_forget_bias, kernel_regularizer, recurrent_regularizer, bias_regularizer, kernel_constraint,
            recurrent_constraint, bias_constraint, dropout, recurrent_dropout: as for `LSTMCell`.
        seed: an int for a stream of random numbers of the dropout's own.

    Weights: kernel (*kernel_size, channels, 4 * filters), recurrent_kernel (*kernel_size, filters, 4 * filters) and
    bias (4 * filters,), the gates in the order i, f, g, o.
    """

    gates = 4
    rank = None

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        dilation_rate=1,
        activation="tanh",
        recurrent_activation="sigmoid",
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        unit_forget_bias=True,
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        seed=None,
        **kwargs,
    ):
        arguments = arguments_of(locals())
        self.seed = arguments.pop("seed")
        self.filters = arguments.pop("filters")
        for name in ("kernel_size", "strides", "dilation_rate"):
            setattr(self, name, geometry.ints(arguments.pop(name), self.rank, name))
        self.padding = str(arguments.pop("padding")).lower()
        self.data_format = config.normalize_data_format(arguments.pop("data_format"))
        self.unit_forget_bias = arguments.pop("unit_forget_bias")
        super().__init__(**arguments)
        if self.padding not in ("valid", "same"):
            raise ValueError(
                f"Layer {self.name!r}: padding should be 'valid' or 'same', got {padding!r}."
            )
        self.state_size = (filters, filters)
        self.output_size = filters

    @property
    def _channel_axis(self):
        return -self.rank - 1 if self.data_format == "channels_first" else -1

    def build(self, input_shape):
        channels, width = input_shape[self._channel_axis], self.gates * self.filters
        self.add_gate_weights(
            (*self.kernel_size, channels, width), (*self.kernel_size, self.filters, width), (width,)
        )
        self.built = True

    def state_shape(self, input_shape):
        """Return the shape of a state, for images of a shape (batch, ...)."""
        return _step_shape(self, input_shape, self.filters)

    def compute_output_shape(self, input_shape):
        return self.state_shape(tuple(input_shape))

    def input_conv(self, x, w, b=None, padding="valid"):
        """Return the input's convolution of images (batch, ...) with a kernel, plus a bias (channels,)."""
        y = ops.conv(x, w, self.strides, padding, self.data_format, self.dilation_rate)
        return y if b is None else y + self._along_channels(b)

    def recurrent_conv(self, x, w):
        """Return the state's convolution (batch, ...) with a kernel."""
        return ops.conv(x, w, 1, "same", self.data_format)

    def _along_channels(self, bias):
        return bias if self._channel_axis == -1 else ops.reshape(bias, (-1, *(1,) * self.rank))

    def project(self, inputs, masks):
        """Return the input's part of the gates, for images (..., batch, rows, columns, channels)."""
        bias = None if self.bias is None else ops.convert_to_tensor(self.bias)
        kernel = ops.convert_to_tensor(self.kernel)
        y = gated(self._convolve_all, kernel, masks, self.gates, self._channel_axis)(inputs)
        return y if bias is None else ops.add(y, self._along_channels(bias))

    def _convolve_all(self, x, kernel):
        """Return the convolution of images that may have a time axis before the batch."""
        before, image = x.shape[: -self.rank - 1], x.shape[-self.rank - 1 :]
        images = ops.reshape(x, (-1, *image))
        y = self.input_conv(images, kernel, padding=self.padding)
        return ops.reshape(y, (*before, *y.shape[1:]))

    def stepper(self, masks):
        """Return the step for projected inputs."""
        kernel, axis = ops.convert_to_tensor(self.recurrent_kernel), self._channel_axis
        recur = gated(self.recurrent_conv, kernel, masks, self.gates, axis)
        gate = self.recurrent_activation

        def step(x, states):
            h, c = states
            i, f, g, o = ops.split(x + recur(h), 4, axis)
            c = gate(f) * c + gate(i) * self.activation(g)
            h = gate(o) * self.activation(c)
            return h, [h, c]

        return step


@with_gate_parts("ifco")
class _ConvLSTM1DCell(_ConvLSTMCell):
    rank = 1


@with_gate_parts("ifco")
class ConvLSTM2DCell(_ConvLSTMCell):
    """One step of a long short-term memory over images, with convolutions for products (Shi et al., 2015).

    Args:
        filters: the number of channels of the output and of the two states, h and c.
        kernel_size, strides, dilation_rate: of the input's convolution, an int or two; the state's has the same kernel
            size, strides of one and the padding "same".
        padding: `"valid"` or `"same"`.
        data_format: `"channels_last"` or `"channels_first"`, the configured one by default.
        activation, recurrent_activation, use_bias, kernel_initializer, recurrent_initializer, bias_initializer,
            unit_forget_bias, kernel_regularizer, recurrent_regularizer, bias_regularizer, kernel_constraint,
            recurrent_constraint, bias_constraint, dropout, recurrent_dropout: as for `LSTMCell`.

    Weights: kernel (*kernel_size, channels, 4 * filters), recurrent_kernel (*kernel_size, filters, 4 * filters) and
    bias (4 * filters,), the gates in the order i, f, g, o.
    """

    rank = 2

    def __init__(
        self,
        filters,
        kernel_size,
        strides=(1, 1),
        padding="valid",
        data_format=None,
        dilation_rate=(1, 1),
        activation="tanh",
        recurrent_activation="hard_sigmoid",
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        unit_forget_bias=True,
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        **kwargs,
    ):
        super().__init__(**arguments_of(locals()))


@with_gate_parts("ifco")
class _ConvLSTM3DCell(_ConvLSTMCell):
    rank = 3


# ------------------------------------------------------------------ layers
class _ConvLSTM(CellRNN, _ConvRNN):
    """A layer of a cell of `rank` axes, with the arguments that Keras 3 has."""

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        dilation_rate=1,
        activation="tanh",
        recurrent_activation="sigmoid",
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        unit_forget_bias=True,
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        seed=None,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        **kwargs,
    ):
        super().__init__(**arguments_of(locals()))

    def get_config(self):
        config = {**super().get_config(), "unroll": self.unroll}
        # TensorFlow's Keras knows no seed, and need not where there is none.
        if self.seed is None:
            del config["seed"]
        return config


class ConvLSTM1D(_ConvLSTM):
    """Long short-term memory over rows, with convolutions for products (Shi et al., 2015).

    Args:
        filters, kernel_size, strides, padding, data_format, dilation_rate, activation, recurrent_activation, use_bias,
            kernel_initializer, recurrent_initializer, bias_initializer, unit_forget_bias, kernel_regularizer,
            recurrent_regularizer, bias_regularizer, kernel_constraint, recurrent_constraint, bias_constraint, dropout,
            recurrent_dropout: as for `ConvLSTM2DCell`, along one axis; the recurrent activation is a sigmoid by
            default, as Keras 3 has it.
        seed: an int for a stream of random numbers of the dropout's own.
        activity_regularizer: a penalty on the output.
        return_sequences, return_state, go_backwards, stateful: as for `RNN`.
        **kwargs: those of every layer, and `unroll`, as for `RNN`.

    Input shape: (batch, time, steps, channels), or (batch, time, channels, steps) for `"channels_first"`.

    Examples:
        >>> ConvLSTM1D(4, 3, return_sequences=True).compute_output_shape((None, 5, 8, 1))
        (None, 5, 6, 4)
    """

    rank = 1
    cell_class = _ConvLSTM1DCell


class ConvLSTM2D(CellRNN, ConvRNN2D):
    """Long short-term memory over images, with convolutions for products (Shi et al., 2015).

    Args:
        filters, kernel_size, strides, padding, data_format, dilation_rate, activation, recurrent_activation, use_bias,
            kernel_initializer, recurrent_initializer, bias_initializer, unit_forget_bias, kernel_regularizer,
            recurrent_regularizer, bias_regularizer, kernel_constraint, recurrent_constraint, bias_constraint, dropout,
            recurrent_dropout: as for `ConvLSTM2DCell`.
        activity_regularizer: a penalty on the output.
        return_sequences, go_backwards, stateful: as for `RNN`.
        **kwargs: those of every layer, and `return_state` and `unroll`, as for `RNN`.

    Input shape: (batch, time, rows, columns, channels), or (batch, time, channels, rows, columns) for
        `"channels_first"`.

    Examples:
        >>> ConvLSTM2D(4, 3, return_sequences=True).compute_output_shape((None, 5, 8, 8, 1))
        (None, 5, 6, 6, 4)
    """

    cell_class = ConvLSTM2DCell

    def __init__(
        self,
        filters,
        kernel_size,
        strides=(1, 1),
        padding="valid",
        data_format=None,
        dilation_rate=(1, 1),
        activation="tanh",
        recurrent_activation="hard_sigmoid",
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        unit_forget_bias=True,
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        return_sequences=False,
        go_backwards=False,
        stateful=False,
        dropout=0.0,
        recurrent_dropout=0.0,
        **kwargs,
    ):
        # Keras 2.0 wrote an argument without effect.
        kwargs.pop("implementation", None)
        super().__init__(**arguments_of(locals()))

    def get_config(self):
        config = super().get_config()
        config.update(return_state=self.return_state, unroll=self.unroll)
        return config


@defaults(strides=(1, 1, 1), dilation_rate=(1, 1, 1))
class ConvLSTM3D(_ConvLSTM):
    """Long short-term memory over volumes, with convolutions for products (Shi et al., 2015).

    Args:
        filters, kernel_size, strides, padding, data_format, dilation_rate, activation, recurrent_activation, use_bias,
            kernel_initializer, recurrent_initializer, bias_initializer, unit_forget_bias, kernel_regularizer,
            recurrent_regularizer, bias_regularizer, kernel_constraint, recurrent_constraint, bias_constraint, dropout,
            recurrent_dropout: as for `ConvLSTM2DCell`, along three axes; the recurrent activation is a sigmoid by
            default, as Keras 3 has it.
        seed: an int for a stream of random numbers of the dropout's own.
        activity_regularizer: a penalty on the output.
        return_sequences, return_state, go_backwards, stateful: as for `RNN`.
        **kwargs: those of every layer, and `unroll`, as for `RNN`.

    Input shape: (batch, time, *three axes, channels), or with the channels behind the time for `"channels_first"`.

    Examples:
        >>> ConvLSTM3D(4, 3).compute_output_shape((None, 5, 8, 8, 8, 1))
        (None, 6, 6, 6, 4)
    """

    rank = 3
    cell_class = _ConvLSTM3DCell
