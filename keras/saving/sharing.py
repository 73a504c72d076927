"""Layers that are in several of the models within a model, and what in the configs tells that they are one.

The entry of such a layer has a number under `KEY`, the same in each of the models; the originals' key for it,
`shared_object_id`, is read too, and written in the dialect of Keras 3.
"""

import contextlib
from collections import Counter
from contextvars import ContextVar

from keras.saving import schema

KEY = "shared_as"

# {number: (config, layer)} of the layers made so far, while a model is made.
_made = ContextVar("made", default=None)


def owners_of_shared(model):
    """Return `{layer: models}` of the layers with weights that are in several of the models within a model."""
    owners = {}
    for owner in _models_within(model):
        for layer in owner.layers:
            owners.setdefault(layer, []).append(owner)
    return {layer: found for layer, found in owners.items() if len(found) > 1 and layer.weights}


def _models_within(model):
    found = {model: True}
    for layer in model.layers:
        if hasattr(layer, "get_layer"):
            found.update(dict.fromkeys(_models_within(layer)))
    return list(found)


def mark(model, config):
    """Mark, in the config of a model, the layers that are in several of the models within it.

    Args:
        model: the model.
        config: its config, whose entries are changed.

    Returns:
        The config.
    """
    numbers = {layer: number for number, layer in enumerate(owners_of_shared(model), 1)}
    if numbers:
        _mark(model, config, numbers)
    return config


def _mark(model, config, numbers):
    of_name = {layer.name: layer for layer in model.layers}
    for entry in config.get("layers", ()):
        layer = of_name.get(entry["config"].get("name"))
        if layer in numbers:
            entry[KEY] = numbers[layer]
        if hasattr(layer, "get_layer"):
            _mark(layer, entry["config"], numbers)


def unmarked(model, config):
    """Return the names of the shared layers of which a config does not tell everywhere that they are one."""
    counts = Counter(_marks(config))
    owners = owners_of_shared(model)
    return [la.name for n, (la, found) in enumerate(owners.items(), 1) if counts[n] < len(found)]


def _marks(config):
    for entry in config.get("layers", ()):
        if KEY in entry:
            yield entry[KEY]
        yield from _marks(entry["config"])


def complete(description):
    """Give the mark of a layer to the one before it that is the same: TensorFlow's Keras marks from the second on.

    Args:
        description: a canonical description, whose entries are changed.

    Returns:
        The description.
    """
    unmarked, numbers = {}, set()
    for entry in _entries(description):
        twin = entry["class_name"], repr(entry["config"])
        if KEY not in entry:
            unmarked.setdefault(twin, entry)
        elif entry[KEY] not in numbers and twin in unmarked:
            unmarked.pop(twin)[KEY] = entry[KEY]
        numbers.add(entry.get(KEY))
    return description


def _entries(description):
    config = description["config"] if isinstance(description, dict) else None
    for entry in config.get("layers", ()) if isinstance(config, dict) else ():
        if schema.is_description(entry):
            yield entry
            yield from _entries(entry)


@contextlib.contextmanager
def scope():
    """Within the outermost of these, layers with one mark and one config are made once."""
    if _made.get() is not None:
        yield
        return
    token = _made.set({})
    try:
        yield
    finally:
        _made.reset(token)


def once(entry, make):
    """Return the layer of an entry: the one made before if there is one of its mark and config, else `make()`."""
    number, made = entry.get(KEY), _made.get()
    if made is None or not isinstance(number, int):
        return make()
    config, layer = made.get(number, (None, None))
    if layer is None or config != entry["config"]:
        layer = make()
        made[number] = entry["config"], layer
    return layer
