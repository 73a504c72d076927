import json
import lzma
from pathlib import Path

import numpy as np
import pytest

from keras import config

HERE = Path(__file__).resolve().parent

# It runs under the original, in an environment of that.
collect_ignore = ["generate.py"]


@pytest.fixture(scope="session")
def originals():
    """Of each network of the original, with and without the top: its name, its parameters, its layers."""
    with lzma.open(HERE / "structures.json.xz", "rt") as file:
        return json.load(file)


@pytest.fixture(scope="session")
def outputs():
    """What the original's small networks predict, and what it makes of images."""
    with np.load(HERE / "outputs.npz") as file:
        return dict(file)


@pytest.fixture(scope="session")
def fetched():
    """What the original fetches: lists (function, arguments, [name, address, folder, hash])."""
    return json.loads((HERE / "files.json").read_text(encoding="utf8"))


@pytest.fixture
def channels_first():
    """The other data format."""
    config.set_image_data_format("channels_first")
    yield
    config.set_image_data_format("channels_last")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A cache of its own, and no connection."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr("urllib.request.urlopen", _no_connection)
    return tmp_path


def _no_connection(*args, **kwargs):
    raise OSError("there is no connection")
