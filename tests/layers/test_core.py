"""Dense, Activation, Masking, Dropout, Lambda and the layers that only move entries."""

import json

import numpy as np
import pytest

from keras import layers as L
from keras import ops, registry
from keras.backend import dtypes, graph
from keras.backend.variable import Scope
from keras.layers import code

from .support import check_gradients, draw, run


# ---------------------------------------------------------------------------------- Dense, Activation
def test_dense_is_a_product_plus_bias():
    x, kernel, bias = draw(5, 2, 4), draw(4, 3, seed=1), draw(3, seed=2)
    layer = L.Dense(3, activation="relu", weights=[kernel, bias])
    np.testing.assert_allclose(run(layer, x), np.maximum(x @ kernel + bias, 0), rtol=1e-5)


def test_dense_without_bias_has_one_weight():
    layer = L.Dense(3, use_bias=False)
    layer.build((None, 4))
    assert [w.shape for w in layer.weights] == [(4, 3)]
    assert layer.bias is None


def test_dense_names_its_weights_as_keras_does():
    layer = L.Dense(3, name="top")
    layer(L.Input((4,)))
    assert [w.name for w in layer.weights] == ["top/kernel:0", "top/bias:0"]


def test_dense_gradients():
    check_gradients(L.Dense(3, activation="tanh"), draw(5, 4), step=1e-2)


def test_dense_refuses_what_does_not_fit():
    layer = L.Dense(3, name="top")
    with pytest.raises(ValueError, match=r"'top'.*at least 2 axes"):
        layer(L.Input(()))
    with pytest.raises(ValueError, match=r"'top'.*size is not known"):
        layer(L.Input((None,)))
    layer(L.Input((4,)))
    with pytest.raises(ValueError, match=r"'top'.*size 4 along axis -1.*\(None, 5\)"):
        layer(L.Input((5,)))


def test_unknown_arguments_are_named():
    with pytest.raises(TypeError, match=r"Dense does not take.*\['unit'\]"):
        L.Dense(3, unit=4)


def test_activation_takes_names_and_functions():
    x = draw(3, 4)
    np.testing.assert_allclose(run(L.Activation("tanh"), x), np.tanh(x), rtol=1e-5)
    np.testing.assert_allclose(run(L.Activation(ops.square), x), x**2, rtol=1e-5)


def test_activity_regularization_adds_its_penalty():
    x = np.array([[1.0, -2.0]], "float32")
    with Scope() as scope:
        np.testing.assert_array_equal(run(L.ActivityRegularization(0.1, 0.01), x), x)
    (loss,) = scope.losses
    assert float(loss) == pytest.approx(0.1 * 3 + 0.01 * 5)


# ---------------------------------------------------------------------------------- Masking
def test_masking_zeroes_and_masks_whole_times_alone():
    x = np.array([[[9.0, 9.0], [9.0, 1.0]]], "float32")
    layer = L.Masking(9.0)
    with Scope() as scope:
        y = layer(x)
        assert np.asarray(scope.mask_of(y)).tolist() == [[False, True]]
    assert np.asarray(y).tolist() == [[[0.0, 0.0], [9.0, 1.0]]]


def test_symbolic_masks_go_through_layers_that_support_them():
    masked = L.Masking()(L.Input((4, 3)))
    outputs = L.Activation("relu")(L.Dropout(0.5)(L.Dense(2)(masked)))
    assert outputs.mask is masked.mask
    assert outputs.mask.shape == (None, 4)


def test_a_layer_without_masking_refuses_a_mask():
    with pytest.raises(TypeError, match=r"'flat'.*does not support masking"):
        L.Flatten(name="flat")(L.Masking()(L.Input((4, 3))))


# ---------------------------------------------------------------------------------- Dropout
def test_dropout_does_nothing_outside_training():
    x = draw(3, 4)
    np.testing.assert_array_equal(run(L.Dropout(0.5), x), x)
    np.testing.assert_array_equal(run(L.Dropout(0.5), x, training=False), x)


def test_dropout_keeps_the_mean():
    y = run(L.Dropout(0.2), np.ones((200, 200), "float32"), training=True)
    assert set(np.unique(y).round(4)) == {0.0, 1.25}
    assert np.mean(y == 0) == pytest.approx(0.2, abs=0.01)


def test_dropout_of_all_or_nothing():
    x = draw(3, 4)
    np.testing.assert_array_equal(run(L.Dropout(0), x, training=True), x)
    np.testing.assert_array_equal(run(L.Dropout(1), x, training=True), 0 * x)


def test_dropout_noise_shape_shares_draws():
    y = run(L.Dropout(0.5, noise_shape=(None, 1, None)), np.ones((8, 5, 6)), training=True)
    assert (y == y[:, :1]).all()
    assert len(np.unique(y[:, 0])) == 2


def test_dropout_seed_repeats_its_draws():
    x = np.ones((20, 20), "float32")
    first, again, other = (run(L.Dropout(0.5, seed=s), x, training=True) for s in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.parametrize("rate", [-0.1, 1.1])
def test_dropout_refuses_rates_that_are_no_shares(rate):
    with pytest.raises(ValueError, match=rf"'half'.*\[0, 1\], got {rate}"):
        L.Dropout(rate, name="half")


@pytest.mark.parametrize(
    "layer, shape, places",
    [
        (L.SpatialDropout1D(0.5), (9, 4, 6), (1,)),
        (L.SpatialDropout2D(0.5), (9, 4, 3, 6), (1, 2)),
        (L.SpatialDropout2D(0.5, "channels_first"), (9, 6, 4, 3), (2, 3)),
        (L.SpatialDropout3D(0.5), (9, 2, 4, 3, 6), (1, 2, 3)),
        (L.SpatialDropout3D(0.5, "channels_first"), (9, 6, 2, 4, 3), (2, 3, 4)),
    ],
)
def test_spatial_dropout_drops_whole_channels(layer, shape, places):
    y = run(layer, np.ones(shape, "float32"), training=True)
    assert (y.max(places) == y.min(places)).all()
    assert set(np.unique(y)) == {0.0, 2.0}


# ---------------------------------------------------------------------------------- moving entries
def test_reshape_works_out_one_size():
    x = draw(2, 3, 4)
    np.testing.assert_array_equal(run(L.Reshape((-1, 6)), x), x.reshape(2, 2, 6))
    assert run(L.Reshape((-1, 6)), x[:0]).shape == (0, 2, 6)
    assert L.Reshape((6, -1)).compute_output_shape((None, None, 4)) == (None, 6, None)


def test_reshape_refuses_other_numbers_of_entries():
    with pytest.raises(ValueError, match=r"'r'.*\(3, 4\) \(12 entries\).*\(5, -1\)"):
        L.Reshape((5, -1), name="r")(L.Input((3, 4)))
    with pytest.raises(ValueError, match=r"only one"):
        L.Reshape((-1, -1))


def test_permute_reorders():
    x = draw(2, 3, 4, 5)
    np.testing.assert_array_equal(run(L.Permute((3, 1, 2)), x), x.transpose(0, 3, 1, 2))
    with pytest.raises(ValueError, match=r"1 to 2 once, got \(0, 1\)"):
        L.Permute((0, 1))


def test_flatten_gives_both_formats_the_same_order():
    x = draw(2, 3, 4, 5)
    expected = x.reshape(2, 60)
    np.testing.assert_array_equal(run(L.Flatten(), x), expected)
    first = np.moveaxis(x, -1, 1)
    np.testing.assert_array_equal(run(L.Flatten("channels_first"), first), expected)
    assert run(L.Flatten(), draw(2)).shape == (2, 1)


def test_repeat_vector_repeats():
    assert run(L.RepeatVector(2), np.array([[1, 2]])).tolist() == [[[1, 2], [1, 2]]]
    with pytest.raises(ValueError, match=r"n should be an int, got 2.0"):
        L.RepeatVector(2.0)


# ---------------------------------------------------------------------------------- Lambda
def double(x, factor=2.0):
    return x * factor


def test_lambda_finds_its_shape_and_dtype_by_tracing():
    outputs = L.Lambda(lambda x: ops.argmax(x, axis=-1))(L.Input((4, 3)))
    assert (outputs.shape, outputs.dtype) == ((None, 4), "int32")


def test_lambda_passes_arguments_mask_and_training():
    x = draw(2, 3)
    np.testing.assert_allclose(run(L.Lambda(double, arguments={"factor": 3.0}), x), 3 * x)
    told = L.Lambda(lambda x, training: x * (2.0 if training else 1.0))
    np.testing.assert_allclose(run(told, x, training=True), 2 * x)
    masked = L.Masking()(L.Input((4, 3)))
    count = L.Lambda(lambda x, mask: ops.sum(ops.cast(mask, "int32"), axis=1))(masked)
    assert count.shape == (None,)
    assert count.mask is None


def test_lambda_takes_an_output_shape():
    def halves(x):
        return x[:, :2]

    x = L.Input((None,))
    assert L.Lambda(halves, output_shape=(2,))(x).shape == (None, 2)
    assert L.Lambda(halves, output_shape=lambda s: (s[0], 2))(x).shape == (None, 2)
    two = L.Lambda(lambda xs: [xs[0] + xs[1], xs[0]])([L.Input((3,)), L.Input((3,))])
    assert [t.shape for t in two] == [(None, 3), (None, 3)]


def test_lambda_has_the_mask_it_is_given():
    masked = L.Masking()(L.Input((4, 3)))
    layer = L.Lambda(lambda x: x, mask=lambda x, mask: ops.logical_not(mask))
    assert layer(masked).mask.shape == (None, 4)


def test_lambda_refuses_what_cannot_be_called():
    with pytest.raises(TypeError, match=r"'odd'.*callable, got 3"):
        L.Lambda(3, name="odd")


def test_lambda_config_holds_a_function_by_name():
    config = L.Lambda(double, name="d").get_config()
    assert (config["function"], config["function_type"]) == ("double", "function")
    with pytest.raises(ValueError, match=r"'d'.*'double'.*custom_objects"):
        L.Lambda.from_config(config)
    with registry.custom_object_scope({"double": double}):
        assert L.Lambda.from_config(config).function is double
    assert L.Lambda.from_config(config, {"double": double}).function is double


def test_lambda_config_holds_code_that_is_read_where_trusted_alone():
    shift = 3.0
    config = L.Lambda(lambda x: ops.add(x, shift), name="l").get_config()
    assert config["function_type"] == "lambda"
    # As a file tells it: within the process the config knows the function itself.
    config = json.loads(json.dumps(config))
    with pytest.raises(ValueError, match=r"'l'.*not run by default.*safe_mode=False"):
        L.Lambda.from_config(config)
    with code.trusted():
        twin = L.Lambda.from_config(config)
    assert run(twin, np.zeros((1, 1))).tolist() == [[3.0]]


def test_a_seeded_layer_called_on_its_own_draws_anew_each_time():
    def draws():
        layer = L.Dropout(0.5, seed=3)
        return [
            np.asarray(ops.convert_to_numpy(layer(np.ones((1, 32)), training=True)))
            for _ in range(3)
        ]

    first, again = draws(), draws()
    assert all(map(np.array_equal, first, again))
    assert len({each.tobytes() for each in first}) == 3


def test_integers_reach_activations_as_floats():
    outputs = L.Activation("sigmoid")(np.array([[0, 1]]))
    assert dtypes.of(outputs) == "float32"
    symbol = L.Input((2,), dtype="int32")
    (value,) = graph.Function([symbol], [L.Activation("relu")(symbol)])([[[-1, 2]]])
    assert value.dtype == "float32"
    assert value.tolist() == [[0.0, 2.0]]


def test_an_input_of_text_says_what_to_do():
    with pytest.raises(ValueError, match=r"'words' takes text.*Call the text's layer.*on the data"):
        L.Input((1,), name="words", dtype="string")


@pytest.mark.parametrize("name", ["FlaxLayer", "JaxLayer", "TFSMLayer", "TorchModuleWrapper"])
def test_layers_of_other_frameworks_are_refused_as_such(name):
    with pytest.raises(ValueError, match=f"'{name}' holds a model of another framework"):
        L.deserialize({"class_name": name, "config": {"name": "x"}})
