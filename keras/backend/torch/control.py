"""Branches, loops and differentiation in PyTorch."""

import contextlib
import threading

import torch

from keras.backend import nest
from keras.backend.torch.core import is_traced, to_numpy


class Unrecordable(RuntimeError):
    """Raised while a program is recorded, where its course depends on values: it is then run as Python."""


class _Depth(threading.local):
    """How many differentiations are under way around the running code."""

    gradients = 0


_depth = _Depth()


# ------------------------------------------------------------------ branches and loops
def _decides(predicate):
    """Return whether a scalar has a value to branch on; while shapes are worked out it has none.

    Raises:
        Unrecordable: while a program is recorded.
    """
    if not is_traced(predicate):
        return True
    if torch.fx.experimental.proxy_tensor.get_proxy_mode() is not None:
        raise Unrecordable("The program's course depends on a value.")
    return False


def cond(predicate, true_function, false_function):
    """Return what one of two functions without arguments returns."""
    if not _decides(predicate):
        # Both give the same shapes.
        return true_function()
    return true_function() if bool(predicate) else false_function()


def while_loop(condition, body, state):
    """Return the state after `state = body(state)` for as long as `condition(state)`."""
    while True:
        goes_on = condition(state)
        if not _decides(goes_on):
            return body(state)
        if not bool(goes_on):
            return state
        state = body(state)


def after(x, others):
    """Return the number `x`: PyTorch changes no weight before its turn."""
    return x


def fused(function):
    """Return the function, which runs operation by operation."""
    return function


def tell(function, x):
    """Return `x`, and call a function with a NumPy copy of it whenever it is computed: a recording could not."""
    if _decides(x):
        function(to_numpy(x))
    return x


def scan(step, state, inputs, length, reverse=False, unroll=1):
    """Run `state, output = step(state, input)` along the inputs' first axis; return state, outputs."""
    leaves = nest.flatten(inputs)
    length = leaves[0].shape[0] if leaves else length
    columns = [x.unbind(0) for x in leaves]
    outputs = [None] * length
    for time in reversed(range(length)) if reverse else range(length):
        entries = iter([column[time] for column in columns])
        state, outputs[time] = step(
            state, nest.map_leaves(lambda _, entries=entries: next(entries), inputs)
        )
    return state, _stacked(outputs)


def _stacked(nests):
    """Return nests of arrays as one nest of arrays with a new first axis."""
    rows = iter([torch.stack(row) for row in zip(*map(nest.flatten, nests), strict=True)])
    return nest.map_leaves(lambda _: next(rows), nests[0]) if nests else None


def vectorize(function, x):
    """Return `function` applied to every entry of `x`'s first axis at once."""
    return torch.vmap(function, randomness="different")(x)


# ------------------------------------------------------------------ differentiation
def stop_gradient(x):
    """Return `x`, as a constant to differentiation."""
    return x.detach()


@contextlib.contextmanager
def _recording_gradients():
    _depth.gradients += 1
    try:
        with torch.enable_grad():
            yield
    finally:
        _depth.gradients -= 1


def _leaf(x):
    """Return `x` as something to differentiate by, still part of a differentiation around this one."""
    return x.view_as(x) if x.requires_grad else x.detach().requires_grad_(x.is_floating_point())


def differentiates():
    """Return whether a differentiation is under way around the running code."""
    return _depth.gradients > 0


def value_and_grad(function):
    """Return `f(values, *args) -> ((loss, aux), gradients)` for `function(values, *args) -> (loss, aux)`."""

    def run(values, *args):
        is_inner = differentiates()
        with _recording_gradients():
            values = nest.map_leaves(_leaf, values)
            loss, aux = function(values, *args)
            gradients = _gradients(loss, nest.flatten(values), is_inner)
        if not is_inner:
            # The record of what led to them is of no more use, and would keep it all in memory.
            loss, aux = nest.map_leaves(_detached, (loss, aux))
        rows = iter(gradients)
        return (loss, aux), nest.map_leaves(lambda _: next(rows), values)

    return run


def _detached(x):
    return x.detach() if isinstance(x, torch.Tensor) else x


def _gradients(loss, by, is_inner):
    wanted = [x for x in by if x.requires_grad]
    if not (loss.requires_grad and wanted):
        return [torch.zeros_like(x) for x in by]
    # Zeros for what the loss does not use; differentiable again within another differentiation.
    found = iter(torch.autograd.grad(loss, wanted, create_graph=is_inner, materialize_grads=True))
    return [next(found) if x.requires_grad else torch.zeros_like(x) for x in by]


def custom_gradient(function):
    """Return a function of arrays whose gradient rule is its own.

    Args:
        function: `function(*xs) -> (y, backward)`, where `backward(dy)` returns one gradient a `x`, None for none; for
            a tuple `y` it takes one argument an entry.
    """

    class Own(torch.autograd.Function):
        @staticmethod
        def forward(ctx, *xs):
            y, ctx.pullback = function(*xs)
            ctx.save_for_backward(*xs)
            return y

        @staticmethod
        def backward(ctx, *dys):
            # Kept any longer, the rule would keep alive the results that it knows, and they it.
            pullback, ctx.pullback = ctx.pullback, None
            if pullback is None or torch.is_grad_enabled():
                # A gradient of this gradient is wanted: the rule needs to see where its arrays come from.
                _, pullback = function(*ctx.saved_tensors)
            gradients = pullback(*dys)
            return tuple(gradients) if isinstance(gradients, list | tuple) else gradients

    return Own.apply
