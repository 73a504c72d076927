"""Containers: which kind of file is written for a name, and which module reads a file by what is in it."""

import contextlib
import os

import h5py

from keras.saving import archive, files, hdf5, shards, tensors, tfjs, tree

# By the end of the file's name; all others are HDF5.
_MODEL_WRITERS = {".keras": archive.write}
_WEIGHT_WRITERS = {
    ".keras": archive.refuse_weights,
    ".safetensors": tensors.write,
    ".weights.h5": tree.write_weights,
}


@contextlib.contextmanager
def _reading_hdf5(source):
    """Yield the `Saved` of an HDF5 file, in whose layout soever."""
    with hdf5.opened(source) as (group, name):
        yield tree.read(group, name) if tree.is_tree(group) else hdf5.read(group, name)


def _reading_json(source):
    return shards.reading(source) if shards.is_index(source) else tfjs.reading(source)


# By what `files.kind_of` finds in the file: context managers that yield a `Saved`.
_READERS = {
    "folder": tfjs.reading,
    "hdf5": _reading_hdf5,
    "json": _reading_json,
    "safetensors": tensors.reading,
    "zip": archive.reading,
}


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
    "unknown": "of an unknown kind",
}
