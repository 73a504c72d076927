"""After saving and loading, training goes on bit for bit as if nothing had happened."""

import contextlib

import h5py
import numpy as np
import pytest

from keras import backend as K
from keras import layers as L
from keras import models, optimizers

OPTIMIZERS = {
    "sgd": lambda: optimizers.SGD(0.05, momentum=0.9, nesterov=True, decay=0.01),
    "adam": lambda: optimizers.Adam(0.01, clipnorm=1.0),
    "adamw": lambda: optimizers.AdamW(0.01, weight_decay=0.1),
    "amsgrad": lambda: optimizers.Adam(0.01, amsgrad=True, decay=0.1),
    "rmsprop": lambda: optimizers.RMSprop(0.01, decay=0.1, clipvalue=0.5),
    "adagrad": lambda: optimizers.Adagrad(0.05, decay=0.01),
    "adadelta": lambda: optimizers.Adadelta(),
    "adamax": lambda: optimizers.Adamax(0.01),
    "lion": lambda: optimizers.Lion(0.01),
    "nadam": lambda: optimizers.Nadam(0.01),
    "schedule": lambda: optimizers.Adam(optimizers.schedules.ExponentialDecay(0.1, 3, 0.5)),
}


def noisy(optimizer):
    """A model whose training draws random numbers."""
    model = models.Sequential(
        [
            L.Dense(8, activation="relu", input_dim=4),
            L.Dropout(0.4),
            L.GaussianNoise(0.1),
            L.BatchNormalization(),
            L.Dense(2, kernel_regularizer="l2"),
        ]
    )
    model.compile(optimizer, "mse", metrics=["mae"])
    return model


def plain(optimizer):
    model = models.Sequential([L.Dense(3, activation="tanh", input_dim=4), L.Dense(2)])
    model.compile(optimizer, "mse")
    return model


def fit(model, x, y, first, last, **options):
    history = model.fit(x, y, batch_size=10, epochs=last, initial_epoch=first, verbose=0, **options)
    return history.history


def assert_same(model, other):
    for one, two in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_training_goes_on_exactly(optimizer, x, y, tmp_path):
    model = plain(optimizer())
    fit(model, x, y, 0, 2)
    model.save(tmp_path / "model.h5")
    other = models.load_model(tmp_path / "model.h5")
    assert other.optimizer.get_config() == model.optimizer.get_config()
    assert fit(model, x, y, 2, 4) == fit(other, x, y, 2, 4)
    assert_same(model, other)


def test_with_random_numbers_and_validation_it_goes_on_exactly(x, y, tmp_path):
    model, options = noisy("adam"), {"validation_split": 0.25}
    fit(model, x, y, 0, 2, **options)
    model.save(tmp_path / "model.h5")
    other = models.load_model(tmp_path / "model.h5")
    assert fit(model, x, y, 2, 4, **options) == fit(other, x, y, 2, 4, **options)
    assert_same(model, other)


@pytest.mark.parametrize("kind", ["h5", "keras"])
@pytest.mark.parametrize("rule", [optimizers.RMSprop, optimizers.Adagrad])
def test_where_epsilon_is_comes_back(rule, kind, tmp_path):
    """In each dialect one of the two is what its own files mean, so that both have to be told."""
    for is_inside in (False, True):
        options = {"epsilon_inside": True} if is_inside else {}
        with told_of_epsilon() if is_inside and kind == "h5" else contextlib.nullcontext():
            plain(rule(0.01, **options)).save(tmp_path / f"m.{kind}")
        found = models.load_model(tmp_path / f"m.{kind}").optimizer
        assert found.epsilon_inside is is_inside and found.epsilon == 1e-7


def told_of_epsilon():
    return pytest.warns(UserWarning, match="Keras 2 adds epsilon to the root")


def test_a_state_brings_where_epsilon_is(x, y, tmp_path):
    options = {"epsilon": 0.1, "epsilon_inside": True}
    model, other = (
        plain(optimizers.RMSprop(0.1, **options)),
        plain(optimizers.RMSprop(0.1, 0.9, 0.1)),
    )
    for each in (model, other):
        fit(each, x, y, 0, 1)
    model.save_state(tmp_path / "state.h5")
    other.load_state(tmp_path / "state.h5")
    assert fit(model, x, y, 1, 2) == fit(other, x, y, 1, 2)
    assert_same(model, other)


def test_a_model_that_was_compiled_and_never_trained(x, y, tmp_path):
    model = plain("adam")
    model.save(tmp_path / "model.h5")
    other = models.load_model(tmp_path / "model.h5")
    assert fit(model, x, y, 0, 2) == fit(other, x, y, 0, 2)
    assert_same(model, other)


def test_the_learning_rate_is_what_it_is_now(model, x, y, tmp_path):
    model.fit(x, y, verbose=0)
    K.set_value(model.optimizer.lr, 0.037)
    model.save(tmp_path / "model.h5")
    rate = models.load_model(tmp_path / "model.h5").optimizer.lr
    assert float(rate.numpy()) == float(np.float32(0.037))


def test_a_stateful_layer_remembers(tmp_path):
    x = np.random.RandomState(0).normal(size=(4, 3, 2)).astype("float32")
    model = models.Sequential([L.LSTM(3, stateful=True, batch_input_shape=(4, 3, 2))])
    model.predict(x)
    model.save(tmp_path / "model.h5")
    other = models.load_model(tmp_path / "model.h5")
    np.testing.assert_array_equal(model.predict(x), other.predict(x))
    other.reset_states()
    assert not np.array_equal(model.predict(x), other.predict(x))


def test_load_state_takes_a_model_back(model, x, y, tmp_path):
    fit(model, x, y, 0, 2)
    model.save_state(tmp_path / "state.h5")
    first = fit(model, x, y, 2, 4)
    K.set_value(model.optimizer.lr, 0.5)
    model.load_state(tmp_path / "state.h5")
    assert fit(model, x, y, 2, 4) == first


def test_losses_and_metrics_of_several_outputs_come_back(tmp_path):
    x = L.Input((4,))
    outputs = [L.Dense(2, name="a")(x), L.Dense(1, name="b")(x)]
    model = models.Model(x, outputs)
    model.compile(
        "sgd",
        {"a": "mse", "b": "binary_crossentropy"},
        metrics={"b": ["accuracy"]},
        loss_weights={"a": 0.5, "b": 2},
        weighted_metrics=[["mae"], []],
    )
    model.save(tmp_path / "model.h5")
    other = models.load_model(tmp_path / "model.h5")
    assert other.metrics_names == model.metrics_names
    assert other.loss_weights == {"a": 0.5, "b": 2.0}
    assert other.loss == {"a": "mse", "b": "binary_crossentropy"}


def test_without_the_optimizer_a_model_is_not_compiled(model, x, y, tmp_path):
    model.fit(x, y, verbose=0)
    model.save(tmp_path / "model.h5", include_optimizer=False)
    assert not models.load_model(tmp_path / "model.h5").is_compiled
    model.save(tmp_path / "model.h5")
    assert not models.load_model(tmp_path / "model.h5", compile=False).is_compiled


def test_custom_losses_are_asked_for(x, y, tmp_path):
    def twice(y_true, y_pred):
        return 2 * K.mean(K.square(y_true - y_pred), axis=-1)

    model = noisy("sgd")
    model.compile("sgd", twice, metrics=[twice])
    model.save(tmp_path / "model.h5")
    with pytest.raises(ValueError, match="Unknown loss: 'twice'"):
        models.load_model(tmp_path / "model.h5")
    other = models.load_model(tmp_path / "model.h5", custom_objects={"twice": twice})
    assert other.evaluate(x, y, verbose=0) == model.evaluate(x, y, verbose=0)
    assert not models.load_model(tmp_path / "model.h5", compile=False).is_compiled


def change(path, function):
    with h5py.File(path, "r+") as file:
        function(file)


def test_a_missing_state_of_the_optimizer_is_said_once(model, x, y, tmp_path):
    path = tmp_path / "model.h5"
    model.fit(x, y, verbose=0)
    model.save(path)

    def remove(file):
        del file["optimizer_weights"]
        del file.attrs["training_state"]

    change(path, remove)
    with pytest.warns(
        UserWarning, match=r"model\.h5' has no state of the optimizer: Adam starts anew"
    ) as caught:
        models.load_model(path)
    assert len(caught) == 1


def test_a_state_that_does_not_fit_is_said_and_not_used(model, x, y, tmp_path):
    path = tmp_path / "model.h5"
    model.fit(x, y, verbose=0)
    model.save(path)

    def cut(file):
        group = file["optimizer_weights"]
        group.attrs["weight_names"] = group.attrs["weight_names"][:-9]

    change(path, cut)
    with pytest.warns(UserWarning, match="does not fit Adam on this model"):
        other = models.load_model(path)
    np.testing.assert_array_equal(other.predict(x), model.predict(x))
