"""The rule of dtypes: the whole promotion table, and how names are read."""

import itertools

import numpy as np
import pytest

from keras import config
from keras.backend import dtypes
from keras.backend.dtypes import ALL, FLOATS, SIGNED, UNSIGNED, of_data, result, standardize

PAIRS = list(itertools.product(ALL, repeat=2))


# ------------------------------------------------------------------ the table
@pytest.mark.parametrize("a", ALL)
def test_a_dtype_with_itself_and_with_bool(a):
    assert result(a) == result(a, a) == result(a, "bool") == a


def test_the_table_is_symmetric():
    assert [(a, b) for a, b in PAIRS if result(a, b) != result(b, a)] == []


def test_the_table_has_known_dtypes():
    assert {result(a, b) for a, b in PAIRS} <= set(ALL)


def test_floats_are_associative():
    for a, b, c in itertools.product(FLOATS, repeat=3):
        assert len({result(result(x, y), z) for x, y, z in itertools.permutations((a, b, c))}) == 1


def test_small_integers_are_associative():
    narrow = [name for name, bits in {**SIGNED, **UNSIGNED}.items() if bits < 64]
    for a, b, c in itertools.product(narrow, repeat=3):
        assert len({result(result(x, y), z) for x, y, z in itertools.permutations((a, b, c))}) == 1


def test_integers_are_joined_as_numpy_does():
    integers = [*SIGNED, *UNSIGNED]
    differing = {
        (a, b)
        for a, b in itertools.product(integers, repeat=2)
        if result(a, b) != np.promote_types(a, b).name
    }
    # NumPy takes float64 where no integer holds both; here that is the default float.
    assert differing == {p for s in SIGNED for p in ((s, "uint64"), ("uint64", s))}
    assert {result(*pair) for pair in differing} == {config.floatx()}


def test_a_float_keeps_its_width_beside_an_integer():
    for a, b in itertools.product(FLOATS, [*SIGNED, *UNSIGNED]):
        assert result(a, b) == a


@pytest.mark.parametrize(
    ("a", "b", "joined"),
    [
        ("float16", "bfloat16", "float32"),
        ("float16", "float32", "float32"),
        ("bfloat16", "float32", "float32"),
        ("float32", "float64", "float64"),
        ("float32", "int64", "float32"),
        ("int8", "uint8", "int16"),
        ("int32", "uint32", "int64"),
        ("int16", "uint8", "int16"),
        ("bool", "uint8", "uint8"),
        ("complex64", "float32", "complex64"),
        ("complex64", "int8", "complex64"),
        ("complex64", "complex128", "complex128"),
    ],
)
def test_entries_of_the_table(a, b, joined):
    assert result(a, b) == joined


@pytest.mark.parametrize("dtype", [*SIGNED, *UNSIGNED, *FLOATS])
def test_python_numbers_never_widen(dtype):
    assert result(dtype, bool) == result(dtype, int) == dtype
    assert result(dtype, float) == (dtype if dtype in FLOATS else config.floatx())
    assert result(dtype, complex) == "complex64"


def test_numbers_alone():
    assert [result(kind) for kind in (bool, int, float, complex)] == [
        "bool",
        "int32",
        config.floatx(),
        "complex64",
    ]
    assert result("bool", int) == "int32"
    assert result("bool", float) == result(int, float) == config.floatx()
    assert result("complex128", float) == "complex128"


# ------------------------------------------------------------------ names
@pytest.mark.parametrize("dtype", ALL)
def test_a_name_stands_for_itself(dtype):
    assert standardize(dtype) == dtype


@pytest.mark.parametrize("dtype", sorted(set(ALL) - {"bfloat16"}))
def test_numpys_spellings(dtype):
    assert standardize(np.dtype(dtype)) == dtype
    assert standardize(np.dtype(dtype).type) == dtype.replace("bool_", "bool")


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (None, "float32"),
        ("floatx", "float32"),
        ("float", "float32"),
        (float, "float32"),
        (int, "int32"),
        ("int", "int32"),
        (bool, "bool"),
        ("half", "float16"),
        ("double", "float64"),
    ],
)
def test_other_spellings(given, wanted):
    assert standardize(given) == wanted


def test_a_name_of_a_foreign_dtype_object():
    class Foreign:
        def __str__(self):
            return "library.float16"

    assert standardize(Foreign()) == "float16"


@pytest.mark.parametrize("dtype", ["float8", "str", "", object, np.dtype("datetime64[s]")])
def test_an_unknown_dtype_is_refused(dtype):
    with pytest.raises(ValueError, match="dtype should be one of"):
        standardize(dtype)


# ------------------------------------------------------------------ data
@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (True, "bool"),
        (np.True_, "bool"),
        (3, "int32"),
        (3.0, "float32"),
        ([1, 2], "int32"),
        ([1.0, 2], "float32"),
        ([[True]], "bool"),
        (np.float64(1), "float32"),
        (np.zeros(2, "int64"), "int32"),
        (np.zeros(2, "float16"), "float16"),
        (np.zeros(2, "uint8"), "uint8"),
    ],
)
def test_dtype_of_data(data, wanted):
    assert of_data(data) == wanted


def test_floatx_is_followed(monkeypatch):
    monkeypatch.setitem(config._settings, "floatx", "float16")
    assert standardize(None) == of_data(1.0) == result("int32", float) == "float16"


def test_kinds():
    assert [name for name in ALL if dtypes.is_float(name)] == list(FLOATS)
    assert [name for name in ALL if dtypes.is_integer(name)] == [*SIGNED, *UNSIGNED]
