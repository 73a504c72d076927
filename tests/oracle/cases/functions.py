"""Losses, metrics, activations, regularisers, constraints, initialisers and backend operations.

Each table is {name: function without arguments that gives {key: value}}.
"""

import numpy as np

from keras import activations, constraints, initializers, losses, metrics, regularizers
from keras import backend as K

from ..row import rng

REAL_LOSSES = [
    "mean_squared_error",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_logarithmic_error",
    "squared_hinge",
    "hinge",
    "categorical_hinge",
    "logcosh",
    "cosine_proximity",
]
PROBABILITY_LOSSES = [
    "categorical_crossentropy",
    "binary_crossentropy",
    "kullback_leibler_divergence",
    "poisson",
    "mean_squared_logarithmic_error",
    "cosine_proximity",
]
SHORT_NAMES = ["mse", "mae", "mape", "msle", "kld", "cosine", "MSE", "MAE", "MAPE", "MSLE", "KLD"]


def real(random, shape):
    """Numbers from (-1, 1)."""
    return random.uniform(-1, 1, shape).astype("float32")


def shares(random, shape):
    """Probabilities that sum to one along the last axis."""
    values = random.uniform(0.05, 1, shape)
    return (values / values.sum(-1, keepdims=True)).astype("float32")


def one_hot(random, shape):
    """One 1 in each row, otherwise 0."""
    return np.eye(shape[-1], dtype="float32")[random.randint(0, shape[-1], shape[:-1])]


def evaluate(function, *arrays):
    """The value of a function of backend variables."""
    return {"value": np.asarray(K.eval(function(*[K.variable(a) for a in arrays])))}


def pair(module, name, label, draw_true, draw_pred, shape):
    """A case for a function of (y_true, y_pred) on random inputs."""

    def run():
        random = rng(f"{name} {label}")
        return evaluate(getattr(module, name), draw_true(random, shape), draw_pred(random, shape))

    return f"{name}_{label}", run


def fixed(module, name, label, y_true, y_pred, **kwargs):
    """A case for a function of (y_true, y_pred) on given inputs."""

    def run():
        arrays = np.array(y_true, "float32"), np.array(y_pred, "float32")
        return evaluate(lambda y, p: getattr(module, name)(y, p, **kwargs), *arrays)

    return f"{name}_{label}", run


EDGE_TRUE = [[1, 0], [0, 1], [1, 0], [0, 1], [0.5, 0.5], [0, 0], [1, 1]]
EDGE_PRED = [[1, 0], [1, 0], [0, 1], [0, 1], [1, 1], [0, 0.3], [0.5, 0.25]]
BINARY_TRUE = [[0], [1], [0], [1], [1], [0]]
BINARY_PRED = [[0.5], [0.5], [0.500001], [0.499999], [1], [0]]
SPARSE_TRUE = [[0], [2], [1], [3]]
SPARSE_PRED = [[0.7, 0.1, 0.1, 0.1], [0, 0, 1, 0], [0, 0, 1, 0], [0.3, 0.3, 0.3, 0.1]]
NOT_NORMALIZED = [[2.0, 1.0, 1.0], [0.2, 0.2, 0.4], [0.1, 0.3, 0.0]]
LARGE = [[-50.0, 0.0, 50.0, 1e4], [3.0, -3.0, 0.0, 1e-4]]
ZERO = [[0.0, 0.0, 0.0, 0.0], [1.0, -1.0, 0.0, 2.0]]

LOSSES = dict(
    [pair(losses, name, "real", real, real, (4, 5)) for name in REAL_LOSSES]
    + [pair(losses, name, "3d", real, real, (2, 3, 4)) for name in REAL_LOSSES]
    + [pair(losses, name, "shares", one_hot, shares, (5, 4)) for name in PROBABILITY_LOSSES]
    + [pair(losses, name, "shares_3d", one_hot, shares, (2, 3, 4)) for name in PROBABILITY_LOSSES]
    + [pair(losses, name, "soft", shares, shares, (5, 4)) for name in PROBABILITY_LOSSES]
    + [fixed(losses, name, "edge", EDGE_TRUE, EDGE_PRED) for name in PROBABILITY_LOSSES]
    + [fixed(losses, name, "large", ZERO, LARGE) for name in REAL_LOSSES]
    + [fixed(losses, name, "zero", LARGE, ZERO) for name in REAL_LOSSES]
    + [pair(losses, name, "alias", real, real, (4, 5)) for name in SHORT_NAMES]
    + [
        fixed(losses, "binary_crossentropy", "one", BINARY_TRUE, BINARY_PRED),
        fixed(losses, "hinge", "labels", [[1, -1], [-1, 1]], [[0.3, 0.3], [-2, 2]]),
        fixed(losses, "categorical_crossentropy", "scaled", np.eye(3), NOT_NORMALIZED),
        fixed(losses, "sparse_categorical_crossentropy", "column", SPARSE_TRUE, SPARSE_PRED),
        fixed(losses, "sparse_categorical_crossentropy", "flat", [0, 2, 1, 3], SPARSE_PRED),
        fixed(
            losses,
            "sparse_categorical_crossentropy",
            "3d",
            [SPARSE_TRUE, SPARSE_TRUE],
            [SPARSE_PRED, SPARSE_PRED],
        ),
        fixed(losses, "sparse_categorical_crossentropy", "scaled", [[0], [1], [2]], NOT_NORMALIZED),
    ]
)

TOP_TRUE = [[0, 0, 1, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 1]]
TOP_PRED = [
    [0.3, 0.25, 0.2, 0.1, 0.08, 0.05, 0.02],
    [0.3, 0.01, 0.2, 0.1, 0.24, 0.05, 0.1],
    [0.01, 0.02, 0.03, 0.04, 0.06, 0.05, 0.79],
]
METRICS = dict(
    [
        fixed(metrics, "binary_accuracy", "column", BINARY_TRUE, BINARY_PRED),
        fixed(metrics, "binary_accuracy", "wide", EDGE_TRUE, EDGE_PRED),
        pair(metrics, "categorical_accuracy", "random", one_hot, shares, (12, 3)),
        pair(metrics, "categorical_accuracy", "3d", one_hot, shares, (2, 6, 3)),
        fixed(metrics, "sparse_categorical_accuracy", "column", SPARSE_TRUE, SPARSE_PRED),
        fixed(metrics, "sparse_categorical_accuracy", "flat", [0, 2, 1, 3], SPARSE_PRED),
        fixed(metrics, "top_k_categorical_accuracy", "default", TOP_TRUE, TOP_PRED),
        fixed(metrics, "top_k_categorical_accuracy", "k2", TOP_TRUE, TOP_PRED, k=2),
        fixed(metrics, "top_k_categorical_accuracy", "k3", TOP_TRUE, TOP_PRED, k=3),
        fixed(metrics, "sparse_top_k_categorical_accuracy", "k3", [[2], [1], [6]], TOP_PRED, k=3),
        fixed(metrics, "sparse_top_k_categorical_accuracy", "default", [[2], [1], [6]], TOP_PRED),
        pair(metrics, "mean_squared_error", "real", real, real, (4, 5)),
        pair(metrics, "mae", "real", real, real, (4, 5)),
        pair(metrics, "cosine_proximity", "real", real, real, (4, 5)),
    ]
)

GRID = np.array(
    [[-30, -5, -2.6, -2.5, -2.4, -1], [-0.5, -1e-3, 0, 1e-3, 0.5, 1], [2.4, 2.5, 2.6, 5, 6, 30]]
)


def activation(name, label="", **kwargs):
    """A case for an activation function on a grid of values."""

    def run():
        return evaluate(lambda x: getattr(activations, name)(x, **kwargs), GRID)

    return name + label, run


ACTIVATIONS = dict(
    [
        activation("elu"),
        activation("elu", "_alpha", alpha=0.3),
        activation("exponential"),
        activation("hard_sigmoid"),
        activation("linear"),
        activation("relu"),
        activation("relu", "_alpha", alpha=0.1),
        activation("relu", "_max", max_value=2.5),
        activation("relu", "_threshold", threshold=0.4),
        activation("relu", "_all", alpha=0.1, max_value=2.0, threshold=0.5),
        activation("selu"),
        activation("sigmoid"),
        activation("softmax"),
        activation("softplus"),
        activation("softsign"),
        activation("tanh"),
    ]
)


def label(name, args, kwargs):
    """The name of a case: of what it calls, then the values of the arguments."""
    values = list(args) + [kwargs[key] for key in sorted(kwargs)]
    return "_".join([name] + [str(value).replace(" ", "") for value in values])


def regularizer(name, *args, **kwargs):
    """A case for the penalty of a weight."""

    def run():
        weight = real(rng("regularizer"), (4, 3))
        return evaluate(getattr(regularizers, name)(*args, **kwargs), weight)

    return label(name, args, kwargs), run


def constraint(name, *args, **kwargs):
    """A case for a projected weight."""
    shape = kwargs.pop("shape", (4, 3))

    def run():
        weight = real(rng("constraint"), shape)
        return evaluate(getattr(constraints, name)(*args, **kwargs), weight)

    return label(name, args, dict(kwargs, shape=shape)), run


PENALTIES = dict(
    [
        regularizer("l1"),
        regularizer("l1", 0.3),
        regularizer("l2"),
        regularizer("l2", 0.3),
        regularizer("l1_l2"),
        regularizer("l1_l2", 0.3, 0.2),
        regularizer("l1_l2", l2=0.2),
        regularizer("L1L2", 0.3, 0.2),
        constraint("max_norm"),
        constraint("max_norm", 0.5),
        constraint("max_norm", 0.5, axis=1),
        constraint("max_norm", 0.5, axis=[0, 1, 2], shape=(2, 3, 2, 2)),
        constraint("non_neg"),
        constraint("unit_norm"),
        constraint("unit_norm", axis=1),
        constraint("unit_norm", axis=[0, 1], shape=(2, 3, 2)),
        constraint("min_max_norm"),
        constraint("min_max_norm", 0.8, 1.0),
        constraint("min_max_norm", 0.8, 1.0, rate=0.3, axis=1),
        constraint("min_max_norm", min_value=0.2, max_value=0.6, rate=0.5),
    ]
)


def initial(initializer, shape):
    """What an initializer gives; some give NumPy arrays rather than tensors."""
    value = initializer(shape)
    return value if isinstance(value, np.ndarray) else np.asarray(K.eval(value))


def exact(name, shape, *args):
    """A case for an initializer without chance."""

    def run():
        return {"value": initial(getattr(initializers, name)(*args), shape)}

    return label("exact", (name, *args), {"shape": shape}), run


def moments(name, shape, *args, **kwargs):
    """A case for an initializer with chance: mean, deviation, and the largest value."""

    def run():
        values = initial(getattr(initializers, name)(*args, seed=7, **kwargs), shape)
        return {
            "mean": float(values.mean()),
            "deviation": float(values.std()),
            "high": float(values.max()),
            "low": float(values.min()),
        }

    return label("moments", (name, *args), dict(kwargs, shape=shape)), run


def orthogonal(shape, gain):
    """A case for the products of the orthogonal initializer's rows or columns."""

    def run():
        values = initial(initializers.Orthogonal(gain, seed=7), shape)
        flat = values.reshape(-1, shape[-1])
        wide = flat.shape[0] < flat.shape[1]
        return {"value": flat.dot(flat.T) if wide else flat.T.dot(flat)}

    return label("orthogonal", (gain,), {"shape": shape}), run


FANS = [(200, 150), (3, 3, 60, 80)]
FAMILIES = ["glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform"]
INITIALIZERS = dict(
    [
        exact("Zeros", (2, 3)),
        exact("Ones", (2, 3)),
        exact("Constant", (2, 3), 0.7),
        exact("Identity", (3, 3), 2.0),
        exact("zeros", (2,)),
        exact("ones", (2,)),
        orthogonal((5, 5), 1.0),
        orthogonal((6, 3), 1.0),
        orthogonal((3, 6), 2.0),
        orthogonal((2, 3, 2, 4), 1.5),
    ]
    + [moments(name, shape) for name in FAMILIES + ["lecun_normal"] for shape in FANS]
    + [
        moments("VarianceScaling", (200, 150), scale=2.0, mode=mode, distribution=kind)
        for mode in ("fan_in", "fan_out", "fan_avg")
        for kind in ("normal", "uniform")
    ]
    + [
        moments("RandomNormal", (200, 150), 0.5, 2.0),
        moments("RandomUniform", (200, 150), -0.5, 2.0),
        moments("TruncatedNormal", (200, 150), 0.5, 2.0),
        moments("RandomNormal", (200, 150)),
        moments("RandomUniform", (200, 150)),
        moments("TruncatedNormal", (200, 150)),
    ]
)


def op(name, function, *shapes):
    """A case for a backend operation on random tensors of the given shapes."""

    def run():
        random = rng("op " + name)
        return evaluate(function, *[real(random, shape) for shape in shapes])

    return name, run


def given(name, function, *arrays):
    """A case for a backend operation on given arrays."""
    return name, lambda: evaluate(function, *[np.array(a, "float32") for a in arrays])


PICKS = np.array([[0, 2], [3, 1]], "int32")
KERNEL = (3, 3, 2, 4)
LABELS = np.array([[1, 2, 1, 0], [2, 2, 0, 0]], "int32")


def ctc(y_pred):
    """The CTC loss of two sequences with labels of three and two symbols."""
    lengths = K.variable(np.array([[6], [5]]), "int32"), K.variable(np.array([[3], [2]]), "int32")
    return K.ctc_batch_cost(K.variable(LABELS, "int32"), K.softmax(y_pred), *lengths)


def running_sum(x):
    """K.rnn with a step that adds."""
    step = lambda now, states: (now + states[0], [now + states[0]])  # noqa: E731
    return K.rnn(step, x, [K.zeros_like(x[:, 0])])[1]


BACKEND = dict(
    [
        op("dot", K.dot, (2, 3), (3, 4)),
        op("dot_nd", K.dot, (2, 3, 4), (4, 5)),
        op("dot_nd_nd", K.dot, (2, 3, 4), (5, 4, 6)),
        op("batch_dot", K.batch_dot, (2, 3, 4), (2, 4, 5)),
        op("batch_dot_axes_1", lambda a, b: K.batch_dot(a, b, axes=1), (2, 3), (2, 3)),
        op("batch_dot_axes_22", lambda a, b: K.batch_dot(a, b, axes=[2, 2]), (2, 3, 4), (2, 5, 4)),
        op("batch_dot_axes_11", lambda a, b: K.batch_dot(a, b, axes=[1, 1]), (2, 4, 3), (2, 4, 5)),
        op("batch_dot_axes_12", lambda a, b: K.batch_dot(a, b, axes=(1, 2)), (2, 4, 3), (2, 5, 4)),
        op("batch_dot_mixed", lambda a, b: K.batch_dot(a, b, axes=[2, 1]), (2, 3, 4), (2, 4)),
        op("l2_normalize", lambda x: K.l2_normalize(x, axis=1), (3, 4)),
        op("logsumexp", lambda x: K.logsumexp(x, axis=1), (3, 4)),
        op("softmax_axis", lambda x: K.softmax(x, axis=1), (2, 3, 4)),
        op("mean_keep", lambda x: K.mean(x, axis=(0, 2), keepdims=True), (2, 3, 4)),
        op("std", lambda x: K.std(x, axis=1), (3, 4)),
        op("var", lambda x: K.var(x, axis=[0, 1]), (3, 4)),
        op("prod", lambda x: K.prod(x, axis=1), (3, 4)),
        op("cumsum", lambda x: K.cumsum(x, axis=1), (3, 4)),
        op("cumprod", lambda x: K.cumprod(x, axis=0), (3, 4)),
        op("argmax", lambda x: K.cast(K.argmax(x, axis=1), "float32"), (3, 4)),
        op("argmin", lambda x: K.cast(K.argmin(x), "float32"), (3, 4)),
        op("clip", lambda x: K.clip(x, -0.2, 0.4), (3, 4)),
        op("round", lambda x: K.round(x * 4), (3, 4)),
        given("round_half", K.round, [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5]),
        op("sign", K.sign, (3, 4)),
        op("pow", lambda x: K.pow(x, 3), (3, 4)),
        op("maximum", K.maximum, (3, 4), (3, 4)),
        op("greater", lambda a, b: K.cast(K.greater(a, b), "float32"), (3, 4), (3, 4)),
        op("switch", lambda a, b: K.switch(K.greater(a, b), a, b), (3, 4), (3, 4)),
        op("concatenate", lambda a, b: K.concatenate([a, b], axis=1), (3, 4), (3, 2)),
        op("stack", lambda a, b: K.stack([a, b], axis=1), (3, 4), (3, 4)),
        op("permute", lambda x: K.permute_dimensions(x, (2, 0, 1)), (2, 3, 4)),
        op("repeat", lambda x: K.repeat(x, 3), (2, 3)),
        op("repeat_elements", lambda x: K.repeat_elements(x, 2, axis=1), (2, 3)),
        op("tile", lambda x: K.tile(x, [2, 3]), (2, 3)),
        op("flatten", K.flatten, (2, 3, 2)),
        op("batch_flatten", K.batch_flatten, (2, 3, 2)),
        op("reverse", lambda x: K.reverse(x, 1), (2, 3)),
        op("gather", lambda x: K.gather(x, K.variable(PICKS, "int32")), (4, 3)),
        op("one_hot", lambda x: K.one_hot(K.variable(PICKS, "int32"), 4) + 0 * K.sum(x), (2,)),
        op("temporal_padding", lambda x: K.temporal_padding(x, (1, 2)), (2, 3, 2)),
        op("bias_add", K.bias_add, (2, 3, 4), (4,)),
        op("bias_add_first", lambda x, b: K.bias_add(x, b, "channels_first"), (2, 4, 3, 2), (4,)),
        op("hard_sigmoid", lambda x: K.hard_sigmoid(4 * x), (3, 4)),
        op("in_top_k", lambda x: K.cast(K.in_top_k(x, K.argmax(x), 1), "float32"), (3, 4)),
        op(
            "binary_crossentropy_logits",
            lambda a, b: K.binary_crossentropy(K.sigmoid(a), b, from_logits=True),
            (3, 4),
            (3, 4),
        ),
        op(
            "categorical_crossentropy_logits",
            lambda a, b: K.categorical_crossentropy(K.softmax(a), b, from_logits=True),
            (3, 4),
            (3, 4),
        ),
        op(
            "categorical_crossentropy_axis",
            lambda a, b: K.categorical_crossentropy(
                K.softmax(a, axis=1), K.softmax(b, axis=1), axis=1
            ),
            (2, 3, 4),
            (2, 3, 4),
        ),
        op("conv1d", lambda x, w: K.conv1d(x, w, padding="causal"), (2, 6, 2), (3, 2, 4)),
        op("conv2d", lambda x, w: K.conv2d(x, w, (2, 1), "same"), (2, 5, 6, 2), KERNEL),
        op(
            "conv2d_transpose",
            lambda x, w: K.conv2d_transpose(x, w, (2, 9, 8, 2), (2, 2), "valid"),
            (2, 4, 3, 4),
            (3, 3, 2, 4),
        ),
        op("pool2d_max", lambda x: K.pool2d(x, (2, 2), (2, 2), "same"), (2, 5, 4, 2)),
        op(
            "pool2d_average",
            lambda x: K.pool2d(x, (3, 3), (2, 2), "same", pool_mode="avg"),
            (2, 5, 4, 2),
        ),
        op("resize_images", lambda x: K.resize_images(x, 2, 3, "channels_last"), (2, 2, 3, 2)),
        op("foldl", lambda x: K.foldl(lambda a, b: a + 2 * b, x), (4, 3)),
        op("map_fn", lambda x: K.map_fn(lambda row: K.sum(row * row), x), (4, 3)),
        op("rnn_step", running_sum, (2, 4, 3)),
        op("ctc_batch_cost", ctc, (2, 6, 4)),
    ]
)
