"""Tools for data, files and progress."""

from keras.backend.seed import set_random_seed
from keras.registry import CustomObjectScope, custom_object_scope, get_custom_objects
from keras.utils.data import Sequence
from keras.utils.io_utils import HDF5Matrix
from keras.utils.numerical import normalize, to_categorical
from keras.utils.progress import Progbar

__all__ = [
    "CustomObjectScope",
    "HDF5Matrix",
    "Progbar",
    "Sequence",
    "custom_object_scope",
    "get_custom_objects",
    "normalize",
    "set_random_seed",
    "to_categorical",
]
