"""The numbers that training reports: a dict that knows `acc` and `accuracy`, and running means."""

import numpy as np

_PARTNERS = {"acc": "accuracy", "accuracy": "acc"}


def _alias(name):
    """The other spelling of a log name (`val_acc` for `val_accuracy`), or None if it has none."""
    if not isinstance(name, str):
        return None
    head, underscore, tail = name.rpartition("_")
    partner = _PARTNERS.get(tail)
    return None if partner is None else head + underscore + partner


class Logs(dict):
    """A dict of log values in which the endings `acc` and `accuracy` find each other.

    Looking up a name that is missing tries its other spelling, with any prefix (`val_acc`,
    `digits_accuracy`). Iterating shows the names that were stored, and no others.

    Examples:
        >>> logs = Logs(loss=0.5, val_accuracy=0.9)
        >>> logs["val_acc"], "val_acc" in logs, logs.get("acc", "none")
        (0.9, True, 'none')
        >>> list(logs)
        ['loss', 'val_accuracy']
    """

    def stored_name(self, name):
        """The key under which `name` is held here: itself, its other spelling, or None."""
        if dict.__contains__(self, name):
            return name
        other = _alias(name)
        return other if other is not None and dict.__contains__(self, other) else None

    def __missing__(self, name):
        stored = self.stored_name(name)
        if stored is None:
            raise KeyError(name)
        return dict.__getitem__(self, stored)

    def __contains__(self, name):
        return self.stored_name(name) is not None

    def get(self, name, default=None):
        """The value under `name` or its other spelling, else `default`."""
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
