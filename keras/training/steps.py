"""Steps: what `compile` was given, and the compiled programs of a model that come of it."""

import functools
import warnings

from keras import optimizers
from keras.backend import dtypes, graph, nest, seed, session
from keras.backend.compute import compute
from keras.backend.program import LoopProgram, Program
from keras.backend.variable import Scope, current, gradient
from keras.layers import effects
from keras.training import checks, symbols
from keras.training.classic_graph import ClassicGraph
from keras.training.compilation import Compilation, per_output
from keras.training.loop import Pace, Run
from keras.training.replaced import ReplacedStep


class Steps(ClassicGraph):
    """The steps of a model: training, testing, predicting."""

    optimizer = None
    stop_training = False

    def _reset_training(self, keep_compiled=False):
        """Forget compiled programs; and, unless told otherwise, what `compile` was given."""
        self._programs = {}
        self._output_count = None
        self._classic = None
        if not keep_compiled:
            self._compile_arguments = None
            self._compiled = None

    # -------------------------------------------------------------- compile
    def compile(
        self,
        optimizer="rmsprop",
        loss=None,
        metrics=None,
        loss_weights=None,
        sample_weight_mode=None,
        weighted_metrics=None,
        target_tensors=None,
        auto_scale_loss=True,
        **kwargs,
    ):
        """Say how the model is to be trained.

        Which weights are trained is settled here too: a later change of `trainable` takes effect at the next `compile`.

        Args:
            optimizer: a name such as `"adam"`, or an optimizer.
            loss: a name, a function `(y_true, y_pred)` that gives one value a sample, a `Loss`; for several outputs one
                for all, a list, or a dict by output name.
            metrics: a list of names, functions or `Metric` objects; for several outputs a list of lists or a dict.
            loss_weights: what to multiply each output's loss by, a list or a dict.
            sample_weight_mode: `"temporal"` for weights of shape (samples, time), else None; a list or dict
                for several outputs.
            weighted_metrics: metrics to be weighted by the sample weights.
            target_tensors: symbolic tensors to use as targets, one for all, a list or a dict by output name; those that
                are placeholders are fed with `y`, computed ones are not.
            auto_scale_loss: whether the optimizer of a model with layers of the policy `"mixed_float16"` is put into a
                `LossScaleOptimizer`.

        Raises:
            ValueError: if a name is unknown or does not fit the outputs.
        """
        if kwargs:
            raise TypeError(f"compile does not take the argument(s) {sorted(kwargs)}.")
        self.optimizer = optimizers.get(optimizer)
        if auto_scale_loss and self._has_small_gradients():
            self.optimizer = _scaling(self.optimizer)
        self.loss, self.metrics, self.loss_weights = loss, metrics or [], loss_weights
        self.weighted_metrics, self.sample_weight_mode = weighted_metrics, sample_weight_mode
        self._reset_training()
        self._forget_functions()
        self._compile_arguments = (loss, metrics, weighted_metrics, loss_weights)
        self._target_tensors = target_tensors
        self.stop_training = False
        self._seed, self._keys = seed.draw(), {}
        self._test_ticks = 0
        self._snapshot = None
        if self.inputs is not None:
            self._prepare()

    def _has_small_gradients(self):
        """Return whether gradients flow in float16, which loses small ones."""
        return any(x.dtype_policy.name == "mixed_float16" for x in _with_sublayers(self))

    @property
    def is_compiled(self):
        """Whether `compile` was called since the model was last changed."""
        return self._compile_arguments is not None

    def _prepare(self):
        """Bind what `compile` was given to the outputs, once they are known."""
        if self._compiled is not None:
            self._adopt_metrics()
        if self._compiled is None and self.is_compiled:
            has_graph = self.inputs is not None
            added = self._own_symbolic("_symbolic_metrics") if has_graph else []
            reported = effects.reported(self, self._call_nodes() if has_graph else ())
            targets = per_output(self._target_tensors, self.target_names, "target_tensors")
            dtypes_of_targets = [None if one is None else dtypes.of(one) for one in targets]
            compiled = Compilation(
                self.target_names, *self._compile_arguments, added, reported, dtypes_of_targets
            )
            checks.losses_given(self, compiled.losses)
            self._compiled = compiled
            self._class_counts = checks.class_counts(self.outputs, compiled.losses)
            self._targets = targets
        if self._snapshot is None and self.is_compiled:
            self._snapshot = _Snapshot(self)

    def _build_from(self, x):
        """Make the weights and find the outputs of a model whose input was not known, from data."""
        specs = nest.map_leaves(lambda a: graph.placeholder((None, *a.shape[1:]), dtypes.of(a)), x)
        outputs = graph.infer(self, (specs,), {}, training=False)
        self._output_count = len(nest.flatten(outputs))

    @property
    def target_names(self):
        """The names by which targets, losses and weights are given, one an output."""
        if self._compiled is not None:
            return self._compiled.output_names
        if self.inputs is not None:
            return self.output_names
        return [f"output_{i + 1}" for i in range(self._output_count or 1)]

    @property
    def sample_weight_modes(self):
        """The mode of the sample weights of each output, None or "temporal"."""
        mode, names = self.sample_weight_mode, self.target_names
        if isinstance(mode, dict):
            return [mode.get(name) for name in names]
        return list(mode) if isinstance(mode, list | tuple) else [mode] * len(names)

    # -------------------------------------------------------------- the steps
    def _train_step(self, batch):
        x, y, sample_weight = batch

        def loss_of_batch():
            loss = self._loss_of_batch(x, y, sample_weight)
            return self.optimizer.scale_loss(loss), loss

        trainable = self._snapshot.trainable
        (_, loss), gradients = gradient(loss_of_batch, trainable)
        self.optimizer.apply(gradients, trainable, loss)

    def _test_step(self, batch):
        self._loss_of_batch(*batch)

    def _loss_of_batch(self, x, y, sample_weight):
        """Return the loss, and note it and the metrics."""
        y_pred = self(nest.unpack_single(x) if isinstance(x, list) else x)
        penalties = [*current().losses, *self._weight_penalties()]
        with current().seeing(current().graphs.get(self)):
            y = [
                given if tensor is None or given is not None else symbols.value(tensor)
                for given, tensor in zip(y, self._targets, strict=True)
            ]
            return self._compiled.total_loss(y, y_pred, sample_weight, penalties, self.outputs)

    def gradients_on_batch(self, x, y=None, sample_weight=None):
        """Return the gradients of the loss of one batch by the trainable weights, in test mode.

        Args:
            x, y, sample_weight: as for `test_on_batch`.

        Returns:
            A list of NumPy arrays, in the order of `trainable_weights`.
        """
        checks.is_compiled(self)
        batch = self._prepared(x, y, sample_weight)
        weights = list(self.trainable_weights)

        def gradients(batch):
            # The running means, which the loss is noted in, stay what they are.
            with Scope(parent=current()):
                return gradient(lambda: (self._loss_of_batch(*batch), ()), weights)[1]

        program = Program(gradients, [*self.variables, *self._compiled.variables])
        return [compute.to_numpy(g) for g in program(batch, training=False)]

    def _weight_penalties(self):
        return [w.regularizer(w) for w in self.weights if w.regularizer is not None]

    def _program(self, kind):
        """Return the compiled program of a kind, made when first needed, for the mode that goes with it."""
        training = session.fixed_phase(otherwise=kind == "train")
        key = kind, training
        if key not in self._programs:
            self._programs[key] = getattr(self, f"_make_{kind}")(training)
        return self._programs[key]

    def _make_train(self, training):
        trainable = self._snapshot.trainable
        if self.optimizer is None:
            raise RuntimeError(f"Model {self.name!r} has no optimizer; compile it with one.")
        self.optimizer.build(trainable)
        changing = [
            *trainable,
            *self.non_trainable_weights,
            *self.optimizer.variables,
            *self._compiled.variables,
        ]
        program = LoopProgram(
            self._train_step,
            self._compiled.summary,
            changing,
            [*self.variables, *self.optimizer.hyperparameters],
            training=training,
            frozen=self._snapshot.frozen,
        )
        return program, Pace()

    def _make_test(self, training):
        program = LoopProgram(
            self._test_step,
            self._compiled.summary,
            self._compiled.variables,
            self.variables,
            training=training,
        )
        return program, Pace()

    def _make_predict(self, training):
        program = Program(
            lambda x: self(nest.unpack_single(x) if isinstance(x, list) else x), self.variables
        )
        return functools.partial(program, training=training)

    def _run(self, kind, by_function=True):
        """Return the `Run` of a kind of step, and the number of its first step.

        Args:
            kind: "train" or "test".
            by_function: whether a function that a program has put in the step's place is run.
        """
        compilation, function = self._compiled, None
        if by_function:
            function = self._replaced_function(kind)
        if function is None:
            program, pace = self._program(kind)
        else:
            program = compilation = ReplacedStep(function, compilation, self._phase_value(kind))
            pace = Pace()
        key = self._keys.get(kind)
        if key is None:
            seed_of_kind = self._seed if kind == "train" else self._seed ^ 0x5EED
            key = self._keys[kind] = compute.random_key(seed_of_kind)
        if kind == "train":
            tick = int(self.optimizer.ticks.numpy())
        else:
            tick = self._test_ticks = self._test_ticks + (1 << 12)
        return Run(program, compilation, pace, key), tick

    def _warn_if_changed(self):
        if self._snapshot.is_outdated(self):
            warnings.warn(
                f"`trainable` was changed on layers of the model {self.name!r} since it was compiled; the change "
                "takes effect only at the next model.compile().",
                stacklevel=4,
            )


def _scaling(optimizer):
    is_scaling = isinstance(optimizer, optimizers.LossScaleOptimizer)
    return optimizer if is_scaling else optimizers.LossScaleOptimizer(optimizer)


class _Snapshot:
    """What was trainable when a model was compiled."""

    def __init__(self, model):
        self.trainable = list(model.trainable_weights)
        self.frozen = frozenset(_frozen_layers(model))
        self._flagged = [*_with_sublayers(model), *model.weights]
        self._flags = self._current_flags()

    def _current_flags(self):
        return [each.trainable for each in self._flagged]

    def is_outdated(self, model):
        """Whether other weights are trainable now; the flags, which are quickly read, rule most cases out."""
        if self._flags == self._current_flags():
            return False
        return set(self.trainable) != set(model.trainable_weights)


def _with_sublayers(layer):
    yield layer
    for inner in layer._sublayers():
        yield from _with_sublayers(inner)


def _frozen_layers(model, is_inside=False):
    """Return the layers that count as frozen: not trainable themselves, or inside one that is not."""
    for layer in model._sublayers():
        is_frozen = is_inside or not model.trainable or not layer.trainable
        if is_frozen:
            yield layer
        yield from _frozen_layers(layer, is_frozen)
