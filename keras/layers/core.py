"""The layers that most models are made of: Dense, Activation, Dropout, Flatten, Lambda ..."""

from keras import activations, ops, regularizers
from keras.layers import options
from keras.layers.base import Layer
from keras.layers.dropout import Dropout, SpatialDropout1D, SpatialDropout2D, SpatialDropout3D
from keras.layers.input_spec import InputSpec
from keras.layers.lambda_layer import Lambda
from keras.layers.reshaping import Flatten, Permute, RepeatVector, Reshape

__all__ = [
    "Activation",
    "ActivityRegularization",
    "Dense",
    "Dropout",
    "Flatten",
    "Lambda",
    "Masking",
    "Permute",
    "RepeatVector",
    "Reshape",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
]


class Dense(Layer):
    """Computes activation(inputs @ kernel + bias) over the last axis.

    Args:
        units: the size of the output's last axis.
        activation: a function or its name; none by default.
        use_bias: whether there is a bias.
        kernel_initializer, bias_initializer: where the weights' first values come from.
        kernel_regularizer, bias_regularizer: penalties on the weights.
        activity_regularizer: a penalty on the output.
        kernel_constraint, bias_constraint: applied to the weights after each optimizer step.

    Input shape: (batch, ..., features). Output shape: (batch, ..., units).
    Weights: kernel (features, units), bias (units,).

    Raises:
        ValueError: if the input has fewer than two axes, or its last size is not known.

    Examples:
        >>> import numpy as np
        >>> layer = Dense(
        ...     2, activation="relu", weights=[np.array([[1.0, -1.0]]), np.array([0.5, 0.5])]
        ... )
        >>> np.asarray(layer(np.array([[2.0]]))).tolist()
        [[2.5, 0.0]]
    """

    supports_masking = True

    def __init__(
        self,
        units,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.units = int(units)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        options.keep(self, "kernel", kernel_initializer, kernel_regularizer, kernel_constraint)
        options.keep(self, "bias", bias_initializer, bias_regularizer, bias_constraint)
        self.input_spec = InputSpec(min_ndim=2)

    def build(self, input_shape):
        features = input_shape[-1]
        self.kernel = options.add(self, "kernel", (features, self.units))
        self.bias = options.add(self, "bias", (self.units,)) if self.use_bias else None
        self.input_spec = InputSpec(min_ndim=2, axes={-1: features})

    def call(self, inputs):
        outputs = ops.dot(inputs, self.kernel)
        if self.use_bias:
            outputs = ops.add(outputs, self.bias)
        return self.activation(outputs)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)


class Activation(Layer):
    """Applies an activation function.

    Args:
        activation: a function of a tensor, or the name of one, such as `"relu"`.

    Examples:
        >>> import numpy as np
        >>> np.asarray(Activation("relu")(np.array([-1.0, 2.0]))).tolist()
        [0.0, 2.0]
    """

    supports_masking = True
    takes_floats = True

    def __init__(self, activation, **kwargs):
        super().__init__(**kwargs)
        self.activation = activations.get(activation)

    def call(self, inputs):
        return self.activation(inputs)

    def compute_output_shape(self, input_shape):
        return input_shape


class Masking(Layer):
    """Masks the times at which all features have one value; later layers skip them.

    Args:
        mask_value: that value.

    Input and output shape: (batch, time, features). Masked times are set to zero.

    Examples:
        >>> import numpy as np
        >>> np.asarray(Masking(9.0)(np.array([[[9.0, 9.0], [9.0, 1.0]]]))).tolist()
        [[[0.0, 0.0], [9.0, 1.0]]]
    """

    supports_masking = True
    keeps_dtype = True

    def __init__(self, mask_value=0.0, **kwargs):
        super().__init__(**kwargs)
        self.mask_value = mask_value

    def compute_mask(self, inputs, mask=None):
        return ops.any(ops.not_equal(inputs, self.mask_value), axis=-1)

    def call(self, inputs):
        is_kept = ops.any(ops.not_equal(inputs, self.mask_value), axis=-1, keepdims=True)
        return ops.multiply(inputs, ops.cast(is_kept, inputs.dtype))

    def compute_output_shape(self, input_shape):
        return input_shape


class ActivityRegularization(Layer):
    """Returns its input, and adds l1 * sum(|x|) + l2 * sum(x**2) of it to the loss.

    Args:
        l1, l2: the factors.
    """

    supports_masking = True
    takes_floats = True

    def __init__(self, l1=0.0, l2=0.0, **kwargs):
        kwargs.pop("activity_regularizer", None)
        super().__init__(activity_regularizer=regularizers.L1L2(l1=l1, l2=l2), **kwargs)
        self.l1 = float(l1)
        self.l2 = float(l2)

    def compute_output_shape(self, input_shape):
        return input_shape
