"""The wrapper that keeps a layer's kernel at the spectral norm one."""

from keras import initializers, ops
from keras.layers.wrappers import Wrapper

_KERNELS = ("kernel", "depthwise_kernel", "embeddings")


class SpectralNormalization(Wrapper):
    """Divides a layer's kernel by its largest singular value at each call in training (Miyato et al., 2018).

    The value is estimated by power iteration, which goes on from step to step.

    Args:
        layer: a layer with a kernel, such as `Dense` or `Conv2D`, or with embeddings.
        power_iterations: how many rounds there are at each call.
        **kwargs: those of every layer.

    Weights: the layer's, and vector_u (1, kernel's last size), which is not trained.

    Raises:
        ValueError: if there is less than one round, or the layer has no kernel.

    Examples:
        >>> import numpy as np
        >>> from keras.layers import Dense
        >>> layer = SpectralNormalization(Dense(1, use_bias=False, kernel_initializer="ones"))
        >>> np.asarray(layer(np.ones((1, 4)), training=True)).round(4).tolist()
        [[2.0]]
    """

    def __init__(self, layer, power_iterations=1, **kwargs):
        super().__init__(layer, **kwargs)
        if power_iterations < 1:
            raise ValueError(
                f"Layer {self.name!r} (SpectralNormalization): power_iterations should be at least 1, got "
                f"{power_iterations!r}."
            )
        self.power_iterations = power_iterations

    @property
    def supports_masking(self):
        """Whether the layer within supports masking."""
        return self.layer.supports_masking

    def build(self, input_shape=None):
        self.layer._build_once(input_shape, prefix=False)
        self.kernel = self._kernel_within()
        # Its own too: so Keras 3's files have it.
        self._weights.append(self.kernel)
        self.vector_u = self.add_weight(
            "vector_u",
            (1, self.kernel.shape[-1]),
            initializer=initializers.TruncatedNormal(stddev=0.02),
            trainable=False,
        )
        super().build(input_shape)

    def _kernel_within(self):
        for name in _KERNELS:
            if getattr(self.layer, name, None) is not None:
                return getattr(self.layer, name)
        raise ValueError(
            f"Layer {self.name!r} (SpectralNormalization) needs a layer with a kernel or embeddings, got "
            f"{self.layer!r}."
        )

    def call(self, inputs, training=None):
        """Return what the layer makes of the inputs, in training with its kernel normalized before."""
        if training:
            self._normalize()
        return self.layer(inputs)

    def _normalize(self):
        kernel = ops.stop_gradient(ops.cast(self.kernel, self.vector_u.dtype))
        matrix = ops.reshape(kernel, (-1, kernel.shape[-1]))
        u = ops.convert_to_tensor(self.vector_u)
        for _ in range(self.power_iterations):
            v = ops.l2_normalize(ops.matmul(u, ops.transpose(matrix)), (0, 1))
            u = ops.l2_normalize(ops.matmul(v, matrix), (0, 1))
        norm = ops.matmul(ops.matmul(v, matrix), ops.transpose(u))
        self.vector_u.assign(u)
        # The gradient is that by the normalized kernel, from which the optimizer goes on.
        change = ops.subtract(ops.divide(kernel, ops.reshape(norm, ())), kernel)
        self.kernel.assign(ops.add(self.kernel, change))

    def compute_output_shape(self, input_shape):
        """Return the shape of the layer's output."""
        return self.layer.compute_output_shape(input_shape)
