"""User code may call the backend's own functions: in layers, Lambdas, losses, metrics and initializers."""

import importlib

import numpy as np
import pytest

from keras import backend as K
from keras import config
from keras.backend.compute import compute, has
from keras.layers import Dense, Input, Lambda, Layer
from keras.models import Model, Sequential

from .support import FLOAT, TOLERANCE

# For each backend, a module that has `relu`, `square`, `matmul`, `sum` under names of its own.
FUNCTIONS = {
    "jax": {"relu": "jax.nn.relu", "square": "jax.numpy.square", "matmul": "jax.numpy.matmul"},
    "torch": {"relu": "torch.nn.functional.relu", "square": "torch.square", "matmul": "torch.matmul"},
    "tensorflow": {"relu": "tensorflow.nn.relu", "square": "tensorflow.square", "matmul": "tensorflow.matmul"},
}  # fmt: skip
X = np.random.default_rng(0).normal(size=(24, 5)).astype(FLOAT)
Y = np.abs(X).sum(1, keepdims=True)

pytestmark = pytest.mark.skipif(not has("grad"), reason="the backend cannot train")


def own(name):
    """Return the backend's own function of a name."""
    module, _, attribute = FUNCTIONS[config.backend()][name].rpartition(".")
    root, *inner = module.split(".")
    found = importlib.import_module(root)
    for part in (*inner, attribute):
        found = getattr(found, part) if hasattr(found, part) else importlib.import_module(module)
    return found


class OwnDense(Layer):
    """Written in the backend's functions, on the weight itself."""

    def build(self, input_shape):
        self.kernel = self.add_weight("kernel", (input_shape[-1], 4), initializer="ones")

    def call(self, inputs):
        return own("relu")(own("matmul")(inputs, self.kernel))

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], 4)


def own_loss(y_true, y_pred):
    return own("square")(y_true - y_pred)


def ours(loss="mse"):
    np.random.seed(5)
    first = Dense(4, use_bias=False, kernel_initializer="ones", activation="relu", input_dim=5)
    model = Sequential([first, Dense(4, activation="relu"), Dense(1)])
    model.compile("sgd", loss)
    return model


def theirs(inner):
    np.random.seed(5)
    x = Input((5,))
    model = Model(x, Dense(1)(inner(Dense(4)(OwnDense()(x)))))
    model.compile("sgd", own_loss, metrics=[own_loss])
    return model


@pytest.mark.parametrize("by_batch", [False, True])
def test_a_model_of_own_functions_trains_like_ours(by_batch):
    model = theirs(Lambda(lambda x: own("relu")(x)))
    expected = ours()
    np.testing.assert_allclose(
        model.predict(X), expected.predict(X), rtol=10 * TOLERANCE, atol=TOLERANCE
    )
    if by_batch:
        found = [model.train_on_batch(X, Y)[0] for _ in range(3)]
        wanted = [expected.train_on_batch(X, Y) for _ in range(3)]
    else:
        # More steps than a backend runs before it records a program.
        options = {"epochs": 15, "batch_size": 8, "verbose": 0, "shuffle": False}
        history = model.fit(X, Y, **options).history
        np.testing.assert_allclose(history["own_loss"], history["loss"], rtol=1e-6)
        found, wanted = history["loss"], expected.fit(X, Y, **options).history["loss"]
    np.testing.assert_allclose(found, wanted, rtol=1e-4)


def test_a_layer_of_own_functions_takes_arrays():
    y = OwnDense()(X)
    assert compute.is_tensor(y)
    expected = np.maximum(X.sum(1, keepdims=True) * np.ones((1, 4)), 0)
    np.testing.assert_allclose(compute.to_numpy(y), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("function", "slope"),
    [
        (lambda x, a: a * x - a / 2.0 + x * a, lambda x, a: 2 * a),
        (lambda x, a: (a - x) / a + (x + a) ** np.full(5, 2.0), lambda x, a: 2 * (x + a) - 1 / a),
        (lambda x, a: x @ np.diag(a) + np.eye(5)[:1], lambda x, a: a),
        (lambda x, a: np.int64(3) * x - x / np.float64(2), lambda x, a: 2.5),
    ],
)
def test_arrays_of_numpy_on_either_side_of_an_operator(function, slope):
    factors = np.array([0.5, 1, 2, -1, 4])
    layer = Dense(5, kernel_initializer="zeros", input_dim=5)
    model = Sequential([layer, Lambda(lambda x: function(x, factors))])
    assert model.output_shape == (None, 5) and model.output.dtype == FLOAT
    layer.set_weights([np.zeros((5, 5)), np.ones(5)])
    np.testing.assert_allclose(
        model.predict(X), np.tile(function(np.ones((1, 5)), factors), (24, 1)), rtol=TOLERANCE
    )
    model.compile("sgd", lambda y_true, y_pred: y_pred)
    model.fit(X, X, batch_size=24, epochs=1, verbose=0)
    expected = 1 - 0.01 * slope(np.ones(5), factors) / 5
    np.testing.assert_allclose(layer.get_weights()[1], expected + np.zeros(5), rtol=TOLERANCE)


def test_arrays_of_numpy_compared_with_tensors():
    layer = Lambda(lambda x: [np.zeros(5) < x, x >= np.zeros((24, 1))])
    below, above = Model((x := Input((5,))), layer(x)).predict(X, batch_size=24)
    assert below.dtype == bool and (below == (X > 0)).all() and (above == (X >= 0)).all()


def test_an_assigned_operator_leaves_the_old_value_to_others():
    def joined(x):
        y = K.exp(x)
        y *= x
        y += np.ones(5)
        x -= 1
        return y - x

    x = Input((5,))
    bias = Dense(5, kernel_initializer="zeros")
    y = bias(x)
    model = Model(x, [Lambda(joined)(y), y])
    bias.set_weights([np.zeros((5, 5)), np.full(5, 2.0)])
    found, kept = model.predict(X)
    np.testing.assert_array_equal(kept, np.full((24, 5), 2))
    np.testing.assert_allclose(found, np.full((24, 5), 2 * np.exp(2)), rtol=TOLERANCE)
    model.compile("sgd", lambda y_true, y_pred: y_pred)
    model.train_on_batch(X, [X, X])
    expected = 2 - 0.01 * 3 * np.exp(2) / 5
    np.testing.assert_allclose(bias.get_weights()[1], np.full(5, expected), rtol=TOLERANCE)
