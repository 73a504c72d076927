"""CallbackList: calls a number of callbacks as one."""

import warnings
from collections import deque
from time import perf_counter

import numpy as np

from keras.callbacks.base import Callback
from keras.utils.logs import as_logs

_TRAIN_BATCH_HOOKS = (
    "on_batch_begin",
    "on_batch_end",
    "on_train_batch_begin",
    "on_train_batch_end",
)
_TEST_BATCH_HOOKS = ("on_test_batch_begin", "on_test_batch_end")
_PREDICT_BATCH_HOOKS = ("on_predict_batch_begin", "on_predict_batch_end")

_SLOW_SECONDS = 0.1


class CallbackList:
    """Calls a number of callbacks, in their order.

    All callbacks of one call share one `logs` object, so that what one adds (such as `lr`) the
    following ones see.

    Args:
        callbacks: a list of `Callback`, a single one, or None.
        queue_length: over how many of the last batches the time in per-batch hooks is watched; if
            they take most of the time, a warning says so once.

    Raises:
        TypeError: something else than a `Callback` is in the list.

    Examples:
        >>> from keras.callbacks import History, LambdaCallback
        >>> CallbackList([History()]).needs_batches
        False
        >>> CallbackList([LambdaCallback(on_batch_end=lambda batch, logs: None)]).needs_batches
        True
    """

    def __init__(self, callbacks=None, queue_length=10):
        if isinstance(callbacks, Callback):
            callbacks = [callbacks]
        self.callbacks = []
        for callback in callbacks or ():
            self.append(callback)
        self._pace = _Pace(queue_length)

    def __iter__(self):
        return iter(self.callbacks)

    def __len__(self):
        return len(self.callbacks)

    def append(self, callback):
        """Add a callback at the end."""
        if not isinstance(callback, Callback):
            raise TypeError(
                f"callbacks: got {callback!r}, but each must be an instance of "
                f"keras.callbacks.Callback.{_advice(callback)}"
            )
        self.callbacks.append(callback)

    @property
    def needs_batches(self):
        """Whether some callback must be called for every training batch."""
        return self._overrides(_TRAIN_BATCH_HOOKS)

    @property
    def needs_test_batches(self):
        """Whether some callback must be called for every batch of an evaluation."""
        return self._overrides(_TEST_BATCH_HOOKS)

    @property
    def needs_predict_batches(self):
        """Whether some callback must be called for every batch of a prediction."""
        return self._overrides(_PREDICT_BATCH_HOOKS)

    def _overrides(self, hooks):
        return any(
            not getattr(getattr(callback, hook), "is_coarse", False)
            for callback in self.callbacks
            for hook in hooks
        )

    def set_params(self, params):
        """Give every callback the dict that describes the run."""
        for callback in self.callbacks:
            callback.set_params(params)

    def set_model(self, model):
        """Give every callback the model."""
        for callback in self.callbacks:
            callback.set_model(model)

    def on_train_begin(self, logs=None):
        """Training begins."""
        self._call("on_train_begin", logs)

    def restore_run(self):
        """Let a callback that keeps backups bring back an interrupted run.

        Returns:
            The `Stop` where that run stopped; None if there was none.
        """
        for callback in self.callbacks:
            stop = callback.restore_run(self.callbacks)
            if stop is not None:
                return stop
        return None

    def on_train_end(self, logs=None):
        """Training ends."""
        self._call("on_train_end", logs)

    def on_epoch_begin(self, epoch, logs=None):
        """An epoch begins."""
        self._pace.restart()
        self._call("on_epoch_begin", epoch, logs)

    def on_epoch_end(self, epoch, logs=None):
        """An epoch ends."""
        self._call("on_epoch_end", epoch, logs)

    def on_progress(self, seen, logs=None):
        """Some training steps of the epoch are done; called after the hooks of their batches."""
        self._call("on_progress", seen, logs)

    def on_batch_begin(self, batch, logs=None):
        """The same as `on_train_batch_begin`."""
        self.on_train_batch_begin(batch, logs)

    def on_batch_end(self, batch, logs=None):
        """The same as `on_train_batch_end`."""
        self.on_train_batch_end(batch, logs)

    def on_train_batch_begin(self, batch, logs=None):
        """A training batch begins."""
        self._timed_call("on_train_batch_begin", batch, logs)

    def on_train_batch_end(self, batch, logs=None):
        """A training batch ends."""
        self._timed_call("on_train_batch_end", batch, logs)
        self._pace.end_batch()

    def on_test_begin(self, logs=None):
        """An evaluation begins."""
        self._call("on_test_begin", logs)

    def on_test_end(self, logs=None):
        """An evaluation ends."""
        self._call("on_test_end", logs)

    def on_test_batch_begin(self, batch, logs=None):
        """A batch of an evaluation begins."""
        self._call("on_test_batch_begin", batch, logs)

    def on_test_batch_end(self, batch, logs=None):
        """A batch of an evaluation ends."""
        self._call("on_test_batch_end", batch, logs)

    def on_predict_begin(self, logs=None):
        """A prediction begins."""
        self._call("on_predict_begin", logs)

    def on_predict_end(self, logs=None):
        """A prediction ends."""
        self._call("on_predict_end", logs)

    def on_predict_batch_begin(self, batch, logs=None):
        """A batch of a prediction begins."""
        self._call("on_predict_batch_begin", batch, logs)

    def on_predict_batch_end(self, batch, logs=None):
        """A batch of a prediction ends."""
        self._call("on_predict_batch_end", batch, logs)

    def _call(self, hook, *arguments):
        if not self.callbacks:
            return
        *position, logs = arguments
        logs = as_logs(logs)
        for callback in self.callbacks:
            getattr(callback, hook)(*position, logs)

    def _timed_call(self, hook, batch, logs):
        begin = perf_counter()
        self._call(hook, batch, logs)
        self._pace.spent += perf_counter() - begin


class _Pace:
    """Watches how much of a batch's time the callbacks take."""

    def __init__(self, length):
        self._recent = deque(maxlen=length)
        self._warned = False
        self.restart()

    def restart(self):
        """An epoch begins: what came before is no longer counted."""
        self._recent.clear()
        self._since = perf_counter()
        self.spent = 0.0

    def end_batch(self):
        """A batch is over: keep its numbers and warn once if callbacks take most of the time."""
        now = perf_counter()
        spent, self.spent = self.spent, 0.0
        self._recent.append((spent, now - self._since))
        self._since = now
        if spent > _SLOW_SECONDS and not self._warned:
            self._judge()

    def _judge(self):
        if len(self._recent) < self._recent.maxlen:
            return
        in_hooks = np.median([spent for spent, _ in self._recent])
        whole = np.median([batch for _, batch in self._recent])
        if in_hooks > _SLOW_SECONDS and in_hooks > 0.5 * whole:
            self._warned = True
            warnings.warn(
                f"The callbacks' per-batch hooks take {in_hooks:.2f} s of the {whole:.2f} s of a "
                "batch. Do their work in on_epoch_end or on_progress, or less often.",
                RuntimeWarning,
                stacklevel=4,
            )


def _advice(callback):
    if isinstance(callback, type) and issubclass(callback, Callback):
        return f" Pass {callback.__name__}(...) instead of the class."
    return " Derive its class from it."
