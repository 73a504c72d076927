"""TimeDistributed and Bidirectional against the layers they hold."""

import numpy as np
import pytest

from keras import layers as L
from keras import ops
from keras.backend import graph
from keras.backend.program import Program
from keras.backend.variable import current

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(2, 4, 3)).astype("float32")
MASK = np.array([[1, 1, 0, 1], [0, 1, 1, 0]], bool)


def run(layer, *args, training=None, **kwargs):
    """What a layer returns, from one compiled program."""
    return Program(lambda: layer(*args, **kwargs), layer.variables)(training=training)


# ---------------------------------------------------------------------------------- TimeDistributed
def test_each_time_step_goes_through_the_layer():
    images = RANDOM.normal(size=(2, 3, 5, 5, 1)).astype("float32")
    inner = L.Conv2D(2, 3)
    layer = L.TimeDistributed(inner, name="times")
    found = run(layer, images)
    for time in range(3):
        np.testing.assert_allclose(
            found[:, time], run(inner, images[:, time]), rtol=1e-5, atol=1e-6
        )
    assert layer.compute_output_shape((None, None, 5, 5, 1)) == (None, None, 3, 3, 2)
    assert [w.name for w in layer.weights] == ["times/kernel:0", "times/bias:0"]
    assert layer(L.Input((None, 5, 5, 1))).shape == (None, None, 3, 3, 2)


def test_wrappers_within_wrappers():
    x = RANDOM.normal(size=(2, 3, 4, 5)).astype("float32")
    layer = L.TimeDistributed(L.TimeDistributed(L.Dense(2)))
    found = run(layer, x)
    kernel, bias = layer.get_weights()
    np.testing.assert_allclose(found, x @ kernel + bias, rtol=1e-5, atol=1e-6)


def test_a_recurrent_layer_at_each_time():
    x = RANDOM.normal(size=(2, 3, 4, 5)).astype("float32")
    layer = L.TimeDistributed(L.Bidirectional(L.GRU(2)))
    found = run(layer, x)
    assert layer.compute_output_shape((2, 3, 4, 5)) == found.shape == (2, 3, 4)
    one = run(layer.layer, x[:, 1])
    np.testing.assert_allclose(found[:, 1], one, rtol=1e-5, atol=1e-6)


def test_the_output_has_the_layers_own_dtype():
    class Best(L.Layer):
        def call(self, inputs):
            return ops.argmax(inputs, axis=-1)

    y = L.TimeDistributed(Best())(L.Input((4, 3)))
    assert (y.shape, y.dtype) == ((None, 4), "int32")


def test_masks_pass_and_arise():
    x = L.Masking()(L.Input((4, 3)))
    assert L.TimeDistributed(L.Dense(2))(x).mask is not None
    padded = X * MASK[..., None]
    rnn = L.GRU(2)
    dense = L.TimeDistributed(L.Dense(2))
    y = rnn(dense(x))
    leaf = x.node.inputs[0]
    found = graph.Function([leaf], [y])([padded])[0]
    expected = run(rnn, run(dense, padded), mask=MASK)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)

    words = np.array([[[1, 2, 0], [0, 0, 0]]])

    class Nonzero(L.Layer):
        supports_masking = True

        def call(self, inputs):
            return inputs * 1

        def compute_mask(self, inputs, mask=None):
            return ops.any(ops.not_equal(inputs, 0), axis=-1)

    layer = L.TimeDistributed(Nonzero())
    made = Program(lambda: current().mask_of(layer(words[..., None].astype("float32"))))()
    assert np.asarray(made).tolist() == [[[True, True, False], [False, False, False]]]
    symbol = layer(L.Input((2, 3, 1)))
    assert symbol.mask.shape == (None, 2, 3)


def test_layers_inside_know_whether_they_train():
    layer = L.TimeDistributed(L.Dropout(0.5))
    np.testing.assert_array_equal(run(layer, X), X)
    assert (np.asarray(run(layer, np.ones((4, 5, 6)), training=True)) == 0).any()


def test_the_config_holds_the_layers():
    layer = L.TimeDistributed(L.Dense(2, activation="relu"), input_shape=(4, 3))
    config = layer.get_config()
    assert config["layer"]["class_name"] == "Dense"
    again = L.TimeDistributed.from_config(config)
    assert again.get_config() == config
    assert again.layer.units == 2


# ---------------------------------------------------------------------------------- Bidirectional
MERGES = {
    "sum": lambda a, b: a + b,
    "mul": lambda a, b: a * b,
    "ave": lambda a, b: (a + b) / 2,
    "concat": lambda a, b: np.concatenate([a, b], -1),
}


def parts(layer, x, **options):
    """The outputs of the two layers, in the order of time."""
    forward = np.asarray(run(layer.forward_layer, x, **options))
    backward = np.asarray(run(layer.backward_layer, x, **options))
    return forward, backward[:, ::-1] if layer.return_sequences else backward


@pytest.mark.parametrize("mode", MERGES)
@pytest.mark.parametrize("sequences", [True, False])
def test_the_outputs_are_joined(mode, sequences):
    layer = L.Bidirectional(L.GRU(2, return_sequences=sequences), merge_mode=mode)
    found = run(layer, X, mask=MASK)
    expected = MERGES[mode](*parts(layer, X, mask=MASK))
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    assert layer.compute_output_shape((None, *X.shape[1:])) == (None, *expected.shape[1:])


def test_no_merging_gives_both_outputs():
    layer = L.Bidirectional(L.SimpleRNN(2, return_sequences=True), merge_mode=None)
    found = run(layer, X)
    for value, expected in zip(found, parts(layer, X), strict=True):
        np.testing.assert_allclose(value, expected, rtol=1e-5, atol=1e-6)
    assert layer.compute_output_shape((None, 4, 3)) == [(None, 4, 2), (None, 4, 2)]
    masked = L.Masking()(L.Input((4, 3)))
    assert [t.mask for t in layer(masked)] == [masked.mask] * 2


def test_states_go_in_and_come_out_forward_first():
    layer = L.Bidirectional(L.LSTM(2, return_state=True), name="both")
    start = list(RANDOM.normal(size=(4, 2, 2)).astype("float32"))
    output, *states = run(layer, X, initial_state=start)
    forward = run(layer.forward_layer, X, initial_state=start[:2])
    backward = run(layer.backward_layer, X, initial_state=start[2:])
    np.testing.assert_allclose(states, [*forward[1:], *backward[1:]], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(output, np.concatenate([forward[0], backward[0]], -1), rtol=1e-5)
    assert layer.compute_output_shape((None, 4, 3)) == [(None, 4), *[(None, 2)] * 4]
    inputs = [L.Input((4, 3)), *(L.Input((2,)) for _ in range(4))]
    y = layer(inputs[0], initial_state=inputs[1:])
    found = graph.Function(inputs, y)([X, *start])
    np.testing.assert_allclose(found[0], output, rtol=1e-5, atol=1e-6)
    assert [w.name for w in layer.weights][::3] == [
        f"both/forward_{layer.layer.name}/kernel:0",
        f"both/backward_{layer.layer.name}/kernel:0",
    ]


def test_stateful_layers_are_reset_together():
    layer = L.Bidirectional(L.GRU(2, stateful=True))
    assert layer.stateful
    first, second = np.asarray(run(layer, X)), np.asarray(run(layer, X))
    assert np.abs(first - second).max() > 1e-3
    layer.reset_states()
    np.testing.assert_allclose(run(layer, X), first, rtol=1e-5, atol=1e-6)


def test_a_layer_that_runs_backwards_is_turned_round():
    layer = L.Bidirectional(L.SimpleRNN(2, go_backwards=True))
    assert layer.forward_layer.go_backwards
    assert not layer.backward_layer.go_backwards


def test_given_weights_and_the_config():
    source = L.Bidirectional(L.GRU(2, return_sequences=True), merge_mode="sum")
    expected = run(source, X)
    config = source.get_config()
    assert (config["merge_mode"], config["layer"]["class_name"]) == ("sum", "GRU")
    again = L.Bidirectional.from_config(config)
    assert again.get_config() == config
    copy = L.Bidirectional(L.GRU(2, return_sequences=True), "sum", weights=source.get_weights())
    np.testing.assert_allclose(run(copy, X), expected, rtol=1e-6)


def test_cells_of_the_users_own_need_no_registration():
    class Sum(L.Layer):
        state_size = 3

        def call(self, inputs, states, constants=None):
            total = states[0] + inputs + (0 if constants is None else constants[0])
            return total, [total]

    layer = L.Bidirectional(L.RNN(Sum()))
    np.testing.assert_allclose(run(layer, X), np.tile(X.sum(1), 2), rtol=1e-5, atol=1e-6)
    x, c = L.Input((4, 3)), L.Input((1,))
    y = L.Bidirectional(L.RNN(Sum()))(x, constants=c)
    found = graph.Function([x, c], [y])([X, np.ones((2, 1), "float32")])[0]
    np.testing.assert_allclose(found, np.tile(X.sum(1) + 4, 2), rtol=1e-5, atol=1e-6)


def test_mistakes_are_named():
    with pytest.raises(ValueError, match="merge_mode"):
        L.Bidirectional(L.GRU(2), merge_mode="max")
    with pytest.raises(ValueError, match="recurrent layer"):
        L.Bidirectional(L.Dense(2))
    with pytest.raises(ValueError, match="needs a layer"):
        L.TimeDistributed("dense")
    with pytest.raises(ValueError, match="at least 3 axes"):
        L.TimeDistributed(L.Dense(2))(X[0])
    with pytest.raises(ValueError, match="3 initial states"):
        L.Bidirectional(L.GRU(2))(X, initial_state=[np.zeros((2, 2))] * 3)
    with pytest.raises(ValueError, match=r"stateful.*batch_input_shape"):
        L.Bidirectional(L.GRU(2, stateful=True))(L.Input((4, 3)))
