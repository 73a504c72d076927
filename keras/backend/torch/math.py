"""Elementwise functions, reductions and products in PyTorch."""

import builtins
import functools

import torch

# Primitives that PyTorch already has under the contract's name and meaning.
from torch import (  # noqa: F401
    abs,
    bitwise_and,
    bitwise_not,
    bitwise_or,
    bitwise_xor,
    ceil,
    cos,
    cosh,
    digamma,
    einsum,
    erf,
    erfinv,
    exp,
    expm1,
    floor,
    isfinite,
    isinf,
    isnan,
    log,
    log1p,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    matmul,
    negative,
    real,
    relu,
    rsqrt,
    sigmoid,
    sin,
    sinh,
    sqrt,
    square,
    tan,
    tanh,
    where,
)
from torch import acos as arccos  # noqa: F401
from torch import acosh as arccosh  # noqa: F401
from torch import asin as arcsin  # noqa: F401
from torch import asinh as arcsinh  # noqa: F401
from torch import atan as arctan  # noqa: F401
from torch import atan2 as arctan2  # noqa: F401
from torch import atanh as arctanh  # noqa: F401
from torch import bitwise_left_shift as left_shift  # noqa: F401
from torch import bitwise_right_shift as right_shift  # noqa: F401
from torch import lgamma as gammaln  # noqa: F401


# ------------------------------------------------------------------ two arguments, one of which may be a number
def _binary(function, takes_number=True):
    """Let one argument of a PyTorch function be a Python number, which takes the dtype of the other.

    Args:
        function: of two arrays.
        takes_number: whether it takes a number by itself in second place.
    """

    @functools.wraps(function)
    def call(x1, x2):
        if not isinstance(x1, torch.Tensor):
            x1 = torch.full((), x1, dtype=x2.dtype, device=x2.device)
        elif not (takes_number or isinstance(x2, torch.Tensor)):
            x2 = torch.full((), x2, dtype=x1.dtype, device=x1.device)
        return function(x1, x2)

    return call


add = _binary(torch.add)
divide = _binary(torch.div)
equal = _binary(torch.eq)
floor_divide = _binary(torch.floor_divide)
greater = _binary(torch.gt)
greater_equal = _binary(torch.ge)
less = _binary(torch.lt)
less_equal = _binary(torch.le)
maximum = _binary(torch.maximum, takes_number=False)
minimum = _binary(torch.minimum, takes_number=False)
mod = _binary(torch.remainder)
multiply = _binary(torch.mul)
not_equal = _binary(torch.ne)
power = _binary(torch.pow)
subtract = _binary(torch.sub)


# ------------------------------------------------------------------ one argument
def conj(x):
    """Return the complex conjugate."""
    return torch.conj_physical(x)


def imag(x):
    """Return the imaginary part, zeros for a real array."""
    return torch.imag(x) if x.is_complex() else torch.zeros_like(x)


def round(x, decimals=0):
    """Return `x` rounded to `decimals` places, halves to the even neighbour."""
    return torch.round(x, decimals=decimals)


def sign(x):
    """Return -1, 0 or 1 according to the sign; NaN stays NaN."""
    signs = torch.sign(x)
    return torch.where(torch.isnan(x), x, signs) if x.is_floating_point() else signs


def softplus(x):
    """Return log(1 + exp(x)) without overflow."""
    # Above the threshold it is x; at 40 the difference is less than float64 can tell.
    return torch.nn.functional.softplus(x, threshold=40)


def polygamma(n, x):
    """Return the n-th derivative of the digamma function."""
    if n != 1:
        return torch.polygamma(n, x)
    # PyTorch's series for the first is good to 1e-10 only; further out, where the recurrence leads, it is exact.
    shifts = range(14)
    return torch.polygamma(1, x + len(shifts)) + builtins.sum((x + i) ** -2.0 for i in shifts)


# ------------------------------------------------------------------ reductions
def _axes(x, axis):
    """Return the axes to reduce, a tuple."""
    if axis is None:
        return tuple(range(x.ndim))
    return tuple(axis) if isinstance(axis, list | tuple) else (axis,)


def _reduction(function, keeps_dtype=False):
    def reduce(x, axis=None, keepdims=False):
        axes = _axes(x, axis)
        options = {"dtype": x.dtype} if keeps_dtype else {}
        # To PyTorch no axes mean all of them.
        return (
            function(x, axes, keepdims, **options) if axes else function(x[None], (0,), **options)
        )

    reduce.__name__ = function.__name__
    reduce.__doc__ = f"Return `{function.__name__}` along `axis`."
    return reduce


all = _reduction(torch.all)
any = _reduction(torch.any)
max = _reduction(torch.amax)
mean = _reduction(torch.mean)
min = _reduction(torch.amin)
sum = _reduction(torch.sum, keeps_dtype=True)
logsumexp = _reduction(torch.logsumexp)


def prod(x, axis=None, keepdims=False):
    """Return the product along `axis`, in the dtype of `x`."""
    for a in sorted((a % x.ndim for a in _axes(x, axis)), reverse=True):
        x = torch.prod(x, a, keepdim=keepdims, dtype=x.dtype)
    return x


def _arg(function):
    def find(x, axis=None, keepdims=False):
        x = x.to(torch.uint8) if x.dtype is torch.bool else x
        return function(x, axis, keepdims)

    return find


argmax = _arg(torch.argmax)
argmin = _arg(torch.argmin)


def cumsum(x, axis):
    """Return the running sum along `axis`, in the dtype of `x`."""
    return torch.cumsum(x, axis, dtype=x.dtype)


def cumprod(x, axis):
    """Return the running product along `axis`, in the dtype of `x`."""
    return torch.cumprod(x, axis, dtype=x.dtype)


# ------------------------------------------------------------------ products
def tensordot(x1, x2, axes=2):
    """Return the sum of products over the given axes: a number of them, or two lists."""
    axes = axes if isinstance(axes, int) else [list(a) for a in axes]
    return torch.tensordot(x1, x2, dims=axes)
