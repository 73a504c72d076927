"""Functions without a name: configs that stay in the process know them, those that left it bring code or nothing."""

import copy
import json
import pickle

import numpy as np
import pytest

from keras import layers as L
from keras import models

FACTOR = 3.0
X = np.array([[1.0, -2.0], [0.5, 4.0]])


def stack():
    """A model with lambdas that see this module's names, which code in a file does not."""
    return models.Sequential(
        [
            L.Lambda(lambda x: x * FACTOR, lambda shape: shape, input_shape=(2,)),
            L.Dense(2, activation=lambda x: x + FACTOR, kernel_initializer="ones"),
            L.Dense(2, activation=lambda x: x * x, kernel_initializer=lambda s, **_: np.ones(s)),
        ]
    )


def graph():
    """The same within a graph and within other layers."""
    x = L.Input((2,))
    repeated = L.TimeDistributed(L.Lambda(lambda x: x / FACTOR))(L.RepeatVector(2)(x))
    return models.Model(x, stack()(L.Flatten()(L.Cropping1D((0, 1))(repeated))))


IN_MEMORY = {
    "from_config": lambda model: type(model).from_config(model.get_config()),
    "from_config of a copy": lambda model: type(model).from_config(
        copy.deepcopy(model.get_config())
    ),
    "model_from_config": lambda model: models.model_from_config(
        {"class_name": type(model).__name__, "config": model.get_config()}
    ),
    "layer": lambda model: L.deserialize(L.serialize(model)),
    "clone_model": models.clone_model,
    "deepcopy": copy.deepcopy,
}


# The stack by hand: (3 a + 3 b + 3) twice, their sum squared; the graph divides by 3 before.
@pytest.mark.parametrize("way", IN_MEMORY.values(), ids=IN_MEMORY)
@pytest.mark.parametrize(("build", "factor"), [(stack, 3), (graph, 1)])
def test_a_config_in_memory_knows_the_functions_themselves(build, factor, way):
    ones = (2 * (factor * X.sum(axis=1, keepdims=True) + 3)) ** 2
    np.testing.assert_allclose(way(build()).predict(X), np.tile(ones, 2), rtol=1e-6)


def lambda_alone():
    return models.Sequential([L.Lambda(lambda x: x * 2.0, name="twice", input_shape=(2,))])


LEFT = {
    "json": lambda model, **options: models.model_from_json(model.to_json(), **options),
    "yaml": lambda model, **options: models.model_from_yaml(model.to_yaml(), **options),
    "json of the config": lambda model, **options: models.model_from_config(
        json.loads(json.dumps({"class_name": "Sequential", "config": model.get_config()})),
        **options,
    ),
    "pickle of the config": lambda model, **options: models.model_from_config(
        {"class_name": "Sequential", "config": pickle.loads(pickle.dumps(model.get_config()))},
        **options,
    ),
}


@pytest.mark.parametrize("way", LEFT.values(), ids=LEFT)
def test_a_config_that_left_the_process_brings_code_which_is_not_run(way):
    with pytest.raises(ValueError, match=r"'twice'.*holds Python code.*safe_mode=False"):
        way(lambda_alone())
    np.testing.assert_allclose(way(lambda_alone(), safe_mode=False).predict(X), 2 * X)


def test_the_safe_mode_is_on_again_afterwards():
    LEFT["json"](lambda_alone(), safe_mode=False)
    with pytest.raises(ValueError, match="holds Python code"):
        LEFT["json"](lambda_alone())


def test_a_name_in_a_text_stands_for_no_function():
    config = json.loads(json.dumps(stack().get_config()))
    del config["layers"][0]
    with pytest.raises(ValueError, match="activation: '<lambda>'"):
        models.Sequential.from_config(config)


@pytest.mark.parametrize("is_nested", [False, True])
def test_a_model_with_a_lambda_layer_is_pickled_with_its_code(is_nested):
    model = models.Sequential([lambda_alone()]) if is_nested else lambda_alone()
    np.testing.assert_allclose(pickle.loads(pickle.dumps(model)).predict(X), 2 * X)


def test_an_activation_without_a_name_is_not_pickled():
    with pytest.raises((pickle.PicklingError, AttributeError), match="lambda"):
        pickle.dumps(stack())
