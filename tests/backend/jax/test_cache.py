"""Programs kept between processes."""

import os
import subprocess
import sys
import zlib

import pytest

from keras.backend.jax import cache

PROGRAM = """
import jax
import numpy as np
import keras
from keras.layers import Dense
from keras.models import Sequential

compiled = []
jax.monitoring.register_event_listener(lambda event, **_: compiled.append(event))
model = Sequential([Dense(64, activation="relu", input_dim=8), Dense(8)])
model.compile("adam", "mse")
model.fit(np.ones((4, 8)), np.ones((4, 8)), verbose=0)
print(sum("cache_hits" in event for event in compiled))
"""


def hits(home, **environment):
    """How many programs a process took from its home."""
    unset = {"JAX_COMPILATION_CACHE_DIR", "KERAS_HOME"}
    kept = {k: v for k, v in os.environ.items() if not k.startswith("JAX_") and k not in unset}
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", PROGRAM],
        env={**kept, "KERAS_HOME": str(home), "KERAS_BACKEND": "jax", **environment},
        check=True,
        capture_output=True,
        text=True,
    )
    return int(done.stdout)


def test_a_second_process_compiles_nothing_anew(tmp_path):
    assert hits(tmp_path) == 0
    folder = next((tmp_path / "programs").iterdir())
    assert any(folder.iterdir())
    assert hits(tmp_path) > 0


def test_programs_are_not_kept_where_others_may_write(tmp_path):
    tmp_path.chmod(0o777)
    hits(tmp_path)
    assert not any(file.is_file() for file in tmp_path.glob("programs/*/*"))


def test_the_settings_of_jax_go_before(tmp_path):
    hits(tmp_path, JAX_COMPILATION_CACHE_DIR=str(tmp_path / "own"))
    assert not (tmp_path / "programs").exists()


def test_a_program_that_was_not_written_to_its_end_is_written_anew(tmp_path):
    hits(tmp_path)
    for path in tmp_path.glob("programs/*/*-cache"):
        path.write_bytes(path.read_bytes()[:-50])
    assert hits(tmp_path) == 0  # a warning would be an error there
    assert hits(tmp_path) > 0


@pytest.mark.parametrize("count", [3, 12])
def test_the_older_half_of_many_programs_is_deleted(tmp_path, monkeypatch, count):
    monkeypatch.setattr(cache, "_MOST_PROGRAMS", 10)
    for i in range(count):
        path = tmp_path / f"{i}-cache"
        path.write_bytes(zlib.compress(b"program"))
        os.utime(path, (i, i))
    cache._tidy(tmp_path)
    kept = sorted(int(path.name.removesuffix("-cache")) for path in tmp_path.glob("*-cache"))
    assert kept == list(range(count // 2 if count > 10 else 0, count))
