"""Datasets on disk that behave like arrays."""

import gc
import pickle

import h5py
import numpy as np
import pytest

from keras.utils import HDF5Matrix

DATA = np.arange(20 * 3, dtype="float32").reshape(20, 3)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "data.h5"
    with h5py.File(path, "w") as file:
        file["x"] = DATA
        file["y"] = np.arange(20)
        file["group/z"] = np.zeros((0, 2))
    return str(path)


KEYS = [
    0,
    -1,
    np.int64(4),
    slice(None),
    slice(2, 5),
    slice(-3, None),
    slice(1, 9, 3),
    slice(None, None, -1),
    slice(8, 2, -2),
    slice(5, 5),
    slice(5, 2),
    slice(0, 100),
    [0],
    [3, 1, 2],
    [1, 1, 0],
    [9, 0, 4],
    [-1, 0],
    [],
    np.array([7, 2]),
    np.arange(10) % 3 == 0,
    np.zeros(10, bool),
    (2, 1),
    (slice(2, 4), 1),
    ([1, 0], slice(1, None)),
    (3,),
    ...,
]


@pytest.mark.parametrize("key", KEYS, ids=repr)
@pytest.mark.parametrize("normalizer", [None, lambda piece: piece / 2 + 1])
def test_reads_what_the_array_would(key, normalizer, path):
    matrix = HDF5Matrix(path, "x", start=5, end=15, normalizer=normalizer)
    array = DATA[5:15] if normalizer is None else normalizer(DATA[5:15])
    key_of_array = np.array(key, dtype=int) if isinstance(key, list) and not key else key
    expected = array[key_of_array]
    result = matrix[key]
    np.testing.assert_array_equal(result, expected)
    assert result.shape == expected.shape and result.dtype == expected.dtype


def test_looks_like_an_array(path):
    matrix = HDF5Matrix(path, "x", 5, 15)
    assert matrix.shape == (10, 3) and matrix.ndim == 2 and matrix.size == 30
    assert matrix.dtype == np.float32 and len(matrix) == 10
    np.testing.assert_array_equal(np.asarray(matrix), DATA[5:15])
    assert np.asarray(matrix, dtype="float64").dtype == np.float64
    assert sum(1 for _ in matrix) == 10


def test_shape_and_dtype_are_those_after_the_normalizer(path):
    matrix = HDF5Matrix(path, "x", normalizer=lambda piece: piece[:, :2].astype("int16"))
    assert matrix.shape == (20, 2) and matrix.dtype == np.int16


def test_no_samples(path):
    matrix = HDF5Matrix(path, "group/z", normalizer=lambda piece: piece + 1)
    assert matrix.shape == (0, 2) and matrix[:].shape == (0, 2)
    assert HDF5Matrix(path, "x", 20).shape == (0, 3)


@pytest.mark.parametrize(
    "key", [10, -11, [0, 10], [[0, 1]], [0.5], None, np.ones(9, bool)], ids=repr
)
def test_what_is_not_there_is_an_index_error(key, path):
    with pytest.raises(IndexError, match="HDF5Matrix"):
        HDF5Matrix(path, "x", 5, 15)[key]


@pytest.mark.parametrize("start, end", [(0, 21), (5, 4), (-1, None), (21, None)])
def test_limits_are_checked(start, end, path):
    with pytest.raises(ValueError, match=f"start={start} and end=.* of 20 samples") as raised:
        HDF5Matrix(path, "x", start, end)
    # Closed at once, although the error still refers to the matrix.
    assert raised.traceback and HDF5Matrix.refs == {}


def test_an_unknown_dataset_or_file_is_named(path):
    with pytest.raises(KeyError, match=r"no dataset 'w'.*\['x', 'y'\]"):
        HDF5Matrix(path, "w")
    with pytest.raises(KeyError, match="no dataset 'group'"):
        HDF5Matrix(path, "group")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        HDF5Matrix("nowhere.h5", "x")
    assert HDF5Matrix.refs == {}


def test_the_file_is_shared_and_closed_with_its_last_matrix(path):
    x, y = HDF5Matrix(path, "x"), HDF5Matrix(path, "y")
    assert list(HDF5Matrix.refs) == [path]
    file = HDF5Matrix.refs[path]
    del x
    gc.collect()
    assert file.id.valid and y[3] == 3
    y.close()
    y.close()
    assert not file.id.valid and HDF5Matrix.refs == {}
    with h5py.File(path, "a"):  # can be written to again
        pass


def test_pickling_opens_the_file_again(path):
    matrix = pickle.loads(pickle.dumps(HDF5Matrix(path, "x", 5, 15)))
    np.testing.assert_array_equal(matrix[:], DATA[5:15])
    matrix.close()
    assert HDF5Matrix.refs == {}


def test_asarray_without_a_copy_is_refused(path):
    with pytest.raises(ValueError, match="makes a copy"):
        np.asarray(HDF5Matrix(path, "x"), copy=False)
