"""Single transformations of an image, at random and by a given amount."""

import numpy as np
from PIL import ImageEnhance

from keras.preprocessing.image import draws
from keras.preprocessing.image.affine import apply_affine_transform
from keras.preprocessing.image.pictures import array_to_img, img_to_array


def random_rotation(
    x,
    rg,
    row_axis=1,
    col_axis=2,
    channel_axis=0,
    fill_mode="nearest",
    cval=0.0,
    interpolation_order=1,
):
    """Rotate an image by a random angle.

    Args:
        x: an array with three axes.
        rg: the largest angle in degrees.
        row_axis, col_axis, channel_axis, fill_mode, cval: as for `apply_affine_transform`.
        interpolation_order: its `order`.

    Returns:
        An array of the shape of `x`.
    """
    theta = draws.current().uniform(-rg, rg)
    axes = (row_axis, col_axis, channel_axis)
    return _affine(x, axes, fill_mode, cval, interpolation_order, theta=theta)


def random_shift(
    x,
    wrg,
    hrg,
    row_axis=1,
    col_axis=2,
    channel_axis=0,
    fill_mode="nearest",
    cval=0.0,
    interpolation_order=1,
):
    """Shift an image at random.

    Args:
        x: an array with three axes.
        wrg, hrg: the largest shift, as a share of the width and of the height.
        row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order: as for `random_rotation`.

    Returns:
        An array of the shape of `x`.
    """
    tx = draws.current().uniform(-hrg, hrg) * x.shape[row_axis]
    ty = draws.current().uniform(-wrg, wrg) * x.shape[col_axis]
    axes = (row_axis, col_axis, channel_axis)
    return _affine(x, axes, fill_mode, cval, interpolation_order, tx=tx, ty=ty)


def random_shear(
    x,
    intensity,
    row_axis=1,
    col_axis=2,
    channel_axis=0,
    fill_mode="nearest",
    cval=0.0,
    interpolation_order=1,
):
    """Shear an image at random.

    Args:
        x: an array with three axes.
        intensity: the largest angle in degrees.
        row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order: as for `random_rotation`.

    Returns:
        An array of the shape of `x`.
    """
    shear = draws.current().uniform(-intensity, intensity)
    axes = (row_axis, col_axis, channel_axis)
    return _affine(x, axes, fill_mode, cval, interpolation_order, shear=shear)


def random_zoom(
    x,
    zoom_range,
    row_axis=1,
    col_axis=2,
    channel_axis=0,
    fill_mode="nearest",
    cval=0.0,
    interpolation_order=1,
):
    """Zoom an image at random, rows and columns each by their own factor.

    Args:
        x: an array with three axes.
        zoom_range: the smallest and the largest factor; more than 1 makes smaller.
        row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order: as for `random_rotation`.

    Returns:
        An array of the shape of `x`.

    Raises:
        ValueError: if `zoom_range` is no pair.
    """
    if len(zoom_range) != 2:
        raise ValueError(f"zoom_range should be a pair of factors, got {zoom_range!r}.")
    zx, zy = random_factors(zoom_range)
    axes = (row_axis, col_axis, channel_axis)
    return _affine(x, axes, fill_mode, cval, interpolation_order, zx=zx, zy=zy)


def random_factors(zoom_range):
    """Return two random zoom factors."""
    low, high = zoom_range
    return (1, 1) if low == high == 1 else draws.current().uniform(low, high, 2)


def _affine(x, axes, fill_mode, cval, order, **amounts):
    return apply_affine_transform(
        x,
        **amounts,
        row_axis=axes[0],
        col_axis=axes[1],
        channel_axis=axes[2],
        fill_mode=fill_mode,
        cval=cval,
        order=order,
    )


def random_channel_shift(x, intensity_range, channel_axis=0):
    """Add a random number to an image.

    Args:
        x: an array with three axes.
        intensity_range: the largest number to add or subtract.
        channel_axis: the axis of the channels.

    Returns:
        An array of the shape of `x`.
    """
    intensity = draws.current().uniform(-intensity_range, intensity_range)
    return apply_channel_shift(x, intensity, channel_axis)


def apply_channel_shift(x, intensity, channel_axis=0):
    """Add a number to an image, without going beyond its smallest and largest values.

    Args:
        x: an array.
        intensity: the number to add.
        channel_axis: the axis of the channels; all get the same number.

    Returns:
        An array of the shape of `x`.

    Examples:
        >>> apply_channel_shift(np.array([0.0, 1.0, 4.0]), 2).tolist()
        [2.0, 3.0, 4.0]
    """
    return np.clip(x + intensity, np.min(x), np.max(x)).astype(x.dtype)


def random_brightness(x, brightness_range):
    """Make an image darker or brighter by a random factor.

    Args:
        x: an array with three axes.
        brightness_range: the smallest and the largest factor.

    Returns:
        An array of the shape of `x`, see `apply_brightness_shift`.

    Raises:
        ValueError: if `brightness_range` is no pair.
    """
    if len(brightness_range) != 2:
        raise ValueError(f"brightness_range should be a pair of factors, got {brightness_range!r}.")
    low, high = brightness_range
    return apply_brightness_shift(x, draws.current().uniform(low, high))


def apply_brightness_shift(x, brightness, data_format=None):
    """Multiply the brightness of an image, after its values were stretched to go from 0 to 255.

    Args:
        x: an array with three axes.
        brightness: the factor: 0 makes black, 1 leaves the brightness, more makes brighter.
        data_format: "channels_last" or "channels_first"; None: as configured.

    Returns:
        An array of whole numbers from 0 to 255, of the shape of `x`.
    """
    image = ImageEnhance.Brightness(array_to_img(x, data_format)).enhance(brightness)
    return img_to_array(image, data_format)


def flip_axis(x, axis):
    """Return an image with an axis reversed.

    Examples:
        >>> flip_axis(np.array([[1, 2], [3, 4]]), axis=1).tolist()
        [[2, 1], [4, 3]]
    """
    return np.flip(x, axis)
