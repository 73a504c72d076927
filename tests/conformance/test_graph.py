"""The graph: replay, gradients of any order, K.function with updates and the learning phase, symbolic operators."""

import subprocess
import sys

import numpy as np
import pytest

from keras import backend as K
from keras import ops
from keras.backend import graph
from keras.backend.compute import compute, has
from keras.backend.variable import Variable
from keras.layers import Dense, Dropout, Input, Lambda
from keras.optimizers import SGD

from .support import FLOAT, TOLERANCE, normal

grad_only = pytest.mark.skipif(not has("grad"), reason="the backend has no gradients")


def value(inputs, output, values):
    """Return one output of `K.function`."""
    return K.function(inputs, [output])(values)[0]


def close(found, expected):
    """Compare with NumPy's numbers."""
    np.testing.assert_allclose(found, expected, rtol=10 * TOLERANCE, atol=10 * TOLERANCE)


# ------------------------------------------------------------------ plan and replay
def test_each_node_runs_once_and_in_order():
    ran = []

    def note(name):
        return Lambda(lambda x: ran.append(name) or x, output_shape=lambda shape: shape)

    x = Input((2,))
    shared = note("shared")(x)
    output = ops.add(note("left")(shared), note("right")(shared))
    nodes = graph.plan([output], [x])
    assert len(nodes) == len(set(nodes)) == 4
    assert [n for n in nodes if n is output.node] == nodes[-1:]
    ran.clear()
    value([x], output, [np.ones((1, 2))])
    assert ran == ["shared", "left", "right"]


def test_only_what_is_needed_runs():
    x, unused = K.placeholder((2,)), K.placeholder((3,))
    ops.add(unused, 1)
    close(value([x], x * 2, [[1, 2]]), [2, 4])


def test_a_graph_that_is_not_connected():
    x, y = K.placeholder((2,), name="x"), K.placeholder((3, 2), name="other")
    with pytest.raises(ValueError, match=r"disconnected.*'other'.*\(3, 2\).*'x'"):
        K.function([x], [x + y[0]])


def test_an_intermediate_tensor_may_be_fed():
    x = K.placeholder((2,))
    middle = x * 2
    close(value([middle], middle + 1, [[5, 6]]), [6, 7])
    with pytest.raises(ValueError, match="disconnected"):
        K.function([middle], [x])


def test_one_output_of_several():
    x = K.placeholder((None, 4))
    values, indices = ops.top_k(x, 2)
    found = K.function([x], [indices, values])([[[3, 1, 4, 1]]])
    assert found[0].tolist() == [[2, 0]]
    close(found[1], [[4, 3]])


def test_a_long_chain_needs_no_deep_stack():
    x = y = K.placeholder(())
    for _ in range(3000):
        y = graph.record(lambda a: a, (y,), {}, graph.ShapeAndType((), FLOAT))
    assert len(graph.plan([y], [x])) == 3000


def test_wrong_inputs_are_named():
    x = K.placeholder((None, 3), name="data")
    run = K.function([x], [x])
    with pytest.raises(ValueError, match=r"'data' takes arrays of shape \(None, 3\), got \(2, 4\)"):
        run([np.ones((2, 4))])
    with pytest.raises(ValueError, match=r"takes 1 inputs.*got 2"):
        run([np.ones((2, 3)), 1])


# ------------------------------------------------------------------ values without a function
def test_eval():
    v = K.variable([1.0, 2.0])
    close(K.eval(v * 2 + 1), [3, 5])
    close(K.eval(v), [1, 2])
    close(np.asarray(v + 1), [2, 3])
    assert float(ops.sum(v * 1)) == 3
    with pytest.raises(ValueError, match="disconnected"):
        K.eval(K.placeholder((2,)) + 1)


def test_a_variable_may_change_between_two_calls():
    x, v = K.placeholder((2,)), K.variable([1.0, 2.0])
    run = K.function([x], [x * v])
    close(run([[1, 1]])[0], [1, 2])
    K.set_value(v, [5, 6])
    close(run([[1, 1]])[0], [5, 6])


# ------------------------------------------------------------------ symbolic operators
X, Y = np.array([[1.0, -2.0], [3.0, 4.0]], FLOAT), np.array([[2.0, 3.0], [-1.0, 0.5]], FLOAT)
OPERATORS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
    "**": lambda a, b: a**2,
    "@": lambda a, b: a @ b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "neg": lambda a, b: -a,
    "abs": lambda a, b: abs(a),
    "number left": lambda a, b: 2 - a,
    "number right": lambda a, b: a - 2,
    "number over": lambda a, b: 1 / a,
    "power of": lambda a, b: 2.0**a,
    "not": lambda a, b: ~(a < b),
    "and": lambda a, b: (a < b) & (a > 0),
    "or": lambda a, b: (a < b) | (a > 0),
    "xor": lambda a, b: (a < b) ^ (a > 0),
    "row": lambda a, b: a[0],
    "column": lambda a, b: a[:, -1],
    "part": lambda a, b: a[1:, :1],
    "new axis": lambda a, b: a[:, None],
    "ellipsis": lambda a, b: a[..., 0],
}


@pytest.fixture(scope="module")
def operated():
    """Every operator on symbols and on Variables, in one program each."""
    x, y = K.placeholder((2, 2)), K.placeholder((2, 2))
    v, w = Variable(X), Variable(Y)
    fed = K.function([x, y], [f(x, y) for f in OPERATORS.values()])([X, Y])
    held = K.function([], [f(v, w) for f in OPERATORS.values()])([])
    return dict(zip(OPERATORS, zip(fed, held, strict=True), strict=True))


@pytest.mark.parametrize("key", OPERATORS)
def test_operator(operated, key):
    expected = OPERATORS[key](X, Y)
    for found in operated[key]:
        assert found.shape == expected.shape
        assert found.dtype.kind == expected.dtype.kind
        close(found, expected)


def test_numpy_arrays_on_the_left_leave_the_operation_to_the_tensor():
    x = K.placeholder((2,))
    y = np.array([10.0, 20.0]) - x
    assert isinstance(y, graph.Tensor)
    close(value([x], y, [[1, 2]]), [9, 18])


def test_a_tensor_is_not_true_or_false():
    x = K.placeholder((2,), name="flag")
    with pytest.raises(TypeError, match=r"'flag'.*K\.switch"):
        bool(x)
    with pytest.raises(TypeError, match="truth value"):
        assert x > 1 or x < 0


def test_iteration_and_length():
    x = K.placeholder((2, 3))
    a, b = x
    assert len(x) == 2
    close(value([x], a + b, [np.ones((2, 3))]), [2, 2, 2])
    with pytest.raises(TypeError, match="first size"):
        len(K.placeholder((None, 3)))


def test_unknown_sizes():
    x = K.placeholder((None, None, 4))
    assert (x * 2).shape == (None, None, 4)
    assert x[:, 0].shape == (None, 4)
    assert x[:, :, 1:3].shape == (None, None, 2)
    assert ops.reshape(x, (-1, 4)).shape == (None, 4)
    assert K.batch_flatten(x).shape == (None, None)
    assert K.int_shape(K.sum(x, axis=(1, 2))) == (None,)
    run = K.function([x], [K.batch_flatten(x)])
    assert ops.reshape(x, (ops.shape(x)[0], 2, -1)).shape == (None, 2, None)
    for shape in [(2, 3, 4), (5, 1, 4)]:
        close(run([np.ones(shape)])[0], np.ones((shape[0], shape[1] * 4)))


# ------------------------------------------------------------------ gradients
@grad_only
def test_gradients_by_placeholders_variables_and_intermediate_tensors():
    x, v = K.placeholder((2,)), K.variable([3.0, 4.0])
    middle = x * v
    loss = K.sum(K.square(middle))
    by_x, by_v, by_middle = K.gradients(loss, [x, v, middle])
    assert (by_x.shape, by_v.shape, by_middle.shape) == ((2,), (2,), (2,))
    found = K.function([x], [by_x, by_v, by_middle])([[1, 2]])
    for one, expected in zip(found, ([18, 64], [6, 32], [6, 16]), strict=True):
        close(one, expected)


@grad_only
def test_gradients_by_a_chain_of_tensors():
    x = K.placeholder(())
    a = x * 3
    b = a * a
    loss = b * 5
    found = K.function([x], K.gradients(loss, [b, a, x]))([2.0])
    close(found, [5, 5 * 2 * 6, 5 * 2 * 6 * 3])


@grad_only
def test_gradients_of_what_is_no_scalar_are_those_of_its_sum():
    x = K.placeholder((3,))
    close(value([x], K.gradients(K.exp(x), x)[0], [[0, 1, 2]]), np.exp([0, 1, 2]))


@grad_only
def test_derivatives_up_to_the_third():
    x = K.placeholder((2,))
    y = K.sum(x**4 + 2 * K.exp(-x))
    orders = [y]
    for _ in range(3):
        orders.append(K.gradients(orders[-1], [x])[0])
    t = np.array([0.5, 1.5])
    found = K.function([x], orders[1:])([t])
    close(found[0], 4 * t**3 - 2 * np.exp(-t))
    close(found[1], 12 * t**2 + 2 * np.exp(-t))
    close(found[2], 24 * t - 2 * np.exp(-t))


@grad_only
def test_a_mixed_second_derivative():
    x, v = K.placeholder(()), K.variable(2.0)
    by_v = K.gradients(x**3 * v**2, [v])[0]
    close(value([x], K.gradients(by_v, [x])[0], [3.0]), 3 * 9 * 2 * 2)
    close(value([x], K.gradients(by_v, [v])[0], [3.0]), 27 * 2)


@grad_only
def test_a_gradient_within_a_loss():
    x, w = K.placeholder((3,)), K.variable([1.0, 2.0, 3.0])
    slope = K.gradients(K.sum(w * K.square(x)), [x])[0]
    penalty = K.sum(K.square(slope))
    t = np.array([1.0, 0.5, 2.0])
    close(value([x], K.gradients(penalty, [w])[0], [t]), 8 * np.array([1, 2, 3]) * t**2)


@grad_only
def test_gradients_by_the_weights_of_a_layer():
    inputs, layer = Input((3,)), Dense(2, use_bias=False)
    output = layer(inputs)
    x = normal((4, 3))
    by_kernel, by_input = K.gradients(K.sum(output), [layer.kernel, inputs])
    found = K.function([inputs], [by_kernel, by_input])([x])
    close(found[0], np.repeat(x.sum(0)[:, None], 2, 1))
    close(found[1], np.repeat(layer.get_weights()[0].sum(1)[None], 4, 0))


@grad_only
def test_gradients_see_the_learning_phase():
    x = K.placeholder((50,))
    slope = K.gradients(K.sum(Dropout(0.5)(x)), [x])[0]
    run = K.function([x, K.learning_phase()], [slope])
    close(run([np.ones(50), 0])[0], np.ones(50))
    assert set(run([np.ones(50), 1])[0].tolist()) == {0, 2}


@grad_only
def test_a_gradient_by_what_the_loss_does_not_depend_on():
    x, y = K.placeholder((2,), name="x"), K.placeholder((2,), name="y")
    used, unused = K.variable([1.0, 2.0]), K.variable(1.0)
    found = K.gradients(K.sum(x * x * used), [y, x, unused, used])
    assert [one is None for one in found] == [True, False, True, False]
    close(value([x], found[1], [[3.0, 4.0]]), [6, 16])
    with pytest.raises(ValueError, match=r"output\(s\) \[0, 2\] are None. K.gradients"):
        K.function([x], found)
    with pytest.raises(ValueError, match="Variable"):
        K.gradients(K.variable(1.0), [K.variable(1.0)])


@grad_only
def test_integers_carry_no_gradient():
    x, index = K.placeholder((2,)), K.placeholder((1,), dtype="int32")
    largest = K.cast(K.argmax(x), "float32")
    assert K.gradients(largest, [x]) == [None]
    by_x, by_index = K.gradients(K.gather(x, index) * largest, [x, index])
    assert by_index is None
    close(K.function([x, index], [by_x])([[1.0, 3.0], [0]])[0], [1, 0])


@grad_only
def test_a_derivative_that_is_zero_everywhere():
    x = K.placeholder((2,))
    (slope,) = K.gradients(K.abs(x), [x])
    close(value([x], K.gradients(K.sin(slope), [x])[0], [[2.0, -3.0]]), [0, 0])


@grad_only
def test_gradients_for_an_optimizer_have_to_be_there():
    used, unused = K.variable(1.0), K.variable(1.0, name="unused")
    with pytest.raises(ValueError, match=r"does not depend on .*unused"):
        SGD().get_updates(K.square(used), [used, unused])


@grad_only
def test_stop_gradient():
    x = K.placeholder(())
    close(value([x], K.gradients(x * K.stop_gradient(x), [x])[0], [3.0]), 3)


# ------------------------------------------------------------------ updates and the learning phase
def test_updates_are_applied_after_the_outputs():
    x, v, w = K.placeholder(()), K.variable(1.0), K.variable(10.0)
    run = K.function([x], [v * 1, v + w], updates=[(v, w * 1), K.update_add(w, x + v)])
    close(run([5.0]), [1, 11])
    close([K.get_value(v), K.get_value(w)], [10, 16])
    close(run([0.0]), [10, 26])
    close([K.get_value(v), K.get_value(w)], [16, 26])


def test_updates_alone():
    v = K.variable([1.0, 2.0])
    assert K.function([], [], updates=[K.update_sub(v, 1.0)])([]) == []
    close(K.get_value(v), [0, 1])


def test_an_update_may_be_a_plain_value():
    v = K.variable([1.0, 2.0])
    K.function([], [], updates=[(v, np.array([7.0, 8.0]))])([])
    close(K.get_value(v), [7, 8])


def test_the_learning_phase_is_an_input():
    x, phase = K.placeholder((2,)), K.learning_phase()
    run = K.function([x, phase], [K.in_train_phase(x * 2, x * 3), phase])
    for flag in (0, 1, False, True):
        found, seen = run([[1, 1], flag])
        close(found, [2, 2] if flag else [3, 3])
        assert bool(seen) is bool(flag)


def test_without_the_learning_phase_a_function_is_in_test_mode():
    x = K.placeholder((50,))
    close(K.function([x], [Dropout(0.5)(x)])([np.ones(50)])[0], np.ones(50))


def test_the_learning_phase_can_be_set():
    try:
        K.set_learning_phase(1)
        assert K.learning_phase() == 1
        x = K.placeholder(())
        close(value([x], K.in_train_phase(x * 2, x), [1.0]), 2)
        with pytest.raises(ValueError, match="0 or 1"):
            K.set_learning_phase(2)
    finally:
        K.clear_session()
    assert isinstance(K.learning_phase(), graph.Tensor)


def test_a_layer_shared_by_two_branches_draws_twice():
    x, drop = Input((50,)), Dropout(0.5)
    run = K.function([x, K.learning_phase()], [drop(x), drop(x)])
    one, other = run([np.ones((1, 50)), 1])
    assert not np.array_equal(one, other)


def test_random_tensors_are_drawn_anew_at_each_call_and_once_a_call():
    x = K.placeholder((50,))
    noise = K.dropout(x, 0.5)
    run = K.function([x], [noise * 1, noise * 1])
    (a, b), (c, _) = run([np.ones(50)]), run([np.ones(50)])
    np.testing.assert_array_equal(a, b)
    assert not np.array_equal(a, c)


def test_the_session_runs_tensors():
    x = K.placeholder((2,))
    close(K.get_session().run(x * 2, {x: [1, 2]}), [2, 4])
    close(K.get_session().run([x + 1], {x: [1, 2]})[0], [2, 3])


def test_shapes_cost_no_memory():
    huge = K.placeholder((10**5, 10**5))
    assert K.dot(huge, huge).shape == (10**5, 10**5)
    assert compute.is_tensor(compute.full((), 1, FLOAT))


@pytest.mark.parametrize(
    ("shape", "other", "expected"),
    [
        ((None, None, 3), (1, 5, 3), (None, 5, 3)),
        ((None, 2), (7, 2), (7, 2)),
        ((2, None), (4,), (2, 4)),
    ],
)
def test_an_unknown_size_is_that_of_the_array_it_meets(shape, other, expected):
    x = K.placeholder(shape)
    difference = x - np.ones(other, FLOAT)
    assert difference.shape == expected
    assert (x - K.placeholder(other)).shape == expected
    fed = np.full([7 if n is None else n for n in expected], 3.0)
    close(value([x], difference, [fed]), fed - 1)


def test_sizes_that_cannot_go_together_are_refused_with_the_call_s_own_error():
    with pytest.raises(Exception, match="4"):
        K.placeholder((None, 3)) - np.ones((2, 4))


def test_looking_for_a_size_logs_no_errors():
    program = "import numpy, keras.backend as K; K.placeholder((None, 3)) - numpy.ones((5, 3))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0
    assert "Traceback" not in done.stdout + done.stderr
