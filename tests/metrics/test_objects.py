import inspect
import json

import numpy as np
import pytest

from keras import config, losses, metrics, ops
from keras.backend.program import Program

RNG = np.random.default_rng(5)


def test_mean_and_sum():
    mean, total = metrics.Mean(), metrics.Sum()
    for values in ([1.0, 2.0], [6.0]):
        mean.update_state(values)
        total.update_state(values)
    assert float(mean.result()) == 3 and float(total.result()) == 9
    mean.reset_states()
    assert float(mean.result()) == 0
    mean.update_state([[1.0, 3.0], [5.0, 7.0]], sample_weight=[1.0, 3.0])
    assert float(mean.result()) == pytest.approx((4 + 3 * 12) / 8)
    mean.reset_state()
    assert float(mean([1.0, 3.0], sample_weight=np.array([[0.0], [2.0]]))) == 3
    assert [v.trainable for v in mean.variables] == [False, False]
    assert mean.name == "mean" and mean.weights == mean.variables


FUNCTIONS = {
    metrics.MeanSquaredError: losses.mean_squared_error,
    metrics.MeanAbsoluteError: losses.mean_absolute_error,
    metrics.MeanAbsolutePercentageError: losses.mean_absolute_percentage_error,
    metrics.MeanSquaredLogarithmicError: losses.mean_squared_logarithmic_error,
    metrics.LogCoshError: losses.logcosh,
    metrics.Hinge: losses.hinge,
    metrics.SquaredHinge: losses.squared_hinge,
    metrics.CategoricalHinge: losses.categorical_hinge,
    metrics.Poisson: losses.poisson,
    metrics.KLDivergence: losses.kullback_leibler_divergence,
    metrics.BinaryCrossentropy: losses.binary_crossentropy,
    metrics.CategoricalCrossentropy: losses.categorical_crossentropy,
    metrics.BinaryAccuracy: metrics.binary_accuracy,
    metrics.CategoricalAccuracy: metrics.categorical_accuracy,
}


@pytest.mark.parametrize("cls", FUNCTIONS)
def test_means_of_functions_over_uneven_batches(cls):
    t, p = RNG.uniform(0.1, 0.9, size=(2, 7, 3)).astype("float32")
    weights = RNG.uniform(size=7)
    metric, function = cls(), FUNCTIONS[cls]
    assert metric.name == function.__name__
    for part in (slice(0, 5), slice(5, 7)):
        metric.update_state(t[part], p[part], weights[part])
    expected = np.average(np.asarray(function(t, p), "float64"), weights=weights)
    assert float(metric.result()) == pytest.approx(expected, rel=1e-5)


def test_other_means():
    t, p = np.array([[3.0, 4.0], [0.0, 1.0]]), np.array([[4.0, 3.0], [0.0, -2.0]])
    assert float(metrics.CosineSimilarity()(t, p)) == pytest.approx((24 / 25 - 1) / 2, rel=1e-5)
    assert float(metrics.CosineProximity()(t, p)) == pytest.approx((24 / 25 - 1) / 2, rel=1e-5)
    assert float(metrics.RootMeanSquaredError()(t, p)) == pytest.approx((11 / 4) ** 0.5)
    assert float(metrics.Accuracy()([[1], [2]], [[1], [3]])) == 0.5
    assert float(metrics.BinaryAccuracy(threshold=0.9)([[1, 1]], [[0.95, 0.8]])) == 0.5
    scores = np.array([[0.1, 0.2, 0.7], [0.5, 0.3, 0.2]])
    assert float(metrics.SparseCategoricalAccuracy()([[2], [1]], scores)) == 0.5
    assert float(metrics.SparseTopKCategoricalAccuracy(k=2)([0, 1], scores)) == 0.5
    assert float(metrics.TopKCategoricalAccuracy(k=2)(np.eye(3)[[0, 1]], scores)) == 0.5
    expected = -(np.log(0.7) + np.log(0.3)) / 2
    assert float(metrics.SparseCategoricalCrossentropy()([2, 1], scores)) == pytest.approx(expected)
    got = metrics.SparseCategoricalCrossentropy(from_logits=True)([2, 1], np.log(scores))
    assert float(got) == pytest.approx(expected)


def test_a_wrapped_function():
    def gap(y_true, y_pred, power=1):
        return ops.abs(y_true - y_pred) ** power

    metric = metrics.MeanMetricWrapper(gap, power=2)
    assert metric.name == "gap"
    assert float(metric(np.array([1.0, 2.0]), np.array([2.0, 4.0]))) == 2.5
    twin = metrics.clone_metric(metric)
    assert float(twin.result()) == 0 and twin.fn is gap
    for function in (metrics.binary_accuracy, losses.mse):
        wrapped = metrics.MeanMetricWrapper(function, "mine")
        again = metrics.get(metrics.serialize(wrapped))
        assert again.fn is function and again.name == "mine"


# ------------------------------------------------------------------ decisions
Y = np.array([0, 1, 1, 0, 1, 0, 0, 1], "float32")
P = np.array([0.1, 0.9, 0.4, 0.6, 0.8, 0.2, 0.7, 0.3], "float32")
W = np.array([1.0, 2.0, 0.5, 1.0, 1.0, 3.0, 2.0, 1.0])


def cells(threshold, y=Y, p=P, w=W):
    chosen, y = p > threshold, y.astype(bool)
    masks = (chosen & y, chosen & ~y, ~chosen & ~y, ~chosen & y)
    return [float((w * m).sum()) for m in masks]


def run(metric, batches=(slice(0, 3), slice(3, 8)), weighted=True):
    for part in batches:
        metric.update_state(Y[part], P[part], W[part] if weighted else None)
    return np.asarray(metric.result())


COUNTS = ["TruePositives", "FalsePositives", "TrueNegatives", "FalseNegatives"]


@pytest.mark.parametrize("index", range(4))
def test_counts(index):
    cls = getattr(metrics, COUNTS[index])
    assert run(cls()) == pytest.approx(cells(0.5)[index])
    assert run(cls(), weighted=False) == cells(0.5, w=np.ones(8))[index]
    assert run(cls(0.25)) == pytest.approx(cells(0.25)[index])
    expected = [cells(t)[index] for t in (0.15, 0.75)]
    np.testing.assert_allclose(run(cls([0.15, 0.75])), expected, rtol=1e-6)


def test_precision_and_recall():
    tp, fp, _, fn = cells(0.5)
    assert run(metrics.Precision()) == pytest.approx(tp / (tp + fp))
    assert run(metrics.Recall()) == pytest.approx(tp / (tp + fn))
    assert run(metrics.Precision(thresholds=[0.65, 0.99])).tolist() == pytest.approx([0.6, 0.0])
    one_sample = metrics.Recall()(Y[:, None], P[:, None], sample_weight=W)
    assert float(one_sample) == pytest.approx(tp / (tp + fn))
    assert float(metrics.Precision().result()) == 0


def test_precision_of_the_best_or_of_one_class():
    y = np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0]])
    p = np.array([[0.2, 0.1, 0.3], [0.3, 0.4, 0.2], [0.1, 0.9, 0.8]])
    # The best two a row hold a right class in all three rows.
    assert float(metrics.Precision(top_k=2)(y, p)) == pytest.approx(3 / 6)
    assert float(metrics.Recall(top_k=1)(y, p)) == pytest.approx(2 / 3)
    assert float(metrics.Precision(thresholds=0.35, top_k=1)(y, p)) == pytest.approx(1 / 2)
    assert float(metrics.Recall(class_id=2)(y, p)) == 0
    assert float(metrics.Precision(thresholds=0.25, class_id=2)(y, p)) == pytest.approx(1 / 2)
    assert float(metrics.Recall(top_k=1, class_id=1)(y, p)) == 1


def test_area_under_roc_is_the_share_of_pairs_in_order():
    y = RNG.integers(0, 2, size=300)
    # Scores halfway between the thresholds i / 199: those of one bin are equal.
    p = (RNG.integers(0, 120, size=300) + 40 * y + 0.5) / 199
    above = p[y == 1][:, None] - p[y == 0][None]
    pairs = (above > 0).mean() + 0.5 * (above == 0).mean()
    metric = metrics.AUC()
    for part in np.split(np.arange(300), [100, 130]):
        metric.update_state(y[part], p[part])
    assert float(metric.result()) == pytest.approx(pairs, rel=1e-5)


def curve(thresholds):
    levels = [-1.0, *thresholds, 2.0]
    return np.array([cells(t) for t in levels], "float64").T


@pytest.mark.parametrize("method", ["interpolation", "minoring", "majoring"])
@pytest.mark.parametrize("kind", ["ROC", "PR"])
def test_areas_under_given_thresholds(method, kind):
    thresholds = [0.25, 0.5, 0.65]
    tp, fp, tn, fn = curve(thresholds)
    recall = tp / (tp + fn)
    if kind == "ROC":
        x, y = fp / (fp + tn), recall
    else:
        x, y = recall, np.divide(tp, tp + fp, out=np.zeros_like(tp), where=tp + fp > 0)
    low, high = np.minimum(y[1:], y[:-1]), np.maximum(y[1:], y[:-1])
    height = {"interpolation": (low + high) / 2, "minoring": low, "majoring": high}[method]
    expected = ((x[:-1] - x[1:]) * height).sum()
    if kind == "PR" and method == "interpolation":
        expected = 0
        for i in range(len(tp) - 1):
            # True positives grow in equal steps, false positives in proportion.
            share = (np.arange(100_000) + 0.5) / 100_000
            t = tp[i + 1] + share * (tp[i] - tp[i + 1])
            f = fp[i + 1] + share * (fp[i] - fp[i + 1])
            expected += (t / np.maximum(t + f, 1e-30)).mean() * (x[i] - x[i + 1])
    metric = metrics.AUC(curve=kind, summation_method=method, thresholds=thresholds)
    assert run(metric) == pytest.approx(expected, rel=1e-4)


def test_auc_errors():
    with pytest.raises(ValueError, match="AUC: curve should be one of"):
        metrics.AUC(curve="LIFT")
    with pytest.raises(ValueError, match="AUC: summation_method should be one of"):
        metrics.AUC(summation_method="simpson")
    with pytest.raises(ValueError, match=r"AUC: thresholds should lie within \[0, 1\]"):
        metrics.AUC(thresholds=[0.5, 2.0])


def test_mean_iou():
    t, p = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 1, 1, 1, 2, 0])
    # Intersections 1, 2, 1; unions 3, 3, 2; the fourth class never occurs.
    metric = metrics.MeanIoU(4)
    metric.update_state(t[:4].reshape(2, 2), p[:4].reshape(2, 2))
    metric.update_state(t[4:], p[4:])
    assert float(metric.result()) == pytest.approx((1 / 3 + 2 / 3 + 1 / 2) / 3)
    weighted = metrics.MeanIoU(2)([0, 0, 1, 1], [0, 1, 0, 1], sample_weight=[0.3, 0.3, 0.3, 0.1])
    assert float(weighted) == pytest.approx((0.3 / 0.9 + 0.1 / 0.7) / 2)


# ------------------------------------------------------------------ the shell
def test_inside_a_compiled_program():
    mean, auc, recall = metrics.MeanSquaredError(), metrics.AUC(), metrics.Recall()
    eager = metrics.MeanSquaredError(), metrics.AUC(), metrics.Recall()

    def step(y, p):
        return [metric(y, p) for metric in (mean, auc, recall)]

    program = Program(step)
    for part in (slice(0, 4), slice(4, 8)):
        got = program(Y[part], P[part])
        expected = [metric(Y[part], P[part]) for metric in eager]
        np.testing.assert_allclose([float(x) for x in got], [float(x) for x in expected], rtol=1e-6)
    for metric in (mean, auc, recall):
        metric.reset_states()
    assert float(program(Y[:1], P[:1])[0]) == pytest.approx(0.01)


def test_own_metrics():
    class Count(metrics.Metric):
        def __init__(self, start=1.0, name=None, dtype=None):
            super().__init__(name, dtype)
            self.start = start
            self.n = self.add_weight("n", initializer="ones")

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.n.assign(self.n + ops.shape(y_pred)[0])

        def result(self):
            return self.n * self.start

        def reset_state(self):
            self.n.assign(10.0)

    count = Count(2.0)
    count.update_state(np.zeros(3), np.zeros(3))
    assert float(count.result()) == 8 and count.name == "count"
    count.reset_states()
    assert float(count.result()) == 20
    assert count.get_config() == {"start": 2.0, "name": "count", "dtype": "float32"}
    assert float(metrics.clone_metric(count).result()) == 2
    with pytest.raises(NotImplementedError, match="Metric needs a method update_state"):
        metrics.Metric().update_state([0], [0])


CLASSES = [
    c for c in vars(metrics).values() if inspect.isclass(c) and issubclass(c, metrics.Metric)
]


@pytest.mark.parametrize("cls", CLASSES)
def test_configs(cls):
    classes = {"num_classes": 3, "target_class_ids": [0, 2]}
    needed = {
        "IoU": classes,
        "MeanIoU": {"num_classes": 3},
        "MeanMetricWrapper": {"fn": metrics.mse},
        "OneHotIoU": classes,
        "OneHotMeanIoU": {"num_classes": 3},
        "PrecisionAtRecall": {"recall": 0.5},
        "RecallAtPrecision": {"precision": 0.5},
        "SensitivityAtSpecificity": {"specificity": 0.5},
        "SpecificityAtSensitivity": {"sensitivity": 0.5},
    }
    metric = cls(**needed.get(cls.__name__, {}))
    again = metrics.deserialize(json.loads(json.dumps(metrics.serialize(metric))))
    assert type(again) is cls and again.get_config() == metric.get_config()
    assert again.name == metric.name and again.name.islower()
    assert metrics.get(metric) is metric
    (clone,) = metrics.clone_metrics([metric])
    assert clone is not metric and type(clone) is cls


def test_state_counts_on_in_half_precision():
    config.set_floatx("float16")
    try:
        metric = metrics.Mean()
        metric.update_state(np.ones(100_000))
        assert float(metric.variables[1].numpy()) == 100_000 and float(metric.result()) == 1
    finally:
        config.set_floatx("float32")
