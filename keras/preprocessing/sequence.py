"""Sequences of different lengths, time series, and pairs of words."""

import json
import random

import numpy as np

from keras.utils.data import Sequence


def pad_sequences(
    sequences, maxlen=None, dtype="int32", padding="pre", truncating="pre", value=0.0
):
    """Make an array of sequences of different lengths.

    Args:
        sequences: a list of sequences; each has steps of the same shape.
        maxlen: the length that all get; None: that of the longest.
        dtype: the array's dtype; `object` for texts.
        padding: "pre" to fill short sequences at the beginning, "post" at the end.
        truncating: "pre" to cut long sequences at the beginning, "post" at the end.
        value: what to fill with.

    Returns:
        An array of shape (sequences, maxlen, ...).

    Raises:
        ValueError: for other values of `padding` or `truncating`, or sequences that do not fit together.

    Examples:
        >>> pad_sequences([[1], [2, 3], [4, 5, 6]], maxlen=2)
        array([[0, 1],
               [2, 3],
               [5, 6]], dtype=int32)
    """
    for name, given in (("padding", padding), ("truncating", truncating)):
        if given not in ("pre", "post"):
            raise ValueError(f"{name} should be 'pre' or 'post', got {given!r}.")
    if not hasattr(sequences, "__len__"):
        raise ValueError(f"sequences should be a list of lists, got {type(sequences).__name__}.")
    if (
        isinstance(value, str)
        and not np.dtype(dtype).hasobject
        and np.dtype(dtype).kind not in "SU"
    ):
        raise ValueError(f"dtype={dtype!r} cannot hold the text value={value!r}: use dtype=object.")
    lengths = [_length(sequence, i) for i, sequence in enumerate(sequences)]
    maxlen = max(lengths, default=0) if maxlen is None else maxlen
    shape = next((np.shape(s)[1:] for s, n in zip(sequences, lengths) if n), ())
    result = np.full((len(sequences), maxlen, *shape), value, dtype=dtype)
    for row, sequence in enumerate(sequences):
        kept = (
            sequence[max(len(sequence) - maxlen, 0) :] if truncating == "pre" else sequence[:maxlen]
        )
        if len(kept):
            _put(result[row], np.asarray(kept, dtype=dtype), padding, row)
    return result


def _length(sequence, place):
    if not hasattr(sequence, "__len__"):
        raise ValueError(
            f"sequences[{place}] should be a list or array, got {type(sequence).__name__} {sequence!r}."
        )
    return len(sequence)


def _put(row, steps, padding, place):
    """Write the steps at the beginning or the end of a row."""
    if steps.shape[1:] != row.shape[1:]:
        raise ValueError(
            f"sequences[{place}] has steps of shape {steps.shape[1:]}, those of the others have {row.shape[1:]}; "
            "give all steps the same shape."
        )
    if padding == "post":
        row[: len(steps)] = steps
    else:
        row[len(row) - len(steps) :] = steps


def make_sampling_table(size, sampling_factor=1e-5):
    """Return with what probability to keep a word of each rank, so that frequent words count less.

    The word of rank r is taken to have the frequency `1 / (r * (log(r) + 0.577) + 1/2 - 1/(12 r))` (Zipf's law);
    it is kept with the probability `min(1, sqrt(sampling_factor / frequency))`, as in word2vec.

    Args:
        size: the number of words.
        sampling_factor: the frequency from which on words are left out at times.

    Returns:
        An array of `size` probabilities.

    Examples:
        >>> make_sampling_table(3, sampling_factor=0.1).round(3).tolist()
        [0.315, 0.315, 0.548]
    """
    rank = np.maximum(np.arange(size), 1)
    inverse_frequency = rank * (np.log(rank) + 0.577) + 0.5 - 1 / (12 * rank)
    return np.minimum(1.0, np.sqrt(sampling_factor * inverse_frequency))


def skipgrams(
    sequence,
    vocabulary_size,
    window_size=4,
    negative_samples=1.0,
    shuffle=True,
    categorical=False,
    sampling_table=None,
    seed=None,
):
    """Make pairs of words that stand near each other, and random pairs, for word2vec.

    Args:
        sequence: a list of word numbers; 0 is no word.
        vocabulary_size: one more than the largest word number.
        window_size: how many steps apart two words may be.
        negative_samples: random pairs for each pair of neighbours.
        shuffle: whether to shuffle the pairs.
        categorical: whether labels are `[0, 1]` and `[1, 0]` in place of 1 and 0.
        sampling_table: the probability to keep each word, as `make_sampling_table` returns it.
        seed: an int that fixes all random numbers; they come from Python's `random` else.

    Returns:
        `(couples, labels)`: a list of `[word, other]` and a list of their labels, 1 for neighbours.

    Examples:
        >>> skipgrams([1, 2, 3], 4, window_size=1, negative_samples=0, shuffle=False)
        ([[1, 2], [2, 1], [2, 3], [3, 2]], [1, 1, 1, 1])
    """
    draw = random if seed is None else random.Random(seed)
    couples = list(_neighbours(sequence, window_size, sampling_table, draw))
    yes, no = ([0, 1], [1, 0]) if categorical else (1, 0)
    labels = [yes] * len(couples)
    if negative_samples > 0 and couples:
        words = [word for word, _ in couples]
        draw.shuffle(words)
        for i in range(int(len(labels) * negative_samples)):
            couples.append([words[i % len(words)], draw.randint(1, vocabulary_size - 1)])
            labels.append(no)
    if shuffle:
        # Two shuffles from one seed give one order: what Keras-Preprocessing does, and so its numbers.
        order = draw.randint(0, 10**7) if seed is None else seed
        for entries in (couples, labels):
            draw.seed(order)
            draw.shuffle(entries)
    return couples, labels


def _neighbours(sequence, window_size, sampling_table, draw):
    for i, word in enumerate(sequence):
        if not word or (sampling_table is not None and sampling_table[word] < draw.random()):
            continue
        for j in range(max(i - window_size, 0), min(i + window_size + 1, len(sequence))):
            if j != i and sequence[j]:
                yield [word, sequence[j]]


def _remove_long_seq(maxlen, seq, label):
    """Return the sequences shorter than `maxlen`, and their labels."""
    kept = [(s, y) for s, y in zip(seq, label, strict=True) if len(s) < maxlen]
    return [s for s, _ in kept], [y for _, y in kept]


class TimeseriesGenerator(Sequence):
    """Batches of windows of a time series, each with the target that follows it.

    Args:
        data: the series: a list or array of shape (steps, ...).
        targets: what belongs to each step, of the same length.
        length: steps that a window reaches back.
        sampling_rate: take every so many steps within a window.
        stride: steps between one window and the next.
        start_index: the step at which the first window begins.
        end_index: the last step to give as a target; None: the last one.
        shuffle: whether to take windows at random places.
        reverse: whether the steps of each window come in reversed order.
        batch_size: windows a batch; the last batch may be smaller.

    Raises:
        ValueError: if data and targets differ in length, or no window fits.

    Examples:
        >>> series = np.arange(6)
        >>> x, y = TimeseriesGenerator(series, series, length=3, batch_size=2)[0]
        >>> x.tolist(), y.tolist()
        ([[0, 1, 2], [1, 2, 3]], [3, 4])
    """

    def __init__(
        self,
        data,
        targets,
        length,
        sampling_rate=1,
        stride=1,
        start_index=0,
        end_index=None,
        shuffle=False,
        reverse=False,
        batch_size=128,
    ):
        if len(data) != len(targets):
            raise ValueError(
                f"data has {len(data)} steps and targets has {len(targets)}: give one target a step."
            )
        self.data = data
        self.targets = targets
        self.length = length
        self.sampling_rate = sampling_rate
        self.stride = stride
        self.start_index = start_index + length
        self.end_index = len(data) - 1 if end_index is None else end_index
        self.shuffle = shuffle
        self.reverse = reverse
        self.batch_size = batch_size
        if self.start_index > self.end_index:
            raise ValueError(
                f"No window of length={length} fits between start_index={start_index} and "
                f"end_index={self.end_index}: give more steps or a smaller length."
            )

    def __len__(self):
        """The number of batches."""
        steps = self.batch_size * self.stride
        return (self.end_index - self.start_index + steps) // steps

    def __getitem__(self, index):
        """The batch with the number `index`: `(windows, targets)`."""
        rows = self._rows(index)
        windows = np.array(
            [self.data[row - self.length : row : self.sampling_rate] for row in rows]
        )
        targets = np.array([self.targets[row] for row in rows])
        return (windows[:, ::-1] if self.reverse else windows), targets

    def _rows(self, index):
        """Return the steps that the windows of a batch lead up to."""
        if self.shuffle:
            return np.random.randint(self.start_index, self.end_index + 1, size=self.batch_size)
        begin = self.start_index + self.batch_size * self.stride * index
        end = min(begin + self.batch_size * self.stride, self.end_index + 1)
        return np.arange(begin, end, self.stride)

    def get_config(self):
        """Return the settings and the data; data and targets are JSON texts."""
        return {
            "data": _as_json(self.data, "data"),
            "targets": _as_json(self.targets, "targets"),
            "length": self.length,
            "sampling_rate": self.sampling_rate,
            "stride": self.stride,
            "start_index": self.start_index,
            "end_index": self.end_index,
            "shuffle": self.shuffle,
            "reverse": self.reverse,
            "batch_size": self.batch_size,
        }

    def to_json(self, **kwargs):
        """Return a JSON text that `timeseries_generator_from_json` reads; `kwargs` go to `json.dumps`."""
        return json.dumps(
            {"class_name": type(self).__name__, "config": self.get_config()}, **kwargs
        )


def _as_json(values, name):
    try:
        return json.dumps(values.tolist() if hasattr(values, "tolist") else values)
    except TypeError as error:
        raise TypeError(
            f"{name} cannot be written as JSON: {error}. Give lists or arrays."
        ) from None


def timeseries_generator_from_json(json_string):
    """Return the `TimeseriesGenerator` that `to_json` described.

    Args:
        json_string: a JSON text.

    Examples:
        >>> series = TimeseriesGenerator([0, 1, 2, 3], [0, 1, 2, 3], length=2)
        >>> x, y = timeseries_generator_from_json(series.to_json())[0]
        >>> x.tolist(), y.tolist()
        ([[0, 1], [1, 2]], [2, 3])
    """
    config = dict(json.loads(json_string)["config"])
    config["data"] = json.loads(config["data"])
    config["targets"] = json.loads(config["targets"])
    # The config has the first target's step, the constructor takes the first window's.
    config["start_index"] -= config["length"]
    return TimeseriesGenerator(**config)
