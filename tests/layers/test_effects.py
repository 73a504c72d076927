"""Losses and updates of layers and models in symbols, and the classic view of the graph."""

import numpy as np
import pytest

from keras import backend as K
from keras.layers import (
    LSTM,
    Activation,
    ActivityRegularization,
    BatchNormalization,
    Dense,
    Dropout,
    Input,
    Layer,
    Masking,
    TimeDistributed,
)
from keras.models import Model, Sequential
from keras.optimizers import SGD

X = np.random.RandomState(0).normal(2, 3, (16, 4)).astype("float32")


class Noted(Layer):
    """A layer that adds a loss and an update in its call."""

    def build(self, input_shape):
        self.total = self.add_weight("total", (), initializer="zeros", trainable=False)
        super().build(input_shape)

    def call(self, inputs):
        self.add_loss(K.mean(K.square(inputs)), inputs=inputs)
        self.add_update(K.update_add(self.total, K.sum(inputs)), inputs)
        return inputs


def value(tensor, x):
    """The value of a symbolic tensor for values of an input."""
    return K.function([x], [tensor])([X])[0]


def test_losses_and_updates_of_a_layer():
    x = Input((4,))
    layer = Noted()
    layer(x)
    (loss,), ((variable, new),) = layer.losses, layer.updates
    assert variable is layer.total
    np.testing.assert_allclose(value(loss, x), np.mean(X**2), rtol=1e-5)
    np.testing.assert_allclose(value(new, x), np.sum(X), rtol=1e-5)
    assert K.get_value(layer.total) == 0
    assert layer.get_losses_for(x) == [loss]
    assert layer.get_updates_for([x]) == [(variable, new)]
    assert layer.get_losses_for(None) == layer.get_updates_for(None) == []
    other = Input((4,))
    layer(other)
    assert len(layer.losses) == 2
    assert layer.get_losses_for(other) == layer.losses[1:]
    layer.trainable = False
    assert layer.updates == []


def test_conditions_of_symbolic_losses():
    x = Input((4,))
    layer = Dense(2, kernel_regularizer="l2")
    y = layer(x)
    loss, free = K.mean(y), K.constant(1.0)
    layer.add_loss(loss, inputs=x)
    layer.add_loss(free)
    assert layer.get_losses_for(x) == [loss]
    assert len(layer.get_losses_for(None)) == 2
    assert len(layer.losses) == 3
    count = K.variable(0.0)
    layer.add_update(K.update_add(count, 1.0))
    layer.add_update([(count, K.mean(x))], inputs=x)
    assert [len(layer.get_updates_for(i)) for i in (None, x)] == [1, 1]


def test_losses_of_a_model():
    layers = [
        Dense(3, activity_regularizer="l1", kernel_regularizer="l2", input_dim=4),
        ActivityRegularization(l2=0.1),
        Dense(1),
    ]
    model = Sequential(layers)
    penalty, *others = model.losses
    w, b = layers[0].get_weights()
    h = X @ w + b
    assert float(K.eval(penalty)) == pytest.approx(0.01 * np.sum(w**2), rel=1e-5)
    found = K.function([model.input], others)([X])
    np.testing.assert_allclose(found, [0.01 * np.abs(h).sum(), 0.1 * np.sum(h**2)], rtol=1e-4)
    model.compile("sgd", "mse")
    y = np.zeros((16, 1))
    by_hand = np.mean(model.predict(X) ** 2) + float(K.eval(penalty)) + sum(map(float, found))
    assert model.evaluate(X, y, batch_size=16, verbose=0) == pytest.approx(by_hand, rel=1e-5)
    outer = Input((4,))
    nested = Model(outer, Activation("tanh")(model(outer)))
    assert len(nested.losses) == 3


def test_a_training_loop_of_ones_own_with_batch_normalization():
    def fresh():
        np.random.seed(1)
        return Sequential([Dense(3, input_dim=4), BatchNormalization(), Dense(1)])

    y = X[:, :1] * 0.1
    model, twin = fresh(), fresh()
    target = K.placeholder((None, 1))
    loss = K.mean(K.square(model.output - target))
    rule = SGD(0.01)
    updates = rule.get_updates(loss, model.trainable_weights) + model.updates
    step = K.function([model.input, target, K.learning_phase()], [loss], updates)
    twin.compile(SGD(0.01), "mse")
    for _ in range(3):
        found = step([X, y, 1])[0]
        assert found == pytest.approx(twin.train_on_batch(X, y), rel=1e-4)
    for a, b in zip(model.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)
    assert len(model.updates) == 2
    model.layers[1].trainable = False
    assert model.updates == []


def test_state_updates():
    model = Sequential([LSTM(2, stateful=True, batch_input_shape=(2, 3, 1))])
    assert len(model.state_updates) == 2
    assert model.stateful
    assert Sequential([Dense(1, input_dim=1)]).state_updates == []


def test_wrapped_layers():
    x = Input((5, 4))
    layer = TimeDistributed(Dense(2, kernel_regularizer="l2", activity_regularizer="l1"))
    layer(x)
    assert len(layer.get_losses_for(None)) == 1
    assert len(layer.get_losses_for(x)) == 1
    assert layer.get_updates_for(x) == []


def test_the_classic_view_of_the_graph():
    a, b = Input((4,), name="a"), Input((4,), name="b")
    shared = Dense(2, name="shared")
    first, second = shared(a), shared(b)
    node = shared.inbound_nodes[1]
    assert shared._inbound_nodes == shared.inbound_nodes
    assert (node.outbound_layer, node.input_tensors, node.output_tensors) == (shared, [b], [second])
    assert [layer.name for layer in node.inbound_layers] == ["b"]
    assert (node.input_shapes, node.output_shapes) == ([(None, 4)], [(None, 2)])
    assert second._keras_history == (shared, 1, 0)
    assert first._keras_history == (shared, 0, 0)
    top = Dense(1)(second)
    assert top.node.get_config() == {
        "outbound_layer": top.node.outbound_layer.name,
        "inbound_layers": ["shared"],
        "node_indices": [1],
        "tensor_indices": [0],
    }
    masked = Masking()(Input((3, 2)))
    assert Activation("tanh")(masked).node.input_masks == [masked.mask]


def test_models():
    x = Input((4,))
    model = Model(x, Dropout(0.5)(Dense(2)(x)))
    assert model.uses_learning_phase
    assert not Model(x, Dense(2)(x)).uses_learning_phase
    outputs, masks, shapes = model.run_internal_graph([X])
    np.testing.assert_allclose(outputs[0], model.predict(X), atol=1e-6)
    assert (masks, shapes) == ([None], [(16, 2)])
    removed = model.layers.pop()
    assert removed not in model.layers
    dense = model.layers[-1]
    dense.assert_input_compatibility(x)
    with pytest.raises(ValueError, match="size 4 along axis"):
        dense.assert_input_compatibility(Input((3,)))


# ------------------------------------------------------------------ layers written for Keras 2
class Attention(Layer):
    """Attention over a sequence by a query, with a mask."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def build(self, input_shape):
        assert isinstance(input_shape, list)
        size = input_shape[0][-1]
        self.kernel = self.add_weight(name="kernel", shape=(size, size), initializer="uniform")
        super().build(input_shape)

    def call(self, inputs, mask=None):
        sequence, query = inputs
        scores = K.batch_dot(K.dot(sequence, self.kernel), query, axes=[2, 1])
        weights = K.exp(scores - K.max(scores, axis=-1, keepdims=True))
        if mask is not None and mask[0] is not None:
            weights = weights * K.cast(mask[0], K.floatx())
        weights = weights / (K.sum(weights, axis=1, keepdims=True) + K.epsilon())
        return K.sum(K.expand_dims(weights) * sequence, axis=1)

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_shape(self, input_shape):
        return input_shape[0][0], input_shape[0][-1]


def test_attention():
    sequence, query = Input((5, 3)), Input((3,))
    layer = Attention()
    output = layer([Masking()(sequence), query])
    model = Model([sequence, query], output)
    s = np.random.normal(size=(2, 5, 3)).astype("float32")
    s[1, 3:] = 0
    q = np.random.normal(size=(2, 3)).astype("float32")
    scores = np.einsum("btd,de,be->bt", s, layer.get_weights()[0], q)
    weights = np.exp(scores) * np.any(s != 0, axis=-1)
    weights /= weights.sum(1, keepdims=True)
    np.testing.assert_allclose(
        model.predict([s, q]), np.einsum("bt,btd->bd", weights, s), atol=1e-5
    )
    model.compile("sgd", "mse")
    assert np.isfinite(model.train_on_batch([s, q], q))


def test_a_loss_with_weights_to_learn():
    class Weighted(Layer):
        """Weighs two losses by learned variances (Kendall et al., 2018)."""

        def build(self, input_shape):
            self.logs = self.add_weight(name="logs", shape=(2,), initializer="zeros")
            super().build(input_shape)

        def call(self, inputs):
            y, a, b = inputs
            for i, prediction in enumerate((a, b)):
                error = K.mean(K.square(y - prediction))
                self.add_loss(K.exp(-self.logs[i]) * error + self.logs[i])
            return K.concatenate([a, b])

    x, y = Input((4,)), Input((1,))
    layer = Weighted()
    model = Model([x, y], layer([y, Dense(1)(x), Dense(1)(x)]))
    model.compile("sgd")
    before = layer.get_weights()[0]
    history = model.fit([X, X[:, :1]], epochs=10, verbose=0).history["loss"]
    assert history[-1] < history[0]
    assert not np.allclose(layer.get_weights()[0], before)
