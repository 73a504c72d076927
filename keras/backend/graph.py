"""The one graph: symbolic tensors, the nodes that make them, replay, and gradients.

A symbolic tensor comes from `Input`, `K.placeholder`, or any op or layer that was given one. Nothing is computed
while the graph is drawn; to compute is to *replay* its nodes in order on arrays, inside a scope.
"""

import contextlib
import itertools
import re
import weakref

import numpy as np

from keras.backend import dtypes, nest
from keras.backend.compute import check_gradients, compute
from keras.backend.program import Program
from keras.backend.sizes import Dimensions, Shape
from keras.backend.variable import Scope, Variable, current, functionalize

# Unknown sizes are tried with these two; where the results differ the result's size is unknown too. Both have
# many divisors, so that reshapes work out, and are larger than most windows.
_TRIAL_SIZES = (240, 480)


class Tensor:
    """A symbolic tensor: a shape and a dtype, and the node whose output it is.

    Attributes:
        shape: a tuple of ints, None where the size is not known.
        dtype: the dtype's name.
        name: a name for people.
        node: the `Node` that makes it; None for a placeholder.
        mask: the symbolic mask that belongs to it, or None.
        is_sparse: whether sparse matrices are fed, which then become dense.
    """

    is_sparse = False
    _given_history = None
    _serial = itertools.count(1)

    def __init__(self, shape, dtype, name=None, node=None):
        self.shape = Shape(shape)
        self.dtype = dtype
        self.node = node
        self.name = name or f"tensor_{next(self._serial)}"
        self.mask = None

    @property
    def ndim(self):
        """The number of axes."""
        return len(self.shape)

    @property
    def _keras_shape(self):
        return self.shape

    @_keras_shape.setter
    def _keras_shape(self, shape):
        self.shape = Shape(shape)

    @property
    def _keras_history(self):
        """The layer or op that made this tensor, the number of the call among its own, and the number of the output."""
        if self._given_history is not None:
            return self._given_history
        if self.node is None:
            return getattr(self, "input_layer", None), 0, 0
        maker, outputs = self.node.function, nest.flatten(self.node.outputs)
        calls = getattr(maker, "inbound_nodes", [self.node])
        place = next(i for i, tensor in enumerate(outputs) if tensor is self)
        return maker, calls.index(self.node), place

    @_keras_history.setter
    def _keras_history(self, history):
        self._given_history = history

    def numpy(self):
        """Return the value as a NumPy array, of a tensor that depends on Variables and constants alone."""
        return evaluate(self)

    def get_shape(self):
        """Return the shape as old backends do: each size has a `value`, an int or None."""
        return Dimensions(self.shape)

    def set_shape(self, shape):
        """Fill in sizes that were not known.

        Args:
            shape: a tuple, None for sizes that are still not known.

        Raises:
            ValueError: if it contradicts what is known.
        """
        given = [getattr(n, "value", n) for n in shape]
        pairs = list(zip(self.shape, given)) if len(given) == self.ndim else [(0, 1)]
        if any(None not in pair and pair[0] != pair[1] for pair in pairs):
            raise ValueError(
                f"{self!r} cannot take the shape {tuple(given)}; leave what is known as it is."
            )
        self.shape = Shape(known if new is None else int(new) for known, new in pairs)

    def eval(self, feed_dict=None, session=None):
        """Return the value as a NumPy array, fed by `{placeholder: value}`; `session` has no effect."""
        feed_dict = feed_dict or {}
        return Function(list(feed_dict), [self]).run(list(feed_dict.values()))[0]

    @property
    def op(self):
        """What made this tensor, as old backends show it: its `name`, `type` and `inputs`."""
        return Operation(self)

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.numpy(), dtype)

    def __tf_tensor__(self, dtype=None, name=None):
        # TensorFlow asks for an array; told that there is none, it leaves `array * symbolic` to the symbolic one.
        raise TypeError(
            f"The symbolic tensor {self.name!r} has no value yet: use the functions of keras.ops in place of "
            "TensorFlow's, or put TensorFlow's into a Lambda layer."
        )

    def __float__(self):
        return float(self.numpy())

    def __int__(self):
        return int(self.numpy())

    def __bool__(self):
        raise TypeError(
            f"The symbolic tensor {self.name!r} has no truth value yet: use K.switch or ops.cond in place of "
            "`if`, or K.eval(tensor) where it depends on variables alone."
        )

    def __len__(self):
        if not self.shape or self.shape[0] is None:
            raise TypeError(f"The first size of {self!r} is not known.")
        return self.shape[0]

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __hash__(self):
        return id(self)

    def __repr__(self):
        return f"<Tensor {self.name!r} shape={self.shape} dtype={self.dtype}>"


# The nodes that take each tensor: {tensor: {node: True}}, of those that still are in use.
_users = weakref.WeakKeyDictionary()


def users_of(tensor):
    """Return the nodes that take a tensor, in the order they were made."""
    return list(_users.get(tensor, ()))


class Operation:
    """What made a tensor.

    Attributes:
        name: the tensor's name without the number of the output.
        type: the kind of the layer or op; "Placeholder" where nothing made it.
        inputs: the symbolic tensors it was made of.
    """

    def __init__(self, tensor):
        self.name = tensor.name.partition(":")[0]
        self.type = _kind_of(tensor.node)
        self.inputs = [] if tensor.node is None else list(tensor.node.inputs)
        self.outputs = [tensor] if tensor.node is None else tensor.node.output_tensors


def _kind_of(node):
    if node is None:
        return "Placeholder"
    return getattr(node.function, "__name__", type(node.function).__name__)


class Node:
    """One call in the graph: a function, its arguments (nested, with tensors in them) and its outputs.

    Attributes:
        function: what a replay calls; a layer, or an op.
        args, kwargs: its arguments.
        inputs: the symbolic tensors among them, flat.
        outputs: what the call returned: a nest of symbolic tensors.
        effects: what else the call of a layer does, once that was asked for: its losses and updates.
    """

    effects = None

    def __init__(self, function, args, kwargs):
        self.function = function
        self.args = args
        self.kwargs = kwargs
        self.inputs = [leaf for leaf in nest.flatten([args, kwargs]) if isinstance(leaf, Tensor)]
        self.outputs = None
        for tensor in self.inputs:
            _users.setdefault(tensor, weakref.WeakKeyDictionary())[self] = True

    # The classic names, for programs that walk the graph.
    outbound_layer = property(lambda self: self.function)
    input_tensors = property(lambda self: list(self.inputs))
    output_tensors = property(lambda self: nest.flatten(self.outputs))
    input_shapes = property(lambda self: [t.shape for t in self.input_tensors])
    output_shapes = property(lambda self: [t.shape for t in self.output_tensors])
    input_masks = property(lambda self: [t.mask for t in self.input_tensors])
    output_masks = property(lambda self: [t.mask for t in self.output_tensors])
    arguments = property(lambda self: dict(self.kwargs))
    inbound_layers = property(lambda self: [t._keras_history[0] for t in self.input_tensors])
    node_indices = property(lambda self: [t._keras_history[1] for t in self.input_tensors])
    tensor_indices = property(lambda self: [t._keras_history[2] for t in self.input_tensors])

    def get_config(self):
        """Return the names of the layers around, and where among their calls and outputs the tensors are."""
        return {
            "outbound_layer": _name_of(self.function),
            "inbound_layers": [_name_of(layer) for layer in self.inbound_layers],
            "node_indices": self.node_indices,
            "tensor_indices": self.tensor_indices,
        }

    def __repr__(self):
        return f"<Node of {_name_of(self.function)}>"


def _name_of(function):
    return getattr(function, "name", None) or getattr(function, "__name__", repr(function))


class LearningPhase(Tensor):
    """The flag that `K.learning_phase()` returns: 1 in training mode, 0 in test mode."""

    def __init__(self):
        super().__init__((), "bool", "keras_learning_phase")


def placeholder(shape, dtype, name=None):
    """Return a symbolic tensor to be fed."""
    return Tensor(shape, dtype, name)


def is_symbolic(x):
    """Return whether `x` is a symbolic tensor, or a Variable outside every scope, which stands for one."""
    return isinstance(x, Tensor) or (isinstance(x, Variable) and current() is None)


def any_symbolic(*structures):
    """Return whether nested arguments hold anything symbolic."""
    outside = current() is None
    return any(
        isinstance(leaf, Tensor) or (outside and isinstance(leaf, Variable))
        for leaf in nest.flatten(structures)
    )


# ------------------------------------------------------------------ drawing the graph
def record(function, args, kwargs, outputs=None):
    """Add a node to the graph; or, where symbolic tensors stand for arrays, compute at once.

    Args:
        function: what a replay shall call.
        args, kwargs: its arguments, symbolic tensors among them.
        outputs: a nest of (shape, dtype) as `compute.Spec`; by default found by abstract evaluation.

    Returns:
        A nest of symbolic tensors, or of arrays.
    """
    symbols = getattr(current(), "symbols", None)
    if symbols is not None:
        return function(*_fill(args, symbols), **_fill(kwargs, symbols))
    if outputs is None:
        outputs = infer(function, args, kwargs)
    node = Node(function, args, kwargs)
    layer_name = getattr(function, "name", None)
    name = f"{layer_name}/output:0" if layer_name else None
    node.outputs = nest.map_leaves(
        lambda spec: (
            Tensor(spec[0], spec[1], name, node) if isinstance(spec, ShapeAndType) else spec
        ),
        outputs,
    )
    return node.outputs


class ShapeAndType:
    """A shape, with None for unknown sizes, and a dtype's name: one leaf of what `infer` returns."""

    def __init__(self, shape, dtype):
        self.shape = tuple(shape)
        self.dtype = dtype

    def __getitem__(self, index):
        return (self.shape, self.dtype)[index]


def infer(function, args, kwargs, training=False):
    """Return the shapes and dtypes that a call would give, computing nothing.

    Args:
        function: called on arrays in place of the symbolic tensors among `args` and `kwargs`. Where it takes none of
            the sizes tried for unknown ones, its attribute `shape_rule` is asked, a function of the same arguments.

    Returns:
        The nest the call returns, with a `ShapeAndType` a leaf; sizes that depend on unknown ones are None.
    """
    flat = nest.flatten([args, kwargs])
    shapes = {leaf: leaf.shape for leaf in flat if isinstance(leaf, Tensor)}

    def results(shapes, batch=None):
        is_known = not any(None in shape for shape in shapes.values())
        trials = _TRIAL_SIZES[:1] if is_known else _TRIAL_SIZES
        found = [_trial(function, args, kwargs, shapes, n, batch or n, training) for n in trials]
        others = iter(nest.flatten(found[-1]))
        return nest.map_leaves(lambda spec: _merge(spec, next(others)), found[0])

    try:
        return results(shapes)
    except Exception:
        found = _other_results(results, flat, shapes)
        if found is None and hasattr(function, "shape_rule"):
            found = function.shape_rule(*args, **kwargs)
        if found is None:
            raise
        return found


def _other_results(results, leaves, shapes):
    """Return what a call gives if its unknown sizes have to be those of arrays that they meet, or None."""
    filled = _broadcast_sizes(leaves, shapes)
    if filled != shapes:
        with contextlib.suppress(Exception):
            return results(filled)
    if any(None in shape[:1] for shape in shapes.values()):
        # Of all sizes a batch of one alone goes with arrays made for a batch of another.
        with contextlib.suppress(Exception):
            return nest.map_leaves(_with_any_batch, results(shapes, batch=1))
    return None


def _with_any_batch(spec):
    """Return a result for a batch of one as one for any batch; a batch of several was that of an array made for it."""
    shape = (None, *spec.shape[1:]) if tuple(spec.shape[:1]) == (1,) else spec.shape
    return ShapeAndType(shape, dtypes.of(spec))


def _broadcast_sizes(leaves, shapes):
    """Fill unknown sizes in `{tensor: shape}` with those at the same place of the other arguments, from the right."""
    known = [tuple(getattr(leaf, "shape", None) or ()) for leaf in leaves]

    def filled(shape):
        found = list(shape)
        for place in (-i for i, n in enumerate(reversed(shape), start=1) if n is None):
            sizes = {other[place] for other in known if len(other) >= -place} - {None, 1}
            found[place] = sizes.pop() if len(sizes) == 1 else None
        return tuple(found)

    return {tensor: filled(shape) for tensor, shape in shapes.items()}


def _merge(spec, other):
    shape = [a if a == b else None for a, b in zip(spec.shape, other.shape, strict=True)]
    return ShapeAndType(shape, dtypes.of(spec))


def _trial(function, args, kwargs, shapes, size, batch, training):
    """Evaluate a call on tensors of `shapes` abstractly.

    In place of each unknown size stands `size`, or `batch` if it is the first one.
    """
    sizes = {tensor: _trial_size(tensor, size, batch) for tensor in shapes if _is_size(tensor)}
    specs = {
        tensor: compute.Spec(_sized(shape, size, batch), tensor.dtype)
        for tensor, shape in shapes.items()
        if tensor not in sizes
    }

    def run(*values):
        feeds = {**sizes, **dict(zip(specs, values, strict=True))}
        with Scope(values={}, training=training, key=compute.random_key(0)) as scope:
            scope.symbols = _TrialSymbols(size, batch)
            result = function(*_fill(args, feeds), **_fill(kwargs, feeds))
            return nest.map_leaves(_array, result)

    return compute.abstract(run, *specs.values())


class _TrialSymbols:
    """What tensors stand for that a function under trial uses though it was not given them."""

    def __init__(self, size, batch):
        self.sizes = size, batch

    def __getitem__(self, tensor):
        if _is_size(tensor):
            return _trial_size(tensor, *self.sizes)
        return compute.full(_sized(tensor.shape, *self.sizes), 0, tensor.dtype)


def _is_size(tensor):
    """Return whether a tensor is the size of another one: in a replay it is an int, fit for making shapes."""
    return tensor.node is not None and getattr(tensor.node.function, "returns_size", False)


def _trial_size(tensor, size, batch):
    x, axis = tensor.node.args
    return _sized(x.shape, size, batch)[axis]


def _sized(shape, size, batch):
    sizes = [batch, *[size] * len(shape)]
    return tuple(n if known is None else known for known, n in zip(shape, sizes))


def _array(x):
    return x.value if isinstance(x, Variable) else compute.asarray(x)


def _fill(structure, feeds):
    """Return nested arguments with each symbolic tensor replaced by its value."""
    return nest.map_leaves(
        lambda leaf: feeds[leaf] if isinstance(leaf, Tensor) else leaf, structure
    )


# ------------------------------------------------------------------ replay
def plan(outputs, inputs=()):
    """Return the nodes to run, in order, to get `outputs` from `inputs`.

    Raises:
        ValueError: if the outputs need a placeholder that is not among the inputs.
    """
    known = set(inputs)
    order, done, missing = [], set(), []
    stack = [(t, False) for t in reversed(list(outputs))]
    while stack:
        tensor, is_ready = stack.pop()
        if tensor in known or isinstance(tensor, LearningPhase):
            continue
        node = tensor.node
        if node is None:
            missing.append(tensor)
            known.add(tensor)
        elif is_ready:
            if node not in done:
                done.add(node)
                order.append(node)
        elif node not in done:
            stack.append((tensor, True))
            stack.extend((t, False) for t in reversed(node.inputs))
    if missing:
        names = ", ".join(repr(t.name) for t in missing)
        raise ValueError(
            f"The graph is disconnected: the outputs need the input {names} (shape {missing[0].shape}), which is not "
            f"among the given inputs {[t.name for t in inputs]}; add it to them."
        )
    return order


def replay(nodes, feeds):
    """Run nodes in order.

    Args:
        nodes: from `plan`.
        feeds: `{tensor: value}`, extended in place with every tensor computed.

    Returns:
        `feeds`.
    """
    scope = current()
    feeds.update(
        {t: _phase(scope) for n in nodes for t in n.inputs if isinstance(t, LearningPhase)}
    )
    for node in nodes:
        args, kwargs = _fill(node.args, feeds), _fill(node.kwargs, feeds)
        if isinstance(node.function, _Gradients):
            results = node.function(*args)
        else:
            with scope.at_node(node):
                results = node.function(*args, **kwargs)
        for tensor, value in zip(nest.flatten(node.outputs), nest.flatten(results), strict=True):
            # What was fed stays: a gradient by an intermediate tensor cuts the graph there.
            feeds.setdefault(tensor, value)
    return feeds


class Symbols:
    """What symbolic tensors stand for where a graph was run: known values, and all that follows from them.

    Args:
        feeds: `{tensor: array}`.
    """

    def __init__(self, feeds):
        self.feeds = feeds

    def __getitem__(self, tensor):
        if not isinstance(tensor, Tensor):
            return tensor
        if tensor not in self.feeds:
            # What is computed anew here writes nothing: it was written before, or is not asked for.
            with Scope(parent=current()):
                return replay(plan([tensor], self.feeds), dict(self.feeds))[tensor]
        return self.feeds[tensor]


def _phase(scope):
    return compute.asarray(bool(scope.training))


def evaluate(x):
    """Return the value, a NumPy array, of a tensor that depends on Variables and constants alone."""
    with Scope():
        return compute.to_numpy(replay(plan([x]), {})[x])


# ------------------------------------------------------------------ gradients
class _Gradients:
    """Differentiates a replay: called with the values of the placeholders and of `by`'s tensors."""

    __name__ = "gradients"

    def __init__(self, loss, by, leaves):
        self.loss = loss
        self.by = by
        self.tensors = [t for t in by if isinstance(t, Tensor)]
        self.variables = [v for v in by if isinstance(v, Variable)]
        self.leaves = leaves
        self.nodes = plan([loss], [*leaves, *self.tensors])

    def __call__(self, leaf_values, tensor_values):
        outer = current()

        def loss_of(values):
            tensors, variables = values
            feeds = dict(zip(self.leaves, leaf_values, strict=True))
            feeds.update(zip(self.tensors, tensors, strict=True))
            run = functionalize(lambda: replay(self.nodes, feeds)[self.loss], self.variables, outer)
            return compute.sum(run(variables)[0]), ()

        values = (tensor_values, [outer.read(v) for v in self.variables])
        _, (by_tensors, by_variables) = compute.value_and_grad(loss_of)(values)
        found = dict(
            zip([*self.tensors, *self.variables], [*by_tensors, *by_variables], strict=True)
        )
        return [found[x] for x in self.by]


class NeedsSymbols(ValueError):
    """Raised where an array is to be differentiated: it does not know what it was computed from."""


# What programs for old backends ask tensors for. Within a call they may meet arrays, which know nothing of it.
_OF_SYMBOLS = (
    *("_keras_history", "_keras_shape", "_uses_learning_phase"),
    *("as_list", "eval", "get_shape", "name", "ndims", "op", "set_shape", "value"),
)
_ASKED_FOR_SYMBOLS = re.compile(f"no attribute '?({'|'.join(_OF_SYMBOLS)})\\b")


def asks_for_symbols(error):
    """Return whether an AttributeError says that an array, or its shape, was asked for what symbolic tensors have."""
    return _ASKED_FOR_SYMBOLS.search(str(error)) is not None


def gradients(loss, by):
    """Return the symbolic gradients of the sum of `loss` by each of `by`, tensors or Variables.

    Those by what the loss does not depend on, or through integers alone, are None.

    Raises:
        NotImplementedError: if the backend computes no gradients.
        ValueError: if the loss is no symbolic tensor.
    """
    check_gradients("K.gradients")
    if isinstance(loss, Variable):
        raise ValueError(f"The loss is the Variable {loss.name!r} itself; give a tensor.")
    if not isinstance(loss, Tensor):
        raise NeedsSymbols(
            f"The loss is a value, {type(loss).__name__}, not a symbolic tensor: there is nothing to differentiate. "
            "Compute it from Variables or placeholders, outside of a layer's call."
        )
    leaves = [t for t in ancestors([loss]) if t.node is None and not isinstance(t, LearningPhase)]
    sources, found = _differentiable(loss), dict.fromkeys(by)
    for group in _independent([x for x in by if x in sources]):
        others = [t for t in leaves if t not in group]
        tensors = [x for x in group if isinstance(x, Tensor)]
        function = _Gradients(loss, group, others)
        outputs = [ShapeAndType(x.shape, x.dtype) for x in group]
        found.update(zip(group, record(function, (others, tensors), {}, outputs), strict=True))
    return [found[x] for x in by]


def gradients_by_all(loss, by):
    """Return the gradients as `gradients` does, none of them None.

    Raises:
        ValueError: if the loss does not depend on one of `by`.
    """
    found = gradients(loss, by)
    for x, gradient in zip(by, found, strict=True):
        if gradient is None:
            raise ValueError(
                f"The loss {loss.name!r} does not depend on {x!r}: there is no gradient. Differentiate by what the "
                "loss was computed from."
            )
    return found


def _differentiable(loss):
    """Return the tensors and Variables from which a loss is computed by way of floats, as a set."""
    tensors = ancestors([loss], dtypes.carries_gradients)
    return {*tensors, *variables_of({t.node: True for t in tensors if t.node})}


def _independent(by):
    """Return `by` in groups to differentiate by together: none of a group is computed from another one of it.

    A gradient by an intermediate tensor takes that tensor as given, and so sees nothing of what it came from.
    """
    inner = [x for x in by if isinstance(x, Tensor) and x.node is not None]
    sources = [x for x in by if x not in inner]
    is_nested = any(a is not b and a in ancestors([b]) for a in inner for b in inner)
    groups = [sources, *([x] for x in inner)] if is_nested else [sources, inner]
    return [group for group in groups if group]


def ancestors(tensors, by_way_of=lambda dtype: True):
    """Return the given tensors and all that they were computed from, as a dict in order of discovery.

    Args:
        tensors: symbolic tensors.
        by_way_of: whether to take tensors of a dtype, given by its name, and what lies behind them.
    """
    found, stack = {}, list(tensors)
    while stack:
        t = stack.pop()
        if t not in found and by_way_of(t.dtype):
            found[t] = True
            stack.extend(t.node.inputs if t.node else ())
    return found


def variables_of(nodes):
    """Return the Variables among the nodes' arguments and in the layers they call."""
    found = {}
    for node in nodes:
        owners = [node.function, *nest.flatten([node.args, node.kwargs])]
        if isinstance(node.function, _Gradients):
            owners += [*node.function.variables, *variables_of(node.function.nodes)]
        for owner in owners:
            for variable in [owner] if isinstance(owner, Variable) else _owned(owner):
                found[variable] = True
    return list(found)


def _owned(owner):
    return getattr(owner, "variables", ())


# ------------------------------------------------------------------ functions
class Function:
    """Computes symbolic outputs from values of symbolic inputs: what `K.function` returns.

    Args:
        inputs: symbolic tensors; `K.learning_phase()` among them takes 0 or 1.
        outputs: symbolic tensors.
        updates: pairs `(variable, new value)`, applied after the outputs are computed.
        name: a name for error messages.
    """

    def __init__(self, inputs, outputs, updates=(), name=None):
        self.inputs = list(inputs)
        self.outputs = list(outputs)
        self.updates = [tuple(update) for update in updates]
        self.name = name or "K.function"
        self._check_outputs()
        results = [
            x for x in [*self.outputs, *(new for _, new in self.updates)] if isinstance(x, Tensor)
        ]
        self._nodes = plan(results, self.inputs)
        targets = [variable for variable, _ in self.updates]
        self._program = Program(self._run, [*variables_of(self._nodes), *targets])

    def _check_outputs(self):
        missing = [i for i, output in enumerate(self.outputs) if output is None]
        if missing:
            raise ValueError(
                f"{self.name}: the output(s) {missing} are None. K.gradients gives None where the loss does not depend "
                "on what it is to be differentiated by; drop those from the outputs."
            )

    def _run(self, values):
        fed = [t for t in self.inputs if not isinstance(t, LearningPhase)]
        # Only what is in `updates` shall change: a layer's own assignments stay within this scope.
        with Scope(parent=current()):
            feeds = replay(self._nodes, dict(zip(fed, values, strict=True)))
            outputs = [self._value(x, feeds) for x in self.outputs]
            news = [self._value(new, feeds) for _, new in self.updates]
        for (variable, _), new in zip(self.updates, news, strict=True):
            variable.assign(new)
        return outputs

    @staticmethod
    def _value(x, feeds):
        if isinstance(x, LearningPhase):
            return _phase(current())
        return feeds[x] if isinstance(x, Tensor) else _array(x)

    def __call__(self, inputs):
        """Return the outputs as a list of NumPy arrays for a list of input values."""
        return self.run(inputs)

    def run(self, inputs, training=None):
        """Return the outputs as `__call__` does, in a mode that the learning phase among the inputs overrules."""
        values = list(inputs) if isinstance(inputs, list | tuple) else [inputs]
        if len(values) != len(self.inputs):
            raise ValueError(
                f"{self.name} takes {len(self.inputs)} inputs ({[t.name for t in self.inputs]}), got {len(values)}; "
                "give a list with one value for each."
            )
        arrays = []
        for tensor, value in zip(self.inputs, values, strict=True):
            if isinstance(tensor, LearningPhase):
                training = bool(value)
            else:
                arrays.append(self._feed(tensor, value))
        return [compute.to_numpy(x) for x in self._program(arrays, training=training)]

    def _feed(self, tensor, value):
        if hasattr(value, "toarray"):  # a sparse matrix of SciPy
            value = value.toarray()
        value = compute.asarray(value, tensor.dtype)
        fits = len(value.shape) == len(tensor.shape) and all(
            want in (None, got) for want, got in zip(tensor.shape, value.shape, strict=True)
        )
        if not fits:
            raise ValueError(
                f"{self.name}: the input {tensor.name!r} takes arrays of shape {tensor.shape}, "
                f"got {tuple(value.shape)}."
            )
        return value
