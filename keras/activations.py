"""Activations: what layers apply to their outputs, element by element or along an axis."""

from keras import ops, registry


def linear(x):
    """Return x."""
    return x


def relu(x, alpha=0.0, max_value=None, threshold=0.0):
    """Return x where x >= threshold (at most `max_value`), else alpha * (x - threshold).

    Args:
        x: a tensor.
        alpha: the slope below the threshold.
        max_value: the largest result, or None.
        threshold: where the function begins to be x.

    Examples:
        >>> import numpy as np
        >>> np.asarray(relu([-1.0, 0.5, 9.0], alpha=0.5, max_value=6)).tolist()
        [-0.5, 0.5, 6.0]
    """
    return ops.relu(x, alpha, max_value, threshold)


def relu6(x):
    """Return x limited to [0, 6]."""
    return ops.relu6(x)


def leaky_relu(x, negative_slope=0.2):
    """Return x where x > 0, else negative_slope * x."""
    return ops.leaky_relu(x, negative_slope)


def elu(x, alpha=1.0):
    """Return x where x > 0, else alpha * (exp(x) - 1) (Clevert et al., 2015)."""
    return ops.elu(x, alpha)


def selu(x):
    """Return 1.0507 * elu(x, 1.6733), which keeps mean and variance (Klambauer et al., 2017).

    To be used with the initializer `lecun_normal` and with `AlphaDropout`.
    """
    return ops.selu(x)


def gelu(x, approximate=False):
    """Return x * P(N(0, 1) <= x) (Hendrycks & Gimpel, 2016), or its approximation by tanh."""
    return ops.gelu(x, approximate)


def silu(x):
    """Return x * sigmoid(x) (Ramachandran et al., 2017)."""
    return ops.silu(x)


def mish(x):
    """Return x * tanh(log(1 + exp(x))) (Misra, 2019)."""
    return ops.multiply(x, ops.tanh(ops.softplus(x)))


def celu(x, alpha=1.0):
    """Return max(x, 0) + min(0, alpha * (exp(x / alpha) - 1)) (Barron, 2017)."""
    return ops.celu(x, alpha)


def glu(x, axis=-1):
    """Return half of x along an axis times the sigmoid of the other half (Dauphin et al., 2016).

    Args:
        x: a tensor of an even size along the axis.
        axis: the axis to halve.

    Examples:
        >>> import numpy as np
        >>> np.asarray(glu([[3.0, 0.0]])).tolist()
        [[1.5]]
    """
    return ops.glu(x, axis)


def hard_shrink(x, threshold=0.5):
    """Return x where |x| > threshold, else 0."""
    return ops.hard_shrink(x, threshold)


def hard_silu(x):
    """Return x * relu6(x + 3) / 6 (Howard et al., 2019)."""
    return ops.hard_silu(x)


def hard_tanh(x):
    """Return x limited to [-1, 1]."""
    return ops.hard_tanh(x)


def log_sigmoid(x):
    """Return log(sigmoid(x))."""
    return ops.log_sigmoid(x)


def soft_shrink(x, threshold=0.5):
    """Return x moved towards 0 by `threshold`, and 0 where it is nearer than that."""
    return ops.soft_shrink(x, threshold)


def sparse_plus(x):
    """Return 0 below -1, x above 1, and (x + 1)**2 / 4 between."""
    return ops.sparse_plus(x)


def sparse_sigmoid(x):
    """Return (x + 1) / 2 limited to [0, 1]."""
    return ops.sparse_sigmoid(x)


def sparsemax(x, axis=-1):
    """Return the probabilities nearest to x along an axis, many of them zero (Martins & Astudillo, 2016).

    Args:
        x: a tensor.
        axis: the axis whose entries shall sum to one.

    Examples:
        >>> import numpy as np
        >>> np.asarray(sparsemax([[1.0, 0.5, -2.0]])).tolist()
        [[0.75, 0.25, 0.0]]
    """
    return ops.sparsemax(x, axis)


def squareplus(x, b=4):
    """Return (x + sqrt(x**2 + b)) / 2, a smooth relu (Barron, 2021)."""
    return ops.squareplus(x, b)


def tanh_shrink(x):
    """Return x - tanh(x)."""
    return ops.tanh_shrink(x)


def threshold(x, threshold, default_value):
    """Return x where x > threshold, else `default_value`."""
    return ops.threshold(x, threshold, default_value)


def softplus(x):
    """Return log(1 + exp(x))."""
    return ops.softplus(x)


def softsign(x):
    """Return x / (1 + |x|)."""
    return ops.softsign(x)


def tanh(x):
    """Return the hyperbolic tangent of x."""
    return ops.tanh(x)


def sigmoid(x):
    """Return 1 / (1 + exp(-x))."""
    return ops.sigmoid(x)


def hard_sigmoid(x):
    """Return 0.2 * x + 0.5 limited to [0, 1]."""
    return ops.hard_sigmoid(x)


def h_sigmoid(x):
    """Return relu6(x + 3) / 6 (Howard et al., 2019), which Keras 3 calls `hard_sigmoid`."""
    return ops.divide(ops.relu6(ops.add(x, 3)), 6)


def exponential(x):
    """Return e**x."""
    return ops.exp(x)


def softmax(x, axis=-1):
    """Return exp(x) / sum(exp(x)) along an axis.

    Args:
        x: a tensor with at least two axes.
        axis: the axis whose entries shall sum to one.

    Raises:
        ValueError: for a tensor with fewer axes.

    Examples:
        >>> import numpy as np
        >>> np.asarray(softmax([[0.0, 0.0]])).tolist()
        [[0.5, 0.5]]
    """
    return ops.softmax(_at_least_matrix(x, "softmax"), axis)


def log_softmax(x, axis=-1):
    """Return log(softmax(x)) along an axis of a tensor with at least two axes."""
    return ops.log_softmax(_at_least_matrix(x, "log_softmax"), axis)


def _at_least_matrix(x, name):
    if len(ops.shape(x)) < 2:
        raise ValueError(
            f"{name} needs a tensor with at least two axes, got the shape {tuple(ops.shape(x))}; "
            "the first axis is that of the samples."
        )
    return x


swish = silu
hard_swish = hard_silu

_TABLE = registry.table_of(globals())


def serialize(activation):
    """Return the name of an activation function, or the config dict of an object."""
    return registry.serialize(activation)


def deserialize(name, custom_objects=None):
    """Return the activation that `serialize` described.

    Raises:
        ValueError: for an unknown name.
    """
    return registry.deserialize(name, _TABLE, "activation", custom_objects)


def get(identifier):
    """Return the activation for a name, a function, a layer or a config dict; `linear` for None.

    Raises:
        ValueError: for an unknown name or another type.

    Examples:
        >>> get("relu") is relu, get(None) is linear
        (True, True)
    """
    return linear if identifier is None else deserialize(identifier)
