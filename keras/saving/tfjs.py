"""The layers models of TensorFlow.js: a `model.json`, and binary files beside it with the weights one after the other.

Weights may be quantized: to half precision, or to bytes or 16-bit numbers, which stand for `min + scale * number`.
"""

import contextlib
import functools
import os
from math import prod

import numpy as np

from keras.saving import files, text
from keras.saving.schema import LayerWeights, Saved, WeightEntry

_DTYPES = {"bool": "?", "float16": "<f2", "float32": "<f4", "int32": "<i4", "uint8": "u1"}
_DTYPES |= {"uint16": "<u2"}
_LARGEST_JSON = 256 << 20


@contextlib.contextmanager
def reading(source):
    """Yield the `Saved` that a `model.json`, or a folder with one, holds.

    Args:
        source: a path.

    Raises:
        ValueError: if it is no layers model, refers to files elsewhere, or files or bytes are missing.
    """
    path = os.fspath(source)
    path = os.path.join(path, "model.json") if os.path.isdir(path) else path
    if not os.path.isfile(path):
        raise ValueError(f"The folder {os.fspath(source)!r} has no 'model.json' and is no model.")
    yield _saved(path)


def _saved(path):
    if os.path.getsize(path) > _LARGEST_JSON:
        raise ValueError(f"{path!r} is too large to be a description of a model.")
    with open(path, encoding="utf8") as file:
        content = text.from_json(file.read())
    topology = content.get("modelTopology") if isinstance(content, dict) else None
    if not isinstance(topology, dict) or not isinstance(content.get("weightsManifest"), list):
        raise ValueError(
            f"{path!r} is JSON without 'modelTopology' and 'weightsManifest', so no layers model of TensorFlow.js. For "
            "a config alone, use model_from_json."
        )
    model = topology.get("model_config", topology)
    entries = [entry for group in content["weightsManifest"] for entry in _group(path, group)]
    return Saved(
        model=model,
        training=topology.get("training_config"),
        weights=_by_layer(model, entries),
        version=str(topology.get("keras_version", "")).replace("tfjs-layers ", ""),
        backend="tensorflow",
        source=path,
    )


# ------------------------------------------------------------------ weights
def _group(path, group):
    """Return the entries of one group of files, whose bytes are one row."""
    try:
        names, weights = list(group["paths"]), list(group["weights"])
        paths = [files.beside(path, name) for name in names]
        sizes = [os.path.getsize(file) for file in paths]
        entries, start = [], 0
        for weight in weights:
            read = functools.partial(_read, list(zip(paths, sizes, strict=True)), start, weight)
            shape = tuple(map(_size, weight["shape"]))
            dtype = np.dtype(_DTYPES[weight["dtype"]]).name
            entries.append(WeightEntry(str(weight["name"]), shape, dtype, read))
            start += prod(shape) * _stored(weight).itemsize
    except (AttributeError, KeyError, OSError, TypeError) as error:
        raise ValueError(f"{path!r}: its weights are damaged or missing: {error!r}.") from error
    if start != sum(sizes):
        raise ValueError(
            f"{path!r}: the files {names} have {sum(sizes)} bytes, the weights take {start}. Is the model complete?"
        )
    return entries


def _size(n):
    if isinstance(n, bool) or not isinstance(n, int) or n < 0:
        raise TypeError(f"a size should be an int >= 0, got {n!r}")
    return n


def _stored(weight):
    """Return the dtype of what stands in the file."""
    return np.dtype(_DTYPES[weight.get("quantization", weight)["dtype"]])


def _read(files, start, weight):
    """Read one weight, which may lie across several files."""
    dtype, shape = _stored(weight), weight["shape"]
    wanted, parts = prod(shape) * dtype.itemsize, []
    for path, size in files:
        if start < size and wanted:
            with open(path, "rb") as file:
                file.seek(start)
                parts.append(file.read(wanted))
            wanted -= len(parts[-1])
        start = max(start - size, 0)
    values = np.frombuffer(b"".join(parts), dtype).reshape(shape)
    quantization = weight.get("quantization")
    if quantization is None:
        return values
    values = values.astype(_DTYPES[weight["dtype"]])
    if quantization["dtype"] == "float16":
        return values
    return values * np.float32(quantization["scale"]) + np.float32(quantization["min"])


def _by_layer(model, entries):
    """Return the weights layer by layer: their names begin with those of their layers."""
    outer = {}
    for layer in _layers(model):
        for name in _names(layer):
            outer.setdefault(name, next(iter(_names(layer))))
    found = {}
    for entry in entries:
        first = entry.name.split("/")[0]
        found.setdefault(outer.get(first, first), []).append(entry)
    return [LayerWeights(name, list(own)) for name, own in found.items()]


def _layers(model):
    config = model.get("config") if isinstance(model, dict) else None
    layers = config.get("layers") if isinstance(config, dict) else config
    return layers if isinstance(layers, list) else []


def _names(structure):
    """Yield the names of a layer and of those within it, its own first."""
    if isinstance(structure, dict):
        config = structure.get("config")
        name = structure.get("name") or (isinstance(config, dict) and config.get("name"))
        if isinstance(name, str):
            yield name
        for inner in _layers(structure):
            yield from _names(inner)
