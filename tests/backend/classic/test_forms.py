"""K's functions on arrays, on Variables and on placeholders of unknown batch size give the same numbers.

What the numbers are is checked in tests/oracle, and here and there below against NumPy.
"""

import numpy as np
import pytest

from keras import backend as K

FIRST = "channels_first"


def masked_loop(x, start):
    """A loop with a mask and a constant."""
    step = lambda now, states: (now + states[0] * states[1], [now + states[0]])  # noqa: E731
    return K.rnn(step, x, [start], mask=K.sum(x, -1) > -0.5, constants=[start])[1]


def full(x):
    """Ones of shape (batch, 1)."""
    return K.ones_like(x[:, :1], "int32")


# name: (function, shapes of its arguments)
FORMS = {
    "dot": (lambda x: K.dot(x, np.ones((4, 2))), [(3, 2, 4)]),
    "batch_dot": (lambda x, y: K.batch_dot(x, y, [2, 2]), [(3, 2, 4), (3, 5, 4)]),
    "reshape back": (lambda x: K.reshape(K.flatten(x), K.shape(x)) * 2, [(3, 4, 2)]),
    "reshape all": (lambda x: K.reshape(x, (4, 6)), [(3, 4, 2)]),
    "reshape rows": (lambda x: K.reshape(x, (-1, 7)), [(7, 4, 2)]),
    "batch_flatten": (K.batch_flatten, [(3, 2, 4)]),
    "slice": (lambda x: K.slice(x, (1, 0), (2, 2)), [(3, 4)]),
    "switch": (lambda x, y: K.switch(x > 0, x, y), [(3, 4), (3, 4)]),
    "switch rows": (lambda x, y: K.switch(K.sum(x, 1) > 0, x, y), [(3, 4), (3, 4)]),
    "switch scalar": (lambda x: K.switch(K.sum(x) > 0, lambda: x * 2, lambda: -x), [(3, 4)]),
    "clip": (lambda x: K.clip(x, -0.5, 0.5), [(3, 4)]),
    "l2_normalize": (lambda x: K.l2_normalize(x, 1), [(3, 4)]),
    "conv1d": (lambda x: K.conv1d(x, np.ones((2, 2, 3)), padding="causal"), [(3, 5, 2)]),
    "conv2d": (lambda x: K.conv2d(x, np.ones((2, 2, 2, 3)), data_format=FIRST), [(3, 2, 4, 4)]),
    "conv2d_transpose": (
        lambda x: K.conv2d_transpose(x, np.ones((2, 2, 3, 2)), (K.shape(x)[0], 8, 8, 3), (2, 2)),
        [(3, 4, 4, 2)],
    ),
    "depthwise": (lambda x: K.depthwise_conv2d(x, np.ones((2, 2, 2, 2))), [(3, 4, 4, 2)]),
    "local_conv1d": (lambda x: K.local_conv1d(x, np.ones((4, 4, 3)), (2,), (1,)), [(3, 5, 2)]),
    "pool2d": (lambda x: K.pool2d(x, (2, 2), (1, 2), pool_mode="avg"), [(3, 4, 4, 2)]),
    "resize_images": (lambda x: K.resize_images(x, 2, 3, None, "bilinear"), [(3, 2, 3, 2)]),
    "temporal_padding": (K.temporal_padding, [(3, 4, 2)]),
    "spatial_2d_padding": (K.spatial_2d_padding, [(3, 4, 2, 1)]),
    "spatial_3d_padding": (K.spatial_3d_padding, [(3, 2, 2, 2, 1)]),
    "bias_add": (lambda x: K.bias_add(x, np.arange(4.0), FIRST), [(3, 4, 2, 2)]),
    "batch_normalization": (
        lambda x: K.batch_normalization(x, np.ones(4), np.ones(4), None, np.ones(4) * 2, 1),
        [(3, 4, 2)],
    ),
    "normalize_batch": (
        lambda x: K.normalize_batch_in_training(x, None, None, [0, 2])[0],
        [(3, 4, 2)],
    ),
    "foldl": (lambda x: K.foldl(lambda a, b: a * 2 + b, x), [(3, 4)]),
    "foldr": (lambda x: K.foldr(lambda a, b: a * 2 + b, x, np.ones(4, "float32")), [(3, 4)]),
    "map_fn": (lambda x: K.map_fn(lambda row: K.sum(row) + row, x), [(3, 4)]),
    "map_fn closure": (lambda x, y: K.map_fn(lambda row: row * K.sum(y), x), [(3, 4), (3, 2)]),
    "rnn": (masked_loop, [(3, 4, 2), (3, 2)]),
    "ctc_batch_cost": (
        lambda x, y: K.ctc_batch_cost(
            K.cast(y > 0, "int32"), K.softmax(x), 4 * full(y), 2 * full(y)
        ),
        [(3, 4, 3), (3, 2)],
    ),
    "categorical_crossentropy": (
        lambda x, y: K.categorical_crossentropy(K.softmax(x), K.softmax(y)),
        [(3, 4), (3, 4)],
    ),
    "zeros_like": (lambda x: K.zeros_like(x, name="zeros") + K.ones_like(x, "float32"), [(3, 4)]),
    "identity": (lambda x: K.identity(x) * 2, [(3, 4)]),
    "cumsum": (lambda x: K.cumsum(x, 1), [(3, 4)]),
    "repeat": (lambda x: K.repeat(x, 2), [(3, 4)]),
    "reverse": (lambda x: K.reverse(x, [0, 1]), [(3, 4)]),
    "one_hot": (lambda x: K.one_hot(K.argmax(x), 4), [(3, 4)]),
    "in_top_k": (lambda x: K.in_top_k(x, K.argmin(x), 3), [(3, 4)]),
}


@pytest.mark.parametrize("name", FORMS)
def test_the_forms_agree(name):
    function, shapes = FORMS[name]
    arrays = [np.random.uniform(-1, 1, shape).astype("float32") for shape in shapes]
    concrete = K.eval(function(*map(K.constant, arrays)))
    held = K.eval(function(*map(K.variable, arrays)))
    inputs = [K.placeholder((None, *shape[1:])) for shape in shapes]
    output = function(*inputs)
    (fed,) = K.function(inputs, [output])(arrays)
    np.testing.assert_allclose(held, concrete, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(fed, concrete, rtol=1e-5, atol=1e-6)
    fits = [n in (None, m) for n, m in zip(output.shape, fed.shape, strict=True)]
    assert all(fits)


def test_an_axis_of_unknown_size_can_be_squeezed():
    x = K.placeholder((None, None, 4))
    output = K.squeeze(x, 1)
    assert output.shape == (None, 4)
    (found,) = K.function([x], [output])([np.arange(8.0).reshape(2, 1, 4)])
    np.testing.assert_array_equal(found, np.arange(8.0).reshape(2, 4))
    with pytest.raises(ValueError, match=r"Axis 2 .* has not size 1"):
        K.squeeze(x, 2)


def test_a_size_that_is_a_number_has_an_empty_shape():
    assert K.int_shape(2 * K.shape(K.zeros((3, 4)))[0]) == ()


@pytest.mark.parametrize("dtype", ["int32", "uint8"])
def test_whole_numbers_stay_whole_when_rounded(dtype):
    found = K.round(K.constant([1, 2, 3], dtype))
    assert K.dtype(found) == dtype
    np.testing.assert_array_equal(K.eval(found), [1, 2, 3])
