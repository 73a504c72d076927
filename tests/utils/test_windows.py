"""Sizes and turned kernels against stored results of Keras 2.2.4, and values worked by hand."""

import json
from pathlib import Path

import numpy as np
import pytest

from keras.layers import Activation, Conv2D, Dense, Flatten, Input, SeparableConv2D
from keras.models import Model, Sequential
from keras.utils import convert_all_kernels_in_model, get_source_inputs, windows
from keras.utils.kernels import convert_dense_weights_data_format, convert_kernel, count_params

STORED = json.loads(Path(__file__).with_name("keras_2_2_4.json").read_text())


@pytest.mark.parametrize("name", [name for name in STORED if name.count("/") == 3])
def test_sizes(name):
    padding, size, window, stride = name.split("/")
    size, window, stride = int(size), int(window), int(stride)
    assert [
        windows.conv_output_length(size, window, padding, stride),
        windows.conv_input_length(size, window, padding, stride),
        windows.deconv_length(size, stride, window, padding, None),
        windows.deconv_length(size, stride, window, padding, 1),
    ] == STORED[name]


def test_unknown_sizes():
    assert windows.conv_output_length(None, 3, "same", 1) is None
    assert windows.conv_input_length(None, 3, "same", 1) is None
    assert windows.deconv_length(None, 1, 3, "full", None) is None


@pytest.mark.parametrize(
    "call",
    [
        lambda: windows.conv_output_length(5, 3, "half", 1),
        lambda: windows.conv_input_length(5, 3, "half", 1),
        lambda: windows.deconv_length(5, 1, 3, "half", None),
        lambda: windows.normalize_padding("full"),
    ],
)
def test_unknown_paddings(call):
    with pytest.raises(ValueError, match=r"padding should be .*got '(half|full)'"):
        call()


@pytest.mark.parametrize("value", [(1, 2, 3), "ab", 1.5, (1.5, 2), None])
def test_what_is_no_tuple_of_ints(value):
    with pytest.raises(ValueError, match="strides should be an int or 2 ints, got"):
        windows.normalize_tuple(value, 2, "strides")


def test_mirrored_kernels():
    kernel = np.arange(24.0).reshape(2, 3, 2, 2)
    np.testing.assert_array_equal(convert_kernel(kernel), STORED["kernel"])
    with pytest.raises(ValueError, match="three to five axes"):
        convert_kernel(np.zeros((2, 2)))


def test_mirroring_all_kernels_of_a_model():
    inner = Sequential([Conv2D(2, (2, 3), input_shape=(5, 5, 1))])
    model = Sequential([inner, SeparableConv2D(3, 2), Flatten(), Dense(2)])
    before = model.get_weights()
    convert_all_kernels_in_model(model)
    kernel, bias, depthwise, *rest = model.get_weights()
    np.testing.assert_array_equal(kernel, before[0][::-1, ::-1])
    np.testing.assert_array_equal(depthwise, before[2][::-1, ::-1])
    for ours, theirs in zip([bias, *rest], [before[1], *before[3:]], strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("target", "shape"), [("channels_first", (2, 3, 4)), ("channels_last", (3, 4, 2))]
)
def test_a_dense_layer_behind_images_of_the_other_format(target, shape):
    dense = Dense(2)
    Sequential([Input((24,)), dense])
    dense.set_weights([np.arange(48.0).reshape(24, 2), np.zeros(2)])
    convert_dense_weights_data_format(dense, shape, target)
    np.testing.assert_array_equal(dense.get_weights()[0], STORED[f"dense/{target}"])
    with pytest.raises(ValueError, match="are not the values of an image"):
        convert_dense_weights_data_format(dense, (2, 2, 2), target)
    with pytest.raises(ValueError, match="target_data_format should be"):
        convert_dense_weights_data_format(dense, shape, "last")


def test_count_params():
    weights = Dense(2, input_dim=3)
    Sequential([weights])
    assert count_params([*weights.weights, weights.weights[0]]) == 8


def test_source_inputs():
    a, b = Input((2,), name="a"), Input((2,), name="b")
    dense = Dense(2)
    hidden = dense(a)
    out = Activation("tanh")(hidden + b)
    assert get_source_inputs(out) == [a, b]
    assert get_source_inputs(a) == [a]
    assert get_source_inputs(hidden, dense, 0) == [a]
    dense(b)
    assert get_source_inputs(out, dense) == [b], "the last call counts"
    assert Model([a, b], out).inputs == [a, b]
