"""Group normalization."""

from keras import ops
from keras.backend import dtypes
from keras.layers import options
from keras.layers.base import Layer
from keras.layers.input_spec import InputSpec
from keras.layers.layer_normalization import axes_of


class GroupNormalization(Layer):
    """Scales groups of a sample's channels to mean zero and variance one, then by gamma and beta (Wu & He, 2018).

    Args:
        groups: into how many groups the channels are split; 1 is like layer normalization, -1 stands for the number of
            channels, instance normalization.
        axis: the channels' axis.
        epsilon: added to the variance before its root is taken.
        center, scale: whether there is a beta, a gamma.
        beta_initializer, gamma_initializer: where the weights' first values come from.
        beta_regularizer, gamma_regularizer: penalties on the weights.
        beta_constraint, gamma_constraint: applied to the weights after each optimizer step.

    Weights: gamma and beta, each (channels,).

    Raises:
        ValueError: if the number of channels is not known, or the groups do not divide it.

    Examples:
        >>> import numpy as np
        >>> layer = GroupNormalization(groups=2, epsilon=0.0)
        >>> np.asarray(layer(np.array([[1.0, 3.0, 10.0, 30.0]]))).tolist()
        [[-1.0, 1.0, -1.0, 1.0]]
    """

    supports_masking = True
    takes_floats = True

    def __init__(
        self,
        groups=32,
        axis=-1,
        epsilon=1e-3,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.groups = groups
        self.axis = axis
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        options.keep(self, "beta", beta_initializer, beta_regularizer, beta_constraint)
        options.keep(self, "gamma", gamma_initializer, gamma_regularizer, gamma_constraint)
        self.gamma = self.beta = None

    def build(self, input_shape):
        (axis,) = axes_of(self, self.axis, len(input_shape))
        channels = input_shape[axis]
        if channels is not None:
            self.groups = channels if self.groups == -1 else self.groups
            if self.groups < 1 or channels % self.groups:
                raise ValueError(
                    f"Layer {self.name!r} (GroupNormalization): {self.groups} groups cannot share {channels} channels "
                    "equally; choose a number of groups that divides them."
                )
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: channels})
        shape = (channels,)
        self.gamma = options.add(self, "gamma", shape, autocast=False) if self.scale else None
        self.beta = options.add(self, "beta", shape, autocast=False) if self.center else None
        super().build(input_shape)

    def call(self, inputs):
        # In half precision neither squares nor sums would be right.
        dtype, x = inputs.dtype, ops.cast(inputs, dtypes.at_least_single(inputs.dtype))
        axis = self.axis % x.ndim
        grouped = (self.groups, x.shape[axis] // self.groups)
        split = ops.reshape(x, (*x.shape[:axis], *grouped, *x.shape[axis + 1 :]))
        axes = tuple(i for i in range(1, split.ndim) if i != axis)
        centred = ops.subtract(split, ops.mean(split, axis=axes, keepdims=True))
        variance = ops.mean(ops.square(centred), axis=axes, keepdims=True)
        normalized = ops.multiply(centred, ops.rsqrt(ops.add(variance, self.epsilon)))
        outputs = ops.reshape(normalized, x.shape)
        along = (-1, *(1,) * (x.ndim - axis - 1))
        if self.scale:
            outputs = ops.multiply(outputs, ops.reshape(ops.cast(self.gamma, x.dtype), along))
        if self.center:
            outputs = ops.add(outputs, ops.reshape(ops.cast(self.beta, x.dtype), along))
        return ops.cast(outputs, self.compute_output_dtype(dtypes.standardize(dtype)))

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)
