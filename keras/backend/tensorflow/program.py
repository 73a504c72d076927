"""Programs in TensorFlow: graphs recorded by `tf.function`, one for each set of shapes."""

import numpy as np
import tensorflow as tf

from keras.backend import dtypes, nest
from keras.backend.tensorflow.control import Flat, differentiates, fill, while_loop
from keras.backend.tensorflow.core import asarray


class Recording:
    """The graph that a function comes down to for arguments of given shapes.

    Args:
        function: a pure function of nested arrays.
        args: its arguments, of those shapes.
    """

    def __init__(self, function, args):
        # Of the arguments the nest is kept, not the arrays.
        structure = nest.map_leaves(id, args)
        self._flat = Flat(lambda *leaves: function(*fill(structure, leaves)))
        specs = [tf.TensorSpec(x.shape, x.dtype) for x in nest.flatten(args)]
        recorded = tf.function(self._flat, autograph=False).get_concrete_function(*specs)
        operations = recorded.graph.get_operations()
        is_stateful = any(operation.op_def.is_stateful for operation in operations)
        raw = tf.raw_ops
        self._call = raw.StatefulPartitionedCall if is_stateful else raw.PartitionedCall
        self._constants = recorded.captured_inputs
        self._types = [x.dtype for x in recorded.outputs]
        self._recorded = recorded

    def __call__(self, leaves):
        """Return the result for the leaves of the arguments."""
        # Called by itself a graph takes 350 us for 30 arguments and results, by the operation that runs it 50 us. All
        # that is left out is bookkeeping for gradients.
        arrays = self._call(args=leaves + self._constants, Tout=self._types, f=self._recorded)
        return self._flat.nested(arrays)


class Program:
    """A pure function, recorded for each set of shapes that it is called with."""

    def __init__(self, function):
        self.function = function
        self._recordings = {}

    def __call__(self, *args):
        """Return what the function returns for nested arrays, NumPy's or own."""
        leaves = []
        signature = _signature(args, leaves)
        if not tf.executing_eagerly() or differentiates():
            # Within another program it is a part of that one.
            return self.function(*fill(args, leaves))
        recording = self._recordings.get(signature)
        if recording is None:
            recording = Recording(self.function, fill(args, leaves))
            self._recordings[signature] = recording
        return recording(leaves)


def _signature(structure, leaves):
    """Return what tells apart nests of other shapes; append the leaves, as arrays, to a list."""
    if isinstance(structure, tf.Tensor):
        leaves.append(structure)
        return structure.shape, structure.dtype
    if isinstance(structure, list | tuple):
        return tuple([_signature(item, leaves) for item in structure])
    if isinstance(structure, dict):
        return tuple([(key, _signature(item, leaves)) for key, item in structure.items()])
    if structure is None:
        return None
    # A Variable's value may still lie on the host: NumPy's arrays keep their dtype.
    is_array = isinstance(structure, np.ndarray | np.generic)
    leaves.append(asarray(structure, dtypes.of(structure) if is_array else None))
    return leaves[-1].shape, leaves[-1].dtype


def compile(function, donate=()):
    """Return a pure function of nested arrays as a `Program`; TensorFlow takes over no argument's memory."""
    return Program(function)


# ------------------------------------------------------------------ many steps in one call
def compile_loop(step, summary):
    """Return `run(state, fixed, data, order, first, last, tick) -> (state, summary)`.

    Args:
        step: a pure `step(state, fixed, batch, tick) -> state`.
        summary: a pure `summary(state)`, computed once after the last step.

    The returned function takes
        state: nested arrays.
        fixed: nested arrays that no step changes.
        data: nested arrays, equally many rows each; they and the state may be NumPy arrays.
        order: int32 rows of the batches, shape (steps, batch size); or None for one step on all rows as they are.
        first, last: the steps to run, `first <= i < last`.
        tick: the number of the step `first`.
    """

    def run(state, fixed, data, order, first, last, tick):
        if order is None:
            state = step(state, fixed, data, tick)
            return state, summary(state)

        def body(loop):
            i, state = loop
            rows = tf.gather(order, i)
            batch = nest.map_leaves(lambda x: tf.gather(x, rows), data)
            return i + 1, step(state, fixed, batch, tick + (i - first))

        _, state = while_loop(lambda loop: loop[0] < last, body, (first, state))
        return state, summary(state)

    return Program(run)
