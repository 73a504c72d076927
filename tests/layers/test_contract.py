"""What every layer keeps to: shapes and dtypes known before anything runs, configs that make the layer again."""

import inspect
import json

import pytest

from keras import layers
from keras.backend import graph
from keras.layers import Input, Layer

from .cases import CASES, PREPROCESSING, name_of
from .support import given_to

BATCH = 3
ALL = CASES + PREPROCESSING
every_layer = pytest.mark.parametrize("make, shapes", ALL, ids=map(name_of, ALL))


@pytest.mark.parametrize("dtype", ["float32", "float16", "int32"])
@every_layer
def test_shape_and_dtype_are_what_running_it_gives(make, shapes, dtype):
    layer, inputs = make(), given_to([Input(shape=s, dtype=dtype) for s in shapes])
    outputs = layer(inputs)
    for training in (True, False):
        traced = graph.infer(layer, (inputs,), {}, training)
        assert (outputs.shape, outputs.dtype) == (traced.shape, traced.dtype)


@every_layer
def test_unknown_sizes_stay_unknown(make, shapes):
    layer = make()
    if isinstance(layer, layers.LocallyConnected1D | layers.LocallyConnected2D):
        with pytest.raises(ValueError, match=r"give the sizes in place of None"):
            layer(Input(batch_shape=(None, None, *shapes[0][1:])))
        return
    unknown = [(None,) * (len(s) + 1) for s in shapes]
    known = [(BATCH, *s) for s in shapes]
    loose, exact = (layer.compute_output_shape(given_to(s)) for s in (unknown, known))
    assert len(loose) == len(exact)
    assert all(a is None or a == b for a, b in zip(loose, exact, strict=True))


@every_layer
def test_a_layer_built_by_hand_is_not_built_again(make, shapes):
    layer = make()
    layer.build(given_to([(None, *s) for s in shapes]))
    weights = layer.weights
    layer(given_to([Input(shape=s) for s in shapes]))
    assert all(a is b for a, b in zip(layer.weights, weights, strict=True))


@every_layer
def test_config_makes_the_layer_again(make, shapes):
    layer = make()
    config = json.loads(json.dumps(layers.serialize(layer)))
    twin = layers.deserialize(config)
    assert type(twin) is type(layer)
    assert twin.name == layer.name
    assert twin.get_config() == layer.get_config()
    for each in (layer, twin):
        each(given_to([Input(shape=s) for s in shapes]))
    assert [w.shape for w in twin.weights] == [w.shape for w in layer.weights]


@every_layer
def test_config_has_exactly_the_arguments_of_the_constructor(make, shapes):
    layer = make()
    general = set(inspect.signature(Layer).parameters) | {"batch_input_shape", "dtype"}
    arguments = set(inspect.signature(type(layer)).parameters) - general - {"kwargs"}
    found = set(layer.get_config())
    # A single group is not written: Keras 2 knows no groups.
    left_out = {"groups"} if getattr(layer, "groups", None) == 1 else set()
    assert found - general == arguments - left_out
    assert {"name", "trainable"} <= found


def test_every_layer_has_a_case():
    covered = {type(make()) for make, _ in ALL}
    public = {
        value
        for name in layers.__all__
        if inspect.isclass(value := getattr(layers, name)) and issubclass(value, Layer)
    }
    elsewhere = {"Layer", "InputLayer", "Lambda", "MultiHeadAttention", "GroupQueryAttention"}
    elsewhere |= {"StringLookup", "TextVectorization"}
    written_here = {
        cls for cls in public if cls.__module__.rpartition(".")[2] not in RECURRENT_MODULES
    }
    assert {cls.__name__ for cls in written_here - covered} == elsewhere


RECURRENT_MODULES = {"recurrent", "recurrent_cells", "gated", "convolutional_recurrent", "wrappers"}
RECURRENT_MODULES |= {"cudnn_recurrent"}


def test_exports_are_sorted_and_exist():
    assert layers.__all__ == sorted(layers.__all__)
    assert all(hasattr(layers, name) for name in layers.__all__)


def test_aliases_are_the_same_classes():
    assert layers.Convolution2D is layers.Conv2D
    assert layers.MaxPool2D is layers.MaxPooling2D
    assert layers.GlobalAvgPool1D is layers.GlobalAveragePooling1D
    assert layers.Deconvolution2D is layers.Conv2DTranspose


def test_an_unknown_layer_is_named_with_close_ones():
    with pytest.raises(ValueError, match=r"Unknown layer: 'Dens'.*'Dense'"):
        layers.deserialize({"class_name": "Dens", "config": {}})


def test_get_takes_names_configs_and_layers():
    flat = layers.Flatten()
    assert layers.get(flat) is flat
    assert isinstance(layers.get("Flatten"), layers.Flatten)
    assert layers.get({"class_name": "Dense", "config": {"units": 3}}).units == 3


@pytest.mark.parametrize(
    "name, expected",
    [
        ("Conv1D", "strides=1, padding='valid', data_format='channels_last', dilation_rate=1"),
        ("Conv2D", "strides=(1, 1), padding='valid', data_format=None, dilation_rate=(1, 1)"),
        ("MaxPooling1D", "pool_size=2, strides=None, padding='valid', data_format='channels_last'"),
        ("MaxPooling3D", "pool_size=(2, 2, 2), strides=None, padding='valid', data_format=None"),
        ("Cropping2D", "cropping=((0, 0), (0, 0)), data_format=None"),
        ("ZeroPadding3D", "padding=(1, 1, 1), data_format=None"),
    ],
)
def test_signatures_are_the_classic_ones(name, expected):
    assert expected in str(inspect.signature(getattr(layers, name)))


def test_arguments_may_be_given_by_place():
    layer = layers.Conv2D(4, 3, 2, "same", "channels_first")
    assert (layer.strides, layer.padding, layer.data_format) == ((2, 2), "same", "channels_first")
    assert layers.MaxPooling2D(3).pool_size == (3, 3)
