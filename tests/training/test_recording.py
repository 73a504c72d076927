"""How often the Python of a model runs: recording a deep model is much of the wait for its first epoch."""

import numpy as np
import pytest

from keras.layers import BatchNormalization, Dense, Dropout, Layer
from keras.models import Sequential


class Counting(Layer):
    def __init__(self):
        super().__init__()
        self.calls = 0

    def call(self, x):
        self.calls += 1
        return x


@pytest.mark.parametrize("optimizer", ["sgd", "rmsprop", "adagrad", "adadelta", "adam", "nadam"])
def test_the_first_fit_records_the_step_once(optimizer):
    counting = Counting()
    layers = [Dense(3, input_dim=4), BatchNormalization(), Dropout(0.1), counting, Dense(2)]
    model = Sequential(layers)
    model.compile(optimizer, "mse", metrics=["mae"])
    counting.calls = 0
    model.fit(np.ones((8, 4)), np.zeros((8, 2)), batch_size=8, verbose=0)
    assert counting.calls == 1
