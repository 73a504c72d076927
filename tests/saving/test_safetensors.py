"""Weights as safetensors, read and written by the safetensors library itself beside ours."""

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from keras import layers as L
from keras import models


def test_the_library_reads_what_is_written(model, tmp_path):
    model.save_weights(tmp_path / "w.safetensors")
    found = load_file(tmp_path / "w.safetensors")
    assert sorted(found)[:2] == [
        "layers/batch_normalization/vars/0",
        "layers/batch_normalization/vars/1",
    ]
    first = model.get_layer("first").get_weights()
    np.testing.assert_array_equal(found["layers/dense/vars/0"], first[0])
    np.testing.assert_array_equal(found["layers/dense/vars/1"], first[1])
    with safe_open(tmp_path / "w.safetensors", "numpy") as file:
        assert file.metadata()["layer:layers/dense"] == "first"


def test_weights_come_back(model, tmp_path):
    model.save_weights(tmp_path / "w.safetensors")
    before = model.get_weights()
    model.set_weights([w + 1 for w in before])
    assert model.load_weights(tmp_path / "w.safetensors").loaded == ["first", "norm", "last"]
    assert all(map(np.array_equal, model.get_weights(), before))


def test_layers_are_found_by_name(model, tmp_path):
    model.save_weights(tmp_path / "w.safetensors")
    other = models.Sequential([L.Dense(3, input_dim=6, name="new"), L.Dense(6, name="x")])
    other.add(L.Dense(2, name="last"))
    with pytest.warns(UserWarning, match="new: not in the file"):
        assert other.load_weights(tmp_path / "w.safetensors", by_name=True).loaded == ["last"]


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_is_kept(dtype, tmp_path):
    model = models.Sequential([L.Bidirectional(L.LSTM(2, dtype=dtype), input_shape=(3, 2))])
    before = model.get_weights()
    model.save_weights(tmp_path / "w.safetensors")
    assert {str(a.dtype) for a in load_file(tmp_path / "w.safetensors").values()} == {dtype}
    model.set_weights([w * 0 for w in before])
    model.load_weights(tmp_path / "w.safetensors")
    assert all(map(np.array_equal, model.get_weights(), before))


def test_weights_that_do_not_fit_change_nothing(model, tmp_path):
    model.save_weights(tmp_path / "w.safetensors")
    arrays = load_file(tmp_path / "w.safetensors")
    arrays["layers/dense_1/vars/0"] = np.zeros((6, 3), "float32")
    save_file(arrays, tmp_path / "w.safetensors")
    before = model.get_weights()
    with pytest.raises(ValueError, match=r"layer 'last'.*\(6, 3\).*\(6, 2\).*Nothing was loaded"):
        model.load_weights(tmp_path / "w.safetensors")
    assert all(map(np.array_equal, model.get_weights(), before))


def test_a_file_of_weights_is_no_model(model, tmp_path):
    model.save_weights(tmp_path / "w.safetensors")
    with pytest.raises(ValueError, match="holds weights without a model"):
        models.load_model(tmp_path / "w.safetensors")


def test_a_file_cut_off_is_refused(model, tmp_path):
    model.save_weights(tmp_path / "w.safetensors")
    data = (tmp_path / "w.safetensors").read_bytes()
    (tmp_path / "w.safetensors").write_bytes(data[:-8])
    with pytest.raises(ValueError, match="cannot be read as safetensors"):
        model.load_weights(tmp_path / "w.safetensors")
