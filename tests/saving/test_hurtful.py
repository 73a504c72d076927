"""Files made to hurt: no code runs, nothing outside is read or written, memory stays small, the error is clear."""

import base64
import io
import json
import marshal
import os
import random
import resource
import signal
import tracemalloc

import h5py
import numpy as np
import pytest

from keras import layers as L
from keras import models
from keras.saving import text


@pytest.fixture(scope="module")
def content():
    """A file that is in order."""
    model = models.Sequential([L.Dense(3, input_dim=4, name="d")], name="s")
    model.compile("adam", "mse")
    model.fit(np.ones((4, 4)), np.ones((4, 3)), verbose=0)
    file = io.BytesIO()
    with h5py.File(file, "w") as group:
        model.save(group)
    return file.getvalue()


@pytest.fixture
def path(content, tmp_path):
    path = tmp_path / "model.h5"
    path.write_bytes(content)
    return path


KERNEL = "model_weights/d/d/kernel:0"


def refused(path, match=None):
    """Check that loading raises a ValueError that names the file, and takes little memory."""
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=match) as caught:
            models.load_model(path)
        assert tracemalloc.get_traced_memory()[1] < 100e6
    finally:
        tracemalloc.stop()
    return str(caught.value)


# ------------------------------------------------------------------ HDF5
def replace(path, name, make):
    with h5py.File(path, "r+") as file:
        del file[name]
        make(file, name)


def test_an_external_link_is_not_followed(path, tmp_path):
    with h5py.File(tmp_path / "secret.h5", "w") as file:
        file["secret"] = np.zeros((4, 3), "float32")
    target = h5py.ExternalLink(str(tmp_path / "secret.h5"), "secret")
    replace(path, KERNEL, lambda file, name: file.__setitem__(name, target))
    refused(path, "is a link to '/?secret', which is not followed")


@pytest.mark.parametrize("place", [KERNEL, "model_weights/d", "model_weights", "optimizer_weights"])
def test_a_soft_link_is_not_followed(place, path):
    replace(path, place, lambda file, name: file.__setitem__(name, h5py.SoftLink("/elsewhere")))
    refused(path, "model_weights|optimizer_weights|kernel|'d'")


def test_external_storage_is_not_read(path, tmp_path):
    (tmp_path / "secret").write_bytes(b"secret " * 100)
    external = [(str(tmp_path / "secret"), 0, 48)]
    replace(
        path, KERNEL, lambda file, name: file.create_dataset(name, (4, 3), "f4", external=external)
    )
    refused(path, "lie in another file, which is not read")


def test_a_virtual_dataset_is_not_read(path, tmp_path):
    layout = h5py.VirtualLayout((4, 3), "f4")
    layout[:] = h5py.VirtualSource(str(tmp_path / "secret.h5"), "secret", (4, 3))
    replace(path, KERNEL, lambda file, name: file.create_virtual_dataset(name, layout))
    refused(path, "lie in another file, which is not read")


def test_a_giant_shape_is_not_allocated(path):
    replace(
        path,
        KERNEL,
        lambda file, name: file.create_dataset(name, (1 << 40, 3), "f4", chunks=(1 << 10, 3)),
    )
    refused(path, "claims the shape")


def test_a_giant_layer_is_not_allocated(path):
    def grow(config):
        layer = config["config"]["layers"][0]["config"]
        layer["units"] = 1 << 40

    change_config(path, grow)
    refused(path, r"does not fit the layer 'd'")


def test_a_giant_dataset_that_compresses_well_is_not_read(path):
    def make(file, name):
        file.create_dataset(
            name, (50_000_000,), "f4", chunks=(1_000_000,), compression="gzip", fillvalue=1
        )

    replace(path, KERNEL, make)
    refused(path, "claims the shape|does not fit")


def test_texts_and_objects_are_no_weights(path):
    replace(path, KERNEL, lambda file, name: file.__setitem__(name, np.array([b"text"] * 12)))
    refused(path, "holds no numbers")


@pytest.mark.parametrize("name", ["../d", "/etc/passwd", "d/../../x", ".", ""])
def test_names_lead_nowhere_else(name, path):
    with h5py.File(path, "r+") as file:
        file["model_weights"].attrs["layer_names"] = np.array([name.encode()], "S20")
    refused(path)


# ------------------------------------------------------------------ configs
def change_config(path, function, attribute="model_config"):
    with h5py.File(path, "r+") as file:
        value = file.attrs[attribute]
        config = json.loads(value.decode() if isinstance(value, bytes) else value)
        function(config)
        file.attrs[attribute] = json.dumps(config)


@pytest.fixture
def code():
    """The code of a function that leaves a trace in the environment."""

    def leave_a_trace(x):
        __import__("os").environ["HURT"] = "1"
        return x

    return base64.b64encode(marshal.dumps(leave_a_trace.__code__)).decode()


def a_lambda(code):
    config = {"name": "l", "function": [code, None, None], "function_type": "lambda"}
    return {"class_name": "Lambda", "config": {**config, "safe_mode": False, "trusted": True}}


@pytest.mark.parametrize("read", ["load_model", "from_json", "from_yaml", "from_config"])
def test_code_in_a_config_does_not_run(read, code, path):
    assert "HURT" not in os.environ
    change_config(path, lambda config: config["config"]["layers"].append(a_lambda(code)))
    with h5py.File(path) as file:
        config = json.loads(file.attrs["model_config"])
    config["safe_mode"] = config["config"]["safe_mode"] = False
    ways = {
        "load_model": lambda: models.load_model(path),
        "from_json": lambda: models.model_from_json(json.dumps(config)),
        "from_yaml": lambda: models.model_from_yaml(text.to_yaml(config)),
        "from_config": lambda: L.Lambda.from_config(a_lambda(code)["config"]),
    }
    with pytest.raises((ValueError, TypeError)):
        ways[read]()
    assert "HURT" not in os.environ


NAMES = [
    "os.system",
    "builtins.eval",
    "keras.utils.get_file",
    "keras.config.set_backend",
    "load_model",
    "__import__",
    "Layer.__init__",
    "subprocess",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "where", ["class", "activation", "initializer", "loss", "optimizer", "metric"]
)
def test_names_resolve_from_the_tables_alone(where, name, path):
    module = {"module": "os", "class_name": name, "config": {"command": "true"}}

    def change(config):
        layer = config["config"]["layers"][0] if "config" in config else None
        if where == "class":
            layer.update(class_name=name, module="os")
        elif where == "activation":
            layer["config"]["activation"] = name
        elif where == "initializer":
            layer["config"]["kernel_initializer"] = module
        elif where == "loss":
            config["loss"] = name
        elif where == "metric":
            config["metrics"] = [module]
        else:
            config["optimizer_config"] = module

    is_training = where in ("loss", "optimizer", "metric")
    change_config(path, change, "training_config" if is_training else "model_config")
    refused(path, "Unknown|cannot be made")


def deep(levels):
    layer = {"class_name": "Dense", "config": {"units": 1, "name": "d"}}
    for _ in range(levels):
        layer = {"class_name": "TimeDistributed", "config": {"layer": layer}}
    return layer


def test_a_deep_config_is_refused(path):
    change_config(path, lambda config: config["config"]["layers"].append(deep(200)))
    refused(path, "levels deep")


WRONG = [None, 7, -1, 1e400, "text", [], {}, [[]], {"class_name": []}, {"tensor": []}, True]


@pytest.mark.parametrize("key", ["name", "layers", "build_input_shape"])
@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_wrong_types_at_the_top(key, value, path):
    change_config(path, lambda config: config["config"].update({key: value}))
    load_or_refuse(path)


@pytest.mark.parametrize(
    "key", ["units", "activation", "kernel_initializer", "batch_input_shape", "dtype"]
)
@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_wrong_types_in_a_layer(key, value, path):
    change_config(path, lambda config: config["config"]["layers"][0]["config"].update({key: value}))
    load_or_refuse(path)


@pytest.mark.parametrize("key", ["optimizer_config", "loss", "metrics", "loss_weights"])
@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_wrong_types_in_the_training_config(key, value, path):
    change_config(path, lambda config: config.update({key: value}), "training_config")
    load_or_refuse(path)


@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_a_wrong_training_state(value, path):
    with h5py.File(path, "r+") as file:
        file.attrs["training_state"] = json.dumps(value)
    load_or_refuse(path)


def load_or_refuse(path):
    """Load a file: it works, or says with a ValueError what is wrong."""
    try:
        assert isinstance(models.load_model(path), models.Model)
    except ValueError as error:
        assert str(error)


# ------------------------------------------------------------------ damaged files
@pytest.mark.parametrize("share", [0.0, 0.001, 0.1, 0.5, 0.9, 0.999])
def test_a_file_cut_off_is_refused(share, path):
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    assert "model.h5" in refused(path)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04", b"\x89HDF\r\n\x1a\n", b"{}"])
def test_files_of_other_kinds_are_refused(content, path):
    path.write_bytes(content)
    assert "model.h5" in refused(path)


def test_a_file_that_is_not_there():
    with pytest.raises(FileNotFoundError, match="There is no file"):
        models.load_model("nowhere.h5")


def mutated(content, chance):
    """Return a file's bytes with some of them changed, or a part cut out or doubled."""
    data = bytearray(content)
    for _ in range(chance.choice([1, 1, 2, 8])):
        place = chance.randrange(len(data))
        match chance.randrange(4):
            case 0:
                data[place] ^= 1 << chance.randrange(8)
            case 1:
                data[place] = chance.randrange(256)
            case 2:
                del data[place : place + chance.randrange(1, 64)]
            case 3:
                data[place:place] = data[place : place + chance.randrange(1, 64)]
    return bytes(data)


class Hangs(Exception):
    pass


@pytest.fixture
def bounded():
    """Let a test that hangs fail, and bound the memory that it may take."""

    def stop(number, frame):
        raise Hangs

    before = signal.signal(signal.SIGALRM, stop)
    limits = resource.getrlimit(resource.RLIMIT_CORE)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)
    resource.setrlimit(resource.RLIMIT_CORE, limits)


@pytest.mark.parametrize("kind", ["h5", "json", "yaml"])
def test_mutations_load_or_are_refused(kind, path, bounded):
    chance = random.Random(kind)
    model = models.load_model(path)
    content = {
        "h5": path.read_bytes(),
        "json": model.to_json().encode(),
        "yaml": model.to_yaml().encode(),
    }[kind]
    readers = {"json": models.model_from_json, "yaml": models.model_from_yaml}
    outcomes = {"loaded": 0, "refused": 0}
    for _ in range(700):
        damaged = mutated(content, chance)
        signal.alarm(20)
        try:
            if kind == "h5":
                path.write_bytes(damaged)
                models.load_model(path)
            else:
                readers[kind](damaged.decode("utf8", errors="replace"))
            outcomes["loaded"] += 1
        except ValueError:
            outcomes["refused"] += 1
    assert min(outcomes.values()) > 20, outcomes


def test_mutated_weights_are_set_whole_or_not_at_all(content, path, bounded):
    chance = random.Random(1)
    model = models.load_model(path, compile=False)
    outcomes = {"loaded": 0, "refused": 0}
    for _ in range(300):
        blank = [np.full(w.shape, 7.0, "float32") for w in model.weights]
        model.set_weights(blank)
        path.write_bytes(mutated(content, chance))
        signal.alarm(20)
        try:
            model.load_weights(path)
            outcomes["loaded"] += 1
        except ValueError:
            outcomes["refused"] += 1
            assert all(np.all(w == 7.0) for w in model.get_weights())
    assert min(outcomes.values()) > 20, outcomes
