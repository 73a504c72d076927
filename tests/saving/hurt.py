"""What the tests of files made to hurt share: files that are in order, ways to spoil them, and what must not happen."""

import base64
import contextlib
import io
import json
import marshal
import os
import random
import signal
import tracemalloc
import zipfile

import h5py
import numpy as np
import pytest

from keras import layers as L
from keras import models

LIMIT = 100e6

# What stands in a config where something else should.
WRONG = [None, 0, -1, 1e400, "", "x", [], {}, [[]], {"class_name": 3}, True]


def saved(folder):
    """Save a trained model as every kind of file into a folder; return it."""
    model = models.Sequential([L.Dense(3, input_dim=4, name="d"), L.Dense(2, name="e")], name="s")
    model.compile("adam", "mse")
    return trained_and_saved(model, folder)


def trained_and_saved(model, folder):
    """Train a model of four inputs for an epoch, save it as every kind of file into a folder, and return it."""
    model.fit(np.ones((4, 4)), np.ones((4, *model.output_shape[1:])), verbose=0)
    for kind in ("h5", "keras"):
        model.save(folder / f"m.{kind}")
    for kind in ("weights.h5", "safetensors"):
        model.save_weights(folder / f"m.{kind}")
    return model


# ------------------------------------------------------------------ archives
def members(path):
    """The members of a zip, by name."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(path, parts, compression=zipfile.ZIP_STORED):
    """Write members, a dict or pairs, into a zip; return its path."""
    pairs = parts.items() if isinstance(parts, dict) else parts
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in pairs:
            archive.writestr(name, data)
    return path


# ------------------------------------------------------------------ changed files
def change_configs(path, change):
    """Let a function change the configs in a file: that of the model, and what `compile` was given."""
    if path.suffix == ".keras":
        parts = members(path)
        model = json.loads(parts["config.json"])
        change(model, model["compile_config"])
        packed(path, {**parts, "config.json": json.dumps(model)})
        return
    with h5py.File(path, "r+") as file:
        names = "model_config", "training_config"
        configs = [json.loads(file.attrs[name]) for name in names]
        change(*configs)
        for name, config in zip(names, configs, strict=True):
            file.attrs[name] = json.dumps(config)


def change_weights(path, change):
    """Let a function change the HDF5 file that the weights are in."""
    if path.suffix == ".keras":
        parts = members(path)
        data = io.BytesIO(parts["model.weights.h5"])
        with h5py.File(data, "r+") as file:
            change(file)
        packed(path, {**parts, "model.weights.h5": data.getvalue()})
    else:
        with h5py.File(path, "r+") as file:
            change(file)


def places(value, place=()):
    """The places of all values in a nest, as tuples of keys."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in pairs:
        yield (*place, key)
        if isinstance(item, dict | list):
            yield from places(item, (*place, key))


def put(value, place, new):
    """Put something else into a place of a nest."""
    for key in place[:-1]:
        value = value[key]
    value[place[-1]] = new


def code():
    """The code of a function that leaves a trace in the environment, as configs hold it."""

    def leave_a_trace(x):
        __import__("os").environ["HURT"] = "1"
        return x

    return base64.b64encode(marshal.dumps(leave_a_trace.__code__)).decode()


def object_of(class_name, config, module=None, registered_name=None):
    """An object as Keras 3 describes it."""
    return {
        "module": module,
        "class_name": class_name,
        "config": config,
        "registered_name": registered_name,
    }


def a_lambda(dialect="keras3"):
    """A Lambda layer with code that claims to be allowed."""
    if dialect == "keras2":
        config = {"name": "l", "function": [code(), None, None], "function_type": "lambda"}
        return {"class_name": "Lambda", "config": {**config, "safe_mode": False, "trusted": True}}
    parts = {"code": code(), "defaults": None, "closure": None}
    function = {"class_name": "__lambda__", "config": parts}
    config = {"name": "l", "function": function, "arguments": {}, "safe_mode": False}
    return object_of("Lambda", config, "keras.layers")


# ------------------------------------------------------------------ what must not happen
def refused(path, match=None, load=models.load_model):
    """Check that loading raises a ValueError, takes little memory, runs nothing and leaves no new file.

    Returns:
        The message.
    """
    before = sorted(path.parent.rglob("*"))
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=match) as caught:
            load(path)
        assert tracemalloc.get_traced_memory()[1] < LIMIT
    finally:
        tracemalloc.stop()
    assert "HURT" not in os.environ
    assert sorted(path.parent.rglob("*")) == before
    return str(caught.value)


@contextlib.contextmanager
def bounded(seconds, what):
    """Let what takes longer than some seconds fail."""

    def stop(number, frame):
        pytest.fail(f"{what} hangs")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


# ------------------------------------------------------------------ mutations
def mutated(data, chance: random.Random):
    """Return bytes of which some are others, or which lack a part or have one twice or moved."""
    data = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 8])):
        place, size = chance.randrange(len(data)), chance.randrange(1, 64)
        match chance.randrange(6):
            case 0 | 1:
                data[place] ^= 1 << chance.randrange(8)
            case 2:
                data[place] = chance.choice([0, 255, chance.randrange(256)])
            case 3:
                del data[place : place + size]
            case 4:
                data[place:place] = data[place : place + size]
            case 5:
                other = chance.randrange(len(data))
                data[place : place + size] = data[other : other + size]
    return bytes(data if chance.random() > 0.05 else data[: chance.randrange(1, len(data))])
