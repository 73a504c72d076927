"""The primitives that have NumPy's or SciPy's meaning: what to call each with, and what must come out.

A case is `(positional arguments, keyword arguments, the expected result)`. Arrays among the arguments are NumPy's;
the expected result is an array or a tuple of arrays.
"""

import itertools

import numpy as np
from scipy import linalg, special

from .support import FLOAT, normal, random

SHAPES = [(), (0, 3), (7,), (2, 3, 4)]
PAIRS = [((), ()), ((3,), (3,)), ((2, 3), (3,)), ((2, 1), (1, 4)), ((0, 3), (3,)), ((4,), ())]

# Each function of one argument, with the interval it is tried on.
UNARY = {
    "abs": (np.abs, -3, 3),
    "arccos": (np.arccos, -0.95, 0.95),
    "arccosh": (np.arccosh, 1.05, 9),
    "arcsin": (np.arcsin, -0.95, 0.95),
    "arcsinh": (np.arcsinh, -9, 9),
    "arctan": (np.arctan, -9, 9),
    "arctanh": (np.arctanh, -0.95, 0.95),
    "ceil": (np.ceil, -3, 3),
    "conj": (np.conj, -3, 3),
    "cos": (np.cos, -9, 9),
    "cosh": (np.cosh, -3, 3),
    "digamma": (special.digamma, 0.2, 9),
    "erf": (special.erf, -3, 3),
    "erfinv": (special.erfinv, -0.95, 0.95),
    "exp": (np.exp, -9, 3),
    "expm1": (np.expm1, -1e-3, 1e-3),
    "floor": (np.floor, -3, 3),
    "gammaln": (special.gammaln, 0.2, 9),
    "isfinite": (np.isfinite, -3, 3),
    "isinf": (np.isinf, -3, 3),
    "isnan": (np.isnan, -3, 3),
    "log": (np.log, 1e-3, 9),
    "log1p": (np.log1p, -1e-3, 1e-3),
    "logical_not": (np.logical_not, -1, 1),
    "negative": (np.negative, -3, 3),
    "rsqrt": (lambda x: 1 / np.sqrt(x), 1e-3, 9),
    "relu": (lambda x: np.maximum(x, 0), -4, 5),
    "sigmoid": (special.expit, -9, 9),
    "sign": (np.sign, -3, 3),
    "sin": (np.sin, -9, 9),
    "sinh": (np.sinh, -3, 3),
    "softplus": (lambda x: np.logaddexp(x, 0), -9, 9),
    "sqrt": (np.sqrt, 0, 9),
    "square": (np.square, -3, 3),
    "tan": (np.tan, -1.4, 1.4),
    "tanh": (np.tanh, -3, 3),
    "stop_gradient": (lambda x: x, -3, 3),
}
BINARY = {
    "add": (np.add, -3, 3),
    "arctan2": (np.arctan2, -3, 3),
    "divide": (np.divide, 0.5, 3),
    "floor_divide": (np.floor_divide, 0.5, 3),
    "maximum": (np.maximum, -3, 3),
    "minimum": (np.minimum, -3, 3),
    "mod": (np.mod, 0.5, 3),
    "multiply": (np.multiply, -3, 3),
    "power": (np.power, 0.1, 3),
    "subtract": (np.subtract, -3, 3),
}
# These are tried on small integers, where the two sides are often equal.
COMPARING = ["equal", "greater", "greater_equal", "less", "less_equal", "not_equal"]
LOGICAL = ["logical_and", "logical_or", "logical_xor"]
BITS = ["bitwise_and", "bitwise_or", "bitwise_xor"]
REDUCTIONS = {
    "all": np.all,
    "any": np.any,
    "logsumexp": special.logsumexp,
    "max": np.max,
    "mean": np.mean,
    "min": np.min,
    "prod": np.prod,
    "sum": np.sum,
}

# Where a primitive agrees with the reference to fewer digits, by how much: the hardware's own functions, or
# sums in another order.
FACTOR = {
    "digamma": 4,
    "erfinv": 20,
    "gammaln": 4,
    "polygamma": 20,
    "det": 10,
    "inv": 10,
    "solve": 10,
}

SPECIAL = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, 2.5, -2.5, 0.5, 1.5], FLOAT)
INTEGERS = np.array([[-7, 7, 0, 5], [3, -3, 1, -1]], "int32")
DIVISORS = np.array([[2, -2, 3, 5], [-5, 3, 7, 1]], "int32")
TIES = np.array([[1, 3, 3, 0], [2, 2, 1, 2], [0, 0, 0, 0]], FLOAT)
STACK = normal((2, 3, 3), seed=3)
SYMMETRIC = STACK + np.swapaxes(STACK, 1, 2)
POSITIVE = (STACK @ np.swapaxes(STACK, 1, 2) + np.eye(3)).astype(FLOAT)


def uniform(low, high, shape, seed=0):
    """Return draws from an interval in the float type under test."""
    return random(seed).uniform(low, high, shape).astype(FLOAT)


def case(*args, expected, **kwargs):
    """Return one case."""
    return args, kwargs, expected


def by(function, *args, **kwargs):
    """Return the case whose result a NumPy function of the same arguments gives."""
    return args, kwargs, function(*args, **kwargs)


def _unary(function, low, high):
    return [by(function, uniform(low, high, shape)) for shape in SHAPES]


def _binary(function, low, high):
    pairs = [(uniform(low, high, a), uniform(low, high, b, 1)) for a, b in PAIRS]
    return [by(function, *pair) for pair in pairs]


def _on_integers(function):
    draw = random(2)
    return [
        by(function, *(draw.integers(0, 4, shape).astype("int32") for shape in pair))
        for pair in PAIRS
    ]


def _reduction(function):
    x = uniform(-2, 2, (2, 3, 4))
    kinds = [x > 0] if function in (np.all, np.any) else [x]
    axes = [(None, False), (0, False), (1, True), ((0, 2), False), ((0, 1, 2), True)]
    return [by(function, k, axis=a, keepdims=keep) for k in kinds for a, keep in axes]


def _tables():
    yield from ((name, _unary(*row)) for name, row in UNARY.items())
    yield from ((name, _binary(*row)) for name, row in BINARY.items())
    yield from ((name, _on_integers(getattr(np, name))) for name in [*COMPARING, *BITS])
    yield from ((name, _reduction(function)) for name, function in REDUCTIONS.items())
    for name in LOGICAL:
        values = [np.array(v) for v in itertools.product([False, True], repeat=2)]
        yield (
            name,
            [
                by(
                    getattr(np, name),
                    np.array([v[0] for v in values]),
                    np.array([v[1] for v in values]),
                )
            ],
        )


CASES = {name: list(cases) for name, cases in _tables()}


def _add(name, *cases):
    CASES.setdefault(name, []).extend(cases)


# ------------------------------------------------------------------ edges of the elementwise functions
for _name in ("abs", "isfinite", "isinf", "isnan", "negative", "sign", "square", "ceil", "floor"):
    _add(_name, by(UNARY[_name][0], SPECIAL))
for _name in ("add", "multiply", "subtract", "maximum", "minimum"):
    _add(_name, by(getattr(np, _name), SPECIAL[2:], np.ones_like(SPECIAL[2:])))
    _add(_name, by(getattr(np, _name), INTEGERS, DIVISORS))
for _name in ("floor_divide", "mod"):
    _add(_name, by(getattr(np, _name), INTEGERS, DIVISORS))
    _add(_name, by(getattr(np, _name), INTEGERS.astype(FLOAT), DIVISORS.astype(FLOAT)))
for _name in ("abs", "negative", "sign", "square"):
    _add(_name, by(UNARY[_name][0], INTEGERS))
_add("equal", by(np.equal, SPECIAL, SPECIAL))
_add("not_equal", by(np.not_equal, SPECIAL, SPECIAL))
_add("power", by(np.power, np.array([-2.0, 3.0, 0.0], FLOAT), np.array([2.0, -1.0, 0.0], FLOAT)))
_add("power", by(np.power, np.array([-2, 3, 2], "int32"), np.array([3, 2, 0], "int32")))
_add("exp", case(np.array([-1000, 0], FLOAT), expected=np.array([0, 1], FLOAT)))
_add("relu", case(np.array([np.nan, -0.0], FLOAT), expected=np.array([np.nan, 0], FLOAT)))
_add("sigmoid", case(np.array([-1000, 1000], FLOAT), expected=np.array([0, 1], FLOAT)))
_add("softplus", case(np.array([-1000, 1000], FLOAT), expected=np.array([0, 1000], FLOAT)))
_add("round", by(np.round, uniform(-9, 9, (2, 5))), by(np.round, uniform(-9, 9, (5,)), 2))
_add("round", by(np.round, np.array([0.5, 1.5, 2.5, -0.5, -1.5], FLOAT)))
_add("bitwise_not", by(np.bitwise_not, INTEGERS), by(np.bitwise_not, np.array([True, False])))
_add("left_shift", by(np.left_shift, INTEGERS, np.abs(DIVISORS)))
_add("right_shift", by(np.right_shift, INTEGERS * 100, np.abs(DIVISORS)))
_add("polygamma", *(by(special.polygamma, n, uniform(0.5, 5, (3, 2))) for n in (1, 2)))
_COMPLEX = np.array([1 + 2j, -3j], {"float32": "complex64", "float64": "complex128"}[FLOAT])
_add("real", by(np.real, uniform(-3, 3, (2, 3))), by(np.real, _COMPLEX))
_add("imag", by(np.imag, uniform(-3, 3, (2, 3))), by(np.imag, _COMPLEX))
_add("where", by(np.where, normal((2, 3)) > 0, normal((2, 3), 1), normal((3,), 2)))
_add("where", by(np.where, np.array(True), INTEGERS, DIVISORS))

# ------------------------------------------------------------------ reductions and order
for _name in ("max", "min", "sum", "prod"):
    _add(_name, by(getattr(np, _name), INTEGERS), by(getattr(np, _name), INTEGERS, axis=1))
for _name in ("sum", "prod"):
    _add(_name, by(getattr(np, _name), np.zeros((0, 3), FLOAT), axis=0))
    _add(_name, by(getattr(np, _name), np.zeros((0, 3), FLOAT), axis=1))
for _name in ("all", "any"):
    _add(_name, by(getattr(np, _name), np.zeros((0,), bool)))
for _name in ("max", "min"):
    _add(_name, by(getattr(np, _name), np.array([1, np.nan, 2], FLOAT)))
_add("logsumexp", case(np.array([1000, 1000], FLOAT), expected=(1000 + np.log(2)).astype(FLOAT)))
_add("logsumexp", case(np.array([-np.inf, -np.inf], FLOAT), expected=np.array(-np.inf, FLOAT)))
for _name in ("argmax", "argmin"):
    _function = getattr(np, _name)
    _add(_name, *(by(_function, TIES, axis=axis) for axis in (None, 0, 1)))
    _add(_name, by(_function, TIES, axis=1, keepdims=True), by(_function, INTEGERS, axis=0))
for _name in ("cumsum", "cumprod"):
    _add(_name, *(by(getattr(np, _name), uniform(-2, 2, (2, 3, 2)), axis=a) for a in range(3)))
    _add(_name, by(getattr(np, _name), INTEGERS, axis=0))
_add(
    "sort",
    *(by(np.sort, normal((3, 4)), axis=axis) for axis in (0, 1)),
    by(np.sort, INTEGERS, axis=1),
)
_add("argsort", *(by(np.argsort, normal((3, 4)), axis=axis) for axis in (0, 1)))
_add("argsort", case(TIES, axis=1, expected=np.argsort(TIES, axis=1, kind="stable")))
_EDGES = np.array([0.0, 1.0, 1.0, 2.0], FLOAT)
for _side in ("left", "right"):
    _add(
        "searchsorted",
        by(np.searchsorted, _EDGES, np.array([[-1, 0, 1], [1.5, 2, 3]], FLOAT), side=_side),
    )

# ------------------------------------------------------------------ shapes
_CUBE = normal((2, 3, 4))
_add(
    "broadcast_to",
    by(np.broadcast_to, normal((3, 1)), (2, 3, 4)),
    by(np.broadcast_to, normal(()), (0, 2)),
)
for _axis in range(3):
    _add("concatenate", by(np.concatenate, [_CUBE, _CUBE[:, :, :]], _axis))
    _add("flip", by(np.flip, _CUBE, _axis))
    _add("repeat", by(np.repeat, _CUBE, 2, _axis))
_add("concatenate", by(np.concatenate, [_CUBE, np.zeros((0, 3, 4), FLOAT), normal((1, 3, 4))], 0))
for _cuts, _axis in (([1], 0), ([1, 3], 2), ([], 1)):
    _add("split", case(_CUBE, _cuts, _axis, expected=tuple(np.split(_CUBE, _cuts, _axis))))
_add("stack", *(by(np.stack, [_CUBE, -_CUBE], axis) for axis in range(4)))
_add("flip", by(np.flip, _CUBE, None), by(np.flip, _CUBE, (0, 2)))
_add("repeat", by(np.repeat, _CUBE, 2, None))
_add(
    "reshape",
    by(np.reshape, _CUBE, (4, 6)),
    by(np.reshape, _CUBE, (-1, 2)),
    by(np.reshape, normal((1,)), ()),
)
_add("reshape", case(np.zeros((0, 3), FLOAT), (3, 0), expected=np.zeros((3, 0), FLOAT)))
_add(
    "tile", by(np.tile, _CUBE, (2, 1, 3)), by(np.tile, normal((3,)), (2, 2)), by(np.tile, _CUBE, 2)
)
_add("transpose", *(by(np.transpose, _CUBE, axes) for axes in itertools.permutations(range(3))))
_add(
    "diagonal",
    by(np.diagonal, _CUBE),
    by(np.diagonal, _CUBE, 1, 1, 2),
    by(np.diagonal, _CUBE, -1, 0, 2),
)
for _mode in ("constant", "reflect", "symmetric", "edge"):
    _add("pad", by(np.pad, _CUBE, [(0, 1), (2, 0), (1, 1)], _mode))
_add("pad", by(np.pad, _CUBE, [(1, 0), (0, 0), (0, 2)], "constant", constant_values=-1.5))
_add("pad", by(np.pad, INTEGERS, 1, "constant", constant_values=9))
_PICKS = np.array([[[0, 1, 2, 0]], [[2, 2, 1, 0]]], "int32")
_add("take_along_axis", by(np.take_along_axis, _CUBE, _PICKS, 1))
_add("take_along_axis", by(np.take_along_axis, _CUBE[0], np.array([[3], [0], [1]], "int32"), 1))

# ------------------------------------------------------------------ products
for _a, _b in [
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (3, 2)),
    ((2, 3), (3, 4)),
    ((5, 2, 3), (3, 4)),
    ((5, 2, 3), (5, 3, 4)),
    ((5, 1, 2, 3), (2, 3, 4)),
    ((0, 3), (3, 2)),
    ((2, 0), (0, 3)),
]:
    _add("matmul", by(np.matmul, normal(_a), normal(_b, 1)))
_add("matmul", by(np.matmul, INTEGERS, DIVISORS.T))
_add("tensordot", by(np.tensordot, _CUBE, normal((3, 4, 5), 1), axes=2))
_add("tensordot", by(np.tensordot, _CUBE, normal((4, 2), 1), axes=([0, 2], [1, 0])))
_add("tensordot", by(np.tensordot, normal((2,)), normal((3,), 1), axes=0))
for _rule, *_shapes in [
    ("ij->ji", (2, 3)),
    ("ii", (3, 3)),
    ("ij,jk", (2, 3), (3, 4)),
    ("ij,ij->", (2, 3), (2, 3)),
    ("bij,bjk->bik", (2, 3, 4), (2, 4, 5)),
    ("...i,i->...", (2, 3, 4), (4,)),
    ("ij,jk,kl->il", (2, 3), (3, 4), (4, 5)),
]:
    _add("einsum", by(np.einsum, _rule, *(normal(s, i) for i, s in enumerate(_shapes))))

# ------------------------------------------------------------------ linear algebra
_add("cholesky", by(np.linalg.cholesky, POSITIVE))
_add("det", by(np.linalg.det, STACK), by(np.linalg.det, STACK[0]))
_add("inv", by(np.linalg.inv, POSITIVE))
_add("slogdet", case(STACK, expected=tuple(np.linalg.slogdet(STACK))))
_add("solve", by(np.linalg.solve, POSITIVE, normal((2, 3, 2), 4)))
for _lower in (False, True):
    _add("solve_triangular", by(linalg.solve_triangular, POSITIVE[0], normal((3, 2)), lower=_lower))
