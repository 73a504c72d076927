import math

import numpy as np
import pytest

from keras import losses, registry
from keras.backend.graph import gradients, placeholder
from keras.backend.variable import Variable

P = np.array(
    [
        [0.0, 1.0, 0.3118142783641815, 0.5097448229789734],
        [0.8536522388458252, 0.8566637635231018, 0.16302677989006042, 0.23651859164237976],
        [0.09632048010826111, 0.4467288553714752, 0.07688859105110168, 0.4611499011516571],
    ],
    "float32",
)
T = np.array([[1, 0, 1, 0], [0, 1, 0, 0], [0, 1, 0, 0]], "float32")
ONE_HOT = np.eye(4, dtype="float32")[[0, 2, 3]]
EPS = 1e-7

# What Keras 2.2.4 on TensorFlow 1.15 computed for T and P.
STORED = {
    "mean_squared_error": [0.6833598017692566, 0.2079465538263321, 0.1334894299507141],
    "mean_absolute_error": [0.7994826436042786, 0.3491334617137909, 0.29690754413604736],
    "mean_absolute_percentage_error": [377436256.0, 313299392.0, 158589744.0],
    "mean_squared_logarithmic_error": [
        0.3271155059337616,
        0.11357349157333374,
        0.06565701961517334,
    ],
    "squared_hinge": [0.8683998584747314, 0.7551363110542297, 0.8265272378921509],
    "hinge": [0.922046422958374, 0.7858340740203857, 0.8883178234100342],
    "categorical_hinge": [1.688185691833496, 0.9969884753227234, 1.0144211053848267],
    "logcosh": [0.30309784412384033, 0.09458699077367783, 0.06404396146535873],
    "kullback_leibler_divergence": [17.28343963623047, 0.15470533072948456, 0.8057991862297058],
    "poisson": [4.77625036239624, 0.566142737865448, 0.4717227816581726],
    "cosine_proximity": [-0.1892693191766739, -0.6891760230064392, -0.6833117604255676],
    "binary_crossentropy": [8.484663963317871, 0.631077229976654, 0.40135180950164795],
}


@pytest.mark.parametrize("name", STORED)
def test_classic_numbers(name):
    np.testing.assert_allclose(losses.get(name)(T, P), STORED[name], rtol=2e-5)
    # Integers are cast to what the predictions are.
    np.testing.assert_allclose(losses.get(name)(T.astype("int64"), P), STORED[name], rtol=2e-5)


def test_classic_numbers_of_crossentropies_for_outputs_that_do_not_sum_to_one():
    np.testing.assert_allclose(
        losses.categorical_crossentropy(ONE_HOT, P),
        [16.11809539794922, 2.5604631900787354, 0.8519998788833618],
        rtol=1e-5,
    )
    expected = [16.717788696289062, 2.5604629516601562, 0.8519998788833618]
    for classes in ([0, 2, 3], [[0], [2], [3]], [[0.0], [2.0], [3.0]]):
        got = losses.sparse_categorical_crossentropy(np.array(classes), P)
        np.testing.assert_allclose(got, expected, rtol=1e-5)


def clipped(p):
    return np.clip(p.astype("float64"), EPS, 1 - 2.0**-23)


FORMULAS = {
    "mean_squared_error": lambda t, p: ((t - p) ** 2).mean(-1),
    "mean_absolute_error": lambda t, p: np.abs(t - p).mean(-1),
    "mean_absolute_percentage_error": lambda t, p: (
        100 * (np.abs(t - p) / np.maximum(np.abs(t), EPS)).mean(-1)
    ),
    "mean_squared_logarithmic_error": lambda t, p: (
        (np.log(np.maximum(p, EPS) + 1) - np.log(np.maximum(t, EPS) + 1)) ** 2
    ).mean(-1),
    "logcosh": lambda t, p: np.log(np.cosh(t - p)).mean(-1),
    "hinge": lambda t, p: np.maximum(1 - t * p, 0).mean(-1),
    "squared_hinge": lambda t, p: (np.maximum(1 - t * p, 0) ** 2).mean(-1),
    "poisson": lambda t, p: (p - t * np.log(p + EPS)).mean(-1),
    "huber": lambda t, p: np.where(np.abs(t - p) <= 1, (t - p) ** 2 / 2, np.abs(t - p) - 0.5).mean(
        -1
    ),
    "kullback_leibler_divergence": lambda t, p: (
        np.clip(t, EPS, 1) * np.log(np.clip(t, EPS, 1) / np.clip(p, EPS, 1))
    ).sum(-1),
    "cosine_proximity": lambda t, p: -(t * p).sum(-1) / np.sqrt((t**2).sum(-1) * (p**2).sum(-1)),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_formula_on_images_and_symbolically(name):
    t, p = np.random.default_rng(1).uniform(0.1, 3.0, size=(2, 5, 4, 3))
    expected = FORMULAS[name](t, p)
    got = losses.get(name)(t.astype("float32"), p.astype("float32"))
    assert got.shape == (5, 4)
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-6)
    lazy = losses.get(name)(t.astype("float32"), Variable(p))
    np.testing.assert_allclose(np.asarray(lazy), expected, rtol=1e-4, atol=1e-6)
    assert losses.get(name)(
        placeholder((None, 4, 3), "float32"), placeholder((None, 4, 3), "float32")
    ).shape == (None, 4)


def test_crossentropy_formulas():
    p = clipped(P)
    expected = -(T * np.log(p) + (1 - T) * np.log(1 - p)).mean(-1)
    np.testing.assert_allclose(losses.binary_crossentropy(T, P), expected, rtol=1e-4)
    share = P / P.sum(-1, keepdims=True)
    expected = -(ONE_HOT * np.log(clipped(share))).sum(-1)
    np.testing.assert_allclose(losses.categorical_crossentropy(ONE_HOT, share), expected, rtol=1e-5)
    np.testing.assert_allclose(
        losses.sparse_categorical_crossentropy([0, 2, 3], share), expected, rtol=1e-5
    )


def test_logits():
    z = np.array([[2.0, -1.0, 0.5, 200.0], [0.0, 3.0, -200.0, 1.0]])
    t = np.array([[1, 0, 1, 1], [0, 1, 0, 0]])
    expected = (np.logaddexp(0, z) - t * z).mean(-1)
    np.testing.assert_allclose(
        losses.binary_crossentropy(t, z, from_logits=True), expected, rtol=1e-5, atol=1e-6
    )
    logs = z - np.log(np.exp(z).sum(-1, keepdims=True))
    np.testing.assert_allclose(
        losses.sparse_categorical_crossentropy([1, 2], z, from_logits=True),
        [-logs[0, 1], -logs[1, 2]],
        rtol=1e-5,
    )
    np.testing.assert_allclose(
        losses.categorical_crossentropy(np.eye(4)[[1, 2]], z, from_logits=True),
        [-logs[0, 1], -logs[1, 2]],
        rtol=1e-5,
    )


def test_label_smoothing():
    p = np.array([[0.25, 0.75]])
    expected = -(0.9 * math.log(0.75) + 0.1 * math.log(0.25))
    got = losses.categorical_crossentropy([[0, 1]], p, label_smoothing=0.2)
    np.testing.assert_allclose(got, [expected], rtol=1e-6)
    got = losses.binary_crossentropy([[1.0]], [[0.75]], label_smoothing=0.2)
    np.testing.assert_allclose(got, [expected], rtol=1e-6)


@pytest.mark.parametrize("name", ["binary_crossentropy", "categorical_crossentropy", "kld"])
@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_certain_predictions_give_finite_losses_and_gradients(name, dtype):
    p = Variable(np.array([[0.0, 1.0], [1.0, 0.0]]), dtype=dtype)
    t = np.array([[1.0, 0.0], [1.0, 0.0]])
    loss = losses.get(name)(t, p)
    assert loss.dtype == "float32"
    assert np.isfinite(np.asarray(loss, "float32")).all()
    (slope,) = gradients(loss, [p])
    assert np.isfinite(np.asarray(slope, "float32")).all()


def test_huber_delta_and_large_errors():
    np.testing.assert_allclose(losses.huber([[0.0, 0.0]], [[1.0, 5.0]], delta=2.0), [(0.5 + 8) / 2])
    assert np.isfinite(np.asarray(losses.logcosh([[0.0]], [[1e4]]))).all()


@pytest.mark.parametrize(
    ("names", "function"),
    [
        ("mse MSE mean_squared_error", losses.mean_squared_error),
        ("mae MAE", losses.mean_absolute_error),
        ("mape MAPE", losses.mean_absolute_percentage_error),
        ("msle MSLE", losses.mean_squared_logarithmic_error),
        ("kld KLD kl_divergence", losses.kullback_leibler_divergence),
        ("cosine cosine_similarity", losses.cosine_proximity),
        ("bce BCE", losses.binary_crossentropy),
        ("log_cosh", losses.logcosh),
        ("huber_loss", losses.huber),
    ],
)
def test_aliases(names, function):
    for name in names.split():
        assert losses.get(name) is function
    assert losses.get(losses.serialize(function)) is function


# ------------------------------------------------------------------ objects
CLASSES = {
    losses.MeanSquaredError: "mean_squared_error",
    losses.MeanAbsoluteError: "mean_absolute_error",
    losses.MeanAbsolutePercentageError: "mean_absolute_percentage_error",
    losses.MeanSquaredLogarithmicError: "mean_squared_logarithmic_error",
    losses.LogCosh: "logcosh",
    losses.Hinge: "hinge",
    losses.SquaredHinge: "squared_hinge",
    losses.CategoricalHinge: "categorical_hinge",
    losses.KLDivergence: "kullback_leibler_divergence",
    losses.Poisson: "poisson",
    losses.CosineSimilarity: "cosine_proximity",
    losses.BinaryCrossentropy: "binary_crossentropy",
}


@pytest.mark.parametrize("cls", CLASSES)
def test_objects_reduce_the_functions(cls):
    each = np.array(STORED[CLASSES[cls]])
    assert float(cls()(T, P)) == pytest.approx(each.mean(), rel=2e-5)
    assert float(cls(reduction="sum")(T, P)) == pytest.approx(each.sum(), rel=2e-5)
    np.testing.assert_allclose(cls(reduction="none")(T, P), each, rtol=2e-5)
    weights = np.array([1.0, 0.0, 2.0])
    # The mean is over the samples, not over the weights.
    expected = pytest.approx((each * weights).sum() / 3, rel=2e-5)
    assert float(cls()(T, P, weights)) == expected
    assert float(cls()(T, P, sample_weight=weights[:, None])) == expected


def test_object_options_and_configs():
    z = np.array([[1.0, -2.0]])
    assert float(losses.BinaryCrossentropy(from_logits=True)([[1, 0]], z)) == pytest.approx(
        float(losses.binary_crossentropy([[1, 0]], z, from_logits=True)[0])
    )
    assert float(losses.Huber(0.5)([[0.0]], [[2.0]])) == pytest.approx(0.5 * (2 - 0.25))
    assert float(losses.CosineSimilarity(axis=0)([[1.0], [0.0]], [[2.0], [2.0]])) == pytest.approx(
        -(0.5**0.5)
    )
    loss = losses.CategoricalCrossentropy(True, 0.1, "sum", "mine")
    assert losses.serialize(loss) == {
        "class_name": "CategoricalCrossentropy",
        "config": {"from_logits": True, "label_smoothing": 0.1, "reduction": "sum", "name": "mine"},
    }
    again = losses.get(losses.serialize(loss))
    assert type(again) is type(loss) and again.get_config() == loss.get_config()
    assert losses.get("SparseCategoricalCrossentropy").name == "sparse_categorical_crossentropy"
    assert losses.MeanSquaredError().get_config()["name"] == "mean_squared_error"
    assert float(losses.SparseCategoricalCrossentropy()([0, 2, 3], P)) == pytest.approx(
        (16.717788696289062 + 2.5604629516601562 + 0.8519998788833618) / 3, rel=1e-5
    )


def test_own_losses():
    class Half(losses.Loss):
        def call(self, y_true, y_pred):
            return losses.mse(y_true, y_pred) / 2

    assert float(Half()(np.zeros((2, 1)), np.array([[2.0], [4.0]]))) == 5
    with registry.CustomObjectScope({"Half": Half}):
        assert isinstance(losses.get({"class_name": "Half", "config": {}}), Half)
    assert losses.get(None) is None


def test_temporal_weights():
    t, p = np.zeros((2, 3, 1)), np.ones((2, 3, 1))
    weights = np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    assert float(losses.MeanSquaredError()(t, p, weights)) == pytest.approx(0.5)
    assert float(losses.MeanSquaredError()(t, p, np.array([1.0, 0.0]))) == pytest.approx(0.5)
    with pytest.raises(ValueError, match=r"sample_weight of shape \(2, 3, 4\) has more axes"):
        losses.MeanSquaredError()(t, p, np.ones((2, 3, 4)))


def test_errors():
    with pytest.raises(
        ValueError, match=r"Unknown loss: 'mean_square_error'.*'mean_squared_error'"
    ):
        losses.get("mean_square_error")
    with pytest.raises(ValueError, match="MeanSquaredError: reduction should be one of"):
        losses.MeanSquaredError(reduction="average")
    with pytest.raises(ValueError, match="Unknown loss: 'align_weights'"):
        losses.get("align_weights")
