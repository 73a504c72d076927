"""A stand-in for a compiled model, and a loop that calls callbacks as `fit` does."""

import json
from pathlib import Path

import numpy as np
import pytest

import keras.backend as K
from keras.callbacks import CallbackList
from keras.utils.logs import Logs


class _Optimizer:
    def __init__(self):
        self.lr = K.variable(1.0)


class _Model:
    """Its one weight is the number of the epoch in which it was trained last."""

    def __init__(self):
        self.optimizer = _Optimizer()
        self.stop_training = False
        self.weights = [np.array([-1.0])]

    def get_weights(self):
        return [weight.copy() for weight in self.weights]

    def set_weights(self, weights):
        self.weights = [np.array(weight) for weight in weights]


@pytest.fixture
def model():
    return _Model()


@pytest.fixture
def run(model):
    """Run callbacks over epochs given as their logs; returns these as the callbacks left them."""

    def run(callbacks, epochs, state=None, first=0, **params):
        calls = CallbackList(callbacks)
        calls.set_params({"epochs": first + len(epochs), "verbose": 0, "metrics": None, **params})
        calls.set_model(model)
        model.stop_training = False
        calls.on_train_begin()
        for callback, kept in zip(calls, state or []):
            callback.set_state(kept)
        seen = []
        for epoch, logs in enumerate(epochs, start=first):
            calls.on_epoch_begin(epoch)
            model.weights = [np.array([float(epoch)])]
            seen.append(Logs(logs))
            calls.on_epoch_end(epoch, seen[-1])
            if model.stop_training:
                break
        calls.on_train_end()
        return seen

    return run


@pytest.fixture
def stored():
    """Results of Keras 2.2.4."""
    return json.loads((Path(__file__).parent / "keras_2_2_4.json").read_text())
