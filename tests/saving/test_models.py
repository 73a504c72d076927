"""Models to configs and back: graphs of all shapes, ops, copies, pickles, and what has no config."""

import copy
import pickle

import numpy as np
import pytest

from keras import backend as K
from keras import layers as L
from keras import models, ops, registry
from keras.models import Model, Sequential, clone_model
from keras.saving import dialects, keras2, schema


def draw(*shape):
    return np.random.RandomState(5).normal(size=shape).astype("float32")


def shared_and_nested():
    inner = Sequential([L.Dense(4, activation="relu", input_dim=3), L.Dense(3)], name="inner")
    left, right = L.Input((3,)), L.Input((3,))
    shared = L.Dense(3)
    merged = L.concatenate([inner(shared(left)), inner(shared(right)), shared(left)])
    return Model([left, right], [L.Dense(2)(merged), inner(right)])


def ops_and_slices():
    x = L.Input((6, 4))
    y = x * 2.0 + ops.relu(x[:, ::2])[:, :1] - np.arange(4, dtype="float32")
    size = ops.shape(y)[0]
    y = ops.reshape(y, (size, 24)) / ops.sqrt(ops.abs(ops.mean(x)) + 1.0)
    return Model(x, ops.concatenate([y, 1.0 - y], axis=-1))


def states_of_recurrent_layers():
    x, h = L.Input((5, 2)), L.Input((3,))
    outputs, *states = L.LSTM(3, return_state=True, return_sequences=True)(x)
    decoded = L.LSTM(3)(outputs, initial_state=states)
    return Model([x, h], [L.GRU(3)(x, initial_state=h), decoded])


def known_states_and_masks():
    x = L.Input((4,), dtype="int32")
    y = L.Embedding(7, 3, mask_zero=True)(x)
    return Model(x, L.Bidirectional(L.LSTM(2))(y))


def from_the_middle():
    x = L.Input((4,))
    hidden = L.Dense(3)(x)
    outer = Model(x, L.Dense(2)(L.Activation("tanh")(hidden)))
    return Model(hidden, outer.output)


def several_calls():
    x = L.Input((4,))
    layer = L.Dense(4)
    layer(L.Input((4,)))  # a call that is no part of the model
    return Model(x, layer(layer(layer(x))))


def names_and_dicts():
    left, right = L.Input((3,), name="left"), L.Input((3,), name="right")
    outputs = {"sum": L.add([left, right]), "product": L.multiply([left, right])}
    return Model([left, right], outputs)


def wrapped_model():
    inner = shared_and_nested()
    one = Model(inner.inputs, inner.outputs[0])
    x = L.Input((3,))
    return Model(
        x,
        Sequential([L.RepeatVector(2, input_shape=(2,)), L.TimeDistributed(stack())])(one([x, x])),
    )


def stack():
    return Sequential([L.Dense(3, input_dim=2), L.Dense(2)])


def stack_of_stacks():
    return Sequential([stack(), stack()])


def stack_with_input():
    return Sequential([L.InputLayer(input_shape=(4,)), L.Dense(2)])


def stack_built_late():
    model = Sequential([L.Dense(3), L.Dense(2)])
    model.build((None, 4))
    return model


def frozen_part():
    inner = stack()
    inner.trainable = False
    return Sequential([inner, L.Dense(1)])


MODELS = [
    shared_and_nested,
    ops_and_slices,
    states_of_recurrent_layers,
    known_states_and_masks,
    from_the_middle,
    several_calls,
    names_and_dicts,
    wrapped_model,
    stack_of_stacks,
    stack_with_input,
    stack_built_late,
    frozen_part,
]


def inputs_of(model):
    found = [
        np.random.RandomState(2).randint(0, 7, (3, *t.shape[1:]))
        if t.dtype == "int32"
        else draw(3, *t.shape[1:])
        for t in model.inputs
    ]
    return found if len(found) > 1 else found[0]


def outputs_of(model, x):
    found = model.predict(x)
    return (
        list(found.values())
        if isinstance(found, dict)
        else found
        if isinstance(found, list)
        else [found]
    )


def assert_same_outputs(model, other):
    x = inputs_of(model)
    for one, two in zip(outputs_of(model, x), outputs_of(other, x), strict=True):
        np.testing.assert_array_equal(one, two)


def names_of(model):
    return [layer.name for layer in model.layers if not isinstance(layer, L.InputLayer)]


WAYS = {
    "config": lambda model: type(model).from_config(model.get_config()),
    "json": lambda model: models.model_from_json(model.to_json()),
    "yaml": lambda model: models.model_from_yaml(model.to_yaml()),
    "clone": clone_model,
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("build", MODELS)
def test_a_config_makes_a_model_that_computes_the_same(build, way):
    model = build()
    other = way(model)
    assert names_of(other) == names_of(model)
    assert [w.shape for w in other.trainable_weights] == [w.shape for w in model.trainable_weights]
    other.set_weights(model.get_weights())
    assert_same_outputs(model, other)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
@pytest.mark.parametrize("build", MODELS)
def test_copies_have_the_weights(build, copied):
    model = build()
    assert_same_outputs(model, copied(model))


@pytest.mark.parametrize("build", MODELS)
def test_a_file_makes_the_model_again(build, tmp_path):
    model = build()
    model.save(tmp_path / "model.h5")
    assert_same_outputs(model, models.load_model(tmp_path / "model.h5"))


@pytest.mark.parametrize("build", MODELS)
def test_the_dialect_of_keras_2_loses_nothing(build):
    description = keras2.to_canonical(registry.serialize(build()))
    schema.check(description)
    assert keras2.to_canonical(description) == description
    assert keras2.to_canonical(keras2.from_canonical(description)) == description


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_copies_train_on_like_the_original(copied, model, x, y):
    model.fit(x, y, epochs=2, verbose=0)
    other = copied(model)
    model.fit(x, y, epochs=4, initial_epoch=2, verbose=0)
    other.fit(x, y, epochs=4, initial_epoch=2, verbose=0)
    for one, two in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_a_clone_is_new_and_may_begin_with_other_tensors():
    model = shared_and_nested()
    assert not np.array_equal(clone_model(model).get_weights()[0], model.get_weights()[0])
    tensor = L.Input((3,), name="mine")
    clone = clone_model(model, input_tensors=[tensor, ops.tanh(tensor)])
    assert clone.inputs[0] is tensor
    twin = clone_model(stack(), input_tensors=L.Input((2,), name="own"))
    assert twin.input_names == ["own"]
    with pytest.raises(ValueError, match="2 inputs, got 1"):
        clone_model(model, input_tensors=[tensor])


# ------------------------------------------------------------------ what is the user's own
class Scale(L.Layer):
    def __init__(self, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, inputs):
        return inputs * self.factor


def cube(x):
    return x * x * x


class Named(Model):
    def __init__(self, units, name=None):
        x = L.Input((4,))
        self.units = units
        super().__init__(x, L.Dense(units)(x), name=name)


class Stack(Sequential):
    pass


def test_custom_objects_are_asked_for_by_name_and_found():
    model = Sequential([Scale(3.0, input_shape=(2,)), L.Activation(cube)])
    text = model.to_json()
    with pytest.raises(ValueError, match="Unknown layer: 'Scale'"):
        models.model_from_json(text)
    own = {"Scale": Scale, "cube": cube}
    assert_same_outputs(model, models.model_from_json(text, custom_objects=own))
    with registry.CustomObjectScope(own):
        assert_same_outputs(model, models.model_from_yaml(model.to_yaml()))
    assert_same_outputs(model, clone_model(model))


@pytest.mark.parametrize("build", [lambda: Named(3), lambda: Stack([L.Dense(2, input_dim=4)])])
def test_classes_of_models_come_back_as_they_are(build, tmp_path):
    model = build()
    model.save(tmp_path / "model.h5")
    own = {"Named": Named, "Stack": Stack}
    other = models.load_model(tmp_path / "model.h5", custom_objects=own)
    assert type(other) is type(model)
    assert_same_outputs(model, other)
    assert_same_outputs(model, copy.deepcopy(model))


def test_a_lambda_is_run_only_where_that_is_wanted(tmp_path):
    model = Sequential([L.Lambda(lambda x: x * 3, input_shape=(2,))])
    model.save(tmp_path / "model.h5")
    with pytest.raises(ValueError, match="safe_mode=False"):
        models.load_model(tmp_path / "model.h5")
    assert_same_outputs(model, models.load_model(tmp_path / "model.h5", safe_mode=False))


class Subclassed(Model):
    def __init__(self):
        super().__init__()
        self.dense = L.Dense(2)
        self.scale = K.variable(np.float32(2.0))

    def call(self, inputs):
        return self.dense(inputs)


class WithOwnWeight(Subclassed):
    def build(self, input_shape):
        self.factor = self.add_weight("factor", (2,))

    def call(self, inputs):
        return self.dense(inputs) * self.factor


@pytest.mark.parametrize("save", [lambda m, p: m.save(p), lambda m, p: m.get_config()])
def test_a_subclassed_model_says_that_its_weights_can_be_saved(save, tmp_path):
    with pytest.raises(NotImplementedError, match="save_weights"):
        save(Subclassed(), tmp_path / "model.h5")


@pytest.mark.parametrize("kind", [Subclassed, WithOwnWeight])
def test_the_weights_of_a_subclassed_model(kind, tmp_path):
    model, other, x = kind(), kind(), draw(3, 4)
    with pytest.raises(ValueError, match="no weights yet, so save_weights"):
        model.save_weights(tmp_path / "weights.h5")
    model.predict(x), other.predict(x)
    model.save_weights(tmp_path / "weights.h5")
    other.load_weights(tmp_path / "weights.h5")
    np.testing.assert_array_equal(model.predict(x), other.predict(x))
    np.testing.assert_array_equal(model.predict(x), pickle.loads(pickle.dumps(model)).predict(x))
    np.testing.assert_array_equal(model.predict(x), copy.deepcopy(model).predict(x))


def test_a_variable_in_the_graph_has_no_config():
    x = L.Input((2,))
    model = Model(x, x * K.variable(np.ones(2)))
    with pytest.raises(ValueError, match=r"the Variable .* has no config"):
        model.get_config()


@pytest.mark.parametrize("name", ["../out", "/out", "a/../../out", "."])
def test_a_layers_name_leads_nowhere(name, tmp_path):
    (tmp_path / "in").mkdir()
    model = Sequential([L.Dense(2, input_dim=3, name=name)])
    for save in (model.save, model.save_weights):
        with pytest.raises(ValueError, match=r"leads out of its group in an HDF5 file\. Give"):
            save(tmp_path / "in" / "m.h5")
    model.save(tmp_path / "in" / "m.keras")
    model.save_weights(tmp_path / "in" / "m.safetensors")
    found = models.load_model(tmp_path / "in" / "m.keras")
    assert found.layers[0].name == name
    assert_same_outputs(model, found)
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
    assert len(list((tmp_path / "in").iterdir())) == 2


def with_a_shared_layer():
    """A graph, a graph in it and a stack in it that have a layer in common."""
    shared = L.Dense(4, activation="tanh", name="shared")
    a = L.Input((4,))
    graph = Model(a, L.Dense(2, name="last")(shared(a)), name="graph")
    stack = Sequential([L.Dense(4, input_dim=4), shared, L.Dense(2)], name="stack")
    x = L.Input((4,))
    model = Model(x, L.Add()([graph(x), stack(shared(x))]), name="outer")
    model.compile("adam", "mse")
    return model


SHARED = {
    "h5": lambda model, path: saved_and_loaded(model, path / "m.h5"),
    "keras": lambda model, path: saved_and_loaded(model, path / "m.keras"),
    "pickle": lambda model, path: pickle.loads(pickle.dumps(model)),
    "deepcopy": lambda model, path: copy.deepcopy(model),
}


def saved_and_loaded(model, path):
    model.save(path)
    return models.load_model(path)


@pytest.mark.parametrize("again", SHARED.values(), ids=SHARED)
def test_a_layer_shared_between_models_comes_back_shared(again, x, y, tmp_path):
    model = with_a_shared_layer()
    model.train_on_batch(x, y)
    found = again(model, tmp_path)
    parts = [found, found.get_layer("graph"), found.get_layer("stack")]
    assert len({part.get_layer("shared") for part in parts}) == 1
    assert len(found.weights) == len(model.weights)
    assert model.train_on_batch(x, y) == found.train_on_batch(x, y)
    for ours, theirs in zip(model.get_weights(), found.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    "again",
    [models.clone_model, lambda m: models.model_from_json(m.to_json())],
    ids=["clone", "json"],
)
def test_a_config_tells_which_layers_are_shared(again):
    found = again(with_a_shared_layer())
    shared = found.get_layer("shared")
    assert found.get_layer("graph").get_layer("shared") is shared
    assert found.get_layer("stack").get_layer("shared") is shared


def test_layers_of_one_mark_and_other_configs_are_not_one():
    config = with_a_shared_layer().get_config()
    graph = next(entry for entry in config["layers"] if entry["name"] == "graph")
    shared = next(entry for entry in graph["config"]["layers"] if entry["name"] == "shared")
    shared["config"]["activation"] = "relu"
    found = Model.from_config(config)
    assert found.get_layer("graph").get_layer("shared") is not found.get_layer("shared")


class WithOwnArguments(Model):
    def __init__(self, layer=None, name=None):
        self.layer = layer or L.Dense(4, name="shared")
        x = L.Input((4,))
        super().__init__(x, self.layer(x), name=name)

    def get_config(self):
        return {"name": self.name}


def test_a_shared_layer_of_a_model_with_arguments_of_its_own_is_warned_of(tmp_path):
    shared, x = L.Dense(4, name="shared"), L.Input((4,))
    model = Model(x, shared(WithOwnArguments(shared, name="own")(x)))
    with pytest.warns(UserWarning, match=r"\['shared'\] are in several of the models within it"):
        model.save(tmp_path / "model.h5")
    found = models.load_model(
        tmp_path / "model.h5", custom_objects={"WithOwnArguments": WithOwnArguments}
    )
    np.testing.assert_array_equal(found.predict(np.ones((2, 4))), model.predict(np.ones((2, 4))))


# ------------------------------------------------------------------ configs that are wrong
def graph_config(**changes):
    x = L.Input((2,), name="in")
    config = Model(x, L.Dense(2, name="out")(x), name="m").get_config()
    return {**config, **changes}


def without(config, layer, key, value):
    layers = [
        {**entry, key: value} if entry["name"] == layer else entry for entry in config["layers"]
    ]
    return {**config, "layers": layers}


def circle():
    return without(graph_config(), "out", "inbound_nodes", [[["out", 0, 0, {}]]])


BAD = {
    "a circle": (circle, "in a circle"),
    "a layer that is not there": (
        lambda: without(graph_config(), "out", "inbound_nodes", [[["none", 0, 0, {}]]]),
        "not there",
    ),
    "an output that is not there": (
        lambda: graph_config(output_layers=[["out", 0, 7]]),
        "not there",
    ),
    "no outputs": (lambda: graph_config(output_layers=[]), "output_layers"),
    "an end that is not there": (
        lambda: graph_config(output_layers=[["x", 0, 0]]),
        "output_layers",
    ),
    "a node of another type": (
        lambda: without(graph_config(), "out", "inbound_nodes", [7]),
        "a list of",
    ),
    "no nodes": (lambda: without(graph_config(), "out", "inbound_nodes", None), "inbound_nodes"),
    "a class that is not known": (
        lambda: without(graph_config(), "out", "class_name", "os.system"),
        "Unknown layer",
    ),
    "a class that is no text": (
        lambda: without(graph_config(), "out", "class_name", 7),
        "class_name",
    ),
    "an argument that is not known": (
        lambda: without(graph_config(), "out", "config", {"name": "out", "shell": "true"}),
        "'out'.*cannot be made from its config",
    ),
    "an op that is not known": (
        lambda: without(
            without(graph_config(), "out", "class_name", "Op"),
            "out",
            "config",
            {"function": "convert_to_tensor.__globals__"},
        ),
        "does not have",
    ),
    "two layers of one name": (
        lambda: graph_config(layers=graph_config()["layers"] + graph_config()["layers"]),
        "same name",
    ),
}


@pytest.mark.parametrize(("config", "message"), BAD.values(), ids=BAD)
def test_a_wrong_config_is_refused(config, message):
    with pytest.raises(ValueError, match=message):
        models.model_from_config({"class_name": "Model", "config": config()})


@pytest.mark.parametrize(
    "config", [None, 7, [], {}, {"class_name": "Model"}, {"class_name": 7, "config": {}}]
)
def test_what_is_no_config_is_refused(config):
    with pytest.raises(ValueError, match="should be a dict with the keys"):
        models.model_from_config(config)


def test_a_layer_is_no_model():
    with pytest.raises(ValueError, match="no model"):
        models.model_from_config(registry.serialize(L.Dense(2)))


def test_an_op_without_a_tensor_computes_nothing():
    op = {
        "class_name": "Op",
        "name": "bomb",
        "config": {"function": "ones_like"},
        "inbound_nodes": [{"args": [[0.0]], "kwargs": {}}],
    }
    config = graph_config(layers=[*graph_config()["layers"], op])
    with pytest.raises(ValueError, match="'bomb' has no tensor among its arguments"):
        models.model_from_config({"class_name": "Model", "config": config})


def test_dialects_are_told_apart():
    embedding = registry.serialize(L.Embedding(3, 4))
    assert dialects.dialect_of(embedding) == "keras2"
    assert (
        dialects.dialect_of({"class_name": "Convolution2D", "config": {"nb_filter": 3}}) == "keras1"
    )
    assert (
        dialects.dialect_of({"class_name": "LSTM", "config": {"time_major": False}}) == "tf_keras"
    )
    assert (
        dialects.dialect_of({"class_name": "Dense", "config": {}, "registered_name": None})
        == "keras3"
    )
    for version, dialect in {
        "1.2.2": "keras1",
        "2.2.4": "keras2",
        "2.2.4-tf": "tf_keras",
        "2.15.0": "tf_keras",
    }.items():
        assert dialects.dialect_of(embedding, version) == dialect
