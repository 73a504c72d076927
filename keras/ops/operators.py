"""Gives Variables and symbolic tensors Python's operators, which are ops."""

from keras.backend.graph import Tensor
from keras.backend.variable import Variable
from keras.ops import array, math

_BINARY = {
    "add": math.add,
    "sub": math.subtract,
    "mul": math.multiply,
    "truediv": math.divide,
    "floordiv": math.floor_divide,
    "mod": math.mod,
    "pow": math.power,
    "matmul": math.matmul,
    "and": math.logical_and,
    "or": math.logical_or,
    "xor": math.logical_xor,
}
_COMPARISONS = {
    "lt": math.less,
    "le": math.less_equal,
    "gt": math.greater,
    "ge": math.greater_equal,
}
_UNARY = {"neg": math.negative, "abs": math.abs, "invert": math.logical_not}


def _forward(op):
    return lambda self, other: op(self, other)


def _reflected(op):
    return lambda self, other: op(other, self)


def _single(op):
    return lambda self: op(self)


def _install(cls):
    for name, op in {**_BINARY, **_COMPARISONS}.items():
        setattr(cls, f"__{name}__", _forward(op))
    for name, op in _BINARY.items():
        setattr(cls, f"__r{name}__", _reflected(op))
    for name, op in _UNARY.items():
        setattr(cls, f"__{name}__", _single(op))
    cls.__getitem__ = lambda self, key: array.get_item(self, key)
    # NumPy arrays on the left leave the operation to us.
    cls.__array_priority__ = 1000
    cls.__array_ufunc__ = None


_install(Variable)
_install(Tensor)
