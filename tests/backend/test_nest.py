"""Nests of lists, tuples and dicts."""

import collections

import numpy as np

from keras.backend import nest

Point = collections.namedtuple("Point", "x y")


def test_flatten_keeps_the_order():
    structure = {"b": [1, (2, [3])], "a": 4, "c": None, "d": []}
    assert nest.flatten(structure) == [1, 2, 3, 4]
    assert nest.flatten(5) == [5]
    assert nest.flatten(None) == []


def test_an_array_is_a_leaf():
    array = np.ones((2, 3))
    assert nest.flatten([array])[0] is array


def test_map_leaves_keeps_the_kinds():
    structure = {"p": Point(1, [2, None]), "t": (3,), "l": []}
    found = nest.map_leaves(lambda leaf: leaf * 10, structure)
    assert found == {"p": Point(10, [20, None]), "t": (30,), "l": []}
    assert isinstance(found["p"], Point)
    assert isinstance(found["t"], tuple)


def test_map_leaves_goes_in_the_order_of_flatten():
    structure, seen = [3, {"z": 1, "a": (2,)}], []
    nest.map_leaves(seen.append, structure)
    assert seen == nest.flatten(structure)


def test_lists():
    assert nest.as_list(None) == []
    assert nest.as_list((1, 2)) == [1, 2]
    assert nest.as_list({"a": 1}) == [{"a": 1}]
    given = [1]
    assert nest.as_list(given) is not given
    assert nest.unpack_single([1]) == 1
    assert nest.unpack_single([1, 2]) == [1, 2]
