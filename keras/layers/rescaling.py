"""Rescaling and Normalization: numbers brought to another scale."""

import math

import numpy as np

from keras import ops
from keras.backend import dtypes
from keras.layers.base import Layer

_EPSILON = 1e-7


class Rescaling(Layer):
    """Multiplies by a factor and adds an offset: `Rescaling(1 / 255)` brings pixels to [0, 1].

    Args:
        scale: the factor, a number or a list of one for each channel.
        offset: what is added, as `scale`.

    Examples:
        >>> np.asarray(Rescaling(1 / 127.5, offset=-1)(np.array([[0, 255]]))).tolist()
        [[-1.0, 1.0]]
    """

    supports_masking = True
    takes_floats = True

    def __init__(self, scale, offset=0.0, **kwargs):
        super().__init__(**kwargs)
        self.scale = scale
        self.offset = offset

    def call(self, inputs):
        scale, offset = (ops.cast(x, inputs.dtype) for x in (self.scale, self.offset))
        return inputs * scale + offset

    def compute_output_shape(self, input_shape):
        return input_shape


class Normalization(Layer):
    """Subtracts a mean and divides by a standard deviation, of each feature, which `adapt` learns from data.

    Args:
        axis: the axes whose entries have a mean each, an int or several; None for one mean of all.
        mean: the mean, if it is known; a number, or as many as there are entries along `axis`.
        variance: the variance, together with `mean`.
        invert: whether to multiply by the standard deviation and add the mean in place of it.

    Raises:
        ValueError: if only one of `mean` and `variance` is given.

    Examples:
        >>> layer = Normalization()
        >>> layer.adapt(np.array([[1.0], [3.0]]))
        >>> np.asarray(layer(np.array([[5.0]]))).tolist()
        [[3.0]]
    """

    takes_floats = True
    supports_masking = True

    def __init__(self, axis=-1, mean=None, variance=None, invert=False, **kwargs):
        super().__init__(**kwargs)
        if (mean is None) != (variance is None):
            raise ValueError(
                f"Layer {self.name!r} (Normalization): mean and variance go together, got mean={mean!r} and "
                f"variance={variance!r}; give both, or neither and call adapt."
            )
        axes = () if axis is None else (axis if isinstance(axis, list | tuple) else (axis,))
        self.axis = axis
        self._axes = tuple(int(each) for each in axes)
        self.mean = mean
        self.variance = variance
        self.invert = invert

    def build(self, input_shape):
        ndim = len(input_shape)
        kept = sorted(axis % ndim for axis in self._axes)
        if any(input_shape[axis] is None for axis in kept):
            raise ValueError(
                f"Layer {self.name!r} (Normalization) needs the input's size along axis={self.axis}, got the shape "
                f"{tuple(input_shape)}; give it in Input(shape=...)."
            )
        shape = tuple(input_shape[axis] for axis in kept)
        self._reduced = tuple(axis for axis in range(ndim) if axis not in kept)
        self._broadcast = tuple(input_shape[i] if i in kept else 1 for i in range(ndim))
        if self.mean is None:
            options = {"trainable": False}
            self.adapted_mean = self.add_weight("mean", shape, initializer="zeros", **options)
            self.adapted_variance = self.add_weight(
                "variance", shape, initializer="ones", **options
            )
            self.count = self.add_weight("count", (), "int32", initializer="zeros", **options)
        self.built = True

    def adapt(self, data):
        """Learn the mean and the variance.

        Args:
            data: an array, or an iterable of batches such as a generator, whose items may be (x, ...) tuples.

        Raises:
            ValueError: if mean and variance were given to the constructor, or there is no data.
        """
        if self.mean is not None:
            raise ValueError(
                f"Layer {self.name!r} (Normalization) was given its mean and variance; there is nothing to adapt."
            )
        count, total, squares = 0, 0.0, 0.0
        for batch in batches(data):
            self._build_once((None, *batch.shape[1:]))
            batch = batch.astype("float64")
            n = math.prod(batch.shape[axis] for axis in self._reduced)
            mean, variance = batch.mean(axis=self._reduced), batch.var(axis=self._reduced)
            gap, before, count = mean - total, count, count + n
            squares = squares + variance * n + gap**2 * (before * n / count)
            total = total + gap * (n / count)
        if not count:
            raise ValueError(f"Layer {self.name!r} (Normalization): adapt got no data.")
        self.adapted_mean.assign(total)
        self.adapted_variance.assign(squares / count)

    def call(self, inputs):
        if self.mean is None:
            mean, variance = self.adapted_mean.value, self.adapted_variance.value
        else:
            mean, variance = (ops.convert_to_tensor(x) for x in (self.mean, self.variance))
        mean, variance = (ops.cast(self._aligned(x), inputs.dtype) for x in (mean, variance))
        deviation = ops.maximum(ops.sqrt(variance), _EPSILON)
        return mean + inputs * deviation if self.invert else (inputs - mean) / deviation

    def _aligned(self, x):
        size = math.prod(x.shape)
        return ops.reshape(x, self._broadcast if size == math.prod(self._broadcast) else x.shape)

    def compute_output_dtype(self, dtype):
        is_kept = dtypes.is_float(dtype) and not self._casts_inputs
        return dtype if is_kept else self.compute_dtype

    def compute_output_shape(self, input_shape):
        return input_shape


def batches(data):
    """Yield the batches of what `adapt` is given, as NumPy arrays.

    Args:
        data: an array or list of numbers or texts, or an iterable of batches; of a tuple the first item counts.
    """
    if hasattr(data, "shape") or isinstance(data, list):
        yield np.asarray(data)
        return
    for batch in data:
        yield np.asarray(batch[0] if isinstance(batch, tuple) else batch)
