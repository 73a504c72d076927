"""The table that `model.summary()` prints."""


def print_summary(model, line_length=None, positions=None, print_fn=None):
    """Print a table of a model's layers.

    Args:
        model: a model.
        line_length: the width in characters; 65 for a stack of layers, 98 where layers have several inputs.
        positions: where the columns end, as shares of the width (or in characters).
        print_fn: called with each line in place of `print`.

    Raises:
        ValueError: if the model is not built.
    """
    write = print_fn or print
    if not model.built:
        raise ValueError(
            f"Model {model.name!r} has no weights yet: its input's shape is not known. Give its first layer an "
            "input_shape, call model.build(input_shape), or fit it first."
        )
    is_stack = _is_stack(model)
    line_length = line_length or (65 if is_stack else 98)
    positions = positions or ([0.45, 0.85, 1.0] if is_stack else [0.33, 0.55, 0.67, 1.0])
    if positions[-1] <= 1:
        positions = [int(line_length * share) for share in positions]
    header = ["Layer (type)", "Output Shape", "Param #", "Connected to"][: len(positions)]
    write("_" * line_length)
    write(_row(header, positions))
    write("=" * line_length)
    layers = model.layers
    for index, layer in enumerate(layers):
        for fields in _fields(layer, model, is_stack):
            write(_row(fields, positions))
        write(("=" if index == len(layers) - 1 else "_") * line_length)
    trainable = sum(w.size for w in dict.fromkeys(model.trainable_weights))
    total = sum(w.size for w in dict.fromkeys(model.weights))
    write(f"Total params: {total:,}")
    write(f"Trainable params: {trainable:,}")
    write(f"Non-trainable params: {total - trainable:,}")
    write("_" * line_length)


def _is_stack(model):
    """Return whether every layer has one input, from the layer before."""
    nodes = [node for layer in model.layers for node in layer.inbound_nodes if _is_in(model, node)]
    return all(len(_sources(node)) <= 1 for node in nodes) and len(nodes) <= len(model.layers)


def _is_in(model, node):
    return not hasattr(model, "_layers") or all(
        t.node is None
        or t.node.function in model._layers
        or not hasattr(t.node.function, "inbound_nodes")
        for t in node.inputs
    )


def _row(fields, positions):
    line = ""
    for field, end in zip(fields, positions, strict=False):
        line = (line + str(field))[: end - 1].ljust(end)
    return line.rstrip()


def _fields(layer, model, is_stack):
    """Yield the rows of a layer, each a list of fields."""
    name = f"{layer.name} ({type(layer).__name__})"
    try:
        shape = str(layer.output_shape)
    except AttributeError:
        shape = "multiple"
    count = f"{layer.count_params():,}" if layer.built else "0 (unused)"
    if is_stack:
        yield [name, shape, count]
        return
    nodes = [node for node in layer.inbound_nodes if _is_in(model, node)]
    sources = [s for node in nodes for s in _sources(node)] or [""]
    yield [name, shape, count, sources[0]]
    for source in sources[1:]:
        yield ["", "", "", source]


def _sources(node):
    """Return what feeds a node, as `layer[call number][output number]`."""
    return [
        _source(tensor)
        for tensor in node.inputs
        if tensor.node is not None or _is_input_of_other(tensor, node)
    ]


def _is_input_of_other(tensor, node):
    return getattr(tensor, "input_layer", node.function) is not node.function


def _source(tensor):
    if tensor.node is None:
        return f"{tensor.input_layer.name}[0][0]"
    layer = tensor.node.function
    calls = getattr(layer, "inbound_nodes", [])
    outputs = tensor.node.outputs
    place = outputs.index(tensor) if isinstance(outputs, list) else 0
    number = calls.index(tensor.node) if tensor.node in calls else 0
    return f"{getattr(layer, 'name', getattr(layer, '__name__', 'op'))}[{number}][{place}]"
