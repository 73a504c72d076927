"""Files made to hurt, of every kind: no code runs, nothing outside is read or written, memory stays small, the error is
clear.

What can be done to zips and safetensors alone is in `test_hurtful_archives.py`, mutations are in `test_fuzz.py`.
"""

import json
import os
import shutil
import struct

import h5py
import numpy as np
import pytest

from keras import layers as L
from keras import models
from keras.saving import text
from tests.saving import hurt
from tests.saving.hurt import change_configs, change_weights, object_of, refused

pytestmark = pytest.mark.usefixtures("watched")
KINDS = pytest.mark.parametrize("path", ["h5", "keras"], indirect=True)


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """A folder with files that are in order."""
    folder = tmp_path_factory.mktemp("good")
    hurt.saved(folder)
    return folder


@pytest.fixture
def path(request, good, tmp_path):
    """A file in order, of a kind."""
    return shutil.copy(good / f"m.{request.param}", tmp_path / f"m.{request.param}")


def first_layer(model):
    return next(la for la in model["config"]["layers"] if la["class_name"] == "Dense")["config"]


# ------------------------------------------------------------------ code
@pytest.mark.parametrize("read", ["load_model", "from_json", "from_yaml", "from_config"])
@pytest.mark.parametrize("path", ["h5"], indirect=True)
def test_code_in_a_config_does_not_run(read, path):
    layer, configs = hurt.a_lambda("keras2"), []

    def change(model, training):
        model["safe_mode"] = model["config"]["safe_mode"] = False
        model["config"]["layers"].append(layer)
        configs.append(model)

    change_configs(path, change)
    ways = {
        "load_model": lambda: models.load_model(path),
        "from_json": lambda: models.model_from_json(json.dumps(configs[0])),
        "from_yaml": lambda: models.model_from_yaml(text.to_yaml(configs[0])),
        "from_config": lambda: L.Lambda.from_config(layer["config"]),
    }
    with pytest.raises((ValueError, TypeError)):
        ways[read]()
    assert "HURT" not in os.environ


@pytest.mark.parametrize("path", ["keras"], indirect=True)
def test_code_in_an_archive_does_not_run(path):
    change_configs(path, lambda model, _: model["config"]["layers"].append(hurt.a_lambda()))
    refused(path, "'l'.*holds Python code.*safe_mode=False")


@pytest.mark.parametrize("path", ["keras"], indirect=True)
def test_the_safe_mode_alone_lets_code_in(path):
    layer = hurt.a_lambda()
    del layer["config"]["safe_mode"]
    change_configs(path, lambda model, _: model["config"]["layers"].append(layer))
    models.load_model(path, safe_mode=False)
    assert os.environ.pop("HURT") == "1"


@pytest.mark.parametrize("path", ["keras"], indirect=True)
def test_a_config_does_not_switch_the_safe_mode_off(path):
    def change(model, training):
        off = object_of("function", "enable_unsafe_deserialization", "keras.config")
        model["safe_mode"] = model["config"]["safe_mode"] = False
        first_layer(model)["activation"] = off
        model["config"]["layers"].append(hurt.a_lambda())

    change_configs(path, change)
    refused(path)


# ------------------------------------------------------------------ names
NAMES = [
    ("os", "system"),
    ("os", "os.system"),
    ("builtins", "eval"),
    ("builtins", "__import__"),
    ("subprocess", "subprocess"),
    ("keras.config", "set_backend"),
    ("keras.datasets.mnist", "load_data"),
    ("keras.layers", "Layer.__init__"),
    ("keras.layers", "TFSMLayer"),
    ("keras.layers", "TextVectorization"),
    ("keras.layers", "TorchModuleWrapper"),
    ("keras.models", "load_model"),
    ("keras.src.ops.numpy", "__import__"),
    ("keras.utils", "get_file"),
    ("keras.utils", "keras.utils.get_file"),
]


def put_name(path, where, module, name):
    """Put a name where a file tells a class or a function."""
    outside = str(path.parent / "outside")
    config = {"name": "x", "filepath": outside, "vocabulary": "/etc/passwd", "command": "true"}
    hurtful = object_of(name, config, module, name)
    is_late = path.suffix == ".keras"
    function = object_of("function", name, module, name) if is_late else name

    def change(model, training):
        match where:
            case "layer":
                model["config"]["layers"].append(hurtful)
            case "activation":
                first_layer(model)["activation"] = function
            case "initializer":
                first_layer(model)["kernel_initializer"] = hurtful
            case "loss":
                training["loss"] = function
            case "metric":
                training["metrics"] = [hurtful]
            case "optimizer":
                training["optimizer" if is_late else "optimizer_config"] = hurtful

    change_configs(path, change)


@pytest.mark.parametrize(
    "where", ["layer", "activation", "initializer", "loss", "metric", "optimizer"]
)
@KINDS
def test_names_resolve_from_the_tables_alone(path, where):
    content = path.read_bytes()
    for module, name in NAMES:
        path.write_bytes(content)
        put_name(path, where, module, name)
        with pytest.raises(ValueError, match=r"Unknown|cannot be made|No file or address is read"):
            models.load_model(path)
    assert list(path.parent.iterdir()) == [path], "nothing was written"


@pytest.mark.parametrize("path", ["keras"], indirect=True)
@pytest.mark.parametrize("function", ["ForiLoop", "VectorizedMap", "convert_to_numpy", "../../x"])
def test_an_op_is_one_of_the_vocabulary(path, function):
    tensor = {"class_name": "__keras_tensor__", "config": {"keras_history": ["i", 0, 0]}}
    first = object_of("InputLayer", {"batch_shape": [None, 2], "name": "i"})
    op = object_of(function, {"name": "o"}, "keras.src.ops.core", function)
    layers = [
        {**first, "name": "i", "inbound_nodes": []},
        {**op, "name": "o", "inbound_nodes": [{"args": [tensor], "kwargs": {}}]},
    ]
    ends = {"input_layers": ["i", 0, 0], "output_layers": ["o", 0, 0]}

    def change(model, training):
        model.update(object_of("Functional", {"name": "g", "layers": layers, **ends}))

    change_configs(path, change)
    refused(path, "does not have")


# ------------------------------------------------------------------ configs
@KINDS
def test_a_deep_config_is_refused(path):
    def change(model, training):
        layer = {"class_name": "Dense", "config": {"units": 1, "name": "d"}}
        for _ in range(200):
            layer = {"class_name": "TimeDistributed", "config": {"layer": layer}}
        model["config"]["layers"].append(layer)

    change_configs(path, change)
    refused(path, "levels deep|nested more than")


@KINDS
def test_a_giant_layer_is_not_allocated(path):
    change_configs(path, lambda model, _: first_layer(model).update(units=1 << 40))
    refused(path, r"does not fit the layer 'd'")


def places_in_configs(path):
    found = []
    change_configs(path, lambda *configs: found.extend(hurt.places(configs)))
    # In an archive the second is part of the first.
    wanted = (0,) if path.suffix == ".keras" else (0, 1)
    return [place for place in found if len(place) > 1 and place[0] in wanted]


def put_into_configs(path, place, value):
    change_configs(path, lambda *configs: hurt.put(configs, place, value))


@pytest.mark.parametrize("number", range(len(hurt.WRONG)), ids=lambda n: repr(hurt.WRONG[n]))
@KINDS
def test_wrong_types_everywhere(path, number):
    """Entries of the configs in turn become something else: the model loads, or the error is clear.

    Every fourth of them for each value, so that every entry becomes two or three things.
    """
    content, refusals = path.read_bytes(), 0
    chosen = places_in_configs(path)[number % 4 :: 4]
    for place in chosen:
        path.write_bytes(content)
        put_into_configs(path, place, hurt.WRONG[number])
        try:
            assert isinstance(models.load_model(path), models.Model)
        except ValueError as error:
            assert str(error)
            refusals += 1
    assert refusals > len(chosen) // 10


@pytest.mark.parametrize("value", hurt.WRONG, ids=repr)
@pytest.mark.parametrize("path", ["h5"], indirect=True)
def test_a_wrong_training_state(value, path):
    with h5py.File(path, "r+") as file:
        file.attrs["training_state"] = json.dumps(value)
    try:
        assert models.load_model(path).name == "s"
    except ValueError as error:
        assert "training state" in str(error)


# ------------------------------------------------------------------ weights in HDF5
KERNELS = {
    ".h5": "model_weights/d/d/kernel:0",
    ".keras": "layers/dense/vars/0",
    "": "layers/dense/vars/0",
}


def external_link(file, kernel):
    file[kernel] = h5py.ExternalLink("/etc/passwd", "x")


def soft_link(file, kernel):
    file[kernel] = h5py.SoftLink("/elsewhere")


def external_storage(file, kernel):
    file.create_dataset(kernel, (4, 3), "f4", external=[("/etc/passwd", 0, 48)])


def virtual(file, kernel):
    layout = h5py.VirtualLayout((4, 3), "f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", (4, 3))
    file.create_virtual_dataset(kernel, layout)


def giant(file, kernel):
    file.create_dataset(kernel, (1 << 40, 3), "f4", chunks=(1024, 3))


def giant_that_compresses(file, kernel):
    chunks = {"chunks": (1_000_000,), "compression": "gzip", "fillvalue": 1}
    file.create_dataset(kernel, (50_000_000,), "f4", **chunks)


def texts(file, kernel):
    file.create_dataset(kernel, data=["a"] * 3)


def strange_bytes(file, kernel):
    file.create_dataset(kernel, data=np.zeros((4, 3), "V2")).attrs["dtype"] = "object"


HURTFUL = {
    external_link: "is a link to|link to elsewhere",
    soft_link: "is a link to|link to elsewhere",
    external_storage: "lie in another file",
    virtual: "lie in another file",
    giant: "claims the shape",
    giant_that_compresses: "claims the shape|does not fit",
    texts: "holds no numbers",
    strange_bytes: "no numbers",
}


@pytest.mark.parametrize("path", ["h5", "keras", "weights.h5"], indirect=True)
@pytest.mark.parametrize("make", HURTFUL, ids=lambda make: make.__name__)
def test_weights_that_hurt_are_refused(good, path, make):
    is_whole = path.name != "m.weights.h5"
    kernel = KERNELS[path.suffix if is_whole else ""]

    def change(file):
        del file[kernel]
        make(file, kernel)

    change_weights(path, change)
    model = models.load_model(good / "m.keras")
    before = model.get_weights()
    refused(path, HURTFUL[make], models.load_model if is_whole else model.load_weights)
    assert all(map(np.array_equal, model.get_weights(), before))


@pytest.mark.parametrize("path", ["h5"], indirect=True)
@pytest.mark.parametrize("place", ["model_weights/d", "model_weights", "optimizer_weights"])
def test_groups_that_are_links_are_not_followed(place, path):
    def change(file):
        del file[place]
        file[place] = h5py.SoftLink("/elsewhere")

    change_weights(path, change)
    refused(path, "model_weights|optimizer_weights|'d'")


@pytest.mark.parametrize("path", ["keras"], indirect=True)
def test_a_circle_of_groups_is_refused(path):
    change_weights(path, lambda file: file.__setitem__("layers/dense/again", file["layers"]))
    refused(path, "levels deep")


@pytest.mark.parametrize("name", ["../d", "/etc/passwd", "d/../../x", ".", ""])
@pytest.mark.parametrize("path", ["h5"], indirect=True)
def test_names_of_layers_lead_nowhere_else(name, path):
    with h5py.File(path, "r+") as file:
        file["model_weights"].attrs["layer_names"] = np.array([name.encode()], "S20")
    refused(path)


# ------------------------------------------------------------------ damaged files
@pytest.mark.parametrize("share", [0.0, 0.001, 0.1, 0.5, 0.9, 0.999])
@KINDS
def test_a_file_cut_off_is_refused(share, path):
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    assert path.name in refused(path)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04", b"\x89HDF\r\n\x1a\n", b"{}"])
@pytest.mark.parametrize("path", ["h5"], indirect=True)
def test_files_of_other_kinds_are_refused(content, path):
    path.write_bytes(content)
    assert path.name in refused(path)


def test_a_file_that_is_not_there():
    with pytest.raises(FileNotFoundError, match="There is no file"):
        models.load_model("nowhere.h5")


def spoiled_heap(data, change):
    """HDF5 whose heap of texts has an object of another size."""
    place = data.index(b"GCOL\x01\x00\x00\x00") + 16 + 8
    size = struct.unpack_from("<Q", data, place)[0]
    return data[:place] + struct.pack("<Q", change(size) % (1 << 64)) + data[place + 8 :]


@pytest.mark.parametrize(
    "change",
    [lambda n: n + (1 << 40), lambda n: -16, lambda n: (1 << 64) - 1],
    ids=["large", "back", "last"],
)
@pytest.mark.parametrize("filler", [10, 3_000_000])
@pytest.mark.parametrize("path", ["h5"], indirect=True)
def test_a_damaged_heap_is_not_read(path, change, filler):
    """HDF5 1.14 and 2.0 read some of these for ever."""
    with h5py.File(path, "a") as file:
        file["filler"] = np.zeros(filler, "f4")
    models.load_model(path)
    path.write_bytes(spoiled_heap(path.read_bytes(), change))
    refused(path, "a heap of texts")
