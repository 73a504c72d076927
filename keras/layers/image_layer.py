"""The base of the layers over images that preprocess or vary them."""

from keras import config, ops
from keras.layers import geometry
from keras.layers.base import Layer


class ImageLayer(Layer):
    """A layer over (batch, height, width, channels) that takes a single image (height, width, channels) too.

    Args:
        data_format: `"channels_last"` or `"channels_first"`; the configured one by default.
    """

    takes_floats = True

    def __init__(self, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.data_format = config.normalize_data_format(data_format)

    def call(self, inputs, training=None):
        if len(inputs.shape) not in (3, 4):
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) needs images of shape (batch, height, width, channels) "
                f"or (height, width, channels), got {tuple(inputs.shape)}."
            )
        if len(inputs.shape) == 4:
            return self.change(inputs, training)
        return ops.squeeze(self.change(ops.expand_dims(inputs, 0), training), 0)

    def change(self, images, training):
        """Return what becomes of a batch of images."""
        raise NotImplementedError(f"{type(self).__name__} needs a method change(images, training).")

    def sizes_of(self, shape):
        """Return the height and the width in a shape of three or four axes."""
        shape = tuple(shape) if len(shape) == 4 else (None, *shape)
        return geometry.spatial_sizes(shape, self.data_format)

    def with_sizes(self, shape, sizes):
        """Return a shape of three or four axes with another height and width."""
        full = tuple(shape) if len(shape) == 4 else (None, *shape)
        return geometry.with_spatial(full, self.data_format, sizes)[4 - len(shape) :]

    def window(self, images, top, left, height, width):
        """Return a part of each image; `top` and `left` are ints, or integer tensors."""
        row, column = geometry.spatial_axes(4, self.data_format)
        if isinstance(top, int) and isinstance(left, int):
            key = [slice(None)] * 4
            key[row], key[column] = slice(top, top + height), slice(left, left + width)
            return ops.get_item(images, tuple(key))
        start, sizes = [0] * 4, list(images.shape)
        start[row], start[column], sizes[row], sizes[column] = top, left, height, width
        return ops.dynamic_slice(images, start, sizes)


class Augmentation(ImageLayer):
    """Varies images at random: in training, and where the layer is called on its own; not at test time.

    Subclasses define `vary(images)`.

    Args:
        seed: an int for a stream of random numbers of its own.
        data_format: `"channels_last"` or `"channels_first"`; the configured one by default.
    """

    def __init__(self, seed=None, data_format=None, **kwargs):
        super().__init__(data_format, **kwargs)
        self.seed = seed

    def change(self, images, training):
        # None: nobody said, as where a program calls the layer on images.
        return images if training is not None and not training else self.vary(images)

    def vary(self, images):
        """Return a batch of images, each varied."""
        raise NotImplementedError(f"{type(self).__name__} needs a method vary(images).")

    def draw(self, images, low, high, *shape):
        """Return a float32 draw from [low, high) for each image, of a shape each."""
        sizes = (images.shape[0], *shape)
        return ops.random.uniform(sizes, low, high, "float32", self.seed)

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)


def factor_range(layer, value, low, high, name="factor", is_symmetric=True):
    """Return an argument as a range: a number f stands for (-f, f), or for (0, f).

    Args:
        layer: whose argument it is, for the error.
        value: a number, or two in order.
        low, high: what they may be at least and at most.
        name: the argument's name, for the error.
        is_symmetric: whether a number stands for a range around 0.

    Raises:
        ValueError: for anything else.
    """
    pair = value if isinstance(value, list | tuple) else None
    if pair is None and isinstance(value, int | float):
        pair = (-value if is_symmetric else min(low, 0), value)
        pair = pair if value >= 0 else None
    is_range = pair is not None and len(pair) == 2
    if not is_range or not low <= pair[0] <= pair[1] <= high:
        raise ValueError(
            f"Layer {layer.name!r} ({type(layer).__name__}): {name} should be a number from 0 to {high}, or two from "
            f"{low} to {high}, the smaller first, got {value!r}."
        )
    return tuple(float(each) for each in pair)
