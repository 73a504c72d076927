"""ResNet50V2, 101V2 and 152V2 (He et al., Identity Mappings in Deep Residual Networks, 2016)."""

from keras.applications.application import Request, application
from keras.applications.imagenet_utils import decode_predictions
from keras.applications.imagenet_utils import preprocess_input_tf as preprocess_input
from keras.applications.resnet import (
    COUNTS,
    activate,
    blocks,
    convolve_first,
    finished,
    pool_first,
    published,
)
from keras.layers import Conv2D, MaxPooling2D, ZeroPadding2D, add

_HASHES = {
    50: ("3ef43a0b657b3be2300d5770ece849e0", "fac2f116257151a9d068a22e544a4917"),
    101: ("6343647c601c52e1368623803854d971", "c0ed64b8031c3730f411d2eb4eea35b5"),
    152: ("a49b44d1979771252814e80f8ec446f9", "ed17cf2e0169df9d443503ef94b23b33"),
}


@application
def ResNet50V2(
    include_top=True,
    weights="imagenet",
    input_tensor=None,
    input_shape=None,
    pooling=None,
    classes=1000,
    **modules,
):
    """Return ResNet50V2: 16 blocks that normalize before they convolve; 26 million weights."""
    request = Request(include_top, weights, input_tensor, input_shape, pooling, classes, modules)
    return _resnet(50, request)


@application
def ResNet101V2(
    include_top=True,
    weights="imagenet",
    input_tensor=None,
    input_shape=None,
    pooling=None,
    classes=1000,
    **modules,
):
    """Return ResNet101V2: 33 blocks that normalize before they convolve; 45 million weights."""
    request = Request(include_top, weights, input_tensor, input_shape, pooling, classes, modules)
    return _resnet(101, request)


@application
def ResNet152V2(
    include_top=True,
    weights="imagenet",
    input_tensor=None,
    input_shape=None,
    pooling=None,
    classes=1000,
    **modules,
):
    """Return ResNet152V2: 50 blocks that normalize before they convolve; 60 million weights."""
    request = Request(include_top, weights, input_tensor, input_shape, pooling, classes, modules)
    return _resnet(152, request)


def _resnet(depth, request):
    def network(x):
        x = pool_first(convolve_first(x))
        for stage, i, filters in blocks(depth):
            # Not the first block of a stage halves the sizes, but the last one.
            stride = 2 if i == COUNTS[depth][stage - 2] and stage < 5 else 1
            x = _block(x, filters, stride, f"conv{stage}_block{i}", is_first=i == 1)
        return finished(activate(x, "post"), request)

    name = f"resnet{depth}v2"
    return request.model(name, network, published(name, _HASHES[depth]))


def _block(x, filters, stride, name, is_first):
    start = activate(x, f"{name}_preact")
    if is_first:
        shortcut = Conv2D(4 * filters, 1, strides=stride, name=f"{name}_0_conv")(start)
    else:
        shortcut = MaxPooling2D(1, strides=stride)(x) if stride > 1 else x
    y = Conv2D(filters, 1, use_bias=False, name=f"{name}_1_conv")(start)
    y = ZeroPadding2D(1, name=f"{name}_2_pad")(activate(y, f"{name}_1"))
    y = Conv2D(filters, 3, strides=stride, use_bias=False, name=f"{name}_2_conv")(y)
    y = Conv2D(4 * filters, 1, name=f"{name}_3_conv")(activate(y, f"{name}_2"))
    return add([shortcut, y], name=f"{name}_out")


__all__ = [
    "ResNet101V2",
    "ResNet152V2",
    "ResNet50V2",
    "decode_predictions",
    "preprocess_input",
]
