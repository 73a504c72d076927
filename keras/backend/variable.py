"""Variables, and the scope that turns imperative code over them into a pure function.

User code reads and writes Variables as if they were arrays. Inside a `Scope` each read and write goes to the
scope, random numbers come from the scope's key, and losses and masks are collected there. `functionalize` is
the one bridge from such code to the pure functions that a backend differentiates and compiles.
"""

import contextlib
import itertools
import threading

import numpy as np

from keras.backend import dtypes, seed
from keras.backend.compute import check_gradients, compute
from keras.backend.sizes import Dimensions


class Pending:
    """A value that is made when it is first asked for: many a large weight is replaced before.

    Args:
        shape: its shape, a tuple of ints.
        make: takes nothing and returns the value, a NumPy array in the Variable's dtype.
    """

    def __init__(self, shape, make):
        self.shape = shape
        self.make = make


class Variable:
    """An array that outlives the calls which read and write it: a weight, a slot, a metric's state.

    Args:
        value: the initial value, anything array-like; with a dtype also a `Pending`.
        dtype: its dtype's name; by default that of `value`, with float64 read as `floatx`.
        trainable: whether optimizers may change it.
        name: a name for people.
        constraint: a function that maps a new value to an allowed one, applied after optimizer steps.
        regularizer: a function that maps the value to a penalty, a scalar.

    Attributes:
        autocast: whether a layer of mixed precision reads it in the dtype that it computes in.

    Examples:
        >>> v = Variable([1.0, 2.0], name="v")
        >>> v.assign_add([1.0, 1.0])
        >>> v.numpy().tolist()
        [2.0, 3.0]
    """

    autocast = True
    _serial = itertools.count(1)

    def __init__(
        self, value, dtype=None, trainable=True, name=None, constraint=None, regularizer=None
    ):
        self.trainable = trainable
        self.constraint = constraint
        self.regularizer = regularizer
        self.name = name or f"Variable_{next(self._serial)}"
        if isinstance(value, Variable):
            value = value.numpy()
        dtype = dtypes.standardize(dtype) if dtype is not None else dtypes.of_data(value)
        if not compute.is_tensor(value):
            # Copied and kept on the host until it is first used: building a model costs no device memory.
            value = _own(value, _host_dtype(dtype))
        self.dtype = dtype
        self.shape = tuple(value.shape)
        self._value = value if not compute.is_tensor(value) else compute.cast(value, dtype)
        scope = current()
        if scope is not None:
            scope.root.born.add(self)

    @property
    def value(self):
        """The current value as a backend array: the scope's inside a scope, else the stored one."""
        scope = current()
        return stored(self) if scope is None else scope.seen(self)

    @staticmethod
    def is_in_scope():
        """Return whether code runs in a scope, where a Variable has the scope's value."""
        return current() is not None

    @property
    def ndim(self):
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self):
        """The number of elements."""
        return int(np.prod(self.shape, dtype="int64"))

    def numpy(self):
        """Return a NumPy copy of the stored value."""
        return _as_numpy(held(self))

    def eval(self, session=None):
        """Return a NumPy copy of the stored value, as `numpy` does; `session` has no effect."""
        return self.numpy()

    def get_shape(self):
        """Return the shape as old backends do: each size has a `value`."""
        return Dimensions(self.shape)

    def __array__(self, dtype=None, copy=None):
        return self.numpy() if dtype is None else self.numpy().astype(dtype)

    def assign(self, value):
        """Set a new value of the same shape.

        Raises:
            ValueError: if the shape differs.
        """
        value = value.value if isinstance(value, Variable) else value
        if not hasattr(value, "shape"):
            value = np.asarray(value)
        if tuple(value.shape) != self.shape:
            raise ValueError(
                f"Variable {self.name!r} has shape {self.shape} and cannot take a value of shape "
                f"{tuple(value.shape)}; reshape the value first."
            )
        scope = current()
        if scope is not None:
            scope.write(self, compute.cast(compute.asarray(value), self.dtype))
        elif compute.is_tensor(value):
            self._value = compute.cast(value, self.dtype)
        else:
            self._value = np.array(value, dtype=_host_dtype(self.dtype))

    def assign_add(self, delta):
        """Add `delta` to the value."""
        self.assign(compute.add(_exact(self), compute.asarray(_raw(delta), self.dtype)))

    def assign_sub(self, delta):
        """Subtract `delta` from the value."""
        self.assign(compute.subtract(_exact(self), compute.asarray(_raw(delta), self.dtype)))

    def __deepcopy__(self, memo):
        twin = Variable(self.numpy(), self.dtype, self.trainable, self.name)
        twin.constraint, twin.regularizer = self.constraint, self.regularizer
        memo[id(self)] = twin
        return twin

    def __hash__(self):
        return id(self)

    def __repr__(self):
        return f"<Variable {self.name!r} shape={self.shape} dtype={self.dtype}>"


def _raw(x):
    return x.value if isinstance(x, Variable) else x


def _exact(variable):
    """Return the current value in the Variable's own dtype."""
    scope = current()
    return stored(variable) if scope is None else scope.read(variable)


def _own(value, dtype):
    """Return a copy; one number seen as an array of some shape stays that, and takes no memory, as what is pending."""
    if isinstance(value, Pending):
        return value
    is_array = isinstance(value, np.ndarray) and value.size > 1 and value.dtype == dtype
    if is_array and not value.flags.writeable and not any(value.strides):
        return value
    return np.array(value, dtype=dtype)


def _host_dtype(dtype):
    return compute.HOST_DTYPES.get(dtype, dtype)


def _as_numpy(value):
    return value.copy() if isinstance(value, np.ndarray) else compute.to_numpy(value)


def held(variable):
    """Return a Variable's stored value where it lies: a backend array, or a NumPy array if it was not used yet."""
    if type(variable._value) is Pending:
        variable._value = variable._value.make()
    return variable._value


def stored(variable):
    """Return a Variable's stored value as a backend array, whatever scope is active."""
    if type(held(variable)) is np.ndarray:
        with compute.outside_trace():
            variable._value = compute.asarray(variable._value, variable.dtype)
    return variable._value


def on_host(variable):
    """Return a Variable's stored value as a NumPy array to be read only: no copy if it lies on the host still."""
    value = variable._value
    return value if isinstance(value, np.ndarray) else variable.numpy()


def held_all(variables):
    """Return what `held` returns of each."""
    values = [v._value for v in variables]
    return [held(v) for v in variables] if Pending in map(type, values) else values


def store(variable, value):
    """Replace a Variable's stored value by a backend array of its shape and dtype, unchecked."""
    variable._value = value


def store_all(variables, values):
    """Do what `store` does to each of the Variables."""
    for variable, value in zip(variables, values, strict=True):
        variable._value = value


# ------------------------------------------------------------------ scopes
class _Stack(threading.local):
    def __init__(self):
        self.scopes = []


_stack = _Stack()


def current():
    """Return the innermost active scope, or None."""
    scopes = _stack.scopes
    return scopes[-1] if scopes else None


@contextlib.contextmanager
def outside():
    """Leave all scopes, and any recording, for a `with` block: what runs there computes at once.

    Layers are built so: whatever program is being recorded, their weights get values.
    """
    _stack.scopes.append(None)
    try:
        with compute.outside_trace():
            yield
    finally:
        _stack.scopes.pop()


class Scope:
    """What code over Variables sees while it runs.

    Args:
        values: `{variable: array}` that the code shall see; other Variables are read from `parent`,
            or else have their stored value.
        parent: the scope this one refines. Without it, and with `values` None, the scope is *eager*:
            writes go to the Variables at once.
        training: True in training mode, False in test mode, None where nobody said.
        key: the root of the random keys, a backend's random key; by default drawn when first needed.
        tick: an integer scalar, maybe traced, that makes the random numbers of each step its own.
        frozen: the set of layers that count as frozen while the code runs, or None to ask the layers.

    Attributes:
        losses: what layers added by `add_loss` while the code ran.
        metrics: what layers reported by `add_metric`, `{(layer, name): [values]}`.
        symbols: what symbolic tensors of the graph stand for while the code runs, `{tensor: array}` or alike, or None.
        graphs: the `symbols` of each model whose graph was run here.
        casts: what Variables are seen as in mixed precision, `{variable: (value, the value in another dtype)}`.
        missing: Variables that were used though the outermost scope had not been given their value.
        born: Variables that were made while the code ran.
    """

    def __init__(self, values=None, parent=None, training=None, key=None, tick=None, frozen=None):
        self.eager = values is None and parent is None
        self.values = dict(values or {})
        self.parent = parent
        self.root = parent.root if parent else self
        self.training = training if training is not None or not parent else parent.training
        self.frozen = frozen if frozen is not None or not parent else parent.frozen
        self.symbols = parent.symbols if parent else None
        self.casts = parent.casts if parent else {}
        self.graphs = {}
        self.written = {}
        self.losses = []
        self.metrics = {}
        self._masks = {}
        self._random = parent._random if parent else _RandomStream(key, tick)
        if self.root is self:
            self.missing = {}
            self.born = set()
            self._given = frozenset(self.values)

    def __enter__(self):
        _stack.scopes.append(self)
        return self

    def __exit__(self, *exception):
        _stack.scopes.pop()

    def read(self, variable):
        """Return the value that `variable` has here."""
        scope = self
        while scope is not None:
            if variable in scope.values:
                return scope.values[variable]
            scope = scope.parent
        self._note(variable)
        return stored(variable)

    def seen(self, variable):
        """Return the value that code reads: in mixed precision that of a weight in the dtype computed in."""
        value = self.read(variable)
        if not self.casts or variable not in self.casts:
            return value
        original, converted = self.casts[variable]
        # A value that came since the layer was entered may belong to an inner trace, as its copy then does.
        return converted if original is value else compute.cast(value, dtypes.of(converted))

    def write(self, variable, value):
        """Give `variable` a value here; an eager scope stores it at once."""
        if self.eager:
            store(variable, value)
            return
        self._note(variable)
        self.values[variable] = value
        self.written[variable] = value

    def _note(self, variable):
        if not self.root.eager and variable not in self.root._given:
            self.root.missing[variable] = True

    def undo(self):
        """Return a function that takes back what is written, added and reported here from now on."""
        values, written, losses = dict(self.values), dict(self.written), list(self.losses)
        metrics = {key: list(found) for key, found in self.metrics.items()}

        def take_back():
            self.values, self.written, self.losses[:] = values, written, losses
            self.metrics = metrics

        return take_back

    @contextlib.contextmanager
    def in_phase(self, training):
        """Let the code of a `with` block see another training flag; None changes nothing."""
        before = self.training
        self.training = before if training is None else training
        try:
            yield
        finally:
            self.training = before

    @contextlib.contextmanager
    def seeing(self, symbols):
        """Let symbolic tensors stand for arrays in the code of a `with` block; None for nothing."""
        before, self.symbols = self.symbols, symbols
        try:
            yield
        finally:
            self.symbols = before

    @contextlib.contextmanager
    def casting(self, variables, dtype):
        """Let the code of a `with` block see Variables in another dtype, and no others so.

        They are converted on entrance, once for all that is within: a loop in the block has not to do it at each
        step, and a block within finds what it needs.

        Args:
            variables: the Variables.
            dtype: the name of the dtype.
        """
        before, casts = self.casts, {}
        for variable in variables:
            value = self.read(variable)
            known = before.get(variable)
            is_known = known and known[0] is value and dtypes.of(known[1]) == dtype
            casts[variable] = known if is_known else (value, compute.cast(value, dtype))
        self.casts = casts
        try:
            yield
        finally:
            self.casts = before

    @property
    def is_random(self):
        """Whether random numbers were drawn."""
        return self._random.is_used

    def next_key(self, seed=None):
        """Return a random key that no other call in this scope gets; `seed` starts a stream of its own."""
        return self._random.next_key(seed)

    def at_node(self, node):
        """Return a context in which a graph node draws its own keys, the same ones at each replay."""
        return self._random.at_node(node)

    def mask_of(self, x):
        """Return the mask that travels with the array `x`, or None."""
        scope = self
        while scope is not None:
            entry = scope._masks.get(id(x))
            if entry is not None:
                return entry[1]
            scope = scope.parent
        return None

    def set_mask(self, x, mask):
        """Let `mask` travel with the array `x`."""
        # The array is kept with its mask: an id is only unique while its object lives.
        self._masks[id(x)] = (x, mask)


class _RandomStream:
    """Hands out keys: each is the root key folded with the step and the place that asks for it."""

    def __init__(self, key, tick):
        self.key = key
        self.tick = tick
        self.count = 0
        self.place = 0
        self.places = {}
        self.is_used = False

    def next_key(self, given_seed):
        self.is_used = True
        if self.key is None and given_seed is None:
            with compute.outside_trace():
                self.key = compute.random_key(seed.draw())
        key = self.key if given_seed is None else compute.random_key(int(given_seed))
        if self.tick is not None:
            key = compute.fold_in(key, self.tick)
        self.count += 1
        return compute.fold_in(key, self.count)

    @contextlib.contextmanager
    def at_node(self, node):
        before = self.place, self.count
        self.place = self.places.setdefault((self.place, node), len(self.places) + 1)
        # Far apart, so that the keys drawn inside one node do not meet those of the next.
        self.count = self.place << 16
        try:
            yield
        finally:
            self.place, self.count = before


def functionalize(function, variables, parent=None):
    """Turn code over Variables into a pure function of their values.

    Args:
        function: any code that reads and writes Variables.
        variables: the Variables whose values come in and go out.
        parent: the scope around, for functions used within another one.

    Returns:
        `pure(values, *args, **scope_options) -> (result, new_values, scope)`, where `values` and `new_values` are
        lists of arrays in the order of `variables` and `scope` is the finished `Scope`.

    Examples:
        >>> v = Variable(1.0)
        >>> pure = functionalize(lambda x: v.assign(v.value * x), [v])
        >>> float(pure([2.0], 3.0)[1][0]), float(v.numpy())
        (6.0, 1.0)
    """
    variables = list(variables)

    def pure(values, *args, **options):
        scope = Scope(dict(zip(variables, values, strict=True)), parent, **options)
        with scope:
            result = function(*args)
        return result, [scope.values[v] for v in variables], scope

    return pure


def gradient(function, variables):
    """Differentiate code over Variables, inside the current scope.

    Args:
        function: takes nothing and returns `(loss, aux)`, the loss a scalar; may write Variables.
        variables: the Variables to differentiate by.

    Returns:
        `(loss, aux), gradients`, one gradient a Variable. What the function wrote is written to the current scope.

    Raises:
        NotImplementedError: if the backend computes no gradients.
    """
    check_gradients("A gradient by Variables")
    outer = current() or Scope()
    variables = list(variables)
    touched = []

    def pure(values):
        (loss, aux), _, scope = functionalize(function, variables, outer)(values)
        touched[:] = list(scope.written)
        return loss, (aux, list(scope.written.values()))

    values = [outer.read(v) for v in variables]
    (loss, (aux, written)), gradients = compute.value_and_grad(pure)(values)
    for variable, value in zip(touched, written, strict=True):
        outer.write(variable, value)
    return (loss, aux), gradients


compute.register_variable(Variable)
