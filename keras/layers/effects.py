"""What a call of a layer does beside its output, in symbols: what it adds to the loss, what it writes."""

from keras.backend import graph
from keras.backend.variable import Scope, current


class _Call:
    """Runs a layer in training mode and returns its losses and what it writes, which stays within the run."""

    __name__ = "effects"

    def __init__(self, layer):
        self.layer = layer
        self.written = []

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
        return list(scope.losses), list(scope.written.values())


def of(node):
    """Return the losses and the updates of the call that a node of the graph stands for.

    Args:
        node: a `graph.Node` of a layer.

    Returns:
        A list of symbolic tensors, and a list of pairs (Variable, symbolic value).
    """
    if node.effects is None:
        call = _Call(node.function)
        losses, values = graph.record(call, node.args, node.kwargs)
        node.effects = losses, list(zip(call.written, values, strict=True))
    return node.effects
