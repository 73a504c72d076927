"""Sequential: layers put on top one by one, without a walk over those below for each."""

import numpy as np
import pytest

from keras.layers import (
    Add,
    BatchNormalization,
    Dense,
    Dropout,
    Flatten,
    Input,
    InputLayer,
    Reshape,
)
from keras.models import Model, Sequential, model
from keras.models.topology import layers_in_order


def two_ended():
    """A model with two inputs and two outputs."""
    a, b = Input((3,), name="a"), Input((3,), name="b")
    return Model([a, b], [Dense(2, name="right")(b), Dense(2, name="left")(a)], name="two_ended")


STACKS = {
    "plain": lambda: [Dense(3, input_dim=4), Dropout(0.5), BatchNormalization(), Dense(2)],
    "begun by an input": lambda: [InputLayer((4,)), Dense(4), Reshape((2, 2)), Flatten(), Dense(1)],
    "nested": lambda: [Sequential([Dense(3, input_dim=4), Dense(2)]), Dense(2), Dense(1)],
    "several tensors between": lambda: [two_ended(), Add(), Dense(2)],
}


@pytest.mark.parametrize("name", STACKS)
def test_layers_added_one_by_one_are_in_the_order_of_the_graph(name):
    stack = Sequential()
    for layer in STACKS[name]():
        stack.add(layer)
        assert stack._layers == layers_in_order(stack.inputs, stack.outputs)
    stack.pop()
    stack.add(Dense(5))
    assert stack._layers == layers_in_order(stack.inputs, stack.outputs)
    assert stack.output_shape == (None, 5)


def test_the_graph_is_not_walked_for_each_layer(monkeypatch):
    walks = []
    monkeypatch.setattr(
        model, "layers_in_order", lambda *ends: walks.append(1) or layers_in_order(*ends)
    )
    stack = Sequential([Dense(2, input_dim=2), *(Dense(2) for _ in range(50))])
    assert len(walks) <= 2
    assert stack.predict(np.ones((1, 2))).shape == (1, 2)


def test_a_layer_named_as_the_input_that_was_made_for_the_first_is_refused():
    stack = Sequential([Dense(2, input_dim=2, name="first")])
    with pytest.raises(ValueError, match="first_input"):
        stack.add(Dense(2, name="first_input"))
    assert [layer.name for layer in stack.layers] == ["first"]
    stack.add(Dense(3))
    assert stack.predict(np.ones((1, 2))).shape == (1, 3)


def test_the_same_layer_is_refused_twice():
    layer = Dense(2, input_dim=2)
    with pytest.raises(ValueError, match="already"):
        Sequential([layer, layer])
