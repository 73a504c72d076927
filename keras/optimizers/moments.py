"""Rules that follow running moments of the gradient: Adam, AdamW, Adamax, Lamb, Lion, Nadam."""

import numpy as np

from keras import ops
from keras.backend.variable import Variable
from keras.optimizers.optimizer import Optimizer


def bias_correction(beta_1, beta_2, t):
    """Return what Adam multiplies its rate by at step `t`, since the moments begin at zero."""
    return ops.sqrt(1.0 - beta_2**t) / (1.0 - beta_1**t)


class _Moments(Optimizer):
    """A rule with two running moments and an epsilon."""

    slot_names = ("m", "v")

    def __init__(self, lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=None, decay=0.0, **kwargs):
        super().__init__(lr, decay, **kwargs)
        self.hyper(beta_1=beta_1, beta_2=beta_2)
        self.epsilon = self.epsilon_or_default(epsilon)


class Adam(_Moments):
    """Adam (Kingma & Ba, 2014), or AMSGrad (Reddi et al., 2018).

    Args:
        lr: the learning rate, >= 0.
        beta_1: how much of the running mean of gradients is kept at each step, in [0, 1).
        beta_2: the same for the running mean of their squares.
        epsilon: is added to the root of the mean of squares, the paper's "epsilon hat"; None for
            the configured one.
        decay: the learning rate is divided by 1 + decay * (number of steps taken).
        amsgrad: whether to divide by the largest mean of squares so far.
        **kwargs: those of `Optimizer`: `weight_decay`, `clipnorm`, `use_ema` ...
    """

    def __init__(
        self,
        lr=0.001,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=None,
        decay=0.0,
        amsgrad=False,
        **kwargs,
    ):
        super().__init__(lr, beta_1, beta_2, epsilon, decay, **kwargs)
        self.amsgrad = amsgrad
        self.slot_names = ("m", "v", "vhat") if amsgrad else ("m", "v")

    def at_step(self, now):
        """Correct the learning rate for the moments' beginning at zero."""
        now.lr = now.lr * bias_correction(now.beta_1, now.beta_2, now.t)
        now.new_1, now.new_2 = 1.0 - now.beta_1, 1.0 - now.beta_2
        return ()

    def update(self, gradient, value, slots, now):
        """Return the new weight and its moments."""
        m = now.beta_1 * slots[0] + now.new_1 * gradient
        v = now.beta_2 * slots[1] + now.new_2 * ops.square(gradient)
        largest = [ops.maximum(vhat, v) for vhat in slots[2:]]
        size = ops.sqrt(largest[0] if largest else v) + self.epsilon
        return value - now.lr * m / size, (m, v, *largest)

    def fillers(self):
        """Return [0.] for each weight where there is no third slot."""
        return [] if self.amsgrad else [np.zeros(1, "float32") for _ in self._slots]


class AdamW(Adam):
    """Adam whose weights decay apart from the gradient (Loshchilov & Hutter, 2017).

    Args:
        lr: the learning rate, >= 0.
        weight_decay: the share of each weight that is taken from it at every step, times the learning rate.
        beta_1: how much of the running mean of gradients is kept at each step, in [0, 1).
        beta_2: the same for the running mean of their squares.
        epsilon: is added to the root of the mean of squares; None for the configured one.
        decay: the learning rate is divided by 1 + decay * (number of steps taken).
        amsgrad: whether to divide by the largest mean of squares so far.
        **kwargs: those of `Optimizer`: `clipnorm`, `use_ema` ...

    Examples:
        >>> weight = Variable([2.0])
        >>> AdamW(lr=0.5, weight_decay=0.1).apply([np.zeros(1, "float32")], [weight])
        >>> round(float(weight.numpy()[0]), 6)
        1.9
    """

    def __init__(
        self,
        lr=0.001,
        weight_decay=0.004,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=None,
        decay=0.0,
        amsgrad=False,
        **kwargs,
    ):
        super().__init__(
            lr, beta_1, beta_2, epsilon, decay, amsgrad, weight_decay=weight_decay, **kwargs
        )


class Lamb(_Moments):
    """Adam whose step is as long as a layer's weights, for large batches (You et al., 2019).

    Args:
        lr: the learning rate, >= 0.
        beta_1: how much of the running mean of gradients is kept at each step, in [0, 1).
        beta_2: the same for the running mean of their squares.
        epsilon: is added to the root of the mean of squares; None for the configured one.
        decay: the learning rate is divided by 1 + decay * (number of steps taken).
        **kwargs: those of `Optimizer`: `weight_decay`, `clipnorm`, `use_ema` ...
    """

    def update(self, gradient, value, slots, now):
        """Return the new weight and its moments."""
        m = now.beta_1 * slots[0] + (1.0 - now.beta_1) * gradient
        v = now.beta_2 * slots[1] + (1.0 - now.beta_2) * ops.square(gradient)
        size = ops.sqrt(v / (1.0 - now.beta_2**now.t)) + self.epsilon
        step = m / (1.0 - now.beta_1**now.t) / size
        lengths = [ops.sqrt(ops.sum(ops.square(x))) for x in (value, step)]
        is_there = ops.logical_and(lengths[0] > 0, lengths[1] > 0)
        ratio = lengths[0] / ops.where(is_there, lengths[1], 1.0)
        return value - now.lr * ops.where(is_there, ratio, 1.0) * step, (m, v)


class Lion(Optimizer):
    """Steps of one size, by the sign of a running mean of gradients (Chen et al., 2023).

    Args:
        lr: the learning rate, >= 0; about a tenth of what suits Adam.
        beta_1: how much the running mean weighs against the gradient in the step, in [0, 1).
        beta_2: how much of the running mean is kept at each step.
        decay: the learning rate is divided by 1 + decay * (number of steps taken).
        **kwargs: those of `Optimizer`: `weight_decay`, `clipnorm`, `use_ema` ...
    """

    slot_names = ("m",)

    def __init__(self, lr=0.001, beta_1=0.9, beta_2=0.99, decay=0.0, **kwargs):
        super().__init__(lr, decay, **kwargs)
        self.hyper(beta_1=beta_1, beta_2=beta_2)

    def update(self, gradient, value, slots, now):
        """Return the new weight and the running mean."""
        direction = now.beta_1 * slots[0] + (1.0 - now.beta_1) * gradient
        m = now.beta_2 * slots[0] + (1.0 - now.beta_2) * gradient
        return value - now.lr * ops.sign(direction), (m,)


class Adamax(_Moments):
    """Adam with the infinity norm in place of the second moment (Kingma & Ba, 2014, section 7).

    Args:
        lr: the learning rate, >= 0.
        beta_1: how much of the running mean of gradients is kept at each step, in [0, 1).
        beta_2: how much of the running maximum of their sizes.
        epsilon: is added to that maximum; None for the configured one.
        decay: the learning rate is divided by 1 + decay * (number of steps taken).
        **kwargs: those of `Optimizer`: `weight_decay`, `clipnorm`, `use_ema` ...
    """

    slot_names = ("m", "u")

    def __init__(self, lr=0.002, beta_1=0.9, beta_2=0.999, epsilon=None, decay=0.0, **kwargs):
        super().__init__(lr, beta_1, beta_2, epsilon, decay, **kwargs)

    def at_step(self, now):
        """Correct the learning rate for the moment's beginning at zero."""
        now.lr = now.lr / (1.0 - now.beta_1**now.t)
        now.new_1 = 1.0 - now.beta_1
        return ()

    def update(self, gradient, value, slots, now):
        """Return the new weight, its moment and the running maximum."""
        m = now.beta_1 * slots[0] + now.new_1 * gradient
        u = ops.maximum(now.beta_2 * slots[1], ops.abs(gradient))
        return value - now.lr * m / (u + self.epsilon), (m, u)


class Nadam(_Moments):
    """Adam with Nesterov's momentum, which grows by a schedule (Dozat, 2016).

    Args:
        lr: the learning rate, >= 0.
        beta_1: how much of the running mean of gradients is kept at each step, in [0, 1).
        beta_2: the same for the running mean of their squares.
        epsilon: is added to the root of the mean of squares; None for the configured one.
        schedule_decay: how fast the momentum grows to beta_1.
        **kwargs: `decay` and those of `Optimizer`: `weight_decay`, `clipnorm`, `use_ema` ...
    """

    def __init__(
        self, lr=0.002, beta_1=0.9, beta_2=0.999, epsilon=None, schedule_decay=0.004, **kwargs
    ):
        super().__init__(lr, beta_1, beta_2, epsilon, **kwargs)
        self.hyper(schedule_decay=schedule_decay)
        # The product of the momenta of all steps so far.
        self.m_schedule = Variable(1.0, trainable=False, name=f"{self.name}/m_schedule")

    def _own_state(self):
        return [self.m_schedule]

    def set_weights(self, weights):
        """Set the state from what `get_weights` returned; the momenta's product follows from the number of steps."""
        super().set_weights(weights)
        # After so many steps the product is zero in any precision.
        steps = int(self.iterations.numpy()) // self.gradient_accumulation_steps
        t = np.arange(1.0, min(steps, 10_000) + 1)
        beta_1, decay = float(self.beta_1.numpy()), float(self.schedule_decay.numpy())
        self.m_schedule.assign(np.prod(beta_1 * (1.0 - 0.5 * 0.96 ** (t * decay))))

    def at_step(self, now):
        """Work out the shares of gradient and moment from the momenta of this step and the next."""
        mu, next_mu = self._momentum(now, now.t), self._momentum(now, now.t + 1.0)
        product = ops.cast(self.m_schedule, now.lr.dtype) * mu
        now.gradient_share = (1.0 - mu) / (1.0 - product)
        now.m_share = next_mu / (1.0 - product * next_mu)
        now.v_share = 1.0 - now.beta_2**now.t
        now.new_1, now.new_2 = 1.0 - now.beta_1, 1.0 - now.beta_2
        return [(self.m_schedule, product)]

    @staticmethod
    def _momentum(now, t):
        return now.beta_1 * (1.0 - 0.5 * ops.power(0.96, t * now.schedule_decay))

    def update(self, gradient, value, slots, now):
        """Return the new weight and its moments."""
        m = now.beta_1 * slots[0] + now.new_1 * gradient
        v = now.beta_2 * slots[1] + now.new_2 * ops.square(gradient)
        direction = now.gradient_share * gradient + now.m_share * m
        size = ops.sqrt(v / now.v_share) + self.epsilon
        return value - now.lr * direction / size, (m, v)
