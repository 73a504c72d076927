"""Arrays that are read piece by piece, such as an h5py dataset, an HDF5Matrix or a sparse matrix."""

import numpy as np

from keras.backend.compute import compute


def is_lazy(x):
    """Return whether `x` is read piece by piece."""
    has_rows = hasattr(x, "shape") and hasattr(x, "__getitem__") and hasattr(x, "dtype")
    return has_rows and not _is_in_memory(x)


def _is_in_memory(x):
    """Return whether `x` is an array, a table, or a tensor, be it of a library that is not the backend."""
    return (
        isinstance(x, np.ndarray | np.generic)
        or compute.is_tensor(x)
        or any(hasattr(x, name) for name in ("iloc", "__dlpack__", "numpy"))
    )


class Rows:
    """Some neighbouring rows of a lazily read array, which are themselves read when asked for.

    Args:
        array: a lazily read array.
        first, last: the rows `first <= i < last`.

    Attributes:
        shape, dtype, ndim: as NumPy has them.
    """

    def __init__(self, array, first, last):
        self._array, self._first = array, first
        self.shape = (last - first, *array.shape[1:])
        self.dtype, self.ndim = array.dtype, len(self.shape)

    def __len__(self):
        return self.shape[0]

    def __getitem__(self, key):
        """Read rows: a slice of neighbours, or rising numbers."""
        if isinstance(key, slice):
            first, last, _ = key.indices(len(self))
            return self._array[self._first + first : self._first + last]
        return self._array[self._first + np.asarray(key)]

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self[:], dtype)


class SparseRows:
    """A sparse matrix of SciPy, whose rows become dense when they are read.

    Args:
        matrix: the matrix.
    """

    def __init__(self, matrix):
        self._matrix = matrix.tocsr()
        self.shape, self.ndim = matrix.shape, 2
        self.dtype = matrix.dtype

    def __len__(self):
        return self.shape[0]

    def __getitem__(self, rows):
        return self._matrix[rows].toarray()


def part(array, first, last):
    """Return the rows `first <= i < last` of an array; of a lazily read one nothing is read yet."""
    return Rows(array, first, last) if is_lazy(array) else array[first:last]


def read_rows(array, rows):
    """Return rows of an array or a lazily read one, which is asked for rising row numbers only."""
    if not is_lazy(array):
        return array[rows]
    if rows.size and np.array_equal(rows, np.arange(rows[0], rows[0] + rows.size)):
        return np.asarray(array[int(rows[0]) : int(rows[0]) + rows.size])
    rising, places = np.unique(rows, return_inverse=True)
    return np.asarray(array[rising])[places]
