"""What a backend that computes no gradients can do, and what the user gets where it cannot."""

import numpy as np
import pytest

from keras import backend as K
from keras.backend.compute import compute
from keras.backend.variable import Variable, gradient
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import SGD

X, Y = np.ones((4, 3), "float32"), np.zeros((4, 2), "float32")


@pytest.fixture(autouse=True)
def inference_only(monkeypatch):
    """Turn the backend in use into one named "stone" that has no gradients at all."""
    monkeypatch.setattr(compute, "NAME", "stone")
    monkeypatch.setattr(compute, "CAPABILITIES", compute.CAPABILITIES - {"grad"})
    monkeypatch.delattr(compute, "value_and_grad")


@pytest.fixture
def model():
    model = Sequential([Dense(2, input_dim=3, kernel_initializer="ones")], name="pebble")
    model.compile("adam", "mse")
    return model


def batches():
    while True:
        yield X, Y


@pytest.mark.parametrize(
    "train",
    [
        lambda model: model.fit(X, Y, verbose=0),
        lambda model: model.fit_generator(batches(), steps_per_epoch=1, verbose=0),
        lambda model: model.train_on_batch(X, Y),
    ],
    ids=["fit", "fit_generator", "train_on_batch"],
)
def test_training_says_which_backend_cannot_and_which_can(model, train):
    with pytest.raises(NotImplementedError, match=r"'pebble'.*'stone'.*KERAS_BACKEND=jax"):
        train(model)
    assert model.optimizer.iterations.numpy() == 0


def test_a_model_predicts_and_is_evaluated(model):
    assert model.predict(X).tolist() == [[3.0, 3.0]] * 4
    assert model.evaluate(X, Y, verbose=0) == 9.0
    assert model.test_on_batch(X, Y) == 9.0


def test_gradients_are_refused_while_the_graph_is_drawn():
    x = K.placeholder((2,))
    with pytest.raises(NotImplementedError, match=r"K.gradients.*'stone'"):
        K.gradients(K.sum(x), [x])


def test_an_optimizer_gives_no_updates():
    weight = Variable([1.0], name="weight")
    with pytest.raises(NotImplementedError, match="'stone'"):
        SGD().get_updates(K.sum(weight), [weight])


def test_a_gradient_by_variables_is_refused():
    weight = Variable(1.0)
    with pytest.raises(NotImplementedError, match="'stone'"):
        gradient(lambda: (weight.value, ()), [weight])
