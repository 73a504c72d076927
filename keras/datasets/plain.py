"""Reading files that hold pickled data, without running any code that they name."""

import pickle
import zipfile

import numpy as np

STORAGE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"

# The function that a pickled array names, under whatever path NumPy had it when the file was written.
_RECONSTRUCT = np.empty(0).__reduce__()[0]


def _encode(text, encoding):
    """Return the bytes that Python 3 writes for Python 2 as a text."""
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"the data hold bytes in the unknown encoding {encoding!r}")
    return text.encode("latin1")


_ALLOWED = {
    ("_codecs", "encode"): _encode,
    ("numpy.core.multiarray", "_reconstruct"): _RECONSTRUCT,
    ("numpy._core.multiarray", "_reconstruct"): _RECONSTRUCT,
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
}


class _PlainUnpickler(pickle.Unpickler):
    """Makes numbers, texts, lists, dicts and arrays, and nothing else."""

    def find_class(self, module, name):
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(
                f"the data name {module}.{name}, but only numbers, texts, lists and arrays are read"
            )
        return _ALLOWED[module, name]


def unpickle(file, path, encoding="ASCII"):
    """Return what is pickled in an open file, made of numbers, texts, lists, dicts and arrays alone.

    Args:
        file: an open binary file.
        path: its path, for messages.
        encoding: how to read the texts of Python 2: "bytes" for as bytes.

    Raises:
        ValueError: if the file is broken or holds anything else.
    """
    try:
        return _PlainUnpickler(file, encoding=encoding).load()
    except Exception as error:  # broken data can make an unpickler raise anything
        raise ValueError(
            f"{path} cannot be read: {error}. Delete it, so that it is downloaded anew."
        ) from error


def read_npz(path):
    """Return the arrays of an npz file, `{name: array}`; arrays of objects hold numbers, texts and lists alone.

    Args:
        path: the file's path.

    Raises:
        ValueError: if the file is broken or holds anything else.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.endswith(".npy")]
            return {name[:-4]: _read_array(archive, name, path) for name in names}
    except (zipfile.BadZipFile, EOFError) as error:
        raise ValueError(
            f"{path} is no npz file: {error}. Delete it, so that it is downloaded anew."
        ) from error


def _read_array(archive, name, path):
    with archive.open(name) as file:
        version = np.lib.format.read_magic(file)
        read_header = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }.get(version)
        if read_header is None:
            raise ValueError(f"{path}: {name} has the unknown version {version} of the format.")
        shape, _, dtype = read_header(file)
        if dtype.hasobject:
            array = unpickle(file, f"{name} in {path}")
            if not isinstance(array, np.ndarray) or array.shape != shape:
                raise ValueError(f"{path}: {name} does not hold an array of shape {shape}.")
            return array
    with archive.open(name) as file:
        return np.lib.format.read_array(file, allow_pickle=False)
