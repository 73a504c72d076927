"""The layer that changes nothing."""

from keras.layers.base import Layer


class Identity(Layer):
    """Returns its input as it is.

    Examples:
        >>> import numpy as np
        >>> np.asarray(Identity()(np.array([[1.0, 2.0]]))).tolist()
        [[1.0, 2.0]]
    """

    supports_masking = True
    keeps_dtype = True

    def __init__(self, **kwargs):
        super().__init__(**kwargs)

    def call(self, inputs):
        """Return the inputs, a tensor or a nest of them."""
        return inputs

    def compute_output_shape(self, input_shape):
        return input_shape
