"""Files of Keras 2.2.4, made by `fixtures/make_keras2.py`: they load, predict and train on as they did there."""

from pathlib import Path

import h5py
import numpy as np
import pytest

from keras import models

FOLDER = Path(__file__).parent / "fixtures"
NAMES = sorted(path.stem for path in FOLDER.glob("keras2_*.h5"))


def numbers(name):
    with np.load(FOLDER / f"{name}.npz") as file:
        stored = dict(file)
    x = [stored[key] for key in sorted(stored) if key.startswith("x")]
    return x[0] if len(x) == 1 else x, stored


def test_the_files_are_there():
    assert len(NAMES) == 8


@pytest.mark.parametrize("name", NAMES)
def test_a_file_predicts_and_trains_on_as_it_did(name):
    x, stored = numbers(name)
    model = models.load_model(FOLDER / f"{name}.h5")
    np.testing.assert_allclose(model.predict(x), stored["outputs"], rtol=1e-5, atol=1e-5)
    losses = [model.train_on_batch(x, stored["y"])[0] for _ in range(10)]
    np.testing.assert_allclose(losses, stored["losses"], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["keras2_sgd", "keras2_adam", "keras2_recurrent"])
def test_what_was_loaded_and_saved_again_is_what_was_loaded(name, tmp_path):
    models.load_model(FOLDER / f"{name}.h5").save(tmp_path / "again.h5")
    with h5py.File(FOLDER / f"{name}.h5") as old, h5py.File(tmp_path / "again.h5") as new:
        old_weights, new_weights = old["model_weights"], new["model_weights"]
        assert list(old_weights.attrs["layer_names"]) == list(new_weights.attrs["layer_names"])
        for layer in old_weights.attrs["layer_names"]:
            compare(old_weights[layer], new_weights[layer])
        values = [
            [
                np.array(file["optimizer_weights"][n])
                for n in file["optimizer_weights"].attrs["weight_names"]
            ]
            for file in (old, new)
        ]
        for one, other in zip(*values, strict=True):
            np.testing.assert_array_equal(one, other)


def compare(old, new):
    for one, other in zip(old.attrs["weight_names"], new.attrs["weight_names"], strict=True):
        np.testing.assert_array_equal(old[one], new[other])


def test_weights_alone_load_into_a_model_built_in_code(tmp_path):
    x, stored = numbers("keras2_adam")
    model = models.load_model(FOLDER / "keras2_adam.h5", compile=False)
    twin = models.clone_model(model)
    twin.load_weights(FOLDER / "keras2_adam.h5")
    np.testing.assert_allclose(twin.predict(x), stored["outputs"], rtol=1e-5, atol=1e-5)


def test_what_is_frozen_and_compiled_is_as_it_was():
    model = models.load_model(FOLDER / "keras2_adam.h5")
    assert not model.get_layer("inner").layers[0].trainable
    assert model.optimizer.clipnorm == 1.0
    assert model.metrics_names == ["loss", "mae"]
    assert int(model.optimizer.iterations.numpy()) == 6
