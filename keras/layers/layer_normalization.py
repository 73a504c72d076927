"""Normalization of each sample by itself: LayerNormalization, RMSNormalization, UnitNormalization."""

from keras import ops
from keras.backend import dtypes
from keras.layers import options
from keras.layers.base import Layer


def axes_of(layer, axis, ndim):
    """Return the axes that a layer's argument names, counted from the front and sorted.

    Raises:
        ValueError: if the input has no such axis.
    """
    axes = list(axis) if isinstance(axis, list | tuple) else [axis]
    if not axes or not all(-ndim <= each < ndim for each in axes):
        raise ValueError(
            f"Layer {layer.name!r} ({type(layer).__name__}): axis={axis!r} does not exist in an input with {ndim} "
            "axes; give the axis of the features, or a list of axes."
        )
    return sorted({each % ndim for each in axes})


class _SampleNormalization(Layer):
    """A layer that looks at some axes of each sample, in at least single precision."""

    supports_masking = True
    takes_floats = True

    def __init__(self, axis, **kwargs):
        super().__init__(**kwargs)
        self.axis = list(axis) if isinstance(axis, list | tuple) else axis

    def _axes(self, ndim):
        return tuple(axes_of(self, self.axis, ndim))

    def call(self, inputs):
        # In half precision neither squares nor sums would be right.
        dtype, inputs = inputs.dtype, ops.cast(inputs, dtypes.at_least_single(inputs.dtype))
        outputs = self._normalized(inputs, self._axes(inputs.ndim))
        return ops.cast(outputs, self.compute_output_dtype(dtypes.standardize(dtype)))

    def _normalized(self, x, axes):
        """Return a float tensor normalized along axes."""
        raise NotImplementedError

    def _along(self, weight, x, axes):
        """Return a weight, whose axes are some of the input's, in a shape that broadcasts."""
        if axes == tuple(range(x.ndim - len(axes), x.ndim)):
            return ops.cast(weight, x.dtype)
        shape = [x.shape[axis] if axis in axes else 1 for axis in range(x.ndim)]
        return ops.reshape(ops.cast(weight, x.dtype), shape)

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)


class LayerNormalization(_SampleNormalization):
    """Scales each sample to mean zero and variance one along its features, then by gamma and beta (Ba et al., 2016).

    Args:
        axis: the axis of the features, or a list of axes.
        epsilon: added to the variance before its root is taken.
        center, scale: whether there is a beta, a gamma.
        beta_initializer, gamma_initializer: where the weights' first values come from.
        beta_regularizer, gamma_regularizer: penalties on the weights.
        beta_constraint, gamma_constraint: applied to the weights after each optimizer step.
        **kwargs: those of every layer; and `rms_scaling`, with which inputs are divided by their deviation and
            multiplied by gamma alone, as old files of Keras 3 have it.

    Weights: gamma and beta, each of the features' sizes.

    Raises:
        ValueError: if there is no such axis, or its size is not known.

    Examples:
        >>> import numpy as np
        >>> np.asarray(LayerNormalization(epsilon=0.0)(np.array([[1.0, 3.0]]))).tolist()
        [[-1.0, 1.0]]
    """

    def __init__(
        self,
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
        self.rms_scaling = bool(kwargs.pop("rms_scaling", False))
        super().__init__(axis, **kwargs)
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        options.keep(self, "beta", beta_initializer, beta_regularizer, beta_constraint)
        options.keep(self, "gamma", gamma_initializer, gamma_regularizer, gamma_constraint)
        self.gamma = self.beta = None

    def build(self, input_shape):
        shape = tuple(input_shape[axis] for axis in self._axes(len(input_shape)))
        if self.scale or self.rms_scaling:
            self.gamma = options.add(self, "gamma", shape, autocast=False)
        if self.center and not self.rms_scaling:
            self.beta = options.add(self, "beta", shape, autocast=False)
        super().build(input_shape)

    def _normalized(self, x, axes):
        centred = ops.subtract(x, ops.mean(x, axis=axes, keepdims=True))
        variance = ops.mean(ops.square(centred), axis=axes, keepdims=True)
        root = ops.rsqrt(ops.add(variance, self.epsilon))
        outputs = ops.multiply(x if self.rms_scaling else centred, root)
        if self.gamma is not None:
            outputs = ops.multiply(outputs, self._along(self.gamma, x, axes))
        if self.beta is not None:
            outputs = ops.add(outputs, self._along(self.beta, x, axes))
        return outputs

    def get_config(self):
        config = super().get_config()
        config.pop("rms_scaling", None)
        return {**config, "rms_scaling": True} if self.rms_scaling else config


class RMSNormalization(_SampleNormalization):
    """Divides each sample by the root of its mean square along its features, then scales it (Zhang & Sennrich, 2019).

    Args:
        axis: the axis of the features, or a list of axes.
        epsilon: added to the mean square before its root is taken.

    Weights: scale, of the features' sizes.

    Raises:
        ValueError: if there is no such axis, or its size is not known.

    Examples:
        >>> import numpy as np
        >>> np.asarray(RMSNormalization(epsilon=0.0)(np.array([[1.0, -1.0]]) * 8)).tolist()
        [[1.0, -1.0]]
    """

    def __init__(self, axis=-1, epsilon=1e-6, **kwargs):
        super().__init__(axis, **kwargs)
        self.epsilon = epsilon

    def build(self, input_shape):
        shape = tuple(input_shape[axis] for axis in self._axes(len(input_shape)))
        self.scale = self.add_weight("scale", shape, initializer="ones", autocast=False)
        super().build(input_shape)

    def _normalized(self, x, axes):
        squares = ops.mean(ops.square(x), axis=axes, keepdims=True)
        outputs = ops.multiply(x, ops.rsqrt(ops.add(squares, self.epsilon)))
        return ops.multiply(outputs, self._along(self.scale, x, axes))


class UnitNormalization(_SampleNormalization):
    """Divides each sample by its Euclidean norm along its features.

    Args:
        axis: the axis of the features, or a list of axes.

    Raises:
        ValueError: if there is no such axis.

    Examples:
        >>> import numpy as np
        >>> np.round(np.asarray(UnitNormalization()(np.array([[3.0, 4.0]]))), 6).tolist()
        [[0.6000000238418579, 0.800000011920929]]
    """

    def __init__(self, axis=-1, **kwargs):
        super().__init__(axis, **kwargs)

    def _normalized(self, x, axes):
        return ops.l2_normalize(x, axes)
