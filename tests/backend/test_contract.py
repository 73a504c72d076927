"""The contract itself, and what a backend that breaks it gets."""

import sys
import types

import pytest

from keras.backend import contract


def test_the_lists_of_primitives_do_not_overlap():
    assert len(contract.PRIMITIVES) == len(set(contract.PRIMITIVES))


def test_a_backend_that_lacks_primitives_is_refused(monkeypatch):
    module = types.ModuleType("keras.backend.partial")
    for name in contract.PRIMITIVES:
        if name not in ("conv", "scan"):
            setattr(module, name, None)
    monkeypatch.setitem(sys.modules, "keras.backend.partial", module)
    with pytest.raises(NotImplementedError, match=r"'partial' lacks.*\['conv', 'scan'\]"):
        contract.load("partial")


def test_a_whole_backend_is_loaded(monkeypatch):
    module = types.ModuleType("keras.backend.whole")
    for name in contract.PRIMITIVES:
        setattr(module, name, None)
    monkeypatch.setitem(sys.modules, "keras.backend.whole", module)
    assert contract.load("whole") is module
