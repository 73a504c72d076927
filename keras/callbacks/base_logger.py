"""BaseLogger: means over an epoch, for loops that report batches only."""

from keras.callbacks.base import Callback, coarse
from keras.utils.logs import RunningMeans, as_logs


class BaseLogger(Callback):
    """Puts the means of the batches' values into the epoch's logs where they are missing.

    `fit` reports the means of an epoch itself; this is for training loops of one's own.

    Args:
        stateful_metrics: names of metrics whose last value counts instead of their mean.

    Examples:
        >>> logger, logs = BaseLogger(), {}
        >>> logger.set_params({"metrics": ["loss"]})
        >>> logger.on_epoch_begin(0)
        >>> logger.on_batch_end(0, {"size": 3, "loss": 1.0})
        >>> logger.on_batch_end(1, {"size": 1, "loss": 5.0})
        >>> logger.on_epoch_end(0, logs)
        >>> logs
        {'loss': 2.0}
    """

    def __init__(self, stateful_metrics=None):
        super().__init__()
        self.stateful_metrics = set(stateful_metrics or ())
        self._means = RunningMeans()

    def on_epoch_begin(self, epoch, logs=None):
        """Start the means anew."""
        self._means = RunningMeans()

    @coarse
    def on_batch_end(self, batch, logs=None):
        """Count a batch with its number of samples as the weight."""
        logs = as_logs(logs)
        weight = logs.get("size", 1)
        for name, value in logs.items():
            if name in self.stateful_metrics:
                self._means.keep(name, value)
            elif name not in ("batch", "size"):
                self._means.add(name, value, weight)

    def on_epoch_end(self, epoch, logs=None):
        """Fill in the means of those metrics that the epoch's logs lack."""
        if logs is None:
            return
        means = self._means.result()
        for name in (self.params or {}).get("metrics") or means:
            if name in means and name not in logs:
                logs[name] = means[name]
