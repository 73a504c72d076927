"""The base class of all callbacks."""


def coarse(hook):
    """Mark a per-batch hook as one that need not be called where `on_progress` is called.

    Training runs many steps in one call of the backend unless some callback has a per-batch hook
    without this mark. A subclass that overrides a marked hook gets every batch again.
    """
    hook.is_coarse = True
    return hook


class Callback:
    """Something that is told how training goes, and may steer it.

    Override the hooks you need. `logs` is a dict of the quantities reported at that point
    (`loss`, the metrics, and at the end of an epoch the `val_` forms); at the end of a batch it
    also holds `batch` and `size`, the number of samples in it. To stop training, set
    `self.model.stop_training = True`.

    A callback that overrides a per-batch hook is called for every batch, which costs speed.
    `on_progress` is the cheap way to watch training within an epoch.

    Attributes:
        model: the model that is trained.
        params: a dict with `batch_size`, `epochs`, `steps`, `samples`, `verbose`,
            `do_validation` and `metrics` (the names that logs may hold).
        validation_data: the data of the validation, or None.

    Examples:
        >>> class LossPrinter(Callback):
        ...     def on_epoch_end(self, epoch, logs=None):
        ...         print(epoch, logs["loss"])
        >>> LossPrinter().on_epoch_end(0, {"loss": 0.25})
        0 0.25
    """

    # On the class, because a user's own __init__ often does not call this one.
    model = None
    params = None
    validation_data = None

    def __init__(self):
        self.model = None
        self.params = None
        self.validation_data = None

    def set_params(self, params):
        """Take the dict that describes the run; called before training begins."""
        self.params = params

    def set_model(self, model):
        """Take the model; called before training begins."""
        self.model = model

    def on_train_begin(self, logs=None):
        """Called when training begins."""

    def on_train_end(self, logs=None):
        """Called when training ends, also when it was stopped early."""

    def on_epoch_begin(self, epoch, logs=None):
        """Called when an epoch begins; `epoch` counts from 0."""

    def on_epoch_end(self, epoch, logs=None):
        """Called when an epoch ends; `logs` holds its means and the validation's results."""

    def on_progress(self, seen, logs=None):
        """Called now and then within a training epoch, after one or many steps.

        Args:
            seen: how much of the epoch is done: samples if `params["samples"]` is a number, else
                steps.
            logs: the running means of the epoch so far.
        """

    @coarse
    def on_batch_begin(self, batch, logs=None):
        """Called before a training batch; `batch` counts from 0 in each epoch."""

    @coarse
    def on_batch_end(self, batch, logs=None):
        """Called after a training batch, with the values of this batch."""

    @coarse
    def on_train_batch_begin(self, batch, logs=None):
        """Called before a training batch; calls `on_batch_begin` unless overridden."""
        self.on_batch_begin(batch, logs)

    @coarse
    def on_train_batch_end(self, batch, logs=None):
        """Called after a training batch; calls `on_batch_end` unless overridden."""
        self.on_batch_end(batch, logs)

    def on_test_begin(self, logs=None):
        """Called when an evaluation begins."""

    def on_test_end(self, logs=None):
        """Called when an evaluation ends."""

    @coarse
    def on_test_batch_begin(self, batch, logs=None):
        """Called before a batch of an evaluation."""

    @coarse
    def on_test_batch_end(self, batch, logs=None):
        """Called after a batch of an evaluation."""

    def on_predict_begin(self, logs=None):
        """Called when a prediction begins."""

    def on_predict_end(self, logs=None):
        """Called when a prediction ends."""

    @coarse
    def on_predict_batch_begin(self, batch, logs=None):
        """Called before a batch of a prediction."""

    @coarse
    def on_predict_batch_end(self, batch, logs=None):
        """Called after a batch of a prediction."""

    def get_state(self):
        """What must be kept to resume training exactly.

        Returns:
            A dict of plain values (numbers, text, None, lists, dicts), and of lists of NumPy arrays
            where weights are kept. The base class has nothing to keep.
        """
        return {}

    def restore_run(self, callbacks):
        """Bring back an interrupted run, if this callback keeps a backup of one.

        Called after all callbacks' `on_train_begin`.

        Args:
            callbacks: the callbacks of the run, in their order.

        Returns:
            A `keras.callbacks.backup.Stop`, from where to go on; None to begin at the beginning.
        """

    def set_state(self, state):
        """Continue from what `get_state` returned; to be called after `on_train_begin`."""
