"""Weights and files: what fits is set, what does not is said, and then nothing is changed."""

import io
import os
import re

import h5py
import numpy as np
import pytest

from keras import layers as L
from keras import models
from keras.backend.variable import Variable
from keras.saving import hdf5, weights
from keras.saving.schema import LayerWeights, Saved, WeightEntry


def stack(*names, units=3, inputs=4):
    model = models.Sequential()
    for index, name in enumerate(names):
        extra = {"input_dim": inputs} if not index else {}
        model.add(L.Dense(units, name=name, **extra))
    return model


@pytest.fixture
def path(tmp_path):
    return tmp_path / "weights.h5"


def values(model):
    return [weight.copy() for weight in model.get_weights()]


def assert_unchanged(model, before):
    for one, other in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(one, other)


# ------------------------------------------------------------------ by order
def test_layers_are_matched_by_their_order(path):
    model, other = stack("a", "b"), stack("x", "y")
    model.save_weights(path)
    report = other.load_weights(path)
    assert_unchanged(other, values(model))
    assert report.loaded == ["x", "y"]
    assert not report.skipped


def test_a_whole_model_serves_as_a_file_of_weights(path, model):
    model.save(path)
    other = models.clone_model(model)
    other.load_weights(path)
    assert_unchanged(other, values(model))


MISFITS = {
    "the number of layers": (
        lambda: stack("a"),
        r"weights of 2 layer.*, model .* has 1 layer.*In the file: a, b; in the model: a",
    ),
    "a shape": (
        lambda: stack("a", "b", units=5),
        r"does not fit the layer 'a' \(Dense\).*has a/kernel:0 \(4, 3\), a/bias:0 \(3,\), the layer needs a/kernel:0 "
        r"\(4, 5\)",
    ),
    "a shape further on": (
        lambda: models.Sequential([L.Dense(3, input_dim=4, name="a"), L.Dense(2, name="b")]),
        r"does not fit the layer 'b'.*\(3, 3\).*needs b/kernel:0 \(3, 2\)",
    ),
    "the number of weights": (
        lambda: models.Sequential(
            [L.Dense(3, input_dim=4, use_bias=False, name="a"), L.Dense(3, name="b")]
        ),
        r"does not fit the layer 'a'",
    ),
}


@pytest.mark.parametrize(("build", "message"), MISFITS.values(), ids=MISFITS)
def test_what_does_not_fit_is_named_and_nothing_is_changed(build, message, path):
    stack("a", "b").save_weights(path)
    model = build()
    before = values(model)
    with pytest.raises(ValueError, match=message) as caught:
        model.load_weights(path)
    assert "Nothing was loaded" in str(caught.value)
    assert_unchanged(model, before)


def test_an_error_while_reading_changes_nothing(path):
    model = stack("a", "b")
    before = values(model)

    def fail():
        raise OSError("the disk is gone")

    def entries(name, shapes, read):
        return [
            WeightEntry(f"{name}/{i}", shape, "float32", read) for i, shape in enumerate(shapes)
        ]

    saved = Saved(
        weights=[
            LayerWeights(
                "a",
                entries("a", [(4, 3)], lambda: np.ones((4, 3)))
                + entries("a", [(3,)], lambda: np.ones(3)),
            ),
            LayerWeights("b", entries("b", [(3, 3), (3,)], fail)),
        ]
    )
    with pytest.raises(OSError, match="the disk is gone"):
        weights.load(model, saved)
    assert_unchanged(model, before)


# ------------------------------------------------------------------ by name
def test_by_name_says_what_it_left(path):
    source, target = stack("a", "b", "gone"), stack("new", "b", "a2", inputs=3)
    source.save_weights(path)
    before = values(target)
    with pytest.warns(
        UserWarning, match=r"set 1 layer\(s\).*new: not in the file.*Not used of the file: a, gone"
    ):
        report = target.load_weights(path, by_name=True)
    assert report.loaded == ["b"]
    assert report.skipped == {"new": "not in the file", "a2": "not in the file"}
    assert report.unused == ["a", "gone"]
    assert "loaded: b" in str(report)
    np.testing.assert_array_equal(target.get_weights()[2], source.get_weights()[2])
    np.testing.assert_array_equal(target.get_weights()[0], before[0])


def test_by_name_with_no_name_in_common_is_an_error(path):
    stack("a", "b").save_weights(path)
    model = stack("x", "y")
    before = values(model)
    with pytest.raises(
        ValueError, match=r"no layer has the name.*In the file: a, b; in the model: x, y"
    ):
        model.load_weights(path, by_name=True)
    assert_unchanged(model, before)


def test_by_name_with_everything_in_common_is_silent(path):
    source, target = stack("a", "b"), stack("a", "b")
    source.save_weights(path)
    target.load_weights(path, by_name=True)
    assert_unchanged(target, values(source))


def test_a_mismatch_may_be_skipped(path):
    source = stack("a", "b")
    source.save_weights(path)
    target = models.Sequential([L.Dense(3, input_dim=4, name="a"), L.Dense(2, name="b")])
    with pytest.raises(ValueError, match="skip_mismatch=True"):
        target.load_weights(path, by_name=True)
    with pytest.warns(UserWarning, match=r"b: the file has b/kernel:0 \(3, 3\)"):
        report = target.load_weights(path, by_name=True, skip_mismatch=True)
    assert report.loaded == ["a"]
    np.testing.assert_array_equal(target.get_weights()[0], source.get_weights()[0])


def test_values_may_be_reshaped(path):
    source = models.Sequential([L.Conv1D(3, 1, input_shape=(5, 4), name="a")])
    source.save_weights(path)
    target = models.Sequential([L.Conv2D(3, 1, input_shape=(5, 5, 4), name="a")])
    with pytest.raises(ValueError, match="does not fit"):
        target.load_weights(path)
    target.load_weights(path, reshape=True)
    np.testing.assert_array_equal(target.get_weights()[0][0], source.get_weights()[0])


# ------------------------------------------------------------------ odd files that are right
def test_what_is_frozen_does_not_change_whose_weights_are_whose(path):
    inner = stack("a", "b")
    model = models.Sequential([inner])
    model.save_weights(path)
    wanted = [w.numpy() for w in inner.layers[0].weights + inner.layers[1].weights]
    inner.layers[0].trainable = False
    for weight in model.weights:
        weight.assign(np.zeros(weight.shape))
    model.load_weights(path)
    found = [w.numpy() for w in inner.layers[0].weights + inner.layers[1].weights]
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("dtype", ["float16", "float64", ">f4"])
def test_weights_of_other_floats_are_converted(dtype, path):
    model = stack("a")
    model.save_weights(path)
    kernel = np.arange(12, dtype="float32").reshape(4, 3)
    with h5py.File(path, "r+") as file:
        del file["a/a/kernel:0"]
        file["a/a/kernel:0"] = kernel.astype(dtype)
    model.load_weights(path)
    np.testing.assert_array_equal(model.get_weights()[0], kernel)
    assert model.predict(np.ones((1, 4))).dtype == np.float32


def test_halves_that_hdf5_does_not_know(path):
    model = models.Sequential([L.Dense(2, input_dim=3, dtype="bfloat16", name="a")])
    before = [w.astype("float32") for w in values(model)]
    model.save(path)
    found = models.load_model(path)
    assert found.weights[0].dtype == "bfloat16"
    for one, other in zip(values(found), before, strict=True):
        np.testing.assert_array_equal(one.astype("float32"), other)


def test_names_too_many_for_one_attribute_are_spread_over_several(path):
    names = [f"{'a' * 300}_{number}" for number in range(500)]
    saved = Saved(weights=[LayerWeights(name) for name in names])
    hdf5.write_weights(path, saved)
    with h5py.File(path) as file:
        assert "layer_names" not in file.attrs
        assert file.attrs["layer_names1"].nbytes <= 64512
    with hdf5.reading(path) as found:
        assert [layer.name for layer in found.weights] == names


def test_a_name_too_long_for_an_attribute_is_refused(path):
    with pytest.raises(ValueError, match="too long for an HDF5 file"):
        hdf5.write_weights(path, Saved(weights=[LayerWeights("a" * 70_000)]))
    assert not path.exists()


def test_equal_names_within_a_layer_are_numbered(path):
    class Twice(L.Layer):
        def build(self, input_shape):
            self.one = self.add_weight("w", (2,))
            self.two = self.add_weight("w", (2,))

        def call(self, inputs):
            return inputs * self.one + self.two

    model = models.Sequential([Twice(input_shape=(2,), name="twice")])
    before = values(model)
    model.save_weights(path)
    with h5py.File(path) as file:
        assert set(file["twice/twice"]) == {"w:0", "w_1:0"}
    model.set_weights([np.zeros(2), np.zeros(2)])
    model.load_weights(path)
    assert_unchanged(model, before)


@pytest.mark.parametrize("name", ["weights", "weights.hdf5", "weights.anything"])
def test_any_name_will_do(name, tmp_path, model):
    model.save_weights(tmp_path / name)
    model.load_weights(str(tmp_path / name))
    model.save(str(tmp_path / name))
    assert models.load_model(tmp_path / name).name == model.name


def test_an_open_file_or_group_will_do(path, model, x):
    with h5py.File(path, "w") as file:
        model.save(file)
        model.save_weights(file.create_group("within"))
    with h5py.File(path) as file:
        np.testing.assert_array_equal(models.load_model(file).predict(x), model.predict(x))
        other = models.clone_model(model)
        other.load_weights(file["within"])
    np.testing.assert_array_equal(other.predict(x), model.predict(x))


@pytest.mark.parametrize("name", ["model.h5", "model.keras"])
def test_a_path_may_be_bytes(name, tmp_path, model):
    place = os.fsencode(tmp_path / name)
    model.save(place)
    assert models.load_model(place).name == model.name


def test_what_is_no_path_is_named_with_a_remedy(model):
    for use in (model.save, model.save_weights, model.load_weights, models.load_model):
        with pytest.raises(TypeError, match=r"a path, or an open h5py.File .* got a BytesIO"):
            use(io.BytesIO())


def test_weights_alone_are_no_model(path, model):
    model.save_weights(path)
    with pytest.raises(ValueError, match=r"holds weights without a model.*load_weights"):
        models.load_model(path)


def test_a_model_without_weights_yet_says_so(path):
    model = models.Sequential([L.Dense(2)])
    with pytest.raises(ValueError, match="has no weights yet, so load_weights"):
        model.load_weights(path)


def test_what_was_built_without_values_took_no_memory_and_has_a_copy_of_its_own():
    spread = np.broadcast_to(np.zeros((), "float32"), (1000, 1000))
    blank = Variable(spread, "float32")
    assert blank._value.strides == (0, 0)
    blank.assign_add(np.ones((1000, 1000), "float32"))
    assert float(np.asarray(blank.numpy()).mean()) == 1.0
    assert not spread.any()


def test_the_versions_are_told(path, model):
    model.save(path)
    with h5py.File(path) as file:
        attrs = file.attrs
        assert attrs["keras_version"] in (b"2.2.4", "2.2.4")
        assert re.match(r"keras \d{4}\.", str(attrs["written_by"]))


# ------------------------------------------------------------------ files that tell paths
BY_PATH = [".weights.h5", ".safetensors"]


def two(first, second="b", units=2):
    """A model of two layers, of which the first has the same number of weights whatever its class."""
    size = (3, 2) if first is L.Conv1D else (3,)
    layer = first(*size, name="a")
    return models.Sequential([L.InputLayer((4, 1)), layer, L.Dense(units, name=second)])


@pytest.mark.parametrize("suffix", BY_PATH)
def test_a_layer_at_another_place_is_named_with_both_places(suffix, tmp_path):
    two(L.Dense).save_weights(tmp_path / f"w{suffix}")
    model = two(L.Conv1D)
    before = model.get_weights()
    needed = r"no weights for the layer 'a' \(Conv1D\) of model .*should be at 'layers/conv1d'"
    with pytest.raises(
        ValueError, match=rf"{needed}.*Not used.*b at 'layers/dense_1'.*by_name=True"
    ):
        model.load_weights(tmp_path / f"w{suffix}")
    assert all(map(np.array_equal, model.get_weights(), before))


@pytest.mark.parametrize("suffix", BY_PATH)
def test_what_has_no_place_is_left_out_and_shifts_nothing(suffix, tmp_path):
    # By order alone the first layer would take the weights of the second, which have its shapes.
    source = models.Sequential([L.Dense(3, input_dim=3, name="a"), L.PReLU(), L.Dense(3, name="b")])
    source.save_weights(tmp_path / f"w{suffix}")
    target = models.Sequential(
        [L.Dense(3, input_dim=3, name="a"), L.BatchNormalization(), L.Dense(3, name="b")]
    )
    place = "the file has nothing at 'layers/batch_normalization'"
    with pytest.warns(UserWarning, match=f"{target.layers[1].name}: {place}"):
        report = target.load_weights(tmp_path / f"w{suffix}", skip_mismatch=True)
    assert report.loaded == ["a", "b"] and report.unused == [source.layers[1].name]
    for name in ("a", "b"):
        one, other = (m.get_layer(name).get_weights() for m in (source, target))
        assert all(map(np.array_equal, one, other))


@pytest.mark.parametrize("suffix", [".h5", *BY_PATH])
def test_another_number_of_layers_is_told_with_what_helps(suffix, tmp_path):
    path = tmp_path / f"w{suffix}"
    two(L.Dense).save_weights(path)
    one = models.Sequential([L.Dense(3, input_dim=1, name="a")])
    with pytest.raises(ValueError, match=r"of 2 layer\(s\).*has 1 layer\(s\).*by_name=True"):
        one.load_weights(path)
    none = models.Sequential([L.Flatten(input_shape=(2,))])
    with pytest.raises(ValueError, match=r"in the model: none.*like the saved one\.$"):
        none.load_weights(path)


@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_weights_stored_in_other_precisions_take_the_models(dtype, tmp_path):
    source = stack("a", "b")
    source.save(tmp_path / "whole.h5")
    kept = [w.astype(dtype).astype("float32") for w in source.get_weights()]
    with h5py.File(tmp_path / "whole.h5", "a") as file:
        for name in ("a/a/kernel:0", "a/a/bias:0", "b/b/kernel:0", "b/b/bias:0"):
            value = file["model_weights"][name][...].astype(dtype)
            del file["model_weights"][name]
            file["model_weights"].create_dataset(name, data=value)
    found = models.load_model(tmp_path / "whole.h5")
    assert {w.dtype for w in found.get_weights()} == {np.dtype("float32")}
    assert all(map(np.array_equal, found.get_weights(), kept))
