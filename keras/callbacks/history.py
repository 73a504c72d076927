"""History: what `fit` returns."""

from keras.callbacks.base import Callback
from keras.utils.logs import Logs, as_logs, plain


class History(Callback):
    """Records the logs of every epoch; `fit` adds one by itself and returns it.

    Attributes:
        epoch: the numbers of the epochs run, from 0.
        history: a dict from a quantity's name to the list of its values, one an epoch; `acc` and
            `accuracy` find each other, `mae` and `mean_absolute_error` and their kin too.

    Examples:
        >>> history = History()
        >>> history.on_train_begin()
        >>> history.on_epoch_end(0, {"loss": 0.5, "accuracy": 0.75})
        >>> history.history["acc"]
        [0.75]
    """

    def __init__(self):
        super().__init__()
        self.epoch = []
        self.history = Logs()

    def on_train_begin(self, logs=None):
        """Forget what an earlier run left."""
        self.epoch = []
        self.history = Logs()

    def on_epoch_end(self, epoch, logs=None):
        """Record the epoch."""
        self.epoch.append(epoch)
        logs = as_logs(logs)
        for name, value in logs.items():
            stored = self.history.stored_name(name) or name
            # What has another spelling's name may be another metric of this run.
            stored = name if stored in list(logs) else stored
            self.history.setdefault(stored, []).append(plain(value))

    def get_state(self):
        """The epochs and values so far."""
        return {
            "epoch": list(self.epoch),
            "history": {name: list(values) for name, values in self.history.items()},
        }

    def set_state(self, state):
        """Continue the record of an earlier run."""
        self.epoch = list(state["epoch"])
        self.history = Logs({name: list(values) for name, values in state["history"].items()})
