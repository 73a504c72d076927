"""Pictures of models, drawn by Graphviz."""

import os
import shutil

from keras.backend import nest
from keras.backend.graph import plan


def plot_model(
    model,
    to_file="model.png",
    show_shapes=False,
    show_layer_names=True,
    rankdir="TB",
    expand_nested=False,
    dpi=96,
):
    """Write a picture of a model to a file.

    Args:
        model: a model.
        to_file: the file's path; its ending says the format, such as png, svg or pdf.
        show_shapes: whether to show the shapes that go in and out of the layers.
        show_layer_names: whether to show their names.
        rankdir: "TB" from top to bottom, "LR" from left to right.
        expand_nested: whether to show what is in models within the model.
        dpi: dots an inch.

    Raises:
        ImportError: if pydot is not installed.
        FileNotFoundError: if Graphviz is not installed.
    """
    dot = model_to_dot(model, show_shapes, show_layer_names, rankdir, expand_nested, dpi)
    if shutil.which("dot") is None:
        raise FileNotFoundError(
            "plot_model needs the program dot of Graphviz, which is not installed: apt install graphviz, brew install "
            "graphviz, or https://graphviz.org/download. model_to_dot gives the text of the picture without it."
        )
    ending = os.path.splitext(os.fspath(to_file))[1].lstrip(".")
    dot.write(os.fspath(to_file), format=ending or "png")


def model_to_dot(
    model,
    show_shapes=False,
    show_layer_names=True,
    rankdir="TB",
    expand_nested=False,
    dpi=96,
):
    """Return the graph of a model as a `pydot.Dot`.

    Args:
        model, show_shapes, show_layer_names, rankdir, expand_nested, dpi: as for `plot_model`.

    Raises:
        ImportError: if pydot is not installed.
    """
    try:
        import pydot
    except ImportError as error:
        raise ImportError(
            "Drawing a model needs the package pydot: pip install 'keras[plot]'"
        ) from error
    dot = pydot.Dot(rankdir=rankdir, concentrate="true", dpi=str(dpi))
    dot.set_node_defaults(shape="record")
    _Drawing(pydot, show_shapes, show_layer_names, expand_nested).draw(dot, model, "")
    return dot


class _Drawing:
    """Draws models into pydot graphs; a place in the graph has a name that tells the models around it."""

    def __init__(self, pydot, show_shapes, show_names, expand_nested):
        self.pydot = pydot
        self.show_shapes = show_shapes
        self.show_names = show_names
        self.expand_nested = expand_nested

    def draw(self, graph, model, path):
        """Draw a model and return the names of the places of its inputs and outputs, two lists."""
        if not getattr(model, "inputs", None):
            for layer in model.layers:
                self._place(graph, path + layer.name, layer, None, None)
            return [], []
        places = {}
        for tensor in model.inputs:
            layer = getattr(tensor, "input_layer", None)
            name = path + (layer.name if layer is not None else tensor.name)
            places[tensor] = self._place(graph, name, layer, [tensor], [tensor])
        for number, node in enumerate(plan(model.outputs, model.inputs)):
            self._draw_call(graph, node, places, path, number)
        return [places[t] for t in model.inputs], [places[t] for t in model.outputs]

    def _draw_call(self, graph, node, places, path, number):
        """Draw one call of a layer, model or op, with the lines that lead to it."""
        function, outputs = node.function, nest.flatten(node.outputs)
        sources = [places[tensor] for tensor in node.inputs if tensor in places]
        if self.expand_nested and getattr(function, "inputs", None) and hasattr(function, "layers"):
            inner = f"{path}{function.name}/{number}/"
            cluster = self.pydot.Cluster(inner, label=function.name, style="dashed")
            entries, exits = self.draw(cluster, function, inner)
            graph.add_subgraph(cluster)
            places.update(zip(outputs, exits, strict=True))
        else:
            # A layer has one place, however often it is called; an op has one for each call.
            name = getattr(function, "name", None) or f"{_title(function)}/{number}"
            place = self._place(graph, path + name, function, node.inputs, outputs)
            entries = [place] * len(sources)
            places.update(dict.fromkeys(outputs, place))
        for source, entry in zip(sources, entries, strict=True):
            edge = self.pydot.Edge(_quoted(source), _quoted(entry))
            if not any(edge.to_string() == other.to_string() for other in graph.get_edges()):
                graph.add_edge(edge)

    def _place(self, graph, name, function, inputs, outputs):
        """Add a place, unless it is there, and return its name."""
        if not graph.get_node(_quoted(name)):
            label = self._label(function, name, inputs, outputs)
            graph.add_node(self.pydot.Node(_quoted(name), label=f'"{label}"'))
        return name

    def _label(self, function, name, inputs, outputs):
        label = "Input" if function is None else _title(function)
        own_name = getattr(function, "name", name if function is None else None)
        if self.show_names and own_name:
            label = f"{own_name}: {label}"
        label = _escaped(label)
        if not self.show_shapes:
            return label
        shapes = [_escaped(_shapes(tensors)) for tensors in (inputs, outputs)]
        return f"{label}|{{input:|output:}}|{{{{{shapes[0]}}}|{{{shapes[1]}}}}}"


def _title(function):
    """Return what a layer or op is called: its class, with that of the layer it wraps."""
    if not hasattr(function, "get_config"):
        return getattr(function, "__name__", type(function).__name__)
    title = type(function).__name__
    inner = getattr(function, "layer", None)
    return title if inner is None else f"{title}({type(inner).__name__})"


def _shapes(tensors):
    if tensors is None:
        return "?"
    return ", ".join(str(tuple(tensor.shape)) for tensor in tensors)


def _quoted(name):
    return '"' + name.replace('"', "'") + '"'


def _escaped(text):
    """Return a text whose characters mean nothing in a record of dot's."""
    return "".join(f"\\{c}" if c in '{}<>|"\\' else c for c in text)
