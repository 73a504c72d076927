"""What makes JAX fast on a CPU: how programs are run and compiled, and products with gradients of their own.

XLA's fast CPU path wants a convolution's axes in the usual order. JAX's gradients of a convolution have them in
another one; on its own such a gradient is put right, inside a loop's body it is not, and runs some 15 to 20 times
slower (3x3, 8 to 24 channels, 64 images of 14x14: 42 ms against 2.6 ms for the kernel, 49 ms against 1.3 ms for the
input). Here both gradients are convolutions in the usual order, with their transposes written out.
"""

import ctypes
import functools
import math
import os
import platform

import jax
import jax.numpy as jnp
from jax import lax
from jax._src.lax import lax as jax_lax
from jax.extend.mlir.dialects import stablehlo
from jax.interpreters import mlir

# Hands convolutions, products and sums to a faster library: of small image networks one step took 450 instead of
# 820 ms, and the sums alone 20 ms of 120. Each product by itself: fused with what makes its second factor, a factor
# that is one number all over was read as if it were an array of its size, beyond its end.
_FUSIONS = "xla_cpu_experimental_ynn_fusion_type"
_PRODUCTS = {_FUSIONS: "LIBRARY_FUSION_TYPE_INDIVIDUAL_DOT"}
_PRODUCTS_AND_SUMS = {_FUSIONS: "LIBRARY_FUSION_TYPE_INDIVIDUAL_DOT,LIBRARY_FUSION_TYPE_REDUCE"}


def run_in_calling_thread():
    """Let programs for the CPU run in the thread that calls them, where the environment does not say otherwise.

    Handed to another thread, that thread must first wake up: a small network's prediction took 146 instead of 41 us.
    """
    is_known = "jax_cpu_enable_async_dispatch" in jax.config.values
    if is_known and "JAX_CPU_ENABLE_ASYNC_DISPATCH" not in os.environ:
        jax.config.update("jax_cpu_enable_async_dispatch", False)


@functools.cache
def keep_memory():
    """Let the process keep up to 2 GiB of the memory that it frees from now on, where its C library can be told so.

    XLA asks for a program's scratch memory at every call. Fetched from the system each time, the system clears each
    page at its first use: a Transformer's step took 109 instead of 77 ms, a small image network's 85 instead of 61.
    It is called when the first program is made: what making the data took before goes back to the system.
    """
    is_told_otherwise = any(name.startswith(("MALLOC_", "GLIBC_TUNABLES")) for name in os.environ)
    if platform.libc_ver()[0] == "glibc" and not is_told_otherwise:
        for option, size in _MALLOC_OPTIONS.items():
            ctypes.CDLL(None).mallopt(option, size)


# By their numbers in malloc.h. Freed memory goes back to the system from so many bytes on; the process takes so many
# more than it needs; requests of so many bytes are mapped apart.
_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_THRESHOLD = -1, -2, -3
_MALLOC_OPTIONS = {
    _M_TRIM_THRESHOLD: (1 << 31) - 1,
    _M_TOP_PAD: 1 << 26,
    _M_MMAP_THRESHOLD: (1 << 31) - 1,
}


@functools.cache
def compiler_options():
    """Return the options to compile programs with; none where the compiler does not know them."""
    if jax.default_backend() != "cpu":
        return {}
    if _are_known(_PRODUCTS_AND_SUMS) and keep_products_apart():
        return _PRODUCTS_AND_SUMS
    return _PRODUCTS if _are_known(_PRODUCTS) else {}


def _are_known(options):
    try:
        jax.jit(lambda x: x, compiler_options=options).lower(0.0).compile()
    except jax.errors.JaxRuntimeError:
        return False
    return True


@functools.partial(jax.custom_vjp, nondiff_argnums=(2, 3, 4, 5))
def conv(x, kernel, strides, padding, spread, dilation):
    """Return the cross-correlation of an input with a kernel; both may be dilated.

    Args:
        x: (batch, *spatial, channels in).
        kernel: (*spatial, channels in, channels out).
        strides, spread, dilation: tuples with an int a spatial axis: of the windows, between the input's entries,
            between the kernel's entries.
        padding: a tuple of (before, after) pairs, around the input once it is spread.
    """
    spatial = "DHW"[3 - len(strides) :]
    return lax.conv_general_dilated(
        x,
        kernel,
        strides,
        padding,
        lhs_dilation=spread,
        rhs_dilation=dilation,
        dimension_numbers=(f"N{spatial}C", f"{spatial}IO", f"N{spatial}C"),
    )


def held(x):
    """Return `x`, to be computed once: XLA would compute it anew within a transpose, reading in the wrong order.

    It does so with what can be told from one array. This is told from two, whatever `x` is.
    """
    return jnp.where(x != x, jnp.nan, x)


def _forward(x, kernel, *options):
    x = held(x)
    return conv(x, kernel, *options), (x, kernel)


def _backward(strides, padding, spread, dilation, saved, dy):
    x, kernel = saved
    dy = held(dy)
    rank = len(strides)
    width = [_dilated(n, e) for n, e in zip(x.shape[1:-1], spread, strict=True)]
    reach = [_dilated(k, d) - 1 for k, d in zip(kernel.shape[:rank], dilation, strict=True)]
    cover = [_dilated(n, s) for n, s in zip(dy.shape[1:-1], strides, strict=True)]
    # Paddings (before, after) that make the results exactly as large as the input and the kernel.
    left = [before for before, _ in padding]
    sizes = list(zip(width, reach, cover, left, strict=True))
    around_dy = tuple((r - b, w - c + b) for w, r, c, b in sizes)
    around_x = tuple((b, r + c - w - b) for w, r, c, b in sizes)

    flipped = jnp.flip(kernel, range(rank)).swapaxes(-1, -2)
    by_x = conv(dy, flipped, spread, around_dy, strides, dilation)
    by_kernel = conv(
        jnp.swapaxes(x, 0, -1), jnp.moveaxis(dy, 0, -2), dilation, around_x, spread, strides
    )
    return by_x, jnp.moveaxis(by_kernel, 0, -2)


def _dilated(n, step):
    return (n - 1) * step + 1


conv.defvjp(_forward, _backward)


# ------------------------------------------------------------------ products of matrices
def product(x, kernel):
    """Return the product of `x`, (..., features), with a kernel of (features, units)."""
    if x.dtype != jnp.float32 or jax.default_backend() != "cpu":
        return jnp.matmul(x, kernel)
    y = _product(x.reshape(math.prod(x.shape[:-1]), x.shape[-1]), kernel)
    return y.reshape(*x.shape[:-1], kernel.shape[-1])


@jax.custom_vjp
def _product(x, kernel):
    return x @ kernel


def _product_forward(x, kernel):
    return _product(x, kernel), (x, kernel)


def _product_backward(saved, dy):
    x, kernel = saved
    by_rows = ((0,), (0,)), ((), ())
    units, features = dy.shape[-1], x.shape[-1]
    if units <= min(64, features) and x.size > 1 << 13:
        # Few rows are quicker than few columns: 140 instead of 690 us for 1,024 rows, 512 features and 10 units.
        by_kernel = lax.dot_general(dy, x, by_rows).T
    else:
        by_kernel = lax.dot_general(x, dy, by_rows)
    return _product(dy, kernel.T), by_kernel


_product.defvjp(_product_forward, _product_backward)


def keep_products_apart():
    """Let JAX write a rounding to all bits, which changes nothing, behind every product; return whether it does.

    XLA joins nothing to a rounding. A sum would take in the product before it, and where a factor of that is one
    number all over, read beyond its end. And a bias joined to a product of few rows would have all of it computed on
    one core: 550 instead of 410 us for 128 rows, 784 features and 512 units.
    """
    lower = getattr(jax_lax, "_dot_general_lower", None)
    if lower is not None:
        mlir.register_lowering(lax.dot_general_p, functools.partial(_rounded, lower), "cpu")
    return lower is not None


def _rounded(lower, context, *factors, **options):
    results = lower(context, *factors, platform="cpu", **options)
    dtype = context.avals_out[0].dtype
    if not jnp.issubdtype(dtype, jnp.floating):
        return results
    bits = jnp.finfo(dtype)
    return [stablehlo.reduce_precision(results[0], bits.nexp, bits.nmant)]


# ------------------------------------------------------------------ the order of a program
def after(x, others):
    """Return the number `x`, which a program knows only once it knows some arrays.

    A new weight that depends on it takes the old one's place. If a gradient could still be wanting the old one, XLA
    would copy that first: 2.3 instead of 2.2 ms a step of a dense network.
    """
    others = [other for other in others if other.dtype == jnp.float32 and other.size]
    if sum(other.size for other in others) < 1 << 19 or jax.default_backend() != "cpu":
        return x
    firsts = [lax.bitcast_convert_type(other[(0,) * other.ndim], jnp.uint32) for other in others]
    # No number without a sign is below zero; XLA does not see it.
    nothing = lax.min(functools.reduce(lax.bitwise_or, firsts), jnp.uint32(0))
    return x + nothing.astype(x.dtype)
