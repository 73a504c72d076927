"""Weights turned for other conventions: of true convolution, and of the channels' place."""

import numpy as np

# Layers whose kernels other backends once applied mirrored.
_CONVOLUTIONS = (
    "Conv1D",
    "Conv2D",
    "Conv2DTranspose",
    "Conv3D",
    "Conv3DTranspose",
    "SeparableConv2D",
)


def convert_kernel(kernel):
    """Return a convolution's kernel mirrored along each spatial axis.

    Turns the kernel of a correlation, which this library computes, into that of a convolution in the mathematical
    sense, and back.

    Args:
        kernel: an array (spatial axes ..., inputs, outputs) with three to five axes.

    Raises:
        ValueError: for another number of axes.

    Examples:
        >>> convert_kernel(np.arange(3).reshape(3, 1, 1)).ravel().tolist()
        [2, 1, 0]
    """
    kernel = np.asarray(kernel)
    if not 3 <= kernel.ndim <= 5:
        raise ValueError(
            f"A convolution's kernel has three to five axes, got an array of shape {kernel.shape}."
        )
    return np.copy(np.flip(kernel, tuple(range(kernel.ndim - 2))))


def convert_all_kernels_in_model(model):
    """Mirror the kernels of a model's convolutions in place, as `convert_kernel` does.

    Args:
        model: a model whose weights come from a library of the other convention.
    """
    for layer in model.layers:
        if type(layer).__name__ in _CONVOLUTIONS:
            for kernel in _kernels(layer):
                kernel.assign(convert_kernel(kernel.numpy()))
        elif hasattr(layer, "layers"):
            convert_all_kernels_in_model(layer)


def _kernels(layer):
    names = ("kernel", "depthwise_kernel")
    return [getattr(layer, name) for name in names if hasattr(layer, name)]


def convert_dense_weights_data_format(
    dense, previous_feature_map_shape, target_data_format="channels_first"
):
    """Reorder the weights of a Dense layer behind a Flatten layer, for images in the other data format.

    Args:
        dense: the layer.
        previous_feature_map_shape: the shape that was flattened, in the target format: (channels, height, width) or
            (height, width, channels).
        target_data_format: the format of the images from now on.

    Raises:
        ValueError: for another format, or a shape of another size than the layer's input.
    """
    if target_data_format not in ("channels_first", "channels_last"):
        raise ValueError(
            f"target_data_format should be 'channels_first' or 'channels_last', got {target_data_format!r}."
        )
    weights = dense.get_weights()
    shape = tuple(previous_feature_map_shape)
    if len(shape) != 3 or np.prod(shape) != len(weights[0]):
        raise ValueError(
            f"Layer {dense.name!r} has {len(weights[0])} inputs, which are not the values of an image of shape {shape}."
        )
    # From rows in the order of the old format to rows in the order of the new one.
    if target_data_format == "channels_first":
        old, axes = (*shape[1:], shape[0]), (2, 0, 1, 3)
    else:
        old, axes = (shape[2], *shape[:2]), (1, 2, 0, 3)
    kernel = weights[0].reshape(*old, -1).transpose(axes).reshape(weights[0].shape)
    dense.set_weights([kernel, *weights[1:]])


def count_params(weights):
    """Return how many numbers weights hold, each weight counted once.

    Args:
        weights: a list of Variables.
    """
    return sum(int(weight.size) for weight in dict.fromkeys(weights))
