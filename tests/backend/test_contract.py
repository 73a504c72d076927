"""The contract itself, and what a backend that breaks it gets."""

import sys
import types

import pytest

from keras.backend import contract


def module_with(name, primitives, capabilities=frozenset(contract.CAPABILITIES)):
    """A backend's module that has some primitives, in name."""
    module = types.ModuleType(f"keras.backend.{name}")
    module.CAPABILITIES = capabilities
    for primitive in primitives:
        setattr(module, primitive, None)
    return module


def test_the_lists_of_primitives_do_not_overlap():
    assert len(contract.PRIMITIVES) == len(set(contract.PRIMITIVES))


def without(*names):
    return [primitive for primitive in contract.PRIMITIVES if primitive not in names]


def test_a_backend_that_lacks_primitives_is_refused(monkeypatch):
    module = module_with("partial", without("conv", "scan"))
    monkeypatch.setitem(sys.modules, "keras.backend.partial", module)
    with pytest.raises(NotImplementedError, match=r"'partial' lacks.*\['conv', 'scan'\]"):
        contract.load("partial")


def test_a_whole_backend_is_loaded(monkeypatch):
    module = module_with("whole", contract.PRIMITIVES)
    monkeypatch.setitem(sys.modules, "keras.backend.whole", module)
    assert contract.load("whole") is module


def test_a_backend_without_gradients_needs_no_primitive_for_them(monkeypatch):
    module = module_with("inference", without("value_and_grad"), frozenset({"loop"}))
    monkeypatch.setitem(sys.modules, "keras.backend.inference", module)
    assert contract.load("inference") is module
    module.CAPABILITIES = frozenset({"loop", "grad"})
    with pytest.raises(NotImplementedError, match=r"\['value_and_grad'\]"):
        contract.load("inference")


def test_primitives_depend_on_capabilities_that_there_are():
    assert set(contract.ONLY_WITH) <= set(contract.PRIMITIVES)
    assert set(contract.ONLY_WITH.values()) <= set(contract.CAPABILITIES)
