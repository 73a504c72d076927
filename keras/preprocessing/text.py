"""Text as lists of words, lists of numbers and matrices."""

import hashlib
import json
import warnings
from collections import Counter, OrderedDict, defaultdict

import numpy as np

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'
MODES = ("binary", "count", "tfidf", "freq")


def text_to_word_sequence(text, filters=FILTERS, lower=True, split=" "):
    """Split a text into words.

    Args:
        text: a string.
        filters: characters that separate words and are dropped.
        lower: whether to turn the text to lower case first.
        split: what stands between words.

    Returns:
        A list of words, none of them empty.

    Examples:
        >>> text_to_word_sequence("To be, or not to be?")
        ['to', 'be', 'or', 'not', 'to', 'be']
    """
    if lower:
        text = text.lower()
    text = text.translate(dict.fromkeys(map(ord, filters), split))
    return [word for word in text.split(split) if word]


def one_hot(text, n, filters=FILTERS, lower=True, split=" "):
    """Turn a text into numbers from 1 to `n - 1`, by Python's `hash` of each word.

    `hash` differs from one run of Python to the next; `hashing_trick` with `hash_function="md5"` does not.

    Args:
        text: a string.
        n: one more than the largest number to give.
        filters, lower, split: as for `text_to_word_sequence`.

    Returns:
        A list of ints, one a word; several words may share a number.

    Examples:
        >>> numbers = one_hot("the cat and the dog", n=50)
        >>> len(numbers), numbers[0] == numbers[3]
        (5, True)
    """
    return hashing_trick(text, n, hash, filters, lower, split)


def hashing_trick(text, n, hash_function=None, filters=FILTERS, lower=True, split=" "):
    """Turn a text into numbers from 1 to `n - 1`, by a hash of each word.

    Args:
        text: a string.
        n: one more than the largest number to give.
        hash_function: a function from a word to an int; "md5", which is the same in every run; or None for Python's
            `hash`, which is not.
        filters, lower, split: as for `text_to_word_sequence`.

    Returns:
        A list of ints, one a word; several words may share a number.

    Raises:
        ValueError: if `n` is less than 2.

    Examples:
        >>> hashing_trick("the cat and the dog", n=50, hash_function="md5")
        [43, 32, 14, 43, 2]
    """
    if n < 2:
        raise ValueError(f"n={n} leaves no number for a word: give at least 2.")
    if hash_function is None:
        hash_function = hash
    elif hash_function == "md5":
        hash_function = _md5
    words = text_to_word_sequence(text, filters, lower, split)
    return [hash_function(word) % (n - 1) + 1 for word in words]


def _md5(word):
    return int(hashlib.md5(word.encode(), usedforsecurity=False).hexdigest(), 16)


class Tokenizer:
    """Numbers the words of a collection of texts by how often they occur, and turns texts into these numbers.

    The most frequent word is number 1; 0 stands for no word.

    Args:
        num_words: use numbers below this one only; None: all.
        filters, lower, split: as for `text_to_word_sequence`.
        char_level: whether characters take the place of words.
        oov_token: a word that takes number 1 and stands for all that have no number; None: they are left out.
        document_count: texts counted so far.

    Attributes:
        word_index: `{word: number}`.
        index_word: `{number: word}`.
        word_counts: `{word: occurrences}`, in the order met.
        word_docs: `{word: texts it occurs in}`.
        index_docs: `{number: texts it occurs in}`.

    Examples:
        >>> tokenizer = Tokenizer(oov_token="?")
        >>> tokenizer.fit_on_texts(["the cat and the dog", "the bird"])
        >>> tokenizer.texts_to_sequences(["the cat, the fish"])
        [[2, 3, 2, 1]]
        >>> tokenizer.sequences_to_texts([[2, 3, 2, 1]])
        ['the cat the ?']
    """

    def __init__(
        self,
        num_words=None,
        filters=FILTERS,
        lower=True,
        split=" ",
        char_level=False,
        oov_token=None,
        document_count=0,
        **kwargs,
    ):
        if "nb_words" in kwargs:
            warnings.warn("nb_words is now called num_words.", stacklevel=2)
            num_words = kwargs.pop("nb_words")
        if kwargs:
            raise TypeError(f"Tokenizer does not take the argument(s) {sorted(kwargs)}.")
        self.num_words = num_words
        self.filters = filters
        self.lower = lower
        self.split = split
        self.char_level = char_level
        self.oov_token = oov_token
        self.document_count = document_count
        self.word_counts = OrderedDict()
        self.word_docs = defaultdict(int)
        self.index_docs = defaultdict(int)
        self.word_index = {}
        self.index_word = {}

    # ------------------------------------------------------------------ learning
    def fit_on_texts(self, texts):
        """Count the words of texts and number them; what was counted before counts on.

        Args:
            texts: an iterable of strings or of lists of words.
        """
        for text in texts:
            self.document_count += 1
            words = self._words(text)
            for word in words:
                self.word_counts[word] = self.word_counts.get(word, 0) + 1
            for word in set(words):
                self.word_docs[word] += 1
        self._number_words()

    def _number_words(self):
        """Number the words by falling count; those of equal count in the order met."""
        words = sorted(self.word_counts, key=self.word_counts.get, reverse=True)
        if self.oov_token is not None:
            words = [self.oov_token, *(word for word in words if word != self.oov_token)]
        self.word_index = {word: number for number, word in enumerate(words, 1)}
        self.index_word = dict(enumerate(words, 1))
        self.index_docs = defaultdict(int)
        for word, count in self.word_docs.items():
            self.index_docs[self.word_index[word]] = count

    def fit_on_sequences(self, sequences):
        """Count in how many sequences each number occurs, which "tfidf" needs where no texts were counted.

        Args:
            sequences: a list of lists of ints.
        """
        self.document_count += len(sequences)
        for sequence in sequences:
            for number in set(sequence):
                self.index_docs[number] += 1

    # ------------------------------------------------------------------ texts and sequences
    def texts_to_sequences(self, texts):
        """Return each text as a list of its words' numbers.

        Args:
            texts: an iterable of strings or of lists of words.
        """
        return list(self.texts_to_sequences_generator(texts))

    def texts_to_sequences_generator(self, texts):
        """Yield what `texts_to_sequences` returns, text by text."""
        unknown = self.word_index.get(self.oov_token)
        for text in texts:
            numbers = (self._number(word, unknown) for word in self._words(text))
            yield [number for number in numbers if number is not None]

    def _number(self, word, unknown):
        number = self.word_index.get(word)
        return number if number is not None and self._is_used(number) else unknown

    def sequences_to_texts(self, sequences):
        """Return each list of numbers as a text, its words joined by spaces.

        Args:
            sequences: an iterable of lists of ints.
        """
        return list(self.sequences_to_texts_generator(sequences))

    def sequences_to_texts_generator(self, sequences):
        """Yield what `sequences_to_texts` returns, sequence by sequence."""
        for sequence in sequences:
            words = (self._word(number) for number in sequence)
            yield " ".join(word for word in words if word is not None)

    def _word(self, number):
        word = self.index_word.get(number)
        known = word is not None and self._is_used(number)
        return word if known else self.oov_token

    def _is_used(self, number):
        return not self.num_words or number < self.num_words

    def _words(self, text):
        """Return the words (or characters) of a text that may be a list of them already."""
        if self.char_level or isinstance(text, list):
            if not self.lower:
                return text
            return [word.lower() for word in text] if isinstance(text, list) else text.lower()
        return text_to_word_sequence(text, self.filters, self.lower, self.split)

    # ------------------------------------------------------------------ matrices
    def texts_to_matrix(self, texts, mode="binary"):
        """Return texts as a matrix (texts, numbers); `mode` as in `sequences_to_matrix`."""
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode)

    def sequences_to_matrix(self, sequences, mode="binary"):
        """Return sequences as a matrix with a column for each number.

        Args:
            sequences: a list of lists of ints.
            mode: what an entry says of its number: "binary", whether it occurs; "count", how often; "freq", its share
                of the sequence; "tfidf", `(1 + log(count)) * log(1 + N / (1 + n))`, with `n` of `N` texts having it.

        Returns:
            A float64 array of shape (sequences, `num_words` or one more than there are words).

        Raises:
            ValueError: if the mode is unknown, or needs texts that were not counted.
        """
        if mode not in MODES:
            raise ValueError(f"mode should be one of {MODES}, got {mode!r}.")
        if not self.num_words and not self.word_index:
            raise ValueError("The number of columns is not known: give num_words or fit on texts.")
        if mode == "tfidf" and not self.document_count:
            raise ValueError("Mode 'tfidf' needs texts: call fit_on_texts or fit_on_sequences.")
        matrix = np.zeros((len(sequences), self.num_words or len(self.word_index) + 1))
        for row, sequence in zip(matrix, sequences, strict=True):
            for number, count in Counter(sequence).items():
                if self._is_used(number):
                    row[number] = self._entry(number, count, len(sequence), mode)
        return matrix

    def _entry(self, number, count, length, mode):
        if mode == "binary":
            return 1.0
        if mode == "count":
            return count
        if mode == "freq":
            return count / length
        rarity = np.log(1 + self.document_count / (1 + self.index_docs.get(number, 0)))
        return (1 + np.log(count)) * rarity

    # ------------------------------------------------------------------ saving
    def get_config(self):
        """Return the settings and all that was counted; the tables are JSON texts."""
        return {
            "num_words": self.num_words,
            "filters": self.filters,
            "lower": self.lower,
            "split": self.split,
            "char_level": self.char_level,
            "oov_token": self.oov_token,
            "document_count": self.document_count,
            **{name: json.dumps(getattr(self, name)) for name in _TABLES},
        }

    def to_json(self, **kwargs):
        """Return a JSON text that `tokenizer_from_json` reads; `kwargs` go to `json.dumps`."""
        return json.dumps(
            {"class_name": type(self).__name__, "config": self.get_config()}, **kwargs
        )


_TABLES = ("word_counts", "word_docs", "index_docs", "index_word", "word_index")


def tokenizer_from_json(json_string):
    """Return the `Tokenizer` that `to_json` described.

    Args:
        json_string: a JSON text.

    Raises:
        ValueError: if the text describes something else.

    Examples:
        >>> tokenizer = Tokenizer()
        >>> tokenizer.fit_on_texts(["a b a"])
        >>> tokenizer_from_json(tokenizer.to_json()).word_index
        {'a': 1, 'b': 2}
    """
    description = json.loads(json_string)
    config = description.get("config") if isinstance(description, dict) else None
    if not isinstance(config, dict) or not set(_TABLES) <= set(config):
        raise ValueError("The text does not describe a Tokenizer: give what its to_json returned.")
    tables = {name: json.loads(config.pop(name)) for name in _TABLES}
    tokenizer = Tokenizer(**config)
    tokenizer.word_counts = OrderedDict(tables["word_counts"])
    tokenizer.word_docs.update(tables["word_docs"])
    tokenizer.word_index = tables["word_index"]
    # JSON knows only texts as keys.
    tokenizer.index_docs.update({int(key): value for key, value in tables["index_docs"].items()})
    tokenizer.index_word = {int(key): value for key, value in tables["index_word"].items()}
    return tokenizer
