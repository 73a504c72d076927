"""LambdaCallback: a callback from functions."""

from difflib import get_close_matches

from keras.callbacks.base import Callback

_HOOKS = tuple(name for name in vars(Callback) if name.startswith("on_"))


class LambdaCallback(Callback):
    """Makes a callback of functions, called with the arguments of the hooks they stand for.

    Args:
        on_epoch_begin: a function of (epoch, logs), or None.
        on_epoch_end: a function of (epoch, logs), or None.
        on_batch_begin: a function of (batch, logs), or None.
        on_batch_end: a function of (batch, logs), or None.
        on_train_begin: a function of (logs), or None.
        on_train_end: a function of (logs), or None.
        **kwargs: functions for further hooks by their names; anything else becomes an attribute.

    Raises:
        TypeError: a name begins with `on_` but is no hook, or a hook is no function.

    Examples:
        >>> printer = LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, logs))
        >>> printer.on_epoch_end(0, {"loss": 0.5})
        0 {'loss': 0.5}
    """

    def __init__(
        self,
        on_epoch_begin=None,
        on_epoch_end=None,
        on_batch_begin=None,
        on_batch_end=None,
        on_train_begin=None,
        on_train_end=None,
        **kwargs,
    ):
        super().__init__()
        self._take("on_epoch_begin", on_epoch_begin)
        self._take("on_epoch_end", on_epoch_end)
        self._take("on_batch_begin", on_batch_begin)
        self._take("on_batch_end", on_batch_end)
        self._take("on_train_begin", on_train_begin)
        self._take("on_train_end", on_train_end)
        for name, value in kwargs.items():
            self._take(name, value)

    def _take(self, name, value):
        is_hook = name.startswith("on_")
        if is_hook and name not in _HOOKS:
            close = get_close_matches(name, _HOOKS, n=1) or ["on_epoch_end"]
            raise TypeError(f"LambdaCallback: there is no hook {name!r}; use {close[0]!r}.")
        if is_hook and value is not None and not callable(value):
            raise TypeError(f"LambdaCallback: {name}={value!r} cannot be called; give a function.")
        if not is_hook or value is not None:
            setattr(self, name, value)
