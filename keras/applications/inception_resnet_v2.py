"""InceptionResNetV2 (Szegedy et al., Inception-v4, Inception-ResNet and the Impact of Residual Connections, 2016)."""

from keras import ops
from keras.applications.application import (
    Published,
    Request,
    application,
    channel_axis,
    normalize,
)
from keras.applications.imagenet_utils import decode_predictions
from keras.applications.imagenet_utils import preprocess_input_tf as preprocess_input
from keras.layers import (
    Activation,
    AveragePooling2D,
    Conv2D,
    Layer,
    MaxPooling2D,
    concatenate,
)
from keras.layers.serialization import register

_FILES = Published(
    "https://github.com/fchollet/deep-learning-models/releases/download/v0.7/",
    (
        "inception_resnet_v2_weights_tf_dim_ordering_tf_kernels.h5",
        "inception_resnet_v2_weights_tf_dim_ordering_tf_kernels_notop.h5",
    ),
    ("e693bd0210a403b3192acc6073ad2e96", "d19885ff4a710c122648d3b5c3b684e4"),
)
# A convolution is given by its filters and its window, a branch by its convolutions.
_ROW, _COLUMN = (1, 7), (7, 1)
_BRANCHES = {
    "block35": [[(32, 1)], [(32, 1), (32, 3)], [(32, 1), (48, 3), (64, 3)]],
    "block17": [[(192, 1)], [(128, 1), (160, _ROW), (192, _COLUMN)]],
    "block8": [[(192, 1)], [(192, 1), (224, (1, 3)), (256, (3, 1))]],
}


@application
def InceptionResNetV2(
    include_top=True,
    weights="imagenet",
    input_tensor=None,
    input_shape=None,
    pooling=None,
    classes=1000,
    **modules,
):
    """Return InceptionResNetV2: 40 blocks of branches around which the input is passed; 56 million weights."""
    request = Request(include_top, weights, input_tensor, input_shape, pooling, classes, modules)

    def network(x):
        x = _features(_stem(x))
        return request.classified(x) if include_top else request.pooled(x)

    return request.model("inception_resnet_v2", network, _FILES, size=299, smallest=75)


class CustomScaleLayer(Layer):
    """Adds to a tensor another one times a number. The name is the one in files of later versions of Keras.

    Args:
        scale: the number.

    Examples:
        >>> import numpy as np
        >>> np.asarray(CustomScaleLayer(0.5)([np.ones(2), np.ones(2)])).tolist()
        [1.5, 1.5]
    """

    def __init__(self, scale, **kwargs):
        super().__init__(**kwargs)
        self.scale = scale

    def call(self, inputs):
        x, residual = inputs
        return ops.add(x, ops.multiply(residual, self.scale))

    def compute_output_shape(self, input_shape):
        return input_shape[0]


# The layers have numbers for names: the order in which they are made is that of the published file.
def _features(x):
    for i in range(1, 11):
        x = _block(x, 0.17, "block35", i)
    x = _shrink(x, "mixed_6a", [(384, 3)], [(256, 1), (256, 3), (384, 3)])
    for i in range(1, 21):
        x = _block(x, 0.1, "block17", i)
    x = _shrink(
        x, "mixed_7a", [(256, 1), (384, 3)], [(256, 1), (288, 3)], [(256, 1), (288, 3), (320, 3)]
    )
    for i in range(1, 10):
        x = _block(x, 0.2, "block8", i)
    x = _block(x, 1.0, "block8", 10, is_last=True)
    return _convolve(x, 1536, 1, name="conv_7b")


def _stem(x):
    x = _convolve(x, 32, 3, strides=2, padding="valid")
    x = _convolve(x, 32, 3, padding="valid")
    x = _convolve(x, 64, 3)
    x = MaxPooling2D(3, strides=2)(x)
    x = _convolve(x, 80, 1, padding="valid")
    x = _convolve(x, 192, 3, padding="valid")
    x = MaxPooling2D(3, strides=2)(x)
    convolved = [_chain(x, c) for c in ([(96, 1)], [(48, 1), (64, 5)], [(64, 1), (96, 3), (96, 3)])]
    pooled = _convolve(AveragePooling2D(3, strides=1, padding="same")(x), 64, 1)
    return _join([*convolved, pooled], "mixed_5b")


def _block(x, scale, kind, i, is_last=False):
    """Return x plus a part of what the branches make of it."""
    name = f"{kind}_{i}"
    mixed = _join([_chain(x, branch) for branch in _BRANCHES[kind]], f"{name}_mixed")
    residual = Conv2D(x.shape[channel_axis()], 1, padding="same", name=f"{name}_conv")(mixed)
    x = CustomScaleLayer(scale, name=name)([x, residual])
    return x if is_last else Activation("relu", name=f"{name}_ac")(x)


def _shrink(x, name, *branches):
    """Return branches side by side whose last convolutions halve the height and width, and a pooling."""
    shrunk = []
    for *convolutions, (filters, size) in branches:
        shrunk.append(_convolve(_chain(x, convolutions), filters, size, strides=2, padding="valid"))
    return _join([*shrunk, MaxPooling2D(3, strides=2)(x)], name)


def _chain(x, convolutions):
    for filters, size in convolutions:
        x = _convolve(x, filters, size)
    return x


def _convolve(x, filters, size, strides=1, padding="same", name=None):
    conv = Conv2D(filters, size, strides=strides, padding=padding, use_bias=False, name=name)
    x = normalize(conv(x), name and f"{name}_bn", scale=False)
    return Activation("relu", name=name and f"{name}_ac")(x)


def _join(branches, name):
    return concatenate(branches, axis=channel_axis(), name=name)


register({"CustomScaleLayer": CustomScaleLayer})

__all__ = [
    "InceptionResNetV2",
    "decode_predictions",
    "preprocess_input",
]
