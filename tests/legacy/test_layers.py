"""Layers and optimizers of older versions, against those that took their place and against NumPy."""

import numpy as np
import pytest

from keras import backend as K
from keras import layers
from keras.layers import Dense, Input, Masking
from keras.legacy.layers import ConvRecurrent2D, Merge, Recurrent, merge
from keras.legacy.optimizers import TFOptimizer
from keras.models import Model, Sequential
from keras.optimizers import SGD, Adam


class Plain(Recurrent):
    """A simple recurrent layer, written as in Keras 1."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.kernel = self.add_weight("kernel", (input_shape[-1], self.units))
        self.recurrent = self.add_weight("recurrent", (self.units, self.units))
        self.states = [None]
        if self.stateful:
            self.reset_states()
        super().build(input_shape)

    def preprocess_input(self, inputs, training=None):
        return K.dot(inputs, self.kernel)

    def get_constants(self, inputs, training=None):
        return [K.ones_like(inputs[:, 0, :1])]

    def step(self, inputs, states):
        before, one = states
        now = K.tanh(inputs + K.dot(before, self.recurrent)) * one
        return now, [now]


@pytest.mark.parametrize("options", [{}, {"return_sequences": True}, {"go_backwards": True}])
def test_a_recurrent_layer_is_what_a_cell_does(options):
    x = np.random.normal(size=(2, 4, 3)).astype("float32")
    x[1, 2:] = 0
    inputs = Input((4, 3))
    old, new = Plain(5, **options), layers.SimpleRNN(5, use_bias=False, **options)
    masked = Masking()(inputs)
    model = Model(inputs, [old(masked), new(masked)])
    new.set_weights(old.get_weights())
    found, expected = model.predict(x)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert old.output_shape == new.output_shape
    assert old.get_config()["units"] == 5


def test_a_recurrent_layers_states():
    layer = Plain(2, stateful=True, return_state=True, batch_input_shape=(1, 1, 3))
    inputs = Input(batch_shape=(1, 1, 3))
    model = Model(inputs, layer(inputs))
    x = np.ones((1, 1, 3))
    first = model.predict(x)
    np.testing.assert_array_equal(*first)
    assert not np.allclose(model.predict(x)[0], first[0])
    layer.reset_states()
    np.testing.assert_allclose(model.predict(x)[0], first[0], rtol=1e-6)
    with pytest.raises(AttributeError, match="not stateful"):
        Plain(2).reset_states()
    start = Input((2,))
    seq = Input((3, 3))
    other = Model([seq, start], Plain(2)(seq, initial_state=start))
    assert other.predict([np.ones((2, 3, 3)), np.ones((2, 2))]).shape == (2, 2)
    with pytest.raises(NotImplementedError, match=r"method step\(inputs, states\)"):
        Recurrent().step(None, [])


def test_a_recurrent_layer_over_images():
    class Total(ConvRecurrent2D):
        def build(self, input_shape):
            self.kernel = self.add_weight(
                "kernel", (*self.kernel_size, 1, self.filters), initializer="ones"
            )
            super().build(input_shape)

        def step(self, inputs, states):
            total = K.conv2d(inputs, self.kernel, padding=self.padding) + states[0]
            return total, [total]

    x = np.random.normal(size=(2, 3, 4, 5, 1))
    layer = Total(1, (2, 2), return_sequences=True)
    found = np.asarray(layer(x))
    windows = x[:, :, :-1, :-1] + x[:, :, 1:, :-1] + x[:, :, :-1, 1:] + x[:, :, 1:, 1:]
    np.testing.assert_allclose(found, np.cumsum(windows, axis=1), atol=1e-5)
    assert layer.compute_output_shape((None, 3, 4, 5, 1)) == (None, 3, 3, 4, 1)


A, B = np.array([[1.0, 2.0]]), np.array([[3.0, -1.0]])
MODES = {
    "sum": A + B,
    "mul": A * B,
    "ave": (A + B) / 2,
    "max": np.maximum(A, B),
    "concat": np.concatenate([A, B], -1),
    "dot": [[1.0]],
    "cos": [[1.0 / np.sqrt(5 * 10)]],
}


@pytest.mark.parametrize("mode", MODES)
def test_merge(mode):
    inputs = [Input((2,)), Input((2,))]
    model = Model(inputs, merge(inputs, mode=mode))
    np.testing.assert_allclose(model.predict([A, B]), MODES[mode], rtol=1e-5)


def test_merge_of_a_function_and_of_models():
    inputs = [Input((2,)), Input((2,))]
    model = Model(inputs, merge(inputs, mode=lambda xs: xs[0] - xs[1], output_shape=(2,)))
    np.testing.assert_allclose(model.predict([A, B]), A - B)
    branches = [Sequential([Dense(4, input_dim=2)]) for _ in range(2)]
    model = Sequential([Merge(branches, mode="concat"), Dense(1)])
    assert model.predict([A, B]).shape == (1, 1)
    assert model.count_params() == 2 * 12 + 9
    with pytest.raises(ValueError, match="mode should be one of"):
        Merge(mode="difference")


def test_an_optimizer_of_tensorflow():
    class AdamOptimizer:
        _lr, _beta1, _beta2, _epsilon = 0.1, 0.8, 0.9, 1e-6

    class MomentumOptimizer:
        _learning_rate, _momentum, _use_nesterov = 0.1, 0.9, False

    pairs = [
        (TFOptimizer(AdamOptimizer()), Adam(0.1, 0.8, 0.9, 1e-6)),
        (TFOptimizer(MomentumOptimizer()), SGD(0.1, 0.9)),
    ]
    for wrapped, own in pairs:
        weights = [K.variable([1.0, 2.0]) for _ in range(2)]
        for _ in range(3):
            for optimizer, w in zip((wrapped, own), weights, strict=True):
                optimizer.apply([2 * w.value], [w])
        np.testing.assert_array_equal(*map(K.get_value, weights))
    with pytest.raises(ValueError, match="got object"):
        TFOptimizer(object())
    with pytest.raises(NotImplementedError, match="cannot be saved"):
        pairs[0][0].get_config()
    with pytest.raises(NotImplementedError, match="cannot be loaded"):
        TFOptimizer.from_config({})
