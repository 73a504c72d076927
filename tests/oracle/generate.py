"""Makes the stored results. Run by hand, beside Keras 2.2.4 on TensorFlow 1.15, from `tests/`:

    export KERAS_HOME=$(mktemp -d)       # or it leaves its settings in your home folder
    python -m oracle.generate            # every area
    python -m oracle.generate core conv  # some of them

The environment: Python 3.6; keras==2.2.4 tensorflow==1.15 numpy<1.17 scipy<1.3 h5py==2.10.0.

Two things are put right before anything runs, because the TensorFlow side of Keras 2.2.4 leaves
the first to chance and stands alone with the second:

- It changes variables while other parts of the same step still read them, so that the numbers of
  a run depend on the order in which TensorFlow happens to run its operations. Here all the new
  values of a step are computed first and assigned then, as Theano does with updates.
- It corrects moving averages as if they started from zero, and so forgets the values they were
  given. Here they are `momentum * old + (1 - momentum) * new`, as documented.
"""

import sys
import time

import numpy as np
import tensorflow as tf

import keras
from keras import backend as K

from . import runner, store
from .cases import LAYERS, OTHERS


def simultaneous(inputs, outputs, updates=None, **kwargs):
    """K.function, with all new values computed before the first of them is assigned."""
    values = [tf.identity(value) for _, value in updates or []]
    with tf.control_dependencies(values + [tf.identity(output) for output in outputs]):
        assigned = [tf.assign(old, value) for (old, _), value in zip(updates or [], values)]
    return plain_function(inputs, outputs, updates=assigned, **kwargs)


def put_right():
    """Makes every update a pair (variable, new value), and applies the pairs together."""
    K.update = lambda old, new: (old, new)
    K.update_add = lambda old, increment: (old, old + increment)
    K.update_sub = lambda old, decrement: (old, old - decrement)
    K.moving_average_update = lambda old, new, momentum: (
        old,
        old * momentum + new * (1.0 - momentum),
    )
    K.function = simultaneous


plain_function = K.function


def fresh():
    """A new graph and a single-threaded session, so that the same case gives the same numbers."""
    K.clear_session()
    tf.set_random_seed(1)
    np.random.seed(1)
    options = tf.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
    K.set_session(tf.Session(config=options))


def check(name, result):
    """Raises where a case has a number that says nothing; notes what training did not move."""
    for key, value in result.items():
        if store.is_numbers(value) and not np.all(np.isfinite(value)):
            raise ValueError(f"{name}: {key} is not finite: {value}")
    before = [key for key in result if key[0] == "w" and "after" + key[1:] in result]
    still = [key for key in before if np.array_equal(result[key], result["after" + key[1:]])]
    if still:
        print(f"  note: {name}: training left {still} as they were")


def jobs(area):
    """(case, function that gives its result) for every case of an area."""
    if area in OTHERS:
        return list(OTHERS[area].items())
    return [(row.name, lambda row=row: runner.run(row)) for row in LAYERS[area]]


def results_of(area):
    """The results of an area; names the cases that fail before it gives up."""
    results, failed = {}, []
    for name, job in jobs(area):
        if name in results:
            raise ValueError("two cases are named " + name)
        fresh()
        try:
            results[name] = job()
            check(name, results[name])
        except Exception as error:
            failed.append(f"{name}: {type(error).__name__}: {error}"[:600])
    if failed:
        sys.exit("\n".join([f"{area}: these cases do not run in Keras 2.2.4:"] + failed))
    return results


def main(areas):
    """Writes the stored results of some areas, or of all."""
    if keras.__version__ != "2.2.4":
        sys.exit("This needs Keras 2.2.4, and found " + keras.__version__)
    put_right()
    for area in areas or sorted(list(LAYERS) + list(OTHERS)):
        start = time.time()
        results = results_of(area)
        size = store.save(area, results)
        print(f"{area}: {len(results)} cases, {size} bytes, {time.time() - start:.0f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
