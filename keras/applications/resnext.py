"""ResNeXt50 and 101 (Xie et al., Aggregated Residual Transformations for Deep Neural Networks, 2016)."""

from keras import ops
from keras.applications.application import Request, application, channel_axis
from keras.applications.imagenet_utils import decode_predictions
from keras.applications.imagenet_utils import preprocess_input_torch as preprocess_input
from keras.applications.resnet import (
    activate,
    blocks,
    convolve,
    convolve_first,
    finished,
    pool_first,
    published,
    relu,
)
from keras.layers import Activation, DepthwiseConv2D, Layer, ZeroPadding2D, add
from keras.layers.serialization import register

_HASHES = {
    50: ("67a5b30d522ed92f75a1f16eef299d1a", "62527c363bdd9ec598bed41947b379fc"),
    101: ("34fb605428fcc7aa4d62f44404c11509", "0f678c91647380debd923963594981b3"),
}
_GROUPS = 32


@application
def ResNeXt50(
    include_top=True,
    weights="imagenet",
    input_tensor=None,
    input_shape=None,
    pooling=None,
    classes=1000,
    **modules,
):
    """Return ResNeXt50: 16 blocks whose middle convolution works on 32 groups of channels; 25 million weights."""
    request = Request(include_top, weights, input_tensor, input_shape, pooling, classes, modules)
    return _resnext(50, request)


@application
def ResNeXt101(
    include_top=True,
    weights="imagenet",
    input_tensor=None,
    input_shape=None,
    pooling=None,
    classes=1000,
    **modules,
):
    """Return ResNeXt101: 33 blocks whose middle convolution works on 32 groups of channels; 44 million weights."""
    request = Request(include_top, weights, input_tensor, input_shape, pooling, classes, modules)
    return _resnext(101, request)


class SumWithinGroups(Layer):
    """Sums what a depthwise convolution made of the channels of each group: together, a grouped convolution.

    Args:
        channels: how many a group has, n. The input has, for each group, n results for each of n channels.
        axis: the channels' axis, -1 or 1.

    Examples:
        >>> import numpy as np
        >>> x = np.array([[1.0, 2.0, 3.0, 4.0, 10.0, 20.0, 30.0, 40.0]])
        >>> np.asarray(SumWithinGroups(channels=2)(x)).tolist()
        [[4.0, 6.0, 40.0, 60.0]]
    """

    def __init__(self, channels, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.channels = channels
        self.axis = axis

    def call(self, inputs):
        n, axis = self.channels, self.axis % inputs.ndim
        before, (results, *after) = inputs.shape[:axis], inputs.shape[axis:]
        x = ops.reshape(inputs, (*before, results // n**2, n, n, *after))
        return ops.reshape(ops.sum(x, axis=axis + 1), (*before, results // n, *after))

    def compute_output_shape(self, input_shape):
        axis, n = self.axis % len(input_shape), self.channels
        if input_shape[axis] % n**2:
            raise ValueError(
                f"Layer {self.name!r} (SumWithinGroups): {input_shape[axis]} channels are not groups of {n} * {n}; put "
                f"it after a DepthwiseConv2D with depth_multiplier={n}."
            )
        return (*input_shape[:axis], input_shape[axis] // n, *input_shape[axis + 1 :])


def _resnext(depth, request):
    def network(x):
        x = pool_first(activate(convolve_first(x, use_bias=False), "conv1"))
        for stage, i, filters in blocks(depth):
            stride = 2 if i == 1 and stage > 2 else 1
            x = _block(x, 2 * filters, stride, f"conv{stage}_block{i}", is_first=i == 1)
        return finished(x, request)

    name = f"resnext{depth}"
    return request.model(name, network, published(name, _HASHES[depth]))


def _block(x, filters, stride, name, is_first):
    shortcut = x
    if is_first:
        shortcut = convolve(x, 2 * filters, 1, f"{name}_0", strides=stride, use_bias=False)
    y = relu(convolve(x, filters, 1, f"{name}_1", use_bias=False), f"{name}_1")
    y = activate(_convolve_groups(y, filters, stride, f"{name}_2"), f"{name}_2")
    y = convolve(y, 2 * filters, 1, f"{name}_3", use_bias=False)
    y = add([shortcut, y], name=f"{name}_add")
    return Activation("relu", name=f"{name}_out")(y)


def _convolve_groups(x, filters, stride, name):
    n = filters // _GROUPS
    x = ZeroPadding2D(1, name=f"{name}_pad")(x)
    options = {"strides": stride, "depth_multiplier": n, "use_bias": False}
    x = DepthwiseConv2D(3, name=f"{name}_conv", **options)(x)
    return SumWithinGroups(n, channel_axis(), name=f"{name}_reduce")(x)


register({"SumWithinGroups": SumWithinGroups})

__all__ = [
    "ResNeXt101",
    "ResNeXt50",
    "decode_predictions",
    "preprocess_input",
]
