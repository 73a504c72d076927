"""Every layer in mixed precision: 16 bits come out, and outputs and gradients are float32's, rounded."""

import numpy as np
import pytest

from keras import config, ops
from keras import layers as L
from keras.backend import dtypes, graph
from keras.dtype_policies import DTypePolicy, serialize
from keras.layers import Input
from keras.models import Model, Sequential

from .cases import CASES, name_of
from .support import draw, given_to

POLICIES = {"mixed_bfloat16": 2.0**-8, "mixed_float16": 2.0**-11}
BATCH = 3
policies = pytest.mark.parametrize("policy", POLICIES)

SEQUENCE = [(5, 3)]
RECURRENT = [
    (lambda: L.SimpleRNN(4), SEQUENCE),
    (lambda: L.LSTM(4, return_sequences=True), SEQUENCE),
    (lambda: L.LSTM(4, dropout=0.3, recurrent_dropout=0.3, implementation=2), SEQUENCE),
    (lambda: L.LSTM(4, unroll=True, go_backwards=True), SEQUENCE),
    (lambda: L.GRU(4), SEQUENCE),
    (lambda: L.GRU(4, reset_after=True, activation="elu"), SEQUENCE),
    (lambda: L.RNN([L.GRUCell(4), L.LSTMCell(3)]), SEQUENCE),
    (lambda: L.CuDNNLSTM(4), SEQUENCE),
    (lambda: L.CuDNNGRU(4), SEQUENCE),
    (lambda: L.Bidirectional(L.LSTM(4, return_sequences=True)), SEQUENCE),
    (lambda: L.Bidirectional(L.GRU(4), merge_mode="ave"), SEQUENCE),
    (lambda: L.TimeDistributed(L.Dense(4)), SEQUENCE),
    (lambda: L.ConvLSTM2D(2, 3, padding="same"), [(3, 4, 4, 2)]),
    (lambda: L.ConvLSTM2D(2, 2, return_sequences=True, strides=2), [(3, 5, 4, 2)]),
    (lambda: L.Lambda(lambda x: ops.softmax(x) * 3), [(4, 3)]),
]
every_layer = pytest.mark.parametrize(
    "make, shapes", CASES + RECURRENT, ids=map(name_of, CASES + RECURRENT)
)


def twins(make, shapes, policy):
    """The same layer in float32 and in mixed precision, each with its inputs, and the inputs' values."""
    made, values = [], [values_for(make, s, i) for i, s in enumerate(shapes)]
    for each in ("float32", policy):
        config.set_dtype_policy(each)
        symbols = [Input(shape=s) for s in shapes]
        layer = make()
        made.append((layer, symbols, layer(given_to(symbols))))
    plain, mixed = made[0][0], made[1][0]
    mixed.set_weights([w + draw(*w.shape, seed=9) * 0.1 for w in plain.get_weights()])
    plain.set_weights(mixed.get_weights())
    return made, values


def host(x):
    """An array of the backend as float32 in NumPy."""
    return np.asarray(ops.convert_to_numpy(x), "float32")


def values_for(make, shape, seed):
    if isinstance(make(), L.Embedding):
        return np.random.default_rng(seed).integers(0, 5, (BATCH, *shape)).astype("float32")
    return draw(BATCH, *shape, seed=seed)


def results(layer, symbols, outputs, values):
    """The output and the gradients by inputs and weights of one layer, as float32."""
    weighting = draw(*[n or BATCH for n in outputs.shape], seed=7) / 4
    loss = ops.sum(ops.multiply(ops.cast(outputs, "float32"), weighting))
    sources = [*([] if isinstance(layer, L.Embedding) else symbols), *layer.trainable_weights]
    function = graph.Function(symbols, [outputs, *graph.gradients(loss, sources)])
    return function(values)


@policies
@every_layer
def test_a_layer_gives_16_bits_close_to_those_of_float32(make, shapes, policy):
    made, values = twins(make, shapes, policy)
    layer, _, outputs = made[1]
    assert outputs.dtype == layer.compute_dtype == policy.removeprefix("mixed_")
    assert {w.dtype for w in layer.weights} <= {"float32"}
    wanted, found = (results(*each, values) for each in made)
    assert dtypes.of(found[0]) == layer.compute_dtype
    for w, f in zip(wanted, found, strict=True):
        assert all(
            dtypes.of(g) == "float32" for g in found[len(found) - len(layer.trainable_weights) :]
        )
        w, f = np.asarray(w, "float32"), np.asarray(f, "float32")
        scale = max(1.0, float(np.abs(w).max()))
        np.testing.assert_allclose(f, w, rtol=0, atol=8 * POLICIES[policy] * scale)


# ------------------------------------------------------------------ what must not be added up in 16 bits
ROWS = 1 << 15


@policies
@pytest.mark.parametrize(
    "make, weight",
    [(lambda: L.Dense(2), "bias"), (lambda: L.PReLU(alpha_initializer="ones"), "alpha")],
    ids=["bias", "slopes"],
)
def test_a_weight_gets_the_gradient_of_a_large_batch(make, weight, policy):
    layer, x = make(), Input((3,))
    mixed = [config.set_dtype_policy(policy), make()][1]
    data = np.abs(draw(ROWS, 3)) - 3
    found = []
    for each in (layer, mixed):
        outputs = ops.cast(each(x), "float32")
        loss = ops.mean(ops.square(outputs - 1))
        each.set_weights([np.full(w.shape, 0.25) for w in each.weights])
        found.append(graph.Function([x], graph.gradients(loss, [getattr(each, weight)]))([data])[0])
    assert dtypes.of(found[1]) == "float32"
    np.testing.assert_allclose(*map(np.asarray, found[::-1]), rtol=8 * POLICIES[policy])


@policies
def test_an_id_that_comes_often_gets_its_whole_gradient(policy):
    config.set_dtype_policy(policy)
    layer, x = L.Embedding(2, 1), Input((ROWS,))
    loss = ops.sum(ops.cast(layer(x), "float32"))
    gradient = graph.Function([x], graph.gradients(loss, [layer.embeddings]))([np.ones((1, ROWS))])
    assert np.asarray(gradient[0]).tolist() == [[0.0], [ROWS]]


@policies
@pytest.mark.parametrize(
    "function, expected",
    [
        (ops.mean, 3.0),
        (lambda x: ops.var(x * 0 + 100), 0.0),
        (lambda x: ops.logsumexp(x), 3 + np.log(2 * ROWS)),
        (lambda x: ops.average_pool(ops.reshape(x, (1, 512, 128, 1)), 16), 3.0),
        (lambda x: ops.sum(ops.softmax(x, 0) * 1024), 1024),
        (lambda x: ops.moments(x, 0)[0], 3.0),
        (lambda x: ops.l2_normalize(x, 0) * 256, 1.0),
        (lambda x: ops.cumsum(x / 64)[-1], 3 * 2 * ROWS / 64),
    ],
    ids="mean var logsumexp pool softmax moments l2_normalize cumsum".split(),
)
def test_a_long_sum_is_right(function, expected, policy):
    dtype = policy.removeprefix("mixed_")
    x = Input(batch_shape=(2 * ROWS,), dtype=dtype)
    [found] = graph.Function([x], [function(x)])([np.full(2 * ROWS, 3.0)])
    found = host(found)
    np.testing.assert_allclose(found, np.full(found.shape, expected), rtol=2 * POLICIES[policy])


@policies
def test_a_batch_is_normalized_in_float32(policy):
    config.set_dtype_policy(policy)
    layer, data = L.BatchNormalization(epsilon=0.0, momentum=0.999), draw(4096, 2) + 8
    for _ in range(3):
        found = host(layer(data, training=True))
    given = host(ops.cast(data, layer.compute_dtype))
    expected = (given - given.mean(0)) / given.std(0)
    np.testing.assert_allclose(found, expected, atol=4 * 2 * POLICIES[policy])
    # Each move of the average is too small for 16 bits.
    np.testing.assert_allclose(layer.moving_mean.numpy(), given.mean(0) * (1 - 0.999**3), rtol=1e-4)


# ------------------------------------------------------------------ which dtype where
def test_a_layer_may_have_a_policy_of_its_own():
    layer = L.Dense(2, dtype="mixed_bfloat16")
    assert (layer.dtype, layer.variable_dtype, layer.compute_dtype) == (
        "float32",
        "float32",
        "bfloat16",
    )
    assert layer.dtype_policy == DTypePolicy("mixed_bfloat16")
    assert dtypes.of(layer(np.ones((1, 2), "float32"))) == "bfloat16"
    assert L.Dense(2, dtype=DTypePolicy("mixed_float16")).compute_dtype == "float16"
    assert L.Dense(2, dtype=serialize(DTypePolicy("float16"))).dtype == "float16"
    assert L.Dense(2).dtype_policy.name == "float32"


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
def test_a_policy_of_one_dtype(dtype):
    config.set_dtype_policy(dtype)
    layer = L.Dense(2)
    outputs = layer(np.ones((1, 2), "float32"))
    assert (dtypes.of(outputs), layer.kernel.dtype, layer.dtype) == (dtype,) * 3


def test_ids_are_not_rounded():
    config.set_dtype_policy("mixed_bfloat16")
    layer = L.Embedding(1000, 1, weights=[np.arange(1000.0).reshape(-1, 1)])
    found = layer(np.array([[257.0, 999.0]]))
    assert host(found).ravel().tolist() == [256.0, 1000.0]


def test_a_float32_layer_within_a_mixed_model():
    config.set_dtype_policy("mixed_float16")
    x = Input((3,))
    y = L.Dense(2, dtype="float32")(L.Dense(4)(x))
    assert (x.dtype, y.dtype) == ("float32", "float32")
    model = Model(x, y)
    kernels = [layer.kernel for layer in model.layers[1:]]
    kernels[1].assign(np.full((4, 2), 1 / 3))
    data = draw(2, 3)
    hidden = host(model.layers[1](data))
    expected = hidden @ kernels[1].numpy()
    np.testing.assert_allclose(np.asarray(model(data)), expected, rtol=1e-6)


class Running(L.Layer):
    """Scales by a weight, and counts in a state of its own."""

    def build(self, input_shape):
        self.scale = self.add_weight("scale", (1,), initializer="ones")
        self.total = self.add_weight("total", (), initializer="zeros", trainable=False)
        self.seen = []
        super().build(input_shape)

    def call(self, inputs):
        self.total.assign_add(1.0)
        self.scale.assign_add(np.full(1, 2.0**-12))
        self.seen.append(dtypes.of(self.scale.value))
        return inputs * self.scale


def test_a_layer_of_the_users_own():
    layer = Running(dtype="mixed_bfloat16")
    for _ in range(300):
        outputs = layer(np.ones((1, 1), "float32"))
    assert set(layer.seen) == {"bfloat16"}
    assert dtypes.of(outputs) == "bfloat16"
    # Neither would count so far in bfloat16.
    assert float(layer.total.numpy()) == 300.0
    assert float(layer.scale.numpy()[0]) == 1 + 300 * 2.0**-12


def test_each_weight_is_converted_once_for_a_loop():
    """Within the loop over time stands no conversion of a weight: a cell's are converted with the layer's."""

    class Cell(L.Layer):
        state_size = 2

        def build(self, input_shape):
            self.kernel = self.add_weight("kernel", (2, 2))
            super().build(input_shape)

        def call(self, inputs, states):
            first, second = self.kernel.value, self.kernel.value
            assert first is second
            output = ops.matmul(states[0], first) + inputs
            return output, [output]

    config.set_dtype_policy("mixed_bfloat16")
    outputs = L.RNN(Cell())(draw(2, 4, 2))
    assert dtypes.of(outputs) == "bfloat16"


def test_a_mask_goes_through_a_conversion():
    config.set_dtype_policy("mixed_float16")
    data = draw(2, 3, 2)
    data[:, 2] = 9
    found = L.LSTM(2, return_sequences=True)
    outputs = Sequential([L.Masking(9.0, input_shape=(3, 2)), found]).predict(data)
    assert np.array_equal(outputs[:, 2], outputs[:, 1])
    assert outputs.dtype == "float16"
