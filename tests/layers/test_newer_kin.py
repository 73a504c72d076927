"""Kin of convolutions and of pooling, dense equations, against NumPy."""

import numpy as np
import pytest

from keras import layers as L

from .support import check_gradients, draw, run


def with_draws(layer, shape):
    layer.build(shape)
    layer.set_weights([draw(*w.shape, seed=i) for i, w in enumerate(layer.weights)])
    return layer


# ------------------------------------------------------------------ equations
EQUATIONS = [
    ("abc,cd->abd", (None, 5), "d", (2, 4, 3), (5,)),
    ("abc,cde->abde", (4, 2, 5), "de", (2, 4, 3), (2, 5)),
    ("abc,bcd->ad", 5, "d", (2, 4, 3), (5,)),
    ("...x,xy->...y", 5, "y", (2, 4, 3, 6), (5,)),
    ("ab...,bc->ac...", 5, "c", (2, 6, 4, 3), (5, 1, 1)),
    ("abc,cd->abd", (4, 5), "bd", (2, 4, 3), (4, 5)),
    ("ab,bc->ac", 5, None, (2, 3), None),
]


@pytest.mark.parametrize("equation, shape, axes, of_input, of_bias", EQUATIONS)
def test_einsum_dense(equation, shape, axes, of_input, of_bias):
    x = draw(*of_input)
    layer = with_draws(L.EinsumDense(equation, shape, bias_axes=axes), of_input)
    kernel, *bias = layer.get_weights()
    assert [b.shape for b in bias] == ([] if of_bias is None else [of_bias])
    expected = np.einsum(equation, x, kernel) + (bias[0] if bias else 0)
    np.testing.assert_allclose(run(layer, x), expected, rtol=1e-4, atol=1e-5)
    assert layer.compute_output_shape((None, *of_input[1:])) == (None, *expected.shape[1:])
    check_gradients(layer, 0.3 * x, step=1e-2)


WRONG = [
    (("abc->abc", 3, {}), "is none of an input and a kernel"),
    (("...a,ab->b", 3, {}), "an ellipsis on one side alone"),
    (("abc,cd->abd", (4, 5), {"bias_axes": "x"}), r"no output axes \['x'\]"),
    (("abc,cd->abd", (7, 5), {}), "the size 4 in the input for 'b', not 7"),
    (("ab,bc->ac", 5, {}), "wants inputs of 2 axes"),
    (("abc,cd->abd", (None, None), {}), "'kernel'.*not known"),
]


@pytest.mark.parametrize("arguments, match", WRONG)
def test_equations_that_do_not_fit_are_named(arguments, match):
    equation, shape, options = arguments
    with pytest.raises(ValueError, match=rf"'e'.*{match}"):
        L.EinsumDense(equation, shape, name="e", **options)(L.Input((4, 3)))


# ------------------------------------------------------------------ convolutions
def lengthened(x, kernel, strides):
    """The transposed convolution of (batch, time, channels) with no padding."""
    window = kernel.shape[0]
    length = (x.shape[1] - 1) * strides + max(window, strides)
    y = np.zeros((x.shape[0], length, kernel.shape[1]))
    for t in range(x.shape[1]):
        y[:, t * strides : t * strides + window] += np.einsum("bc,kfc->bkf", x[:, t], kernel)
    return y


@pytest.mark.parametrize("strides", [1, 2, 4])
def test_conv_1d_transpose(strides):
    x = draw(2, 5, 3)
    layer = with_draws(L.Conv1DTranspose(4, 3, strides=strides), x.shape)
    kernel, bias = layer.get_weights()
    expected = lengthened(x, kernel, strides) + bias
    np.testing.assert_allclose(run(layer, x), expected, rtol=1e-4, atol=1e-5)
    first = L.Conv1DTranspose(4, 3, strides=strides, data_format="channels_first")
    first = with_draws(first, (2, 3, 5))
    found = run(first, x.transpose(0, 2, 1)).transpose(0, 2, 1)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    with pytest.raises(ValueError, match="padding should be one of"):
        L.Conv1DTranspose(4, 3, padding="causal")


def test_depthwise_conv_1d():
    x = draw(2, 6, 3)
    layer = with_draws(L.DepthwiseConv1D(2, depth_multiplier=2, dilation_rate=2), x.shape)
    kernel, bias = layer.get_weights()
    assert kernel.shape == (2, 3, 2)
    parts = [np.einsum("btc,cm->btcm", x[:, 2 * k : 2 * k + 4], kernel[k]) for k in range(2)]
    expected = sum(parts).reshape(2, 4, 6) + bias
    np.testing.assert_allclose(run(layer, x), expected, rtol=1e-4, atol=1e-5)


# ------------------------------------------------------------------ pooling to a size
def pooled(x, axis, count, function):
    size = x.shape[axis]
    bounds = [(i * size // count, -(-(i + 1) * size // count)) for i in range(count)]
    parts = [function(np.take(x, range(*each), axis), axis=axis) for each in bounds]
    return np.stack(parts, axis)


@pytest.mark.parametrize("sizes", [(3,), (9,), (2, 4), (1, 1), (2, 3, 4)])
@pytest.mark.parametrize("kind, function", [("Average", np.mean), ("Max", np.max)])
def test_adaptive_pooling(kind, function, sizes):
    make = getattr(L, f"Adaptive{kind}Pooling{len(sizes)}D")
    x = draw(2, *(7, 5, 6)[: len(sizes)], 3)
    expected = x
    for axis, count in enumerate(sizes, start=1):
        expected = pooled(expected, axis, count, function)
    np.testing.assert_allclose(run(make(sizes), x), expected, rtol=1e-5, atol=1e-6)
    found = run(make(sizes, data_format="channels_first"), np.moveaxis(x, -1, 1))
    np.testing.assert_allclose(np.moveaxis(found, 1, -1), expected, rtol=1e-5, atol=1e-6)
    check_gradients(make(sizes), x, step=1e-3)


# ------------------------------------------------------------------ recurrent
@pytest.mark.parametrize("make, shape", [(L.ConvLSTM1D, (4,)), (L.ConvLSTM3D, (3, 2, 4))])
def test_convolutional_lstm_is_that_of_images_along_other_axes(make, shape):
    rank = len(shape)
    x = draw(2, 3, *shape, 2)
    layer = with_draws(make(3, 2, padding="same", return_sequences=True), x.shape)
    kernel, recurrent, bias = layer.get_weights()

    def conv(x, kernel):
        pads = [(0, 0), *[(0, 1)] * rank, (0, 0)]
        x, y = np.pad(x, pads), 0
        for offset in np.ndindex(*kernel.shape[:rank]):
            cut = tuple(slice(o, o + n) for o, n in zip(offset, shape, strict=True))
            y = y + x[(slice(None), *cut)] @ kernel[offset]
        return y

    def sigmoid(x):
        return 1 / (1 + np.exp(-x))

    h = c = np.zeros((2, *shape, 3))
    expected = []
    for t in range(3):
        i, f, g, o = np.split(conv(x[:, t], kernel) + conv(h, recurrent) + bias, 4, axis=-1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        expected.append(h)
    np.testing.assert_allclose(run(layer, x), np.stack(expected, 1), rtol=1e-4, atol=1e-5)


def test_a_seed_of_the_dropout_repeats_it():
    x = np.ones((1, 2, 5, 2), "float32")
    layer, twin = (L.ConvLSTM1D(2, 2, dropout=0.5, seed=4) for _ in range(2))
    first = run(layer, x, training=True)
    twin.build(x.shape)
    twin.set_weights(layer.get_weights())
    again = run(twin, x, training=True)
    assert np.abs(first - run(layer, x)).max() > 1e-4
    np.testing.assert_array_equal(first, again)
    assert layer.get_config()["seed"] == 4
    assert "seed" not in L.ConvLSTM3D(2, 2).get_config()
