"""What recurrent cells share: how a loop runs a cell, and the cell whose gates are made in one product."""

import functools
import inspect

from keras import activations, constraints, initializers, ops, regularizers
from keras.backend import nest
from keras.layers.base import Layer


def arguments_of(names):
    """Return a constructor's arguments, given its `locals()`, as one dict.

    Examples:
        >>> def constructor(self, units, bias=True, **kwargs):
        ...     return arguments_of(locals())
        >>> constructor(None, 3, name="cell")
        {'units': 3, 'bias': True, 'name': 'cell'}
    """
    own = {k: v for k, v in names.items() if k not in ("self", "__class__", "kwargs")}
    return {**own, **names.get("kwargs", {})}


# ------------------------------------------------------------------ any cell
def state_sizes(cell):
    """Return the sizes of a cell's states as a list, one a state."""
    return nest.as_list(cell.state_size)


def output_size(cell):
    """Return the size of a cell's output: its `output_size`, else that of its first state."""
    size = getattr(cell, "output_size", None)
    return state_sizes(cell)[0] if size is None else size


@functools.cache
def names_of(function):
    """Return the names of a function's arguments, a tuple."""
    return tuple(inspect.signature(function).parameters)


def takes(cell, name):
    """Return whether the method `call` of a cell has an argument called `name`."""
    return name in names_of(getattr(cell.call, "__func__", cell.call))


def build_cell(cell, input_shape, constant_shapes=()):
    """Make the weights of a cell, named after the layer around it.

    Args:
        cell: a cell.
        input_shape: of one time step, (batch, ...).
        constant_shapes: a list of shapes.
    """
    if constant_shapes and takes(cell, "constants"):
        input_shape = [input_shape, *constant_shapes]
    if isinstance(cell, Layer):
        cell._build_once(input_shape, prefix=False)
    elif hasattr(cell, "build"):
        cell.build(input_shape)


def step_of(cell, shape, training, constants=()):
    """Return a function `step(input, states) -> (output, new states)` that runs a cell.

    Args:
        cell: a cell.
        shape: of the input of one time step, (batch, ...).
        training: the training flag.
        constants: tensors that the cell gets at each step.
    """
    if _is_prepared(cell):
        return cell.prepare(shape, training, constants)
    given = {"training": training, "constants": list(constants) or None}
    options = {name: value for name, value in given.items() if takes(cell, name)}

    def step(x, states):
        output, new = cell.call(x, states, **options)
        return output, nest.as_list(new)

    return step


def sequence_of(cell, inputs, training, constants=()):
    """Return what a loop shall feed a cell, and the function `step` for it.

    What does not depend on the states is done here for all time steps at once.

    Args:
        cell: a cell.
        inputs: (time, batch, ...).
        training, constants: as for `step_of`.
    """
    if _is_prepared(cell):
        return cell.sequence(inputs, training, constants)
    return inputs, step_of(cell, inputs.shape[1:], training, constants)


_MASKS = ("_dropout_mask", "_recurrent_dropout_mask")


def keeps_masks(cell):
    """Return whether a cell of the user's, or one within it, keeps the dropout masks that its `call` draws."""
    cells = [cell, *getattr(cell, "cells", ())]
    return any(hasattr(each, _MASKS[0]) and not _is_prepared(each) for each in cells)


def forget_masks(cell):
    """Let a cell of the user's, and all within it, draw new dropout masks: they hold for one sequence."""
    for each in [cell, *getattr(cell, "cells", ())]:
        for name in _MASKS:
            if getattr(each, name, None) is not None:
                setattr(each, name, None)


def _is_prepared(cell):
    """Return whether a cell does its work as this library's do; not so one with a `call` of its own."""
    return isinstance(cell, PreparedCell) and type(cell).call is cell.prepared_call.__func__


# ------------------------------------------------------------------ this library's cells
class PreparedCell(Layer):
    """A cell that does part of its work once for all time steps, and draws its dropout masks before the loop.

    Subclasses have `prepare`, and may have `sequence`. Where a user's subclass has another `call` than `prepared_call`,
    that one is run at each step instead.
    """

    prepared_call = None

    def prepare(self, shape, training, constants=()):
        """Return `step(input, states)` for inputs of a shape (batch, ...)."""
        raise NotImplementedError(f"{type(self).__name__} needs a method prepare(shape, training).")

    def sequence(self, inputs, training, constants=()):
        """Return what a loop shall feed, for inputs (time, batch, ...), and the step for it."""
        return inputs, self.prepare(inputs.shape[1:], training, constants)


class GatedCell(PreparedCell):
    """A cell whose gates are made by one product with the input and one with the state.

    Subclasses set `gates`, and have `build`, `state_shape(input_shape)`, `project` (the input's part, for any number of
    axes before the batch) and `stepper` (what is left to do in the loop).
    """

    gates = 1
    # Where cells of the user's keep the masks of the sequence that they run over.
    _dropout_mask = None
    _recurrent_dropout_mask = None
    # What the dropout's random numbers start from; None for those of the program.
    seed = None

    def __init__(
        self,
        *,
        activation,
        use_bias,
        kernel_initializer,
        recurrent_initializer,
        bias_initializer,
        kernel_regularizer,
        recurrent_regularizer,
        bias_regularizer,
        kernel_constraint,
        recurrent_constraint,
        bias_constraint,
        dropout,
        recurrent_dropout,
        recurrent_activation=None,
        implementation=1,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.activation = activations.get(activation)
        self.recurrent_activation = activations.get(recurrent_activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.recurrent_initializer = initializers.get(recurrent_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.recurrent_regularizer = regularizers.get(recurrent_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.recurrent_constraint = constraints.get(recurrent_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.dropout = min(1.0, max(0.0, dropout))
        self.recurrent_dropout = min(1.0, max(0.0, recurrent_dropout))
        self.implementation = implementation

    def add_gate_weights(self, kernel_shape, recurrent_shape, bias_shape):
        """Make the weights `kernel`, `recurrent_kernel` and, if there is one, `bias`."""
        self.kernel = self._add("kernel", "kernel", kernel_shape)
        self.recurrent_kernel = self._add("recurrent", "recurrent_kernel", recurrent_shape)
        self.bias = self._add("bias", "bias", bias_shape) if self.use_bias else None

    def _add(self, kind, name, shape):
        initializer = getattr(self, f"{kind}_initializer")
        if kind == "bias" and getattr(self, "unit_forget_bias", False):
            initializer = _forgets_little(initializer, self.gates)
        return self.add_weight(
            name=name,
            shape=shape,
            initializer=initializer,
            regularizer=getattr(self, f"{kind}_regularizer"),
            constraint=getattr(self, f"{kind}_constraint"),
        )

    def call(self, inputs, states, training=None):
        """Return the output and the list of new states after one time step.

        Args:
            inputs: (batch, ...).
            states: a list of tensors.
            training: whether dropout is on.
        """
        return self.prepare(inputs.shape, training)(inputs, list(states))

    prepared_call = call

    def prepare(self, shape, training, constants=()):
        """Return `step(input, states)` for inputs of a shape (batch, ...)."""
        input_masks, step = self._begin(shape, training)
        return lambda x, states: step(self.project(x, input_masks), states)

    def sequence(self, inputs, training, constants=()):
        """Return the projected inputs (time, batch, ...), and the step for them."""
        input_masks, step = self._begin(inputs.shape[1:], training)
        return self.project(inputs, input_masks), step

    def _begin(self, shape, training):
        input_masks = self._masks(shape, self.dropout, training)
        state_shape = self.state_shape(tuple(shape))
        return input_masks, self.stepper(self._masks(state_shape, self.recurrent_dropout, training))

    def _masks(self, shape, rate, training):
        """Return a dropout mask for each gate (one for all in implementation 2), or None for no dropout."""
        if not training or not 0 < rate < 1:
            return None
        count = self.gates if self.implementation == 1 else 1
        ones = ops.ones((count, *shape), self.compute_dtype)
        return ops.unstack(ops.random.dropout(ones, rate, seed=self.seed))


def _forgets_little(initializer, gates):
    """Return an initializer of biases that gives the second gate, the forget gate, ones."""
    ones = initializers.Ones()

    def initialize(shape, dtype=None):
        units = shape[0] // gates
        sizes = (units, units, (gates - 2) * units)
        makers = (initializer, ones, initializer)
        parts = [make((size,), dtype=dtype) for make, size in zip(makers, sizes, strict=True)]
        return ops.convert_to_numpy(ops.concatenate(parts))

    return initialize


def gated(function, kernel, masks, gates, axis=-1):
    """Return a function of `x` for the products of all gates, joined along an axis.

    Args:
        function: `function(x, kernel)`, a product.
        kernel: the gates' kernels side by side along the last axis.
        masks: what `x` is multiplied by before: None, one mask, or one a gate.
        gates: their number.
        axis: the gates' axis in the product.
    """
    if masks is None:
        return lambda x: function(x, kernel)
    if len(masks) == 1:
        return lambda x: function(x * masks[0], kernel)
    pairs = list(zip(masks, ops.split(kernel, gates, axis=-1), strict=True))
    return lambda x: ops.concatenate([function(x * mask, part) for mask, part in pairs], axis)
