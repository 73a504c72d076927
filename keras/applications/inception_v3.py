"""InceptionV3 (Szegedy et al., Rethinking the Inception Architecture for Computer Vision, 2015)."""

from keras.applications.application import (
    Published,
    Request,
    application,
    channel_axis,
    normalize,
)
from keras.applications.imagenet_utils import decode_predictions
from keras.applications.imagenet_utils import preprocess_input_tf as preprocess_input
from keras.layers import Activation, AveragePooling2D, Conv2D, MaxPooling2D, concatenate

_FILES = Published(
    "https://github.com/fchollet/deep-learning-models/releases/download/v0.5/",
    (
        "inception_v3_weights_tf_dim_ordering_tf_kernels.h5",
        "inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5",
    ),
    ("9a0d58056eeedaa3f26cb7ebd46da564", "bcbd6486424b2319ff4ef7d526e38f63"),
)


@application
def InceptionV3(
    include_top=True,
    weights="imagenet",
    input_tensor=None,
    input_shape=None,
    pooling=None,
    classes=1000,
    **modules,
):
    """Return InceptionV3: 11 blocks, each of several branches of convolutions side by side; 24 million weights."""
    request = Request(include_top, weights, input_tensor, input_shape, pooling, classes, modules)

    def network(x):
        x = _features(_stem(x))
        return request.classified(x) if include_top else request.pooled(x)

    return request.model("inception_v3", network, _FILES, size=299, smallest=75)


# The layers have numbers for names: the order in which they are made is that of the published file.
def _features(x):
    for i, filters in enumerate((32, 64, 64)):
        x = _block_35(x, filters, f"mixed{i}")
    x = _shrink_to_17(x, "mixed3")
    for i, filters in enumerate((128, 160, 160, 192), 4):
        x = _block_17(x, filters, f"mixed{i}")
    x = _shrink_to_8(x, "mixed8")
    for i in range(2):
        x = _block_8(x, i)
    return x


def _stem(x):
    x = _convolve(x, 32, 3, strides=2, padding="valid")
    x = _convolve(x, 32, 3, padding="valid")
    x = _convolve(x, 64, 3)
    x = MaxPooling2D(3, strides=2)(x)
    x = _convolve(x, 80, 1, padding="valid")
    x = _convolve(x, 192, 3, padding="valid")
    return MaxPooling2D(3, strides=2)(x)


def _block_35(x, pool_filters, name):
    branches = [
        _convolve(x, 64, 1),
        _chain(x, (48, 1), (64, 5)),
        _chain(x, (64, 1), (96, 3), (96, 3)),
        _pool_and_convolve(x, pool_filters),
    ]
    return _join(branches, name)


def _shrink_to_17(x, name):
    branches = [
        _convolve(x, 384, 3, strides=2, padding="valid"),
        _shrink(_chain(x, (64, 1), (96, 3)), 96),
        MaxPooling2D(3, strides=2)(x),
    ]
    return _join(branches, name)


def _block_17(x, n, name):
    row, column = (1, 7), (7, 1)
    branches = [
        _convolve(x, 192, 1),
        _chain(x, (n, 1), (n, row), (192, column)),
        _chain(x, (n, 1), (n, column), (n, row), (n, column), (192, row)),
        _pool_and_convolve(x, 192),
    ]
    return _join(branches, name)


def _shrink_to_8(x, name):
    branches = [
        _shrink(_convolve(x, 192, 1), 320),
        _shrink(_chain(x, (192, 1), (192, (1, 7)), (192, (7, 1))), 192),
        MaxPooling2D(3, strides=2)(x),
    ]
    return _join(branches, name)


def _block_8(x, i):
    branches = [
        _convolve(x, 320, 1),
        _fork(_convolve(x, 384, 1), f"mixed9_{i}"),
        _fork(_chain(x, (448, 1), (384, 3))),
        _pool_and_convolve(x, 192),
    ]
    return _join(branches, f"mixed{9 + i}")


def _fork(x, name=None):
    return _join([_convolve(x, 384, (1, 3)), _convolve(x, 384, (3, 1))], name)


def _pool_and_convolve(x, filters):
    return _convolve(AveragePooling2D(3, strides=1, padding="same")(x), filters, 1)


def _chain(x, *steps):
    """Return x after several convolutions, each given by its filters and its window."""
    for filters, size in steps:
        x = _convolve(x, filters, size)
    return x


def _shrink(x, filters):
    return _convolve(x, filters, 3, strides=2, padding="valid")


def _convolve(x, filters, size, strides=1, padding="same"):
    x = Conv2D(filters, size, strides=strides, padding=padding, use_bias=False)(x)
    return Activation("relu")(normalize(x, scale=False))


def _join(branches, name):
    return concatenate(branches, axis=channel_axis(), name=name)


__all__ = [
    "InceptionV3",
    "decode_predictions",
    "preprocess_input",
]
