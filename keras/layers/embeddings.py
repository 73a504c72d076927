"""Embeddings: a learned vector for each of a number of ids."""

from keras import ops
from keras.layers import options
from keras.layers.base import Layer
from keras.ops.core import array


class Embedding(Layer):
    """Looks up a learned vector for each id.

    Args:
        input_dim: how many ids there are: 0 to input_dim - 1.
        output_dim: the vectors' size.
        embeddings_initializer: where the vectors' first values come from.
        embeddings_regularizer: a penalty on the vectors.
        activity_regularizer: a penalty on the output.
        embeddings_constraint: applied to the vectors after each optimizer step.
        mask_zero: whether the id 0 stands for no entry: later layers skip it, by the mask.
        input_length: the length of the sequences, if it is always the same; a tuple for several
            axes.

    Input shape: (batch, length) or more axes, of ints or of floats that hold ints.
    Output shape: that of the input and (output_dim,).
    Weights: embeddings (input_dim, output_dim).

    Raises:
        ValueError: if the input's shape does not fit `input_length`.

    Examples:
        >>> import numpy as np
        >>> layer = Embedding(2, 3, weights=[np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])])
        >>> np.asarray(layer(np.array([[1, 0]]))).tolist()
        [[[4.0, 5.0, 6.0], [1.0, 2.0, 3.0]]]
    """

    _not_in_config = Layer._not_in_config - {"input_dim"}

    def __init__(
        self,
        input_dim,
        output_dim,
        embeddings_initializer="uniform",
        embeddings_regularizer=None,
        activity_regularizer=None,
        embeddings_constraint=None,
        mask_zero=False,
        input_length=None,
        **kwargs,
    ):
        if isinstance(input_length, list | tuple):
            input_length = tuple(input_length)
        if "input_shape" not in kwargs and "batch_input_shape" not in kwargs:
            is_one = input_length is None or isinstance(input_length, int)
            kwargs["input_shape"] = (input_length,) if is_one else input_length
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.input_dim = input_dim
        self.output_dim = output_dim
        embeddings = embeddings_initializer, embeddings_regularizer, embeddings_constraint
        options.keep(self, "embeddings", *embeddings)
        self.mask_zero = mask_zero
        self.supports_masking = mask_zero
        self.input_length = input_length

    def build(self, input_shape):
        shape = (self.input_dim, self.output_dim)
        self.embeddings = options.add(self, "embeddings", shape, autocast=False)
        super().build(input_shape)

    def _as_input(self, x):
        # Ids stay as they are: in half precision, for one, they would not be exact.
        return array(x)

    def compute_mask(self, inputs, mask=None):
        return ops.not_equal(inputs, 0) if self.mask_zero else None

    def compute_output_dtype(self, dtype):
        return self.compute_dtype

    def compute_output_shape(self, input_shape):
        return (input_shape[0], *self._lengths(tuple(input_shape[1:])), self.output_dim)

    def _lengths(self, given):
        """Return the sizes between the batch and the vectors: the input's, or where unknown `input_length`."""
        if self.input_length is None:
            return given
        wanted = self.input_length if isinstance(self.input_length, tuple) else (self.input_length,)
        fits = len(wanted) == len(given) and all(
            a is None or b is None or a == b for a, b in zip(wanted, given, strict=True)
        )
        if not fits:
            raise ValueError(
                f"Layer {self.name!r} (Embedding) has input_length={self.input_length} and got inputs of shape "
                f"(batch, {', '.join(map(str, given))}); pad the sequences to that length or leave out input_length."
            )
        return tuple(b if a is None else a for a, b in zip(given, wanted, strict=True))

    def call(self, inputs):
        # Looked up before they are converted: the gradients of an id that comes often are added up in full.
        vectors = ops.take(self.embeddings, ops.cast(inputs, "int32"), axis=0)
        return ops.cast(vectors, self.compute_dtype)
