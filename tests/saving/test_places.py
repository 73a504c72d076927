"""Where models are saved to and what their layers are called, as odd as people and programs make it."""

import io
import pathlib

import h5py
import numpy as np
import pytest

from keras import layers as L
from keras.models import Sequential, load_model

SUFFIXES = [".h5", ".keras", ".weights.h5", ".safetensors"]


def stack(*names, units=2):
    first, *others = names
    layers = [L.Dense(units, input_dim=2, name=first), *(L.Dense(2, name=n) for n in others)]
    return Sequential(layers)


def there_and_back(model, path):
    """Save, forget and load; returns the model, whose weights are checked."""
    before = model.get_weights()
    if str(path).endswith((".h5", ".keras")) and ".weights" not in str(path):
        model.save(path)
        found = load_model(path)
    else:
        model.save_weights(path)
        model.set_weights([w + 1 for w in before])
        model.load_weights(path)
        found = model
    assert [la.name for la in found.layers] == [la.name for la in model.layers]
    for one, two in zip(found.get_weights(), before, strict=True):
        np.testing.assert_array_equal(one, two)
    return found


NAMES = [
    ("schicht_ü漢字",),
    ("block/one/a",),
    ("a.b",),
    ("a:0",),
    (" ",),
    ("a/",),
    ("a", "a/kernel:0", "a/b"),
    ("x/a", "x"),
    ("vars", "layers", "optimizer", "model_weights", "layer_names"),
]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("names", NAMES, ids=" ".join)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_names_of_all_kinds_come_back(suffix, names, tmp_path):
    there_and_back(stack(*names), tmp_path / f"ü 漢{suffix}")


@pytest.mark.parametrize("names", [("../a",), ("/a",), (".",), ("a//b", "a/b")], ids=" ".join)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_names_that_are_no_paths_of_hdf5_are_refused_there_alone(suffix, names, tmp_path):
    path = tmp_path / f"m{suffix}"
    if suffix != ".h5":
        there_and_back(stack(*names), path)
        return
    stack("before").save(path)
    with pytest.raises(ValueError, match=r"The name .* HDF5 file.*'\.keras'"):
        stack(*names).save(path)
    assert load_model(path).layers[0].name == "before"


@pytest.mark.parametrize("suffix", [".h5", ".keras", ".weights.h5"])
def test_a_name_too_long_for_an_attribute_is_told(suffix, tmp_path):
    with pytest.raises(ValueError, match=r"name 'nnn.*too long for an HDF5 file.*64512"):
        there_and_back(stack("n" * 70_000), tmp_path / f"m{suffix}")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_models_without_weights_or_with_empty_ones(suffix, tmp_path):
    there_and_back(Sequential([L.Flatten(input_shape=(2,)), L.ReLU()]), tmp_path / f"none{suffix}")
    there_and_back(stack("empty", "last", units=0), tmp_path / f"empty{suffix}")


@pytest.mark.parametrize("kind", [str, pathlib.Path, lambda path: bytes(path)])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_paths_of_all_kinds(suffix, kind, tmp_path):
    model = stack("a")
    path = kind(tmp_path / f"m{suffix}")
    (model.save if suffix in (".h5", ".keras") else model.save_weights)(path)
    assert model.load_weights(path).loaded == ["a"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_missing_folder_is_named(suffix, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no folder .*nowhere.*os\.makedirs"):
        there_and_back(stack("a"), tmp_path / "nowhere" / f"m{suffix}")


# ------------------------------------------------------------------ open files
def test_groups_of_a_file_in_memory_take_a_model_each():
    model = stack("a")
    with h5py.File(io.BytesIO(), "w") as file:
        model.save(file)
        model.save(file.create_group("second"))
        model.save_weights(file.create_group("weights"))
        for group in (file, file["second"]):
            assert load_model(group).layers[0].name == "a"
            with pytest.raises(ValueError, match="has a model or weights already"):
                model.save(group)
        assert model.load_weights(file["weights"]).loaded == ["a"]
        with pytest.raises(ValueError, match="has a model or weights already"):
            model.save_weights(file["weights"])


def test_files_that_cannot_be_written_to_or_read_are_told(tmp_path):
    model, path = stack("a"), tmp_path / "m.h5"
    model.save(path)
    with h5py.File(path, "r") as file:
        with pytest.raises(ValueError, match="open for reading alone"):
            model.save(file)
        with pytest.raises(TypeError, match="got a Dataset"):
            load_model(file["model_weights/a/a/kernel:0"])
    for action in (model.save, load_model):
        with pytest.raises(ValueError, match="is closed"):
            action(file)
        with pytest.raises(TypeError, match=r"got a BytesIO.*h5py\.File\(io\.BytesIO"):
            action(io.BytesIO())
