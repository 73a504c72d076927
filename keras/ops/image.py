"""Images: resizing, and moving pixels about by transforms of the plane."""

import numpy as np

from keras import config
from keras.backend import dtypes
from keras.backend.compute import compute
from keras.ops import array as arrays
from keras.ops.core import array, as_float, op

# How what lies between pixels is told, and what is around an image.
INTERPOLATIONS = ("nearest", "bilinear")
FILL_MODES = ("constant", "mirror", "nearest", "reflect", "wrap")


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
    x,
    size,
    interpolation="bilinear",
    data_format=None,
    align_corners=False,
    half_pixel=True,
    antialias=False,
):
    """Return images resized to (height, width).

    Args:
        x: (batch, height, width, channels), or channels second for `"channels_first"`.
        size: the new height and width.
        interpolation: `"nearest"`, `"bilinear"`, `"bicubic"` (Keys, 1981, with a = -1/2), `"lanczos3"` or `"lanczos5"`.
        data_format: the configured one by default.
        align_corners: whether the corner pixels keep their places.
        half_pixel: whether a pixel's place is its centre; if not, its upper left corner.
        antialias: whether a pixel of a smaller image is a mean over all that it covers; not for `"nearest"`.

    Raises:
        ValueError: for an unknown interpolation.
    """
    x = array(x) if interpolation == "nearest" else as_float(x)
    _check_interpolation(interpolation, ("nearest", *_KERNELS))
    first = 2 if config.normalize_data_format(data_format) == "channels_first" else 1
    for axis, new in enumerate(size, start=first):
        places = _places(x.shape[axis], int(new), align_corners, half_pixel)
        if interpolation == "nearest":
            x = _nearest(x, places, axis, half_pixel)
        elif interpolation == "bilinear" and not antialias:
            x = _linear(x, places, axis)
        else:
            x = _weighed(x, places, axis, interpolation, antialias)
    return x


def _check_interpolation(interpolation, known=INTERPOLATIONS):
    """Check the name of an interpolation.

    Raises:
        ValueError: if it is not among those known.
    """
    if interpolation not in known:
        raise ValueError(f"interpolation should be one of {known}, got {interpolation!r}.")


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


# ------------------------------------------------------------------ kernels
def _triangle(x):
    return np.maximum(1 - x, 0)


def _cubic(x):
    near = ((1.5 * x - 2.5) * x) * x + 1
    far = ((-0.5 * x + 2.5) * x - 4) * x + 2
    return np.where(x < 1, near, np.where(x < 2, far, 0))


def _lanczos(radius):
    return lambda x: np.where(x < radius, np.sinc(x) * np.sinc(x / radius), 0)


# What a pixel weighs, by its distance.
_KERNELS = {
    "bilinear": _triangle,
    "bicubic": _cubic,
    "lanczos3": _lanczos(3),
    "lanczos5": _lanczos(5),
}


def _weighed(x, places, axis, interpolation, antialias):
    """Return sums of entries along one axis, weighed by their distances from places; the weights add up to one."""
    old, new = x.shape[axis], len(places)
    width = max(old / new, 1) if antialias else 1
    weights = _KERNELS[interpolation](np.abs(places - np.arange(old)[:, None]) / width)
    weights = compute.asarray(weights / weights.sum(axis=0), dtypes.of(x))
    return arrays.moveaxis(compute.tensordot(x, weights, ([axis], [0])), -1, axis)


# ------------------------------------------------------------------ transforms of the plane


@op
def affine_transform(
    x,
    transform,
    interpolation="bilinear",
    fill_mode="constant",
    fill_value=0.0,
    data_format=None,
):
    """Return images whose pixel at (column, row) is what was at another place, told by eight numbers a..h each.

    That place is ((a column + b row + c) / k, (d column + e row + f) / k), where k = g column + h row + 1.

    Args:
        x: (batch, height, width, channels), or channels second for `"channels_first"`.
        transform: (batch, 8), or (8,) for all.
        interpolation: `"nearest"` or `"bilinear"`.
        fill_mode: what is around an image: `"constant"` (a number), `"nearest"` (its edge), `"reflect"` (its mirror
            image), `"mirror"` (the same without the edge twice) or `"wrap"` (itself again).
        fill_value: the number.
        data_format: the configured one by default.

    Raises:
        ValueError: for an unknown interpolation or fill_mode.

    Examples:
        >>> row = np.arange(3.0).reshape(1, 1, 3, 1)
        >>> moved = affine_transform(row, [1, 0, 1, 0, 1, 0, 0, 0], fill_value=9.0)
        >>> np.asarray(moved).ravel().tolist()
        [1.0, 2.0, 9.0]
    """
    x = as_float(x)
    is_first = config.normalize_data_format(data_format) == "channels_first"
    x = arrays.moveaxis(x, 1, -1) if is_first else x
    batch, height, width, _ = x.shape
    transform = compute.broadcast_to(array(transform, "float32"), (batch, 8))
    a, b, c, d, e, f, g, h = (compute.reshape(transform[:, i], (batch, 1, 1)) for i in range(8))
    column = compute.asarray(np.arange(width, dtype="float32").reshape(1, 1, -1))
    row = compute.asarray(np.arange(height, dtype="float32").reshape(1, -1, 1))
    k = g * column + h * row + 1.0
    rows, columns = (d * column + e * row + f) / k, (a * column + b * row + c) / k
    x = sample(x, rows, columns, interpolation, fill_mode, fill_value)
    return arrays.moveaxis(x, -1, 1) if is_first else x


@op
def sample(x, rows, columns, interpolation="bilinear", fill_mode="constant", fill_value=0.0):
    """Return what images have at places between their pixels.

    Args:
        x: (batch, height, width, channels).
        rows, columns: floats (batch, new height, new width).
        interpolation, fill_mode, fill_value: as of `affine_transform`.

    Raises:
        ValueError: for an unknown interpolation or fill_mode.
    """
    x = as_float(x)
    _check_interpolation(interpolation)
    if fill_mode not in FILL_MODES:
        raise ValueError(f"fill_mode should be one of {FILL_MODES}, got {fill_mode!r}.")
    rows, columns = (array(place, "float32") for place in (rows, columns))
    if interpolation == "nearest":
        half = compute.floor(rows + 0.5), compute.floor(columns + 0.5)
        return _pixels(x, *half, fill_mode, fill_value)
    top, left = compute.floor(rows), compute.floor(columns)
    down, right = (
        compute.cast(arrays.expand_dims(share, -1), dtypes.of(x))
        for share in (rows - top, columns - left)
    )
    corners = [
        [_pixels(x, top + i, left + j, fill_mode, fill_value) for j in (0, 1)] for i in (0, 1)
    ]
    upper, lower = (one * (1.0 - right) + other * right for one, other in corners)
    return upper * (1.0 - down) + lower * down


def _pixels(x, rows, columns, fill_mode, fill_value):
    """Return the pixels in whole rows and columns, given as floats."""
    batch, height, width, channels = x.shape
    inner_rows, has_row = _inside(rows, height, fill_mode)
    inner_columns, has_column = _inside(columns, width, fill_mode)
    first = compute.asarray((np.arange(batch, dtype="int32") * height).reshape(-1, 1, 1))
    index = (first + inner_rows) * width + inner_columns
    flat = compute.reshape(x, (batch * height * width, channels))
    found = compute.take(flat, compute.reshape(index, (-1,)), 0)
    found = compute.reshape(found, (*index.shape, channels))
    if fill_mode != "constant":
        return found
    is_there = arrays.expand_dims(compute.logical_and(has_row, has_column), -1)
    return compute.where(is_there, found, compute.full((), fill_value, dtypes.of(x)))


def _inside(places, size, fill_mode):
    """Return whole places as int32 within an axis, and whether they were there before."""
    places = compute.cast(places, "int32")
    is_there = compute.logical_and(places >= 0, places < size)
    if fill_mode == "wrap":
        places = compute.mod(places, size)
    elif fill_mode in ("reflect", "mirror"):
        period = 2 * size if fill_mode == "reflect" else max(2 * size - 2, 1)
        places = compute.mod(places, period)
        last = period - 1 if fill_mode == "reflect" else period
        places = compute.minimum(places, last - places)
    return compute.maximum(compute.minimum(places, size - 1), 0), is_there
