"""The argument names of Keras 1: what each becomes was asked of Keras 2.2.4."""

import inspect

import numpy as np
import pytest

from keras import layers, models
from keras.layers import Dense, Input
from keras.legacy import interfaces
from keras.legacy.arguments import CLASSES, GENERATORS, Renames, accept

# How it is called; what the config then holds, as Keras 2.2.4 has it.
ROWS = {
    "Dense": (
        {
            "output_dim": 3,
            "init": "one",
            "bias": False,
            "W_regularizer": None,
            "b_constraint": None,
        },
        {"units": 3, "use_bias": False},
    ),
    "Convolution2D": (
        {
            "nb_filter": 32,
            "nb_row": 3,
            "nb_col": 2,
            "border_mode": "same",
            "subsample": (2, 2),
            "dim_ordering": "th",
        },
        {
            "filters": 32,
            "kernel_size": [3, 2],
            "padding": "same",
            "strides": [2, 2],
            "data_format": "channels_first",
        },
    ),
    "Convolution1D": (
        {"nb_filter": 8, "filter_length": 3, "subsample_length": 2, "atrous_rate": 1},
        {"filters": 8, "kernel_size": [3], "strides": [2]},
    ),
    "Convolution3D": (
        {"nb_filter": 8, "kernel_dim1": 2, "kernel_dim2": 3, "kernel_dim3": 4},
        {"filters": 8, "kernel_size": [2, 3, 4]},
    ),
    "Deconvolution2D": (
        {"nb_filter": 8, "nb_row": 3, "nb_col": 3, "output_shape": (None, 4, 4, 8)},
        {"filters": 8, "kernel_size": [3, 3]},
    ),
    "SeparableConvolution2D": (
        {"nb_filter": 8, "nb_row": 3, "nb_col": 3, "depthwise_init": "ones"},
        {"filters": 8, "kernel_size": [3, 3]},
    ),
    "AtrousConvolution2D": (
        {"nb_filter": 4, "nb_row": 3, "nb_col": 3, "atrous_rate": (2, 2)},
        {"filters": 4, "dilation_rate": [2, 2]},
    ),
    "LocallyConnected1D": (
        {"nb_filter": 4, "filter_length": 2},
        {"filters": 4, "kernel_size": [2]},
    ),
    "LSTM": (
        {
            "output_dim": 4,
            "inner_activation": "sigmoid",
            "consume_less": "gpu",
            "forget_bias_init": "one",
            "dropout_W": 0.1,
            "dropout_U": 0.2,
        },
        {
            "units": 4,
            "recurrent_activation": "sigmoid",
            "unit_forget_bias": True,
            "dropout": 0.1,
            "recurrent_dropout": 0.2,
        },
    ),
    "GRU": ({"output_dim": 4, "inner_init": "zeros"}, {"units": 4}),
    "SimpleRNN": ({"output_dim": 4, "U_regularizer": None}, {"units": 4}),
    "ConvLSTM2D": (
        {"nb_filter": 4, "nb_row": 3, "nb_col": 3, "border_mode": "same"},
        {"filters": 4, "kernel_size": [3, 3], "padding": "same"},
    ),
    "Embedding": (
        {"input_dim": 10, "output_dim": 5, "init": "uniform", "dropout": 0.2},
        {"input_dim": 10, "output_dim": 5},
    ),
    "BatchNormalization": ({"mode": 0, "axis": 1, "beta_init": "ones"}, {"axis": 1}),
    "Dropout": ({"p": 0.2}, {"rate": 0.2}),
    "SpatialDropout2D": (
        {"p": 0.3, "dim_ordering": "th"},
        {"rate": 0.3, "data_format": "channels_first"},
    ),
    "GaussianNoise": ({"sigma": 0.1}, {"stddev": 0.1}),
    "GaussianDropout": ({"p": 0.1}, {"rate": 0.1}),
    "MaxPooling1D": (
        {"pool_length": 3, "stride": 2, "border_mode": "same"},
        {"pool_size": [3], "strides": [2], "padding": "same"},
    ),
    "MaxPooling2D": ({"dim_ordering": "default"}, {"data_format": "channels_last"}),
    "GlobalMaxPooling2D": ({"dim_ordering": "tf"}, {"data_format": "channels_last"}),
    "ZeroPadding2D": (
        {"padding": {"top_pad": 1, "left_pad": 2}},
        {"padding": [[1, 0], [2, 0]]},
    ),
    "UpSampling1D": ({"length": 3}, {"size": 3}),
    "UpSampling2D": ({"dim_ordering": "th"}, {"data_format": "channels_first"}),
    "Cropping2D": ({"dim_ordering": "th"}, {"data_format": "channels_first"}),
    "PReLU": ({"init": "ones"}, {}),
}


def listed(value):
    """A value with lists in place of tuples."""
    return [listed(v) for v in value] if isinstance(value, list | tuple) else value


@pytest.mark.parametrize("name", ROWS)
def test_old_names(name):
    given, expected = ROWS[name]
    with pytest.warns(UserWarning, match="arguments have new names") as caught:
        layer = getattr(layers, name)(**given)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    config = layer.get_config()
    assert {key: listed(config[key]) for key in expected} == expected
    assert type(layer).from_config(config).get_config() == config


PLACES = {
    "Conv2D": ((32, 3, 3), [3, 3]),
    "Conv3D": ((8, 2, 3, 4), [2, 3, 4]),
    "SeparableConv2D": ((8, 3, 3), [3, 3]),
    "ConvLSTM2D": ((4, 3, 3), [3, 3]),
    "LocallyConnected2D": ((4, 3, 3), [3, 3]),
}


@pytest.mark.parametrize("name", PLACES)
def test_a_kernel_given_as_ints_by_place(name):
    args, size = PLACES[name]
    with pytest.warns(UserWarning, match="-> kernel_size="):
        layer = getattr(layers, name)(*args)
    assert listed(layer.kernel_size) == size
    assert set(layer.strides) == {1}


def test_new_names_give_no_warning():
    layers.Conv2D(32, (3, 3), (2, 2))
    layers.Conv2D(32, 3, strides=2)
    assert layers.Conv2D(32, 3, 2, "same").strides == (2, 2)
    layers.Conv1D(8, 3, 2)
    Dense(3, kernel_initializer="ones")


def test_both_names_at_once():
    with pytest.raises(TypeError, match="Dense got both 'units' and its old name 'output_dim'"):
        Dense(output_dim=3, units=3)


def test_old_values_that_are_gone():
    with pytest.raises(TypeError, match="mode=2 is gone"):
        layers.BatchNormalization(mode=2)
    with pytest.raises(
        ValueError, match=r"dim_ordering should be one of \['tf', 'th', 'default'\]"
    ):
        layers.MaxPooling2D(dim_ordering="last")
    with pytest.raises(ValueError, match=r"sides \['bottom'\]"):
        layers.ZeroPadding2D(padding={"bottom": 1})


def test_signatures_are_those_of_now():
    assert list(inspect.signature(Dense).parameters)[:3] == ["units", "activation", "use_bias"]
    for name in CLASSES:
        assert "args" not in inspect.signature(getattr(layers, name)).parameters, name


def test_models():
    x = Input((3,))
    with pytest.warns(UserWarning, match="input -> inputs; output -> outputs"):
        model = models.Model(input=x, output=Dense(1)(x))
    model.compile("sgd", "mse")
    data = np.ones((4, 3)), np.ones((4, 1))
    with pytest.warns(UserWarning, match="fit: .* nb_epoch -> epochs"):
        assert len(model.fit(*data, nb_epoch=2, verbose=0).epoch) == 2
    batches = iter([data] * 4)
    with pytest.warns(
        UserWarning, match="samples_per_epoch -> steps_per_epoch; nb_epoch -> epochs"
    ):
        model.fit_generator(batches, samples_per_epoch=2, nb_epoch=2, verbose=0)
    with pytest.warns(UserWarning, match="val_samples -> steps"):
        model.evaluate_generator(iter([data]), val_samples=1)
    assert set(GENERATORS.names.values()) <= {
        name
        for method in ("fit_generator", "evaluate_generator")
        for name in inspect.signature(getattr(models.Model, method)).parameters
    }


def test_a_layer_of_ones_own_takes_them():
    class Twice(Dense):
        def __init__(self, units, **kwargs):
            super().__init__(units, **kwargs)

    with pytest.warns(UserWarning, match="init -> kernel_initializer"):
        layer = Twice(2, init="ones")
    assert layer.built is False

    class Own(layers.Layer):
        @interfaces.legacy_dense_support
        def __init__(self, units, kernel_initializer="zeros", **kwargs):
            super().__init__(**kwargs)
            self.units, self.kernel_initializer = units, kernel_initializer

    with pytest.warns(UserWarning, match="Own: .*output_dim -> units"):
        own = Own(output_dim=3, init="ones")
    assert (own.get_config()["units"], own.kernel_initializer) == (3, "ones")


def test_the_decorators_of_methods():
    class Rule:
        @interfaces.legacy_get_updates_support
        def get_updates(self, loss, params):
            return loss, params

        @interfaces.legacy_add_weight_support
        def add_weight(self, name, shape, initializer=None):
            return name, shape, initializer

        @interfaces.generate_legacy_interface(
            conversions=[("nb", "number")], value_conversions={"nb": {"one": 1}}
        )
        def count(self, number):
            return number

    rule = Rule()
    assert rule.get_updates("loss", ["w"]) == ("loss", ["w"])
    assert rule.get_updates(["w"], {}, "loss") == ("loss", ["w"])
    assert rule.get_updates(params=["w"], constraints={}, loss="loss") == ("loss", ["w"])
    assert rule.add_weight((2, 3), "kernel", initializer="ones") == ("kernel", (2, 3), "ones")
    assert rule.add_weight((2, 3), name="kernel") == ("kernel", (2, 3), None)
    assert rule.add_weight("kernel", (2, 3)) == ("kernel", (2, 3), None)
    with pytest.warns(UserWarning, match="count: .*nb -> number"):
        assert rule.count(nb="one") == 1


def test_every_decorator_has_rules():
    decorators = [getattr(interfaces, n) for n in vars(interfaces) if n.endswith("_support")]
    assert len(decorators) == 33
    assert all(inspect.signature(d).parameters.keys() == {"func"} for d in decorators)
    assert accept(Renames())(lambda self: 1)(None) == 1
