"""Optimizers written for Keras 2: a class of the user's with its own `get_updates(loss, params)`."""

from keras.backend import dtypes, graph
from keras.backend.compute import compute
from keras.backend.variable import Variable, outside
from keras.ops.core import array, ensure_scope


class ClassicRule:
    """One step of an optimizer, drawn as a graph by its own `get_updates`.

    The loss that it is given stands for one whose gradients are known: to differentiate it, or anything computed
    from it, gives those of the step.

    Args:
        optimizer: the optimizer.
        variables: the Variables it is to change.

    Raises:
        TypeError: if `get_updates` returns something else than pairs (Variable, new value).
    """

    def __init__(self, optimizer, variables):
        self._value = graph.placeholder((), "float32", "loss")
        self._gradients = [
            graph.placeholder(v.shape, v.dtype, f"{v.name}_gradient") for v in variables
        ]
        self.of = list(variables)
        with outside():
            arguments = (self._value, self.of, self._gradients)
            loss = graph.record(_known, arguments, {}, graph.ShapeAndType((), "float32"))
            given = optimizer.get_updates(loss=loss, params=list(variables))
            self._pairs = list(_pairs(type(optimizer).__name__, given))
            if optimizer.iterations not in [variable for variable, _ in self._pairs]:
                self._pairs.append((optimizer.iterations, optimizer.iterations + 1))
        news = [new for _, new in self._pairs if isinstance(new, graph.Tensor)]
        self._nodes = graph.plan(news, [self._value, *self._gradients])

    @property
    def state(self):
        """The Variables that a step changes beside those it is for."""
        return list(dict.fromkeys(v for v, _ in self._pairs if v not in self.of))

    def changes(self, gradients, loss):
        """Return what a step changes, as pairs (Variable, new value).

        Args:
            gradients: arrays, one a Variable.
            loss: a scalar.
        """
        with ensure_scope():
            feeds = {self._value: compute.cast(array(loss), "float32")}
            for tensor, gradient in zip(self._gradients, gradients, strict=True):
                feeds[tensor] = array(gradient, tensor.dtype)
            feeds = graph.replay(self._nodes, feeds)
            return [(variable, array(feeds.get(new, new))) for variable, new in self._pairs]


def _known(value, variables, gradients):
    """Return a loss of a known value and known gradients."""

    def attach(value, *others):
        known = others[len(variables) :]

        def backward(slope):
            by_variables = [compute.multiply(g, compute.cast(slope, dtypes.of(g))) for g in known]
            nothing = [compute.full(g.shape, 0, dtypes.of(g)) for g in known]
            return (slope, *by_variables, *nothing)

        return compute.copy(value), backward

    return compute.custom_gradient(attach)(*map(array, [value, *variables, *gradients]))


def _pairs(name, updates):
    """Yield the pairs (Variable, new value) of nested lists of them."""
    for update in updates:
        if isinstance(update, tuple) and len(update) == 2 and isinstance(update[0], Variable):
            yield update
        elif isinstance(update, list | tuple):
            yield from _pairs(name, update)
        else:
            raise TypeError(
                f"{name}.get_updates should return pairs (variable, new value), as K.update returns them, got "
                f"{update!r} among them."
            )
