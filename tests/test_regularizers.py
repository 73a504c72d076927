from itertools import combinations

import numpy as np
import pytest

from keras import regularizers
from keras.backend.variable import Variable
from keras.layers import ActivityRegularization, Dense
from keras.models import Sequential

W = np.array([[1.0, -2.0], [0.5, 0.0]], dtype="float32")


@pytest.mark.parametrize(
    ("regularizer", "penalty"),
    [
        (regularizers.l1(0.1), 0.35),
        (regularizers.l1(l1=0.1), 0.35),
        (regularizers.l2(0.1), 0.525),
        (regularizers.l2(l2=0.1), 0.525),
        (regularizers.l1_l2(0.1, 0.2), 0.35 + 1.05),
        (regularizers.L1(0.1), 0.35),
        (regularizers.L2(0.1), 0.525),
        (regularizers.L1L2(), 0.0),
        (regularizers.get("l1"), 0.035),
        (regularizers.get("l2"), 0.0525),
        (regularizers.get("l1_l2"), 0.0875),
    ],
)
def test_penalty(regularizer, penalty):
    assert float(regularizer(W)) == pytest.approx(penalty, rel=1e-6)
    assert float(np.asarray(regularizer(Variable(W)))) == pytest.approx(penalty, rel=1e-6)


def test_names_and_configs():
    assert regularizers.serialize(regularizers.l2(0.5)) == {
        "class_name": "L1L2",
        "config": {"l1": 0.0, "l2": 0.5},
    }
    assert regularizers.deserialize({"class_name": "l2", "config": {"l": 0.5}}).l2 == 0.5
    for regularizer in (regularizers.l1_l2(0.3, 0.4), regularizers.L1(0.3), regularizers.L2(0.4)):
        again = regularizers.deserialize(regularizers.serialize(regularizer))
        assert type(again) is type(regularizer) and (again.l1, again.l2) == (
            regularizer.l1,
            regularizer.l2,
        )
    assert regularizers.get(None) is None and regularizers.serialize(None) is None
    assert regularizers.get(abs) is abs
    with pytest.raises(ValueError, match="Unknown regularizer: 'l3'"):
        regularizers.get("l3")
    with pytest.raises(ValueError, match="l2 should be a number, got 'strong'"):
        regularizers.l2("strong")


def test_a_penalty_of_nothing_is_a_loss_too():
    nothing = regularizers.l1_l2(0.0, 0.0)
    dense = Dense(
        2, "linear", input_shape=(2,), kernel_initializer="ones", kernel_regularizer=nothing
    )
    model = Sequential([dense, ActivityRegularization()])
    model.compile("sgd", "mse")
    assert model.train_on_batch(W, np.zeros((2, 2))) == pytest.approx((1 + 0.25) / 2)


def test_orthogonal():
    x = (np.linspace(-1, 2, 9).reshape(3, 3) ** 2).astype("float32")
    # Keras 3.15 gave this.
    found = regularizers.OrthogonalRegularizer(0.1)(x)
    np.testing.assert_allclose(found, 0.05444256588816643, rtol=1e-5)
    cosines = [abs(a @ b) / np.linalg.norm(a) / np.linalg.norm(b) for a, b in combinations(x.T, 2)]
    found = regularizers.get({"class_name": "OrthogonalRegularizer", "config": {"mode": "columns"}})
    np.testing.assert_allclose(found(x), 0.01 * np.mean(cosines), rtol=1e-5)
    assert regularizers.get("orthogonal_regularizer").mode == "rows"
    with pytest.raises(ValueError, match=r"takes matrices, got the shape \(3,\)"):
        found(x[0])
    with pytest.raises(ValueError, match=r"mode should be 'rows' or 'columns', got 'all'"):
        regularizers.OrthogonalRegularizer(mode="all")
