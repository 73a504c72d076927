"""The cells of recurrent layers: what happens in one time step."""

from keras import ops
from keras.layers.gate_parts import with_gate_parts
from keras.layers.gated import (
    GatedCell,
    PreparedCell,
    arguments_of,
    build_cell,
    gated,
    output_size,
    sequence_of,
    state_sizes,
    step_of,
)
from keras.layers.recurrence import GRUStep, LSTMStep, ResetAfterStep, SimpleStep
from keras.layers.serialization import deserialize


class _VectorCell(GatedCell):
    """A gated cell over vectors."""

    def __init__(self, *, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.state_size = units
        self.output_size = units

    def build(self, input_shape):
        width = self.gates * self.units
        self.add_gate_weights(
            (input_shape[-1], width), (self.units, width), self._bias_shape(width)
        )
        self.built = True

    def _bias_shape(self, width):
        return (width,)

    def state_shape(self, input_shape):
        """Return the shape of a state, (batch, units), for the input's (batch, features)."""
        return input_shape[0], self.units

    def compute_output_shape(self, input_shape):
        return input_shape[0], self.units

    def project(self, inputs, masks):
        """Return the input's part of the gates: (..., batch, features) -> (..., batch, gates * units)."""
        y = gated_product(self._input_kernel(), masks, self.gates)(inputs)
        return y if self.bias is None else ops.add(y, self._input_bias())

    def _input_kernel(self):
        return ops.convert_to_tensor(self.kernel)

    def _input_bias(self):
        return ops.convert_to_tensor(self.bias)


class SimpleRNNCell(_VectorCell):
    """One step of h = activation(x @ kernel + h @ recurrent_kernel + bias).

    Args:
        units: the size of the output and of the state.
        activation: a function or its name.
        use_bias: whether there is a bias.
        kernel_initializer, recurrent_initializer, bias_initializer: where the weights' first values come from.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties on the weights.
        kernel_constraint, recurrent_constraint, bias_constraint: applied to the weights after each optimizer step.
        dropout: the share of the inputs to drop in training, the same ones at all time steps.
        recurrent_dropout: the same for the state (Gal & Ghahramani, 2016).

    Examples:
        >>> import numpy as np
        >>> cell = SimpleRNNCell(
        ...     1, "linear", kernel_initializer="ones", recurrent_initializer="ones"
        ... )
        >>> cell.build((None, 1))
        >>> output, states = cell(np.ones((1, 1)), states=[np.full((1, 1), 2.0)])
        >>> float(output[0, 0])
        3.0
    """

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
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        **kwargs,
    ):
        super().__init__(**arguments_of(locals()))

    def stepper(self, masks):
        """Return the step for projected inputs."""
        kernel = ops.convert_to_tensor(self.recurrent_kernel)
        products = [gated_product(kernel, masks, 1)] if masks else None
        return SimpleStep([kernel], products, self.activation)


@with_gate_parts("zrh")
class GRUCell(_VectorCell):
    """One step of a gated recurrent unit (Cho et al., 2014).

    With z and r the recurrent activation of their part of x @ kernel + h @ recurrent_kernel + bias, the new state is
    z * h + (1 - z) * hh, where hh = activation(x @ W + (r * h) @ U + b), or with `reset_after`
    activation(x @ W + b + r * (h @ U + b')).

    Args:
        units: the size of the output and of the state.
        activation: of the candidate hh, a function or its name.
        recurrent_activation: of the gates z and r.
        use_bias: whether there is a bias.
        kernel_initializer, recurrent_initializer, bias_initializer: where the weights' first values come from.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties on the weights.
        kernel_constraint, recurrent_constraint, bias_constraint: applied to the weights after each optimizer step.
        dropout: the share of the inputs to drop in training, the same ones at all time steps.
        recurrent_dropout: the same for the state (Gal & Ghahramani, 2016).
        implementation: with 1 each gate has dropout masks of its own, with 2 all gates share them.
        reset_after: whether the reset gate acts after the product with the recurrent kernel.

    Weights: kernel (features, 3 * units) and recurrent_kernel (units, 3 * units), the gates in the order z, r, hh; bias
    (3 * units,), or with `reset_after` (2, 3 * units), the input's and the state's.
    """

    gates = 3

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
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        implementation=1,
        reset_after=False,
        **kwargs,
    ):
        arguments = arguments_of(locals())
        self.reset_after = arguments.pop("reset_after")
        super().__init__(**arguments)

    def _bias_shape(self, width):
        return (2, width) if self.reset_after else (width,)

    def _input_bias(self):
        bias = ops.convert_to_tensor(self.bias)
        return bias[0] if self.reset_after else bias

    def stepper(self, masks):
        """Return the step for projected inputs."""
        kernel = ops.convert_to_tensor(self.recurrent_kernel)
        return (
            self._reset_after(kernel, masks)
            if self.reset_after
            else self._reset_before(kernel, masks)
        )

    def _reset_before(self, kernel, masks):
        split = 2 * self.units
        weights = kernel[:, :split], kernel[:, split:]
        parts = ((weights[0], masks[:2], 2), (weights[1], masks[-1:], 1)) if masks else ()
        products = [gated_product(*part) for part in parts]
        return GRUStep(weights, products, self.activation, self.recurrent_activation)

    def _reset_after(self, kernel, masks):
        bias = [] if self.bias is None else [ops.convert_to_tensor(self.bias)[1]]
        recur = gated_product(kernel, masks, 3)
        products = [lambda h: sum(bias, recur(h))] if masks else None
        weights = [kernel, *bias]
        return ResetAfterStep(weights, products, self.activation, self.recurrent_activation)


@with_gate_parts("ifco")
class LSTMCell(_VectorCell):
    """One step of a long short-term memory (Hochreiter & Schmidhuber, 1997).

    With i, f, o the recurrent activation and g the activation of their part of
    x @ kernel + h @ recurrent_kernel + bias: c = f * c + i * g and h = o * activation(c).

    Args:
        units: the size of the output and of the two states, h and c.
        activation: a function or its name.
        recurrent_activation: of the gates i, f and o.
        use_bias: whether there is a bias.
        kernel_initializer, recurrent_initializer, bias_initializer: where the weights' first values come from.
        unit_forget_bias: whether the forget gate's bias starts with ones (Jozefowicz et al., 2015).
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties on the weights.
        kernel_constraint, recurrent_constraint, bias_constraint: applied to the weights after each optimizer step.
        dropout: the share of the inputs to drop in training, the same ones at all time steps.
        recurrent_dropout: the same for the state (Gal & Ghahramani, 2016).
        implementation: with 1 each gate has dropout masks of its own, with 2 all gates share them.

    Weights: kernel (features, 4 * units), recurrent_kernel (units, 4 * units) and bias (4 * units,), the gates in the
    order i, f, g, o.
    """

    gates = 4

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
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        implementation=1,
        **kwargs,
    ):
        arguments = arguments_of(locals())
        self.unit_forget_bias = arguments.pop("unit_forget_bias")
        super().__init__(**arguments)
        self.state_size = (units, units)

    def _input_kernel(self):
        return _gates_together(self.kernel)

    def _input_bias(self):
        return _gates_together(self.bias)

    def stepper(self, masks):
        """Return the step for projected inputs."""
        kernel = _gates_together(self.recurrent_kernel)
        products = [gated_product(kernel, masks, 4)] if masks else None
        return LSTMStep([kernel], products, self.activation, self.recurrent_activation)


def _gates_together(weight):
    """Return a weight of an LSTM in the order i, f, o, g: the three gates take one activation together."""
    i, f, g, o = ops.split(ops.convert_to_tensor(weight), 4, axis=-1)
    return ops.concatenate([i, f, o, g], axis=-1)


class StackedRNNCells(PreparedCell):
    """Several cells in one: each feeds the next within a time step.

    Args:
        cells: a list of cells.
        reverse_state_order: whether the states come last cell first.

    Raises:
        ValueError: if an item is no cell.

    Examples:
        >>> StackedRNNCells([LSTMCell(2), GRUCell(3)]).state_size
        (2, 2, 3)
    """

    def __init__(self, cells, reverse_state_order=False, **kwargs):
        super().__init__(**kwargs)
        if not cells:
            raise ValueError(
                f"{self.name!r}: `cells` should be a list of at least one cell, got {cells!r}."
            )
        for cell in cells:
            check_cell(cell, self.name)
        self.cells = list(cells)
        self.reverse_state_order = reverse_state_order

    @property
    def state_size(self):
        """The sizes of all states, a tuple."""
        return tuple(size for cell in self._in_state_order() for size in state_sizes(cell))

    @property
    def output_size(self):
        """The size of the last cell's output."""
        return output_size(self.cells[-1])

    def _in_state_order(self):
        return self.cells[::-1] if self.reverse_state_order else self.cells

    def build(self, input_shape):
        first = input_shape[0]
        shape, constants = (
            (first, input_shape[1:]) if isinstance(first, list | tuple) else (input_shape, ())
        )
        for cell in self.cells:
            build_cell(cell, shape, constants)
            shape = (shape[0], output_size(cell))
        _number_repeated_names(self.weights)
        self.built = True

    def compute_output_shape(self, input_shape):
        return input_shape[0], self.output_size

    def call(self, inputs, states, constants=None, training=None):
        """Return the last cell's output and the list of all new states after one time step.

        Args:
            inputs: (batch, ...).
            states: a list of tensors, in the order of `state_size`.
            constants: a list of tensors for the cells that take them.
            training: whether the cells' dropout is on.
        """
        step = self.prepare(inputs.shape, training, constants or ())
        return step(inputs, list(states))

    prepared_call = call

    def prepare(self, shape, training, constants=()):
        """Return `step(input, states)` for inputs of a shape (batch, ...)."""
        return self._chain(self._steps(self.cells, shape, training, constants))

    def sequence(self, inputs, training, constants=()):
        """Return what the first cell's loop shall feed, and the step for it."""
        inputs_of_first, first = sequence_of(self.cells[0], inputs, training, constants)
        shape = (inputs.shape[1], output_size(self.cells[0]))
        others = self._steps(self.cells[1:], shape, training, constants)
        return inputs_of_first, self._chain([first, *others])

    def _steps(self, cells, shape, training, constants):
        steps = []
        for cell in cells:
            steps.append(step_of(cell, shape, training, constants))
            shape = (shape[0], output_size(cell))
        return steps

    def _chain(self, steps):
        ordered = self._in_state_order()

        def step(x, states):
            left = list(states)
            before = {cell: [left.pop(0) for _ in state_sizes(cell)] for cell in ordered}
            after = {}
            for cell, cell_step in zip(self.cells, steps, strict=True):
                x, after[cell] = cell_step(x, before[cell])
            return x, [state for cell in ordered for state in after[cell]]

        return step

    def get_config(self):
        config = super().get_config()
        if not self.reverse_state_order:
            del config["reverse_state_order"]  # Keras 2.2.4 has no such argument.
        return config

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Return the cell that `get_config` described."""
        config = dict(config)
        cells = [deserialize(c, custom_objects) for c in config.pop("cells")]
        return cls(cells, **config)


def check_cell(cell, owner):
    """Check that something is a cell.

    Raises:
        ValueError: naming what it lacks.
    """
    for needed in ("call", "state_size"):
        if not hasattr(cell, needed):
            raise ValueError(
                f"Layer {owner!r}: a cell needs `call(inputs, states)` and `state_size`; {cell!r} has no {needed!r}. "
                "Give it one, or use one of SimpleRNNCell, GRUCell and LSTMCell."
            )


def _number_repeated_names(weights):
    """Rename the second `rnn/kernel:0` to `rnn/kernel_1:0`, and so on: files need distinct names."""
    seen = {}
    for weight in weights:
        stem = weight.name.removesuffix(":0")
        count = seen.get(stem, 0)
        seen[stem] = count + 1
        if count:
            weight.name = f"{stem}_{count}:0"


def gated_product(kernel, masks, gates):
    """Return a function of `x` for x @ kernel, with dropout masks for each gate's part."""
    return gated(ops.matmul, kernel, masks, gates)
