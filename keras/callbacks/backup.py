"""BackupAndRestore: takes up an interrupted training where it stopped."""

import json
import os
from typing import NamedTuple

import h5py
import numpy as np

from keras.callbacks.base import Callback
from keras.utils.atomic import replacing
from keras.utils.logs import plain
from keras.utils.progress import report


class Stop(NamedTuple):
    """Where a run stopped: in which epoch, from 0, after how many of its steps."""

    epoch: int
    steps: int


class BackupAndRestore(Callback):
    """Keeps a backup of a run, from which the same call of `fit` goes on after the process was killed.

    The backup holds the model's weights, the optimizer's state, the seeds, the running means of the epoch, and the
    state of all callbacks that have one (`EarlyStopping`, `ReduceLROnPlateau`, `ModelCheckpoint`, `History` ...), so
    that the weights at the end and the history are those of a run without the interruption. It is one file, replaced
    as a whole.

    Shuffled data go on in the same order. Of a generator as many batches are passed over as the epoch has done.

    Args:
        backup_dir: the folder of the backup, made if it is not there. Each run needs one of its own.
        save_freq: "epoch" for a backup before each epoch, or a number of batches, for one within epochs as well, as
            soon as so many are done since the last.
        delete_checkpoint: whether to remove the backup when training has come to its end.

    Raises:
        ValueError: if `save_freq` is neither.

    Examples:
        >>> BackupAndRestore("backup", save_freq=100).save_freq
        100
    """

    def __init__(self, backup_dir, save_freq="epoch", delete_checkpoint=True):
        super().__init__()
        is_count = isinstance(save_freq, int) and not isinstance(save_freq, bool) and save_freq > 0
        if save_freq != "epoch" and not is_count:
            raise ValueError(
                f"BackupAndRestore: save_freq should be 'epoch' or a positive int, got {save_freq!r}."
            )
        self.backup_dir = os.fspath(backup_dir)
        self.save_freq = save_freq
        self.delete_checkpoint = delete_checkpoint
        self._callbacks = []
        self._epoch = 0
        self._first = self._last = 0
        self._resumed = None
        self._has_ended = False

    @property
    def path(self):
        """The backup's path."""
        return os.path.join(self.backup_dir, "backup.h5")

    # -------------------------------------------------------------- when
    def on_train_begin(self, logs=None):
        """Make the folder."""
        os.makedirs(self.backup_dir, exist_ok=True)

    def restore_run(self, callbacks):
        """Bring back what the backup holds, if there is one; return where it was made."""
        self._callbacks = list(callbacks)
        self._resumed = None
        if os.path.exists(self.path):
            self._resumed = self._restore()
            report(
                f"BackupAndRestore: going on in epoch {self._resumed.epoch + 1} after "
                f"{self._resumed.steps} step(s), from {self.path}"
            )
        return self._resumed

    def on_epoch_begin(self, epoch, logs=None):
        """Write the backup before the epoch: all callbacks are done with the one before."""
        self._epoch = epoch
        done = self._resumed.steps if self._resumed and self._resumed.epoch == epoch else 0
        self._first = self._steps_taken() - done
        self._last = done
        if not done:
            self._save(0)

    def on_progress(self, seen, logs=None):
        """Write the backup, if it is time."""
        done = self._steps_taken() - self._first
        if self.save_freq != "epoch" and done - self._last >= self.save_freq:
            self._last = done
            self._save(done)

    def on_train_end(self, logs=None):
        """Remove the backup, unless training was interrupted."""
        if self.delete_checkpoint and not self._is_interrupted() and os.path.exists(self.path):
            os.remove(self.path)

    def _is_interrupted(self):
        last = (self.params or {}).get("epochs")
        is_last = last is None or self._epoch + 1 >= last
        return not (self.model.stop_training or (is_last and self._has_ended))

    def on_epoch_end(self, epoch, logs=None):
        """Take note that the epoch came to its end."""
        self._has_ended = True

    def _steps_taken(self):
        return int(self.model.optimizer.iterations.numpy())

    # -------------------------------------------------------------- what
    def _save(self, steps):
        self._has_ended = False
        arrays = []
        states = [[type(c).__name__, _packed(c.get_state(), arrays)] for c in self._callbacks]
        sums = _packed([v.numpy() for v in self.model._compiled.variables], arrays)
        run = {"epoch": self._epoch, "steps": steps, "callbacks": states, "sums": sums}
        with replacing(self.path) as path, h5py.File(path, "w") as file:
            self.model.save_state(file)
            file.attrs["run"] = json.dumps(run)
            group = file.create_group("run_arrays")
            for number, array in enumerate(arrays):
                group[str(number)] = array

    def _restore(self):
        with h5py.File(self.path, "r") as file:
            run = json.loads(file.attrs["run"])
            names = [type(c).__name__ for c in self._callbacks]
            if [name for name, _ in run["callbacks"]] != names:
                raise ValueError(
                    f"BackupAndRestore: {self.path!r} is of a run with the callbacks "
                    f"{[name for name, _ in run['callbacks']]}, this one has {names}. Give the same ones, or another "
                    "backup_dir."
                )
            self.model.load_state(file)
            group = file["run_arrays"]
            for callback, (_, state) in zip(self._callbacks, run["callbacks"], strict=True):
                callback.set_state(_unpacked(state, group))
            sums = _unpacked(run["sums"], group)
            for variable, value in zip(self.model._compiled.variables, sums, strict=True):
                variable.assign(value)
        return Stop(run["epoch"], run["steps"])


def _packed(value, arrays):
    """Return a state as JSON can hold it: arrays are put into the list, their numbers in their place."""
    if isinstance(value, np.ndarray):
        arrays.append(value)
        return {"__array__": len(arrays) - 1}
    if isinstance(value, dict):
        return {key: _packed(item, arrays) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_packed(item, arrays) for item in value]
    return plain(value)


def _unpacked(value, group):
    if isinstance(value, dict):
        if set(value) == {"__array__"}:
            return group[str(value["__array__"])][()]
        return {key: _unpacked(item, group) for key, item in value.items()}
    return [_unpacked(item, group) for item in value] if isinstance(value, list) else value
