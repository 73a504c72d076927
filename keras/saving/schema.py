"""The canonical description: what a saved model is, whatever file or dialect it comes from.

Descriptions are plain: dicts, lists, texts, numbers, booleans, None. They name no code.

**An object** (layer, initializer, optimizer, schedule ...) is `{"class_name": str, "config": dict}`. The name is this
library's own or one that the user registered (`"Dense"`, `"Attention"`, `"Custom>Attention"`), the config holds the
constructor's arguments under the names of this library. Objects within objects are descriptions too; functions
(activations, losses, metrics) are names.

**A Sequential** has the config `{"name", "layers": [layer, ...]}`. The first layer has a `batch_input_shape` or is an
`InputLayer`; a stack that was built from data has neither and a `"build_input_shape"`.

**A graph** has the class name `"Model"`, or the user's own, and the config
`{"name", "layers": [entry, ...], "input_layers": nest, "output_layers": nest}`. An entry is
`{"class_name", "config", "name", "inbound_nodes": [node, ...]}`, one node a call of the layer, in the order of the
calls; an `InputLayer` has none. A node is `{"args": list, "kwargs": dict}`, in which

- `{"tensor": [layer's name, call, output]}` is a **reference**: the output number `output` of the call number `call` of
  that layer. Calls count from 0 and only within this graph, for nested models too; an input layer's tensor is call 0.
- `{"array": nested list, "dtype": name}` is a constant array,
- `{"slice": [start, stop, step]}` is a slice, `{"tuple": [...]}` a tuple, `{"ellipsis": True}` an Ellipsis,
- all else stands for itself.

`input_layers` and `output_layers` are nests of references, with the nesting of the model's inputs and outputs: one
reference, a list or a dict. Entries may come in any order that leaves no cycle.

**An op** in a graph is an entry of the class `"Op"` with the config `{"name", "function": path}`: the path below
`keras.ops`, such as `"add"` or `"linalg.inv"`. Its name is unique in the graph, and it has one node.

**Further keys** of a model's config: `"trainable": False` for a frozen one. Of a layer's entry: `"shared_as": int` for
one that is in several of the models within a model, see `sharing`.

**Training** is `{"optimizer": description or None, "loss", "metrics", "weighted_metrics", "loss_weights",
"sample_weight_mode"}`; losses and metrics are names, descriptions, None, or lists or dicts of these.

A file's reader gives both in the file's own dialect; `dialects.read` and `dialects.read_training` make them canonical.

**Weights** belong to the layers of the outermost model; those of nested layers are in their layer's list, the trainable
ones first. Each is read only when it is asked for.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from keras.backend import nest
from keras.backend.variable import on_host

MODELS = ("Model", "Sequential", "Functional")


@dataclass
class WeightEntry:
    """One array of a file, or one about to be written.

    Attributes:
        name: such as `"dense_1/kernel:0"`.
        shape: a tuple of ints.
        dtype: a NumPy dtype's name.
        read: returns the NumPy array; nothing is read before it is called.
        path: where it is in the model, see `keras.saving.paths`.
    """

    name: str
    shape: tuple
    dtype: str
    read: Callable[[], np.ndarray]
    path: str = ""

    @classmethod
    def of(cls, variable, name=None, path=""):
        """Return the entry of a Variable, to be written."""
        read = functools.partial(on_host, variable)
        return cls(name or variable.name, tuple(variable.shape), variable.dtype, read, path)


@dataclass
class LayerWeights:
    """The weights of one layer: its name, a list of `WeightEntry`, and its path in the model.

    `copies` are entries of weights that are there already, under the path that they have as another layer's own.
    """

    name: str
    entries: list = field(default_factory=list)
    path: str = ""
    copies: list = field(default_factory=list)


@dataclass
class Saved:
    """A saved model in memory.

    Attributes:
        model: the model's description, or None where there are weights alone.
        training: what `compile` was given, or None.
        weights: a list of `LayerWeights`.
        optimizer_weights: a list of `WeightEntry` in the order of `Optimizer.get_weights`, or in that of Keras 3 for
            its versions; or None.
        states: a list of `LayerWeights` with the Variables that are no weights, such as the states of stateful
            recurrent layers.
        state: plain values that make resuming exact, or None: `{"seed": int, "test_ticks": int, "optimizer":
            {"iterations": int, "hyper": {name: number}, "own": [nested lists], "options": {name: number}}}`, where
            `own` are the values of the optimizer's state beside iterations and slots, and `options` what its rule does.
        version: the writer's version, such as `"2.2.4"`, `"2.15.0-tf"` or `"3.15.1"`; "" if the file tells none.
        backend: the writer's backend, or "".
        source: what messages call the file.
        is_by_path: whether weights are named by their paths, and are put in order once the model is there.
        vocabularies: the tokens that layers have learned, `{layer's path: list of texts}`.
        confirm: raises a ValueError if what was read is damaged; to be called before it is used.
    """

    model: dict | None = None
    training: dict | None = None
    weights: list = field(default_factory=list)
    optimizer_weights: list | None = None
    states: list = field(default_factory=list)
    state: dict | None = None
    version: str = ""
    backend: str = ""
    source: str = ""
    is_by_path: bool = False
    vocabularies: dict = field(default_factory=dict)
    confirm: Callable[[], None] = lambda: None


# ------------------------------------------------------------------ descriptions
def is_description(x):
    """Return whether `x` describes an object: a dict with a class name and a config."""
    return isinstance(x, dict) and isinstance(x.get("class_name"), str) and "config" in x


def is_model(x):
    """Return whether a description is that of a model: its config has layers.

    Examples:
        >>> is_model({"class_name": "Sequential", "config": {"name": "s", "layers": []}})
        True
        >>> is_model({"class_name": "Dense", "config": {"units": 2}})
        False
    """
    config = x.get("config") if isinstance(x, dict) else None
    return isinstance(config, dict) and isinstance(config.get("layers"), list)


def is_graph(x):
    """Return whether a description is that of a graph of layers."""
    return is_model(x) and "output_layers" in x["config"]


# ------------------------------------------------------------------ references
def reference(layer, call=0, output=0):
    """Return the reference to an output of a call of a layer.

    Examples:
        >>> reference("dense_1")
        {'tensor': ['dense_1', 0, 0]}
    """
    return {"tensor": [layer, call, output]}


def is_reference(x):
    """Return whether `x` is a reference to a tensor."""
    return isinstance(x, dict) and set(x) == {"tensor"} and _is_place(x["tensor"])


def _is_place(place):
    return (
        isinstance(place, list | tuple)
        and len(place) == 3
        and isinstance(place[0], str)
        and all(isinstance(n, int) and n >= 0 for n in place[1:])
    )


def references(structure):
    """Return the places `[layer, call, output]` of all references in a nest, in order.

    Examples:
        >>> references({"args": [[reference("a"), reference("b", 1)]], "kwargs": {}})
        [['a', 0, 0], ['b', 1, 0]]
    """
    found = []
    map_references(lambda place: found.append(list(place)), structure)
    return found


def map_references(function, structure):
    """Return a nest with every reference replaced by `function([layer, call, output])`.

    Examples:
        >>> map_references(lambda place: place[0], [reference("a"), 2])
        ['a', 2]
    """
    if is_reference(structure):
        return function(structure["tensor"])
    if isinstance(structure, list | tuple):
        return [map_references(function, item) for item in structure]
    if isinstance(structure, dict):
        return {key: map_references(function, item) for key, item in structure.items()}
    return structure


# ------------------------------------------------------------------ checks
def check_object(description, where="model"):
    """Check that something describes an object.

    Raises:
        ValueError: if it does not.
    """
    is_dict = is_description(description) and isinstance(description["config"], dict | list)
    if not is_dict:
        raise ValueError(
            f"The config of the {where} should be a dict with the keys 'class_name' (a text) and 'config' (a dict), "
            f"got {_short(description)}. Is the file complete, and a Keras model?"
        )


def check(description, where="model"):
    """Check the structure of an object's canonical description, and of a model's with all that is in it.

    Raises:
        ValueError: naming the first place that is wrong.
    """
    check_object(description, where)
    if not is_model(description):
        return
    config = description["config"]
    name = config.get("name", description["class_name"])
    for position, layer in enumerate(config["layers"]):
        check(layer, f"layer {position} of {name!r}")
        if is_graph(description):
            _check_entry(layer, name)
    if is_graph(description):
        _check_ends(config, name)


def _check_entry(entry, model):
    nodes = entry.get("inbound_nodes")
    fits = isinstance(entry.get("name"), str) and isinstance(nodes, list)
    for node in nodes if fits else ():
        fits = fits and isinstance(node, dict) and isinstance(node.get("args"), list)
        fits = fits and isinstance(node.get("kwargs", {}), dict)
    if not fits:
        raise ValueError(
            f"The graph {model!r}: the entry of a {entry['class_name']} should have a 'name' and 'inbound_nodes', a "
            f"list with one {{'args', 'kwargs'}} a call, got {_short(nodes)} for the name {entry.get('name')!r}."
        )


def _check_ends(config, model):
    known = {entry["name"] for entry in config["layers"]}
    for key in ("input_layers", "output_layers"):
        ends = nest.flatten(map_references(tuple, config.get(key)))
        names = [place[0] for place in references(config.get(key))]
        if not names or len(ends) != 3 * len(names) or not set(names) <= known:
            raise ValueError(
                f"The graph {model!r}: {key!r} should refer to tensors of the layers {sorted(known)[:5]}..., "
                f"got {_short(config.get(key))}."
            )


def _short(value, limit=120):
    text = repr(value)
    return text if len(text) <= limit else f"{text[:limit]}..."
