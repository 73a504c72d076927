"""Learning rates as functions of the number of steps taken."""

import math

from keras import ops, registry
from keras.backend import dtypes


class LearningRateSchedule(registry.Configurable):
    """The base of all schedules: a callable that returns the learning rate for a step.

    An own one defines `__call__(step)`, where `step` is a float scalar that counts from 0.
    """

    def __call__(self, step):
        """Return the learning rate, a scalar."""
        raise NotImplementedError(f"{type(self).__name__} needs a method __call__(step).")


def _as_scalar(step):
    return ops.cast(step, dtypes.at_least_single())


class ExponentialDecay(LearningRateSchedule):
    """The rate initial_learning_rate * decay_rate ** (step / decay_steps).

    Args:
        initial_learning_rate: the rate at step 0.
        decay_steps: after how many steps `decay_rate` is multiplied once.
        decay_rate: the factor.
        staircase: whether the exponent is rounded down.
        name: a name for people.

    Examples:
        >>> float(ExponentialDecay(1.0, 10, 0.5)(20))
        0.25
    """

    def __init__(self, initial_learning_rate, decay_steps, decay_rate, staircase=False, name=None):
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step):
        return self.initial_learning_rate * ops.power(self.decay_rate, self._exponent(step))

    def _exponent(self, step):
        exponent = _as_scalar(step) / self.decay_steps
        return ops.floor(exponent) if self.staircase else exponent


class InverseTimeDecay(ExponentialDecay):
    """The rate initial_learning_rate / (1 + decay_rate * step / decay_steps)."""

    def __call__(self, step):
        return self.initial_learning_rate / (1.0 + self.decay_rate * self._exponent(step))


class PiecewiseConstantDecay(LearningRateSchedule):
    """The rate values[i] up to and including step boundaries[i], afterwards values[i + 1].

    Args:
        boundaries: rising step numbers.
        values: rates, one more than the boundaries.
        name: a name for people.

    Raises:
        ValueError: if the numbers of both do not fit.
    """

    def __init__(self, boundaries, values, name=None):
        if len(values) != len(boundaries) + 1:
            raise ValueError(
                f"PiecewiseConstantDecay needs one value more than boundaries, got {len(values)} "
                f"values and {len(boundaries)} boundaries."
            )
        self.boundaries = list(boundaries)
        self.values = list(values)
        self.name = name

    def __call__(self, step):
        step = _as_scalar(step)
        passed = ops.greater(step, ops.convert_to_tensor(self.boundaries, step.dtype))
        return ops.take(ops.convert_to_tensor(self.values, step.dtype), ops.sum(passed))


class PolynomialDecay(LearningRateSchedule):
    """The rate that goes from the initial one to the last in `decay_steps` steps, by a power.

    Args:
        initial_learning_rate: the rate at step 0.
        decay_steps: how many steps it takes.
        end_learning_rate: the rate afterwards.
        power: 1 for a straight line.
        cycle: whether to begin anew from the initial rate, the way twice, then three times as long.
        name: a name for people.
    """

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        end_learning_rate=0.0001,
        power=1.0,
        cycle=False,
        name=None,
    ):
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle
        self.name = name

    def __call__(self, step):
        ratio = _as_scalar(step) / self.decay_steps
        rounds = ops.maximum(ops.ceil(ratio), 1.0) if self.cycle else 1.0
        left = 1.0 - ops.minimum(ratio / rounds, 1.0)
        span = self.initial_learning_rate - self.end_learning_rate
        return self.end_learning_rate + span * ops.power(left, self.power)


class CosineDecay(LearningRateSchedule):
    """The rate that falls along half a cosine wave (Loshchilov & Hutter, 2016).

    Args:
        initial_learning_rate: the rate at step 0.
        decay_steps: how many steps the fall takes.
        alpha: the last rate as a share of the highest.
        name: a name for people.
        warmup_target: the highest rate, reached by a straight rise before it falls; or None.
        warmup_steps: how many steps the rise takes.
    """

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        alpha=0.0,
        name=None,
        warmup_target=None,
        warmup_steps=0,
    ):
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.alpha = alpha
        self.name = name
        self.warmup_target = warmup_target
        self.warmup_steps = warmup_steps

    def __call__(self, step):
        step = _as_scalar(step)
        if self.warmup_target is None:
            return self._fall(step, self.initial_learning_rate)
        span = self.warmup_target - self.initial_learning_rate
        rise = self.initial_learning_rate + span * step / max(self.warmup_steps, 1)
        fall = self._fall(step - self.warmup_steps, self.warmup_target)
        return ops.where(step < self.warmup_steps, rise, fall)

    def _fall(self, step, highest):
        ratio = ops.clip(step / self.decay_steps, 0.0, 1.0)
        share = 0.5 * (1.0 + ops.cos(math.pi * ratio))
        return highest * ((1.0 - self.alpha) * share + self.alpha)


class CosineDecayRestarts(LearningRateSchedule):
    """The rate that falls along half a cosine wave, again and again (Loshchilov & Hutter, 2016).

    Args:
        initial_learning_rate: the rate at step 0.
        first_decay_steps: how many steps the first fall takes.
        t_mul: how many times as long each next fall takes, >= 1.
        m_mul: how many times as high each next one begins.
        alpha: the last rate of a fall as a share of its highest.
        name: a name for people.

    Examples:
        >>> rate = CosineDecayRestarts(1.0, 10, t_mul=2.0, m_mul=0.5)
        >>> [round(float(rate(step)), 4) for step in (0, 5, 10, 20, 30)]
        [1.0, 0.5, 0.5, 0.25, 0.25]
    """

    def __init__(
        self, initial_learning_rate, first_decay_steps, t_mul=2.0, m_mul=1.0, alpha=0.0, name=None
    ):
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = first_decay_steps
        self.t_mul = t_mul
        self.m_mul = m_mul
        self.alpha = alpha
        self.name = name

    def __call__(self, step):
        done = _as_scalar(step) / self.first_decay_steps
        if self.t_mul == 1.0:
            falls = ops.floor(done)
            share = done - falls
        else:
            # Falls of the lengths 1, t, t ** 2 ... begin at (t ** n - 1) / (t - 1).
            growth = 1.0 + done * (self.t_mul - 1.0)
            falls = ops.floor(ops.log(growth) / math.log(self.t_mul))
            length = ops.power(self.t_mul, falls)
            share = (done - (length - 1.0) / (self.t_mul - 1.0)) / length
        wave = 0.5 * ops.power(self.m_mul, falls) * (1.0 + ops.cos(math.pi * share))
        return self.initial_learning_rate * ((1.0 - self.alpha) * wave + self.alpha)


_TABLE = registry.table_of(globals(), LearningRateSchedule)


def serialize(learning_rate_schedule):
    """Return the config dict of a schedule."""
    return registry.serialize(learning_rate_schedule)


def deserialize(config, custom_objects=None):
    """Return the schedule that `serialize` described.

    Raises:
        ValueError: for an unknown name.
    """
    return registry.deserialize(config, _TABLE, "learning rate schedule", custom_objects)
