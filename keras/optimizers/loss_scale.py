"""Loss scaling: keeps gradients in float16 from vanishing, and skips the steps in which they overflow."""

import functools

from keras import ops, registry
from keras.backend import dtypes, graph
from keras.backend.variable import Variable
from keras.optimizers.optimizer import Optimizer

_known = {}
_OWN = frozenset(
    "inner_optimizer initial_scale dynamic_growth_steps dynamic_scale step_counter steps name".split()
)
# Without limits a scale could grow to infinity where all gradients are zero, or shrink to zero on data with NaN.
_LEAST, _MOST = 2.0**-24, 2.0**64


def register(rules):
    """Make optimizers, `{name: class}`, known to configs with one inside."""
    _known.update(rules)


class LossScaleOptimizer(Optimizer):
    """Multiplies the loss before it is differentiated, and divides the gradients by it (Micikevicius et al., 2018).

    Gradients below 6e-8 are zero in float16; times 2**15 they are not. Where a gradient overflows for it, the step is
    skipped and the scale halved; after so many good steps in a row it is doubled. `compile` puts this around the
    optimizer of a model with layers of the policy `"mixed_float16"`. All else, such as `lr`, is the inner optimizer's.

    Args:
        inner_optimizer: an optimizer.
        initial_scale: what the loss is multiplied by at first.
        dynamic_growth_steps: after how many good steps in a row the scale is doubled.
        name: a name.

    Attributes:
        dynamic_scale: the current scale, a Variable.
        step_counter: the good steps since it last changed, a Variable.
        steps: all steps, those skipped too, a Variable; `iterations` counts those that were taken.

    Raises:
        TypeError: if `inner_optimizer` is no optimizer.
        ValueError: for a scale or number of steps that is not positive.

    Examples:
        >>> from keras.optimizers import SGD
        >>> optimizer = LossScaleOptimizer(SGD(lr=0.5), initial_scale=4.0)
        >>> weight = Variable([1.0])
        >>> optimizer.apply([Variable([8.0]).numpy()], [weight])
        >>> float(weight.numpy()[0])
        0.0
        >>> optimizer.apply([Variable([float("inf")]).numpy()], [weight])
        >>> float(weight.numpy()[0]), float(optimizer.dynamic_scale.numpy())
        (0.0, 2.0)
    """

    def __init__(
        self, inner_optimizer, initial_scale=2.0**15, dynamic_growth_steps=2000, name=None
    ):
        if not isinstance(inner_optimizer, Optimizer):
            raise TypeError(
                f"LossScaleOptimizer: inner_optimizer should be an optimizer, got {inner_optimizer!r}; give one such "
                "as Adam()."
            )
        for argument, value in (("scale", initial_scale), ("growth_steps", dynamic_growth_steps)):
            if not value > 0:
                raise ValueError(f"LossScaleOptimizer: {argument} should be > 0, got {value!r}.")
        self.name = name or type(self).__name__
        self.inner_optimizer = inner_optimizer
        self.initial_scale = float(initial_scale)
        self.dynamic_growth_steps = int(dynamic_growth_steps)
        self.dynamic_scale = self._state("dynamic_scale", self.initial_scale, "float32")
        self.step_counter = self._state("step_counter", 0, "int32")
        self.steps = self._state("steps", 0, "int64")

    def _state(self, name, value, dtype):
        return Variable(value, dtype, trainable=False, name=f"{self.name}/{name}")

    # -------------------------------------------------------------- what is the inner optimizer's
    def __getattr__(self, name):
        if name == "inner_optimizer" or name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.inner_optimizer, name)

    def __setattr__(self, name, value):
        if name in _OWN:
            object.__setattr__(self, name, value)
        else:
            setattr(self.inner_optimizer, name, value)

    slot_names = property(lambda self: self.inner_optimizer.slot_names)
    own_options = property(lambda self: self.inner_optimizer.own_options)
    counts_in_weights = property(lambda self: self.inner_optimizer.counts_in_weights)
    weights = property(
        lambda self: self.inner_optimizer.weights,
        lambda self, weights: Optimizer.weights.fset(self.inner_optimizer, weights),
    )

    def build(self, variables):
        """Make the slots of Variables that have none yet."""
        self.inner_optimizer.build(variables)

    def fillers(self):
        """Return the arrays without meaning that Keras 2.2.4 has at the end of the weights."""
        return self.inner_optimizer.fillers()

    # -------------------------------------------------------------- a step
    @property
    def ticks(self):
        """The Variable that counts all steps."""
        return self.steps

    def scale_loss(self, loss):
        """Return the loss times the scale: what is to be differentiated."""
        return ops.multiply(loss, self.dynamic_scale)

    def _changes(self, gradients, variables, loss):
        """Return what a step changes, for gradients of the scaled loss: weights and slots only if all are finite."""
        self.build(variables)
        shrinking = ops.divide(1.0, self.dynamic_scale)
        gradients = [
            ops.multiply(ops.cast(g, dtypes.at_least_single(dtypes.of(g))), shrinking)
            for g in gradients
        ]
        checks = [ops.all(ops.isfinite(gradient)) for gradient in gradients]
        is_finite = functools.reduce(ops.logical_and, checks)
        changes = self.inner_optimizer._changes(gradients, variables, loss)
        kept = [(variable, ops.where(is_finite, new, variable)) for variable, new in changes]
        return [*kept, *self._scale_changes(is_finite), (self.steps, ops.add(self.steps, 1))]

    def _scale_changes(self, is_finite):
        counter = ops.where(is_finite, ops.add(self.step_counter, 1), 0)
        grows = ops.greater_equal(counter, self.dynamic_growth_steps)
        factor = ops.where(is_finite, ops.where(grows, 2.0, 1.0), 0.5)
        scale = ops.clip(ops.multiply(self.dynamic_scale, factor), _LEAST, _MOST)
        return [(self.dynamic_scale, scale), (self.step_counter, ops.where(grows, 0, counter))]

    def get_updates(self, loss, params):
        """Return what one step changes, as pairs (Variable, symbolic value) for `K.function`."""
        params = list(params)
        gradients = graph.gradients_by_all(self.scale_loss(loss), params)
        return self._changes(gradients, params, loss)

    # -------------------------------------------------------------- state
    @property
    def variables(self):
        """What a step changes beside the weights: the inner optimizer's, and those of the scale."""
        return [*self.inner_optimizer.variables, self.dynamic_scale, self.step_counter, self.steps]

    def _own_state(self):
        inner = self.inner_optimizer._own_state()
        return [*inner, self.dynamic_scale, self.step_counter, self.steps]

    def get_config(self):
        """Return the constructor's arguments as plain values, the inner optimizer described in turn."""
        return {
            "inner_optimizer": registry.serialize(self.inner_optimizer),
            "initial_scale": self.initial_scale,
            "dynamic_growth_steps": self.dynamic_growth_steps,
        }

    @classmethod
    def from_config(cls, config):
        """Return the optimizer that `get_config` described.

        Raises:
            ValueError: if the inner optimizer is not known.
        """
        inner = registry.deserialize(config["inner_optimizer"], _known, "optimizer")
        return cls(**{**config, "inner_optimizer": inner})
