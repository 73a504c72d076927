"""Weights of Keras 3 in several files: `NAME.weights.json` tells those beside it, each a part of a `.weights.h5`."""

import contextlib
import os

from keras.saving import files, hdf5, text, tree
from keras.saving.schema import LayerWeights, Saved

_LARGEST_JSON = 64 << 20
_KEY = "weight_map"


def is_index(source):
    """Return whether a JSON file is an index of such files, by how it begins."""
    with open(source, "rb") as file:
        return f'"{_KEY}"'.encode() in file.read(4096)


@contextlib.contextmanager
def reading(source):
    """Yield the `Saved` that the files of an index hold; its weights can be read within the `with` block.

    Args:
        source: the path of the index.

    Raises:
        ValueError: if the index is damaged, or a file is missing, damaged or elsewhere.
    """
    path = os.fspath(source)
    with contextlib.ExitStack() as stack:
        yield _joined([_part(name, path, stack) for name in _names(path)], path)


def _names(path):
    """Return the names of the files, in the order in which they were written."""
    if os.path.getsize(path) > _LARGEST_JSON:
        raise ValueError(f"{path!r} is too large to be an index of weights.")
    with open(path, encoding="utf8") as file:
        content = text.from_json(file.read())
    found = content.get(_KEY) if isinstance(content, dict) else None
    values = list(found.values()) if isinstance(found, dict) else []
    lists = [[value] if isinstance(value, str) else value for value in values]
    if not lists or not all(isinstance(names, list) for names in lists):
        raise ValueError(f"{path!r}: its {_KEY!r} should tell the files of each layer's weights.")
    return list(dict.fromkeys(str(name) for names in lists for name in names))


def _part(name, path, stack):
    file = files.beside(path, name)
    if not os.path.isfile(file):
        raise ValueError(
            f"{path!r}: there is no file {name!r} beside it. Is the download complete?"
        )
    group, source = stack.enter_context(hdf5.opened(file))
    return tree.read(group, source)


def _joined(parts, path):
    layers = {}
    for layer in (layer for part in parts for layer in part.weights):
        whole = layers.setdefault(layer.path, LayerWeights(layer.name, [], layer.path))
        whole.entries += layer.entries
        # A part without the layer's first weights calls it by its path.
        whole.name = layer.name if whole.name == layer.path else whole.name
    optimizer = [entry for part in parts for entry in part.optimizer_weights or ()]
    return Saved(
        weights=list(layers.values()),
        optimizer_weights=tree.in_order(optimizer) or None,
        states=[layer for part in parts for layer in part.states],
        version=parts[0].version,
        source=path,
        is_by_path=True,
    )
