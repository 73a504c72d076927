"""Layers that only move entries about: Reshape, Permute, Flatten, RepeatVector."""

import math

from keras import config, ops
from keras.layers.base import Layer
from keras.layers.input_spec import InputSpec


class Reshape(Layer):
    """Gives every sample another shape.

    Args:
        target_shape: a tuple of ints, without the batch axis; one of them may be -1, to be worked
            out.

    Raises:
        ValueError: if a sample's number of entries does not fit the target.

    Examples:
        >>> Reshape((3, -1)).compute_output_shape((None, 6, 2))
        (None, 3, 4)
    """

    keeps_dtype = True

    def __init__(self, target_shape, **kwargs):
        super().__init__(**kwargs)
        self.target_shape = tuple(int(n) for n in target_shape)
        if self.target_shape.count(-1) > 1:
            raise ValueError(
                f"Layer {self.name!r} (Reshape): only one size of target_shape may be -1, "
                f"got {self.target_shape}."
            )

    def compute_output_shape(self, input_shape):
        return (input_shape[0], *self._sample_shape(tuple(input_shape[1:])))

    def _sample_shape(self, sample):
        """Return the new shape of a sample of shape `sample`, with None for what is not known."""
        if None in sample:
            return tuple(None if n == -1 else n for n in self.target_shape)
        total, known = math.prod(sample), math.prod(n for n in self.target_shape if n != -1)
        has_free = -1 in self.target_shape
        if total != known and not (has_free and known and total % known == 0):
            raise ValueError(
                f"Layer {self.name!r} (Reshape): a sample of shape {sample} ({total} entries) "
                f"cannot take the shape {self.target_shape}; give one with as many entries."
            )
        free = total // known if has_free and known else 0
        return tuple(free if n == -1 else n for n in self.target_shape)

    def call(self, inputs):
        shape = ops.shape(inputs)
        return ops.reshape(inputs, (shape[0], *self._sample_shape(shape[1:])))


class Permute(Layer):
    """Puts the axes of every sample into another order.

    Args:
        dims: the new order, a tuple of the numbers from 1 on; the batch axis does not count.

    Raises:
        ValueError: if `dims` is no permutation.

    Examples:
        >>> Permute((2, 1)).compute_output_shape((None, 10, 64))
        (None, 64, 10)
    """

    keeps_dtype = True

    def __init__(self, dims, **kwargs):
        super().__init__(**kwargs)
        self.dims = tuple(dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(
                f"Layer {self.name!r} (Permute): dims should hold each of the numbers 1 to "
                f"{len(self.dims)} once, got {self.dims}."
            )
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], *(input_shape[axis] for axis in self.dims))

    def call(self, inputs):
        return ops.transpose(inputs, (0, *self.dims))


class Flatten(Layer):
    """Gives every sample a single axis.

    Args:
        data_format: for `"channels_first"` the channels are put last before, so that the same
            weights fit both formats; the configured one by default.

    Examples:
        >>> Flatten().compute_output_shape((None, 4, 4, 3))
        (None, 48)
    """

    keeps_dtype = True
    input_spec = InputSpec(min_ndim=1)

    def __init__(self, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.data_format = config.normalize_data_format(data_format)

    def compute_output_shape(self, input_shape):
        sample = input_shape[1:]
        return (input_shape[0], None if None in sample else math.prod(sample))

    def call(self, inputs):
        if self.data_format == "channels_first" and inputs.ndim > 2:
            inputs = ops.moveaxis(inputs, 1, -1)
        shape = ops.shape(inputs)
        return ops.reshape(inputs, (shape[0], math.prod(shape[1:])))


class RepeatVector(Layer):
    """Repeats every vector: (batch, features) becomes (batch, n, features).

    Args:
        n: how often, an int.

    Raises:
        ValueError: if `n` is no int.

    Examples:
        >>> RepeatVector(3).compute_output_shape((None, 32))
        (None, 3, 32)
    """

    keeps_dtype = True
    input_spec = InputSpec(ndim=2)

    def __init__(self, n, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(n, int):
            raise ValueError(f"Layer {self.name!r} (RepeatVector): n should be an int, got {n!r}.")
        self.n = n

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.n, input_shape[1])

    def call(self, inputs):
        return ops.repeat(ops.expand_dims(inputs, 1), self.n, axis=1)
