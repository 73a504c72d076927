"""Regularizers: penalties on weights or outputs, added to the loss."""

from keras import ops, registry


class Regularizer(registry.Configurable):
    """The base of all regularizers: a callable that returns a scalar penalty for a tensor.

    An own one defines `__call__(x)`; any function of a tensor serves as well.
    """

    def __call__(self, x):
        """Return the penalty, a scalar."""
        return 0.0


class L1L2(Regularizer):
    """The penalty l1 * sum(|x|) + l2 * sum(x**2).

    Args:
        l1: the weight of the absolute values.
        l2: the weight of the squares.

    Examples:
        >>> float(L1L2(l1=0.1, l2=0.01)([3.0, -1.0]))
        0.5
    """

    def __init__(self, l1=0.0, l2=0.0):
        self.l1 = _weight("l1", l1)
        self.l2 = _weight("l2", l2)

    def __call__(self, x):
        penalty = 0.0
        if self.l1:
            penalty = penalty + self.l1 * ops.sum(ops.abs(x))
        if self.l2:
            penalty = penalty + self.l2 * ops.sum(ops.square(x))
        return penalty


class L1(L1L2):
    """The penalty l1 * sum(|x|)."""

    def __init__(self, l1=0.01):
        super().__init__(l1=l1)


class L2(L1L2):
    """The penalty l2 * sum(x**2)."""

    def __init__(self, l2=0.01):
        super().__init__(l2=l2)


class OrthogonalRegularizer(Regularizer):
    """A penalty on vectors that are not at right angles: factor times the mean of |cosine| over all pairs.

    Args:
        factor: the penalty's weight.
        mode: `"rows"` or `"columns"`: which vectors of a matrix.

    Raises:
        ValueError: for another mode, or when called for what is no matrix.

    Examples:
        >>> float(OrthogonalRegularizer(0.5)([[1.0, 0.0], [2.0, 0.0]]))
        0.5
    """

    def __init__(self, factor=0.01, mode="rows"):
        self.factor = _weight("factor", factor)
        self.mode = mode
        if mode not in ("rows", "columns"):
            raise ValueError(
                f"OrthogonalRegularizer: mode should be 'rows' or 'columns', got {mode!r}."
            )

    def __call__(self, x):
        if len(ops.shape(x)) != 2:
            raise ValueError(
                f"OrthogonalRegularizer takes matrices, got the shape {tuple(ops.shape(x))}; use it for a weight with "
                "two axes."
            )
        rows = ops.l2_normalize(x if self.mode == "rows" else ops.transpose(x), 1)
        cosines, count = ops.matmul(rows, ops.transpose(rows)), rows.shape[0]
        others = ops.multiply(ops.abs(cosines), ops.subtract(1.0, ops.eye(count)))
        return self.factor * ops.sum(others) / (count * (count - 1))


def _weight(name, value):
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ValueError(f"The regularizer's {name} should be a number, got {value!r}.") from None


def l1(l=0.01, l1=None):  # noqa: E741 - the classic name
    """Return the penalty l * sum(|x|); the weight may also be named `l1`."""
    return L1L2(l1=l if l1 is None else l1)


def l2(l=0.01, l2=None):  # noqa: E741 - the classic name
    """Return the penalty l * sum(x**2); the weight may also be named `l2`."""
    return L1L2(l2=l if l2 is None else l2)


def l1_l2(l1=0.01, l2=0.01):
    """Return the penalty l1 * sum(|x|) + l2 * sum(x**2)."""
    return L1L2(l1, l2)


orthogonal_regularizer = OrthogonalRegularizer

_FACTORIES = (l1, l2, l1_l2)
_TABLE = registry.table_of(globals(), Regularizer)


def serialize(regularizer):
    """Return the config dict of a regularizer, or the name of a function; None for None."""
    return registry.serialize(regularizer)


def deserialize(config, custom_objects=None):
    """Return the regularizer that `serialize` described, or that a name stands for.

    Raises:
        ValueError: for an unknown name.
    """
    found = registry.deserialize(config, _TABLE, "regularizer", custom_objects)
    return found() if found in _FACTORIES else found


def get(identifier):
    """Return the regularizer for a name, a config dict, a function or an object; None for None.

    Raises:
        ValueError: for an unknown name or another type.

    Examples:
        >>> get("l2").l2, get(None)
        (0.01, None)
    """
    return None if identifier is None else deserialize(identifier)
