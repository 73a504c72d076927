"""Metrics that count right and wrong decisions: precision, recall, AUC, mean IoU and the like."""

from keras import config, ops
from keras.backend import nest
from keras.losses import align_weights
from keras.metrics.metric import Metric, divide_no_nan

_CELLS = ("true_positives", "false_positives", "true_negatives", "false_negatives")


class _Counts(Metric):
    """Counts decisions `y_pred > threshold`, weighted, for each of some thresholds.

    A class names the counts it keeps in `cells`; each is a Variable of shape (thresholds,).
    """

    cells = ()

    def __init__(self, thresholds, name=None, dtype=None):
        super().__init__(name, dtype)
        self._levels = [0.5] if thresholds is None else [float(t) for t in nest.as_list(thresholds)]
        for cell in self.cells:
            setattr(self, cell, self.add_weight(cell, (len(self._levels),)))

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Count the decisions of a batch."""
        y_pred = ops.cast(y_pred, self.dtype)
        self._count(ops.cast(y_true, self.dtype), y_pred, y_pred, sample_weight)

    def _count(self, y_true, y_pred, scores, sample_weight):
        """Count the decisions for `scores`, which may leave out some entries of `y_pred` by -inf."""
        weights = ops.ones_like(y_pred)
        if sample_weight is not None:
            weights = _spread(sample_weight, y_pred)
        positives = ops.ravel(ops.reshape(y_true, y_pred.shape) * weights)
        negatives = ops.ravel(weights) - positives
        levels = ops.convert_to_tensor(self._levels, self.dtype)
        chosen = ops.cast(ops.greater(ops.ravel(scores), ops.expand_dims(levels, 1)), self.dtype)
        counts = ops.matmul(chosen, ops.stack([positives, negatives], axis=1))
        found = {"true_positives": counts[:, 0], "false_positives": counts[:, 1]}
        found["false_negatives"] = ops.sum(positives) - found["true_positives"]
        found["true_negatives"] = ops.sum(negatives) - found["false_positives"]
        for cell in self.cells:
            getattr(self, cell).assign_add(found[cell])

    def _unpacked(self, values):
        """Return a scalar where one threshold was given, not a list of them."""
        return values if isinstance(self.thresholds, list | tuple) else values[0]


class _Count(_Counts):
    def __init__(self, thresholds=None, name=None, dtype=None):
        super().__init__(thresholds, name, dtype)
        self.thresholds = thresholds

    def result(self):
        """Return the count, one a threshold where a list of them was given."""
        return self._unpacked(getattr(self, self.cells[0]).value)


class TruePositives(_Count):
    """How many entries are predicted to be 1, and are.

    Args:
        thresholds: a number, above which a prediction counts as 1 (None: 0.5); or a list of them.
        name: the key in the logs.
        dtype: of the state, `floatx` by default.

    Examples:
        >>> float(TruePositives()([0, 1, 1], [0.9, 0.8, 0.3]))
        1.0
    """

    cells = ("true_positives",)


class FalsePositives(_Count):
    """How many entries are predicted to be 1, and are 0; arguments as in `TruePositives`."""

    cells = ("false_positives",)


class TrueNegatives(_Count):
    """How many entries are predicted to be 0, and are; arguments as in `TruePositives`."""

    cells = ("true_negatives",)


class FalseNegatives(_Count):
    """How many entries are predicted to be 0, and are 1; arguments as in `TruePositives`."""

    cells = ("false_negatives",)


class _Share(_Counts):
    """The share of true positives in the sum of both cells."""

    def __init__(self, thresholds=None, top_k=None, class_id=None, name=None, dtype=None):
        # With `top_k` each entry left in is a decision for 1, whatever its size.
        levels = float("-inf") if top_k is not None and thresholds is None else thresholds
        super().__init__(levels, name, dtype)
        self.thresholds = thresholds
        self.top_k = top_k
        self.class_id = class_id

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Count the decisions of a batch."""
        y_true, y_pred = ops.cast(y_true, self.dtype), ops.cast(y_pred, self.dtype)
        scores = y_pred
        if self.top_k is not None:
            smallest = ops.top_k(y_pred, self.top_k)[0][..., -1:]
            scores = ops.where(y_pred >= smallest, y_pred, float("-inf"))
        if self.class_id is not None:
            y_true, y_pred, scores = (y[..., self.class_id] for y in (y_true, y_pred, scores))
        self._count(y_true, y_pred, scores, sample_weight)

    def result(self):
        """Return the share, one a threshold where a list of them was given; 0 if nothing counts."""
        right, other = (getattr(self, cell).value for cell in self.cells)
        return self._unpacked(divide_no_nan(right, right + other))


class Precision(_Share):
    """Which share of the entries predicted to be 1 are 1.

    Args:
        thresholds: a number, above which a prediction counts as 1 (None: 0.5); or a list of them.
        top_k: if given, the `top_k` largest entries of the last axis alone count as 1.
        class_id: if given, this entry of the last axis alone counts.
        name: the key in the logs.
        dtype: of the state, `floatx` by default.

    Examples:
        >>> float(Precision()([0, 1, 1, 1], [0.9, 0.8, 0.3, 0.0]))
        0.5
    """

    cells = ("true_positives", "false_positives")


class Recall(_Share):
    """Which share of the entries that are 1 are predicted to be; arguments as in `Precision`.

    Examples:
        >>> float(Recall()([0, 1, 1, 1, 1], [0.9, 0.8, 0.3, 0.0, 0.1]))
        0.25
    """

    cells = ("true_positives", "false_negatives")


class AUC(_Counts):
    """The area under the ROC or the precision-recall curve, from counts at many thresholds.

    Args:
        num_thresholds: how many, evenly spaced over [0, 1].
        curve: `"ROC"` (true over false positive rate) or `"PR"` (precision over recall).
        summation_method: how the curve goes between its points: `"interpolation"` (by straight
            lines; for PR as in Davis & Goadrich, 2006), `"minoring"` or `"majoring"` (by steps
            below or above).
        name: the key in the logs.
        dtype: of the state, `floatx` by default.
        thresholds: the thresholds themselves, within [0, 1], in place of their number.

    Raises:
        ValueError: for another curve or method, or thresholds outside [0, 1].

    Examples:
        >>> round(float(AUC()([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])), 4)
        0.75
    """

    cells = _CELLS

    def __init__(
        self,
        num_thresholds=200,
        curve="ROC",
        summation_method="interpolation",
        name="auc",
        dtype=None,
        thresholds=None,
    ):
        inner = [i / (num_thresholds - 1) for i in range(1, num_thresholds - 1)]
        if thresholds is not None:
            inner = sorted(float(t) for t in thresholds)
            if inner and not 0 <= inner[0] <= inner[-1] <= 1:
                raise ValueError(f"AUC: thresholds should lie within [0, 1], got {thresholds}.")
        # The outer ones make the curve's end points: everything, or nothing, counts as 1.
        super().__init__([-config.epsilon(), *inner, 1 + config.epsilon()], name, dtype)
        self.num_thresholds = len(self._levels)
        self.curve = _one_of("curve", curve, ("ROC", "PR"))
        methods = ("interpolation", "minoring", "majoring")
        self.summation_method = _one_of("summation_method", summation_method, methods)
        self.thresholds = thresholds

    def result(self):
        """Return the area, a scalar."""
        tp, fp, tn, fn = (getattr(self, cell).value for cell in _CELLS)
        recall = divide_no_nan(tp, tp + fn)
        if self.curve == "ROC":
            return self._area(divide_no_nan(fp, fp + tn), recall)
        if self.summation_method == "interpolation":
            return _interpolated_precision(tp, fp, fn)
        return self._area(recall, divide_no_nan(tp, tp + fp))

    def _area(self, x, y):
        """Return the area under points whose x falls with the threshold."""
        low, high = ops.minimum(y[:-1], y[1:]), ops.maximum(y[:-1], y[1:])
        heights = {"interpolation": (low + high) / 2.0, "minoring": low, "majoring": high}
        return ops.sum((x[:-1] - x[1:]) * heights[self.summation_method])


def _interpolated_precision(tp, fp, fn):
    """Return the area under precision over recall.

    Between two points the true positives grow linearly with all positives p, so the precision is a
    hyperbola: with tp = slope * p + intercept, its integral over tp from p0 to p1 is
    slope * (dtp + intercept * log(p1 / p0)).
    """
    p = tp + fp
    dtp = tp[:-1] - tp[1:]
    slope = divide_no_nan(dtp, p[:-1] - p[1:])
    intercept = tp[1:] - slope * p[1:]
    has_both = ops.logical_and(p[:-1] > 0, p[1:] > 0)
    ratio = ops.where(has_both, divide_no_nan(p[:-1], p[1:]), 1.0)
    # Without a point to the right the ratio is infinite, but the intercept is zero.
    pieces = slope * (dtp + intercept * ops.log(ops.where(has_both, ratio, 1.0)))
    return ops.sum(divide_no_nan(pieces, tp[1:] + fn[1:]))


def _one_of(name, value, choices):
    for choice in choices:
        if str(value).lower() == choice.lower():
            return choice
    raise ValueError(f"AUC: {name} should be one of {choices}, got {value!r}.")


def _spread(sample_weight, values):
    """Return the weights in the dtype and shape of `values`."""
    return ops.broadcast_to(align_weights(sample_weight, values), values.shape)


class MeanIoU(Metric):
    """The mean over the classes of intersection over union of the true and the predicted places.

    Classes that occur in neither do not count.

    Args:
        num_classes: how many classes there are.
        name: the key in the logs.
        dtype: of the state, `floatx` by default.

    Examples:
        >>> round(float(MeanIoU(2)([0, 0, 1, 1], [0, 1, 0, 1])), 4)
        0.3333
    """

    def __init__(self, num_classes, name="mean_io_u", dtype=None):
        super().__init__(name, dtype)
        self.num_classes = num_classes
        self.total_cm = self.add_weight("total_confusion_matrix", (num_classes, num_classes))

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Count the classes of a batch: integers of one shape."""
        y_pred = ops.cast(y_pred, "int32")
        true = self._one_hot(y_true)
        if sample_weight is not None:
            weights = _spread(sample_weight, ops.cast(y_pred, self.dtype))
            true = true * ops.reshape(weights, (-1, 1))
        self.total_cm.assign_add(ops.matmul(ops.transpose(true), self._one_hot(y_pred)))

    def _one_hot(self, classes):
        return ops.one_hot(ops.ravel(classes), self.num_classes, dtype=self.dtype)

    def result(self):
        """Return the mean, a scalar; 0 before the first batch."""
        matrix = self.total_cm.value
        both = ops.diagonal(matrix)
        either = ops.sum(matrix, axis=0) + ops.sum(matrix, axis=1) - both
        occurring = ops.sum(ops.cast(either > 0, self.dtype))
        return divide_no_nan(ops.sum(divide_no_nan(both, either)), occurring)
