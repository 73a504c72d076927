"""Loops, branches, vectorizing and differentiation."""

import numpy as np
import pytest

from keras.backend.compute import compute, has

from .support import FLOAT, check, covers, differences, host, normal, tensor

grad_only = pytest.mark.skipif(not has("grad"), reason="the backend has no gradients")


# ------------------------------------------------------------------ cond
@covers("cond")
@pytest.mark.parametrize("choice", [True, False])
def test_cond(choice):
    x, y = tensor([1.0, 2.0]), tensor([5.0, 6.0])
    found = compute.cond(tensor(np.array(choice)), lambda: (x, [y]), lambda: (y, [x]))
    first, (second,) = found
    check(first, np.array([1.0, 2.0] if choice else [5.0, 6.0]))
    check(second, np.array([5.0, 6.0] if choice else [1.0, 2.0]))


def test_cond_decides_when_the_program_runs():
    run = compute.compile(
        lambda x: compute.cond(
            compute.greater(x, 0), lambda: compute.sqrt(x), lambda: compute.square(x)
        )
    )
    check(run(tensor(4.0)), np.array(2.0))
    check(run(tensor(-3.0)), np.array(9.0))


@grad_only
def test_gradient_of_the_branch_taken():
    run = compute.value_and_grad(
        lambda x: (
            compute.cond(
                compute.greater(x, 0), lambda: compute.square(x), lambda: compute.multiply(x, 3.0)
            ),
            (),
        )
    )
    check(run(tensor(2.0))[1], np.array(4.0))
    check(run(tensor(-2.0))[1], np.array(3.0))


# ------------------------------------------------------------------ tell
@covers("tell")
def test_tell():
    told = []
    x = compute.tell(told.append, tensor([1.0, 2.0]))
    check(x, np.array([1.0, 2.0]))
    assert [value.tolist() for value in told] == [[1.0, 2.0]]


def test_tell_tells_at_every_run_of_a_program():
    told = []
    run = compute.compile(lambda x: compute.add(compute.tell(told.append, x), 1))
    for i in range(15):
        check(run(tensor(float(i))), np.array(i + 1.0))
    assert [float(value) for value in told] == list(range(15))


# ------------------------------------------------------------------ while_loop
@covers("while_loop")
def test_while_loop():
    def body(state):
        i, (total, x) = state
        return compute.add(i, 1), (compute.add(total, x), compute.multiply(x, 2.0))

    start = tensor(np.array(0, "int32")), (tensor(0.0), tensor(1.0))
    i, (total, x) = compute.while_loop(lambda state: compute.less(state[0], 5), body, start)
    check(i, np.array(5))
    check(total, np.array(31.0))
    check(x, np.array(32.0))


def test_while_loop_may_run_no_round():
    start = (tensor(3.0),)
    (x,) = compute.while_loop(
        lambda s: compute.less(s[0], 1.0), lambda s: (compute.add(s[0], 1.0),), start
    )
    check(x, np.array(3.0))


def test_while_loop_with_a_bound_known_only_when_run():
    def run(limit):
        condition = lambda s: compute.less(s[0], limit)  # noqa: E731
        return compute.while_loop(
            condition,
            lambda s: (compute.add(compute.multiply(s[0], 2), 1),),
            (tensor(np.array(0, "int32")),),
        )

    compiled = compute.compile(run)
    check(compiled(np.int32(10))[0], np.array(15))
    check(compiled(np.int32(100))[0], np.array(127))


# ------------------------------------------------------------------ scan
def running_sum(state, x):
    total = compute.add(state, x)
    return total, compute.multiply(total, 2.0)


@covers("scan")
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("unroll", [1, 2])
def test_scan(reverse, unroll):
    x = normal((5, 3))
    order = x[::-1] if reverse else x
    sums = np.cumsum(order, axis=0)
    state, outputs = compute.scan(running_sum, tensor(np.zeros(3)), tensor(x), 5, reverse, unroll)
    check(state, sums[-1], 4)
    check(outputs, 2 * (sums[::-1] if reverse else sums), 4)


def test_scan_over_nests_with_nothing_in_them():
    def step(state, entry):
        (count, other), (x, nothing) = state, entry
        assert nothing is None
        return (compute.add(count, 1), compute.add(other, x["x"])), {"x": x["x"], "none": None}

    start = tensor(np.array(0, "int32")), tensor(0.0)
    (count, total), outputs = compute.scan(step, start, ({"x": tensor([1.0, 2.0, 3.0])}, None), 3)
    check(count, np.array(3))
    check(total, np.array(6.0))
    check(outputs["x"], np.array([1.0, 2.0, 3.0]))
    assert outputs["none"] is None


def test_scan_without_inputs():
    def step(state, nothing):
        assert nothing is None
        return compute.multiply(state, 2.0), state

    state, outputs = compute.scan(step, tensor(1.0), None, 4)
    check(state, np.array(16.0))
    check(outputs, np.array([1.0, 2.0, 4.0, 8.0]))


@grad_only
def test_gradient_of_scan():
    def loss(values):
        w, x = values

        def step(h, entry):
            h = compute.tanh(compute.add(compute.multiply(h, w), entry))
            return h, h

        return compute.sum(compute.scan(step, tensor(np.zeros(3)), x, 4)[1]), ()

    def reference(w, x):
        h, total = np.zeros(3), 0.0
        for entry in x:
            h = np.tanh(h * w + entry)
            total += h.sum()
        return total

    w, x = normal((3,)), normal((4, 3), 1)
    _, (by_w, by_x) = compute.value_and_grad(loss)([tensor(w), tensor(x)])
    np.testing.assert_allclose(host(by_w), differences(lambda w: reference(w, x), w), atol=1e-5)
    np.testing.assert_allclose(host(by_x), differences(lambda x: reference(w, x), x), atol=1e-5)


# ------------------------------------------------------------------ vectorize
@covers("vectorize")
def test_vectorize():
    x = normal((4, 3, 3))
    found = compute.vectorize(lambda a: compute.matmul(a, compute.transpose(a, (1, 0))), tensor(x))
    check(found, x @ np.swapaxes(x, 1, 2), 4)


# ------------------------------------------------------------------ value_and_grad
@covers("value_and_grad", "stop_gradient")
@grad_only
def test_value_and_grad():
    def function(values, scale):
        y = compute.multiply(compute.sum(compute.square(values["w"])), scale)
        return compute.add(y, compute.sum(values["b"][0])), {"y": y, "none": None}

    w, b = normal((2, 3)), normal((4,), 1)
    values = {"w": tensor(w), "b": [tensor(b)]}
    (loss, aux), gradients = compute.value_and_grad(function)(values, tensor(3.0))
    check(loss, np.asarray(3 * np.sum(w**2) + b.sum(), FLOAT), 4)
    check(aux["y"], np.asarray(3 * np.sum(w**2), FLOAT), 4)
    assert aux["none"] is None
    check(gradients["w"], 6 * w, 4)
    check(gradients["b"][0], np.ones(4, FLOAT))


@grad_only
def test_what_the_loss_does_not_use_has_a_gradient_of_zero():
    _, (by_x, by_y) = compute.value_and_grad(lambda v: (compute.sum(v[0]), ()))(
        [tensor([1.0]), tensor([2.0])]
    )
    check(by_x, np.array([1.0]))
    check(by_y, np.array([0.0]))


@grad_only
def test_stop_gradient():
    run = compute.value_and_grad(
        lambda x: (compute.sum(compute.multiply(x, compute.stop_gradient(x))), ())
    )
    check(run(tensor([3.0]))[1], np.array([3.0]))


@grad_only
def test_gradients_of_gradients():
    def slope(x):
        return compute.value_and_grad(lambda x: (compute.power(x, 4.0), ()))(x)[1]

    def curve(x):
        return compute.value_and_grad(lambda x: (slope(x), ()))(x)[1]

    check(curve(tensor(2.0)), np.array(48.0), 4)
    check(compute.value_and_grad(lambda x: (curve(x), ()))(tensor(2.0))[1], np.array(48.0), 4)


@grad_only
def test_gradient_of_products_and_picks():
    def loss(values):
        a, b = values
        y = compute.matmul(a, b)
        y = compute.concatenate([y, compute.getitem(y, (slice(None), slice(0, 1)))], 1)
        y = compute.take(y, tensor(np.array([0, 0, 1], "int32")), 0)
        return compute.sum(compute.multiply(compute.reshape(y, (-1,)), tensor(np.arange(15.0)))), ()

    def reference(a, b):
        y = a @ b
        y = np.concatenate([y, y[:, :1]], 1)[[0, 0, 1]]
        return np.sum(y.ravel() * np.arange(15))

    a, b = normal((2, 3)), normal((3, 4), 1)
    _, (by_a, by_b) = compute.value_and_grad(loss)([tensor(a), tensor(b)])
    np.testing.assert_allclose(
        host(by_a), differences(lambda a: reference(a, b), a), rtol=1e-4, atol=1e-4
    )
    np.testing.assert_allclose(
        host(by_b), differences(lambda b: reference(a, b), b), rtol=1e-4, atol=1e-4
    )


# ------------------------------------------------------------------ custom_gradient
@covers("custom_gradient")
@grad_only
def test_custom_gradient():
    @compute.custom_gradient
    def product(x, y):
        def backward(dy):
            return compute.multiply(dy, 10.0), compute.multiply(dy, compute.multiply(x, 100.0))

        return compute.multiply(x, y), backward

    check(product(tensor(3.0), tensor(4.0)), np.array(12.0))

    def loss(values):
        return compute.sum(compute.square(product(*values))), ()

    for run in (compute.value_and_grad(loss), compute.compile(compute.value_and_grad(loss))):
        (value, _), (by_x, by_y) = run([tensor(3.0), tensor(4.0)])
        check(value, np.array(144.0))
        check(by_x, np.array(240.0))
        check(by_y, np.array(24.0 * 300.0))


@grad_only
def test_custom_gradient_of_one_argument_may_be_a_single_array():
    doubled = compute.custom_gradient(lambda x: (x, lambda dy: compute.multiply(dy, 2.0)))
    check(compute.value_and_grad(lambda x: (doubled(x), ()))(tensor(5.0))[1], np.array(2.0))


@grad_only
def test_custom_gradient_inside_scan():
    doubled = compute.custom_gradient(lambda x: (x, lambda dy: compute.multiply(dy, 2.0)))

    def loss(x):
        return compute.scan(lambda h, _: (doubled(h), None), x, None, 3)[0], ()

    check(compute.value_and_grad(loss)(tensor(1.0))[1], np.array(8.0))


@grad_only
def test_the_gradient_of_relu_at_zero_is_zero():
    def loss(x):
        return compute.sum(compute.relu(x)), ()

    _, slope = compute.value_and_grad(loss)(tensor(np.array([-1.0, 0.0, 2.0])))
    assert host(slope).tolist() == [0.0, 0.0, 1.0]
