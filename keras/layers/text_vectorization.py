"""TextVectorization: texts as the numbers of their words."""

import re
import string

import numpy as np

from keras import ops
from keras.layers import vocabulary as words
from keras.layers.lookup import HostLayer, StringLookup
from keras.layers.rescaling import batches

_PUNCTUATION = re.compile(f"[{re.escape(string.punctuation)}]")
_STANDARDS = {
    None: lambda text: text,
    "lower": str.lower,
    "strip_punctuation": lambda text: _PUNCTUATION.sub("", text),
    "lower_and_strip_punctuation": lambda text: _PUNCTUATION.sub("", text.lower()),
}
_SPLITS = {None: lambda text: [text], "whitespace": str.split, "character": list}


class TextVectorization(HostLayer):
    """Turns texts into the numbers of their words, or into vectors. Takes arrays of texts, not symbolic tensors.

    Args:
        max_tokens: how many numbers there are at most, 0 for nothing and 1 for unknown words among them.
        standardize: `"lower_and_strip_punctuation"`, `"lower"`, `"strip_punctuation"`, None, or a function of a text.
        split: `"whitespace"`, `"character"`, None for a word each, or a function from a text to a list of words.
        ngrams: how many neighbouring words at most make a word too; or a tuple of how many.
        output_mode: `"int"`; or `"multi_hot"`, `"count"` or `"tf_idf"` as of `StringLookup`.
        output_sequence_length: how many numbers a text has with `"int"`, the rest cut off, or filled up with 0; by
            default as many as the longest of a batch.
        pad_to_max_tokens: whether vectors have max_tokens entries.
        vocabulary: the words, if they are known: a list, or the path of a text file with one a line.
        idf_weights: with `vocabulary`, their inverse document frequencies for `"tf_idf"`.
        sparse: must be False.
        ragged: must be False.
        encoding: of bytes, must be `"utf-8"`.

    Raises:
        ValueError: for arguments that do not go together.

    Examples:
        >>> layer = TextVectorization(vocabulary=["the", "dog"])
        >>> np.asarray(layer(np.array(["The dog!", "the"]))).tolist()
        [[2, 3], [2, 0]]
    """

    def __init__(
        self,
        max_tokens=None,
        standardize="lower_and_strip_punctuation",
        split="whitespace",
        ngrams=None,
        output_mode="int",
        output_sequence_length=None,
        pad_to_max_tokens=False,
        vocabulary=None,
        idf_weights=None,
        sparse=False,
        ragged=False,
        encoding="utf-8",
        **kwargs,
    ):
        self._known_size = kwargs.pop("vocabulary_size", None)
        super().__init__(**kwargs)
        self.max_tokens, self.encoding = max_tokens, encoding
        self.standardize, self.split = standardize, split
        self.ngrams = tuple(ngrams) if isinstance(ngrams, list | tuple) else ngrams
        self.output_mode, self.output_sequence_length = output_mode, output_sequence_length
        self.pad_to_max_tokens, self.sparse, self.ragged = pad_to_max_tokens, sparse, ragged
        self._check()
        self._lookup = StringLookup(
            max_tokens=max_tokens,
            mask_token="" if output_mode == "int" else None,
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            output_mode=output_mode,
            pad_to_max_tokens=pad_to_max_tokens and output_mode != "int",
            sparse=sparse,
            name=f"{self.name}_lookup",
            vocabulary_size=self._known_size,
        )

    def _check(self):
        label = f"Layer {self.name!r} (TextVectorization)"
        for name, table in (("standardize", _STANDARDS), ("split", _SPLITS)):
            value = getattr(self, name)
            if not callable(value) and value not in table:
                raise ValueError(
                    f"{label}: {name} should be one of {list(table)} or a function, got {value!r}."
                )
        if self.output_sequence_length is not None and self.output_mode != "int":
            raise ValueError(f"{label}: output_sequence_length goes with output_mode='int' alone.")
        if self.ragged:
            raise ValueError(f"{label} has no ragged output here; use ragged=False.")

    @classmethod
    def from_config(cls, config):
        """Return a layer made from what `get_config` returned; a vocabulary in it must be a list.

        Raises:
            ValueError: if it is the path of a file, or an address.
        """
        words.refuse_paths(cls, config)
        return cls(**config)

    vocabulary = property(lambda self: self._lookup.vocabulary)
    idf_weights = property(lambda self: self._lookup.idf_weights)

    def get_vocabulary(self, include_special_tokens=True):
        """Return the words in the order of their numbers, with those for nothing and unknown ones unless said."""
        return self._lookup.get_vocabulary(include_special_tokens)

    def vocabulary_size(self):
        """Return how many numbers there are, those for nothing and unknown words included."""
        return self._lookup.vocabulary_size()

    def set_vocabulary(self, vocabulary, idf_weights=None):
        """Set the words; see `StringLookup.set_vocabulary`."""
        self._lookup.set_vocabulary(vocabulary, idf_weights)

    def adapt(self, data, batch_size=None, steps=None):
        """Make the vocabulary of the most frequent words.

        Args:
            data: an array of texts, or an iterable of batches of them.
            batch_size: says nothing here.
            steps: how many batches to take, all by default.
        """
        counter = words.Counter()
        for number, batch in enumerate(batches(data)):
            if steps is not None and number >= steps:
                break
            counter.add(self._words(text) for text in words.texts_of(batch).ravel().tolist())
        self._lookup.adapt_to(counter)

    def _words(self, text):
        """Return the words of a text, and those that neighbours make."""
        standardize = _STANDARDS.get(self.standardize, self.standardize)
        split = _SPLITS.get(self.split, self.split)
        found = list(split(standardize(text)))
        if self.ngrams is None:
            return found
        is_up_to = isinstance(self.ngrams, int)
        sizes = range(1, self.ngrams + 1) if is_up_to else self.ngrams
        return [" ".join(found[i : i + n]) for n in sizes for i in range(len(found) - n + 1)]

    def on_host(self, inputs):
        """Return the numbers of texts, (batch, longest), or vectors."""
        texts = words.texts_of(inputs)
        if texts.ndim > 1 and texts.shape[-1] == 1:
            texts = texts[..., 0]
        shape = texts.shape
        if self.split is None and self.ngrams is None and self.output_mode == "int":
            return ops.convert_to_tensor(self._numbers(texts.ravel())[:, 0].reshape(shape))
        numbers = self._numbers(texts.ravel())
        if self.output_mode == "int":
            return ops.convert_to_tensor(numbers.reshape(*shape, numbers.shape[-1]))
        vectors = self._lookup._encode(ops.convert_to_tensor(numbers))
        return ops.reshape(vectors, (*shape, vectors.shape[-1]))

    def _numbers(self, texts):
        """Return an array of numbers, a row a text; what is filled up has the number of nothing."""
        rows = [self._words(text) for text in texts.tolist()]
        is_int = self.output_mode == "int"
        length = self.output_sequence_length or max(map(len, rows), default=0)
        numbers = np.full((len(rows), length), 0 if is_int else -1, "int32")
        for row, found in zip(numbers, rows, strict=True):
            kept = found[:length]
            row[: len(kept)] = self._lookup.numbers(np.array(kept, "U"))
        return numbers

    def compute_output_shape(self, input_shape):
        shape = tuple(input_shape)
        shape = shape[:-1] if len(shape) > 1 and shape[-1] == 1 else shape
        if self.output_mode != "int":
            return (*shape, self._lookup._depth)
        return shape if self.split is None else (*shape, self.output_sequence_length)

    def compute_output_dtype(self, dtype):
        return self._lookup.compute_output_dtype(dtype)
