"""Cropping, ZeroPadding, UpSampling: layers that cut off, add or repeat spatial entries."""

from keras import config, ops
from keras.layers import geometry
from keras.layers.base import Layer
from keras.layers.input_spec import InputSpec
from keras.layers.signature import defaults


class _Spatial(Layer):
    """A layer over `rank` spatial axes that only moves entries about."""

    rank = None
    keeps_dtype = True

    def __init__(self, data_format, **kwargs):
        super().__init__(**kwargs)
        self.data_format = config.normalize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def _resized(self, index, size):
        """Return the new size of the spatial axis number `index`."""
        raise NotImplementedError

    def compute_output_shape(self, input_shape):
        sizes = geometry.spatial_sizes(input_shape, self.data_format)
        sizes = [None if n is None else self._resized(i, n) for i, n in enumerate(sizes)]
        sizes = geometry.check_sizes(self, input_shape, sizes)
        return geometry.with_spatial(input_shape, self.data_format, sizes)


class _Cropping(_Spatial):
    def __init__(self, cropping, data_format=None, **kwargs):
        super().__init__(data_format, **kwargs)
        self._pairs = geometry.pairs(cropping, self.rank, "cropping")
        self.cropping = self._pairs

    def _resized(self, index, size):
        return size - sum(self._pairs[index])

    def call(self, inputs):
        self.compute_output_shape(inputs.shape)
        sizes = geometry.spatial_sizes(inputs.shape, self.data_format)
        kept = [slice(a, n - b) for (a, b), n in zip(self._pairs, sizes, strict=True)]
        key = geometry.per_axis(self.rank + 2, self.data_format, kept, slice(None))
        return ops.get_item(inputs, tuple(key))


class Cropping1D(_Cropping):
    """Cuts off the first and last times of (batch, time, features).

    Args:
        cropping: how many, an int or a pair (at the start, at the end).

    Examples:
        >>> Cropping1D((1, 2)).compute_output_shape((None, 10, 4))
        (None, 7, 4)
    """

    rank = 1

    def __init__(self, cropping=(1, 1), **kwargs):
        super().__init__(cropping, "channels_last", **kwargs)
        self.cropping = self._pairs[0]


@defaults(cropping=((0, 0), (0, 0)))
class Cropping2D(_Cropping):
    """Cuts off the edges of images.

    Args:
        cropping: an int for all sides, two ints for (top and bottom, left and right), or
            ((top, bottom), (left, right)).
        data_format: `"channels_last"` or `"channels_first"`; the configured one by default.

    Examples:
        >>> Cropping2D(((2, 2), (4, 4))).compute_output_shape((None, 28, 28, 3))
        (None, 24, 20, 3)
    """

    rank = 2


@defaults(cropping=((1, 1), (1, 1), (1, 1)))
class Cropping3D(_Cropping):
    """Cuts off the edges of volumes.

    Args:
        cropping: an int for all sides, or for each of the three axes an int or a (before, after)
            pair.
        data_format: `"channels_last"` or `"channels_first"`; the configured one by default.
    """

    rank = 3


class _ZeroPadding(_Spatial):
    def __init__(self, padding=1, data_format=None, **kwargs):
        super().__init__(data_format, **kwargs)
        self._pairs = geometry.pairs(padding, self.rank, "padding")
        self.padding = self._pairs

    def _resized(self, index, size):
        return size + sum(self._pairs[index])

    def call(self, inputs):
        return ops.pad(
            inputs, geometry.per_axis(self.rank + 2, self.data_format, self._pairs, (0, 0))
        )


class ZeroPadding1D(_ZeroPadding):
    """Adds zeros at the start and the end of the time axis of (batch, time, features).

    Args:
        padding: how many, an int or a pair (at the start, at the end).

    Examples:
        >>> ZeroPadding1D(2).compute_output_shape((None, 10, 4))
        (None, 14, 4)
    """

    rank = 1

    def __init__(self, padding=1, **kwargs):
        super().__init__(padding, "channels_last", **kwargs)
        self.padding = self._pairs[0]


@defaults(padding=(1, 1))
class ZeroPadding2D(_ZeroPadding):
    """Adds zeros around images.

    Args:
        padding: an int for all sides, two ints for (top and bottom, left and right), or
            ((top, bottom), (left, right)).
        data_format: `"channels_last"` or `"channels_first"`; the configured one by default.
    """

    rank = 2


@defaults(padding=(1, 1, 1))
class ZeroPadding3D(_ZeroPadding):
    """Adds zeros around volumes.

    Args:
        padding: an int for all sides, or for each of the three axes an int or a (before, after)
            pair.
        data_format: `"channels_last"` or `"channels_first"`; the configured one by default.
    """

    rank = 3


class _UpSampling(_Spatial):
    def __init__(self, size=2, data_format=None, **kwargs):
        super().__init__(data_format, **kwargs)
        self._factors = geometry.ints(size, self.rank, "size")
        self.size = self._factors

    def _resized(self, index, size):
        return size * self._factors[index]

    def call(self, inputs):
        return ops.image.upsample(inputs, self._factors, self.data_format)


class UpSampling1D(_UpSampling):
    """Repeats every time of (batch, time, features).

    Args:
        size: how often, an int.

    Examples:
        >>> UpSampling1D(3).compute_output_shape((None, 4, 2))
        (None, 12, 2)
    """

    rank = 1

    def __init__(self, size=2, **kwargs):
        super().__init__(size, "channels_last", **kwargs)
        self.size = self._factors[0]


class UpSampling2D(_UpSampling):
    """Enlarges images by whole factors.

    Args:
        size: the factors for the rows and the columns, an int or two.
        data_format: `"channels_last"` or `"channels_first"`; the configured one by default.
        interpolation: `"nearest"` to repeat the pixels, `"bilinear"` to interpolate between their
            upper left corners, `"bilinear_half_pixel"` between their centres, which is what later
            versions of Keras call bilinear.

    Raises:
        ValueError: for another interpolation.
    """

    rank = 2

    def __init__(self, size=(2, 2), data_format=None, interpolation="nearest", **kwargs):
        super().__init__(size, data_format, **kwargs)
        if interpolation not in ("nearest", "bilinear", "bilinear_half_pixel"):
            raise ValueError(
                f"Layer {self.name!r} (UpSampling2D): interpolation should be 'nearest', "
                f"'bilinear' or 'bilinear_half_pixel', got {interpolation!r}."
            )
        self.interpolation = interpolation
        self.keeps_dtype = interpolation == "nearest"

    def call(self, inputs):
        if self.interpolation == "nearest":
            return super().call(inputs)
        is_centred = self.interpolation == "bilinear_half_pixel"
        options = self._factors, self.data_format, "bilinear", is_centred
        return ops.image.enlarge(inputs, *options)


@defaults(size=(2, 2, 2))
class UpSampling3D(_UpSampling):
    """Enlarges volumes by repeating their entries.

    Args:
        size: the factors for the three axes, an int or three.
        data_format: `"channels_last"` or `"channels_first"`; the configured one by default.
    """

    rank = 3
