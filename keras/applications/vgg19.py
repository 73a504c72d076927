"""VGG19 (Simonyan and Zisserman, Very Deep Convolutional Networks, 2014)."""

from keras.applications.application import Published, Request, application
from keras.applications.imagenet_utils import decode_predictions, preprocess_input
from keras.applications.vgg16 import FOLDER, vgg

_FILES = Published(
    FOLDER,
    (
        "vgg19_weights_tf_dim_ordering_tf_kernels.h5",
        "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5",
    ),
    ("cbe5617147190e668d6c5d5026f83318", "253f8cb515780f3b799900260a226db6"),
)


@application
def VGG19(
    include_top=True,
    weights="imagenet",
    input_tensor=None,
    input_shape=None,
    pooling=None,
    classes=1000,
    **modules,
):
    """Return VGG19: 16 convolutions of 3x3 in five blocks, then three Dense layers; 144 million weights."""
    request = Request(include_top, weights, input_tensor, input_shape, pooling, classes, modules)
    return vgg("vgg19", (2, 2, 4, 4, 4), request, _FILES)


__all__ = [
    "VGG19",
    "decode_predictions",
    "preprocess_input",
]
