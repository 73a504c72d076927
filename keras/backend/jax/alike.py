"""Programs that are alike: what is compiled for one of them runs all.

A model that is built anew, in a search or a cross-validation, gives the same program again. JAX keeps what it compiled
by the function that it recorded, which is another one each time; translating the same recording again, and finding the
same code in the cache of files, took half of the second model's first epoch (75 ms, 38 of them without).
"""

import collections
import threading

import jax
import numpy as np
from jax.extend import core

# Programs are kept while so many others were not used later. They hold code, no weights.
_KEPT = 64
# Arrays within a program are compared by their contents up to so many bytes; programs with larger ones are not shared.
_LARGEST = 1 << 12
# Of functions with a gradient rule of their own only the function counts: nothing here is differentiated any more.
_RULED = ("custom_jvp_call", "custom_vjp_call")
_FUNCTIONS = ("call_jaxpr", "num_consts")

_programs = collections.OrderedDict()
_lock = threading.Lock()


class Unlike(Exception):
    """Raised where a program has a part that cannot be compared."""


def compiled(traced, compiler_options):
    """Return the executable of a recorded function: that of one alike, if there was any.

    Args:
        traced: what `jax.jit(function).trace(...)` returned.
        compiler_options: the options that the function was given to `jax.jit` with.
    """
    try:
        key = _settings(compiler_options), _signature(traced), _of_closed(traced.jaxpr)
        hash(key)
    except (Unlike, TypeError):
        return traced.lower().compile()
    with _lock:
        found = _programs.pop(key, None)
    if found is None:
        found = traced.lower().compile()
    with _lock:
        _programs[key] = found
        if len(_programs) > _KEPT:
            _programs.popitem(last=False)
    return found


def _settings(compiler_options):
    return repr(compiler_options), repr(jax.config.values), jax.config.jax_default_matmul_precision


def _signature(traced):
    """What the executable's callers must agree on beside the program: how arguments and results are nested."""
    args, _ = jax.tree_util.tree_flatten(traced.args_info)
    donated = tuple(arg.donated for arg in args)
    return jax.tree_util.tree_structure(traced.args_info), traced.out_tree, donated


# ------------------------------------------------------------------ a program as a value that can be compared
def _of_closed(closed):
    return tuple(_of_array(const) for const in closed.consts), _of_program(closed.jaxpr)


def _of_program(jaxpr):
    """Return nested tuples that are equal for programs which compute the same in the same way.

    Variables become numbers in the order in which they arise, values literal bytes.
    """
    numbers = {}

    def number(variables):
        for variable in variables:
            numbers[variable] = len(numbers)
        return tuple(variable.aval for variable in variables)

    def read(atom):
        return _of_literal(atom) if isinstance(atom, core.Literal) else numbers[atom]

    parts = [number(jaxpr.constvars), number(jaxpr.invars)]
    for equation in jaxpr.eqns:
        parts.append(
            (
                equation.primitive,
                equation.ctx,
                tuple(map(read, equation.invars)),
                _of_params(equation),
                number(equation.outvars),
            )
        )
    return (*parts, tuple(map(read, jaxpr.outvars)))


def _of_literal(literal):
    return literal.aval, _of_array(literal.val)


def _of_array(value):
    if isinstance(value, jax.core.Tracer) or getattr(value, "nbytes", 0) > _LARGEST:
        raise Unlike
    value = np.asarray(value)
    return value.dtype, value.shape, value.tobytes()


def _of_params(equation):
    is_ruled = equation.primitive.name in _RULED
    return tuple(
        (name, _of_param(value))
        for name, value in equation.params.items()
        if not is_ruled or name in _FUNCTIONS
    )


def _of_param(value):
    if isinstance(value, core.ClosedJaxpr):
        return _of_closed(value)
    if isinstance(value, core.Jaxpr):
        return _of_program(value)
    if isinstance(value, tuple | list):
        return type(value), tuple(map(_of_param, value))
    if isinstance(value, dict):
        return tuple((key, _of_param(item)) for key, item in value.items())
    if isinstance(value, float | complex | np.ndarray | np.generic):
        return type(value), _of_array(value)
    # Told apart by type: 1 and True are equal, and are not the same to a program.
    return type(value), value
