"""Losses and metrics whose numbers Keras 3.15 was asked for: `make_keras_3.py` stores them in `keras_3.json`."""

import numpy as np

RANDOM = np.random.default_rng(1)
P = RANDOM.uniform(0.05, 0.95, (5, 4)).astype("float32")
T = (RANDOM.uniform(size=(5, 4)) > 0.5).astype("float32")
ONE_HOT = np.eye(4, dtype="float32")[RANDOM.integers(0, 4, 5)]
EMBEDDED = P / np.linalg.norm(P, axis=1, keepdims=True)
LABELS = np.array([0, 1, 0, 2, 1])
LOGITS = RANDOM.normal(size=(3, 6, 5)).astype("float32")
WORDS = np.array([[1, 2, 0], [3, 3, 4], [2, 0, 0]])
WEIGHTS = np.array([1, 2, 0.5, 1, 3.0], "float32")
CLASSES, GUESSES = np.array([0, 1, 2, 3, 1]), np.array([0, 1, 1, 3, 2])

# (function's name, true, predicted, options)
LOSSES = [
    ("binary_focal_crossentropy", T, P, {}),
    (
        "binary_focal_crossentropy",
        T,
        P,
        {"apply_class_balancing": True, "label_smoothing": 0.1, "gamma": 3.0},
    ),
    ("binary_focal_crossentropy", T, P, {"from_logits": True}),
    ("categorical_focal_crossentropy", ONE_HOT, P, {}),
    (
        "categorical_focal_crossentropy",
        ONE_HOT,
        P,
        {"from_logits": True, "label_smoothing": 0.1, "alpha": [0.1, 0.2, 0.3, 0.4]},
    ),
    ("categorical_generalized_cross_entropy", LABELS, P, {"q": 0.4}),
    ("dice", T, P, {}),
    ("dice", T, P, {"axis": 1}),
    ("tversky", T, P, {"alpha": 0.3, "beta": 0.6}),
    ("tversky", T, P, {"alpha": 0.3, "beta": 0.6, "axis": 1}),
    ("circle", LABELS, EMBEDDED, {}),
    ("circle", LABELS, EMBEDDED, {"remove_diagonal": False, "gamma": 8, "margin": 0.2}),
    ("ctc", WORDS, LOGITS, {}),
    ("BinaryFocalCrossentropy", T, P, {"alpha": 0.4, "apply_class_balancing": True}),
    ("CategoricalFocalCrossentropy", ONE_HOT, P, {"gamma": 1.0}),
    ("CategoricalGeneralizedCrossEntropy", LABELS, P, {"q": 0.3}),
    ("Circle", LABELS, EMBEDDED, {"gamma": 20.0}),
    ("CTC", WORDS, LOGITS, {}),
    ("Dice", T, P, {}),
    ("Tversky", T, P, {"alpha": 0.2, "beta": 0.9}),
]

_RATES = {
    "PrecisionAtRecall": "recall",
    "RecallAtPrecision": "precision",
    "SensitivityAtSpecificity": "specificity",
    "SpecificityAtSensitivity": "sensitivity",
}
# (class's name, true, predicted, weights, options)
METRICS = [
    ("IoU", CLASSES, GUESSES, None, {"num_classes": 4, "target_class_ids": [0, 1]}),
    (
        "IoU",
        CLASSES,
        P,
        None,
        {"num_classes": 4, "target_class_ids": [1, 3], "sparse_y_pred": False},
    ),
    (
        "IoU",
        CLASSES,
        GUESSES,
        None,
        {"num_classes": 4, "target_class_ids": [1, 3], "ignore_class": 2},
    ),
    ("BinaryIoU", T, P, None, {"threshold": 0.4}),
    ("OneHotIoU", ONE_HOT, P, None, {"num_classes": 4, "target_class_ids": [0, 2]}),
    ("OneHotMeanIoU", ONE_HOT, P, None, {"num_classes": 4}),
    *[("F1Score", ONE_HOT, P, None, {"average": a}) for a in (None, "micro", "macro", "weighted")],
    *[
        ("FBetaScore", T, P, WEIGHTS, {"average": a, "beta": 2.0, "threshold": 0.5})
        for a in (None, "micro", "macro", "weighted")
    ],
    *[
        ("R2Score", T, P, WEIGHTS, {"class_aggregation": a})
        for a in (None, "uniform_average", "variance_weighted_average")
    ],
    ("R2Score", T, P, None, {"num_regressors": 2}),
    ("PearsonCorrelation", T + P, P, None, {}),
    ("ConcordanceCorrelation", T + P, P, WEIGHTS, {}),
    *[(name, T, P, None, {option: 0.6}) for name, option in _RATES.items()],
    *[(name, T, P, WEIGHTS, {option: 0.4, "num_thresholds": 7}) for name, option in _RATES.items()],
    *[(name, T, P, None, {option: 0.7, "class_id": 1}) for name, option in _RATES.items()],
]


def loss_of(losses, case):
    """What a library's module of losses gives for a case."""
    name, true, predicted, options = case
    loss = getattr(losses, name)
    result = (
        loss(**options)(true, predicted) if name[0].isupper() else loss(true, predicted, **options)
    )
    return np.asarray(result).tolist()


def metric_of(metrics, case):
    """What a library's module of metrics gives for a case, in two batches."""
    name, true, predicted, weights, options = case
    metric = getattr(metrics, name)(**options)
    for part in (slice(0, 3), slice(3, 5)):
        metric.update_state(true[part], predicted[part], None if weights is None else weights[part])
    return np.asarray(metric.result()).tolist()
