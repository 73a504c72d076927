"""Optimizers written as programs for Keras 2 have them: `get_updates(loss, params)`, K.update, self.updates."""

import numpy as np
import pytest

from keras import backend as K
from keras.layers import Dense, Dropout
from keras.legacy import interfaces
from keras.models import Sequential
from keras.optimizers import SGD, Adam, Optimizer


class Momentum(Optimizer):
    """SGD with momentum and decay, in the classic form."""

    def __init__(self, lr=0.01, momentum=0.0, decay=0.0, **kwargs):
        super().__init__(**kwargs)
        with K.name_scope(self.__class__.__name__):
            self.iterations = K.variable(0, dtype="int64", name="iterations")
            self.lr = K.variable(lr, name="lr")
            self.momentum = K.variable(momentum, name="momentum")
            self.decay = K.variable(decay, name="decay")
        self.initial_decay = decay

    @interfaces.legacy_get_updates_support
    def get_updates(self, loss, params):
        grads = self.get_gradients(loss, params)
        self.updates = [K.update_add(self.iterations, 1)]
        lr = self.lr
        if self.initial_decay > 0:
            lr = lr * (1.0 / (1.0 + self.decay * K.cast(self.iterations, K.dtype(self.decay))))
        moments = [K.zeros(K.int_shape(p)) for p in params]
        self.weights = [self.iterations, *moments]
        for p, g, m in zip(params, grads, moments):
            v = self.momentum * m - lr * g
            self.updates.append(K.update(m, v))
            new_p = p + v
            if getattr(p, "constraint", None) is not None:
                new_p = p.constraint(new_p)
            self.updates.append(K.update(p, new_p))
        return self.updates

    def get_config(self):
        config = {
            "lr": float(K.get_value(self.lr)),
            "momentum": float(K.get_value(self.momentum)),
            "decay": float(K.get_value(self.decay)),
        }
        return {**super().get_config(), **config}


def model():
    """A small model, always with the same weights."""
    np.random.seed(3)
    layers = [Dense(4, activation="tanh", input_dim=3, kernel_constraint="max_norm"), Dense(1)]
    return Sequential(layers)


X = np.random.RandomState(1).normal(size=(20, 3))
Y = X[:, :1] - 2 * X[:, 1:2]


def losses_of(optimizer, **options):
    """The losses of three epochs."""
    net = model()
    net.compile(optimizer, "mse", **options)
    return net.fit(X, Y, epochs=3, batch_size=5, shuffle=False, verbose=0).history["loss"], net


def test_fit_uses_it():
    found, net = losses_of(Momentum(0.05, 0.9, decay=0.1))
    expected, other = losses_of(SGD(0.05, 0.9, decay=0.1))
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    for a, b in zip(net.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)
    rule = net.optimizer
    assert K.get_value(rule.iterations) == 12
    assert len(rule.get_weights()) == 5
    np.testing.assert_allclose(rule.get_weights()[1], other.optimizer.get_weights()[1], atol=1e-6)
    assert rule.get_config()["lr"] == pytest.approx(0.05)


def test_the_learning_rate_may_be_set():
    net = losses_of(Momentum(0.05))[1]
    before = net.get_weights()
    K.set_value(net.optimizer.lr, 0.0)
    net.fit(X, Y, verbose=0)
    for a, b in zip(net.get_weights(), before, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


def test_train_on_batch_and_clipping():
    found, expected = [], []
    for rule, losses in ((Momentum(0.1, clipnorm=0.5), found), (SGD(0.1, clipnorm=0.5), expected)):
        net = model()
        net.compile(rule, "mse")
        losses += [net.train_on_batch(X, Y) for _ in range(4)]
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_gradients_of_ones_own():
    class Slower(SGD):
        def get_gradients(self, loss, params):
            return [0.5 * g for g in super().get_gradients(loss, params)]

    np.testing.assert_allclose(losses_of(Slower(0.2))[0], losses_of(SGD(0.1))[0], rtol=1e-5)


def test_something_computed_from_the_loss_is_differentiated():
    class Doubled(Momentum):
        def get_updates(self, loss, params):
            grads = K.gradients(K.square(loss), params)
            return [K.update_sub(p, self.lr * g / (2 * loss)) for p, g in zip(params, grads)]

    found, net = losses_of(Doubled(0.05))
    np.testing.assert_allclose(found, losses_of(SGD(0.05))[0], rtol=1e-4)
    # What `get_updates` forgot: without it all epochs would have the same order.
    assert K.get_value(net.optimizer.iterations) == 12


def test_accumulated_gradients():
    class Accumulated(Optimizer):
        """Adam over the mean of `steps` batches."""

        def __init__(self, steps, **kwargs):
            super().__init__(**kwargs)
            self.steps = steps

        def get_updates(self, loss, params):
            grads = self.get_gradients(loss, params)
            is_due = K.equal(self.iterations % self.steps, self.steps - 1)
            self.updates = [K.update_add(self.iterations, 1)]
            for p, g in zip(params, grads):
                total = K.zeros(K.int_shape(p))
                new = total + g / self.steps
                step = K.switch(is_due, p - self.lr * new, p)
                self.updates.append((p, step))
                self.updates.append((total, K.switch(is_due, K.zeros_like(new), new)))
            return self.updates

    net, other = model(), model()
    net.compile(Accumulated(4, lr=0.1), "mse")
    other.compile(SGD(0.1), "mse")
    net.fit(X, Y, batch_size=5, epochs=2, shuffle=False, verbose=0)
    other.fit(X, Y, batch_size=20, epochs=2, shuffle=False, verbose=0)
    for a, b in zip(net.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


def test_a_method_replaced_on_one_optimizer():
    rule = Adam(0.1)
    plain = rule.get_updates
    calls = []
    rule.get_updates = lambda loss, params: calls.append(len(params)) or plain(loss, params)
    np.testing.assert_allclose(losses_of(rule)[0], losses_of(Adam(0.1))[0], rtol=1e-5)
    assert calls == [4]


def test_random_layers_go_on():
    net = Sequential([Dense(4, input_dim=3), Dropout(0.5), Dense(1)])
    net.compile(Momentum(0.0), "mse")
    losses = net.fit(X, Y, epochs=4, verbose=0).history["loss"]
    assert len(set(losses)) == 4


def test_a_loop_by_hand():
    net = model()
    target = K.placeholder((None, 1))
    loss = K.mean(K.square(net.output - target))
    rule = Momentum(0.05, 0.9)
    updates = rule.get_updates(loss, net.trainable_weights)
    step = K.function([net.input, target], [loss], updates=updates)
    first = [step([X, Y])[0] for _ in range(5)]
    other = model()
    other.compile(SGD(0.05, 0.9), "mse")
    np.testing.assert_allclose(first, [other.train_on_batch(X, Y) for _ in range(5)], rtol=1e-4)


def test_what_is_no_pair_is_named():
    class Wrong(Optimizer):
        def get_updates(self, loss, params):
            return [params[0]]

    net = model()
    net.compile(Wrong(), "mse")
    with pytest.raises(TypeError, match=r"Wrong\.get_updates should return pairs"):
        net.fit(X, Y, verbose=0)
