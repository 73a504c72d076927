"""Convolutions and pooling against plain loops, their gradients against those of the loops."""

import numpy as np
import pytest

from keras import ops
from keras.backend.compute import compute, has

from . import reference
from .support import FLOAT, TOLERANCE, check, covers, differences, host, normal, tensor

LAYOUTS = pytest.mark.parametrize("first", [False, True], ids=["last", "first"])
grad_only = pytest.mark.skipif(not has("grad"), reason="the backend has no gradients")

# sizes, window, strides, padding, dilation
GEOMETRY = {
    "1-plain": ((5,), (3,), (1,), [(0, 0)], (1,)),
    "1-stride": ((8,), (3,), (2,), [(1, 0)], (1,)),
    "1-dilation": ((8,), (3,), (1,), [(4, 0)], (2,)),
    "1-wide-stride": ((9,), (2,), (3,), [(0, 0)], (1,)),
    "2-plain": ((4, 5), (3, 2), (1, 1), [(0, 0), (0, 0)], (1, 1)),
    "2-same": ((4, 5), (3, 3), (1, 1), [(1, 1), (1, 1)], (1, 1)),
    "2-stride": ((6, 5), (3, 2), (2, 3), [(0, 1), (1, 1)], (1, 1)),
    "2-dilation": ((6, 7), (2, 3), (1, 1), [(1, 0), (2, 2)], (2, 2)),
    "2-one": ((3, 4), (1, 1), (1, 1), [(0, 0), (0, 0)], (1, 1)),
    "3-plain": ((3, 4, 3), (2, 3, 2), (1, 1, 1), [(0, 0)] * 3, (1, 1, 1)),
    "3-stride": ((4, 3, 5), (2, 2, 3), (2, 1, 2), [(0, 1), (1, 0), (1, 1)], (1, 1, 1)),
}
CASES = pytest.mark.parametrize("geometry", GEOMETRY.values(), ids=GEOMETRY)
POOLS = {name: row[:4] for name, row in GEOMETRY.items() if row[4] == (1,) * len(row[4])}
POOLING = pytest.mark.parametrize("geometry", POOLS.values(), ids=POOLS)


def run(name, x, *arrays, options, first):
    """Return a primitive's value, both `x` and it laid out as in the reference, computed in either layout."""
    x = reference.to_first(x) if first else x
    program = compute.compile(lambda *xs: getattr(compute, name)(*xs, *options, first))
    y = program(*map(tensor, (x, *arrays)))
    return compute.transpose(y, (0, *range(2, len(y.shape)), 1)) if first else y


def gradients_of(function, *arrays):
    """Return the gradients of sum(weights * function(*arrays)) and the weights, fixed normal draws."""
    arrays = [tensor(a) for a in arrays]
    weights = normal(compute.abstract(function, *arrays).shape, 7)
    program = compute.value_and_grad(
        lambda values: (compute.sum(compute.multiply(function(*values), tensor(weights))), ())
    )
    return [host(g) for g in compute.compile(program)(arrays)[1]], weights


def compare_gradients(found, weights, function, *arrays):
    """Compare gradients with the differences of the loops, which for these functions are exact."""
    arrays = [a.astype("float64") for a in arrays]
    for i, gradient in enumerate(found):

        def loss(x, i=i):
            return np.sum(weights * function(*arrays[:i], x, *arrays[i + 1 :]))

        expected = differences(loss, arrays[i])
        np.testing.assert_allclose(gradient, expected, rtol=1e-4, atol=1e-5)


# ------------------------------------------------------------------ convolutions
@covers("conv")
@CASES
@pytest.mark.parametrize(("groups", "first"), [(1, True), (2, False)], ids=["first", "last"])
def test_conv(geometry, groups, first):
    sizes, window, *options = geometry
    x, kernel = normal((2, *sizes, 4)), normal((*window, 4 // groups, 6), 1)
    found = run("conv", x, kernel, options=(*options, groups), first=first)
    check(found, reference.conv(x, kernel, *options, groups), 4)


@pytest.mark.parametrize("name", ["conv", "depthwise_conv", "max_pool", "average_pool"])
def test_no_samples_give_no_results(name):
    x, kernel, strides, padding = (
        np.zeros((0, 4, 4, 2), FLOAT),
        normal((3, 3, 2, 1)),
        (1, 1),
        [(0, 0)] * 2,
    )
    if name.endswith("pool"):
        arrays, options, channels = (), ((3, 3), strides, padding), 2
    else:
        arrays, options, channels = (
            (kernel,),
            (strides, padding, (1, 1)),
            1 if name == "conv" else 2,
        )
    options = (*options, 1) if name == "conv" else options
    assert tuple(run(name, x, *arrays, options=options, first=False).shape) == (0, 2, 2, channels)


@grad_only
@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("name", ["1-dilation", "2-stride", "2-dilation", "3-stride"])
def test_gradient_of_conv(name, groups):
    sizes, window, strides, padding, dilation = GEOMETRY[name]
    x, kernel = normal((1, *sizes, 2)), normal((*window, 2 // groups, 2), 1)
    found = gradients_of(
        lambda x, k: compute.conv(x, k, strides, padding, dilation, groups, False), x, kernel
    )
    compare_gradients(
        *found, lambda x, k: reference.conv(x, k, strides, padding, dilation, groups), x, kernel
    )


def spread_padding(sizes, window, strides, padding, dilation):
    """Return what to put around the spread-out array so that the transposed convolution has the given sizes."""
    pairs = []
    rows = zip(sizes, window, strides, padding, dilation, strict=True)
    for n, k, s, (before, after), d in rows:
        reach = (k - 1) * d + 1
        left_over = (n + before + after - reach) % s
        pairs.append((reach - 1 - before, reach - 1 - after + left_over))
    return pairs


@covers("conv_transpose")
@LAYOUTS
@pytest.mark.parametrize("name", GEOMETRY)
def test_conv_transpose_is_the_adjoint_of_conv(name, first):
    sizes, window, strides, padding, dilation = GEOMETRY[name]
    kernel = normal((*window, 3, 2), 1)
    x, y = (
        normal((2, *sizes, 3)),
        normal((2, *reference.output_sizes(sizes, window, strides, padding, dilation), 2), 2),
    )
    spread = spread_padding(*GEOMETRY[name])
    back = run("conv_transpose", y, kernel, options=(strides, spread, dilation), first=first)
    check(back, reference.conv_transpose(y, kernel, sizes, strides, padding, dilation), 4)
    if not first:
        there = run("conv", x, kernel, options=(strides, padding, dilation, 1), first=first)
        terms, adjoint = np.float64(host(there)) * y, np.float64(host(back)) * x
        # The terms cancel: it is their sizes that the sums are accurate to.
        size = TOLERANCE * np.sum(np.abs(terms))
        assert np.sum(terms) == pytest.approx(np.sum(adjoint), abs=size)


@grad_only
def test_gradient_of_conv_transpose():
    sizes, window, strides, padding, dilation = GEOMETRY["2-stride"]
    out = reference.output_sizes(sizes, window, strides, padding, dilation)
    y, kernel, spread = (
        normal((1, *out, 2)),
        normal((*window, 2, 2), 1),
        spread_padding(*GEOMETRY["2-stride"]),
    )
    found = gradients_of(
        lambda y, k: compute.conv_transpose(y, k, strides, spread, dilation, False), y, kernel
    )
    compare_gradients(
        *found,
        lambda y, k: reference.conv_transpose(y, k, sizes, strides, padding, dilation),
        y,
        kernel,
    )


@covers("depthwise_conv")
@CASES
@pytest.mark.parametrize(("multiplier", "first"), [(1, True), (2, False)], ids=["first", "last"])
def test_depthwise_conv(geometry, multiplier, first):
    sizes, window, *options = geometry
    x, kernel = normal((2, *sizes, 3)), normal((*window, 3, multiplier), 1)
    found = run("depthwise_conv", x, kernel, options=options, first=first)
    check(found, reference.depthwise_conv(x, kernel, *options), 4)


@grad_only
@pytest.mark.parametrize("name", ["1-dilation", "2-stride"])
def test_gradient_of_depthwise_conv(name):
    sizes, window, strides, padding, dilation = GEOMETRY[name]
    x, kernel = normal((1, *sizes, 2)), normal((*window, 2, 2), 1)
    found = gradients_of(
        lambda x, k: compute.depthwise_conv(x, k, strides, padding, dilation, False), x, kernel
    )
    compare_gradients(
        *found, lambda x, k: reference.depthwise_conv(x, k, strides, padding, dilation), x, kernel
    )


# ------------------------------------------------------------------ pooling
@covers("max_pool", "average_pool")
@LAYOUTS
@POOLING
@pytest.mark.parametrize("name", ["max_pool", "average_pool"])
def test_pool(name, geometry, first):
    # All negative, so that padding with zeros would show.
    x = -1 - np.abs(normal((2, *geometry[0], 3)))
    found = run(name, x, options=geometry[1:], first=first)
    check(found, getattr(reference, name)(x, *geometry[1:]))


@grad_only
@pytest.mark.parametrize("name", ["max_pool", "average_pool"])
@pytest.mark.parametrize("case", ["1-stride", "2-plain", "2-stride", "3-stride"])
def test_gradient_of_pool(name, case):
    sizes, *rest = POOLS[case]
    x = normal((1, *sizes, 2), 5)
    found = gradients_of(lambda x: getattr(compute, name)(x, *rest, False), x)
    compare_gradients(*found, lambda x: getattr(reference, name)(x, *rest), x)


@grad_only
def test_of_equal_entries_the_first_gets_the_gradient_of_max_pool():
    x = np.array([[[2.0], [2.0], [1.0], [3.0], [3.0], [3.0]]], FLOAT)
    (gradient,), weights = gradients_of(
        lambda x: compute.max_pool(x, (3,), (3,), [(0, 0)], False), x
    )
    first, second = weights.ravel()
    np.testing.assert_allclose(gradient.ravel(), [first, 0, 0, second, 0, 0])


def test_max_pool_of_integers():
    x = np.array([[[-5], [-3], [-9]]], "int32")
    check(compute.max_pool(tensor(x), (2,), (1,), [(0, 1)], False), np.array([[[-3], [-3], [-9]]]))


def test_max_pool_shows_a_nan():
    x = np.array([[[1.0], [np.nan], [2.0], [0.0], [1.0], [2.0]]], FLOAT)
    found = host(compute.max_pool(tensor(x), (3,), (3,), [(0, 0)], False)).ravel()
    assert np.isnan(found[0])
    assert found[1] == 2


def test_half_precision_stays():
    x, kernel = np.ones((1, 4, 2)), np.ones((3, 2, 1))
    found = compute.conv(
        tensor(x, "float16"), tensor(kernel, "float16"), (1,), [(0, 0)], (1,), 1, False
    )
    np.testing.assert_array_equal(host(found), np.full((1, 2, 1), 6, "float16"))
    assert host(found).dtype == "float16"


# ------------------------------------------------------------------ batch normalization
CHANNELS = {
    "2": ((6, 4), -1),
    "one": ((1, 4), -1),
    "3": ((3, 5, 4), -1),
    "4": ((3, 2, 3, 4), -1),
    "4-first": ((3, 4, 2, 5), 1),
    "4-middle": ((3, 2, 4, 5), 2),
    "5": ((2, 3, 2, 2, 4), -1),
}
EPSILON = 1e-3


def normalized(x, gamma, beta, axis):
    """Return the result, the mean, the variance, and the entries before gamma and beta, by NumPy."""
    x = np.moveaxis(x.astype("float64"), axis, -1)
    axes = tuple(range(x.ndim - 1))
    mean, variance = x.mean(axes), x.var(axes)
    plain = (x - mean) / np.sqrt(variance + EPSILON)
    return np.moveaxis(plain * gamma + beta, -1, axis), mean, variance, plain


@covers("normalize")
@pytest.mark.parametrize(("shape", "axis"), CHANNELS.values(), ids=CHANNELS)
def test_batch_normalization(shape, axis):
    x, gamma, beta = 3 + 2 * normal(shape), normal((4,), 1), normal((4,), 2)
    program = compute.compile(lambda *xs: ops.normalized(*xs, axis, EPSILON))
    for found, expected in zip(
        program(*map(tensor, (x, gamma, beta))), normalized(x, gamma, beta, axis)[:3], strict=True
    ):
        check(found, expected, 10)
    plain = compute.compile(lambda x: ops.normalized(x, None, None, axis, EPSILON))(tensor(x))
    check(plain[0], normalized(x, 1, 0, axis)[0], 10)


@grad_only
@pytest.mark.parametrize(("shape", "axis"), CHANNELS.values(), ids=CHANNELS)
def test_gradients_of_batch_normalization(shape, axis):
    x, gamma, beta = 3 + 2 * normal(shape), normal((4,), 1), normal((4,), 2)
    found, weights = gradients_of(lambda *xs: ops.normalized(*xs, axis, EPSILON)[0], x, gamma, beta)
    _, _, variance, plain = normalized(x, gamma, beta, axis)
    axes = tuple(range(x.ndim - 1))
    dy = np.moveaxis(weights, axis, -1)
    by_x = dy - dy.mean(axes) - plain * (dy * plain).mean(axes)
    by_x = np.moveaxis(by_x * gamma / np.sqrt(variance + EPSILON), -1, axis)
    for gradient, expected in zip(found, (by_x, (dy * plain).sum(axes), dy.sum(axes)), strict=True):
        np.testing.assert_allclose(gradient, expected, rtol=1e-4, atol=1e-4)


def composed(x, gamma, beta, axis, epsilon):
    """Return batch normalization out of other ops."""
    return ops.rescaled(x, *ops.moments(x, (0, 1)), gamma, beta, axis, epsilon)


@grad_only
def test_second_gradient_of_batch_normalization():
    def slope(function, values):
        loss = lambda values: (compute.sum(function(*values) ** 3), ())  # noqa: E731
        _, (by_x, *_) = compute.value_and_grad(loss)(values)
        return compute.sum(compute.square(by_x)), ()

    def second(function):
        program = compute.value_and_grad(lambda values: slope(function, values))
        values = [tensor(a) for a in (normal((5, 2, 3)), normal((3,), 1) + 2, normal((3,)))]
        return [host(g) for g in compute.compile(program)(values)[1]]

    found = second(lambda *values: ops.normalized(*values, -1, EPSILON)[0])
    expected = second(lambda *values: composed(*values, -1, EPSILON))
    largest = max(np.max(np.abs(g)) for g in expected)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5 * largest)
