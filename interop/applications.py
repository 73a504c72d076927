"""Loads weights that Keras-Applications wrote into the networks here, by order and by name, and compares what they say.

    python interop/applications.py [--only NETWORK ...] [--keep FOLDER]

The original, Keras 2.2.4 with Keras-Applications 1.0.8, runs in an environment of its own, made or named as for
`interop.py`; where there can be none the check is skipped with a message. The exit status is 1 if anything failed.
In the original's environment this file is run as `applications.py write FOLDER NETWORK`, on Python 3.6.
"""

import argparse
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent


def _networks():
    """The networks' cases; the module beside this one has the name `cases` already."""
    path = str(ROOT / "tests" / "applications" / "cases.py")
    spec = importlib.util.spec_from_file_location("networks", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


NETWORKS = _networks()
MODULES = NETWORKS.MODULES

# How far outputs may differ, relatively.
TOLERANCE = 1e-4


def case(key):
    """The arguments of a network, and a batch of images."""
    options, size = NETWORKS.SMALL.get(key, ({}, 32))
    return dict(options, classes=10, input_shape=(size, size, 3)), NETWORKS.images(size)


def write(folder, key):
    """In the original: save a network with random weights, and what it predicts."""
    import keras

    parts = {name: getattr(keras, name) for name in ("backend", "layers", "models", "utils")}
    options, x = case(key)
    module = importlib.import_module("keras_applications." + MODULES[key])
    model = getattr(module, key.split(".")[-1])(weights=None, **dict(options, **parts))
    NETWORKS.fill(model, seed=len(key))
    model.save_weights(os.path.join(folder, key + ".h5"))
    np.savez(os.path.join(folder, key + ".npz"), y=model.predict(x))


def compare(folder, key):
    """Here: load the weights in both ways; return the largest relative difference of the outputs."""
    module = importlib.import_module("keras.applications." + MODULES[key])
    make = getattr(module, key.split(".")[-1])
    options, x = case(key)
    path = Path(folder, f"{key}.h5")
    expected = np.load(Path(folder, f"{key}.npz"))["y"]
    by_order = make(weights=path, **options)
    worst = np.abs(by_order.predict(x, verbose=0) / expected - 1).max()
    check_names(by_order, path, lambda: make(weights=None, **options))
    return worst


def check_names(by_order, path, make):
    """Load by name, and compare with what was loaded by order."""
    from keras.backend import naming

    naming.reset_uids()  # many layers have numbers for names, counted from the start of the program
    by_name = make()
    report = by_name.load_weights(path, by_name=True)
    assert not report.skipped and not report.unused, str(report)
    for ours, theirs in zip(by_name.get_weights(), by_order.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def main():
    """Compare every network; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--only", nargs="+", choices=MODULES, default=list(MODULES))
    parser.add_argument("--keep", help="a folder in which the files are left")
    arguments = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    # Not at the top: the original's Python, which runs this file too, is too old for it.
    from interop import python_of

    python, reason = python_of("classic")
    if python is None:
        print(f"Skipped: {reason}.")
        return 0
    failed = [key for key in arguments.only if not passes(key, python, arguments.keep)]
    print(f"{len(arguments.only) - len(failed)} of {len(arguments.only)} networks agree.")
    return 1 if failed else 0


def passes(key, python, keep):
    """Whether a network agrees; one line tells it."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as passing:
        folder = keep or passing
        call = [python, "-W", "ignore", __file__, "write", folder, key]
        # With settings of its own: those of here name backends that it does not have.
        own = {**os.environ, "KERAS_HOME": passing, "KERAS_BACKEND": "tensorflow"}
        done = subprocess.run(call, cwd=HERE, capture_output=True, text=True, env=own)
        if done.returncode:
            print(f"{key:20} the original failed:\n{done.stderr[-2000:]}", flush=True)
            return False
        try:
            worst = compare(folder, key)
        except (AssertionError, ValueError) as error:
            print(f"{key:20} {error}", flush=True)
            return False
    print(f"{key:20} {worst:.1e}  {time.perf_counter() - start:.0f} s", flush=True)
    return bool(worst < TOLERANCE)


if __name__ == "__main__":
    if sys.argv[1:2] == ["write"]:
        write(*sys.argv[2:])
    else:
        sys.exit(main())
