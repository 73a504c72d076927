"""Where the random numbers of an augmentation come from: NumPy's global ones, or those of the batch in the making."""

import contextlib
import threading

import numpy as np

_active = threading.local()


def current():
    """Return the active `RandomState` of this thread; `numpy.random` itself if there is none."""
    return getattr(_active, "state", np.random)


def seeded(seed):
    """Return a `RandomState` for a seed, `current()` for None."""
    return current() if seed is None else np.random.RandomState(seed)


@contextlib.contextmanager
def drawing_from(state):
    """Make a `RandomState` the active one of this thread within a `with` block."""
    before = current()
    _active.state = state
    try:
        yield
    finally:
        _active.state = before
