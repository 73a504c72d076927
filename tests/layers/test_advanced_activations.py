"""Activations with arguments or weights, against hand-worked values."""

import numpy as np
import pytest

from keras import layers as L

from .support import check_gradients, draw, run

X = np.array([[-2.0, -0.5, 0.0, 0.5, 2.0]], "float32")


@pytest.mark.parametrize(
    "layer, expected",
    [
        (L.LeakyReLU(), [-0.6, -0.15, 0, 0.5, 2]),
        (L.LeakyReLU(0.1), [-0.2, -0.05, 0, 0.5, 2]),
        (L.ELU(), [np.exp(-2) - 1, np.exp(-0.5) - 1, 0, 0.5, 2]),
        (L.ELU(0.5), [0.5 * np.exp(-2) - 0.5, 0.5 * np.exp(-0.5) - 0.5, 0, 0.5, 2]),
        (L.ThresholdedReLU(), [0, 0, 0, 0, 2]),
        (L.ThresholdedReLU(0.5), [0, 0, 0, 0, 2]),
        (L.ReLU(), [0, 0, 0, 0.5, 2]),
        (L.ReLU(max_value=1), [0, 0, 0, 0.5, 1]),
        (L.ReLU(negative_slope=0.5), [-1, -0.25, 0, 0.5, 2]),
        (L.ReLU(1.5, 0.5, 0.4), [-1.2, -0.45, -0.2, 0.5, 1.5]),
        (L.ReLU(threshold=1), [0, 0, 0, 0, 2]),
        (L.PReLU("ones"), [-2, -0.5, 0, 0.5, 2]),
        (L.PReLU(weights=[np.array([0.1, 0.2, 9, 9, 9])]), [-0.2, -0.1, 0, 0.5, 2]),
    ],
)
def test_values(layer, expected):
    np.testing.assert_allclose(run(layer, X)[0], expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("axis", [1, -1])
def test_softmax_sums_to_one_along_its_axis(axis):
    x = draw(2, 3, 4)
    e = np.exp(x)
    expected = e / e.sum(axis, keepdims=True)
    np.testing.assert_allclose(run(L.Softmax(axis), x), expected, rtol=1e-5)


def test_prelu_shares_slopes():
    layer = L.PReLU(shared_axes=[1, 2])
    layer(L.Input((4, 5, 3)))
    assert layer.alpha.shape == (1, 1, 3)
    assert L.PReLU(shared_axes=1).shared_axes == [1]


def test_prelu_along_an_unknown_axis_must_share():
    with pytest.raises(ValueError, match=r"'p'.*'alpha'.*not known"):
        L.PReLU(name="p")(L.Input((None, 3)))
    layer = L.PReLU(shared_axes=[1])
    assert layer(L.Input((None, 3))).shape == (None, None, 3)


def test_prelu_gradients():
    check_gradients(L.PReLU(alpha_initializer="ones", shared_axes=[1]), draw(2, 4, 3), step=1e-3)


def test_negative_limits_and_slopes_are_refused():
    with pytest.raises(ValueError, match=r"'r'.*max_value should not be negative, got -1"):
        L.ReLU(max_value=-1, name="r")
    with pytest.raises(ValueError, match=r"'r'.*negative_slope should not be negative, got -0.1"):
        L.ReLU(negative_slope=-0.1, name="r")
