"""Names and configs: objects found by name, described by dicts and made again."""

import json
import threading

import numpy as np
import pytest

from keras import registry
from keras.backend.variable import Variable
from keras.registry import (
    Configurable,
    CustomObjectScope,
    custom_object_scope,
    deserialize,
    lookup,
    plain,
    serialize,
)


def relu(x):
    return max(x, 0)


class Scale(Configurable):
    def __init__(self, factor, offset=0, *, name=None):
        self.factor = factor
        self.offset = offset
        self.name = name


class Pair(Configurable):
    def __init__(self, first, second=None):
        self.first = deserialize(first, TABLE, "part")
        self.second = second


TABLE = {"relu": relu, "Scale": Scale, "Pair": Pair}


@pytest.fixture(autouse=True)
def clean():
    yield
    registry.get_custom_objects().clear()


# ------------------------------------------------------------------ lookup
def test_a_name_of_the_table():
    assert lookup("relu", TABLE, "activation") is relu


def test_an_unknown_name_gets_suggestions():
    with pytest.raises(ValueError, match=r"Unknown activation: 'rellu'.*'relu'.*custom_objects"):
        lookup("rellu", TABLE, "activation")
    with pytest.raises(ValueError, match=r"'Pair', 'Scale', 'relu'"):
        lookup("qqq", TABLE, "activation")


def test_the_users_own_objects_come_first():
    mine, scoped, given = (lambda x: 1), (lambda x: 2), (lambda x: 3)
    registry.get_custom_objects()["relu"] = mine
    assert lookup("relu", TABLE, "activation") is mine
    with custom_object_scope({"relu": scoped}):
        assert lookup("relu", TABLE, "activation") is scoped
        assert lookup("relu", TABLE, "activation", {"relu": given}) is given
    assert lookup("relu", TABLE, "activation") is mine


def test_scopes_nest_and_end_with_an_error():
    with CustomObjectScope({"a": 1, "b": 1}, {"c": 1}):
        with pytest.raises(KeyError), CustomObjectScope({"a": 2}):
            assert (
                registry.find_custom("a"),
                registry.find_custom("b"),
                registry.find_custom("c"),
            ) == (2, 1, 1)
            raise KeyError
        assert registry.find_custom("a") == 1
    assert registry.find_custom("a") is None


def test_a_scope_belongs_to_its_thread():
    seen = []
    with custom_object_scope({"a": 1}):
        thread = threading.Thread(target=lambda: seen.append(registry.find_custom("a")))
        thread.start()
        thread.join()
    assert seen == [None]


# ------------------------------------------------------------------ configs
def test_a_config_is_read_from_the_signature():
    assert Scale(2).get_config() == {"factor": 2, "offset": 0, "name": None}
    assert Scale(2, name="s", offset=3).get_config() == {"factor": 2, "offset": 3, "name": "s"}


def test_a_config_follows_the_attributes():
    scale = Scale(2)
    scale.factor = np.float32(0.5)
    assert scale.get_config()["factor"] == 0.5


def test_a_config_of_a_subclass_has_what_it_passes_on():
    class Named(Scale):
        def __init__(self, bias=1.0, **kwargs):
            super().__init__(**kwargs)
            self.bias = bias

    config = Named(factor=4, name="n").get_config()
    assert config == {"bias": 1.0, "factor": 4, "name": "n"}
    again = Named.from_config(config)
    assert (again.bias, again.factor, again.offset) == (1.0, 4, 0)


def test_what_a_config_leaves_out():
    class Quiet(Scale):
        _not_in_config = frozenset({"name"})

    assert Quiet(2, name="n").get_config() == {"factor": 2, "offset": 0}


def test_an_object_is_made_again_from_json():
    pair = Pair(Scale(2, name="s"), second=relu)
    text = json.dumps(serialize(pair))
    again = deserialize(json.loads(text), TABLE, "part")
    assert isinstance(again, Pair)
    assert isinstance(again.first, Scale)
    assert (again.first.factor, again.first.name) == (2, "s")
    assert again.second == "relu"
    assert serialize(again) == serialize(pair)


def test_custom_objects_reach_nested_configs():
    class Mine(Scale):
        pass

    config = {
        "class_name": "Pair",
        "config": {"first": {"class_name": "Mine", "config": {"factor": 7}}},
    }
    assert type(deserialize(config, TABLE, "part", {"Mine": Mine}).first) is Mine
    with pytest.raises(ValueError, match="Unknown part: 'Mine'"):
        deserialize(config, TABLE, "part")


def test_a_class_without_from_config_is_called():
    class Plain:
        def __init__(self, a=0):
            self.a = a

    assert (
        deserialize({"class_name": "Plain", "config": {"a": 5}}, {"Plain": Plain}, "thing").a == 5
    )
    assert deserialize({"class_name": "Plain"}, {"Plain": Plain}, "thing").a == 0


def test_what_an_identifier_may_be():
    made = Scale(1)
    assert deserialize("relu", TABLE, "part") is relu
    assert deserialize(relu, TABLE, "part") is relu
    assert deserialize(made, TABLE, "part") is made
    assert deserialize(made.get_config, TABLE, "part")() == made.get_config()

    class Simple:
        pass

    assert isinstance(deserialize(Simple, TABLE, "part"), Simple)
    assert isinstance(deserialize("Simple", {"Simple": Simple}, "part"), Simple)


@pytest.mark.parametrize("identifier", [{"config": {}}, {"class_name": 3}, {}])
def test_a_dict_without_a_class_name_is_refused(identifier):
    with pytest.raises(ValueError, match="A part given as a dict needs the key 'class_name'"):
        deserialize(identifier, TABLE, "part")


def test_another_type_is_refused():
    with pytest.raises(ValueError, match=r"A part should be a name.*got 3"):
        deserialize(3, TABLE, "part")


def test_serialize():
    assert serialize(None) is None
    assert serialize(relu) == "relu"
    assert serialize(Scale(1)) == {
        "class_name": "Scale",
        "config": {"factor": 1, "offset": 0, "name": None},
    }
    with pytest.raises(ValueError, match="neither get_config nor a __name__"):
        serialize(object())


def test_plain_values_survive_json():
    value = {
        "array": np.arange(4).reshape(2, 2),
        "scalar": np.float32(0.5),
        "tuple": (1, (2.5, None)),
        "flag": np.True_,
        "variable": Variable([1.0, 2.0]),
        "function": relu,
        "object": Scale(1),
    }
    found = plain(value)
    assert json.loads(json.dumps(found)) == found
    assert found["array"] == [[0, 1], [2, 3]]
    assert found["tuple"] == [1, [2.5, None]]
    assert found["flag"] is True
    assert found["variable"] == [1.0, 2.0]
    assert found["object"]["config"]["factor"] == 1


# ------------------------------------------------------------------ tables
def test_a_table_has_a_modules_functions_and_fitting_classes():
    namespace = {"__name__": __name__, "relu": relu, "_hidden": relu, "Scale": Scale, "Pair": Pair,
                 "Variable": Variable, "np": np, "Configurable": Configurable}  # fmt: skip
    assert registry.table_of(namespace, Scale) == {"relu": relu, "Scale": Scale}
    assert set(registry.table_of(namespace, Configurable)) == {"relu", "Scale", "Pair"}


def test_flat_names():
    assert registry.flat_names([Scale(1, name="a"), {"b": Scale(2, name="c")}, 5]) == [
        "a",
        "c",
        "5",
    ]
