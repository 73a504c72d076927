"""The networks are those of the published files: layers, names, order, weights' shapes, numbers of parameters."""

import re

import pytest

from keras import applications, config
from keras.backend import naming
from tests.applications.cases import MODULES

# From the networks' papers and the classic documentation.
PARAMETERS = {
    "InceptionResNetV2": 55_873_736,
    "InceptionV3": 23_851_784,
    "MobileNet": 4_253_864,
    "ResNet50": 25_636_712,
    "VGG16": 138_357_544,
    "VGG19": 143_667_240,
    "Xception": 22_910_480,
}


def function(key):
    """A function by its key in `MODULES`."""
    return getattr(getattr(applications, MODULES[key]), key.split(".")[-1])


def line(layer):
    """A layer in one line, as generate.py writes it."""
    is_input = type(layer).__name__ == "InputLayer"
    inputs = [] if is_input else [source(tensor) for tensor in layer._nodes[0].inputs]
    weights = [f"{w.name.split('/')[-1]}{list(w.shape)}" for w in layer.weights]
    shape = str(list(layer.output_shape))
    return " ".join([type(layer).__name__, layer.name, "<-", ",".join(inputs), shape, *weights])


def source(tensor):
    return tensor.input_layer.name if tensor.node is None else tensor.node.function.name


def translated(lines):
    """The original's layers in the words of this library: two of its kinds of Lambda have a class here."""
    text = "\n".join(lines)
    text = re.sub(r"Lambda (block\d+_\d+) ", r"CustomScaleLayer \1 ", text)
    # It reshapes, sums and reshapes again; here one layer does all.
    text = re.sub(
        r"Reshape (reshape_\d+) <- (\S+) .*\n(.*\n)*?Lambda (\S+_reduce) <- \1 .*\n(.*\n)*?"
        r"Reshape (reshape_\d+) <- \4 (.*)",
        r"\3\5SumWithinGroups \4 <- \2 \7=\6",
        text,
    )
    for reduced, reshaped in re.findall(r"SumWithinGroups (\S+) .*=(\S+)", text):
        text = text.replace(f"={reshaped}\n", "\n").replace(f"<- {reshaped} ", f"<- {reduced} ")
    return text.split("\n")


@pytest.mark.parametrize("top", ["top", "notop"])
@pytest.mark.parametrize("key", MODULES)
def test_a_network_is_the_originals(key, top, originals):
    naming.reset_uids()
    shape = (224, 224, 3) if top == "notop" and key.startswith("ResNeXt") else None
    model = function(key)(include_top=top == "top", weights=None, input_shape=shape)
    original = originals[f"{key} {top}"]
    assert [line(layer) for layer in model.layers] == translated(original["layers"])
    assert model.name == original["name"]
    assert model.count_params() == original["parameters"]
    if top == "top":
        assert model.count_params() == PARAMETERS.get(key, model.count_params())


@pytest.mark.parametrize("key", MODULES)
def test_a_network_exists_in_both_data_formats(key, channels_first):
    model = function(key)(weights=None, include_top=False, input_shape=(3, 96, 80))
    assert model.input_shape == (None, 3, 96, 80)
    config.set_image_data_format("channels_last")
    other = function(key)(weights=None, include_top=False, input_shape=(96, 80, 3))
    batch, height, width, channels = other.output_shape
    assert model.output_shape == (batch, channels, height, width)
    assert [w.shape for w in model.weights] == [w.shape for w in other.weights]
