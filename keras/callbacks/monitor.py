"""What it means to watch a quantity of the logs: where to find it, and which way is better."""

import math
import warnings

from keras.utils.logs import as_logs, plain

_LARGER_IS_BETTER = ("acc", "accuracy", "auc", "precision", "recall", "fmeasure", "f1")


class Monitor:
    """Reads one quantity from the logs and judges whether it improved.

    Args:
        owner: the callback's name, for messages.
        name: the quantity, such as 'val_loss'.
        mode: 'min' or 'max' is better, or 'auto': 'max' for accuracies, AUC, precision, recall and
            F-measures, else 'min'.
        min_delta: the least change that counts as an improvement; a negative one lets slightly worse values count.

    Raises:
        ValueError: the mode is unknown.

    Examples:
        >>> monitor = Monitor("EarlyStopping", "val_loss", "auto", min_delta=0.01)
        >>> monitor.improved(0.5, monitor.worst), monitor.improved(0.495, 0.5)
        (True, False)
    """

    def __init__(self, owner, name, mode="auto", min_delta=0.0):
        if mode not in ("auto", "min", "max"):
            raise ValueError(f"{owner}: mode={mode!r} is unknown; use 'auto', 'min' or 'max'.")
        self.owner = owner
        self.name = name
        self.mode = _natural_mode(name) if mode == "auto" else mode
        self.min_delta = min_delta
        self._warned = False

    @property
    def worst(self):
        """A value that anything improves on."""
        return math.inf if self.mode == "min" else -math.inf

    def improved(self, value, best):
        """Whether `value` is better than `best` by more than `min_delta`."""
        if self.mode == "min":
            return value < best - self.min_delta
        return value > best + self.min_delta

    def value(self, logs):
        """The quantity in `logs`; None, and one warning, if it is not there."""
        logs = as_logs(logs)
        if self.name in logs:
            return plain(logs[self.name])
        if not self._warned:
            self._warned = True
            warnings.warn(
                f"{self.owner} watches {self.name!r}, which is not among the logs "
                f"({', '.join(map(str, logs)) or 'none'}), and so does nothing. {self._advice()}",
                RuntimeWarning,
                stacklevel=3,
            )
        return None

    def _advice(self):
        if str(self.name).startswith("val_"):
            return "Give fit validation_data or validation_split, or monitor one of these."
        return "Monitor one of these."


def _natural_mode(name):
    name = str(name).lower()
    if "loss" in name or "error" in name:
        return "min"
    return "max" if any(word in name for word in _LARGER_IS_BETTER) else "min"
