"""Many training steps in one compiled call."""

import jax
import jax.numpy as jnp
from jax import lax

from keras.backend.jax import alike, cpu


def compile_loop(step, summary):
    """Return a compiled `run(state, fixed, data, order, first, last, tick) -> (state, summary)`.

    Args:
        step: a pure `step(state, fixed, batch, tick) -> state`.
        summary: a pure `summary(state)`, computed once after the last step.

    The returned function takes
        state: nested arrays, whose memory it takes over.
        fixed: nested arrays that no step changes.
        data: nested arrays, equally many rows each; they and the state may be NumPy arrays.
        order: int32 rows of the batches, shape (steps, batch size); or None for one step on all rows as they are.
        first, last: the steps to run, `first <= i < last`.
        tick: the number of the step `first`.
    """

    def run(state, fixed, data, order, first, last, tick):
        if order is None:
            state = step(state, fixed, data, tick)
            return state, summary(state)

        def body(i, state):
            rows = order[i]
            batch = jax.tree_util.tree_map(lambda x: jnp.take(x, rows, axis=0, mode="clip"), data)
            return step(state, fixed, batch, tick + (i - first))

        # The bounds are traced: any number of steps runs in the program that is compiled once.
        state = lax.fori_loop(first, last, body, state)
        return state, summary(state)

    cpu.keep_memory()
    options = cpu.compiler_options()
    recorder = jax.jit(run, donate_argnums=0, compiler_options=options)
    # What lies on one device of several belongs to the program; JAX itself tells such programs apart.
    return _Loop(recorder, options) if jax.device_count() == 1 else recorder


class _Loop:
    """The compiled function: an executable for each set of shapes, shared with the loops that are alike."""

    def __init__(self, recorder, options):
        self._recorder, self._options = recorder, options
        self._executables = {}

    def __call__(self, state, fixed, data, order, *bounds):
        # A single step is over sooner than its shapes are looked at; and JAX looks for nan in functions of its own.
        if order is None or jax.config.jax_debug_nans or jax.config.jax_debug_infs:
            return self._recorder(state, fixed, data, order, *bounds)
        arrays, nesting = jax.tree_util.tree_flatten((data, order))
        precision = jax.config.jax_default_matmul_precision
        kinds = precision, nesting, *[(array.shape, array.dtype) for array in arrays]
        run = self._executables.get(kinds)
        if run is None:
            traced = self._recorder.trace(state, fixed, data, order, *bounds)
            run = self._executables[kinds] = alike.compiled(traced, self._options)
        return run(state, fixed, data, order, *bounds)
