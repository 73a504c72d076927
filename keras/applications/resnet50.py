"""ResNet50 as it was first published for Keras (He et al., Deep Residual Learning, 2015)."""

from keras.applications.application import Published, Request, application, normalize
from keras.applications.imagenet_utils import decode_predictions, preprocess_input
from keras.layers import Activation, Conv2D, MaxPooling2D, ZeroPadding2D, add

_FILES = Published(
    "https://github.com/fchollet/deep-learning-models/releases/download/v0.2/",
    (
        "resnet50_weights_tf_dim_ordering_tf_kernels.h5",
        "resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5",
    ),
    ("a7b3fe01876f51b976af0dea6bc144eb", "a268eb855778b3df3c7506639542a6af"),
)
# Of each stage, counted from 2: the filters within a block, and the blocks' letters.
_STAGES = {2: (64, "abc"), 3: (128, "abcd"), 4: (256, "abcdef"), 5: (512, "abc")}


@application
def ResNet50(
    include_top=True,
    weights="imagenet",
    input_tensor=None,
    input_shape=None,
    pooling=None,
    classes=1000,
    **modules,
):
    """Return ResNet50: 16 blocks of three convolutions around which the input is passed; 26 million weights."""
    request = Request(include_top, weights, input_tensor, input_shape, pooling, classes, modules)

    def network(x):
        x = _stem(x)
        for stage, (filters, letters) in _STAGES.items():
            for letter in letters:
                x = _block(x, filters, f"{stage}{letter}_branch", is_first=letter == "a")
        return request.classified(x, "fc1000") if include_top else request.pooled(x)

    return request.model("resnet50", network, _FILES)


def _stem(x):
    x = ZeroPadding2D(3, name="conv1_pad")(x)
    x = Conv2D(64, 7, strides=2, kernel_initializer="he_normal", name="conv1")(x)
    x = Activation("relu")(normalize(x, "bn_conv1"))
    x = ZeroPadding2D(1, name="pool1_pad")(x)
    return MaxPooling2D(3, strides=2)(x)


def _block(x, filters, name, is_first):
    """Return x plus what three convolutions make of it; the first block of a stage has one on x too.

    The first block of all stages but 2 halves the sizes.
    """
    strides = 2 if is_first and not name.startswith("2") else 1
    y = _convolve(x, filters, 1, f"{name}2a", strides)
    y = _convolve(Activation("relu")(y), filters, 3, f"{name}2b")
    y = _convolve(Activation("relu")(y), 4 * filters, 1, f"{name}2c")
    shortcut = _convolve(x, 4 * filters, 1, f"{name}1", strides) if is_first else x
    return Activation("relu")(add([y, shortcut]))


def _convolve(x, filters, size, name, strides=1):
    conv = Conv2D(
        filters,
        size,
        strides=strides,
        padding="same",
        kernel_initializer="he_normal",
        name=f"res{name}",
    )
    return normalize(conv(x), f"bn{name}")


__all__ = [
    "ResNet50",
    "decode_predictions",
    "preprocess_input",
]
