import numpy as np
import pytest

from keras import losses, metrics
from keras.backend.graph import placeholder

SCORES = np.array([[0.1, 0.5, 0.3, 0.1], [0.4, 0.3, 0.2, 0.1], [0.0, 0.1, 0.2, 0.7]], "float32")
CLASSES = np.array([1, 2, 0])
ONE_HOT = np.eye(4)[CLASSES]


def test_binary_accuracy():
    y_true = np.array([[1, 0, 1, 0], [0, 0, 1, 1]])
    y_pred = np.array([[0.9, 0.5, 0.2, 0.4], [0.6, 0.0, 0.8, 1.0]])
    # 0.5 itself counts as 0.
    np.testing.assert_allclose(metrics.binary_accuracy(y_true, y_pred), [0.75, 0.75])
    np.testing.assert_allclose(metrics.binary_accuracy(y_true, y_pred, threshold=0.1), [0.5, 0.75])
    np.testing.assert_allclose(metrics.binary_accuracy(y_true.astype(bool), y_pred), [0.75, 0.75])


def test_categorical_accuracy():
    np.testing.assert_array_equal(metrics.categorical_accuracy(ONE_HOT, SCORES), [1, 0, 0])
    for y_true in (CLASSES, CLASSES[:, None], CLASSES[:, None].astype("float32")):
        np.testing.assert_array_equal(
            metrics.sparse_categorical_accuracy(y_true, SCORES), [1, 0, 0]
        )


@pytest.mark.parametrize(("k", "hits"), [(1, [1, 0, 0]), (3, [1, 1, 0]), (4, [1, 1, 1])])
def test_top_k_accuracy(k, hits):
    np.testing.assert_array_equal(metrics.top_k_categorical_accuracy(ONE_HOT, SCORES, k), hits)
    for y_true in (CLASSES, CLASSES[:, None]):
        got = metrics.sparse_top_k_categorical_accuracy(y_true, SCORES, k=k)
        np.testing.assert_array_equal(got, hits)


def test_sequences():
    y_pred = np.stack([SCORES, SCORES[::-1]])
    y_true = np.stack([CLASSES, CLASSES])
    expected = [[1, 0, 0], [0, 0, 0]]
    np.testing.assert_array_equal(metrics.sparse_categorical_accuracy(y_true, y_pred), expected)
    got = metrics.sparse_top_k_categorical_accuracy(y_true[..., None], y_pred, k=1)
    np.testing.assert_array_equal(got, expected)
    got = metrics.categorical_accuracy(np.eye(4)[y_true], y_pred)
    np.testing.assert_array_equal(got, expected)


def test_numbers_that_are_none():
    bad = np.full((1, 4), np.nan, "float32")
    got = metrics.top_k_categorical_accuracy(ONE_HOT[:1], bad, k=2)
    np.testing.assert_array_equal(got, [0])


def test_symbolic():
    y_true, y_pred = placeholder((None, 1), "float32"), placeholder((None, 4), "float32")
    assert metrics.sparse_categorical_accuracy(y_true, y_pred).shape == (None,)
    assert metrics.sparse_top_k_categorical_accuracy(y_true, y_pred).shape == (None,)


def test_names():
    assert metrics.get("mse") is losses.mean_squared_error
    assert metrics.get("cosine") is losses.cosine_proximity
    assert metrics.get("binary_accuracy") is metrics.binary_accuracy
    assert type(metrics.get("MeanSquaredError")) is metrics.MeanSquaredError
    assert metrics.serialize(metrics.top_k_categorical_accuracy) == "top_k_categorical_accuracy"
    assert metrics.get(max) is max
    with pytest.raises(
        ValueError, match=r"Unknown metric: 'mean_abs_error'.*'mean_absolute_error'"
    ):
        metrics.get("mean_abs_error")
    with pytest.raises(ValueError, match="Unknown metric: 'clone_metric'"):
        metrics.get("clone_metric")
