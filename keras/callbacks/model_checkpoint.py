"""ModelCheckpoint: saves the model as training goes."""

import os

from keras.callbacks.base import Callback
from keras.callbacks.monitor import Monitor
from keras.utils.logs import as_logs
from keras.utils.progress import report


class ModelCheckpoint(Callback):
    """Saves the model, or its weights, after epochs.

    Args:
        filepath: the file's path, in which `{epoch:02d}` (from 1), `{val_loss:.2f}` and other names of the logs are
            filled in. The kind of file is told by the end of the name, as for `model.save`.
        monitor: the quantity in the logs by which the best is judged.
        verbose: 1 tells of each file, 0 says nothing.
        save_best_only: whether to save only what is better than all before.
        save_weights_only: whether to save the weights alone, as `model.save_weights`, in place of the whole model.
        mode: "min", "max", or "auto" (judged by the quantity's name).
        period: save after every so many epochs.
        save_freq: "epoch", or a number of batches after which to save, wherever in an epoch that is.
        initial_value_threshold: what the quantity must be better than to begin with, or None.

    Raises:
        ValueError: if the mode is unknown, or `period` or `save_freq` is no positive number.

    Examples:
        >>> ModelCheckpoint("weights.{epoch:02d}-{val_loss:.2f}.h5").path(0, {"val_loss": 0.5})
        'weights.01-0.50.h5'
    """

    def __init__(
        self,
        filepath,
        monitor="val_loss",
        verbose=0,
        save_best_only=False,
        save_weights_only=False,
        mode="auto",
        period=1,
        save_freq="epoch",
        initial_value_threshold=None,
    ):
        super().__init__()
        self._monitor = Monitor("ModelCheckpoint", monitor, mode)
        self.filepath = os.fspath(filepath)
        self.monitor = monitor
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self.period = _positive("period", period)
        self.save_freq = save_freq if save_freq == "epoch" else _positive("save_freq", save_freq)
        self.best = self._monitor.worst
        if initial_value_threshold is not None:
            self.best = initial_value_threshold
        self.epochs_since_last_save = 0
        self._epoch = 0
        self._batches = 0
        if save_freq != "epoch":
            # On the object, not the class: without it nothing need be called for every batch.
            self.on_train_batch_end = self._count_batch

    def on_train_begin(self, logs=None):
        """Look whether the folder is there, before hours of training."""
        folder = os.path.dirname(self.filepath)
        if folder and "{" not in folder and not os.path.isdir(folder):
            raise FileNotFoundError(
                f"ModelCheckpoint: the folder {folder!r} does not exist. Make it first: os.makedirs({folder!r})."
            )

    def on_epoch_begin(self, epoch, logs=None):
        """Take note of the epoch."""
        self._epoch = epoch

    def on_epoch_end(self, epoch, logs=None):
        """Save, if it is time and worth it."""
        if self.save_freq != "epoch":
            return
        self.epochs_since_last_save += 1
        if self.epochs_since_last_save >= self.period:
            self.epochs_since_last_save = 0
            self._save(epoch, logs)

    def _count_batch(self, batch, logs=None):
        self._batches += 1
        if self._batches >= self.save_freq:
            self._batches = 0
            self._save(self._epoch, logs)

    def _save(self, epoch, logs):
        if self.save_best_only and not self._is_best(epoch, logs):
            return
        path = self.path(epoch, logs)
        save = self.model.save_weights if self.save_weights_only else self.model.save
        save(path, overwrite=True)
        if self.verbose:
            report(f"Epoch {epoch + 1}: ModelCheckpoint saved the model to {path}")

    def _is_best(self, epoch, logs):
        current = self._monitor.value(logs)
        if current is None or not self._monitor.improved(current, self.best):
            if self.verbose and current is not None:
                report(f"Epoch {epoch + 1}: {self.monitor} did not improve from {self.best:.5g}")
            return False
        self.best = current
        return True

    def path(self, epoch, logs=None):
        """Return the path for an epoch, counted from 0, with the logs filled in.

        Raises:
            KeyError: if the path has a name that the logs do not have.
        """
        values = as_logs(dict(as_logs(logs)))
        values["epoch"] = epoch + 1
        try:
            return self.filepath.format_map(values)
        except KeyError as error:
            raise KeyError(
                f"ModelCheckpoint: the path {self.filepath!r} has {error}, which is not among the logs "
                f"({', '.join(map(str, values))}); use one of these."
            ) from None

    def get_state(self):
        """The best value, and how long ago the last file was written."""
        return {
            "best": self.best,
            "epochs_since_last_save": self.epochs_since_last_save,
            "batches": self._batches,
        }

    def set_state(self, state):
        """Continue where an earlier run was."""
        self.best = state["best"]
        self.epochs_since_last_save = state["epochs_since_last_save"]
        self._batches = state["batches"]


def _positive(name, value):
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"ModelCheckpoint: {name} should be a positive int, got {value!r}.")
    return value
