"""BackupAndRestore: a run that was killed, anywhere, and started again ends as one that was not."""

import os
import signal
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from keras import callbacks, layers, models
from keras.utils import Sequence


class Cut(callbacks.Callback):
    """Ends a run by an exception after so many batches, as a lost connection would."""

    def __init__(self, after):
        super().__init__()
        self.left = after

    def on_train_batch_end(self, batch, logs=None):
        self.left -= 1
        if not self.left:
            raise ConnectionError("cut")


def draw(*shape):
    return np.random.RandomState(0).normal(size=shape).astype("float32")


X, Y = draw(24, 3), draw(24, 1)


class Batches(Sequence):
    def __len__(self):
        return 6

    def __getitem__(self, index):
        rows = slice(4 * index, 4 * index + 4)
        return X[rows], Y[rows]


def build():
    np.random.seed(1)
    model = models.Sequential([layers.Dense(4, input_dim=3), layers.Dropout(0.5), layers.Dense(1)])
    model.compile("adam", "mse", metrics=["mae"])
    return model


def run(folder, cut_after=10**9, data=None, **options):
    """Train a new model; return it and the history."""
    model = build()
    watching = [
        callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=10),
        callbacks.EarlyStopping("loss", patience=30, restore_best_weights=True),
        callbacks.BackupAndRestore(folder, **options),
        Cut(cut_after),
    ]
    given = {"x": X, "y": Y, "batch_size": 4} if data is None else {"x": data}
    history = model.fit(**given, epochs=4, verbose=0, callbacks=watching)
    return model, history


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """What a run without an interruption comes to."""
    return run(tmp_path_factory.mktemp("whole"))


def assert_same(found, wanted):
    for one, other in zip(found[0].get_weights(), wanted[0].get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert found[1].history == wanted[1].history
    assert found[1].epoch == wanted[1].epoch


@pytest.mark.parametrize("save_freq", ["epoch", 1, 4])
@pytest.mark.parametrize("cut_after", [1, 6, 8, 15, 23])
def test_a_run_that_was_cut_ends_as_one_that_was_not(cut_after, save_freq, whole, tmp_path, capsys):
    with pytest.raises(ConnectionError):
        run(tmp_path, cut_after, save_freq=save_freq)
    assert os.listdir(tmp_path) == ["backup.h5"]
    found = run(tmp_path, save_freq=save_freq)
    steps = {"epoch": 0, 1: (cut_after - 1) % 6, 4: 4 if (cut_after - 1) % 6 >= 4 else 0}[save_freq]
    place = f"going on in epoch {(cut_after - 1) // 6 + 1} after {steps} step(s)"
    assert place in capsys.readouterr().out
    assert_same(found, whole)
    assert os.listdir(tmp_path) == [], "the run is over"


def test_batches_of_a_sequence_go_on_in_their_order(tmp_path):
    wanted = run(tmp_path / "whole", data=Batches())
    with pytest.raises(ConnectionError):
        run(tmp_path / "cut", 9, Batches(), save_freq=1)
    assert_same(run(tmp_path / "cut", data=Batches(), save_freq=1), wanted)


def test_the_backup_may_be_kept(tmp_path):
    run(tmp_path, delete_checkpoint=False)
    assert os.listdir(tmp_path) == ["backup.h5"]


def test_a_run_with_other_callbacks_does_not_take_it_up(tmp_path):
    with pytest.raises(ConnectionError):
        run(tmp_path, 3)
    backup = callbacks.BackupAndRestore(tmp_path)
    with pytest.raises(ValueError, match="is of a run with the callbacks"):
        build().fit(X, Y, verbose=0, callbacks=[backup])


def test_another_model_is_not_changed(tmp_path):
    with pytest.raises(ConnectionError):
        run(tmp_path, 3)
    model = models.Sequential([layers.Dense(2, input_dim=3), layers.Dense(1)])
    model.compile("adam", "mse", metrics=["mae"])
    before = model.get_weights()
    watching = [
        callbacks.ReduceLROnPlateau("loss"),
        callbacks.EarlyStopping("loss"),
        callbacks.BackupAndRestore(tmp_path),
        Cut(10**9),
    ]
    with pytest.raises(ValueError, match="does not fit"):
        model.fit(X, Y, verbose=0, callbacks=watching)
    for one, other in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("save_freq", [0, "batch", 1.5, True])
def test_wrong_arguments_are_named(save_freq):
    with pytest.raises(ValueError, match="save_freq should be"):
        callbacks.BackupAndRestore("folder", save_freq=save_freq)


class Subclassed(models.Model):
    def __init__(self):
        super().__init__()
        self.hidden, self.out = layers.Dense(4), layers.Dense(1)

    def call(self, inputs):
        return self.out(self.hidden(inputs))


def test_subclassed_models_go_on_too(tmp_path):
    def fit(folder, cut_after):
        np.random.seed(2)
        model = Subclassed()
        model.compile("adam", "mse")
        watching = [callbacks.BackupAndRestore(folder, save_freq=1), Cut(cut_after)]
        return model, model.fit(X, Y, batch_size=4, epochs=2, verbose=0, callbacks=watching)

    wanted = fit(tmp_path / "whole", 10**9)
    with pytest.raises(ConnectionError):
        fit(tmp_path / "cut", 9)
    assert_same(fit(tmp_path / "cut", 10**9), wanted)


SCRIPT = """
    import os, signal, sys
    import numpy as np
    from keras import callbacks, layers, models

    class Kill(callbacks.Callback):
        left = int(sys.argv[2])

        def on_train_batch_end(self, batch, logs=None):
            self.left -= 1
            if not self.left:
                os.kill(os.getpid(), signal.SIGKILL)

    np.random.seed(1)
    x = np.random.RandomState(0).normal(size=(24, 3)).astype("float32")
    model = models.Sequential([layers.Dense(4, input_dim=3), layers.Dropout(0.5), layers.Dense(1)])
    model.compile("adam", "mse")
    watching = [callbacks.BackupAndRestore(sys.argv[1], save_freq=2), Kill()]
    history = model.fit(x, x[:, :1], batch_size=4, epochs=3, verbose=0, callbacks=watching)
    print(history.history["loss"], [w.tobytes().hex() for w in model.get_weights()])
"""


def test_a_killed_process(tmp_path):
    def start(folder, kill_after):
        command = [sys.executable, "-c", textwrap.dedent(SCRIPT), str(folder), str(kill_after)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    whole = start(tmp_path / "whole", 0)
    assert whole.returncode == 0, whole.stderr
    assert start(tmp_path / "killed", 10).returncode == -signal.SIGKILL
    again = start(tmp_path / "killed", 0)
    assert again.returncode == 0, again.stderr
    assert again.stdout.splitlines()[-1] == whole.stdout.splitlines()[-1]
