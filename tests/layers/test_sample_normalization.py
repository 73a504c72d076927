"""Normalization of each sample by itself, against NumPy."""

import numpy as np
import pytest

from keras import layers as L
from keras import ops
from keras.backend.variable import Scope
from keras.models import Model, Sequential

from .support import check_gradients, draw, run


def with_draws(layer, shape):
    layer.build(shape)
    layer.set_weights([draw(*w.shape, seed=i) for i, w in enumerate(layer.weights)])
    return layer


def spread(weight, shape, axes):
    return weight.reshape([shape[i] if i in axes else 1 for i in range(len(shape))])


AXES = [
    ((4, 6), -1, (1,)),
    ((2, 4, 6), [1, 2], (1, 2)),
    ((2, 4, 6), 1, (1,)),
    ((2, 3, 4, 5), [1, 3], (1, 3)),
]


@pytest.mark.parametrize("shape, axis, axes", AXES)
def test_layer_normalization(shape, axis, axes):
    x = 3 * draw(*shape) + 2
    layer = with_draws(L.LayerNormalization(axis=axis, epsilon=0.01), shape)
    gamma, beta = (spread(w, shape, axes) for w in layer.get_weights())
    mean, variance = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    expected = (x - mean) / np.sqrt(variance + 0.01) * gamma + beta
    np.testing.assert_allclose(run(layer, x), expected, rtol=1e-4, atol=1e-5)
    check_gradients(layer, x, step=1e-2)


@pytest.mark.parametrize("shape, axis, axes", AXES)
def test_rms_normalization(shape, axis, axes):
    x = draw(*shape) + 1
    layer = with_draws(L.RMSNormalization(axis=axis, epsilon=0.01), shape)
    scale = spread(layer.get_weights()[0], shape, axes)
    expected = x / np.sqrt(np.mean(x**2, axes, keepdims=True) + 0.01) * scale
    np.testing.assert_allclose(run(layer, x), expected, rtol=1e-4, atol=1e-5)
    check_gradients(layer, x, step=1e-2)


@pytest.mark.parametrize("shape, axis, axes", AXES)
def test_unit_normalization(shape, axis, axes):
    x = draw(*shape)
    expected = x / np.linalg.norm(x, axis=axes, keepdims=True) if len(axes) == 1 else None
    if expected is None:
        expected = x / np.sqrt(np.sum(x**2, axes, keepdims=True))
    np.testing.assert_allclose(run(L.UnitNormalization(axis=axis), x), expected, rtol=1e-5)
    assert np.all(run(L.UnitNormalization(), np.zeros((2, 3))) == 0)


@pytest.mark.parametrize("groups, axis", [(3, -1), (1, -1), (-1, -1), (2, 1)])
def test_group_normalization(groups, axis):
    x = 2 * draw(2, 4, 5, 6) - 1
    layer = with_draws(L.GroupNormalization(groups, axis=axis, epsilon=0.01), x.shape)
    last = np.moveaxis(x, axis, -1)
    count = last.shape[-1] if groups == -1 else groups
    split = last.reshape(*last.shape[:-1], count, -1)
    mean, variance = (f(split, (1, 2, 4), keepdims=True) for f in (np.mean, np.var))
    gamma, beta = layer.get_weights()
    expected = ((split - mean) / np.sqrt(variance + 0.01)).reshape(last.shape) * gamma + beta
    np.testing.assert_allclose(run(layer, x), np.moveaxis(expected, -1, axis), rtol=1e-4, atol=1e-5)
    check_gradients(layer, x, step=1e-2)


def test_names_and_order_of_weights():
    for layer, names in (
        (L.LayerNormalization(name="n"), ["gamma", "beta"]),
        (L.GroupNormalization(2, name="n"), ["gamma", "beta"]),
        (L.RMSNormalization(name="n"), ["scale"]),
        (L.SpectralNormalization(L.Dense(2), name="n"), ["kernel", "bias", "vector_u"]),
    ):
        layer(L.Input((4,)))
        assert [w.name for w in layer.weights] == [f"n/{name}:0" for name in names]


def test_what_old_files_of_keras_3_have():
    layer = L.LayerNormalization(rms_scaling=True)
    x = draw(3, 5) + 1
    np.testing.assert_allclose(
        run(layer, x), x / np.sqrt(x.var(-1, keepdims=True) + 1e-3), rtol=1e-5
    )
    assert [w.name.rpartition("/")[2] for w in layer.weights] == ["gamma:0"]
    assert L.LayerNormalization.from_config(layer.get_config()).rms_scaling


@pytest.mark.parametrize(
    "make", [L.LayerNormalization, L.RMSNormalization, lambda **k: L.GroupNormalization(2, **k)]
)
def test_half_precision_is_computed_in_single(make):
    x = (300 + draw(2, 8)).astype("float16")
    found = make(dtype="float16")(x)
    assert str(np.asarray(found).dtype) == "float16"
    expected = np.asarray(make()(x.astype("float32")))
    np.testing.assert_allclose(np.asarray(found, "float32"), expected, rtol=2e-3, atol=2e-3)


def test_masks_go_on():
    x = L.Masking()(L.Input((4, 6)))
    for layer in (
        L.LayerNormalization(),
        L.RMSNormalization(),
        L.UnitNormalization(),
        L.GroupNormalization(2),
    ):
        assert layer(x).mask is not None


def test_what_does_not_fit_is_named():
    with pytest.raises(ValueError, match=r"'n'.*axis=3 does not exist in an input with 2 axes"):
        L.LayerNormalization(axis=3, name="n")(L.Input((4,)))
    with pytest.raises(ValueError, match=r"'n'.*'gamma'.*not known"):
        L.LayerNormalization(name="n")(L.Input((4, None)))
    with pytest.raises(ValueError, match=r"'g'.*3 groups cannot share 4 channels"):
        L.GroupNormalization(3, name="g")(L.Input((4,)))
    with pytest.raises(ValueError, match=r"'s'.*power_iterations should be at least 1"):
        L.SpectralNormalization(L.Dense(2), 0, name="s")
    with pytest.raises(ValueError, match=r"'s'.*needs a layer with a kernel or embeddings"):
        L.SpectralNormalization(L.Flatten(), name="s")(L.Input((4,)))


# ------------------------------------------------------------------ spectral
def iterated(kernel, u, rounds):
    matrix = kernel.reshape(-1, kernel.shape[-1])
    for _ in range(rounds):
        v = u @ matrix.T
        v /= np.linalg.norm(v)
        u = v @ matrix
        u /= np.linalg.norm(u)
    return kernel / (v @ matrix @ u.T), u


@pytest.mark.parametrize(
    "inner, shape", [(lambda: L.Dense(3), (2, 4)), (lambda: L.Conv2D(3, 2), (2, 5, 5, 2))]
)
def test_spectral_normalization_keeps_the_kernel(inner, shape):
    layer = L.SpectralNormalization(inner(), power_iterations=2)
    layer.build(shape)
    layer.layer.set_weights([3 * w for w in layer.layer.get_weights()])
    kernel, u = layer.layer.kernel.numpy(), layer.vector_u.numpy()
    x = draw(*shape)
    calm = run(layer, x)
    np.testing.assert_array_equal(layer.layer.kernel.numpy(), kernel)
    found = run(layer, x, training=True)
    kernel, u = iterated(kernel, u, 2)
    np.testing.assert_allclose(layer.layer.kernel.numpy(), kernel, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(layer.vector_u.numpy(), u, rtol=1e-4, atol=1e-6)
    assert np.abs(found - calm).max() > 0.1
    np.testing.assert_allclose(found, run(layer, x), rtol=1e-5)


def test_spectral_normalization_learns_from_the_normalized_kernel():
    x, y = draw(8, 4), draw(8, 3, seed=1)
    layer = L.SpectralNormalization(L.Dense(3, use_bias=False), input_shape=(4,))
    model = Sequential([layer])
    model.compile("sgd", "mse")
    kernel, u = layer.layer.kernel.numpy(), layer.vector_u.numpy()
    for _ in range(3):
        model.train_on_batch(x, y)
        kernel, u = iterated(kernel, u, 1)
        kernel = kernel - 0.01 * x.T @ (x @ kernel - y) * 2 / y.size
        np.testing.assert_allclose(layer.layer.kernel.numpy(), kernel, rtol=1e-4, atol=1e-6)


def test_spectral_normalization_shares_the_kernel_with_its_layer():
    inner = L.Dense(3)
    layer = L.SpectralNormalization(inner)
    x = L.Input((4,))
    model = Model(x, layer(x))
    assert model.count_params() == 4 * 3 + 3 + 3
    with Scope(values={}, training=True) as scope:
        layer(ops.convert_to_tensor(draw(2, 4)))
    assert set(scope.written) == {inner.kernel, layer.vector_u}
