"""Recurrent layers against NumPy loops, finite differences and the rules of their arguments."""

import numpy as np
import pytest

from keras import layers as L
from keras import ops
from keras.backend import graph
from keras.backend.program import Program
from keras.backend.variable import gradient

BATCH, TIME, FEATURES, UNITS = 2, 4, 3, 2
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(BATCH, TIME, FEATURES)).astype("float32")
MASK = np.array([[1, 1, 0, 1], [0, 1, 1, 0]], bool)


def hard_sigmoid(x):
    return np.clip(0.2 * x + 0.5, 0, 1)


def simple_step(x, states, weights):
    kernel, recurrent, bias = weights
    h = np.tanh(x @ kernel + states[0] @ recurrent + bias)
    return [h]


def gru_step(x, states, weights):
    kernel, recurrent, bias = weights
    h, u = states[0], recurrent.shape[0]
    z, r = (
        hard_sigmoid((x @ kernel + h @ recurrent + bias)[:, i * u : (i + 1) * u]) for i in (0, 1)
    )
    candidate = np.tanh(x @ kernel[:, 2 * u :] + (r * h) @ recurrent[:, 2 * u :] + bias[2 * u :])
    return [z * h + (1 - z) * candidate]


def gru_reset_after_step(x, states, weights):
    kernel, recurrent, (bias, recurrent_bias) = weights
    h, u = states[0], recurrent.shape[0]
    xs, hs = x @ kernel + bias, h @ recurrent + recurrent_bias
    z, r = (hard_sigmoid((xs + hs)[:, i * u : (i + 1) * u]) for i in (0, 1))
    return [z * h + (1 - z) * np.tanh(xs[:, 2 * u :] + r * hs[:, 2 * u :])]


def lstm_step(x, states, weights):
    kernel, recurrent, bias = weights
    h, c = states
    i, f, g, o = np.split(x @ kernel + h @ recurrent + bias, 4, axis=1)
    c = hard_sigmoid(f) * c + hard_sigmoid(i) * np.tanh(g)
    return [hard_sigmoid(o) * np.tanh(c), c]


KINDS = {
    "simple": (L.SimpleRNN, {}, simple_step, 1),
    "gru": (L.GRU, {}, gru_step, 1),
    "gru2": (L.GRU, {"implementation": 2}, gru_step, 1),
    "reset_after": (L.GRU, {"reset_after": True}, gru_reset_after_step, 1),
    "lstm": (L.LSTM, {}, lstm_step, 2),
    "lstm2": (L.LSTM, {"implementation": 2}, lstm_step, 2),
}


def reference(step, weights, x, states, mask=None, backwards=False):
    """The outputs (batch, time, units) and the last states, by a loop."""
    output, outputs = np.zeros_like(states[0]), []
    for time in reversed(range(x.shape[1])) if backwards else range(x.shape[1]):
        keep = np.ones((len(x), 1), bool) if mask is None else mask[:, time, None]
        new = step(x[:, time], states, weights)
        states = [np.where(keep, n, s) for n, s in zip(new, states)]
        output = np.where(keep, new[0], output)
        outputs.append(output)
    return np.stack(outputs, 1), states


def with_weights(layer, features=FEATURES):
    """A built layer with weights that are all other than zero."""
    layer._build_once((BATCH, TIME, features))
    random = np.random.default_rng(1)
    layer.set_weights([random.normal(size=w.shape) * 0.7 for w in layer.weights])
    return layer


def run(layer, *args, training=None, **kwargs):
    """What a layer returns, from one compiled program."""
    return Program(lambda: layer(*args, **kwargs), layer.variables)(training=training)


def zeros(count, units=UNITS):
    return [np.zeros((BATCH, units), "float32")] * count


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "options",
    [{}, {"go_backwards": True}, {"unroll": True}],
    ids=["plain", "backwards", "unroll"],
)
def test_outputs_and_states_are_those_of_the_formulas(kind, options):
    cls, own, step, count = KINDS[kind]
    layer = with_weights(cls(UNITS, return_sequences=True, return_state=True, **own, **options))
    for mask in (None, MASK):
        outputs, *states = run(layer, X, mask=mask)
        backwards = "go_backwards" in options
        expected, last = reference(step, layer.get_weights(), X, zeros(count), mask, backwards)
        np.testing.assert_allclose(outputs, expected, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(states, last, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", ["simple", "reset_after", "lstm"])
@pytest.mark.parametrize("mask", [None, MASK], ids=["all", "masked"])
def test_the_last_output_alone(kind, mask):
    cls, own, step, count = KINDS[kind]
    layer = with_weights(cls(UNITS, **own))
    expected, _ = reference(step, layer.get_weights(), X, zeros(count), mask)
    np.testing.assert_allclose(run(layer, X, mask=mask), expected[:, -1], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", ["simple", "gru", "reset_after", "lstm"])
def test_gradients_are_those_of_finite_differences(kind):
    cls, own, step, count = KINDS[kind]
    layer = with_weights(cls(UNITS, **own))
    loss_of = lambda: (ops.sum(ops.square(layer(X, mask=MASK))), ())  # noqa: E731
    found = Program(lambda: gradient(loss_of, layer.weights)[1], layer.weights)()

    def loss(weights):
        return np.sum(reference(step, weights, X.astype(float), zeros(count), MASK)[0][:, -1] ** 2)

    values = [w.astype(float) for w in layer.get_weights()]
    for index, value in enumerate(values):
        place = tuple(n // 2 for n in value.shape)
        results = []
        for change in (1e-5, -1e-5):
            moved = [v.copy() for v in values]
            moved[index][place] += change
            results.append(loss(moved))
        slope = (results[0] - results[1]) / 2e-5
        np.testing.assert_allclose(np.asarray(found[index])[place], slope, rtol=1e-3, atol=1e-4)


# ---------------------------------------------------------------------------------- states
def test_initial_states_may_be_arrays_a_list_of_inputs_or_symbolic():
    layer = with_weights(L.LSTM(UNITS))
    h, c = RANDOM.normal(size=(2, BATCH, UNITS)).astype("float32")
    expected = reference(lstm_step, layer.get_weights(), X, [h, c])[0][:, -1]
    np.testing.assert_allclose(run(layer, X, initial_state=[h, c]), expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(run(layer, [X, h, c]), expected, rtol=1e-5, atol=1e-6)
    x, *states = inputs = [L.Input((TIME, FEATURES)), L.Input((UNITS,)), L.Input((UNITS,))]
    y = layer(x, initial_state=states)
    assert y.shape == (None, UNITS)
    assert y.node.inputs == inputs
    found = graph.Function(inputs, [y])([X, h, c])[0]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    known = layer(x, initial_state=[h, c])
    np.testing.assert_allclose(graph.Function([x], [known])([X])[0], expected, rtol=1e-5, atol=1e-6)


def test_a_stateful_layer_goes_on_from_the_batch_before():
    layer = with_weights(L.GRU(UNITS, stateful=True, batch_input_shape=(BATCH, TIME, FEATURES)))
    first = np.asarray(run(layer, X))
    np.testing.assert_allclose(layer.states[0].numpy(), first, rtol=1e-6)
    second = np.asarray(run(layer, X, training=True))
    whole = reference(gru_step, layer.get_weights(), np.concatenate([X, X], 1), zeros(1))[0]
    np.testing.assert_allclose(second, whole[:, -1], rtol=1e-5, atol=1e-6)
    layer.reset_states()
    np.testing.assert_allclose(run(layer, X), first, rtol=1e-6)
    layer.reset_states(first)
    np.testing.assert_allclose(run(layer, X), second, rtol=1e-5, atol=1e-6)
    assert all(state not in layer.weights for state in layer.states)
    assert all(state in layer.variables for state in layer.states)


def test_a_function_reads_the_states_and_leaves_them_as_they_are():
    layer = with_weights(L.LSTM(UNITS, stateful=True))
    x = L.Input(batch_shape=(BATCH, TIME, FEATURES))
    function = graph.Function([x], [layer(x)])
    first = np.asarray(run(layer, X))
    second, again = function([X])[0], function([X])[0]
    assert np.abs(first - second).max() > 1e-3
    np.testing.assert_array_equal(second, again)
    np.testing.assert_allclose(layer.states[0].numpy(), first, rtol=1e-6)


# ---------------------------------------------------------------------------------- cells
class Sum:
    """The smallest cell there is: no layer, no weights."""

    state_size = FEATURES

    def call(self, inputs, states, constants=None):
        total = states[0] + inputs
        return total if constants is None else total + constants[0], [total]


def test_any_object_with_call_and_state_size_is_a_cell():
    layer = L.RNN(Sum(), return_sequences=True)
    np.testing.assert_allclose(run(layer, X), np.cumsum(X, 1), rtol=1e-5)
    assert layer.compute_output_shape((None, None, FEATURES)) == (None, None, FEATURES)


def test_constants_reach_the_cell_at_each_step():
    constant = np.ones((BATCH, 1), "float32")
    layer = L.RNN(Sum())
    np.testing.assert_allclose(run(layer, X, constants=constant), X.sum(1) + 1, rtol=1e-5)
    x, c = L.Input((TIME, FEATURES)), L.Input((1,))
    y = L.RNN(Sum())(x, constants=c)
    found = graph.Function([x, c], [y])([X, constant])[0]
    np.testing.assert_allclose(found, X.sum(1) + 1, rtol=1e-5)
    with pytest.raises(ValueError, match="constants"):
        L.LSTM(UNITS)(X, constants=constant)


def test_a_cell_with_a_call_of_its_own_is_run_by_it():
    class Doubled(L.SimpleRNNCell):
        def call(self, inputs, states, training=None):
            output, states = super().call(inputs, states, training)
            return 2 * output, states

    cell = Doubled(UNITS)
    layer = with_weights(L.RNN(cell))
    plain = with_weights(L.SimpleRNN(UNITS))
    np.testing.assert_allclose(run(layer, X), 2 * np.asarray(run(plain, X)), rtol=1e-5)


@pytest.mark.parametrize("reverse", [False, True])
def test_stacked_cells_are_layers_one_after_another(reverse):
    cells = [L.LSTMCell(2), L.GRUCell(4), L.SimpleRNNCell(3)]
    stack = L.StackedRNNCells(cells, reverse_state_order=reverse)
    assert stack.state_size == ((3, 4, 2, 2) if reverse else (2, 2, 4, 3))
    layer = with_weights(L.RNN(stack, return_sequences=True, return_state=True))
    weights = layer.get_weights()
    outputs, *states = run(layer, X)
    steps = [(lstm_step, zeros(2)), (gru_step, zeros(1, 4)), (simple_step, zeros(1, 3))]
    y, last = X, []
    for index, (step, start) in enumerate(steps):
        y, final = reference(step, weights[3 * index : 3 * index + 3], y, start)
        last.append(final)
    np.testing.assert_allclose(outputs, y, rtol=1e-5, atol=1e-6)
    expected = [state for final in (last[::-1] if reverse else last) for state in final]
    for found, state in zip(states, expected, strict=True):
        np.testing.assert_allclose(found, state, rtol=1e-5, atol=1e-6)


# ---------------------------------------------------------------------------------- dropout
@pytest.mark.parametrize("cls", [L.SimpleRNN, L.GRU, L.LSTM])
@pytest.mark.parametrize("implementation", [1, 2])
def test_dropout_is_off_outside_training(cls, implementation):
    options = {"dropout": 0.5, "recurrent_dropout": 0.5, "implementation": implementation}
    layer = with_weights(cls(UNITS, **options))
    plain = with_weights(cls(UNITS))
    np.testing.assert_allclose(run(layer, X), run(plain, X), rtol=1e-6)
    assert np.abs(np.asarray(run(layer, X, training=True)) - np.asarray(run(plain, X))).max() > 1e-3


@pytest.mark.parametrize("unroll", [False, True])
def test_dropout_masks_are_the_same_at_all_times(unroll):
    units = 16
    options = {"activation": "linear", "kernel_initializer": "identity", "use_bias": False}
    layer = L.SimpleRNN(
        units,
        recurrent_initializer="zeros",
        dropout=0.5,
        unroll=unroll,
        return_sequences=True,
        **options,
    )
    outputs = np.asarray(run(layer, np.ones((3, 5, units), "float32"), training=True))
    assert set(np.unique(outputs)) == {0.0, 2.0}
    assert (outputs == outputs[:, :1]).all()
    layer = L.SimpleRNN(
        units,
        recurrent_initializer="identity",
        recurrent_dropout=0.5,
        return_sequences=True,
        **options,
    )
    outputs = np.asarray(run(layer, np.ones((3, 4, units), "float32"), training=True))
    # h' = 1 + mask * h, the mask 0 or 2: either 1, 1, 1, 1 or 1, 3, 7, 15.
    assert {tuple(row) for row in outputs.transpose(0, 2, 1).reshape(-1, 4)} == {
        (1, 1, 1, 1),
        (1, 3, 7, 15),
    }


@pytest.mark.parametrize("implementation, distinct", [(1, True), (2, False)])
def test_gates_have_masks_of_their_own_in_implementation_1(implementation, distinct):
    cell = L.LSTMCell(8, dropout=0.5, implementation=implementation)
    cell.build((None, 8))
    masks = Program(lambda: cell._masks((4, 8), 0.5, True))()
    assert len(masks) == (4 if distinct else 1)
    assert len({np.asarray(m).tobytes() for m in masks}) == len(masks)


# ---------------------------------------------------------------------------------- weights, configs
def test_names_and_shapes_of_weights():
    layer = L.LSTM(UNITS, name="memory")
    layer(X)
    assert [(w.name, w.shape) for w in layer.weights] == [
        ("memory/kernel:0", (FEATURES, 4 * UNITS)),
        ("memory/recurrent_kernel:0", (UNITS, 4 * UNITS)),
        ("memory/bias:0", (4 * UNITS,)),
    ]
    assert layer.get_weights()[2].tolist() == [0, 0, 1, 1, 0, 0, 0, 0]
    no_forget = L.LSTM(UNITS, unit_forget_bias=False)
    no_forget(X)
    assert not no_forget.get_weights()[2].any()
    stacked = L.RNN([L.GRUCell(2, reset_after=True), L.GRUCell(2, use_bias=False)], name="two")
    stacked(X)
    assert [w.name for w in stacked.weights] == [
        "two/kernel:0",
        "two/recurrent_kernel:0",
        "two/bias:0",
        "two/kernel_1:0",
        "two/recurrent_kernel_1:0",
    ]
    assert stacked.weights[2].shape == (2, 6)


def test_given_weights_and_frozen_layers():
    weights = [np.full((FEATURES, UNITS), 0.5), np.eye(UNITS), np.zeros(UNITS)]
    layer = L.SimpleRNN(UNITS, weights=weights, trainable=False)
    layer(X)
    np.testing.assert_array_equal(layer.get_weights()[0], weights[0])
    assert not layer.trainable_weights
    assert len(layer.non_trainable_weights) == 3


def test_the_config_is_flat_and_makes_the_layer_again():
    layer = L.GRU(
        5, activation="relu", dropout=0.25, kernel_regularizer="l2", reset_after=True, stateful=True
    )
    config = layer.get_config()
    assert "cell" not in config
    assert (config["units"], config["activation"], config["dropout"]) == (5, "relu", 0.25)
    assert config["recurrent_initializer"]["class_name"] == "Orthogonal"
    again = L.GRU.from_config(config)
    assert again.get_config() == config
    assert (again.units, again.reset_after, again.cell.reset_after) == (5, True, True)


def test_the_config_of_stacked_cells_makes_them_again():
    layer = L.RNN([L.LSTMCell(2), L.GRUCell(3, reset_after=True)], return_sequences=True)
    config = layer.get_config()
    assert config["cell"]["class_name"] == "StackedRNNCells"
    assert set(config["cell"]["config"]) == {"name", "trainable", "cells"}, "as Keras 2.2.4 has it"
    again = L.RNN.from_config(config)
    assert again.get_config() == config
    assert again.cell.state_size == (2, 2, 3)


def test_input_dim_and_input_length_give_the_input_shape():
    layer = L.LSTM(2, input_dim=3, input_length=7)
    assert layer.batch_input_shape == (None, 7, 3)
    assert L.LSTM.from_config(layer.get_config()).batch_input_shape == (None, 7, 3)
    assert L.LSTM(2, input_dim=3).batch_input_shape == (None, None, 3)


def test_shapes_of_all_outputs_without_tracing():
    layer = L.LSTM(4, return_sequences=True, return_state=True)
    assert layer.compute_output_shape((None, None, 3)) == [(None, None, 4), (None, 4), (None, 4)]
    assert [t.shape for t in layer(L.Input((None, 3)))] == [(None, None, 4), (None, 4), (None, 4)]
    assert not L.GRU(4)(L.Input((6, 3))).shape[0]


def test_masks_go_on_with_sequences_alone():
    x = L.Masking()(L.Input((TIME, FEATURES)))
    assert L.GRU(2)(x).mask is None
    assert L.GRU(2, return_sequences=True)(x).mask is x.mask
    outputs = L.GRU(2, return_sequences=True, return_state=True)(x)
    assert [t.mask for t in outputs] == [x.mask, None]


# ---------------------------------------------------------------------------------- mistakes
def test_mistakes_are_named():
    fixed = L.Input(batch_shape=(BATCH, TIME, FEATURES))
    with pytest.raises(ValueError, match=r"stateful.*batch_input_shape"):
        L.LSTM(2, stateful=True)(L.Input((TIME, FEATURES)))
    stateful = L.LSTM(2, stateful=True, name="memory")
    stateful(fixed)
    with pytest.raises(ValueError, match=r"'memory'.*batch size 2, got a batch of 3"):
        stateful(np.zeros((3, TIME, FEATURES)))
    with pytest.raises(ValueError, match=r"2 state\(s\), got 1"):
        stateful.reset_states([np.zeros((BATCH, 2))])
    with pytest.raises(ValueError, match=r"shapes .*got one of shape \(2, 3\)"):
        stateful.reset_states([np.zeros((BATCH, 2)), np.zeros((BATCH, 3))])
    with pytest.raises(AttributeError, match="not stateful"):
        L.LSTM(2).reset_states()
    with pytest.raises(ValueError, match="no states yet"):
        L.LSTM(2, stateful=True).reset_states()
    with pytest.raises(ValueError, match=r"unroll=True.*time steps"):
        L.LSTM(2, unroll=True)(L.Input((None, FEATURES)))
    with pytest.raises(ValueError, match=r"2 state\(s\).*got 1"):
        L.LSTM(2)(X, initial_state=np.zeros((BATCH, 2)))
    with pytest.raises(ValueError, match=r"shape \(2, 2\), got one of shape \(2, 5\)"):
        L.GRU(2)(X, initial_state=np.zeros((BATCH, 5)))
    with pytest.raises(ValueError, match="twice"):
        L.GRU(2)([X, np.zeros((BATCH, 2))], initial_state=np.zeros((BATCH, 2)))
    with pytest.raises(ValueError, match="3 axes"):
        L.GRU(2)(np.zeros((BATCH, FEATURES)))
    with pytest.raises(ValueError, match="state_size"):
        L.RNN(L.Dense(2))
    with pytest.raises(ValueError, match="at least one time step"):
        L.GRU(2)(np.zeros((BATCH, 0, FEATURES)))


def test_outputs_of_masked_times_can_be_zero():
    kept = with_weights(L.SimpleRNN(UNITS, return_sequences=True))
    zeroed = with_weights(L.SimpleRNN(UNITS, return_sequences=True, zero_output_for_mask=True))
    outputs = np.asarray(run(kept, X, mask=MASK))
    found = np.asarray(run(zeroed, X, mask=MASK))
    np.testing.assert_allclose(found, np.where(MASK[..., None], outputs, 0), rtol=1e-6)
    assert zeroed.get_config()["zero_output_for_mask"] is True
    assert "zero_output_for_mask" not in kept.get_config()


@pytest.mark.parametrize("kind", [L.SimpleRNN, L.GRU, L.LSTM])
@pytest.mark.parametrize("sequences", [False, True])
@pytest.mark.parametrize("wrapped", [False, True])
def test_time_before_batch(kind, sequences, wrapped):
    options = {"return_sequences": sequences, "return_state": True, "dtype": "float32"}
    usual, turned = kind(UNITS, **options), kind(UNITS, time_major=True, **options)
    if wrapped:
        usual, turned = L.Bidirectional(usual), L.Bidirectional(turned)
    expected, *states = usual(X, mask=MASK)
    shape = (TIME, BATCH, FEATURES)
    turned.build(shape)
    turned.set_weights(usual.get_weights())
    found, *found_states = turned(X.swapaxes(0, 1), mask=MASK.T)
    expected = ops.swapaxes(expected, 0, 1) if sequences else expected
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)
    for one, other in zip(found_states, states, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-6)
    assert turned.compute_output_shape(shape)[0] == tuple(expected.shape)
    again = type(turned).from_config(turned.get_config())
    assert again.compute_output_shape(shape) == turned.compute_output_shape(shape)


def test_states_are_kept_for_each_sample_where_the_time_is_first():
    layer = L.LSTM(UNITS, stateful=True, time_major=True)
    first, second = (ops.convert_to_numpy(layer(X.swapaxes(0, 1))) for _ in range(2))
    assert layer.states[0].shape == (BATCH, UNITS)
    assert not np.allclose(first, second)
