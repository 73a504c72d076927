"""Vocabularies: tokens and their numbers, and what `adapt` counts to make one."""

import collections
import os

import numpy as np

_MAX_FILE = 1 << 28


class Counter:
    """Counts tokens, and the documents that have them.

    Attributes:
        documents: how many documents there were.
    """

    def __init__(self):
        self.documents = 0
        self._tokens, self._with = collections.Counter(), collections.Counter()

    def add(self, documents):
        """Count the tokens of documents, an iterable of lists of tokens."""
        for tokens in documents:
            self.documents += 1
            self._tokens.update(tokens)
            self._with.update(set(tokens))

    def vocabulary(self, size, without=()):
        """Return the most frequent tokens, at most `size` of them unless that is None; of the same frequency the
        last in order come first, as in Keras 3."""
        tokens = [t for t in self._tokens if t not in without]
        tokens.sort(reverse=True)
        tokens.sort(key=lambda token: -self._tokens[token])
        return tokens if size is None else tokens[: max(size, 0)]

    def idf_weights(self, tokens):
        """Return the inverse document frequencies log(1 + documents / (1 + those with the token)) as a list."""
        return [float(np.log(1 + self.documents / (1 + self._with[token]))) for token in tokens]


def tokens_of(layer, vocabulary, kind):
    """Return a vocabulary as a list without doubles.

    Args:
        layer: whose it is, for the error.
        vocabulary: a list or array of tokens, or the path of a text file with one a line.
        kind: `str` or `int`.

    Raises:
        ValueError: for tokens that are there twice.
    """
    if isinstance(vocabulary, str | os.PathLike):
        with open(vocabulary, encoding="utf8") as file:
            vocabulary = file.read(_MAX_FILE).splitlines()
    tokens = [
        text_of(t) if kind is str else int(t) for t in np.asarray(vocabulary).ravel().tolist()
    ]
    twice = [token for token, n in collections.Counter(tokens).items() if n > 1]
    if twice:
        raise ValueError(
            f"Layer {layer.name!r} ({type(layer).__name__}): the vocabulary has {twice[:5]} more than once; "
            "give each token once."
        )
    return tokens


def refuse_paths(layer_class, config):
    """Check that a config names no file to read a vocabulary from: it may come from somebody else.

    Raises:
        ValueError: if it does.
    """
    for key in ("vocabulary", "idf_weights"):
        value = config.get(key)
        if value is not None and not isinstance(value, list | tuple | np.ndarray):
            raise ValueError(
                f"{layer_class.__name__} {config.get('name', '')!r}: a config has to hold its {key} as a list, got "
                f"{str(value)[:80]!r}. No file or address is read because a config names it; make the layer in code "
                f"with {key}=..."
            )


def text_of(token):
    """Return a text, or bytes in UTF-8, as a text."""
    return token.decode("utf8") if isinstance(token, bytes) else str(token)


def texts_of(x):
    """Return an array of texts from texts or bytes in an array, list or tensor."""
    if hasattr(x, "numpy"):
        x = x.numpy()
    x = np.asarray(x)
    if x.dtype.kind == "U":
        return x
    if x.dtype.kind in "SO":
        flat = [text_of(token) for token in x.ravel().tolist()]
        return np.array(flat, "U").reshape(x.shape) if flat else x.astype("U")
    return x.astype("U")
