"""StringLookup and IntegerLookup: tokens as their numbers in a vocabulary, and back."""

import numpy as np

from keras import ops
from keras.backend import graph
from keras.layers import vocabulary as words
from keras.layers.base import Layer
from keras.layers.category_encoding import check_mode, encode, encoded_shape, refuse_sparse
from keras.layers.rescaling import batches

_MODES = ("int", "one_hot", "multi_hot", "count", "tf_idf")


class _Lookup(Layer):
    """Maps tokens to their numbers: first the mask's, then those of unknown tokens, then the vocabulary's."""

    kind = None

    def __init__(self, oov_token, **kwargs):
        options = {
            "max_tokens": None,
            "num_oov_indices": 1,
            "mask_token": None,
            "vocabulary": None,
            "idf_weights": None,
            "invert": False,
            "output_mode": "int",
            "sparse": False,
            "pad_to_max_tokens": False,
        }
        options = {name: kwargs.pop(name, value) for name, value in options.items()}
        self._known_size = kwargs.pop("vocabulary_size", None)
        super().__init__(**kwargs)
        self.oov_token = oov_token
        for name, value in options.items():
            setattr(self, name, value)
        self._check()
        given, self.vocabulary, self._index = self.vocabulary, None, None
        if given is not None:
            self.set_vocabulary(given, self.idf_weights)

    def _check(self):
        check_mode(self, self.output_mode, _MODES)
        refuse_sparse(self, self.sparse)
        label = f"Layer {self.name!r} ({type(self).__name__})"
        if self.invert and self.output_mode != "int":
            raise ValueError(f"{label}: invert=True goes with output_mode='int' alone.")
        if self.pad_to_max_tokens and self.max_tokens is None:
            raise ValueError(f"{label}: pad_to_max_tokens=True needs max_tokens.")

    @classmethod
    def from_config(cls, config):
        """Return a layer made from what `get_config` returned; a vocabulary in it must be a list.

        Raises:
            ValueError: if it is the path of a file, or an address.
        """
        words.refuse_paths(cls, config)
        return cls(**config)

    def get_config(self):
        """Return the constructor's arguments, with the vocabulary that `adapt` has made."""
        config = super().get_config()
        config.pop("vocabulary_size", None)
        return config

    # -------------------------------------------------------------- the vocabulary
    @property
    def _has_mask(self):
        # Vectors have no place for the mask.
        return self.mask_token is not None and self.output_mode == "int"

    @property
    def _special(self):
        mask = [self.mask_token] if self._has_mask else []
        return [*mask, *[self.oov_token] * self.num_oov_indices]

    def get_vocabulary(self, include_special_tokens=True):
        """Return the tokens in the order of their numbers, with the mask's and the unknown ones' unless said."""
        special = self._special if include_special_tokens else []
        return [*special, *(self.vocabulary or [])]

    def vocabulary_size(self):
        """Return how many numbers there are, those of the mask and of unknown tokens included."""
        if self.vocabulary is None and self._known_size is not None:
            return self._known_size
        return len(self.get_vocabulary())

    def set_vocabulary(self, vocabulary, idf_weights=None):
        """Set the vocabulary.

        Args:
            vocabulary: tokens, a list or array, or the path of a text file with one a line; they may begin with the
                mask's token and the unknown ones'.
            idf_weights: the tokens' inverse document frequencies, for `output_mode="tf_idf"`.

        Raises:
            ValueError: for a token that is there twice, too many tokens, or weights that do not fit.
        """
        special = self._special
        if isinstance(vocabulary, list | tuple | np.ndarray):
            first = list(vocabulary[: len(special)])
            vocabulary = vocabulary[len(special) :] if special and first == special else vocabulary
        tokens = words.tokens_of(self, vocabulary, self.kind)
        label = f"Layer {self.name!r} ({type(self).__name__})"
        if self.max_tokens is not None and len(tokens) + len(special) > self.max_tokens:
            raise ValueError(
                f"{label}: the vocabulary has {len(tokens)} tokens, {len(special)} beside for what is unknown or "
                f"masked, and max_tokens={self.max_tokens}; give fewer, or raise it."
            )
        if self.output_mode == "tf_idf" and (
            idf_weights is None or len(idf_weights) not in (len(tokens), len(tokens) + len(special))
        ):
            raise ValueError(
                f"{label}: output_mode='tf_idf' needs idf_weights, one for each token."
            )
        self.vocabulary = tokens
        self._index = {token: n for n, token in enumerate(tokens, start=len(special))}
        if idf_weights is not None:
            self.idf_weights = [float(w) for w in idf_weights][-len(tokens) :]

    def adapt(self, data, steps=None):
        """Make the vocabulary of the most frequent tokens.

        Args:
            data: an array of tokens, a row a document, or an iterable of batches of them.
            steps: how many batches to take, all by default.
        """
        counter = words.Counter()
        for number, batch in enumerate(batches(data)):
            if steps is not None and number >= steps:
                break
            counter.add(self._documents(batch))
        self.adapt_to(counter)

    def adapt_to(self, counter):
        """Make the vocabulary of what a `vocabulary.Counter` has counted."""
        room = None if self.max_tokens is None else self.max_tokens - len(self._special)
        tokens = counter.vocabulary(room, {self.mask_token, self.oov_token})
        weights = counter.idf_weights(tokens) if self.output_mode == "tf_idf" else None
        self.set_vocabulary(tokens, weights)

    def _documents(self, batch):
        batch = self._tokens(batch)
        rows = batch.reshape(len(batch), -1) if batch.ndim else batch.reshape(1, 1)
        return rows.tolist()

    # -------------------------------------------------------------- numbers
    def _need_vocabulary(self):
        if self.vocabulary is None:
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) has no vocabulary yet; call adapt(data) or "
                "set_vocabulary(tokens) first."
            )

    def numbers(self, tokens):
        """Return the numbers of an array of tokens; on the host, in NumPy."""
        self._need_vocabulary()
        known = self._index
        found, inverse = np.unique(tokens, return_inverse=True)
        numbers = [known.get(t, None) if t != self.mask_token else -1 for t in found.tolist()]
        numbers = [
            self._unknown(t) if n is None else n
            for t, n in zip(found.tolist(), numbers, strict=True)
        ]
        if self._has_mask:
            numbers = [0 if n == -1 else n for n in numbers]
        return np.asarray(numbers, "int32")[inverse.ravel()].reshape(tokens.shape)

    def _unknown(self, token):
        first = int(self._has_mask)
        if self.num_oov_indices == 1:
            return first
        if not self.num_oov_indices:
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) does not know {token!r}, and num_oov_indices=0 leaves no "
                "number for what is unknown."
            )
        return first + self._bucket(token)

    def _bucket(self, token):
        raise NotImplementedError(
            f"{type(self).__name__} needs a method _bucket for several unknown tokens."
        )

    @property
    def _depth(self):
        return self.max_tokens if self.pad_to_max_tokens else self.vocabulary_size()

    def _encode(self, numbers):
        """Return numbers in the output's mode; those below zero, of masked tokens, are left out of vectors."""
        if self.output_mode == "int":
            return numbers
        mode = "count" if self.output_mode == "tf_idf" else self.output_mode
        dtype = self.compute_dtype if self.output_mode == "tf_idf" else "int32"
        vectors = encode(numbers, mode, self._depth, dtype)
        if self.output_mode != "tf_idf":
            return vectors
        mean = [float(np.mean(self.idf_weights))] * len(self._special)
        weights = np.zeros(self._depth, "float32")
        weights[: len(mean) + len(self.idf_weights)] = [*mean, *self.idf_weights]
        return vectors * ops.cast(weights, dtype)

    def compute_output_shape(self, input_shape):
        return encoded_shape(input_shape, self.output_mode, self._depth)

    def compute_output_dtype(self, dtype):
        return self.compute_dtype if self.output_mode == "tf_idf" else "int32"


class HostLayer(Layer):
    """A layer over texts: it computes on the host, so that it takes arrays of texts and not symbolic tensors."""

    def __call__(self, inputs, *args, **kwargs):
        """Apply the layer to an array of texts.

        Raises:
            NotImplementedError: if it is called on a symbolic tensor.
        """
        if graph.any_symbolic(inputs):
            raise NotImplementedError(
                f"Layer {self.name!r} ({type(self).__name__}) is about texts, which models here do not take; call it "
                "on the data first, numbers = layer(texts), and give these to the model."
            )
        return self.on_host(inputs)

    def on_host(self, inputs):
        """Return the result for an array of texts."""
        raise NotImplementedError(f"{type(self).__name__} needs a method on_host(inputs).")


class StringLookup(_Lookup, HostLayer):
    """Turns texts into their numbers in a vocabulary, which `adapt` makes from data. It takes arrays of texts.

    Args:
        max_tokens: how many numbers there are at most; any by default.
        num_oov_indices: how many numbers there are for tokens that are not known, 0 or 1.
        mask_token: a token that has the number 0; none by default.
        oov_token: what `invert` gives for the number of an unknown token.
        vocabulary: the tokens, if they are known: a list, or the path of a text file with one a line.
        idf_weights: with `vocabulary`, their inverse document frequencies for `"tf_idf"`.
        invert: whether to turn numbers into texts.
        output_mode: `"int"`; or `"one_hot"`, `"multi_hot"`, `"count"` as of `CategoryEncoding`, or `"tf_idf"`, counts
            times inverse document frequencies.
        pad_to_max_tokens: whether these vectors have max_tokens entries.
        sparse: must be False.
        encoding: of bytes, must be `"utf-8"`.
        salt: of the hash that several unknown tokens have; must be None.

    Raises:
        ValueError: for arguments that do not go together.

    Examples:
        >>> layer = StringLookup(vocabulary=["a", "b"])
        >>> np.asarray(layer(np.array([["b", "?"]]))).tolist()
        [[2, 0]]
    """

    kind = str

    def __init__(
        self,
        max_tokens=None,
        num_oov_indices=1,
        mask_token=None,
        oov_token="[UNK]",
        vocabulary=None,
        idf_weights=None,
        invert=False,
        output_mode="int",
        pad_to_max_tokens=False,
        sparse=False,
        encoding="utf-8",
        salt=None,
        **kwargs,
    ):
        super().__init__(
            oov_token,
            max_tokens=max_tokens,
            num_oov_indices=num_oov_indices,
            mask_token=mask_token,
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            invert=invert,
            output_mode=output_mode,
            pad_to_max_tokens=pad_to_max_tokens,
            sparse=sparse,
            **kwargs,
        )
        self.encoding, self.salt = encoding, salt
        if num_oov_indices > 1 and not invert:
            raise ValueError(
                f"Layer {self.name!r} (StringLookup): num_oov_indices should be 0 or 1, got {num_oov_indices}; "
                "there is no hash of texts here that would tell several unknown ones apart."
            )

    def _tokens(self, x):
        return words.texts_of(x)

    def on_host(self, inputs):
        """Return the numbers of texts as a tensor; with `invert` the texts of numbers, in a NumPy array."""
        if self.invert:
            self._need_vocabulary()
            tokens = np.array(self.get_vocabulary(), "U")
            return tokens[np.asarray(ops.convert_to_numpy(inputs), "int64")]
        texts = self._tokens(inputs)
        numbers = self.numbers(texts)
        return self._encode(ops.convert_to_tensor(numbers))


class IntegerLookup(_Lookup):
    """Turns integers into their numbers in a vocabulary, which `adapt` makes from data.

    Args:
        max_tokens: how many numbers there are at most; any by default.
        num_oov_indices: how many numbers there are for integers that are not known: each has its remainder's.
        mask_token: an integer that has the number 0; none by default.
        oov_token: what `invert` gives for the number of an unknown one.
        vocabulary: the integers, if they are known: a list, or the path of a text file with one a line.
        vocabulary_dtype: an integer dtype.
        idf_weights: with `vocabulary`, their inverse document frequencies for `"tf_idf"`.
        invert: whether to turn numbers into integers of the vocabulary.
        output_mode: `"int"`; or `"one_hot"`, `"multi_hot"`, `"count"` as of `CategoryEncoding`, or `"tf_idf"`, counts
            times inverse document frequencies.
        sparse: must be False.
        pad_to_max_tokens: whether these vectors have max_tokens entries.
        oov_method: how several unknown ones are told apart, must be `"floormod"`.
        salt: must be None.

    Raises:
        ValueError: for arguments that do not go together.

    Examples:
        >>> np.asarray(IntegerLookup(vocabulary=[12, 99])(np.array([[99, 5]]))).tolist()
        [[2, 0]]
    """

    kind = int

    def __init__(
        self,
        max_tokens=None,
        num_oov_indices=1,
        mask_token=None,
        oov_token=-1,
        vocabulary=None,
        vocabulary_dtype="int64",
        idf_weights=None,
        invert=False,
        output_mode="int",
        sparse=False,
        pad_to_max_tokens=False,
        oov_method="floormod",
        salt=None,
        **kwargs,
    ):
        super().__init__(
            oov_token,
            max_tokens=max_tokens,
            num_oov_indices=num_oov_indices,
            mask_token=mask_token,
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            invert=invert,
            output_mode=output_mode,
            sparse=sparse,
            pad_to_max_tokens=pad_to_max_tokens,
            **kwargs,
        )
        if oov_method != "floormod" or salt is not None:
            raise ValueError(
                f"Layer {self.name!r} (IntegerLookup): unknown integers are told apart by oov_method='floormod' and "
                f"salt=None alone, got {oov_method!r} and {salt!r}."
            )
        self.vocabulary_dtype = vocabulary_dtype
        self.oov_method, self.salt = oov_method, salt

    def _tokens(self, x):
        return np.asarray(x, self.vocabulary_dtype)

    def call(self, inputs):
        self._need_vocabulary()
        inputs = ops.cast(inputs, "int32")
        if self.invert:
            return ops.take(np.asarray(self.get_vocabulary(), "int32"), inputs, axis=0)
        return self._encode(self._numbers_of(inputs))

    def _numbers_of(self, inputs):
        """Return the numbers of integers, found in the sorted vocabulary."""
        tokens = np.asarray(self.vocabulary, "int32")
        order = np.argsort(tokens)
        place = ops.reshape(ops.searchsorted(tokens[order], ops.ravel(inputs)), inputs.shape)
        place = ops.minimum(ops.cast(place, "int32"), len(tokens) - 1)
        is_known = ops.equal(ops.take(tokens[order], place, axis=0), inputs)
        known = ops.take((order + len(self._special)).astype("int32"), place, axis=0)
        unknown = int(self._has_mask) + ops.mod(inputs, max(self.num_oov_indices, 1))
        numbers = ops.where(is_known, known, unknown)
        if self.mask_token is None:
            return numbers
        return ops.where(ops.equal(inputs, self.mask_token), 0 if self._has_mask else -1, numbers)
