"""Archives and safetensors made to hurt: no code runs, nothing outside is touched, memory stays small.

Those in HDF5, JSON and YAML are in `test_hurtful.py`.
"""

import base64
import builtins
import io
import json
import marshal
import os
import socket
import struct
import tracemalloc
import zipfile

import h5py
import numpy as np
import pytest

from keras import layers as L
from keras import models

LIMIT = 100e6


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """The members of an archive that is in order."""
    path = tmp_path_factory.mktemp("good") / "m.keras"
    model = models.Sequential([L.Dense(3, input_dim=4, name="d"), L.Dense(2, name="e")], name="s")
    model.compile("adam", "mse")
    model.fit(np.ones((4, 4)), np.ones((4, 2)), verbose=0)
    model.save(path)
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(path, members, compression=zipfile.ZIP_STORED):
    """Write members, a dict or pairs, into a zip; return its path."""
    pairs = members.items() if isinstance(members, dict) else members
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in pairs:
            archive.writestr(name, data)
    return path


def with_config(path, parts, change):
    """Write an archive whose config was changed."""
    config = json.loads(parts["config.json"])
    change(config)
    return packed(path, {**parts, "config.json": json.dumps(config)})


def with_weights(path, parts, change):
    """Write an archive whose file of weights was changed."""
    data = io.BytesIO(parts["model.weights.h5"])
    with h5py.File(data, "r+") as file:
        change(file)
    return packed(path, {**parts, "model.weights.h5": data.getvalue()})


@pytest.fixture(autouse=True)
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


def refused(path, match=None, load=models.load_model):
    """Check that loading raises a ValueError, takes little memory, runs nothing and leaves no new file."""
    before = sorted(path.parent.rglob("*"))
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=match):
            load(path)
        assert tracemalloc.get_traced_memory()[1] < LIMIT
    finally:
        tracemalloc.stop()
    assert "HURT" not in os.environ
    assert sorted(path.parent.rglob("*")) == before


# ------------------------------------------------------------------ code and names
def code():
    def leave_a_trace(x):
        __import__("os").environ["HURT"] = "1"
        return x

    return base64.b64encode(marshal.dumps(leave_a_trace.__code__)).decode()


def object_of(class_name, config, module=None, registered_name=None):
    return {
        "module": module,
        "class_name": class_name,
        "config": config,
        "registered_name": registered_name,
    }


def a_lambda():
    function = {
        "class_name": "__lambda__",
        "config": {"code": code(), "defaults": None, "closure": None},
    }
    config = {"name": "l", "function": function, "arguments": {}, "safe_mode": False}
    return object_of("Lambda", config, "keras.layers")


def append(layer):
    return lambda config: config["config"]["layers"].append(layer)


def test_code_of_a_lambda_does_not_run(parts, tmp_path):
    path = with_config(tmp_path / "m.keras", parts, append(a_lambda()))
    refused(path, "'l'.*holds Python code.*safe_mode=False")


def test_the_safe_mode_alone_lets_code_in(parts, tmp_path):
    layer = a_lambda()
    del layer["config"]["safe_mode"]
    path = with_config(tmp_path / "m.keras", parts, append(layer))
    models.load_model(path, safe_mode=False)
    assert os.environ.pop("HURT") == "1"


def test_a_config_does_not_switch_the_safe_mode_off(parts, tmp_path):
    def change(config):
        off = object_of("function", "enable_unsafe_deserialization", "keras.config")
        config["safe_mode"] = config["config"]["safe_mode"] = False
        config["config"]["layers"][1]["config"]["activation"] = off
        append(a_lambda())(config)

    refused(with_config(tmp_path / "m.keras", parts, change))


GADGETS = [
    ("os", "system"),
    ("builtins", "eval"),
    ("keras.utils", "get_file"),
    ("keras.config", "set_backend"),
    ("keras.datasets.mnist", "load_data"),
    ("keras.models", "load_model"),
    ("keras.src.ops.numpy", "__import__"),
    ("keras.layers", "TFSMLayer"),
    ("keras.layers", "TorchModuleWrapper"),
    ("keras.layers", "TextVectorization"),
]


@pytest.mark.parametrize(("module", "name"), GADGETS)
@pytest.mark.parametrize("where", ["layer", "activation", "initializer", "loss", "optimizer"])
def test_names_resolve_from_the_tables_alone(parts, tmp_path, module, name, where):
    outside = tmp_path / "outside"
    config = {"name": "x", "filepath": str(outside), "vocabulary": "/etc/passwd", "code": code()}
    hurtful = object_of(name, config, module, name)

    def change(config):
        first = config["config"]["layers"][1]["config"]
        match where:
            case "layer":
                append(hurtful)(config)
            case "activation":
                first["activation"] = object_of("function", name, module, name)
            case "initializer":
                first["kernel_initializer"] = hurtful
            case "loss":
                config["compile_config"]["loss"] = object_of("function", name, module, name)
            case "optimizer":
                config["compile_config"]["optimizer"] = hurtful

    refused(with_config(tmp_path / "m.keras", parts, change), "Unknown")


def test_an_op_is_one_of_the_vocabulary(parts, tmp_path):
    tensor = {"class_name": "__keras_tensor__", "config": {"keras_history": ["i", 0, 0]}}
    first = {**object_of("InputLayer", {"batch_shape": [None, 2], "name": "i"}), "name": "i"}
    for function in ("ForiLoop", "VectorizedMap", "convert_to_numpy", "../../x"):
        entry = object_of(function, {"name": "o"}, "keras.src.ops.core", function)
        entry |= {"name": "o", "inbound_nodes": [{"args": [tensor], "kwargs": {}}]}
        config = {"name": "g", "layers": [{**first, "inbound_nodes": []}, entry]}
        config |= {"input_layers": ["i", 0, 0], "output_layers": ["o", 0, 0]}
        graph = json.dumps(object_of("Functional", config, "keras.src.models.functional"))
        refused(packed(tmp_path / "m.keras", {**parts, "config.json": graph}), "does not have")


# ------------------------------------------------------------------ zips
@pytest.mark.parametrize("name", ["../out", "/tmp/out", "a/../../out", "..\\out", "C:\\out"])
def test_members_do_not_climb_out(parts, tmp_path, name):
    folder = tmp_path / "in"
    folder.mkdir()
    path = packed(folder / "m.keras", {**parts, name: b"hurt"})
    models.load_model(path)
    assert [p.name for p in tmp_path.rglob("*")] == ["in", "m.keras"]


def test_links_in_a_zip_are_not_made(parts, tmp_path):
    path = packed(tmp_path / "m.keras", parts)
    link = zipfile.ZipInfo("assets")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc")
    models.load_model(path)
    assert [p.name for p in tmp_path.iterdir()] == ["m.keras"]


def test_two_members_of_a_name_are_refused(parts, tmp_path):
    pairs = [*parts.items(), ("config.json", parts["config.json"])]
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = packed(tmp_path / "m.keras", pairs)
    refused(path, "two members of the same name")


def test_a_bomb_of_text_is_not_unpacked(parts, tmp_path):
    bomb = b'{"class_name": "' + b"a" * 150_000_000 + b'"}'
    path = packed(tmp_path / "m.keras", {**parts, "config.json": bomb}, zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 2e6
    del bomb
    refused(path, "too large for the config")


def test_a_bomb_of_values_is_not_made(parts, tmp_path):
    bomb = b"[" + b"[]," * 9_000_000 + b"[]]"
    path = packed(tmp_path / "m.keras", {**parts, "config.json": bomb}, zipfile.ZIP_DEFLATED)
    del bomb
    refused(path, "too large for the config")


def test_a_bomb_of_weights_is_not_unpacked(parts, tmp_path):
    bomb = parts["model.weights.h5"] + bytes(150_000_000)
    path = packed(tmp_path / "m.keras", {**parts, "model.weights.h5": bomb}, zipfile.ZIP_DEFLATED)
    del bomb
    refused(path, "which no weights do")


def test_a_deep_config_is_refused(parts, tmp_path):
    for levels in (200, 100_000):
        deep = b'{"a":' * levels + b"1" + b"}" * levels
        path = packed(tmp_path / "m.keras", {**parts, "config.json": deep})
        refused(path, "nested more than")


@pytest.mark.parametrize("missing", ["config.json", "model.weights.h5"])
def test_a_zip_without_a_member_is_refused(parts, tmp_path, missing):
    members = {name: data for name, data in parts.items() if name != missing}
    refused(packed(tmp_path / "m.keras", members), f"no member '{missing}'")


@pytest.mark.parametrize("name", ["config.json", "metadata.json", "model.weights.h5"])
def test_a_flipped_bit_is_found_by_the_checksum(parts, tmp_path, name):
    path = packed(tmp_path / "m.keras", parts)
    data = bytearray(path.read_bytes())
    place = data.index(parts[name]) + len(parts[name]) // 2
    data[place] ^= 4
    path.write_bytes(data)
    refused(path, f"{name}.*damaged")


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.9, 0.999])
def test_an_archive_cut_off_is_refused(parts, tmp_path, share):
    path = packed(tmp_path / "m.keras", parts)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    refused(path)


def test_an_encrypted_member_is_refused(parts, tmp_path):
    path = packed(tmp_path / "m.keras", parts)
    data = path.read_bytes()
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.index(signature) + offset
        data = data[:place] + struct.pack("<H", 1) + data[place + 2 :]
    path.write_bytes(data)
    refused(path, "encrypted|damaged")


# ------------------------------------------------------------------ weights in HDF5
KERNEL = "layers/dense/vars/0"


def replaced(make):
    def change(file):
        del file[KERNEL]
        make(file)

    return change


def external_link(file):
    file[KERNEL] = h5py.ExternalLink("/etc/passwd", "x")


def soft_link(file):
    file[KERNEL] = h5py.SoftLink("/layers/dense/vars/1")


def external_storage(file):
    file.create_dataset(KERNEL, (4, 3), "f4", external=[("/etc/passwd", 0, 48)])


def virtual(file):
    layout = h5py.VirtualLayout((4, 3), "f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", (4, 3))
    file.create_virtual_dataset(KERNEL, layout)


def giant(file):
    file.create_dataset(KERNEL, (1 << 40, 3), "f4", chunks=(1024, 3))


def giant_that_compresses(file):
    file.create_dataset(KERNEL, data=np.zeros((20_000_000, 3), "f4"), compression="gzip")


def text(file):
    file.create_dataset(KERNEL, data=["a"] * 3)


def strange_bytes(file):
    kernel = file.create_dataset(KERNEL, data=np.zeros((4, 3), "V2"))
    kernel.attrs["dtype"] = "object"


def a_circle(file):
    file["layers/dense/again"] = file["layers"]


HURTFUL = {
    external_link: "link to elsewhere",
    soft_link: "link to elsewhere",
    external_storage: "lie in another file",
    virtual: "lie in another file",
    giant: "claims the shape",
    giant_that_compresses: "Nothing was loaded|does not fit",
    text: "holds no numbers",
    strange_bytes: "no numbers but bytes",
    a_circle: "levels deep",
}


@pytest.mark.parametrize("kind", ["keras", "weights.h5"])
@pytest.mark.parametrize("make", HURTFUL, ids=lambda make: make.__name__)
def test_weights_that_hurt_are_refused(parts, tmp_path, make, kind):
    change = make if make is a_circle else replaced(make)
    path = with_weights(tmp_path / "m.keras", parts, change)
    load = models.load_model
    if kind == "weights.h5":
        model = models.load_model(packed(tmp_path / "good.keras", parts))
        with zipfile.ZipFile(path) as archive:
            (tmp_path / "w.weights.h5").write_bytes(archive.read("model.weights.h5"))
        path, load, before = tmp_path / "w.weights.h5", model.load_weights, model.get_weights()
    refused(path, HURTFUL[make], load)
    if kind == "weights.h5":
        assert all(map(np.array_equal, model.get_weights(), before))


# ------------------------------------------------------------------ wrong types
WRONG = [None, 0, -1, 1.5, "", "x", [], {}, [[]], {"class_name": 3}, True]


@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_wrong_types_everywhere(parts, tmp_path, value):
    """Each entry of the config in turn becomes something else: the model loads, or the error is clear."""
    config = json.loads(parts["config.json"])
    places = [place for place in paths_in(config) if len(place) < 6]
    refusals = 0
    for place in places:
        path = packed(
            tmp_path / "m.keras",
            {**parts, "config.json": json.dumps(changed(config, place, value))},
        )
        try:
            models.load_model(path)
        except ValueError:
            refusals += 1
    assert refusals > len(places) // 10


def paths_in(value, place=()):
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in pairs:
        yield (*place, key)
        if isinstance(item, dict | list):
            yield from paths_in(item, (*place, key))


def changed(value, place, new):
    if not place:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[place[0]] = changed(copy[place[0]], place[1:], new)
    return copy


@pytest.mark.parametrize("name", ["metadata.json", "training_state.json"])
@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_wrong_types_beside_the_config(parts, tmp_path, name, value):
    path = packed(tmp_path / "m.keras", {**parts, name: json.dumps(value)})
    assert models.load_model(path).name == "s"


# ------------------------------------------------------------------ safetensors
def header(entries, data=b"", length=None):
    text = json.dumps(entries).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


FLOATS = {"dtype": "F32", "shape": [4, 3], "data_offsets": [0, 48]}
TENSORS = {
    "giant": header({"a": {"dtype": "F32", "shape": [1 << 40], "data_offsets": [0, 1 << 42]}}),
    "overlap": header({"a": FLOATS, "b": FLOATS}, bytes(48)),
    "beyond": header({"a": {**FLOATS, "data_offsets": [48, 96]}}, bytes(48)),
    "negative": header({"a": {**FLOATS, "data_offsets": [-48, 0]}}, bytes(48)),
    "unlike": header({"a": {**FLOATS, "shape": [5, 3]}}, bytes(48)),
    "dtype": header({"a": {**FLOATS, "dtype": "object"}}, bytes(48)),
    "deep": struct.pack("<Q", 100_000) + b'{"a":' * 20_000,
    "other names": header({"../../etc": FLOATS}, bytes(48)),
}


@pytest.mark.parametrize("kind", TENSORS)
def test_safetensors_that_hurt_are_refused(parts, tmp_path, kind):
    model = models.load_model(packed(tmp_path / "good.keras", parts))
    before = model.get_weights()
    path = tmp_path / "w.safetensors"
    path.write_bytes(TENSORS[kind])
    refused(path, None, model.load_weights)
    assert all(map(np.array_equal, model.get_weights(), before))


# ------------------------------------------------------------------ heaps
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
def test_a_damaged_heap_is_not_read(tmp_path, change, filler):
    """HDF5 1.14 and 2.0 read some of these for ever."""
    path = tmp_path / "m.h5"
    model = models.Sequential([L.Dense(3, input_dim=4)])
    model.save(path)
    with h5py.File(path, "a") as file:
        file["filler"] = np.zeros(filler, "f4")
    models.load_model(path)
    path.write_bytes(spoiled_heap(path.read_bytes(), change))
    refused(path, "a heap of texts")
