"""NASNetMobile and NASNetLarge (Zoph et al., Learning Transferable Architectures for Image Recognition, 2017)."""

from dataclasses import dataclass

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
from keras.layers import (
    Activation,
    AveragePooling2D,
    Conv2D,
    Cropping2D,
    MaxPooling2D,
    SeparableConv2D,
    ZeroPadding2D,
    add,
    concatenate,
)

_FOLDER = "https://github.com/titu1994/Keras-NASNet/releases/download/v1.2/"


@dataclass(frozen=True)
class _Size:
    """What the two networks differ in.

    Args:
        images: the height and width of the images.
        stem: the filters of the first convolution.
        filters: those of the first normal cells; doubled at each reduction.
        cells: how many normal cells come before and after each reduction.
        skips: whether the cell after a reduction gets what the reduction's second input was, not its first.
        published: the weights.
    """

    images: int
    stem: int
    filters: int
    cells: int
    skips: bool
    published: Published


_MOBILE = _Size(
    images=224,
    stem=32,
    filters=44,
    cells=4,
    skips=False,
    published=Published(
        _FOLDER,
        ("NASNet-mobile.h5", "NASNet-mobile-no-top.h5"),
        ("020fb642bf7360b370c678b08e0adf61", "1ed92395b5b598bdda52abe5c0dbfd63"),
        ("nasnet_mobile.h5", "nasnet_mobile_no_top.h5"),
    ),
)
_LARGE = _Size(
    images=331,
    stem=96,
    filters=168,
    cells=6,
    skips=True,
    published=Published(
        _FOLDER,
        ("NASNet-large.h5", "NASNet-large-no-top.h5"),
        ("11577c9a518f0070763c2b964a382f17", "d81d89dc07e6e56530c4e77faddd61b5"),
        ("nasnet_large.h5", "nasnet_large_no_top.h5"),
    ),
)


@application
def NASNetMobile(
    input_shape=None,
    include_top=True,
    weights="imagenet",
    input_tensor=None,
    pooling=None,
    classes=1000,
    **modules,
):
    """Return NASNetMobile: 12 normal and 4 reducing cells that were found by search; 5 million weights.

    The size of the images has to be known; the published weights are for 224 pixels, also without the top.
    """
    request = Request(include_top, weights, input_tensor, input_shape, pooling, classes, modules)
    return _nasnet(_MOBILE, request)


@application
def NASNetLarge(
    input_shape=None,
    include_top=True,
    weights="imagenet",
    input_tensor=None,
    pooling=None,
    classes=1000,
    **modules,
):
    """Return NASNetLarge: 18 normal and 4 reducing cells that were found by search; 89 million weights.

    The size of the images has to be known; the published weights are for 331 pixels, also without the top.
    """
    request = Request(include_top, weights, input_tensor, input_shape, pooling, classes, modules)
    return _nasnet(_LARGE, request)


def _nasnet(size, request):
    def network(x):
        x = _features(x, size)
        x = Activation("relu")(x)
        return request.classified(x, pool_name=None) if request.include_top else request.pooled(x)

    return request.model("NASNet", network, size.published, size.images, is_fixed=True)


def _features(x, size):
    options = {"use_bias": False, "kernel_initializer": "he_normal", "name": "stem_conv1"}
    x = _normalize(Conv2D(size.stem, 3, strides=2, **options)(x), "stem_bn1")
    p, x = x, _reduction_cell(x, None, size.filters // 4, "stem_1")
    p, x = x, _reduction_cell(x, p, size.filters // 2, "stem_2")
    for part in range(3):
        filters, done = size.filters * 2**part, part * size.cells
        if part > 0:
            reduced = _reduction_cell(x, p, filters, f"reduce_{done}")
            p, x = p if size.skips else x, reduced
        # The first reduction has a number of its own, the second one has not.
        first = done + 1 if part > 0 else 0
        for number in range(first, first + size.cells):
            p, x = x, _normal_cell(x, p, filters, str(number))
    return x


# ------------------------------------------------------------------ cells
def _normal_cell(x, p, filters, name):
    """Return features of the same height and width, from those of the last two cells."""
    p = _adjust(p, x, filters, name)
    h = _squeeze(x, filters, f"normal_conv_1_{name}", f"normal_bn_1_{name}")
    left1 = _separable(h, filters, 5, f"normal_left1_{name}")
    right1 = _separable(p, filters, 3, f"normal_right1_{name}")
    x1 = add([left1, right1], name=f"normal_add_1_{name}")
    left2 = _separable(p, filters, 5, f"normal_left2_{name}")
    right2 = _separable(p, filters, 3, f"normal_right2_{name}")
    x2 = add([left2, right2], name=f"normal_add_2_{name}")
    x3 = add([_average(h, f"normal_left3_{name}"), p], name=f"normal_add_3_{name}")
    averages = [_average(p, f"normal_left4_{name}"), _average(p, f"normal_right4_{name}")]
    x4 = add(averages, name=f"normal_add_4_{name}")
    x5 = add([_separable(h, filters, 3, f"normal_left5_{name}"), h], name=f"normal_add_5_{name}")
    return _join([p, x1, x2, x3, x4, x5], f"normal_concat_{name}")


def _reduction_cell(x, p, filters, name):
    """Return features of half the height and width, from those of the last two cells, or of one if p is None."""
    p = x if p is None else _adjust(p, x, filters, name)
    h = _squeeze(x, filters, f"reduction_conv_1_{name}", f"reduction_bn_1_{name}")
    padded = ZeroPadding2D(uneven_padding(h, 3), name=f"reduction_pad_1_{name}")(h)
    left1 = _separable(h, filters, 5, f"reduction_left1_{name}", strides=2)
    right1 = _separable(p, filters, 7, f"reduction_right1_{name}", strides=2)
    x1 = add([left1, right1], name=f"reduction_add_1_{name}")
    left2 = MaxPooling2D(3, strides=2, name=f"reduction_left2_{name}")(padded)
    right2 = _separable(p, filters, 7, f"reduction_right2_{name}", strides=2)
    x2 = add([left2, right2], name=f"reduction_add_2_{name}")
    left3 = AveragePooling2D(3, strides=2, name=f"reduction_left3_{name}")(padded)
    right3 = _separable(p, filters, 5, f"reduction_right3_{name}", strides=2)
    x3 = add([left3, right3], name=f"reduction_add3_{name}")
    x4 = add([x2, _average(x1, f"reduction_left4_{name}")])
    left5 = _separable(x1, filters, 3, f"reduction_left4_{name}")
    right5 = MaxPooling2D(3, strides=2, name=f"reduction_right5_{name}")(padded)
    x5 = add([left5, right5], name=f"reduction_add4_{name}")
    return _join([x2, x3, x4, x5], f"reduction_concat_{name}")


# ------------------------------------------------------------------ what cells consist of
def _adjust(p, x, filters, name):
    """Return p with the height and width of x and so many filters."""
    if p.shape[2] != x.shape[2]:
        p = Activation("relu", name=f"adjust_relu_1_{name}")(p)
        # Every other pixel, and the pixels between: each pair of rows and columns is seen.
        between = Cropping2D(((1, 0), (1, 0)))(ZeroPadding2D(((0, 1), (0, 1)))(p))
        halves = [_every_other(p, filters, 1, name), _every_other(between, filters, 2, name)]
        return _normalize(_join(halves, None), f"adjust_bn_{name}")
    if p.shape[channel_axis()] != filters:
        return _squeeze(p, filters, f"adjust_conv_projection_{name}", f"adjust_bn_{name}")
    return p


def _every_other(x, filters, i, name):
    x = AveragePooling2D(1, strides=2, name=f"adjust_avg_pool_{i}_{name}")(x)
    return _convolve(x, filters // 2, f"adjust_conv_{i}_{name}")


def _squeeze(x, filters, conv_name, bn_name):
    return _normalize(_convolve(Activation("relu")(x), filters, conv_name), bn_name)


def _convolve(x, filters, name):
    options = {"padding": "same", "use_bias": False, "kernel_initializer": "he_normal"}
    return Conv2D(filters, 1, name=name, **options)(x)


def _separable(x, filters, size, name, strides=1):
    """Return x after two separable convolutions, each after a relu; the first one has the strides."""
    x, padding = Activation("relu")(x), "same"
    if strides == 2:
        x = ZeroPadding2D(uneven_padding(x, size), name=f"separable_conv_1_pad_{name}")(x)
        padding = "valid"
    for i in (1, 2):
        x = SeparableConv2D(
            filters,
            size,
            strides=strides if i == 1 else 1,
            padding=padding if i == 1 else "same",
            use_bias=False,
            name=f"separable_conv_{i}_{name}",
        )(x)
        x = _normalize(x, f"separable_conv_{i}_bn_{name}")
        x = Activation("relu")(x) if i == 1 else x
    return x


def _average(x, name):
    return AveragePooling2D(3, strides=1, padding="same", name=name)(x)


def _normalize(x, name):
    return normalize(x, name, momentum=0.9997)


def _join(branches, name):
    return concatenate(branches, axis=channel_axis(), name=name)


__all__ = [
    "NASNetLarge",
    "NASNetMobile",
    "decode_predictions",
    "preprocess_input",
]
