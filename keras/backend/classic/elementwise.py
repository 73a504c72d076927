"""K's elementwise functions and comparisons."""

from keras import ops
from keras.backend import dtypes

# Names that mean the same in `keras.ops`.
from keras.ops import (  # noqa: F401
    abs,
    cast,
    cos,
    exp,
    log,
    sigmoid,
    sign,
    sin,
    softplus,
    softsign,
    sqrt,
    square,
    tanh,
)


def round(x):
    """Return `x` rounded, halves to the even neighbour; whole numbers as they are.

    Examples:
        >>> ops.convert_to_numpy(round([0.5, 1.5, 2.6])).tolist()
        [0.0, 2.0, 3.0]
    """
    x = ops.convert_to_tensor(x)
    return ops.round(x) if dtypes.is_float(dtypes.of(x)) else x


def pow(x, a):
    """Return `x` to the power `a`."""
    return ops.power(x, a)


def clip(x, min_value, max_value):
    """Return `x` with its entries limited to [min_value, max_value]; a maximum below the minimum counts as equal.

    Args:
        x: a tensor.
        min_value, max_value: numbers or tensors; None for no limit.
    """
    numbers = [isinstance(limit, int | float) for limit in (min_value, max_value)]
    if numbers == [True, True]:
        max_value = max_value if max_value > min_value else min_value
    return ops.clip(x, min_value, max_value)


def equal(x, y):
    """Return where `x` is equal to `y`."""
    return ops.equal(x, y)


def not_equal(x, y):
    """Return where `x` is not equal to `y`."""
    return ops.not_equal(x, y)


def greater(x, y):
    """Return where `x` is greater than `y`."""
    return ops.greater(x, y)


def greater_equal(x, y):
    """Return where `x` is greater than `y` or equal to it."""
    return ops.greater_equal(x, y)


def less(x, y):
    """Return where `x` is less than `y`."""
    return ops.less(x, y)


def less_equal(x, y):
    """Return where `x` is less than `y` or equal to it."""
    return ops.less_equal(x, y)


def maximum(x, y):
    """Return the larger of `x` and `y`, element by element."""
    return ops.maximum(x, y)


def minimum(x, y):
    """Return the smaller of `x` and `y`, element by element."""
    return ops.minimum(x, y)


def relu(x, alpha=0.0, max_value=None, threshold=0.0):
    """Return x where x >= threshold (at most `max_value`), else alpha * (x - threshold)."""
    return ops.relu(x, alpha, max_value, threshold)


def elu(x, alpha=1.0):
    """Return x where x > 0, else alpha * (exp(x) - 1)."""
    return ops.elu(x, alpha)


def hard_sigmoid(x):
    """Return 0.2 * x + 0.5 limited to [0, 1]."""
    return ops.hard_sigmoid(x)


def switch(condition, then_expression, else_expression):
    """Return one of two tensors according to a condition.

    Args:
        condition: a scalar; or element by element, with as many axes as the expressions or fewer, which then are the
            first ones.
        then_expression, else_expression: tensors, or functions without arguments that return one. Of two functions
            and a scalar condition only one is run.

    Returns:
        A tensor.

    Examples:
        >>> switch([True, False], [[1, 2], [3, 4]], [[5, 6], [7, 8]]).tolist()
        [[1, 2], [7, 8]]
    """
    expressions = (then_expression, else_expression)
    if all_callable(expressions) and ops.ndim(condition) == 0:
        return ops.cond(condition, *expressions)
    then_expression, else_expression = (e() if callable(e) else e for e in expressions)
    missing = max(map(ops.ndim, (then_expression, else_expression))) - ops.ndim(condition)
    if missing > 0 and ops.ndim(condition) > 0:
        condition = ops.expand_dims(condition, list(range(-missing, 0)))
    return ops.where(condition, then_expression, else_expression)


def all_callable(xs):
    """Return whether all of `xs` are functions."""
    return not [x for x in xs if not callable(x)]
