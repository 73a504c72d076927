"""What the tests of saving share."""

import builtins
import socket

import numpy as np
import pytest

from keras import layers, models

# Run by hand, beside other versions of Keras.
collect_ignore_glob = ["fixtures/*.py"]


@pytest.fixture
def x():
    return np.random.RandomState(0).normal(size=(20, 4)).astype("float32")


@pytest.fixture
def y():
    return np.random.RandomState(1).normal(size=(20, 2)).astype("float32")


@pytest.fixture
def model():
    """A small compiled model with dropout and statistics."""
    model = models.Sequential(
        [
            layers.Dense(6, activation="tanh", input_dim=4, name="first"),
            layers.Dropout(0.3, name="drop"),
            layers.BatchNormalization(name="norm"),
            layers.Dense(2, name="last"),
        ],
        name="small",
    )
    model.compile("adam", "mse", metrics=["mae"])
    return model


@pytest.fixture
def watched(monkeypatch):
    """Fail where a socket is made, or a file of the system's is opened."""

    def no_socket(*args, **kwargs):
        raise AssertionError("a socket was made")

    real_open = builtins.open

    def checked_open(file, *args, **kwargs):
        assert not str(file).startswith(("/etc", "/proc/self/environ")), file
        return real_open(file, *args, **kwargs)

    monkeypatch.setattr(socket, "socket", no_socket)
    monkeypatch.setattr(builtins, "open", checked_open)
    monkeypatch.delenv("HURT", raising=False)
