"""Where a symbolic tensor comes from."""

from keras.backend import nest


def get_source_inputs(tensor, layer=None, node_index=None):
    """Return the inputs that a symbolic tensor is computed from, each once.

    Args:
        tensor: a symbolic tensor.
        layer: start from what this layer was called on in place of the tensor; None: from the tensor.
        node_index: the number of that call; None: the last one.

    Returns:
        A list of symbolic tensors that no layer or op has computed.

    Examples:
        >>> from keras.layers import Dense, Input
        >>> x = Input((3,), name="x")
        >>> [source.name for source in get_source_inputs(Dense(2)(x))]
        ['x']
    """
    start = [tensor]
    if layer is not None and layer.inbound_nodes:
        start = nest.flatten(layer.get_input_at(-1 if node_index is None else node_index))
    found, seen, stack = [], set(), list(reversed(start))
    while stack:
        each = stack.pop()
        if each in seen:
            continue
        seen.add(each)
        if each.node is None:
            found.append(each)
        else:
            stack.extend(reversed(each.node.inputs))
    return found
