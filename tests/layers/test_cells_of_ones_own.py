"""Cells derived from this library's that compute gate by gate and keep their dropout masks, as Keras 2.2.4's do."""

import copy

import numpy as np
import pytest

from keras import backend as K
from keras.layers import (
    GRU,
    LSTM,
    RNN,
    ConvLSTM2DCell,
    GRUCell,
    Input,
    LSTMCell,
    SimpleRNNCell,
    StackedRNNCells,
)
from keras.layers.recurrent import _generate_dropout_mask
from keras.models import Model, Sequential

X = np.random.RandomState(0).normal(size=(4, 7, 3)).astype("float32")


def drawn(ones, rate, kept, training, count):
    if 0 < rate < 1 and kept is None:
        return _generate_dropout_mask(ones, rate, training=training, count=count)
    return kept


class GateByGate(LSTMCell):
    def call(self, inputs, states, training=None):
        h, c = states
        self._dropout_mask = drawn(
            K.ones_like(inputs), self.dropout, self._dropout_mask, training, 4
        )
        self._recurrent_dropout_mask = drawn(
            K.ones_like(h), self.recurrent_dropout, self._recurrent_dropout_mask, training, 4
        )
        x = [inputs * mask for mask in self._dropout_mask or [1.0] * 4]
        y = [h * mask for mask in self._recurrent_dropout_mask or [1.0] * 4]
        kernels = [self.kernel_i, self.kernel_f, self.kernel_c, self.kernel_o]
        recurrent = [getattr(self, f"recurrent_kernel_{gate}") for gate in "ifco"]
        biases = [getattr(self, f"bias_{gate}") for gate in "ifco"]
        i, f, g, o = (
            K.bias_add(K.dot(x[n], kernels[n]) + K.dot(y[n], recurrent[n]), biases[n])
            for n in range(4)
        )
        i, f, o = map(self.recurrent_activation, (i, f, o))
        c = f * c + i * self.activation(g)
        h = o * self.activation(c)
        if training is None:
            h._uses_learning_phase = True
        return h, [h, c]


@pytest.mark.parametrize("sequences", [False, True])
def test_it_computes_what_the_layer_does(sequences):
    x = Input((7, 3))
    ours = LSTM(5, return_sequences=sequences, bias_initializer="normal")
    theirs = RNN(GateByGate(5), return_sequences=sequences)
    expected, found = Model(x, ours(x)), Model(x, theirs(x))
    found.set_weights(expected.get_weights())
    np.testing.assert_allclose(found.predict(X), expected.predict(X), atol=1e-6)


class Keeping(SimpleRNNCell):
    """Returns its dropout mask."""

    def call(self, inputs, states, training=None):
        ones = K.ones_like(inputs)
        self._dropout_mask = drawn(ones, self.dropout, self._dropout_mask, training, 1)
        return self._dropout_mask, [states[0] + self._dropout_mask]


@pytest.mark.parametrize("stacked", [False, True])
@pytest.mark.parametrize("sequences", [False, True])
def test_masks_are_the_same_at_all_times_and_new_each_time(stacked, sequences):
    cell = Keeping(3, dropout=0.5)
    layer = RNN(StackedRNNCells([cell]) if stacked else cell, return_sequences=sequences)
    x = Input((7, 3))
    run = K.function([x, K.learning_phase()], [layer(x)])
    first, second = run([X, 1])[0], run([X, 1])[0]
    if sequences:
        assert (first == first[:, :1]).all()
    assert set(np.unique(first)) == {0, 2} and (first != second).any()
    np.testing.assert_array_equal(run([X, 0])[0], np.ones_like(first))
    assert cell._dropout_mask is None


@pytest.mark.parametrize("sequences", [False, True])
def test_it_trains(sequences):
    cell = GateByGate(5, dropout=0.5, recurrent_dropout=0.5)
    model = Sequential([RNN(cell, return_sequences=sequences, input_shape=(7, 3))])
    model.compile("sgd", "mse")
    y = np.zeros(model.compute_output_shape(X.shape))
    for part in (slice(4), slice(2)):
        model.fit(X[part], y[part], epochs=2, verbose=0)
        assert np.isfinite(model.evaluate(X[part], y[part], verbose=0))
    np.testing.assert_array_equal(copy.deepcopy(model).predict(X), model.predict(X))


def test_the_gates_weights():
    cell = GRUCell(2, reset_after=True, bias_initializer="normal")
    cell.build((None, 3))
    kernel, recurrent, bias = cell.get_weights()
    np.testing.assert_array_equal(K.eval(cell.kernel_z), kernel[:, :2])
    np.testing.assert_array_equal(K.eval(cell.recurrent_kernel_h), recurrent[:, 4:])
    np.testing.assert_array_equal(K.eval(cell.input_bias_r), bias[0, 2:4])
    np.testing.assert_array_equal(K.eval(cell.recurrent_bias_r), bias[1, 2:4])
    cell.kernel_z = "my own"
    assert cell.kernel_z == "my own"
    convolution = ConvLSTM2DCell(2, (3, 3), use_bias=False)
    convolution.build((None, 5, 5, 3))
    assert convolution.kernel_o.shape == (3, 3, 3, 2) and convolution.bias_o is None
    assert GRU(2).cell.reset_after is False
