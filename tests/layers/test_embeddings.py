"""Embedding: look-up, masks, lengths and gradients."""

import numpy as np
import pytest

from keras import layers as L
from keras import ops
from keras.backend import graph
from keras.backend.variable import Scope

from .support import draw, run

TABLE = draw(5, 3)


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8", "float32"])
def test_looks_up_ints_and_floats_that_hold_ints(dtype):
    ids = np.array([[1, 4, 0], [2, 2, 3]]).astype(dtype)
    layer = L.Embedding(5, 3, weights=[TABLE])
    np.testing.assert_array_equal(run(layer, ids), TABLE[ids.astype(int)])


def test_more_axes_stay():
    ids = np.arange(4).reshape(1, 2, 2)
    np.testing.assert_array_equal(run(L.Embedding(5, 3, weights=[TABLE]), ids), TABLE[ids])


def test_large_ids_are_exact_in_half_precision():
    layer = L.Embedding(4000, 1, dtype="float16")
    layer.build((None, 1))
    values = np.zeros((4000, 1))
    values[3001] = 1
    layer.set_weights([values])
    assert run(layer, np.array([[3001.0, 3000.0]], "float32")).ravel().tolist() == [1, 0]


def test_zero_is_masked_if_asked():
    layer = L.Embedding(5, 3, mask_zero=True)
    with Scope() as scope:
        assert np.asarray(scope.mask_of(layer(np.array([[1, 0, 2]])))).tolist() == [
            [True, False, True]
        ]
    assert L.Embedding(5, 3)(L.Input((4,))).mask is None


def test_the_gradient_adds_up_where_an_id_repeats():
    layer = L.Embedding(5, 3)
    ids = L.Input(batch_shape=(1, 3), dtype="int32")
    weighting = draw(1, 3, 3, seed=3)
    loss = ops.sum(ops.multiply(layer(ids), weighting))
    (gradient,) = graph.Function([ids], graph.gradients(loss, [layer.embeddings]))([[[2, 4, 2]]])
    expected = np.zeros((5, 3))
    np.add.at(expected, [2, 4, 2], weighting[0])
    np.testing.assert_allclose(gradient, expected, rtol=1e-6)


def test_input_length_is_the_shape_of_a_first_layer():
    assert L.Embedding(5, 3, input_length=4).batch_input_shape == (None, 4)
    assert L.Embedding(5, 3, input_length=(4, None)).batch_input_shape == (None, 4, None)
    assert L.Embedding(5, 3).batch_input_shape == (None, None)
    assert L.Embedding(5, 3, batch_input_shape=(2, 7)).batch_input_shape == (2, 7)
    assert L.Embedding(5, 3, input_length=4).compute_output_shape((None, None)) == (None, 4, 3)


def test_another_length_is_refused():
    with pytest.raises(ValueError, match=r"'e'.*input_length=4.*\(batch, 5\).*pad"):
        L.Embedding(5, 3, input_length=4, name="e")(L.Input((5,)))


def test_the_config_keeps_input_dim():
    config = L.Embedding(5, 3, input_length=4).get_config()
    assert (config["input_dim"], config["output_dim"], config["input_length"]) == (5, 3, 4)
    assert L.Embedding.from_config(config).batch_input_shape == (None, 4)
