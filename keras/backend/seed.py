"""Where random numbers begin: every seed that the user did not give is drawn from `numpy.random`.

So `numpy.random.seed(0)` alone, called at any time, makes what follows repeatable on every backend.
"""

import random

import numpy as np


def draw():
    """Return a fresh seed, an int below 2**31, from NumPy's global generator."""
    return int(np.random.randint(0, 2**31 - 1))


def generator(seed=None):
    """Return a `numpy.random.Generator` for a seed (an int or a tuple of ints), a fresh one for None.

    Examples:
        >>> bool(generator(1).random() == generator(1).random())
        True
    """
    return np.random.default_rng(draw() if seed is None else seed)


def set_random_seed(seed):
    """Make all that follows repeatable: Python's, NumPy's and the backend's random numbers.

    Args:
        seed: an int, 0 <= seed < 2**32.
    """
    random.seed(seed)
    np.random.seed(seed)
