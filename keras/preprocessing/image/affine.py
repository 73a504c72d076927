"""Affine transformations of images: rotation, shift, shear and zoom as one resampling.

The pixel at place p of the result is read at place `matrix @ p + offset` of the image, between pixels by linear
interpolation. Where rows and columns do not mix, each axis is resampled by itself; otherwise the resampling is a sparse
matrix with four entries a pixel.
"""

import numpy as np
import scipy

# How scipy.ndimage calls the ways to fill what lies outside of the image.
FILL_MODES = ("constant", "nearest", "reflect", "wrap")


def apply_affine_transform(
    x,
    theta=0,
    tx=0,
    ty=0,
    shear=0,
    zx=1,
    zy=1,
    row_axis=0,
    col_axis=1,
    channel_axis=2,
    fill_mode="nearest",
    cval=0.0,
    order=1,
):
    """Rotate, shift, shear and zoom an image about its centre, all in one resampling.

    Args:
        x: an array with three axes.
        theta: the rotation in degrees.
        tx, ty: the shift in rows and in columns.
        shear: the shear's angle in degrees.
        zx, zy: the zoom of rows and columns; more than 1 makes smaller.
        row_axis, col_axis, channel_axis: which axis is which.
        fill_mode: what lies outside of the image: "constant" (`cval`), "nearest", "reflect" or "wrap".
        cval: the value outside for "constant".
        order: of the spline that interpolates, 0 to 5; 1 is linear.

    Returns:
        An array of the shape and dtype of `x`.

    Raises:
        ValueError: for another fill mode.

    Examples:
        >>> apply_affine_transform(np.arange(3.0).reshape(3, 1, 1), tx=1).ravel().tolist()
        [1.0, 2.0, 2.0]
    """
    if fill_mode not in FILL_MODES:
        raise ValueError(f"fill_mode should be one of {FILL_MODES}, got {fill_mode!r}.")
    if (theta, tx, ty, shear, zx, zy) == (0, 0, 0, 0, 1, 1):
        return x
    axes = (row_axis, col_axis, channel_axis)
    image = np.transpose(x, axes)
    matrix, offset = _about_centre(_transformation(theta, tx, ty, shear, zx, zy), image.shape)
    if np.array_equal(matrix, np.eye(2)) and not offset.any():
        return x
    result = _resample(image, matrix, offset, fill_mode, cval, order)
    return np.transpose(result, np.argsort(axes))


def _transformation(theta, tx, ty, shear, zx, zy):
    """Return rotation @ shift @ shear @ zoom, of places (row, column, 1)."""
    return _rotation(theta) @ _shift(tx, ty) @ _shear(shear) @ np.diag([zx, zy, 1])


def _rotation(theta):
    angle = np.deg2rad(theta)
    return np.array(
        [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
    )


def _shift(tx, ty):
    return np.array([[1, 0, tx], [0, 1, ty], [0, 0, 1]])


def _shear(shear):
    angle = np.deg2rad(shear)
    return np.array([[1, -np.sin(angle), 0], [0, np.cos(angle), 0], [0, 0, 1]])


def _about_centre(transformation, shape):
    """Return matrix and offset of the transformation about the image's centre.

    The classic centre is the corner between four pixels, one pixel beyond the middle (size - 1) / 2: it is kept, so
    that the same amounts give the same images. So is the order of the products: whether a place on an edge lies
    outside may rest on the last bit.
    """
    row, column = np.array(shape[:2]) / 2 + 0.5
    whole = _shift(row, column) @ transformation @ _shift(-row, -column)
    return whole[:2, :2], whole[:2, 2]


def _resample(image, matrix, offset, fill_mode, cval, order):
    if order != 1:
        return _splines(image, matrix, offset, fill_mode, cval, order)
    if image.dtype.kind != "f":
        result = _resample(image.astype("float64"), matrix, offset, fill_mode, cval, 1)
        return np.floor(result + 0.5).astype(image.dtype)
    if not matrix[0, 1] and not matrix[1, 0]:
        return _by_axes(image, np.diag(matrix), offset, fill_mode, cval)
    return _by_sparse_matrix(image, matrix, offset, fill_mode, cval)


def _splines(image, matrix, offset, fill_mode, cval, order):
    channels = [
        scipy.ndimage.affine_transform(
            image[..., i], matrix, offset, order=order, mode=fill_mode, cval=cval
        )
        for i in range(image.shape[2])
    ]
    return np.stack(channels, axis=-1)


def _by_axes(image, scales, offset, fill_mode, cval):
    """Resample rows, then columns."""
    for axis in (0, 1):
        size = image.shape[axis]
        first, second, weight, outside = _neighbours(
            scales[axis] * np.arange(size) + offset[axis], size, fill_mode
        )
        shape = (-1, 1, 1) if axis == 0 else (-1, 1)
        result = np.take(image, first, axis)
        if weight.any():
            step = np.take(image, second, axis)
            step -= result
            step *= weight.astype(image.dtype).reshape(shape)
            result += step
        if outside is not None:
            result[outside if axis == 0 else (slice(None), outside)] = cval
        image = result
    return image


def _by_sparse_matrix(image, matrix, offset, fill_mode, cval):
    """Multiply the image, as a matrix (pixels, channels), by a sparse matrix (pixels, pixels)."""
    rows, cols, channels = image.shape
    down, across = np.arange(rows)[:, None], np.arange(cols)
    places = [start + m[0] * down + m[1] * across for start, m in zip(offset, matrix, strict=True)]
    top, bottom, down, outside = _neighbours(places[0], rows, fill_mode)
    left, right, across, outside_too = _neighbours(places[1], cols, fill_mode)
    top *= cols
    bottom *= cols
    corners = np.empty((rows, cols, 4), "int32")
    weights = np.empty((rows, cols, 4), image.dtype)
    both = down * across
    for i, (corner, weight) in enumerate(
        [
            (top + left, 1 - down - across + both),
            (top + right, across - both),
            (bottom + left, down - both),
            (bottom + right, both),
        ]
    ):
        corners[..., i] = corner
        weights[..., i] = weight
    ends = np.arange(0, 4 * rows * cols + 1, 4, dtype="int32")
    resampling = scipy.sparse.csr_array(
        (weights.reshape(-1), corners.reshape(-1), ends), shape=(rows * cols, rows * cols)
    )
    result = resampling @ image.reshape(rows * cols, channels)
    if outside is not None:
        result[(outside | outside_too).reshape(-1)] = cval
    return result.reshape(image.shape)


def _neighbours(places, size, fill_mode):
    """Return for places on an axis the pixels before and after, the weight of the latter, and what lies outside.

    `outside` is None where all places are inside or are mapped there.
    """
    last = size - 1
    outside = None
    if fill_mode == "constant":
        outside = (places < 0) | (places > last)
    elif fill_mode == "reflect":
        places = np.mod(places + 0.5, 2 * size)
        places = np.minimum(places, 2 * size - places) - 0.5
    elif fill_mode == "wrap":
        places = _wrapped(places, last)
    places = np.clip(places, 0, last)
    before = places.astype("int32")
    return before, np.minimum(before + 1, last), (places - before), outside


def _wrapped(places, period):
    """Return places on an axis whose ends are one point, as scipy.ndimage has it."""
    if not period:
        return np.zeros_like(places)
    below = places + period * (np.floor(-places / period) + 1)
    above = places - period * np.floor(places / period)
    return np.where(places < 0, below, np.where(places > period, above, places))
