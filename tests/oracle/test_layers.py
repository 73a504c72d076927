"""Layers: outputs, shapes, order of weights, and two steps of SGD, against Keras 2.2.4."""

import pytest

from . import runner
from .cases import LAYERS
from .compare import check, stored

CASES = [
    pytest.param(area, row, id=f"{area}-{row.name}") for area in LAYERS for row in LAYERS[area]
]


@pytest.mark.parametrize("area, row", CASES)
def test_layer(area, row):
    expected = stored(area)[row.name]
    weights = [expected[f"w{i}"] for i in range(sum(is_weight(key) for key in expected))]
    check(area, row.name, runner.run(row, weights))


def is_weight(key):
    """Whether a key holds one of the weights that the case starts from."""
    return key[0] == "w" and key[1:].isdigit()


@pytest.mark.parametrize("area", LAYERS)
def test_every_stored_case_is_replayed(area):
    assert set(stored(area)) == {row.name for row in LAYERS[area]}
