"""What a call of a layer does beside its output: what it adds to the loss, what it writes, what it reports."""

import contextlib

from keras import ops
from keras.backend import graph
from keras.backend.variable import Scope, current


class _Call:
    """Runs a layer in training mode and returns its losses, what it reports and what it writes, all within the run."""

    __name__ = "effects"

    def __init__(self, layer):
        self.layer = layer
        self.written = []
        self.reported = []

    @property
    def variables(self):
        """The Variables that the layer uses."""
        return self.layer.variables

    def __call__(self, *args, **kwargs):
        outer = current()
        # The layer may have run here already, for its output: what it wrote then is not where it begins.
        before = {v: outer.parent.read(v) for v in outer.written} if outer.parent else {}
        with Scope(before, parent=outer, training=True) as scope:
            self.layer(*args, **kwargs)
        self.written = list(scope.written)
        self.reported = list(scope.metrics)
        metrics = [mean_of(values) for values in scope.metrics.values()]
        return list(scope.losses), list(scope.written.values()), metrics


def of(node):
    """Return the losses, the updates and the metrics of the call that a node of the graph stands for.

    Args:
        node: a `graph.Node` of a layer.

    Returns:
        A list of symbolic tensors, a list of pairs (Variable, symbolic value), and of what `add_metric` got in `call` a
        dict `{(layer, name): symbolic tensor}`.
    """
    if node.effects is None:
        call = _Call(node.function)
        losses, values, metrics = graph.record(call, node.args, node.kwargs)
        written = list(zip(call.written, values, strict=True))
        node.effects = losses, written, dict(zip(call.reported, metrics, strict=True))
    return node.effects


def mean_of(values):
    """Return the mean of what several calls of a layer reported under one name."""
    means = [ops.mean(ops.cast(value, "float32")) for value in values]
    return sum(means[1:], means[0]) / len(means)


def reported(layer, nodes=()):
    """Return what `call`, of a layer or of those within it, reports by `add_metric`.

    Args:
        layer: a layer.
        nodes: those of the graph within, if there is one. The calls of layers that are not this library's are tried,
            where that was not done to find their shapes.

    Returns:
        A list of pairs (layer, name).
    """
    for node in nodes:
        if _is_unknown(node.function):
            # If the call fails it will do so where it is needed, and say why.
            with contextlib.suppress(Exception):
                of(node)
    return list(_reported(layer))


def _reported(layer):
    yield from ((layer, name) for name in layer._reported)
    for inner in layer._sublayers():
        yield from _reported(inner)


def _is_unknown(layer):
    """Return whether a layer's class, or that of one within it, is a program's own."""
    is_own = not type(layer).__module__.startswith("keras.")
    return is_own or any(_is_unknown(inner) for inner in layer._sublayers())
