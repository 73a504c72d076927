"""Containers: which kind of file is written for a name, and which module reads a file by what is in it."""

import contextlib
import os

import h5py

from keras.saving import files, hdf5

# By the end of the file's name; all others are HDF5.
_MODEL_WRITERS = {}
_WEIGHT_WRITERS = {}

# By what `files.kind_of` finds in the file: context managers that yield a `Saved`.
_READERS = {"hdf5": hdf5.reading}


def write_model(target, saved):
    """Write a whole model in the kind of file that its name tells; HDF5 if it tells none."""
    _by_suffix(_MODEL_WRITERS, target, hdf5.write)(target, saved)


def write_weights(target, saved):
    """Write weights alone in the kind of file that its name tells; HDF5 if it tells none."""
    _by_suffix(_WEIGHT_WRITERS, target, hdf5.write_weights)(target, saved)


def _by_suffix(writers, target, default):
    if isinstance(target, h5py.Group):
        return default
    name = os.fspath(target).lower()
    suffixes = sorted((s for s in writers if name.endswith(s)), key=len)
    return writers[suffixes[-1]] if suffixes else default


@contextlib.contextmanager
def reading(source):
    """Yield the `Saved` that a file holds, whatever its name; what is in it tells its kind.

    Args:
        source: a path, or an open h5py.File or Group.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it is of no kind that is read here, or damaged.
    """
    kind = "hdf5" if isinstance(source, h5py.Group) else files.kind_of(source)
    if kind not in _READERS:
        raise ValueError(
            f"{os.fspath(source)!r} is no file that can be loaded here: it is {_WORDS.get(kind, kind)}, and "
            f"{', '.join(sorted(_READERS))} can be. Is the file complete, and the right one?"
        )
    with _READERS[kind](source) as saved:
        yield saved


_WORDS = {
    "empty": "empty",
    "folder": "a folder",
    "json": "JSON (a config alone: use model_from_json)",
    "unknown": "of an unknown kind",
}
