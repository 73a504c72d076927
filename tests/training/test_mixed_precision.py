"""Training in mixed precision: what stays float32, the scale of the loss, and resuming."""

import copy

import numpy as np
import pytest

from keras import backend as K
from keras import config, optimizers
from keras.callbacks import LearningRateScheduler
from keras.layers import BatchNormalization, Dense, Lambda
from keras.models import Sequential, load_model
from keras.optimizers import SGD, Adam, LossScaleOptimizer
from keras.optimizers.schedules import ExponentialDecay

rng = np.random.default_rng(0)
X = rng.normal(size=(64, 4)).astype("float32")
Y = (X @ np.array([[1.0, -1.0], [0.5, 0.0], [0.0, 2.0], [1.0, 1.0]]) / 2).astype("float32")


def model_of(policy, last="float32"):
    """A small regression model, the same weights each time."""
    config.set_dtype_policy(policy)
    model = Sequential(
        [Dense(16, "tanh", input_shape=(4,)), BatchNormalization(), Dense(2, dtype=last)]
    )
    for number, weight in enumerate(model.trainable_weights):
        values = np.cos(np.arange(weight.size) + number)
        weight.assign(0.5 * values.reshape(weight.shape))
    return model


@pytest.mark.parametrize(
    ("policy", "tolerance"), [("mixed_bfloat16", 0.05), ("mixed_float16", 0.01)]
)
def test_training_is_as_in_float32(policy, tolerance):
    losses = {}
    for each in ("float32", policy):
        model = model_of(each)
        model.compile(SGD(0.05, clipnorm=1.0), "mse", ["mae"])
        history = model.fit(X, Y, epochs=8, batch_size=16, shuffle=False, verbose=0).history
        losses[each] = history["loss"]
    assert losses["float32"][-1] < losses["float32"][0] / 2
    np.testing.assert_allclose(losses[policy], losses["float32"], rtol=tolerance)
    assert {w.dtype for w in [*model.weights, *model.optimizer.weights]} <= {"float32", "int64"}


def test_losses_and_metrics_are_computed_in_float32():
    model = model_of("mixed_bfloat16", last="mixed_bfloat16")
    model.compile("sgd", lambda y_true, y_pred: K.square(y_true - y_pred), ["mae"])
    loss, error = model.test_on_batch(X, Y)
    found = np.asarray(model.predict(X), "float32")
    np.testing.assert_allclose(loss, np.mean((Y - found) ** 2), rtol=1e-3)
    np.testing.assert_allclose(error, np.mean(np.abs(Y - found)), rtol=1e-3)


# ------------------------------------------------------------------ the scale of the loss
def linear(factor=1.0, optimizer=None, **options):
    """A model y = w * x * factor with w = 1, which overflows in float16 if x is large."""
    config.set_dtype_policy("mixed_float16")
    model = Sequential([Dense(1, use_bias=False, kernel_initializer="ones", input_shape=(1,))])
    model.add(Lambda(lambda x: x * factor))
    model.compile(optimizer or SGD(0.5), "mse", **options)
    return model


def test_compile_puts_the_scaling_around_the_optimizer():
    inner = SGD(0.5)
    model = linear(optimizer=inner)
    assert type(model.optimizer) is LossScaleOptimizer
    assert model.optimizer.inner_optimizer is inner
    assert isinstance(model.optimizer, optimizers.Optimizer)
    own = model.optimizer
    model.compile(own, "mse")
    assert model.optimizer is own
    assert type(linear(auto_scale_loss=False).optimizer) is SGD
    config.set_dtype_policy("mixed_bfloat16")
    plain = Sequential([Dense(1, input_shape=(1,))])
    plain.compile(inner, "mse")
    assert plain.optimizer is inner


def test_small_gradients_do_not_vanish():
    x, y = np.full((4, 1), 2.0**-9, "float32"), np.zeros((4, 1), "float32")
    moved = {}
    for scales in (True, False):
        model = linear(2.0**-9, SGD(2.0**20), auto_scale_loss=scales)
        model.train_on_batch(x, y)
        moved[scales] = 1 - float(model.get_weights()[0][0, 0])
    # d/dw (w x f)^2 = 2 w (x f)^2
    np.testing.assert_allclose(moved[True], 2.0**20 * 2 * 2.0**-36, rtol=2e-3)
    assert moved[False] != pytest.approx(moved[True], rel=0.01)


def test_a_step_that_overflows_is_skipped_and_the_scale_halved():
    model = linear(optimizer=Adam(0.5))
    good, target = np.ones((4, 1), "float32"), np.full((4, 1), 0.75, "float32")
    model.train_on_batch(good, target)
    before = [*model.get_weights(), *model.optimizer.get_weights()]
    scale = float(K.get_value(model.optimizer.dynamic_scale))
    assert scale == 2.0**15
    model.train_on_batch(good * 3e4, target)
    after = [*model.get_weights(), *model.optimizer.get_weights()]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    assert float(K.get_value(model.optimizer.dynamic_scale)) == scale / 2
    assert int(model.optimizer.iterations.numpy()) == 1
    assert int(model.optimizer.steps.numpy()) == 2
    model.train_on_batch(good, target)
    assert int(model.optimizer.iterations.numpy()) == 2


def test_the_scale_doubles_after_good_steps():
    optimizer = LossScaleOptimizer(SGD(0.0), initial_scale=8.0, dynamic_growth_steps=3)
    model = linear(optimizer=optimizer)
    data = np.ones((7, 1), "float32")
    model.fit(data, data, batch_size=1, epochs=1, verbose=0)
    assert float(optimizer.dynamic_scale.numpy()) == 32.0
    assert int(optimizer.step_counter.numpy()) == 1


def test_the_scale_stays_within_limits():
    optimizer = LossScaleOptimizer(SGD(0.0), initial_scale=2.0**-23, dynamic_growth_steps=1)
    model = linear(optimizer=optimizer)
    data = np.full((4, 1), np.nan, "float32")
    with pytest.warns(UserWarning, match="loss is nan"):
        model.fit(data, data, batch_size=1, epochs=1, verbose=0)
    assert float(optimizer.dynamic_scale.numpy()) == 2.0**-24


def test_gradients_are_unscaled_before_they_are_clipped():
    model = linear(optimizer=SGD(1.0, clipvalue=0.125))
    model.train_on_batch(np.ones((4, 1), "float32"), np.full((4, 1), 0.75, "float32"))
    np.testing.assert_allclose(model.get_weights()[0], [[0.875]])


def test_the_learning_rate_is_the_inner_optimizers():
    model = linear()
    model.optimizer.lr = 0.25
    assert float(K.get_value(model.optimizer.inner_optimizer.lr)) == 0.25
    K.set_value(model.optimizer.learning_rate, 0.125)
    assert float(K.get_value(model.optimizer.lr)) == 0.125
    data = np.ones((4, 1), "float32")
    schedule = LearningRateScheduler(lambda epoch: 0.5 / 2**epoch)
    history = model.fit(data, data, epochs=2, verbose=0, callbacks=[schedule])
    assert history.history["lr"] == [0.5, 0.25]


def test_a_schedule_counts_the_steps_taken():
    model = linear(optimizer=SGD(ExponentialDecay(1.0, 1, 0.5)))
    data = np.ones((1, 1), "float32")
    for x in (data, data * 3e4, data):
        model.train_on_batch(x, data * 0.75)
    assert float(K.get_value(model.optimizer.lr)) == 0.5


def test_what_is_no_optimizer_is_refused():
    with pytest.raises(TypeError, match=r"give one such as Adam\(\)"):
        LossScaleOptimizer("adam")
    with pytest.raises(ValueError, match="should be > 0"):
        LossScaleOptimizer(SGD(), initial_scale=0.0)


def test_a_config_makes_the_optimizer_again():
    optimizer = LossScaleOptimizer(Adam(0.5), 64.0, 10)
    twin = optimizers.deserialize(optimizers.serialize(optimizer))
    assert twin.get_config() == optimizer.get_config()
    assert type(twin.inner_optimizer) is Adam
    assert type(LossScaleOptimizer.from_config(optimizer.get_config())) is LossScaleOptimizer


# ------------------------------------------------------------------ files and copies
def trained(policy="mixed_float16"):
    """A model that took some steps, one of them skipped."""
    model = model_of(policy)
    model.compile(Adam(0.01), "mse")
    model.train_on_batch(X, Y)
    if policy == "mixed_float16":
        K.set_value(model.optimizer.dynamic_scale, 2.0**60)
        model.train_on_batch(X, Y)
    return model


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_training_goes_on_from_a_file(policy, tmp_path):
    model = trained(policy)
    model.save(tmp_path / "m.keras")
    config.set_dtype_policy("float32")
    twin = load_model(tmp_path / "m.keras")
    assert [x.dtype_policy for x in twin.layers] == [x.dtype_policy for x in model.layers]
    for each in (twin, copy.deepcopy(model)):
        assert type(each.optimizer) is type(model.optimizer)
        assert [v.numpy().tolist() for v in each.optimizer.variables] == [
            v.numpy().tolist() for v in model.optimizer.variables
        ]
    assert twin.train_on_batch(X, Y) == model.train_on_batch(X, Y)
    assert all(map(np.array_equal, twin.get_weights(), model.get_weights()))


def test_a_file_for_keras_2_is_float32_and_says_so(tmp_path):
    model = trained()
    with pytest.warns(UserWarning, match=r"no dtype policy 'mixed_float16'.*'.keras'") as caught:
        model.save(tmp_path / "m.h5")
    assert len(caught) == 1
    config.set_dtype_policy("float32")
    twin = load_model(tmp_path / "m.h5")
    assert {x.dtype_policy.name for x in twin.layers} == {"float32"}
    assert type(twin.optimizer) is Adam
    assert int(twin.optimizer.iterations.numpy()) == 1
    assert all(map(np.array_equal, twin.get_weights(), model.get_weights()))
