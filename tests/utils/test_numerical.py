"""One-hot vectors and norms."""

import numpy as np
import pytest

from keras.utils import normalize, to_categorical


@pytest.mark.parametrize("shape", [(6,), (2, 3), (1, 2, 3), (6, 1), (2, 3, 1), (1,), ()])
@pytest.mark.parametrize("num_classes", [None, 4, 9])
def test_one_hot(shape, num_classes):
    labels = np.full(shape, 3) if np.prod(shape) == 1 else np.array([0, 1, 2, 3, 2, 1])
    labels = labels.reshape(shape)
    result = to_categorical(labels, num_classes)
    kept = shape[:-1] if len(shape) > 1 and shape[-1] == 1 else shape
    assert result.shape == (*kept, num_classes or 4)
    assert result.dtype == np.float32
    np.testing.assert_array_equal(result.argmax(-1), labels.reshape(kept))
    np.testing.assert_array_equal(result.sum(-1), np.ones(kept))
    assert set(np.unique(result)) == {0.0, 1.0}


@pytest.mark.parametrize("dtype", ["float64", "int32", bool])
def test_dtype(dtype):
    assert to_categorical([1], dtype=dtype).dtype == dtype


def test_whole_floats_and_bools_are_class_numbers():
    np.testing.assert_array_equal(to_categorical([0.0, 1.0]), np.eye(2))
    np.testing.assert_array_equal(to_categorical([False, True]), np.eye(2))


def test_empty():
    assert to_categorical([], 3).shape == (0, 3)
    with pytest.raises(ValueError, match="y is empty; give num_classes"):
        to_categorical([])


@pytest.mark.parametrize(
    "labels, message",
    [
        ([0, 3], "class 3, but num_classes=3 allows 0 to 2"),
        ([-1, 1], "class -1"),
        ([0.5], "holds 0.5"),
        ([float("nan")], "holds nan"),
        (["cat"], "dtype <U3"),
        ([None], "dtype object"),
    ],
)
def test_what_is_no_class_number_is_refused(labels, message):
    with pytest.raises(ValueError, match=message):
        to_categorical(labels, 3)


@pytest.mark.parametrize("order", [1, 2, 3, np.inf])
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_normalize(order, axis):
    x = np.random.default_rng(0).normal(size=(3, 4, 5))
    result = normalize(x, axis=axis, order=order)
    powers = np.abs(result)
    norm = powers.max(axis) if order == np.inf else (powers**order).sum(axis) ** (1 / order)
    np.testing.assert_allclose(norm, 1.0, rtol=1e-12)
    np.testing.assert_array_equal(np.sign(result), np.sign(x))


def test_normalize_keeps_zeros_and_takes_lists_and_vectors():
    np.testing.assert_array_equal(normalize([[0, 0], [0, 2]]), [[0, 0], [0, 1]])
    np.testing.assert_allclose(normalize([3, 4]), [0.6, 0.8])
    assert normalize(np.ones((2, 2), "float32")).dtype == np.float32
