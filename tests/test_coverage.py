"""How much of the API of Keras 2.2.4 is there, by an inventory that lies beside the project, where there is one.

`KERAS_API_INVENTORY` names its folder: `coverage.py` and `keras-2.2.4.json`.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(os.environ.get("KERAS_API_INVENTORY", ROOT.parent / "shared" / "api"))

# Shares that must not be undercut, in percent, by tier: names, and methods of classes. Of "doc" one name is missing:
# `multi_gpu_model`.
BOUNDS = {
    "api": {"names": 100, "methods": 98},
    "doc": {"names": 99.7, "methods": 99.5},
    "path": {"names": 98, "methods": 100},
}
# Namespaces of which nothing may be missing.
WHOLE = [
    "keras.activations",
    "keras.backend",
    "keras.constraints",
    "keras.initializers",
    "keras.losses",
    "keras.metrics",
    "keras.objectives",
    "keras.regularizers",
]


@pytest.fixture(scope="module")
def measured():
    """What the inventory's program prints as JSON."""
    if not (FOLDER / "coverage.py").exists():
        pytest.skip(
            f"There is no inventory in {FOLDER}; set KERAS_API_INVENTORY to the folder of coverage.py"
        )
    command = [sys.executable, FOLDER / "coverage.py", FOLDER / "keras-2.2.4.json", "--json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    return json.loads(run.stdout)


def test_the_library_measured_is_this_one(measured):
    assert Path(measured["keras"]["file"]) == ROOT / "keras" / "__init__.py"


@pytest.mark.parametrize("tier", BOUNDS)
def test_shares(measured, tier):
    found = measured["tiers"][tier]
    shares = {
        "names": found["present"] / found["names"],
        "methods": found["methods_ok"] / found["methods"],
    }
    low = {
        what: f"{100 * share:.1f} %, at least {BOUNDS[tier][what]} %"
        for what, share in shares.items()
        if 100 * share < BOUNDS[tier][what]
    }
    assert not low


def test_signatures(measured):
    tiers = measured["tiers"].values()
    assert sum(t["sig"] for t in tiers) >= 0.98 * sum(t["names"] for t in tiers)


@pytest.mark.parametrize("name", WHOLE)
def test_whole_namespaces(measured, name):
    found = measured["namespaces"][name]
    assert (found["present"], found["sig"]) == (found["names"], found["names"])
    assert found["methods_ok"] == found["methods"]
