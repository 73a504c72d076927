"""Loops that are alike share what was compiled; what differs in anything does not."""

import gc
import weakref

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from keras import backend as K
from keras.backend.jax import alike, cpu
from keras.layers import Dense, Dropout, Lambda
from keras.models import Sequential
from keras.optimizers import SGD, Adam

X = np.random.default_rng(1).normal(size=(24, 5)).astype("float32")
Y = (X[:, :3] * 2).astype("float32")


@pytest.fixture(autouse=True)
def compilations(monkeypatch):
    """Nothing is compiled yet; a list that grows by one each time something is."""
    cpu.compiler_options()  # which tries them on a program of its own, the first time
    monkeypatch.setattr(alike, "_programs", type(alike._programs)())
    made, compile_ = [], jax.stages.Lowered.compile
    monkeypatch.setattr(
        jax.stages.Lowered,
        "compile",
        lambda self, *a, **k: made.append(1) or compile_(self, *a, **k),
    )
    return made


def model_of(*layers, optimizer="sgd", loss="mse", weights=None):
    model = Sequential([Dense(4, "tanh", input_shape=(5,)), *layers, Dense(3)])
    if weights is not None:
        model.set_weights(weights)
    model.compile(optimizer, loss)
    return model


def trained(model):
    model.fit(X, Y, batch_size=8, shuffle=False, verbose=0)
    return model


def test_a_model_built_anew_is_not_compiled_anew(compilations):
    first = model_of(optimizer=Adam())
    start = first.get_weights()
    trained(first)
    assert len(compilations) == 1
    second = trained(model_of(optimizer=Adam(), weights=start))
    assert len(compilations) == 1
    assert all(map(np.array_equal, second.get_weights(), first.get_weights()))


def test_another_batch_size_is_compiled_once_for_both(compilations):
    for _ in range(2):
        model = model_of()
        for size in (8, 12):
            model.fit(X, Y, batch_size=size, verbose=0)
    assert len(compilations) == 2


VARIANTS = [
    lambda: model_of(Dense(4)),
    lambda: model_of(Dense(4, "relu")),
    lambda: model_of(Dropout(0.25, seed=1)),
    lambda: model_of(Dropout(0.5, seed=1)),
    lambda: model_of(Lambda(lambda x: x * 0.5)),
    lambda: model_of(Lambda(lambda x: x * 0.25)),
    lambda: model_of(Lambda(lambda x: x * np.array([1, 2, 3, 4], "float32"))),
    lambda: model_of(Lambda(lambda x: x * np.array([1, 2, 3, 5], "float32"))),
    lambda: model_of(optimizer=SGD(momentum=0.9)),
    lambda: model_of(optimizer=SGD(momentum=0.9, nesterov=True)),
    lambda: model_of(optimizer=SGD(clipnorm=1.0)),
    lambda: model_of(optimizer=SGD(clipnorm=0.1)),
    lambda: model_of(loss="mae"),
    lambda: model_of(loss=lambda a, b: K.mean(K.square(a - b) * 3.0, axis=-1)),
    lambda: model_of(loss=lambda a, b: K.mean(K.square(a - b) * 2.0, axis=-1)),
]


def test_models_that_differ_are_told_apart():
    def result(make):
        np.random.seed(3)
        return trained(make()).get_weights()

    wanted = []
    for make in VARIANTS:
        alike._programs.clear()
        wanted.append(result(make))
    for _ in range(2):
        for make, weights in zip(VARIANTS, wanted, strict=True):
            assert all(map(np.array_equal, result(make), weights))


def test_a_layer_that_is_frozen_makes_another_program(compilations):
    trained(model_of())
    model = model_of()
    model.layers[0].trainable = False
    model.compile("sgd", "mse")
    kernel = model.layers[0].get_weights()[0]
    trained(model)
    assert np.array_equal(model.layers[0].get_weights()[0], kernel)


def test_what_is_kept_holds_no_model():
    model = trained(model_of())
    seen = weakref.ref(model.layers[0])
    del model
    gc.collect()
    assert alike._programs
    assert seen() is None


def program(function, *args):
    return alike._of_closed(jax.jit(function).trace(*args).jaxpr)


def test_programs_are_compared_to_the_last_bit():
    x = jnp.ones(3)
    assert program(lambda x: x + 1.0, x) == program(lambda y: y + 1.0, x)
    assert program(lambda x: x + 0.0, x) != program(lambda x: x + -0.0, x)
    assert program(lambda x: x + 1.0, x) != program(lambda x: x + 1.0000001, x)
    assert program(lambda x: x[::2], x) != program(lambda x: x[1::2], x)
    assert program(lambda x: x - x * 2, x) != program(lambda x: x * 2 - x, x)
    table = np.arange(3.0, dtype="float32")
    assert program(lambda x: x * table, x) == program(lambda x: x * table.copy(), x)
    assert program(lambda x: x * table, x) != program(lambda x: x * table[::-1], x)


def test_programs_with_large_arrays_are_not_compared(compilations):
    table = np.random.default_rng(0).normal(size=(5, 1000)).astype("float32")
    for _ in range(2):
        model = Sequential(
            [Lambda(lambda x: K.dot(x, K.constant(table)), input_shape=(5,)), Dense(3)]
        )
        model.compile("sgd", "mse")
        trained(model)
    assert len(compilations) == 2


def test_only_so_many_programs_are_kept(monkeypatch):
    monkeypatch.setattr(alike, "_KEPT", 2)
    for units in (1, 2, 3):
        trained(model_of(Dense(units)))
    assert len(alike._programs) == 2


def test_a_precision_that_is_set_later_counts(compilations):
    model = trained(model_of())
    with jax.default_matmul_precision("highest"):
        trained(model)
    assert len(compilations) == 2


def test_nan_are_looked_for_in_loops_too():
    model = model_of()
    with jax.debug_nans(True), pytest.raises(FloatingPointError, match="nan"):
        model.fit(X * np.float32("nan"), Y, verbose=0)
