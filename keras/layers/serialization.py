"""Layers by name and from configs."""

import inspect

from keras import registry
from keras.layers.base import Layer

_table = {}


def register(namespace):
    """Make the layer classes of a namespace, `{name: object}`, known to `deserialize`."""
    for name, value in namespace.items():
        if inspect.isclass(value) and issubclass(value, Layer) and not name.startswith("_"):
            _table[name] = value


def serialize(layer):
    """Return a layer as the dict `{"class_name": ..., "config": ...}`.

    Examples:
        >>> from keras.layers import Permute
        >>> serialize(Permute((2, 1), name="swap"))["class_name"]
        'Permute'
    """
    return registry.serialize(layer)


def deserialize(config, custom_objects=None):
    """Return a layer from what `serialize` returned.

    Args:
        config: `{"class_name": ..., "config": ...}`.
        custom_objects: `{name: class or function}` of your own.

    Raises:
        ValueError: if the class is not known.

    Examples:
        >>> deserialize({"class_name": "RepeatVector", "config": {"n": 3, "name": "thrice"}})
        <RepeatVector 'thrice'>
    """
    return registry.deserialize(config, _table, "layer", custom_objects)


def get(identifier):
    """Return the layer that a layer, a class, a name or a config dict stands for.

    Raises:
        ValueError: if it is none of these, or a name that is not known.
    """
    return registry.deserialize(identifier, _table, "layer")
