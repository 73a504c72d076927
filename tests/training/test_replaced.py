"""`model.train_function` and its kin, wrapped or replaced by a program."""

import numpy as np
import pytest

from keras import backend as K
from keras.layers import Dense, Dropout, Input
from keras.models import Model, Sequential
from keras.optimizers import SGD

X = np.random.RandomState(0).normal(size=(10, 3)).astype("float32")
Y = X[:, :1] * 2 + 1


def regression():
    np.random.seed(1)  # from which the order of the rows follows
    model = Sequential([Dense(1, input_dim=3, kernel_initializer="ones")])
    model.compile(SGD(0.1), "mse", metrics=["mae"])
    return model


def wrap(model, kind, calls):
    getattr(model, f"_make_{kind}_function")()
    function = getattr(model, f"{kind}_function")

    def wrapped(inputs):
        calls.append([np.shape(array) for array in inputs])
        return function(inputs)

    setattr(model, f"{kind}_function", wrapped)


def test_wrapped_functions_are_called_and_change_no_number():
    plain, model = regression(), regression()
    calls = {kind: [] for kind in ("train", "test", "predict")}
    for kind, list_ in calls.items():
        wrap(model, kind, list_)
    options = {"epochs": 2, "batch_size": 4, "verbose": 0, "validation_data": (X, Y)}
    expected = plain.fit(X, Y, **options).history
    found = model.fit(X, Y, **options).history
    for name, values in expected.items():
        assert found[name] == pytest.approx(values, rel=1e-5)
    assert [shapes[0][0] for shapes in calls["train"]] == [4, 4, 2] * 2
    assert calls["train"][0] == [(4, 3), (4, 1), (4,)] and len(calls["test"]) == 6
    plain.set_weights(model.get_weights())
    assert model.evaluate(X, Y, 3, verbose=0) == pytest.approx(plain.evaluate(X, Y, verbose=0))
    np.testing.assert_allclose(model.predict(X, 4), plain.predict(X), rtol=1e-6)
    assert model.train_on_batch(X, Y) == pytest.approx(plain.train_on_batch(X, Y))
    assert model.test_on_batch(X, Y) == pytest.approx(plain.test_on_batch(X, Y), rel=1e-5)
    np.testing.assert_allclose(model.predict_on_batch(X), plain.predict_on_batch(X), rtol=1e-5)
    assert (len(calls["train"]), len(calls["predict"])) == (7, 4)


def test_compile_brings_the_own_functions_back():
    model, calls = regression(), []
    wrap(model, "train", calls)
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)
    assert model.train_function is None and calls == []


class SelfMade(Model):
    """Makes the function of its steps itself: gradient descent at a rate of its own."""

    def _make_train_function(self):
        if self.train_function is None:
            weights = self._collected_trainable_weights
            gradients = K.gradients(self.total_loss, weights)
            updates = [K.update_sub(w, 0.05 * g) for w, g in zip(weights, gradients, strict=True)]
            inputs = self._feed_inputs + self._feed_targets + self._feed_sample_weights
            if self._uses_learning_phase and not isinstance(K.learning_phase(), int):
                inputs += [K.learning_phase()]
            outputs = [self.total_loss, *self.metrics_tensors]
            self.train_function = K.function(inputs, outputs, updates=updates)


@pytest.mark.parametrize("dropout", [False, True])
def test_a_model_that_makes_its_own_function(dropout):
    def build(cls, rate):
        x = Input((3,))
        y = Dense(1, kernel_initializer="ones")(Dropout(1e-9)(x) if dropout else x)
        model = cls(x, y)
        model.compile(SGD(rate), "mse", metrics=["mae"])
        return model

    ours, theirs = build(SelfMade, 1.0), build(Model, 0.05)
    for _ in range(3):
        assert ours.train_on_batch(X, Y) == pytest.approx(theirs.train_on_batch(X, Y), rel=1e-5)
    found = ours.fit(X, Y, shuffle=False, batch_size=10, verbose=0).history
    expected = theirs.fit(X, Y, shuffle=False, batch_size=10, verbose=0).history
    assert found["loss"] == pytest.approx(expected["loss"], rel=1e-5)
    assert found["mae"] == pytest.approx(expected["mae"], rel=1e-5)
    for found, expected in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_generators_and_several_outputs_go_through_the_function_too():
    x = Input((3,))
    model = Model(x, [Dense(1, name="a")(x), Dense(2, name="b")(x)])
    model.compile("sgd", "mse")
    calls, predictions = [], []
    wrap(model, "train", calls)
    wrap(model, "predict", predictions)
    batches = iter([(X, [Y, np.zeros((10, 2))])] * 3)
    history = model.fit_generator(batches, steps_per_epoch=3, verbose=0).history
    assert calls == [[(10, 3), (10, 1), (10, 2), (10,), (10,)]] * 3
    assert history["loss"][0] == pytest.approx(history["a_loss"][0] + history["b_loss"][0])
    assert [part.shape for part in model.predict(X, 5)] == [(10, 1), (10, 2)]
    assert len(predictions) == 2
