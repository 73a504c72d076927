"""The depthwise convolution against XLA's grouped one, gradients of gradients included."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from keras.backend.jax import nn
from tests.backend.jax.gradients import check_gradients

SIZES = {1: (9,), 2: (7, 8), 3: (5, 4, 6)}


def plain(x, kernel, strides, padding, dilation):
    *size, channels, multiplier = kernel.shape
    grouped = kernel.reshape(*size, 1, channels * multiplier)
    return nn.conv(x, grouped, strides, padding, dilation, channels, False)


def _cases():
    for rank, stride, dilation in itertools.product((1, 2, 3), (1, 2, 3), (1, 2)):
        for pad, multiplier in (((0, 0), 1), ((1, 2), 2)):
            if rank < 3 or stride + dilation < 4:
                yield rank, stride, dilation, pad, multiplier


@pytest.mark.parametrize(("rank", "stride", "dilation", "pad", "multiplier"), list(_cases()))
def test_values_and_gradients_are_those_of_the_grouped_convolution(
    rank, stride, dilation, pad, multiplier
):
    random = np.random.RandomState(0)
    x = jnp.asarray(random.normal(size=(2, *SIZES[rank], 3)).astype("float32"))
    kernel = jnp.asarray(random.normal(size=(2,) * rank + (3, multiplier)).astype("float32"))
    options = tuple((n,) * rank for n in (stride, pad, dilation))
    value, expected = check_gradients(
        lambda x, k: nn.depthwise_conv(x, k, *options, False),
        lambda x, k: plain(x, k, *options),
        x,
        kernel,
    )
    np.testing.assert_allclose(value, expected, rtol=1e-5, atol=1e-5)


def test_gradients_of_gradients():
    random = np.random.RandomState(0)
    x = jnp.asarray(random.normal(size=(2, 5, 5, 2)).astype("float32"))
    kernel = jnp.asarray(random.normal(size=(3, 3, 2, 1)).astype("float32"))
    options = (2, 2), ((1, 1), (0, 1)), (1, 1)

    def penalty(conv):
        slopes = jax.grad(lambda x, k: (conv(x, k) ** 2).sum(), (0, 1))
        return jax.grad(lambda x, k: sum((s**2).sum() for s in slopes(x, k)), (0, 1))

    own = penalty(lambda x, k: nn.depthwise_conv(x, k, *options, False))(x, kernel)
    other = penalty(lambda x, k: plain(x, k, *options))(x, kernel)
    for each, expected in zip(own, other, strict=True):
        np.testing.assert_allclose(each, expected, rtol=1e-3)


@pytest.mark.parametrize("batch", [0, 1, 4, 7, 9, 12, 16])
def test_the_filters_gradient_over_batches_of_any_size(batch):
    random = np.random.RandomState(batch)
    x = jnp.asarray(random.normal(size=(batch, 6, 5, 3)).astype("float32"))
    kernel = jnp.asarray(random.normal(size=(3, 2, 3, 1)).astype("float32"))
    options = (1, 1), ((1, 1), (0, 1)), (1, 1)
    check_gradients(
        lambda x, k: nn.depthwise_conv(x, k, *options, False),
        lambda x, k: plain(x, k, *options),
        x,
        kernel,
    )
