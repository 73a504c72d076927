"""Arguments that do not go together, and where the published weights come from."""

import re

import pytest

from keras import applications
from keras.applications import application, resnext
from keras.layers import Input
from tests.applications.cases import MODULES
from tests.applications.test_structures import function

MISTAKES = {
    "weights": (
        {"weights": "imgenet"},
        "weights should be None, 'imagenet' or the path of a file, got 'imgenet'",
    ),
    "classes": (
        {"classes": 10},
        "The weights of ImageNet tell 1000 classes apart, not 10: give include_top=False",
    ),
    "pooling": ({"pooling": "mean"}, "pooling should be 'avg', 'max' or None, got 'mean'"),
    "shape": (
        {"weights": None, "input_shape": (224, 224)},
        r"input_shape should be three sizes, such as \(224, 224, 3\), got \(224, 224\)",
    ),
    "channels": (
        {"input_shape": (224, 224, 4), "include_top": False},
        r"for images of 3 channels, got input_shape=\(224, 224, 4\); give weights=None",
    ),
    "too small": (
        {"weights": None, "input_shape": (31, 224, 3)},
        r"Images should be at least 32x32, got input_shape=\(31, 224, 3\); enlarge them",
    ),
    "unknown size": (
        {"weights": None, "input_shape": (None, 224, 3)},
        r"size should be known for this network, got input_shape=\(None, 224, 3\)",
    ),
    "other size": (
        {"input_shape": (96, 96, 3)},
        r"are for images of shape \(224, 224, 3\), got input_shape=\(96, 96, 3\)",
    ),
}


@pytest.mark.parametrize(("options", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_explained(options, message):
    with pytest.raises(ValueError, match=message):
        applications.ResNet50(**options)


SMALLEST = {
    "InceptionResNetV2": 75,
    "InceptionV3": 75,
    "Xception": 71,
}


@pytest.mark.parametrize("key", MODULES)
def test_the_smallest_images(key):
    smallest = SMALLEST.get(key, 32)
    make = function(key)
    with pytest.raises(ValueError, match=f"at least {smallest}x{smallest}"):
        make(weights=None, include_top=False, input_shape=(smallest - 1, smallest, 3))
    model = make(weights=None, include_top=False, input_shape=(smallest, smallest, 3))
    assert None not in model.output_shape[1:]


@pytest.mark.parametrize(
    ("make", "options", "message"),
    [
        (applications.MobileNet, {"alpha": 0.3}, "MobileNet has weights .* got alpha=0.3"),
        (applications.MobileNet, {"depth_multiplier": 2}, "depth_multiplier 1, got .*=2"),
        (applications.MobileNetV2, {"alpha": 0.25}, "MobileNetV2 has weights .* got 0.25"),
    ],
)
def test_a_network_that_no_one_published(make, options, message):
    with pytest.raises(ValueError, match=message):
        make(**options)


def test_nasnet_needs_the_size_without_the_top_too():
    assert applications.NASNetMobile(weights=None, include_top=False).input_shape[1] == 224
    with pytest.raises(ValueError, match="size should be known"):
        applications.NASNetMobile(weights=None, include_top=False, input_shape=(None, None, 3))
    with pytest.raises(ValueError, match=r"for images of shape \(331, 331, 3\)"):
        applications.NASNetLarge(include_top=False, input_shape=(224, 224, 3))


def test_modules_are_taken_as_keras_applications_takes_them():
    options = {"weights": None, "alpha": 1 / 32, "include_top": False}
    modules = dict.fromkeys(("backend", "layers", "models", "utils"))
    assert applications.MobileNet(**options, **modules).name == "mobilenet_0.03_None"
    with pytest.raises(TypeError, match=r"does not take the argument\(s\) \['wieghts'\]"):
        applications.MobileNet(wieghts=None)


def test_groups_that_do_not_fit():
    with pytest.raises(ValueError, match=r"6 channels are not groups of 2 \* 2; put it after"):
        resnext.SumWithinGroups(2)(Input((6,)))


def test_the_docstring_tells_all_arguments():
    for key in MODULES:
        assert "input_shape: the shape of one image" in function(key).__doc__
    assert "alpha: a factor" in applications.MobileNet.__doc__


# ------------------------------------------------------------------ published weights
class Asked(Exception):
    """Raised in place of fetching a file."""


def test_the_files_are_those_of_the_original(fetched, monkeypatch):
    def get_file(name, origin, cache_subdir, file_hash):
        raise Asked(name, origin, cache_subdir, file_hash)

    monkeypatch.setattr(application, "get_file", get_file)
    assert {key for key, _, _ in fetched} == set(MODULES)
    for key, options, file in fetched:
        with pytest.raises(Asked) as asked:
            function(key)(**options)
        assert list(asked.value.args) == file, key


def test_for_other_sizes_mobilenets_take_the_weights_for_224(home):
    for make, name in (
        (applications.MobileNet, "mobilenet_1_0_224_tf_no_top.h5"),
        (applications.MobileNetV2, "1.0_224_no_top.h5"),
    ):
        for shape in (None, (100, 100, 3), (128, 160, 3)):
            with pytest.raises(ConnectionError, match=re.escape(name)):
                make(include_top=False, input_shape=shape)


def test_without_a_connection_the_error_tells_file_address_and_folder(home):
    with pytest.raises(ConnectionError) as error:
        applications.VGG16()
    text = str(error.value)
    assert "vgg16_weights_tf_dim_ordering_tf_kernels.h5" in text
    assert "https://github.com/fchollet/deep-learning-models/releases/download/v0.1/vgg16" in text
    assert str(home / "models") in text


def test_a_file_in_the_cache_is_used_without_a_connection(home):
    original = applications.MobileNet(
        alpha=0.25, weights=None, include_top=False, input_shape=(128, 128, 3)
    )
    (home / "models").mkdir()
    original.save_weights(home / "models" / "mobilenet_2_5_128_tf_no_top.h5")
    model = applications.MobileNet(alpha=0.25, include_top=False, input_shape=(128, 128, 3))
    for ours, theirs in zip(model.get_weights(), original.get_weights(), strict=True):
        assert (ours == theirs).all()


def test_a_file_with_another_hash_is_not_used(home, capsys):
    (home / "models").mkdir()
    path = home / "models" / "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5"
    path.write_bytes(b"something else")
    with pytest.raises(ConnectionError, match="vgg19"):
        applications.VGG19(include_top=False)
    assert "does not have the hash" in capsys.readouterr().out
