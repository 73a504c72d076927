"""The memory that saving and loading take, the model's own weights included, in a process of its own."""

import subprocess
import sys

import pytest

# What a process did last stays in its memory: so a small model goes the same way first.
SCRIPT = """
import os, re, sys
from keras.layers import Dense
from keras.models import Sequential, load_model

def memory(kind):
    with open("/proc/self/status") as file:
        return int(re.search(kind + r":\\s+(\\d+) kB", file.read())[1]) << 10

def peak(function):
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    before = memory("VmRSS")
    result = function()
    return memory("VmHWM") - before, result

def stack(width):
    layers = [Dense(width, use_bias=False, kernel_initializer="ones") for _ in range(4)]
    model = Sequential([Dense(width, use_bias=False, input_shape=(width,)), *layers])
    model.compile("adam", "mse")
    return model

def save(width, path):
    model = stack(width)
    model.optimizer.build(model.trainable_weights)
    model.optimizer.set_weights(model.optimizer.get_weights())
    is_whole = path.endswith(("model.h5", ".keras"))
    kept = [*model.weights, *(model.optimizer.weights if is_whole else ())]
    rise, _ = peak(lambda: (model.save if is_whole else model.save_weights)(path))
    return sum(weight.numpy().nbytes for weight in kept) + rise

def load(width, path):
    if path.endswith(("model.h5", ".keras")):
        return peak(lambda: load_model(path))[0]
    # The model has other weights, which it keeps until all are read.
    model = stack(width)
    own = sum(weight.numpy().nbytes for weight in model.weights)
    return own + peak(lambda: model.load_weights(path))[0]

action, *paths = sys.argv[1:]
for path in paths:
    {"save": save, "load": load}[action](4, "small_" + path)
    print({"save": save, "load": load}[action](2000, path) / os.path.getsize(path))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone tells a process's peak so")
def test_the_peak_is_under_twice_the_file_and_a_fifth(tmp_path):
    names = ["model.h5", "m.keras", "w.h5", "w.weights.h5", "w.safetensors"]
    # Memory that was freed is taken again, which would hide what the next one takes: so each is loaded apart.
    for arguments in (["save", *names], *(["load", name] for name in names if name != "w.h5")):
        command = [sys.executable, "-c", SCRIPT, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
        assert all(0.9 < float(line) < 2.2 for line in done.stdout.split()), (arguments, done)
