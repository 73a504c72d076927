"""The tensors and functions that Keras 2 kept on a compiled model, as programs for it use them."""

import numpy as np
import pytest

from keras import backend as K
from keras.callbacks import Callback, EarlyStopping
from keras.layers import LSTM, Dense, Dropout, Input, Layer, Masking
from keras.models import Model, Sequential

X = np.random.RandomState(0).normal(size=(6, 4)).astype("float32")
Y = np.eye(3, dtype="float32")[[0, 1, 2, 0, 1, 2]]


def classifier(**options):
    model = Sequential([Dense(3, input_dim=4, activation="softmax", kernel_regularizer="l2")])
    model.compile("sgd", "categorical_crossentropy", metrics=["acc"], **options)
    return model


def test_the_loss_and_its_gradients_are_tensors():
    model, weight = classifier(), np.arange(6) / 2
    grads = model.optimizer.get_gradients(model.total_loss, model.trainable_weights)
    inputs = [*model.inputs, *model.targets, *model.sample_weights, K.learning_phase()]
    loss, *found = K.function(inputs, [model.total_loss, *grads])([X, Y, weight, 1])
    assert loss == pytest.approx(model.evaluate(X, Y, sample_weight=weight, verbose=0)[0], rel=1e-5)
    for got, expected in zip(found, model.gradients_on_batch(X, Y, weight), strict=True):
        np.testing.assert_allclose(got, expected, atol=1e-6)


def test_the_loss_of_several_outputs_and_with_a_mask():
    x = Input((5, 2))
    sequence = LSTM(3, return_sequences=True, name="all")(Masking()(x))
    model = Model(x, [sequence, Dense(1, name="last")(LSTM(2)(x)), Dense(2, name="free")(x)])
    model.compile("sgd", {"all": "mse", "last": "mae"}, loss_weights={"all": 0.3, "last": 2.0})
    inputs = np.random.RandomState(1).normal(size=(4, 5, 2)).astype("float32")
    inputs[:, 3:] = 0
    data = [inputs, [np.ones((4, 5, 3)), np.zeros((4, 1))]]
    x_list, y_list, weights = model._standardize_user_data(*data)
    feeds = model._feed_inputs + model._feed_targets + model._feed_sample_weights
    assert model._feed_output_names == ["all", "last"]
    values = K.function(feeds, [model.total_loss, *model.metrics_tensors])(
        [*x_list, *y_list, *weights]
    )
    np.testing.assert_allclose(values, model.test_on_batch(*data), rtol=1e-5)


def test_metrics_as_tensors():
    model = classifier()
    (accuracy,) = model.metrics_tensors
    value = K.function([*model.inputs, *model.targets], [accuracy])([X, Y])[0]
    assert model.metrics_names == ["loss", "acc"]
    assert value == pytest.approx(np.mean(model.predict(X).argmax(-1) == Y.argmax(-1)))


def test_metrics_appended_to_the_lists_are_reported():
    model = classifier()
    for name, factor in [("mean", 1.0), ("double", 2.0)]:
        model.metrics_names.append(name)
        model.metrics_tensors.append(factor * K.mean(model.output[:, 0]))
    batches = ((X, Y) for _ in range(2))
    history = model.fit_generator(batches, 1, epochs=2, verbose=0).history
    assert [len(history[name]) for name in ("loss", "acc", "mean", "double")] == [2, 2, 2, 2]
    results = dict(zip(model.metrics_names, model.evaluate(X, Y, verbose=0), strict=True))
    assert results["mean"] == pytest.approx(model.predict(X)[:, 0].mean(), rel=1e-5)
    assert results["double"] == pytest.approx(2 * results["mean"], rel=1e-5)


def test_the_functions_of_the_steps():
    model, weight = classifier(), np.ones(6)
    model._make_predict_function()
    model._make_test_function()
    model._make_train_function()
    np.testing.assert_array_equal(model.predict_function([X])[0], model.predict(X))
    assert model.test_function([X, Y, weight]) == model.test_on_batch(X, Y)
    before = model.get_weights()
    loss, _ = model.train_function([X, Y, weight, 1.0])
    assert loss == pytest.approx(loss_of(before, model) + penalty(before), rel=1e-5)
    assert not np.array_equal(before[0], model.get_weights()[0])


def loss_of(weights, model):
    logits = X @ weights[0] + weights[1]
    p = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    return -np.log(p[Y > 0]).mean()


def penalty(weights):
    return 0.01 * np.sum(weights[0] ** 2)


def test_the_slots_are_there_once_the_training_function_is():
    model = classifier()
    model.compile("adam", "mse")
    model._make_train_function()
    assert (
        len(model.optimizer.get_weights()) == 7
    )  # iterations, two moments of two weights, and two for amsgrad


def test_without_compile_there_is_no_loss():
    model = Sequential([Dense(1, input_dim=2)])
    assert not hasattr(model, "total_loss")
    with pytest.raises(AttributeError, match="not compiled"):
        model.metrics_tensors


# ------------------------------------------------------------------ what goes with compile and fit
def test_outputs_without_a_loss_need_no_targets():
    x = Input((4,))
    kept, free = Dense(2, name="kept")(x), Dense(3, name="free")(x)
    model = Model(x, [free, kept])
    model.compile("sgd", [None, "mse"])
    expected = np.mean((model.predict(X)[1] - 1) ** 2)
    for y in (np.ones((6, 2)), [np.ones((6, 2))], [None, np.ones((6, 2))]):
        assert model.test_on_batch(X, y)[0] == pytest.approx(expected, rel=1e-5)


def test_arrays_of_outputs_with_a_loss_alone():
    x = Input((4,))
    model = Model(x, [Dense(3, name="free")(x), Dense(2, name="kept")(x)])
    model.compile("sgd", [None, "mse"])
    x_list, y_list, weights = model._standardize_user_data(X, np.ones((6, 2)), np.arange(6))
    assert [len(x_list), len(y_list), len(weights)] == [1, 1, 1]
    np.testing.assert_array_equal(weights[0], np.arange(6))
    x, y, weights = model._apart([*x_list, *y_list, *weights, 0.0])
    assert y[0] is None and weights[0] is None and len(x) == 1
    np.testing.assert_array_equal(y[1], np.ones((6, 2)))


def test_added_losses_alone():
    x = Input((4,))
    model = Model(x, [Dense(2)(x), Dense(1)(x)])
    with pytest.raises(ValueError, match="no output has a loss"):
        model.compile("sgd", [None, None])
    model.add_loss(K.mean(K.square(model.outputs[1])))
    model.compile("sgd", [None, None])
    expected = np.mean(model.predict(X)[1] ** 2)
    assert model.train_on_batch(X, []) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_callbacks_see_the_validation_data_as_a_flat_list(dropout):
    model = Sequential([Dense(3, input_dim=4), *[Dropout(dropout)] * bool(dropout)])
    model.compile("sgd", "mse")
    from_fit = []

    class Look(Callback):
        def on_epoch_end(self, epoch, logs=None):
            from_fit[:] = self.validation_data

    model.fit(X, Y, validation_data=(X[:2], Y[:2]), callbacks=[Look()], verbose=0)
    x, y, weights, *phase = from_fit
    np.testing.assert_array_equal(x, X[:2])
    np.testing.assert_array_equal(y, Y[:2])
    np.testing.assert_array_equal(weights, np.ones(2))
    assert phase == ([0.0] if dropout else [])


def test_a_fixed_learning_phase_holds_for_all_that_runs():
    x = Input((200,))
    model = Model(x, Dropout(0.5)(x))
    model.compile("sgd", "mse")
    run, ones = K.function([x], model.outputs), np.ones((2, 200))
    try:
        K.set_learning_phase(1)
        assert sorted(np.unique(model.predict(ones))) == [0, 2]
        assert sorted(np.unique(run([ones])[0])) == [0, 2]
        K.set_learning_phase(0)
        assert model.train_on_batch(ones, ones) == 0
    finally:
        K.clear_session()
    np.testing.assert_array_equal(model.predict(ones), ones)
    assert model.train_on_batch(ones, ones) == pytest.approx(1, abs=0.2)


class Positives(Layer):
    """Counts the right predictions above one half, as a metric with a state did in Keras 2."""

    stateful = True

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.count = K.variable(0, dtype="int32")

    def reset_states(self):
        K.set_value(self.count, 0)

    def __call__(self, y_true, y_pred):
        before, new = self.count * 1, K.cast(K.sum(K.round(y_pred) * y_true), "int32")
        self.add_update(K.update_add(self.count, new), inputs=[y_true, y_pred])
        return before + new


def test_a_layer_as_a_metric_with_a_state():
    model = classifier()
    model.compile("sgd", "mse", metrics=["acc", Positives(name="right")])
    expected = (np.round(model.predict(X)) * Y).sum()
    assert model.metrics_names == ["loss", "acc", "right"] and expected > 0
    for _ in range(2):
        assert model.evaluate(X, Y, batch_size=2, verbose=0)[2] == expected
    model.optimizer.lr = 0.0
    assert model.fit(X, Y, batch_size=4, epochs=2, verbose=0).history["right"] == [expected] * 2
    assert model.stateful_metric_names == ["right"]
    assert isinstance(model.stateful_metric_functions[0], Positives)


def test_whether_the_learning_phase_is_given_at_each_run():
    assert not classifier()._uses_dynamic_learning_phase()
    x = Input((3,))
    model = Model(x, Dropout(0.5)(x))
    assert model._uses_dynamic_learning_phase() and model.stateful_metric_names == []
    try:
        K.set_learning_phase(0)
        assert not model._uses_dynamic_learning_phase()
    finally:
        K.clear_session()


def test_the_names_that_keras_2_gives_to_metrics():
    model = classifier()
    model.compile("sgd", "mse", metrics=["mae"], weighted_metrics=["mae", "acc"])
    assert model.metrics_names == ["loss", "mae", "mae_1", "acc"]
    data = {"sample_weight": np.arange(6), "validation_data": (X, Y), "verbose": 0}
    stop = EarlyStopping("val_mean_absolute_error", patience=3)
    history = model.fit(X, Y, callbacks=[stop], epochs=2, **data).history
    assert history["mean_absolute_error"] is history["mae"]
    assert history["val_weighted_mean_absolute_error"] is history["val_mae_1"]
    assert history["weighted_acc"] is history["acc"]
    assert history["mae"] != history["mae_1"] and stop.best == min(history["val_mae"])
