"""A row for each op: what to call it with, for `n` samples, and what NumPy gives for that."""

import numpy as np
from scipy import ndimage, special

from keras import ops

from . import reference, reference_ctc
from .support import FLOAT, normal, random

ROWS = {}


def row(name, args, expected, label="", factor=1.0, **kwargs):
    """Enter a row.

    Args:
        name: the op's, within `keras.ops`.
        args: `args(n)` returns the positional arguments for `n` samples; NumPy arrays among them become tensors.
        expected: a NumPy function of the same arguments, or None for the one of the same name.
        label: tells rows of one op apart.
        factor: how many times the usual tolerance is granted.
        **kwargs: further arguments of the op, and of `expected` if that is None.
    """
    op = ops
    for part in name.split("."):
        op = getattr(op, part)
    numpy_function = getattr(np, name, None)
    wanted = expected or (lambda *args: numpy_function(*args, **kwargs))
    key = f"{name}-{label}" if label else name
    assert key not in ROWS, key
    ROWS[key] = (op, args, kwargs, wanted, factor)


def positive(*shape):
    """Return draws from [0.2, 2)."""
    return random(4).uniform(0.2, 2, shape).astype(FLOAT)


def unit(*shape):
    """Return draws from [-0.9, 0.9)."""
    return random(5).uniform(-0.9, 0.9, shape).astype(FLOAT)


def ints(*shape, high=4):
    """Return int32 draws from [0, high)."""
    return random(6).integers(0, high, shape).astype("int32")


def one(x=normal):
    """Return the arguments of an op of one (n, 3) array."""
    return (lambda n: (x((n, 3)),)) if x is normal else (lambda n: (x(n, 3),))


def two(x=normal):
    """Return the arguments of an op of an (n, 3) and a (3,) array."""
    return (
        (lambda n: (normal((n, 3)), normal((3,), 1)))
        if x is normal
        else (lambda n: (x(n, 3), x(3)))
    )


# ------------------------------------------------------------------ elementwise
for _name in """abs absolute arcsinh arctan ceil conj conjugate cos cosh exp expm1 floor imag isfinite isinf isnan
    logical_not negative real round sign sin sinh square tan tanh nan_to_num ravel""".split():
    row(_name, one(), None)
for _name in "arccos arcsin arctanh".split():
    row(_name, one(unit), None)
for _name in "log log10 log1p log2 reciprocal sqrt".split():
    row(_name, one(positive), None)
row("arccosh", lambda n: (1 + positive(n, 3),), None)
row("bitwise_not", one(ints), None)
row("digamma", one(positive), special.digamma, factor=10)
row("erf", one(), special.erf)
row("erfinv", one(unit), special.erfinv, factor=20)
row("gammaln", one(positive), special.gammaln, factor=10)
row("rsqrt", one(positive), lambda x: 1 / np.sqrt(x))
row("sigmoid", one(), special.expit)
row("softplus", one(), lambda x: np.logaddexp(x, 0))
row("round", one(), None, "decimals", decimals=1)
row(
    "nan_to_num",
    lambda n: (np.where(normal((n, 3)) > 0, np.nan, 1).astype(FLOAT),),
    None,
    "nan",
    nan=7.0,
)
row("clip", lambda n: (normal((n, 3)), -0.5, 0.5), None)
row("clip", lambda n: (normal((n, 3)), None, 0.5), lambda x, a, b: np.minimum(x, b), "one side")
row("cast", lambda n: (3 * normal((n, 3)), "int32"), lambda x, dtype: x.astype(dtype))
row("stop_gradient", one(), lambda x: x)
row("convert_to_tensor", one(), lambda x: x)

for _name in """add arctan2 equal greater greater_equal less less_equal logaddexp logical_and logical_or logical_xor
    maximum minimum multiply not_equal subtract""".split():
    row(_name, two(), None)
for _name in "divide true_divide floor_divide mod remainder power".split():
    row(_name, two(positive), None)
for _name in "bitwise_and bitwise_or bitwise_xor left_shift right_shift".split():
    row(_name, two(ints), None)
for _name in "add multiply subtract".split():
    row(_name, lambda n: (normal((n, 3)), 2), None, "number")
row("power", lambda n: (normal((n, 3)), 2), None, "number")
row("subtract", lambda n: (1.5, normal((n, 3))), None, "number first")
row("divide", lambda n: (ints(n, 3), 2), lambda a, b: (a / b).astype(FLOAT), "ints")
row(
    "where",
    lambda n: (normal((n, 3)) > 0, normal((n, 3), 1), 0.0),
    lambda c, a, b: np.where(c, a, b).astype(FLOAT),
)

# ------------------------------------------------------------------ reductions and order
for _name in "all any max min amax amin mean prod std sum var".split():
    row(_name, lambda n: (normal((n, 3, 2)),), None, factor=4)
    row(_name, lambda n: (normal((n, 3, 2)),), None, "axis", axis=-1)
    row(_name, lambda n: (normal((n, 3, 2)),), None, "axes", axis=(1, 2), keepdims=True)
    row(_name, lambda n: (normal((n, 3, 2)),), None, "batch", axis=0, factor=4)
row("logsumexp", one(), lambda x: special.logsumexp(x, axis=1), axis=1)
for _name in "argmax argmin".split():
    row(_name, one(), None)
    row(_name, one(), None, "axis", axis=-1)
    row(_name, one(), None, "keepdims", axis=1, keepdims=True)
for _name in "cumsum cumprod".split():
    row(_name, one(), None, factor=4)
    row(_name, one(), None, "axis", axis=-1)
row("count_nonzero", one(ints), None)
row("count_nonzero", one(ints), None, "axis", axis=1)
row("norm", one(), np.linalg.norm, factor=4)
for _order in (1, 2, np.inf, 3):
    row(
        "norm",
        one(),
        lambda x, p=_order: np.linalg.norm(x, p, axis=1),
        f"{_order}",
        ord=_order,
        axis=-1,
    )
row("sort", one(), None)
row("sort", one(), None, "batch", axis=0)
row("argsort", one(), None)
row(
    "top_k",
    lambda n: (normal((n, 5)), 2),
    lambda x, k: (-np.sort(-x)[:, :k], np.argsort(-x)[:, :k]),
)
row("searchsorted", lambda n: (np.array([0.0, 1, 2], FLOAT), normal((n,))), None)
row("searchsorted", lambda n: (np.array([0, 1, 2], "int32"), ints(n)), None, "right", side="right")
row(
    "in_top_k",
    lambda n: (ints(n), normal((n, 4)), 2),
    lambda t, p, k: np.array([t[i] in np.argsort(-p[i])[:k] for i in range(len(t))]),
)

# ------------------------------------------------------------------ shapes
row("reshape", lambda n: (normal((n, 6)), (-1, 2, 3)), None)
row("reshape", lambda n: (normal((n, 6)), (-1,)), None, "flat")
row("transpose", lambda n: (normal((n, 3, 2)),), None)
row("transpose", lambda n: (normal((n, 3, 2)), (1, -1, 0)), None, "axes")
row("swapaxes", lambda n: (normal((n, 3, 2)), 0, -1), None)
row("moveaxis", lambda n: (normal((n, 3, 2)), 0, -1), None)
row("moveaxis", lambda n: (normal((n, 3, 2)), [0, 1], [-1, 0]), None, "several")
row("expand_dims", lambda n: (normal((n, 3)), -1), None)
row("expand_dims", lambda n: (normal((n, 3)), (0, -1)), None, "several")
row("squeeze", lambda n: (normal((n, 1, 3, 1)), 1), None)
row("squeeze", lambda n: (normal((n, 1, 3, 1)), (1, -1)), None, "several")
row("broadcast_to", lambda n: (normal((1, 3)), (4, 3)), None)
row("flip", one(), None)
row("flip", one(), None, "axis", axis=1)
row("repeat", lambda n: (normal((n, 3)), 2, 0), None)
row("repeat", lambda n: (normal((n, 3)), 2), None, "flat")
row("tile", lambda n: (normal((n, 3)), (2, 1)), None)
row("pad", lambda n: (normal((n, 3)), 1), None)
row("pad", lambda n: (normal((n, 3)), [(0, 0), (1, 2)]), None, "value", constant_values=2.5)
for _mode in ("reflect", "symmetric", "edge"):
    row("pad", lambda n: (normal((n, 3)), ((0, 0), (1, 2))), None, _mode, mode=_mode)
row(
    "concatenate",
    lambda n: ([normal((n, 3)), normal((n, 2), 1)],),
    lambda xs: np.concatenate(xs, -1),
)
row("concatenate", lambda n: ([normal((n, 3)), normal((n, 3), 1)],), None, "batch", axis=0)
row("stack", lambda n: ([normal((n, 3)), normal((n, 3), 1)],), None)
row("stack", lambda n: ([normal((n, 3)), normal((n, 3), 1)],), None, "last", axis=-1)
row("split", lambda n: (normal((n, 6)), 3, 1), None)
row("split", lambda n: (normal((n, 6)), [1, 4], -1), None, "cuts")
row(
    "unstack", lambda n: (normal((n, 3)), None, 1), lambda x, num, axis: [x[:, i] for i in range(3)]
)
row("tril", lambda n: (normal((n, 3, 4)),), None)
row("triu", lambda n: (normal((n, 3, 4)), 1), None)
row("diagonal", lambda n: (normal((n, 3, 3)), 1, 1, 2), None)
row("zeros_like", one(), None)
row("ones_like", one(), None)
row("full_like", lambda n: (normal((n, 3)), 2.5), None)
row("one_hot", lambda n: (ints(n) - 1, 3), lambda x, c: (x[:, None] == np.arange(c)).astype(FLOAT))
row(
    "one_hot",
    lambda n: (ints(n, 2), 3),
    lambda x, c: (x[:, None] == np.arange(c)[:, None]).astype(FLOAT),
    "axis",
    axis=1,
)
row(
    "multi_hot",
    lambda n: (ints(n, 2), 4),
    lambda x, c: (x[..., None] == np.arange(c)).any(1).astype(FLOAT),
)

# ------------------------------------------------------------------ indexing
row("take", lambda n: (normal((n, 5)), ints(2, 2), 1), None)
row("take", lambda n: (normal((4, 5)), ints(n) - 1, 0), None, "rows")
row("take", lambda n: (normal((4, 5)), ints(n, high=20)), None, "flat")
row(
    "take_along_axis",
    lambda n: (normal((n, 5)), ints(n, 2)),
    lambda x, i: np.take_along_axis(x, i, 1),
)
row("get_item", lambda n: (normal((n, 5)), (slice(None), slice(1, 4, 2))), lambda x, key: x[key])
row("get_item", lambda n: (normal((n, 5, 2)), (..., None, -1)), lambda x, key: x[key], "axes")
row("get_item", lambda n: (normal((4, 5)), (ints(n), 2)), lambda x, key: x[key], "array")
row("dynamic_slice", lambda n: (normal((n, 5)), (1, 2), (2, 3)), lambda x, s, z: x[1:3, 2:5])
row(
    "slice_update",
    lambda n: (normal((n, 5)), (1, 2), normal((2, 3), 1)),
    lambda x, s, u: np.concatenate([x[:1], np.concatenate([x[1:3, :2], u], 1), x[3:]]),
)
row(
    "scatter_update",
    lambda n: (normal((n, 3)), np.array([[0, 1], [2, 2]], "int32"), np.array([7.0, 8], FLOAT)),
    lambda x, i, u: np.where(
        np.arange(3) == 1,
        np.where(np.arange(len(x)) == 0, 7, x.T).T,
        np.where((np.arange(3) == 2) & (np.arange(len(x)) == 2)[:, None], 8, x),
    ).astype(FLOAT),
)


def _scattered(indices, values, shape):
    x = np.zeros(shape, FLOAT)
    np.add.at(x, tuple(indices.T), values)
    return x


row("scatter", lambda n: (ints(n, 2, high=3), normal((n,)), (3, 4)), _scattered)

# ------------------------------------------------------------------ products
row("matmul", lambda n: (normal((n, 3)), normal((3, 4), 1)), None)
row("matmul", lambda n: (normal((n, 2, 3)), normal((n, 3, 4), 1)), None, "batch")
row("dot", lambda n: (normal((n, 3)), normal((3,), 1)), None)
row("dot", lambda n: (normal((n, 2, 3)), normal((5, 3, 4), 1)), None, "cube")
row("dot", lambda n: (normal((n, 3)), 2.0), None, "number")
row("tensordot", lambda n: (normal((n, 3, 4)), normal((3, 4, 2), 1)), None)
row("einsum", lambda n: ("ij,jk->ik", normal((n, 3)), normal((3, 4), 1)), None)
row("outer", lambda n: (normal((n,)), normal((3,), 1)), None)


def _positive_definite(n):
    x = normal((n, 3, 3))
    return (x @ np.swapaxes(x, 1, 2) + np.eye(3)).astype(FLOAT)


for _name in "cholesky det inv".split():
    row(f"linalg.{_name}", lambda n: (_positive_definite(n),), getattr(np.linalg, _name), factor=20)
row(
    "linalg.solve", lambda n: (_positive_definite(n), normal((n, 3, 2))), np.linalg.solve, factor=20
)
row(
    "linalg.slogdet",
    lambda n: (_positive_definite(n),),
    lambda x: tuple(np.linalg.slogdet(x)),
    factor=20,
)
row(
    "linalg.solve_triangular",
    lambda n: (np.array([[2.0, 0], [1, 4]], FLOAT), normal((2, n))),
    lambda a, b: np.linalg.solve(a, b),
    lower=True,
    factor=10,
)
row(
    "linalg.eigh",
    lambda n: (np.array([[2.0, 0], [0, 5]], FLOAT),),
    lambda x: (np.diag(x), np.eye(2, dtype=FLOAT)),
)
row("linalg.qr", lambda n: (np.eye(2, dtype=FLOAT),), lambda x: tuple(np.linalg.qr(x)))
row(
    "linalg.svd", lambda n: (np.diag(np.array([3.0, 2], FLOAT)),), lambda x: tuple(np.linalg.svd(x))
)

# ------------------------------------------------------------------ neural networks
row("relu", one(), lambda x: np.maximum(x, 0))
row(
    "relu",
    one(),
    lambda x: np.where(x > 0.5, np.minimum(x, 1), 0.1 * (x - 0.5)).astype(FLOAT),
    "all",
    negative_slope=0.1,
    max_value=1.0,
    threshold=0.5,
)
row("relu6", lambda n: (9 * normal((n, 3)),), lambda x: np.clip(x, 0, 6))
row("leaky_relu", one(), lambda x: np.where(x > 0, x, 0.2 * x).astype(FLOAT))
row("elu", one(), lambda x: np.where(x > 0, x, 0.5 * np.expm1(x)).astype(FLOAT), alpha=0.5)
row(
    "selu",
    one(),
    lambda x: (1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(x))).astype(
        FLOAT
    ),
)
row("gelu", one(), lambda x: (x * special.ndtr(x)).astype(FLOAT))
row(
    "gelu",
    one(),
    lambda x: (0.5 * x * (1 + np.tanh(0.7978845608028654 * (x + 0.044715 * x**3)))).astype(FLOAT),
    "approximate",
    approximate=True,
)
row("silu", one(), lambda x: x * special.expit(x))
row("softsign", one(), lambda x: x / (1 + np.abs(x)))
row(
    "hard_sigmoid",
    lambda n: (3 * normal((n, 3)),),
    lambda x: np.clip(0.2 * x + 0.5, 0, 1).astype(FLOAT),
)
row("softmax", one(), lambda x: special.softmax(x, -1))
row(
    "softmax",
    lambda n: (1000 * normal((n, 3, 2)),),
    lambda x: special.softmax(x, 1),
    "axis",
    axis=1,
)


def rescaled(x, mean, variance, gamma, beta, axis, epsilon):
    """Return each channel, the last axis, shifted, divided and scaled."""
    return (x - mean) / np.sqrt(variance + epsilon) * gamma + beta


row(
    "normalized",
    lambda n: (normal((n, 4, 3)), positive(3), normal((3,), 1), -1, 1e-3),
    lambda x, *scaling: (
        rescaled(x, x.mean((0, 1)), x.var((0, 1)), *scaling),
        x.mean((0, 1)),
        x.var((0, 1)),
    ),
    factor=10,
)
row(
    "rescaled",
    lambda n: (normal((n, 3)), normal((3,), 1), positive(3), positive(3), normal((3,), 2), 1, 1e-3),
    rescaled,
    factor=4,
)
row("log_softmax", one(), lambda x: special.log_softmax(x, -1))
row("l2_normalize", one(), lambda x: x / np.linalg.norm(x, axis=-1, keepdims=True))
row(
    "moments",
    lambda n: (normal((n, 3, 2)), [0, 1]),
    lambda x, axes: (x.mean((0, 1)), x.var((0, 1))),
    factor=4,
)
row(
    "moments",
    lambda n: (normal((n, 3, 2)), (1,)),
    lambda x, axes: (x.mean(1, keepdims=True), x.var(1, keepdims=True)),
    "keepdims",
    keepdims=True,
)


def _shares(n, classes=4):
    return special.softmax(normal((n, classes), 9), -1).astype(FLOAT)


row(
    "categorical_crossentropy",
    lambda n: (_shares(n), 2 * _shares(n)[:, ::-1]),
    lambda t, p: -np.sum(t * np.log(p / p.sum(-1, keepdims=True)), -1),
    factor=4,
)
row(
    "categorical_crossentropy",
    lambda n: (_shares(n), normal((n, 4))),
    lambda t, x: -np.sum(t * special.log_softmax(x, -1), -1),
    "logits",
    from_logits=True,
    factor=4,
)
row(
    "sparse_categorical_crossentropy",
    lambda n: (ints(n), _shares(n)),
    lambda t, p: -np.log(p[np.arange(len(t)), t]),
    factor=4,
)
row(
    "sparse_categorical_crossentropy",
    lambda n: (ints(n, 1), normal((n, 4))),
    lambda t, x: -special.log_softmax(x, -1)[np.arange(len(t)), t[:, 0]],
    "logits",
    from_logits=True,
    factor=4,
)
row(
    "binary_crossentropy",
    lambda n: (_shares(n), _shares(n)[:, ::-1]),
    lambda t, p: -(t * np.log(p) + (1 - t) * np.log(1 - p)),
    factor=4,
)
row(
    "binary_crossentropy",
    lambda n: (_shares(n), normal((n, 4))),
    lambda t, x: np.logaddexp(x, 0) - t * x,
    "logits",
    from_logits=True,
    factor=4,
)

_NO_PADS = [(0, 0), (0, 0)]
row(
    "conv",
    lambda n: (normal((n, 5, 6, 2)), normal((3, 2, 2, 3), 1)),
    lambda x, k: reference.conv(x, k, (1, 1), _NO_PADS, (1, 1), 1),
    factor=4,
)
row(
    "conv",
    lambda n: (normal((n, 5, 6, 2)), normal((3, 2, 1, 2), 1)),
    lambda x, k: reference.conv(x, k, (2, 2), [(1, 1), (0, 0)], (1, 1), 2),
    "same",
    strides=2,
    padding="same",
    factor=4,
)
row(
    "conv",
    lambda n: (normal((n, 6, 2)), normal((3, 2, 2), 1)),
    lambda x, k: reference.conv(x, k, (1,), [(4, 0)], (2,), 1),
    "causal",
    padding="causal",
    dilation_rate=2,
    factor=4,
)
row(
    "depthwise_conv",
    lambda n: (normal((n, 5, 4, 2)), normal((3, 3, 2, 2), 1)),
    lambda x, k: reference.depthwise_conv(x, k, (1, 1), [(1, 1), (1, 1)], (1, 1)),
    padding="same",
    factor=4,
)
row(
    "separable_conv",
    lambda n: (normal((n, 5, 2)), normal((3, 2, 2), 1), normal((1, 4, 3), 2)),
    lambda x, d, p: reference.depthwise_conv(x, d, (1,), [(0, 0)], (1,)) @ p[0],
    factor=4,
)
row(
    "conv_transpose",
    lambda n: (normal((n, 3, 2)), normal((3, 4, 2), 1)),
    lambda y, k: reference.conv_transpose(y, k, (7,), (2,), [(0, 0)], (1,)),
    strides=2,
    factor=4,
)
row(
    "conv_transpose",
    lambda n: (normal((n, 3, 3, 2)), normal((3, 3, 4, 2), 1)),
    lambda y, k: reference.conv_transpose(y, k, (6, 6), (2, 2), [(0, 1), (0, 1)], (1, 1)),
    "same",
    strides=2,
    padding="same",
    factor=4,
)
row(
    "max_pool",
    lambda n: (normal((n, 5, 4, 2)), 2),
    lambda x, size: reference.max_pool(x, (2, 2), (2, 2), _NO_PADS),
)
row(
    "average_pool",
    lambda n: (normal((n, 5, 2)), 2),
    lambda x, size: reference.average_pool(x, (2,), (2,), [(0, 1)]),
    padding="same",
)
row(
    "local_conv",
    lambda n: (normal((n, 6, 2)), normal((3, 4, 5), 1)),
    lambda x, k: np.einsum("bpw,pwf->bpf", x.reshape(-1, 3, 4), k),
    kernel_size=2,
    strides=2,
)
row(
    "local_conv",
    lambda n: (normal((n, 2, 4, 3)), normal((6, 8, 3), 1)),
    lambda x, k: np.einsum(
        "bpw,pwf->bfp",
        np.stack([x[:, :, i : i + 2, j : j + 2] for i in range(3) for j in range(2)], 1).reshape(
            -1, 6, 8
        ),
        k,
    ).reshape(-1, 3, 3, 2),
    "first",
    kernel_size=(2, 2),
    data_format="channels_first",
)
row(
    "image.upsample",
    lambda n: (normal((n, 2, 3, 1)), (2, 3)),
    lambda x, f: x.repeat(2, 1).repeat(3, 2),
)
row(
    "image.enlarge",
    lambda n: (np.arange(3 * n, dtype=FLOAT).reshape(n, 1, 3, 1), (2, 2)),
    lambda x, f: np.repeat(
        np.stack([np.interp(np.arange(6) / 2, np.arange(3), row) for row in x[:, 0, :, 0]])[
            :, None, :, None
        ],
        2,
        1,
    ).astype(FLOAT),
)
row(
    "image.resize",
    lambda n: (normal((n, 2, 3, 1)), (4, 6)),
    lambda x, s: x.repeat(2, 1).repeat(2, 2),
    "nearest",
    interpolation="nearest",
)
row(
    "image.resize",
    lambda n: (np.tile(np.arange(4, dtype=FLOAT)[:, None, None], (n, 1, 2, 1)), (2, 2)),
    lambda x, size: (x[:, ::2] + 0.5).astype(FLOAT),
    "bilinear",
)


# Names of what is around an image, in SciPy's order of 0 and 1: there constants and repetitions begin within a pixel.
_AROUND = {
    "constant": "grid-constant",
    "nearest": "nearest",
    "reflect": "reflect",
    "mirror": "mirror",
    "wrap": "grid-wrap",
}


def _sampled(x, rows, columns, fill_mode, order=1):
    found = [
        [
            ndimage.map_coordinates(channel, place, order=order, mode=_AROUND[fill_mode], cval=0.5)
            for channel in np.moveaxis(image, -1, 0)
        ]
        for image, *place in zip(x, rows, columns)
    ]
    return np.moveaxis(np.array(found), 1, -1)


def _transformed(x, transform, fill_mode):
    row, column = np.mgrid[: x.shape[1], : x.shape[2]].astype(FLOAT)
    a, b, c, d, e, f, g, h = (part.reshape(-1, 1, 1) for part in transform.T)
    k = g * column + h * row + 1
    return _sampled(x, (d * column + e * row + f) / k, (a * column + b * row + c) / k, fill_mode)


def _bent(n):
    """Images, and ways to bend them that end between their pixels."""
    same = np.array([1, 0, 0, 0, 1, 0, 0, 0], FLOAT)
    bend = normal((n, 8)) * np.array([0.2, 0.2, 2, 0.2, 0.2, 2, 0.02, 0.02], FLOAT)
    return normal((n, 5, 6, 2)), (same + bend).astype(FLOAT)


for _mode in _AROUND:
    row(
        "image.sample",
        lambda n: (normal((n, 5, 6, 2)), normal((n, 3, 4)) * 4 + 2, normal((n, 3, 4)) * 4 + 2),
        lambda x, rows, columns, mode=_mode: _sampled(x, rows, columns, mode),
        _mode,
        factor=10.0,
        fill_mode=_mode,
        fill_value=0.5,
    )
    row(
        "image.affine_transform",
        _bent,
        lambda x, transform, mode=_mode: _transformed(x, transform, mode),
        _mode,
        factor=10.0,
        fill_mode=_mode,
        fill_value=0.5,
    )
row(
    "image.sample",
    lambda n: (normal((n, 5, 6, 2)), normal((n, 3, 4)) * 4 + 2, normal((n, 3, 4)) * 4 + 2),
    lambda x, rows, columns: _sampled(x, rows, columns, "nearest", order=0),
    "whole",
    interpolation="nearest",
    fill_mode="nearest",
)


row("vectorized_map", lambda n: (ops.square, normal((n, 3))), lambda f, x: x**2)


# ------------------------------------------------------------------ further activations, attention
row("celu", one(), lambda x: np.maximum(x, 0) + np.minimum(0, np.expm1(x)))
row("glu", lambda n: (normal((n, 4)),), lambda x: x[:, :2] * special.expit(x[:, 2:]))
row("hard_shrink", one(), lambda x: np.where(np.abs(x) > 0.5, x, 0))
row("hard_silu", one(), lambda x: x * np.clip(x + 3, 0, 6) / 6)
row("hard_tanh", one(), lambda x: np.clip(x, -1, 1))
row("log_sigmoid", one(), special.log_expit)
row("soft_shrink", one(), lambda x: np.sign(x) * np.maximum(np.abs(x) - 0.5, 0))
row("sparse_plus", one(), lambda x: np.where(x >= 1, x, (np.maximum(x, -1) + 1) ** 2 / 4))
row("sparse_sigmoid", one(), lambda x: (np.clip(x, -1, 1) + 1) / 2)
row("sparsemax", lambda n: (normal((n, 2)),), lambda x: np.clip((x - x[:, ::-1] + 1) / 2, 0, 1))
row("squareplus", one(), lambda x: (x + np.sqrt(x**2 + 4)) / 2)
row("tanh_shrink", one(), lambda x: x - np.tanh(x), factor=4)
row("threshold", lambda n: (normal((n, 3)), 0.1, 2.0), lambda x, t, v: np.where(x > t, x, v))


def _weights(query, key):
    return special.softmax(query @ np.swapaxes(key, -1, -2) / np.sqrt(query.shape[-1]), -1)


def _attended(query, key, value):
    query, key, value = (np.swapaxes(x, 1, 2) for x in (query, key, value))
    return np.swapaxes(_weights(query, key) @ value, 1, 2)


row("attend", lambda n: (normal((n, 2, 3, 4)), normal((n, 2, 4, 5), 1)), np.matmul)
row("attention_weights", lambda n: (normal((n, 2, 3, 4)), normal((n, 2, 5, 4), 1)), _weights)
row(
    "dot_product_attention",
    lambda n: (normal((n, 3, 2, 4)), normal((n, 5, 2, 4), 1), normal((n, 5, 2, 3), 2)),
    _attended,
)


# ------------------------------------------------------------------ sequences of labels
def _lengths(n, *values):
    return np.resize(np.array(values, "int32"), n)


row(
    "ctc_loss",
    lambda n: (
        1 + ints(n, 3, high=2),
        2 * normal((n, 5, 3)),
        _lengths(n, 2, 3, 0, 1),
        _lengths(n, 5, 4, 3, 1),
    ),
    reference_ctc.loss,
    factor=5,
)
row(
    "ctc_loss",
    lambda n: (np.ones((n, 3), "int32"), normal((n, 4, 3)), _lengths(n, 3), _lengths(n, 4)),
    lambda y, x, *_: np.full(len(x), np.inf, FLOAT),
    "no time",
)
row(
    "ctc_decode",
    lambda n: (2 * normal((n, 5, 3)), _lengths(n, 5, 3, 1)),
    reference_ctc.greedy,
    factor=5,
)
row(
    "ctc_decode",
    lambda n: (2 * normal((n, 5, 3)), _lengths(n, 5, 4, 3)),
    lambda x, lengths: reference_ctc.best(x, lengths, 3),
    "beam",
    factor=5,
    strategy="beam_search",
    beam_width=40,
    top_paths=3,
)
row(
    "ctc_decode",
    lambda n: (2 * normal((n, 4, 3)), _lengths(n, 4, 3)),
    lambda x, lengths: reference_ctc.best(x, lengths, 2, blank=2),
    "last blank",
    factor=5,
    strategy="beam_search",
    beam_width=40,
    top_paths=2,
    mask_index=-1,
)
