"""Files of tf.keras 2.3 and 2.21 (2.15 kept alive): what their models said there, they say here, and learn the same."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from keras import models

FOLDER = Path(__file__).parent / "fixtures" / "tf_keras"
CASES = sorted(path.name.removesuffix(".h5.gz") for path in FOLDER.glob("*.h5.gz"))
TRAINED = [name for name in CASES if "losses" in np.load(FOLDER / f"{name}.npz")]
# Where the originals' rules are others, and by how much the losses then differ.
TOLERANCES = {
    # Since 2.11 epsilon is added below the root, to the mean of squares; here, as before, to the root.
    "2.21.0_rmsprop": 2e-3,
    # Since 2.11 the momenta's product is multiplied once a weight, not once a step.
    "2.21.0_nadam": 2e-3,
}


def numbered(stored, letter):
    """The arrays `x0`, `x1` ... of a stored result."""
    return [stored[f"{letter}{i}"] for i in range(len(stored)) if f"{letter}{i}" in stored]


@pytest.fixture
def load(tmp_path):
    """A function that loads the model of a case and its stored numbers."""

    def load(name):
        path = tmp_path / "model.h5"
        path.write_bytes(gzip.decompress((FOLDER / f"{name}.h5.gz").read_bytes()))
        return models.load_model(str(path)), np.load(FOLDER / f"{name}.npz")

    return load


@pytest.mark.parametrize("name", CASES)
def test_outputs(load, name):
    model, stored = load(name)
    outputs = model.predict(numbered(stored, "x"))
    outputs = outputs if isinstance(outputs, list) else [outputs]
    expected = numbered(stored, "y")
    assert len(outputs) == len(expected)
    for i, (output, value) in enumerate(zip(outputs, expected)):
        np.testing.assert_allclose(output, value, rtol=1e-4, atol=1e-5, err_msg=f"output {i}")


@pytest.mark.parametrize("name", TRAINED)
def test_training_goes_on(load, name):
    model, stored = load(name)
    losses = [model.train_on_batch(numbered(stored, "x"), stored["t0"]) for _ in range(4)]
    losses = [float(np.ravel(loss)[0]) for loss in losses]
    np.testing.assert_allclose(losses, stored["losses"], rtol=TOLERANCES.get(name, 1e-5))
