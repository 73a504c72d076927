"""Metrics of how places of classes overlap: intersection over union of some classes, of regions, of one-hot classes."""

from keras import ops
from keras.backend import dtypes
from keras.metrics.confusion import MeanIoU, _spread
from keras.metrics.metric import divide_no_nan


class _Overlap(MeanIoU):
    """Counts pairs of a true and a predicted class, and averages over `target_class_ids`, or all."""

    def __init__(self, num_classes, name, dtype, ignore_class, is_sparse, axis):
        # Keras 3 counts in integers, and says so in its files; weights need fractions.
        is_float = dtype is not None and dtypes.is_float(dtypes.standardize(dtype))
        super().__init__(num_classes, name, dtype if is_float else None)
        self.ignore_class, self.axis = ignore_class, axis
        self._is_sparse = is_sparse

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Count the classes of a batch."""
        pair = [
            y if is_sparse else ops.argmax(y, axis=self.axis)
            for y, is_sparse in zip((y_true, y_pred), self._is_sparse, strict=True)
        ]
        true, predicted = (ops.ravel(ops.cast(y, "int32")) for y in pair)
        weights = ops.ones_like(true, dtype=self.dtype)
        if sample_weight is not None:
            places = ops.cast(pair[0], self.dtype)
            weights = ops.ravel(_spread(sample_weight, places))
        if self.ignore_class is not None:
            weights = weights * ops.cast(ops.not_equal(true, self.ignore_class), self.dtype)
        rows = self._one_hot(true) * ops.expand_dims(weights, -1)
        counted = ops.matmul(ops.transpose(rows), self._one_hot(predicted))
        self.total_cm.assign_add(counted)

    def result(self):
        """Return the mean over the classes that occur, a scalar; 0 before the first batch."""
        classes = getattr(self, "target_class_ids", None)
        if classes is None:
            return super().result()
        matrix, chosen = self.total_cm.value, ops.convert_to_tensor(list(classes), "int32")
        both = ops.diagonal(matrix)
        either = ops.sum(matrix, axis=0) + ops.sum(matrix, axis=1) - both
        both, either = (ops.take(x, chosen, axis=0) for x in (both, either))
        occurring = ops.sum(ops.cast(either > 0, self.dtype))
        return divide_no_nan(ops.sum(divide_no_nan(both, either)), occurring)


class IoU(_Overlap):
    """The mean over some classes of intersection over union of the true and the predicted places.

    Args:
        num_classes: how many classes there are.
        target_class_ids: the classes that count.
        name: the key in the logs.
        dtype: of the state, `floatx` by default.
        ignore_class: a true class whose places do not count; none by default.
        sparse_y_true: whether the true classes are integers, else one-hot.
        sparse_y_pred: whether the predicted classes are integers, else probabilities.
        axis: that of the classes, where they are not integers.

    Examples:
        >>> round(float(IoU(2, [0])([0, 0, 1, 1], [0, 1, 0, 1])), 4)
        0.3333
    """

    def __init__(
        self,
        num_classes,
        target_class_ids,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_true=True,
        sparse_y_pred=True,
        axis=-1,
    ):
        is_sparse = sparse_y_true, sparse_y_pred
        super().__init__(num_classes, name or "io_u", dtype, ignore_class, is_sparse, axis)
        self.target_class_ids = list(target_class_ids)
        self.sparse_y_true, self.sparse_y_pred = is_sparse


class BinaryIoU(_Overlap):
    """The mean of intersection over union of what is 1 and of what is 0.

    Args:
        target_class_ids: which of the two count.
        threshold: above which a prediction counts as 1.
        name: the key in the logs.
        dtype: of the state, `floatx` by default.

    Examples:
        >>> round(float(BinaryIoU()([0, 1, 0, 1], [0.1, 0.2, 0.4, 0.7])), 4)
        0.5833
    """

    def __init__(self, target_class_ids=(0, 1), threshold=0.5, name=None, dtype=None):
        super().__init__(2, name or "binary_io_u", dtype, None, (True, True), -1)
        self.target_class_ids = list(target_class_ids)
        self.threshold = threshold

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Count the decisions of a batch."""
        chosen = ops.cast(y_pred, self.dtype) >= self.threshold
        super().update_state(y_true, chosen, sample_weight)


class OneHotIoU(_Overlap):
    """`IoU` where the true classes are one-hot; arguments as there.

    Examples:
        >>> truth = [[1.0, 0.0], [0.0, 1.0]]
        >>> float(OneHotIoU(2, [0])(truth, [[0.8, 0.2], [0.6, 0.4]]))
        0.5
    """

    def __init__(
        self,
        num_classes,
        target_class_ids,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_pred=False,
        axis=-1,
    ):
        is_sparse = False, sparse_y_pred
        super().__init__(num_classes, name or "one_hot_io_u", dtype, ignore_class, is_sparse, axis)
        self.target_class_ids = list(target_class_ids)
        self.sparse_y_pred = sparse_y_pred


class OneHotMeanIoU(_Overlap):
    """`MeanIoU` where the true classes are one-hot; arguments as of `OneHotIoU`."""

    def __init__(
        self,
        num_classes,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_pred=False,
        axis=-1,
    ):
        is_sparse = False, sparse_y_pred
        name = name or "one_hot_mean_io_u"
        super().__init__(num_classes, name, dtype, ignore_class, is_sparse, axis)
        self.sparse_y_pred = sparse_y_pred
