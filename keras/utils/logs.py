"""The numbers that training reports: a dict that knows other spellings of a name, and running means."""

import numpy as np

# Names of the same quantity: as programs give it to `compile`, and as Keras 2 then reports it.
_SPELLINGS = (
    ("acc", "accuracy"),
    ("ce", "crossentropy"),
    ("cosine", "cosine_proximity"),
    ("mae", "MAE", "mean_absolute_error"),
    ("mape", "MAPE", "mean_absolute_percentage_error"),
    ("mse", "MSE", "mean_squared_error"),
    ("msle", "MSLE", "mean_squared_logarithmic_error"),
)
_WEIGHTED = "weighted_"


def _spellings(name):
    """Return the other spellings of a log name, such as `val_acc` for `val_accuracy`."""
    return [
        name[: len(name) - len(own)] + other
        for names in _SPELLINGS
        for own in names
        if name == own or name.endswith(f"_{own}")
        for other in names
        if other != own
    ]


def _other_names(name):
    """Return the names under which what is looked for as `name` may be held, the likeliest first."""
    if not isinstance(name, str):
        return []
    found = _spellings(name)
    if _WEIGHTED in name:
        # So Keras 2 names a weighted metric; here it may be the second one of its name.
        plain_name = name.replace(_WEIGHTED, "", 1)
        plain_names = [plain_name, *_spellings(plain_name)]
        found += [*(f"{other}_1" for other in plain_names), *plain_names]
    return found


class Logs(dict):
    """A dict of log values in which `acc` and `accuracy`, `mae` and `mean_absolute_error` find each other.

    Looking up a name that is missing tries its other spellings, with any prefix (`val_acc`, `digits_accuracy`), and for
    `weighted_acc` the weighted metric `acc`. Iterating shows the names that were stored, and no others.

    Examples:
        >>> logs = Logs(loss=0.5, val_accuracy=0.9)
        >>> logs["val_acc"], "val_acc" in logs, logs.get("acc", "none")
        (0.9, True, 'none')
        >>> Logs(mae=2.0, mae_1=3.0)["weighted_mean_absolute_error"]
        3.0
        >>> list(logs)
        ['loss', 'val_accuracy']
    """

    def stored_name(self, name):
        """The key under which `name` is held here: itself, another spelling, or None."""
        if dict.__contains__(self, name):
            return name
        return next((other for other in _other_names(name) if dict.__contains__(self, other)), None)

    def __missing__(self, name):
        stored = self.stored_name(name)
        if stored is None:
            raise KeyError(name)
        return dict.__getitem__(self, stored)

    def __contains__(self, name):
        return self.stored_name(name) is not None

    def get(self, name, default=None):
        """The value under `name` or another spelling, else `default`."""
        stored = self.stored_name(name)
        return default if stored is None else self[stored]

    def copy(self):
        """A shallow copy that is `Logs` too."""
        return Logs(self)


def as_logs(logs):
    """`logs` itself where it is `Logs`, else new `Logs` with what is in it (None: nothing).

    Examples:
        >>> as_logs(None), as_logs({"acc": 1.0})["accuracy"]
        ({}, 1.0)
    """
    return logs if isinstance(logs, Logs) else Logs(logs or {})


def plain(value):
    """A NumPy or device scalar as a Python number; anything else as it is.

    Examples:
        >>> plain(np.float32(0.5)), plain("text"), plain([1, 2])
        (0.5, 'text', [1, 2])
    """
    if isinstance(value, np.generic) or getattr(value, "ndim", None) == 0:
        return value.item()
    return value


class RunningMeans:
    """Weighted means of named values, in the order in which the names first came.

    Values that are no numbers (text, None, larger arrays) are kept as they last were.

    Examples:
        >>> means = RunningMeans()
        >>> means.add("loss", 1.0, weight=32)
        >>> means.add("loss", 4.0, weight=16)
        >>> means.add("note", "warming up", weight=16)
        >>> means.result()
        {'loss': 2.0, 'note': 'warming up'}
    """

    def __init__(self):
        self._sums = {}

    def add(self, name, value, weight):
        """Take one more `value` into the mean of `name`."""
        value = plain(value)
        if not isinstance(value, (int, float)):
            return self.keep(name, value)
        total, weights = self._sums.get(name, (0.0, None))
        if weights is None:
            total, weights = 0.0, 0
        self._sums[name] = (total + value * weight, weights + weight)

    def set(self, name, value, weight):
        """Make `value` the mean of `name` so far, as if it came from values of this weight."""
        value = plain(value)
        counted = isinstance(value, (int, float)) and weight > 0
        self._sums[name] = (value * weight, weight) if counted else (value, None)

    def keep(self, name, value):
        """Show `value` for `name` as it is, with no mean."""
        self._sums[name] = (plain(value), None)

    def result(self):
        """The means by name."""
        return {
            name: total if not weights else total / weights
            for name, (total, weights) in self._sums.items()
        }
