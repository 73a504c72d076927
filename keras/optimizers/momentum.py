"""Stochastic gradient descent, with momentum."""

from keras.optimizers.optimizer import Optimizer


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum or Nesterov's (Sutskever et al., 2013).

    v = momentum * v - lr * gradient; the weight changes by v, with `nesterov` by
    momentum * v - lr * gradient.

    Args:
        lr: the learning rate, >= 0.
        momentum: how much of the last change is kept, >= 0.
        decay: the learning rate is divided by 1 + decay * (number of steps taken).
        nesterov: whether to use Nesterov's momentum.
        **kwargs: those of `Optimizer`: `weight_decay`, `clipnorm`, `use_ema` ...
    """

    slot_names = ("momentum",)

    def __init__(self, lr=0.01, momentum=0.0, decay=0.0, nesterov=False, **kwargs):
        super().__init__(lr, decay, **kwargs)
        self.hyper(momentum=momentum)
        self.nesterov = nesterov

    def update(self, gradient, value, slots, now):
        """Return the new weight and its velocity."""
        change = now.lr * gradient
        velocity = now.momentum * slots[0] - change
        if self.nesterov:
            return value + now.momentum * velocity - change, (velocity,)
        return value + velocity, (velocity,)
