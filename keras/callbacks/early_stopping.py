"""EarlyStopping: end training when it no longer helps."""

from keras.callbacks.base import Callback
from keras.callbacks.monitor import Monitor
from keras.utils.progress import report


class EarlyStopping(Callback):
    """Stops training when a monitored quantity has stopped improving.

    Args:
        monitor: the quantity in the logs.
        min_delta: the least change that counts as an improvement.
        patience: after how many epochs in a row without improvement training stops.
        verbose: 1 prints what is done, 0 nothing.
        mode: 'min', 'max', or 'auto' (judged by the quantity's name).
        baseline: a value that the quantity must beat to count as improved at first, or None.
        restore_best_weights: whether the model ends with the weights of the epoch in which the
            quantity was best, instead of those of the last one.

    Raises:
        ValueError: the mode is unknown.

    Attributes:
        wait: epochs since the last improvement.
        stopped_epoch: the epoch at whose end training was stopped, from 0; 0 if it was not.
        best: the best value so far.
        best_epoch: the epoch it is from, or None.
        best_weights: the weights then, if `restore_best_weights`.

    Examples:
        >>> EarlyStopping(monitor="val_loss", patience=2).patience
        2
    """

    def __init__(
        self,
        monitor="val_loss",
        min_delta=0,
        patience=0,
        verbose=0,
        mode="auto",
        baseline=None,
        restore_best_weights=False,
    ):
        super().__init__()
        self._monitor = Monitor("EarlyStopping", monitor, mode, min_delta)
        self.monitor = monitor
        self.patience = patience
        self.verbose = verbose
        self.baseline = baseline
        self.restore_best_weights = restore_best_weights
        self._reset()

    def _reset(self):
        self.wait = 0
        self.stopped_epoch = 0
        self.best = self._monitor.worst if self.baseline is None else self.baseline
        self.best_epoch = None
        self.best_weights = None
        self._best_seen = self._monitor.worst

    def on_train_begin(self, logs=None):
        """Start anew, so that one object can serve several runs."""
        self._reset()

    def get_monitor_value(self, logs):
        """The monitored quantity in `logs`; None, and one warning, if it is not there."""
        return self._monitor.value(logs)

    def on_epoch_end(self, epoch, logs=None):
        """Judge the epoch."""
        current = self.get_monitor_value(logs)
        if current is None:
            return
        self._remember(epoch, current)
        if self._monitor.improved(current, self.best):
            self.best = current
            self.wait = 0
            return
        self.wait += 1
        if self.wait >= self.patience:
            self.stopped_epoch = epoch
            self.model.stop_training = True
            if self.verbose:
                self._say(epoch)

    def _remember(self, epoch, current):
        """Keep the best epoch, which a baseline that is out of reach must not hide."""
        if self._monitor.improved(current, self._best_seen):
            self._best_seen = current
            self.best_epoch = epoch
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()

    def _say(self, epoch):
        best = ""
        if self.best_epoch is not None:
            best = f" (best: {self._best_seen:.4g} in epoch {self.best_epoch + 1})"
        report(
            f"Epoch {epoch + 1}: early stopping, {self.monitor} did not improve for "
            f"{self.wait} epoch(s){best}"
        )

    def on_train_end(self, logs=None):
        """Put the best weights back if that is wanted."""
        if self.best_weights is None:
            return
        self.model.set_weights(self.best_weights)
        if self.verbose:
            report(f"EarlyStopping: weights of epoch {self.best_epoch + 1} restored")

    def get_state(self):
        """The patience used up, the best values, and the best weights if they are kept."""
        return {
            "wait": self.wait,
            "stopped_epoch": self.stopped_epoch,
            "best": self.best,
            "best_epoch": self.best_epoch,
            "best_seen": self._best_seen,
            "best_weights": self.best_weights,
        }

    def set_state(self, state):
        """Continue where an earlier run was."""
        self.wait = state["wait"]
        self.stopped_epoch = state["stopped_epoch"]
        self.best = state["best"]
        self.best_epoch = state["best_epoch"]
        self._best_seen = state["best_seen"]
        self.best_weights = state["best_weights"]
