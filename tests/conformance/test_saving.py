"""A file written on one backend: another one has the same weights and slots, and trains on alike."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

from keras import config, models

from .fixtures.make_resume import OPTIMIZERS, next_steps, write
from .scripts import ROOT

FIXTURES = Path(__file__).parent / "fixtures"

# The committed files come from JAX; others are written here by the backends that are installed.
OTHERS = [
    name
    for name, (module, _) in config.BACKENDS.items()
    if name != config.backend() and importlib.util.find_spec(module) is not None
]


@pytest.fixture(scope="module", params=["committed", *OTHERS])
def folder(request, tmp_path_factory):
    """A folder with the files of one writer."""
    if request.param == "committed":
        return FIXTURES
    path = tmp_path_factory.mktemp(request.param)
    environment = {
        **os.environ,
        "KERAS_BACKEND": request.param,
        "KERAS_HOME": str(path / "home"),
        "PYTHONPATH": str(ROOT),
    }
    script = str(FIXTURES / "make_resume.py")
    done = subprocess.run(
        [sys.executable, script, str(path)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return path


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_weights_and_slots_are_those_of_the_file(name, folder):
    model = models.load_model(folder / f"{name}.h5")
    with h5py.File(folder / f"{name}.h5") as file:
        group = file["optimizer_weights"]
        slots = [np.asarray(group[key]) for key in group.attrs["weight_names"]]
        kernel = np.asarray(file["model_weights/lstm/lstm/kernel:0"])
    for found, stored in zip(model.optimizer.get_weights(), slots, strict=True):
        np.testing.assert_array_equal(found, stored)
    np.testing.assert_array_equal(model.get_layer("lstm").get_weights()[0], kernel)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_next_ten_steps_agree(name, folder):
    model = models.load_model(folder / f"{name}.h5")
    found, wanted = next_steps(model), json.loads((folder / f"{name}.json").read_text())
    np.testing.assert_allclose(found["losses"], wanted["losses"], rtol=1e-5, atol=1e-5)
    for one, other in zip(found["weights"], wanted["weights"], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_this_backend_writes_what_it_reads(name, tmp_path):
    write(name, tmp_path)
    found = next_steps(models.load_model(tmp_path / f"{name}.h5"))
    assert found == json.loads((tmp_path / f"{name}.json").read_text())
