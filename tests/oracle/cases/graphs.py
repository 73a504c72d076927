"""Frozen layers, order of weights, counts, K.function, K.gradients, losses added by hand."""

import re

import numpy as np

from keras import backend as K
from keras import layers as L
from keras.models import Model, Sequential
from keras.optimizers import SGD

from ..runner import numbered
from .scenarios import shapes, start, table, together, uniform, weights

X = uniform("x", 7, 4)
Y = uniform("y", 7, 2)


def chain():
    """Four inputs, three tanh units, two outputs."""
    first = L.Dense(3, activation="tanh", input_dim=4, name="first")
    return start(Sequential([first, L.Dense(2, name="last")]))


def steps(model, x=X, y=Y, count=3, prefix=""):
    """Losses of some training steps, and the weights after them."""
    losses = [float(model.train_on_batch(x, y)) for _ in range(count)]
    return together({prefix + "losses": losses}, weights(model, prefix + "w"))


def frozen_layer():
    model = chain()
    model.layers[0].trainable = False
    model.compile(SGD(lr=0.1), "mse")
    return steps(model)


def frozen_by_argument():
    first = L.Dense(3, trainable=False, input_dim=4)
    model = start(Sequential([first, L.Dense(2)]))
    model.compile(SGD(lr=0.1), "mse")
    return together(steps(model), {"trainable": shapes_of(model.trainable_weights)})


def frozen_model():
    inner = chain()
    x = L.Input((4,))
    model = start(Model(x, L.Dense(2)(inner(x))))
    inner.trainable = False
    model.compile(SGD(lr=0.1), "mse")
    return together(steps(model), {"trainable": shapes_of(model.trainable_weights)})


def frozen_after_compile():
    model = chain()
    model.compile(SGD(lr=0.1), "mse")
    first = steps(model)
    model.layers[0].trainable = False
    model.compile(SGD(lr=0.1), "mse")
    return together(first, steps(model, prefix="frozen "))


def frozen_and_trainable_models():
    x = L.Input((4,))
    layer = L.Dense(2)
    layer.trainable = False
    y = layer(x)
    frozen = start(Model(x, y))
    frozen.compile(SGD(lr=0.1), "mse")
    layer.trainable = True
    trainable = Model(x, y)
    trainable.compile(SGD(lr=0.1), "mse")
    return together(
        steps(frozen, prefix="frozen "),
        steps(trainable, prefix="trainable "),
        steps(frozen, prefix="frozen again "),
    )


def adversarial():
    """A generator and a discriminator that is frozen inside the joint model only."""
    generator = Sequential([L.Dense(4, input_dim=2, name="g")])
    judge = Sequential([L.Dense(3, activation="tanh", input_dim=4), L.Dense(1)])
    start(generator, "generator"), start(judge, "judge")
    judge.compile(SGD(lr=0.1), "mse")
    judge.trainable = False
    noise = L.Input((2,))
    joint = Model(noise, judge(generator(noise)))
    joint.compile(SGD(lr=0.1), "mse")
    ones, zeros = np.ones((7, 1), "float32"), np.zeros((7, 1), "float32")
    return together(
        steps(judge, X, zeros, prefix="judge "),
        steps(joint, Y, ones, prefix="joint "),
        steps(judge, X, ones, prefix="judge again "),
    )


def shapes_of(variables):
    """Shapes of backend variables."""
    return shapes([K.get_value(v) for v in variables])


def nested():
    """A model with a model inside, a shared layer, and normalization."""
    parts = [L.Dense(3, input_dim=4), L.BatchNormalization(), L.Dense(5)]
    inner, shared = Sequential(parts, name="inner"), L.Dense(4, use_bias=False, name="shared")
    a, b = L.Input((6,)), L.Input((6,))
    joined = L.concatenate([inner(shared(a)), shared(b)])
    return Model([a, b], L.Dense(2)(L.PReLU()(L.BatchNormalization(scale=False)(joined))))


def order(model):
    """Shapes of all weights, of the trainable ones and of the others, in order."""
    return {
        "weights": shapes(model.get_weights()),
        "trainable": shapes_of(model.trainable_weights),
        "non_trainable": shapes_of(model.non_trainable_weights),
    }


def order_of_weights():
    model = nested()
    counts = [int(layer.count_params()) for layer in model.layers]
    return together(order(model), {"params": int(model.count_params()), "layer_params": counts})


def order_with_frozen_layer():
    model = nested()
    model.get_layer("shared").trainable = False
    return order(model)


def order_with_frozen_model():
    model = nested()
    model.get_layer("inner").trainable = False
    return order(model)


def order_all_frozen():
    model = nested()
    model.trainable = False
    return order(model)


def summary_counts():
    model, lines = nested(), []
    model.get_layer("inner").trainable = False
    model.summary(print_fn=lines.append)
    text = "\n".join(str(line) for line in lines)
    counts = re.findall(r"(Total|Trainable|Non-trainable) params: ([\d,]+)", text)
    return {"counts": [[kind, int(number.replace(",", ""))] for kind, number in counts]}


def order_of_recurrent_weights():
    x = L.Input((5, 2))
    y = L.Bidirectional(L.LSTM(3, return_sequences=True))(x)
    y = L.Bidirectional(L.GRU(4, reset_after=True))(y)
    return {"weights": shapes(Model(x, y).get_weights())}


def function_middle():
    model = chain()
    middle = K.function([model.layers[0].input], [model.layers[0].output])
    return {"value": middle([X])[0]}


def function_phase():
    model = Sequential([L.Dense(3, input_dim=4), L.BatchNormalization(), L.Dense(2)])
    start(model, low_is_positive=True)
    both = K.function(
        [model.layers[0].input, K.learning_phase()], [model.layers[1].output, model.output]
    )
    test, train = both([X, 0]), both([X, 1])
    return together(numbered("test", test), numbered("train", train), weights(model))


def function_many():
    a, b = K.placeholder((None, 3)), K.placeholder((3, 2))
    both = K.function([a, b], [K.dot(a, b), K.sum(a), K.exp(b)])
    return numbered("out", both([uniform("a", 4, 3), uniform("b", 3, 2)]))


def function_updates():
    count, x = K.variable(1.5), K.placeholder((None,))
    step = K.function([x], [K.sum(x) * count], updates=[(count, count + K.sum(x))])
    x_values = uniform("updates", 4)
    outputs = [float(step([x_values])[0]) for _ in range(3)]
    return {"outputs": outputs, "count": float(K.get_value(count))}


def intermediate_model():
    model = chain()
    return {"value": Model(model.input, model.get_layer("first").output).predict(X)}


def gradients_by_input():
    model = chain()
    gradient = K.gradients(K.sum(K.square(model.output)), model.input)[0]
    return {"value": K.function([model.input], [gradient])([X])[0]}


def gradients_by_weights():
    model = chain()
    gradients = K.gradients(K.mean(K.square(model.output)), model.trainable_weights)
    return numbered("g", K.function([model.input], gradients)([X]))


def gradients_of_middle():
    model = chain()
    middle = model.layers[0].output
    gradient = K.gradients(model.output[:, 1], middle)[0]
    return {"value": K.function([model.input], [gradient])([X])[0]}


def gradients_of_convolution():
    x = L.Input((6, 6, 2))
    y = L.Conv2D(3, 3, activation="relu")(x)
    model = start(Model(x, L.Dense(2)(L.GlobalAveragePooling2D()(y))))
    gradient = K.gradients(model.output[:, 0], y)[0]
    pooled = K.mean(gradient, axis=(0, 1, 2))
    values = K.function([x], [gradient, pooled, y])([uniform("image", 2, 6, 6, 2)])
    return numbered("out", values)


def gradients_twice():
    x = K.placeholder((None, 3))
    first = K.gradients(K.sum(K.pow(x, 4)), x)[0]
    second = K.gradients(K.sum(first * first), x)[0]
    return numbered("out", K.function([x], [first, second])([uniform("twice", 2, 3)]))


def gradients_stopped():
    x = K.placeholder((None, 3))
    gradient = K.gradients(K.sum(x * K.stop_gradient(K.square(x))), x)[0]
    return {"value": K.function([x], [gradient])([uniform("stopped", 2, 3)])[0]}


def gradient_ascent_step():
    model = chain()
    loss = K.mean(model.output[:, 0])
    gradient = K.l2_normalize(K.gradients(loss, model.input)[0], axis=-1)
    iterate, x = K.function([model.input], [loss, gradient]), X.copy()
    for _ in range(4):
        x += iterate([x])[1]
    return {"value": x}


def added_loss():
    x = L.Input((4,))
    hidden = L.Dense(3, activation="tanh")(x)
    model = start(Model(x, L.Dense(2)(hidden)))
    model.add_loss(0.3 * K.mean(K.square(hidden)))
    model.compile(SGD(lr=0.1), "mse")
    return steps(model)


class Sparse(L.Layer):
    """Passes its input on and adds a loss."""

    def call(self, inputs):
        self.add_loss(0.1 * K.sum(K.abs(inputs)), inputs=inputs)
        return inputs


def added_loss_in_layer():
    model = Sequential([L.Dense(3, input_dim=4), Sparse(), L.Dense(2)])
    start(model).compile(SGD(lr=0.1), "mse")
    return steps(model)


class Scale(L.Layer):
    """A layer of one's own, with a trainable and a fixed weight."""

    def build(self, input_shape):
        size = (int(input_shape[-1]),)
        self.scale = self.add_weight(name="s", shape=size, initializer="ones", trainable=True)
        self.fixed = self.add_weight(name="f", shape=size, initializer="ones", trainable=False)
        super().build(input_shape)

    def call(self, inputs):
        return inputs * self.scale + self.fixed

    def compute_output_shape(self, input_shape):
        return input_shape


def own_layer():
    model = Sequential([L.Dense(3, input_dim=4), Scale(), L.Dense(2)])
    start(model).compile(SGD(lr=0.1), "mse")
    return together(steps(model), {"non_trainable": shapes_of(model.non_trainable_weights)})


def popped_sequential():
    model = Sequential([L.Dense(3, input_dim=4), L.Dense(2), L.Dense(5)])
    model.pop()
    start(model).compile(SGD(lr=0.1), "mse")
    return together(steps(model), {"layers": len(model.layers)})


def multiple_nodes():
    layer = L.Dense(2)
    a, b = L.Input((4,)), L.Input((4,))
    layer(a), layer(b)
    model = start(Model([a, b], [layer.get_output_at(0), layer.get_output_at(1)]))
    return numbered("out", model.predict([X, -X]))


SCENARIOS = table(
    [
        frozen_layer,
        frozen_by_argument,
        frozen_model,
        frozen_after_compile,
        frozen_and_trainable_models,
        adversarial,
        order_of_weights,
        order_with_frozen_layer,
        order_with_frozen_model,
        order_all_frozen,
        summary_counts,
        order_of_recurrent_weights,
        function_middle,
        function_phase,
        function_many,
        function_updates,
        intermediate_model,
        gradients_by_input,
        gradients_by_weights,
        gradients_of_middle,
        gradients_of_convolution,
        gradients_twice,
        gradients_stopped,
        gradient_ascent_step,
        added_loss,
        added_loss_in_layer,
        own_layer,
        popped_sequential,
        multiple_nodes,
    ]
)
