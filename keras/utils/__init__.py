"""Tools for data, files and progress."""

from keras.backend.seed import set_random_seed
from keras.utils.data import Sequence
from keras.utils.enqueuers import GeneratorEnqueuer, OrderedEnqueuer, SequenceEnqueuer
from keras.utils.files import get_file
from keras.utils.io_utils import HDF5Matrix
from keras.utils.numerical import normalize, to_categorical
from keras.utils.progress import Progbar

__all__ = [
    "GeneratorEnqueuer",
    "HDF5Matrix",
    "OrderedEnqueuer",
    "Progbar",
    "Sequence",
    "SequenceEnqueuer",
    "get_file",
    "normalize",
    "set_random_seed",
    "to_categorical",
]
