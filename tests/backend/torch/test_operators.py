"""PyTorch's operators: as on other backends in scopes, as PyTorch has them everywhere else."""

import operator

import numpy as np
import pytest
import torch

from keras.backend.torch import operators
from keras.backend.variable import Scope, Variable

NAMES = [
    *(name for one in operators._OPERATORS for name in (f"__{one}__", f"__r{one}__")),
    *(f"__{one}__" for one in operators._COMPARISONS),
    *(f"__i{one}__" for one in operators._IN_PLACE),
]
ARRAYS = [np.array([1.0, 2.0 + 1e-9]), np.array([3, 4]), np.array([True, False])]
TENSORS = [
    torch.tensor([1.5, 2.5]),
    torch.tensor([1.5, 2.5], dtype=torch.float64),
    torch.tensor([5, 6]),
    torch.tensor([True, True]),
    torch.tensor([1.5, 2.5], requires_grad=True),
]


def outcome(function, *args):
    """The type, the dtype and the numbers that come of a call, or the error."""
    try:
        result = function(*args)
    except Exception as error:
        return type(error), str(error)
    if not isinstance(result, torch.Tensor):
        return type(result), str(result)
    return type(result), result.dtype, result.tolist()


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::RuntimeWarning")
@pytest.mark.parametrize("name", NAMES)
def test_outside_of_scopes_nothing_is_changed(name):
    ours = getattr(torch.Tensor, name)
    for tensor in TENSORS:
        for other in [*ARRAYS, *TENSORS, 2, 2.5, np.float64(2.5), "text", None]:
            found, expected = (
                outcome(function, tensor.detach().clone(), other)
                for function in (ours, ours.__wrapped__)
            )
            assert str(found) == str(expected), (tensor, other)


@pytest.mark.parametrize("swapped", [False, True])
def test_in_scopes_arrays_and_tensors_mix_with_gradients(swapped):
    x, array = torch.tensor([1.0, 2.0], requires_grad=True), np.array([3.0, 4.0])
    with Scope():
        product = operator.mul(array, x) if swapped else operator.mul(x, array)
    assert product.dtype is torch.float32
    product.sum().backward()
    assert x.grad.tolist() == [3.0, 4.0]


def test_in_place_operators_change_tensors_outside_of_scopes_alone():
    changed = given = torch.ones(2)
    changed += 1
    assert changed is given
    with Scope():
        changed += 1
    assert (given.tolist(), changed.tolist()) == ([2.0, 2.0], [3.0, 3.0])


def test_compiled_and_transformed_functions_of_the_users_own():
    def function(x, y):
        return ((x + y) * 2 - x / y) ** 2

    x, y = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0])
    expected = function(x, y)
    compiled = torch.compile(function, backend="eager", fullgraph=True)
    torch.testing.assert_close(compiled(x, y), expected)
    torch.testing.assert_close(torch.func.vmap(function)(x, y), expected)
    slope = torch.func.grad(lambda x: function(x, y).sum())(x)
    torch.testing.assert_close(slope, 2 * ((x + y) * 2 - x / y) * (2 - 1 / y))
    graph = torch.fx.symbolic_trace(function)
    torch.testing.assert_close(graph(x, y), expected)


def test_functions_take_variables():
    assert torch.add(Variable([1.0, 2.0]), torch.ones(2)).tolist() == [2.0, 3.0]
