"""CategoryEncoding and Discretization: numbers as categories, categories as vectors."""

import numpy as np

from keras import ops
from keras.backend import dtypes
from keras.layers.base import Layer
from keras.layers.rescaling import batches

MODES = ("int", "one_hot", "multi_hot", "count")


def check_mode(layer, mode, known=MODES):
    """Check a layer's output_mode.

    Raises:
        ValueError: if it is not among those known.
    """
    if mode not in known:
        raise ValueError(
            f"Layer {layer.name!r} ({type(layer).__name__}): output_mode should be one of {known}, got {mode!r}."
        )


def refuse_sparse(layer, sparse):
    """Check that no sparse tensors are asked for.

    Raises:
        ValueError: if they are.
    """
    if sparse:
        raise ValueError(
            f"Layer {layer.name!r} ({type(layer).__name__}) has no sparse output here; use sparse=False."
        )


def encode(ids, mode, depth, dtype, weights=None):
    """Return category numbers (batch, ..., n) as vectors.

    Args:
        ids: integers below `depth`; a last axis of size 1 is left out for `"one_hot"`.
        mode: `"one_hot"` for a vector each, `"multi_hot"` for which of them are there, `"count"` for how often.
        depth: the vectors' size.
        dtype: theirs.
        weights: for `"count"`, what each of them adds, 1 by default.
    """
    if mode == "one_hot":
        if len(ids.shape) > 1 and ids.shape[-1] == 1:
            ids = ops.squeeze(ids, -1)
        return ops.one_hot(ids, depth, dtype=dtype)
    if len(ids.shape) == 0:
        ids = ops.expand_dims(ids, -1)
    vectors = ops.one_hot(ids, depth, dtype=dtype)
    if mode == "multi_hot":
        return ops.max(vectors, axis=-2)
    if weights is not None:
        vectors = vectors * ops.expand_dims(ops.cast(weights, dtype), -1)
    return ops.sum(vectors, axis=-2)


def encoded_shape(input_shape, mode, depth):
    """Return the shape of what `encode` gives for ids of a shape, or of the ids themselves for `"int"`."""
    shape = tuple(input_shape)
    if mode == "int":
        return shape
    if mode == "one_hot":
        shape = shape[:-1] if len(shape) > 1 and shape[-1] == 1 else shape
        return (*shape, depth)
    return (*shape[:-1], depth)


class CategoryEncoding(Layer):
    """Turns category numbers (batch, ..., n) into vectors.

    Args:
        num_tokens: how many categories there are.
        output_mode: `"multi_hot"` for one vector of which of the n are there, `"count"` for how often, `"one_hot"`
            for a vector each.
        sparse: must be False.

    Raises:
        ValueError: for another output_mode, or no num_tokens.

    Examples:
        >>> np.asarray(CategoryEncoding(3)(np.array([[0, 2]]))).tolist()
        [[1.0, 0.0, 1.0]]
    """

    def __init__(self, num_tokens=None, output_mode="multi_hot", sparse=False, **kwargs):
        super().__init__(**kwargs)
        check_mode(self, output_mode, MODES[1:])
        refuse_sparse(self, sparse)
        if num_tokens is None:
            raise ValueError(
                f"Layer {self.name!r} (CategoryEncoding) needs num_tokens, the number of categories."
            )
        self.num_tokens, self.output_mode, self.sparse = num_tokens, output_mode, sparse

    def call(self, inputs, count_weights=None):
        if count_weights is not None and self.output_mode != "count":
            raise ValueError(
                f"Layer {self.name!r} (CategoryEncoding): count_weights go with output_mode='count', which is "
                f"{self.output_mode!r}."
            )
        ids = ops.cast(inputs, "int32")
        return encode(ids, self.output_mode, self.num_tokens, self.compute_dtype, count_weights)

    def compute_output_shape(self, input_shape):
        return encoded_shape(input_shape, self.output_mode, self.num_tokens)

    def compute_output_dtype(self, dtype):
        return self.compute_dtype


class Discretization(Layer):
    """Turns numbers into the number of the bin that each is in: bin i is [boundary i - 1, boundary i).

    Args:
        bin_boundaries: the bins' boundaries in order, if they are known.
        num_bins: how many bins of about as many numbers each `adapt` makes.
        epsilon: how far off, as a share of all numbers, a boundary may be; what is made here is exact.
        output_mode: `"int"`; or `"one_hot"`, `"multi_hot"` or `"count"` as of `CategoryEncoding`.
        sparse: must be False.

    Raises:
        ValueError: for another output_mode, or both or neither of `bin_boundaries` and `num_bins`.

    Examples:
        >>> np.asarray(Discretization([0.0, 1.0])(np.array([[-1.0, 0.0, 5.0]]))).tolist()
        [[0, 1, 2]]
    """

    def __init__(
        self,
        bin_boundaries=None,
        num_bins=None,
        epsilon=0.01,
        output_mode="int",
        sparse=False,
        **kwargs,
    ):
        # tf.keras writes what comes out for the dtype: integers, to which no input may be cut.
        if "int" in str(kwargs.get("dtype")):
            kwargs["dtype"] = None
        super().__init__(**kwargs)
        check_mode(self, output_mode)
        refuse_sparse(self, sparse)
        if bin_boundaries is None and num_bins is None:
            raise ValueError(
                f"Layer {self.name!r} (Discretization) needs bin_boundaries, or num_bins and data for adapt."
            )
        self.bin_boundaries = None if bin_boundaries is None else [float(x) for x in bin_boundaries]
        self.num_bins, self.epsilon = num_bins, epsilon
        self.output_mode, self.sparse = output_mode, sparse

    @property
    def _depth(self):
        has = self.bin_boundaries is not None
        return len(self.bin_boundaries) + 1 if has else self.num_bins

    def adapt(self, data, steps=None):
        """Learn the boundaries: of all numbers there are as many in each bin.

        Args:
            data: an array, or an iterable of batches.
            steps: how many batches to take, all by default.

        Raises:
            ValueError: if the constructor was given the boundaries.
        """
        if self.num_bins is None:
            raise ValueError(
                f"Layer {self.name!r} (Discretization) was given its bin_boundaries; there is nothing to adapt."
            )
        taken = [x.ravel() for x, _ in zip(batches(data), _steps(steps), strict=False)]
        shares = np.arange(1, self.num_bins) / self.num_bins
        found = np.quantile(np.concatenate(taken), shares, method="inverted_cdf")
        self.bin_boundaries = [float(x) for x in found]

    def call(self, inputs):
        if self.bin_boundaries is None:
            raise ValueError(
                f"Layer {self.name!r} (Discretization) has no bin_boundaries yet; call adapt(data) first."
            )
        kind = dtypes.of(inputs)
        dtype = kind if dtypes.is_float(kind) else "float32"
        bounds = ops.convert_to_tensor(self.bin_boundaries, dtype)
        flat = ops.ravel(ops.cast(inputs, dtype))
        bins = ops.reshape(ops.searchsorted(bounds, flat, side="right"), inputs.shape)
        bins = ops.cast(bins, "int32")
        if self.output_mode == "int":
            return bins
        return encode(bins, self.output_mode, self._depth, self.compute_dtype)

    def compute_output_shape(self, input_shape):
        return encoded_shape(input_shape, self.output_mode, self._depth)

    def compute_output_dtype(self, dtype):
        return "int32" if self.output_mode == "int" else self.compute_dtype


def _steps(steps):
    return range(steps) if steps is not None else iter(int, 1)
