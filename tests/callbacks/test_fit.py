"""The callbacks in real training."""

import csv
import re

import h5py
import numpy as np
import pytest

import keras.backend as K
from keras.callbacks import (
    Callback,
    CSVLogger,
    EarlyStopping,
    History,
    LambdaCallback,
    LearningRateScheduler,
    ReduceLROnPlateau,
    TerminateOnNaN,
)
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import SGD
from keras.utils import HDF5Matrix, Sequence

RANDOM = np.random.default_rng(7)
X = RANDOM.normal(size=(70, 3)).astype("float32")
Y = (X.sum(axis=1, keepdims=True) > 0).astype("float32")


HELD_OUT = (X[:30], 1 - Y[:30])


def build():
    model = Sequential([Dense(1, activation="sigmoid", input_shape=(3,))])
    model.compile(SGD(lr=0.5), "binary_crossentropy", metrics=["acc"])
    return model


@pytest.fixture(scope="module")
def compiled():
    model = build()
    return model, model.get_weights()


@pytest.fixture
def model(compiled):
    """One model for all tests, as it was in the beginning: compiling it anew takes most time."""
    model, weights = compiled
    model.set_weights(weights)
    K.set_value(model.optimizer.lr, 0.5)
    return model


def fit(model, *callbacks, x=X, y=Y, **arguments):
    arguments = {"batch_size": 16, "epochs": 2, "verbose": 0, **arguments}
    return model.fit(x, y, callbacks=list(callbacks), **arguments)


def test_history_knows_both_spellings(model):
    history = fit(model, validation_data=HELD_OUT).history
    assert list(history) == ["loss", "acc", "val_loss", "val_acc"]
    assert history["val_accuracy"] == history["val_acc"] and len(history["acc"]) == 2
    assert all(type(value) is float for values in history.values() for value in values)


def test_every_batch_is_delivered_in_order_with_its_own_logs(model):
    seen = []

    class Batches(Callback):
        def on_batch_end(self, batch, logs=None):
            seen.append((batch, logs["batch"], logs["size"], logs["loss"], logs["accuracy"]))

    history = fit(model, Batches(), epochs=1).history
    assert [entry[:3] for entry in seen] == [(n, n, size) for n, size in enumerate([16] * 4 + [6])]
    sizes, losses, accuracies = (np.array(column) for column in list(zip(*seen))[2:])
    np.testing.assert_allclose(np.average(losses, weights=sizes), history["loss"], rtol=1e-5)
    np.testing.assert_allclose(np.average(accuracies, weights=sizes), history["acc"], rtol=1e-5)


def test_training_is_the_same_with_and_without_per_batch_hooks(model):
    begin = model.get_weights()
    fit(model, shuffle=False)
    alone = model.get_weights()
    model.set_weights(begin)
    fit(model, LambdaCallback(on_batch_end=lambda batch, logs: None), shuffle=False)
    for one, other in zip(alone, model.get_weights()):
        np.testing.assert_allclose(one, other, rtol=1e-6)


def test_progress_goes_up_to_all_samples(model):
    class Progress(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.seen = []

        def on_progress(self, seen, logs=None):
            assert set(logs) == {"loss", "acc"}
            self.seen.append(seen)

    progress = Progress()
    fit(model, progress)
    assert progress.seen[-1] == 70
    assert progress.seen == sorted(set(progress.seen))


@pytest.mark.parametrize("hook", ["on_batch_end", "on_progress"])
def test_training_stops_within_an_epoch(hook, model):
    calls = []

    def stop(position, logs):
        calls.append(position)
        model.stop_training = True

    history = fit(model, LambdaCallback(**{hook: stop}), epochs=3)
    assert len(calls) == 1 and history.epoch == [0]


def test_early_stopping_restores_the_weights_of_the_best_epoch(model):
    # A rate that grows until training gets worse.
    growing = LearningRateScheduler(lambda epoch: 0.5 if epoch < 3 else 200.0)
    stopper = EarlyStopping(patience=2, restore_best_weights=True)
    history = fit(model, growing, stopper, epochs=20, validation_data=HELD_OUT).history
    assert len(history["val_loss"]) < 20
    loss, _ = model.evaluate(*HELD_OUT, batch_size=16, verbose=0)
    np.testing.assert_allclose(loss, min(history["val_loss"]), rtol=1e-5)
    assert stopper.best == min(history["val_loss"]) < history["val_loss"][-1]


def test_a_scheduled_rate_is_the_one_that_trains(model):
    weights = []
    note = LambdaCallback(on_epoch_end=lambda epoch, logs: weights.append(model.get_weights()[0]))
    fit(model, LearningRateScheduler(lambda epoch, lr: [0.1, 0.0, 0.2][epoch]), note, epochs=3)
    assert np.abs(weights[0]).max() > 0
    np.testing.assert_array_equal(weights[0], weights[1])
    assert np.abs(weights[2] - weights[1]).max() > 1e-4


def test_a_plateau_lowers_the_rate(model):
    plateau = ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=100.0)
    history = fit(model, plateau, epochs=4).history
    assert history["lr"] == [0.5, 0.5, 0.25, 0.125]
    assert K.get_value(model.optimizer.lr) == 0.0625


def test_nan_ends_training_and_is_reported(capsys):
    model = build()  # its own: the optimizer's moments stay NaN
    x = X.copy()
    x[40] = np.nan
    history = fit(model, TerminateOnNaN(), x=x, epochs=5)
    assert history.epoch == [0]
    assert re.match(r"Epoch 1, samples? .*\d+: the loss is nan", capsys.readouterr().out)


def test_the_csv_file_holds_the_history(model, tmp_path):
    history = fit(
        model, CSVLogger(tmp_path / "log.csv"), validation_data=HELD_OUT, epochs=3
    ).history
    with (tmp_path / "log.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["0", "1", "2"]
    for name in ("loss", "acc", "val_loss", "val_acc"):
        assert [float(row[name]) for row in rows] == history[name]


def test_the_bar_shows_the_epochs_and_the_validation(model, capsys):
    fit(model, verbose=1, validation_data=HELD_OUT)
    lines = capsys.readouterr().out.splitlines()
    bar = r"70/70 \[={30}\] - \d+s [\d.]+[mu]?s/sample( - (val_)?(loss|acc): [\d.]+){4}"
    assert [line for line in lines if line.startswith("Epoch")] == ["Epoch 1/2", "Epoch 2/2"]
    assert sum(re.fullmatch(bar, line) is not None for line in lines) == 2
    fit(model, verbose=2, epochs=1)
    (line,) = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"Epoch 1/1 - \d+s [\d.]+[mu]?s/sample - loss: [\d.]+ - acc: [\d.]+", line)


def test_evaluate_and_predict_call_their_hooks(model):
    calls = []
    names = ["test_begin", "test_batch_end", "test_end"]
    names += ["predict_begin", "predict_batch_end", "predict_end"]
    hooks = {
        f"on_{name}": lambda *arguments, name=name: calls.append((name, *arguments[:-1]))
        for name in names
    }
    model.evaluate(*HELD_OUT, batch_size=16, verbose=0, callbacks=[LambdaCallback(**hooks)])
    model.predict(X[:30], batch_size=16, callbacks=[LambdaCallback(**hooks)])
    assert calls == [
        ("test_begin",),
        ("test_batch_end", 0),
        ("test_batch_end", 1),
        ("test_end",),
        ("predict_begin",),
        ("predict_batch_end", 0),
        ("predict_batch_end", 1),
        ("predict_end",),
    ]


def test_data_on_disk_trains_as_data_in_memory(model, tmp_path):
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["x"], file["y"] = X, Y
    begin = model.get_weights()
    expected = fit(model, shuffle=False).history
    model.set_weights(begin)
    x, y = (HDF5Matrix(tmp_path / "data.h5", name) for name in "xy")
    actual = fit(model, x=x, y=y, shuffle=False).history
    np.testing.assert_allclose(actual["loss"], expected["loss"], rtol=1e-5)
    assert len(fit(model, x=x, y=y, shuffle="batch").history["loss"]) == 2


@pytest.mark.parametrize("workers", [1, 3])
def test_a_sequence_trains_as_its_data_does(workers, model):
    class Batches(Sequence):
        ended = 0

        def __len__(self):
            return 5

        def __getitem__(self, index):
            part = slice(index * 16, index * 16 + 16)
            return X[part], Y[part]

        def on_epoch_end(self):
            self.ended += 1

    begin = model.get_weights()
    expected = fit(model, shuffle=False).history
    model.set_weights(begin)
    batches, history = Batches(), History()
    model.fit_generator(
        batches, epochs=2, verbose=0, workers=workers, shuffle=False, callbacks=[history]
    )
    np.testing.assert_allclose(history.history["loss"], expected["loss"], rtol=1e-5)
    assert batches.ended == 2
