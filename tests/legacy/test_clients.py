"""What programs for Keras 2 do with layers and models, in the ways they were written."""

import copy
import gc

import numpy as np
import pytest

from keras import backend as K
from keras import layers
from keras.layers import Conv2D, Dense, Input, Lambda, Layer, Reshape
from keras.layers.convolutional import _Conv
from keras.layers.merge import _Merge
from keras.layers.pooling import _GlobalPooling1D
from keras.layers.recurrent import (
    _generate_dropout_mask,
    _standardize_args,
    _time_distributed_dense,
)
from keras.models import Model, Sequential, model_from_json, model_from_yaml
from keras.optimizers import SGD, Optimizer

ONES = np.ones((4, 3), "float32")
CONSTANT = {"kernel_initializer": "zeros", "bias_initializer": "ones"}


# ------------------------------------------------------------------ layers
class Scale(Layer):
    """Gives the shape of its weight first, and the name by keyword."""

    def build(self, input_shape):
        self.factor = self.add_weight((input_shape[-1],), initializer="ones", name="factor")
        super().build(input_shape)

    def call(self, x, mask=None):
        return x * self.factor


def test_add_weight_takes_the_shape_first():
    layer = Scale(name="scale")
    np.testing.assert_array_equal(layer(ONES), ONES)
    assert layer.factor.name == "scale/factor:0"


class Affine(Layer):
    """Appends its weights to the lists of them."""

    def build(self, input_shape):
        self.factor, self.offset = K.ones(input_shape[1:]), K.zeros(input_shape[1:])
        self.trainable_weights.append(self.factor)
        self.trainable_weights += [self.offset]
        self.calls, self.extra = K.variable(0.0), K.variable(0.0)
        self._non_trainable_weights.append(self.calls)
        self._trainable_weights.extend([self.extra])
        super().build(input_shape)

    def call(self, x):
        return x * self.factor + self.offset


def test_weights_appended_to_the_lists():
    layer = Affine()
    layer(ONES)
    assert layer.trainable_weights == [layer.factor, layer.offset, layer.extra]
    assert layer.non_trainable_weights == [layer.calls] and not layer.calls.trainable
    layer._trainable_weights = [layer.factor]
    assert layer.trainable_weights == layer._trainable_weights == [layer.factor]


def test_a_merge_of_ones_own():
    class Difference(_Merge):
        def _merge_function(self, inputs):
            return inputs[0] - 2 * inputs[1]

    np.testing.assert_array_equal(Difference()([ONES, ONES]), -ONES)


@pytest.mark.parametrize("output_shape", [None, (3,)])
def test_an_array_made_for_one_batch_size_in_a_graph_for_any(output_shape):
    noise = np.random.normal(size=(4, 3)).astype("float32")
    x = Input((3,))
    layer = Lambda(lambda t: t + K.constant(noise) * K.ones((4, 3)), output_shape=output_shape)
    y = Lambda(lambda t: t * 2)(layer(x))
    assert K.int_shape(y) == ((4, 3) if output_shape is None else (None, 3))
    np.testing.assert_allclose(Model(x, y).predict(ONES), 2 * (ONES + noise), rtol=1e-6)


def test_a_function_that_fails_for_each_batch_size_says_why():
    with pytest.raises(Exception, match=r"5.*7|7.*5"):
        Lambda(lambda t: t + K.dot(K.ones((2, 5)), K.ones((7, 3))))(Input((3,)))


class Counter(Layer):
    """Makes Variables whenever it is called."""

    def call(self, x):
        total = K.zeros(K.int_shape(x)[1:])
        for _ in range(2):
            total = total + K.ones(K.int_shape(x)[1:])
        return x * total


def test_variables_made_within_a_call():
    model = Sequential([Reshape((3, 1), input_shape=(3,)), Counter(), Reshape((3,)), Dense(1)])
    model.compile("sgd", "mse")
    weights = model.get_weights()
    loss = model.train_on_batch(ONES, np.zeros((4, 1)))
    assert loss == pytest.approx(np.mean((2 * ONES @ weights[0]) ** 2), rel=1e-5)
    assert len(model.weights) == 2


def test_a_variable_that_the_first_call_keeps():
    class Calls(Layer):
        count = None

        def call(self, x):
            if self.count is None:
                self.count = K.variable(0.0)
            self.add_update(K.update_add(self.count, 1.0))
            return x

    layer = Calls()
    run = K.function([x := Input((3,))], [layer(x)])
    np.testing.assert_array_equal(run([ONES])[0], ONES)
    assert K.get_value(layer.count) == 0  # only what is in `updates` shall change


def test_a_convolution_of_ones_own():
    class Plain(_Conv):
        def __init__(self, filters, kernel_size, **kwargs):
            super().__init__(rank=2, filters=filters, kernel_size=kernel_size, **kwargs)

    layer = Plain(2, (2, 2), kernel_initializer="ones")
    np.testing.assert_array_equal(layer(np.ones((1, 3, 3, 1))), np.full((1, 2, 2, 2), 4))
    twin = Plain.from_config(layer.get_config())
    assert (twin.rank, twin.kernel_size, layers.Conv2D(2, 2).rank) == (2, (2, 2), 2)


def test_configs_of_convolutions_of_ones_own():
    class Shuffled(Conv2D):
        def __init__(self, filters, kernel_size, factor, padding="valid", **kwargs):
            super().__init__(factor**2 * filters, kernel_size, padding=padding, **kwargs)
            self.factor = factor

        def get_config(self):
            config = super(Conv2D, self).get_config()
            assert (config.pop("rank"), config.pop("dilation_rate")) == (2, [1, 1])
            return {**config, "filters": config["filters"] // self.factor**2, "factor": self.factor}

    config = Shuffled(3, (3, 3), 2, padding="same", use_bias=False).get_config()
    layer = Shuffled.from_config(config)
    assert (layer.filters, layer.factor, layer.use_bias) == (12, 2, False)
    assert layer.padding == "same" and "rank" not in Conv2D(1, 3).get_config()
    with pytest.raises(KeyError, match="build"):
        del Conv2D(1, 3).get_config()["build"]


def test_the_config_of_a_layer_that_passes_all_arguments_on():
    class Partial(Conv2D):
        def __init__(self, *args, channels=3, **kwargs):
            super().__init__(*args, **kwargs)
            self.channels = channels

    layer = Partial(4, (3, 1), channels=2, strides=2)
    twin = Partial.from_config(layer.get_config())
    assert (twin.filters, twin.kernel_size, twin.strides, twin.channels) == (4, (3, 1), (2, 2), 2)


def test_configs_of_recurrent_layers_of_ones_own():
    class Minimal(layers.RNN):
        def __init__(self, units, **kwargs):
            super().__init__(layers.SimpleRNNCell(units), **kwargs)
            self.units = units

        def get_config(self):
            config = super().get_config()
            del config["cell"]
            return dict(list(config.items()) + [("units", self.units)])

    layer = Minimal(3, return_sequences=True)
    twin = Minimal.from_config(copy.deepcopy(layer.get_config()))
    assert (twin.units, twin.return_sequences) == (3, True)
    model = Sequential([Minimal(3, input_shape=(2, 4))])
    for text, read in [(model.to_json(), model_from_json), (model.to_yaml(), model_from_yaml)]:
        assert read(text, custom_objects={"Minimal": Minimal}).output_shape == (None, 3)


def test_private_functions_of_recurrent_layers():
    x, w, b = np.random.normal(size=(2, 4, 3)), np.random.normal(size=(3, 5)), np.ones(5)
    result = _time_distributed_dense(x, w, b, dropout=0.5, training=False)
    np.testing.assert_allclose(result, x @ w + b, rtol=1e-4, atol=1e-5)
    masks = _generate_dropout_mask(np.ones((50, 4), "float32"), 0.5, training=True, count=2)
    assert len(masks) == 2 and all(set(np.unique(mask)) == {0, 2} for mask in masks)
    assert _standardize_args(["x", "s", "t", "c"], None, None, 1) == ("x", ["s", "t"], ["c"])
    assert _standardize_args("x", "s", None, 0) == ("x", ["s"], None)


def test_a_flag_on_a_tensor_where_nobody_said_the_mode():
    class Flagging(Layer):
        def call(self, x, training=None):
            if training is None:
                x._uses_learning_phase = True
            return x

    x = Input((3,))
    y = Flagging()(x)
    np.testing.assert_array_equal(K.function([x], [y])([ONES])[0], ONES)


def test_pooling_of_ones_own():
    class GlobalSum(_GlobalPooling1D):
        def call(self, inputs):
            return K.sum(inputs, axis=1)

    y = GlobalSum()(Input((4, 3)))
    assert K.int_shape(y) == (None, 3)
    np.testing.assert_array_equal(GlobalSum()(np.ones((2, 4, 3))), np.full((2, 3), 4))


def test_a_shape_that_rests_on_what_the_call_set():
    class Squared(Layer):
        def call(self, x):
            self.result = K.sum(x[0] * x[1], axis=1, keepdims=True)
            return self.result

        def compute_output_shape(self, input_shape):
            return K.int_shape(self.result)

    x, y = Input((3,)), Input((3,))
    z = Squared()([x, y])
    assert K.int_shape(z) == (None, 1)
    np.testing.assert_array_equal(Model([x, y], z).predict([ONES, 2 * ONES]), np.full((4, 1), 6))


@pytest.mark.parametrize(
    "joined",
    [
        lambda sizes: K.stack([sizes[0], 2, sizes[1] // 2]),
        lambda sizes: K.concatenate([sizes[:1], [2, sizes[1] // 2]], axis=0),
    ],
)
def test_sizes_joined_to_a_shape(joined):
    class Halves(Layer):
        def call(self, x):
            return K.reshape(x, joined(K.shape(x)))

    x = Input((6,))
    y = Halves()(x)
    assert K.int_shape(y) == (None, 2, 3)
    np.testing.assert_array_equal(Model(x, y).predict(np.ones((4, 6))), np.ones((4, 2, 3)))
    x = K.placeholder((None, 6))
    found = K.function([x], [K.reshape(x, joined(K.shape(x)))])([np.ones((4, 6))])[0]
    np.testing.assert_array_equal(found, np.ones((4, 2, 3)))


# ------------------------------------------------------------------ models
@pytest.mark.parametrize("tensor", [K.constant(ONES), K.variable(ONES), ONES])
def test_an_input_of_a_known_value(tensor):
    x = Input(tensor=tensor)
    np.testing.assert_array_equal(K.eval(Lambda(lambda t: t * 2)(x)), 2 * ONES)


def test_a_model_whose_call_is_called_by_hand():
    x = Input((3,))
    inner = Model(x, Dense(2)(x))
    y = inner.call(Lambda(lambda t: t * 0)(x))
    np.testing.assert_array_equal(Model(x, y).predict(ONES), np.zeros((4, 2)))
    assert inner._input_layers == [inner.layers[0]] and inner._output_layers == [inner.layers[1]]


def test_layers_taken_off_a_model():
    x = Input((3,))
    kept = Dense(2)(x)
    model = Model(x, Dense(5)(kept))
    model.layers.pop()
    model.layers[-1].outbound_nodes = []
    assert model.layers[-1].output is kept


def test_updates_with_constraints_in_the_middle():
    w = K.variable([1.0])
    loss = K.sum(w * w)
    for updates in (SGD(0.5).get_updates([w], [], loss), SGD(0.5).get_updates(loss, [w])):
        K.set_value(w, [1.0])
        K.function([], [loss], updates=updates)([])
        assert K.get_value(w) == [0.0]


def test_an_optimizer_around_another_one():
    class Along(Optimizer):
        """Takes the parameters before the loss."""

        def __init__(self, inner, more):
            super().__init__()
            self.inner, self.more = inner, more

        def get_updates(self, params, loss):
            return self.inner.get_updates(params=params, loss=loss) + self.more

    count = K.variable(0.0)
    model = Sequential([Dense(1, input_dim=3, **CONSTANT)])
    model.compile(Along(SGD(0.5), [K.update_add(count, 2.0)]), "mse")
    model.train_on_batch(ONES, np.zeros((4, 1)))
    kernel, bias = model.get_weights()
    np.testing.assert_allclose(kernel, -np.ones((3, 1)))  # 0 - 0.5 * 2 * 1
    np.testing.assert_allclose(bias, [0])
    assert K.get_value(count) == 2


# ------------------------------------------------------------------ weights of classes
def loss_with(class_weight):
    """The loss of a prediction of 1 with the targets 0, 1, 1."""
    model = Sequential([Dense(1, input_dim=1, **CONSTANT)])
    model.compile(SGD(0.0), "mse")
    return model.train_on_batch(np.ones((3, 1)), np.array([0, 1, 1]), class_weight=class_weight)


@pytest.mark.parametrize("weights", [{0: 3.0, 1: 1.0}, [3.0, 1.0], np.array([3.0, 1.0])])
def test_weights_of_classes_in_their_order(weights):
    assert loss_with(weights) == pytest.approx(1)


def test_a_name_in_place_of_weights():
    with pytest.warns(UserWarning, match="class_weight='auto' has no effect"):
        assert loss_with("auto") == pytest.approx(1 / 3)


def test_weights_of_classes_by_output():
    x = Input((1,))
    model = Model(x, [Dense(1, name="a", **CONSTANT)(x), Dense(1, name="b", **CONSTANT)(x)])
    model.compile(SGD(0.0), "mse")
    y = np.array([0, 1, 1])
    for given in ([{0: 3.0, 1: 1.0}, None], {"a": {0: 3.0, 1: 1.0}}):
        _, a, b = model.train_on_batch(np.ones((3, 1)), [y, y], class_weight=given)
        assert (a, b) == pytest.approx((1, 1 / 3))


# ------------------------------------------------------------------ graphs
def test_the_nodes_that_a_layer_feeds():
    x, first, second = Input((3,)), Dense(2), Dense(4)
    y = second(first(x))
    assert first._outbound_nodes == first.outbound_nodes == second.inbound_nodes
    assert (
        second._outbound_nodes == [] and x._keras_history[0]._outbound_nodes == first.inbound_nodes
    )
    Lambda(lambda t: t)(y + 1)
    assert second.outbound_nodes == []  # an op is no layer
    first.outbound_nodes = []
    assert first._outbound_nodes == []


def test_nodes_that_nobody_uses_are_forgotten():
    layer = Dense(2)
    y = layer(Input((3,)))
    Dense(4)(y)
    gc.collect()
    assert layer.outbound_nodes == []


def test_axes_as_an_array():
    x = np.random.normal(size=(2, 3, 4))
    np.testing.assert_allclose(K.sum(x, axis=np.arange(1, 3)), x.sum((1, 2)), rtol=1e-5)
    assert K.int_shape(K.sum(Input((3, 4)), axis=np.arange(1, 3))) == (None,)


def squared_distance(args):
    """Goes with one size of the image alone, and returns a scalar."""
    image, target = args
    return K.sum(K.square(image - target)) / K.cast(K.shape(image)[0], "float32")


def test_a_loss_within_the_model_whose_image_size_is_not_known():
    image, target = Input((None, None, 1)), Input((8, 4, 1, 1))
    five = Lambda(lambda t: K.expand_dims(t), output_shape=(None, None, 1, 1))(image)
    loss = Lambda(squared_distance, output_shape=(1,), name="loss")([five, target])
    assert K.int_shape(loss) == (None, 1)
    model = Model([image, target], loss)
    model.compile("sgd", {"loss": lambda y_true, y_pred: y_pred})
    x = np.ones((2, 8, 4, 1))
    assert model.evaluate([x, np.zeros((2, 8, 4, 1, 1))], np.zeros(2), verbose=0) == 32


def test_a_mistake_in_a_function_is_told_though_the_shape_is_given():
    with pytest.raises(Exception, match=r"5.*7|7.*5"):
        Lambda(lambda t: K.dot(K.ones((2, 5)), K.ones((7, 3))), output_shape=(3,))(Input((3,)))


def test_a_model_that_is_asked_whether_its_weights_are_those_compiled():
    model = Sequential([Dense(1, input_dim=3)])
    model._check_trainable_weights_consistency()
    model.compile("sgd", "mse")
    model._check_trainable_weights_consistency()
    model.layers[0].trainable = False
    with pytest.warns(UserWarning, match="`trainable` was changed"):
        model._check_trainable_weights_consistency()
