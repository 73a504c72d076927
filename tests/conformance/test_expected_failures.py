"""How the lists of expected failures are read."""

import pytest

from keras import config
from keras.backend.contract import CAPABILITIES

from .conftest import HERE, expected_failures, matches, read_expected_failures


def test_comments_and_empty_lines_do_not_count():
    assert read_expected_failures("# all is well\n\n") == []


def test_a_line_is_a_pattern_and_a_reason():
    text = "test_windows.py::test_conv[3-*]  # no 3-D convolution\n"
    assert read_expected_failures(text) == [
        ("test_windows.py::test_conv[3-*]", "no 3-D convolution")
    ]


def test_a_line_needs_a_reason():
    with pytest.raises(pytest.UsageError, match="without a reason"):
        read_expected_failures("test_windows.py::test_conv\n")


@pytest.mark.parametrize(
    ("pattern", "is_match"),
    [
        ("test_a.py::test_b[exp-3]", True),
        ("test_a.py::test_b[*]", True),
        ("test_a.py::*", True),
        ("test_a.py::test_b", False),
        ("test_a.py::test_b[ex]", False),
    ],
)
def test_brackets_stand_for_themselves_and_stars_for_anything(pattern, is_match):
    assert matches(pattern, "test_a.py::test_b[exp-3]") is is_match


def test_the_backend_in_use_has_a_list():
    assert (HERE / "expected_failures" / f"{config.backend()}.txt").exists()
    assert isinstance(expected_failures(), list)


def test_the_backend_claims_known_capabilities():
    from keras.backend.compute import compute, has

    assert config.backend() == compute.NAME
    assert set(CAPABILITIES) >= compute.CAPABILITIES
    assert all(has(name) == (name in compute.CAPABILITIES) for name in CAPABILITIES)
