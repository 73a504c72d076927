"""Random changes of where things are in images, and of their brightness and contrast."""

import math

from keras import ops
from keras.layers import geometry
from keras.layers.image_layer import Augmentation, factor_range
from keras.ops.image import FILL_MODES, INTERPOLATIONS

_MODES = ("horizontal", "vertical", "horizontal_and_vertical")


class RandomFlip(Augmentation):
    """Flips each image with probability one half.

    Args:
        mode: `"horizontal"` (left and right change places), `"vertical"`, or `"horizontal_and_vertical"` for both,
            drawn one by one.
        seed: an int for a stream of random numbers of its own.
        data_format: `"channels_last"` or `"channels_first"`; the configured one by default.

    Raises:
        ValueError: for another mode.
    """

    def __init__(self, mode="horizontal_and_vertical", seed=None, data_format=None, **kwargs):
        super().__init__(seed, data_format, **kwargs)
        if mode not in _MODES:
            raise ValueError(
                f"Layer {self.name!r} (RandomFlip): mode should be one of {_MODES}, got {mode!r}."
            )
        self.mode = mode

    def vary(self, images):
        row, column = geometry.spatial_axes(4, self.data_format)
        for direction, axis in (("horizontal", column), ("vertical", row)):
            if direction in self.mode:
                is_flipped = self.draw(images, 0.0, 1.0, 1, 1, 1) < 0.5
                images = ops.where(is_flipped, ops.flip(images, axis), images)
        return images


class Transformation(Augmentation):
    """Moves the pixels of each image by a transform of the plane drawn at random.

    Subclasses define `transforms(images, height, width)`, which gives the numbers that
    `keras.ops.image.affine_transform` takes.

    Args:
        fill_mode: what is around an image: `"reflect"`, `"constant"`, `"nearest"` or `"wrap"`.
        interpolation: `"bilinear"` or `"nearest"`.
        seed: an int for a stream of random numbers of its own.
        fill_value: what is around it with `"constant"`.
        data_format: `"channels_last"` or `"channels_first"`; the configured one by default.

    Raises:
        ValueError: for another interpolation or fill_mode.
    """

    def __init__(
        self,
        fill_mode="reflect",
        interpolation="bilinear",
        seed=None,
        fill_value=0.0,
        data_format=None,
        **kwargs,
    ):
        super().__init__(seed, data_format, **kwargs)
        self._check("interpolation", interpolation, INTERPOLATIONS)
        self._check("fill_mode", fill_mode, FILL_MODES)
        self.fill_mode, self.fill_value = fill_mode, fill_value
        self.interpolation = interpolation

    def _check(self, argument, given, known):
        if given not in known:
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}): {argument} should be one of {known}, got {given!r}."
            )

    def vary(self, images):
        transforms = self.transforms(images, *self.sizes_of(images.shape))
        around = self.interpolation, self.fill_mode, self.fill_value, self.data_format
        return ops.image.affine_transform(images, transforms, *around)

    def transforms(self, images, height, width):
        """Return a float32 tensor (batch, 8)."""
        raise NotImplementedError(f"{type(self).__name__} needs a method transforms.")


def _rows(*numbers):
    """Return the transforms of numbers that are vectors over the batch, or the same for all."""
    vector = next(x for x in numbers if not isinstance(x, int | float))
    return ops.stack([ops.zeros_like(vector) + x for x in numbers], axis=1)


class RandomRotation(Transformation):
    """Rotates each image about its middle.

    Args:
        factor: the largest rotation as a share of a full turn, anticlockwise, or the smallest and the largest: 0.1 is
            anything from -36 to 36 degrees.
        fill_mode: what is around an image: `"reflect"`, `"constant"`, `"nearest"` or `"wrap"`.
        interpolation: `"bilinear"` or `"nearest"`.
        seed: an int for a stream of random numbers of its own.
        fill_value: what is around it with `"constant"`.
        data_format: `"channels_last"` or `"channels_first"`; the configured one by default.

    Raises:
        ValueError: for a factor outside [-1, 1], another interpolation or fill_mode.
    """

    def __init__(
        self,
        factor,
        fill_mode="reflect",
        interpolation="bilinear",
        seed=None,
        fill_value=0.0,
        data_format=None,
        **kwargs,
    ):
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **kwargs)
        self._range = factor_range(self, factor, -1, 1)
        self.factor = factor

    def transforms(self, images, height, width):
        low, high = self._range
        angle = self.draw(images, low * 2 * math.pi, high * 2 * math.pi)
        cos, sin = ops.cos(angle), ops.sin(angle)
        right, down = (width - 1) / 2, (height - 1) / 2
        left_over = right - (cos * right - sin * down)
        above = down - (sin * right + cos * down)
        return _rows(cos, -sin, left_over, sin, cos, above, 0.0, 0.0)


class RandomTranslation(Transformation):
    """Moves each image down and to the right.

    Args:
        height_factor: how far down at most, as a share of the height, or from where to where: 0.2 is up or down by a
            fifth at most.
        width_factor: how far to the right, as a share of the width.
        fill_mode: what is around an image: `"reflect"`, `"constant"`, `"nearest"` or `"wrap"`.
        interpolation: `"bilinear"` or `"nearest"`.
        seed: an int for a stream of random numbers of its own.
        fill_value: what is around it with `"constant"`.
        data_format: `"channels_last"` or `"channels_first"`; the configured one by default.

    Raises:
        ValueError: for a factor outside [-1, 1], another interpolation or fill_mode.
    """

    def __init__(
        self,
        height_factor,
        width_factor,
        fill_mode="reflect",
        interpolation="bilinear",
        seed=None,
        fill_value=0.0,
        data_format=None,
        **kwargs,
    ):
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **kwargs)
        self._down = factor_range(self, height_factor, -1, 1, "height_factor")
        self._right = factor_range(self, width_factor, -1, 1, "width_factor")
        self.height_factor, self.width_factor = height_factor, width_factor

    def transforms(self, images, height, width):
        down = self.draw(images, *self._down) * height
        right = self.draw(images, *self._right) * width
        return _rows(1.0, 0.0, -right, 0.0, 1.0, -down, 0.0, 0.0)


class RandomZoom(Transformation):
    """Makes what is in each image smaller or larger, about its middle.

    Args:
        height_factor: by which share the part of the height that is seen grows, or from where to where: positive
            numbers zoom out, negative ones zoom in.
        width_factor: the same for the width; the one drawn for the height by default, which keeps the aspect ratio.
        fill_mode: what is around an image: `"reflect"`, `"constant"`, `"nearest"` or `"wrap"`.
        interpolation: `"bilinear"` or `"nearest"`.
        seed: an int for a stream of random numbers of its own.
        fill_value: what is around it with `"constant"`.
        data_format: `"channels_last"` or `"channels_first"`; the configured one by default.

    Raises:
        ValueError: for a factor outside [-1, 1], another interpolation or fill_mode.
    """

    def __init__(
        self,
        height_factor,
        width_factor=None,
        fill_mode="reflect",
        interpolation="bilinear",
        seed=None,
        fill_value=0.0,
        data_format=None,
        **kwargs,
    ):
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **kwargs)
        self._tall = factor_range(self, height_factor, -1, 1, "height_factor")
        is_free = width_factor is not None
        self._wide = factor_range(self, width_factor, -1, 1, "width_factor") if is_free else None
        self.height_factor, self.width_factor = height_factor, width_factor

    def transforms(self, images, height, width):
        tall = 1.0 + self.draw(images, *self._tall)
        wide = tall if self._wide is None else 1.0 + self.draw(images, *self._wide)
        left_over, above = (1.0 - wide) * ((width - 1) / 2), (1.0 - tall) * ((height - 1) / 2)
        return _rows(wide, 0.0, left_over, 0.0, tall, above, 0.0, 0.0)


# ------------------------------------------------------------------ brightness and contrast
class RandomContrast(Augmentation):
    """Moves each image's pixels away from, or towards, the mean of their channel.

    Args:
        factor: from where to where the distance grows: (lower, upper) draws it from 1 - lower to 1 + upper times what
            it was; a number stands for (0, number).
        value_range: the smallest and the largest value of a pixel, to which the result is cut.
        seed: an int for a stream of random numbers of its own.
        data_format: `"channels_last"` or `"channels_first"`; the configured one by default.

    Raises:
        ValueError: for a factor outside [0, 1].
    """

    def __init__(self, factor, value_range=(0, 255), seed=None, data_format=None, **kwargs):
        super().__init__(seed, data_format, **kwargs)
        self._range = factor_range(self, factor, 0, 1, is_symmetric=False)
        self.factor, self.value_range = factor, value_range

    def vary(self, images):
        lower, upper = self._range
        factor = ops.cast(self.draw(images, 1 - lower, 1 + upper, 1, 1, 1), images.dtype)
        axes = geometry.spatial_axes(4, self.data_format)
        mean = ops.mean(images, axis=axes, keepdims=True)
        return ops.clip((images - mean) * factor + mean, *self.value_range)


class RandomBrightness(Augmentation):
    """Adds a number to all pixels of each image.

    Args:
        factor: the number at most, as a share of the range of values, or from where to where.
        value_range: the smallest and the largest value of a pixel, to which the result is cut.
        seed: an int for a stream of random numbers of its own.
        data_format: `"channels_last"` or `"channels_first"`; the configured one by default.

    Raises:
        ValueError: for a factor outside [-1, 1].
    """

    def __init__(self, factor, value_range=(0, 255), seed=None, data_format=None, **kwargs):
        super().__init__(seed, data_format, **kwargs)
        self._range = factor_range(self, factor, -1, 1)
        self.factor, self.value_range = factor, value_range

    def vary(self, images):
        low, high = self.value_range
        added = self.draw(images, *self._range, 1, 1, 1) * (high - low)
        return ops.clip(images + ops.cast(added, images.dtype), low, high)
