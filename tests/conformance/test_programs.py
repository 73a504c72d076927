"""Compiled functions, loops over data, abstract evaluation."""

import itertools

import numpy as np
import pytest

from keras.backend import dtypes
from keras.backend.compute import compute, has

from .support import FLOAT, check, covers, dtype_name, host, normal, tensor


@covers("compile")
def test_compile_takes_nests_of_numpy_and_own_arrays():
    run = compute.compile(
        lambda a, b: {"sum": compute.add(a["x"], b[0]), "none": b[1], "pair": (a["y"], b[0])}
    )
    x = np.array([1.0, 2.0], FLOAT)
    found = run({"x": x, "y": np.float32(2)}, [tensor([3.0, 4.0]), None])
    check(found["sum"], np.array([4.0, 6.0]))
    assert found["none"] is None
    assert compute.is_tensor(found["pair"][0])
    check(found["pair"][1], np.array([3.0, 4.0]))


def test_compile_takes_new_shapes_and_dtypes():
    run = compute.compile(lambda x: compute.add(x, x))
    for x in (np.ones(2, FLOAT), np.ones((3, 1), FLOAT), np.ones(2, "int32"), np.ones((0,), FLOAT)):
        check(run(x), x + x)


def test_compiled_results_are_those_of_the_function():
    def function(x):
        return compute.tanh(compute.matmul(x, compute.transpose(x, (1, 0))))

    x = tensor(normal((3, 4)))
    check(compute.compile(function)(x), host(function(x)), 4)


def test_a_donated_argument_gives_its_place_to_the_result():
    run = compute.compile(lambda state, x: (compute.add(state, x), compute.sum(x)), donate=(0,))
    state, x = tensor(np.zeros(3)), tensor([1.0, 2.0, 3.0])
    for _ in range(4):
        state, total = run(state, x)
    check(state, np.array([4.0, 8.0, 12.0]))
    check(total, np.array(6.0))
    check(x, np.array([1.0, 2.0, 3.0]))


def test_an_error_while_recording_reaches_the_caller_and_leaves_no_trace():
    def fail(x):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        compute.compile(fail)(np.ones(2, FLOAT))
    check(compute.add(tensor([1.0]), tensor([1.0])), np.array([2.0]))


@covers("outside_trace", "is_traced")
def test_outside_trace_computes_at_once():
    seen = []

    def function(x):
        with compute.outside_trace():
            constant = compute.add(compute.full((2,), 1, FLOAT), 1.0)
            seen.append((compute.is_traced(constant), host(constant).tolist()))
        return compute.add(x, constant)

    check(compute.compile(function)(np.zeros(2, FLOAT)), np.array([2.0, 2.0]))
    assert seen == [(False, [2.0, 2.0])]
    assert not compute.is_traced(tensor(1.0))


# ------------------------------------------------------------------ many steps in one call
def step(state, fixed, batch, tick):
    weights, log = state
    rate, key = fixed
    error = compute.subtract(compute.matmul(batch["x"], weights), batch["y"])
    slope = compute.matmul(compute.transpose(batch["x"], (1, 0)), error)
    noise = compute.random_normal(compute.fold_in(key, tick), (3,), FLOAT)
    weights = compute.subtract(weights, compute.multiply(rate, compute.add(slope, noise)))
    return [weights, compute.add(log, compute.cast(tick, FLOAT))]


def summary(state):
    return {"norm": compute.sum(compute.square(state[0])), "log": state[1]}


DATA = {"x": normal((8, 3)), "y": normal((8,), 1)}
ORDER = np.array([[0, 1], [2, 3], [7, 7], [4, 0], [5, 6]], "int32")


def start():
    """Return fresh state, fixed values, data and order."""
    fixed = tensor(0.1), compute.random_key(3)
    data = {name: tensor(value) for name, value in DATA.items()}
    return [tensor(np.zeros(3)), tensor(0.0)], fixed, data, tensor(ORDER)


def by_hand(steps, tick):
    """Return the state after the first steps, one by one."""
    state, fixed, data, _ = start()
    for i in range(steps):
        batch = {name: tensor(DATA[name][ORDER[i]]) for name in data}
        state = step(state, fixed, batch, tensor(np.array(tick + i, "int32")))
    return state


loop_only = pytest.mark.skipif(not has("loop"), reason="the backend runs no loops")


@covers("compile_loop", "fold_in", "random_key")
@loop_only
@pytest.mark.parametrize("cuts", [[0, 5], [0, 1, 5], [0, 1, 2, 3, 4, 5], [0, 0, 5]])
def test_many_steps_are_the_steps_one_by_one(cuts):
    run = compute.compile_loop(step, summary)
    state, fixed, data, order = start()
    for first, last in itertools.pairwise(cuts):
        state, found = run(
            state, fixed, data, order, np.int32(first), np.int32(last), np.int32(10 + first)
        )
    weights, log = by_hand(5, 10)
    check(state[0], host(weights), 10)
    check(state[1], np.array(60.0))
    check(found["norm"], np.asarray(np.sum(host(weights) ** 2), FLOAT), 10)
    check(found["log"], host(log))


@loop_only
def test_a_loop_takes_its_state_and_data_from_the_host():
    _, fixed, _, order = start()
    state = [np.zeros(3, FLOAT), np.zeros((), FLOAT)]
    data = {name: np.asarray(value, FLOAT) for name, value in DATA.items()}
    run = compute.compile_loop(step, summary)
    state, _ = run(state, fixed, data, order, np.int32(0), np.int32(5), np.int32(10))
    check(state[0], host(by_hand(5, 10)[0]), 10)


@loop_only
def test_without_an_order_one_step_takes_all_rows():
    run = compute.compile_loop(step, summary)
    state, fixed, *_ = start()
    for tick, rows in enumerate(ORDER):
        batch = {name: np.asarray(value[rows], FLOAT) for name, value in DATA.items()}
        bounds = np.int32(0), np.int32(1), np.int32(10 + tick)
        state, found = run(state, fixed, batch, None, *bounds)
    weights, log = by_hand(5, 10)
    check(state[0], host(weights), 10)
    check(found["log"], host(log))


@loop_only
def test_a_loop_leaves_data_and_fixed_values_alone_and_may_run_again():
    run = compute.compile_loop(step, summary)
    state, fixed, data, order = start()
    bounds = np.int32(0), np.int32(3), np.int32(0)
    first = host(run(state, fixed, data, order, *bounds)[0][0])
    again = host(run(start()[0], fixed, data, order, *bounds)[0][0])
    np.testing.assert_array_equal(first, again)
    check(data["x"], DATA["x"])
    check(order, ORDER)
    check(fixed[0], np.asarray(0.1, FLOAT))


@loop_only
def test_a_loop_takes_numpy_state():
    run = compute.compile_loop(step, summary)
    _, fixed, data, order = start()
    bounds = np.int32(0), np.int32(2), np.int32(0)
    state, _ = run([np.zeros(3, FLOAT), np.zeros((), FLOAT)], fixed, data, order, *bounds)
    check(state[0], host(by_hand(2, 0)[0]), 10)


# ------------------------------------------------------------------ shapes without values
@covers("abstract")
def test_abstract():
    def function(x, pair):
        a, b = pair
        return {"y": compute.matmul(x, a), "z": [compute.greater(b, 0), compute.sum(x)]}

    huge = compute.Spec((10**6, 3), FLOAT)
    pair = compute.Spec((3, 10**6), FLOAT), compute.Spec((0, 2), "int32")
    found = compute.abstract(function, huge, pair)
    assert tuple(found["y"].shape) == (10**6, 10**6)
    assert [tuple(leaf.shape) for leaf in found["z"]] == [(0, 2), ()]
    names = [dtypes.standardize(leaf.dtype) for leaf in (found["y"], *found["z"])]
    assert names == [FLOAT, "bool", FLOAT]


def test_abstract_takes_arrays_too():
    spec = compute.abstract(
        lambda x, y: compute.add(x, y), tensor(normal((2, 3))), compute.Spec((3,), FLOAT)
    )
    assert tuple(spec.shape) == (2, 3)


def test_abstract_sees_random_numbers_convolutions_and_loops():
    def function(x):
        key = compute.fold_in(compute.random_key(0), 1)
        noise = compute.random_uniform(key, x.shape, FLOAT)
        y = compute.conv(
            compute.add(x, noise), tensor(normal((3, 2, 4))), (2,), [(1, 1)], (1,), 1, False
        )
        return compute.scan(
            lambda h, e: (compute.add(h, e), h),
            compute.full((4,), 0, FLOAT),
            compute.getitem(y, 0),
            y.shape[1],
        )

    state, outputs = compute.abstract(function, compute.Spec((5, 8, 2), FLOAT))
    assert (tuple(state.shape), tuple(outputs.shape)) == ((4,), (4, 4))


def test_abstract_passes_an_error_on():
    with pytest.raises((TypeError, ValueError, RuntimeError)):
        compute.abstract(compute.matmul, compute.Spec((2, 3), FLOAT), compute.Spec((4, 5), FLOAT))
    assert dtype_name(tensor(1.0)) == FLOAT
