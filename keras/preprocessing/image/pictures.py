"""Images as files, as Pillow's objects and as arrays."""

import os
import warnings

import numpy as np
from PIL import Image

from keras import config

EXTENSIONS = ("png", "jpg", "jpeg", "bmp", "ppm", "tif", "tiff")

INTERPOLATIONS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
    "box": Image.Resampling.BOX,
    "hamming": Image.Resampling.HAMMING,
}

# Pillow's modes that each color mode takes as they are, and the one it turns others into.
_COLOR_MODES = {
    "grayscale": (("L", "I;16", "I"), "L"),
    "rgb": (("RGB",), "RGB"),
    "rgba": (("RGBA",), "RGBA"),
}


def load_img(path, grayscale=False, color_mode="rgb", target_size=None, interpolation="nearest"):
    """Read an image file.

    Args:
        path: the file's path, or an open binary file.
        grayscale: deprecated; True is `color_mode="grayscale"`.
        color_mode: "grayscale" (8, 16 or 32 bits), "rgb" or "rgba".
        target_size: `(height, width)` to resize to; None: as it is.
        interpolation: how to resize: "nearest", "bilinear", "bicubic", "lanczos", "box" or "hamming".

    Returns:
        A Pillow `Image`.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: for another color mode or interpolation.

    Examples:
        >>> import io
        >>> file = io.BytesIO()
        >>> array_to_img(np.ones((4, 6, 3))).save(file, "png")
        >>> load_img(file, target_size=(2, 3), color_mode="grayscale").size
        (3, 2)
    """
    if grayscale:
        warnings.warn("grayscale=True is now color_mode='grayscale'.", stacklevel=2)
        color_mode = "grayscale"
    check_choice("color_mode", color_mode, _COLOR_MODES)
    check_choice("interpolation", interpolation, INTERPOLATIONS)
    kept, wanted = _COLOR_MODES[color_mode]
    with Image.open(path) as file:
        # Each of these reads the pixels, so that the file can be closed.
        image = file if file.mode in kept else file.convert(wanted)
        if target_size is not None and image.size != (target_size[1], target_size[0]):
            size = (target_size[1], target_size[0])
            return image.resize(size, INTERPOLATIONS[interpolation])
        return image.copy() if image is file else image


def check_choice(name, value, known):
    """Raise a ValueError if an argument's value is none of the known ones."""
    if value not in known:
        raise ValueError(f"{name} should be one of {list(known)}, got {value!r}.")


def img_to_array(img, data_format=None, dtype=None):
    """Turn a Pillow image into an array.

    Args:
        img: a Pillow `Image`.
        data_format: "channels_last" for the shape (height, width, channels), "channels_first" for (channels, height,
            width); None: as configured.
        dtype: the array's dtype; None: `floatx`.

    Returns:
        An array with three axes.

    Examples:
        >>> img_to_array(Image.new("RGB", (5, 4))).shape
        (4, 5, 3)
    """
    data_format = config.normalize_data_format(data_format)
    array = np.array(img, dtype=dtype or config.floatx())
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim != 3:
        raise ValueError(f"img should be one image, got an array of shape {array.shape}.")
    return array if data_format == "channels_last" else array.transpose(2, 0, 1)


def array_to_img(x, data_format=None, scale=True, dtype=None):
    """Turn an array into a Pillow image.

    Args:
        x: an array of shape (height, width, channels) or (channels, height, width), with 1, 3 or 4 channels.
        data_format: as in `img_to_array`.
        scale: whether to stretch the values so that they go from 0 to 255; if not, they are taken as they are.
        dtype: the dtype to calculate in; None: `floatx`.

    Returns:
        A Pillow `Image` of mode L, RGB or RGBA; of mode I where a value of a single channel is over 255.

    Raises:
        ValueError: if the array has another shape.

    Examples:
        >>> array_to_img(np.zeros((4, 5, 3))).size
        (5, 4)
    """
    x = np.array(x, dtype=dtype or config.floatx())
    if x.ndim != 3:
        raise ValueError(f"An image should have three axes, got an array of shape {x.shape}.")
    if config.normalize_data_format(data_format) == "channels_first":
        x = x.transpose(1, 2, 0)
    if x.shape[2] not in (1, 3, 4):
        raise ValueError(
            f"An image should have 1, 3 or 4 channels, got {x.shape[2]}: see to data_format."
        )
    if scale:
        x -= x.min()
        if (largest := x.max()) != 0:
            x /= largest
            x *= 255
    if x.shape[2] == 1:
        return Image.fromarray(x[..., 0].astype("int32" if x.max() > 255 else "uint8"))
    return Image.fromarray(x.astype("uint8"))


def save_img(path, x, data_format=None, file_format=None, scale=True, **kwargs):
    """Write an array as an image file.

    Args:
        path: the file's path, or an open binary file.
        x, data_format, scale: as for `array_to_img`.
        file_format: such as "png" or "jpeg"; None: by the path's ending.
        **kwargs: for Pillow's `Image.save`, such as `quality`.

    Examples:
        >>> import io
        >>> file = io.BytesIO()
        >>> save_img(file, np.ones((4, 6, 3)), file_format="png")
        >>> load_img(file).size
        (6, 4)
    """
    image = array_to_img(x, data_format=data_format, scale=scale)
    ending = file_format or os.path.splitext(os.fspath(path))[1].lstrip(".")
    if ending.lower() in ("jpg", "jpeg"):
        file_format = file_format and "jpeg"
        if image.mode == "RGBA":
            warnings.warn("JPEG has no transparency: the image is saved as RGB.", stacklevel=2)
            image = image.convert("RGB")
    image.save(path, format=file_format, **kwargs)


def list_pictures(directory, ext=EXTENSIONS):
    """Return the paths of the images in a folder and the folders within it.

    Args:
        directory: the folder's path.
        ext: the endings that count: a tuple, or a string such as "jpg|png".
    """
    endings = tuple(f".{e}" for e in (ext.split("|") if isinstance(ext, str) else ext))
    return [
        os.path.join(folder, name)
        for folder, _, names in os.walk(directory)
        for name in names
        if name.lower().endswith(endings)
    ]
