"""Pooling against NumPy, in both data formats."""

import itertools

import numpy as np
import pytest

from keras import layers as L
from keras.backend import graph

from .support import check_gradients, draw, run


def pool(x, size, strides, padding, function):
    """A function of the entries of each window that lie inside (batch, *spatial, channels)."""
    sizes = x.shape[1:-1]
    starts = []
    for n, k, s in zip(sizes, size, strides):
        count = -(-n // s) if padding == "same" else (n - k) // s + 1
        before = max((count - 1) * s + k - n, 0) // 2 if padding == "same" else 0
        starts.append([i * s - before for i in range(count)])
    y = np.zeros((len(x), *map(len, starts), x.shape[-1]))
    for place in itertools.product(*(range(len(s)) for s in starts)):
        at = [axis[i] for axis, i in zip(starts, place)]
        key = tuple(slice(max(a, 0), a + k) for a, k in zip(at, size))
        y[(slice(None), *place)] = function(x[(slice(None), *key)], tuple(range(1, x.ndim - 1)))
    return y


POOLS = [
    ("1D", (7, 2), 2, None, "valid"),
    ("1D", (7, 2), 3, 2, "same"),
    ("2D", (6, 5, 2), 2, None, "valid"),
    ("2D", (6, 5, 2), (3, 2), (2, 1), "same"),
    ("3D", (4, 5, 4, 2), 2, 1, "valid"),
    ("3D", (4, 5, 3, 2), 2, None, "same"),
]


@pytest.mark.parametrize("kind, function", [("Max", np.max), ("Average", np.mean)])
@pytest.mark.parametrize("rank, shape, size, strides, padding", POOLS)
def test_pooling(kind, function, rank, shape, size, strides, padding):
    x = draw(2, *shape)
    cls = getattr(L, f"{kind}Pooling{rank}")
    layer = cls(size, strides, padding, "channels_last")
    expected = pool(x, layer.pool_size, layer.strides, padding, function)
    np.testing.assert_allclose(run(layer, x), expected, rtol=1e-5, atol=1e-6)
    first = run(cls(size, strides, padding, "channels_first"), np.moveaxis(x, -1, 1))
    np.testing.assert_allclose(np.moveaxis(first, 1, -1), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind, function", [("Max", np.max), ("Average", np.mean)])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_global_pooling(kind, function, rank):
    x = draw(2, *range(3, 3 + rank), 4)
    cls = getattr(L, f"Global{kind}Pooling{rank}D")
    expected = function(x, axis=tuple(range(1, rank + 1)))
    np.testing.assert_allclose(run(cls(), x), expected, rtol=1e-5)
    first = run(cls("channels_first"), np.moveaxis(x, -1, 1))
    np.testing.assert_allclose(first, expected, rtol=1e-5)


def test_global_average_leaves_out_masked_times():
    x = np.array([[[1.0], [3.0], [0.0]], [[5.0], [0.0], [0.0]]], "float32")
    symbol = L.Input((3, 1))
    outputs = L.GlobalAveragePooling1D()(L.Masking()(symbol))
    assert outputs.mask is None
    assert graph.Function([symbol], [outputs])([x])[0].tolist() == [[2.0], [5.0]]
    by_hand = run(L.GlobalAveragePooling1D(), x, mask=np.array([[1, 0, 0], [1, 1, 1]], bool))
    np.testing.assert_allclose(by_hand, [[1.0], [5 / 3]], rtol=1e-6)


@pytest.mark.parametrize(
    "layer", [L.MaxPooling2D(2, 1), L.AveragePooling2D(3, 2, "same"), L.GlobalMaxPooling2D()]
)
def test_gradients(layer):
    check_gradients(layer, draw(2, 5, 4, 2), step=1e-3)


def test_max_pooling_keeps_integers():
    assert run(L.MaxPooling1D(), np.array([[[-3], [-2]]])).tolist() == [[[-2]]]


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match=r"pool_size should be an int >= 1.*got \(2, 2, 2\)"):
        L.MaxPooling2D((2, 2, 2))
    with pytest.raises(ValueError, match=r"padding should be one of.*'causal'"):
        L.AveragePooling1D(2, padding="causal")
    with pytest.raises(ValueError, match=r"'p'.*5 axes"):
        L.MaxPooling3D(name="p")(L.Input((4, 4, 3)))
