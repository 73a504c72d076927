"""What the networks compute is what Keras 2.2.4 with Keras-Applications 1.0.8 computes with the same weights."""

from pathlib import Path

import numpy as np
import pytest

from keras import applications, config
from keras.layers import Dense, Input
from keras.models import Model, load_model
from tests.applications.cases import SMALL, fill, images
from tests.applications.test_structures import function

FILE = Path(__file__).with_name("mobilenet.h5")


def small(key, **others):
    """A small network with the weights that the original had."""
    options, size = SMALL[key]
    first = config.image_data_format() == "channels_first"
    shape = (3, size, size) if first else (size, size, 3)
    model = function(key)(weights=None, classes=10, input_shape=shape, **options, **others)
    fill(model)
    return model, images(size).transpose(0, 3, 1, 2) if first else images(size)


@pytest.mark.parametrize("key", SMALL)
def test_a_network_predicts_what_the_original_predicts(key, outputs):
    model, x = small(key)
    np.testing.assert_allclose(model.predict(x), outputs[key], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("key", ["MobileNet", "MobileNetV2", "ResNeXt50", "VGG16"])
def test_it_does_so_in_the_other_data_format(key, outputs, channels_first):
    model, x = small(key)
    np.testing.assert_allclose(model.predict(x), outputs[key], rtol=1e-4, atol=1e-6)


# ------------------------------------------------------------------ files of weights
def tiny(alpha=1 / 32, **options):
    options = {"classes": 10, "input_shape": (40, 40, 3), **options}
    return applications.MobileNet(alpha=alpha, **options)


def test_a_file_of_the_original_loads_by_order_and_by_name():
    expected = tiny(weights=None)
    fill(expected)
    by_order = tiny(weights=str(FILE))
    by_name = tiny(weights=None)
    by_name.load_weights(FILE, by_name=True)
    for found in (by_order, by_name):
        for ours, theirs in zip(found.get_weights(), expected.get_weights(), strict=True):
            np.testing.assert_array_equal(ours, theirs)
    x = images(40)
    np.testing.assert_allclose(by_order.predict(x), expected.predict(x), rtol=1e-6)


def test_a_file_may_be_given_as_a_path_object():
    assert len(tiny(weights=FILE).get_weights()) == 137


def test_a_file_of_another_network_is_an_error():
    with pytest.raises(ValueError, match=r"mobilenet\.h5.*does not fit.*Nothing was loaded"):
        tiny(alpha=1 / 16, weights=FILE)


@pytest.mark.parametrize("key", ["ResNeXt50", "InceptionResNetV2"])
def test_a_network_with_layers_of_its_own_is_saved_whole(key, tmp_path):
    size = SMALL[key][1]
    model = function(key)(weights=None, include_top=False, input_shape=(size, size, 3))
    path = tmp_path / "model.h5"
    model.save(path)
    again = load_model(path)
    assert [type(layer) for layer in again.layers] == [type(layer) for layer in model.layers]
    assert again.get_config() == model.get_config()


# ------------------------------------------------------------------ what is built on top
def test_fine_tuning_as_the_faq_describes_it():
    base = tiny(weights=None, include_top=False, pooling="avg")
    fill(base)
    model = Model(base.input, Dense(3, activation="softmax")(base.output))
    for layer in base.layers:
        layer.trainable = False
    model.compile("sgd", "categorical_crossentropy")
    x, y = images(40), np.eye(3)[:2]
    before = base.get_weights()
    model.fit(x, y, epochs=2, verbose=0)
    for ours, earlier in zip(base.get_weights(), before, strict=True):
        np.testing.assert_array_equal(ours, earlier)
    for layer in base.layers[-4:]:
        layer.trainable = True
    model.compile("sgd", "categorical_crossentropy")
    model.fit(x, y, epochs=1, verbose=0)
    names = [layer.name for layer in base.layers for _ in layer.weights]
    pairs = zip(names, base.get_weights(), before, strict=True)
    changed = {name for name, now, earlier in pairs if not np.array_equal(now, earlier)}
    assert changed == {"conv_pw_13", "conv_pw_13_bn"}


def test_a_network_begins_at_a_tensor():
    x = Input((40, 40, 3), name="pictures")
    model = tiny(weights=None, input_tensor=x, input_shape=None)
    assert model.input_names == ["pictures"] and model.input is x
    halved = Dense(3, use_bias=False, name="mixed")(x)
    model = tiny(weights=None, input_tensor=halved)
    assert model.input_names == ["pictures"]
    assert [layer.name for layer in model.layers[:3]] == ["pictures", "mixed", "conv1_pad"]


def test_images_of_any_size_without_the_top():
    model = tiny(weights=None, include_top=False, input_shape=None)
    assert model.output_shape == (None, None, None, 32)
    assert model.predict(np.zeros((1, 64, 96, 3)), verbose=0).shape == (1, 2, 3, 32)


@pytest.mark.parametrize(("pooling", "reduce"), [("avg", np.mean), ("max", np.max)])
def test_pooling(pooling, reduce):
    maps = tiny(weights=None, include_top=False)
    pooled = tiny(weights=None, include_top=False, pooling=pooling)
    pooled.set_weights(maps.get_weights())
    x = images(40)
    expected = reduce(maps.predict(x), axis=(1, 2))
    np.testing.assert_allclose(pooled.predict(x), expected, rtol=1e-5, atol=1e-7)
