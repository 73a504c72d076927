"""Loops with a gradient rule of their own against the same loops differentiated step by step."""

import numpy as np
import pytest

from keras import activations, ops
from keras import layers as L
from keras.backend import graph
from keras.layers import recurrence
from tests.layers.support import draw

BATCH, TIME, FEATURES, UNITS = 3, 5, 2, 4
KINDS = {
    "simple": (L.SimpleRNN, {}, 1),
    "gru": (L.GRU, {}, 1),
    "reset_after": (L.GRU, {"reset_after": True}, 1),
    "reset_after_without_bias": (L.GRU, {"reset_after": True, "use_bias": False}, 1),
    "lstm": (L.LSTM, {}, 2),
}
MASK = np.array([[1, 1, 0, 1, 0], [0, 1, 1, 0, 1], [0, 0, 0, 0, 0]], bool)


def in_other_words(activation):
    """The same function as another object: no rule knows its slope."""
    return lambda x: activation(x)


def pair_of(kind, **options):
    """Two layers with the same weights, one with the rule, one without."""
    make, own, _ = KINDS[kind]
    names = ["activation"] if kind == "simple" else ["activation", "recurrent_activation"]
    usual = make(UNITS, **own)
    functions = {
        name: activations.get(options.pop(name, None) or getattr(usual, name)) for name in names
    }
    hidden = {name: in_other_words(function) for name, function in functions.items()}
    pair = [make(UNITS, dtype="float64", **own, **options, **f) for f in (functions, hidden)]
    for layer in pair:
        layer.build((BATCH, TIME, FEATURES))
    weights = [draw(*w.shape, seed=i) for i, w in enumerate(pair[0].weights)]
    for layer in pair:
        layer.set_weights(weights)
    return pair


def everything(layer, states=0, mask=None, order=1):
    """A layer's outputs, and the gradients of a number made of them by inputs, states and weights."""
    x = L.Input(batch_shape=(BATCH, TIME, FEATURES), dtype="float64")
    first = [L.Input(batch_shape=(BATCH, UNITS), dtype="float64") for _ in range(states)]
    given = {} if mask is None else {"mask": ops.convert_to_tensor(mask)}
    outputs = layer(x, initial_state=first or None, **given)
    outputs = outputs if isinstance(outputs, list) else [outputs]
    loss = sum(
        ops.sum(o * draw(*o.shape, seed=90 + i).astype("float64")) for i, o in enumerate(outputs)
    )
    found = graph.gradients(loss, [x, *first, *layer.trainable_weights])
    if order == 2:
        penalty = sum(ops.sum(ops.square(gradient)) for gradient in found)
        found = graph.gradients(penalty, [x, *first, *layer.trainable_weights])
    function = graph.Function([x, *first], [*outputs, *found])
    fed = [draw(*s.shape, seed=40 + i).astype("float64") for i, s in enumerate([x, *first])]
    return function(fed)


def check(kind, states=0, mask=None, order=1, **options):
    with_rule, without = pair_of(kind, **options)
    assert with_rule.cell.stepper(None).has_rule
    assert not without.cell.stepper(None).has_rule
    results = [everything(layer, states, mask, order) for layer in (with_rule, without)]
    for ours, plain in zip(*results, strict=True):
        np.testing.assert_allclose(ours, plain, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize(
    "kind, backwards",
    [
        ("simple", False),
        ("gru", True),
        ("reset_after", False),
        ("reset_after_without_bias", True),
        ("lstm", False),
        ("lstm", True),
    ],
)
def test_the_rule_gives_what_the_steps_give(kind, backwards):
    options = {"go_backwards": backwards, "return_state": True, "return_sequences": True}
    check(kind, KINDS[kind][2], MASK, **options)


@pytest.mark.parametrize(
    "kind, names",
    [
        ("simple", ("relu", None)),
        ("gru", ("linear", "sigmoid")),
        ("reset_after", ("relu", "hard_sigmoid")),
        ("lstm", ("tanh", "sigmoid")),
    ],
)
def test_without_a_mask_and_with_other_activations(kind, names):
    options = {} if kind == "simple" else {"recurrent_activation": names[1]}
    check(kind, activation=names[0], **options)


@pytest.mark.parametrize("sequences", [False, True])
def test_masked_outputs_may_be_zero(sequences):
    check("gru", 1, MASK, zero_output_for_mask=True, return_sequences=sequences)


@pytest.mark.parametrize("kind", ["reset_after", "lstm"])
def test_gradients_of_gradients(kind):
    check(kind, order=2)


def test_every_slope_is_that_of_its_activation():
    points = np.linspace(-4.03, 4.03, 40)
    for activation, slope in recurrence._SLOPES.items():
        x = L.Input(batch_shape=points.shape, dtype="float64")
        y = activation(x)
        expected = graph.Function([x], [y, *graph.gradients(ops.sum(y), [x])])([points])
        found = slope(ops.convert_to_tensor(expected[0], "float64"))
        found = np.broadcast_to(np.asarray(found), points.shape)
        np.testing.assert_allclose(found, expected[1], rtol=1e-6, atol=1e-12)


def test_a_single_step_and_no_step():
    for kind in KINDS:
        layer = KINDS[kind][0](UNITS, **KINDS[kind][1])
        assert layer(draw(BATCH, 1, FEATURES)).shape == (BATCH, UNITS)
        with pytest.raises(ValueError, match="at least one time step"):
            layer(np.zeros((BATCH, 0, FEATURES), "float32"))


def test_an_activation_may_be_an_object_that_cannot_be_hashed():
    class Scaled:
        __hash__ = None

        def __call__(self, x):
            return 2 * x

    x = draw(BATCH, TIME, FEATURES)
    own, other = L.SimpleRNN(UNITS, Scaled()), L.SimpleRNN(UNITS, lambda x: 2 * x)
    other(x)
    own.build(x.shape)
    own.set_weights(other.get_weights())
    np.testing.assert_array_equal(np.asarray(own(x)), np.asarray(other(x)))
