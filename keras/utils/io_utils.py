"""HDF5Matrix: a dataset in an HDF5 file that is read piece by piece, like an array."""

import os
import threading
import weakref
from collections import Counter

import h5py
import numpy as np


class HDF5Matrix:
    """A part of an HDF5 dataset that stands in for a NumPy array.

    Only what is asked for is read. All matrices of one file share one open file, which is closed
    when the last of them is closed or no longer in use.

    Args:
        datapath: path of the HDF5 file.
        dataset: name of the dataset in it.
        start: the first sample (index along the first axis) that belongs to the matrix.
        end: the sample after the last one; None: all to the end.
        normalizer: a function that every piece read is passed through, or None; it gets an array
            with an axis of samples and keeps that axis.

    Raises:
        FileNotFoundError: there is no such file.
        KeyError: the file has no dataset of that name.
        ValueError: `start` and `end` lie outside of the dataset.

    Attributes:
        refs: the open files by path, of all matrices.
        close: a function that gives the file up; later reading fails.

    Examples:
        >>> import os, tempfile
        >>> path = os.path.join(tempfile.mkdtemp(), "data.h5")
        >>> with h5py.File(path, "w") as file:
        ...     file["x"] = np.arange(10)
        >>> x = HDF5Matrix(path, "x", start=2, normalizer=lambda part: part * 10)
        >>> x.shape, x[1:3], x[[4, 0]]
        ((8,), array([30, 40]), array([60, 20]))
    """

    refs = {}

    def __init__(self, datapath, dataset, start=0, end=None, normalizer=None):
        self.datapath = os.fspath(datapath)
        self.dataset = dataset
        self.normalizer = normalizer
        file = _acquire(self.datapath)
        self.close = weakref.finalize(self, _release, self.datapath)
        try:
            self.data = _dataset(file, self.datapath, dataset)
            self.start, self.end = self._limits(start, end)
            self._sample = self._first_sample()
        except BaseException:
            self.close()
            raise

    def _limits(self, start, end):
        count = len(self.data)
        end = count if end is None else end
        if not 0 <= start <= end <= count:
            raise ValueError(
                f"HDF5Matrix: start={start} and end={end} do not fit the dataset {self.dataset!r} "
                f"of {count} samples; 0 <= start <= end <= {count} is needed."
            )
        return start, end

    def _first_sample(self):
        """A piece of one sample (none, if there is none), which tells shape and dtype."""
        return np.asarray(self._normalized(self.data[self.start : min(self.start + 1, self.end)]))

    def _normalized(self, piece):
        return piece if self.normalizer is None else self.normalizer(piece)

    def __len__(self):
        return self.end - self.start

    @property
    def shape(self):
        """The shape, samples first."""
        return (len(self), *self._sample.shape[1:])

    @property
    def dtype(self):
        """The dtype of what is read."""
        return self._sample.dtype

    @property
    def ndim(self):
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self):
        """The number of values."""
        return int(np.prod(self.shape))

    def __getitem__(self, key):
        """Read samples: by a number, a slice, or a list or array of numbers (any order) or bools.

        Raises:
            IndexError: a number is out of range.
        """
        if key is Ellipsis:
            return self[:]
        if isinstance(key, tuple):
            rest = key[1:]
            return self[key[0]] if not rest else self[key[0]][self._after(key[0], rest)]
        if isinstance(key, slice):
            return self._read_slice(key)
        indices = np.asarray(key)
        if indices.ndim == 0:
            return self._read_many(indices.reshape(1))[0]
        return self._read_many(indices)

    def _after(self, first, rest):
        """The key for the other axes, once the first is read."""
        return (
            rest if np.ndim(first) == 0 and not isinstance(first, slice) else (slice(None), *rest)
        )

    def _read_slice(self, key):
        start, stop, step = key.indices(len(self))
        if step < 0:
            return self._read_many(np.arange(start, stop, step))
        return self._normalized(self.data[self.start + start : self.start + stop : step])

    def _read_many(self, key):
        """HDF5 reads rising numbers only, each once: read these, then put them in order."""
        indices, inverse = np.unique(self._indices(key), return_inverse=True)
        if not indices.size:
            return self._normalized(self.data[self.start : self.start])
        if indices[-1] - indices[0] == indices.size - 1:
            first = self.start + int(indices[0])
            piece = self.data[first : first + indices.size]
        else:
            piece = self.data[self.start + indices]
        return self._normalized(piece[inverse])

    def _indices(self, key):
        """The numbers meant by `key`, counted from the matrix's first sample."""
        count = len(self)
        if key.dtype == bool:
            if key.shape != (count,):
                raise IndexError(
                    f"HDF5Matrix: the mask has shape {key.shape}, but {(count,)} is needed."
                )
            return np.flatnonzero(key)
        if key.ndim != 1 or (key.size and key.dtype.kind not in "iu"):
            raise IndexError(
                f"HDF5Matrix: cannot read samples by an array of shape {key.shape} and dtype "
                f"{key.dtype}; give a number, a slice, or a list of numbers."
            )
        key = key.astype(np.int64)
        outside = key[(key < -count) | (key >= count)]
        if outside.size:
            raise IndexError(
                f"HDF5Matrix: there is no sample {outside[0]} among {count}; the matrix holds "
                f"samples {self.start} to {self.end} of {self.dataset!r}."
            )
        return np.where(key < 0, key + count, key)

    def __array__(self, dtype=None, copy=None):
        if copy is False:
            raise ValueError(
                "HDF5Matrix: reading a file always makes a copy; leave out copy=False."
            )
        return np.asarray(self[:], dtype=dtype)

    def __reduce__(self):
        # An open file cannot travel to another process: it is opened there again.
        arguments = (self.datapath, self.dataset, self.start, self.end, self.normalizer)
        return type(self), arguments


# How many matrices use the open file of a path.
_users = Counter()

# Reentrant, because a garbage collection within `_acquire` may call `_release`.
_lock = threading.RLock()


def _acquire(path):
    """The open file of a path, with one user more."""
    with _lock:
        if path not in HDF5Matrix.refs:
            HDF5Matrix.refs[path] = h5py.File(path, "r")
        _users[path] += 1
        return HDF5Matrix.refs[path]


def _release(path):
    """One user less; the last one closes the file."""
    with _lock:
        _users[path] -= 1
        if not _users[path]:
            del _users[path]
            HDF5Matrix.refs.pop(path).close()


def _dataset(file, path, name):
    found = file.get(name)
    if not isinstance(found, h5py.Dataset):
        datasets = [key for key, value in file.items() if isinstance(value, h5py.Dataset)]
        raise KeyError(
            f"HDF5Matrix: {path!r} has no dataset {name!r}; at its top level are {datasets}."
        )
    return found
