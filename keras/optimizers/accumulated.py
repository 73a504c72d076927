"""Rules that divide the gradient by its accumulated size: RMSprop, Adagrad, Adadelta."""

from keras import ops
from keras.optimizers.optimizer import Optimizer


class _Rooted(Optimizer):
    """A rule that divides by a root, to which it adds epsilon, or within which."""

    slot_names = ("accumulator",)
    told_by_state = ("epsilon", "epsilon_inside")
    counts_in_weights = False

    def __init__(self, lr, epsilon, decay, **kwargs):
        super().__init__(lr, decay, **kwargs)
        self.epsilon = self.epsilon_or_default(epsilon)
        self.epsilon_inside = bool(kwargs.get("epsilon_inside", False))

    def _root(self, squares):
        if self.epsilon_inside:
            return ops.sqrt(squares + self.epsilon)
        return ops.sqrt(squares) + self.epsilon


class RMSprop(_Rooted):
    """Divides gradients by the root of the running mean of squares (Tieleman & Hinton, 2012).

    Args:
        lr: the learning rate, >= 0.
        rho: how much of the running mean is kept at each step, in [0, 1).
        epsilon: is added to the root; None for the configured one.
        decay: the learning rate is divided by 1 + decay * (number of steps taken).
        **kwargs: `momentum`: how much of the last change is kept, >= 0; `centered`: whether to divide
            by the deviation, for which the mean gradient is kept too (Graves, 2013); `epsilon_inside`:
            whether epsilon is added to the mean of squares, within the root, as Keras 3 does, and
            tf.keras since 2.11; those of `Optimizer`: `weight_decay`, `clipnorm`, `use_ema` ...
    """

    own_options = ("centered", "epsilon_inside", "momentum")

    def __init__(self, lr=0.001, rho=0.9, epsilon=None, decay=0.0, **kwargs):
        super().__init__(lr, epsilon, decay, **kwargs)
        self.hyper(rho=rho)
        self.centered, has_momentum = bool(kwargs.get("centered")), bool(kwargs.get("momentum"))
        if has_momentum:
            self.hyper(momentum=kwargs["momentum"])
        further = ("momentum",) * has_momentum + ("mean",) * self.centered
        self.slot_names = ("accumulator", *further)

    def update(self, gradient, value, slots, now):
        """Return the new weight, the running mean of squares, the last change and the mean gradient."""
        slots = dict(zip(self.slot_names, slots, strict=True))
        running = lambda old, new: now.rho * old + (1.0 - now.rho) * new  # noqa: E731
        squares = slots["accumulator"] = running(slots["accumulator"], ops.square(gradient))
        if self.centered:
            slots["mean"] = running(slots["mean"], gradient)
            squares = squares - ops.square(slots["mean"])
        step = now.lr * gradient / self._root(squares)
        if "momentum" in slots:
            step = slots["momentum"] = now.momentum * slots["momentum"] + step
        return value - step, tuple(slots.values())


class Adagrad(_Rooted):
    """Divides the gradient by the root of the sum of all its squares (Duchi et al., 2011).

    Args:
        lr: the learning rate, >= 0.
        epsilon: is added to the root; None for the configured one.
        decay: the learning rate is divided by 1 + decay * (number of steps taken).
        **kwargs: `initial_accumulator_value`: what the sums begin with, by default 0, in Keras 3 and
            tf.keras 0.1; `epsilon_inside`: whether epsilon is added to the sum of squares, within the
            root, as Keras 3 does, and tf.keras since 2.11; those of `Optimizer`: `weight_decay`,
            `clipnorm`, `use_ema` ...
    """

    own_options = ("epsilon_inside", "initial_accumulator_value")
    told_by_state = ("epsilon", "epsilon_inside", "initial_accumulator_value")

    def __init__(self, lr=0.01, epsilon=None, decay=0.0, **kwargs):
        super().__init__(lr, epsilon, decay, **kwargs)
        self.initial_accumulator_value = self._number(
            "initial_accumulator_value", kwargs.get("initial_accumulator_value") or 0.0
        )

    def init(self, value):
        """Return the initial slot of a weight."""
        return tuple(slot + self.initial_accumulator_value for slot in super().init(value))

    def update(self, gradient, value, slots, now):
        """Return the new weight and the sum of squares."""
        total = slots[0] + ops.square(gradient)
        return value - now.lr * gradient / self._root(total), (total,)


class Adadelta(Optimizer):
    """Scales gradients by the running sizes of changes and gradients (Zeiler, 2012).

    Args:
        lr: the learning rate, >= 0; the paper's is 1.
        rho: how much of the running means is kept at each step, in [0, 1).
        epsilon: is added to both means of squares; None for the configured one.
        decay: the learning rate is divided by 1 + decay * (number of steps taken).
        **kwargs: those of `Optimizer`: `weight_decay`, `clipnorm`, `use_ema` ...
    """

    slot_names = ("accumulator", "delta_accumulator")
    counts_in_weights = False

    def __init__(self, lr=1.0, rho=0.95, epsilon=None, decay=0.0, **kwargs):
        super().__init__(lr, decay, **kwargs)
        self.hyper(rho=rho)
        self.epsilon = self.epsilon_or_default(epsilon)

    def update(self, gradient, value, slots, now):
        """Return the new weight and the running means of the squares of gradients and changes."""
        gradients, changes = slots
        gradients = now.rho * gradients + (1.0 - now.rho) * ops.square(gradient)
        change = gradient * ops.sqrt((changes + self.epsilon) / (gradients + self.epsilon))
        changes = now.rho * changes + (1.0 - now.rho) * ops.square(change)
        return value - now.lr * change, (gradients, changes)
