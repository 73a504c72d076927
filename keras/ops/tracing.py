"""Functions of the user's that are part of the graph: the bodies of loops and branches.

Such a function may use tensors of the graph around it. So it is drawn once, on placeholders, as a graph of its own;
what it uses from outside becomes arguments of the node that runs it.
"""

import contextlib

from keras.backend import dtypes, graph, nest
from keras.backend.compute import compute
from keras.backend.variable import Variable, current, outside


class Body:
    """A function drawn as a graph.

    Args:
        function: takes as many nests of tensors as there are in `arguments`.
        *arguments: nests of `graph.ShapeAndType`, what it is drawn with.

    Attributes:
        captured: the tensors of the graph around it that it uses, to be given at each call.
        variables: the Variables it uses.
    """

    def __init__(self, function, *arguments):
        self._name = getattr(function, "__name__", "body")
        inputs = nest.map_leaves(lambda s: graph.placeholder(s.shape, s.dtype), list(arguments))
        self._inputs = nest.flatten(inputs)
        with outside() if current() else contextlib.nullcontext():
            self.outputs = function(*inputs)
        results = [x for x in nest.flatten(self.outputs) if isinstance(x, graph.Tensor)]
        self._nodes, self.captured = _inner(results, self._inputs)

    @property
    def variables(self):
        """The Variables that the function uses."""
        own = [x for x in nest.flatten(self.outputs) if isinstance(x, Variable)]
        return [*graph.variables_of(self._nodes), *own]

    def bind(self, captured):
        """Return the function of arrays, for the values of what it uses from outside."""

        def call(*arguments):
            feeds = dict(zip(self.captured, captured, strict=True))
            feeds.update(zip(self._inputs, nest.flatten(list(arguments)), strict=True))
            feeds = graph.replay(self._nodes, feeds)
            return nest.map_leaves(lambda x: _value(x, feeds), self.outputs)

        return call

    def __repr__(self):
        return f"<Body {self._name!r}>"


def _value(x, feeds):
    if isinstance(x, graph.LearningPhase):
        return compute.asarray(bool(current().training))
    if isinstance(x, graph.Tensor):
        return feeds[x]
    return x.value if isinstance(x, Variable) else compute.asarray(x)


def _inner(results, inputs):
    """Return the nodes that depend on `inputs`, and what they and the results use from elsewhere."""
    sources = [t for t in graph.ancestors(results) if t.node is None]
    within, outside, nodes = set(inputs), {}, []
    for node in graph.plan(results, [*inputs, *sources]):
        if any(t in within for t in node.inputs):
            nodes.append(node)
            within.update(nest.flatten(node.outputs))
    for tensor in [*(t for node in nodes for t in node.inputs), *results]:
        if tensor not in within and not isinstance(tensor, graph.LearningPhase):
            outside[tensor] = True
    return nodes, list(outside)


def spec(x, drop=()):
    """Return the shape and dtype of each tensor of a nest.

    Args:
        x: nested symbolic tensors, Variables, arrays or numbers.
        drop: the axes to leave out.
    """

    def leaf(t):
        t = t if hasattr(t, "shape") else compute.asarray(t, dtypes.of_data(t))
        shape = [n for axis, n in enumerate(t.shape) if axis not in drop]
        return graph.ShapeAndType(shape, dtypes.of(t))

    return nest.map_leaves(leaf, x)
