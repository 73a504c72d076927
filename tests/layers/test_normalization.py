"""Batch normalization: batch statistics in training, moving ones otherwise, and how they move."""

import numpy as np
import pytest

from keras import layers as L
from keras.backend.variable import Scope

from .support import check_gradients, draw, run


def normalize(x, mean, variance, gamma=1.0, beta=0.0, epsilon=1e-3):
    return (x - mean) / np.sqrt(variance + epsilon) * gamma + beta


SHAPES = [((8, 3), -1), ((4, 5, 3), -1), ((4, 3, 2, 5), 1), ((2, 3, 2, 2, 4), -1), ((3, 4, 2), 1)]


@pytest.mark.parametrize("shape, axis", SHAPES)
def test_training_uses_the_statistics_of_the_batch(shape, axis):
    x = 2 * draw(*shape) + 1
    layer = L.BatchNormalization(axis=axis)
    axes = tuple(i for i in range(len(shape)) if i != axis % len(shape))
    expected = normalize(x, x.mean(axes, keepdims=True), x.var(axes, keepdims=True))
    np.testing.assert_allclose(run(layer, x, training=True), expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("shape, axis", SHAPES)
def test_otherwise_it_uses_the_moving_ones(shape, axis):
    x = draw(*shape)
    channels = shape[axis]
    values = [np.abs(draw(channels, seed=i)) + 0.5 for i in range(4)]
    layer = L.BatchNormalization(axis=axis, weights=values)
    spread = [1] * len(shape)
    spread[axis] = channels
    gamma, beta, mean, variance = (v.reshape(spread) for v in values)
    expected = normalize(x, mean, variance, gamma, beta)
    for training in (None, False):
        np.testing.assert_allclose(run(layer, x, training=training), expected, rtol=1e-3, atol=1e-4)
    np.testing.assert_array_equal(layer.moving_mean.numpy(), values[2])


def test_the_averages_move_by_momentum_with_the_corrected_variance():
    x = draw(6, 3)
    layer = L.BatchNormalization(momentum=0.9)
    mean, variance = np.zeros(3), np.ones(3)
    for _ in range(2):
        run(layer, x, training=True)
        mean = 0.9 * mean + 0.1 * x.mean(0)
        # Keras 2.2.4 gave 2.3519 for the variance 1.9595 of six entries: 6 / (6 - 1.001) times.
        variance = 0.9 * variance + 0.1 * x.var(0) * 6 / (6 - 1.001)
    np.testing.assert_allclose(layer.moving_mean.numpy(), mean, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(layer.moving_variance.numpy(), variance, rtol=1e-5)


def test_weights_are_in_the_classic_order():
    layer = L.BatchNormalization(name="bn")
    layer(L.Input((3,)))
    names = ["gamma", "beta", "moving_mean", "moving_variance"]
    assert [w.name for w in layer.weights] == [f"bn/{name}:0" for name in names]
    assert len(layer.trainable_weights) == 2
    bare = L.BatchNormalization(center=False, scale=False)
    bare.build((None, 3))
    assert len(bare.weights) == 2


def test_while_frozen_it_neither_moves_nor_uses_the_batch():
    x = draw(6, 3) + 5
    layer = L.BatchNormalization(trainable=False)
    np.testing.assert_allclose(run(layer, x, training=True), x / np.sqrt(1.001), rtol=1e-5)
    assert layer.moving_mean.numpy().tolist() == [0, 0, 0]
    layer.trainable = True
    with Scope(training=True, frozen={layer}):
        layer(x)
    assert layer.moving_mean.numpy().tolist() == [0, 0, 0]


def test_writes_go_to_the_scope():
    x = draw(6, 3)
    layer = L.BatchNormalization()
    layer.build(x.shape)
    with Scope(values={}, training=True) as scope:
        layer(x)
    assert set(scope.written) == {layer.moving_mean, layer.moving_variance}
    assert layer.moving_mean.numpy().tolist() == [0, 0, 0]


@pytest.mark.parametrize("training", [True, False])
def test_gradients(training):
    layer = L.BatchNormalization(axis=1)
    check_gradients(layer, draw(4, 3, 5), step=1e-2, training=training)


def test_bad_axes_and_sizes_are_named():
    with pytest.raises(ValueError, match=r"'b'.*axis 3 does not exist.*\(None, 4, 3\)"):
        L.BatchNormalization(axis=3, name="b")(L.Input((4, 3)))
    with pytest.raises(ValueError, match=r"'b'.*'gamma'.*not known"):
        L.BatchNormalization(name="b")(L.Input((4, None)))
    layer = L.BatchNormalization(name="b")
    layer(L.Input((3,)))
    with pytest.raises(ValueError, match=r"'b'.*size 3 along axis -1"):
        layer(L.Input((4,)))
