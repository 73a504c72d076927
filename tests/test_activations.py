import math

import numpy as np
import pytest

from keras import activations, ops, registry
from keras.backend import graph
from keras.backend.graph import placeholder
from keras.backend.variable import Variable

X = np.array([[-4.0, -2.5, -1.0, -0.1], [0.0, 0.3, 2.0, 5.0]], dtype="float32")


def each(function):
    return np.array([[function(float(x)) for x in row] for row in X])


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


FORMULAS = {
    "linear": lambda x: x,
    "relu": lambda x: max(x, 0),
    "relu6": lambda x: min(max(x, 0), 6),
    "leaky_relu": lambda x: x if x > 0 else 0.2 * x,
    "elu": lambda x: x if x > 0 else math.exp(x) - 1,
    "selu": lambda x: 1.0507009873554805 * (x if x > 0 else 1.6732632423543772 * (math.exp(x) - 1)),
    "gelu": lambda x: x * (1 + math.erf(x / math.sqrt(2))) / 2,
    "silu": lambda x: x * sigmoid(x),
    "swish": lambda x: x * sigmoid(x),
    "mish": lambda x: x * math.tanh(math.log(1 + math.exp(x))),
    "softplus": lambda x: math.log(1 + math.exp(x)),
    "softsign": lambda x: x / (1 + abs(x)),
    "tanh": math.tanh,
    "sigmoid": sigmoid,
    "hard_sigmoid": lambda x: min(max(0.2 * x + 0.5, 0), 1),
    "h_sigmoid": lambda x: min(max(x + 3, 0), 6) / 6,
    "exponential": math.exp,
    "celu": lambda x: max(x, 0) + min(0, math.exp(x) - 1),
    "hard_shrink": lambda x: x if abs(x) > 0.5 else 0,
    "hard_silu": lambda x: x * min(max(x + 3, 0), 6) / 6,
    "hard_swish": lambda x: x * min(max(x + 3, 0), 6) / 6,
    "hard_tanh": lambda x: min(max(x, -1), 1),
    "log_sigmoid": lambda x: math.log(sigmoid(x)),
    "soft_shrink": lambda x: math.copysign(max(abs(x) - 0.5, 0), x),
    "sparse_plus": lambda x: 0 if x <= -1 else x if x >= 1 else (x + 1) ** 2 / 4,
    "sparse_sigmoid": lambda x: min(max((x + 1) / 2, 0), 1),
    "squareplus": lambda x: (x + math.sqrt(x * x + 4)) / 2,
    "tanh_shrink": lambda x: x - math.tanh(x),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_formula(name):
    function = activations.get(name)
    np.testing.assert_allclose(function(X), each(FORMULAS[name]), rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("name", [*FORMULAS, "softmax"])
def test_symbolic_arguments_give_symbolic_results(name):
    function = activations.get(name)
    assert function(placeholder((None, 4), "float32")).shape == (None, 4)
    np.testing.assert_allclose(np.asarray(function(Variable(X))), function(X), rtol=1e-6)


def test_softmax():
    e = np.exp(X.astype("float64"))
    np.testing.assert_allclose(activations.softmax(X), e / e.sum(1, keepdims=True), rtol=1e-5)
    np.testing.assert_allclose(activations.softmax(X, axis=0), e / e.sum(0), rtol=1e-5)
    np.testing.assert_allclose(
        activations.log_softmax(X), np.log(e / e.sum(1, keepdims=True)), rtol=1e-5
    )
    assert np.isfinite(np.asarray(activations.softmax(X * 1e4))).all()
    with pytest.raises(ValueError, match=r"softmax needs a tensor with at least two axes.*\(3,\)"):
        activations.softmax(np.zeros(3))


def projected(row):
    """The nearest point whose entries are no less than zero and sum to one, found by bisection of what is taken off."""
    low, high = row.min() - 1, row.max()
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if np.maximum(row - middle, 0).sum() > 1 else (low, middle)
    return np.maximum(row - low, 0)


def test_sparsemax():
    x = np.random.default_rng(0).normal(size=(5, 4, 6)).astype("float32")
    for axis in (-1, 1, 0):
        expected = np.apply_along_axis(projected, axis, x.astype("float64"))
        np.testing.assert_allclose(activations.sparsemax(x, axis), expected, rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(activations.sparsemax([[2.0, 2.0, 2.0, -9.0]])[0][3], 0)
    np.testing.assert_allclose(activations.sparsemax([[2.0, 2.0, -9.0]]), [[0.5, 0.5, 0.0]])


def test_sparsemax_has_the_slopes_of_its_support():
    x = np.array([[1.0, 0.8, 0.2, -2.0]], "float32")
    symbol = placeholder((None, 4), "float32")
    weights = np.array([1.0, 2.0, 3.0, 4.0], "float32")
    loss = ops.sum(ops.multiply(activations.sparsemax(symbol), weights))
    found = graph.Function([symbol], graph.gradients(loss, [symbol]))([x])[0]
    kept = np.asarray(activations.sparsemax(x))[0] > 0
    expected = np.where(kept, weights - weights[kept].mean(), 0)
    np.testing.assert_allclose(found[0], expected, rtol=1e-5)


def test_arguments_of_further_activations():
    first, second = X[:, :2], X[:, 2:]
    np.testing.assert_allclose(activations.glu(X), first / (1 + np.exp(-second)), rtol=1e-5)
    np.testing.assert_allclose(activations.glu(X, axis=0), X[:1] / (1 + np.exp(-X[1:])), rtol=1e-5)
    np.testing.assert_allclose(activations.threshold(X, 0.2, 7.0), np.where(X > 0.2, X, 7))
    expected = np.maximum(X, 0) + np.minimum(0, 2 * np.expm1(X / 2))
    np.testing.assert_allclose(activations.celu(X, 2.0), expected, rtol=1e-5)
    np.testing.assert_allclose(activations.hard_shrink(X, 2.0), np.where(np.abs(X) > 2, X, 0))
    expected = np.sign(X) * np.maximum(np.abs(X) - 2, 0)
    np.testing.assert_allclose(activations.soft_shrink(X, 2.0), expected)
    np.testing.assert_allclose(
        activations.squareplus(X, 1), (X + np.sqrt(X * X + 1)) / 2, rtol=1e-5
    )


def test_log_sigmoid_neither_overflows_nor_rounds_to_nothing():
    np.testing.assert_allclose(activations.log_sigmoid([-200.0, 200.0]), [-200.0, 0.0])


def test_relu_arguments():
    y = activations.relu(X, alpha=0.5, max_value=3.0, threshold=1.0)
    expected = [min(x, 3) if x >= 1 else 0.5 * (x - 1) for x in X.ravel()]
    np.testing.assert_allclose(np.ravel(y), expected, rtol=1e-6)


def test_elu_alpha():
    np.testing.assert_allclose(activations.elu([-1.0], 2.0), [2 * (math.exp(-1) - 1)], rtol=1e-6)


def test_get_and_serialize():
    assert activations.get(None) is activations.linear
    assert activations.get(math.tanh) is math.tanh
    assert activations.serialize(activations.hard_sigmoid) == "hard_sigmoid"
    assert activations.deserialize(activations.serialize(activations.swish)) is activations.silu
    with registry.CustomObjectScope({"mine": math.tanh}):
        assert activations.get("mine") is math.tanh
    with pytest.raises(ValueError, match=r"Unknown activation: 'rellu'.*'relu'"):
        activations.get("rellu")
    with pytest.raises(ValueError, match="Unknown activation: 'serialize'"):
        activations.get("serialize")
