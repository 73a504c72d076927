"""Files that Keras 3.15 wrote: the outputs are the same, and training goes on as it did there.

The files and numbers are made by `fixtures/make_keras3.py`.
"""

from pathlib import Path

import numpy as np
import pytest

from keras.models import load_model

FIXTURES = Path(__file__).parent / "fixtures" / "keras3"
NAMES = sorted(path.stem for path in FIXTURES.glob("*.npz"))

# RMSprop and Adagrad add epsilon within the root there, which shows where gradients are small.
TRAINING_TOLERANCE = {"rmsprop": 1e-4, "adagrad": 1e-4}


def stored(name):
    """The inputs, targets, outputs and losses of a file, as numbers of Keras 3."""
    data = np.load(FIXTURES / f"{name}.npz")
    several = [[data[k] for k in data.files if k.startswith(kind)] for kind in ("x", "y", "output")]
    return *several, data["losses"]


def single(items):
    return items[0] if len(items) == 1 else items


@pytest.mark.parametrize("name", NAMES)
def test_outputs_are_those_of_keras_3(name):
    inputs, _, outputs, _ = stored(name)
    found = load_model(FIXTURES / f"{name}.keras").predict(single(inputs))
    for ours, theirs in zip(found if len(outputs) > 1 else [found], outputs, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_training_goes_on_as_in_keras_3(name):
    inputs, targets, _, losses = stored(name)
    model = load_model(FIXTURES / f"{name}.keras")
    found = [np.ravel(model.train_on_batch(single(inputs), single(targets)))[0] for _ in range(3)]
    np.testing.assert_allclose(found, losses, rtol=TRAINING_TOLERANCE.get(name, 2e-5))


@pytest.mark.parametrize("suffix", ["weights.h5", "h5"])
def test_other_files_of_keras_3_are_read(suffix):
    inputs, _, outputs, _ = stored("nadam")
    if suffix == "h5":
        model = load_model(FIXTURES / "nadam.h5")
    else:
        model = load_model(FIXTURES / "sgd.keras", compile=False)
        model.load_weights(FIXTURES / "nadam.weights.h5")
    np.testing.assert_allclose(model.predict(single(inputs)), outputs[0], rtol=1e-5)
