"""Merging layers: values, broadcasting, masks and errors."""

import numpy as np
import pytest

from keras import layers as L
from keras.backend import graph

from .support import check_gradients, draw, run

ELEMENTWISE = {
    "Add": lambda a, b, c: a + b + c,
    "Multiply": lambda a, b, c: a * b * c,
    "Average": lambda a, b, c: (a + b + c) / 3,
    "Maximum": lambda a, b, c: np.maximum(np.maximum(a, b), c),
    "Minimum": lambda a, b, c: np.minimum(np.minimum(a, b), c),
}


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_elementwise_layers_broadcast(name):
    a, b, c = draw(2, 4, 3), draw(2, 1, 3, seed=1), draw(2, 3, seed=2)
    expected = ELEMENTWISE[name](a, b, c[:, None, :])
    layer = getattr(L, name)()
    np.testing.assert_allclose(run(layer, a, b, c), expected, rtol=1e-5, atol=1e-6)
    assert layer.compute_output_shape([(None, 4, 3), (None, 1, 3), (None, 3)]) == (None, 4, 3)
    function = getattr(L, name.lower())
    np.testing.assert_allclose(np.asarray(function([a, b, c])), expected, rtol=1e-5, atol=1e-6)


def test_subtract_takes_two():
    a, b = draw(2, 3), draw(2, 3, seed=1)
    np.testing.assert_allclose(run(L.Subtract(), a, b), a - b)
    np.testing.assert_allclose(np.asarray(L.subtract([a, b])), a - b)
    with pytest.raises(ValueError, match=r"'s'.*exactly 2 tensors, got 3"):
        L.Subtract(name="s")([L.Input((3,))] * 3)


@pytest.mark.parametrize("axis", [1, 2, -1, -2])
def test_concatenate(axis):
    a, b = draw(2, 4, 3), draw(2, 4, 3, seed=1)
    expected = np.concatenate([a, b], axis)
    np.testing.assert_array_equal(run(L.Concatenate(axis), a, b), expected)
    np.testing.assert_array_equal(np.asarray(L.concatenate([a, b], axis=axis)), expected)


@pytest.mark.parametrize(
    "axes, a, b, subscripts",
    [
        (1, (3,), (3,), "xi,xi->x"),
        (2, (4, 3), (5, 3), "xai,xbi->xab"),
        ((2, 1), (4, 3), (3, 5), "xai,xib->xab"),
        (-1, (4, 3), (5, 3), "xai,xbi->xab"),
        ((2, 1), (4, 3), (3,), "xai,xi->xa"),
        ((1, 3), (3, 4), (2, 5, 3), "xia,xbci->xabc"),
    ],
)
@pytest.mark.parametrize("normalize", [False, True])
def test_dot(axes, a, b, subscripts, normalize):
    x, y = draw(2, *a), draw(2, *b, seed=1)
    first, second = axes if isinstance(axes, tuple) else (axes, axes)
    u = x / np.linalg.norm(x, axis=first, keepdims=True) if normalize else x
    v = y / np.linalg.norm(y, axis=second, keepdims=True) if normalize else y
    expected = np.einsum(subscripts, u, v)
    expected = expected[:, None] if expected.ndim == 1 else expected
    layer = L.Dot(axes, normalize)
    np.testing.assert_allclose(run(layer, x, y), expected, rtol=1e-4, atol=1e-5)
    assert layer.compute_output_shape([(None, *a), (None, *b)]) == (None, *expected.shape[1:])


def test_gradients():
    check_gradients(L.Multiply(), draw(2, 4, 3), draw(2, 3, seed=1))
    check_gradients(L.Concatenate(1), draw(2, 4, 3), draw(2, 2, 3, seed=1))
    check_gradients(L.Dot((2, 1), True), draw(2, 4, 3), draw(2, 3, 5, seed=1), step=1e-2)


def masks_of(layer, arrays):
    """The mask of a layer's output where masked inputs come in; None leaves an input unmasked."""
    symbols = [L.Input(x.shape[1:]) for x, _ in arrays]
    inputs = [
        L.Masking()(s) if masked else s for s, (_, masked) in zip(symbols, arrays, strict=True)
    ]
    mask = layer(inputs).mask
    return graph.Function(symbols, [mask])([x for x, _ in arrays])[0].tolist()


A = np.array([[[1.0], [0.0], [2.0]]], "float32")
B = np.array([[[3.0], [4.0], [0.0]]], "float32")


def test_elementwise_masks_keep_what_no_input_masks():
    assert masks_of(L.Add(), [(A, True), (B, True)]) == [[True, False, False]]
    assert masks_of(L.Add(), [(A, True), (B, False)]) == [[True, False, True]]


def test_concatenated_masks():
    assert masks_of(L.Concatenate(), [(A, True), (B, True)]) == [[True, False, False]]
    assert masks_of(L.Concatenate(), [(A, True), (B, False)]) == [[True, False, True]]
    along_time = [True, False, True, True, True, True]
    assert masks_of(L.Concatenate(1), [(A, True), (B, False)]) == [along_time]


def test_no_masks_give_no_mask():
    a, b = L.Input((3, 2)), L.Input((3, 2))
    assert L.Add()([a, b]).mask is None
    assert L.Concatenate()([a, b]).mask is None
    assert L.Dot(2)([L.Masking()(a), L.Masking()(b)]).mask is None


def test_dtypes_are_promoted():
    outputs = L.Add()([L.Input((3,), dtype="int32"), L.Input((3,))])
    assert outputs.dtype == "float32"


@pytest.mark.parametrize(
    "layer, shapes, message",
    [
        (L.Add(name="m"), [(3,)], r"'m'.*at least 2 tensors, got 1 of shape \[\(None, 3\)\]"),
        (L.Add(name="m"), [(4, 3), (5, 3)], r"'m'.*\(None, 4, 3\), \(None, 5, 3\)"),
        (L.Concatenate(name="m"), [(4, 3), (5, 3)], r"'m'.*\(None, 5, 3\)\] along axis -1"),
        (L.Concatenate(name="m"), [(3,), (4, 3)], r"'m'.*\(None, 3\)"),
        (L.Concatenate(5, name="m"), [(3,), (3,)], r"'m'.*along axis 5"),
        (L.Dot(1, name="m"), [(3,), (4,)], r"'m'.*axes 1.*\(None, 3\), \(None, 4\)"),
        (L.Dot(0, name="m"), [(3,), (3,)], r"'m'.*axes 0"),
        (L.Dot(1, name="m"), [(3,), (3,), (3,)], "'m'.*exactly 2 tensors, got 3"),
    ],
)
def test_shapes_that_do_not_fit_are_named(layer, shapes, message):
    with pytest.raises(ValueError, match=message):
        layer([L.Input(s) for s in shapes])


def test_a_single_tensor_is_refused():
    with pytest.raises(ValueError, match=r"'m'.*layer\(\[a, b\]\)"):
        L.Add(name="m")(L.Input((3,)))


def test_dot_refuses_axes_that_are_none():
    with pytest.raises(ValueError, match=r"axes should be an int.*got \(1, 2, 3\)"):
        L.Dot((1, 2, 3))


def test_a_config_holds_what_keras_2_takes():
    assert L.Add(name="a").get_config() == {"name": "a", "trainable": True}
