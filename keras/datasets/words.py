"""What IMDB and Reuters share: texts as lists of word numbers."""

import json

import numpy as np

from keras.preprocessing.sequence import _remove_long_seq
from keras.utils.files import get_file


class Choice:
    """Which words of the texts to keep, and under which numbers.

    Args:
        num_words: keep words with a number below this one; None: below the largest number.
        skip_top: leave out words with a number below this one.
        maxlen: leave out texts of this length and more; None: none.
        start_char: the number that each text begins with; None: none.
        oov_char: the number in place of words that are left out; None: none.
        index_from: added to the words' numbers.
    """

    def __init__(self, num_words, skip_top, maxlen, start_char, oov_char, index_from):
        self.num_words = num_words
        self.skip_top = skip_top
        self.maxlen = maxlen
        self.start_char = start_char
        self.oov_char = oov_char
        self.index_from = index_from

    def of(self, *parts):
        """Return pairs (texts, labels) as pairs of an array of lists and an array, without the texts that are too long.

        Raises:
            ValueError: if a pair has no text left.
        """
        parts = [self._short_ones([self._numbered(t) for t in texts], y) for texts, y in parts]
        top = self.num_words
        if top is None:
            # The classic bound leaves out the very last word; models have been made for the numbers below it.
            top = max(max(text, default=0) for texts, _ in parts for text in texts)
        return [
            (_lists([self._kept(text, top) for text in texts]), np.array(labels))
            for texts, labels in parts
        ]

    def _short_ones(self, texts, labels):
        if not self.maxlen:
            return texts, labels
        texts, labels = _remove_long_seq(self.maxlen, texts, labels)
        if not texts:
            raise ValueError(f"No text is shorter than maxlen={self.maxlen}: give more.")
        return texts, labels

    def _numbered(self, text):
        start = [] if self.start_char is None else [self.start_char]
        shift = self.index_from or 0
        return [*start, *(word + shift for word in text)]

    def _kept(self, text, top):
        if self.oov_char is None:
            return [word for word in text if self.skip_top <= word < top]
        return [word if self.skip_top <= word < top else self.oov_char for word in text]


def _lists(texts):
    """Return an array of lists, one-dimensional also where all have the same length."""
    array = np.empty(len(texts), object)
    array[:] = texts
    return array


def old_arguments(num_words, kwargs):
    """Return `num_words`, which may come by its old name `nb_words`.

    Raises:
        TypeError: for other arguments.
    """
    num_words = kwargs.pop("nb_words", num_words)
    if kwargs:
        raise TypeError(f"load_data does not take the argument(s) {sorted(kwargs)}.")
    return num_words


def shuffled(state, *arrays):
    """Return arrays in a common random order drawn from a `RandomState`."""
    order = state.permutation(len(arrays[0]))
    return [array[order] for array in arrays]


def word_index(path, origin, file_hash):
    """Return `{word: number}` from a JSON file."""
    with open(get_file(path, origin, file_hash=file_hash), encoding="utf8") as file:
        return json.load(file)
