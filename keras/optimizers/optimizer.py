"""What all optimizers share: hyperparameters, state, clipping, decay, averages. A rule is a pure function."""

import math
from types import SimpleNamespace

import numpy as np

from keras import config, ops, registry
from keras.backend import dtypes, graph
from keras.backend.variable import Variable
from keras.ops.core import after, ensure_scope, fused
from keras.optimizers import around, schedules
from keras.optimizers.classic import ClassicRule

_COMMON = (
    "learning_rate",
    "clipnorm",
    "clipnorm_each",
    "clipvalue",
    "weight_decay",
    "use_ema",
    "ema_momentum",
    "ema_overwrite_frequency",
    "gradient_accumulation_steps",
    "name",
)
# The shape of a slot that a rule does without.
NOTHING = (0,)
_BELOW_ONE = ("rho", "beta_1", "beta_2", "ema_momentum")


class Optimizer(registry.Configurable):
    """The base of all optimizers.

    A rule gives the names of its slots (what it remembers of each weight) in `slot_names` and the
    pure function `update`. Every hyperparameter is a Variable: `K.set_value(optimizer.lr, 0.01)`
    and `optimizer.lr = 0.01` work at any time, and nothing is compiled anew.

    Args:
        lr: the learning rate, also named `learning_rate`: a number >= 0, or a function of the step
            such as `schedules.ExponentialDecay`.
        decay: the learning rate is divided by 1 + decay * (number of steps taken).
        **kwargs: `clipnorm`: gradients are scaled down so that the norm over all of them together
            is at most that (Keras 3 calls it `global_clipnorm`); `clipnorm_each`: so that the norm of
            each is (there `clipnorm`); `clipvalue`: the entries of gradients are limited to
            [-clipvalue, clipvalue]; `weight_decay`: the share of each weight that is taken from it at
            every step, times the learning rate, apart from the gradient (Loshchilov & Hutter, 2017);
            `use_ema`: whether to keep moving averages of the weights, which take their place at the end
            of `fit` (Polyak & Juditsky, 1992), of which `ema_momentum`, by default 0.99, is kept at each
            step, and every `ema_overwrite_frequency` steps too; `gradient_accumulation_steps`: how many
            batches make a step, by the mean of their gradients; `name`.

    Raises:
        TypeError: for an unknown argument.
        ValueError: for a negative number.

    Examples:
        >>> class Descent(Optimizer):
        ...     def update(self, gradient, value, slots, now):
        ...         return value - now.lr * gradient, ()
        >>> weight = Variable([1.0, 2.0])
        >>> Descent(lr=0.5).apply([np.array([1.0, 0.0], "float32")], [weight])
        >>> weight.numpy().tolist()
        [0.5, 2.0]
    """

    slot_names = ()
    # Keyword arguments of a rule that are in its config only where they were given.
    own_options = ()
    # Attributes that a saved model's state tells, since not every kind of file has a config for them.
    told_by_state = ()
    # Whether `get_weights` begins with the number of steps: in Keras 2.2.4 it does for some rules.
    counts_in_weights = True

    def __init__(self, lr=0.01, decay=0.0, **kwargs):
        self._check_names(kwargs)
        self.name = kwargs.get("name") or type(self).__name__
        self.clipnorm = self._number("clipnorm", kwargs.get("clipnorm", 0.0) or 0.0)
        self.clipnorm_each = self._number("clipnorm_each", kwargs.get("clipnorm_each", 0.0) or 0.0)
        self.clipvalue = self._number("clipvalue", kwargs.get("clipvalue", 0.0) or 0.0)
        self.weight_decay = self._number("weight_decay", kwargs.get("weight_decay", 0.0) or 0.0)
        self.use_ema = bool(kwargs.get("use_ema", False))
        self.ema_momentum = self._number("ema_momentum", kwargs.get("ema_momentum", 0.99))
        self.ema_overwrite_frequency = self._count("ema_overwrite_frequency", kwargs, None)
        self.gradient_accumulation_steps = self._count("gradient_accumulation_steps", kwargs, 1)
        self.iterations = Variable(0, "int64", trainable=False, name=f"{self.name}/iterations")
        self._hyper = []
        self._slots = {}
        self._classic = self._given_weights = None
        lr = kwargs.get("learning_rate", lr)
        lr = schedules.deserialize(lr) if isinstance(lr, dict) else lr
        self.schedule = lr if callable(lr) else None
        self.hyper(lr=lr if self.schedule is None else self.schedule(0), decay=decay)

    def _check_names(self, kwargs):
        options = (*self.own_options, *_COMMON)
        unknown = [name for name in kwargs if name not in options]
        if unknown:
            known = [name for name in self._arguments() if name not in kwargs]
            raise TypeError(
                f"{type(self).__name__} has no argument {unknown[0]!r}; it takes "
                f"{', '.join(dict.fromkeys([*known, *options]))}."
            )

    def _number(self, name, value):
        try:
            number = float(np.asarray(value))
        except (TypeError, ValueError):
            number = math.nan
        limit = 1 if name in _BELOW_ONE else math.inf
        if not 0 <= number < limit:
            wanted = "a number >= 0" + (" and < 1" if limit == 1 else "")
            raise ValueError(f"{type(self).__name__}: {name} should be {wanted}, got {value!r}.")
        return number

    def _count(self, name, options, otherwise):
        value = options.get(name)
        if value is not None and (not isinstance(value, int) or value < 1):
            raise ValueError(
                f"{type(self).__name__}: {name} should be a whole number >= 1, got {value!r}."
            )
        return otherwise if value is None else value

    # -------------------------------------------------------------- hyperparameters
    def hyper(self, **values):
        """Make a Variable of each hyperparameter, an attribute of its name."""
        dtype = dtypes.at_least_single()
        for name, value in values.items():
            number = self._number(name, value)
            variable = Variable(number, dtype, trainable=False, name=f"{self.name}/{name}")
            setattr(self, name, variable)
            self._hyper.append(name)

    @property
    def hyperparameters(self):
        """The Variables of all hyperparameters, the learning rate first."""
        return [getattr(self, name) for name in self._hyper]

    @property
    def learning_rate(self):
        """The learning rate, a Variable: the later name of `lr`."""
        return self.lr

    def __setattr__(self, name, value):
        name = "lr" if name == "learning_rate" else name
        present = self.__dict__.get(name)
        if not isinstance(present, Variable) or isinstance(value, Variable):
            super().__setattr__(name, value)
        elif name == "lr" and self.schedule is not None:
            raise ValueError(
                f"{self.name}: the learning rate follows {self.schedule!r} and cannot be set; "
                "make the optimizer with a number to set it."
            )
        else:
            present.assign(np.asarray(self._number(name, value)))

    # -------------------------------------------------------------- the rule
    def slot_shape(self, slot, value):
        """Return the shape of a weight's slot of some name; None where the rule does without it."""
        return tuple(value.shape)

    def init(self, value):
        """Return the initial slots, NumPy arrays, for a weight of some shape and dtype."""
        dtype = dtypes.at_least_single(value.dtype)
        shapes = [self.slot_shape(slot, value) for slot in self.slot_names]
        return tuple(np.zeros(NOTHING if shape is None else shape, dtype) for shape in shapes)

    def decay_of(self, variable):
        """Return the share of a weight that is taken from it at every step, times the learning rate."""
        return self.weight_decay

    def at_step(self, now):
        """Change `now` once a step, before the weights are updated.

        Args:
            now: the hyperparameters by name, as scalars, and `t`, the number of this step, from 1.

        Returns:
            Pairs (Variable, new value) of state that the rule has beyond its slots.
        """
        return ()

    def update(self, gradient, value, slots, now):
        """Return the new value of a weight and its new slots: pure arithmetic, to be overridden.

        Args:
            gradient, value: tensors of one shape and dtype.
            slots: tensors in the order of `slot_names`.
            now: the hyperparameters by name, as scalars of that dtype, the decay done; and `t`, the
                number of this step, from 1.
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method update.")

    # -------------------------------------------------------------- a step
    def build(self, variables):
        """Make the slots of Variables that have none yet."""
        if self._is_classic:
            if self._classic is None or self._classic.of != list(variables):
                self._classic = ClassicRule(self, variables)
        else:
            self._make_slots(variables)

    @property
    def _around(self):
        """The names of the slots that a weight has after the rule's own."""
        gathers = self.gradient_accumulation_steps > 1
        return (around.AVERAGE,) * self.use_ema + (around.GATHERED,) * gathers

    @property
    def all_slot_names(self):
        """The names of all slots of a weight, the rule's first."""
        return (*self.slot_names, *self._around)

    def _make_slots(self, variables):
        for variable in variables:
            if variable not in self._slots:
                dtype = dtypes.at_least_single(variable.dtype)
                values = [
                    *self.init(variable),
                    *(np.zeros(variable.shape, dtype) for _ in self._around),
                ]
                self._slots[variable] = tuple(
                    Variable(value, trainable=False, name=f"{variable.name}/{self.name}/{slot}")
                    for slot, value in zip(self.all_slot_names, values, strict=True)
                )

    def _slot(self, name, variables):
        """Return the slot of a name of each weight."""
        place = self.all_slot_names.index(name)
        return [self._slots[variable][place] for variable in variables]

    @property
    def ticks(self):
        """The Variable that counts the steps from which random numbers follow."""
        return self.iterations

    def scale_loss(self, loss):
        """Return what is to be differentiated in place of the loss: here the loss itself."""
        return loss

    def apply(self, gradients, variables, loss=0.0):
        """Take one step: update the Variables, the slots and the number of steps.

        Args:
            gradients: tensors, one a Variable.
            variables: the Variables to change.
            loss: the value that the gradients are of, for rules that ask for it.
        """
        with ensure_scope():
            for variable, value in self._changes(gradients, variables, loss):
                variable.assign(value)

    def _changes(self, gradients, variables, loss):
        self.build(variables)
        if self._is_classic:
            return self._classic.changes(gradients, loss)
        return self.changes(self._ready(_cast_each(gradients, _kinds(variables))), variables)

    def _ready(self, gradients):
        """Return gradients as `changes` takes them: clipped, unless those of several batches are gathered first."""
        return gradients if self.gradient_accumulation_steps > 1 else self._clipped(gradients)

    @property
    def _is_classic(self):
        """Whether the user's own class says in symbols what a step changes."""
        return any(
            getattr(getattr(self, name), "__func__", None) is not getattr(Optimizer, name)
            for name in ("get_updates", "get_gradients")
        )

    def apply_gradients(self, grads_and_vars):
        """Take one step, for pairs (gradient, Variable); those without a gradient (None) stay."""
        pairs = [
            (gradient, variable) for gradient, variable in grads_and_vars if gradient is not None
        ]
        if not pairs:
            raise ValueError(f"{self.name}: there is no gradient for any variable.")
        self.apply(*zip(*pairs, strict=True))

    def changes(self, gradients, variables):
        """Return what one step changes, as pairs (Variable, new value), for gradients from `get_gradients`."""
        self._make_slots(variables)
        kinds = _kinds(variables)
        gradients = _cast_each(gradients, kinds)
        if self.gradient_accumulation_steps > 1:
            changes = self._gathered_changes(gradients, variables, kinds)
        else:
            changes = self._rule_changes(gradients, variables, kinds)
        if self.use_ema:
            changes = self._averaged_changes(changes, variables, kinds)
        return [(self.iterations, ops.add(self.iterations, 1)), *changes]

    def _rule_changes(self, gradients, variables, kinds):
        changes, now = [], {}
        for kind in dict.fromkeys(kinds):
            now[kind], own = self._now(kind, gradients)
            changes += own
        fused_rule = fused(self._updated)
        total = sum(math.prod(variable.shape) for variable in variables)
        for variable, gradient, kind in zip(variables, gradients, kinds, strict=True):
            # A program of its own takes a tenth of a second to make: only what costs most is worth it.
            is_large = math.prod(variable.shape) * 8 >= total
            rule = fused_rule if is_large else self._updated
            changes += self._updates_of(variable, gradient, kind, now[kind], rule)
        return changes

    def _updated(self, gradient, value, slots, now):
        return self.update(gradient, value, slots, SimpleNamespace(**now))

    def _gathered_changes(self, gradients, variables, kinds):
        slots = self._slot(around.GATHERED, variables)
        means, sums, is_due = around.gathered(
            gradients, _cast_each(slots, kinds), self.gradient_accumulation_steps, self.iterations
        )
        changes = self._rule_changes(self._clipped(means), variables, kinds)
        return [*around.where_due(changes, is_due), *zip(slots, sums, strict=True)]

    def _averaged_changes(self, changes, variables, kinds):
        changes, slots = dict(changes), self._slot(around.AVERAGE, variables)
        averages, values = around.averaged(
            [changes[variable] for variable in variables],
            _cast_each(slots, kinds),
            self.ema_momentum,
            self._steps_taken(),
            self.ema_overwrite_frequency,
        )
        changes |= dict(zip(slots, averages, strict=True))
        return list({**changes, **dict(zip(variables, values, strict=True))}.items())

    def _steps_taken(self):
        """Return the number of steps, a scalar: with gradients gathered it is less than that of batches."""
        count = self.gradient_accumulation_steps
        return ops.floor_divide(self.iterations, count) if count > 1 else self.iterations

    def finish(self, variables):
        """Put the moving averages of weights, where there are any, in their place: the end of training."""
        if self.use_ema and self._slots and int(self.iterations.numpy()):
            for variable, average in zip(
                variables, self._slot(around.AVERAGE, variables), strict=True
            ):
                variable.assign(average.numpy())

    def _now(self, dtype, gradients):
        """Return the hyperparameters as scalars of `dtype`, and what changes beside the weights."""
        now = SimpleNamespace(**{n: ops.cast(getattr(self, n), dtype) for n in self._hyper})
        # No weight changes before the last gradient is known: until then any of them may be needed.
        batch = after(ops.cast(self.iterations, dtype), gradients)
        now.t = ops.cast(self._steps_taken(), dtype) + 1.0
        changes = []
        if self.schedule is not None:
            now.lr = ops.cast(self.schedule(batch), dtype)
            changes.append((self.lr, now.lr))
        now.rate = now.lr = now.lr / (1.0 + now.decay * batch)
        return now, [*changes, *self.at_step(now)]

    def _updates_of(self, variable, gradient, dtype, now, rule):
        slots, value = self._slots[variable], ops.cast(variable, dtype)
        share = self.decay_of(variable)
        if share:
            value = value - value * (now.rate * share)
        slots = slots[: len(self.slot_names)]
        value, news = rule(gradient, value, [ops.cast(slot, dtype) for slot in slots], vars(now))
        if variable.constraint is not None:
            value = variable.constraint(value)
        return [(variable, value), *zip(slots, news, strict=True)]

    def _clipped(self, gradients):
        if self.clipnorm > 0:
            norm = ops.sqrt(sum(ops.sum(ops.square(g)) for g in gradients))
            scale = clip_norm(1.0, self.clipnorm, norm)
            gradients = [g * ops.cast(scale, g.dtype) for g in gradients]
        if self.clipnorm_each > 0:
            norms = [ops.sqrt(ops.sum(ops.square(g))) for g in gradients]
            pairs = zip(gradients, norms, strict=True)
            gradients = [clip_norm(g, self.clipnorm_each, norm) for g, norm in pairs]
        if self.clipvalue > 0:
            gradients = [ops.clip(g, -self.clipvalue, self.clipvalue) for g in gradients]
        return gradients

    # -------------------------------------------------------------- the classic, symbolic form
    def get_gradients(self, loss, params):
        """Return the symbolic gradients of a symbolic loss by Variables, clipped."""
        return self._ready(graph.gradients_by_all(loss, list(params)))

    def get_updates(self, loss, params):
        """Return what one step changes, as pairs (Variable, symbolic value) for `K.function`."""
        params = list(params)
        return self.changes(self.get_gradients(loss, params), params)

    # -------------------------------------------------------------- state
    @property
    def variables(self):
        """What a step changes beside the weights: `iterations`, other state, the slots by name."""
        if self._classic is not None:
            return list(dict.fromkeys([self.iterations, *self._classic.state]))
        scheduled = [self.lr] if self.schedule is not None else []
        return [self.iterations, *scheduled, *self._own_state(), *self._slot_variables()]

    @property
    def weights(self):
        """The Variables whose values `get_weights` returns, in the order of Keras 2.2.4."""
        if self._given_weights is not None:
            return list(self._given_weights)
        return [*([self.iterations] if self.counts_in_weights else []), *self._slot_variables()]

    @weights.setter
    def weights(self, variables):
        # As `get_updates` of a class of the user's own sets it.
        self._given_weights = list(variables)

    def _own_state(self):
        return []

    def _slot_variables(self):
        return [slot for group in zip(*self._slots.values(), strict=True) for slot in group]

    def get_weights(self):
        """Return the state as NumPy arrays, in the order of Keras 2.2.4.

        That is the number of steps (for some rules), one slot of all weights, then the next.
        """
        return [*(variable.numpy() for variable in self.weights), *self.fillers()]

    def fillers(self):
        """Return the arrays without meaning that Keras 2.2.4 has at the end of the weights."""
        return []

    def set_weights(self, weights):
        """Set the state from what `get_weights` returned.

        Args:
            weights: arrays; the number of steps may come first even where the rule leaves it out.

        Raises:
            ValueError: if the number of arrays or a shape does not fit.
        """
        variables, fillers = self.weights, len(self.fillers())
        if fillers and len(weights) == len(variables) + fillers:
            weights = weights[: len(variables)]
        if not self.counts_in_weights and len(weights) == len(variables) + 1:
            variables = [self.iterations, *variables]
        if len(weights) != len(variables):
            raise ValueError(
                f"{self.name} has {len(variables)} weights, got {len(weights)}; the optimizer "
                "must have been built for a model like the one that the weights come from."
            )
        for variable, value in zip(variables, weights, strict=True):
            variable.assign(np.asarray(value))

    def get_config(self):
        """Return the constructor's arguments as plain values; the learning rate is under `lr`."""
        return {
            name: self._plain(name, value)
            for name, value in self._arguments().items()
            if name != "learning_rate"
        }

    def _plain(self, name, value):
        if name == "lr" and self.schedule is not None:
            return registry.serialize(self.schedule)
        value = getattr(self, name, value)
        # The shortest decimal number of that float32: 0.001, not 0.0010000000474974513.
        return float(str(value.numpy())) if isinstance(value, Variable) else registry.plain(value)

    def epsilon_or_default(self, epsilon):
        """Return the number given, the configured epsilon for None."""
        return config.epsilon() if epsilon is None else self._number("epsilon", epsilon)


def _kinds(variables):
    """Return the dtype in which each Variable is updated: in half precision small steps would be lost."""
    return [dtypes.at_least_single(variable.dtype) for variable in variables]


def _cast_each(tensors, kinds):
    return [ops.cast(tensor, kind) for tensor, kind in zip(tensors, kinds, strict=True)]


def clip_norm(g, c, n):
    """Return `g`, scaled by c / n where the norm `n` is at least `c`; c <= 0 leaves it as it is."""
    return g * ops.where(n >= c, c / n, 1.0) if c > 0 else g
