"""Dropout: of single entries, and of whole channels."""

from keras import config, ops
from keras.layers.base import Layer
from keras.layers.geometry import per_axis
from keras.layers.input_spec import InputSpec


class Dropout(Layer):
    """Sets a share of the entries to zero in training and scales up the others (Srivastava, 2014).

    Args:
        rate: the share to drop, in [0, 1].
        noise_shape: the shape of the random mask, which is broadcast to that of the input; None in
            it stands for the input's size. `(None, 1, None)` drops the same features at all times
            of a (batch, time, features) tensor.
        seed: an int for a stream of random numbers of its own.

    Raises:
        ValueError: if the rate lies outside [0, 1].

    Examples:
        >>> import numpy as np
        >>> np.asarray(Dropout(0.5)(np.ones((1, 3)))).tolist()
        [[1.0, 1.0, 1.0]]
        >>> sorted({*np.asarray(Dropout(0.5)(np.ones((9, 9)), training=True)).ravel().tolist()})
        [0.0, 2.0]
    """

    supports_masking = True
    takes_floats = True

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate_of(self, rate)
        self.noise_shape = None if noise_shape is None else tuple(noise_shape)
        self.seed = seed

    def call(self, inputs, training=None):
        if not training or self.rate == 0:
            return inputs
        if self.rate == 1:
            return ops.zeros_like(inputs)
        shape = self._noise_shape_for(inputs)
        return ops.random.dropout(inputs, self.rate, shape, self.seed)

    def _noise_shape_for(self, inputs):
        return self.noise_shape

    def compute_output_shape(self, input_shape):
        return input_shape


def rate_of(layer, rate):
    """Return a layer's rate as a float.

    Raises:
        ValueError: if it lies outside [0, 1].
    """
    if not 0 <= rate <= 1:
        raise ValueError(
            f"Layer {layer.name!r} ({type(layer).__name__}): rate should lie in [0, 1], got "
            f"{rate!r}; it is the share of entries to drop."
        )
    return float(rate)


class _SpatialDropout(Dropout):
    """Drops whole channels: one draw for a channel, at all its places."""

    rank = None

    def __init__(self, rate, data_format="channels_last", **kwargs):
        super().__init__(rate, **kwargs)
        self.data_format = config.normalize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def _noise_shape_for(self, inputs):
        return per_axis(self.rank + 2, self.data_format, [1] * self.rank, None)


class SpatialDropout1D(_SpatialDropout):
    """Drops whole features of (batch, time, features) in training (Tompson et al., 2015).

    Args:
        rate: the share of features to drop, in [0, 1].
    """

    rank = 1

    def __init__(self, rate, **kwargs):
        super().__init__(rate, "channels_last", **kwargs)


class SpatialDropout2D(_SpatialDropout):
    """Drops whole feature maps of images in training (Tompson et al., 2015).

    Args:
        rate: the share of channels to drop, in [0, 1].
        data_format: `"channels_last"` for (batch, height, width, channels), `"channels_first"` for
            (batch, channels, height, width); the configured one by default.
    """

    rank = 2

    def __init__(self, rate, data_format=None, **kwargs):
        super().__init__(rate, data_format, **kwargs)


class SpatialDropout3D(_SpatialDropout):
    """Drops whole feature maps of volumes in training (Tompson et al., 2015).

    Args:
        rate: the share of channels to drop, in [0, 1].
        data_format: `"channels_last"` for (batch, *three spatial axes, channels),
            `"channels_first"` for the channels in front of them; the configured one by default.
    """

    rank = 3

    def __init__(self, rate, data_format=None, **kwargs):
        super().__init__(rate, data_format, **kwargs)
