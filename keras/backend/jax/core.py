"""Arrays, mathematics, control flow and differentiation in JAX."""

import functools

import jax
import jax.numpy as jnp
import jax.scipy.special as jsp
import numpy as np
from jax import lax

# Primitives that JAX already has under the contract's name and meaning.
from jax.lax import stop_gradient  # noqa: F401
from jax.numpy import (  # noqa: F401
    abs,
    add,
    all,
    any,
    arccos,
    arccosh,
    arcsin,
    arcsinh,
    arctan,
    arctan2,
    arctanh,
    argmax,
    argmin,
    argsort,
    bitwise_and,
    bitwise_not,
    bitwise_or,
    bitwise_xor,
    broadcast_to,
    ceil,
    concatenate,
    conj,
    cos,
    cosh,
    cumprod,
    cumsum,
    diagonal,
    divide,
    einsum,
    equal,
    exp,
    expm1,
    flip,
    floor,
    floor_divide,
    greater,
    greater_equal,
    imag,
    isfinite,
    isinf,
    isnan,
    left_shift,
    less,
    less_equal,
    log,
    log1p,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    max,
    maximum,
    mean,
    min,
    minimum,
    mod,
    multiply,
    negative,
    not_equal,
    pad,
    power,
    real,
    repeat,
    reshape,
    right_shift,
    round,
    searchsorted,
    sign,
    sin,
    sinh,
    sort,
    split,
    sqrt,
    square,
    stack,
    subtract,
    take_along_axis,
    tan,
    tanh,
    tile,
    transpose,
    where,
)
from jax.numpy.linalg import (  # noqa: F401
    cholesky,
    det,
    eigh,
    inv,
    qr,
    slogdet,
    solve,
    svd,
)
from jax.scipy.linalg import solve_triangular  # noqa: F401
from jax.scipy.special import digamma, erf, erfinv, gammaln, logsumexp  # noqa: F401
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from keras.backend import dtypes
from keras.backend.jax import cpu

HOST_DTYPES = {"bfloat16": jnp.bfloat16.dtype}


# ------------------------------------------------------------------ arrays and dtypes
def _dtype(name):
    """Return what JAX should store; the first use of float64 switches its 64-bit types on."""
    if name in ("float64", "complex128") and not jax.config.jax_enable_x64:
        jax.config.update("jax_enable_x64", True)
    if name in ("int64", "uint64") and not jax.config.jax_enable_x64:
        return name[:-2] + "32"
    return name


def is_tensor(x):
    """Return whether `x` is an array of this backend, traced or not."""
    return isinstance(x, jax.Array)


def is_traced(x):
    """Return whether `x` has no value yet, because a program is being recorded."""
    return isinstance(x, jax.core.Tracer)


def asarray(x, dtype=None):
    """Return `x` (number, nested list, NumPy or own array) on the device."""
    if dtype is None:
        if isinstance(x, jax.Array):
            return x
        dtype = dtypes.of_data(x)
    return jnp.asarray(x, _dtype(dtype))


def to_numpy(x):
    """Return a NumPy copy of a concrete array."""
    return np.array(x)


def cast(x, dtype):
    """Return `x` in another dtype."""
    return lax.convert_element_type(x, _dtype(dtype))


def copy(x):
    """Return a new array of the same contents."""
    return jnp.array(x, copy=True)


def full(shape, value, dtype):
    """Return an array of `shape` filled with the number `value`."""
    return jnp.full(shape, value, _dtype(dtype))


def arange(start, stop, step, dtype):
    """Return the numbers from `start` to before `stop` by `step`."""
    return jnp.arange(start, stop, step, _dtype(dtype))


# ------------------------------------------------------------------ elementwise, with own spelling
def relu(x):
    """Return the larger of x and 0; the gradient at 0 is 0."""
    # A maximum with zero XLA would compute anew wherever it is used, with all that it is computed from: see `cpu.held`.
    return jnp.where(x <= 0, jnp.zeros((), x.dtype), x)


def rsqrt(x):
    """Return one over the square root."""
    return lax.rsqrt(x)


def sigmoid(x):
    """Return 1 / (1 + exp(-x))."""
    return jax.nn.sigmoid(x)


def softplus(x):
    """Return log(1 + exp(x)) without overflow."""
    return jnp.logaddexp(x, 0)


def polygamma(n, x):
    """Return the n-th derivative of the digamma function."""
    return jsp.polygamma(n, x)


# ------------------------------------------------------------------ products
def matmul(x1, x2):
    """Return the matrix product, of stacks of matrices and of vectors too, as NumPy has it."""
    return cpu.product(x1, x2) if x2.ndim == 2 <= x1.ndim else jnp.matmul(x1, x2)


def tensordot(x1, x2, axes=2):
    """Return the sum of products over the given axes: a number of them, or two lists."""
    is_product = x2.ndim == 2 <= x1.ndim and axes in (1, ([x1.ndim - 1], [0]))
    return cpu.product(x1, x2) if is_product else jnp.tensordot(x1, x2, axes)


# ------------------------------------------------------------------ reductions, with own dtypes
def sum(x, axis=None, keepdims=False):
    """Return the sum, in the dtype of `x` also where that is a short integer."""
    return jnp.sum(x, axis, keepdims=keepdims, promote_integers=False)


def prod(x, axis=None, keepdims=False):
    """Return the product, in the dtype of `x` also where that is a short integer."""
    return jnp.prod(x, axis, keepdims=keepdims, promote_integers=False)


# ------------------------------------------------------------------ indexing
def getitem(x, key):
    """Return `x[key]`."""
    return x[key]


def take(x, indices, axis):
    """Return the entries of `x` along `axis` at `indices`, which must lie within it."""
    return jnp.take(x, indices, axis=axis, mode="clip")


def scatter(x, index, values, mode):
    """Return `x` with `x[index]` set to, or increased by, `values`; `mode` is "set" or "add"."""
    target = x.at[index]
    return target.set(values) if mode == "set" else target.add(values)


def slice_sizes(x, start, sizes):
    """Return the block of `sizes` that begins at `start`, whose entries may be traced."""
    return lax.dynamic_slice(x, [jnp.asarray(s, "int32") for s in start], sizes)


def update_slice(x, block, start):
    """Return `x` with `block` written at `start`, whose entries may be traced."""
    return lax.dynamic_update_slice(x, block, [jnp.asarray(s, "int32") for s in start])


def top_k(x, k):
    """Return the `k` largest entries along the last axis and their indices, in descending order."""
    return lax.top_k(x, k)


# ------------------------------------------------------------------ control flow
def cond(predicate, true_function, false_function):
    """Return what one of two functions without arguments returns."""
    return lax.cond(predicate, true_function, false_function)


def while_loop(condition, body, state):
    """Return the state after `state = body(state)` for as long as `condition(state)`."""
    return lax.while_loop(condition, body, state)


def scan(step, state, inputs, length, reverse=False, unroll=1):
    """Run `state, output = step(state, input)` along the inputs' first axis; return state, outputs."""
    return lax.scan(step, state, inputs, length, reverse=reverse, unroll=unroll)


def vectorize(function, x):
    """Return `function` applied to every entry of `x`'s first axis at once."""
    return jax.vmap(function)(x)


# ------------------------------------------------------------------ differentiation
def value_and_grad(function):
    """Return `f(values, *args) -> ((loss, aux), gradients)` for `function(values, *args) -> (loss, aux)`."""
    return jax.value_and_grad(function, has_aux=True)


def after(x, others):
    """Return the number `x`, which a program knows only once it knows some arrays."""
    return cpu.after(x, others)


def fused(function):
    """Return the function: XLA fuses arithmetic of itself."""
    return function


def custom_gradient(function):
    """Return a function of arrays whose gradient rule is its own.

    Args:
        function: `function(*xs) -> (y, backward)`, where `backward(dy)` returns one gradient a `x`, None for none; for
            a tuple `y` it takes one argument an entry.
    """

    @jax.custom_vjp
    def wrapped(*xs):
        return function(*xs)[0]

    def forward(*xs):
        y, backward = function(*xs)
        # The residuals are whatever `backward` closed over: a closure is a pytree of its arrays.
        return y, jax.tree_util.Partial(*_hoist(backward, *_several(y)))

    def backward(pullback, dy):
        gradients = pullback(*_several(dy))
        return tuple(gradients) if isinstance(gradients, list | tuple) else (gradients,)

    wrapped.defvjp(forward, backward)
    return wrapped


def _several(y):
    return y if isinstance(y, tuple) else (y,)


def _hoist(backward, *ys):
    pure, constants = jax.closure_convert(backward, *ys)
    return (lambda consts, *dys: pure(*dys, *consts)), constants


# ------------------------------------------------------------------ programs
def abstract(function, *specs):
    """Return the (shape, dtype) pairs that `function` would give, without computing anything.

    Args:
        function: takes arrays, returns nested arrays.
        *specs: nested (shape, dtype) pairs are given as `Spec`.
    """
    result = jax.eval_shape(function, *specs)
    return jax.tree_util.tree_map(lambda leaf: Spec(leaf.shape, leaf.dtype), result)


def Spec(shape, dtype):
    """Return an array that has a shape and a dtype but no value."""
    return jax.ShapeDtypeStruct(tuple(shape), _dtype(str(dtype)))


def compile(function, donate=()):
    """Return `function` compiled at its first call for each set of shapes.

    Args:
        function: a pure function of nested arrays.
        donate: positions of arguments whose memory the result may take over.
    """
    cpu.keep_memory()
    return jax.jit(function, donate_argnums=donate, compiler_options=cpu.compiler_options())


def outside_trace():
    """Return a context in which operations on concrete arrays compute at once, even while recording."""
    return jax.ensure_compile_time_eval()


def block(x):
    """Wait until `x` is computed, and return it."""
    return jax.block_until_ready(x)


# ------------------------------------------------------------------ devices, and the user's own JAX code
def tell(function, x):
    """Return `x`, and call a function with a NumPy copy of it whenever it is computed."""
    jax.debug.callback(lambda value: function(np.array(value)), x)
    return x


@functools.cache
def devices():
    """Return the devices in use, such as `["gpu:0"]`."""
    return [f"{d.platform}:{d.id}" for d in jax.devices()]


def spread(x, names):
    """Return `x`; its rows, if they can be shared out equally, are computed on the devices of these names."""
    if x.shape[0] % len(names):
        return x
    chosen = [d for d in jax.devices() if f"{d.platform}:{d.id}" in names]
    by_rows = NamedSharding(Mesh(np.array(chosen), ("rows",)), PartitionSpec("rows"))
    return lax.with_sharding_constraint(x, by_rows)


def register_variable(cls):
    """Let `jax.numpy` functions take Variables, by their current value."""
    cls.__jax_array__ = lambda self: self.value
    # Most of them are compiled, and look at their arguments as nests: to these, a Variable is a nest of its value.
    jax.tree_util.register_pytree_node(
        cls, lambda variable: ((variable.value,), None), lambda _, leaves: leaves[0]
    )
