"""Batch normalization."""

import math

from keras import ops
from keras.backend import dtypes
from keras.layers import options
from keras.layers.base import Layer
from keras.layers.input_spec import InputSpec


class BatchNormalization(Layer):
    """Scales each channel to mean zero and variance one, then by gamma and beta (Ioffe & Szegedy, 2015).

    In training it uses the batch's mean and variance, and moves its averages of them by
    `moving = momentum * moving + (1 - momentum) * new`. Otherwise, and while it is frozen
    (`trainable=False` at `compile`), it uses the averages. The variance that goes into the average
    is scaled by n / (n - (1 + epsilon)), n the number of entries a channel has in the batch, as
    Keras 2 did.

    Args:
        axis: the channels' axis: -1, or 1 after layers with `data_format="channels_first"`.
        momentum: the averages' share that stays at each step.
        epsilon: added to the variance before its root is taken.
        center, scale: whether there is a beta, a gamma.
        beta_initializer, gamma_initializer: where the weights' first values come from.
        moving_mean_initializer, moving_variance_initializer: likewise, of the averages.
        beta_regularizer, gamma_regularizer: penalties on the weights.
        beta_constraint, gamma_constraint: applied to the weights after each optimizer step.

    Weights: gamma, beta, moving_mean and moving_variance, each (channels,).

    Raises:
        ValueError: if the number of channels is not known.

    Examples:
        >>> import numpy as np
        >>> layer = BatchNormalization(epsilon=0.0)
        >>> np.asarray(layer(np.array([[1.0], [3.0]]), training=True)).tolist()
        [[-1.0], [1.0]]
        >>> round(float(layer.moving_mean.numpy()[0]), 4)
        0.02
    """

    supports_masking = True
    takes_floats = True

    def __init__(
        self,
        axis=-1,
        momentum=0.99,
        epsilon=1e-3,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        moving_mean_initializer="zeros",
        moving_variance_initializer="ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.axis = axis
        self.momentum = momentum
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        options.keep(self, "beta", beta_initializer, beta_regularizer, beta_constraint)
        options.keep(self, "gamma", gamma_initializer, gamma_regularizer, gamma_constraint)
        options.keep(self, "moving_mean", moving_mean_initializer)
        options.keep(self, "moving_variance", moving_variance_initializer)

    def build(self, input_shape):
        ndim = len(input_shape)
        if not -ndim <= self.axis < ndim:
            raise ValueError(
                f"Layer {self.name!r} (BatchNormalization): axis {self.axis} does not exist in an input of shape "
                f"{tuple(input_shape)}; give the axis of the channels."
            )
        channels = input_shape[self.axis]
        self.input_spec = InputSpec(ndim=ndim, axes={self.axis: channels})
        self.gamma = options.add(self, "gamma", (channels,), autocast=False) if self.scale else None
        self.beta = options.add(self, "beta", (channels,), autocast=False) if self.center else None
        self.moving_mean = options.add(self, "moving_mean", (channels,), trainable=False)
        self.moving_variance = options.add(self, "moving_variance", (channels,), trainable=False)
        super().build(input_shape)

    def call(self, inputs, training=None):
        # In half precision neither sums over a batch nor differences of large numbers would be right.
        dtype, inputs = inputs.dtype, ops.cast(inputs, dtypes.at_least_single(inputs.dtype))
        scaling = self.gamma, self.beta, self.axis, self.epsilon
        if training and not self.is_frozen:
            outputs, mean, variance = ops.normalized(inputs, *scaling)
            self._move_averages(inputs.shape, mean, variance)
        else:
            averages = self.moving_mean, self.moving_variance
            outputs = ops.rescaled(inputs, *averages, *scaling)
        return ops.cast(outputs, self.compute_output_dtype(dtypes.standardize(dtype)))

    def _move_averages(self, shape, mean, variance):
        axis = self.axis % len(shape)
        count = math.prod(size for other, size in enumerate(shape) if other != axis)
        corrected = ops.multiply(variance, count / (count - (1 + self.epsilon)))
        self._move(self.moving_mean, mean)
        self._move(self.moving_variance, corrected)

    def _move(self, average, new):
        new = ops.cast(ops.stop_gradient(new), average.dtype)
        kept = ops.multiply(average, self.momentum)
        average.assign(ops.add(kept, ops.multiply(new, 1 - self.momentum)))

    def compute_output_shape(self, input_shape):
        return input_shape
