"""What Keras 2 kept on a compiled model for programs that go beyond `fit`: its loss as a tensor, its functions."""

import numpy as np

from keras import config, losses
from keras.backend import graph, nest, session
from keras.backend.compute import compute
from keras.layers import effects
from keras.training import arrays, checks
from keras.training.compilation import mean_score
from keras.utils.generic import to_list


class ClassicGraph:
    """The targets, losses and metrics of a compiled model as symbolic tensors, and its steps as functions of lists."""

    train_function = None
    test_function = None
    predict_function = None
    _classic = None

    # -------------------------------------------------------------- tensors
    @property
    def targets(self):
        """The placeholder of each output's targets, or what `compile` was given as `target_tensors`, as a list."""
        return self._classic_tensors().targets

    @property
    def sample_weights(self):
        """The placeholder of each output's sample weights, as a list."""
        return self._classic_tensors().weights

    @property
    def total_loss(self):
        """The loss that training minimises, a symbolic scalar of the inputs, `targets` and `sample_weights`."""
        scores = self._classic_tensors().losses
        weights = self._compiled.loss_weights
        terms = [score * weights[i] for i, score in scores.items()]
        return sum([*terms[1:], *self.losses], terms[0] if terms else 0.0)

    @property
    def metrics_tensors(self):
        """The symbolic values behind `metrics_names`, without the loss; metrics with a state stand for themselves.

        What is appended to this list and to `metrics_names` is reported from the next call of `fit` on.
        """
        return self._classic_tensors().metrics

    @property
    def metrics_names(self):
        """The names of what `evaluate` returns, in its order."""
        checks.is_compiled(self)
        self._prepare()
        return self._compiled.names if self.inputs is None else self._classic_tensors().names

    def _classic_tensors(self):
        if self.inputs is None or not self.is_compiled:
            raise AttributeError(
                f"Model {self.name!r} has no symbolic loss and metrics: it is not compiled, or has no symbolic inputs. "
                "Call model.compile first."
            )
        self._prepare()
        if self._classic is None:
            self._classic = _Tensors(self)
        return self._classic

    def _adopt_metrics(self):
        """Take in what was appended to `metrics_names` and `metrics_tensors`."""
        known, count = self._classic, len(self._compiled.names)
        # Between the two appends a name has no tensor yet.
        if known is not None and count < len(known.names) == 1 + len(known.metrics):
            added = list(zip(known.names[count:], known.metrics[count - 1 :], strict=True))
            self._classic = None
            for name, tensor in added:
                self.add_metric(tensor, name)

    loss_functions = property(lambda self: self._prepared_compilation().losses)
    _feed_inputs = property(lambda self: [t for t in self.inputs if t.node is None])
    _feed_input_names = property(
        lambda self: [n for n, t in zip(self.input_names, self.inputs) if t.node is None]
    )
    _feed_input_shapes = property(lambda self: [t.shape for t in self._feed_inputs])
    _feed_targets = property(lambda self: self._of_trained(self.targets))
    _feed_sample_weights = property(lambda self: self._of_trained(self.sample_weights))
    _feed_outputs = property(lambda self: self._of_trained(self.outputs))
    _feed_output_names = property(lambda self: self._of_trained(self.output_names))
    _feed_loss_fns = property(lambda self: self._of_trained(self.loss_functions))

    _uses_learning_phase = property(lambda self: self.uses_learning_phase)
    # The metrics whose state sums up an epoch.
    stateful_metric_names = property(lambda self: [m.name for m in self._stateful_metrics()])
    stateful_metric_functions = property(lambda self: [m.given for m in self._stateful_metrics()])
    # What `compile` found trainable, and what K.function is given beside inputs, outputs and updates.
    _collected_trainable_weights = property(lambda self: list(self._prepared_snapshot().trainable))
    _function_kwargs = property(lambda self: {})

    def _check_trainable_weights_consistency(self):
        if self.is_compiled and self._snapshot is not None:
            self._warn_if_changed()

    def _prepared_snapshot(self):
        self._prepared_compilation()
        return self._snapshot

    def _prepared_compilation(self):
        checks.is_compiled(self)
        self._prepare()
        return self._compiled

    def _of_trained(self, values):
        return [values[i] for i in self._prepared_compilation().trained]

    # -------------------------------------------------------------- functions
    def _make_train_function(self):
        checks.can_train(self)
        self._prepare()
        self.optimizer.build(self._snapshot.trainable)
        self.train_function = self._train_on_list

    def _make_test_function(self):
        checks.is_compiled(self)
        self.test_function = self._test_on_list

    def _make_predict_function(self):
        self.predict_function = self._predict_on_list

    def _forget_functions(self):
        self.train_function = self.test_function = self.predict_function = None

    def _replaced_function(self, kind):
        """Return the function of lists that a program has put in the place of a step's own, or None."""
        maker = getattr(self, f"_make_{kind}_function")
        is_own = getattr(maker, "__func__", None) is getattr(ClassicGraph, maker.__name__, None)
        if getattr(self, f"{kind}_function") is None and not is_own:
            maker()
        function = getattr(self, f"{kind}_function")
        own = {"train": "_train_on_list", "test": "_test_on_list", "predict": "_predict_on_list"}
        return None if function in (None, getattr(self, own[kind])) else function

    def _uses_dynamic_learning_phase(self):
        """Return whether a step's function takes the learning phase: layers ask for it, and it is not fixed."""
        return self.uses_learning_phase and isinstance(session.learning_phase(), graph.Tensor)

    def _phase_value(self, kind):
        """Return what goes behind the other inputs of a step's function: the learning phase, if it is not fixed."""
        return [float(kind == "train")] if self._uses_dynamic_learning_phase() else []

    def _stateful_metrics(self):
        return [m for m in self._compiled.metrics if m.is_stateful] if self.is_compiled else []

    def _train_on_list(self, inputs):
        checks.can_train(self)
        return to_list(self._on_batch("train", *self._apart(inputs), None, by_function=False))

    def _test_on_list(self, inputs):
        checks.is_compiled(self)
        return to_list(self._on_batch("test", *self._apart(inputs), None, by_function=False))

    def _predict_on_list(self, inputs):
        values = self._input_arrays(list(inputs[: len(self.inputs)]))
        values = nest.map_leaves(arrays.in_memory, values)
        return nest.flatten(nest.map_leaves(compute.to_numpy, self._program("predict")(values)))

    def _apart(self, inputs):
        """Return x, y and sample weights from a flat list, behind which the learning phase may stand."""
        trained = self._compiled.trained
        arrays = [array for array in inputs if np.ndim(array)]
        count = len(arrays) - 2 * len(trained)
        x, rest = arrays[:count], arrays[count:]
        y, weights = ([None] * len(self.target_names) for _ in range(2))
        for place, output in enumerate(trained):
            y[output], weights[output] = rest[place], rest[len(trained) + place]
        return x, y, weights

    def _standardize_user_data(
        self,
        x,
        y=None,
        sample_weight=None,
        class_weight=None,
        check_array_lengths=True,
        batch_size=None,
    ):
        x, y, weights = self._prepared(x, y, sample_weight, class_weight)
        return flat_data(x, y, weights)


class _Tensors:
    """The symbolic tensors of one compilation: made once, since programs feed them and append to the lists."""

    def __init__(self, model):
        compiled, modes = model._compiled, model.sample_weight_modes
        self.targets = [
            _target(name, output, loss) if given is None else given
            for name, output, loss, given in zip(
                model.output_names, model.outputs, compiled.losses, model._targets, strict=True
            )
        ]
        self.weights = [
            graph.placeholder(
                (None, None) if mode == "temporal" else (None,),
                config.floatx(),
                f"{name}_sample_weights",
            )
            for name, mode in zip(model.output_names, modes, strict=True)
        ]
        self.names = list(compiled.names)
        self._model = model
        self._losses = self._metrics = None

    @property
    def losses(self):
        """The loss of each output that has one, by the output's number."""
        if self._losses is None:
            trained = self._model._compiled.trained
            functions = self._model._compiled.losses
            self._losses = {i: self._mean(functions[i], i, self.weights[i]) for i in trained}
        return self._losses

    @property
    def metrics(self):
        """What the names behind "loss" stand for."""
        if self._metrics is None:
            compiled = self._model._compiled
            several = len(self._model.outputs) > 1
            self._metrics = list(self.losses.values()) if several else []
            self._metrics += [self._metric(metric) for metric in compiled.metrics]
            self._metrics += [tensor for _, tensor in compiled.added]
            self._metrics += [self._reported(key) for key in compiled.reported]
        return self._metrics

    def _reported(self, key):
        found = [effects.of(node)[2].get(key) for node in self._model._call_nodes()]
        return effects.mean_of([tensor for tensor in found if tensor is not None])

    def _metric(self, metric):
        if metric.is_stateful:
            return metric.function
        place = metric.output
        function = metric.resolved(
            self._model._compiled.losses[place], self.targets[place], self._model.outputs[place]
        )
        return self._mean(function, place, self.weights[place] if metric.is_weighted else None)

    def _mean(self, function, place, weight):
        output = self._model.outputs[place]
        call = function.call if isinstance(function, losses.Loss) else function
        return mean_score(call(self.targets[place], output), output.mask, weight)


def _target(name, output, loss):
    """Return a placeholder for an output's targets: of its shape, or with one class number in place of all classes."""
    is_sparse = getattr(loss, "__name__", "") == "sparse_categorical_crossentropy"
    shape = (*output.shape[:-1], 1) if is_sparse else output.shape
    return graph.placeholder(shape, config.floatx(), f"{name}_target")


def flat_data(x, y, weights):
    """Return inputs, targets and sample weights as three lists of arrays, with ones where no weights were given."""
    x = nest.flatten(x)
    pairs = [(y, w) for y, w in zip(nest.as_list(y), nest.as_list(weights)) if y is not None]
    ones = [np.ones(len(x[0]), config.floatx()) if w is None else w for _, w in pairs]
    return x, [y for y, _ in pairs], ones
