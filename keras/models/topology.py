"""The order of a functional model's layers: from the inputs to the outputs, as every weight file has it."""

from keras.backend import graph
from keras.layers.base import Layer


def layers_in_order(inputs, outputs):
    """Return the layers between symbolic tensors in the classic order.

    A layer's depth is its longest distance to an output. Layers come by falling depth; those of equal depth in the
    order in which a walk back from the outputs first meets them.

    Args:
        inputs, outputs: lists of symbolic tensors.

    Returns:
        A list of layers, those of the inputs included, each once.
    """
    nodes = graph.plan(outputs, inputs)
    depths = _depths(nodes, outputs)
    met = _order_met(outputs, inputs)
    layer_depths = {}
    for node in nodes:
        if isinstance(node.function, Layer):
            layer = node.function
            layer_depths[layer] = max(depths[node], layer_depths.get(layer, 0))
    for tensor in inputs:
        layer = getattr(tensor, "input_layer", None)
        if layer is not None:
            layer_depths[layer] = _input_depth(tensor, nodes, depths)
            met.setdefault(layer, -1)
    return sorted(layer_depths, key=lambda layer: (-layer_depths[layer], met[layer]))


def _depths(nodes, outputs):
    """Return each node's longest distance to an output; no call of a layer is nearer than a call of it met before."""
    depths, of_layers = dict.fromkeys(nodes, 0), {}
    for node in reversed(nodes):
        if isinstance(node.function, Layer):
            depths[node] = max(depths[node], of_layers.get(node.function, 0))
            of_layers[node.function] = depths[node]
        for tensor in node.inputs:
            if tensor.node in depths:
                depths[tensor.node] = max(depths[tensor.node], depths[node] + 1)
    return depths


def _input_depth(tensor, nodes, depths):
    users = [depths[node] + 1 for node in nodes if tensor in node.inputs]
    return max(users, default=0)


def _order_met(outputs, inputs):
    """Return `{layer: index}` in the order a depth-first walk back from the outputs meets the layers."""
    met, done = {}, set()
    stack = list(reversed(outputs))
    known = set(inputs)
    while stack:
        tensor = stack.pop()
        layer = (
            getattr(tensor, "input_layer", None)
            if tensor in known or tensor.node is None
            else tensor.node.function
        )
        if isinstance(layer, Layer):
            met.setdefault(layer, len(met))
        if tensor in known or tensor.node is None or tensor.node in done:
            continue
        done.add(tensor.node)
        stack.extend(reversed(tensor.node.inputs))
    return met
