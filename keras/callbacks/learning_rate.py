"""Callbacks that change the learning rate: by a plan, or when training gets stuck."""

import inspect
import math

import keras.backend as K
from keras.callbacks.base import Callback
from keras.callbacks.monitor import Monitor
from keras.utils.logs import as_logs, plain
from keras.utils.progress import report


class LearningRateScheduler(Callback):
    """Sets the learning rate at the beginning of each epoch.

    Args:
        schedule: a function of the epoch (an int from 0), or of the epoch and the present learning
            rate, that returns the new learning rate.
        verbose: 1 prints each new rate, 0 nothing.

    Raises:
        TypeError: `schedule` cannot be called, or returns no number.
        ValueError: the returned number is negative or not finite, or the optimizer's learning rate
            is a schedule itself.

    Examples:
        >>> LearningRateScheduler(lambda epoch: 0.1 * 0.5**epoch).schedule(2)
        0.025
    """

    def __init__(self, schedule, verbose=0):
        super().__init__()
        if not callable(schedule):
            raise TypeError(
                f"LearningRateScheduler: schedule={schedule!r} cannot be called; give a function "
                "of the epoch that returns a learning rate."
            )
        self.schedule = schedule
        self.verbose = verbose

    def on_epoch_begin(self, epoch, logs=None):
        """Set the epoch's learning rate."""
        variable = _learning_rate(self)
        rate = self._new_rate(epoch, float(K.get_value(variable)))
        K.set_value(variable, rate)
        if self.verbose:
            report(f"Epoch {epoch + 1}: LearningRateScheduler sets the learning rate to {rate:.6g}")

    def on_epoch_end(self, epoch, logs=None):
        """Put the learning rate into the logs as `lr`."""
        if logs is not None:
            logs["lr"] = float(K.get_value(_learning_rate(self)))

    def _new_rate(self, epoch, rate):
        takes_rate = _accepts_two(self.schedule)
        rate = plain(self.schedule(epoch, rate) if takes_rate else self.schedule(epoch))
        if isinstance(rate, bool) or not isinstance(rate, (int, float)):
            raise TypeError(
                f"LearningRateScheduler: the schedule returned {rate!r} for epoch {epoch}, but a "
                "number is needed. Does the function end with `return`?"
            )
        if not math.isfinite(rate) or rate < 0:
            raise ValueError(
                f"LearningRateScheduler: the schedule returned {rate} for epoch {epoch}, but a "
                "learning rate is finite and not negative. Check the function."
            )
        return float(rate)


class ReduceLROnPlateau(Callback):
    """Lowers the learning rate when a monitored quantity has stopped improving.

    Args:
        monitor: the quantity in the logs.
        factor: what the learning rate is multiplied by, below 1.
        patience: after how many epochs in a row without improvement it is lowered.
        verbose: 1 prints each change, 0 nothing.
        mode: 'min', 'max', or 'auto' (judged by the quantity's name).
        min_delta: the least change that counts as an improvement.
        cooldown: for how many epochs after a change nothing is counted.
        min_lr: the learning rate is never set below this.
        **kwargs: `epsilon`, the earlier name of `min_delta`.

    Raises:
        TypeError: an unknown argument.
        ValueError: `factor` is 1 or more, the mode is unknown, or the optimizer's learning rate is
            a schedule.

    Examples:
        >>> ReduceLROnPlateau(monitor="val_loss", factor=0.2, patience=5, min_lr=0.001).factor
        0.2
    """

    def __init__(
        self,
        monitor="val_loss",
        factor=0.1,
        patience=10,
        verbose=0,
        mode="auto",
        min_delta=1e-4,
        cooldown=0,
        min_lr=0,
        **kwargs,
    ):
        super().__init__()
        min_delta = kwargs.pop("epsilon", min_delta)
        if kwargs:
            raise TypeError(
                f"ReduceLROnPlateau: unknown argument {sorted(kwargs)[0]!r}; see its documentation."
            )
        if factor >= 1.0:
            raise ValueError(
                f"ReduceLROnPlateau: factor={factor} would not lower the learning rate; give a "
                "number below 1."
            )
        self._monitor = Monitor("ReduceLROnPlateau", monitor, mode, min_delta)
        self.monitor = monitor
        self.factor = factor
        self.patience = patience
        self.verbose = verbose
        self.min_delta = min_delta
        self.cooldown = cooldown
        self.min_lr = min_lr
        self._reset()

    def _reset(self):
        self.best = self._monitor.worst
        self.wait = 0
        self.cooldown_counter = 0

    def on_train_begin(self, logs=None):
        """Start anew, so that one object can serve several runs."""
        self._reset()

    def in_cooldown(self):
        """Whether the epochs after a change are not over yet."""
        return self.cooldown_counter > 0

    def on_epoch_end(self, epoch, logs=None):
        """Judge the epoch, and put the learning rate it had into the logs as `lr`."""
        rate = float(K.get_value(_learning_rate(self)))
        logs = as_logs(None) if logs is None else logs
        logs["lr"] = rate
        current = self._monitor.value(logs)
        if current is None:
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self._monitor.improved(current, self.best):
            self.best = current
            self.wait = 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience:
                self._reduce(epoch, rate)

    def _reduce(self, epoch, rate):
        if rate <= self.min_lr:
            return
        lower = max(rate * self.factor, self.min_lr)
        K.set_value(_learning_rate(self), lower)
        self.cooldown_counter = self.cooldown
        self.wait = 0
        if self.verbose:
            report(f"Epoch {epoch + 1}: ReduceLROnPlateau lowers the learning rate to {lower:.6g}")

    def get_state(self):
        """The patience and cooldown used up, and the best value."""
        return {"best": self.best, "wait": self.wait, "cooldown_counter": self.cooldown_counter}

    def set_state(self, state):
        """Continue where an earlier run was."""
        self.best = state["best"]
        self.wait = state["wait"]
        self.cooldown_counter = state["cooldown_counter"]


def _learning_rate(callback):
    """The variable that holds the learning rate of the callback's model."""
    name = type(callback).__name__
    optimizer = getattr(callback.model, "optimizer", None)
    rate = getattr(optimizer, "lr", None)
    if rate is None:
        raise ValueError(
            f"{name}: the model's optimizer ({optimizer!r}) has no learning rate `lr`. Compile the "
            "model with an optimizer of keras.optimizers."
        )
    if callable(rate):
        raise ValueError(
            f"{name}: the learning rate of {type(optimizer).__name__} is a schedule "
            f"({type(rate).__name__}), which a callback cannot change. Compile with a number as "
            "the learning rate, or leave this callback out."
        )
    return rate


def _accepts_two(function):
    """Whether a schedule takes the present learning rate beside the epoch."""
    try:
        inspect.signature(function).bind(0, 0.0)
    except TypeError:
        return False
    except ValueError:  # built in, without a signature
        return False
    return True
