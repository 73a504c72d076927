"""The demonstration works from end to end, the other examples start, and helpers of theirs do what they say."""

import ast
import importlib.util
import re
import struct
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("mlxtend")
pytest.importorskip("matplotlib")
pytest.importorskip("skimage")

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "examples"
HELPERS = ["features", "gallery", "samples"]
EXAMPLES = sorted(
    path.stem for path in FOLDER.glob("*.py") if path.stem not in (*HELPERS, "__main__")
)


@pytest.fixture(scope="module", autouse=True)
def beside_the_examples():
    """Modules in the folder of the examples can be imported, as when one of these is run."""
    sys.path.insert(0, str(FOLDER))
    yield
    sys.path.remove(str(FOLDER))
    for name in HELPERS:
        sys.modules.pop(name, None)


def load(name):
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def check_picture(path):
    """A PNG file of some size."""
    signature, width, height = struct.unpack(">8s8x2I", path.read_bytes()[:24])
    assert signature == b"\x89PNG\r\n\x1a\n"
    assert width > 1000
    assert height > 400


# ------------------------------------------------------------------ all of them
@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_says_what_it_is_for(name, capsys):
    with pytest.raises(SystemExit) as left:
        load(name).main(["--help"])
    assert left.value.code == 0
    text = (FOLDER / f"{name}.py").read_text(encoding="utf8")
    first, *rest = ast.get_docstring(ast.parse(text)).splitlines()
    assert " ".join(first.split()) in " ".join(capsys.readouterr().out.split())
    assert f"python examples/{name}.py" in "\n".join(rest)


def test_the_gallery_shows_every_example():
    page = (ROOT / "docs" / "examples.md").read_text(encoding="utf8")
    assert sorted(set(re.findall(r"`python examples/(\w+)\.py`", page))) == EXAMPLES
    for link in re.findall(r"\]\(([^)#]+)\)", page):
        assert (ROOT / "docs" / link).exists(), link


@pytest.mark.parametrize(
    ("name", "least", "most"), [("lstm_stateful", 0, 0.9), ("mnist_cnn", 0.6, 1)]
)
def test_a_brief_run(name, least, most, tmp_path, capsys):
    reached = load(name).main(["--brief", "--output", str(tmp_path)])
    assert least <= reached <= most
    assert str(tmp_path / f"{name}.png") in capsys.readouterr().out
    check_picture(tmp_path / f"{name}.png")


# ------------------------------------------------------------------ their data
def test_no_patch_of_the_test_shares_a_pixel_with_one_to_learn_from():
    samples = load("samples")
    place = np.arange(256 * 320, dtype="float64").reshape(256, 320, 1)
    seen = [
        {pixel for _ in range(300) for pixel in samples.cut(place, 32, test, rng).ravel()}
        for test, rng in ((False, np.random.RandomState(0)), (True, np.random.RandomState(1)))
    ]
    assert min(map(len, seen)) > 5000
    assert not seen[0] & seen[1]


def test_unseen_sums_are_unseen_the_other_way_round_too():
    train, unseen = load("addition_rnn").split(np.random.RandomState(0))
    assert len(train) + len(unseen) == 100**2
    assert 800 < len(unseen) < 1200
    assert not {tuple(sorted(pair)) for pair in train} & {tuple(sorted(pair)) for pair in unseen}


# ------------------------------------------------------------------ the demonstration
@pytest.fixture(scope="module")
def demo():
    return load("mnist_demo")


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
    check_picture(picture)
