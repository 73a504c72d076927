"""Weights as safetensors: a flat table of arrays, named by their paths in the model."""

import contextlib
import functools
import json
import os
from math import prod

import ml_dtypes
import numpy as np
import safetensors
from safetensors import SafetensorError
from safetensors.numpy import save_file

from keras import config
from keras._version import __version__
from keras.saving import files
from keras.saving.schema import LayerWeights, Saved, WeightEntry

# NumPy's names of the dtypes that may be weights.
_DTYPES = {
    "BF16": "bfloat16",
    "BOOL": "bool",
    "F16": "float16",
    "F32": "float32",
    "F64": "float64",
    "I16": "int16",
    "I32": "int32",
    "I64": "int64",
    "I8": "int8",
    "U16": "uint16",
    "U32": "uint32",
    "U64": "uint64",
    "U8": "uint8",
}
_NAMES = "layer:"


def write(target, saved):
    """Write weights; names that people gave to layers go into the metadata.

    Args:
        target: a path.
        saved: a `Saved` in canonical form.
    """
    # The library takes the memory as it lies, whatever the order of the axes in it.
    arrays = {
        entry.path: np.asarray(entry.read(), order="C")
        for layer in saved.weights
        for entry in layer.entries
    }
    metadata = {
        "format": "keras",
        "written_by": f"keras {__version__} ({config.backend()})",
        **{f"{_NAMES}{layer.path}": layer.name for layer in saved.weights if layer.entries},
    }
    with files.replacing(target) as path:
        save_file(arrays, path, metadata)


@contextlib.contextmanager
def reading(source):
    """Yield the `Saved` that a file holds; its weights can be read within the `with` block.

    Args:
        source: a path.

    Raises:
        ValueError: if the file is damaged, or has arrays of a dtype that weights do not have.
    """
    name = os.fspath(source)
    try:
        raw, opened = files.opened_with(name, _opened)
    except (SafetensorError, OSError) as error:
        raise ValueError(
            f"{name!r} cannot be read as safetensors: {error}. Is the file complete?"
        ) from error
    with raw, opened as file:
        yield _saved(file, raw, name)


def _opened(path):
    return safetensors.safe_open(path, framework="numpy")


def _saved(file, raw, source):
    places = _places(raw)
    metadata = file.metadata() or {}
    groups = {}
    for key in file.keys():  # noqa: SIM118 - it is no dict
        layer = key.rpartition("/")[0].removesuffix("/vars")
        groups.setdefault(layer, []).append(_entry(file, raw, key, places, source))
    weights = [
        LayerWeights(metadata.get(f"{_NAMES}{path}", path), entries, path)
        for path, entries in groups.items()
    ]
    names = {path.removeprefix(_NAMES): name for path, name in metadata.items()}
    known = {group.path for group in weights}
    weights += [
        LayerWeights(names[path], [], path)
        for path in names
        if path not in known and f"{_NAMES}{path}" in metadata
    ]
    return Saved(weights=weights, source=source, is_by_path=True)


def _places(raw):
    """Return `{name: (first, after the last) byte}` of the arrays, whose table the library has found to be in order.

    Format: "Format", in the README of safetensors.
    """
    size = int.from_bytes(raw.read(8), "little")
    table = json.loads(raw.read(size))
    table.pop("__metadata__", None)
    return {key: [8 + size + place for place in row["data_offsets"]] for key, row in table.items()}


def _entry(file, raw, key, places, source):
    stored = file.get_slice(key)
    if stored.get_dtype() not in _DTYPES:
        raise ValueError(
            f"{source!r}: {key!r} has the dtype {stored.get_dtype()}, which weights do not have here."
        )
    dtype, shape = _DTYPES[stored.get_dtype()], tuple(stored.get_shape())
    read = functools.partial(_read, raw, key, places, dtype, shape, source)
    return WeightEntry(key, shape, dtype, read)


def _read(raw, key, places, dtype, shape, source):
    """Read an array, not through the library, which maps the file: what was read of it would take memory twice."""
    dtype = np.dtype(getattr(ml_dtypes, dtype, dtype))
    first, end = places.get(key, (0, 0))
    raw.seek(first)
    data = np.fromfile(raw, "uint8", end - first)
    if data.size != prod(shape) * dtype.itemsize:
        raise ValueError(
            f"{source!r}: {key!r} is not there as a whole; the file was changed while it was read. Load it again."
        )
    return data.view(dtype).reshape(shape)
