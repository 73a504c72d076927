"""TerminateOnNaN: end training when the loss is no longer a number."""

import math

from keras.callbacks.base import Callback, coarse
from keras.utils.logs import as_logs, plain
from keras.utils.progress import report


class TerminateOnNaN(Callback):
    """Stops training as soon as the loss is NaN or infinite, and says where that happened.

    It needs no batch of its own: a loss that is not finite once makes the epoch's running mean not
    finite from then on.

    Examples:
        >>> class Model:
        ...     stop_training = False
        >>> guard = TerminateOnNaN()
        >>> guard.set_model(Model())
        >>> guard.on_epoch_begin(2)
        >>> guard.on_batch_end(7, {"loss": float("nan")})
        Epoch 3, step 8: the loss is nan, training stops. ...
        >>> guard.model.stop_training
        True
    """

    def __init__(self):
        super().__init__()
        self._epoch = 0
        self._seen = 0
        self._found = False

    def on_train_begin(self, logs=None):
        """Start anew."""
        self._found = False

    def on_epoch_begin(self, epoch, logs=None):
        """Take note of the epoch for the message."""
        self._epoch = epoch
        self._seen = 0

    @coarse
    def on_batch_end(self, batch, logs=None):
        """Look at a batch's loss."""
        self._check(f"step {batch + 1}", logs)

    def on_progress(self, seen, logs=None):
        """Look at the running mean of the loss."""
        unit = "step" if (self.params or {}).get("samples") is None else "sample"
        first = self._seen + 1
        self._check(f"{unit} {seen}" if first == seen else f"{unit}s {first} to {seen}", logs)
        self._seen = seen

    def _check(self, where, logs):
        loss = plain(as_logs(logs).get("loss", 0.0))
        if self._found or math.isfinite(loss):
            return
        self._found = True
        self.model.stop_training = True
        report(
            f"Epoch {self._epoch + 1}, {where}: the loss is {loss}, training stops. Try a smaller "
            "learning rate or clipnorm=1.0 in the optimizer, and look for NaN in the data."
        )
