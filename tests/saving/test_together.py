"""Several processes at one file: what is read is always one save, complete."""

import subprocess
import sys
from itertools import cycle

import numpy as np
import pytest

from keras import layers as L
from keras.models import Sequential, load_model
from keras.saving import files

UNITS = 30, 70

# Saves models whose weights are all one number, again and again, until it is told to end.
SAVER = """
import sys, threading
import numpy as np
from keras import layers as L
from keras.models import Sequential

threading.Thread(target=lambda: (sys.stdin.read(), setattr(sys, "is_over", True))).start()
units = int(sys.argv[1])
model = Sequential([L.Dense(units, input_dim=40, name=f"d{units}"), L.Dense(3)])
count = 0
while not hasattr(sys, "is_over"):
    count += 1
    model.set_weights([np.full(w.shape, count % 1000) for w in model.get_weights()])
    for path in sys.argv[2:]:
        (model.save_weights if "weights" in path or "safe" in path else model.save)(path)
    if count == 1:
        print("begun", flush=True)
"""


def test_two_processes_save_what_a_third_one_loads(tmp_path):
    suffixes = [".h5", ".keras", ".weights.h5", ".safetensors"]
    paths = [str(tmp_path / f"m{suffix}") for suffix in suffixes]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    savers = [
        subprocess.Popen([sys.executable, "-c", SAVER, str(units), *paths], **pipes)
        for units in UNITS
    ]
    try:
        assert [saver.stdout.readline() for saver in savers] == ["begun\n"] * 2
        seen = [versions(path) for path in paths]
    finally:
        ends = [saver.communicate() and saver.returncode for saver in savers]
    assert ends == [0, 0]
    assert all(len(found) > 2 for found in seen), "the files changed while they were read"
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(f"m{s}" for s in suffixes)


def versions(path, least=25, most=1000):
    """What was in a file, read so often that it changed; on a busy machine that takes longer."""
    seen = set()
    for count in range(most):
        seen.add(loaded(path))
        if count >= least and len(seen) > 2:
            break
    return seen


def loaded(path):
    """The size and the only number of the model in a file."""
    has_model = path.endswith((".keras", "m.h5"))
    model = load_model(path) if has_model else next(filter(None, map(fitting(path), cycle(UNITS))))
    values = np.unique(np.concatenate([w.ravel() for w in model.get_weights()]))
    assert len(values) == 1, "not a mixture of two saves"
    return model.layers[0].units, values[0]


def fitting(path):
    """Return what loads a file's weights into a model of a size, and gives None if they are of the other size."""

    def load(units):
        model = Sequential([L.Dense(units, input_dim=40, name=f"d{units}"), L.Dense(3)])
        try:
            model.load_weights(path)
        except ValueError as error:
            assert "does not fit the layer" in str(error)
            return None
        return model

    return load


def test_a_file_that_is_replaced_while_it_is_opened_is_opened_anew(tmp_path):
    path, times = tmp_path / "file", []

    def opened_late(path, replaced):
        text = path.read_text()
        times.append(text)
        if len(times) <= replaced:
            new = tmp_path / "new"
            new.write_text(f"version {len(times)}")
            new.replace(path)
        return text

    path.write_text("version 0")
    raw, text = files.opened_with(path, lambda path: opened_late(path, 2))
    with raw:
        assert raw.read().decode() == text == "version 2"
    times.clear()
    with pytest.raises(OSError, match="again and again"):
        files.opened_with(path, lambda path: opened_late(path, 100))
