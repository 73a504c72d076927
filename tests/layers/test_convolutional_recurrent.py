"""ConvLSTM2D against a NumPy loop over windows."""

import numpy as np
import pytest

from keras import layers as L
from keras.backend.program import Program

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(2, 3, 5, 4, 2)).astype("float32")
MASK = np.array([[1, 0, 1], [1, 1, 0]], bool)


def run(layer, *args, training=None, **kwargs):
    """What a layer returns, from one compiled program."""
    return Program(lambda: layer(*args, **kwargs), layer.variables)(training=training)


def convolve(x, kernel, padding="valid", stride=1, dilation=1):
    """A convolution of (batch, rows, columns, channels), window by window."""
    reach = (kernel.shape[0] - 1) * dilation + 1
    if padding == "same":
        totals = [max((-(-n // stride) - 1) * stride + reach - n, 0) for n in x.shape[1:3]]
        pads = [(total // 2, total - total // 2) for total in totals]
        x = np.pad(x, [(0, 0), *pads, (0, 0)])
    rows, columns = ((n - reach) // stride + 1 for n in x.shape[1:3])
    y = np.zeros((len(x), rows, columns, kernel.shape[-1]))
    for row in range(rows):
        for column in range(columns):
            top, left = row * stride, column * stride
            window = x[:, top : top + reach : dilation, left : left + reach : dilation]
            y[:, row, column] = np.tensordot(window, kernel, 3)
    return y


def reference(weights, x, mask=None, backwards=False, **options):
    kernel, recurrent, bias = weights
    h = c = output = None
    outputs = []
    for time in reversed(range(x.shape[1])) if backwards else range(x.shape[1]):
        from_input = convolve(x[:, time], kernel, **options) + bias
        if h is None:
            h = c = output = np.zeros((*from_input.shape[:3], recurrent.shape[2]))
        keep = np.ones((len(x), 1, 1, 1), bool) if mask is None else mask[:, time, None, None, None]
        gates = np.split(from_input + convolve(h, recurrent, "same"), 4, axis=-1)
        i, f, o = (np.clip(0.2 * gates[n] + 0.5, 0, 1) for n in (0, 1, 3))
        new_c = f * c + i * np.tanh(gates[2])
        new_h = o * np.tanh(new_c)
        h, c = np.where(keep, new_h, h), np.where(keep, new_c, c)
        output = np.where(keep, new_h, output)
        outputs.append(output)
    return np.stack(outputs, 1), h, c


def with_weights(layer, shape=(2, 3, 5, 4, 2)):
    layer._build_once(shape)
    random = np.random.default_rng(1)
    layer.set_weights([random.normal(size=w.shape) * 0.5 for w in layer.weights])
    return layer


@pytest.mark.parametrize(
    "options",
    [{}, {"padding": "same"}, {"strides": 2}, {"padding": "same", "dilation_rate": 2}],
    ids=["valid", "same", "strides", "dilated"],
)
def test_outputs_and_states_are_those_of_the_formulas(options):
    layer = L.ConvLSTM2D(2, 2, return_sequences=True, return_state=True, **options)
    found = run(with_weights(layer), X, mask=MASK)
    own = {"padding": "valid", "strides": 1, "dilation_rate": 1, **options}
    names = {"stride": own["strides"], "dilation": own["dilation_rate"], "padding": own["padding"]}
    expected = reference(layer.get_weights(), X, MASK, **names)
    for value, target in zip(found, expected, strict=True):
        np.testing.assert_allclose(value, target, rtol=1e-4, atol=1e-5)
    shapes = [(None, *target.shape[1:]) for target in expected]
    assert layer.compute_output_shape((None, *X.shape[1:])) == shapes


def test_channels_first_is_channels_last_with_other_axes():
    last = with_weights(L.ConvLSTM2D(2, 2, go_backwards=True))
    first = L.ConvLSTM2D(2, 2, go_backwards=True, data_format="channels_first")
    turned = X.transpose(0, 1, 4, 2, 3)
    with_weights(first, turned.shape)
    expected = reference(last.get_weights(), X, backwards=True)[0][:, -1]
    np.testing.assert_allclose(run(last, X), expected, rtol=1e-4, atol=1e-5)
    found = np.asarray(run(first, turned)).transpose(0, 2, 3, 1)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    assert first.compute_output_shape((None, None, 2, None, 4)) == (None, 2, None, 3)


def test_a_stateful_layer_goes_on_from_the_batch_before():
    layer = with_weights(L.ConvLSTM2D(2, 2, stateful=True))
    first, second = np.asarray(run(layer, X)), np.asarray(run(layer, X))
    whole = reference(layer.get_weights(), np.concatenate([X, X], 1))[0]
    np.testing.assert_allclose(second, whole[:, -1], rtol=1e-4, atol=1e-5)
    layer.reset_states()
    np.testing.assert_allclose(run(layer, X), first, rtol=1e-5)


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_dropout_acts_in_training_alone(data_format):
    options = {"dropout": 0.4, "recurrent_dropout": 0.4, "data_format": data_format}
    x = X if data_format == "channels_last" else X.transpose(0, 1, 4, 2, 3)
    layer = with_weights(L.ConvLSTM2D(2, 2, **options), x.shape)
    plain = with_weights(L.ConvLSTM2D(2, 2, data_format=data_format), x.shape)
    np.testing.assert_allclose(run(layer, x), run(plain, x), rtol=1e-5)
    dropped = np.asarray(run(layer, x, training=True))
    assert dropped.shape == np.asarray(run(plain, x)).shape
    assert np.abs(dropped - np.asarray(run(plain, x))).max() > 1e-3


def test_the_config_makes_the_layer_again():
    layer = L.ConvLSTM2D(4, (3, 2), padding="same", return_sequences=True, return_state=True)
    config = layer.get_config()
    assert (config["filters"], config["kernel_size"], config["strides"]) == (4, [3, 2], [1, 1])
    assert (config["return_state"], config["unroll"]) == (True, False)
    again = L.ConvLSTM2D.from_config(config)
    assert again.get_config() == config
    assert (again.kernel_size, again.return_state) == ((3, 2), True)
    cell = L.ConvRNN2D(L.ConvLSTM2DCell(4, 3))
    assert L.ConvRNN2D.from_config(cell.get_config()).cell.kernel_size == (3, 3)


def test_mistakes_are_named():
    with pytest.raises(ValueError, match="padding"):
        L.ConvLSTM2D(2, 2, padding="causal")
    with pytest.raises(ValueError, match="kernel_size"):
        L.ConvLSTM2D(2, (1, 2, 3))
    with pytest.raises(TypeError, match="one cell"):
        L.ConvRNN2D([L.ConvLSTM2DCell(2, 2)])
    with pytest.raises(ValueError, match="5 axes"):
        L.ConvLSTM2D(2, 2)(X[0])
    with pytest.raises(ValueError, match=r"stateful.*batch_input_shape"):
        L.ConvLSTM2D(2, 2, stateful=True)(L.Input(X.shape[1:]))
