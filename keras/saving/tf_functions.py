"""TensorFlow's functions that `keras.ops` has no name for, as ops for the graphs of tf.keras models.

Arguments mean what they mean in TensorFlow, and stand in the order of the rows in `tf_table`, where the names are.
"""

import math

import numpy as np

from keras import ops
from keras.ops.core import array, op
from keras.saving.keras3 import functions

# It means the same in the graphs of Keras 3.
roll = functions.roll

# ------------------------------------------------------------------ sizes
# Functions of sizes that are worked out beside the graph: what is recorded in a program is no shape any more.
HOST_FUNCTIONS = {
    "add": np.add,
    "cast": lambda x, dtype=None: x,
    "concat": lambda xs, axis=0: np.concatenate([np.atleast_1d(x) for x in xs], axis),
    "floordiv": np.floor_divide,
    "floormod": np.mod,
    "getitem": lambda x, key: x[key],
    "greater": np.greater,
    "identity": lambda x: x,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "multiply": np.multiply,
    "ones_like": np.ones_like,
    "reduce_max": np.max,
    "reduce_prod": np.prod,
    "reduce_sum": np.sum,
    "stack": lambda xs, axis=0: np.stack(xs, axis),
    "subtract": np.subtract,
    "where": np.where,
    "zeros_like": np.zeros_like,
}


@op
def sized(function, sources, args, kwargs):
    """Return what a function says for arguments in which sizes stand that are known when it runs.

    Args:
        function: a path below `keras.ops` or the name of a function here; "array" for the sizes themselves.
        sources: a list of tensors.
        args, kwargs: arguments, in which `{"source": n}` stands for `sources[n]`, `{"shape_of": n}` for its shape, and
            `{"of": name, "args": list, "kwargs": dict}` for what one of `HOST_FUNCTIONS` says.
    """
    args, kwargs = ([_filled(a, sources) for a in args], _filled(kwargs, sources))
    if function == "array":
        return array(np.asarray(args[0]), "int32")
    if function in FUNCTIONS:
        return globals()[function](*args, **kwargs)
    if function not in ("image.resize", *ops.__all__):
        raise ValueError(f"There is no op {function!r}; the file is damaged, save the model anew.")
    return (ops.image.resize if function == "image.resize" else getattr(ops, function))(
        *args, **kwargs
    )


def _filled(value, sources):
    if isinstance(value, list):
        items = [_filled(item, sources) for item in value]
        is_sized = any(isinstance(item, np.ndarray | np.generic) for item in items)
        return np.asarray(items).tolist() if is_sized else items
    if not isinstance(value, dict):
        return value
    if "source" in value:
        return sources[value["source"]]
    if "shape_of" in value or "of" in value:
        return np.asarray(_sizes(value, sources)).tolist()
    return {key: _filled(item, sources) for key, item in value.items()}


def _sizes(value, sources):
    """Return a number or an array of NumPy."""
    if isinstance(value, list):
        return [_sizes(item, sources) for item in value]
    if not isinstance(value, dict):
        return value
    if "shape_of" in value:
        return np.array(sources[value["shape_of"]].shape, int)
    args = [_sizes(item, sources) for item in value["args"]]
    kwargs = {key: _sizes(item, sources) for key, item in value["kwargs"].items()}
    return HOST_FUNCTIONS[value["of"]](*args, **kwargs)


# ------------------------------------------------------------------ entry by entry
@op
def squared_difference(x, y):
    """Return (x - y)^2."""
    return ops.square(ops.subtract(x, y))


@op
def silu(x, beta=1.0):
    """Return x sigmoid(beta x)."""
    return ops.multiply(x, ops.sigmoid(ops.multiply(beta, x)))


@op
def crelu(x, axis=-1):
    """Return the rectified x and the rectified -x, joined."""
    return ops.relu(ops.concatenate([x, ops.negative(x)], axis=axis))


@op
def divide_no_nan(x, y):
    """Return x / y, and 0 where y is 0."""
    is_zero = ops.equal(y, 0)
    return ops.where(is_zero, 0, ops.divide(x, ops.where(is_zero, 1, y)))


@op
def multiply_no_nan(x, y):
    """Return x y, and 0 where y is 0, whatever x is."""
    return ops.where(ops.equal(y, 0), 0, ops.multiply(x, y))


@op
def xlogy(x, y):
    """Return x log(y), and 0 where x is 0."""
    is_zero = ops.equal(x, 0)
    return ops.where(is_zero, 0, ops.multiply(x, ops.log(ops.where(is_zero, 1, y))))


@op
def sigmoid_cross_entropy(labels, logits):
    """As TensorFlow has it: max(x, 0) - x z + log(1 + exp(-|x|))."""
    tail = ops.softplus(ops.negative(ops.abs(logits)))
    return ops.add(ops.subtract(ops.relu(logits), ops.multiply(logits, labels)), tail)


@op
def softmax_cross_entropy(labels, logits, axis=-1):
    """Return the cross entropy of labels and the softmax of logits."""
    return ops.negative(ops.sum(ops.multiply(labels, ops.log_softmax(logits, axis)), axis=axis))


# ------------------------------------------------------------------ along axes
@op
def norm(x, ord="euclidean", axis=None, keepdims=None):
    """Return a norm of vectors: of the order "euclidean", 1, 2, infinity ..."""
    keepdims, kind = bool(keepdims), {"fro": 2, "euclidean": 2}.get(ord, ord)
    x = ops.abs(x)
    if kind == "inf" or kind == math.inf:
        return ops.max(x, axis=axis, keepdims=keepdims)
    total = ops.sum(x if kind == 1 else ops.power(x, kind), axis=axis, keepdims=keepdims)
    return ops.sqrt(total) if kind == 2 else ops.power(total, 1 / kind)


@op
def reduce_euclidean_norm(x, axis=None, keepdims=False):
    """Return the root of the sum of squares."""
    return norm(x, "euclidean", axis, keepdims)


@op
def clip_by_norm(x, clip_norm, axes=None):
    """Return x, made shorter where its norm is larger."""
    length = norm(x, "euclidean", axes, True)
    return ops.divide(ops.multiply(x, clip_norm), ops.maximum(length, clip_norm))


@op
def cumsum(x, axis=0, exclusive=False, reverse=False):
    """Return sums so far; `exclusive` of what came before, `reverse` from the end."""
    x = ops.flip(array(x), axis) if reverse else array(x)
    total = ops.cumsum(x, axis=axis)
    total = ops.subtract(total, x) if exclusive else total
    return ops.flip(total, axis) if reverse else total


@op
def cumprod(x, axis=0, reverse=False):
    """Return products so far, from the end with `reverse`."""
    x = ops.flip(array(x), axis) if reverse else array(x)
    total = ops.cumprod(x, axis=axis)
    return ops.flip(total, axis) if reverse else total


@op
def count_nonzero(x, axis=None, keepdims=False):
    """Return how many entries are not 0."""
    return ops.sum(ops.cast(ops.not_equal(x, 0), "int64"), axis=axis, keepdims=bool(keepdims))


@op
def sort(x, axis=-1, direction="ASCENDING"):
    """Return x sorted along an axis."""
    found = ops.sort(x, axis=axis)
    return ops.flip(found, axis) if direction == "DESCENDING" else found


@op
def argsort(x, axis=-1, direction="ASCENDING"):
    """Return the places that sort x, equal ones in their order."""
    # Negated, so that equal ones stay in their order.
    return ops.argsort(ops.negative(x) if direction == "DESCENDING" else x, axis=axis)


# ------------------------------------------------------------------ parts and places
@op
def gather(x, indices, axis=None, batch_dims=0):
    """Return slices of x by their numbers along an axis, those of each of `batch_dims` axes apart."""
    x, indices = array(x), array(indices)
    axis = batch_dims if axis is None else axis % x.ndim
    if not batch_dims:
        return ops.take(x, indices, axis=axis)
    places = [
        ops.reshape(np.arange(x.shape[i]), [-1 if j == i else 1 for j in range(indices.ndim)])
        for i in range(batch_dims)
    ]
    # The axes that are picked from come first; those between them and the axis stay where they are.
    x = ops.moveaxis(x, axis, batch_dims)
    found = ops.get_item(x, (*places, indices))
    sources = list(range(indices.ndim, indices.ndim + axis - batch_dims))
    return ops.moveaxis(found, sources, [s - indices.ndim + batch_dims for s in sources])


@op
def gather_nd(x, indices, batch_dims=0):
    """Return entries or slices of x by their places, which the last axis of `indices` holds."""
    x, indices = array(x), array(indices)
    parts = [ops.get_item(indices, (Ellipsis, i)) for i in range(indices.shape[-1])]
    places = [
        ops.reshape(np.arange(x.shape[i]), [-1 if j == i else 1 for j in range(indices.ndim - 1)])
        for i in range(batch_dims)
    ]
    return ops.get_item(x, (*places, *parts))


@op
def cut(x, begin, size):
    """Return a part of x, from `begin` on; a size of -1 is all that is left."""
    x = array(x)
    stops = [n if s == -1 else b + s for n, b, s in zip(x.shape, begin, size, strict=True)]
    if any(not 0 <= b <= e <= n for n, b, e in zip(x.shape, begin, stops, strict=True)):
        raise ValueError(f"A slice {begin}, {size} does not lie within the shape {x.shape}.")
    return ops.get_item(x, tuple(np.s_[b:e] for b, e in zip(begin, stops, strict=True)))


@op
def batch_flatten(x):
    """Return x with all axes but the first in one."""
    x = array(x)
    return ops.reshape(x, (x.shape[0], math.prod(x.shape[1:])))


@op
def one_hot(x, depth, on_value=None, off_value=None, axis=-1, dtype=None):
    """Return vectors with `on_value` at one place and `off_value` elsewhere."""
    on, off = 1 if on_value is None else on_value, 0 if off_value is None else off_value
    hot = ops.one_hot(x, depth, axis=axis, dtype="bool")
    return ops.cast(ops.where(hot, on, off), dtype or "float32")


@op
def sequence_mask(lengths, maxlen, dtype="bool"):
    """Return which of `maxlen` steps come before each length."""
    lengths = array(lengths)
    return ops.cast(ops.less(np.arange(maxlen), ops.expand_dims(lengths, -1)), dtype)


@op
def count(start, limit=None, delta=1, dtype=None):
    """Return the numbers from `start` to `limit`, or from 0 to `start`."""
    start, limit = (0, start) if limit is None else (start, limit)
    return array(np.arange(start, limit, delta), dtype or "int32")


@op
def fill(shape, value):
    """Return a tensor of one value."""
    return ops.full(shape, value)


# ------------------------------------------------------------------ matrices
@op
def band_part(x, lower, upper):
    """Return matrices with zeros beyond so many diagonals below and above the main one; -1 keeps all."""
    x = array(x)
    rows, columns = np.ogrid[: x.shape[-2], : x.shape[-1]]
    is_in = (lower < 0) | (rows - columns <= lower)
    return ops.where(is_in & ((upper < 0) | (columns - rows <= upper)), x, 0)


@op
def diag_part(x):
    """Return the diagonals of matrices."""
    return ops.diagonal(array(x), axis1=-2, axis2=-1)


@op
def diag(x):
    """Return matrices with the given diagonals."""
    x = array(x)
    return ops.where(np.eye(x.shape[-1], dtype=bool), ops.expand_dims(x, -1), 0)


@op
def trace(x):
    """Return the sums of the diagonals of matrices."""
    return ops.sum(diag_part(x), axis=-1)


@op
def matrix_transpose(x):
    """Return transposed matrices."""
    return ops.swapaxes(x, -1, -2)


# ------------------------------------------------------------------ windows, channels last
def _inner(values, ndim):
    """Return one number an axis of the image from one number, or from one for each axis."""
    values = np.atleast_1d(1 if values is None else values).tolist()
    values = values[1:-1] if len(values) == ndim else values
    return tuple(values * (ndim - 2) if len(values) == 1 else values)


@op
def convolution(x, kernel, strides=1, padding="VALID", dilations=None):
    """Return a convolution in one to three dimensions."""
    x, n = array(x), array(x).ndim
    strides, rate = _inner(strides, n), _inner(dilations, n)
    return ops.conv(x, array(kernel), strides, padding.lower(), "channels_last", rate)


@op
def depthwise_conv2d(x, kernel, strides, padding, dilations=None):
    """Return a convolution of each channel by itself."""
    strides, rate = _inner(strides, 4), _inner(dilations, 4)
    return ops.depthwise_conv(
        array(x), array(kernel), strides, padding.lower(), "channels_last", rate
    )


@op
def max_pool(x, window, strides=None, padding="VALID"):
    """Return the largest entries of windows."""
    return _pool(ops.max_pool, x, window, strides, padding)


@op
def avg_pool(x, window, strides=None, padding="VALID"):
    """Return the means of windows."""
    return _pool(ops.average_pool, x, window, strides, padding)


def _pool(function, x, window, strides, padding):
    x = array(x)
    window, strides = _inner(window, x.ndim), _inner(strides, x.ndim)
    return function(x, window, strides, padding.lower(), "channels_last")


@op
def space_to_depth(x, block):
    """Return an image with the pixels of each block as channels."""
    x = array(x)
    n, rows, columns, channels = x.shape
    parts = ops.reshape(x, (n, rows // block, block, columns // block, block, channels))
    parts = ops.transpose(parts, (0, 1, 3, 2, 4, 5))
    return ops.reshape(parts, (n, rows // block, columns // block, block * block * channels))


@op
def depth_to_space(x, block):
    """Return an image with the channels of each pixel as a block."""
    x = array(x)
    n, rows, columns, channels = x.shape
    parts = ops.reshape(x, (n, rows, columns, block, block, channels // block**2))
    parts = ops.transpose(parts, (0, 1, 3, 2, 4, 5))
    return ops.reshape(parts, (n, rows * block, columns * block, channels // block**2))


# ------------------------------------------------------------------ images
@op
def flip_left_right(x):
    """Return mirrored images."""
    return ops.flip(array(x), -2)


@op
def flip_up_down(x):
    """Return images upside down."""
    return ops.flip(array(x), -3)


@op
def rot90(x, k=1):
    """Return images turned to the left k times."""
    x = array(x)
    for _ in np.arange(k % 4):
        x = ops.flip(ops.swapaxes(x, -2, -3), -3)
    return x


@op
def per_image_standardization(x):
    """Return images of mean 0 and variance 1."""
    x = array(x)
    axes, count = (-3, -2, -1), math.prod(x.shape[-3:])
    deviation = ops.maximum(ops.std(x, axis=axes, keepdims=True), 1 / math.sqrt(count))
    return ops.divide(ops.subtract(x, ops.mean(x, axis=axes, keepdims=True)), deviation)


@op
def central_crop(x, fraction):
    """Return the middle of images."""
    x = array(x)
    starts = [int((n - n * fraction) / 2) for n in x.shape[-3:-1]]
    keys = [np.s_[s : n - s] for s, n in zip(starts, x.shape[-3:-1], strict=True)]
    return ops.get_item(x, (Ellipsis, *keys, np.s_[:]))


@op
def rgb_to_grayscale(x):
    """Return the brightness of pixels."""
    return ops.sum(ops.multiply(x, [0.2989, 0.587, 0.114]), axis=-1, keepdims=True)


@op
def crop_to_bounding_box(x, top, left, height, width):
    """Return a part of images."""
    return ops.get_item(array(x), np.s_[..., top : top + height, left : left + width, :])


@op
def pad_to_bounding_box(x, top, left, height, width):
    """Return images with zeros around them."""
    x = array(x)
    rows, columns = x.shape[-3:-1]
    edges = [(top, height - top - rows), (left, width - left - columns), (0, 0)]
    return ops.pad(x, [(0, 0)] * (x.ndim - 3) + edges)


@op
def adjust_contrast(x, factor):
    """Return images with their channels' distances from the mean multiplied."""
    mean = ops.mean(x, axis=(-3, -2), keepdims=True)
    return ops.add(ops.multiply(ops.subtract(x, mean), factor), mean)


@op
def local_response_normalization(x, depth_radius=5, bias=1.0, alpha=1.0, beta=0.5):
    """Return x divided by a power of the squares of the channels around."""
    x = array(x)
    square = ops.pad(ops.square(x), [(0, 0)] * (x.ndim - 1) + [(depth_radius, depth_radius)])
    sums = [
        ops.get_item(square, np.s_[..., i : i + x.shape[-1]])
        for i in np.arange(2 * depth_radius + 1).tolist()
    ]
    total = ops.sum(ops.stack(sums), axis=0)
    return ops.divide(x, ops.power(ops.add(bias, ops.multiply(alpha, total)), beta))


# ------------------------------------------------------------------ what there is
FUNCTIONS = frozenset(name for name, value in vars().items() if hasattr(value, "__wrapped__"))
