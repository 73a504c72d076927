"""Small tools, by values worked by hand."""

import functools

import numpy as np
import pytest

from keras import layers, utils
from keras.models import Sequential
from keras.utils import generic


def function(a, b=1, *args, c=2, **kwargs):
    return a


@pytest.mark.parametrize(
    ("fn", "name", "accept_all", "expected"),
    [
        (function, "a", False, True),
        (function, "c", False, True),
        (function, "args", False, False),
        (function, "kwargs", False, False),
        (function, "other", False, False),
        (function, "other", True, True),
        (layers.Dense, "units", False, True),
        (layers.Dense(1).call, "inputs", False, True),
        (layers.Dense(1).call, "self", False, False),
        (functools.partial(function, b=1), "b", False, True),
    ],
)
def test_has_arg(fn, name, accept_all, expected):
    assert generic.has_arg(fn, name, accept_all) == expected


def test_slices_of_arrays():
    x = np.arange(10)
    assert generic.slice_arrays(x, 2, 4).tolist() == [2, 3]
    first, second = generic.slice_arrays([x, None], np.array([5, 1]))
    assert first.tolist() == [5, 1] and second is None
    assert generic.slice_arrays(None) == [None]


def test_shapes_in_a_data_format():
    assert generic.transpose_shape((1, 4, 5, 2), "channels_first", (1, 2)) == (1, 2, 4, 5)
    assert generic.transpose_shape((1, 4, 5, 6, 2), "channels_last", (1, 2, 3)) == (1, 4, 5, 6, 2)
    assert generic.transpose_shape([4, 5, 2], "channels_first", (0, 1)) == [2, 4, 5]
    with pytest.raises(ValueError, match="target_format should be"):
        generic.transpose_shape((1, 2, 3), "first", (1,))


def test_uids_tell_lists_apart():
    a, b = object(), object()
    assert generic.object_list_uid([a, b]) == generic.object_list_uid([a, b])
    assert generic.object_list_uid([a, b]) != generic.object_list_uid([b, a])
    assert generic.object_list_uid(a) == str(id(a))


def test_all_exports_are_there():
    assert all(getattr(utils, name) is not None for name in utils.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        utils.nothing


def test_print_summary_from_above(capsys):
    utils.print_summary(Sequential([layers.Dense(2, input_dim=3)]))
    assert "Total params: 8" in capsys.readouterr().out


def test_objects_by_name_and_config():
    config = utils.serialize_keras_object(layers.Dense(3))
    assert config["class_name"] == "Dense" and config["config"]["units"] == 3
    again = utils.deserialize_keras_object(config, {"Dense": layers.Dense})
    assert again.units == 3
    assert utils.deserialize_keras_object("mine", custom_objects={"mine": function}) is function
    with pytest.raises(ValueError, match="Unknown thing: 'theirs'"):
        utils.deserialize_keras_object("theirs", printable_module_name="thing")
