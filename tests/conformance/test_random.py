"""Random primitives: shapes, dtypes, ranges, distributions, and keys."""

import numpy as np
import pytest
from scipy import stats

from keras.backend.compute import compute

from .support import FLOAT, covers, dtype_name, host

N = 20_000
# A true distribution fails a test at this level once in a million seeds; the seeds are fixed.
LEVEL = 1e-6

DRAWS = {
    "uniform": lambda key, shape: compute.random_uniform(key, shape, FLOAT),
    "normal": lambda key, shape: compute.random_normal(key, shape, FLOAT),
    "bernoulli": lambda key, shape: compute.random_bernoulli(key, 0.3, shape),
    "integers": lambda key, shape: compute.random_integers(key, shape, -2, 1000, "int32"),
    "gamma": lambda key, shape: compute.random_gamma(key, 2.0, shape, FLOAT),
    "permutation": lambda key, shape: compute.random_permutation(key, 50),
}
# Compiling the gamma distribution takes long: one shape has to do for it, and two alphas.
FREE_SHAPE = sorted(set(DRAWS) - {"permutation", "gamma"})


@covers("random_uniform", "random_normal", "random_bernoulli", "random_integers")
@pytest.mark.parametrize("name", FREE_SHAPE)
@pytest.mark.parametrize("shape", [(), (0, 3), (2, 3, 4)])
def test_shape_and_dtype(name, shape):
    draws = DRAWS[name](compute.random_key(1), shape)
    assert tuple(draws.shape) == shape
    wanted = {"bernoulli": "bool", "integers": "int32"}.get(name, FLOAT)
    assert dtype_name(draws) == wanted


@pytest.mark.parametrize("name", DRAWS)
def test_a_key_gives_the_same_numbers_again(name):
    first, again = (host(DRAWS[name](compute.random_key(5), (60,))) for _ in range(2))
    np.testing.assert_array_equal(first, again)


@covers("random_key")
@pytest.mark.parametrize("name", DRAWS)
def test_other_keys_give_other_numbers(name):
    keys = [compute.random_key(5), compute.random_key(6), compute.random_key(2**31 - 2)]
    keys += [compute.fold_in(keys[0], 0), compute.fold_in(keys[0], 1), compute.fold_in(keys[1], 1)]
    draws = {host(DRAWS[name](key, (60,))).tobytes() for key in keys}
    assert len(draws) == len(keys)


def test_nothing_links_numbers_of_two_keys():
    key = compute.random_key(0)
    a, b = (host(compute.random_normal(compute.fold_in(key, i), (N,), FLOAT)) for i in (1, 2))
    assert abs(np.corrcoef(a, b)[0, 1]) < 5 / np.sqrt(N)


@covers("fold_in")
@pytest.mark.parametrize("number", [0, 1, 7, 1 << 20])
def test_a_number_known_only_when_run_gives_the_same_key(number):
    draw = lambda n: compute.random_uniform(compute.fold_in(compute.random_key(2), n), (4,), FLOAT)  # noqa: E731
    traced = compute.compile(draw)(np.int32(number))
    np.testing.assert_array_equal(host(traced), host(draw(number)))


def test_a_key_passes_through_a_program():
    run = compute.compile(lambda key: compute.random_uniform(key, (4,), FLOAT))
    key = compute.random_key(9)
    np.testing.assert_array_equal(host(run(key)), host(compute.random_uniform(key, (4,), FLOAT)))


def test_uniform_numbers_fill_the_interval():
    draws = host(compute.random_uniform(compute.random_key(0), (N,), FLOAT))
    assert draws.min() >= 0
    assert draws.max() < 1
    assert stats.kstest(draws, "uniform").pvalue > LEVEL
    half = host(compute.random_uniform(compute.random_key(0), (N,), "float16")).astype("float64")
    assert half.min() >= 0
    assert half.max() < 1


def test_normal_numbers_are_normal():
    draws = host(compute.random_normal(compute.random_key(0), (N,), FLOAT))
    assert stats.kstest(draws, "norm").pvalue > LEVEL
    assert np.mean(draws) == pytest.approx(0, abs=5 / np.sqrt(N))
    assert np.std(draws) == pytest.approx(1, rel=5 / np.sqrt(2 * N))


@pytest.mark.parametrize("p", [0.0, 0.001, 0.3, 0.5, 0.9, 1.0])
def test_bernoulli_is_true_as_often_as_asked(p):
    draws = host(compute.random_bernoulli(compute.random_key(3), p, (N,)))
    assert stats.binomtest(int(draws.sum()), N, p).pvalue > LEVEL


def test_integers_fill_the_range():
    draws = host(compute.random_integers(compute.random_key(0), (N,), -3, 4, "int32"))
    values, counts = np.unique(draws, return_counts=True)
    assert values.tolist() == [-3, -2, -1, 0, 1, 2, 3]
    assert stats.chisquare(counts).pvalue > LEVEL


@covers("random_gamma")
@pytest.mark.parametrize("alpha", [0.5, 3.0])
def test_gamma_numbers_have_their_distribution(alpha):
    draws = compute.random_gamma(compute.random_key(0), alpha, (20, 100), FLOAT)
    assert (tuple(draws.shape), dtype_name(draws)) == ((20, 100), FLOAT)
    assert host(draws).min() >= 0
    assert stats.kstest(host(draws).ravel(), "gamma", args=(alpha,)).pvalue > LEVEL


@covers("random_permutation")
@pytest.mark.parametrize("n", [0, 1, 2, 100])
def test_permutation_is_one(n):
    draws = host(compute.random_permutation(compute.random_key(4), n))
    assert draws.dtype.kind == "i"
    assert sorted(draws.tolist()) == list(range(n))


def test_every_place_of_a_permutation_gets_every_number():
    rows = [host(compute.random_permutation(compute.random_key(s), 4)) for s in range(400)]
    counts = [np.count_nonzero(np.array(rows)[:, i] == j) for i in range(4) for j in range(4)]
    assert stats.chisquare(counts).pvalue > LEVEL
