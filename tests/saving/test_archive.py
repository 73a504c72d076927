"""`.keras` archives and `.weights.h5`: what is in them, and that it all comes back."""

import contextlib
import io
import json
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

from keras import layers as L
from keras import models, ops
from keras.registry import register_keras_serializable

FIXTURES = Path(__file__).parent / "fixtures" / "keras3"


def members(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def datasets(data):
    """The paths, shapes and dtypes of the weights in an HDF5 file."""
    found = {}
    with h5py.File(io.BytesIO(data)) as file:
        file.visititems(
            lambda name, item: (
                found.update({name: (item.shape, str(item.dtype))})
                if isinstance(item, h5py.Dataset)
                else None
            )
        )
    return found


@pytest.mark.parametrize(
    "name", sorted({path.stem for path in FIXTURES.glob("*.keras")} - {"mixed", "untrained"})
)
def test_weights_lie_where_keras_3_has_them(name, tmp_path):
    theirs = FIXTURES / f"{name}.keras"
    models.load_model(theirs).save(tmp_path / "ours.keras")
    found, wanted = (
        datasets(members(path)["model.weights.h5"]) for path in (tmp_path / "ours.keras", theirs)
    )
    assert found == wanted


def test_an_archive_has_the_members_of_keras_3(model, tmp_path):
    model.save(tmp_path / "m.keras")
    found = members(tmp_path / "m.keras")
    assert set(found) == {
        "config.json",
        "metadata.json",
        "model.weights.h5",
        "training_state.json",
    }
    assert json.loads(found["metadata.json"])["keras_version"].startswith("3.")
    config = json.loads(found["config.json"])
    assert config["class_name"] == "Sequential" and config["module"] == "keras"
    assert config["compile_config"]["optimizer"]["config"]["learning_rate"] == 0.001
    with zipfile.ZipFile(tmp_path / "m.keras") as archive:
        assert all(info.compress_type == zipfile.ZIP_STORED for info in archive.infolist())


@pytest.mark.parametrize("optimizer", ["adam", "nadam", "sgd", "rmsprop", "adadelta"])
def test_training_goes_on_bit_for_bit(model, x, y, optimizer, tmp_path):
    model.compile(optimizer, "mse")
    model.fit(x, y, epochs=2, verbose=0)
    is_other = pytest.warns(UserWarning, match="Nesterov's momentum grow by another schedule")
    with is_other if optimizer == "nadam" else contextlib.nullcontext():
        model.save(tmp_path / "m.keras")
    found = models.load_model(tmp_path / "m.keras")
    history = [m.fit(x, y, epochs=4, initial_epoch=2, verbose=0).history for m in (model, found)]
    assert history[0] == history[1]
    for ours, theirs in zip(model.get_weights(), found.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_the_mode_of_sample_weights_comes_back(tmp_path):
    model = models.Sequential([L.LSTM(2, return_sequences=True, input_shape=(3, 2))])
    model.compile("sgd", "mse", sample_weight_mode="temporal")
    model.save(tmp_path / "m.keras")
    assert models.load_model(tmp_path / "m.keras").sample_weight_mode == "temporal"


def test_states_of_stateful_layers_come_back(tmp_path):
    model = models.Sequential([L.LSTM(3, stateful=True, batch_input_shape=(2, 4, 5))])
    x = np.random.default_rng(0).normal(size=(2, 4, 5)).astype("float32")
    model.predict(x, batch_size=2)
    model.save(tmp_path / "m.keras")
    found = models.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(found.predict(x, batch_size=2), model.predict(x, batch_size=2))


@register_keras_serializable("Archive")
def double(x):
    return x * 2


@register_keras_serializable("Archive")
class Doubled(L.Layer):
    def __init__(self, units=1, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.parts = [L.Dense(units), L.Dense(units, activation=double)]

    def call(self, inputs):
        return self.parts[1](self.parts[0](inputs))


def test_registered_classes_and_functions_come_back(tmp_path):
    model = models.Sequential([Doubled(3, input_shape=(2,)), L.Dense(1, activation=double)])
    model.save(tmp_path / "m.keras")
    config = json.loads(members(tmp_path / "m.keras")["config.json"])["config"]["layers"]
    assert [layer["registered_name"] for layer in config] == [None, "Archive>Doubled", None]
    assert config[2]["config"]["activation"]["config"] == "Archive>double"
    weights = datasets(members(tmp_path / "m.keras")["model.weights.h5"])
    assert "layers/doubled/parts/dense_1/vars/0" in weights
    x = np.ones((1, 2), "float32")
    found = models.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(found.predict(x), model.predict(x))


def test_graphs_with_ops_and_nested_models_come_back(tmp_path):
    a, b = L.Input((4,), name="a"), L.Input((4,), name="b")
    inner = models.Sequential([L.Dense(4, input_dim=4), L.Dense(4)])
    x = ops.concatenate([inner(a)[:, 1:], inner(b) * np.float32(2)], axis=-1)
    mean = ops.mean(ops.where(x > 0, x, -x), -1, keepdims=True)
    model = models.Model([a, b], [L.LeakyReLU(0.1)(x), ops.einsum("bi,bi->b", x, x), mean])
    model.save(tmp_path / "m.keras")
    values = [np.random.default_rng(i).normal(size=(3, 4)).astype("float32") for i in (0, 1)]
    found = models.load_model(tmp_path / "m.keras").predict(values)
    for ours, theirs in zip(model.predict(values), found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)


# ------------------------------------------------------------------ weights alone
def test_weights_alone_come_back(model, tmp_path):
    before = model.get_weights()
    model.save_weights(tmp_path / "w.weights.h5")
    model.set_weights([w + 1 for w in before])
    report = model.load_weights(tmp_path / "w.weights.h5")
    assert report.loaded == ["first", "norm", "last"]
    for found, wanted in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(found, wanted)


def test_weights_are_found_by_name_in_another_model(model, tmp_path):
    model.save_weights(tmp_path / "w.weights.h5")
    other = models.Sequential([L.Dense(3, input_dim=6, name="new"), L.Dense(2, name="last")])
    other = models.Sequential(
        [L.Dense(6, input_dim=4, name="new"), L.Dense(2, name="last")], name="other"
    )
    with pytest.warns(UserWarning, match="new: not in the file"):
        report = other.load_weights(tmp_path / "w.weights.h5", by_name=True)
    assert report.loaded == ["last"] and sorted(report.unused) == ["first", "norm"]
    np.testing.assert_array_equal(
        other.layers[1].get_weights()[0], model.layers[3].get_weights()[0]
    )


def test_weights_without_a_partner_are_an_error(model, tmp_path):
    model.save_weights(tmp_path / "w.weights.h5")
    other = models.Sequential([L.Dense(6, input_dim=4), L.Dense(2), L.Dense(2)])
    before = other.get_weights()
    with pytest.raises(ValueError, match="Nothing was loaded"):
        other.load_weights(tmp_path / "w.weights.h5")
    assert all(map(np.array_equal, other.get_weights(), before))


def test_a_model_of_the_users_own_keeps_its_weights(tmp_path):
    class Own(models.Model):
        def __init__(self):
            super().__init__()
            self.first = L.Dense(3)
            self.rest = [L.Dense(2), L.Dense(2)]

        def call(self, inputs):
            return self.rest[1](self.rest[0](self.first(inputs)))

    x = np.ones((1, 4), "float32")
    model, other = Own(), Own()
    wanted = model.predict(x)
    other.predict(x)
    model.save_weights(tmp_path / "w.weights.h5")
    assert "first/vars/0" in datasets((tmp_path / "w.weights.h5").read_bytes())
    other.load_weights(tmp_path / "w.weights.h5")
    np.testing.assert_array_equal(other.predict(x), wanted)


def test_half_precision_is_kept_as_keras_3_keeps_it(tmp_path):
    model = models.Sequential([L.Dense(2, input_dim=3, dtype="bfloat16")])
    model.save_weights(tmp_path / "w.weights.h5")
    with h5py.File(tmp_path / "w.weights.h5") as file:
        kernel = file["layers/dense/vars/0"]
        assert kernel.dtype == "V2" and kernel.attrs["dtype"] == "bfloat16"
    before = model.get_weights()
    model.set_weights([w * 0 for w in before])
    model.load_weights(tmp_path / "w.weights.h5")
    assert all(map(np.array_equal, model.get_weights(), before))


def test_weights_alone_are_no_archive(model, tmp_path):
    with pytest.raises(ValueError, match=r"name of a whole model.*\.weights\.h5"):
        model.save_weights(tmp_path / "m.keras")


def test_archives_are_written_and_read_where_files_cannot_be_read_at_a_place(
    model, tmp_path, monkeypatch
):
    monkeypatch.delattr("os.preadv")
    model.save(tmp_path / "m.keras")
    found = models.load_model(tmp_path / "m.keras").get_weights()
    assert all(map(np.array_equal, found, model.get_weights()))
