"""Layers whose `call` asks a tensor what only those of a graph know, such as `x.get_shape()`."""

import contextlib
import threading

from keras.backend import dtypes, graph, nest
from keras.backend.compute import compute
from keras.backend.variable import Scope, current


class _Drawn(threading.local):
    """The calls noted while a layer is drawn, as pairs of a layer and a node; None where none is."""

    calls = None


_drawn = _Drawn()


def note(layer, node):
    """Make the node of a call one of the layer's: for good, or while the layer around it is drawn."""
    layer._nodes.append(node)
    if _drawn.calls is not None:
        _drawn.calls.append((layer, node))


@contextlib.contextmanager
def _forgetting_calls():
    """Take the nodes that layers get in a `with` block off them again: it runs whenever a program is recorded."""
    before, _drawn.calls = _drawn.calls, []
    try:
        yield
    finally:
        for layer, node in _drawn.calls:
            layer._nodes.remove(node)
        _drawn.calls = before


def call(layer, inputs, args, kwargs):
    """Return what `layer.call` returns for arrays.

    Where it asks an array for what symbolic tensors have, it is drawn as a graph first, which then is run.

    Args:
        layer: a layer.
        inputs: a nest of arrays.
        args, kwargs: the other arguments of `call`.
    """
    take_back = current().undo()
    try:
        return layer.call(inputs, *args, **kwargs)
    except AttributeError as error:
        if not graph.asks_for_symbols(error):
            raise
    take_back()
    with _forgetting_calls():
        return _call_drawn(layer, inputs, args, kwargs)


def _call_drawn(layer, inputs, args, kwargs):
    feeds, scope = {}, current()

    def drawn(leaf):
        if not compute.is_tensor(leaf):
            return leaf
        tensor = graph.placeholder(tuple(leaf.shape), dtypes.of(leaf))
        feeds[tensor] = leaf
        return tensor

    losses, updates = len(layer._symbolic_losses), len(layer._symbolic_updates)
    arguments = nest.map_leaves(drawn, (inputs, args, kwargs))
    # What is written at once while it is drawn must not be seen where the graph runs, which is later.
    with Scope(parent=scope) as drawing, drawing.seeing(None):
        outputs = layer.call(arguments[0], *arguments[1], **arguments[2])
    added = _taken(layer._symbolic_losses, losses)
    written = _taken(layer._symbolic_updates, updates) if scope.training else []
    wanted = [outputs, added, [new for _, new in written], drawing.metrics]
    tensors = [t for t in nest.flatten(wanted) if isinstance(t, graph.Tensor)]
    feeds = graph.replay(graph.plan(tensors, feeds), feeds)
    outputs, added, news, metrics = nest.map_leaves(
        lambda t: feeds[t] if isinstance(t, graph.Tensor) else t, wanted
    )
    scope.losses.extend([*drawing.losses, *added])
    for key, values in metrics.items():
        scope.metrics.setdefault(key, []).extend(values)
    for variable, new in [*drawing.written.items(), *zip((v for v, _ in written), news)]:
        variable.assign(new)
    return outputs


def _taken(items, start):
    """Return what was added to a list since it had `start` entries, and take it off again."""
    added = items[start:]
    del items[start:]
    return added
