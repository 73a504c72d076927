"""Optimizers, training, evaluation and graphs, against Keras 2.2.4."""

import pytest

from .cases import OTHERS
from .compare import check, stored

AREAS = ["training", "graphs"]


# Both keras warn where `trainable` changed after compile, which adversarial training does on purpose.
@pytest.mark.filterwarnings("ignore:.trainable. was changed on layers")
@pytest.mark.parametrize("area, case", [(area, case) for area in AREAS for case in OTHERS[area]])
def test_scenario(area, case):
    check(area, case, OTHERS[area][case]())


@pytest.mark.parametrize("case", OTHERS["optimizers"])
def test_optimizer(case):
    # Weights move by little in the first steps: a looser bound would hide a wrong rule.
    check("optimizers", case, OTHERS["optimizers"][case](), rtol=1e-4, atol=2e-6)


@pytest.mark.parametrize("area", [*AREAS, "optimizers"])
def test_every_stored_case_is_replayed(area):
    assert set(stored(area)) == set(OTHERS[area])
