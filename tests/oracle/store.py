"""Stored results: {case: {key: array or plain value}} in one compressed .npz file.

All numbers of a file lie in one float32 vector, described by an index in JSON: thousands of tiny
arrays would cost more in zip headers than in data.
"""

import json
import os

import numpy as np

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fixtures")


def save(area, results):
    """Writes the results of an area; returns the file's size in bytes."""
    chunks, index, start = [], {}, 0
    for case in sorted(results):
        entry = index.setdefault(case, {})
        for key in sorted(results[case]):
            value = results[case][key]
            if not is_numbers(value):
                entry[key] = {"value": value}
                continue
            array = np.asarray(value, "float32")
            entry[key] = {"start": start, "shape": list(array.shape)}
            chunks.append(array.ravel())
            start += array.size
    data = np.concatenate(chunks) if chunks else np.zeros(0, "float32")
    text = np.frombuffer(json.dumps(index, sort_keys=True).encode(), "uint8")
    path = os.path.join(FOLDER, area + ".npz")
    np.savez_compressed(path, data=data, index=text)
    return os.path.getsize(path)


def is_numbers(value):
    """Whether a value is stored in the float vector: an array, a float, or a list of floats."""
    if isinstance(value, (np.ndarray, np.floating, float)):
        return True
    return isinstance(value, list) and bool(value) and all(map(is_numbers, value))


def load(area):
    """The stored results of an area."""
    with np.load(os.path.join(FOLDER, area + ".npz")) as archive:
        data, index = archive["data"], json.loads(archive["index"].tobytes().decode())
    return {case: {k: _read(data, v) for k, v in entry.items()} for case, entry in index.items()}


def _read(data, entry):
    if "value" in entry:
        return entry["value"]
    size = int(np.prod(entry["shape"]))
    return data[entry["start"] : entry["start"] + size].reshape(entry["shape"])
