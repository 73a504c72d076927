"""KerasClassifier and KerasRegressor in scikit-learn's own machinery."""

import numpy as np
import pytest
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.datasets import make_classification, make_regression
from sklearn.ensemble import BaggingRegressor
from sklearn.metrics import accuracy_score
from sklearn.model_selection import (
    GridSearchCV,
    RandomizedSearchCV,
    cross_val_predict,
    cross_val_score,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted

from keras.layers import Dense
from keras.models import Sequential
from keras.wrappers.scikit_learn import BaseWrapper, KerasClassifier, KerasRegressor


def classifier(units=8, loss="categorical_crossentropy", metrics=("accuracy",), outputs=3):
    last = "sigmoid" if outputs == 1 else "softmax"
    model = Sequential(
        [Dense(units, activation="relu", input_dim=4), Dense(outputs, activation=last)]
    )
    model.compile("adam", loss, metrics=list(metrics))
    return model


def regressor(units=8, outputs=1):
    model = Sequential([Dense(units, activation="relu", input_dim=3), Dense(outputs)])
    model.compile("adam", "mse")
    return model


@pytest.fixture(scope="module")
def classes():
    x, y = make_classification(
        120, 4, n_informative=3, n_redundant=0, n_classes=3, class_sep=2.0, random_state=0
    )
    return x, np.array(["ash", "birch", "oak"])[y]


@pytest.fixture(scope="module")
def numbers():
    x, y = make_regression(60, 3, random_state=0)
    return x, (y / y.std()).astype("float32")


QUIET = {"verbose": 0, "epochs": 2, "batch_size": 20}


# ------------------------------------------------------------------ classification
def test_a_classifier_learns_named_classes(classes):
    x, y = classes
    estimator = KerasClassifier(classifier, **{**QUIET, "epochs": 60, "batch_size": 12})
    history = estimator.fit(x, y)
    assert len(history.history["loss"]) == 60
    assert estimator.classes_.tolist() == ["ash", "birch", "oak"] and estimator.n_classes_ == 3
    predicted = estimator.predict(x)
    assert estimator.score(x, y) == pytest.approx(accuracy_score(y, predicted))
    assert estimator.score(x, y) > 0.8
    np.testing.assert_allclose(estimator.predict_proba(x).sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("loss", ["sparse_categorical_crossentropy", "categorical_crossentropy"])
def test_the_loss_decides_on_the_targets_form(classes, loss):
    estimator = KerasClassifier(classifier, loss=loss, **QUIET)
    estimator.fit(*classes)
    assert 0 <= estimator.score(*classes) <= 1


def test_one_hot_vectors_as_targets(classes):
    x, y = classes
    vectors = np.eye(3)[np.unique(y, return_inverse=True)[1]]
    estimator = KerasClassifier(classifier, **QUIET)
    estimator.fit(x, vectors)
    assert set(estimator.predict(x)) <= {0, 1, 2}
    assert 0 <= estimator.score(x, vectors) <= 1


def test_two_classes_from_one_unit(classes):
    x, y = classes
    two = y != "oak"
    estimator = KerasClassifier(classifier, outputs=1, loss="binary_crossentropy", **QUIET)
    estimator.fit(x[two], y[two])
    chances = estimator.predict_proba(x)
    assert chances.shape == (120, 2)
    expected = np.where(estimator.model.predict(x)[:, 0] > 0.5, "birch", "ash")
    np.testing.assert_array_equal(estimator.predict(x), expected)


def test_sample_weights_count(classes):
    losses = []
    for weight in (None, np.full(120, 3.0)):
        np.random.seed(0)
        estimator = KerasClassifier(classifier, verbose=0, batch_size=120)
        losses.append(estimator.fit(*classes, sample_weight=weight).history["loss"][0])
    assert losses[1] == pytest.approx(3 * losses[0])


def test_a_score_needs_the_accuracy(classes):
    estimator = KerasClassifier(classifier, metrics=(), **QUIET)
    estimator.fit(*classes)
    with pytest.raises(ValueError, match=r"metrics=\['accuracy'\]"):
        estimator.score(*classes)


def test_targets_of_another_shape(classes):
    with pytest.raises(ValueError, match=r"got shape \(120, 2, 2\)"):
        KerasClassifier(classifier, **QUIET).fit(classes[0], np.zeros((120, 2, 2)))


# ------------------------------------------------------------------ regression
def test_a_regressor(numbers):
    x, y = numbers
    estimator = KerasRegressor(regressor, **{**QUIET, "epochs": 30})
    estimator.fit(x, y)
    predicted = estimator.predict(x)
    assert predicted.shape == (60,)
    assert estimator.score(x, y) == pytest.approx(-np.mean((predicted - y) ** 2), rel=1e-4)


def test_several_numbers(numbers):
    x, y = numbers
    estimator = KerasRegressor(regressor, outputs=2, **QUIET)
    estimator.fit(x, np.stack([y, -y], axis=1))
    assert estimator.predict(x, batch_size=7).shape == (60, 2)


# ------------------------------------------------------------------ scikit-learn's machinery
def test_what_kind_of_estimator():
    assert is_classifier(KerasClassifier(classifier)) and not is_regressor(
        KerasClassifier(classifier)
    )
    assert is_regressor(KerasRegressor(regressor)) and not is_classifier(KerasRegressor(regressor))


def test_cloning():
    layers = [3, 4]

    def build(layers=None):
        return None

    estimator = KerasClassifier(build, layers=layers, epochs=3)
    again = clone(estimator)
    assert (
        again.get_params()
        == estimator.get_params()
        == {
            "build_fn": build,
            "layers": layers,
            "epochs": 3,
        }
    )
    assert again.set_params(epochs=5) is again and estimator.get_params()["epochs"] == 3
    assert "epochs=5" in repr(again)


def test_grid_search(classes):
    search = GridSearchCV(
        KerasClassifier(classifier, **QUIET), {"units": [2], "epochs": [1, 2]}, cv=2
    )
    search.fit(*classes)
    assert set(search.best_params_) == {"units", "epochs"}
    assert search.best_estimator_.model.layers[0].units == search.best_params_["units"]
    assert 0 <= search.score(*classes) <= 1


def test_randomized_search_of_a_regressor(numbers):
    search = RandomizedSearchCV(
        KerasRegressor(regressor, **QUIET), {"units": [2, 4]}, n_iter=1, cv=2, random_state=0
    )
    search.fit(*numbers)
    assert search.best_score_ < 0, "it is a negative loss"


def test_cross_validation(classes):
    estimator = KerasClassifier(classifier, **QUIET)
    assert cross_val_score(estimator, *classes, cv=2).shape == (2,)
    found = cross_val_predict(estimator, *classes, cv=2, method="predict_proba")
    assert found.shape == (120, 3)


def test_a_pipeline(classes):
    x, y = classes
    pipeline = make_pipeline(StandardScaler(), KerasClassifier(classifier, **QUIET))
    pipeline.fit(x * 1000, y)
    check_is_fitted(pipeline)
    assert pipeline.predict(x * 1000).shape == (120,)
    search = GridSearchCV(pipeline, {"kerasclassifier__units": [3]}, cv=2)
    assert search.fit(x, y).best_params_["kerasclassifier__units"] == 3


def test_bagging(numbers):
    bag = BaggingRegressor(KerasRegressor(regressor, **QUIET), n_estimators=2, random_state=0)
    assert bag.fit(*numbers).predict(numbers[0]).shape == (60,)


# ------------------------------------------------------------------ ways to build, mistakes
def test_objects_that_build(numbers):
    class Builder:
        def __call__(self, units):
            return regressor(units)

    class Own(KerasRegressor):
        def __call__(self, units=4):
            return regressor(units)

    for estimator in (KerasRegressor(Builder(), units=2, **QUIET), Own(units=2, **QUIET)):
        estimator.fit(*numbers)
        assert estimator.model.layers[0].units == 2


def test_arguments_of_fit_come_before_parameters(numbers):
    history = KerasRegressor(regressor, **QUIET).fit(*numbers, epochs=4)
    assert len(history.history["loss"]) == 4


@pytest.mark.parametrize(
    "change", [lambda e: e.set_params(depth=3), lambda e: KerasRegressor(regressor, depth=3)]
)
def test_an_unknown_parameter(change):
    with pytest.raises(ValueError, match="'depth' is no parameter of KerasRegressor"):
        change(KerasRegressor(regressor))


def test_nothing_to_build_with():
    with pytest.raises(ValueError, match="give build_fn, or write a __call__"):
        BaseWrapper()


def test_not_fitted():
    with pytest.raises(ValueError, match="call fit first"):
        KerasRegressor(regressor).predict(np.zeros((1, 3)))
