"""Muon, whose steps for matrices are orthogonal."""

import re

from keras import ops
from keras.optimizers.moments import bias_correction
from keras.optimizers.optimizer import Optimizer


class Muon(Optimizer):
    """Momentum, of which a matrix takes the nearest orthogonal one as its step (Jordan et al., 2024).

    "Nearest" by a few rounds of an iteration of Newton and Schulz's kind, with coefficients that bring
    all singular values near 1, not to it. Weights that are no matrices, embeddings and those of
    `exclude_layers` follow Adam.

    Args:
        lr: the learning rate, >= 0.
        adam_beta_1: how much of the running mean of gradients Adam keeps, in [0, 1).
        adam_beta_2: the same for the running mean of their squares.
        adam_weight_decay: `weight_decay` for the weights that follow Adam; None for none.
        epsilon: is added to the root of Adam's mean of squares; None for the configured one.
        weight_decay: the share of each matrix that is taken from it at every step, times the
            learning rate; None for none.
        exclude_layers: texts: weights in whose name one of them is found follow Adam.
        exclude_embeddings: whether weights do in whose name "embedding" is found.
        muon_a: the coefficient of the matrix itself in the iteration.
        muon_b: that of its third power.
        muon_c: that of its fifth power.
        adam_lr_ratio: Adam's learning rate, as a share of `lr`.
        momentum: how much of the sum of gradients is kept, >= 0.
        ns_steps: the number of rounds of the iteration.
        nesterov: whether to use Nesterov's momentum.
        rms_rate: how large the step's entries are in the mean: it is scaled by rms_rate times the
            root of its longer side (Liu et al., 2025); None not to scale it.
        decay: the learning rate is divided by 1 + decay * (number of steps taken).
        **kwargs: those of `Optimizer`: `clipnorm`, `use_ema` ...

    Raises:
        ValueError: for an `exclude_layers` with a regular expression, which could take forever.

    Examples:
        >>> import numpy as np
        >>> from keras import backend as K
        >>> kernel = K.variable(np.zeros((2, 2), "float32"))
        >>> Muon(lr=1.0, rms_rate=None).apply([np.array([[3.0, 0], [0, 0.5]], "float32")], [kernel])
        >>> [round(x, 1) for x in kernel.numpy().ravel().tolist()]
        [-0.7, 0.0, 0.0, -1.0]
    """

    slot_names = ("m", "v")

    def __init__(
        self,
        lr=0.001,
        adam_beta_1=0.9,
        adam_beta_2=0.999,
        adam_weight_decay=0.004,
        epsilon=None,
        weight_decay=0.004,
        exclude_layers=None,
        exclude_embeddings=True,
        muon_a=3.4445,
        muon_b=-4.775,
        muon_c=2.0315,
        adam_lr_ratio=1.0,
        momentum=0.95,
        ns_steps=5,
        nesterov=True,
        rms_rate=0.2,
        decay=0.0,
        **kwargs,
    ):
        super().__init__(lr, decay, weight_decay=weight_decay, **kwargs)
        self.hyper(adam_beta_1=adam_beta_1, adam_beta_2=adam_beta_2, momentum=momentum)
        self.adam_lr_ratio = self._number("adam_lr_ratio", adam_lr_ratio)
        self.adam_weight_decay = self._number("adam_weight_decay", adam_weight_decay or 0.0)
        self.epsilon = self.epsilon_or_default(epsilon)
        self.exclude_layers = _words(exclude_layers)
        self.exclude_embeddings = bool(exclude_embeddings)
        self.muon_a, self.muon_b, self.muon_c = map(float, (muon_a, muon_b, muon_c))
        self.ns_steps = self._count("ns_steps", {"ns_steps": ns_steps}, 5)
        self.nesterov = bool(nesterov)
        self.rms_rate = rms_rate if rms_rate is None else self._number("rms_rate", rms_rate)

    def _follows_adam(self, variable):
        name = variable.name
        is_embedding = self.exclude_embeddings and "embedding" in name.lower()
        is_excluded = any(word in name for word in self.exclude_layers)
        return len(variable.shape) != 2 or is_embedding or is_excluded

    def slot_shape(self, slot, value):
        """Return the shape of a slot; only Adam has the second."""
        return None if slot == "v" and not self._follows_adam(value) else tuple(value.shape)

    def decay_of(self, variable):
        """Return the share of a weight that is taken from it at every step, times the learning rate."""
        return self.adam_weight_decay if self._follows_adam(variable) else self.weight_decay

    def update(self, gradient, value, slots, now):
        """Return the new weight and its moments."""
        m, v = slots
        if tuple(v.shape) == tuple(value.shape):
            return self._by_adam(gradient, value, m, v, now)
        m = now.momentum * m + gradient
        step = self._orthogonal(gradient + now.momentum * m if self.nesterov else m)
        scale = 1.0 if self.rms_rate is None else self.rms_rate * max(value.shape) ** 0.5
        return value - now.lr * scale * step, (m, v)

    def _by_adam(self, gradient, value, m, v, now):
        m = now.adam_beta_1 * m + (1.0 - now.adam_beta_1) * gradient
        v = now.adam_beta_2 * v + (1.0 - now.adam_beta_2) * ops.square(gradient)
        lr = now.lr * self.adam_lr_ratio * bias_correction(now.adam_beta_1, now.adam_beta_2, now.t)
        return value - lr * m / (ops.sqrt(v) + self.epsilon), (m, v)

    def _orthogonal(self, x):
        """Return the matrix with the same singular vectors whose singular values are near 1."""
        is_tall = x.shape[0] > x.shape[1]
        x = ops.transpose(x) if is_tall else x
        x = x / (ops.sqrt(ops.sum(ops.square(x))) + 1e-7)
        for _ in range(self.ns_steps):
            square = ops.matmul(x, ops.transpose(x))
            powers = self.muon_b * square + self.muon_c * ops.matmul(square, square)
            x = self.muon_a * x + ops.matmul(powers, x)
        return ops.transpose(x) if is_tall else x


def _words(exclude_layers):
    words = [exclude_layers] if isinstance(exclude_layers, str) else list(exclude_layers or ())
    for word in words:
        if not isinstance(word, str) or re.search(r"[\\^$*+?{}\[\]|()]", word):
            raise ValueError(
                f"Muon: exclude_layers should be plain parts of names, got {word!r}; list the names in place of a "
                "pattern."
            )
    return words
