"""MobileNetV2 (Sandler et al., Inverted Residuals and Linear Bottlenecks, 2018)."""

from keras.applications.application import (
    Published,
    Request,
    application,
    channel_axis,
    normalize,
    uneven_padding,
)
from keras.applications.imagenet_utils import decode_predictions
from keras.applications.imagenet_utils import preprocess_input_tf as preprocess_input
from keras.applications.mobilenet import image_size
from keras.layers import (
    Conv2D,
    Dense,
    DepthwiseConv2D,
    GlobalAveragePooling2D,
    ReLU,
    ZeroPadding2D,
    add,
)

_FOLDER = "https://github.com/JonathanCMitchell/mobilenet_v2_keras/releases/download/v1.1/"
# The published networks: by alpha, and by the images' height and width.
_ALPHAS = 0.35, 0.5, 0.75, 1.0, 1.3, 1.4
_SIZES = 96, 128, 160, 192, 224
# Of each group of blocks after the first: the filters, the first block's stride, and how many blocks there are.
_GROUPS = (24, 2, 2), (32, 2, 3), (64, 2, 4), (96, 1, 3), (160, 2, 3), (320, 1, 1)
_EXPANSION = 6


@application
def MobileNetV2(
    input_shape=None,
    alpha=1.0,
    include_top=True,
    weights="imagenet",
    input_tensor=None,
    pooling=None,
    classes=1000,
    **modules,
):
    """Return MobileNetV2: 17 blocks that widen, convolve each channel, and narrow again; 3.5 million weights.

    Its published weights are for `alpha` 0.35, 0.5, 0.75, 1, 1.3 or 1.4, each for images of 224, 192, 160, 128 or 96
    pixels; for other sizes, those for 224 are taken.

    Args:
        alpha: a factor on the number of filters, which are then rounded to multiples of 8.
    """
    request = Request(include_top, weights, input_tensor, input_shape, pooling, classes, modules)
    _check(request, alpha)
    size = image_size(request, _SIZES)

    def network(x):
        x = _last(_features(x, alpha), alpha)
        return _classified(x, classes) if include_top else request.pooled(x)

    return request.model(
        f"mobilenetv2_{alpha:.2f}_{size}", network, _published(alpha, size), size or 224
    )


def _check(request, alpha):
    if request.is_published and alpha not in _ALPHAS:
        raise ValueError(
            f"MobileNetV2 has weights of ImageNet for alpha in {_ALPHAS}, got {alpha}; give one of these, or "
            "weights=None."
        )


def _published(alpha, size):
    name = f"mobilenet_v2_weights_tf_dim_ordering_tf_kernels_{float(alpha)}_{size}"
    return Published(_FOLDER, (f"{name}.h5", f"{name}_no_top.h5"))


def _features(x, alpha):
    x = ZeroPadding2D(uneven_padding(x, 3), name="Conv1_pad")(x)
    x = Conv2D(_rounded(32 * alpha), 3, strides=2, use_bias=False, name="Conv1")(x)
    x = ReLU(6.0, name="Conv1_relu")(_normalize(x, "bn_Conv1"))
    x = _narrow(_convolve_channels(x, 1, "expanded_conv"), _rounded(16 * alpha), "expanded_conv")
    strides = [(n, stride if i == 0 else 1) for n, stride, count in _GROUPS for i in range(count)]
    for i, (filters, stride) in enumerate(strides, 1):
        x = _block(x, _rounded(filters * alpha), stride, f"block_{i}")
    return x


def _block(x, filters, stride, name):
    """Return what the block makes of x, plus x where the shapes are equal."""
    widened = _EXPANSION * x.shape[channel_axis()]
    y = Conv2D(widened, 1, padding="same", use_bias=False, name=f"{name}_expand")(x)
    y = ReLU(6.0, name=f"{name}_expand_relu")(_normalize(y, f"{name}_expand_BN"))
    y = _narrow(_convolve_channels(y, stride, name), filters, name)
    return add([x, y], name=f"{name}_add") if stride == 1 and x.shape == y.shape else y


def _convolve_channels(x, stride, name):
    padding = "same"
    if stride == 2:
        x = ZeroPadding2D(uneven_padding(x, 3), name=f"{name}_pad")(x)
        padding = "valid"
    convolve = DepthwiseConv2D(
        3, strides=stride, padding=padding, use_bias=False, name=f"{name}_depthwise"
    )
    x = _normalize(convolve(x), f"{name}_depthwise_BN")
    return ReLU(6.0, name=f"{name}_depthwise_relu")(x)


def _narrow(x, filters, name):
    x = Conv2D(filters, 1, padding="same", use_bias=False, name=f"{name}_project")(x)
    return _normalize(x, f"{name}_project_BN")


def _last(x, alpha):
    filters = _rounded(1280 * max(alpha, 1.0))
    x = Conv2D(filters, 1, use_bias=False, name="Conv_1")(x)
    return ReLU(6.0, name="out_relu")(_normalize(x, "Conv_1_bn"))


def _classified(x, classes):
    x = GlobalAveragePooling2D()(x)
    return Dense(classes, activation="softmax", name="Logits")(x)


def _normalize(x, name):
    return normalize(x, name, momentum=0.999)


def _rounded(filters, unit=8):
    """Return the nearest multiple of `unit` that is at least that and not under nine tenths of the number."""
    nearest = max(unit, int(filters + unit / 2) // unit * unit)
    return nearest if nearest >= 0.9 * filters else nearest + unit


__all__ = [
    "MobileNetV2",
    "decode_predictions",
    "preprocess_input",
]
