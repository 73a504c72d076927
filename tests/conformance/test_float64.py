"""64-bit floats: the suite once more with `floatx` float64, and their use beside the default of 32 bits."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from keras import config
from keras.backend.compute import has

from .scripts import ROOT, run_script

HERE = Path(__file__).parent
AGAIN = "test_primitives.py test_windows.py test_control.py test_graph.py".split()
# Every value, and of the rest as much as shows the type coming through; all of it would take a minute.
CHOSEN = "test_value or test_integers or 2-stride or scan or custom or derivative or updates"

pytestmark = [
    pytest.mark.skipif(not has("float64"), reason="the backend has no 64-bit floats"),
    pytest.mark.skipif(config.floatx() == "float64", reason="this is the second run"),
]


def test_the_suite_passes_with_64_bit_floats():
    files = [str(HERE / name) for name in AGAIN]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", CHOSEN, *files]
    environment = {**os.environ, "KERAS_CONFORMANCE_FLOATX": "float64", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-5000:]
    assert " passed" in done.stdout


BESIDE = """
import json
import numpy as np
from keras import ops
from keras.backend import dtypes
from keras.backend.program import Program
from keras.backend.variable import Variable

short = ops.add(np.ones(2), 1)
v = Variable(np.array([1 / 3]), "float64")
long = ops.multiply(v.value, 3)
after = ops.add(np.ones(2), 1)
total = ops.sum(ops.convert_to_tensor([1, 2]))
mixed = ops.add(long, ops.convert_to_tensor([1.0]))
Program(lambda x: v.assign_add(x))(np.array([1e-12]))
print(json.dumps({
    "dtypes": [dtypes.of(x) for x in (short, long, after, total, mixed)],
    "moved": float(v.numpy()[0] - 1 / 3),
}))
"""


def test_64_bit_arrays_beside_a_default_of_32_bits():
    found = run_script(BESIDE)
    assert found["dtypes"] == ["float32", "float64", "float32", "int32", "float64"]
    assert found["moved"] == pytest.approx(1e-12, rel=1e-3)


FLOATX = """
import json
import numpy as np
from keras import backend as K, ops
from keras.backend import dtypes as names
from keras.layers import Dense

K.set_floatx("float64")
layer = Dense(2, kernel_initializer="ones")
y = layer(np.full((1, 3), 1 / 3))
x = K.placeholder((3,))
out, slope = K.function([x], [K.sum(x * x), K.gradients(K.sum(x * x), x)[0]])([[1 / 3] * 3])
dtypes = [names.of(x) for x in (layer.kernel, y, x, slope, ops.random.normal((2,)))]
print(json.dumps({"dtypes": dtypes, "y": float(y[0, 0]), "out": float(out)}))
"""


def test_floatx_of_64_bits():
    found = run_script(FLOATX)
    assert set(found["dtypes"]) == {"float64"}
    assert found["y"] == pytest.approx(1, abs=1e-15)
    assert found["out"] == pytest.approx(1 / 3, abs=1e-15)
