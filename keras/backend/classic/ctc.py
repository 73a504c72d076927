"""K's connectionist temporal classification."""

import numpy as np

from keras import config, ops
from keras.backend import graph
from keras.backend.compute import compute


def ctc_batch_cost(y_true, y_pred, input_length, label_length):
    """Return -log of the probability of each sequence of labels.

    Args:
        y_true: int labels, (batch, longest label).
        y_pred: probabilities (batch, time, classes), of which the last class means "no label here".
        input_length, label_length: ints (batch, 1), how much of each sequence counts.

    Returns:
        A tensor (batch, 1); infinite where the time does not suffice for the labels.
    """
    costs = ops.ctc_loss(y_true, _logs(y_pred), label_length, input_length, mask_index=-1)
    return ops.expand_dims(costs, 1)


def _logs(y_pred):
    return ops.log(ops.add(y_pred, config.epsilon()))


def ctc_decode(y_pred, input_length, greedy=True, beam_width=100, top_paths=1):
    """Return the most probable sequences of labels.

    Args:
        y_pred: probabilities (batch, time, classes), of which the last class means "no label here".
        input_length: ints (batch,), how much of the time counts.
        greedy: whether to take the best class at each time, which gives one path; else a beam search is made.
        beam_width: how many sequences a beam search keeps at each time.
        top_paths: how many sequences a beam search returns.

    Returns:
        A list of int tensors (batch, longest label), one a path, -1 after the end of a sequence (symbolic ones are
        (batch, time)); and a tensor (batch, paths): minus the sum of the log-probabilities for the greedy search, the
        log-probabilities of the paths for a beam search.

    Examples:
        >>> p = np.array([[[0.1, 0.8, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8], [0.8, 0.1, 0.1]]])
        >>> ops.convert_to_numpy(ctc_decode(p, [4])[0][0]).tolist()
        [[1, 0]]
    """
    options = ("greedy", 1, 1) if greedy else ("beam_search", beam_width, top_paths)
    labels, scores = ops.ctc_decode(_logs(y_pred), input_length, *options, mask_index=-1)
    paths = ops.unstack(labels, 1 if greedy else top_paths)
    return [_trimmed(path) for path in paths], scores


def _trimmed(path):
    """Return a path without the columns that no sequence reaches, if it has a value already."""
    if graph.is_symbolic(path) or compute.is_traced(path):
        return path
    longest = int(np.max(np.sum(ops.convert_to_numpy(path) >= 0, axis=1), initial=0))
    return path[:, :longest]


def ctc_label_dense_to_sparse(labels, label_lengths):
    """Return the labels that count, in the order of the samples, with -1 in place of the others.

    There are no sparse tensors here: a dense one with -1 in the unused places holds the same.

    Args:
        labels: int labels, (batch, longest label).
        label_lengths: ints (batch,).
    """
    places = ops.arange(ops.shape(labels)[1])
    counts = ops.less(ops.expand_dims(places, 0), ops.reshape(label_lengths, (-1, 1)))
    return ops.where(counts, labels, -1)
