"""The node of a graph as programs for Keras 2 make it by hand."""

from keras.backend import graph, nest
from keras.layers.base import Layer


class _AnyNode(type):
    """Lets each node of a graph, however it was made, be an instance of `Node`."""

    def __instancecheck__(cls, instance):
        return isinstance(instance, graph.Node)


class Node(graph.Node, metaclass=_AnyNode):
    """Notes a call of a layer: it becomes one of the layer's `inbound_nodes`.

    What the call's output is computed from stays as it is where the layer has a `__call__` of its own, or another layer
    made it; else it is computed by the layer from now on.

    Args:
        outbound_layer: the layer.
        inbound_layers, node_indices, tensor_indices: not needed, the input tensors tell them.
        input_tensors, output_tensors: lists of symbolic tensors.
        input_masks, output_masks: lists of symbolic masks and None.
        input_shapes, output_shapes: not needed, the tensors tell them.
        arguments: a dict of the call's other arguments.

    Examples:
        >>> from keras.layers import Dense, Input
        >>> x, layer = Input((3,)), Dense(2)
        >>> y = layer(x)
        >>> _ = Node(layer, [], [], [], [x], [y], [None], [None], [(None, 3)], [(None, 2)])
        >>> layer.get_output_at(1) is y
        True
    """

    def __init__(
        self,
        outbound_layer,
        inbound_layers,
        node_indices,
        tensor_indices,
        input_tensors,
        output_tensors,
        input_masks=None,
        output_masks=None,
        input_shapes=None,
        output_shapes=None,
        arguments=None,
    ):
        inputs, outputs = nest.as_list(input_tensors), nest.as_list(output_tensors)
        super().__init__(outbound_layer, (nest.unpack_single(inputs),), dict(arguments or {}))
        self.outputs = nest.unpack_single(outputs)
        _set_masks(inputs, input_masks)
        _set_masks(outputs, output_masks)
        outbound_layer._nodes.append(self)
        if type(outbound_layer).__call__ is Layer.__call__:
            self._adopt(t for t in outputs if t not in inputs)

    def _adopt(self, outputs):
        for tensor in outputs:
            if tensor.node is None or not isinstance(tensor.node.function, Layer):
                tensor.node = self


def _set_masks(tensors, masks):
    for tensor, mask in zip(tensors, nest.as_list(masks), strict=False):
        if mask is not None:
            tensor.mask = mask
