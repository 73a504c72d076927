"""Arrays that are read piece by piece: read in rising order, a few rows at a time, never as a whole."""

import h5py
import numpy as np
import pytest

from keras.layers import Dense
from keras.models import Sequential
from keras.training.lazy import Rows, is_lazy, part, read_rows
from keras.utils.io_utils import HDF5Matrix

X = np.random.default_rng(0).normal(size=(96, 4)).astype("float32")
Y = X.sum(1, keepdims=True)


@pytest.fixture
def file(tmp_path):
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["x"], file["y"] = X, Y
    with h5py.File(tmp_path / "data.h5") as file:
        yield file


class Watched:
    """Notes how many rows are read at once."""

    def __init__(self, array):
        self.array, self.reads = array, []
        self.shape, self.dtype, self.ndim = array.shape, array.dtype, array.ndim

    def __len__(self):
        return len(self.array)

    def __getitem__(self, key):
        rows = self.array[key]
        self.reads.append(len(rows))
        return rows


def test_what_is_lazy(file):
    assert is_lazy(file["x"])
    assert is_lazy(HDF5Matrix(file.filename, "x"))
    assert is_lazy(Rows(file["x"], 0, 5))
    for other in (X, X[0, 0], [1.0], 2.0, "text"):
        assert not is_lazy(other)


def test_rows_are_those_of_the_array(file):
    rows = part(file["x"], 10, 40)
    assert (rows.shape, rows.dtype, rows.ndim, len(rows)) == ((30, 4), X.dtype, 2, 30)
    np.testing.assert_array_equal(rows[3:5], X[13:15])
    np.testing.assert_array_equal(rows[-2:], X[38:40])
    np.testing.assert_array_equal(rows[np.array([0, 7, 29])], X[[10, 17, 39]])
    np.testing.assert_array_equal(np.asarray(part(rows, 5, 8)), X[15:18])
    assert part(X, 10, 40).base is X


def test_rows_come_in_the_order_asked_for(file):
    for order in ([4, 5, 6], [9, 2, 2, 30], []):
        order = np.array(order, "int32")
        np.testing.assert_array_equal(read_rows(file["x"], order), X[order])


def model():
    np.random.seed(3)
    stack = Sequential([Dense(8, activation="tanh", input_dim=4), Dense(1)])
    stack.compile("adam", "mse")
    return stack


@pytest.mark.parametrize("shuffle", [False, True, "batch"])
def test_training_is_as_on_arrays_and_reads_no_more_than_it_needs(file, shuffle, monkeypatch):
    monkeypatch.setattr("keras.training.data._BLOCK_BYTES", 256)
    options = {"batch_size": 8, "epochs": 2, "verbose": 0, "shuffle": shuffle}
    expected = model().fit(X, Y, validation_split=0.25, **options).history
    x, y = Watched(file["x"]), Watched(file["y"])
    found = model().fit(x, y, validation_split=0.25, **options).history
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-5)
    # Each epoch reads 72 rows to train on and 24 to validate with, some batches at a time.
    assert sum(x.reads) == sum(y.reads) == 2 * 96
    assert max(x.reads) <= 16
