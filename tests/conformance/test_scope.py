"""Variables, scopes, the bridge to pure functions, programs and loops of them."""

import copy
import itertools
import threading

import numpy as np
import pytest

from keras import ops
from keras.backend import nest
from keras.backend.compute import compute, has
from keras.backend.program import LoopProgram, Program
from keras.backend.variable import (
    Scope,
    Variable,
    current,
    functionalize,
    gradient,
    outside,
    stored,
)
from keras.layers import Dense, Dropout, Lambda

from .support import FLOAT, check, host, normal, tensor

grad_only = pytest.mark.skipif(not has("grad"), reason="the backend has no gradients")
loop_only = pytest.mark.skipif(not has("loop"), reason="the backend runs no loops")


# ------------------------------------------------------------------ Variable
def test_a_variable_holds_a_copy():
    data = np.array([1.0, 2.0])
    v = Variable(data, name="v")
    data[0] = 9
    v.numpy()[1] = 9
    np.testing.assert_array_equal(v.numpy(), [1, 2])
    assert (v.shape, v.ndim, v.size, v.dtype, v.name) == ((2,), 1, 2, FLOAT, "v")


@pytest.mark.parametrize(
    ("value", "dtype", "wanted"),
    [
        (1.5, None, FLOAT),
        (1, None, "int32"),
        (True, None, "bool"),
        ([1, 2], "float16", "float16"),
        (np.float32(1), "bfloat16", "bfloat16"),
        (np.zeros(2, "uint8"), None, "uint8"),
    ],
)
def test_dtype_of_a_variable(value, dtype, wanted):
    v = Variable(value, dtype)
    assert v.dtype == wanted
    assert str(v.numpy().dtype) == wanted


def test_assignments():
    v = Variable([1.0, 2.0])
    v.assign([3, 4])
    v.assign_add(tensor([1.0, 1.0]))
    v.assign_sub(Variable([0.5, 0.5]))
    np.testing.assert_array_equal(v.numpy(), [3.5, 4.5])
    v.assign(Variable([7.0, 8.0]))
    check(v.value, np.array([7.0, 8.0]))
    assert v.dtype == FLOAT


def test_an_assignment_of_another_shape_is_refused():
    v = Variable(np.zeros((2, 3)), name="kernel")
    with pytest.raises(ValueError, match=r"'kernel' has shape \(2, 3\).*\(3,\)"):
        v.assign(np.zeros(3))


def test_a_copy_of_a_variable_is_another():
    v = Variable([1.0], name="v", trainable=False)
    twin = copy.deepcopy(v)
    v.assign([2.0])
    assert twin.numpy().tolist() == [1.0]
    assert (twin.name, twin.trainable) == ("v", False)


# ------------------------------------------------------------------ scopes
def test_an_eager_scope_writes_at_once():
    v = Variable(1.0)
    with Scope():
        v.assign_add(1.0)
        assert host(stored(v)) == 2
    assert v.numpy() == 2


def test_a_pure_scope_writes_nothing():
    v, w = Variable(1.0), Variable(5.0)
    with Scope({v: tensor(10.0)}) as scope:
        check(v.value, np.array(10.0))
        v.assign_add(1.0)
        check(v.value, np.array(11.0))
        check(w.value, np.array(5.0))
    assert v.numpy() == 1
    assert list(scope.written) == [v]
    assert list(scope.missing) == [w]


def test_a_scope_within_another_reads_through_it():
    v, w = Variable(1.0), Variable(2.0)
    with (
        Scope({v: tensor(10.0), w: tensor(20.0)}, training=True) as outer,
        Scope({v: tensor(100.0)}, outer) as inner,
    ):
        assert current() is inner
        assert inner.training is True
        check(ops.add(v.value, w.value), np.array(120.0))
        w.assign(tensor(21.0))
    check(outer.read(w), np.array(20.0))
    check(inner.read(w), np.array(21.0))
    assert not outer.missing


def test_a_scope_ends_with_an_error():
    with pytest.raises(KeyError), Scope({}):
        raise KeyError
    assert current() is None


def test_each_thread_has_its_scopes():
    seen = []
    with Scope({}):
        thread = threading.Thread(target=lambda: seen.append(current()))
        thread.start()
        thread.join()
        with outside():
            assert current() is None
    assert seen == [None]


def test_phases():
    with Scope(training=False) as scope:
        with scope.in_phase(True):
            assert scope.training is True
        with scope.in_phase(None):
            assert scope.training is False


def test_masks_travel_with_arrays():
    x, y, mask = tensor([1.0]), tensor([1.0]), tensor(np.array([True]))
    with Scope() as outer:
        outer.set_mask(x, mask)
        with Scope({}, outer) as inner:
            inner.set_mask(y, None)
            assert inner.mask_of(x) is mask
            assert inner.mask_of(y) is None
        assert outer.mask_of(y) is None


# ------------------------------------------------------------------ functionalize
def test_functionalize():
    v, w = Variable(1.0), Variable(2.0)

    def code(x):
        v.assign(v.value * x)
        current().losses.append(v.value)
        return v.value + w.value

    result, news, scope = functionalize(code, [v, w])(
        [tensor(3.0), tensor(4.0)], tensor(5.0), training=True
    )
    check(result, np.array(19.0))
    check(news[0], np.array(15.0))
    check(news[1], np.array(4.0))
    check(scope.losses[0], np.array(15.0))
    assert scope.training is True
    assert (v.numpy(), w.numpy()) == (1, 2)


# ------------------------------------------------------------------ gradient
@grad_only
def test_gradient_and_what_the_code_wrote():
    w, count = Variable([1.0, 2.0]), Variable(0, "int32")

    def loss():
        count.assign_add(1)
        total = ops.sum(ops.square(w.value))
        return total, {"total": total}

    (value, aux), (by_w,) = gradient(loss, [w])
    check(value, np.array(5.0))
    check(aux["total"], np.array(5.0))
    check(by_w, np.array([2.0, 4.0]))
    assert count.numpy() == 1


@grad_only
def test_gradient_within_a_pure_scope():
    w, count = Variable(1.0), Variable(0.0)

    def loss():
        count.assign_add(1.0)
        return w.value * w.value * count.value, ()

    def code():
        (value, _), (by_w,) = gradient(loss, [w])
        return value, by_w, count.value

    (value, by_w, seen), news, _ = functionalize(code, [w, count])([tensor(3.0), tensor(1.0)])
    check(value, np.array(18.0))
    check(by_w, np.array(12.0))
    check(seen, np.array(2.0))
    check(news[1], np.array(2.0))
    assert (w.numpy(), count.numpy()) == (1, 0)


@grad_only
def test_gradient_of_a_gradient():
    w = Variable(2.0)

    def slope():
        (_, _), (by_w,) = gradient(lambda: (ops.power(w.value, 3), ()), [w])
        return by_w, ()

    (first, _), (second,) = gradient(slope, [w])
    check(first, np.array(12.0), 4)
    check(second, np.array(12.0), 4)


@grad_only
def test_a_variable_the_loss_does_not_use_has_a_gradient_of_zero():
    v, w = Variable([1.0]), Variable([5.0])
    _, (by_v, by_w) = gradient(lambda: (ops.sum(v.value), ()), [v, w])
    check(by_v, np.array([1.0]))
    check(by_w, np.array([0.0]))


# ------------------------------------------------------------------ random streams
def draw():
    return ops.random.uniform((3,))


def test_a_scope_of_one_key_draws_the_same_again_and_each_call_its_own():
    def draws(key, tick=None):
        with Scope(key=compute.random_key(key), tick=tick):
            return [tuple(host(draw()).tolist()) for _ in range(3)]

    assert draws(1) == draws(1)
    ticks = [None, 1, 2]
    every = [d for key in (1, 2) for tick in ticks for d in draws(key, tick)]
    assert len(set(every)) == len(every)


def test_a_seed_starts_a_stream_of_its_own():
    def draws(key):
        with Scope(key=compute.random_key(key)):
            return [host(ops.random.uniform((3,), seed=5)).tolist() for _ in range(2)]

    assert draws(1) == draws(2)
    assert draws(1)[0] != draws(1)[1]


def test_a_node_draws_the_same_at_each_replay_and_others_draw_others():
    first, second = object(), object()

    def at(*nodes):
        with Scope(key=compute.random_key(0)) as scope:
            found = []
            for node in nodes:
                with scope.at_node(node):
                    found.append((host(draw()).tolist(), host(draw()).tolist()))
            return found

    one, other, again = at(first, second, first)
    assert one == again
    assert one != other
    assert one[0] != one[1]


def test_two_calls_of_one_layer_drop_different_entries():
    layer = Dropout(0.5)

    def code(x):
        return layer(x, training=True), layer(x, training=True)

    a, b = Program(code)(np.ones((10, 10), FLOAT))
    assert not np.array_equal(host(a), host(b))


def test_a_scope_knows_whether_numbers_were_drawn():
    with Scope() as scope:
        ops.add(tensor(1.0), 1.0)
        assert not scope.is_random
        draw()
        assert scope.is_random


# ------------------------------------------------------------------ Program
def test_a_program_finds_the_variables_it_uses():
    known, found, written = Variable(1.0), Variable(2.0), Variable(0.0)

    def code(x):
        written.assign(known.value + found.value * x)
        return {"x": x, "none": None, "sum": written.value}

    program = Program(code, [known])
    result = program(np.asarray(3, FLOAT))
    check(result["sum"], np.array(7.0))
    assert result["none"] is None
    assert written.numpy() == 7
    assert set(program.variables) == {known, found, written}
    found.assign(10.0)
    check(program(np.asarray(3, FLOAT))["sum"], np.array(31.0))


def test_a_program_takes_another_shape():
    v = Variable(2.0)
    program = Program(lambda x: ops.multiply(x, v.value), [v])
    for shape in [(2,), (3, 2), (2,), (0,)]:
        check(program(np.ones(shape, FLOAT)), np.full(shape, 2.0))


def test_a_program_has_options():
    layer = Dropout(0.5)
    program = Program(lambda x: layer(x))
    x = np.ones((20, 20), FLOAT)
    check(program(x, training=False), x)
    assert set(np.unique(host(program(x, training=True)))) == {0, 2}


def test_a_program_draws_new_numbers_at_each_call():
    program = Program(draw)
    draws = {tuple(host(program()).tolist()) for _ in range(4)}
    assert len(draws) == 4


def test_a_program_without_random_numbers_takes_no_seed():
    before = np.random.get_state()[2]
    Program(lambda x: ops.add(x, 1))(np.ones(2, FLOAT))
    assert np.random.get_state()[2] == before


def test_an_error_within_a_program_leaves_the_variables_as_they_were():
    v = Variable(1.0)

    def code(x):
        v.assign(v.value + x)
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        Program(code, [v])(np.asarray(1, FLOAT))
    assert current() is None
    assert v.numpy() == 1
    v.assign_add(1.0)
    assert v.numpy() == 2
    check(ops.add(v.value, 1.0), np.array(3.0))


def test_an_error_within_a_gradient_leaves_nothing_behind():
    v, w = Variable(1.0), Variable(1.0)

    def loss():
        w.assign(v.value * 2)
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        gradient(loss, [v])
    assert current() is None
    assert (v.numpy(), w.numpy()) == (1, 1)


def test_weights_made_while_a_program_is_recorded_have_values():
    dense = Dense(2, kernel_initializer="ones")
    check(Program(lambda x: dense(x))(np.ones((1, 3), FLOAT)), np.full((1, 2), 3.0))
    np.testing.assert_array_equal(dense.get_weights()[0], np.ones((3, 2)))


def test_weights_made_before_an_error_have_values():
    dense = Dense(2, kernel_initializer="ones")

    def code(x):
        dense(x)
        raise KeyError

    with pytest.raises(KeyError):
        Program(code)(np.ones((1, 3), FLOAT))
    np.testing.assert_array_equal(dense.get_weights()[0], np.ones((3, 2)))
    check(dense(np.ones((1, 3), FLOAT)), np.full((1, 2), 3.0))


def test_a_user_may_mix_in_the_backends_own_functions():
    v = Variable([1.0, 2.0])
    layer = Lambda(lambda x: compute.tanh(x))
    found = Program(lambda x: compute.add(layer(x), compute.exp(v)), [v])(np.zeros(2, FLOAT))
    check(found, np.exp([1.0, 2.0]))


# ------------------------------------------------------------------ LoopProgram
ROWS = normal((6, 2))
ORDER = np.array([[0, 1], [2, 3], [4, 5], [5, 0]], "int32")


class Descent:
    """A step with everything in it: a gradient, a draw, a counter, a Variable nobody announced."""

    def __init__(self):
        self.w, self.rate, self.count = Variable([1.0, -1.0]), Variable(0.1), Variable(0, "int32")

    def step(self, batch):
        noise = ops.random.normal((2,), stddev=0.01)
        _, (slope,) = gradient(
            lambda: (ops.sum(ops.square(ops.matmul(batch["x"], self.w.value))), ()), [self.w]
        )
        self.w.assign(self.w.value - (slope + noise) * self.rate.value)
        self.count.assign_add(1)

    def summary(self):
        return {"norm": ops.sum(ops.square(self.w.value))}

    def run(self, cuts, changing=("w",), fixed=()):
        """Run the steps between the cuts, a call each; return the last summary."""
        program = LoopProgram(
            self.step,
            self.summary,
            [getattr(self, n) for n in changing],
            [getattr(self, n) for n in fixed],
            training=True,
        )
        data, order, key = {"x": tensor(ROWS)}, tensor(ORDER), compute.random_key(4)
        for first, last in itertools.pairwise(cuts):
            found = program(data, order, first, last, key, 100 + first)
        return host(found["norm"])


@loop_only
@grad_only
def test_a_loop_in_one_call_is_the_loop_step_by_step():
    one, other = Descent(), Descent()
    norms = one.run([0, 4]), other.run([0, 1, 2, 3, 4])
    np.testing.assert_allclose(*norms, rtol=1e-5)
    np.testing.assert_allclose(one.w.numpy(), other.w.numpy(), rtol=1e-5)
    np.testing.assert_allclose(norms[0], np.sum(one.w.numpy() ** 2), rtol=1e-5)
    assert one.count.numpy() == other.count.numpy() == 4


@loop_only
@grad_only
@pytest.mark.parametrize(
    ("changing", "fixed"), [((), ()), (("w", "count"), ("rate",)), (("w",), ("count", "rate"))]
)
def test_a_loop_finds_out_what_its_step_uses_and_writes(changing, fixed):
    descent, known = Descent(), Descent()
    descent.run([0, 4], changing, fixed)
    known.run([0, 4], ("w", "rate", "count"))
    np.testing.assert_allclose(descent.w.numpy(), known.w.numpy(), rtol=1e-6)
    assert descent.count.numpy() == 4


@loop_only
def test_an_error_within_a_loop_leaves_the_variables_usable():
    descent = Descent()
    descent.step = lambda batch: descent.w.assign(np.zeros(3))
    with pytest.raises(ValueError, match="shape"):
        descent.run([0, 4])
    assert current() is None
    np.testing.assert_array_equal(descent.w.numpy(), [1, -1])


def test_nests_of_a_program_may_be_dicts_lists_and_none():
    data = {"a": [np.ones(2, FLOAT), None], "b": (np.zeros(1, FLOAT),)}
    found = Program(lambda x: nest.map_leaves(lambda leaf: leaf + 1, x))(data)
    assert found["a"][1] is None
    check(found["a"][0], np.full(2, 2.0))
    check(found["b"][0], np.ones(1))
