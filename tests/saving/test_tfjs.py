"""Models of TensorFlow.js, made from Keras 2.2.4, plain and quantized; and damaged ones."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from keras import models

FOLDER = Path(__file__).parent / "fixtures" / "tfjs"
# Half a step of 256 or 65536 over the weights' range, times what a few layers make of it.
TOLERANCES = {"plain": 1e-5, "uint8": 1e-2, "uint16": 5e-5}


@pytest.mark.parametrize("kind", TOLERANCES)
@pytest.mark.parametrize("as_folder", [True, False])
def test_outputs(kind, as_folder):
    source = FOLDER / kind if as_folder else FOLDER / kind / "model.json"
    stored = np.load(FOLDER / "results.npz")
    for i, output in enumerate(models.load_model(source).predict(stored["x"])):
        np.testing.assert_allclose(output, stored[f"y{i}"], atol=TOLERANCES[kind], err_msg=str(i))


@pytest.fixture
def damaged(tmp_path):
    """A function that changes a copy of a model by changing its JSON, and returns its path."""

    def damage(change):
        folder = shutil.copytree(FOLDER / "plain", tmp_path / "model")
        content = json.loads((folder / "model.json").read_text())
        change(content)
        (folder / "model.json").write_text(json.dumps(content))
        return folder

    return damage


def set_path(name):
    return lambda content: content["weightsManifest"][0].update(paths=[name])


def set_weight(**values):
    return lambda content: content["weightsManifest"][0]["weights"][0].update(values)


FAULTS = {
    "elsewhere": (set_path("../results.npz"), "not beside it"),
    "absolute": (set_path("/etc/hostname"), "not beside it"),
    "missing": (set_path("nothing.bin"), "damaged or missing"),
    "giant": (set_weight(shape=[10**9, 10**9]), "Is the model complete"),
    "negative": (set_weight(shape=[-1]), "damaged or missing"),
    "dtype": (set_weight(dtype="object"), "damaged or missing"),
    "no weights": (lambda content: content.pop("weightsManifest"), "no layers model"),
}


@pytest.mark.parametrize(("change", "message"), FAULTS.values(), ids=FAULTS)
def test_damaged(damaged, change, message):
    with pytest.raises(ValueError, match=message):
        models.load_model(damaged(change))


def test_a_folder_without_a_model(tmp_path):
    with pytest.raises(ValueError, match=r"no 'model\.json'"):
        models.load_model(tmp_path)


def test_half_precision_and_several_files(tmp_path):
    """Written by hand: a weight in half precision, whose bytes lie across two files."""
    kernel, bias = np.array([[1.5, -2.0]], "<f2"), np.array([0.25, 4.0], "<f4")
    data = kernel.tobytes() + bias.tobytes()
    (tmp_path / "a.bin").write_bytes(data[:3])
    (tmp_path / "b.bin").write_bytes(data[3:])
    half = {"name": "d/kernel", "shape": [1, 2], "dtype": "float32"}
    weights = [
        {**half, "quantization": {"dtype": "float16"}},
        {"name": "d/bias", "shape": [2], "dtype": "float32"},
    ]
    dense = {"name": "d", "units": 2, "batch_input_shape": [None, 1]}
    stack = {"class_name": "Sequential", "config": [{"class_name": "Dense", "config": dense}]}
    content = {
        "modelTopology": {"model_config": stack, "keras_version": "2.2.4"},
        "weightsManifest": [{"paths": ["a.bin", "b.bin"], "weights": weights}],
    }
    (tmp_path / "model.json").write_text(json.dumps(content))
    outputs = models.load_model(tmp_path).predict(np.array([[2.0]]))
    assert outputs.tolist() == [[3.25, 0.0]]
