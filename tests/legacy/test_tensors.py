"""What programs for old backends ask symbolic tensors, within layers' calls too."""

import numpy as np
import pytest

from keras import backend as K
from keras.engine.base_layer import Node
from keras.layers import Dense, Input, Lambda, Layer
from keras.models import Model

ONES = np.ones((2, 4, 6), "float32")


def test_the_shape_of_a_tensor():
    x = Input((4, 6))
    assert x.shape == x._keras_shape == (None, 4, 6) and x.shape.as_list() == [None, 4, 6]
    assert x.shape[1].value == 4 and x.shape[1:].as_list() == [4, 6] and x.shape.ndims == 3
    assert x.shape[0] is None and not x.shape.is_fully_defined()
    assert [size.value for size in x.get_shape()] == [None, 4, 6] == x.get_shape().as_list()
    assert x.get_shape()[1:].num_elements() == 24 and x.get_shape().num_elements() is None
    assert x.get_shape()[0] == None and x.get_shape()[0].value is None  # noqa: E711
    assert int(x.get_shape()[-1]) == 6 and len(x.get_shape()) == 3


def test_a_size_that_the_program_knows_better():
    x = Input((None, 6))
    x.set_shape((None, 4, 6))
    assert K.int_shape(x) == (None, 4, 6)
    for wrong in ((None, 5, 6), (None, 4)):
        with pytest.raises(ValueError, match="cannot take the shape"):
            x.set_shape(wrong)


def test_the_value_and_the_origin_of_a_tensor():
    x, v = Input((3,), name="x"), K.variable([2.0])
    assert (v * 3).eval() == v.eval() * 3 == [6.0] and v.get_shape().as_list() == [1]
    np.testing.assert_array_equal((x + v).eval({x: np.zeros((1, 3))}), np.full((1, 3), 2.0))
    y = Dense(2, name="y")(x)
    assert y.name == "y/output:0" and y.op.name == "y/output" and y.op.type == "Dense"
    assert y.op.inputs == [x] and y.op.outputs == [y]
    assert x.op.name == "x" and x.op.type == "Placeholder" and x.op.inputs == []


class Flat(Layer):
    """Asks its input what tensors of a graph alone can tell."""

    def build(self, input_shape):
        self.factor = self.add_weight(name="factor", shape=(6, 2), initializer="ones")
        super().build(input_shape)

    def call(self, x, training=None):
        _, length, _ = x.get_shape().as_list()
        y = K.dot(x, self.factor)
        y.set_shape((None, length, 2))
        self.add_loss(K.sum(y))
        self.add_update(K.update(self.factor, self.factor * 2))
        return K.reshape(y, (-1, x.shape[1].value * x._keras_shape[2] // 3))

    def compute_output_shape(self, input_shape):
        return input_shape[0], input_shape[1] * 2


def test_a_layer_that_asks_within_its_call():
    layer = Flat(trainable=False)
    np.testing.assert_array_equal(layer(ONES), np.full((2, 8), 6))
    x = Input((4, 6))
    model = Model(x, layer(x))
    model.compile("sgd", "mse")
    np.testing.assert_array_equal(model.predict(ONES), np.full((2, 8), 6))
    loss = 36 + 2 * 4 * 2 * 6
    assert model.evaluate(ONES, np.zeros((2, 8)), verbose=0) == pytest.approx(loss)
    assert model.train_on_batch(ONES, np.zeros((2, 8))) == pytest.approx(loss)
    np.testing.assert_array_equal(layer.get_weights()[0], np.full((6, 2), 2))
    assert not layer._symbolic_losses and not layer._symbolic_updates


def test_a_lambda_that_asks():
    x = Input((4, 6))
    y = Lambda(lambda t: K.reshape(t, (-1, np.prod(t.get_shape().as_list()[1:]))))(x)
    assert K.int_shape(y) == (None, 24) and Model(x, y).predict(ONES).shape == (2, 24)


def test_a_layer_that_asks_and_returns_what_it_did_not_compute():
    class Counted(Layer):
        def call(self, x):
            return [x, K.constant(np.full(x.get_shape().as_list()[1:], 7.0))]

    kept, sevens = Counted()(ONES)
    np.testing.assert_array_equal(kept, ONES)
    np.testing.assert_array_equal(sevens, np.full((4, 6), 7))


class Around(Layer):
    """Calls a layer within its own call, in a loop as well, and asks what only symbolic tensors know."""

    def __init__(self, inner, **options):
        super().__init__(**options)
        self.inner = inner

    def call(self, x):
        y = self.inner(x)
        assert y._keras_history[0] is self.inner and y.get_shape().as_list()[-1] == 6
        return K.rnn(lambda t, states: (self.inner(t), states), y, [])[1]


def test_a_layer_that_is_drawn_leaves_no_nodes_with_those_within():
    inner, x = Dense(6, use_bias=False, kernel_initializer="identity"), Input((4, 6))
    y = inner(x)
    model = Model(x, Around(inner)(y))
    model.compile("sgd", "mse")
    for size in (1, 2):
        model.fit(ONES, ONES, batch_size=size, verbose=0)
    np.testing.assert_allclose(model.predict(ONES), ONES, rtol=1e-5)
    assert inner.output is y and len(inner.inbound_nodes) == 1
    assert Model(x, inner.output).predict(ONES).shape == ONES.shape


def test_a_true_mistake_is_told_as_it_is():
    with pytest.raises(AttributeError, match="rhapsody"):
        Lambda(lambda t: t.rhapsody)(ONES)


def test_a_shape_that_the_program_sets():
    x = Input((None, 6))
    x._keras_shape = (None, 4, 6)
    assert x.shape == (None, 4, 6)

    def doubled(t):
        y = t * 2
        y._keras_shape = t._keras_shape
        return y

    assert K.int_shape(Lambda(doubled)(x)) == (None, 4, 6)


# ------------------------------------------------------------------ nodes
def test_a_node_made_by_hand():
    x, layer = Input((3,)), Lambda(lambda t: t + 1)
    y = x + 1
    node = Node(layer, [], [], [], [x], [y], [None], [None], [(None, 3)], [(None, 3)])
    assert layer.inbound_nodes == [node] and layer.output is y and layer.input is x
    assert y._keras_history == (layer, 0, 0) and isinstance(node, Node)
    assert node.get_config()["inbound_layers"] == [x._keras_history[0].name]
    model = Model(x, y)
    assert model.layers[1] is layer
    np.testing.assert_array_equal(model.predict(np.zeros((2, 3))), np.ones((2, 3)))


def test_a_node_of_a_layer_with_a_call_of_its_own():
    class Twice(Layer):
        def __call__(self, x):
            y = x * 2
            masks = [x > 0]
            Node(
                self,
                inbound_layers=[],
                node_indices=[],
                tensor_indices=[],
                input_tensors=[x],
                output_tensors=[y],
                input_masks=[None],
                output_masks=masks,
                input_shapes=[K.int_shape(x)],
                output_shapes=[K.int_shape(y)],
            )
            return y

    x, layer = Input((3,)), Twice()
    y = layer(x)
    assert layer.output is y and layer.output_mask is y.mask is not None
    np.testing.assert_array_equal(Model(x, y).predict(np.ones((2, 3))), np.full((2, 3), 2))
