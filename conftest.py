"""What every test and every doctest starts from: a home of its own and known random numbers."""

import atexit
import os
import shutil
import tempfile

import pytest

# Before anything imports keras or matplotlib: the user's own settings must not steer the tests.
os.environ["KERAS_HOME"] = tempfile.mkdtemp(prefix="keras-tests-")
os.environ["MPLBACKEND"] = "Agg"
# Thousands of small programs are compiled here and run once: most of the time would go into optimising them.
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")
if os.environ.get("KERAS_BACKEND", "jax") == "jax":
    # Simpler code for loops over arrays, in one piece: a third of the time to compile a step of training.
    os.environ.setdefault(
        "XLA_FLAGS", "--xla_cpu_use_fusion_emitters=false --xla_cpu_parallel_codegen_split_count=1"
    )
atexit.register(shutil.rmtree, os.environ["KERAS_HOME"], ignore_errors=True)

import numpy as np  # noqa: E402

from keras import config  # noqa: E402

# The other backends' own modules need libraries that may be absent, and the tests are run for each backend anew.
collect_ignore = [
    f"{folder}/{name}{suffix}"
    for name in config.BACKENDS
    if name != config.backend()
    for folder in ("keras/backend", "tests/backend")
    for suffix in ("", ".py")
]


@pytest.fixture(autouse=True)
def known_random_numbers():
    """`keras` draws its root seed from here as long as none is set."""
    np.random.seed(0)
