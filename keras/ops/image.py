"""Images: resizing."""

import numpy as np

from keras import config
from keras.backend import dtypes
from keras.backend.compute import compute
from keras.ops.core import array, as_float, op


@op
def upsample(x, factors, data_format=None):
    """Return `x` with every entry of each spatial axis repeated.

    Args:
        x: (batch, *spatial, channels), or (batch, channels, *spatial) for `"channels_first"`.
        factors: one int a spatial axis.
        data_format: the configured one by default.
    """
    x = array(x)
    first = 2 if config.normalize_data_format(data_format) == "channels_first" else 1
    for axis, factor in enumerate(factors, start=first):
        if factor != 1:
            x = compute.repeat(x, factor, axis)
    return x


@op
def resize(
    x, size, interpolation="bilinear", data_format=None, align_corners=False, half_pixel=True
):
    """Return images resized to (height, width).

    Args:
        x: (batch, height, width, channels), or channels second for `"channels_first"`.
        size: the new height and width.
        interpolation: `"nearest"` or `"bilinear"`.
        data_format: the configured one by default.
        align_corners: whether the corner pixels keep their places.
        half_pixel: whether a pixel's place is its centre; if not, its upper left corner.

    Raises:
        ValueError: for an unknown interpolation.
    """
    x = as_float(x) if interpolation == "bilinear" else array(x)
    if interpolation not in ("nearest", "bilinear"):
        raise ValueError(f'interpolation should be "nearest" or "bilinear", got {interpolation!r}.')
    first = 2 if config.normalize_data_format(data_format) == "channels_first" else 1
    for axis, new in enumerate(size, start=first):
        places = _places(x.shape[axis], int(new), align_corners, half_pixel)
        x = (
            _nearest(x, places, axis, half_pixel)
            if interpolation == "nearest"
            else _linear(x, places, axis)
        )
    return x


@op
def enlarge(x, factors, data_format=None, interpolation="bilinear", half_pixel=False):
    """Return images enlarged by whole factors.

    Args:
        x: (batch, height, width, channels), or channels second for `"channels_first"`.
        factors: two ints.
        data_format: the configured one by default.
        interpolation: `"nearest"` or `"bilinear"`.
        half_pixel: whether a pixel's place is its centre; if not, its upper left corner.
    """
    x = array(x)
    is_first = config.normalize_data_format(data_format) == "channels_first"
    sizes = x.shape[2:] if is_first else x.shape[1:-1]
    size = [n * factor for n, factor in zip(sizes, factors, strict=True)]
    return resize(x, size, interpolation, data_format, half_pixel=half_pixel)


def _places(old, new, align_corners, half_pixel):
    """Return where each new entry lies on the old axis, a NumPy vector."""
    steps = np.arange(new, dtype="float64")
    if align_corners:
        return steps * ((old - 1) / max(new - 1, 1))
    if half_pixel:
        return (steps + 0.5) * (old / new) - 0.5
    return steps * (old / new)


def _nearest(x, places, axis, half_pixel):
    places = np.floor(places + 0.5) if half_pixel else np.floor(places)
    return compute.take(
        x, compute.asarray(np.clip(places, 0, x.shape[axis] - 1).astype("int32")), axis
    )


def _linear(x, places, axis):
    """Interpolate along one axis as a product with a sparse matrix of weights, written as two gathers."""
    places = np.clip(places, 0, x.shape[axis] - 1)
    low = np.floor(places).astype("int32")
    high = np.minimum(low + 1, x.shape[axis] - 1)
    sizes = tuple(-1 if i == axis else 1 for i in range(x.ndim))
    share = compute.asarray((places - low).reshape(sizes), dtypes.of(x))
    below = compute.take(x, compute.asarray(low), axis)
    above = compute.take(x, compute.asarray(high), axis)
    return compute.add(below, compute.multiply(share, compute.subtract(above, below)))
