"""Pooling to a given size, whatever the input's: the windows are as even as can be."""

import numpy as np

from keras import config, ops
from keras.layers import geometry
from keras.layers.base import Layer
from keras.layers.input_spec import InputSpec


def windows(size, count):
    """Return the bounds [start, end) of windows along an axis, which together cover it and may overlap by one.

    Args:
        size: the axis's size.
        count: the number of windows.

    Examples:
        >>> windows(7, 3)
        [(0, 3), (2, 5), (4, 7)]
    """
    return [(i * size // count, -(-(i + 1) * size // count)) for i in range(count)]


class _AdaptivePooling(Layer):
    """Pooling of `rank` spatial axes, one after the other, to the sizes asked for."""

    rank = None

    def __init__(self, output_size, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.output_size = geometry.ints(output_size, self.rank, "output_size")
        self.data_format = config.normalize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def call(self, inputs):
        axes = geometry.spatial_axes(self.rank + 2, self.data_format)
        for axis, count in zip(axes, self.output_size, strict=True):
            inputs = self._pool(inputs, axis, windows(inputs.shape[axis], count))
        return inputs

    def _pool(self, x, axis, bounds):
        """Return `x` with one entry along an axis for each window."""
        raise NotImplementedError

    def compute_output_shape(self, input_shape):
        return geometry.with_spatial(input_shape, self.data_format, self.output_size)


class _AdaptiveAveragePooling(_AdaptivePooling):
    takes_floats = True

    def _pool(self, x, axis, bounds):
        # A product with a matrix of shares: one pass, however the windows overlap.
        shares = np.zeros((len(bounds), x.shape[axis]), "float32")
        for row, (start, end) in zip(shares, bounds, strict=True):
            row[start:end] = 1 / (end - start)
        pooled = ops.tensordot(x, ops.cast(shares, x.dtype), axes=[[axis], [1]])
        return ops.moveaxis(pooled, -1, axis)


class _AdaptiveMaxPooling(_AdaptivePooling):
    keeps_dtype = True

    def _pool(self, x, axis, bounds):
        # Windows that are shorter than the longest one see their last entry again.
        longest = max(end - start for start, end in bounds)
        places = [[min(start + i, end - 1) for i in range(longest)] for start, end in bounds]
        return ops.max(ops.take(x, np.array(places, "int32"), axis=axis), axis=axis + 1)


class AdaptiveAveragePooling1D(_AdaptiveAveragePooling):
    """Takes the mean of windows of (batch, time, features), so many that the output has a given size.

    Args:
        output_size: that size along the spatial axis, an int.
        data_format: `"channels_last"`, or `"channels_first"` for (batch, features, time);
            the configured one by default.

    Examples:
        >>> AdaptiveAveragePooling1D(3).compute_output_shape((None, 7, 2))
        (None, 3, 2)
    """

    rank = 1


class AdaptiveAveragePooling2D(_AdaptiveAveragePooling):
    """Takes the mean of windows of images, so many that the output has a given size.

    Args:
        output_size: that size along the spatial axes, an int or two of them.
        data_format: `"channels_last"`, or `"channels_first"` for (batch, channels, height, width);
            the configured one by default.

    Examples:
        >>> AdaptiveAveragePooling2D((2, 3)).compute_output_shape((None, 7, 5, 4))
        (None, 2, 3, 4)
    """

    rank = 2


class AdaptiveAveragePooling3D(_AdaptiveAveragePooling):
    """Takes the mean of windows of volumes, so many that the output has a given size.

    Args:
        output_size: that size along the spatial axes, an int or three of them.
        data_format: `"channels_last"`, or `"channels_first"` for (batch, channels, *three axes);
            the configured one by default.

    Examples:
        >>> AdaptiveAveragePooling3D(2).compute_output_shape((None, 5, 6, 7, 1))
        (None, 2, 2, 2, 1)
    """

    rank = 3


class AdaptiveMaxPooling1D(_AdaptiveMaxPooling):
    """Takes the largest entry of windows of (batch, time, features), so many that the output has a given size.

    Args:
        output_size: that size along the spatial axis, an int.
        data_format: `"channels_last"`, or `"channels_first"` for (batch, features, time);
            the configured one by default.

    Examples:
        >>> AdaptiveMaxPooling1D(3).compute_output_shape((None, 7, 2))
        (None, 3, 2)
    """

    rank = 1


class AdaptiveMaxPooling2D(_AdaptiveMaxPooling):
    """Takes the largest entry of windows of images, so many that the output has a given size.

    Args:
        output_size: that size along the spatial axes, an int or two of them.
        data_format: `"channels_last"`, or `"channels_first"` for (batch, channels, height, width);
            the configured one by default.

    Examples:
        >>> AdaptiveMaxPooling2D((2, 3)).compute_output_shape((None, 7, 5, 4))
        (None, 2, 3, 4)
    """

    rank = 2


class AdaptiveMaxPooling3D(_AdaptiveMaxPooling):
    """Takes the largest entry of windows of volumes, so many that the output has a given size.

    Args:
        output_size: that size along the spatial axes, an int or three of them.
        data_format: `"channels_last"`, or `"channels_first"` for (batch, channels, *three axes);
            the configured one by default.

    Examples:
        >>> AdaptiveMaxPooling3D(2).compute_output_shape((None, 5, 6, 7, 1))
        (None, 2, 2, 2, 1)
    """

    rank = 3
