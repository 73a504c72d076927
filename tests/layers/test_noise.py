"""Noise layers: nothing outside training, the right mean and variance in it."""

import numpy as np
import pytest

from keras import layers as L

from .support import draw, run

LAYERS = [L.GaussianNoise(0.3), L.GaussianDropout(0.2), L.AlphaDropout(0.2)]


@pytest.mark.parametrize("layer", LAYERS)
def test_nothing_happens_outside_training(layer):
    x = draw(3, 4)
    np.testing.assert_array_equal(run(layer, x), x)
    np.testing.assert_array_equal(run(layer, x, training=False), x)


@pytest.mark.parametrize("layer", LAYERS)
def test_each_call_draws_anew(layer):
    x = draw(3, 40)
    assert (run(layer, x, training=True) != run(layer, x, training=True)).any()


def test_gaussian_noise_adds():
    noise = run(L.GaussianNoise(0.3), np.full((200, 200), 5.0), training=True) - 5
    assert noise.mean() == pytest.approx(0, abs=0.01)
    assert noise.std() == pytest.approx(0.3, rel=0.02)


def test_gaussian_dropout_multiplies():
    y = run(L.GaussianDropout(0.2), np.full((200, 200), 3.0), training=True)
    assert y.mean() == pytest.approx(3, rel=0.01)
    assert y.std() == pytest.approx(3 * np.sqrt(0.2 / 0.8), rel=0.02)


def test_alpha_dropout_keeps_mean_and_variance():
    x = draw(300, 300)
    y = run(L.AlphaDropout(0.3), x, training=True)
    assert y.mean() == pytest.approx(x.mean(), abs=0.02)
    assert y.var() == pytest.approx(x.var(), rel=0.02)


def test_alpha_dropout_sets_dropped_entries_to_one_value():
    y = run(L.AlphaDropout(0.5), np.zeros((50, 50)), training=True)
    limit = -1.6732632423543772 * 1.0507009873554805
    factor = (0.5 * (1 + 0.5 * limit**2)) ** -0.5
    kept, dropped = -factor * 0.5 * limit, factor * limit - factor * 0.5 * limit
    np.testing.assert_allclose(np.unique(y), [dropped, kept], rtol=1e-5)


def test_alpha_dropout_noise_shape_and_seed():
    x = np.zeros((50, 6))
    y = run(L.AlphaDropout(0.5, noise_shape=(None, 1), seed=3), x, training=True)
    assert (y == y[:, :1]).all()
    again = run(L.AlphaDropout(0.5, noise_shape=(None, 1), seed=3), x, training=True)
    np.testing.assert_array_equal(y, again)


@pytest.mark.parametrize("cls", [L.GaussianDropout, L.AlphaDropout])
@pytest.mark.parametrize("rate", [-0.5, 1, 2])
def test_rates_that_leave_nothing_are_refused(cls, rate):
    with pytest.raises(ValueError, match=f"'n'.*got {rate}"):
        cls(rate, name="n")
