"""Arrays, dtypes and devices in PyTorch."""

import functools

import ml_dtypes
import numpy as np
import torch
from torch._subclasses.fake_tensor import FakeTensor
from torch.utils._python_dispatch import _disable_current_modes

from keras.backend import dtypes

DTYPES = {name: getattr(torch, name) for name in dtypes.ALL}
HOST_DTYPES = {"bfloat16": np.dtype(ml_dtypes.bfloat16)}


# ------------------------------------------------------------------ devices
@functools.cache
def device():
    """Return the device that new arrays are made on: the GPU where PyTorch sees one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


@functools.cache
def devices():
    """Return the devices in use, such as `["gpu:0"]`."""
    return ["gpu:0" if device().type == "cuda" else "cpu:0"]


def block(x):
    """Wait until `x` is computed, and return it."""
    if device().type == "cuda":
        torch.cuda.synchronize()
    return x


def outside_trace():
    """Return a context in which operations on concrete arrays compute at once, even while recording."""
    return _disable_current_modes()


# ------------------------------------------------------------------ arrays
def is_tensor(x):
    """Return whether `x` is an array of this backend, traced or not."""
    return isinstance(x, torch.Tensor)


def is_traced(x):
    """Return whether `x` has no value yet, because a program is being recorded."""
    return isinstance(x, FakeTensor)


def asarray(x, dtype=None):
    """Return `x` (number, nested list, NumPy or own array) on the device."""
    if isinstance(x, torch.Tensor):
        return x if dtype is None else x.to(DTYPES[dtype])
    name = dtype or dtypes.of_data(x)
    if isinstance(x, bool | int | float):
        return torch.full((), x, dtype=DTYPES[name], device=device())
    # A copy in the usual order: PyTorch shares memory with NumPy, and knows no negative strides.
    host = np.array(x, dtype=HOST_DTYPES.get(name, name), order="C")
    if name == "bfloat16":
        return torch.from_numpy(host.view("int16")).view(torch.bfloat16).to(device())
    return torch.from_numpy(host).to(device())


def to_numpy(x):
    """Return a NumPy copy of a concrete array."""
    if x.dtype is torch.bfloat16:
        x = x.detach().cpu().contiguous()
        return x.view(torch.int16).numpy().view(ml_dtypes.bfloat16).copy()
    # By force also what PyTorch keeps apart from its memory: conjugates, negatives, zeros that gradients may be.
    return np.array(x.numpy(force=True), order="C")


def cast(x, dtype):
    """Return `x` in another dtype."""
    return x.to(DTYPES[dtype])


def copy(x):
    """Return a new array of the same contents."""
    return x.clone()


def full(shape, value, dtype):
    """Return an array of `shape` filled with the number `value`."""
    return torch.full(tuple(shape), value, dtype=DTYPES[dtype], device=device())


def arange(start, stop, step, dtype):
    """Return the numbers from `start` to before `stop` by `step`."""
    # PyTorch refuses bounds that the steps lead away from; the answer is an empty array.
    stop = stop if (stop - start) * step > 0 else start
    return torch.arange(start, stop, step, dtype=DTYPES[dtype], device=device())
