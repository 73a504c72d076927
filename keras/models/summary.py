"""The table that `model.summary()` prints."""

import io
from itertools import pairwise

from rich.box import Box
from rich.console import Console
from rich.table import Table

# A rule under the headings and between the rows.
_RULES = Box("____\n    \n====\n    \n____\n====\n    \n____\n")


def print_summary(model, line_length=None, positions=None, print_fn=None):
    """Print a table of a model's layers; names too long for their column go on in the next line.

    Args:
        model: a model.
        line_length: the width in characters; by default what the table needs.
        positions: where the columns end, as shares of the width or in characters; by default where they need to.
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
    lines = _lines(_table(model, positions, line_length), line_length)
    width = line_length or max(map(len, lines))
    rules = "_" * width, "=" * width
    for line in [rules[0], *lines, rules[1], *_totals(model), rules[0]]:
        write(line)


def _table(model, positions, line_length):
    is_stack = _is_stack(model)
    table = Table(
        box=_RULES, show_lines=True, show_edge=False, pad_edge=False, expand=bool(line_length)
    )
    headings = ["Layer (type)", "Output Shape", "Param #", "Connected to"][: 3 if is_stack else 4]
    for heading, width in zip(
        headings, _widths(positions, line_length, len(headings)), strict=True
    ):
        table.add_column(heading, overflow="fold", width=width)
    for layer in model.layers:
        table.add_row(*_fields(layer, model, is_stack))
    return table


def _widths(positions, line_length, count):
    """Return the width of each column, None where it is as wide as it needs."""
    if positions is None:
        return [None] * count
    if positions[-1] <= 1:
        positions = [int((line_length or 98) * share) for share in positions]
    return [end - begin - 2 for begin, end in pairwise([0, *positions])]


def _lines(table, line_length):
    text = io.StringIO()
    # Wide enough for any name: where a table is written, a terminal's width is not known.
    Console(
        file=text,
        width=line_length or 1000,
        color_system=None,
        markup=False,
        emoji=False,
        highlight=False,
    ).print(table)
    return [line.rstrip() for line in text.getvalue().splitlines()]


def _totals(model):
    trainable = sum(w.size for w in dict.fromkeys(model.trainable_weights))
    total = sum(w.size for w in dict.fromkeys(model.weights))
    return [
        f"Total params: {total:,}",
        f"Trainable params: {trainable:,}",
        f"Non-trainable params: {total - trainable:,}",
    ]


def _is_stack(model):
    """Return whether every layer has one input, from the layer before."""
    if hasattr(model, "_stack"):
        return True
    nodes = [node for layer in model.layers for node in layer.inbound_nodes if _is_in(model, node)]
    return all(len(_sources(node)) <= 1 for node in nodes) and len(nodes) <= len(model.layers)


def _is_in(model, node):
    """Return whether a call is one of the model's, not one of another model that has the layer too."""
    if not hasattr(model, "_layers"):
        return True
    makers = [_maker(tensor) for tensor in node.inputs]
    return all(layer is None or layer in model._layers for layer in makers)


def _maker(tensor):
    """Return the layer that a tensor comes from, if it is one's."""
    if tensor.node is None:
        return getattr(tensor, "input_layer", None)
    layer = tensor.node.function
    return layer if hasattr(layer, "inbound_nodes") else None


def _fields(layer, model, is_stack):
    """Return a layer's row, a list of texts."""
    name = f"{layer.name} ({type(layer).__name__})"
    try:
        shape = str(layer.output_shape)
    except AttributeError:
        shape = "multiple"
    count = f"{layer.count_params():,}" if layer.built else "0 (unused)"
    if is_stack:
        return [name, shape, count]
    nodes = [node for node in layer.inbound_nodes if _is_in(model, node)]
    return [name, shape, count, "\n".join(source for node in nodes for source in _sources(node))]


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
