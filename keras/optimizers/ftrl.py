"""Ftrl: follow the regularized leader."""

from keras import ops
from keras.optimizers.optimizer import Optimizer


class Ftrl(Optimizer):
    """Follows the regularized leader, which keeps unneeded weights at zero (McMahan et al., 2013).

    Made for large sparse linear models. A weight is a function of what it has seen, not of where it
    started.

    Args:
        lr: the learning rate, > 0.
        learning_rate_power: how the rate falls with the sum of squared gradients, <= 0.
        initial_accumulator_value: what those sums begin with, >= 0.
        l1_regularization_strength: the penalty on the weights' sizes, >= 0.
        l2_regularization_strength: the penalty on their squares, >= 0.
        l2_shrinkage_regularization_strength: the penalty on their squares that counts as a part of
            the gradient, >= 0.
        beta: the paper's beta, >= 0: the more, the smaller the steps are from the beginning.
        decay: the learning rate is divided by 1 + decay * (number of steps taken).
        **kwargs: those of `Optimizer`: `weight_decay`, `clipnorm`, `use_ema` ...

    Examples:
        >>> import numpy as np
        >>> from keras import backend as K
        >>> weight = K.variable([1.0, 1.0])
        >>> rule = Ftrl(lr=0.5, l1_regularization_strength=1.0)
        >>> for _ in range(8):
        ...     rule.apply([np.array([0.0, -2.0], "float32")], [weight])
        >>> [float(x) > 1 for x in weight.numpy()]
        [False, True]
    """

    slot_names = ("accumulator", "linear")

    def __init__(
        self,
        lr=0.001,
        learning_rate_power=-0.5,
        initial_accumulator_value=0.1,
        l1_regularization_strength=0.0,
        l2_regularization_strength=0.0,
        l2_shrinkage_regularization_strength=0.0,
        beta=0.0,
        decay=0.0,
        **kwargs,
    ):
        super().__init__(lr, decay, **kwargs)
        self.learning_rate_power = -self._number("-learning_rate_power", -learning_rate_power)
        self.initial_accumulator_value = self._number(
            "initial_accumulator_value", initial_accumulator_value
        )
        self.hyper(
            l1_regularization_strength=l1_regularization_strength,
            l2_regularization_strength=l2_regularization_strength,
            l2_shrinkage_regularization_strength=l2_shrinkage_regularization_strength,
            beta=beta,
        )

    def init(self, value):
        """Return the initial slots of a weight."""
        accumulator, linear = super().init(value)
        return accumulator + self.initial_accumulator_value, linear

    def at_step(self, now):
        """Work out the penalty of all squares together."""
        now.l2 = now.l2_regularization_strength + now.beta / (2.0 * now.lr)
        return ()

    def update(self, gradient, value, slots, now):
        """Return the new weight, the sum of squares and the linear term."""
        total = slots[0] + ops.square(gradient)
        powers = [ops.power(x, -self.learning_rate_power) for x in (total, slots[0])]
        shrinking = 2.0 * now.l2_shrinkage_regularization_strength * value
        linear = slots[1] + gradient + shrinking - (powers[0] - powers[1]) / now.lr * value
        l1 = now.l1_regularization_strength
        size = powers[0] / now.lr + 2.0 * now.l2
        pull = ops.maximum(ops.minimum(linear, l1), -l1) - linear
        return ops.where(size > 0, pull / ops.where(size > 0, size, 1.0), 0.0), (total, linear)
