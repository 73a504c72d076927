"""What `compile` makes: the losses, weights and metrics of each output, and the running means of them all."""

import numpy as np

from keras import losses, metrics, ops
from keras.backend import dtypes, nest
from keras.backend.compute import compute
from keras.backend.variable import Variable, current
from keras.layers.base import Layer
from keras.layers.effects import mean_of
from keras.ops.core import raw
from keras.training import checks, symbols
from keras.training.layer_metric import LayerMetric

_ACCURACY = ("accuracy", "acc")
_CROSSENTROPY = ("crossentropy", "ce")


class Compilation:
    """The losses and metrics of a model, applied to its outputs.

    Args:
        output_names: the names of the outputs.
        loss: as given to `compile`.
        metrics, weighted_metrics: as given to `compile`.
        loss_weights: as given to `compile`.
        added: pairs (name, symbolic tensor) of the model's own metrics, from `add_metric`.
        reported: pairs (layer, name) of what layers report by `add_metric` within their `call`.
        target_dtypes: the dtype of each output's targets, where it is not to be that of the output; or None.

    Attributes:
        names: the names of the logs: "loss", the outputs' losses if there are several, then the metrics.
        variables: the running sums of the logs.
    """

    def __init__(
        self,
        output_names,
        loss,
        metrics,
        weighted_metrics,
        loss_weights,
        added=(),
        reported=(),
        target_dtypes=None,
    ):
        self.output_names = list(output_names)
        self._target_dtypes = target_dtypes or [None] * len(self.output_names)
        self.losses = [_loss(one) for one in per_output(loss, self.output_names, "loss")]
        self.loss_weights = _loss_weights(loss_weights, self.output_names)
        self.metrics = [
            *self._make_metrics(metrics, "metrics", is_weighted=False),
            *self._make_metrics(weighted_metrics, "weighted_metrics", is_weighted=True),
        ]
        self.metrics.sort(key=lambda metric: metric.output)
        self.trained = [i for i, one in enumerate(self.losses) if one is not None]
        several = len(self.output_names) > 1
        self._loss_names = ["loss"]
        if several:
            self._loss_names += [f"{self.output_names[i]}_loss" for i in self.trained]
        self._name_metrics(several)
        self.added, self.reported = list(added), list(reported)
        plain = [metric for metric in self.metrics if not metric.is_stateful]
        self.names = [*self._loss_names, *(metric.name for metric in self.metrics)]
        self._added_names = self._distinct(
            [*(name for name, _ in self.added), *(name for _, name in self.reported)], self.names
        )
        self.names += self._added_names
        count = len(self._loss_names) + len(plain) + len(self._added_names)
        self._dtype = dtypes.at_least_single()
        # One vector for all means: a step then adds to it once.
        self._sums = self._means(count + 1, "running_sums")
        self._latest = self._means(count, "latest_logs")

    def _means(self, count, name):
        return Variable(np.zeros(count), self._dtype, trainable=False, name=name)

    def _make_metrics(self, given, argument, is_weighted):
        given = per_output(given, self.output_names, argument, is_list=True)
        return [
            _Metric(index, one, is_weighted)
            for index, several in enumerate(given)
            for one in _each(several)
        ]

    def _name_metrics(self, several):
        for metric in self.metrics:
            metric.name = metric.given_name
            if several:
                metric.name = f"{self.output_names[metric.output]}_{metric.name}"
        names = self._distinct([metric.name for metric in self.metrics], self._loss_names)
        for metric, name in zip(self.metrics, names, strict=True):
            metric.name = name

    @staticmethod
    def _distinct(names, before=()):
        """Return names of which the second `x` is `x_1`, and so on; those `before` are taken."""
        taken = dict.fromkeys(before)
        for name in names:
            base, number = name, 1
            while name in taken:
                name, number = f"{base}_{number}", number + 1
            taken[name] = None
        return list(taken)[len(before) :]

    @property
    def variables(self):
        """The Variables behind the running means."""
        own = [self._sums, self._latest]
        return own + [
            v for metric in self.metrics if metric.is_stateful for v in metric.function.variables
        ]

    def reset(self):
        """Begin the means anew."""
        self._sums.assign(np.zeros(self._sums.shape, self._dtype))
        self.reset_metrics()

    def reset_metrics(self):
        """Reset the metrics that have a state: all that what the next batch gives may depend on."""
        for metric in self.metrics:
            if metric.is_stateful:
                metric.function.reset_states()

    # -------------------------------------------------------------- within a step
    def total_loss(self, y, y_pred, sample_weight, penalties, outputs=None):
        """Return the loss to be minimised, and note it and the metrics in the running means.

        Args:
            y, y_pred, sample_weight: lists with one entry an output; targets and weights may be None.
            penalties: a list of scalars to add.
            outputs: the symbolic outputs, if the model has a graph.
        """
        outputs = outputs or [None] * len(self.output_names)
        y_pred = [_at_least_single(prediction) for prediction in nest.as_list(y_pred)]
        y = [_comparable(*each) for each in zip(y, y_pred, self._target_dtypes, strict=True)]
        values = []
        for index in self.trained:
            name = self.output_names[index]
            checks.target_fits(self.losses[index], y[index], y_pred[index], name)
            arrays = y[index], y_pred[index], sample_weight[index]
            values.append(weighted_mean(self.losses[index], *arrays, outputs[index]))
        weighted = [
            value * self.loss_weights[i] for value, i in zip(values, self.trained, strict=True)
        ]
        total = sum(weighted[1:], weighted[0]) if weighted else compute.full((), 0.0, self._dtype)
        for penalty in penalties:
            total = total + compute.sum(ops.cast(penalty, dtypes.of(total)))
        parts = values if len(self._loss_names) > 1 else []
        self._note(total, parts, y, y_pred, sample_weight, outputs)
        return total

    def _note(self, total, parts, y, y_pred, sample_weight, outputs):
        values = [total, *parts]
        for metric in self.metrics:
            value = metric(y, y_pred, sample_weight, self.losses, outputs[metric.output])
            if value is not None:
                values.append(value)
        values += [ops.mean(symbols.value(tensor)) for _, tensor in self.added]
        values += self._reported_values(current().metrics)
        latest = compute.stack([compute.cast(v, self._dtype) for v in values], 0)
        # An output may be a loss itself, a scalar: then the targets tell the batch's size.
        size = float(next(a.shape[0] for a in nest.flatten([y_pred, y]) if a.ndim))
        self._latest.assign(latest)
        gained = compute.concatenate([latest * size, compute.full((1,), size, self._dtype)], 0)
        self._sums.assign(self._sums.value + gained)

    def _reported_values(self, found):
        """Return the values of what layers reported; nan for what was not reported in this mode."""
        unknown = [name for layer, name in found if (layer, name) not in self.reported]
        if unknown:
            raise ValueError(
                f"add_metric was called for {unknown} in this mode alone, and not when the model was built; call it "
                "in training and in test mode alike."
            )
        return [
            mean_of(found[key]) if key in found else compute.full((), np.nan, self._dtype)
            for key in self.reported
        ]

    def summary(self):
        """Return (running means, last batch's values, stateful metrics' results): arrays."""
        sums = self._sums.value
        means = compute.divide(sums[:-1], compute.maximum(sums[-1], 1e-30))
        results = [
            compute.cast(raw(m.function.result()), self._dtype)
            for m in self.metrics
            if m.is_stateful
        ]
        return means, self._latest.value, results

    def logs(self, summary):
        """Return what `summary` returned as two dicts of floats: the running means and the last batch's."""
        means, _, results = summary
        return self._named(means, results), self.latest(summary)

    def latest(self, summary):
        """Return the last batch's values, from what `summary` returned, as a dict of floats."""
        _, latest, results = summary
        return self._named(latest, results)

    def _named(self, values, results):
        values = iter(compute.to_numpy(values).tolist())
        results = iter([compute.to_numpy(result) for result in results])
        logs = {name: next(values) for name in self._loss_names}
        for metric in self.metrics:
            logs[metric.name] = float(next(results if metric.is_stateful else values))
        logs.update((name, next(values)) for name in self._added_names)
        return logs


class _Metric:
    """One metric of one output: a function, whose means are kept, or an object with a state of its own."""

    def __init__(self, output, given, is_weighted):
        self.output = output
        self.given = given
        self.is_weighted = is_weighted
        self.name = None
        self.given_name = _metric_name(given)
        is_late = isinstance(given, str) and given in (*_ACCURACY, *_CROSSENTROPY)
        # What "accuracy" means is known only once the output and the targets are.
        is_layer = isinstance(given, Layer) and given.stateful
        self.function = None if is_late else LayerMetric(given) if is_layer else metrics.get(given)
        self.is_stateful = isinstance(self.function, metrics.Metric)

    def __call__(self, y, y_pred, sample_weight, loss_functions, output=None):
        """Return the batch's value, or None for a stateful metric, whose state is updated."""
        target, prediction = y[self.output], y_pred[self.output]
        weight = sample_weight[self.output] if self.is_weighted else None
        if self.is_stateful:
            self.function.update_state(target, prediction, sample_weight=weight)
            return None
        function = self.resolved(loss_functions[self.output], target, prediction)
        return weighted_mean(function, target, prediction, weight, output)

    def resolved(self, loss, target, prediction):
        """Return the function: of a name such as "accuracy" what goes with the loss and the shapes."""
        return self.function or _resolve(self.given, loss, target, prediction)


def weighted_mean(function, y_true, y_pred, weight, output=None):
    """Return the mean of a loss over a batch: over the entries the mask keeps, weighted.

    Args:
        function: `function(y_true, y_pred)` gives one value a sample, or a sample and time step.
        y_true, y_pred: arrays.
        weight: array (batch,) or (batch, time), or None. As in classic Keras the sum is divided by the
            number of weights that are not zero.
        output: the symbolic tensor of which `y_pred` is the value, or None.
    """
    scores = ops.convert_to_tensor(symbols.scores(function, y_true, y_pred, output))
    return mean_score(scores, current().mask_of(y_pred), weight)


def mean_score(scores, mask, weight):
    """Return the mean of scores over the entries a mask keeps, weighted: see `weighted_mean`.

    Args:
        scores: array or symbolic tensor (batch, ...).
        mask: of the first axes of the scores, or None.
        weight: (batch,) or (batch, time), or None.
    """
    if mask is not None and scores.ndim >= mask.ndim:
        mask = ops.cast(mask, dtypes.of(scores))
        extended = ops.expand_dims(mask, list(range(mask.ndim, scores.ndim)))
        scores = ops.divide(ops.multiply(scores, extended), _not_zero(ops.mean(mask)))
    if weight is not None:
        weight = ops.cast(weight, dtypes.of(scores))
        if scores.ndim > weight.ndim:
            scores = ops.mean(scores, axis=tuple(range(weight.ndim, scores.ndim)))
        share = ops.mean(ops.cast(ops.not_equal(weight, 0), dtypes.of(scores)))
        scores = ops.divide(ops.multiply(scores, weight), _not_zero(share))
    return ops.mean(scores)


def _at_least_single(prediction):
    """Return an output in the dtype that losses and metrics are computed in, its mask still with it."""
    dtype = dtypes.at_least_single(dtypes.of(prediction))
    if dtypes.of(prediction) == dtype:
        return prediction
    scope, wide = current(), compute.cast(prediction, dtype)
    mask = scope.mask_of(prediction)
    if mask is not None:
        scope.set_mask(wide, mask)
    return wide


def _not_zero(share):
    """Keep a batch in which nothing counts from dividing by zero: its loss is zero."""
    return ops.where(ops.equal(share, 0), ops.ones_like(share), share)


def _comparable(target, prediction, dtype=None):
    """Return a target as losses and metrics get it: with the prediction's axes and, unless told, of its dtype.

    Args:
        target: an array, or None. One of shape (batch,) becomes (batch, 1) where the prediction has two axes.
        prediction: an array, in the dtype that losses and metrics are computed in.
        dtype: that of the targets, if it is not to follow from the prediction.
    """
    if target is None:
        return None
    if target.ndim == 1 and prediction.ndim == 2:
        target = compute.reshape(target, (-1, 1))
    return compute.cast(target, dtype or _dtype_beside(prediction, dtypes.of(target)))


def _dtype_beside(prediction, dtype):
    """Return what targets of a dtype become: floats like the prediction, so that the two go into one formula."""
    wanted = dtypes.of(prediction)
    # So many classes that float32 would take some for their neighbours: their numbers stay integers.
    is_crowded = wanted == "float32" and prediction.ndim and prediction.shape[-1] > 1 << 24
    if not dtypes.is_float(wanted) or dtype.startswith("complex") or is_crowded:
        return dtype
    return wanted


def _loss(given):
    return None if given is None else losses.get(given)


def _each(given):
    return [] if given is None else list(given) if isinstance(given, list | tuple) else [given]


def per_output(given, names, argument, is_list=False):
    """Return one entry an output, from one for all, a list with one each, or a dict by name."""
    if isinstance(given, dict):
        unknown = sorted(set(given) - set(names))
        if unknown:
            raise ValueError(
                f"compile: {argument} names the output(s) {unknown}, but the outputs are {names}."
            )
        return [given.get(name) for name in names]
    if is_list:
        is_nested = isinstance(given, list | tuple) and any(
            isinstance(one, list | tuple) for one in given
        )
        if is_nested:
            return _one_each(given, names, argument)
        return [given] * len(names)
    if isinstance(given, list | tuple):
        return _one_each(given, names, argument)
    return [given] * len(names)


def _one_each(given, names, argument):
    if len(given) != len(names):
        raise ValueError(
            f"compile: {argument} has {len(given)} entries for {len(names)} output(s) {names}; give one for each."
        )
    return list(given)


def _loss_weights(given, names):
    if given is None:
        return [1.0] * len(names)
    weights = per_output(given, names, "loss_weights")
    return [1.0 if weight is None else weight for weight in weights]


def _metric_name(given):
    if isinstance(given, str):
        return given
    if isinstance(given, dict):
        return given.get("config", {}).get("name") or given["class_name"]
    return getattr(given, "name", None) or getattr(given, "__name__", None) or type(given).__name__


def _resolve(name, loss, target, prediction):
    """Return the function that "accuracy" or "crossentropy" stands for, by the loss and the shapes."""
    kind = _kind_of(loss, target, prediction)
    if name in _ACCURACY:
        return metrics.get(f"{kind}_accuracy")
    return losses.get(f"{kind}_crossentropy")


def _kind_of(loss, target, prediction):
    loss_name = getattr(loss, "__name__", None) or getattr(loss, "name", "") or ""
    if prediction.shape[-1] == 1 or loss_name == "binary_crossentropy":
        return "binary"
    is_index = target.ndim < prediction.ndim or target.shape[-1] != prediction.shape[-1]
    return (
        "sparse_categorical"
        if loss_name == "sparse_categorical_crossentropy" or is_index
        else "categorical"
    )
