"""Weight layouts, against what Keras 2.2.4 makes of the same weights and what cuDNN's layers are to compute."""

from pathlib import Path

import numpy as np
import pytest

from keras import layers, models
from keras.saving import layouts
from keras.saving.schema import LayerWeights, Saved, WeightEntry

STORED = np.load(Path(__file__).parent / "fixtures" / "cudnn.npz")
NEW = Saved(version="2.2.4", backend="tensorflow")
GATES = {"recurrent_activation": "sigmoid"}
PAIRS = {
    "lstm": (lambda: layers.CuDNNLSTM(3), lambda: layers.LSTM(3, **GATES)),
    "gru": (lambda: layers.CuDNNGRU(3), lambda: layers.GRU(3, reset_after=True, **GATES)),
}


def stored(name):
    return [STORED[f"{name}{i}"] for i in range(3)]


def built(layer, features=4):
    layer.build((None, 5, features))
    return layer


def saved_by(version, backend="", names=("w:0",)):
    entries = [WeightEntry(name, (1,), "float32", None) for name in names]
    return Saved(version=version, backend=backend, weights=[LayerWeights("layer", entries)])


@pytest.mark.parametrize("name", PAIRS)
def test_weights_of_cudnn_in_the_classic_layer(name):
    layer = built(PAIRS[name][1]())
    converted = layouts.convert(stored(name), layer, NEW)
    for ours, theirs in zip(converted, stored(f"{name}_classic"), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)
    layer.set_weights(converted)
    np.testing.assert_allclose(layer(STORED["x"]), STORED[f"{name}_y"], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", PAIRS)
def test_weights_of_the_classic_layer_in_cudnn(name):
    converted = layouts.convert(stored(f"{name}_classic"), built(PAIRS[name][0]()), NEW)
    for ours, theirs in zip(converted, stored(f"{name}_back"), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)


@pytest.mark.parametrize("name", PAIRS)
def test_cudnn_layers_compute_what_the_classic_ones_do(name):
    layer = built(PAIRS[name][0]())
    layer.set_weights(stored(name))
    np.testing.assert_allclose(layer(STORED["x"]), STORED[f"{name}_y"], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("file", ["w.h5", "w.weights.h5", "w.safetensors"])
@pytest.mark.parametrize("turn", [1, -1], ids=["there", "back"])
@pytest.mark.parametrize("name", PAIRS)
def test_files_go_from_one_to_the_other(name, turn, file, tmp_path):
    source, target = (
        models.Sequential([layers.InputLayer((5, 4)), make()]) for make in PAIRS[name][::turn]
    )
    source.save_weights(tmp_path / file)
    target.load_weights(tmp_path / file)
    np.testing.assert_allclose(source.predict(STORED["x"]), target.predict(STORED["x"]), rtol=1e-5)


def test_forget_bias_of_cudnn_begins_with_ones():
    bias = built(layers.CuDNNLSTM(2)).get_weights()[2]
    assert bias.tolist() == [0.0] * 10 + [1.0] * 2 + [0.0] * 4
    assert not built(layers.CuDNNLSTM(2, unit_forget_bias=False)).get_weights()[2].any()


def test_cudnn_layers_learn():
    stack = [layers.CuDNNGRU(3, return_sequences=True, input_shape=(5, 4)), layers.CuDNNLSTM(1)]
    model = models.Sequential(stack)
    model.compile("adam", "mse")
    target = np.full((3, 1), 0.3)
    losses = [model.train_on_batch(STORED["x"], target) for _ in range(30)]
    assert losses[-1] < 0.9 * losses[0]


def test_a_gru_of_the_other_kind_is_refused():
    layer = built(layers.GRU(3, name="old"))
    for bias in (STORED["gru2"], STORED["gru2"].reshape(2, -1)):
        with pytest.raises(ValueError, match=r"'old' .GRU. has reset_after=False"):
            layouts.convert([*stored("gru")[:2], bias], layer, NEW)


def test_who_wrote_a_file():
    assert layouts.is_keras1(saved_by("1.2.2")) and layouts.is_keras1(saved_by(""))
    assert not layouts.is_keras1(saved_by("2.0.0"))
    assert layouts.is_theano(saved_by("1.2.2", names=["convolution2d_1_W"]))
    assert not layouts.is_theano(saved_by("1.2.2", names=["convolution2d_1_W:0"]))
    assert layouts.is_theano(saved_by("2.1.6", "theano"))
    assert not layouts.is_theano(saved_by("2.1.6", "tensorflow", ["kernel"]))


def test_kernels_of_keras1_come_with_the_axes_of_their_inputs():
    kernel = np.arange(4 * 3 * 2 * 5.0).reshape(4, 3, 2, 5)
    layer = layers.Conv2D(4, (2, 5), data_format="channels_first")
    (converted,) = layouts.convert([kernel], layer, saved_by("1.2.2"))
    assert converted.shape == (2, 5, 3, 4)
    assert converted[1, 3, 2, 0] == kernel[0, 2, 1, 3]


def test_kernels_of_theano_are_turned():
    kernel = np.arange(3 * 2 * 1 * 1.0).reshape(3, 2, 1, 1)
    converted = layouts.convert([kernel], layers.Conv2D(1, (3, 2)), saved_by("2.1.6", "theano"))
    assert converted[0].ravel().tolist() == [5.0, 4.0, 3.0, 2.0, 1.0, 0.0]


def test_windows_that_theano_lays_elsewhere_are_told():
    layer = layers.Conv2D(1, 2, padding="same", name="moved")
    with pytest.warns(UserWarning, match=r"'moved' .* was trained on Theano"):
        layouts.convert([np.zeros((2, 2, 1, 1))], layer, saved_by("2.1.6", "theano"))


def test_the_first_kernels_of_convolution1d():
    layer = layers.Conv1D(4, 3)
    new, old = np.zeros((3, 1, 2, 4)), np.zeros((4, 2, 3, 1))
    for kernel in (new, old):
        (converted,) = layouts.convert([kernel], layer, saved_by("1.0.8", names=["w:0"]))
        assert converted.shape == (3, 2, 4)


def test_gates_of_keras1_are_joined_in_our_order():
    parts = [np.full((1, 1), i) if i % 3 < 2 else np.full(1, i) for i in range(12)]
    kernel, recurrent, bias = layouts.convert(parts, layers.LSTM(1), saved_by("1.2.2"))
    assert kernel.tolist() == [[0, 6, 3, 9]]  # i, c, f, o there
    assert recurrent.tolist() == [[1, 7, 4, 10]] and bias.tolist() == [2, 8, 5, 11]
