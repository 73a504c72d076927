"""Convolutions against sums written out in NumPy, in both data formats, and the layers that resize."""

import itertools

import numpy as np
import pytest

from keras import config
from keras import layers as L

from .support import check_gradients, draw, run


def to_first(x):
    return np.moveaxis(x, -1, 1)


def to_last(x):
    return np.moveaxis(x, 1, -1)


def convolve(x, kernel, strides, dilation, pads):
    """The sum over windows of (batch, *spatial, channels), places and window offsets one by one."""
    rank = kernel.ndim - 2
    x = np.pad(x.astype("float64"), [(0, 0), *pads, (0, 0)])
    reach = [(k - 1) * d + 1 for k, d in zip(kernel.shape, dilation)]
    counts = [(n - r) // s + 1 for n, r, s in zip(x.shape[1:-1], reach, strides)]
    y = np.zeros((len(x), *counts, kernel.shape[-1]))
    for place in itertools.product(*map(range, counts)):
        for offset in itertools.product(*map(range, kernel.shape[:rank])):
            at = [p * s + o * d for p, s, o, d in zip(place, strides, offset, dilation)]
            y[(slice(None), *place)] += x[(slice(None), *at)] @ kernel[offset]
    return y


def same_pads(sizes, window, strides, dilation):
    pairs = []
    for n, k, s, d in zip(sizes, window, strides, dilation):
        total = max((-(-n // s) - 1) * s + (k - 1) * d + 1 - n, 0)
        pairs.append((total // 2, total - total // 2))
    return pairs


CONVOLUTIONS = [
    (L.Conv1D, (9, 2), 3, 1, "valid", 1),
    (L.Conv1D, (9, 2), 4, 2, "same", 1),
    (L.Conv1D, (9, 2), 2, 1, "causal", 3),
    (L.Conv2D, (6, 5, 2), (2, 3), 1, "valid", 1),
    (L.Conv2D, (6, 5, 2), 3, 2, "same", 1),
    (L.Conv2D, (7, 6, 2), 3, 1, "same", 2),
    (L.Conv3D, (4, 5, 3, 2), (2, 3, 1), 1, "valid", 1),
    (L.Conv3D, (4, 5, 3, 2), 2, 2, "same", 1),
]


@pytest.mark.parametrize("cls, shape, window, stride, padding, dilation", CONVOLUTIONS)
def test_convolution_is_the_sum_over_windows(cls, shape, window, stride, padding, dilation):
    x = draw(2, *shape)
    rank = len(shape) - 1
    layer = cls(3, window, stride, padding, "channels_last", dilation, activation="relu")
    layer.build((None, *shape))
    kernel, bias = draw(*layer.kernel.shape, seed=1), draw(3, seed=2)
    layer.set_weights([kernel, bias])
    steps, gaps = (stride,) * rank, (dilation,) * rank
    pads = {
        "valid": [(0, 0)] * rank,
        "same": same_pads(shape, layer.kernel_size, steps, gaps),
        "causal": [((layer.kernel_size[0] - 1) * dilation, 0)],
    }[padding]
    expected = np.maximum(convolve(x, kernel, steps, gaps, pads) + bias, 0)
    found = run(layer, x)
    assert found.shape == layer.compute_output_shape(x.shape)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    first = cls(3, window, stride, padding, "channels_first", dilation, activation="relu")
    first.build(to_first(x).shape)
    first.set_weights([kernel, bias])
    np.testing.assert_allclose(to_last(run(first, to_first(x))), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_depthwise_convolution_treats_each_channel_alone(data_format):
    x, kernel, bias = draw(2, 5, 4, 3), draw(2, 2, 3, 2, seed=1), draw(6, seed=2)
    layer = L.DepthwiseConv2D(2, depth_multiplier=2, data_format=data_format)
    layer.build((None, 5, 4, 3) if data_format == "channels_last" else (None, 3, 5, 4))
    layer.set_weights([kernel, bias])
    parts = [
        convolve(x[..., c : c + 1], kernel[:, :, c : c + 1], (1, 1), (1, 1), [(0, 0)] * 2)
        for c in range(3)
    ]
    expected = np.concatenate(parts, axis=-1) + bias
    is_last = data_format == "channels_last"
    found = run(layer, x) if is_last else to_last(run(layer, to_first(x)))
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "cls, shape", [(L.SeparableConv1D, (7, 2)), (L.SeparableConv2D, (6, 5, 2))]
)
def test_separable_convolution_is_a_depthwise_and_a_pointwise_one(cls, shape):
    x = draw(2, *shape)
    rank = len(shape) - 1
    layer = cls(4, 3, padding="same", depth_multiplier=2)
    layer.build(x.shape)
    deep, point, bias = (draw(*w.shape, seed=i) for i, w in enumerate(layer.weights))
    layer.set_weights([deep, point, bias])
    ones = (1,) * rank
    pads = same_pads(shape, layer.kernel_size, ones, ones)
    parts = [
        convolve(x[..., c : c + 1], deep[..., c : c + 1, :], ones, ones, pads) for c in range(2)
    ]
    expected = np.concatenate(parts, axis=-1) @ point.reshape(4, 4) + bias
    np.testing.assert_allclose(run(layer, x), expected, rtol=1e-4, atol=1e-5)


TRANSPOSED = [
    (L.Conv2DTranspose, (3, 4, 2), 3, 2, "same", None),
    (L.Conv2DTranspose, (3, 4, 2), (2, 3), 1, "valid", None),
    (L.Conv2DTranspose, (3, 4, 2), 3, 2, "valid", 1),
    (L.Conv3DTranspose, (2, 3, 2, 2), 2, 2, "valid", None),
]


@pytest.mark.parametrize("cls, shape, window, stride, padding, extra", TRANSPOSED)
def test_transposed_convolution_is_the_gradient_of_a_convolution(
    cls, shape, window, stride, padding, extra
):
    """<conv(z), x> == <z, transposed(x)> for every z, the definition of the adjoint."""
    x, rank = draw(2, *shape), len(shape) - 1
    layer = cls(3, window, stride, padding, extra, use_bias=False)
    layer.build(x.shape)
    kernel = draw(*layer.kernel.shape, seed=1)
    layer.set_weights([kernel])
    y = run(layer, x)
    assert y.shape == layer.compute_output_shape(x.shape)
    steps, ones = (stride,) * rank, (1,) * rank
    z = draw(*y.shape, seed=3)
    is_same = padding == "same"
    pads = same_pads(y.shape[1:-1], layer.kernel_size, steps, ones) if is_same else [(0, 0)] * rank
    back = convolve(z, kernel, steps, ones, pads)
    assert back.shape == x.shape
    assert np.sum(back * x) == pytest.approx(np.sum(z * y.astype("float64")), rel=1e-3)


@pytest.mark.parametrize(
    "layer, shape",
    [
        (L.Conv1D(2, 3, padding="causal"), (2, 6, 2)),
        (L.Conv2D(2, (2, 3), strides=2, padding="same"), (2, 5, 4, 2)),
        (L.SeparableConv2D(2, 2), (2, 4, 4, 2)),
        (L.DepthwiseConv2D(2, strides=2, data_format="channels_first"), (2, 2, 5, 4)),
        (L.Conv2DTranspose(2, 3, strides=2), (2, 3, 3, 2)),
        (L.LocallyConnected1D(2, 2), (2, 5, 3)),
        (L.LocallyConnected2D(2, 2, data_format="channels_first"), (2, 2, 3, 4)),
    ],
)
def test_gradients(layer, shape):
    # Linear in the input and in each weight: central differences are exact at any step.
    check_gradients(layer, draw(*shape), step=0.5)


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_locally_connected_has_filters_of_its_own_at_every_place(data_format):
    x = draw(2, 4, 5, 2)
    layer = L.LocallyConnected2D(3, (2, 3), strides=(1, 2), data_format=data_format)
    is_last = data_format == "channels_last"
    layer.build((None, 4, 5, 2) if is_last else (None, 2, 4, 5))
    assert [w.shape for w in layer.weights] == [(6, 12, 3), (3, 2, 3)]
    kernel = draw(6, 12, 3, seed=1)
    layer.set_weights([kernel, np.zeros((3, 2, 3))])
    expected = np.zeros((2, 3, 2, 3))
    for number, (row, column) in enumerate(itertools.product(range(3), range(2))):
        window = x[:, row : row + 2, 2 * column : 2 * column + 3]
        window = window if is_last else to_first(window)
        expected[:, row, column] = window.reshape(2, 12) @ kernel[number]
    found = run(layer, x) if is_last else to_last(run(layer, to_first(x)))
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_locally_connected_one_place_at_a_time():
    x, kernel, bias = draw(2, 5, 2), draw(2, 6, 4, seed=1), draw(2, 4, seed=2)
    layer = L.LocallyConnected1D(4, 3, strides=2, weights=[kernel, bias])
    expected = [x[:, s : s + 3].reshape(2, 6) @ kernel[i] + bias[i] for i, s in enumerate((0, 2))]
    np.testing.assert_allclose(run(layer, x), np.stack(expected, 1), rtol=1e-4, atol=1e-5)


# ---------------------------------------------------------------------------------- resizing
def test_cropping():
    x = draw(2, 6, 7, 8, 3)
    np.testing.assert_array_equal(run(L.Cropping1D((1, 2)), x[:, 0, 0]), x[:, 0, 0, 1:-2])
    np.testing.assert_array_equal(run(L.Cropping1D(0), x[:, 0, 0]), x[:, 0, 0])
    two = L.Cropping2D(((1, 0), (2, 3)))
    np.testing.assert_array_equal(run(two, x[:, 0]), x[:, 0, 1:, 2:-3])
    three = L.Cropping3D((1, 2, (0, 3)), data_format="channels_first")
    np.testing.assert_array_equal(run(three, to_first(x)), to_first(x[:, 1:-1, 2:-2, :-3]))


def test_zero_padding():
    x = draw(2, 3, 4, 5, 2)
    none = (0, 0)
    one = np.pad(x[:, 0, 0], [none, (1, 2), none])
    np.testing.assert_array_equal(run(L.ZeroPadding1D((1, 2)), x[:, 0, 0]), one)
    two = np.pad(x[:, 0], [none, (1, 1), (2, 2), none])
    np.testing.assert_array_equal(run(L.ZeroPadding2D((1, 2)), x[:, 0]), two)
    three = np.pad(to_first(x), [none, none, (1, 1), (1, 1), (1, 1)])
    layer = L.ZeroPadding3D(data_format="channels_first")
    np.testing.assert_array_equal(run(layer, to_first(x)), three)


def test_up_sampling_repeats():
    x = draw(2, 3, 4, 2, 2)
    np.testing.assert_array_equal(run(L.UpSampling1D(3), x[:, 0, 0]), x[:, 0, 0].repeat(3, 1))
    two = x[:, 0].repeat(2, 1).repeat(3, 2)
    np.testing.assert_array_equal(run(L.UpSampling2D((2, 3)), x[:, 0]), two)
    first = run(L.UpSampling3D(data_format="channels_first"), to_first(x))
    np.testing.assert_array_equal(to_last(first), x.repeat(2, 1).repeat(2, 2).repeat(2, 3))


def test_bilinear_up_sampling_interpolates_from_the_upper_left():
    x = np.array([[0.0, 2.0], [4.0, 6.0]]).reshape(1, 2, 2, 1)
    found = run(L.UpSampling2D(2, interpolation="bilinear"), x)[0, :, :, 0]
    assert found.tolist() == [[0, 1, 2, 2], [2, 3, 4, 4], [4, 5, 6, 6], [4, 5, 6, 6]]


# ---------------------------------------------------------------------------------- arguments
def test_the_configured_data_format_counts_where_none_is_given():
    config.set_image_data_format("channels_first")
    try:
        assert L.Conv2D(4, 3).compute_output_shape((None, 3, 8, 8)) == (None, 4, 6, 6)
        assert L.Conv1D(4, 3).data_format == "channels_last"
    finally:
        config.set_image_data_format("channels_last")


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: L.Conv2D(3, 0), "kernel_size should be an int >= 1, or 2 of them, got 0"),
        (lambda: L.Conv2D(3, (1, 2, 3)), r"kernel_size should.*got \(1, 2, 3\)"),
        (lambda: L.Conv2D(3, 2, strides=1.5), "strides should.*got 1.5"),
        (lambda: L.Conv2D(3, 2, padding="causal"), "padding should.*got 'causal'"),
        (lambda: L.Conv2D(3, 2, data_format="last"), "data_format should.*'last'"),
        (lambda: L.Conv2DTranspose(3, 2, output_padding=1), "output_padding.*smaller.*strides"),
        (lambda: L.LocallyConnected1D(3, 2, padding="same"), "padding should.*got 'same'"),
        (lambda: L.Cropping2D(((1, 2), (3,))), "cropping should"),
        (lambda: L.ZeroPadding1D((1, 2, 3)), "padding should"),
        (lambda: L.ZeroPadding2D(-1), "padding should"),
        (lambda: L.UpSampling2D(2, interpolation="cubic"), "interpolation should.*'cubic'"),
        (lambda: L.Conv2D(3), "kernel_size"),
    ],
)
def test_bad_arguments_are_named(make, message):
    with pytest.raises((ValueError, TypeError), match=message):
        make()


@pytest.mark.parametrize(
    "layer", [L.Conv2D(3, 5), L.MaxPooling2D(5), L.Cropping2D(2), L.LocallyConnected2D(3, 5)]
)
def test_too_small_an_input_is_refused_before_and_while_it_runs(layer):
    with pytest.raises(ValueError, match=rf"{layer.name!r}.*\(None, 4, 4, 3\).*larger input"):
        layer(L.Input((4, 4, 3)))
    with pytest.raises(ValueError, match=rf"{layer.name!r}.*\(1, 4, 4, 3\)"):
        layer(np.zeros((1, 4, 4, 3)))


def test_other_channels_or_ranks_are_refused():
    layer = L.Conv2D(3, 2, name="c")
    with pytest.raises(ValueError, match=r"'c'.*4 axes"):
        layer(L.Input((4, 3)))
    with pytest.raises(ValueError, match=r"'c'.*'kernel'.*not known"):
        layer(L.Input((4, 4, None)))
    layer(L.Input((4, 4, 3)))
    with pytest.raises(ValueError, match=r"'c'.*size 3 along axis -1"):
        layer(L.Input((4, 4, 2)))
