"""Scores: F1, F-beta, the coefficient of determination, correlations, and rates where others are good enough."""

from keras import config, ops
from keras.metrics.confusion import _Counts, _spread
from keras.metrics.metric import MeanOfFunction, Metric, divide_no_nan

_AVERAGES = (None, "micro", "macro", "weighted")
_AGGREGATIONS = (None, "uniform_average", "variance_weighted_average")


def _check(metric, name, value, known):
    if value not in known:
        raise ValueError(
            f"{type(metric).__name__}: {name} should be one of {known}, got {value!r}."
        )


class FBetaScore(Metric):
    """(1 + beta**2) precision recall / (beta**2 precision + recall) of each class.

    Args:
        average: None for one score a class; `"micro"` for that of all decisions together, `"macro"` for the classes'
            mean, `"weighted"` for it by how often each is there.
        beta: how many times as much recall matters.
        threshold: above which a prediction counts as 1; by default the largest of the last axis does.
        name: the key in the logs.
        dtype: of the state, `floatx` by default.

    Raises:
        ValueError: for another average.

    Examples:
        >>> truth, guess = [[1.0, 1.0], [1.0, 0.0]], [[0.2, 0.6], [0.2, 0.4]]
        >>> FBetaScore(beta=2.0, threshold=0.5)(truth, guess).tolist()
        [0.0, 1.0]
    """

    def __init__(self, average=None, beta=1.0, threshold=None, name="fbeta_score", dtype=None):
        super().__init__(name, dtype)
        _check(self, "average", average, _AVERAGES)
        self.average, self.beta, self.threshold = average, beta, threshold

    def _make_state(self, size):
        if not self.variables:
            shape = () if self.average == "micro" else (size,)
            names = ("true_positives", "false_positives", "false_negatives", "intermediate_weights")
            for name in names:
                setattr(self, name, self.add_weight(name, shape))

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Count the decisions of a batch, (batch, classes)."""
        y_true, y_pred = (ops.cast(y, self.dtype) for y in (y_true, y_pred))
        self._make_state(y_true.shape[-1])
        if self.threshold is None:
            best = ops.max(y_pred, axis=-1, keepdims=True)
            chosen = ops.logical_and(y_pred >= best, ops.abs(y_pred) > 1e-9)
        else:
            chosen = y_pred > self.threshold
        chosen = ops.cast(chosen, self.dtype)
        weights = ops.ones_like(y_true)
        if sample_weight is not None:
            weights = _spread(sample_weight, y_true)
        axis = None if self.average == "micro" else 0
        pairs = {
            "true_positives": chosen * y_true,
            "false_positives": chosen * (1.0 - y_true),
            "false_negatives": (1.0 - chosen) * y_true,
            "intermediate_weights": y_true,
        }
        for name, values in pairs.items():
            getattr(self, name).assign_add(ops.sum(values * weights, axis=axis))

    def result(self):
        """Return the score: one a class, or a scalar for an average; 0 before the first batch."""
        if not self.variables:
            return ops.zeros(())
        tp, fp, fn, weights = (variable.value for variable in self.variables)
        precision, recall = divide_no_nan(tp, tp + fp), divide_no_nan(tp, tp + fn)
        square = self.beta**2
        scores = divide_no_nan((1 + square) * precision * recall, square * precision + recall)
        if self.average == "weighted":
            return ops.sum(scores * divide_no_nan(weights, ops.sum(weights)))
        return ops.mean(scores) if self.average is not None else scores


class F1Score(FBetaScore):
    """The harmonic mean of precision and recall of each class; arguments as of `FBetaScore`.

    Examples:
        >>> F1Score("micro", 0.5)([[1.0, 1.0], [1.0, 0.0]], [[0.2, 0.6], [0.8, 0.4]]).tolist()
        0.800000011920929
    """

    def __init__(self, average=None, threshold=None, name="f1_score", dtype=None):
        super().__init__(average, 1.0, threshold, name, dtype)


class R2Score(Metric):
    """The coefficient of determination: 1 - the squared errors over the squared distances from the mean.

    Args:
        class_aggregation: None for one score an output; `"uniform_average"` for their mean,
            `"variance_weighted_average"` for it by the outputs' variances.
        num_regressors: for the adjusted score, how many inputs there are.
        name: the key in the logs.
        dtype: of the state, `floatx` by default.

    Raises:
        ValueError: for another class_aggregation, or a negative num_regressors.

    Examples:
        >>> round(float(R2Score()([[1.0], [4.0], [3.0]], [[2.0], [4.0], [4.0]])), 4)
        0.5714
    """

    def __init__(
        self, class_aggregation="uniform_average", num_regressors=0, name="r2_score", dtype=None
    ):
        super().__init__(name, dtype)
        _check(self, "class_aggregation", class_aggregation, _AGGREGATIONS)
        if num_regressors < 0:
            raise ValueError(
                f"R2Score: num_regressors should not be negative, got {num_regressors}."
            )
        self.class_aggregation, self.num_regressors = class_aggregation, num_regressors
        self.num_samples = self.add_weight("num_samples", (), dtype="int32")

    def _make_state(self, size):
        if len(self.variables) == 1:
            for name in ("squared_sum", "sum", "residual", "count"):
                setattr(self, name, self.add_weight(name, (size,)))

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Take a batch into account, (batch, outputs)."""
        y_true, y_pred = (ops.cast(y, self.dtype) for y in (y_true, y_pred))
        self._make_state(y_true.shape[-1])
        weights = ops.ones_like(y_true)
        if sample_weight is not None:
            weights = _spread(sample_weight, y_true)
        weighed = y_true * weights
        self.sum.assign_add(ops.sum(weighed, axis=0))
        self.squared_sum.assign_add(ops.sum(y_true * weighed, axis=0))
        self.residual.assign_add(ops.sum(ops.square(y_true - y_pred) * weights, axis=0))
        self.count.assign_add(ops.sum(weights, axis=0))
        # As in Keras 3, every output of a sample counts.
        self.num_samples.assign_add(y_true.shape[0] * y_true.shape[-1])

    def result(self):
        """Return the score: one an output, or a scalar for an aggregation; 0 before the first batch."""
        if len(self.variables) == 1:
            return ops.zeros(())
        samples, squares, total, residual, count = (variable.value for variable in self.variables)
        spread = squares - divide_no_nan(total, count) * total
        score = 1.0 - divide_no_nan(residual, spread)
        score = ops.where(ops.equal(spread, 0), 0.0, score)
        if self.class_aggregation == "uniform_average":
            score = ops.mean(score)
        elif self.class_aggregation == "variance_weighted_average":
            score = divide_no_nan(ops.sum(score * spread), ops.sum(spread))
        if not self.num_regressors:
            return score
        samples = ops.cast(samples, self.dtype)
        left_over = samples - self.num_regressors - 1.0
        return 1.0 - divide_no_nan((1.0 - score) * (samples - 1.0), left_over)


# ------------------------------------------------------------------ correlations
def _centred(y_true, y_pred, axis):
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.cast(y_true, y_pred.dtype)
    means = [ops.mean(y, axis=axis, keepdims=True) for y in (y_true, y_pred)]
    return y_true - means[0], y_pred - means[1], means[0] - means[1]


def pearson_correlation(y_true, y_pred, axis=-1):
    """Return the covariance over the product of the standard deviations, along an axis (Pearson, 1895)."""
    true, predicted, _ = _centred(y_true, y_pred, axis)
    product = ops.sum(true * predicted, axis=axis)
    squares = ops.sum(ops.square(true), axis=axis) * ops.sum(ops.square(predicted), axis=axis)
    return product / ops.maximum(ops.sqrt(squares), config.epsilon())


def concordance_correlation(y_true, y_pred, axis=-1):
    """Return 2 covariance / (both variances + the squared distance of the means), along an axis (Lin, 1989)."""
    true, predicted, gap = _centred(y_true, y_pred, axis)
    covariance = ops.mean(true * predicted, axis=axis)
    variances = ops.mean(ops.square(true), axis=axis) + ops.mean(ops.square(predicted), axis=axis)
    gap = ops.square(ops.squeeze(gap, axis))
    return 2.0 * covariance / (variances + gap + config.epsilon())


class PearsonCorrelation(MeanOfFunction):
    """The mean of `pearson_correlation`."""

    function = staticmethod(pearson_correlation)
    options = ("axis",)

    def __init__(self, name="pearson_correlation", dtype=None, axis=-1):
        super().__init__(name, dtype)
        self.axis = axis


class ConcordanceCorrelation(PearsonCorrelation):
    """The mean of `concordance_correlation`."""

    function = staticmethod(concordance_correlation)

    def __init__(self, name="concordance_correlation", dtype=None, axis=-1):
        super().__init__(name, dtype, axis)


# ------------------------------------------------------------------ one rate where another is good enough
class _RateAt(_Counts):
    """The best of one rate at those of many thresholds where another rate is at least a number."""

    cells = ("true_positives", "false_positives", "true_negatives", "false_negatives")
    # Of each of the two: (what is right, the mistakes beside it).
    wanted = given = ()

    def __init__(self, least, num_thresholds, class_id, name, dtype):
        if not 0 <= least <= 1:
            raise ValueError(
                f"{type(self).__name__}: the rate to reach should lie in [0, 1], got {least}."
            )
        inner = [i / (num_thresholds - 1) for i in range(1, num_thresholds - 1)]
        super().__init__([-config.epsilon(), *inner, 1 + config.epsilon()], name, dtype)
        self._least = least
        self.num_thresholds, self.class_id = num_thresholds, class_id

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Count the decisions of a batch."""
        if self.class_id is not None:
            y_true, y_pred = (
                ops.convert_to_tensor(y)[..., self.class_id] for y in (y_true, y_pred)
            )
        super().update_state(y_true, y_pred, sample_weight)

    def _rate(self, cells):
        right, wrong = (getattr(self, cell).value for cell in cells)
        return divide_no_nan(right, right + wrong)

    def result(self):
        """Return the rate, a scalar; 0 where the other is nowhere good enough."""
        is_enough = self._rate(self.given) >= self._least
        return ops.max(ops.where(is_enough, self._rate(self.wanted), 0.0))


_PRECISION = ("true_positives", "false_positives")
_RECALL = ("true_positives", "false_negatives")
_SPECIFICITY = ("true_negatives", "false_positives")


class PrecisionAtRecall(_RateAt):
    """The best precision at a threshold where the recall is at least a number.

    Args:
        recall: that number, in [0, 1].
        num_thresholds: how many are tried, evenly spaced over [0, 1].
        class_id: if given, this entry of the last axis alone counts.
        name: the key in the logs.
        dtype: of the state, `floatx` by default.

    Examples:
        >>> float(PrecisionAtRecall(0.5)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8]))
        0.5
    """

    wanted, given = _PRECISION, _RECALL

    def __init__(self, recall, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(recall, num_thresholds, class_id, name, dtype)
        self.recall = recall


class RecallAtPrecision(_RateAt):
    """The best recall at a threshold where the precision is at least `precision`; see `PrecisionAtRecall`."""

    wanted, given = _RECALL, _PRECISION

    def __init__(self, precision, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(precision, num_thresholds, class_id, name, dtype)
        self.precision = precision


class SensitivityAtSpecificity(_RateAt):
    """The best recall at a threshold where at least `specificity` of what is 0 is taken for 0; arguments as of
    `PrecisionAtRecall`."""

    wanted, given = _RECALL, _SPECIFICITY

    def __init__(self, specificity, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(specificity, num_thresholds, class_id, name, dtype)
        self.specificity = specificity


class SpecificityAtSensitivity(_RateAt):
    """The largest share of what is 0 that is taken for 0, where the recall is at least `sensitivity`; arguments as of
    `PrecisionAtRecall`."""

    wanted, given = _SPECIFICITY, _RECALL

    def __init__(self, sensitivity, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(sensitivity, num_thresholds, class_id, name, dtype)
        self.sensitivity = sensitivity
