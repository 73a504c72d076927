"""DenseNet (Huang et al., Densely Connected Convolutional Networks, 2016)."""

from keras.applications.application import (
    Published,
    Request,
    application,
    channel_axis,
    normalize,
)
from keras.applications.imagenet_utils import decode_predictions
from keras.applications.imagenet_utils import preprocess_input_torch as preprocess_input
from keras.layers import (
    Activation,
    AveragePooling2D,
    Conv2D,
    MaxPooling2D,
    ZeroPadding2D,
    concatenate,
)

_FOLDER = "https://github.com/keras-team/keras-applications/releases/download/densenet/"
_HASHES = {
    121: ("9d60b8095a5708f2dcce2bca79d332c7", "30ee3e1110167f948a6b9946edeeb738"),
    169: ("d699b8f76981ab1b30698df4c175e90b", "b8c4d4c20dd625c148057b9ff1c1176b"),
    201: ("1ceb130c1ea1b78c3bf6114dbdfd8807", "c13680b51ded0fb44dff2d8f86ac8bb1"),
}
_GROWTH = 32


@application
def DenseNet121(
    include_top=True,
    weights="imagenet",
    input_tensor=None,
    input_shape=None,
    pooling=None,
    classes=1000,
    **modules,
):
    """Return DenseNet121: 58 blocks, each of which sees the outputs of all before it; 8 million weights."""
    request = Request(include_top, weights, input_tensor, input_shape, pooling, classes, modules)
    return _densenet(121, (6, 12, 24, 16), request)


@application
def DenseNet169(
    include_top=True,
    weights="imagenet",
    input_tensor=None,
    input_shape=None,
    pooling=None,
    classes=1000,
    **modules,
):
    """Return DenseNet169: 82 blocks, each of which sees the outputs of all before it; 14 million weights."""
    request = Request(include_top, weights, input_tensor, input_shape, pooling, classes, modules)
    return _densenet(169, (6, 12, 32, 32), request)


@application
def DenseNet201(
    include_top=True,
    weights="imagenet",
    input_tensor=None,
    input_shape=None,
    pooling=None,
    classes=1000,
    **modules,
):
    """Return DenseNet201: 98 blocks, each of which sees the outputs of all before it; 20 million weights."""
    request = Request(include_top, weights, input_tensor, input_shape, pooling, classes, modules)
    return _densenet(201, (6, 12, 48, 32), request)


def _densenet(depth, counts, request):
    """Return the DenseNet of so many layers; `counts` are the blocks of the stages, which are numbered from 2."""

    def network(x):
        x = _stem(x)
        for stage, count in enumerate(counts, 2):
            for i in range(1, count + 1):
                x = _block(x, f"conv{stage}_block{i}")
            x = _halve(x, f"pool{stage}") if stage < 5 else _activate(x, "bn", "relu")
        if request.include_top:
            return request.classified(x, "fc1000")
        return request.pooled(x, ("avg_pool", "max_pool"))

    name = f"densenet{depth}_weights_tf_dim_ordering_tf_kernels"
    published = Published(_FOLDER, (f"{name}.h5", f"{name}_notop.h5"), _HASHES[depth])
    return request.model(f"densenet{depth}", network, published)


def _stem(x):
    x = ZeroPadding2D(3)(x)
    x = Conv2D(64, 7, strides=2, use_bias=False, name="conv1/conv")(x)
    x = ZeroPadding2D(1)(_activate(x, "conv1/bn", "conv1/relu"))
    return MaxPooling2D(3, strides=2, name="pool1")(x)


def _block(x, name):
    """Return x, and beside it 32 more channels that two convolutions make of it."""
    y = _activate(x, f"{name}_0_bn", f"{name}_0_relu")
    y = Conv2D(4 * _GROWTH, 1, use_bias=False, name=f"{name}_1_conv")(y)
    y = _activate(y, f"{name}_1_bn", f"{name}_1_relu")
    y = Conv2D(_GROWTH, 3, padding="same", use_bias=False, name=f"{name}_2_conv")(y)
    return concatenate([x, y], axis=channel_axis(), name=f"{name}_concat")


def _halve(x, name):
    """Return x with half the channels, height and width."""
    channels = x.shape[channel_axis()]
    x = _activate(x, f"{name}_bn", f"{name}_relu")
    x = Conv2D(channels // 2, 1, use_bias=False, name=f"{name}_conv")(x)
    return AveragePooling2D(2, strides=2, name=f"{name}_pool")(x)


def _activate(x, bn_name, relu_name):
    return Activation("relu", name=relu_name)(normalize(x, bn_name, epsilon=1.001e-5))


__all__ = [
    "DenseNet121",
    "DenseNet169",
    "DenseNet201",
    "decode_predictions",
    "preprocess_input",
]
