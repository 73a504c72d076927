"""The loop of recurrent layers: a step function along the time axis, with masks."""

from keras.backend import dtypes, graph, nest
from keras.backend.compute import compute
from keras.ops.array import expand_dims, flip, moveaxis, unstack
from keras.ops.core import array
from keras.ops.tracing import Body, spec


def rnn(
    step,
    inputs,
    initial_states,
    go_backwards=False,
    mask=None,
    unroll=False,
    input_length=None,
    zero_output_for_mask=False,
    time_major=False,
    return_all_outputs=True,
):
    """Run a step function along the time axis.

    Args:
        step: `step(input, states) -> (output, new_states)`, for an input of shape (batch, ...) and a list of states.
        inputs: a nest of tensors (batch, time, ...).
        initial_states: a list of tensors (batch, ...).
        go_backwards: whether to go from the last time to the first; the outputs then come in that order.
        mask: booleans (batch, time); where False the states and the output stay what they were.
        unroll: whether to write the steps out in place of a loop.
        input_length: not needed, the time axis is known.
        zero_output_for_mask: whether the output is zero where the mask is False.
        time_major: whether inputs, mask and outputs have the time axis first, before the batch.
        return_all_outputs: whether the outputs of all times are wanted.

    Returns:
        The last output (batch, ...), the outputs (batch, time, ...) or None, and the list of last states.

    Raises:
        ValueError: if there is no time step at all.
    """
    options = (go_backwards, unroll, zero_output_for_mask, time_major, return_all_outputs)
    if not graph.any_symbolic(inputs, initial_states, mask):
        return _rnn(step, inputs, list(initial_states), mask, *options)
    states = list(initial_states)
    body = Body(step, spec(inputs, drop=(0 if time_major else 1,)), spec(states))
    arguments = (body, body.captured, inputs, states, mask, *options)
    return graph.record(_rnn_of_body, arguments, {})


def _rnn_of_body(body, captured, inputs, states, mask, *options):
    inputs, states = nest.map_leaves(array, (inputs, states))
    return _rnn(body.bind(captured), inputs, states, mask, *options)


def _rnn(
    step, inputs, states, mask, go_backwards, unroll, zero_output, time_major, return_all_outputs
):
    if mask is not None:
        mask = compute.cast(array(mask), "bool")
    if not time_major:
        inputs = nest.map_leaves(lambda x: moveaxis(x, 1, 0), inputs)
        mask = None if mask is None else moveaxis(mask, 1, 0)
    if nest.flatten(inputs)[0].shape[0] == 0:
        raise ValueError(
            "A recurrent loop needs at least one time step; the time axis of its input has size 0."
        )
    run = _unrolled if unroll else _looped
    last, outputs, states = run(
        step,
        inputs,
        states,
        mask,
        zero_output,
        go_backwards,
        return_all_outputs,
    )
    if outputs is not None and not time_major:
        outputs = moveaxis(outputs, 0, 1)
    return last, outputs, states


def _advance(step, x, states, m, previous, zero_output):
    """Take one step; where the mask is False keep the states and the previous output."""
    output, new = step(x, list(states))
    new = [compute.cast(n, dtypes.of(s)) for n, s in zip(new, states, strict=True)]
    if m is None:
        return output, new
    new = [_select(m, now, before) for now, before in zip(new, states, strict=True)]
    keep = previous is not None and not zero_output
    before = previous if keep else compute.full(output.shape, 0, dtypes.of(output))
    return _select(m, output, before), new


def _select(mask, now, before):
    while mask.ndim < now.ndim:
        mask = expand_dims(mask, -1)
    return compute.where(mask, now, compute.cast(before, dtypes.of(now)))


def _unrolled(step, inputs, states, mask, zero_output, backwards, return_all):
    length = nest.flatten(inputs)[0].shape[0]
    parts = [unstack(x) for x in nest.flatten(inputs)]
    masks = [None] * length if mask is None else unstack(mask)
    output, outputs = None, []
    for time in reversed(range(length)) if backwards else range(length):
        leaves = iter([part[time] for part in parts])
        x = nest.map_leaves(lambda _, leaves=leaves: next(leaves), inputs)
        output, states = _advance(step, x, states, masks[time], output, zero_output)
        outputs.append(output)
    return output, compute.stack(outputs, 0) if return_all else None, states


def _looped(step, inputs, states, mask, zero_output, backwards, return_all):
    length = nest.flatten(inputs)[0].shape[0]
    # The last output is carried where it cannot be read off the outputs, or a mask may ask for it.
    carries = mask is not None or not return_all

    def advance(carry, entry):
        (previous, states), (x, m) = carry, entry
        output, new = _advance(step, x, states, m, previous, zero_output)
        return (output if carries else None, new), (output if return_all else None)

    start = _zero_output(step, inputs, states) if carries else None
    (last, states), outputs = compute.scan(
        advance, (start, states), (inputs, mask), length, backwards
    )
    if not carries:
        last = compute.getitem(outputs, 0 if backwards else -1)
    if backwards and return_all:
        outputs = flip(outputs, 0)
    return last, outputs, list(states)


def _zero_output(step, inputs, states):
    first = nest.map_leaves(lambda x: compute.getitem(x, 0), inputs)
    spec = compute.abstract(lambda x, s: step(x, s)[0], first, states)
    return compute.full(spec.shape, 0, dtypes.of(spec))
