"""Random numbers in PyTorch, each drawn from an explicit key.

A key is an int64 scalar on the host. What is drawn from one is an operator of its own, so that a recorded program
has it as one node, and draws anew with each key it is given.
"""

import torch

from keras.backend.torch.core import DTYPES, device

_library = torch.library.Library("keras", "DEF")
_MASK = 2**64 - 1


def _operator(signature, function, abstract):
    """Register a function as PyTorch's operator of a signature, with the one that stands for it without values."""
    name = signature.partition("(")[0]
    _library.define(signature)
    _library.impl(name, function, "CompositeExplicitAutograd")
    _library.impl(name, abstract, "Meta")
    torch.library.register_fake(f"keras::{name}", abstract, lib=_library)
    return getattr(torch.ops.keras, name).default


def _mixed(number):
    """Return 64 bits that hang on every bit of `number` (the finalizer of splitmix64, Steele et al., 2014)."""
    number = (number + 0x9E3779B97F4A7C15) & _MASK
    number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) & _MASK
    return number ^ (number >> 31)


def _fold(key, number):
    bits = _mixed(_mixed(int(key) & _MASK) ^ (int(number) & _MASK))
    return torch.tensor(bits - 2**64 if bits >= 2**63 else bits, dtype=torch.int64)


def _generator(key, place):
    generator = torch.Generator(place)
    # The CPU's generator looks at 32 bits of its seed only.
    generator.manual_seed(_mixed(int(key) & _MASK) >> 32)
    return generator


def _draw(key, kind, shape, dtype, low, high):
    place = device()
    generator = _generator(key, place)
    options = {"dtype": dtype, "device": place, "generator": generator}
    if kind == "uniform":
        return torch.rand(shape, **options)
    if kind == "normal":
        return torch.randn(shape, **options)
    if kind == "integers":
        return torch.randint(int(low), int(high), shape, **options)
    if kind == "permutation":
        return torch.randperm(shape[0], **options)
    return torch.empty(shape, dtype=torch.bool, device=place).bernoulli_(high, generator=generator)


def _gamma(key, alpha):
    return torch._standard_gamma(alpha, generator=_generator(key, alpha.device))


_fold_in = _operator(
    "fold_in(Tensor key, Tensor number) -> Tensor", _fold, lambda key, number: torch.empty_like(key)
)
_drawn = _operator(
    "draw(Tensor key, str kind, SymInt[] shape, ScalarType dtype, float low, float high) -> Tensor",
    _draw,
    lambda key, kind, shape, dtype, low, high: torch.empty(shape, dtype=dtype, device=device()),
)
_drawn_gamma = _operator(
    "gamma(Tensor key, Tensor alpha) -> Tensor", _gamma, lambda key, alpha: torch.empty_like(alpha)
)


def random_key(seed):
    """Return a key for an int seed."""
    return torch.tensor(seed, dtype=torch.int64)


def fold_in(key, number):
    """Return a new key for `key` and an integer, which may be traced."""
    return _fold_in(key, number if isinstance(number, torch.Tensor) else torch.tensor(int(number)))


def random_uniform(key, shape, dtype):
    """Return draws from [0, 1)."""
    return _drawn(key, "uniform", shape, DTYPES[dtype], 0.0, 1.0)


def random_normal(key, shape, dtype):
    """Return draws from the standard normal distribution."""
    return _drawn(key, "normal", shape, DTYPES[dtype], 0.0, 1.0)


def random_bernoulli(key, p, shape):
    """Return booleans that are True with probability `p`, a Python float."""
    return _drawn(key, "bernoulli", shape, torch.bool, 0.0, p)


def random_integers(key, shape, low, high, dtype):
    """Return integers from [low, high)."""
    return _drawn(key, "integers", shape, DTYPES[dtype], low, high)


def random_gamma(key, alpha, shape, dtype):
    """Return draws from the gamma distribution of shape parameter `alpha` and scale 1."""
    alpha = torch.as_tensor(alpha, dtype=DTYPES[dtype], device=device())
    return _drawn_gamma(key, alpha.expand(tuple(shape)).contiguous())


def random_permutation(key, n):
    """Return the integers below `n` in random order."""
    return _drawn(key, "permutation", (n,), torch.int64, 0.0, 0.0).to(torch.int32)
