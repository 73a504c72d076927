"""Core layers, activation layers, regularisers and constraints on layers, noise at test time."""

from keras import backend as K
from keras import constraints, regularizers
from keras import layers as L

from ..row import ints, padded, row

ACTIVATIONS = [
    "elu",
    "exponential",
    "hard_sigmoid",
    "linear",
    "relu",
    "selu",
    "sigmoid",
    "softmax",
    "softplus",
    "softsign",
    "tanh",
]


def activation(name):
    """A row for the Activation layer with a name."""
    return row("activation_" + name, lambda x: L.Activation(name)(x), (2, 5))


def noise(cls, *args):
    """A row for a layer that does nothing at test time."""
    return row("test_time_" + cls, lambda x: getattr(L, cls)(*args)(x), (4, 5), train=False)


def dense(name, shape=(4,), **kwargs):
    """A row for a Dense layer of three units."""
    return row("dense_" + name, lambda x: L.Dense(3, **kwargs)(x), shape)


def shared(x, y):
    """One Dense layer called twice."""
    layer = L.Dense(3, activation="tanh")
    return L.Concatenate()([layer(x), layer(y)])


ROWS = [activation(name) for name in ACTIVATIONS]
ROWS += [
    row("softmax_3d_last", lambda x: L.Activation("softmax")(x), (2, 3, 4)),
    dense("plain"),
    dense("relu", activation="relu"),
    dense("no_bias", use_bias=False),
    dense("softmax_3d", (5, 4), activation="softmax"),
    dense("4d", (2, 3, 4), activation="tanh"),
    dense("l1", kernel_regularizer=regularizers.l1(0.1)),
    dense("l2", kernel_regularizer=regularizers.l2(0.1), bias_regularizer="l2"),
    dense("l1_l2", kernel_regularizer=regularizers.l1_l2(0.1, 0.2)),
    dense("activity_l2", activity_regularizer=regularizers.l2(0.1)),
    dense("activity_l1_3d", (5, 4), activity_regularizer=regularizers.l1(0.1)),
    dense("max_norm", kernel_constraint=constraints.max_norm(0.3)),
    dense("max_norm_axis", kernel_constraint=constraints.max_norm(0.3, axis=1)),
    dense("non_neg", kernel_constraint="non_neg", bias_constraint="non_neg"),
    dense("unit_norm", kernel_constraint=constraints.unit_norm(axis=0)),
    dense("min_max_norm", kernel_constraint=constraints.min_max_norm(0.4, 0.6, rate=0.5)),
    row("dense_shared", shared, (4,), (4,)),
    row("dense_ints", lambda x: L.Dense(2)(L.Embedding(5, 3)(x)), ints((4,), 5)),
    row("flatten", lambda x: L.Flatten()(x), (2, 3, 4)),
    row("flatten_first", lambda x: L.Flatten(data_format="channels_first")(x), (2, 3, 4)),
    row("flatten_dense", lambda x: L.Dense(2)(L.Flatten()(x)), (2, 3, 2)),
    row("reshape", lambda x: L.Reshape((4, 6))(x), (2, 3, 4)),
    row("reshape_infer", lambda x: L.Reshape((-1, 2))(x), (2, 3, 4)),
    row("reshape_infer_last", lambda x: L.Reshape((2, 2, -1))(x), (2, 3, 4)),
    row("permute_21", lambda x: L.Permute((2, 1))(x), (3, 4)),
    row("permute_312", lambda x: L.Permute((3, 1, 2))(x), (2, 3, 4)),
    row("repeat_vector", lambda x: L.RepeatVector(3)(x), (4,)),
    row("masking", lambda x: L.Dense(2)(L.Masking()(x)), padded((6, 3))),
    row("masking_value", lambda x: L.Masking(0.5)(x), (6, 3)),
    row("lambda", lambda x: L.Lambda(lambda t: K.sum(K.square(t), axis=1))(x), (3, 4)),
    row(
        "lambda_arguments",
        lambda x: L.Lambda(lambda t, n: t * n, arguments={"n": 3.0})(x),
        (3, 4),
    ),
    row("activity_regularization", lambda x: L.ActivityRegularization(0.1, 0.2)(x), (3, 4)),
    row("leaky_relu", lambda x: L.LeakyReLU()(x), (4, 5)),
    row("leaky_relu_alpha", lambda x: L.LeakyReLU(alpha=0.1)(x), (4, 5)),
    row("prelu", lambda x: L.PReLU()(x), (4, 5)),
    row("prelu_shared", lambda x: L.PReLU(shared_axes=[1])(x), (4, 5)),
    row("prelu_shared_2d", lambda x: L.PReLU(shared_axes=[1, 2])(x), (3, 4, 2)),
    row("elu", lambda x: L.ELU()(x), (4, 5)),
    row("elu_alpha", lambda x: L.ELU(alpha=0.5)(x), (4, 5)),
    row("thresholded_relu", lambda x: L.ThresholdedReLU()(L.Lambda(lambda t: 3.0 * t)(x)), (5,)),
    row("thresholded_relu_theta", lambda x: L.ThresholdedReLU(theta=0.2)(x), (4, 5)),
    row("softmax_layer", lambda x: L.Softmax()(x), (3, 4)),
    row("softmax_layer_axis1", lambda x: L.Softmax(axis=1)(x), (3, 4)),
    row("relu_layer", lambda x: L.ReLU()(x), (4, 5)),
    row("relu_layer_max", lambda x: L.ReLU(max_value=0.5)(x), (4, 5)),
    row("relu_layer_slope", lambda x: L.ReLU(negative_slope=0.2)(x), (4, 5)),
    row(
        "relu_layer_all",
        lambda x: L.ReLU(max_value=0.7, negative_slope=0.2, threshold=0.1)(x),
        (4, 5),
    ),
    row(
        "relu_layer_threshold_max",
        lambda x: L.ReLU(max_value=0.7, threshold=0.2)(x),
        (4, 5),
    ),
    noise("Dropout", 0.5),
    noise("SpatialDropout1D", 0.5),
    noise("GaussianNoise", 0.5),
    noise("GaussianDropout", 0.5),
    noise("AlphaDropout", 0.5),
]
