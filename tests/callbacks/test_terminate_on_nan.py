"""Stopping when the loss is no number."""

import math

import numpy as np
import pytest

from keras.callbacks import CallbackList, TerminateOnNaN


@pytest.fixture
def calls(model):
    calls = CallbackList([TerminateOnNaN()])
    calls.set_model(model)
    calls.set_params({"samples": 100})
    calls.on_train_begin()
    calls.on_epoch_begin(4)
    return calls


def test_the_running_mean_is_enough(calls, model, capsys):
    calls.on_progress(32, {"loss": 0.5})
    assert not model.stop_training
    calls.on_progress(96, {"loss": np.float32("nan")})
    assert model.stop_training
    out = capsys.readouterr().out
    assert out.startswith("Epoch 5, samples 33 to 96: the loss is nan, training stops.")


def test_steps_are_named_where_samples_are_unknown(calls, model, capsys):
    calls.set_params({"samples": None})
    calls.on_progress(1, {"loss": math.inf})
    assert model.stop_training
    assert capsys.readouterr().out.startswith("Epoch 5, step 1: the loss is inf")


def test_with_batches_the_very_step_is_named_and_only_once(calls, model, capsys):
    calls.on_batch_end(0, {"loss": 0.5, "size": 32})
    calls.on_progress(32, {"loss": 0.5})
    calls.on_batch_end(1, {"loss": -math.inf, "size": 32})
    calls.on_progress(64, {"loss": -math.inf})
    assert model.stop_training
    out = capsys.readouterr().out
    assert out.startswith("Epoch 5, step 2: the loss is -inf")
    assert out.count("\n") == 1


def test_logs_without_a_loss_are_left_alone(calls, model):
    calls.on_batch_end(0, {})
    calls.on_progress(10, {"acc": math.nan})
    assert not model.stop_training


def test_the_next_run_is_watched_again(calls, model):
    calls.on_progress(10, {"loss": math.nan})
    model.stop_training = False
    calls.on_train_begin()
    calls.on_epoch_begin(0)
    calls.on_progress(10, {"loss": math.nan})
    assert model.stop_training
