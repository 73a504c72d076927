"""Losses: functions of true and predicted values, one number a sample; and classes that average.

The functions take `y_true` and `y_pred` of one shape (batch, ..., values) and return a tensor
without the last axis. `y_true` is cast to the dtype of `y_pred`; half precision is computed in
float32, which alone can hold a probability of 1 - epsilon.
"""

import math

from keras import config, ops, registry
from keras.backend import dtypes


def _pair(y_true, y_pred):
    """Return both as tensors of the float dtype of `y_pred`, at least float32."""
    y_pred = _as_float(y_pred)
    return ops.cast(y_true, y_pred.dtype), y_pred


def _as_float(x):
    x = ops.convert_to_tensor(x)
    dtype = dtypes.standardize(x.dtype)
    wanted = dtypes.at_least_single(dtype if dtypes.is_float(dtype) else None)
    return x if wanted == dtype else ops.cast(x, wanted)


def _at_least_epsilon(x, largest=None):
    return ops.clip(x, config.epsilon(), largest)


def _last_mean(x):
    return ops.mean(x, axis=-1)


# ------------------------------------------------------------------ distances
def mean_squared_error(y_true, y_pred):
    """Return mean((y_pred - y_true)**2) over the last axis.

    Examples:
        >>> import numpy as np
        >>> np.asarray(mean_squared_error([[0.0, 1.0]], [[2.0, 1.0]])).tolist()
        [2.0]
    """
    y_true, y_pred = _pair(y_true, y_pred)
    return _last_mean(ops.square(y_pred - y_true))


def mean_absolute_error(y_true, y_pred):
    """Return mean(|y_pred - y_true|) over the last axis."""
    y_true, y_pred = _pair(y_true, y_pred)
    return _last_mean(ops.abs(y_pred - y_true))


def mean_absolute_percentage_error(y_true, y_pred):
    """Return 100 * mean(|(y_true - y_pred) / y_true|) over the last axis, |y_true| >= epsilon."""
    y_true, y_pred = _pair(y_true, y_pred)
    return 100.0 * _last_mean(ops.abs((y_true - y_pred) / _at_least_epsilon(ops.abs(y_true))))


def mean_squared_logarithmic_error(y_true, y_pred):
    """Return mean((log(1 + y_pred) - log(1 + y_true))**2) over the last axis; both >= epsilon."""
    y_true, y_pred = _pair(y_true, y_pred)
    logs = ops.log1p(_at_least_epsilon(y_pred)) - ops.log1p(_at_least_epsilon(y_true))
    return _last_mean(ops.square(logs))


def logcosh(y_true, y_pred):
    """Return mean(log(cosh(y_pred - y_true))) over the last axis: x**2 / 2 near 0, far off |x|."""
    y_true, y_pred = _pair(y_true, y_pred)
    error = y_pred - y_true
    # log(cosh(x)) = x + log(1 + exp(-2 x)) - log(2), which does not overflow.
    return _last_mean(error + ops.softplus(-2.0 * error) - math.log(2.0))


def huber(y_true, y_pred, delta=1.0):
    """Return the mean of x**2 / 2 where |x| <= delta, else delta * (|x| - delta / 2).

    x is the error y_pred - y_true, the mean over the last axis (Huber, 1964).
    """
    y_true, y_pred = _pair(y_true, y_pred)
    error = ops.abs(y_pred - y_true)
    near = ops.minimum(error, delta)
    return _last_mean(near * (error - 0.5 * near))


def cosine_proximity(y_true, y_pred, axis=-1):
    """Return minus the cosine of the angle between y_true and y_pred: -1 for the same direction."""
    y_true, y_pred = _pair(y_true, y_pred)
    product = ops.l2_normalize(y_true, axis) * ops.l2_normalize(y_pred, axis)
    return -ops.sum(product, axis=axis)


# ------------------------------------------------------------------ margins
def hinge(y_true, y_pred):
    """Return mean(max(1 - y_true * y_pred, 0)) over the last axis, for y_true of -1 or 1."""
    return _last_mean(_shortfall(y_true, y_pred))


def squared_hinge(y_true, y_pred):
    """Return mean(max(1 - y_true * y_pred, 0)**2) over the last axis, for y_true of -1 or 1."""
    return _last_mean(ops.square(_shortfall(y_true, y_pred)))


def _shortfall(y_true, y_pred):
    y_true, y_pred = _pair(y_true, y_pred)
    return ops.maximum(1.0 - y_true * y_pred, 0.0)


def categorical_hinge(y_true, y_pred):
    """Return max(1 + largest output for a wrong class - the right one's, 0); y_true one-hot."""
    y_true, y_pred = _pair(y_true, y_pred)
    right = ops.sum(y_true * y_pred, axis=-1)
    wrong = ops.max((1.0 - y_true) * y_pred, axis=-1)
    return ops.maximum(1.0 + wrong - right, 0.0)


# ------------------------------------------------------------------ probabilities
def _smooth(y_true, label_smoothing, share):
    """Return `y_true` moved from zero and one; `share` is what a class gets of the rest."""
    if not label_smoothing:
        return y_true
    return y_true * (1.0 - label_smoothing) + label_smoothing * share


def categorical_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0, axis=-1):
    """Return -sum(y_true * log(y_pred)) over the classes.

    Args:
        y_true: one-hot or other probabilities, shape (batch, ..., classes).
        y_pred: probabilities, scaled to sum to one and kept epsilon away from 0 and 1.
        from_logits: whether `y_pred` are logits, whose softmax are the probabilities.
        label_smoothing: how much of `y_true` is spread evenly over the classes, in [0, 1].
        axis: that of the classes.

    Examples:
        >>> import numpy as np
        >>> print(np.asarray(categorical_crossentropy([[0, 1]], [[0.5, 0.5]])))
        [0.6931472]
    """
    y_true, y_pred = _pair(y_true, y_pred)
    if label_smoothing:
        y_true = _smooth(y_true, label_smoothing, 1.0 / y_pred.shape[axis])
    return ops.categorical_crossentropy(y_true, y_pred, from_logits, axis)


def sparse_categorical_crossentropy(y_true, y_pred, from_logits=False, axis=-1):
    """Return -log(the probability that `y_pred` gives to the class `y_true`).

    Args:
        y_true: classes, integers from 0, shape (batch, ...) or (batch, ..., 1).
        y_pred: probabilities, kept epsilon away from 0 and 1, shape (batch, ..., classes).
        from_logits: whether `y_pred` are logits, whose softmax are the probabilities.
        axis: that of the classes.
    """
    return ops.sparse_categorical_crossentropy(y_true, _as_float(y_pred), from_logits, axis)


def binary_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0):
    """Return the mean over the last axis of -y_true * log(y_pred) - (1 - y_true) * log(1 - y_pred).

    Args:
        y_true: zeros and ones, or probabilities.
        y_pred: probabilities, kept epsilon away from 0 and 1.
        from_logits: whether `y_pred` are logits, whose sigmoid are the probabilities.
        label_smoothing: how far `y_true` is moved towards one half, in [0, 1].
    """
    y_true, y_pred = _pair(y_true, y_pred)
    y_true = _smooth(y_true, label_smoothing, 0.5)
    return _last_mean(ops.binary_crossentropy(y_true, y_pred, from_logits))


def kullback_leibler_divergence(y_true, y_pred):
    """Return sum(y_true * log(y_true / y_pred)) over the last axis, both within [epsilon, 1]."""
    y_true, y_pred = (_at_least_epsilon(y, 1) for y in _pair(y_true, y_pred))
    return ops.sum(y_true * ops.log(y_true / y_pred), axis=-1)


def poisson(y_true, y_pred):
    """Return mean(y_pred - y_true * log(y_pred + epsilon)) over the last axis."""
    y_true, y_pred = _pair(y_true, y_pred)
    return _last_mean(y_pred - y_true * ops.log(y_pred + config.epsilon()))


# ------------------------------------------------------------------ classes that are rare, regions, sequences
def binary_focal_crossentropy(
    y_true,
    y_pred,
    apply_class_balancing=False,
    alpha=0.25,
    gamma=2.0,
    from_logits=False,
    label_smoothing=0.0,
    axis=-1,
):
    """Return the mean of binary cross-entropies times (1 - p)**gamma, p what the right answer got (Lin et al., 2017).

    Args:
        y_true: zeros and ones, or probabilities.
        y_pred: probabilities, kept epsilon away from 0 and 1.
        apply_class_balancing: whether ones count alpha times, and zeros 1 - alpha times.
        alpha: that number.
        gamma: how little what is easy counts.
        from_logits: whether `y_pred` are logits, whose sigmoid are the probabilities.
        label_smoothing: how far `y_true` is moved towards one half, in [0, 1].
        axis: that of the mean.
    """
    y_true, y_pred = _pair(y_true, y_pred)
    y_true = _smooth(y_true, label_smoothing, 0.5)
    y_pred = ops.sigmoid(y_pred) if from_logits else y_pred
    right = y_true * y_pred + (1.0 - y_true) * (1.0 - y_pred)
    losses = ops.power(1.0 - right, gamma) * ops.binary_crossentropy(y_true, y_pred)
    if apply_class_balancing:
        losses = losses * (y_true * alpha + (1.0 - y_true) * (1.0 - alpha))
    return ops.mean(losses, axis=axis)


def categorical_focal_crossentropy(
    y_true, y_pred, alpha=0.25, gamma=2.0, from_logits=False, label_smoothing=0.0, axis=-1
):
    """Return -sum(alpha * (1 - p)**gamma * y_true * log(p)) over the classes (Lin et al., 2017).

    Args:
        y_true: one-hot or other probabilities, shape (batch, ..., classes).
        y_pred: probabilities, scaled to sum to one and kept epsilon away from 0 and 1.
        alpha: a factor, or one for each class.
        gamma: how little what is easy counts.
        from_logits: whether `y_pred` are logits, whose softmax are the probabilities.
        label_smoothing: how much of `y_true` is spread evenly over the classes, in [0, 1].
        axis: that of the classes.
    """
    y_true, y_pred = _pair(y_true, y_pred)
    if label_smoothing:
        y_true = _smooth(y_true, label_smoothing, 1.0 / y_pred.shape[axis])
    y_pred = ops.softmax(y_pred, axis=axis) if from_logits else y_pred
    p = y_pred / ops.sum(y_pred, axis=axis, keepdims=True)
    p = _at_least_epsilon(p, 1.0 - config.epsilon())
    losses = ops.cast(alpha, p.dtype) * ops.power(1.0 - p, gamma) * -y_true * ops.log(p)
    return ops.sum(losses, axis=axis)


def categorical_generalized_cross_entropy(y_true, y_pred, q):
    """Return (1 - p**q) / q, p that of the right class, which wrong labels harm less (Zhang & Sabuncu, 2018).

    Args:
        y_true: classes, integers from 0, shape (batch, ...) or (batch, ..., 1).
        y_pred: probabilities, shape (batch, ..., classes).
        q: from 0, where this is the cross-entropy, to 1, where it is the absolute error.
    """
    y_pred = _as_float(y_pred)
    y_true = ops.convert_to_tensor(y_true)
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[-1] == 1:
        y_true = ops.squeeze(y_true, -1)
    chosen = ops.one_hot(ops.cast(y_true, "int32"), y_pred.shape[-1], dtype=y_pred.dtype)
    right = ops.sum(y_pred * chosen, axis=-1)
    return (1.0 - ops.power(right, q)) / q


def dice(y_true, y_pred, axis=None):
    """Return 1 - 2 sum(y_true * y_pred) / (sum(y_true) + sum(y_pred)): 0 where two regions are the same.

    Args:
        y_true: the true region, zeros and ones.
        y_pred: the predicted one, probabilities.
        axis: over which axes the sums go, all by default.
    """
    return tversky(y_true, y_pred, 0.5, 0.5, axis)


def tversky(y_true, y_pred, alpha=0.5, beta=0.5, axis=None):
    """Return 1 - both / (both + alpha * missed + beta * false) (Salehi et al., 2017).

    Args:
        y_true: the true region, zeros and ones.
        y_pred: the predicted one, probabilities.
        alpha: how much it counts what is there and not predicted.
        beta: how much it counts what is predicted and not there.
        axis: over which axes the sums go, all by default.
    """
    y_true, y_pred = _pair(y_true, y_pred)
    y_true, y_pred = (ops.ravel(y) if axis is None else y for y in (y_true, y_pred))
    both = ops.sum(y_true * y_pred, axis=axis)
    false = ops.sum((1.0 - y_true) * y_pred, axis=axis)
    missed = ops.sum(y_true * (1.0 - y_pred), axis=axis)
    epsilon = config.epsilon()
    return 1.0 - (both + epsilon) / (both + alpha * missed + beta * false + epsilon)


def circle(
    y_true, y_pred, ref_labels=None, ref_embeddings=None, remove_diagonal=True, gamma=80, margin=0.4
):
    """Return the circle loss of embeddings, which draws those of one class together (Sun et al., 2020).

    Args:
        y_true: classes, integers, shape (batch,).
        y_pred: embeddings of length one, shape (batch, size).
        ref_labels, ref_embeddings: what they are compared with, by default they themselves.
        remove_diagonal: whether none is compared with itself.
        gamma: the scale.
        margin: how far similarities may be from 1 and 0, at no cost.
    """
    y_pred = _as_float(y_pred)
    labels = ops.reshape(ops.cast(y_true, "int32"), (-1, 1))
    is_self = ref_embeddings is None
    others = y_pred if is_self else _as_float(ref_embeddings)
    of_others = labels if is_self else ops.reshape(ops.cast(ref_labels, "int32"), (-1, 1))
    similar = ops.matmul(y_pred, ops.transpose(others))
    is_same = ops.equal(labels, ops.transpose(of_others))
    is_other = ops.logical_not(is_same)
    if remove_diagonal and is_self:
        is_same = ops.logical_and(is_same, ops.equal(ops.eye(similar.shape[0]), 0.0))
    pull = ops.relu(1.0 + margin - ops.stop_gradient(similar)) * (similar - (1.0 - margin)) * -gamma
    push = ops.relu(ops.stop_gradient(similar) + margin) * (similar - margin) * gamma
    logits = [ops.where(m, x, -1e9) for m, x in ((is_same, pull), (is_other, push))]
    sums = [ops.logsumexp(x, axis=1) for x in logits]
    return ops.softplus(sums[0] + sums[1])


def ctc(y_true, y_pred):
    """Return the connectionist temporal classification loss of each sequence (Graves et al., 2006).

    Args:
        y_true: classes, integers from 1, shape (batch, longest); 0 is no class, and fills up.
        y_pred: logits, shape (batch, steps, classes); class 0 is the blank.
    """
    y_pred = _as_float(y_pred)
    y_true = ops.cast(y_true, "int32")
    batch, steps = y_pred.shape[0], y_pred.shape[1]
    lengths = ops.sum(ops.cast(ops.not_equal(y_true, 0), "int32"), axis=-1)
    return ops.ctc_loss(y_true, y_pred, lengths, ops.full((batch,), steps, "int32"))


mse = MSE = mean_squared_error
mae = MAE = mean_absolute_error
mape = MAPE = mean_absolute_percentage_error
msle = MSLE = mean_squared_logarithmic_error
kld = KLD = kl_divergence = kullback_leibler_divergence
cosine = cosine_similarity = cosine_proximity
bce = BCE = binary_crossentropy
log_cosh = logcosh
huber_loss = huber


# ------------------------------------------------------------------ classes
REDUCTIONS = ("sum_over_batch_size", "sum", "none", "auto", "mean")


class Loss(registry.Configurable):
    """The base of all loss objects: `call` gives one number a sample, the object itself their mean.

    Args:
        reduction: `"sum_over_batch_size"` for the mean over all samples (also named `"auto"` and
            `"mean"`), `"sum"`, or `"none"` for one number a sample.
        name: a name for people.

    Raises:
        ValueError: for another reduction.
    """

    def __init__(self, reduction="sum_over_batch_size", name=None):
        reduction = "none" if reduction is None else reduction
        if reduction not in REDUCTIONS:
            raise ValueError(
                f"{type(self).__name__}: reduction should be one of {REDUCTIONS}, "
                f"got {reduction!r}."
            )
        self.reduction = reduction
        self.name = name

    def call(self, y_true, y_pred):
        """Return one number a sample, shape (batch, ...)."""
        raise NotImplementedError(f"{type(self).__name__} needs a method call(y_true, y_pred).")

    def __call__(self, y_true, y_pred, sample_weight=None):
        """Return the loss, reduced to a scalar unless the reduction is `"none"`.

        Args:
            y_true: the true values.
            y_pred: the predicted values.
            sample_weight: factors, of the shape of what `call` returns or of its first axes.
        """
        losses = self.call(y_true, y_pred)
        if sample_weight is not None:
            losses = losses * align_weights(sample_weight, losses)
        if self.reduction == "none":
            return losses
        return ops.sum(losses) if self.reduction == "sum" else ops.mean(losses)


class _OfFunction(Loss):
    """A loss object around the function in the class's attribute `function`."""

    function = None
    # The constructor's arguments that go to the function.
    options = ()

    def __init__(self, reduction="sum_over_batch_size", name=None):
        super().__init__(reduction, name or type(self).function.__name__)

    def call(self, y_true, y_pred):
        options = {name: getattr(self, name) for name in self.options}
        return type(self).function(y_true, y_pred, **options)


class MeanSquaredError(_OfFunction):
    """`mean_squared_error` as an object."""

    function = staticmethod(mean_squared_error)


class MeanAbsoluteError(_OfFunction):
    """`mean_absolute_error` as an object."""

    function = staticmethod(mean_absolute_error)


class MeanAbsolutePercentageError(_OfFunction):
    """`mean_absolute_percentage_error` as an object."""

    function = staticmethod(mean_absolute_percentage_error)


class MeanSquaredLogarithmicError(_OfFunction):
    """`mean_squared_logarithmic_error` as an object."""

    function = staticmethod(mean_squared_logarithmic_error)


class LogCosh(_OfFunction):
    """`logcosh` as an object."""

    function = staticmethod(logcosh)


class Hinge(_OfFunction):
    """`hinge` as an object."""

    function = staticmethod(hinge)


class SquaredHinge(_OfFunction):
    """`squared_hinge` as an object."""

    function = staticmethod(squared_hinge)


class CategoricalHinge(_OfFunction):
    """`categorical_hinge` as an object."""

    function = staticmethod(categorical_hinge)


class KLDivergence(_OfFunction):
    """`kullback_leibler_divergence` as an object."""

    function = staticmethod(kullback_leibler_divergence)


class Poisson(_OfFunction):
    """`poisson` as an object."""

    function = staticmethod(poisson)


class Huber(_OfFunction):
    """`huber` as an object, quadratic for errors up to `delta`."""

    function = staticmethod(huber)
    options = ("delta",)

    def __init__(self, delta=1.0, reduction="sum_over_batch_size", name=None):
        super().__init__(reduction, name)
        self.delta = delta


class CosineSimilarity(_OfFunction):
    """Minus the cosine of the angle between the true and the predicted vectors along `axis`."""

    function = staticmethod(cosine_proximity)
    options = ("axis",)

    def __init__(self, axis=-1, reduction="sum_over_batch_size", name="cosine_similarity"):
        super().__init__(reduction, name)
        self.axis = axis


class BinaryCrossentropy(_OfFunction):
    """`binary_crossentropy` as an object.

    Examples:
        >>> import numpy as np
        >>> loss = BinaryCrossentropy(from_logits=True)
        >>> print(np.asarray(loss([[1.0]], [[0.0]])))
        0.6931472
    """

    function = staticmethod(binary_crossentropy)
    options = ("from_logits", "label_smoothing")

    def __init__(
        self, from_logits=False, label_smoothing=0, reduction="sum_over_batch_size", name=None
    ):
        super().__init__(reduction, name)
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing


class CategoricalCrossentropy(BinaryCrossentropy):
    """`categorical_crossentropy` as an object."""

    function = staticmethod(categorical_crossentropy)


class SparseCategoricalCrossentropy(_OfFunction):
    """`sparse_categorical_crossentropy` as an object."""

    function = staticmethod(sparse_categorical_crossentropy)
    options = ("from_logits",)

    def __init__(self, from_logits=False, reduction="sum_over_batch_size", name=None):
        super().__init__(reduction, name)
        self.from_logits = from_logits


class BinaryFocalCrossentropy(_OfFunction):
    """`binary_focal_crossentropy` as an object."""

    function = staticmethod(binary_focal_crossentropy)
    options = ("apply_class_balancing", "alpha", "gamma", "from_logits", "label_smoothing", "axis")

    def __init__(
        self,
        apply_class_balancing=False,
        alpha=0.25,
        gamma=2.0,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name=None,
    ):
        super().__init__(reduction, name)
        self.apply_class_balancing, self.alpha, self.gamma = apply_class_balancing, alpha, gamma
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis


class CategoricalFocalCrossentropy(_OfFunction):
    """`categorical_focal_crossentropy` as an object."""

    function = staticmethod(categorical_focal_crossentropy)
    options = ("alpha", "gamma", "from_logits", "label_smoothing", "axis")

    def __init__(
        self,
        alpha=0.25,
        gamma=2.0,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name=None,
    ):
        super().__init__(reduction, name)
        self.alpha, self.gamma = alpha, gamma
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis


class CategoricalGeneralizedCrossEntropy(_OfFunction):
    """`categorical_generalized_cross_entropy` as an object.

    Raises:
        ValueError: for a `q` outside (0, 1).
    """

    function = staticmethod(categorical_generalized_cross_entropy)
    options = ("q",)

    def __init__(self, q=0.5, reduction="sum_over_batch_size", name=None):
        super().__init__(reduction, name)
        if not 0 < q < 1:
            raise ValueError(
                f"CategoricalGeneralizedCrossEntropy: q should lie between 0 and 1, got {q}."
            )
        self.q = q


class Circle(_OfFunction):
    """`circle` as an object."""

    function = staticmethod(circle)
    options = ("gamma", "margin", "remove_diagonal")

    def __init__(
        self,
        gamma=80.0,
        margin=0.4,
        remove_diagonal=True,
        reduction="sum_over_batch_size",
        name=None,
    ):
        super().__init__(reduction, name)
        self.gamma, self.margin, self.remove_diagonal = gamma, margin, remove_diagonal

    def call(self, y_true, y_pred):
        """Return one number a sample; those that have no pair of their class, or no other, do not count in the mean."""
        losses = super().call(y_true, y_pred)
        labels = ops.reshape(ops.cast(y_true, "int32"), (-1, 1))
        is_same = ops.cast(ops.equal(labels, ops.transpose(labels)), losses.dtype)
        same, size = ops.sum(is_same, axis=1), labels.shape[0]
        counts = ops.logical_and(same > float(self.remove_diagonal), same < size)
        return losses * (size / ops.maximum(ops.sum(ops.cast(counts, losses.dtype)), 1.0))


class CTC(_OfFunction):
    """`ctc` as an object."""

    function = staticmethod(ctc)


class Dice(_OfFunction):
    """`dice` as an object; one number for the batch, unless `axis` says over which axes the sums go."""

    function = staticmethod(dice)
    options = ("axis",)

    def __init__(self, reduction="sum_over_batch_size", name=None, axis=None):
        super().__init__(reduction, name)
        self.axis = axis


class Tversky(Dice):
    """`tversky` as an object, as `Dice`."""

    function = staticmethod(tversky)
    options = ("alpha", "beta", "axis")

    def __init__(self, alpha=0.5, beta=0.5, reduction="sum_over_batch_size", name=None, axis=None):
        super().__init__(reduction, name, axis)
        self.alpha, self.beta = alpha, beta


_TABLE = registry.table_of(globals(), Loss)


def serialize(loss):
    """Return the name of a loss function, or the config dict of a loss object; None for None."""
    return registry.serialize(loss)


def deserialize(name, custom_objects=None):
    """Return the loss that `serialize` described.

    Raises:
        ValueError: for an unknown name.
    """
    return registry.deserialize(name, _TABLE, "loss", custom_objects)


def get(identifier):
    """Return the loss for a name, config dict, class, function or loss object; None for None.

    Raises:
        ValueError: for an unknown name or another type.

    Examples:
        >>> get("mse") is mean_squared_error, get("Hinge").name
        (True, 'hinge')
    """
    return None if identifier is None else deserialize(identifier)


def align_weights(weights, values):
    """Return `weights` in the dtype of `values`, with as many axes.

    Raises:
        ValueError: if the weights have more axes than the values.
    """
    weights = ops.cast(weights, values.dtype)
    shape, ndim = weights.shape, len(values.shape)
    if len(shape) == ndim + 1 and shape[-1] == 1:
        return ops.squeeze(weights, -1)
    if len(shape) > ndim:
        raise ValueError(
            f"sample_weight of shape {tuple(shape)} has more axes than the losses of shape "
            f"{tuple(values.shape)}; give one weight a sample, or one a time step."
        )
    for _ in range(ndim - len(shape)):
        weights = ops.expand_dims(weights, -1)
    return weights
