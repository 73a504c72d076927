"""Adafactor, which remembers a matrix's squared gradients by the means of its rows and columns."""

import math

from keras import ops
from keras.optimizers.optimizer import Optimizer


class Adafactor(Optimizer):
    """Adam's second moment in little memory, without momentum (Shazeer & Stern, 2018).

    Of a weight with two axes or more it keeps the running means of its squared gradients over the
    last axis and over the one before, in place of all of them. Steps are relative to the weight's
    size.

    Args:
        lr: the largest relative step, >= 0.
        beta_2_decay: how fast the running means come to keep all they had: at step t they keep
            1 - t ** beta_2_decay.
        epsilon_1: is added to the squared gradients.
        epsilon_2: the least size that a weight counts as having.
        clip_threshold: the largest root mean square of a step, before the learning rate.
        relative_step: whether the step is at most 1 / sqrt(t).
        decay: the learning rate is divided by 1 + decay * (number of steps taken).
        **kwargs: those of `Optimizer`: `weight_decay`, `clipnorm`, `use_ema` ...

    Examples:
        >>> import numpy as np
        >>> from keras import backend as K
        >>> weight = K.variable([[2.0, 2.0], [2.0, 2.0]])
        >>> Adafactor(lr=0.1).apply([np.ones((2, 2), "float32")], [weight])
        >>> [round(x, 5) for x in weight.numpy().ravel().tolist()]
        [1.8, 1.8, 1.8, 1.8]
    """

    slot_names = ("r", "c", "v")

    def __init__(
        self,
        lr=0.001,
        beta_2_decay=-0.8,
        epsilon_1=1e-30,
        epsilon_2=1e-3,
        clip_threshold=1.0,
        relative_step=True,
        decay=0.0,
        **kwargs,
    ):
        super().__init__(lr, decay, **kwargs)
        self.beta_2_decay = float(beta_2_decay)
        self.epsilon_1 = self._number("epsilon_1", epsilon_1)
        self.epsilon_2 = self._number("epsilon_2", epsilon_2)
        self.clip_threshold = self._number("clip_threshold", clip_threshold)
        self.relative_step = bool(relative_step)

    def slot_shape(self, slot, value):
        """Return the shape of a slot: the means of rows and columns for matrices, all squares for others."""
        shape = tuple(value.shape)
        if len(shape) < 2:
            return shape if slot == "v" else None
        return {"r": shape[:-1], "c": (*shape[:-2], shape[-1]), "v": None}[slot]

    def at_step(self, now):
        """Limit the relative step, and tell how much of the running means is kept."""
        if self.relative_step:
            now.lr = ops.minimum(now.lr, 1.0 / ops.sqrt(now.t))
        now.beta_2 = 1.0 - ops.power(now.t, self.beta_2_decay)
        return ()

    def update(self, gradient, value, slots, now):
        """Return the new weight and the running means."""
        squares = ops.square(gradient) + self.epsilon_1
        mean = lambda old, new: now.beta_2 * old + (1.0 - now.beta_2) * new  # noqa: E731
        rows, columns, whole = slots
        if len(value.shape) < 2:
            size = whole = mean(whole, squares)
        else:
            rows, columns = mean(rows, ops.mean(squares, -1)), mean(columns, ops.mean(squares, -2))
            shares = rows / ops.mean(rows, -1, keepdims=True)
            size = ops.expand_dims(shares, -1) * ops.expand_dims(columns, -2)
        step = gradient / ops.sqrt(size)
        step = step / ops.maximum(1.0, _size(step) / self.clip_threshold)
        length = now.lr * ops.maximum(self.epsilon_2, _size(value))
        return value - length * step, (rows, columns, whole)


def _size(x):
    """Return the root mean square of a tensor's entries."""
    return ops.sqrt(ops.sum(ops.square(x)) / max(math.prod(x.shape), 1))
