"""Metrics as functions of true and predicted values: one number a sample, to be averaged."""

from keras import config, ops


def binary_accuracy(y_true, y_pred, threshold=0.5):
    """Return the share of entries in the last axis where `y_pred > threshold` is as `y_true` says.

    Examples:
        >>> import numpy as np
        >>> np.asarray(binary_accuracy([[1, 0]], [[0.6, 0.7]])).tolist()
        [0.5]
    """
    chosen = ops.cast(ops.greater(y_pred, threshold), config.floatx())
    return ops.mean(ops.equal(ops.cast(y_true, config.floatx()), chosen), axis=-1)


def categorical_accuracy(y_true, y_pred):
    """Return 1 where the largest entries of `y_true` and `y_pred` are at one place, else 0."""
    return _hits(ops.argmax(y_true, axis=-1), ops.argmax(y_pred, axis=-1))


def sparse_categorical_accuracy(y_true, y_pred):
    """Return 1 where the largest entry of `y_pred` is at the class `y_true`, else 0.

    Args:
        y_true: classes, shape (batch, ...) or (batch, ..., 1).
        y_pred: shape (batch, ..., classes).
    """
    return _hits(_classes(y_true, y_pred), ops.argmax(y_pred, axis=-1))


def top_k_categorical_accuracy(y_true, y_pred, k=5):
    """Return 1 where the class of a one-hot `y_true` is among the `k` largest of `y_pred`, else 0."""
    return _top_k_hits(ops.argmax(y_true, axis=-1), y_pred, k)


def sparse_top_k_categorical_accuracy(y_true, y_pred, k=5):
    """Return 1 where the class `y_true` is among the `k` largest of `y_pred`, else 0."""
    return _top_k_hits(_classes(y_true, y_pred), y_pred, k)


def _classes(y_true, y_pred):
    """Return `y_true` as int32, without a last axis of size one that `y_pred` does not ask for."""
    y_true = ops.cast(y_true, "int32")
    return ops.squeeze(y_true, -1) if ops.ndim(y_true) == len(ops.shape(y_pred)) else y_true


def _hits(chosen, wanted):
    return ops.cast(ops.equal(chosen, wanted), config.floatx())


def _top_k_hits(classes, y_pred, k):
    y_pred = ops.convert_to_tensor(y_pred)
    own = ops.take_along_axis(y_pred, ops.expand_dims(classes, -1), -1)
    larger = ops.sum(ops.cast(ops.greater(y_pred, own), "int32"), axis=-1)
    # A NaN is larger than nothing, and no hit either.
    is_number = ops.isfinite(ops.squeeze(own, -1))
    return ops.cast(ops.logical_and(ops.less(larger, k), is_number), config.floatx())
