"""The order of a model's layers, which is the order of the weights in every file."""

from keras.layers import Add, Dense, Input
from keras.models import Model


def test_all_calls_of_a_layer_are_as_far_from_the_outputs_as_its_farthest():
    # The order of names is that of Keras 2.2.4 and of Keras 3.15.
    x = Input((3,), name="x")
    shared = Dense(3, name="shared")
    first, third = Dense(3, name="d1")(x), Dense(3, name="d3")(x)
    total = Add(name="sum")([Dense(3, name="d2")(first), shared(first)])
    model = Model(x, [shared(third), total])
    names = [layer.name for layer in model.layers]
    assert names == ["x", "d3", "d1", "shared", "d2", "sum"]
