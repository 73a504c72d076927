"""ModelCheckpoint: which files it writes, when, and with what in them."""

import os

import numpy as np
import pytest

from keras import layers, models
from keras.callbacks import ModelCheckpoint


class Recorder:
    """Stands in for a model: remembers what was saved where."""

    def __init__(self):
        self.saved = []

    def save(self, path, overwrite=True):
        self.saved.append(("model", path))

    def save_weights(self, path, overwrite=True):
        self.saved.append(("weights", path))


def run(callback, values, name="val_loss"):
    """Tell a callback of epochs with these values; return what it saved."""
    callback.set_model(Recorder())
    callback.on_train_begin()
    for epoch, value in enumerate(values):
        callback.on_epoch_begin(epoch)
        callback.on_epoch_end(epoch, {name: value, "acc": 0.5})
    return [path for _, path in callback.model.saved]


def test_the_path_is_filled_in_from_the_epoch_and_the_logs():
    callback = ModelCheckpoint("w.{epoch:02d}-{val_loss:.2f}-{accuracy}.h5")
    assert run(callback, [0.5, 0.25]) == ["w.01-0.50-0.5.h5", "w.02-0.25-0.5.h5"]
    assert [kind for kind, _ in callback.model.saved] == ["model", "model"]


def test_weights_alone():
    callback = ModelCheckpoint("w.h5", save_weights_only=True)
    run(callback, [1])
    assert callback.model.saved == [("weights", "w.h5")]


@pytest.mark.parametrize(
    ("monitor", "mode", "saved"),
    [("val_loss", "auto", "1 2 4"), ("val_acc", "auto", "1 3"), ("val_loss", "max", "1 3")],
)
def test_the_best_only(monitor, mode, saved):
    callback = ModelCheckpoint("{epoch}", monitor, save_best_only=True, mode=mode)
    assert " ".join(run(callback, [3, 2, 4, 1, 1], monitor)) == saved


def test_a_threshold_to_begin_with():
    callback = ModelCheckpoint("{epoch}", save_best_only=True, initial_value_threshold=2)
    assert run(callback, [3, 2, 1]) == ["3"]


def test_a_period():
    assert run(ModelCheckpoint("{epoch}", period=2), [1] * 5) == ["2", "4"]


def test_the_best_only_without_the_quantity_warns_and_saves_nothing():
    with pytest.warns(RuntimeWarning, match="watches 'val_loss'"):
        assert run(ModelCheckpoint("w", save_best_only=True), [1], "loss") == []


def test_a_name_that_the_logs_lack_is_named():
    with pytest.raises(KeyError, match="'val_mae', which is not among the logs"):
        run(ModelCheckpoint("{val_mae}"), [1])


def test_a_folder_that_is_not_there_is_said_before_training(tmp_path):
    callback = ModelCheckpoint(tmp_path / "missing" / "w.h5")
    with pytest.raises(FileNotFoundError, match=r"missing.*does not exist"):
        callback.on_train_begin()


@pytest.mark.parametrize(
    "arguments", [{"period": 0}, {"save_freq": 1.5}, {"save_freq": "batch"}, {"mode": "best"}]
)
def test_wrong_arguments_are_named(arguments):
    with pytest.raises(ValueError, match=next(iter(arguments))):
        ModelCheckpoint("w", **arguments)


def test_the_state_goes_on():
    first = ModelCheckpoint("{epoch}", save_best_only=True, period=2)
    run(first, [3, 2, 9])
    second = ModelCheckpoint("{epoch}", save_best_only=True, period=2)
    second.set_state(first.get_state())
    assert run(second, [2.5]) == [], "2 was better"


def test_what_is_said(capsys):
    run(ModelCheckpoint("w.h5", save_best_only=True, verbose=1), [1, 2])
    said = capsys.readouterr().out
    assert "Epoch 1: ModelCheckpoint saved the model to w.h5" in said
    assert "Epoch 2: val_loss did not improve from 1" in said


def small():
    model = models.Sequential([layers.Dense(1, input_dim=2)])
    model.compile("sgd", "mse")
    return model


def test_fit_writes_files_that_load(tmp_path):
    model, x = small(), np.ones((8, 2))
    callback = ModelCheckpoint(os.path.join(tmp_path, "m{epoch}"), monitor="loss")
    model.fit(x, x[:, :1], epochs=2, verbose=0, callbacks=[callback])
    assert sorted(os.listdir(tmp_path)) == ["m1", "m2"]
    for one, other in zip(
        models.load_model(tmp_path / "m2").get_weights(), model.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_saving_after_so_many_batches(tmp_path):
    model, x = small(), np.ones((8, 2))
    seen = []
    callback = ModelCheckpoint(tmp_path / "m", save_freq=3)
    model.save = lambda path, overwrite: seen.append(int(model.optimizer.iterations.numpy()))
    model.fit(x, x[:, :1], batch_size=2, epochs=2, verbose=0, callbacks=[callback])
    assert seen == [3, 6]
