"""Resizing, CenterCrop, RandomCrop: images brought to one size."""

import numpy as np

from keras import ops
from keras.backend import dtypes
from keras.layers import geometry
from keras.layers.image_layer import Augmentation, ImageLayer

_INTERPOLATIONS = ("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5")


class Resizing(ImageLayer):
    """Resizes images to a height and width; integers stay integers.

    Args:
        height: the new height in pixels.
        width: the new width in pixels.
        interpolation: `"bilinear"`, `"nearest"`, `"bicubic"`, `"lanczos3"` or `"lanczos5"`.
        crop_to_aspect_ratio: whether an image of another shape is cut, at its middle, before it is resized, so that
            nothing in it is squeezed.
        pad_to_aspect_ratio: whether it is padded for that, on both sides.
        fill_mode: how it is padded: `"constant"` alone.
        fill_value: with what.
        antialias: whether a pixel of a smaller image is a mean over all that it covers.
        data_format: `"channels_last"` or `"channels_first"`; the configured one by default.

    Raises:
        ValueError: for another interpolation or fill_mode, or both ways to keep the aspect ratio.

    Examples:
        >>> Resizing(32, 24).compute_output_shape((None, 100, 80, 3))
        (None, 32, 24, 3)
    """

    takes_floats = False
    keeps_dtype = True

    def __init__(
        self,
        height,
        width,
        interpolation="bilinear",
        crop_to_aspect_ratio=False,
        pad_to_aspect_ratio=False,
        fill_mode="constant",
        fill_value=0.0,
        antialias=False,
        data_format=None,
        **kwargs,
    ):
        super().__init__(data_format, **kwargs)
        self.height, self.width = height, width
        self.interpolation = str(interpolation).lower()
        self.crop_to_aspect_ratio = crop_to_aspect_ratio
        self.pad_to_aspect_ratio = pad_to_aspect_ratio
        self.fill_mode, self.fill_value = fill_mode, fill_value
        self.antialias = antialias
        self._check()

    def _check(self):
        label = f"Layer {self.name!r} (Resizing)"
        if self.interpolation not in _INTERPOLATIONS:
            raise ValueError(
                f"{label}: interpolation should be one of {_INTERPOLATIONS}, got {self.interpolation!r}."
            )
        if self.crop_to_aspect_ratio and self.pad_to_aspect_ratio:
            raise ValueError(
                f"{label}: crop_to_aspect_ratio and pad_to_aspect_ratio exclude each other; set one of them."
            )
        if self.fill_mode != "constant":
            raise ValueError(f"{label}: fill_mode should be 'constant', got {self.fill_mode!r}.")

    def change(self, images, training):
        dtype = dtypes.of(images)
        if self.crop_to_aspect_ratio:
            images = cropped_to_ratio(self, images, self.height, self.width)
        elif self.pad_to_aspect_ratio:
            images = self._padded(images)
        size, antialias = (self.height, self.width), self.antialias
        images = ops.image.resize(
            images, size, self.interpolation, self.data_format, antialias=antialias
        )
        if dtypes.is_float(dtype) or self.interpolation == "nearest":
            return images
        limits = np.iinfo(dtype)
        return ops.cast(ops.clip(ops.round(images), limits.min, limits.max), dtype)

    def _padded(self, images):
        height, width = self.sizes_of(images.shape)
        more_rows = max(int(width * self.height / self.width), height) - height
        more_columns = max(int(height * self.width / self.height), width) - width
        # Both sides get the same, as in Keras 3: an odd number is padded by one less.
        pairs = [(more // 2, more // 2) for more in (more_rows, more_columns)]
        pairs = geometry.per_axis(4, self.data_format, pairs, (0, 0))
        return ops.pad(images, pairs, constant_values=self.fill_value)

    def compute_output_shape(self, input_shape):
        return self.with_sizes(input_shape, (self.height, self.width))


def cropped_to_ratio(layer, images, height, width):
    """Return the largest part at the images' middle that has the aspect ratio of a height and width."""
    rows, columns = layer.sizes_of(images.shape)
    kept_rows = max(min(rows, int(columns * height / width)), 1)
    kept_columns = max(min(columns, int(rows * width / height)), 1)
    top, left = (rows - kept_rows) // 2, (columns - kept_columns) // 2
    return layer.window(images, top, left, kept_rows, kept_columns)


class CenterCrop(ImageLayer):
    """Cuts out the middle of images; smaller ones are enlarged, without squeezing them.

    Args:
        height: the height of the part in pixels.
        width: its width in pixels.
        data_format: `"channels_last"` or `"channels_first"`; the configured one by default.

    Examples:
        >>> CenterCrop(24, 24).compute_output_shape((None, 32, 28, 3))
        (None, 24, 24, 3)
    """

    def __init__(self, height, width, data_format=None, **kwargs):
        super().__init__(data_format, **kwargs)
        self.height, self.width = height, width

    def change(self, images, training):
        rows, columns = self.sizes_of(images.shape)
        if rows < self.height or columns < self.width:
            images = cropped_to_ratio(self, images, self.height, self.width)
            size = self.height, self.width
            return ops.image.resize(images, size, "bilinear", self.data_format)
        top, left = (rows - self.height) // 2, (columns - self.width) // 2
        return self.window(images, top, left, self.height, self.width)

    def compute_output_shape(self, input_shape):
        return self.with_sizes(input_shape, (self.height, self.width))


class RandomCrop(Augmentation):
    """Cuts out a part of the images at random, one place for a batch; smaller images are enlarged.

    At test time the images stay as they are, whole.

    Args:
        height: the height of the part in pixels.
        width: its width in pixels.
        seed: an int for a stream of random numbers of its own.
        data_format: `"channels_last"` or `"channels_first"`; the configured one by default.

    Examples:
        >>> RandomCrop(24, 24).compute_output_shape((None, 32, 28, 3))
        (None, 24, 24, 3)
    """

    def __init__(self, height, width, seed=None, data_format=None, **kwargs):
        super().__init__(seed, data_format, **kwargs)
        self.height, self.width = height, width

    def vary(self, images):
        rows, columns = self.sizes_of(images.shape)
        if rows < self.height or columns < self.width:
            rows, columns = max(rows, self.height), max(columns, self.width)
            images = ops.image.resize(images, (rows, columns), "bilinear", self.data_format)
        spare = (rows - self.height, columns - self.width)
        place = [ops.random.randint((), 0, n + 1, seed=self.seed) for n in spare]
        return self.window(images, *place, self.height, self.width)

    def compute_output_shape(self, input_shape):
        return self.with_sizes(input_shape, (self.height, self.width))
