"""The base of metrics that remember: state in Variables, updated batch by batch; mean and sum."""

import functools
import re

import numpy as np

from keras import initializers, losses, ops, registry
from keras.backend import dtypes
from keras.backend.variable import Variable
from keras.losses import align_weights
from keras.metrics import functions
from keras.ops.core import ensure_scope

_FUNCTIONS = registry.table_of(vars(functions))


def _in_scope(method):
    """Let a method compute at once where no scope is active: with Variables it would be lazy."""

    @functools.wraps(method)
    def wrapper(*args, **kwargs):
        with ensure_scope():
            return method(*args, **kwargs)

    return wrapper


class Metric(registry.Configurable):
    """The base of all metric objects.

    An own one makes its state by `add_weight` in the constructor, and defines `update_state` and
    `result`.

    Args:
        name: the key in the logs; by default the class's name in lower case with underscores.
        dtype: of the state, `floatx` by default, and at least float32.

    Examples:
        >>> class Largest(Metric):
        ...     def __init__(self, name=None, dtype=None):
        ...         super().__init__(name, dtype)
        ...         self.largest = self.add_weight("largest")
        ...
        ...     def update_state(self, y_true, y_pred, sample_weight=None):
        ...         self.largest.assign(ops.maximum(self.largest, ops.max(y_pred)))
        ...
        ...     def result(self):
        ...         return self.largest.value
        >>> metric = Largest()
        >>> float(metric([0.0], [3.0])), float(metric([0.0], [2.0])), metric.name
        (3.0, 3.0, 'largest')
    """

    stateful = True

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        for name in ("update_state", "result", "reset_states", "reset_state"):
            if name in vars(cls):
                setattr(cls, name, _in_scope(vars(cls)[name]))
        # Both spellings are one method, whichever a class defines.
        for name, other in (("reset_states", "reset_state"), ("reset_state", "reset_states")):
            if name in vars(cls) and other not in vars(cls):
                setattr(cls, other, vars(cls)[name])

    def __init__(self, name=None, dtype=None):
        self.name = name or _snake_case(type(self).__name__)
        # Half precision cannot count to 100,000: it is used where it is asked for.
        self.dtype = dtypes.at_least_single() if dtype is None else dtypes.standardize(dtype)
        self.variables = []
        self._initial = []

    def add_weight(self, name=None, shape=(), initializer="zeros", dtype=None):
        """Return a new Variable of the metric's state.

        Args:
            name: a name for people.
            shape: a tuple of ints.
            initializer: what the Variable holds first and after each `reset_states`.
            dtype: that of the metric by default.
        """
        dtype = dtype or self.dtype
        value = initializers.get(initializer)(shape, dtype)
        variable = Variable(value, dtype, trainable=False, name=f"{self.name}/{name or 'weight'}")
        self.variables.append(variable)
        self._initial.append(value)
        return variable

    @property
    def weights(self):
        """The Variables of the state."""
        return list(self.variables)

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Take a batch into account.

        Args:
            y_true: the true values.
            y_pred: the predicted values.
            sample_weight: factors, one a sample or one an entry; or None.
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method update_state.")

    def result(self):
        """Return the metric of all batches since the last reset."""
        raise NotImplementedError(f"{type(self).__name__} needs a method result.")

    def reset_states(self):
        """Forget all batches."""
        for variable, value in zip(self.variables, self._initial, strict=True):
            variable.assign(value)

    def reset_state(self):
        """Forget all batches: the later name of `reset_states`."""
        self.reset_states()

    def __call__(self, *args, **kwargs):
        """Take a batch into account, and return the metric of all batches so far."""
        with ensure_scope():
            self.update_state(*args, **kwargs)
            return self.result()

    def __repr__(self):
        return f"<{type(self).__name__} {self.name!r}>"


def _snake_case(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def divide_no_nan(a, b):
    """Return a / b, zero where b is zero."""
    is_zero = ops.equal(b, 0)
    return ops.where(is_zero, 0.0, ops.divide(a, ops.where(is_zero, 1.0, b)))


def _weighted(values, sample_weight, dtype):
    """Return `values` and their weights, in one dtype and of one shape."""
    values = ops.cast(values, dtype)
    if sample_weight is None:
        return values, None
    weights = ops.broadcast_to(align_weights(sample_weight, values), values.shape)
    return values * weights, weights


class Sum(Metric):
    """The sum of all values.

    Examples:
        >>> total = Sum()
        >>> float(total([1.0, 2.0])), float(total(3.0))
        (3.0, 6.0)
    """

    def __init__(self, name="sum", dtype=None):
        super().__init__(name, dtype)
        self.total = self.add_weight("total")

    def update_state(self, values, sample_weight=None):
        """Add values, weighted or not."""
        values, _ = _weighted(values, sample_weight, self.dtype)
        self.total.assign_add(ops.sum(values))

    def result(self):
        """Return the sum, a scalar."""
        return self.total.value


class Mean(Metric):
    """The weighted mean of all values.

    Examples:
        >>> mean = Mean()
        >>> float(mean([1.0, 3.0])), float(mean([5.0], sample_weight=[2.0]))
        (2.0, 3.5)
    """

    def __init__(self, name="mean", dtype=None):
        super().__init__(name, dtype)
        self.total = self.add_weight("total")
        self.count = self.add_weight("count")

    def update_state(self, values, sample_weight=None):
        """Take values into account, weighted or not."""
        values, weights = _weighted(values, sample_weight, self.dtype)
        count = float(np.prod(values.shape)) if weights is None else ops.sum(weights)
        self.total.assign_add(ops.sum(values))
        self.count.assign_add(count)

    def result(self):
        """Return the mean, a scalar; 0 before the first value."""
        return divide_no_nan(self.total.value, self.count.value)


class MeanMetricWrapper(Mean):
    """The mean of a function of the true and the predicted values.

    Args:
        fn: `fn(y_true, y_pred, **kwargs)`, returns one number a sample.
        name: the key in the logs; by default the function's name.
        dtype: of the state, `floatx` by default.
        **kwargs: further arguments of the function.

    Examples:
        >>> metric = MeanMetricWrapper(lambda y_true, y_pred: abs(y_true - y_pred), name="gap")
        >>> float(metric(np.array([1.0]), np.array([3.0])))
        2.0
    """

    def __init__(self, fn, name=None, dtype=None, **kwargs):
        super().__init__(name or getattr(fn, "__name__", _snake_case(type(fn).__name__)), dtype)
        self.fn = fn
        self._fn_kwargs = kwargs

    @classmethod
    def from_config(cls, config):
        """Return a metric made from what `get_config` returned, where the function is a name."""
        fn = config["fn"]
        known = _FUNCTIONS.get(fn) if isinstance(fn, str) else fn
        return cls(**{**config, "fn": known or losses.get(fn)})

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Take a batch into account."""
        values = self.fn(y_true, y_pred, **self._fn_kwargs)
        super().update_state(values, sample_weight)


class MeanOfFunction(Mean):
    """The mean of the function in the class's attribute `function`."""

    function = None
    # The constructor's arguments that go to the function.
    options = ()

    def __init__(self, name=None, dtype=None):
        super().__init__(name or type(self).function.__name__, dtype)

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Take a batch into account."""
        options = {name: getattr(self, name) for name in self.options}
        super().update_state(type(self).function(y_true, y_pred, **options), sample_weight)
