"""CTC by brute force: every way to lay a sequence of labels out in time."""

import itertools
from collections import defaultdict

import numpy as np


def log_softmax(x):
    """Return log(softmax(x)) along the last axis, in float64."""
    x = np.asarray(x, "float64")
    x = x - x.max(-1, keepdims=True)
    return x - np.log(np.exp(x).sum(-1, keepdims=True))


def collapse(path, blank):
    """Return a path's labels: repeats count once, blanks not at all."""
    return tuple(k for k, _ in itertools.groupby(path) if k != blank)


def probabilities(logits, blank):
    """Return `{labels: probability}` of all sequences that (time, classes) can give."""
    p = np.exp(log_softmax(logits))
    found = defaultdict(float)
    for path in itertools.product(range(p.shape[1]), repeat=p.shape[0]):
        found[collapse(path, blank)] += np.prod([p[t, c] for t, c in enumerate(path)])
    return found


def loss(target, output, target_length, output_length, blank=0):
    """Return -log of the probability of each sequence of labels."""
    rows = zip(target, output, np.ravel(target_length), np.ravel(output_length), strict=True)
    chances = [
        probabilities(x[:time], blank).get(tuple(labels[:n]), 0.0) for labels, x, n, time in rows
    ]
    with np.errstate(divide="ignore"):
        return -np.log(chances).astype(output.dtype)


def best(logits, lengths, count, blank=0):
    """Return the `count` most probable sequences, -1 behind each, and the logarithms of their probabilities."""
    batch, time = logits.shape[:2]
    labels = np.full((count, batch, time), -1, "int32")
    scores = np.zeros((batch, count), logits.dtype)
    for i, (x, n) in enumerate(zip(logits, lengths, strict=True)):
        ranked = sorted(probabilities(x[:n], blank).items(), key=lambda item: -item[1])[:count]
        for place, (sequence, chance) in enumerate(ranked):
            labels[place, i, : len(sequence)] = sequence
            scores[i, place] = np.log(chance)
    return labels, scores


def greedy(logits, lengths, blank=0):
    """Return the labels of the best path, -1 behind them, and minus the sum of its log-probabilities."""
    batch, time = logits.shape[:2]
    logs = log_softmax(logits)
    labels = np.full((1, batch, time), -1, "int32")
    scores = np.zeros((batch, 1), logits.dtype)
    for i, n in enumerate(lengths):
        sequence = collapse(logs[i, :n].argmax(-1), blank)
        labels[0, i, : len(sequence)] = sequence
        scores[i, 0] = -logs[i, :n].max(-1).sum()
    return labels, scores
