"""Paths: where each layer and each weight is in a model, as Keras 3 counts; its files and safetensors name weights so.

A layer has the path of the attribute that holds it (`forward_layer`, `cell`); one in a list, a tuple or a dict has the
list's and its class's name, numbered where there are several (`layers/dense`, `layers/dense_1`). A weight is
`vars/0`, `vars/1` ... of its layer, those that can be trained first.
"""

import bisect
import re
from dataclasses import replace

from keras.backend import nest
from keras.layers.base import Layer
from keras.saving.schema import LayerWeights

# Classes that have another name in Keras 3; and those that take the weights of another.
_CLASSES = {
    "CuDNNGRU": "GRU",
    "CuDNNLSTM": "LSTM",
    "GroupQueryAttention": "GroupedQueryAttention",
    "Model": "Functional",
}

# Attributes that hold layers which others hold too.
_NOT_WALKED = frozenset({"_init_args", "_layers", "_stack", "_nodes", "_compile_arguments"})


def of_layers(model):
    """Return `{layer: path}` of a model and all layers in it; the model's own path is empty.

    Examples:
        >>> from keras.layers import LSTM, TimeDistributed
        >>> from keras.models import Sequential
        >>> model = Sequential([TimeDistributed(LSTM(2), input_shape=(2, 3, 4))])
        >>> list(of_layers(model).values())
        ['', 'layers/time_distributed', 'layers/time_distributed/layer', 'layers/time_distributed/layer/cell']
    """
    found = {}
    _visit(model, "", found)
    return found


def _visit(layer, path, found):
    if layer in found:
        return
    found[layer] = path
    for name, value in _children(layer):
        place = f"{path}/{name}" if path else name
        if isinstance(value, Layer):
            _visit(value, place, found)
        else:
            _visit_all(value, place, found)


def _visit_all(layers, path, found):
    counts = {}
    for layer in layers:
        # One that was met before has its number too.
        name = snake_case(_CLASSES.get(type(layer).__name__, type(layer).__name__))
        number = counts.get(name, 0)
        counts[name] = number + 1
        _visit(layer, f"{path}/{name}_{number}" if number else f"{path}/{name}", found)


def _children(layer):
    """Return pairs (attribute, layer or list of layers), in the order in which they are counted."""
    found = {}
    for name, value in vars(layer).items():
        if isinstance(value, Layer):
            found[name] = value
        elif isinstance(value, list | tuple | dict) and name not in _NOT_WALKED:
            layers = [leaf for leaf in nest.flatten(value) if isinstance(leaf, Layer)]
            if layers:
                found[name] = layers
    if not hasattr(layer, "get_layer"):
        return sorted(found.items())
    is_wired = getattr(layer, "inputs", None) is not None or hasattr(layer, "_stack")
    children = sorted({**found, "layers": layer.layers}.items())
    # A graph's layers come first; a class of the user's own has them among its attributes.
    return sorted(children, key=lambda pair: is_wired and pair[0] != "layers")


def snake_case(name):
    """Return a class name as Keras 3 has it in paths.

    Examples:
        >>> snake_case("Conv2DTranspose"), snake_case("ConvLSTM2D"), snake_case("PReLU")
        ('conv2d_transpose', 'conv_lstm2d', 'p_re_lu')
    """
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", name))
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def of_weights(model):
    """Return `{variable: path}` of all weights of a model.

    Examples:
        >>> from keras.layers import Dense
        >>> from keras.models import Sequential
        >>> list(of_weights(Sequential([Dense(2, input_shape=(3,))])).values())
        ['layers/dense/vars/0', 'layers/dense/vars/1']
    """
    found = {}
    for weight, path in _places(model):
        found.setdefault(weight, path)
    return found


def of_copies(model):
    """Return `{path: variable}` of the weights that a second layer has as its own too, by their path there."""
    first = of_weights(model)
    return {path: weight for weight, path in _places(model) if first[weight] != path}


def _places(model):
    """Yield the weights of all layers' own, with their paths."""
    for layer, path in of_layers(model).items():
        own = sorted(layer._weights, key=lambda weight: not weight.trainable)
        for number, weight in enumerate(own):
            yield weight, f"{path}/vars/{number}".lstrip("/")


def arrange(groups, model, holders, by_name=False):
    """Return the weights of a file that names them by paths, layer by layer of a model.

    Args:
        groups: a list of `LayerWeights`, one for each layer at any depth, with its path; the names of its own weights
            are their paths.
        model: the model to fill.
        holders: what takes weights, with a `name`, a `layer` (the model itself for its own weights) and `variables`.
        by_name: whether layers are matched by their names, else by their paths.

    Returns:
        A list of `LayerWeights`: those with a partner in the model have its name and path, all weights within it and
        their order; then those without a partner.
    """
    layers, weights = of_layers(model), of_weights(model)
    groups = _with_attributes_of(groups, set(layers.values()))
    groups = _without_copies(groups, of_copies(model), by_name)
    everything = {entry.name: entry for group in groups for entry in group.entries}
    wanted = [holder for holder in holders if holder.variables]
    tree, starts = _Tree(groups), _starts(groups)
    found, used = [], set()
    for holder in wanted:
        path = layers[holder.layer]
        start = starts.get(holder.name) if by_name and path else path
        within = tree.within(start)
        shared = _shared(holder, path, everything, weights) if start == path else []
        if shared or any(group.entries for group in within):
            used.update(map(id, within))
            groups_of_holder = [*within, LayerWeights("", shared)]
            found.append(_in_holder(holder, path, start, groups_of_holder, weights))
    rest = [group for group in groups if id(group) not in used and group.entries]
    return [*found, *rest]


def _with_attributes_of(groups, known):
    """Return groups under the paths that a model has, where these differ by an underscore before an attribute.

    So the projections of `MultiHeadAttention` do in files of TensorFlow's Keras and of the first versions of Keras 3.
    """
    return [_moved_group(group, _like(group.path, known)) for group in groups]


def _like(path, known):
    start, slash, name = path.rpartition("/")
    others = (f"{start}{slash}{other}" for other in (name.removeprefix("_"), f"_{name}"))
    return path if path in known else next((other for other in others if other in known), path)


def _moved_group(group, path):
    if path == group.path:
        return group
    entries = [replace(e, name=_moved(e.name, group.path, path)) for e in group.entries]
    return replace(group, entries=entries, path=path)


def _without_copies(groups, copies, by_name):
    """Return groups without the entries that hold what another one holds too, where paths tell which these are."""
    if by_name or not copies:
        return groups
    return [
        LayerWeights(group.name, [e for e in group.entries if e.name not in copies], group.path)
        for group in groups
    ]


def _shared(holder, path, everything, weights):
    """Return the entries of weights that a layer shares with another, below whose path they are."""
    places = [weights.get(weight, "") for weight in holder.variables]
    return [everything[p] for p in places if p in everything and path and not _is_within(p, path)]


class _Tree:
    """The groups of a file, found by where they lie."""

    def __init__(self, groups):
        self._groups = groups
        self._order = sorted(range(len(groups)), key=lambda i: groups[i].path)
        self._paths = [groups[i].path for i in self._order]

    def within(self, start):
        """Return the group at a path and all below, as they come in the file; none for None."""
        if start is None:
            return []
        found = self._between(start, f"{start}\0")
        if start:
            found += self._between(f"{start}/", f"{start}0")  # "0" comes after "/"
        return [self._groups[i] for i in sorted(found)]

    def _between(self, first, end):
        low, high = (bisect.bisect_left(self._paths, path) for path in (first, end))
        return self._order[low:high]


def _starts(groups):
    """Return `{name: path}` of what has that name in the file; of several, what is the least deep."""
    found = {}
    for group in sorted(groups, key=lambda group: group.path.count("/")):
        found.setdefault(group.name, group.path)
    return found


def _is_within(path, start):
    return path == start or (bool(start) and path.startswith(f"{start}/"))


def _in_holder(holder, path, start, groups, weights):
    """Return the entries of groups in the order of a layer's weights; those without a partner come last."""
    entries = {
        _moved(entry.name, start, path): entry for group in groups for entry in group.entries
    }
    wanted = [weights.get(weight, "") for weight in holder.variables]
    ordered = [entries.pop(place) for place in wanted if place in entries]
    return LayerWeights(holder.name, [*ordered, *entries.values()], path)


def _moved(place, start, path):
    """Return where something below `start` in the file is in the model: below `path`."""
    return f"{path}/{place.removeprefix(f'{start}/')}" if start != path else place
