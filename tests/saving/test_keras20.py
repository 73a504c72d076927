"""Files of Keras 2.0.0: the optimizer's slots in the order of the weights' names, arguments that later went away.

They were made by `python interop/side.py keras write FOLDER .h5`, beside Keras 2.0.0 on TensorFlow 1.11.
"""

import gzip
from pathlib import Path

import numpy as np
import pytest

from keras import models

FOLDER = Path(__file__).parent / "fixtures" / "keras20"


@pytest.mark.parametrize("name", ["films", "rmsprop", "stack"])
def test_outputs_and_the_next_steps(name, tmp_path):
    path, stored = tmp_path / "model.h5", np.load(FOLDER / f"{name}.npz")
    path.write_bytes(gzip.decompress((FOLDER / f"{name}.h5.gz").read_bytes()))
    model = models.load_model(path)
    outputs = model.predict(stored["x0"])
    outputs = outputs if isinstance(outputs, list) else [outputs]
    for i, output in enumerate(outputs):
        np.testing.assert_allclose(output, stored[f"y{i}"], rtol=1e-4, atol=1e-5)
    if "losses" in stored:
        losses = [model.train_on_batch(stored["x0"], stored["t"])[0] for _ in range(4)]
        np.testing.assert_allclose(losses, stored["losses"], rtol=1e-5)
