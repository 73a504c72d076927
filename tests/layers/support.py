"""Runs layers on arrays, and checks their gradients by finite differences."""

import numpy as np

from keras import ops
from keras.backend import dtypes, graph
from keras.layers import Input

rng = np.random.default_rng


def draw(*shape, seed=0):
    """Normal float32 numbers, the same ones for the same shape and seed."""
    return rng(seed).normal(size=shape).astype("float32")


def run(layer, *inputs, **kwargs):
    """What a layer gives for arrays, as NumPy."""
    given = list(inputs) if len(inputs) > 1 else inputs[0]
    return np.asarray(layer(given, **kwargs))


def symbols_for(inputs):
    """Symbolic inputs of the shapes of arrays."""
    return [Input(batch_shape=x.shape, dtype=dtypes.of(x)) for x in inputs]


def given_to(inputs):
    """What a layer takes for one or several inputs."""
    return inputs[0] if len(inputs) == 1 else list(inputs)


def check_gradients(layer, *inputs, step=0.1, tolerance=2e-3, **kwargs):
    """Compare the gradients by inputs and trainable weights with central differences along random directions."""
    symbols = symbols_for(inputs)
    outputs = layer(given_to(symbols), **kwargs)
    weighting = draw(*outputs.shape, seed=7)
    loss = ops.sum(ops.multiply(outputs, weighting))
    weights = layer.trainable_weights
    function = graph.Function(symbols, [loss, *graph.gradients(loss, [*symbols, *weights])])
    fed = [x.copy() for x in inputs]
    gradients = function(fed)[1:]
    for index, gradient in enumerate(gradients):
        direction = draw(*gradient.shape, seed=index + 20)

        def loss_at(amount, index=index, direction=direction):
            if index < len(inputs):
                moved = [x + amount * direction if i == index else x for i, x in enumerate(inputs)]
                return float(function(moved)[0])
            weight = weights[index - len(inputs)]
            before = weight.numpy()
            weight.assign(before + amount * direction)
            value = float(function(fed)[0])
            weight.assign(before)
            return value

        slope = (loss_at(step) - loss_at(-step)) / (2 * step)
        expected = float(np.sum(gradient * direction))
        scale = max(1.0, float(np.sqrt(np.sum(gradient**2) * np.sum(direction**2))))
        assert abs(slope - expected) <= tolerance * scale, (index, slope, expected)
