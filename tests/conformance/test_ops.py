"""The ops against NumPy: on arrays, through a graph, and what a graph says about shapes it does not know."""

import inspect

import numpy as np
import pytest

from keras import ops
from keras.backend import dtypes, graph, nest
from keras.backend.compute import compute
from keras.backend.graph import Function, placeholder
from keras.backend.variable import Scope, Variable

from .rows import ROWS
from .support import FLOAT, check, dtype_name, host, normal, stored_as, tensor

N = 4

# What is tested below, in test_scope.py or in test_graph.py, because it is no function of arrays alone.
ELSEWHERE = """
arange cond convert_to_numpy custom_gradient eye full is_tensor linspace ndim ones result_type rnn scan
shape tell while_loop zeros random.bernoulli random.dropout random.gamma random.normal random.randint random.shuffle
random.truncated_normal random.uniform
""".split()


def names_of_ops():
    """Return the names of all ops, those of the submodules with a dot."""
    own = {n for n in ops.__all__ if inspect.isfunction(getattr(ops, n))}
    inner = {
        f"{module}.{name}"
        for module in ("image", "linalg", "random")
        for name, value in vars(getattr(ops, module)).items()
        if not name.startswith("_") and getattr(value, "__module__", "") == f"keras.ops.{module}"
    }
    return own | inner


def test_every_op_is_covered():
    assert names_of_ops() - {key.partition("-")[0] for key in ROWS} - set(ELSEWHERE) == set()


def compare(found, expected, factor):
    """Compare nests of the backend's arrays and of NumPy's."""
    found, expected = nest.flatten(found), nest.flatten(expected)
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        check(one, other, factor)


def _tensors(args):
    return nest.map_leaves(lambda x: tensor(x) if isinstance(x, np.ndarray) else x, args)


@pytest.mark.parametrize("key", ROWS)
def test_on_arrays(key):
    op, args, kwargs, expected, factor = ROWS[key]
    compare(op(*_tensors(args(N)), **kwargs), expected(*args(N)), factor)


def drawn(args, other):
    """Return the arguments with placeholders in place of arrays; sizes that differ in `other` are unknown."""
    others, made = iter(nest.flatten(other)), []

    def leaf(x):
        twin = next(others)
        if not isinstance(x, np.ndarray):
            return x
        shape = [a if a == b else None for a, b in zip(x.shape, twin.shape, strict=True)]
        made.append(placeholder(shape, str(x.dtype)))
        return made[-1]

    return nest.map_leaves(leaf, args), made


@pytest.mark.parametrize("key", ROWS)
def test_through_a_graph_of_unknown_batch_size(key):
    op, args, kwargs, expected, factor = ROWS[key]
    few, many = args(N), args(N + 2)
    symbolic, inputs = drawn(few, many)
    outputs = nest.flatten(op(*symbolic, **kwargs))
    results = [nest.flatten(expected(*a)) for a in (few, many)]
    for output, one, other in zip(outputs, *results, strict=True):
        one, other = np.asarray(one), np.asarray(other)
        shape = [a if a == b else None for a, b in zip(one.shape, other.shape, strict=True)]
        assert output.shape == tuple(shape)
        assert output.dtype == {"f": FLOAT, "b": "bool", "i": "int32"}[one.dtype.kind]
    arrays = [tensor(x) for x in nest.flatten(few) if isinstance(x, np.ndarray)]
    # Replayed without compiling, which takes most of the time and is tested with the primitives.
    with Scope():
        feeds = graph.replay(graph.plan(outputs, inputs), dict(zip(inputs, arrays, strict=True)))
    compare([feeds[output] for output in outputs], results[0], factor)


def test_a_graph_of_known_sizes_knows_all_sizes():
    x = placeholder((2, 3), FLOAT)
    assert ops.matmul(x, ops.transpose(x)).shape == (2, 2)
    assert ops.reshape(x, (-1,)).shape == (6,)
    assert ops.top_k(x, 2)[1].shape == (2, 2)


def test_two_unknown_sizes_that_meet():
    x = placeholder((None, None, 3), FLOAT)
    assert ops.reshape(x, (-1, 3)).shape == (None, 3)
    assert ops.sum(x, axis=1).shape == (None, 3)
    assert ops.tile(x, (1, 2, 1)).shape == (None, None, 3)


# ------------------------------------------------------------------ dtypes
PAIRED = "bool int8 int32 uint8 float16 bfloat16 float32".split()


@pytest.mark.parametrize("a", PAIRED)
def test_promotion(a):
    for b in PAIRED:
        x, y = compute.full((2,), 1, a), compute.full((2,), 1, b)
        wanted = stored_as(dtypes.result(a, b))
        assert dtype_name(ops.maximum(x, y)) == wanted, b
        assert placeholder_dtype(ops.maximum, a, b) == wanted, b


def placeholder_dtype(op, *names):
    """Return the dtype of an op on symbolic tensors of the given dtypes."""
    return op(*(placeholder((2,), name) for name in names)).dtype


@pytest.mark.parametrize("dtype", ["int8", "int32", "uint8", "float16", "bfloat16", "float32"])
def test_numbers_do_not_widen(dtype):
    x = compute.full((2,), 1, dtype)
    assert dtype_name(ops.add(x, 1)) == dtype
    assert dtype_name(ops.multiply(2, x)) == dtype
    assert dtype_name(ops.add(x, 0.5)) == (dtype if dtypes.is_float(dtype) else FLOAT)


def test_data_get_the_default_float():
    for data in (1.5, [1.0, 2.0], np.array([1.0]), np.float64(2)):
        assert dtype_name(ops.convert_to_tensor(data)) == FLOAT
    for data in (1, [1, 2], np.array([1])):
        assert dtype_name(ops.convert_to_tensor(data)) == "int32"
    assert dtype_name(ops.convert_to_tensor(np.array([True]))) == "bool"
    assert dtype_name(ops.convert_to_tensor(np.array([1], "uint8"))) == "uint8"


@pytest.mark.parametrize("name", ["exp", "mean", "softmax", "sqrt", "sigmoid"])
def test_integers_become_floats(name):
    assert dtype_name(getattr(ops, name)(tensor(np.array([1, 2], "int32")))) == FLOAT


@pytest.mark.parametrize("name", ["sum", "prod", "cumsum", "max", "abs", "square"])
def test_integers_stay(name):
    assert dtype_name(getattr(ops, name)(tensor(np.array([1, 2], "int32")))) == "int32"


@pytest.mark.parametrize(
    "name", ["exp", "mean", "softmax", "sum", "relu", "var", "l2_normalize", "gelu", "elu"]
)
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_stays(name, dtype):
    x = compute.asarray(np.array([1.0, 2.0]), dtype)
    assert dtype_name(getattr(ops, name)(x)) == dtype


def test_sums_count_booleans():
    check(ops.sum(tensor(np.array([True, True, False]))), np.array(2))
    check(ops.cumsum(tensor(np.array([True, True, False]))), np.array([1, 2, 2]))


# ------------------------------------------------------------------ making, asking
def test_making():
    check(ops.zeros((2, 3)), np.zeros((2, 3)))
    check(ops.ones(3, "int32"), np.ones(3, int))
    check(ops.full((2,), 2.5), np.full(2, 2.5))
    check(ops.eye(2, 3), np.eye(2, 3))
    check(ops.arange(5), np.arange(5))
    check(ops.arange(1, 2, 0.25), np.arange(1, 2, 0.25))
    check(ops.linspace(0, 1, 5), np.linspace(0, 1, 5))


def test_asking():
    x = placeholder((None, 3), FLOAT)
    assert ops.ndim(x) == 2
    assert ops.ndim([[1]]) == 2
    assert ops.shape(tensor(normal((2, 3)))) == (2, 3)
    assert ops.shape(x)[1] == 3
    assert ops.is_tensor(x)
    assert ops.is_tensor(tensor(1.0))
    assert not ops.is_tensor(1.0)
    assert ops.result_type(tensor(1.0), "float16", int) == dtypes.result(FLOAT, "float16", int)
    np.testing.assert_array_equal(ops.convert_to_numpy([1, 2]), [1, 2])
    np.testing.assert_array_equal(ops.convert_to_numpy(Variable([1.0])), [1.0])


def test_an_unknown_size_is_a_tensor():
    x = placeholder((None, 3), FLOAT)
    (found,) = Function([x], [ops.add(ops.shape(x)[0], 1)])([np.ones((5, 3))])
    assert found == 6


def test_numbers_and_lists_are_taken():
    check(ops.add([1.0, 2.0], 1), np.array([2.0, 3.0]))
    check(ops.stack([tensor(1.0), 2.0]), np.array([1.0, 2.0]))
    check(ops.matmul([[1.0, 2.0]], [[3.0], [4.0]]), np.array([[11.0]]))


def test_zero_length_axes():
    empty = tensor(np.zeros((0, 3)))
    check(ops.sum(empty, axis=0), np.zeros(3))
    check(ops.concatenate([empty, tensor(np.ones((1, 3)))], 0), np.ones((1, 3)))
    check(ops.softmax(empty), np.zeros((0, 3)))
    check(ops.reshape(empty, (3, -1)), np.zeros((3, 0)))


def test_extremes_do_not_overflow():
    huge = tensor([1000.0, -1000.0])
    check(ops.softmax(huge), np.array([1.0, 0.0]))
    check(ops.logaddexp(huge, huge), np.array([1000.0, -1000.0]) + np.log(2))
    assert np.isfinite(host(ops.binary_crossentropy([0.0, 1.0], huge, from_logits=True))).all()
    assert np.isfinite(host(ops.binary_crossentropy([0.0, 1.0], tensor([1.0, 0.0])))).all()


# ------------------------------------------------------------------ control flow
def test_cond_and_while_loop_and_scan():
    check(ops.cond(True, lambda: tensor(1.0), lambda: tensor(2.0)), np.array(1.0))
    check(ops.cond(0, lambda: tensor(1.0), lambda: tensor(2.0)), np.array(2.0))
    i, x = ops.while_loop(lambda i, x: i < 4, lambda i, x: (i + 1, x * 2), (0, 1.0))
    check(i, np.array(4))
    check(x, np.array(16.0))
    [i] = ops.while_loop(lambda i: True, lambda i: [i + 1], [0], maximum_iterations=3)
    check(i, np.array(3))
    state, outputs = ops.scan(lambda s, x: (s + x, s), tensor(0.0), tensor([1.0, 2.0, 3.0]))
    check(state, np.array(6.0))
    check(outputs, np.array([0.0, 1.0, 3.0]))


def test_custom_gradient_counts_in_a_graph():
    doubled = ops.custom_gradient(lambda x: (x, lambda dy: 2 * dy))
    x = placeholder((), FLOAT)
    (slope,) = graph.gradients(ops.square(doubled(x)), [x])
    assert Function([x], [slope])([3.0])[0] == 12


@pytest.mark.parametrize("axis", [-1, 0])
def test_softmax_has_the_slopes_of_its_jacobian(axis):
    x, weights = normal((3, 5)), normal((3, 5), 1)
    given = placeholder((3, 5), FLOAT)
    (slope,) = graph.gradients(ops.sum(ops.softmax(given, axis) * weights), [given])
    (again,) = graph.gradients(ops.sum(slope * slope), [given])
    own, own_again = Function([given], [slope, again])([x])

    def row(y, w):
        return (np.diag(y) - np.outer(y, y)) @ w

    def by_hand(x):
        rows = np.moveaxis(x, axis, -1)
        y = np.exp(rows) / np.exp(rows).sum(-1, keepdims=True)
        slopes = [row(*pair) for pair in zip(y, np.moveaxis(weights, axis, -1), strict=True)]
        return np.moveaxis(np.array(slopes), -1, axis)

    np.testing.assert_allclose(own, by_hand(x), rtol=1e-4, atol=1e-6)
    exact, step = x.astype("float64"), 1e-4
    for place in [(0, 0), (2, 3)]:
        moved = np.zeros(x.shape)
        moved[place] = step
        squares = [(by_hand(exact + sign * moved) ** 2).sum() for sign in (1, -1)]
        other = (squares[0] - squares[1]) / (2 * step)
        np.testing.assert_allclose(own_again[place], other, rtol=1e-3, atol=1e-4)


# ------------------------------------------------------------------ recurrent loops
def decay(x, states):
    """Take a step with output and state h = h / 2 + x."""
    h = ops.add(ops.multiply(states[0], 0.5), x)
    return h, [h]


def decayed(x, mask=None, backwards=False, zero=False):
    """Return what a loop of `decay` over (batch, time, 2) gives, sample by sample."""
    outputs, lasts, states = [], [], []
    for i, sample in enumerate(x):
        h, y, row = np.zeros(2), np.zeros(2), []
        times = range(len(sample))[::-1] if backwards else range(len(sample))
        for t in times:
            if mask is None or mask[i, t]:
                h = h / 2 + sample[t]
                y = h
            elif zero:
                y = np.zeros(2)
            row.append(y)
        outputs.append(row)
        lasts.append(y)
        states.append(h)
    return [np.array(part, FLOAT) for part in (lasts, outputs, states)]


@pytest.mark.parametrize("unroll", [False, True])
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("masked", ["no", "kept", "zeros"])
def test_rnn(masked, backwards, unroll):
    x = normal((3, 4, 2))
    mask = None if masked == "no" else np.array([[1, 1, 0, 1], [0, 0, 1, 0], [0, 0, 0, 0]], bool)
    expected = decayed(x, mask, backwards, masked == "zeros")
    options = {
        "go_backwards": backwards,
        "unroll": unroll,
        "zero_output_for_mask": masked == "zeros",
    }
    start, own = [tensor(np.zeros((3, 2)))], None if mask is None else tensor(mask)
    last, outputs, states = ops.rnn(decay, tensor(x), start, mask=own, **options)
    for found, wanted in zip((last, outputs, states[0]), expected, strict=True):
        check(found, wanted)
    last, nothing, _ = ops.rnn(
        decay, tensor(x), start, mask=own, return_all_outputs=False, **options
    )
    check(last, expected[0])
    assert unroll or nothing is None


def test_rnn_time_major():
    x = normal((3, 4, 2))
    start = [tensor(np.zeros((3, 2)))]
    _, outputs, _ = ops.rnn(decay, tensor(x.swapaxes(0, 1)), start, time_major=True)
    check(outputs, decayed(x)[1].swapaxes(0, 1))


# ------------------------------------------------------------------ errors
X = normal((2, 3))
WRONG = {
    "reshape": (lambda: ops.reshape(X, (4, 2)), "(2, 3)"),
    "reshape, -1": (lambda: ops.reshape(X, (-1, 4)), "(-1, 4)"),
    "squeeze": (lambda: ops.squeeze(X, 1), "size 1"),
    "split": (lambda: ops.split(X, 2, 1), "2 equal parts"),
    "axis": (lambda: ops.sum(X, axis=2), "[-2, 2)"),
    "negative axis": (lambda: ops.concatenate([X, X], -3), "[-2, 2)"),
    "dtype": (lambda: ops.cast(X, "float8"), "float8"),
    "padding": (lambda: ops.conv(normal((1, 4, 1)), normal((2, 1, 1)), padding="some"), "'some'"),
    "strides": (lambda: ops.max_pool(normal((1, 4, 4, 1)), 2, (1, 2, 3)), "strides"),
    "layout": (lambda: ops.conv(X, X, data_format="last"), "data_format"),
    "interpolation": (lambda: ops.image.resize(normal((1, 2, 2, 1)), (4, 4), "cubic"), "'cubic'"),
    "no time": (lambda: ops.rnn(decay, np.zeros((2, 0, 2)), [np.zeros((2, 2))]), "time step"),
}


@pytest.mark.parametrize("key", WRONG)
def test_a_mistake_is_explained(key):
    call, text = WRONG[key]
    with pytest.raises(ValueError) as error:
        call()
    assert text in str(error.value)
