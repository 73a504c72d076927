"""ProgbarLogger: the progress bar of `fit`."""

from keras.callbacks.base import Callback, coarse
from keras.utils.logs import as_logs
from keras.utils.progress import Progbar, report


class ProgbarLogger(Callback):
    """Shows each epoch's progress and metrics; `fit` adds one by itself.

    With `verbose=1` an epoch is a title and a bar, with `verbose=2` one line.

    Args:
        count_mode: 'samples' counts samples where their number is known, 'steps' counts steps.
        stateful_metrics: names of metrics shown as they come instead of averaged.

    Raises:
        ValueError: `count_mode` is neither.

    Examples:
        >>> logger = ProgbarLogger()
        >>> logger.set_params({"epochs": 1, "samples": 64, "verbose": 1, "metrics": ["loss"]})
        >>> logger.on_epoch_begin(0)
        Epoch 1/1
        >>> logger.on_progress(64, {"loss": 0.5})
        >>> logger.on_epoch_end(0, {"loss": 0.5})
        64/64 [==============================] - 0s .../sample - loss: 0.5000
    """

    def __init__(self, count_mode="samples", stateful_metrics=None):
        super().__init__()
        if count_mode not in ("samples", "steps"):
            raise ValueError(
                f"ProgbarLogger: count_mode={count_mode!r} is unknown; use 'samples' or 'steps'."
            )
        self.count_mode = count_mode
        self.stateful_metrics = set(stateful_metrics or ())
        self.progbar = None

    def on_epoch_begin(self, epoch, logs=None):
        """Write the title and start a bar."""
        params = self.params or {}
        verbose = params.get("verbose", 1)
        title = f"Epoch {epoch + 1}/{params.get('epochs', epoch + 1)}"
        if verbose == 1:
            report(title)
        self.progbar = Progbar(
            self._target(params),
            verbose=verbose,
            stateful_metrics=self.stateful_metrics,
            unit_name="sample" if self._counts_samples(params) else "step",
            label=title,
        )

    def on_progress(self, seen, logs=None):
        """Move the bar on and show the running means."""
        self.progbar.show(self._units(seen), self._shown(as_logs(logs)), finalize=False)

    @coarse
    def on_batch_end(self, batch, logs=None):
        """Move the bar on by a batch; a following `on_progress` puts the exact means in place."""
        logs = as_logs(logs)
        done = logs.get("size", 1) if self._counts_samples(self.params or {}) else 1
        values = list(self._shown(logs).items())
        self.progbar.update(self.progbar.seen + done, values, finalize=False)

    def on_epoch_end(self, epoch, logs=None):
        """End the line, with the epoch's means and the validation's results."""
        self.progbar.show(self.progbar.seen, self._shown(as_logs(logs)), finalize=True)

    def on_train_end(self, logs=None):
        """End a line that an interrupted epoch left open."""
        if self.progbar is not None:
            self.progbar.close()

    def _counts_samples(self, params):
        return self.count_mode == "samples" and params.get("samples") is not None

    def _target(self, params):
        if self._counts_samples(params):
            return params["samples"]
        if params.get("steps") is None and params.get("samples") is not None:
            return self._steps(params["samples"])
        return params.get("steps")

    def _units(self, seen):
        """`seen` of `on_progress` is in samples wherever their number is known."""
        params = self.params or {}
        in_samples = params.get("samples") is not None
        return self._steps(seen) if in_samples and self.count_mode == "steps" else seen

    def _steps(self, samples):
        return -(-samples // (self.params.get("batch_size") or 1))

    def _shown(self, logs):
        names = (self.params or {}).get("metrics")
        if names is None:
            names = [name for name in logs if name not in ("batch", "size")]
        return {name: logs[name] for name in names if name in logs}
