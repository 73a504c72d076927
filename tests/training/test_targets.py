"""Targets as losses and metrics get them: floats like the prediction, whatever the user gave."""

import numpy as np
import pytest

from keras import backend as K
from keras import config
from keras.backend import dtypes
from keras.layers import Activation, Dense, Input, Lambda
from keras.models import Model, Sequential
from keras.training.compilation import _comparable

INTEGERS = ["int8", "uint8", "int32", "int64", "bool"]
FLOATS = ["float16", "float32", "float64"]


def f1(y_true, y_pred):
    """The metric that half of all programs for Keras 2 have."""
    true_positives = K.sum(K.round(y_true * y_pred))
    precision = true_positives / (K.sum(K.round(y_pred)) + K.epsilon())
    recall = true_positives / (K.sum(y_true) + K.epsilon())
    return 2 * precision * recall / (precision + recall + K.epsilon())


def own_loss(y_true, y_pred):
    return K.mean(K.square(1.0 - y_true - y_pred) + (y_true - y_pred), axis=-1)


def numbers(y, loss, metrics):
    """What `evaluate` gives for a model that passes its input on."""
    model = Sequential([Activation("linear", input_shape=(1,))])
    model.compile("sgd", loss, metrics=metrics)
    x = np.array([[0.9], [0.2], [0.7], [0.6]])
    return model.evaluate(x, y, verbose=0)


@pytest.mark.parametrize("dtype", INTEGERS + FLOATS)
def test_own_losses_and_metrics_get_floats(dtype):
    y = np.array([[1], [0], [0], [1]]).astype(dtype)
    x, wide = np.array([[0.9], [0.2], [0.7], [0.6]]), y.astype("float64")
    # Rounded: 1, 0, 1, 1; two of the three are right, and both that there are, are found.
    precision, recall = 2 / 3, 1.0
    expected = [
        ((1 - wide - x) ** 2 + wide - x).mean(),
        2 * precision * recall / (precision + recall),
        0.75,
        ((wide - x) ** 2).mean(),
    ]
    np.testing.assert_allclose(numbers(y, own_loss, [f1, "acc", "mse"]), expected, rtol=1e-5)


@pytest.mark.parametrize("dtype", INTEGERS)
def test_an_own_loss_trains_on_integers_as_on_floats(dtype):
    weights = []
    for kind in (dtype, "float32"):
        model = Sequential([Dense(1, activation="sigmoid", input_dim=2, kernel_initializer="ones")])
        model.compile("sgd", lambda y_true, y_pred: K.square(y_true - y_pred) * (2.0 - y_true))
        y = (np.arange(6) % 2).astype(kind)
        model.fit(np.linspace(-1, 1, 12).reshape(6, 2), y, batch_size=3, shuffle=False, verbose=0)
        weights.append(model.get_weights())
    for found, expected in zip(*weights, strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16", "mixed_float16"])
def test_class_numbers_survive_mixed_precision(policy):
    # bfloat16 has integers up to 256, float16 up to 2048: neither may touch these.
    classes = np.array([1, 257, 2049, 19_999])
    config.set_dtype_policy(policy)
    one_hot = Lambda(lambda x: K.cast(K.one_hot(x[:, 0], 20_000), one_hot.compute_dtype))
    x = Input((1,), dtype="int32")
    model = Model(x, one_hot(x))
    model.compile(
        "sgd",
        "sparse_categorical_crossentropy",
        metrics=["acc", "sparse_top_k_categorical_accuracy"],
    )
    for y in (classes, classes.reshape(4, 1), classes.astype("float64")):
        loss, right, among = model.evaluate(classes.reshape(4, 1), y, verbose=0)
        assert (right, among) == (1.0, 1.0)
        assert loss < 0.01
    assert model.evaluate(classes.reshape(4, 1), classes - 1, verbose=0)[1] == 0.0


def test_numbers_of_very_many_classes_stay_integers():
    class Wide:
        """Stands for an output whose last axis is too long to be made here."""

        ndim, dtype, shape = 2, "float32", (1, (1 << 24) + 2)

    target = K.constant([(1 << 24) + 1], dtype="int32")
    found = _comparable(target, Wide)
    assert (dtypes.of(found), int(K.eval(found)[0, 0])) == ("int32", (1 << 24) + 1)


def test_targets_of_an_integer_output_stay_as_they_are():
    seen = []

    def loss(y_true, y_pred):
        seen.append(dtypes.of(y_true))
        return K.cast(K.not_equal(y_true, y_pred), "float32")

    model = Sequential([Lambda(lambda x: K.cast(x, "int32"), input_shape=(1,))])
    model.compile("sgd", loss)
    x = np.array([[1.0], [2.0], [3.0], [4.0]])
    assert model.evaluate(x, np.array([1, 2, 3, 0]), verbose=0) == 0.25
    assert set(seen) == {"int32"}


def test_a_target_tensor_says_what_dtype_it_wants():
    seen = []

    def loss(y_true, y_pred):
        seen.append(dtypes.of(y_true))
        return K.square(K.cast(y_true, "float32") - y_pred)

    model = Sequential([Dense(1, input_dim=1, use_bias=False, kernel_initializer="ones")])
    model.compile("sgd", loss, target_tensors=K.placeholder((None, 1), dtype="int32"))
    assert model.evaluate(np.ones((3, 1)), np.array([[3], [3], [3]]), verbose=0) == 4.0
    assert set(seen) == {"int32"}


def test_text_as_targets_is_refused():
    model = Sequential([Dense(2, activation="softmax", input_dim=1)])
    model.compile("sgd", "sparse_categorical_crossentropy")
    for y in (np.array(["cat", "dog"]), ["cat", "dog"], np.array(["cat", "dog"], object)):
        with pytest.raises(ValueError, match="Convert text to numbers"):
            model.fit(np.ones((2, 1)), y, verbose=0)
