"""Losses, metrics, targets and inputs that are part of a model's graph, as programs for Keras 2 have them."""

from functools import partial

import numpy as np
import pytest
import scipy.sparse

from keras import backend as K
from keras.layers import Concatenate, Dense, Dropout, Input, Lambda
from keras.losses import mse
from keras.models import Model, Sequential

X = np.random.RandomState(0).normal(size=(24, 4)).astype("float32")
Y = X[:, :1] * 2 - X[:, 1:2]


def autoencoder(sampling):
    """A variational autoencoder's tensors: inputs, mean, log of the variance, outputs."""
    np.random.seed(1)
    x = Input((4,))
    mean, log_var = Dense(2, name="mean")(x), Dense(2, name="log_var")(x)
    z = Lambda(sampling)([mean, log_var])
    return x, mean, log_var, Dense(4)(z)


def kl(mean, log_var):
    """The Kullback-Leibler divergence from the standard normal distribution, a sample."""
    return -0.5 * K.sum(1 + log_var - K.square(mean) - K.exp(log_var), axis=-1)


def reference(model):
    """The loss of the autoencoder without noise, by NumPy."""
    (wm, bm, wv, bv, wo, bo) = model.get_weights()
    mean, log_var = X @ wm + bm, X @ wv + bv
    divergence = -0.5 * np.sum(1 + log_var - mean**2 - np.exp(log_var), axis=-1)
    error = np.mean((mean @ wo + bo - X) ** 2, axis=-1)
    return error.mean(), divergence.mean()


def sample(arguments):
    """Noise in the middle, as the classic example has it."""
    mean, log_var = arguments
    noise = K.random_normal(shape=(K.shape(mean)[0], K.int_shape(mean)[1]))
    return mean + K.exp(0.5 * log_var) * noise


# ------------------------------------------------------------------ variational autoencoders
def test_a_loss_that_closes_over_the_graph():
    x, mean, log_var, output = autoencoder(lambda arguments: arguments[0])
    model = Model(x, output)

    def loss(y_true, y_pred):
        return mse(y_true, y_pred) + kl(mean, log_var)

    def divergence(y_true, y_pred):
        return K.mean(kl(mean, log_var))

    model.compile("sgd", loss, metrics=[divergence])
    error, expected = reference(model)
    found = model.evaluate(X, X, verbose=0)
    np.testing.assert_allclose(found, [error + expected, expected], rtol=1e-5)

    twin = Model(x, output)
    twin.add_loss(K.mean(mse(x, output) + kl(mean, log_var)))
    twin.compile("sgd")
    start = model.get_weights()
    first = model.fit(X, X, epochs=2, shuffle=False, verbose=0).history["loss"]
    trained = model.get_weights()
    model.set_weights(start)
    second = twin.fit(X, epochs=2, shuffle=False, verbose=0).history["loss"]
    np.testing.assert_allclose(first, second, rtol=1e-5)
    for a, b in zip(trained, twin.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


def test_the_noise_is_the_same_in_the_output_and_in_the_loss():
    x, _, _, output = autoencoder(sample)
    model = Model(x, output)
    model.compile("sgd", lambda y_true, y_pred: K.mean(K.square(y_pred - output), axis=-1))
    assert model.train_on_batch(X, X) == pytest.approx(0, abs=1e-10)
    dropped = Sequential([Dropout(0.5, input_shape=(4,))])
    dropped.compile("sgd", lambda y_true, y_pred: K.mean(K.square(y_pred - dropped.output), -1))
    assert dropped.evaluate(X, X, verbose=0) == pytest.approx(0, abs=1e-10)


def test_the_classic_autoencoder_trains():
    x, mean, log_var, output = autoencoder(sample)
    model = Model(x, output)
    divergence = K.mean(kl(mean, log_var))
    model.add_loss(K.mean(mse(x, output)) + divergence)
    model.add_metric(divergence, name="kl")
    model.add_metric(mean[:, 0], name="first")
    model.compile("adam")
    assert model.metrics_names == ["loss", "kl", "first"]
    history = model.fit(X, epochs=3, batch_size=10, validation_data=(X, None), verbose=0).history
    assert set(history) == {"loss", "kl", "first", "val_loss", "val_kl", "val_first"}
    found = dict(zip(model.metrics_names, model.evaluate(X, verbose=0), strict=True))
    wm, bm, wv, bv = model.get_weights()[:4]
    m, v = X @ wm + bm, X @ wv + bv
    assert found["kl"] == pytest.approx(
        np.mean(-0.5 * np.sum(1 + v - m**2 - np.exp(v), -1)), rel=1e-4
    )
    assert found["first"] == pytest.approx(m[:, 0].mean(), abs=1e-5)


def test_a_metric_added_after_compile():
    model = Sequential([Dense(2, input_dim=4), Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    model.fit(X, Y, verbose=0)
    model.add_metric(K.mean(K.abs(model.layers[0].output)), name="activity")
    assert model.metrics_names == ["loss", "mae", "activity"]
    found = model.test_on_batch(X, Y)
    w, b = model.layers[0].get_weights()
    assert found[2] == pytest.approx(np.abs(X @ w + b).mean(), rel=1e-5)
    with pytest.raises(ValueError, match="add_metric takes symbolic tensors"):
        model.add_metric(np.ones(3), name="ones")
    with pytest.raises(ValueError, match="'max'"):
        model.add_metric(model.output, name="largest", aggregation="max")


# ------------------------------------------------------------------ gradients within losses
def test_a_gradient_penalty():
    np.random.seed(2)
    x = Input((4,))
    hidden = Dense(5, activation="tanh")
    last = Dense(1)
    model = Model(x, last(hidden(x)))

    def penalty(y_true, y_pred, samples):
        (slope,) = K.gradients(y_pred, samples)
        norm = K.sqrt(K.sum(K.square(slope), axis=1))
        return K.square(1 - norm)

    model.compile("sgd", partial(penalty, samples=x))
    (w1, b1), w2 = hidden.get_weights(), last.get_weights()[0]
    slopes = ((1 - np.tanh(X @ w1 + b1) ** 2) * w2[:, 0]) @ w1.T
    expected = np.mean((1 - np.linalg.norm(slopes, axis=1)) ** 2)
    assert model.evaluate(X, Y, verbose=0) == pytest.approx(expected, rel=1e-4)
    history = model.fit(X, Y, epochs=40, verbose=0).history["loss"]
    assert history[-1] < 0.5 * history[0]


def test_an_array_cannot_be_differentiated():
    with pytest.raises(
        ValueError, match="not a symbolic tensor: there is nothing to differentiate"
    ):
        K.gradients(np.ones(2), [K.variable(1.0)])


# ------------------------------------------------------------------ targets
def test_a_loss_that_asks_which_layer_made_the_output():
    class Twice(Dense):
        def own_loss(self, y_true, x):
            return K.mean(K.square(y_true - 2 * K.dot(x, self.kernel)), axis=-1)

    def loss(y_true, y_pred):
        layer, call = y_pred._keras_history[:2]
        return layer.own_loss(y_true, layer.get_input_at(call))

    model = Sequential([Dense(3, input_dim=4), Twice(1, use_bias=False)])
    model.compile("sgd", loss)
    expected = np.mean((Y - 2 * model.predict(X)) ** 2)
    assert model.train_on_batch(X, Y) == pytest.approx(expected, rel=1e-5)


def test_targets_that_are_tensors():
    model = Sequential([Dense(1, input_dim=4)])
    target = K.placeholder((None, 1))
    model.compile("sgd", "mse", target_tensors=[target])
    plain = model.evaluate(X, Y, verbose=0)
    w, b = model.get_weights()
    assert plain == pytest.approx(np.mean((X @ w + b - Y) ** 2), rel=1e-5)
    x = model.input
    model.compile("sgd", "mse", target_tensors=2 * x[:, :1] - x[:, 1:2])
    assert model.evaluate(X, verbose=0) == pytest.approx(plain, rel=1e-5)
    history = model.fit(X, epochs=30, verbose=0).history["loss"]
    assert history[-1] < 0.5 * history[0]


def test_targets_by_name():
    x = Input((4,))
    model = Model(x, [Dense(1, name="a")(x), Dense(1, name="b")(x)])
    model.compile("sgd", "mse", target_tensors={"b": x[:, :1]})
    a, b = [x.get_weights() for x in model.layers[1:]]
    losses = model.evaluate(X, {"a": Y}, verbose=0)
    expected = [np.mean((X @ a[0] + a[1] - Y) ** 2), np.mean((X @ b[0] + b[1] - X[:, :1]) ** 2)]
    np.testing.assert_allclose(losses, [sum(expected), *expected], rtol=1e-5)
    with pytest.raises(ValueError, match=r"target_tensors names the output\(s\) \['c'\]"):
        model.compile("sgd", "mse", target_tensors={"c": x})
        model.fit(X, {"a": Y}, verbose=0)


# ------------------------------------------------------------------ inputs
def test_an_input_that_is_not_fed():
    data, answers = K.variable(X), K.variable(Y)
    inputs = Input(tensor=data)
    model = Model(inputs, Dense(1)(inputs))
    model.compile("sgd", "mse", target_tensors=[answers * 1])
    w, b = model.get_weights()
    expected = np.mean((X @ w + b - Y) ** 2)
    assert model.evaluate(steps=2, verbose=0) == pytest.approx(expected, rel=1e-5)
    np.testing.assert_allclose(model.predict(None, steps=1), X @ w + b, atol=1e-5)
    history = model.fit(epochs=4, steps_per_epoch=5, verbose=0).history["loss"]
    assert history[-1] < history[0]
    K.set_value(data, 0 * X)
    np.testing.assert_allclose(model.predict(None, steps=1)[0], model.get_weights()[1], atol=1e-6)
    with pytest.raises(ValueError, match="give steps_per_epoch"):
        model.fit(verbose=0)


def test_a_missing_input_is_named():
    x, other = Input((4,), name="data"), Input(tensor=K.variable(X), name="computed")
    model = Model([x, other], Dense(1)(Concatenate()([x, other])))
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match=r"give data for the input\(s\) \['data'\]"):
        model.fit(steps_per_epoch=1, verbose=0)


def test_sparse_inputs():
    matrix = scipy.sparse.random(30, 4, density=0.4, format="coo", random_state=0)
    dense, y = matrix.toarray(), np.ones((30, 1))
    x = Input((4,), sparse=True)
    assert K.is_sparse(x)
    model = Model(x, Dense(1)(x))
    model.compile("sgd", "mse")
    np.testing.assert_allclose(model.predict(matrix), model.predict(dense), rtol=1e-6)
    assert model.evaluate(matrix, y, verbose=0) == pytest.approx(
        model.evaluate(dense, y, verbose=0)
    )
    start = model.get_weights()
    found = [model.fit(matrix, y, batch_size=8, shuffle=False, verbose=0).history["loss"][0]]
    found.append(model.train_on_batch(matrix, y))
    batches = iter([(matrix, y)])
    found.append(model.fit_generator(batches, 1, verbose=0).history["loss"][0])
    found.append(model.predict_on_batch(matrix)[0, 0])
    model.set_weights(start)
    expected = [model.fit(dense, y, batch_size=8, shuffle=False, verbose=0).history["loss"][0]]
    expected += [model.train_on_batch(dense, y), model.train_on_batch(dense, y)]
    expected.append(model.predict_on_batch(dense)[0, 0])
    np.testing.assert_allclose(found, expected, rtol=1e-5)


# ------------------------------------------------------------------ layers
def test_a_lambda_that_closes_over_other_tensors():
    a, b = Input((4,)), Input((4,))
    hidden = Dense(4)(b)
    joined = Lambda(lambda x: x * hidden + b)(a)
    assert joined.shape == (None, 4)
    dense = Dense(1)
    model = Model([a, b, hidden], dense(joined))
    other = X[::-1]
    h = np.ones((24, 4), "float32") * 2
    w, bias = dense.get_weights()
    np.testing.assert_allclose(
        model.predict([X, other, h]), (X * h + other) @ w + bias, rtol=1e-4, atol=1e-5
    )
    model = Model([a, b], dense(joined))
    model.compile("sgd", "mse")
    wh, bh = hidden.node.function.get_weights()
    expected = (X * (other @ wh + bh) + other) @ w + bias
    np.testing.assert_allclose(model.predict([X, other]), expected, rtol=1e-4, atol=1e-5)
    assert np.isfinite(model.train_on_batch([X, other], Y))


def test_a_loss_that_calls_a_layer_on_a_tensor_of_the_model():
    x, judge = Input((4,)), Dense(2, use_bias=False)
    model = Model(x, Dense(1)(x))
    model.compile("sgd", lambda y_true, y_pred: K.mean(judge(x)) + 0 * y_pred)
    loss = model.evaluate(X, Y, verbose=0)
    assert loss == pytest.approx(np.mean(X @ judge.get_weights()[0]), rel=1e-5)
    assert judge.inbound_nodes == []
