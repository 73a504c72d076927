"""Lets tensors of PyTorch be combined with NumPy's arrays by Python's operators, as those of the other backends are.

By itself PyTorch refuses that on one side, and on the other leaves it to NumPy, which gives no gradient and needs
values, that a tensor has not while shapes are worked out.
"""

import functools

import numpy as np
import torch

from keras.backend.torch.core import asarray

_OPERATORS = "add sub mul truediv floordiv mod pow matmul and or xor".split()
_COMPARISONS = "lt le gt ge eq ne".split()


def _taking_arrays(operator):
    @functools.wraps(operator)
    def combined(self, other):
        return operator(self, asarray(other) if isinstance(other, np.ndarray) else other)

    return combined


def _install():
    names = [*_OPERATORS, *(f"r{name}" for name in _OPERATORS), *_COMPARISONS]
    for name in (f"__{name}__" for name in names):
        setattr(torch.Tensor, name, _taking_arrays(getattr(torch.Tensor, name)))


_install()
