"""Losses, metrics, activations, penalties, initializers, backend functions: Keras 2.2.4 numbers."""

import pytest

from .cases import OTHERS
from .compare import check, stored

EXACT = ["losses", "metrics", "activations", "penalties", "backend", "vocabulary"]
DRAWN = [name for name in OTHERS["initializers"] if name.startswith("moments")]
FIXED = [name for name in OTHERS["initializers"] if not name.startswith("moments")]


@pytest.mark.parametrize("area, case", [(area, case) for area in EXACT for case in OTHERS[area]])
def test_function(area, case):
    check(area, case, OTHERS[area][case]())


@pytest.mark.parametrize("case", FIXED)
def test_exact_initializer(case):
    check("initializers", case, OTHERS["initializers"][case]())


@pytest.mark.parametrize("case", DRAWN)
def test_moments_of_initializer(case):
    # The draws differ, so that only what 30,000 of them agree on is compared.
    found = OTHERS["initializers"][case]()
    expected = {key: float(value) for key, value in stored("initializers")[case].items()}
    deviation = expected["deviation"]
    assert found["deviation"] == pytest.approx(deviation, rel=0.02)
    assert found["mean"] == pytest.approx(expected["mean"], abs=0.03 * deviation)
    tails = 0.3 if "RandomNormal" in case else 0.02
    assert found["high"] == pytest.approx(expected["high"], rel=tails)
    assert found["low"] == pytest.approx(expected["low"], rel=tails)


@pytest.mark.parametrize("area", [*EXACT, "initializers"])
def test_every_stored_case_is_replayed(area):
    assert set(stored(area)) == set(OTHERS[area])
