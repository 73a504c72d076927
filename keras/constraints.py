"""Constraints: functions that bring weights back to what is allowed, after each training step."""

from keras import ops, registry
from keras.ops.core import epsilon_of


class Constraint(registry.Configurable):
    """The base of all constraints: a callable that returns the allowed value nearest to a weight.

    An own one defines `__call__(w)`; any function of a tensor serves as well.
    """

    def __call__(self, w):
        """Return a tensor of the shape of `w`."""
        return w


class _OfNorm(Constraint):
    """Scales weights so that their norms along `axis` become what `wanted` returns for them."""

    def __call__(self, w):
        norms = ops.sqrt(ops.sum(ops.square(w), axis=self.axis, keepdims=True))
        return ops.multiply(w, ops.divide(self.wanted(norms), ops.add(norms, epsilon_of(norms))))


class MaxNorm(_OfNorm):
    """Scales down weights whose norm is larger than `max_value` (Srivastava et al., 2014).

    Args:
        max_value: the largest norm allowed.
        axis: an int or ints: the axes over which a norm is taken. For a `Dense` kernel
            (inputs, units), 0 gives one norm a unit; for a `Conv2D` kernel, [0, 1, 2] one a filter.

    Examples:
        >>> import numpy as np
        >>> print(np.asarray(MaxNorm(1)([[3.0], [4.0]])))
        [[0.6]
         [0.8]]
    """

    def __init__(self, max_value=2, axis=0):
        self.max_value = max_value
        self.axis = axis

    def wanted(self, norms):
        """Return the norms that the weights shall have."""
        return ops.clip(norms, 0, self.max_value)


class UnitNorm(_OfNorm):
    """Scales weights to norm one.

    Args:
        axis: an int or ints: the axes over which a norm is taken.
    """

    def __init__(self, axis=0):
        self.axis = axis

    def wanted(self, norms):
        """Return the norms that the weights shall have."""
        return 1.0


class MinMaxNorm(_OfNorm):
    """Scales weights so that their norms come to lie between two numbers.

    Args:
        min_value: the smallest norm allowed.
        max_value: the largest.
        rate: how much of the way is gone at each step; 1 goes all of it.
        axis: an int or ints: the axes over which a norm is taken.
    """

    def __init__(self, min_value=0.0, max_value=1.0, rate=1.0, axis=0):
        self.min_value = min_value
        self.max_value = max_value
        self.rate = rate
        self.axis = axis

    def wanted(self, norms):
        """Return the norms that the weights shall have."""
        within = ops.clip(norms, self.min_value, self.max_value)
        return self.rate * within + (1 - self.rate) * norms


class NonNeg(Constraint):
    """Sets negative weights to zero."""

    def __call__(self, w):
        return ops.relu(w)


max_norm = maxnorm = MaxNorm
non_neg = nonneg = NonNeg
unit_norm = unitnorm = UnitNorm
min_max_norm = MinMaxNorm

_TABLE = registry.table_of(globals(), Constraint)


def serialize(constraint):
    """Return the config dict of a constraint, or the name of a function; None for None."""
    return registry.serialize(constraint)


def deserialize(config, custom_objects=None):
    """Return the constraint that `serialize` described, or that a name stands for.

    Raises:
        ValueError: for an unknown name.
    """
    return registry.deserialize(config, _TABLE, "constraint", custom_objects)


def get(identifier):
    """Return the constraint for a name, a config dict, a function or an object; None for None.

    Raises:
        ValueError: for an unknown name or another type.

    Examples:
        >>> get("maxnorm").max_value, get(None)
        (2, None)
    """
    return None if identifier is None else deserialize(identifier)
