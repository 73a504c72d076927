"""Activations beyond the classic ones: gated ones, ones that shrink towards zero, and sparse ones."""

from keras.backend import dtypes
from keras.backend.compute import compute
from keras.ops.array import split
from keras.ops.core import as_float, axis_of, in_single, op


@op
def celu(x, alpha=1.0):
    """Return max(x, 0) + min(0, alpha * (exp(x / alpha) - 1)) (Barron, 2017)."""
    x = as_float(x)
    below = compute.expm1(compute.divide(compute.minimum(x, 0), alpha))
    return compute.add(compute.relu(x), compute.multiply(below, alpha))


@op
def glu(x, axis=-1):
    """Return half of `x` along an axis times the sigmoid of the other half (Dauphin et al., 2016)."""
    x = as_float(x)
    first, second = split(x, 2, axis)
    return compute.multiply(first, compute.sigmoid(second))


@op
def hard_shrink(x, threshold=0.5):
    """Return x where |x| > threshold, else 0."""
    x = as_float(x)
    return compute.where(compute.greater(compute.abs(x), threshold), x, _zero(x))


@op
def hard_silu(x):
    """Return x * min(max(x + 3, 0), 6) / 6 (Howard et al., 2019)."""
    x = as_float(x)
    gate = compute.minimum(compute.relu(compute.add(x, 3)), 6)
    return compute.multiply(x, compute.divide(gate, 6))


@op
def hard_tanh(x):
    """Return x limited to [-1, 1]."""
    return compute.minimum(compute.maximum(as_float(x), -1), 1)


@op
def log_sigmoid(x):
    """Return log(sigmoid(x)), without overflow."""
    return compute.negative(compute.softplus(compute.negative(as_float(x))))


@op
def soft_shrink(x, threshold=0.5):
    """Return x moved towards 0 by `threshold`, and 0 where it is nearer than that."""
    x = as_float(x)
    distance = compute.relu(compute.subtract(compute.abs(x), threshold))
    return compute.multiply(compute.sign(x), distance)


@op
def sparse_plus(x):
    """Return 0 below -1, x above 1, and (x + 1)**2 / 4 between (the softplus of sparse distributions)."""
    x = as_float(x)
    curve = compute.divide(compute.square(compute.add(compute.maximum(x, -1), 1)), 4)
    return compute.where(compute.greater_equal(x, 1), x, curve)


@op
def sparse_sigmoid(x):
    """Return (x + 1) / 2 limited to [0, 1], the slope of `sparse_plus`."""
    return compute.divide(compute.add(hard_tanh(x), 1), 2)


@op
@in_single
def sparsemax(x, axis=-1):
    """Return the point of the probability simplex nearest to `x` along an axis (Martins & Astudillo, 2016)."""
    x = as_float(x)
    axis = axis_of(axis, x.ndim)
    shape = [-1 if i == axis else 1 for i in range(x.ndim)]
    count = compute.reshape(compute.arange(1, x.shape[axis] + 1, 1, dtypes.of(x)), shape)
    falling = compute.flip(compute.sort(compute.stop_gradient(x), axis), axis)
    excess = compute.subtract(compute.cumsum(falling, axis), 1)
    # Those entries are in the support whose value exceeds the threshold of all larger ones and itself.
    is_in = compute.greater(compute.multiply(falling, count), excess)
    size = compute.sum(compute.cast(is_in, dtypes.of(x)), axis=axis, keepdims=True)
    smallest = compute.min(
        compute.where(is_in, falling, compute.max(falling, axis=axis, keepdims=True)),
        axis=axis,
        keepdims=True,
    )
    support = compute.cast(compute.greater_equal(x, smallest), dtypes.of(x))
    total = compute.sum(compute.multiply(x, support), axis=axis, keepdims=True)
    return compute.relu(compute.subtract(x, compute.divide(compute.subtract(total, 1), size)))


@op
def squareplus(x, b=4):
    """Return (x + sqrt(x**2 + b)) / 2, a smooth relu (Barron, 2021)."""
    x = as_float(x)
    return compute.divide(compute.add(x, compute.sqrt(compute.add(compute.square(x), b))), 2)


@op
def tanh_shrink(x):
    """Return x - tanh(x)."""
    x = as_float(x)
    return compute.subtract(x, compute.tanh(x))


@op
def threshold(x, threshold, default_value):
    """Return x where x > threshold, else `default_value`."""
    x = as_float(x)
    other = compute.full((), default_value, dtypes.of(x))
    return compute.where(compute.greater(x, threshold), x, other)


def _zero(x):
    return compute.full((), 0, dtypes.of(x))
