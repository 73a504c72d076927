"""Noise, which is added in training alone."""

import math

from keras import ops
from keras.layers.base import Layer
from keras.layers.dropout import Dropout, rate_of


class GaussianNoise(Layer):
    """Adds normal noise of mean zero in training.

    Args:
        stddev: the noise's standard deviation.

    Examples:
        >>> import numpy as np
        >>> np.asarray(GaussianNoise(0.1)(np.ones((1, 2)))).tolist()
        [[1.0, 1.0]]
    """

    supports_masking = True
    takes_floats = True

    def __init__(self, stddev, **kwargs):
        super().__init__(**kwargs)
        self.stddev = stddev

    def call(self, inputs, training=None):
        if not training:
            return inputs
        noise = ops.random.normal(inputs.shape, 0.0, self.stddev, dtype=inputs.dtype)
        return ops.add(inputs, noise)

    def compute_output_shape(self, input_shape):
        return input_shape


class GaussianDropout(Layer):
    """Multiplies by normal noise of mean one in training (Srivastava et al., 2014, section 10).

    Args:
        rate: as of Dropout, in [0, 1): the noise's standard deviation is sqrt(rate / (1 - rate)).

    Raises:
        ValueError: if the rate lies outside [0, 1).
    """

    supports_masking = True
    takes_floats = True

    def __init__(self, rate, **kwargs):
        super().__init__(**kwargs)
        self.rate = _below_one(self, rate)

    def call(self, inputs, training=None):
        if not training or self.rate == 0:
            return inputs
        stddev = math.sqrt(self.rate / (1 - self.rate))
        noise = ops.random.normal(inputs.shape, 1.0, stddev, dtype=inputs.dtype)
        return ops.multiply(inputs, noise)

    def compute_output_shape(self, input_shape):
        return input_shape


class AlphaDropout(Dropout):
    """Sets entries to the negative limit of selu in training, and keeps mean and variance (Klambauer et al., 2017).

    Args:
        rate: the share of entries to drop, in [0, 1).
        noise_shape: the shape of the random mask, as of Dropout.
        seed: an int for a stream of random numbers of its own.

    Raises:
        ValueError: if the rate lies outside [0, 1).
    """

    # -alpha * scale of selu.
    _limit = -1.7580993408473766

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        super().__init__(rate, noise_shape, seed, **kwargs)
        self.rate = _below_one(self, rate)

    def call(self, inputs, training=None):
        if not training or self.rate == 0:
            return inputs
        shape = self.noise_shape or (None,) * inputs.ndim
        shape = [n if w is None else w for n, w in zip(inputs.shape, shape, strict=True)]
        is_kept = ops.random.bernoulli(shape, 1 - self.rate, "bool", seed=self.seed)
        dropped = ops.where(is_kept, inputs, self._limit)
        factor = ((1 - self.rate) * (1 + self.rate * self._limit**2)) ** -0.5
        return ops.add(ops.multiply(dropped, factor), -factor * self.rate * self._limit)


def _below_one(layer, rate):
    rate = rate_of(layer, rate)
    if rate == 1:
        raise ValueError(
            f"Layer {layer.name!r} ({type(layer).__name__}): rate should be below 1, got {rate}; "
            "with 1 nothing of the input is left."
        )
    return rate
