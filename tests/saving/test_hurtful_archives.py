"""Zips and safetensors made to hurt: nothing outside is touched, memory stays small.

What can be done to files of every kind is in `test_hurtful.py`.
"""

import json
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from keras import layers, models
from keras.saving import archive
from tests.saving import hurt
from tests.saving.hurt import WRONG, members, packed, refused

pytestmark = pytest.mark.usefixtures("watched")


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """The members of an archive that is in order."""
    folder = tmp_path_factory.mktemp("good")
    hurt.saved(folder)
    return members(folder / "m.keras")


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


def test_a_flipped_bit_in_large_weights_changes_nothing(tmp_path, monkeypatch):
    # Their checksum is worked out while they are read.
    monkeypatch.setattr(archive, "_SMALL", 0)
    path = tmp_path / "m.keras"
    model = models.Sequential([layers.Dense(8, input_shape=(16,))])
    model.save(path)
    model.load_weights(path)
    data = bytearray(path.read_bytes())
    data[data.index(model.get_weights()[0].tobytes()) + 9] ^= 4
    path.write_bytes(data)
    model.set_weights([np.zeros((16, 8)), np.zeros(8)])
    refused(path, "model.weights.h5.*damaged: its checksum")
    with pytest.raises(ValueError, match="its checksum"):
        model.load_weights(path)
    assert not any(weight.any() for weight in model.get_weights())


@pytest.mark.parametrize("name", ["config.json", "model.weights.h5"])
def test_a_member_that_begins_before_the_file_is_refused(parts, tmp_path, name):
    ordered = {name: parts[name], **parts}
    path = packed(tmp_path / "m.keras", ordered)
    data = bytearray(path.read_bytes())
    # The end record's place of the directory: all members seem to lie as much earlier as it is later.
    place = data.rindex(b"PK\x05\x06") + 16
    (start,) = struct.unpack("<I", data[place : place + 4])
    data[place : place + 4] = struct.pack("<I", start + 8)
    path.write_bytes(data)
    refused(path, f"its member '{name}' would begin before the file")


def test_an_encrypted_member_is_refused(parts, tmp_path):
    path = packed(tmp_path / "m.keras", parts)
    data = path.read_bytes()
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.index(signature) + offset
        data = data[:place] + struct.pack("<H", 1) + data[place + 2 :]
    path.write_bytes(data)
    refused(path, "encrypted|damaged")


@pytest.mark.parametrize("name", ["metadata.json", "training_state.json"])
@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_wrong_types_beside_the_config(parts, tmp_path, name, value):
    path = packed(tmp_path / "m.keras", {**parts, name: json.dumps(value)})
    assert models.load_model(path).name == "s"


# ------------------------------------------------------------------ vocabularies
@pytest.fixture(scope="module")
def with_vocabulary():
    """The members of an archive in which Keras 3.15 put a vocabulary."""
    folder = Path(__file__).parent / "fixtures" / "keras3" / "adapted"
    return members(folder / "adapted.keras")


_PLACE = "assets/layers/integer_lookup/vocabulary.txt"


@pytest.mark.parametrize("text", [b"5\n5\n7", b"\xff\xfe", b"5\nseven", b"5\n" + b"9" * 40_000_000])
def test_a_vocabulary_that_is_none_is_refused(with_vocabulary, tmp_path, text):
    changed = {**with_vocabulary, _PLACE: text}
    refused(packed(tmp_path / "m.keras", changed, zipfile.ZIP_DEFLATED))


@pytest.mark.parametrize("place", ["/etc/passwd", "http://127.0.0.1:9/words", "file:///etc/passwd"])
def test_a_vocabulary_is_not_read_from_elsewhere(with_vocabulary, tmp_path, place):
    config = json.loads(with_vocabulary["config.json"])
    for layer in config["config"]["layers"]:
        if layer["class_name"] == "IntegerLookup":
            layer["config"]["vocabulary"] = place
    changed = {**with_vocabulary, "config.json": json.dumps(config).encode()}
    refused(packed(tmp_path / "m.keras", changed), "vocabulary as a list")


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
