"""K's loops over the entries of a tensor: rnn, map_fn, foldl, foldr."""

from keras import ops
from keras.backend import nest


def rnn(
    step_function,
    inputs,
    initial_states,
    go_backwards=False,
    mask=None,
    constants=None,
    unroll=False,
    input_length=None,
):
    """Run a step function along the time axis.

    Args:
        step_function: `step(input, states) -> (output, new states)` for an input (batch, ...) and the list of the
            states and then the constants.
        inputs: (batch, time, ...).
        initial_states: a list of tensors (batch, ...).
        go_backwards: whether to go from the last time to the first; the outputs then come in that order.
        mask: booleans (batch, time) or (batch, time, 1); where False the states and the output stay what they were.
        constants: a list of tensors that each step gets after the states.
        unroll: whether to write the steps out in place of a loop.
        input_length: not needed, the time axis is known.

    Returns:
        The last output (batch, ...), the outputs (batch, time, ...) and the list of last states.

    Raises:
        ValueError: if there is no time step at all.

    Examples:
        >>> add = lambda x, states: (x + states[0], [x + states[0]])
        >>> last, outputs, states = rnn(add, [[[1.0], [2.0]]], [[[0.0]]])
        >>> ops.convert_to_numpy(outputs).tolist()
        [[[1.0], [3.0]]]
    """
    constants = list(constants or [])
    if constants:
        plain, count = step_function, len(initial_states)
        step_function = lambda x, states: plain(x, states[:count] + constants)  # noqa: E731
    if mask is not None and ops.ndim(mask) == 3:
        mask = ops.squeeze(mask, -1)
    states = [ops.convert_to_tensor(state) for state in initial_states]
    return ops.rnn(step_function, _tensors(inputs), states, go_backwards, mask, unroll)


def map_fn(fn, elems, name=None, dtype=None):
    """Return a function's results for each entry along the first axis, stacked.

    Args:
        fn: takes an entry of `elems` (a nest of them for a nest) and returns a tensor or a nest of tensors.
        elems: a tensor, or a nest of tensors with equal first sizes.
        name: a name for people.
        dtype: of the results, if they are to be converted.

    Examples:
        >>> ops.convert_to_numpy(map_fn(lambda row: row[0] * row[1], [[1, 2], [3, 4]])).tolist()
        [2, 12]
    """
    elems = _tensors(elems)
    results = ops.scan(lambda state, entry: (state, fn(entry)), (), elems)[1]
    if dtype is None or isinstance(dtype, list | tuple | dict):
        return results
    return nest.map_leaves(lambda x: ops.cast(x, dtype), results)


def foldl(fn, elems, initializer=None, name=None):
    """Return `fn(fn(initializer, first entry), second entry)` and so on along the first axis.

    Args:
        fn: takes what has been accumulated and an entry, and returns what is accumulated then.
        elems: a tensor, or a nest of tensors with equal first sizes.
        initializer: to begin with; by default the first entry.
        name: a name for people.

    Examples:
        >>> float(foldl(lambda total, x: 2 * total + x, [1.0, 2.0, 3.0]))
        11.0
    """
    return _fold(fn, _tensors(elems), initializer, reverse=False)


def foldr(fn, elems, initializer=None, name=None):
    """Return what `foldl` does, from the last entry to the first.

    Examples:
        >>> float(foldr(lambda total, x: 2 * total + x, [1.0, 2.0, 3.0]))
        17.0
    """
    return _fold(fn, _tensors(elems), initializer, reverse=True)


def _fold(fn, elems, initializer, reverse):
    if initializer is None:
        first, rest = (-1, slice(None, -1)) if reverse else (0, slice(1, None))
        initializer = nest.map_leaves(lambda x: x[first], elems)
        elems = nest.map_leaves(lambda x: x[rest], elems)
    else:
        initializer = _tensors(initializer)
    return ops.scan(lambda total, x: (fn(total, x), None), initializer, elems, reverse=reverse)[0]


def _tensors(elems):
    """Return a nest of tensors; a list of numbers, written out, is one tensor."""
    if isinstance(elems, list | tuple | dict) and any(
        hasattr(x, "shape") for x in nest.flatten(elems)
    ):
        return nest.map_leaves(ops.convert_to_tensor, elems)
    return ops.convert_to_tensor(elems)
