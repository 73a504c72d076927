"""The JAX backend: primitives only, see `keras/backend/contract.py`."""

from keras.backend.jax import cache, cpu
from keras.backend.jax.core import *  # noqa: F403
from keras.backend.jax.loop import *  # noqa: F403
from keras.backend.jax.nn import *  # noqa: F403
from keras.backend.jax.random import *  # noqa: F403

cpu.run_in_calling_thread()
cache.keep_programs()

NAME = "jax"
CAPABILITIES = frozenset({"grad", "loop", "records", "devices", "float64", "spread"})
