"""The loop of recurrent layers: a step function along the time axis, with masks."""

from keras.backend import nest
from keras.backend.compute import compute
from keras.ops.array import expand_dims, flip, moveaxis, unstack
from keras.ops.core import array


def rnn(
    step,
    inputs,
    initial_states,
    go_backwards=False,
    mask=None,
    unroll=False,
    input_length=None,
    zero_output_for_mask=False,
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

    Returns:
        The last output (batch, ...), the outputs (batch, time, ...), and the list of last states.
    """
    inputs = nest.map_leaves(lambda x: moveaxis(x, 1, 0), inputs)
    if mask is not None:
        mask = moveaxis(array(mask), 1, 0)
    if go_backwards:
        inputs = nest.map_leaves(lambda x: flip(x, 0), inputs)
        mask = None if mask is None else flip(mask, 0)
    states = list(initial_states)
    run = _unrolled if unroll else _looped
    last, outputs, states = run(step, inputs, states, mask, zero_output_for_mask)
    return last, moveaxis(outputs, 0, 1), states


def _advance(step, x, states, m, previous, zero_output):
    """Take one step; where the mask is False keep the states and the previous output."""
    output, new = step(x, list(states))
    new = list(new)
    if m is None:
        return output, new
    new = [_select(m, now, before) for now, before in zip(new, states, strict=True)]
    before = (
        compute.full(output.shape, 0, str(output.dtype))
        if zero_output or previous is None
        else previous
    )
    return _select(m, output, before), new


def _select(mask, now, before):
    while mask.ndim < now.ndim:
        mask = expand_dims(mask, -1)
    return compute.where(mask, now, compute.cast(before, str(now.dtype)))


def _unrolled(step, inputs, states, mask, zero_output):
    length = nest.flatten(inputs)[0].shape[0]
    parts = [unstack(x) for x in nest.flatten(inputs)]
    masks = [None] * length if mask is None else unstack(mask)
    output, outputs = None, []
    for time in range(length):
        leaves = iter(part[time] for part in parts)
        x = nest.map_leaves(lambda _, leaves=leaves: next(leaves), inputs)
        output, states = _advance(step, x, states, masks[time], output, zero_output)
        outputs.append(output)
    return output, compute.stack(outputs, 0), states


def _looped(step, inputs, states, mask, zero_output):
    length = nest.flatten(inputs)[0].shape[0]
    if mask is None:

        def advance(carry, x):
            output, new = step(x, list(carry))
            return _keep_dtypes(new, carry), output

        states, outputs = compute.scan(advance, states, inputs, length)
        return compute.getitem(outputs, -1), outputs, list(states)

    first = nest.map_leaves(lambda x: compute.getitem(x, 0), inputs)
    spec = compute.abstract(lambda x, s: step(x, s)[0], first, states)

    def advance_masked(carry, entry):
        (previous, states), (x, m) = carry, entry
        output, new = _advance(step, x, states, m, previous, zero_output)
        return (output, _keep_dtypes(new, states)), output

    start = (compute.full(spec.shape, 0, str(spec.dtype)), states)
    (last, states), outputs = compute.scan(advance_masked, start, (inputs, mask), length)
    return last, outputs, list(states)


def _keep_dtypes(new, old):
    return [compute.cast(n, str(o.dtype)) for n, o in zip(new, old, strict=True)]
