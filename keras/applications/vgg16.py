"""VGG16, and what it shares with VGG19 (Simonyan and Zisserman, Very Deep Convolutional Networks, 2014)."""

from keras.applications.application import Published, Request, application
from keras.applications.imagenet_utils import decode_predictions, preprocess_input
from keras.layers import Conv2D, Dense, Flatten, MaxPooling2D

FOLDER = "https://github.com/fchollet/deep-learning-models/releases/download/v0.1/"
_FILES = Published(
    FOLDER,
    (
        "vgg16_weights_tf_dim_ordering_tf_kernels.h5",
        "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5",
    ),
    ("64373286793e3c8b2b4e3219cbf3544b", "6d6bbae143d832006294945121d1f1fc"),
)
_FILTERS = 64, 128, 256, 512, 512


@application
def VGG16(
    include_top=True,
    weights="imagenet",
    input_tensor=None,
    input_shape=None,
    pooling=None,
    classes=1000,
    **modules,
):
    """Return VGG16: 13 convolutions of 3x3 in five blocks, then three Dense layers; 138 million weights."""
    request = Request(include_top, weights, input_tensor, input_shape, pooling, classes, modules)
    return vgg("vgg16", (2, 2, 3, 3, 3), request, _FILES)


def vgg(name, depths, request, published):
    """Return a VGG network.

    Args:
        name: of the model.
        depths: how many convolutions each of the five blocks has.
        request: the `Request`.
        published: the `Published` weights.
    """

    def network(x):
        for block, (filters, depth) in enumerate(zip(_FILTERS, depths, strict=True), 1):
            for i in range(1, depth + 1):
                conv = f"block{block}_conv{i}"
                x = Conv2D(filters, 3, padding="same", activation="relu", name=conv)(x)
            x = MaxPooling2D(name=f"block{block}_pool")(x)
        return _classified(x, request.classes) if request.include_top else request.pooled(x)

    return request.model(name, network, published)


def _classified(x, classes):
    x = Flatten(name="flatten")(x)
    x = Dense(4096, activation="relu", name="fc1")(x)
    x = Dense(4096, activation="relu", name="fc2")(x)
    return Dense(classes, activation="softmax", name="predictions")(x)


__all__ = [
    "VGG16",
    "decode_predictions",
    "preprocess_input",
]
