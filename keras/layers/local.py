"""Locally connected layers: convolutions with filters of their own at every place."""

import itertools
import math

from keras import ops
from keras.layers import geometry, options
from keras.layers.convolutional_base import BaseConv
from keras.layers.input_spec import InputSpec
from keras.layers.signature import defaults


class _LocallyConnected(BaseConv):
    """A convolution whose filters are not shared between places."""

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
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
        super().__init__(
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            1,
            activation,
            use_bias,
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
            kernel_constraint,
            bias_constraint,
            **kwargs,
        )

    def _paddings(self):
        return ("valid",)

    def build(self, input_shape):
        if None in input_shape[1:]:
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) has weights for every place and needs to know the whole "
                f"shape of a sample, got {tuple(input_shape[1:])}; give the sizes in place of None."
            )
        places = geometry.spatial_sizes(self.compute_output_shape(input_shape), self.data_format)
        window = math.prod(self.kernel_size) * input_shape[geometry.channel_axis(self.data_format)]
        self.kernel = options.add(self, "kernel", (math.prod(places), window, self.filters))
        bias_shape = (*places, self.filters)
        self.bias = options.add(self, "bias", bias_shape) if self.use_bias else None
        self.input_spec = InputSpec(shape=(None, *input_shape[1:]))

    def call(self, inputs):
        is_first = self.data_format == "channels_first"
        windows = self._windows(ops.moveaxis(inputs, 1, -1) if is_first else inputs)
        outputs = ops.einsum("bpw,pwf->bpf", windows, self.kernel)
        places = geometry.spatial_sizes(self.compute_output_shape(inputs.shape), self.data_format)
        outputs = ops.reshape(outputs, (inputs.shape[0], *places, self.filters))
        if self.use_bias:
            outputs = ops.add(outputs, self.bias)
        return self.activation(ops.moveaxis(outputs, -1, 1) if is_first else outputs)

    def _windows(self, x):
        """Return the windows of (batch, *spatial, channels) as (batch, places, window's entries)."""
        counts = [
            (n - k) // s + 1
            for n, k, s in zip(x.shape[1:-1], self.kernel_size, self.strides, strict=True)
        ]
        parts = []
        for offset in itertools.product(*map(range, self.kernel_size)):
            cuts = zip(offset, counts, self.strides, strict=True)
            key = [slice(o, o + (c - 1) * s + 1, s) for o, c, s in cuts]
            parts.append(ops.get_item(x, (slice(None), *key)))
        # The kernel's rows follow the data format: (window, channels), or the channels first.
        windows = ops.stack(parts, axis=-1 if self.data_format == "channels_first" else -2)
        return ops.reshape(windows, (x.shape[0], math.prod(counts), len(parts) * x.shape[-1]))


class LocallyConnected1D(_LocallyConnected):
    """Convolves along the time axis of (batch, time, channels) with filters of its own at every time.

    Args: as of `Conv1D`, without dilation; `padding` must be `"valid"`.

    Weights: kernel (output length, window * channels, filters), bias (output length, filters).

    Raises:
        ValueError: if the length is not known, or for another padding.

    Examples:
        >>> LocallyConnected1D(8, 3).compute_output_shape((None, 10, 4))
        (None, 8, 8)
    """

    rank = 1


@defaults(strides=(1, 1))
class LocallyConnected2D(_LocallyConnected):
    """Convolves images with filters of their own at every place.

    Args: as of `Conv2D`, without dilation; `padding` must be `"valid"`.

    Weights: kernel (output height * width, window's size * channels, filters), bias
    (output height, output width, filters).

    Raises:
        ValueError: if the images' size is not known, or for another padding.
    """

    rank = 2
