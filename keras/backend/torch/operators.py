"""Python's operators on tensors of PyTorch, which in scopes take Variables and arrays of NumPy as on other backends."""

import functools

import numpy as np
import torch

from keras.backend.torch.core import asarray

_OPERATORS = "add sub mul truediv floordiv mod pow matmul and or xor".split()
_COMPARISONS = "lt le gt ge eq ne".split()
_IN_PLACE = "add sub mul truediv floordiv mod pow and or xor".split()


def register_variable(cls):
    """Let PyTorch's functions take Variables, by their current value, and in scopes its operators NumPy's arrays.

    In scopes `x *= y` gives `x` a new value, as where tensors cannot be changed in place: others may use the old
    one, for the gradient or as the input of another layer.

    The operators have to be replaced on the class, for all: PyTorch refuses an array before any of its hooks
    (`__torch_function__`, `TorchFunctionMode`) is asked. Outside of scopes they do what they did, 0.15 us later.
    """

    def with_values(cls, function, types, args=(), kwargs=None):
        return function(*_values(cls, args), **_values(cls, kwargs or {}))

    cls.__torch_function__ = classmethod(with_values)
    names = [*_OPERATORS, *(f"r{name}" for name in _OPERATORS), *_COMPARISONS]
    for name in (f"__{name}__" for name in names):
        operator = getattr(torch.Tensor, name)
        setattr(torch.Tensor, name, _taking_arrays(operator, cls.is_in_scope))
    for name in _IN_PLACE:
        own, new = (getattr(torch.Tensor, f"__{prefix}{name}__") for prefix in ("i", ""))
        setattr(torch.Tensor, f"__i{name}__", _outside_scopes(own, new, cls.is_in_scope))


def _values(cls, x):
    if isinstance(x, cls):
        return x.value
    if isinstance(x, list | tuple):
        return type(x)(_values(cls, item) for item in x)
    return {key: _values(cls, item) for key, item in x.items()} if isinstance(x, dict) else x


def _taking_arrays(operator, is_in_scope):
    """Return an operator that in scopes takes arrays of NumPy too.

    By itself PyTorch refuses them on one side, and on the other leaves the operation to NumPy, which gives no gradient
    and needs values, that a tensor has not while shapes are worked out.
    """

    @functools.wraps(operator)
    def combined(self, other):
        if isinstance(other, np.ndarray) and is_in_scope():
            other = asarray(other)
        return operator(self, other)

    return combined


def _outside_scopes(in_place, operator, is_in_scope):
    """Return an operator that changes a tensor in place, but in scopes returns a new one."""

    @functools.wraps(in_place)
    def assigned(self, other):
        return operator(self, other) if is_in_scope() else in_place(self, other)

    return assigned
