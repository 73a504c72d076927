"""Pooling: the largest entry or the mean of windows, or of whole axes."""

from keras import config, ops
from keras.layers import geometry
from keras.layers.base import Layer
from keras.layers.input_spec import InputSpec
from keras.layers.signature import defaults
from keras.ops.nn import output_length


class _Pooling(Layer):
    """Pooling of windows over `rank` spatial axes."""

    rank = None

    def __init__(self, pool_size=2, strides=None, padding="valid", data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.pool_size = geometry.ints(pool_size, self.rank, "pool_size")
        strides = self.pool_size if strides is None else strides
        self.strides = geometry.ints(strides, self.rank, "strides")
        self.padding = geometry.padding_name(padding)
        self.data_format = config.normalize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def compute_output_shape(self, input_shape):
        sizes = geometry.spatial_sizes(input_shape, self.data_format)
        windows = zip(sizes, self.pool_size, self.strides, strict=True)
        lengths = [output_length(n, k, self.padding, s) for n, k, s in windows]
        lengths = geometry.check_sizes(self, input_shape, lengths)
        return geometry.with_spatial(input_shape, self.data_format, lengths)


class _MaxPooling(_Pooling):
    keeps_dtype = True

    def call(self, inputs):
        return ops.max_pool(inputs, self.pool_size, self.strides, self.padding, self.data_format)


class _AveragePooling(_Pooling):
    def call(self, inputs):
        return ops.average_pool(
            inputs, self.pool_size, self.strides, self.padding, self.data_format
        )


@defaults(data_format="channels_last")
class MaxPooling1D(_MaxPooling):
    """Takes the largest entry of windows along the time axis of (batch, time, features).

    Args:
        pool_size: the window's size, an int.
        strides: the steps between windows, `pool_size` by default.
        padding: `"valid"` or `"same"`.
        data_format: `"channels_last"`, or `"channels_first"` for (batch, features, time).

    Examples:
        >>> import numpy as np
        >>> np.asarray(MaxPooling1D(2)(np.array([[[1.0], [3.0], [2.0], [0.0]]]))).tolist()
        [[[3.0], [2.0]]]
    """

    rank = 1


@defaults(pool_size=(2, 2))
class MaxPooling2D(_MaxPooling):
    """Takes the largest entry of windows of images.

    Args:
        pool_size: the window's height and width, an int or two.
        strides: the steps between windows, `pool_size` by default.
        padding: `"valid"` or `"same"`.
        data_format: `"channels_last"` or `"channels_first"`; the configured one by default.

    Examples:
        >>> MaxPooling2D().compute_output_shape((None, 28, 28, 3))
        (None, 14, 14, 3)
    """

    rank = 2


@defaults(pool_size=(2, 2, 2))
class MaxPooling3D(_MaxPooling):
    """Takes the largest entry of windows of volumes.

    Args:
        pool_size: the window's sizes, an int or three.
        strides: the steps between windows, `pool_size` by default.
        padding: `"valid"` or `"same"`.
        data_format: `"channels_last"` or `"channels_first"`; the configured one by default.
    """

    rank = 3


@defaults(data_format="channels_last")
class AveragePooling1D(_AveragePooling):
    """Takes the mean of windows along the time axis of (batch, time, features).

    Args:
        pool_size: the window's size, an int.
        strides: the steps between windows, `pool_size` by default.
        padding: `"valid"`, or `"same"`, whose padding does not count in the mean.
        data_format: `"channels_last"`, or `"channels_first"` for (batch, features, time).
    """

    rank = 1


@defaults(pool_size=(2, 2))
class AveragePooling2D(_AveragePooling):
    """Takes the mean of windows of images.

    Args:
        pool_size: the window's height and width, an int or two.
        strides: the steps between windows, `pool_size` by default.
        padding: `"valid"`, or `"same"`, whose padding does not count in the mean.
        data_format: `"channels_last"` or `"channels_first"`; the configured one by default.
    """

    rank = 2


@defaults(pool_size=(2, 2, 2))
class AveragePooling3D(_AveragePooling):
    """Takes the mean of windows of volumes.

    Args:
        pool_size: the window's sizes, an int or three.
        strides: the steps between windows, `pool_size` by default.
        padding: `"valid"`, or `"same"`, whose padding does not count in the mean.
        data_format: `"channels_last"` or `"channels_first"`; the configured one by default.
    """

    rank = 3


class _GlobalPooling(Layer):
    """Pooling of all spatial axes: (batch, channels) comes out."""

    rank = None

    def __init__(self, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.data_format = config.normalize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def _axes(self):
        return geometry.spatial_axes(self.rank + 2, self.data_format)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[geometry.channel_axis(self.data_format)])


class _GlobalMaxPooling(_GlobalPooling):
    keeps_dtype = True

    def call(self, inputs):
        return ops.max(inputs, axis=self._axes())


class _GlobalAveragePooling(_GlobalPooling):
    takes_floats = True

    def call(self, inputs):
        return ops.mean(inputs, axis=self._axes())


@defaults(data_format="channels_last")
class GlobalMaxPooling1D(_GlobalMaxPooling):
    """Takes the largest entry over all times: (batch, time, features) becomes (batch, features).

    Args:
        data_format: `"channels_last"`, or `"channels_first"` for (batch, features, time).
    """

    rank = 1


class GlobalMaxPooling2D(_GlobalMaxPooling):
    """Takes the largest entry of each channel of images.

    Args:
        data_format: `"channels_last"` or `"channels_first"`; the configured one by default.

    Examples:
        >>> GlobalMaxPooling2D().compute_output_shape((None, 7, 7, 64))
        (None, 64)
    """

    rank = 2


class GlobalMaxPooling3D(_GlobalMaxPooling):
    """Takes the largest entry of each channel of volumes.

    Args:
        data_format: `"channels_last"` or `"channels_first"`; the configured one by default.
    """

    rank = 3


@defaults(data_format="channels_last")
class GlobalAveragePooling1D(_GlobalAveragePooling):
    """Takes the mean over the times kept by the mask: (batch, time, features) -> (batch, features).

    Args:
        data_format: `"channels_last"`, or `"channels_first"` for (batch, features, time).

    Examples:
        >>> import numpy as np
        >>> np.asarray(GlobalAveragePooling1D()(np.array([[[1.0], [3.0]]]))).tolist()
        [[2.0]]
    """

    rank = 1
    supports_masking = True

    def call(self, inputs, mask=None):
        if mask is None:
            return super().call(inputs)
        (time,) = self._axes()
        weights = ops.expand_dims(
            ops.cast(mask, inputs.dtype), geometry.channel_axis(self.data_format)
        )
        total = ops.sum(ops.multiply(inputs, weights), axis=time)
        return ops.divide(total, ops.sum(weights, axis=time))

    def compute_mask(self, inputs, mask=None):
        return None


class GlobalAveragePooling2D(_GlobalAveragePooling):
    """Takes the mean of each channel of images.

    Args:
        data_format: `"channels_last"` or `"channels_first"`; the configured one by default.
    """

    rank = 2


class GlobalAveragePooling3D(_GlobalAveragePooling):
    """Takes the mean of each channel of volumes.

    Args:
        data_format: `"channels_last"` or `"channels_first"`; the configured one by default.
    """

    rank = 3


MaxPool1D = MaxPooling1D
MaxPool2D = MaxPooling2D
MaxPool3D = MaxPooling3D
AvgPool1D = AveragePooling1D
AvgPool2D = AveragePooling2D
AvgPool3D = AveragePooling3D
GlobalMaxPool1D = GlobalMaxPooling1D
GlobalMaxPool2D = GlobalMaxPooling2D
GlobalMaxPool3D = GlobalMaxPooling3D
GlobalAvgPool1D = GlobalAveragePooling1D
GlobalAvgPool2D = GlobalAveragePooling2D
GlobalAvgPool3D = GlobalAveragePooling3D
