"""The PyTorch backend: primitives only, see `keras/backend/contract.py`."""

from keras.backend.torch.array import *  # noqa: F403
from keras.backend.torch.control import *  # noqa: F403
from keras.backend.torch.core import *  # noqa: F403
from keras.backend.torch.linalg import *  # noqa: F403
from keras.backend.torch.math import *  # noqa: F403
from keras.backend.torch.nn import *  # noqa: F403
from keras.backend.torch.operators import *  # noqa: F403
from keras.backend.torch.program import *  # noqa: F403
from keras.backend.torch.random import *  # noqa: F403

NAME = "torch"
CAPABILITIES = frozenset({"grad", "loop", "devices", "float64", "half_sums", "normalize"})
