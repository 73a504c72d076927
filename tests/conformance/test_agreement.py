"""The same seed gives the same weights, batches and losses on every backend."""

import json
from functools import cache

import numpy as np
import pytest

from keras.backend.compute import has

from .agreement import KEPT, MODELS, STEPS
from .scripts import run_module

TOLERANCE = {"float32": 1e-5, "float64": 1e-10}


@cache
def found(floatx):
    return run_module("tests.conformance.agreement", floatx)


def expected(floatx, name):
    return json.loads(KEPT.read_text(encoding="utf8"))[floatx][name]


@pytest.mark.skipif(not has("grad"), reason="the backend cannot train")
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("floatx", TOLERANCE)
def test_every_backend_trains_as_jax_does(floatx, name):
    if floatx == "float64" and not has("float64"):
        pytest.skip("the backend has no 64-bit floats")
    ours, kept = found(floatx)[name], expected(floatx, name)
    np.testing.assert_allclose(ours["weights"], kept["weights"], rtol=1e-6)
    assert len(ours["losses"]) == STEPS
    np.testing.assert_allclose(ours["losses"], kept["losses"], rtol=TOLERANCE[floatx])
    assert len(set(ours["losses"])) == STEPS
