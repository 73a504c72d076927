"""A file of 2 GiB is trained on with less than 1 GiB of memory, in a process of its own."""

import subprocess
import sys

import pytest

# The limit is one of the data segment (RLIMIT_DATA): on Linux that is all private memory that can be written to,
# threads' stacks included. The address space (RLIMIT_AS) tells nothing, for backends reserve far more than they use.
PROGRAM = """
import resource, sys
import h5py
import numpy as np
from keras import backend as K
from keras.layers import Dense
from keras.models import Sequential
from keras.utils.io_utils import HDF5Matrix

GIB, ROWS, WIDTH = 2**30, 2**19, 2**10
model = Sequential([Dense(1, input_dim=WIDTH, kernel_initializer="zeros")])
model.compile("sgd", "mse")


def limit():
    with open("/proc/self/status") as status:
        used = next(int(line.split()[1]) for line in status if line.startswith("VmData"))
    resource.setrlimit(resource.RLIMIT_DATA, (used * 1024 + GIB, resource.RLIM_INFINITY))


def train(x, y, shuffle):
    model.fit(x, y, batch_size=4096, shuffle=shuffle, verbose=0)
    return int(K.get_value(model.optimizer.iterations))


with h5py.File(sys.argv[1], "w") as file:
    # What is not written takes no place in the file and reads as zeros.
    x = file.create_dataset("x", (ROWS, WIDTH), "float32", chunks=(512, WIDTH))
    x[ROWS // 2] = 1
    file["y"] = np.zeros((ROWS, 1), "float32")
    assert x.size * x.dtype.itemsize == 2 * GIB
with h5py.File(sys.argv[1]) as file:
    x, y = file["x"], file["y"]
    train(x[:8192], y[:8192], False)
    limit()
    try:
        x[:]
    except MemoryError:
        print("as a whole it does not fit")
    print(train(x, y, "batch"))
    print(train(HDF5Matrix(sys.argv[1], "x"), HDF5Matrix(sys.argv[1], "y"), "batch"))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the limit means this on Linux only")
def test_two_gibibytes_in_one(tmp_path):
    path = tmp_path / "large.h5"
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path)], capture_output=True, text=True, timeout=300
    )
    expected = [
        "as a whole it does not fit",
        "130",
        "258",
    ]  # steps: two to begin with, 128 for each
    assert run.stdout.splitlines() == expected, run.stderr
    assert path.stat().st_size < 8 * 2**20
