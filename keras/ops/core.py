"""How ops see their arguments: symbolic ones become graph nodes, others arrays of one dtype. And control flow."""

import functools

import numpy as np

from keras import config
from keras.backend import dtypes, graph, nest
from keras.backend.compute import compute, has
from keras.backend.variable import Scope, Variable, current
from keras.ops.tracing import Body, spec


def op(function):
    """Make a function of arrays an op: given anything symbolic, it adds a node to the graph instead.

    Variables inside a scope count as arrays; outside every scope they are symbolic.
    """

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        if graph.any_symbolic(args, kwargs):
            return graph.record(wrapper, args, kwargs)
        return function(*args, **kwargs)

    return wrapper


def raw(x):
    """Return `x` with a Variable replaced by its value; all else as it is."""
    return x.value if isinstance(x, Variable) else x


def array(x, dtype=None):
    """Return `x` as a backend array: floats from NumPy and Python become `floatx` unless `dtype` says else."""
    x = raw(x)
    if compute.is_tensor(x):
        return x if dtype is None or dtypes.of(x) == dtype else compute.cast(x, dtype)
    if isinstance(x, list | tuple) and any(
        compute.is_tensor(raw(leaf)) for leaf in nest.flatten(x)
    ):
        return compute.stack([array(item, dtype) for item in x])
    return compute.asarray(x, dtype or dtypes.of_data(x))


def dtype_of(x):
    """Return the dtype's name of an array or symbolic tensor; of a Python number its type."""
    if isinstance(x, bool | int | float | complex):
        return type(x)
    is_host_data = isinstance(x, np.ndarray | np.generic) or not hasattr(x, "dtype")
    return dtypes.of_data(x) if is_host_data else dtypes.of(x)


def promote(*xs, at_least=None):
    """Return the arguments as arrays of one dtype.

    Args:
        *xs: arrays, Variables, Python numbers or nested lists.
        at_least: `float` to turn integers into floats.
    """
    xs = [raw(x) for x in xs]
    kinds = [dtype_of(x) for x in xs]
    dtype = dtypes.result(*kinds, *([at_least] if at_least else []))
    return [array(x, dtype) for x in xs]


def promote_to_combine(*xs, at_least=None):
    """Return the arguments as `promote` does, ready to be broadcast against each other.

    The gradient of broadcasting is a sum, which in half precision soon stands still: a bias would not get the gradient
    of a large batch. Where that is so, halves take the way by float32.
    """
    arrays = promote(*xs, at_least=at_least)
    dtype = dtypes.of(arrays[0])
    if dtypes.FLOATS.get(dtype, 32) > 16 or has("half_sums"):
        return arrays
    shape = np.broadcast_shapes(*(x.shape for x in arrays))
    return [
        x if isinstance(given, int | float) or tuple(x.shape) == shape else _broadcast(x, shape)
        for given, x in zip(xs, arrays, strict=True)
    ]


def _broadcast(x, shape):
    wide = compute.broadcast_to(compute.cast(x, "float32"), shape)
    return compute.cast(wide, dtypes.of(x))


def in_single(function):
    """Let a function of an array, in which numbers are added up, take halves as float32 and return halves."""

    @functools.wraps(function)
    def wrapper(x, *args, **kwargs):
        x = array(x)
        dtype = dtypes.of(x)
        wide = dtypes.at_least_single(dtype)
        if wide == dtype:
            return function(x, *args, **kwargs)
        found = function(compute.cast(x, wide), *args, **kwargs)
        return nest.map_leaves(lambda y: compute.cast(y, dtype), found)

    return wrapper


def as_float(x):
    """Return `x` as an array of a float dtype: integers and booleans become `floatx`."""
    return promote(x, at_least=float)[0]


def axis_of(axis, ndim):
    """Return `axis` counted from the front.

    Raises:
        ValueError: if there is no such axis.
    """
    if not -ndim <= axis < ndim:
        raise ValueError(
            f"axis should lie in [{-ndim}, {ndim}) for a tensor with {ndim} axes, got {axis}."
        )
    return axis % ndim


# ------------------------------------------------------------------ tensors
@op
def convert_to_tensor(x, dtype=None):
    """Return `x` (number, nested list, NumPy array, Variable) as a tensor, of a dtype if one is given."""
    return array(x, None if dtype is None else dtypes.standardize(dtype))


@op
def cast(x, dtype):
    """Return `x` converted to `dtype`, a name such as `"float32"`."""
    return compute.cast(array(x), dtypes.standardize(dtype))


@op
def stop_gradient(x):
    """Return `x` as a constant to differentiation."""
    return compute.stop_gradient(array(x))


@op
def after(x, others):
    """Return the number `x`, which a compiled program knows only once it knows some tensors."""
    return compute.after(array(x), [array(other) for other in others])


def fused(function):
    """Return a function of nested tensors, arithmetic entry by entry, that takes one pass where that is quicker."""
    of_arrays = compute.fused(function)
    return lambda *xs: (function if graph.any_symbolic(xs, {}) else of_arrays)(*xs)


@op
def tell(function, x):
    """Return `x`, and call a function with a NumPy copy of it whenever it is computed."""
    return compute.tell(function, array(x))


def shape(x):
    """Return the shape of `x`; sizes that are not known yet are symbolic scalars, known ones are ints.

    Examples:
        >>> shape([[1, 2, 3]])
        (1, 3)
    """
    x = raw(x) if not graph.is_symbolic(x) else x
    if not hasattr(x, "shape"):
        x = np.asarray(x)
    return tuple(_size(x, axis) if n is None else n for axis, n in enumerate(x.shape))


@op
def _size(x, axis):
    # An int, not an array: it stays usable as a size while a program is recorded.
    return x.shape[axis]


_size.returns_size = True


def is_tensor(x):
    """Return whether `x` is an array of the backend or a symbolic tensor."""
    return compute.is_tensor(x) or isinstance(x, graph.Tensor)


def convert_to_numpy(x):
    """Return a NumPy copy of a tensor or Variable that has a value."""
    if graph.is_symbolic(x):
        return graph.evaluate(x) if isinstance(x, graph.Tensor) else x.numpy()
    x = raw(x)
    return compute.to_numpy(x) if compute.is_tensor(x) else np.array(x)


# ------------------------------------------------------------------ control flow
def cond(predicate, true_function, false_function):
    """Return what one of two functions without arguments returns, according to a scalar.

    Args:
        predicate: a scalar.
        true_function, false_function: return tensors of the same shapes; they may use any tensor of the graph around.
    """
    if not graph.is_symbolic(predicate):
        return _cond(predicate, true_function, false_function)
    bodies = [Body(true_function), Body(false_function)]
    captured = [body.captured for body in bodies]
    return graph.record(_cond_of_bodies, (predicate, bodies, captured), {})


def _cond_of_bodies(predicate, bodies, captured):
    return _cond(predicate, *(b.bind(c) for b, c in zip(bodies, captured, strict=True)))


def _cond(predicate, true_function, false_function):
    predicate = _truth(array(predicate))
    if not compute.is_traced(predicate):
        return true_function() if bool(predicate) else false_function()
    specs = [compute.abstract(f) for f in (true_function, false_function)]
    joined = iter([dtypes.result(*map(dtypes.of, pair)) for pair in zip(*map(nest.flatten, specs))])
    kinds = nest.map_leaves(lambda _: next(joined), specs[0])
    return compute.cond(predicate, *(_giving(kinds, f) for f in (true_function, false_function)))


def _giving(kinds, function):
    """Return the function with its results in given dtypes."""

    def converted():
        leaves = iter(nest.flatten(kinds))
        return nest.map_leaves(lambda x: array(x, next(leaves)), function())

    return converted


def _truth(predicate):
    predicate = compute.reshape(predicate, ())
    return predicate if dtypes.of(predicate) == "bool" else compute.not_equal(predicate, 0)


def while_loop(condition, body, loop_vars, maximum_iterations=None):
    """Return the loop variables after `loop_vars = body(*loop_vars)` for as long as `condition(*loop_vars)`.

    Args:
        condition: returns a boolean scalar.
        body: returns as many tensors as it takes, of the same shapes and dtypes.
        loop_vars: a list or tuple of tensors.
        maximum_iterations: stop after so many rounds at the latest.
    """
    if not graph.any_symbolic(loop_vars):
        return type(loop_vars)(_while(condition, body, loop_vars, maximum_iterations))
    specs = spec(list(loop_vars))
    bodies = [Body(condition, *specs), Body(lambda *state: nest.as_list(body(*state)), *specs)]
    captured = [drawn.captured for drawn in bodies]
    outputs = [graph.ShapeAndType(s.shape, s.dtype) for s in specs]
    arguments = (bodies, captured, list(loop_vars), maximum_iterations)
    return type(loop_vars)(graph.record(_while_of_bodies, arguments, {}, outputs))


def _while_of_bodies(bodies, captured, loop_vars, limit):
    return _while(*(b.bind(c) for b, c in zip(bodies, captured, strict=True)), loop_vars, limit)


def _while(condition, body, loop_vars, limit):
    state = (array(0), *map(array, loop_vars))
    limit = limit if limit is not None else np.iinfo("int32").max

    def goes_on(state):
        return compute.logical_and(
            _truth(array(condition(*state[1:]))), compute.less(state[0], limit)
        )

    def advance(state):
        result = nest.as_list(body(*state[1:]))
        return (
            state[0] + 1,
            *(array(new, dtype_of(old)) for new, old in zip(result, state[1:], strict=True)),
        )

    return list(compute.while_loop(goes_on, advance, state)[1:])


def scan(step, state, inputs=None, length=None, reverse=False, unroll=1):
    """Run `state, output = step(state, input)` along the first axis of `inputs`.

    Args:
        step: takes and returns nests of tensors; the state keeps its shapes and dtypes. It may use any tensor of the
            graph around.
        state: nested tensors.
        inputs: nested tensors with equal first sizes, or None.
        length: the number of steps, needed where `inputs` is None.
        reverse: whether to run from the last entry to the first.
        unroll: how many steps to write out in a row.

    Returns:
        The last state, and the outputs stacked along a new first axis.
    """
    if not graph.any_symbolic(state, inputs):
        return compute.scan(step, state, inputs, length, reverse, unroll)
    body = Body(step, spec(state), spec(inputs, drop=(0,)))
    arguments = (body, body.captured, state, inputs, length, reverse, unroll)
    return graph.record(_scan_of_body, arguments, {})


def _scan_of_body(body, captured, state, inputs, *options):
    step, state = body.bind(captured), nest.map_leaves(array, state)
    kinds = [dtypes.of(x) for x in nest.flatten(state)]

    def advance(state, entry):
        state, output = step(state, entry)
        leaves = iter(kinds)
        return nest.map_leaves(lambda x: compute.cast(x, next(leaves)), state), output

    return compute.scan(advance, state, nest.map_leaves(array, inputs), *options)


def vectorized_map(function, x):
    """Return `function` applied to every entry of the first axis of `x`, all at once."""
    if not graph.is_symbolic(x):
        return compute.vectorize(function, array(x))
    body = Body(function, spec(x, drop=(0,)))
    return graph.record(_map_of_body, (body, body.captured, x), {})


def _map_of_body(body, captured, x):
    return compute.vectorize(body.bind(captured), array(x))


def custom_gradient(function):
    """Give a function its own gradient.

    Args:
        function: `function(*xs) -> (y, backward)`, where `backward(dy)` returns the gradients of `xs`, None for none;
            for a tuple `y` it takes one argument an entry.

    Returns:
        A function of `xs` that returns `y`.

    Examples:
        >>> @custom_gradient
        ... def identity_with_doubled_gradient(x):
        ...     return x, lambda dy: 2 * dy
    """
    return op(compute.custom_gradient(function))


def ensure_scope():
    """Return the current scope, or a new eager one; use as `with ensure_scope() as scope:`."""
    return current() or Scope()


def epsilon_of(x):
    """Return the configured epsilon, raised for half precision to what the dtype of `x` can hold."""
    return max(config.epsilon(), 1e-4) if dtypes.of(x) == "float16" else config.epsilon()
