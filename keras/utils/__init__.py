"""Tools for data, files, progress and models."""

from keras.backend.seed import set_random_seed
from keras.registry import CustomObjectScope, custom_object_scope, get_custom_objects
from keras.utils.data import Sequence
from keras.utils.enqueuers import GeneratorEnqueuer, OrderedEnqueuer, SequenceEnqueuer
from keras.utils.files import get_file
from keras.utils.io_utils import HDF5Matrix
from keras.utils.kernels import convert_all_kernels_in_model
from keras.utils.numerical import normalize, to_categorical
from keras.utils.objects import deserialize_keras_object, serialize_keras_object
from keras.utils.plots import model_to_dot, plot_model
from keras.utils.progress import Progbar
from keras.utils.sources import get_source_inputs

__all__ = [
    "CustomObjectScope",
    "GeneratorEnqueuer",
    "HDF5Matrix",
    "OrderedEnqueuer",
    "Progbar",
    "Sequence",
    "SequenceEnqueuer",
    "convert_all_kernels_in_model",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_file",
    "get_source_inputs",
    "model_to_dot",
    "normalize",
    "plot_model",
    "serialize_keras_object",
    "set_random_seed",
    "to_categorical",
]
