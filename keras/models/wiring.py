"""Wiring: the description of a model's graph, and the graph that a description tells to draw."""

import inspect

import numpy as np

from keras import ops
from keras.backend import dtypes, graph, nest
from keras.backend.compute import compute
from keras.backend.variable import Variable
from keras.layers.base import Layer
from keras.layers.serialization import deserialize
from keras.ops.core import _size
from keras.registry import Configurable, custom_object_scope, registered_name, serialize
from keras.saving import keras2, schema, sharing, tf_functions
from keras.saving.keras3 import functions

# ------------------------------------------------------------------ ops by name
_ALIASES = {"operators.getitem": "get_item", "getitem": "get_item"}
_PREFIXES = ("nn.", "numpy.", "math.")


def _ops():
    """Return `{path below keras.ops: op}` of all ops that can be nodes."""
    found = {"size_of_axis": _size}
    for prefix, module in {
        "": ops,
        "image.": ops.image,
        "linalg.": ops.linalg,
        "random.": ops.random,
        "keras3.": functions,
        "tf.": tf_functions,
    }.items():
        for name, value in vars(module).items():
            if hasattr(value, "__wrapped__") and not name.startswith("_"):
                found.setdefault(f"{prefix}{name}", value)
    return found


_OPS = _ops()
_NAMES = {function: path for path, function in reversed(_OPS.items())}


def find_op(path):
    """Return the op of a path such as `"add"`, `"nn.relu"` or `"linalg.inv"`.

    Raises:
        ValueError: if there is none.
    """
    name = _ALIASES.get(path, path)
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix) if isinstance(name, str) else name
    if not isinstance(name, str) or name not in _OPS:
        raise ValueError(f"The graph uses the op {path!r}, which keras.ops does not have.")
    return _OPS[name]


# ------------------------------------------------------------------ from a graph to its description
def describe(model):
    """Return the canonical description of a model made of inputs and outputs.

    Raises:
        ValueError: if something in the graph has no description, such as a Variable used without a layer.
    """
    return _Describer(model).description()


class _Describer:
    """Names the tensors of a model's graph and lists its layers and ops."""

    def __init__(self, model):
        self.model = model
        self.nodes = graph.plan(model.outputs, model.inputs)
        self.calls = {layer: [] for layer in model._layers}
        self.places = {}
        self.names = {layer.name for layer in model._layers}
        self.starts = [self._start(tensor) for tensor in model.inputs]
        for node in self.nodes:
            if isinstance(node.function, Layer):
                self.calls[node.function].append(node)
        self.op_names = {
            node: self._fresh(self._op_path(node).replace(".", "_"))
            for node in self.nodes
            if not isinstance(node.function, Layer)
        }
        for layer, calls in self.calls.items():
            calls.sort(key=layer._nodes.index)
            for call, node in enumerate(calls):
                self._place(node, layer.name, call)
        for node, name in self.op_names.items():
            self._place(node, name, 0)

    def _fresh(self, name):
        base, number = name, 1
        while name in self.names:
            name, number = f"{base}_{number}", number + 1
        self.names.add(name)
        return name

    def _place(self, node, name, call):
        for index, tensor in enumerate(nest.flatten(node.outputs)):
            self.places.setdefault(tensor, (name, call, index))

    def _start(self, tensor):
        """Return the entry of an input; one that no InputLayer made gets one here."""
        layer = getattr(tensor, "input_layer", None)
        config = (
            {
                "batch_input_shape": list(tensor.shape),
                "dtype": tensor.dtype,
                "sparse": False,
                "name": self._fresh(tensor.name.replace("/", "_").replace(":", "_")),
            }
            if layer is None
            else layer.get_config()
        )
        self.places[tensor] = (config["name"], 0, 0)
        return _entry("InputLayer", config, config["name"], [])

    def _op_path(self, node):
        path = _NAMES.get(node.function)
        if path is None:
            raise ValueError(
                f"Model {self.model.name!r} has a step in its graph, {node!r}, that has no config: it is no op of "
                "keras.ops. Put it into a layer of your own, or use save_weights."
            )
        return path

    def description(self):
        layers = [layer for layer in self.calls if self.calls[layer]]
        entries = {layer: self._layer(layer) for layer in layers}
        starts = {entry["name"]: entry for entry in self.starts}
        listed = [
            entries.get(layer) or starts.pop(layer.name, None) for layer in self.model._layers
        ]
        config = {
            "name": self.model.name,
            "layers": [
                *starts.values(),
                *(entry for entry in listed if entry is not None),
                *(self._op(node) for node in self.op_names),
            ],
            "input_layers": self._refer(self.model._input_nest, "inputs"),
            "output_layers": self._refer(self.model._output_nest, "outputs"),
        }
        if not self.model.trainable:
            config["trainable"] = False
        return {"class_name": registered_name(type(self.model)), "config": config}

    def _layer(self, layer):
        described = keras2.to_canonical(serialize(layer))
        nodes = [self._node(node, *_by_name(layer, node)) for node in self.calls[layer]]
        return _entry(described["class_name"], described["config"], layer.name, nodes)

    def _op(self, node):
        name = self.op_names[node]
        nodes = [self._node(node, node.args, node.kwargs)]
        return _entry("Op", {"name": name, "function": self._op_path(node)}, name, nodes)

    def _node(self, node, args, kwargs):
        where = f"a call of {node!r}"
        return {
            "args": [self._refer(arg, where) for arg in args],
            "kwargs": {name: self._refer(value, where) for name, value in kwargs.items()},
        }

    def _refer(self, value, where):
        """Return an argument as plain values, with references in place of tensors."""
        if isinstance(value, graph.Tensor) and value in self.places:
            return schema.reference(*self.places[value])
        if isinstance(value, list):
            return [self._refer(item, where) for item in value]
        if isinstance(value, tuple):
            return {"tuple": [self._refer(item, where) for item in value]}
        if isinstance(value, dict):
            return {str(key): self._refer(item, where) for key, item in value.items()}
        return self._constant(value, where)

    def _constant(self, value, where):
        if value is None or isinstance(value, bool | int | float | str):
            return value
        if isinstance(value, slice):
            bounds = (value.start, value.stop, value.step)
            return {"slice": [self._refer(bound, where) for bound in bounds]}
        if value is Ellipsis:
            return {"ellipsis": True}
        if compute.is_tensor(value):
            value = compute.to_numpy(value)
        if isinstance(value, np.ndarray | np.generic):
            return {"array": value.tolist(), "dtype": str(value.dtype)}
        kind = "the Variable" if isinstance(value, Variable) else "the value"
        raise ValueError(
            f"Model {self.model.name!r}: {kind} {value!r} in {where} has no config. Put it into a layer of your own, "
            "or use save_weights."
        )


def _entry(class_name, config, name, nodes):
    return {"class_name": class_name, "config": config, "name": name, "inbound_nodes": nodes}


def _by_name(layer, node):
    """Return a layer's call as its inputs and keyword arguments: what came by place after them gets its name."""
    names = list(inspect.signature(type(layer).call).parameters)[2:]
    inputs = [list(arg) if isinstance(arg, tuple) else arg for arg in node.args[:1]]
    return inputs, {**dict(zip(names, node.args[1:], strict=False)), **node.kwargs}


# ------------------------------------------------------------------ from a description to a graph
def connect(config, custom_objects=None, input_tensors=None):
    """Draw the graph that a canonical config describes.

    Args:
        config: the config of a graph, checked by `schema.check`.
        custom_objects: `{name: class or function}` of the user's own.
        input_tensors: symbolic tensors to take in place of the input layers, in their order.

    Returns:
        The nests of input and output tensors, and the layers by name.

    Raises:
        ValueError: if a class is not known, a layer cannot be made, or references lead in a circle or nowhere.
    """
    with custom_object_scope(custom_objects or {}), sharing.scope():
        return _Builder(config, input_tensors).build()


class _Builder:
    """Makes the layers of a config and calls them as soon as their inputs are there."""

    def __init__(self, config, input_tensors=None):
        self.config = config
        self.name = config.get("name")
        self.entries = {entry["name"]: entry for entry in config["layers"]}
        if len(self.entries) != len(config["layers"]):
            raise ValueError(f"The graph {self.name!r} has two layers of the same name.")
        self.given = dict(
            zip(self._start_names(), input_tensors or (), strict=input_tensors is not None)
        )
        self.layers = {}
        self.outputs = {}

    def _start_names(self):
        return [place[0] for place in schema.references(self.config["input_layers"])]

    def build(self):
        for name, entry in self.entries.items():
            if name in self.given:
                self.outputs[name, 0] = [self.given[name]]
            elif entry["class_name"] != "Op":
                self.layers[name] = make_layer(entry)
                if not entry["inbound_nodes"] and hasattr(self.layers[name], "batch_input_shape"):
                    self._begin(name)
        for name, call in self._order():
            self._call(name, call)
        ends = [self.config["input_layers"], self.config["output_layers"]]
        inputs, outputs = self._resolve(ends)
        return inputs, outputs, self.layers

    def _begin(self, name):
        layer = self.layers[name]
        if layer._nodes:
            self.outputs[name, 0] = nest.flatten(layer._nodes[0].outputs)

    def _order(self):
        """Return all calls, each after those it needs."""
        needs = {
            (name, call): self._needed(name, call, node)
            for name, entry in self.entries.items()
            if name not in self.given
            for call, node in enumerate(entry["inbound_nodes"])
        }
        users = {}
        for user, needed in needs.items():
            for one in needed:
                users.setdefault(one, []).append(user)
        ready = [call for call, needed in needs.items() if not needed]
        left = {call: len(needed) for call, needed in needs.items()}
        for done in ready:
            for user in users.get(done, ()):
                left[user] -= 1
                if not left[user]:
                    ready.append(user)
        if len(ready) < len(needs):
            stuck = next(call for call in needs if left[call])
            raise ValueError(
                f"The graph {self.name!r}: the inputs of the layer {stuck[0]!r} (call {stuck[1]}) lead in a circle or "
                "to a layer that is not there. Is the file complete?"
            )
        return ready

    def _needed(self, name, call, node):
        """Return the set of calls that must come before: those of the inputs, and the layer's own earlier one."""
        found = {
            tuple(place[:2]) for place in schema.references([node["args"], node.get("kwargs")])
        }
        found -= self.outputs.keys()
        return found | ({(name, call - 1)} if call else set())

    def _call(self, name, call):
        entry = self.entries[name]
        node = entry["inbound_nodes"][call]
        args, kwargs = self._resolve([node["args"], node.get("kwargs") or {}])
        try:
            outputs = self._function(entry, node)(*args, **kwargs)
        except ValueError:
            raise
        except Exception as error:
            raise _cannot(entry, "called as the config says", error) from error
        self.outputs[name, call] = nest.flatten(outputs)

    def _function(self, entry, node):
        if entry["class_name"] != "Op":
            return self.layers[entry["name"]]
        if not schema.references([node["args"], node.get("kwargs")]):
            raise ValueError(
                f"The graph {self.name!r}: the op {entry['name']!r} has no tensor among its arguments."
            )
        return find_op(entry["config"].get("function"))

    def _resolve(self, value):
        """Return described arguments as values and tensors."""
        if schema.is_reference(value):
            return self._tensor(value["tensor"])
        if isinstance(value, list | tuple):
            return [self._resolve(item) for item in value]
        if not isinstance(value, dict):
            return value
        match value:
            case {"array": data, "dtype": str(dtype)}:
                return np.asarray(data, dtypes.standardize(dtype))
            case {"slice": [start, stop, step]}:
                return slice(*map(self._resolve, (start, stop, step)))
            case {"tuple": list(items)}:
                return tuple(map(self._resolve, items))
            case {"ellipsis": True}:
                return Ellipsis
        return {key: self._resolve(item) for key, item in value.items()}

    def _tensor(self, place):
        name, call, output = place
        made = self.outputs.get((name, call), ())
        if output >= len(made):
            raise ValueError(
                f"The graph {self.name!r} refers to the output {output} of call {call} of the layer {name!r}, which "
                "is not there. Is the file complete?"
            )
        return made[output]


def make_layer(description):
    """Return the layer that a canonical description tells to make, or to share with another model being made.

    Raises:
        ValueError: if its class is not known or does not take the config.
    """
    return sharing.once(description, lambda: _new_layer(description))


def _new_layer(description):
    try:
        return deserialize({key: description[key] for key in ("class_name", "config")})
    except ValueError:
        raise
    except Exception as error:
        raise _cannot(description, "made from its config", error) from error


def _cannot(entry, what, error):
    name = entry.get("name") or entry["config"].get("name")
    return ValueError(
        f"The layer {name!r} ({entry['class_name']}) cannot be {what}: {type(error).__name__}: {error}"
    )


# ------------------------------------------------------------------ classes of the user's own
def has_own_arguments(cls):
    """Return whether a class of models is made from arguments of its own, not from inputs and outputs or layers."""
    own = next(base for base in cls.__mro__ if "__init__" in vars(base))
    if own.__module__.startswith("keras.models."):
        return False
    names = inspect.signature(cls.__init__).parameters
    return not ({"inputs", "outputs"} <= set(names) or "layers" in names or _takes_anything(names))


def _takes_anything(parameters):
    """Return whether a constructor passes on whatever it gets, by place."""
    return any(p.kind is p.VAR_POSITIONAL for p in parameters.values())


def own_arguments(model):
    """Return the config of a model whose class has arguments of its own: these.

    Raises:
        NotImplementedError: if one of them is no plain value and has no config.
    """
    try:
        config = Configurable.get_config(model)
    except ValueError as error:
        raise NotImplementedError(
            f"Model {model.name!r} ({type(model).__name__}) has no config: {error} Use save_weights and load_weights, "
            "or define get_config and from_config."
        ) from error
    if "name" in config or _takes_name(type(model)):
        config["name"] = model.name
    return config


def _takes_name(cls):
    parameters = inspect.signature(cls.__init__).parameters
    return "name" in parameters or any(p.kind is p.VAR_KEYWORD for p in parameters.values())


def from_arguments(cls, config, custom_objects=None):
    """Return a model made by its constructor from a config.

    Raises:
        ValueError: if the class does not take the config.
    """
    try:
        with custom_object_scope(custom_objects or {}):
            return cls(**config)
    except TypeError as error:
        raise _cannot(
            {"class_name": cls.__name__, "config": config}, "made from its config", error
        ) from error
