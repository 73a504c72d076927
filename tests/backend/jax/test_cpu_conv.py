"""The CPU's convolution against finite differences and against the gradients that JAX derives by itself."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from keras.backend.jax import cpu
from tests.backend.jax.gradients import check_gradients


def plain(x, kernel, strides, padding, spread, dilation):
    spatial = "DHW"[3 - len(strides) :]
    numbers = (f"N{spatial}C", f"{spatial}IO", f"N{spatial}C")
    return lax.conv_general_dilated(
        x, kernel, strides, padding, spread, dilation, dimension_numbers=numbers
    )


def _cases():
    for rank in (1, 2, 3):
        for kernel, stride, pad in itertools.product((1, 3), (1, 2), ((0, 0), (1, 2))):
            for spread, dilation in ((1, 1), (2, 1), (1, 2)):
                yield pytest.param(
                    rank, kernel, stride, pad, spread, dilation,
                    id=f"{rank}D k{kernel} s{stride} p{pad[0]}{pad[1]} e{spread} d{dilation}",
                )  # fmt: skip


@pytest.mark.parametrize(("rank", "kernel", "stride", "pad", "spread", "dilation"), list(_cases()))
def test_values_and_gradients_are_those_of_the_plain_convolution(
    rank, kernel, stride, pad, spread, dilation
):
    random = np.random.RandomState(0)
    x = jnp.asarray(random.normal(size=(2, *(7, 8, 5)[:rank], 3)).astype("float32"))
    w = jnp.asarray(random.normal(size=(kernel,) * rank + (3, 4)).astype("float32"))
    options = tuple((n,) * rank for n in (stride, pad, spread, dilation))
    value, expected = check_gradients(
        lambda x, w: cpu.conv(x, w, *options), lambda x, w: plain(x, w, *options), x, w
    )
    np.testing.assert_array_equal(value, expected)


def test_second_derivatives_are_those_of_finite_differences():
    random = np.random.RandomState(0)
    x, w, v = (random.normal(size=s).astype("float32") for s in ((1, 5, 2), (3, 2, 2), (3, 2, 2)))
    options = ((2,), ((1, 1),), (1,), (1,))

    def slope(w):
        return jax.grad(lambda w: (cpu.conv(x, w, *options) ** 3).sum())(w)

    own = jax.grad(lambda w: (slope(w) * v).sum())(w)
    step = 1e-2
    other = (slope(w + step * v) - slope(w - step * v)) / (2 * step)
    np.testing.assert_allclose(own, other, rtol=1e-3, atol=1e-2)


def test_what_is_held_stays_what_it_is():
    x = np.array([0.0, -0.0, np.nan, np.inf, -np.inf, 1e-45, 2.5], "float32")
    y = np.asarray(jax.jit(cpu.held)(x))
    np.testing.assert_array_equal(y, x)
    np.testing.assert_array_equal(np.signbit(y), np.signbit(x))
