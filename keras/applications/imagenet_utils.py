"""What goes into networks trained on ImageNet, and what comes out: images prepared, classes named."""

import functools
import json
from dataclasses import dataclass

import numpy as np

from keras import config, ops
from keras.backend import dtypes
from keras.utils.files import get_file

# {number of the class: (WordNet id, name)} as JSON.
_CLASSES_ADDRESS = (
    "https://storage.googleapis.com/download.tensorflow.org/data/imagenet_class_index.json"
)
_CLASSES_HASH = "c2c37ea517e94d9795004a39431a14cb"


@dataclass(frozen=True)
class _Mode:
    """A way to prepare images: channels in another order, then `(x / divisor - means) / deviations`."""

    is_reversed: bool = False
    divisor: float = 1.0
    means: tuple = (0.0,)
    deviations: tuple = (1.0,)

    def on(self, x, data_format):
        """Return prepared images, whose channels are last or third from the end."""
        axis = -1 if data_format == "channels_last" else -3
        self._check(x, axis)
        if isinstance(x, np.ndarray):
            return self._in_place(x, axis)
        x = x if dtypes.is_float(dtypes.of(x)) else ops.cast(x, config.floatx())
        means, deviations = (
            ops.cast(_along(numbers, axis, "float32"), dtypes.of(x))
            for numbers in (self.means, self.deviations)
        )
        x = ops.divide(ops.flip(x, axis) if self.is_reversed else x, self.divisor)
        return ops.divide(ops.subtract(x, means), deviations)

    def _check(self, x, axis):
        needs_three = self.is_reversed or len(self.means) > 1
        if x.ndim not in (3, 4) or (needs_three and x.shape[axis] not in (3, None)):
            raise ValueError(
                f"preprocess_input takes images of 3 channels, one or a batch, got an array of shape {tuple(x.shape)} "
                f"with the channels on axis {axis}; give data_format if they are elsewhere, or load the images in RGB."
            )

    def _in_place(self, x, axis):
        x = x if np.issubdtype(x.dtype, np.floating) else x.astype(config.floatx())
        if self.is_reversed:
            x = np.flip(x, axis)
        # What changes nothing is left out: these are whole passes over the data.
        if self.divisor != 1:
            x /= x.dtype.type(self.divisor)
        x -= _along(self.means, axis, x.dtype)
        if self.deviations != (1.0,):
            x /= _along(self.deviations, axis, x.dtype)
        return x


def _along(numbers, axis, dtype):
    """Return an array that holds numbers along an axis counted from the end."""
    return np.array(numbers, dtype).reshape(-1, *(1,) * (-axis - 1))


_MODES = {
    "caffe": _Mode(is_reversed=True, means=(103.939, 116.779, 123.68)),
    "tf": _Mode(divisor=127.5, means=(1.0,)),
    "torch": _Mode(divisor=255.0, means=(0.485, 0.456, 0.406), deviations=(0.229, 0.224, 0.225)),
}


def preprocess_input(x, data_format=None, mode="caffe", **modules):
    """Prepare RGB images with values from 0 to 255 as a network was trained with them.

    Args:
        x: one image or a batch: an array, which is changed in place if it holds floats, or a tensor.
        data_format: `"channels_last"` or `"channels_first"`; None for the configured one.
        mode: `"caffe"`: BGR, less the mean of each channel; `"tf"`: scaled to -1 .. 1; `"torch"`: scaled to 0 .. 1,
            less the mean of each channel, divided by its standard deviation.
        modules: `backend`, `layers`, `models` and `utils`, as `keras_applications` takes them; not used.

    Returns:
        An array of x's dtype, or of `floatx` if it held integers; for a tensor, a tensor.

    Raises:
        ValueError: for another mode or data format, or if there are not three channels.

    Examples:
        >>> preprocess_input(np.full((1, 1, 3), 255.0), mode="tf").tolist()
        [[[1.0, 1.0, 1.0]]]
    """
    check_modules("preprocess_input", modules)
    if mode not in _MODES:
        raise ValueError(f"preprocess_input: mode should be one of {list(_MODES)}, got {mode!r}.")
    return _MODES[mode].on(x, config.normalize_data_format(data_format))


def preprocess_input_tf(x, data_format=None, **modules):
    """Prepare RGB images with values from 0 to 255: scale them to -1 .. 1.

    Args: see `imagenet_utils.preprocess_input`.

    Examples:
        >>> preprocess_input_tf(np.full((1, 1, 3), 51)).round(2).tolist()
        [[[-0.6..., -0.6..., -0.6...]]]
    """
    return preprocess_input(x, data_format, "tf", **modules)


def preprocess_input_torch(x, data_format=None, **modules):
    """Prepare RGB images with values from 0 to 255: each channel to mean 0 and variance 1 over ImageNet.

    Args: see `imagenet_utils.preprocess_input`.

    Examples:
        >>> preprocess_input_torch(np.full((1, 1, 3), 255.0)).round(2).tolist()
        [[[2.25, 2.43, 2.64]]]
    """
    return preprocess_input(x, data_format, "torch", **modules)


def decode_predictions(preds, top=5, **modules):
    """Name the likeliest classes of each image.

    Args:
        preds: what a network with all its layers predicted: (images, 1000).
        top: how many classes to name.
        modules: as for `preprocess_input`.

    Returns:
        A list of lists, one an image, of tuples (WordNet id, name, score), the highest score first.

    Raises:
        ValueError: if `preds` has another shape.
        ConnectionError: if the list of classes is not in `~/.keras/models` and cannot be downloaded.
    """
    check_modules("decode_predictions", modules)
    preds = np.asarray(preds)
    if preds.ndim != 2 or preds.shape[1] != 1000:
        raise ValueError(
            f"decode_predictions takes predictions of shape (images, 1000), got {preds.shape}; give what a network "
            "with include_top=True and the 1000 classes of ImageNet predicts."
        )
    path = get_file(
        "imagenet_class_index.json",
        _CLASSES_ADDRESS,
        cache_subdir="models",
        file_hash=_CLASSES_HASH,
    )
    classes = _read_classes(path)
    ranked = np.argsort(preds, axis=1)[:, ::-1][:, :top]
    return [
        [(*classes[i], row[i]) for i in order] for row, order in zip(preds, ranked, strict=True)
    ]


@functools.lru_cache(maxsize=1)
def _read_classes(path):
    with open(path, encoding="utf8") as file:
        found = json.load(file)
    return [tuple(found[str(i)]) for i in range(len(found))]


def check_modules(function, modules):
    """Refuse keyword arguments other than those in which `keras_applications` passes modules along.

    Raises:
        TypeError: for any other.
    """
    unknown = sorted(set(modules) - {"backend", "layers", "models", "utils"})
    if unknown:
        raise TypeError(f"{function} does not take the argument(s) {unknown}.")


__all__ = [
    "decode_predictions",
    "preprocess_input",
]
