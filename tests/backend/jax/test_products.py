"""The CPU's product of matrices against NumPy, on both sides of every size from which it is computed otherwise."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from keras.backend.compute import compute
from keras.backend.jax import cpu
from tests.backend.jax.gradients import check_gradients

SIZES = [
    (0, 3, 2),  # no rows
    (3, 0, 2),  # no features
    (1, 1, 1),
    (7, 5, 3),
    (33, 300, 10),  # few units: the kernel's gradient is transposed
    (300, 77, 64),
    (300, 77, 65),
    (130, 260, 129),  # large, few rows: a bias is added apart
    (1025, 70, 61),  # many rows
]


def _data(rows, features, units):
    random = np.random.RandomState(rows)
    shapes = (rows, features), (features, units), (units,)
    return [random.normal(size=shape).astype("float32") for shape in shapes]


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_values_and_gradients_are_those_of_numpy(sizes):
    x, kernel, bias = _data(*sizes)
    dy = np.random.RandomState(1).normal(size=(sizes[0], sizes[2])).astype("float32")

    def layer(x, kernel, bias):
        return jax.nn.relu(cpu.product(x, kernel) + bias)

    y, pullback = jax.vjp(jax.jit(layer), x, kernel, bias)
    z = np.float64(x) @ np.float64(kernel) + bias
    dz = dy * (z > 0)
    expected = dz @ kernel.T, x.T @ dz, dz.sum(0)
    np.testing.assert_allclose(y, np.maximum(z, 0), rtol=1e-4, atol=1e-4)
    for own, other in zip(pullback(jnp.asarray(dy)), expected, strict=True):
        np.testing.assert_allclose(own, other, rtol=1e-4, atol=2e-3)


@pytest.mark.parametrize("shape", [(2, 3, 5, 7), (4, 0, 7), (9, 7)], ids=str)
def test_leading_axes_are_kept(shape):
    x = jnp.asarray(np.random.RandomState(0).normal(size=shape).astype("float32"))
    kernel = jnp.asarray(_data(0, 7, 3)[1])
    for own in (compute.matmul, lambda x, k: compute.tensordot(x, k, ([x.ndim - 1], [0]))):
        value, expected = check_gradients(own, jnp.matmul, x, kernel)
        assert value.shape == (*shape[:-1], 3)
        np.testing.assert_allclose(value, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("dtype", ["int32", "float16", "bfloat16"])
def test_other_dtypes_are_multiplied_as_jax_does(dtype):
    x, kernel = (jnp.asarray(a * 4, dtype) for a in _data(33, 17, 5)[:2])
    y = cpu.product(x, kernel)
    assert y.dtype == dtype
    np.testing.assert_array_equal(y, jnp.matmul(x, kernel))


def test_second_derivatives_are_those_of_finite_differences():
    x, kernel, _ = _data(40, 230, 3)
    v = np.random.RandomState(2).normal(size=kernel.shape).astype("float32") / 10

    def slope(kernel):
        return jax.grad(lambda k: (jnp.tanh(cpu.product(x, k) / 10) ** 2).sum())(kernel)

    own = jax.grad(lambda k: (slope(k) * v).sum())(kernel)
    step = 1e-1
    other = (slope(kernel + step * v) - slope(kernel - step * v)) / (2 * step)
    np.testing.assert_allclose(own, other, rtol=2e-2, atol=2e-3)


@pytest.mark.parametrize("value", [0.0, -0.0, np.nan, -np.inf, 1e-45, -3.5])
@pytest.mark.parametrize("size", [3, 1 << 19])
def test_a_number_after_others_is_that_number(value, size):
    others = [jnp.full((size,), value), jnp.zeros((2, 0)), jnp.arange(3)]
    for x in (jnp.float32(2.5), jnp.int32(7)):
        y = jax.jit(cpu.after)(x, others)
        assert y.dtype == x.dtype
        assert y == x


@pytest.mark.parametrize("shape", [(12, 5), (3, 4, 5)])
def test_a_factor_that_is_one_number_all_over(shape):
    # Fused with the product, the number was read as if it were an array.
    x = np.random.RandomState(0).normal(size=shape).astype("float32")
    for factor in (np.full((5, 8), 2, "float32"), None):
        program = compute.compile(
            lambda x, y, factor=factor: (
                x @ (jnp.broadcast_to(y, (5, 8)) if factor is None else factor)
            )
        )
        expected = np.repeat(2 * x.sum(-1, keepdims=True), 8, -1)
        np.testing.assert_allclose(program(x, np.float32(2)), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("shape", [(32, 64), (17, 5), (128, 128, 64)])
def test_a_sum_of_a_product_with_one_number_all_over(shape):
    # Joined to the product, the sum's program read the number as if it were an array.
    x = np.random.RandomState(0).normal(size=shape).astype("float32")
    for reduce in (jnp.sum, lambda y: jnp.sum(jnp.square(y), 0), lambda y: jnp.max(2 * y, -1)):
        for factor in (
            lambda s: jnp.full((shape[-1], 8), 0.5),
            lambda s: jnp.ones((shape[-1], 8)) * s,
        ):
            function = lambda x, s: reduce(jnp.matmul(x, factor(s)))  # noqa: B023, E731
            found = compute.compile(function)(x, np.float32(0.5))
            with jax.disable_jit():
                expected = function(x, np.float32(0.5))
            np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-2)


def test_the_gradients_of_a_mean_of_outputs_and_their_norm():
    def norm(weights, x):
        hidden, out = weights
        gradients = jax.grad(lambda w: jnp.mean(jnp.maximum(x @ w[0], 0) @ w[1]))([hidden, out])
        return sum(jnp.sum(jnp.square(g)) for g in gradients)

    draws = np.random.RandomState(0)
    shapes = (16, 128), (128, 3), (32, 16)
    hidden, out, x = (draws.normal(size=s).astype("float32") for s in shapes)
    found = compute.compile(norm)([hidden, out], x)
    active = (x @ hidden > 0) / 96.0
    by_out = np.repeat((np.maximum(x @ hidden, 0) / 96).sum(0)[:, None], 3, 1)
    by_hidden = x.T @ (active * out.sum(1))
    np.testing.assert_allclose(found, (by_out**2).sum() + (by_hidden**2).sum(), rtol=1e-4)


def test_without_the_rounding_behind_products_sums_are_not_handed_over(monkeypatch):
    monkeypatch.delattr(cpu.jax_lax, "_dot_general_lower")
    assert cpu.compiler_options.__wrapped__() in (cpu._PRODUCTS, {})
