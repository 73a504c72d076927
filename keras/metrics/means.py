"""Metrics that are the mean of a function over all samples: accuracies, losses as metrics."""

from keras import losses, ops
from keras.metrics import functions
from keras.metrics.metric import MeanOfFunction


# ------------------------------------------------------------------ accuracies
def _equal(y_true, y_pred):
    return ops.equal(y_true, y_pred)


class Accuracy(MeanOfFunction):
    """The share of entries where the prediction equals the true value.

    Examples:
        >>> float(Accuracy()([1, 2, 3, 4], [1, 2, 3, 0]))
        0.75
    """

    function = staticmethod(_equal)

    def __init__(self, name="accuracy", dtype=None):
        super().__init__(name, dtype)


class BinaryAccuracy(MeanOfFunction):
    """The mean of `binary_accuracy`: how often `y_pred > threshold` is what `y_true` says."""

    function = staticmethod(functions.binary_accuracy)
    options = ("threshold",)

    def __init__(self, name=None, dtype=None, threshold=0.5):
        super().__init__(name, dtype)
        self.threshold = threshold


class CategoricalAccuracy(MeanOfFunction):
    """The mean of `categorical_accuracy`, for one-hot classes."""

    function = staticmethod(functions.categorical_accuracy)


class SparseCategoricalAccuracy(MeanOfFunction):
    """The mean of `sparse_categorical_accuracy`, for integer classes."""

    function = staticmethod(functions.sparse_categorical_accuracy)


class TopKCategoricalAccuracy(MeanOfFunction):
    """The mean of `top_k_categorical_accuracy`, for one-hot classes."""

    function = staticmethod(functions.top_k_categorical_accuracy)
    options = ("k",)

    def __init__(self, k=5, name=None, dtype=None):
        super().__init__(name, dtype)
        self.k = k


class SparseTopKCategoricalAccuracy(TopKCategoricalAccuracy):
    """The mean of `sparse_top_k_categorical_accuracy`, for integer classes."""

    function = staticmethod(functions.sparse_top_k_categorical_accuracy)


# ------------------------------------------------------------------ errors
class MeanSquaredError(MeanOfFunction):
    """The mean of `mean_squared_error`."""

    function = staticmethod(losses.mean_squared_error)


class RootMeanSquaredError(MeanOfFunction):
    """The root of the mean of `mean_squared_error`.

    Examples:
        >>> float(RootMeanSquaredError()([[0.0], [0.0]], [[1.0], [7.0]]))
        5.0
    """

    function = staticmethod(losses.mean_squared_error)

    def __init__(self, name="root_mean_squared_error", dtype=None):
        super().__init__(name, dtype)

    def result(self):
        """Return the root of the mean, a scalar."""
        return ops.sqrt(super().result())


class MeanAbsoluteError(MeanOfFunction):
    """The mean of `mean_absolute_error`."""

    function = staticmethod(losses.mean_absolute_error)


class MeanAbsolutePercentageError(MeanOfFunction):
    """The mean of `mean_absolute_percentage_error`."""

    function = staticmethod(losses.mean_absolute_percentage_error)


class MeanSquaredLogarithmicError(MeanOfFunction):
    """The mean of `mean_squared_logarithmic_error`."""

    function = staticmethod(losses.mean_squared_logarithmic_error)


class LogCoshError(MeanOfFunction):
    """The mean of `logcosh`."""

    function = staticmethod(losses.logcosh)


class Hinge(MeanOfFunction):
    """The mean of `hinge`."""

    function = staticmethod(losses.hinge)


class SquaredHinge(MeanOfFunction):
    """The mean of `squared_hinge`."""

    function = staticmethod(losses.squared_hinge)


class CategoricalHinge(MeanOfFunction):
    """The mean of `categorical_hinge`."""

    function = staticmethod(losses.categorical_hinge)


class Poisson(MeanOfFunction):
    """The mean of `poisson`."""

    function = staticmethod(losses.poisson)


class KLDivergence(MeanOfFunction):
    """The mean of `kullback_leibler_divergence`."""

    function = staticmethod(losses.kullback_leibler_divergence)


def _cosine(y_true, y_pred, axis):
    return -losses.cosine_proximity(y_true, y_pred, axis)


class CosineSimilarity(MeanOfFunction):
    """The mean cosine of the angle between true and predicted vectors: 1 for one direction."""

    function = staticmethod(_cosine)
    options = ("axis",)

    def __init__(self, name="cosine_similarity", dtype=None, axis=-1):
        super().__init__(name, dtype)
        self.axis = axis


class CosineProximity(CosineSimilarity):
    """The mean cosine of the angle between the true and the predicted vectors."""

    def __init__(self, name="cosine_proximity", dtype=None, axis=-1):
        super().__init__(name, dtype, axis)


# ------------------------------------------------------------------ cross-entropies
class BinaryCrossentropy(MeanOfFunction):
    """The mean of `binary_crossentropy`."""

    function = staticmethod(losses.binary_crossentropy)
    options = ("from_logits", "label_smoothing")

    def __init__(self, name=None, dtype=None, from_logits=False, label_smoothing=0):
        super().__init__(name, dtype)
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing


class CategoricalCrossentropy(BinaryCrossentropy):
    """The mean of `categorical_crossentropy`."""

    function = staticmethod(losses.categorical_crossentropy)


class SparseCategoricalCrossentropy(MeanOfFunction):
    """The mean of `sparse_categorical_crossentropy`."""

    function = staticmethod(losses.sparse_categorical_crossentropy)
    options = ("from_logits", "axis")

    def __init__(self, name=None, dtype=None, from_logits=False, axis=-1):
        super().__init__(name, dtype)
        self.from_logits = from_logits
        self.axis = axis
