"""Programs in PyTorch: run as Python first, and once they turn out to be run often, recorded and replayed.

A recording is the flat list of PyTorch's operators that a pure function came down to for one set of shapes, those of
its gradients among them. Replaying it costs no Python of layers and no bookkeeping of gradients. Where the course of a
program depends on values (`.item()`, `.numpy()`, `if` on a tensor) it cannot be recorded and goes on as Python.
"""

import contextlib
import logging
import os

import torch
from torch._guards import detect_fake_mode
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.proxy_tensor import make_fx

from keras.backend import dtypes, nest
from keras.backend.torch.control import differentiates
from keras.backend.torch.core import DTYPES, asarray, device, is_traced

# Shapes that do not go together raise an error, which may well be expected: torch need not log it as well.
logging.getLogger("torch._subclasses.fake_tensor").setLevel(logging.CRITICAL)

# Recording takes as long as some dozens of runs: one that is run less often is not worth it.
_RUNS_BEFORE_RECORDING = int(os.environ.get("KERAS_TORCH_RUNS_BEFORE_RECORDING", "10"))


# ------------------------------------------------------------------ shapes without values
class Spec:
    """An array that has a shape and a dtype, by its name, but no value."""

    __slots__ = ("dtype", "shape")

    def __init__(self, shape, dtype):
        self.shape, self.dtype = tuple(shape), dtype


def abstract(function, *specs):
    """Return the `Spec`s that `function` would give, without computing anything.

    Args:
        function: takes arrays, returns nested arrays.
        *specs: nested `Spec`s; arrays too.
    """
    with _mode_for(specs), torch.no_grad():
        args = nest.map_leaves(_without_value, list(specs))
        return nest.map_leaves(lambda x: Spec(x.shape, dtypes.of(x)), function(*args))


def _mode_for(specs):
    """Return the context for an abstract evaluation."""
    leaves = nest.flatten(specs)
    if leaves and not any(isinstance(leaf, Spec) for leaf in leaves):
        # With arrays at hand to run the function is quicker than to imitate it.
        return contextlib.nullcontext()
    # A function evaluated within another one that is recorded may use the other's arrays: they belong to its mode.
    return detect_fake_mode() or FakeTensorMode(allow_non_fake_inputs=True)


def _without_value(x):
    if not isinstance(x, Spec):
        return x
    return torch.empty(x.shape, dtype=DTYPES[x.dtype], device=device())


# ------------------------------------------------------------------ recordings
class Recording:
    """The operators that a function runs for arguments of given shapes.

    Args:
        function: a pure function of nested arrays.
        args: its arguments, of those shapes.
    """

    def __init__(self, function, args):
        self._result = None

        def flat(*leaves):
            rows = iter(leaves)
            result = function(*nest.map_leaves(lambda _: next(rows), args))
            # Of the result the nest is kept, not the arrays, which have no values.
            self._result = nest.map_leaves(id, result)
            return [asarray(x) for x in nest.flatten(result)]

        record = make_fx(flat, tracing_mode="fake", _allow_non_fake_inputs=True)
        module = record(*nest.flatten(args))
        module.graph.eliminate_dead_code()
        module.recompile()
        self._run = module.forward

    def __call__(self, leaves):
        """Return the result for the leaves of the arguments."""
        # Nothing is differentiated here: the gradients' operators are in the recording.
        with torch._C._AutoDispatchBelowAutograd():
            rows = iter(self._run(*leaves))
        return nest.map_leaves(lambda _: next(rows), self._result)


class Program:
    """A pure function, recorded for each set of shapes that it is run with often.

    Attributes:
        unrecordable: for each set of shapes for which it could not be recorded, why.
    """

    def __init__(self, function):
        self.function = function
        self.unrecordable = {}
        self._recordings = {}
        self._runs = {}

    def __call__(self, *args):
        """Return what the function returns for nested arrays, NumPy's or own."""
        leaves = []
        signature = _signature(args, leaves)
        recording = self._recordings.get(signature)
        if recording is not None and not differentiates():
            return recording(leaves)
        rows = iter(leaves)
        args = nest.map_leaves(lambda _: next(rows), args)
        if self._is_due(signature, leaves):
            return self._recorded(signature, args, leaves)
        return self.function(*args)

    def _is_due(self, signature, leaves):
        """Count a run, and return whether it is time to record it."""
        runs = self._runs[signature] = self._runs.get(signature, -1) + 1
        is_inner = differentiates() or detect_fake_mode() or any(map(is_traced, leaves))
        is_hopeless = signature in self.unrecordable
        return runs >= _RUNS_BEFORE_RECORDING and not is_inner and not is_hopeless

    def _recorded(self, signature, args, leaves):
        try:
            recording = Recording(self.function, args)
        except Exception as reason:
            # Whatever is wrong with recording it: if there is a mistake in the code itself, running it shows that.
            self.unrecordable[signature] = reason
            return self.function(*args)
        self._recordings[signature] = recording
        return recording(leaves)


def _signature(structure, leaves):
    """Return what tells apart nests of other shapes; append the leaves, as arrays, to a list."""
    if isinstance(structure, torch.Tensor):
        leaves.append(structure)
        return structure.shape, structure.dtype
    if isinstance(structure, list | tuple):
        return tuple([_signature(item, leaves) for item in structure])
    if isinstance(structure, dict):
        return tuple([(key, _signature(item, leaves)) for key, item in structure.items()])
    if structure is None:
        return None
    leaves.append(asarray(structure))
    return leaves[-1].shape, leaves[-1].dtype


def compile(function, donate=()):
    """Return a pure function of nested arrays as a `Program`; nothing is gained by donating arguments."""
    return Program(function)


# ------------------------------------------------------------------ many steps in one call
def compile_loop(step, summary):
    """Return `run(state, fixed, data, order, first, last, tick) -> (state, summary)`.

    Args:
        step: a pure `step(state, fixed, batch, tick) -> state`.
        summary: a pure `summary(state)`, computed once after the last step.

    The returned function takes
        state: nested arrays.
        fixed: nested arrays that no step changes.
        data: nested arrays, equally many rows each; they and the state may be NumPy arrays.
        order: int32 rows of the batches, shape (steps, batch size); or None for one step on all rows as they are.
        first, last: the steps to run, `first <= i < last`.
        tick: the number of the step `first`.
    """
    one, end = Program(step), Program(summary)

    def run(state, fixed, data, order, first, last, tick):
        state, data = nest.map_leaves(asarray, (state, data))
        # The tick stays on the host, where keys are made.
        ticks = torch.arange(int(tick), int(tick) + int(last - first), dtype=torch.int32).unbind()
        orders = [None] if order is None else order[int(first) : int(last)].unbind()
        for rows, now in zip(orders, ticks, strict=True):
            state = one(state, fixed, _picked(data, rows), now)
        return nest.map_leaves(asarray, state), end(state)

    return run


def _picked(data, rows):
    """Return rows of nested arrays; all of them for None."""
    return data if rows is None else nest.map_leaves(lambda x: x.index_select(0, rows), data)
