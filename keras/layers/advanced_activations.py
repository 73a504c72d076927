"""Activations with arguments or weights."""

from keras import ops
from keras.layers import options
from keras.layers.base import Layer
from keras.layers.input_spec import InputSpec


class _Elementwise(Layer):
    """An activation, whose output has the input's shape."""

    supports_masking = True
    takes_floats = True

    def compute_output_shape(self, input_shape):
        return input_shape


class LeakyReLU(_Elementwise):
    """Returns x where x >= 0, else alpha * x (Maas et al., 2013).

    Args:
        alpha: the slope below zero.

    Examples:
        >>> import numpy as np
        >>> np.asarray(LeakyReLU(0.5)(np.array([-2.0, 2.0]))).tolist()
        [-1.0, 2.0]
    """

    def __init__(self, alpha=0.3, **kwargs):
        super().__init__(**kwargs)
        self.alpha = float(alpha)

    def call(self, inputs):
        return ops.leaky_relu(inputs, self.alpha)


class PReLU(_Elementwise):
    """Returns x where x >= 0, else alpha * x with a learned alpha (He et al., 2015).

    Args:
        alpha_initializer: where the slopes' first values come from.
        alpha_regularizer: a penalty on the slopes.
        alpha_constraint: applied to the slopes after each optimizer step.
        shared_axes: the axes, from 1 on, along which all entries share a slope: `[1, 2]` gives one
            a channel after a Conv2D with channels last.

    Weights: alpha, of a sample's shape with ones at the shared axes.
    """

    def __init__(
        self,
        alpha_initializer="zeros",
        alpha_regularizer=None,
        alpha_constraint=None,
        shared_axes=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        options.keep(self, "alpha", alpha_initializer, alpha_regularizer, alpha_constraint)
        if isinstance(shared_axes, int):
            shared_axes = [shared_axes]
        self.shared_axes = None if shared_axes is None else list(shared_axes)

    def build(self, input_shape):
        shared = self.shared_axes or ()
        shape = [1 if axis in shared else n for axis, n in enumerate(input_shape)][1:]
        self.alpha = options.add(self, "alpha", tuple(shape))
        own = {a: n for a, n in enumerate(input_shape) if a > 0 and a not in shared}
        self.input_spec = InputSpec(ndim=len(input_shape), axes=own)

    def call(self, inputs):
        below = ops.multiply(self.alpha, ops.minimum(inputs, 0))
        return ops.add(ops.relu(inputs), below)


class ELU(_Elementwise):
    """Returns x where x >= 0, else alpha * (exp(x) - 1) (Clevert et al., 2015).

    Args:
        alpha: the limit far below zero, negated.
    """

    def __init__(self, alpha=1.0, **kwargs):
        super().__init__(**kwargs)
        self.alpha = float(alpha)

    def call(self, inputs):
        return ops.elu(inputs, self.alpha)


class ThresholdedReLU(_Elementwise):
    """Returns x where x > theta, else zero (Konda et al., 2014).

    Args:
        theta: the threshold.
    """

    def __init__(self, theta=1.0, **kwargs):
        super().__init__(**kwargs)
        self.theta = float(theta)

    def call(self, inputs):
        return ops.where(ops.greater(inputs, self.theta), inputs, 0.0)


class Softmax(_Elementwise):
    """Returns exp(x) / sum(exp(x)) along an axis.

    Args:
        axis: the axis.
    """

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs):
        return ops.softmax(inputs, axis=self.axis)


class ReLU(_Elementwise):
    """Returns x where x >= threshold, at most `max_value`, else negative_slope * (x - threshold).

    Args:
        max_value: the upper limit, >= 0; None for no limit.
        negative_slope: the slope below the threshold, >= 0.
        threshold: where the function leaves zero.

    Raises:
        ValueError: for a negative limit or slope.

    Examples:
        >>> import numpy as np
        >>> np.asarray(ReLU(max_value=6.0)(np.array([-2.0, 2.0, 8.0]))).tolist()
        [0.0, 2.0, 6.0]
    """

    def __init__(self, max_value=None, negative_slope=0.0, threshold=0.0, **kwargs):
        super().__init__(**kwargs)
        for name, value in (("max_value", max_value), ("negative_slope", negative_slope)):
            if value is not None and value < 0:
                raise ValueError(
                    f"Layer {self.name!r} (ReLU): {name} should not be negative, got {value}."
                )
        self.max_value = None if max_value is None else float(max_value)
        self.negative_slope = float(negative_slope)
        self.threshold = float(threshold)

    def call(self, inputs):
        return ops.relu(inputs, self.negative_slope, self.max_value, self.threshold)
