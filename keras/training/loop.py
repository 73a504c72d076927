"""The loops over epochs and batches."""

import contextlib
import signal
import threading
import time

import numpy as np

from keras.backend import nest
from keras.backend.compute import compute

# One call of the backend should last about so long: a progress bar looks smooth, and Ctrl-C is prompt.
_SECONDS_A_CALL = 0.1


class Pace:
    """How many steps to run in one call, from how long the last ones took."""

    def __init__(self):
        self._steps = 1
        self._is_warm = False

    def steps(self, left, by_batch):
        """Return how many of the steps that are left to run next."""
        return 1 if by_batch else max(min(self._steps, left), 1)

    def note(self, steps, seconds):
        """Learn from a call; the first one, which compiles, tells nothing."""
        if not self._is_warm:
            self._is_warm = True
            return
        wanted = _SECONDS_A_CALL * steps / max(seconds, 1e-6)
        self._steps = int(np.clip(wanted, self._steps // 4 + 1, self._steps * 16))


@contextlib.contextmanager
def interruptible():
    """Make Ctrl-C wait for the end of the running steps; yields a function that raises if it was pressed."""
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return
    pressed = []
    before = signal.getsignal(signal.SIGINT)

    def note(number, frame):
        if pressed:
            raise KeyboardInterrupt
        pressed.append(True)

    def check():
        if pressed:
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, note)
    try:
        yield check
    finally:
        signal.signal(signal.SIGINT, before if before is not None else signal.SIG_DFL)
    check()


class Run:
    """Steps over chunks of data, with the callbacks' hooks.

    Args:
        program: a `LoopProgram` whose summary is the compilation's.
        compilation: a `Compilation`.
        pace: a `Pace`.
        key: the random key of the steps.
    """

    def __init__(self, program, compilation, pace, key):
        self.program, self.compilation, self.pace, self.key = program, compilation, pace, key

    def __call__(self, chunks, tick, hooks, check_interrupt, counts_samples, done=0):
        """Run all chunks; return the number of steps run and the running means.

        Args:
            chunks: an iterable of `Chunk`.
            tick: the number of the first step.
            hooks: a `Hooks`.
            check_interrupt: called between calls of the backend.
            counts_samples: whether progress is counted in samples rather than steps.
            done: how many of the first steps an earlier run has done, whose running sums are set already.
        """
        step, seen, means = 0, 0, {}
        if not done:
            self.compilation.reset()
        for chunk in chunks:
            first = min(max(done - step, 0), chunk.steps)
            step += first
            seen += first * (chunk.batch_size if counts_samples else 1)
            while first < chunk.steps:
                count = self.pace.steps(chunk.steps - first, hooks.by_batch)
                hooks.before(step, chunk.batch_size)
                begin = time.perf_counter()
                summary = self.program(
                    chunk.data, chunk.order, first, first + count, self.key, tick + step
                )
                means, latest = self.compilation.logs(summary)
                self.pace.note(count, time.perf_counter() - begin)
                first, step = first + count, step + count
                seen += count * (chunk.batch_size if counts_samples else 1)
                hooks.after(step - 1, chunk.batch_size, latest, seen, means)
                check_interrupt()
                if hooks.wants_stop():
                    return step, means
        return step, means


class Hooks:
    """The per-batch hooks of callbacks, as one loop needs them."""

    def __init__(self, callbacks, kind, model, on_progress=None):
        self.by_batch = getattr(
            callbacks, {"train": "needs_batches", "test": "needs_test_batches"}[kind]
        )
        self._begin = getattr(callbacks, f"on_{kind}_batch_begin")
        self._end = getattr(callbacks, f"on_{kind}_batch_end")
        self._progress = on_progress
        self._model = model

    def before(self, step, size):
        """A batch begins."""
        if self.by_batch:
            self._begin(step, {"batch": step, "size": size})

    def after(self, step, size, latest, seen, means):
        """Steps are done."""
        if self.by_batch:
            self._end(step, {"batch": step, "size": size, **latest})
        if self._progress is not None:
            self._progress(seen, means)

    def wants_stop(self):
        """Whether a callback asked to stop."""
        return self._model.stop_training


def run_batches(program, batches, callbacks):
    """Run a prediction program over batches and return the outputs joined along the first axis.

    Args:
        program: called with a nest of arrays.
        batches: an iterable of such nests.
        callbacks: a `CallbackList`.

    Returns:
        A nest of NumPy arrays.
    """
    parts, waiting = [], None
    for step, batch in enumerate(batches):
        callbacks.on_predict_batch_begin(step)
        outputs = program(batch)
        # The backend computes this batch while the one before is copied.
        if waiting is not None:
            parts.append(nest.map_leaves(compute.to_numpy, waiting))
        waiting = outputs
        callbacks.on_predict_batch_end(step, {"batch": step, "outputs": outputs})
    parts.append(nest.map_leaves(compute.to_numpy, waiting))
    return _joined(parts)


def _joined(parts):
    if len(parts) == 1:
        return parts[0]
    columns = zip(*(nest.flatten(part) for part in parts), strict=True)
    leaves = iter([np.concatenate(column) for column in columns])
    return nest.map_leaves(lambda _: next(leaves), parts[0])
