"""MobileNet (Howard et al., Efficient Convolutional Neural Networks for Mobile Vision Applications, 2017)."""

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
    Conv2D,
    DepthwiseConv2D,
    Dropout,
    GlobalAveragePooling2D,
    ReLU,
    Reshape,
    ZeroPadding2D,
)

_FOLDER = "https://github.com/fchollet/deep-learning-models/releases/download/v0.6/"
# The published networks: by alpha, as the files' names have it, and by the images' height and width.
_ALPHAS = {1.0: "1_0", 0.75: "7_5", 0.5: "5_0", 0.25: "2_5"}
_SIZES = 128, 160, 192, 224
# Of each block: the filters, and the stride.
_BLOCKS = [
    (64, 1),
    (128, 2),
    (128, 1),
    (256, 2),
    (256, 1),
    (512, 2),
    *[(512, 1)] * 5,
    (1024, 2),
    (1024, 1),
]


@application
def MobileNet(
    input_shape=None,
    alpha=1.0,
    depth_multiplier=1,
    dropout=1e-3,
    include_top=True,
    weights="imagenet",
    input_tensor=None,
    pooling=None,
    classes=1000,
    **modules,
):
    """Return MobileNet: 13 pairs of a depthwise convolution and one of 1x1; 4 million weights.

    Its published weights are for `alpha` 1, 0.75, 0.5 or 0.25, each for images of 224, 192, 160 or 128 pixels; for
    other sizes, those for 224 are taken.

    Args:
        alpha: a factor on the number of filters.
        depth_multiplier: how many filters each channel has in the depthwise convolutions.
        dropout: the share of features left out before the classes.
    """
    request = Request(include_top, weights, input_tensor, input_shape, pooling, classes, modules)
    _check(request, alpha, depth_multiplier)
    size = image_size(request, _SIZES)

    def network(x):
        x = ZeroPadding2D(((0, 1), (0, 1)), name="conv1_pad")(x)
        x = Conv2D(int(32 * alpha), 3, strides=2, use_bias=False, name="conv1")(x)
        x = _activate(x, "conv1")
        for i, (filters, stride) in enumerate(_BLOCKS, 1):
            x = _block(x, int(filters * alpha), stride, depth_multiplier, i)
        return _classified(x, classes, dropout) if include_top else request.pooled(x)

    return request.model(
        f"mobilenet_{alpha:.2f}_{size}", network, _published(alpha, size), size or 224
    )


def _check(request, alpha, depth_multiplier):
    if request.is_published and (alpha not in _ALPHAS or depth_multiplier != 1):
        raise ValueError(
            f"MobileNet has weights of ImageNet for alpha in {sorted(_ALPHAS)} and depth_multiplier 1, got alpha="
            f"{alpha} and depth_multiplier={depth_multiplier}; give one of these, or weights=None."
        )


def image_size(request, sizes):
    """Return the images' height as the model's name has it, which is that of the images the weights were made for.

    Args:
        request: the `Request`.
        sizes: the heights for which weights are published. For images of another size, or not square, those for 224
            are taken.
    """
    height, width, _ = request.image_sizes
    if request.is_published:
        return height if height == width and height in sizes else 224
    return 224 if request.include_top and height is None else height


def _published(alpha, size):
    # A network that no one has published is not asked for.
    name = f"mobilenet_{_ALPHAS.get(alpha)}_{size}_tf"
    return Published(_FOLDER, (f"{name}.h5", f"{name}_no_top.h5"))


def _block(x, filters, stride, depth_multiplier, i):
    padding = "same"
    if stride == 2:
        x = ZeroPadding2D(((0, 1), (0, 1)), name=f"conv_pad_{i}")(x)
        padding = "valid"
    depthwise = DepthwiseConv2D(
        3,
        strides=stride,
        padding=padding,
        depth_multiplier=depth_multiplier,
        use_bias=False,
        name=f"conv_dw_{i}",
    )
    x = _activate(depthwise(x), f"conv_dw_{i}")
    x = Conv2D(filters, 1, padding="same", use_bias=False, name=f"conv_pw_{i}")(x)
    return _activate(x, f"conv_pw_{i}")


def _activate(x, name):
    return ReLU(6.0, name=f"{name}_relu")(normalize(x, f"{name}_bn"))


def _classified(x, classes, dropout):
    """Return the classes' probabilities, by a convolution over images of one pixel."""
    x = GlobalAveragePooling2D()(x)
    channels = x.shape[-1]
    x = Reshape((channels, 1, 1) if channel_axis() == 1 else (1, 1, channels))(x)
    x = Dropout(dropout, name="dropout")(x)
    x = Conv2D(classes, 1, padding="same", name="conv_preds")(x)
    return Activation("softmax", name="act_softmax")(Reshape((classes,))(x))


__all__ = [
    "MobileNet",
    "decode_predictions",
    "preprocess_input",
]
