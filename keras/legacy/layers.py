"""Layers of Keras 1 under their old names: recurrent base classes, dilated convolutions, Merge."""

import numpy as np

from keras import backend as K
from keras.backend import nest
from keras.layers import (
    Add,
    Average,
    Concatenate,
    Conv1D,
    Conv2D,
    Dot,
    Highway,
    InputSpec,
    Lambda,
    Layer,
    Maximum,
    MaxoutDense,
    Multiply,
    geometry,
)
from keras.models import Model
from keras.ops.nn import output_length

__all__ = [
    "AtrousConv1D",
    "AtrousConv2D",
    "AtrousConvolution1D",
    "AtrousConvolution2D",
    "ConvRecurrent2D",
    "Highway",
    "MaxoutDense",
    "Merge",
    "Recurrent",
    "merge",
]


# ------------------------------------------------------------------ convolutions
# Their `dilation_rate` was once these layers' `atrous_rate`.
AtrousConvolution1D = AtrousConv1D = Conv1D
AtrousConvolution2D = AtrousConv2D = Conv2D


# ------------------------------------------------------------------ merging
_MERGES = {
    "sum": lambda axis, axes: Add(),
    "mul": lambda axis, axes: Multiply(),
    "ave": lambda axis, axes: Average(),
    "max": lambda axis, axes: Maximum(),
    "concat": lambda axis, axes: Concatenate(axis),
    "dot": lambda axis, axes: Dot(axes),
    "cos": lambda axis, axes: Dot(axes, normalize=True),
}


def Merge(
    layers=None,
    mode="sum",
    concat_axis=-1,
    dot_axes=-1,
    output_shape=None,
    output_mask=None,
    arguments=None,
    node_indices=None,
    tensor_indices=None,
    name=None,
):
    """Return what merges several tensors: a layer, or for given models the model of them all, for `Sequential.add`.

    Args:
        layers: a list of models with known inputs, or None.
        mode: "sum", "mul", "ave", "max", "concat", "dot", "cos", or a function of a list of tensors.
        concat_axis: the axis for "concat".
        dot_axes: the axes for "dot" and "cos".
        output_shape, output_mask, arguments: as `output_shape`, `mask` and `arguments` of `Lambda`, for a function.
        node_indices, tensor_indices: not needed.
        name: the layer's or model's name.

    Raises:
        ValueError: for an unknown mode.

    Examples:
        >>> from keras.layers import Dense
        >>> from keras.models import Sequential
        >>> branches = [Sequential([Dense(4, input_dim=3)]), Sequential([Dense(4, input_dim=2)])]
        >>> Sequential([Merge(branches, mode="concat"), Dense(1)]).input_shape
        [(None, 3), (None, 2)]
    """
    if callable(mode):
        layer = Lambda(mode, output_shape, output_mask, arguments)
    elif mode in _MERGES:
        layer = _MERGES[mode](concat_axis, dot_axes)
    else:
        raise ValueError(f"Merge: mode should be one of {sorted(_MERGES)}, got {mode!r}.")
    if layers is None:
        layer.name = name or layer.name
        return layer
    inputs = [tensor for model in layers for tensor in nest.as_list(model.input)]
    return Model(inputs, layer([model.output for model in layers]), name=name)


def merge(
    inputs,
    mode="sum",
    concat_axis=-1,
    dot_axes=-1,
    output_shape=None,
    output_mask=None,
    arguments=None,
    name=None,
):
    """Return several tensors merged into one: see `Merge` for the arguments."""
    layer = Merge(
        None, mode, concat_axis, dot_axes, output_shape, output_mask, arguments, name=name
    )
    return layer(inputs)


# ------------------------------------------------------------------ recurrent layers without cells
class Recurrent(Layer):
    """The base of recurrent layers before there were cells: subclasses define `step`.

    A subclass sets `units` and, in `build`, `states`: a list with a None for each state.

    Args:
        return_sequences: whether the outputs of all times are returned, or the last alone.
        return_state: whether the last states are returned as well.
        go_backwards: whether to go from the last time to the first.
        stateful: whether each batch goes on from the states that the batch before left.
        unroll: whether to write the steps out in place of a loop.
        implementation: without effect.
        **kwargs: those of every layer, and `input_length`, the number of time steps, together with `input_dim`.

    Raises:
        ValueError: if a stateful layer's batch size is not known.

    Examples:
        >>> class Total(Recurrent):
        ...     units = 1
        ...
        ...     def build(self, input_shape):
        ...         self.states = [None]
        ...
        ...     def step(self, inputs, states):
        ...         total = states[0] + inputs
        ...         return total, [total]
        >>> np.asarray(Total(return_sequences=True)(np.ones((1, 3, 1)))).ravel().tolist()
        [1.0, 2.0, 3.0]
    """

    supports_masking = True
    _not_in_config = Layer._not_in_config | {"input_length"}

    def __init__(
        self,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        unroll=False,
        implementation=0,
        **kwargs,
    ):
        length = kwargs.pop("input_length", None)
        if kwargs.get("input_dim") is not None and kwargs.get("input_shape") is None:
            kwargs["input_shape"] = (length, kwargs.pop("input_dim"))
        super().__init__(**kwargs)
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.stateful = stateful
        self.unroll = unroll
        self.implementation = implementation
        self.states = [None]

    # -------------------------------------------------------------- to be overridden
    def step(self, inputs, states):
        """Return the output and the new states for the input at one time.

        Args:
            inputs: (batch, ...).
            states: a list of the states, then of what `get_constants` returned.
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method step(inputs, states).")

    def get_constants(self, inputs, training=None):
        """Return a list of tensors that each step gets after the states."""
        return []

    def preprocess_input(self, inputs, training=None):
        """Return what the steps run over, from the layer's input."""
        return inputs

    def get_initial_state(self, inputs):
        """Return the states that a sequence starts from: zeros (batch, units)."""
        zeros = K.sum(K.zeros_like(inputs), axis=list(range(1, K.ndim(inputs))))
        state = K.tile(K.expand_dims(zeros), [1, self.units])
        return [state for _ in self.states]

    # -------------------------------------------------------------- the call
    def __call__(self, inputs, initial_state=None, **kwargs):
        """Apply the layer; the initial states may also stand behind the input in a list."""
        states = nest.as_list(initial_state)
        return super().__call__([inputs, *states] if states else inputs, **kwargs)

    def _build_once(self, input_shape, prefix=True):
        shapes = input_shape if isinstance(input_shape[0], list | tuple) else [input_shape]
        super()._build_once(tuple(shapes[0]), prefix)

    def call(self, inputs, mask=None, training=None, initial_state=None):
        x, *states = nest.as_list(inputs)
        mask = mask[0] if isinstance(mask, list) else mask
        last, outputs, new = K.rnn(
            self.step,
            self.preprocess_input(x, training),
            states or nest.as_list(initial_state) or self._first_states(x),
            go_backwards=self.go_backwards,
            mask=mask,
            constants=self.get_constants(x, training),
            unroll=self.unroll,
        )
        if self.stateful:
            for variable, value in zip(self.states, new, strict=True):
                variable.assign(value)
        output = outputs if self.return_sequences else last
        return [output, *new] if self.return_state else output

    def _first_states(self, x):
        return [K.identity(s) for s in self.states] if self.stateful else self.get_initial_state(x)

    def compute_mask(self, inputs, mask=None):
        mask = mask[0] if isinstance(mask, list) else mask
        mask = mask if self.return_sequences else None
        return [mask, *(None for _ in self.states)] if self.return_state else mask

    def compute_output_shape(self, input_shape):
        shape = input_shape[0] if isinstance(input_shape, list) else input_shape
        output = (
            (shape[0], shape[1], self.units) if self.return_sequences else (shape[0], self.units)
        )
        return (
            [output, *((shape[0], self.units) for _ in self.states)]
            if self.return_state
            else output
        )

    def reset_states(self, states=None):
        """Set the states of a stateful layer.

        Args:
            states: a list of arrays, one a state; zeros by default.

        Raises:
            AttributeError: if the layer is not stateful.
            ValueError: if its batch size is not known.
        """
        if not self.stateful:
            raise AttributeError(f"Layer {self.name!r} is not stateful and has no states to reset.")
        batch = (self.batch_input_shape or self.input_shape)[0]
        if batch is None:
            raise ValueError(
                f"Layer {self.name!r} is stateful and needs a fixed batch size: give batch_input_shape to it."
            )
        values = states or [np.zeros((batch, self.units)) for _ in self.states]
        if self.states[0] is None:
            self.states = [K.variable(value) for value in values]
        else:
            K.batch_set_value(list(zip(self.states, values, strict=True)))


class ConvRecurrent2D(Recurrent):
    """The base of recurrent layers over images before there were cells: subclasses define `step`.

    Args:
        filters: the number of output channels.
        kernel_size: the window, an int or two.
        strides, dilation_rate: an int or two.
        padding: `"valid"` or `"same"`.
        data_format: `"channels_last"` or `"channels_first"`; the configured one by default.
        return_sequences, go_backwards, stateful, **kwargs: as for `Recurrent`.
    """

    def __init__(
        self,
        filters,
        kernel_size,
        strides=(1, 1),
        padding="valid",
        data_format=None,
        dilation_rate=(1, 1),
        return_sequences=False,
        go_backwards=False,
        stateful=False,
        **kwargs,
    ):
        super().__init__(return_sequences, False, go_backwards, stateful, **kwargs)
        self.filters = filters
        self.kernel_size = geometry.ints(kernel_size, 2, "kernel_size")
        self.strides = geometry.ints(strides, 2, "strides")
        self.padding = padding
        self.data_format = K.normalize_data_format(data_format)
        self.dilation_rate = geometry.ints(dilation_rate, 2, "dilation_rate")
        self.input_spec = [InputSpec(ndim=5)]

    def get_initial_state(self, inputs):
        """Return the states that a sequence starts from: zeros of the shape of an output."""
        shape = (
            inputs.shape[0],
            *self.compute_output_shape(inputs.shape)[1 + self.return_sequences :],
        )
        return [K.zeros_like(np.zeros(shape, self.dtype)) for _ in self.states]

    def compute_output_shape(self, input_shape):
        is_first = self.data_format == "channels_first"
        sizes = input_shape[3:] if is_first else input_shape[2:4]
        windows = zip(sizes, self.kernel_size, self.strides, self.dilation_rate, strict=True)
        places = [output_length(n, k, self.padding, s, d) for n, k, s, d in windows]
        image = (self.filters, *places) if is_first else (*places, self.filters)
        time = input_shape[1:2] if self.return_sequences else ()
        return (input_shape[0], *time, *image)
