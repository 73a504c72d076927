"""Connectionist temporal classification (Graves et al., 2006): sequences of labels without known places."""

import math

from keras.backend import dtypes
from keras.backend.compute import compute
from keras.ops.array import arange, concatenate, take_along_axis
from keras.ops.core import array, as_float, op
from keras.ops.math import logaddexp
from keras.ops.nn import log_softmax

# The logarithm of "impossible": finite, so that no gradient is inf - inf.
_NEVER = -1e30


@op
def ctc_loss(target, output, target_length, output_length, mask_index=0):
    """Return -log of the probability of each sequence of labels, over all ways to lay it out in time.

    Args:
        target: int labels, (batch, longest label); entries from `target_length` on do not count.
        output: logits (batch, time, classes).
        target_length, output_length: ints (batch,): how much of each sequence counts.
        mask_index: the class that stands for "no label here".

    Returns:
        A tensor (batch,); infinite where the time does not suffice for the labels.
    """
    logs = log_softmax(as_float(output))
    target = compute.cast(array(target), "int32")
    lengths = [_flat_int(n) for n in (target_length, output_length)]
    blank = mask_index % logs.shape[-1]
    path = _with_blanks(target, blank)
    index = compute.broadcast_to(path[:, None, :], (*logs.shape[:2], path.shape[1]))
    ways = _sum_over_paths(take_along_axis(logs, index, -1), _may_skip(path, blank), lengths[1])
    loss = compute.negative(_at_the_end(ways, lengths[0]))
    return compute.where(
        compute.greater(loss, -_NEVER / 2), compute.full((), math.inf, dtypes.of(loss)), loss
    )


def _flat_int(x):
    return compute.cast(compute.reshape(array(x), (-1,)), "int32")


def _with_blanks(target, blank):
    """Return labels (batch, n) with blanks around each, (batch, 2 n + 1)."""
    batch, n = target.shape
    blanks = compute.full((batch, n, 1), blank, "int32")
    pairs = concatenate([blanks, compute.reshape(target, (batch, n, 1))], -1)
    return concatenate([compute.reshape(pairs, (batch, 2 * n)), blanks[:, :1, 0]], -1)


def _may_skip(path, blank):
    """Return where a path may come from two places before: to a label unlike the one before it."""
    before = concatenate([compute.full((path.shape[0], 2), blank, "int32"), path[:, :-2]], 1)
    return compute.logical_and(compute.not_equal(path, blank), compute.not_equal(path, before))


def _sum_over_paths(logs, may_skip, lengths):
    """Return the log of the probability to be at each place of the path when the time is over.

    Args:
        logs: log-probabilities of the path's places, (batch, time, places).
        may_skip: booleans (batch, places).
        lengths: ints (batch,).
    """
    batch, time, places = logs.shape
    kind = dtypes.of(logs)
    never = compute.full((batch, places), _NEVER, kind)
    start = compute.where(
        compute.equal(arange(places), 0)[None, :], compute.full((), 0, kind), never
    )

    def step(ways, entry):
        now, log = entry
        one = _shifted(ways, 1)
        two = compute.where(may_skip, _shifted(ways, 2), never)
        # A path begins at its first place or its second one.
        new = compute.add(_log_sum(ways, one, two), log)
        goes_on = compute.less(now, lengths)[:, None]
        return compute.where(goes_on, new, ways), None

    entries = (arange(time), compute.transpose(logs, (1, 0, 2)))
    return compute.scan(step, start, entries, time)[0]


def _shifted(ways, by):
    batch, places = ways.shape
    edge = compute.full((batch, by), _NEVER, dtypes.of(ways))
    return concatenate([edge, ways], 1)[:, :places]


def _log_sum(*xs):
    return compute.logsumexp(compute.stack(xs, 0), axis=0)


def _at_the_end(ways, lengths):
    """Return the log-probability of the last label's place and the last blank's together."""
    last = compute.multiply(lengths, 2)[:, None]
    blank = take_along_axis(ways, last, 1)[:, 0]
    label = take_along_axis(ways, compute.maximum(last - 1, 0), 1)[:, 0]
    has_labels = compute.greater(lengths, 0)
    return compute.where(has_labels, logaddexp(blank, label), blank)


# ------------------------------------------------------------------ decoding
@op
def ctc_decode(
    inputs, sequence_lengths, strategy="greedy", beam_width=100, top_paths=1, mask_index=0
):
    """Return the most probable sequences of labels.

    Args:
        inputs: logits (batch, time, classes).
        sequence_lengths: ints (batch,): how much of the time counts.
        strategy: `"greedy"`: the best class at each time; `"beam_search"`: all layouts in time of a sequence count.
        beam_width: how many sequences a beam search keeps at each time.
        top_paths: how many sequences to return.
        mask_index: the class that stands for "no label here".

    Returns:
        The labels, int32 (top_paths, batch, time), -1 after the end of a sequence; and (batch, top_paths): for a beam
        search the logarithms of their probabilities, for the greedy strategy minus the sum of the logarithms.

    Raises:
        ValueError: for another strategy, or more paths than the strategy can give.
    """
    logs = log_softmax(as_float(inputs))
    lengths, blank = _flat_int(sequence_lengths), mask_index % logs.shape[-1]
    if strategy == "greedy":
        if top_paths != 1:
            raise ValueError(f"The greedy strategy gives one path, not top_paths={top_paths}.")
        return _greedy(logs, lengths, blank)
    if strategy != "beam_search":
        raise ValueError(f"strategy should be 'greedy' or 'beam_search', got {strategy!r}.")
    if top_paths > beam_width:
        raise ValueError(f"top_paths={top_paths} should be at most beam_width={beam_width}.")
    beams = _beam_search(logs, lengths, blank, beam_width)
    labels, scores = _best(beams, top_paths)
    return compute.transpose(labels, (1, 0, 2)), scores


def _greedy(logs, lengths, blank):
    batch, time = logs.shape[:2]
    best = compute.cast(compute.argmax(logs, axis=-1), "int32")
    counts = compute.less(arange(time)[None, :], lengths[:, None])
    top = compute.where(counts, compute.max(logs, axis=-1), compute.full((), 0, dtypes.of(logs)))
    before = concatenate([compute.full((batch, 1), -1, "int32"), best[:, :-1]], 1)
    is_new = compute.logical_and(compute.not_equal(best, blank), compute.not_equal(best, before))
    keep = compute.logical_and(counts, is_new)
    # Sorting by time, what is not kept behind all else, closes the gaps.
    places = compute.where(keep, arange(time), arange(time) + time)
    order = compute.cast(compute.argsort(places, axis=-1), "int32")
    found = compute.sum(compute.cast(keep, "int32"), axis=1, keepdims=True)
    labels = take_along_axis(best, order, 1)
    labels = compute.where(compute.less(arange(time)[None, :], found), labels, _int(-1))
    score = compute.negative(compute.sum(top, axis=1, keepdims=True))
    return labels[None], score


def _int(value):
    return compute.full((), value, "int32")


def _beam_search(logs, lengths, blank, width):
    """Return the beams when the time is over.

    Beams are a dict of arrays, (batch, width) each: `labels` (with an axis of time more), their number `size` (-2 for
    a place that holds none), the log-probabilities of their layouts that end in a `blank` and in a `label`.
    """
    batch, time, _ = logs.shape
    kind = dtypes.of(logs)
    is_first = compute.broadcast_to(compute.equal(arange(width), 0)[None, :], (batch, width))
    start = {
        "labels": compute.full((batch, width, time), -1, "int32"),
        "size": compute.where(is_first, _int(0), _int(-2)),
        "blank": compute.where(is_first, compute.full((), 0, kind), compute.full((), _NEVER, kind)),
        "label": compute.full((batch, width), _NEVER, kind),
    }

    def step(beams, entry):
        now, log = entry
        new = _advance(beams, log, blank)
        goes_on = compute.less(now, lengths)[:, None]
        kept = {
            name: compute.where(
                goes_on[:, :, None] if name == "labels" else goes_on, x, beams[name]
            )
            for name, x in new.items()
        }
        return kept, None

    entries = (arange(time), compute.transpose(logs, (1, 0, 2)))
    return compute.scan(step, start, entries, time)[0]


def _advance(beams, log, blank):
    """Return the best beams one time on, for the log-probabilities `log` (batch, classes)."""
    labels, size, width = beams["labels"], beams["size"], beams["size"].shape[1]
    classes = log.shape[-1]
    total = logaddexp(beams["blank"], beams["label"])
    last = take_along_axis(labels, compute.maximum(size - 1, 0)[:, :, None], 2)[:, :, 0]
    log_of_last = take_along_axis(log, compute.maximum(last, 0), 1)
    # Every beam and every class: a label equal to the last one needs a blank between.
    is_last = compute.equal(arange(classes), last[:, :, None])
    longer = compute.where(is_last, beams["blank"][:, :, None], total[:, :, None]) + log[:, None, :]
    is_parent, never = _parents(labels, size), compute.full((), _NEVER, dtypes.of(log))
    reached, is_taken = _joined(is_parent, is_last, longer, never)
    is_blank = compute.equal(arange(classes), blank)
    longer = compute.where(compute.logical_or(is_taken, is_blank), never, longer)
    stay_blank = total + log[:, blank][:, None]
    stay_label = logaddexp(beams["label"] + log_of_last, reached)
    scores = concatenate(
        [logaddexp(stay_blank, stay_label), compute.reshape(longer, (log.shape[0], -1))], 1
    )
    scores, choice = compute.top_k(scores, width)
    choice = compute.cast(choice, "int32")
    stays = {"blank": stay_blank, "label": stay_label}
    return _chosen(beams, stays, choice, scores, classes)


def _parents(labels, size):
    """Return where beam v is beam w without its last label, (batch, v, w)."""
    is_end = compute.equal(arange(labels.shape[2]), (size - 1)[:, :, None])
    shortened = compute.where(is_end, _int(-1), labels)
    is_equal = compute.all(compute.equal(labels[:, :, None, :], shortened[:, None, :, :]), axis=-1)
    return compute.logical_and(is_equal, compute.equal(size[:, :, None] + 1, size[:, None, :]))


def _joined(is_parent, is_last, longer, never):
    """Return what each beam gains as the continuation of another one, and which continuations that uses up."""
    # (batch, v, w): beam v continued by the last label of beam w.
    by_last = compute.einsum("bvc,bwc->bvw", longer, compute.cast(is_last, dtypes.of(longer)))
    reached = compute.max(compute.where(is_parent, by_last, never), axis=1)
    pairs = compute.einsum(
        "bvw,bwc->bvc", compute.cast(is_parent, "float32"), compute.cast(is_last, "float32")
    )
    return reached, compute.greater(pairs, 0)


def _chosen(beams, stays, choice, scores, classes):
    """Return the beams that were chosen: numbers below the width for those that stay, then beam and class."""
    width, time = beams["size"].shape[1], beams["labels"].shape[2]
    is_longer = compute.greater_equal(choice, width)
    parent = compute.where(is_longer, compute.floor_divide(choice - width, classes), choice)
    label = compute.mod(choice - width, classes)
    size = take_along_axis(beams["size"], parent, 1)
    index = compute.broadcast_to(parent[:, :, None], (*parent.shape, time))
    labels = take_along_axis(beams["labels"], index, 1)
    is_place = compute.equal(arange(time), size[:, :, None])
    grows = compute.logical_and(is_longer[:, :, None], is_place)
    never = compute.full((), _NEVER, dtypes.of(scores))
    is_one = compute.greater(scores, _NEVER / 2)
    size = compute.where(is_longer, size + 1, size)
    return {
        "labels": compute.where(grows, label[:, :, None], labels),
        "size": compute.where(is_one, size, _int(-2)),
        "blank": compute.where(is_longer, never, take_along_axis(stays["blank"], parent, 1)),
        "label": compute.where(is_longer, scores, take_along_axis(stays["label"], parent, 1)),
    }


def _best(beams, count):
    total = logaddexp(beams["blank"], beams["label"])
    scores, order = compute.top_k(total, count)
    order = compute.cast(order, "int32")
    time = beams["labels"].shape[2]
    index = compute.broadcast_to(order[:, :, None], (*order.shape, time))
    return take_along_axis(beams["labels"], index, 1), scores
