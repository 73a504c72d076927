"""Images against stored results of Keras-Preprocessing 1.1.2, see generate.py."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from keras.preprocessing import image

HERE = Path(__file__).parent
STORED = np.load(HERE / "image.npz")


def _generate():
    spec = importlib.util.spec_from_file_location("generate_image", HERE / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


generate = _generate()


@pytest.fixture(scope="module")
def found():
    return generate.results(image)


@pytest.mark.parametrize("name", STORED.files)
def test_as_keras_preprocessing(found, name):
    # The whitening matrix is a decomposition in single precision: its last digits are those of the machine.
    tolerance = 0.02 if "whitening" in name else 1e-3
    assert found[name].shape == STORED[name].shape
    np.testing.assert_allclose(found[name], STORED[name], atol=tolerance)


@pytest.mark.parametrize("name", generate.SETTINGS)
def test_the_data_formats_give_the_same_images(name):
    settings = generate.SETTINGS[name]
    for last, first in zip(
        generate.batches(image, settings),
        generate.batches(image, settings, "channels_first"),
        strict=True,
    ):
        rows = 6 if name == "whitening" else 9
        pixels = first[:, :-1].reshape(len(first), 3, rows, -1).transpose(0, 2, 3, 1)
        np.testing.assert_allclose(
            pixels.reshape(len(first), -1), last[:, :-1], atol=0.02 if name == "whitening" else 1e-3
        )
        np.testing.assert_array_equal(first[:, -1], last[:, -1])
