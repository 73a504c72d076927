"""What every test and every doctest starts from: a home of its own and known random numbers."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile

import pytest

# Before anything imports keras or matplotlib: the user's own settings must not steer the tests.
os.environ["KERAS_HOME"] = tempfile.mkdtemp(prefix="keras-tests-")
os.environ["MPLBACKEND"] = "Agg"
# Thousands of small programs are compiled here and run once: most of the time would go into optimising them.
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")

# Of the compiler's parts these two cost a test run more time than all tests themselves.
_QUICK_COMPILER = "--xla_cpu_use_fusion_emitters=false --xla_cpu_parallel_codegen_split_count=1"


def _compiler_flags():
    """The flags, or none where this compiler does not know them: it would end the process over them."""
    program = [sys.executable, "-c", "import jax; jax.devices()"]
    env = {**os.environ, "XLA_FLAGS": _QUICK_COMPILER}
    known = subprocess.run(program, env=env, capture_output=True, check=False).returncode == 0
    return _QUICK_COMPILER if known else ""


if "XLA_FLAGS" not in os.environ and os.environ.get("KERAS_BACKEND", "jax") == "jax":
    os.environ["XLA_FLAGS"] = _compiler_flags()
atexit.register(shutil.rmtree, os.environ["KERAS_HOME"], ignore_errors=True)
if "JAX_COMPILATION_CACHE_DIR" not in os.environ:
    # The same programs come again and again, here, beside and in processes that tests start: each is compiled once.
    os.environ["JAX_COMPILATION_CACHE_DIR"] = tempfile.mkdtemp(prefix="keras-programs-")
    os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"
    os.environ["JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES"] = "-1"
    atexit.register(shutil.rmtree, os.environ["JAX_COMPILATION_CACHE_DIR"], ignore_errors=True)

import numpy as np  # noqa: E402

from keras import config  # noqa: E402

# Scripts that make fixtures, for environments of their own.
collect_ignore_glob = ["tests/*make_*.py"]
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


@pytest.fixture(autouse=True)
def no_dtype_policy(monkeypatch):
    """A policy that one test sets, even that of `floatx`, must not reach the next."""
    monkeypatch.setitem(config._given, "dtype_policy", None)
