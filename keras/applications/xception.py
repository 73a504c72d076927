"""Xception (Chollet, Deep Learning with Depthwise Separable Convolutions, 2016)."""

from keras.applications.application import Published, Request, application, normalize
from keras.applications.imagenet_utils import decode_predictions
from keras.applications.imagenet_utils import preprocess_input_tf as preprocess_input
from keras.layers import Activation, Conv2D, MaxPooling2D, SeparableConv2D, add

_FILES = Published(
    "https://github.com/fchollet/deep-learning-models/releases/download/v0.4/",
    (
        "xception_weights_tf_dim_ordering_tf_kernels.h5",
        "xception_weights_tf_dim_ordering_tf_kernels_notop.h5",
    ),
    ("0a58e3b7378bc2990ea3b43d5981f1f6", "b0042744bf5b25fce3cb969f33bebb97"),
)


@application
def Xception(
    include_top=True,
    weights="imagenet",
    input_tensor=None,
    input_shape=None,
    pooling=None,
    classes=1000,
    **modules,
):
    """Return Xception: 36 convolutions, of which 34 treat channels and places apart; 23 million weights."""
    request = Request(include_top, weights, input_tensor, input_shape, pooling, classes, modules)

    def network(x):
        x = _features(x)
        return request.classified(x) if include_top else request.pooled(x)

    return request.model("xception", network, _FILES, size=299, smallest=71)


def _features(x):
    x = _activate(_convolve(x, 32, 3, "block1_conv1", strides=2), "block1_conv1")
    x = _activate(_convolve(x, 64, 3, "block1_conv2"), "block1_conv2")
    x = _shrink(x, (128, 128), "block2", activates_first=False)
    x = _shrink(x, (256, 256), "block3")
    x = _shrink(x, (728, 728), "block4")
    for block in range(5, 13):
        x = add([_separable_convolutions(x, (728, 728, 728), f"block{block}"), x])
    x = _shrink(x, (728, 1024), "block13")
    for i, filters in enumerate((1536, 2048), 1):
        name = f"block14_sepconv{i}"
        x = _activate(_separable_convolution(x, filters, name), name)
    return x


def _shrink(x, filters, name, activates_first=True):
    """Return features of half the height and width: what separable convolutions make of x, plus x by one of 1x1."""
    shortcut = _convolve(x, filters[-1], 1, strides=2, padding="same")
    x = _separable_convolutions(x, filters, name, activates_first)
    x = MaxPooling2D(3, strides=2, padding="same", name=f"{name}_pool")(x)
    return add([x, shortcut])


def _separable_convolutions(x, filters, name, activates_first=True):
    for i, n in enumerate(filters, 1):
        conv = f"{name}_sepconv{i}"
        if i > 1 or activates_first:
            x = _activate(x, conv)
        x = _separable_convolution(x, n, conv)
    return x


def _separable_convolution(x, filters, name):
    x = SeparableConv2D(filters, 3, padding="same", use_bias=False, name=name)(x)
    return normalize(x, f"{name}_bn")


def _convolve(x, filters, size, name=None, **options):
    x = Conv2D(filters, size, use_bias=False, name=name, **options)(x)
    return normalize(x, name and f"{name}_bn")


def _activate(x, name):
    return Activation("relu", name=f"{name}_act")(x)


__all__ = [
    "Xception",
    "decode_predictions",
    "preprocess_input",
]
