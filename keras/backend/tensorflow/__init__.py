"""The TensorFlow backend: primitives only, see `keras/backend/contract.py`."""

import os

# TensorFlow tells on standard error what it finds while it starts; errors it still tells.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from keras.backend.tensorflow.array import *  # noqa: F403
from keras.backend.tensorflow.control import *  # noqa: F403
from keras.backend.tensorflow.core import *  # noqa: F403
from keras.backend.tensorflow.linalg import *  # noqa: F403
from keras.backend.tensorflow.math import *  # noqa: F403
from keras.backend.tensorflow.nn import *  # noqa: F403
from keras.backend.tensorflow.program import *  # noqa: F403
from keras.backend.tensorflow.random import *  # noqa: F403
from keras.backend.tensorflow.spec import *  # noqa: F403

NAME = "tensorflow"
CAPABILITIES = frozenset({"grad", "loop", "records", "devices", "float64", "normalize"})
