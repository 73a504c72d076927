"""Recurrent layers: a cell run along the time axis."""

import contextlib

import numpy as np

from keras import ops
from keras.backend import dtypes, graph, nest
from keras.backend.variable import Variable
from keras.layers import input_spec, recurrence
from keras.layers.base import Layer
from keras.layers.gated import (
    arguments_of,
    build_cell,
    forget_masks,
    keeps_masks,
    names_of,
    output_size,
    sequence_of,
    state_sizes,
    takes,
)
from keras.layers.input_spec import InputSpec
from keras.layers.recurrent_cells import (
    GRUCell,
    LSTMCell,
    SimpleRNNCell,
    StackedRNNCells,
    check_cell,
)
from keras.layers.serialization import deserialize
from keras.registry import plain

__all__ = [
    "GRU",
    "GRUCell",
    "LSTM",
    "LSTMCell",
    "RNN",
    "SimpleRNN",
    "SimpleRNNCell",
    "StackedRNNCells",
]


class RNN(Layer):
    """Runs a cell along the time axis.

    Args:
        cell: an object with `call(inputs, states) -> (output, new states)` and `state_size`, an int or a tuple of ints,
            one a state; `output_size` if it is not the first state's. Its `call` may also take `training` and
            `constants`. A list of cells is stacked.
        return_sequences: whether the outputs of all times are returned, or the last alone.
        return_state: whether the last states are returned as well.
        go_backwards: whether to go from the last time to the first; the outputs then come in that order.
        stateful: whether each batch goes on from the states that the batch before left.
        unroll: whether to write the steps out in place of a loop: more memory and a longer compilation, maybe faster.
        **kwargs: those of every layer; `input_length`, the number of time steps, together with `input_dim`; and
            `zero_output_for_mask`, whether outputs of masked times are zero and not those of the time before;
            `time_major`, whether inputs, mask and outputs have the time before the batch, as tf.keras has it.

    Call arguments:
        inputs: (batch, time, features), or a list of it, the initial states and the constants.
        mask: booleans (batch, time); where False the states and the output stay what they were.
        training: whether the cell's dropout is on.
        initial_state: a list of tensors (batch, size), one a state.
        constants: a list of tensors that the cell gets at each step.

    Returns:
        (batch, units), or (batch, time, units) with `return_sequences`; with `return_state` a list of it and the
        states.

    Raises:
        ValueError: if the cell lacks something, a stateful layer's batch size is not known or changes, states do not
            fit the cell, or the number of time steps is not known and `unroll` is set.

    Examples:
        >>> class Sum:
        ...     state_size = 1
        ...
        ...     def call(self, inputs, states):
        ...         total = states[0] + inputs
        ...         return total, [total]
        >>> np.asarray(RNN(Sum(), return_sequences=True)(np.ones((1, 3, 1)))).ravel().tolist()
        [1.0, 2.0, 3.0]
    """

    supports_masking = True
    _not_in_config = Layer._not_in_config | {"input_length"}
    _input_ndim = 3
    _feature_axis = -1

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
        length = kwargs.pop("input_length", None)
        self.zero_output_for_mask = kwargs.pop("zero_output_for_mask", False)
        self.time_major = bool(kwargs.pop("time_major", False))
        if kwargs.get("input_dim") is not None and kwargs.get("input_shape") is None:
            kwargs["input_shape"] = (length, kwargs.pop("input_dim"))
        super().__init__(**kwargs)
        if isinstance(cell, list | tuple):
            cell = StackedRNNCells(cell)
        check_cell(cell, self.name)
        self.cell = cell
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.stateful = stateful
        self.unroll = unroll
        self.states = [None] * len(state_sizes(cell))
        self._num_constants = 0
        self.input_spec = [InputSpec(ndim=self._input_ndim)]

    # -------------------------------------------------------------- shapes and weights
    def build(self, input_shape):
        shape, constants = self._split_shapes(input_shape)
        build_cell(self.cell, (shape[0], *shape[2:]), constants)
        axis = self._feature_axis
        self.input_spec = [InputSpec(ndim=len(shape), axes={axis: shape[axis]})]
        if self.stateful:
            self._check_batch(shape[0])
            self.states = [
                Variable(np.zeros(size), self.dtype, False, f"{self.name}/state_{i}:0")
                for i, size in enumerate(self._state_shapes(shape))
            ]
        self.built = True

    def _split_shapes(self, input_shape):
        """Return the shape of the sequence, the batch before the time, and those of the constants."""
        if not isinstance(input_shape[0], list | tuple):
            return self._turned(tuple(input_shape)), []
        count = self._num_constants
        return self._turned(tuple(input_shape[0])), list(input_shape[-count:]) if count else []

    def _turned(self, shape):
        """Return a shape with the batch before the time, or the other way round, where the time is to be first."""
        return (shape[1], shape[0], *shape[2:]) if self.time_major and len(shape) > 1 else shape

    def _state_shapes(self, input_shape):
        """Return the shapes of the states, each (batch, ...), for the shape of the sequence."""
        sizes = [
            size if isinstance(size, list | tuple) else (size,) for size in state_sizes(self.cell)
        ]
        return [(input_shape[0], *size) for size in sizes]

    def _output_shape(self, input_shape):
        """Return the shape of the output at one time."""
        return input_shape[0], output_size(self.cell)

    def compute_output_shape(self, input_shape):
        shape = self._split_shapes(input_shape)[0]
        output = self._output_shape(shape)
        if self.return_sequences:
            output = self._turned((output[0], shape[1], *output[1:]))
        return [output, *self._state_shapes(shape)] if self.return_state else output

    def compute_mask(self, inputs, mask=None):
        mask = mask[0] if isinstance(mask, list | tuple) else mask
        mask = mask if self.return_sequences else None
        return [mask, *(None for _ in self.states)] if self.return_state else mask

    # -------------------------------------------------------------- the call
    def __call__(self, inputs, initial_state=None, constants=None, **kwargs):
        """Apply the layer; see the class for the arguments."""
        count = self._num_constants
        x, states, constants = split_inputs(inputs, initial_state, constants, count, self.name)
        self._num_constants = len(constants)
        self._check_call(x, states)
        inputs, given = join_inputs(x, states, constants)
        return super().__call__(inputs, **given, **kwargs)

    def _check_inputs(self, inputs):
        input_spec.check(self, nest.as_list(inputs)[0])

    def _check_call(self, x, states):
        shape = self._turned(np.shape(x) if not hasattr(x, "shape") else tuple(x.shape))
        if self._num_constants and not takes(self.cell, "constants"):
            raise ValueError(
                f"Layer {self.name!r}: `constants` were given, and its cell does not take them; give the "
                "cell's `call` an argument `constants`."
            )
        if self.unroll and len(shape) > 1 and shape[1] is None:
            raise ValueError(
                f"Layer {self.name!r} has unroll=True and needs the number of time steps, got inputs of shape {shape}. "
                "Give it in Input(shape=(time, ...)), input_shape or input_length, or set unroll=False."
            )
        if self.stateful and shape:
            self._check_batch(shape[0])
        if states:
            self._check_states(states, shape)

    def _check_batch(self, batch):
        if batch is None:
            raise ValueError(
                f"Layer {self.name!r} is stateful and needs a fixed batch size: give batch_input_shape to the model's "
                "first layer, or batch_shape to Input."
            )
        expected = self.states[0].shape[0] if self.states[0] is not None else batch
        if batch != expected:
            raise ValueError(
                f"Layer {self.name!r} is stateful with the batch size {expected}, got a batch of {batch}. Feed "
                f"batches of {expected} samples, a number of samples divisible by it, or build the model with another "
                "batch size."
            )

    def _check_states(self, states, input_shape):
        sizes = state_sizes(self.cell)
        if len(states) != len(sizes):
            raise ValueError(
                f"Layer {self.name!r} has {len(sizes)} state(s) of the sizes {sizes}, got {len(states)} initial "
                "state(s); give one tensor for each."
            )
        if len(input_shape) != self._input_ndim:
            return
        for state, needed in zip(states, self._state_shapes(input_shape), strict=True):
            if not _fits(tuple(state.shape), needed):
                raise ValueError(
                    f"Layer {self.name!r} needs an initial state of shape {needed}, got one of shape "
                    f"{tuple(state.shape)}; give one tensor of shape (batch, size) for each of the sizes {sizes}."
                )

    def call(self, inputs, mask=None, training=None, initial_state=None, constants=None):
        x, states, constants = split_inputs(
            inputs, initial_state, constants, self._num_constants, self.name
        )
        mask = mask[0] if isinstance(mask, list | tuple) else mask
        if self.time_major:
            x, mask = (None if a is None else ops.swapaxes(a, 0, 1) for a in (x, mask))
        states = [ops.convert_to_tensor(s) for s in states] or self._first_states(x)
        mask = None if mask is None else ops.moveaxis(mask, 1, 0)
        sequence, step = sequence_of(self.cell, ops.moveaxis(x, 1, 0), training, constants)
        run = self._run_by_rule if self._has_rule(step, sequence, states) else self._run
        with self._masks_of_cell(step, sequence, states):
            last, outputs, states = run(step, sequence, states, mask)
        if self.stateful:
            for variable, state in zip(self.states, states, strict=True):
                variable.assign(state)
        output = last
        if self.return_sequences:
            output = outputs if self.time_major else ops.moveaxis(outputs, 0, 1)
        return [output, *states] if self.return_state else output

    @contextlib.contextmanager
    def _masks_of_cell(self, step, sequence, states):
        """Let a cell that keeps its dropout masks draw them before the loop: they are the same at all times."""
        if not keeps_masks(self.cell):
            yield
            return
        forget_masks(self.cell)
        step(nest.map_leaves(lambda x: x[0], sequence), list(states))
        try:
            yield
        finally:
            forget_masks(self.cell)

    def _has_rule(self, step, sequence, states):
        """Return whether the loop has a gradient rule of its own."""
        if self.unroll or not isinstance(step, recurrence.Step) or not step.has_rule:
            return False
        kinds = {dtypes.of(tensor) for tensor in (sequence, *states, *step.weights)}
        return len(kinds) == 1 and sequence.shape[0] != 0

    def _run(self, step, sequence, states, mask):
        """Return the last output, all outputs or None, and the last states."""
        return ops.rnn(
            step,
            sequence,
            states,
            self.go_backwards,
            mask,
            self.unroll,
            zero_output_for_mask=self.zero_output_for_mask,
            time_major=True,
            return_all_outputs=self.return_sequences,
        )

    def _run_by_rule(self, step, sequence, states, mask):
        """Do what `_run` does, with the loop's own gradient rule."""
        outputs, states = recurrence.run(step, sequence, states, mask, self.go_backwards)
        if mask is not None:
            outputs = self._masked(outputs, mask)
        if self.go_backwards:
            outputs = ops.flip(outputs, 0)
        last = states[0] if mask is None else outputs[-1]
        return last, outputs, states

    def _masked(self, outputs, mask):
        """Return the outputs with zeros before the first time that is not masked, or at all masked times."""
        if not self.zero_output_for_mask:
            seen = ops.cast(mask, "int32")
            seen = ops.flip(seen, 0) if self.go_backwards else seen
            seen = ops.cumsum(seen, 0) > 0
            mask = ops.flip(seen, 0) if self.go_backwards else seen
        return ops.where(ops.expand_dims(mask, -1), outputs, ops.zeros_like(outputs))

    def _first_states(self, x):
        if self.stateful:
            return [ops.cast(state, self.compute_dtype) for state in self.states]
        return nest.as_list(self.get_initial_state(x))

    def get_initial_state(self, inputs):
        """Return the states that a sequence starts from: zeros, unless the cell has a `get_initial_state`.

        Args:
            inputs: (batch, time, ...).
        """
        own = getattr(self.cell, "get_initial_state", None)
        if own is None:
            dtype = self.compute_dtype
            return [ops.zeros(shape, dtype) for shape in self._state_shapes(inputs.shape)]
        given = {"inputs": inputs, "batch_size": inputs.shape[0], "dtype": self.compute_dtype}
        return own(**{name: value for name, value in given.items() if name in names_of(own)})

    # -------------------------------------------------------------- states
    def reset_states(self, states=None):
        """Set the states of a stateful layer.

        Args:
            states: a list of arrays (batch, size), one a state; zeros by default.

        Raises:
            AttributeError: if the layer is not stateful.
            ValueError: if it was not built yet, or their number or a shape does not fit.
        """
        if not self.stateful:
            raise AttributeError(
                f"Layer {self.name!r} is not stateful and has no states to reset; make it with stateful=True."
            )
        if self.states[0] is None:
            raise ValueError(
                f"Layer {self.name!r} has no states yet: its batch size is not known. Call it or the model first, or "
                "give batch_input_shape to the model's first layer."
            )
        values = (
            [np.zeros(s.shape) for s in self.states] if states is None else nest.as_list(states)
        )
        if len(values) != len(self.states):
            raise ValueError(
                f"Layer {self.name!r} has {len(self.states)} state(s), got {len(values)}; give one array for each."
            )
        for variable, value in zip(self.states, values, strict=True):
            if np.shape(value) != variable.shape:
                raise ValueError(
                    f"Layer {self.name!r} needs states of the shapes {[v.shape for v in self.states]}, got one "
                    f"of shape {np.shape(value)}; give arrays of these shapes."
                )
        for variable, value in zip(self.states, values, strict=True):
            variable.assign(value)

    # -------------------------------------------------------------- config
    def get_config(self):
        config = super().get_config()
        if self._num_constants:
            config["num_constants"] = self._num_constants
        if self.time_major:
            config["time_major"] = True
        return config

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Return the layer that `get_config` described."""
        config = dict(config)
        constants = config.pop("num_constants", None) or 0
        if isinstance(config.get("cell"), dict):
            config["cell"] = deserialize(config["cell"], custom_objects)
        layer = cls(**config)
        layer._num_constants = constants
        return layer


def _fits(shape, needed):
    """Return whether a shape may be the one needed; None is any size."""
    pairs = zip(shape, needed, strict=False)
    return len(shape) == len(needed) and all(a is None or b is None or a == b for a, b in pairs)


def split_inputs(inputs, initial_state, constants, count, name):
    """Return the sequence, the list of initial states and the list of constants.

    Args:
        inputs: the sequence, or a list of it, the states and the constants.
        initial_state, constants: a tensor, a list or None.
        count: how many constants a list of inputs ends with, if none are given.
        name: the layer's, for the error.

    Raises:
        ValueError: if there are initial states both in the list and beside it.
    """
    initial_state, constants = nest.as_list(initial_state), nest.as_list(constants)
    if isinstance(inputs, list | tuple):
        inputs, *rest = inputs
        if rest and count and not constants:
            rest, constants = rest[:-count], rest[-count:]
        if rest and initial_state:
            raise ValueError(
                f"Layer {name!r} got initial states twice: in the list of inputs and as `initial_state`; give them "
                "in one place."
            )
        initial_state = rest or initial_state
    return inputs, initial_state, constants


def join_inputs(x, states, constants):
    """Return what a recurrent layer is called on, and the keyword arguments beside it.

    Symbolic states are inputs of the node in the graph; known ones are arguments of it.
    """
    is_known = not any(isinstance(state, graph.Tensor) for state in states)
    beside = states and is_known and isinstance(x, graph.Tensor)
    inputs = [x, *([] if beside else states), *constants]
    return nest.unpack_single(inputs), {"initial_state": states} if beside else {}


class CellRNN(RNN):
    """A recurrent layer that takes its cell's arguments as its own."""

    cell_class = None

    def __init__(self, **arguments):
        of_cell = {k: arguments.pop(k) for k in list(arguments) if k in self._cell_arguments()}
        if arguments.get("dtype") is not None:
            of_cell["dtype"] = arguments["dtype"]
        super().__init__(self.cell_class(**of_cell), **arguments)

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "cell_class" in cls.__dict__:
            for name in cls._cell_arguments():
                setattr(cls, name, _of_cell(name))

    @classmethod
    def _cell_arguments(cls):
        return [name for name in names_of(cls.cell_class) if name != "kwargs"]

    def get_config(self):
        config = super().get_config()
        for name in self._cell_arguments():
            if name in config:
                config[name] = plain(getattr(self, name))
        return config


def _of_cell(name):
    return property(lambda self: getattr(self.cell, name), doc=f"The cell's `{name}`.")


class SimpleRNN(CellRNN):
    """A recurrent layer whose output is fed back: h = activation(x @ kernel + h @ recurrent_kernel + bias).

    Args:
        units, activation, use_bias, kernel_initializer, recurrent_initializer, bias_initializer, kernel_regularizer,
            recurrent_regularizer, bias_regularizer, kernel_constraint, recurrent_constraint, bias_constraint, dropout,
            recurrent_dropout: as for `SimpleRNNCell`.
        activity_regularizer: a penalty on the output.
        return_sequences, return_state, go_backwards, stateful, unroll: as for `RNN`.

    Examples:
        >>> layer = SimpleRNN(1, "linear", kernel_initializer="ones", recurrent_initializer="ones")
        >>> np.asarray(layer(np.array([[[1.0], [2.0], [3.0]]]))).tolist()
        [[6.0]]
    """

    cell_class = SimpleRNNCell
    _not_in_config = RNN._not_in_config | {"implementation"}

    def __init__(
        self,
        units,
        activation="tanh",
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        unroll=False,
        **kwargs,
    ):
        # All implementations are one; the classic argument stays without effect.
        kwargs.pop("implementation", None)
        super().__init__(**arguments_of(locals()))


class GRU(CellRNN):
    """Gated recurrent units (Cho et al., 2014).

    Args:
        units, activation, recurrent_activation, use_bias, kernel_initializer, recurrent_initializer, bias_initializer,
            kernel_regularizer, recurrent_regularizer, bias_regularizer, kernel_constraint, recurrent_constraint,
            bias_constraint, dropout, recurrent_dropout, implementation, reset_after: as for `GRUCell`.
        activity_regularizer: a penalty on the output.
        return_sequences, return_state, go_backwards, stateful, unroll: as for `RNN`.

    Examples:
        >>> GRU(3, return_sequences=True).compute_output_shape((None, 5, 2))
        (None, 5, 3)
    """

    cell_class = GRUCell

    def __init__(
        self,
        units,
        activation="tanh",
        recurrent_activation="hard_sigmoid",
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        implementation=1,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        unroll=False,
        reset_after=False,
        **kwargs,
    ):
        super().__init__(**arguments_of(locals()))


class LSTM(CellRNN):
    """Long short-term memory (Hochreiter & Schmidhuber, 1997).

    Args:
        units, activation, recurrent_activation, use_bias, kernel_initializer, recurrent_initializer, bias_initializer,
            unit_forget_bias, kernel_regularizer, recurrent_regularizer, bias_regularizer, kernel_constraint,
            recurrent_constraint, bias_constraint, dropout, recurrent_dropout, implementation: as for `LSTMCell`.
        activity_regularizer: a penalty on the output.
        return_sequences, return_state, go_backwards, stateful, unroll: as for `RNN`.

    Examples:
        >>> output, h, c = LSTM(4, return_state=True)(np.zeros((2, 3, 5)))
        >>> tuple(output.shape), tuple(h.shape), tuple(c.shape)
        ((2, 4), (2, 4), (2, 4))
    """

    cell_class = LSTMCell

    def __init__(
        self,
        units,
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
        dropout=0.0,
        recurrent_dropout=0.0,
        implementation=1,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        unroll=False,
        **kwargs,
    ):
        super().__init__(**arguments_of(locals()))
