"""K's functions for neural networks: normalization, dropout, cross-entropies."""

from keras import config, ops


def softmax(x, axis=-1):
    """Return exp(x) / sum(exp(x)) along `axis`."""
    return ops.softmax(x, axis)


def dropout(x, level, noise_shape=None, seed=None):
    """Return `x` with a share `level` of its entries set to zero and the others scaled up."""
    return ops.random.dropout(x, level, noise_shape, seed)


def l2_normalize(x, axis=None):
    """Return `x` divided by its Euclidean norm along `axis`."""
    return ops.l2_normalize(x, axis)


def bias_add(x, bias, data_format=None):
    """Return `x` with a bias added.

    Args:
        x: a tensor.
        bias: one value a channel, or one a place and channel: (*spatial, channels).
        data_format: where the channels of `x` are, the configured one by default.

    Raises:
        ValueError: if the bias has neither one axis nor all but the batch.
    """
    data_format = config.normalize_data_format(data_format)
    x_ndim, bias_ndim = ops.ndim(x), ops.ndim(bias)
    if bias_ndim not in (1, x_ndim - 1):
        raise ValueError(
            f"K.bias_add takes a bias with 1 or {x_ndim - 1} axes for a tensor with {x_ndim} axes, got {bias_ndim}; "
            "give one value a channel."
        )
    if data_format == "channels_first" and x_ndim > 2:
        if bias_ndim == 1:
            bias = ops.reshape(bias, (-1, *(1,) * (x_ndim - 2)))
        else:
            # Keras 2 read such a bias in the order of the data format, whatever its shape says.
            *sizes, channels = ops.shape(bias)
            bias = ops.reshape(bias, (channels, *sizes))
    return ops.add(x, bias)


# ------------------------------------------------------------------ normalization
def batch_normalization(x, mean, var, beta, gamma, axis=-1, epsilon=1e-3):
    """Return (x - mean) / sqrt(var + epsilon) * gamma + beta.

    Args:
        x: a tensor.
        mean, var, beta, gamma: one value a channel, or tensors that broadcast to `x`; `beta` and `gamma` may be None.
        axis: that of the channels.
        epsilon: added to the variance.
    """
    mean, var, beta, gamma = (_along(axis, x, v) for v in (mean, var, beta, gamma))
    scale = ops.rsqrt(ops.add(var, epsilon))
    scale = scale if gamma is None else ops.multiply(scale, gamma)
    centred = ops.multiply(ops.subtract(x, mean), scale)
    return centred if beta is None else ops.add(centred, beta)


def _along(axis, x, vector):
    """Return one value a channel in a shape that broadcasts to `x`."""
    ndim = ops.ndim(x)
    if vector is None or ops.ndim(vector) != 1 or axis % ndim == ndim - 1:
        return vector
    return ops.reshape(vector, (-1, *(1,) * (ndim - 1 - axis % ndim)))


def normalize_batch_in_training(x, gamma, beta, reduction_axes, epsilon=1e-3):
    """Normalize a batch by its own mean and variance.

    Args:
        x: a tensor.
        gamma, beta: one value a channel, or None.
        reduction_axes: the axes to take mean and variance over.
        epsilon: added to the variance.

    Returns:
        The normalized tensor, the mean and the variance, one value a channel.
    """
    axes = [axis % ops.ndim(x) for axis in reduction_axes]
    kept = [axis for axis in range(ops.ndim(x)) if axis not in axes]
    mean, variance = ops.moments(x, axes)
    axis = kept[0] if len(kept) == 1 else -1
    broadcast = (mean, variance) if len(kept) < 2 else ops.moments(x, axes, keepdims=True)
    return batch_normalization(x, *broadcast, beta, gamma, axis, epsilon), mean, variance


# ------------------------------------------------------------------ cross-entropies and such
def categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """Return -sum(target * log(output)) along `axis`."""
    return ops.categorical_crossentropy(target, output, from_logits, axis)


def sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """Return -log of the output for the class `target`."""
    return ops.sparse_categorical_crossentropy(target, output, from_logits, axis)


def binary_crossentropy(target, output, from_logits=False):
    """Return the cross-entropy of probabilities of two classes, element by element."""
    return ops.binary_crossentropy(target, output, from_logits)


def in_top_k(predictions, targets, k):
    """Return where a target is among the `k` largest predictions.

    Args:
        predictions: (batch, classes).
        targets: int classes, (batch,).
        k: how many places count.
    """
    return ops.in_top_k(targets, predictions, k)
