"""Private names of K's old modules that programs import nevertheless."""

from keras import backend as K
from keras import config


def _get_available_gpus():
    """Return the names of the GPUs, a list of texts that is empty where there is none."""
    return [name for name in K.devices() if not name.startswith("cpu")]


_SETTINGS = {
    "_EPSILON": config.epsilon,
    "_FLOATX": config.floatx,
    "_IMAGE_DATA_FORMAT": config.image_data_format,
}


def __getattr__(name):
    if name not in _SETTINGS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _SETTINGS[name]()
