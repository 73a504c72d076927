"""What all applications share: their arguments, the input, the layers at the end, and the published weights."""

import contextlib
import inspect
import os
from dataclasses import dataclass

from keras import config
from keras.applications.imagenet_utils import check_modules
from keras.backend import graph, nest
from keras.layers import (
    BatchNormalization,
    Dense,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Input,
)
from keras.layers.base import without_initial_values
from keras.models import Model
from keras.utils.files import get_file
from keras.utils.sources import get_source_inputs

_ARGUMENTS = """\
    include_top: whether the layers that classify are included.
    weights: `"imagenet"` for those published with the network, downloaded at the first use and kept in
        `~/.keras/models`; the path of an HDF5 file; or None for new ones.
    input_tensor: a symbolic tensor to begin at, in place of a new input.
    input_shape: the shape of one image. By default that of the images the network was made for, or, without the top,
        sizes that may vary.
    pooling: without the top, `"avg"` or `"max"` to pool each feature map to one number; None to leave the maps.
    classes: how many there are; with the top of ImageNet, 1000.
    modules: `backend`, `layers`, `models` and `utils`, as `keras_applications` takes them; not used.

Returns:
    A `Model`, not compiled.

Raises:
    ValueError: for arguments that do not go together, or weights that do not fit.
    ConnectionError: if the published weights are not in `~/.keras/models` and cannot be downloaded.
"""


def application(function):
    """Add the arguments that all applications have, and what they return and raise, to a function's docstring."""
    text, _, own = inspect.cleandoc(function.__doc__).partition("\n\nArgs:\n")
    own = f"{own}\n" if own else ""
    function.__doc__ = f"{text}\n\nArgs:\n{own}{_ARGUMENTS}"
    return function


@dataclass(frozen=True)
class Published:
    """The published weights of a network: two files in one place.

    Args:
        folder: the address, up to the file's name.
        names: of the file with the top, and of the one without.
        hashes: the MD5 of both, or None where no one has published it.
        kept_as: the names of both in the cache, by default the same.
    """

    folder: str
    names: tuple
    hashes: tuple = (None, None)
    kept_as: tuple = (None, None)

    def fetch(self, include_top):
        """Return the path of a file in the cache, downloaded if it is not there."""
        which = 0 if include_top else 1
        name = self.kept_as[which] or self.names[which]
        origin = self.folder + self.names[which]
        return get_file(name, origin, cache_subdir="models", file_hash=self.hashes[which])


class Request:
    """A network as the caller wants it, and how it is made. The arguments are those of all applications.

    Raises:
        ValueError: if an argument is out of place, or some do not go together.
    """

    def __init__(self, include_top, weights, input_tensor, input_shape, pooling, classes, modules):
        check_modules("An application", modules)
        self.include_top = include_top
        self.weights = weights
        self.input_tensor = input_tensor
        self.input_shape = None if input_shape is None else tuple(input_shape)
        self.pooling = pooling
        self.classes = classes
        self._check()

    @property
    def is_published(self):
        """Whether the published weights are wanted."""
        return isinstance(self.weights, str) and self.weights == "imagenet"

    def _check(self):
        if not (self.weights is None or self.is_published or os.path.exists(self.weights)):
            raise ValueError(
                f"weights should be None, 'imagenet' or the path of a file, got {self.weights!r}, which is no file "
                "here."
            )
        if self.is_published and self.include_top and self.classes != 1000:
            raise ValueError(
                f"The weights of ImageNet tell 1000 classes apart, not {self.classes}: give include_top=False and "
                "layers of your own, or weights=None."
            )
        if self.pooling not in (None, "avg", "max"):
            raise ValueError(f"pooling should be 'avg', 'max' or None, got {self.pooling!r}.")

    # ------------------------------------------------------------------ the model
    def model(self, name, network, published, size=224, smallest=32, is_fixed=False):
        """Return the model.

        Args:
            name: of the model.
            network: a function from the images, a symbolic tensor, to the outputs.
            published: the `Published` weights, or None if there are none.
            size: the images' height and width with the top.
            smallest: the least height and width.
            is_fixed: whether what holds with the top holds without it too: the images' size has to be known, and for
                the published weights be `size`.
        """
        shape = self._image_shape(size, smallest, is_fixed)
        path = published.fetch(self.include_top) if self.is_published else self.weights
        with without_initial_values() if path else contextlib.nullcontext():
            images = self._images(shape)
            sources = nest.unpack_single(get_source_inputs(images))
            model = Model(sources, network(images), name=name)
        if path:
            model.load_weights(path)
        return model

    def _images(self, shape):
        if self.input_tensor is None:
            return Input(shape=shape)
        if isinstance(self.input_tensor, graph.Tensor):
            sources = get_source_inputs(self.input_tensor)
            if all(hasattr(source, "input_layer") for source in sources):
                return self.input_tensor
        return Input(tensor=self.input_tensor, shape=shape)

    # ------------------------------------------------------------------ the shape of the images
    def _image_shape(self, size, smallest, is_fixed):
        """Return the shape of one image, checked."""
        is_fixed = is_fixed or self.include_top
        usual = self._with_channels(size, size)
        if self.input_shape is None:
            return usual if is_fixed else self._with_channels(None, None)
        self._check_shape(smallest, is_fixed)
        if is_fixed and self.is_published and self.input_shape != usual:
            raise ValueError(
                f"These weights of ImageNet are for images of shape {usual}, got input_shape={self.input_shape}: give "
                "include_top=False for other sizes where the network allows for them, or weights=None."
            )
        return self.input_shape

    def _check_shape(self, smallest, is_fixed):
        shape = self.input_shape
        if len(shape) != 3:
            raise ValueError(
                f"input_shape should be three sizes, such as {self._with_channels(224, 224)}, got {shape}."
            )
        height, width, channels = self.image_sizes
        if self.is_published and channels != 3:
            raise ValueError(
                f"The weights of ImageNet are for images of 3 channels, got input_shape={shape}; give weights=None for "
                "other images."
            )
        if any(n is not None and n < smallest for n in (height, width)):
            raise ValueError(
                f"Images should be at least {smallest}x{smallest}, got input_shape={shape}; enlarge them."
            )
        if is_fixed and None in shape:
            raise ValueError(
                f"The images' size should be known for this network, got input_shape={shape}; give all sizes, or "
                "include_top=False where the network allows for it."
            )

    @property
    def image_sizes(self):
        """The asked-for height, width and number of channels, None where they are not given."""
        shape = self.input_shape or (None, None, None)
        if config.image_data_format() == "channels_first":
            return shape[1], shape[2], shape[0]
        return shape

    @staticmethod
    def _with_channels(height, width):
        first = config.image_data_format() == "channels_first"
        return (3, height, width) if first else (height, width, 3)

    # ------------------------------------------------------------------ the layers at the end
    def pooled(self, x, names=(None, None)):
        """Return the output of a network without the top.

        Args:
            x: the feature maps.
            names: of the layers for `"avg"` and `"max"`.
        """
        if self.pooling == "avg":
            return GlobalAveragePooling2D(name=names[0])(x)
        if self.pooling == "max":
            return GlobalMaxPooling2D(name=names[1])(x)
        return x

    def classified(self, x, name="predictions", pool_name="avg_pool"):
        """Return the classes' probabilities, from feature maps, by an average and one Dense layer."""
        x = GlobalAveragePooling2D(name=pool_name)(x)
        return Dense(self.classes, activation="softmax", name=name)(x)


def channel_axis():
    """Return the channels' axis in batches of images, counted from the end or, if they come first, from the start."""
    return 1 if config.image_data_format() == "channels_first" else -1


def normalize(x, name=None, **options):
    """Return x after batch normalization of its channels."""
    return BatchNormalization(axis=channel_axis(), name=name, **options)(x)


def uneven_padding(x, size):
    """Return by how much to pad images, before and after, so that a window of stride 2 sits as TensorFlow puts it.

    Args:
        x: the images.
        size: the window's height and width, an odd number.
    """
    axes = (2, 3) if channel_axis() == 1 else (1, 2)
    half = size // 2
    return tuple((half if (x.shape[axis] or 0) % 2 else half - 1, half) for axis in axes)
