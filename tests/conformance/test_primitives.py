"""Primitives with NumPy's or SciPy's meaning, a table of cases each, and the small ones of our own."""

import numpy as np
import pytest

from keras import backend as K
from keras.backend import dtypes, nest
from keras.backend.compute import compute, has
from keras.backend.contract import PRIMITIVES
from keras.backend.variable import Variable

from . import test_control, test_programs, test_random, test_windows
from .cases import CASES, FACTOR, INTEGERS, POSITIVE, SYMMETRIC, UNARY
from .support import (
    COVERED,
    FLOAT,
    TOLERANCE,
    check,
    covers,
    differences,
    dtype_name,
    host,
    normal,
    random,
    stored_as,
    tensor,
)

SMALL_DTYPES = "bool int8 int16 int32 uint8 uint16 uint32 float16 bfloat16 float32".split()


def test_every_primitive_is_covered():
    assert all(
        module.__name__ for module in (test_control, test_programs, test_random, test_windows)
    )
    assert set(PRIMITIVES) - set(CASES) - COVERED == set()


def test_nothing_is_covered_that_is_no_primitive():
    assert (set(CASES) | COVERED) - set(PRIMITIVES) == set()


def _is_data(arg):
    return any(isinstance(leaf, np.ndarray | np.generic) for leaf in nest.flatten(arg))


def _arrays(args):
    """Return the arrays among the arguments as the backend's, None in place of the others."""
    return [nest.map_leaves(tensor, arg) if _is_data(arg) else None for arg in args]


def _merged(args, arrays):
    return [arg if own is None else own for arg, own in zip(args, arrays, strict=True)]


@pytest.mark.parametrize("name", sorted(CASES))
def test_value(name):
    function, cases = getattr(compute, name), CASES[name]

    def every_case(arguments):
        return [
            function(*_merged(args, own), **kwargs)
            for (args, kwargs, _), own in zip(cases, arguments, strict=True)
        ]

    # All cases are one program: that is quicker, and single calls are tested by test_ops.py.
    results = compute.compile(every_case)([_arrays(args) for args, _, _ in cases])
    for (_, _, expected), found in zip(cases, results, strict=True):
        if not isinstance(expected, tuple):
            found, expected = (found,), (expected,)
        for one, other in zip(found, expected, strict=True):
            check(one, other, FACTOR.get(name, 1))


@pytest.mark.parametrize(
    "name", ["sum", "prod", "cumsum", "cumprod", "max", "add", "multiply", "square"]
)
def test_integers_keep_their_dtype(name):
    args = (INTEGERS, INTEGERS) if name in ("add", "multiply") else (INTEGERS,)
    options = {"axis": 0} if name.startswith("cum") else {}
    assert dtype_name(getattr(compute, name)(*map(tensor, args), **options)) == "int32"


@pytest.mark.parametrize(
    "name", ["add", "subtract", "multiply", "divide", "power", "maximum", "minimum"]
)
@pytest.mark.parametrize("dtype", ["float16", FLOAT])
def test_a_python_number_takes_the_dtype_of_the_array(name, dtype):
    x = np.array([1.5, 2.0], dtype)
    for found, expected in [
        (getattr(compute, name)(tensor(x, dtype), 2.0), getattr(np, name)(x, 2.0)),
        (getattr(compute, name)(2, tensor(x, dtype)), getattr(np, name)(2, x)),
    ]:
        assert dtype_name(found) == dtype
        np.testing.assert_allclose(
            host(found).astype("float64"), expected.astype("float64"), rtol=2e-3
        )


@pytest.mark.parametrize(
    "name", ["less", "less_equal", "greater", "greater_equal", "equal", "not_equal"]
)
def test_a_python_number_can_be_compared_with(name):
    found = getattr(compute, name)(tensor(np.array([1, 2, 3], "int32")), 2)
    check(found, getattr(np, name)([1, 2, 3], 2))


DIFFERENTIABLE = sorted(
    set(UNARY)
    - {"ceil", "floor", "isfinite", "isinf", "isnan", "logical_not", "sign", "stop_gradient", "abs"}
)


@pytest.mark.skipif(not has("grad"), reason="the backend has no gradients")
@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_gradient(name):
    function, low, high = UNARY[name]
    x = np.linspace(low, high, 7)[1:-1].astype(FLOAT)
    run = compute.value_and_grad(lambda x: (compute.sum(getattr(compute, name)(x)), ()))
    (value, _), gradient = compute.compile(run)(tensor(x))
    narrow = 1e-6 if high < 0.1 or low == 1e-3 else 1e-4
    expected = differences(lambda x: np.sum(function(x)), x, narrow)
    np.testing.assert_allclose(
        host(value), np.sum(function(x.astype("float64"))), rtol=1e-4, atol=1e-4
    )
    np.testing.assert_allclose(host(gradient), expected, rtol=2e-4, atol=1e-6)


# ------------------------------------------------------------------ linear algebra without a unique answer
@covers("qr")
@pytest.mark.parametrize("shape", [(3, 3), (4, 2), (2, 3, 3)])
def test_qr(shape):
    x = normal(shape)
    q, r = (host(part) for part in compute.qr(tensor(x)))
    np.testing.assert_allclose(q @ r, x, atol=10 * TOLERANCE)
    np.testing.assert_allclose(
        np.swapaxes(q, -1, -2) @ q,
        np.broadcast_to(np.eye(q.shape[-1]), (*shape[:-2], q.shape[-1], q.shape[-1])),
        atol=10 * TOLERANCE,
    )
    np.testing.assert_array_equal(r, np.triu(r))


@covers("eigh")
def test_eigh():
    values, vectors = (host(part) for part in compute.eigh(tensor(SYMMETRIC)))
    np.testing.assert_allclose(values, np.linalg.eigvalsh(SYMMETRIC), atol=20 * TOLERANCE)
    np.testing.assert_allclose(
        SYMMETRIC @ vectors, vectors * values[:, None, :], atol=50 * TOLERANCE
    )


@covers("svd")
@pytest.mark.parametrize("full", [True, False])
def test_svd(full):
    x = normal((4, 3))
    u, s, vt = (host(part) for part in compute.svd(tensor(x), full_matrices=full))
    assert u.shape == ((4, 4) if full else (4, 3))
    np.testing.assert_allclose(s, np.linalg.svd(x)[1], atol=20 * TOLERANCE)
    np.testing.assert_allclose(u[:, :3] * s @ vt, x, atol=20 * TOLERANCE)


def test_linear_algebra_has_gradients():
    run = compute.value_and_grad(lambda x: (compute.sum(compute.inv(x)), ()))
    found = host(run(tensor(POSITIVE[0]))[1])
    expected = differences(lambda x: np.linalg.inv(x).sum(), POSITIVE[0])
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)


# ------------------------------------------------------------------ arrays
@covers("asarray", "to_numpy", "is_tensor")
@pytest.mark.parametrize("dtype", SMALL_DTYPES)
def test_arrays_come_back_as_they_went_in(dtype):
    host_dtype = compute.HOST_DTYPES.get(dtype, dtype)
    x = np.array([[0, 1], [1, 0], [1, 1]]).astype(host_dtype)
    found = compute.asarray(x, dtype)
    assert compute.is_tensor(found)
    assert dtype_name(found) == dtype
    back = compute.to_numpy(found)
    assert isinstance(back, np.ndarray)
    assert back.dtype == host_dtype
    np.testing.assert_array_equal(back, x)


def test_asarray_takes_numbers_lists_and_other_dtypes():
    check(compute.asarray(2.5, FLOAT), np.array(2.5))
    check(compute.asarray([[1, 2], [3, 4]], FLOAT), np.array([[1.0, 2], [3, 4]]))
    check(compute.asarray(tensor([1.5, 2.5]), "int32"), np.array([1, 2]))
    check(compute.asarray([], FLOAT), np.zeros((0,)))


def test_only_own_arrays_are_tensors():
    assert not any(map(compute.is_tensor, (1.0, [1.0], np.ones(2), None, "a", Variable(1.0))))


def test_to_numpy_gives_a_copy_that_may_be_written():
    x = tensor([1.0, 2.0])
    compute.to_numpy(x)[0] = 9
    check(x, np.array([1.0, 2.0]))


def test_asarray_copies_numpy_data():
    data = np.ones(1000, FLOAT)
    x = compute.block(compute.copy(compute.asarray(data)))
    data[:] = 2
    check(x, np.ones(1000))


@covers("cast")
@pytest.mark.parametrize("to", SMALL_DTYPES)
def test_cast(to):
    x = np.array([0.0, 1.0, 2.0, 3.75], "float32")
    found = compute.cast(tensor(x, "float32"), to)
    assert dtype_name(found) == to
    expected = x.astype(compute.HOST_DTYPES.get(to, to))
    np.testing.assert_array_equal(host(found).astype("float32"), expected.astype("float32"))
    check(compute.cast(found, FLOAT), expected.astype(FLOAT))


def test_a_negative_float_is_cut_towards_zero():
    check(compute.cast(tensor([-1.7, 1.7]), "int32"), np.array([-1, 1]))


@covers("after")
def test_a_number_after_others_stays_what_it_is():
    others = [tensor(normal((2, 3))), tensor(np.arange(3, dtype="int32"))]
    for number in (np.float32(0.5), np.int32(3)):
        y = compute.compile(compute.after)(tensor(number), others)
        assert (dtypes.of(y), host(y)) == (number.dtype.name, number)


@covers("fused")
@pytest.mark.parametrize("draws", [False, True])
@pytest.mark.parametrize("shape", [(2, 3), (512, 512), (0, 3)])
def test_fused_arithmetic_is_the_functions(shape, draws):
    x = normal(shape)

    def step(x, y, told):
        def update(x, given):
            # What is beyond arithmetic is still done.
            x = compute.tell(told.append, x) if draws else x
            return x * given["y"] + 1.0, [compute.sqrt(x * x), given["y"]]

        return compute.fused(update)(x, {"y": y})

    told = []
    found = compute.compile(lambda x, y: step(x, y, told))(tensor(x), tensor(np.float32(0.5)))
    check(found[0], x * 0.5 + 1.0)
    check(found[1][0], abs(x))
    check(found[1][1], np.array(0.5, FLOAT))
    assert len(told) == draws
    check(step(tensor(x), 0.5, [])[0], x * 0.5 + 1.0)


@covers("copy", "block")
def test_copy():
    x = tensor(normal((2, 3)))
    y = compute.copy(x)
    assert y is not x
    assert compute.block(y) is y
    check(y, host(x))


@covers("full", "arange")
@pytest.mark.parametrize("dtype", ["int32", FLOAT])
def test_making(dtype):
    for shape in [(), (0,), (2, 3)]:
        check(compute.full(shape, 3, dtype), np.full(shape, 3, dtype))
    for bounds in [(0, 5, 1), (2, 9, 3), (5, 0, -2), (3, 3, 1)]:
        check(compute.arange(*bounds, dtype), np.arange(*bounds, dtype=dtype))
    assert dtype_name(compute.arange(0, 1, 0.25, FLOAT)) == FLOAT
    check(compute.full((2,), True, "bool"), np.array([True, True]))


@covers("Spec")
@pytest.mark.parametrize("dtype", SMALL_DTYPES)
def test_spec(dtype):
    spec = compute.Spec([2, 3], dtype)
    assert tuple(spec.shape) == (2, 3)
    assert dtypes.standardize(spec.dtype) == dtype
    assert stored_as(dtype) == dtype


# ------------------------------------------------------------------ indexing
KEYS = {
    "int": 1,
    "negative int": -1,
    "slice": slice(1, 3),
    "step": slice(None, None, 2),
    "backwards": slice(None, None, -1),
    "empty": slice(3, 1),
    "ellipsis": (..., 0),
    "new axis": (None, slice(None), 0, None),
    "mixed": (slice(1, None), -1, slice(0, 2)),
    "array": (np.array([2, 0, 2], "int32"),),
    "negative array": (np.array([-1, 0], "int32"),),
    "arrays": (np.array([0, 1], "int32"), np.array([2, 0], "int32")),
    "array and slice": (slice(None), np.array([[0], [1]], "int32")),
    "mask": (np.array([True, False, True, True]),),
    "all": (),
}


@covers("getitem")
@pytest.mark.parametrize("kind", KEYS)
def test_getitem(kind):
    x, key = normal((4, 3, 2)), KEYS[kind]
    own = (
        tuple(tensor(k) if isinstance(k, np.ndarray) else k for k in key)
        if isinstance(key, tuple)
        else key
    )
    check(compute.getitem(tensor(x), own), x[key])


@covers("take")
def test_take():
    x = normal((4, 3, 2))
    for axis in range(3):
        for indices in (
            np.array([1, 0, 1]),
            np.array(1),
            np.array([[0, 1], [1, 1]]),
            np.zeros((0,), int),
        ):
            indices = indices.astype("int32")
            check(compute.take(tensor(x), tensor(indices), axis), np.take(x, indices, axis))
    check(compute.take(tensor(x), tensor(np.array([-5, 99], "int32")), 0), x[[0, 3]])


@covers("scatter")
def test_scatter():
    x, index = np.zeros((3, 2), FLOAT), (np.array([0, 2, 0], "int32"), np.array([1, 0, 1], "int32"))
    values = np.array([1, 2, 4], FLOAT)
    expected = x.copy()
    np.add.at(expected, index, values)
    arrays = tuple(map(tensor, index))
    check(compute.scatter(tensor(x), arrays, tensor(values), "add"), expected)
    once = tuple(i[:2] for i in index)
    expected = np.ones((3, 2), FLOAT)
    expected[once] = values[:2]
    check(
        compute.scatter(
            tensor(np.ones((3, 2))), tuple(map(tensor, once)), tensor(values[:2]), "set"
        ),
        expected,
    )


def test_scatter_adds_rows():
    rows = np.array([1, 1, 2], "int32")
    expected = np.zeros((4, 3), FLOAT)
    np.add.at(expected, rows, normal((3, 3)))
    found = compute.scatter(
        tensor(np.zeros((4, 3))), (tensor(rows),), tensor(normal((3, 3))), "add"
    )
    check(found, expected)


@covers("slice_sizes", "update_slice")
def test_blocks_at_a_start_known_only_when_run():
    x, block = normal((5, 4)), normal((2, 3), 1)
    cut = compute.compile(lambda x, i: compute.slice_sizes(x, (i, 1), (2, 3)))
    write = compute.compile(lambda x, b, i: compute.update_slice(x, b, (i, 1)))
    for i in (0, 1, 3):
        check(cut(tensor(x), np.int32(i)), x[i : i + 2, 1:4])
        expected = x.copy()
        expected[i : i + 2, 1:4] = block
        check(write(tensor(x), tensor(block), np.int32(i)), expected)
    check(compute.slice_sizes(tensor(x), (1, 0), (4, 4)), x[1:])


@covers("top_k")
def test_top_k():
    x = np.array([[1.0, 3.0, 3.0, 0.0], [5.0, -1.0, 2.0, 4.0]], FLOAT)
    values, indices = compute.top_k(tensor(x), 2)
    check(values, np.array([[3.0, 3.0], [5.0, 4.0]]))
    check(indices, np.array([[1, 2], [0, 3]]))


# ------------------------------------------------------------------ the rest
@covers("devices")
def test_devices():
    assert compute.devices()
    assert all(isinstance(device, str) for device in compute.devices())
    assert K.devices() == list(compute.devices())


@covers("spread")
def test_spread():
    if not has("spread"):
        assert not hasattr(compute, "spread")
        return
    x = normal((4, 2))
    double = compute.compile(lambda x: 2 * compute.spread(x, compute.devices()))
    check(double(tensor(x)), 2 * x)


@covers("register_variable")
def test_own_functions_take_variables():
    v = Variable(np.array([1.0, 2.0], FLOAT))
    check(compute.exp(v), np.exp([1.0, 2.0]))


def test_random_data_differ():
    assert random(1).random() != random(2).random()
