"""ResNet50, 101 and 152, and what they share with ResNetV2 and ResNeXt (He et al., Deep Residual Learning, 2015)."""

from keras.applications.application import Published, Request, application, normalize
from keras.applications.imagenet_utils import decode_predictions, preprocess_input
from keras.layers import Activation, Conv2D, MaxPooling2D, ZeroPadding2D, add

_FOLDER = "https://github.com/keras-team/keras-applications/releases/download/resnet/"
_HASHES = {
    50: ("2cb95161c43110f7111970584f804107", "4d473c1dd8becc155b73f8504c6f6626"),
    101: ("f1aeb4b969a6efcfb50fad2f0c20cfc5", "88cf7a10940856eca736dc7b7e228a21"),
    152: ("100835be76be38e30d865e96f2aaae62", "ee4c566cf9a93f14d82f913c2dc6dd0c"),
}
# How many blocks the stages have, by the number of layers. The stages are numbered from 2.
COUNTS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}


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
    """Return ResNet50, with layers named as its later weights have them (cf. `resnet50`); 26 million weights."""
    request = Request(include_top, weights, input_tensor, input_shape, pooling, classes, modules)
    return _resnet(50, request)


@application
def ResNet101(
    include_top=True,
    weights="imagenet",
    input_tensor=None,
    input_shape=None,
    pooling=None,
    classes=1000,
    **modules,
):
    """Return ResNet101: 33 blocks of three convolutions around which the input is passed; 45 million weights."""
    request = Request(include_top, weights, input_tensor, input_shape, pooling, classes, modules)
    return _resnet(101, request)


@application
def ResNet152(
    include_top=True,
    weights="imagenet",
    input_tensor=None,
    input_shape=None,
    pooling=None,
    classes=1000,
    **modules,
):
    """Return ResNet152: 50 blocks of three convolutions around which the input is passed; 60 million weights."""
    request = Request(include_top, weights, input_tensor, input_shape, pooling, classes, modules)
    return _resnet(152, request)


def _resnet(depth, request):
    def network(x):
        x = pool_first(activate(convolve_first(x), "conv1"))
        for stage, i, filters in blocks(depth):
            stride = 2 if i == 1 and stage > 2 else 1
            x = _block(x, filters, stride, f"conv{stage}_block{i}", is_first=i == 1)
        return finished(x, request)

    return request.model(f"resnet{depth}", network, published(f"resnet{depth}", _HASHES[depth]))


def _block(x, filters, stride, name, is_first):
    shortcut = convolve(x, 4 * filters, 1, f"{name}_0", strides=stride) if is_first else x
    y = convolve(x, filters, 1, f"{name}_1", strides=stride)
    y = convolve(relu(y, f"{name}_1"), filters, 3, f"{name}_2", padding="same")
    y = convolve(relu(y, f"{name}_2"), 4 * filters, 1, f"{name}_3")
    y = add([shortcut, y], name=f"{name}_add")
    return Activation("relu", name=f"{name}_out")(y)


# ------------------------------------------------------------------ what the families share
def published(name, hashes):
    """Return the `Published` weights of a network, by its name."""
    name = f"{name}_weights_tf_dim_ordering_tf_kernels"
    return Published(_FOLDER, (f"{name}.h5", f"{name}_notop.h5"), hashes)


def blocks(depth):
    """Yield each block of a network of so many layers: its stage, its number there, and how many filters it has."""
    for stage, count in enumerate(COUNTS[depth], 2):
        for i in range(1, count + 1):
            yield stage, i, 16 * 2**stage


def convolve_first(x, use_bias=True):
    """Return what the convolution of 7x7 makes of images."""
    x = ZeroPadding2D(3, name="conv1_pad")(x)
    return Conv2D(64, 7, strides=2, use_bias=use_bias, name="conv1_conv")(x)


def pool_first(x):
    """Return x with half the height and width, by the greatest value of each 3x3."""
    return MaxPooling2D(3, strides=2, name="pool1_pool")(ZeroPadding2D(1, name="pool1_pad")(x))


def convolve(x, filters, size, name, **options):
    """Return x after a convolution and batch normalization, of layers called name_conv and name_bn."""
    return normalized(Conv2D(filters, size, name=f"{name}_conv", **options)(x), name)


def normalized(x, name):
    """Return x after batch normalization, of a layer called name_bn."""
    return normalize(x, f"{name}_bn", epsilon=1.001e-5)


def relu(x, name):
    """Return x or zero, whichever is greater, of a layer called name_relu."""
    return Activation("relu", name=f"{name}_relu")(x)


def activate(x, name):
    """Return x after batch normalization and relu."""
    return relu(normalized(x, name), name)


def finished(x, request):
    """Return the outputs of a network, from its last features."""
    if request.include_top:
        return request.classified(x, "probs")
    return request.pooled(x, ("avg_pool", "max_pool"))


__all__ = [
    "ResNet101",
    "ResNet152",
    "ResNet50",
    "decode_predictions",
    "preprocess_input",
]
