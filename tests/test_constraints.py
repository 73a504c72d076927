import numpy as np
import pytest

from keras import constraints
from keras.backend.variable import Variable

W = np.random.default_rng(0).normal(size=(3, 4, 5)).astype("float32")
W[:, 0, 0] = 0


def norms(w, axis):
    return np.sqrt((w.astype("float64") ** 2).sum(axis=axis, keepdims=True))


@pytest.mark.parametrize("axis", [0, -1, [0, 1], (0, 1, 2)])
def test_max_norm(axis):
    axes = tuple(axis) if isinstance(axis, list) else axis
    before = norms(W, axes)
    np.testing.assert_allclose(
        constraints.MaxNorm(1.5, axis)(W), W * np.minimum(before, 1.5) / (before + 1e-7), rtol=1e-5
    )


def test_unit_norm():
    w = constraints.UnitNorm(axis=[0, 1])(W)
    np.testing.assert_allclose(norms(np.asarray(w), (0, 1)), np.ones((1, 1, 5)), rtol=1e-5)
    assert np.isfinite(np.asarray(constraints.UnitNorm()(W))).all()
    assert np.isfinite(np.asarray(constraints.UnitNorm()(W.astype("float16")))).all()


@pytest.mark.parametrize("rate", [1.0, 0.3])
def test_min_max_norm(rate):
    before = norms(W, 0)
    wanted = rate * np.clip(before, 1.0, 2.0) + (1 - rate) * before
    got = constraints.MinMaxNorm(1.0, 2.0, rate=rate)(W)
    np.testing.assert_allclose(got, W * wanted / (before + 1e-7), rtol=1e-5, atol=1e-7)


def test_non_neg():
    np.testing.assert_array_equal(constraints.NonNeg()(W), np.maximum(W, 0))
    np.testing.assert_array_equal(np.asarray(constraints.NonNeg()(Variable(W))), np.maximum(W, 0))


@pytest.mark.parametrize(
    ("names", "config"),
    [
        ("max_norm maxnorm MaxNorm", {"max_value": 2, "axis": 0}),
        ("non_neg nonneg NonNeg", {}),
        ("unit_norm unitnorm UnitNorm", {"axis": 0}),
        ("min_max_norm MinMaxNorm", {"min_value": 0.0, "max_value": 1.0, "rate": 1.0, "axis": 0}),
    ],
)
def test_names_and_configs(names, config):
    for name in names.split():
        constraint = constraints.get(name)
        assert constraint.get_config() == config
        assert type(constraints.deserialize(constraints.serialize(constraint))) is type(constraint)
    assert constraints.get(None) is None
    assert constraints.get(abs) is abs
    with pytest.raises(ValueError, match="Unknown constraint: 'max'"):
        constraints.get("max")
