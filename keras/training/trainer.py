"""Trainer: the methods of a model that train, evaluate and predict."""

import warnings

import numpy as np

from keras import callbacks as callbacks_module
from keras import optimizers
from keras.backend import dtypes, graph, nest, seed
from keras.backend.compute import compute
from keras.backend.program import LoopProgram, Program
from keras.backend.variable import current, gradient
from keras.callbacks.callback_list import CallbackList
from keras.training import checks, data
from keras.training.compilation import Compilation
from keras.training.loop import Hooks, Pace, Run, interruptible, run_batches
from keras.utils.logs import Logs
from keras.utils.progress import Progbar


class Trainer:
    """What `Model` can do with data."""

    optimizer = None
    stop_training = False

    def _reset_training(self, keep_compiled=False):
        """Forget compiled programs; and, unless told otherwise, what `compile` was given."""
        self._programs = {}
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
            target_tensors: must be None.

        Raises:
            ValueError: if a name is unknown or does not fit the outputs.
        """
        if kwargs:
            raise TypeError(f"compile does not take the argument(s) {sorted(kwargs)}.")
        if target_tensors is not None:
            raise ValueError(
                "compile: target_tensors is not supported; pass the targets to fit as y."
            )
        self.optimizer = optimizers.get(optimizer)
        self.loss, self.metrics, self.loss_weights = loss, metrics or [], loss_weights
        self.weighted_metrics, self.sample_weight_mode = weighted_metrics, sample_weight_mode
        self._reset_training()
        self._compile_arguments = (loss, metrics, weighted_metrics, loss_weights)
        self.stop_training = False
        self._seed = seed.draw()
        self._test_ticks = 0
        self._snapshot = None
        if self.inputs is not None:
            self._prepare()

    @property
    def is_compiled(self):
        """Whether `compile` was called since the model was last changed."""
        return self._compile_arguments is not None

    def _prepare(self, x=None):
        """Bind what `compile` was given to the outputs, once they are known; build the model if it is not."""
        if self.inputs is None and x is not None:
            self._build_from(x)
        if self._compiled is None and self.is_compiled:
            self._compiled = Compilation(self.target_names, *self._compile_arguments)
        if self._snapshot is None and self.is_compiled:
            self._snapshot = list(self.trainable_weights), frozenset(_frozen_layers(self))

    def _build_from(self, x):
        """Make the weights and find the outputs of a model whose input was not known, from data."""
        specs = nest.map_leaves(lambda a: graph.placeholder((None, *a.shape[1:]), _dtype_of(a)), x)
        if getattr(self, "_stack", None):
            self._build_for(nest.flatten(specs)[0].shape, None)
            return
        outputs = graph.infer(self, (specs,), {}, training=False)
        self._output_count = len(nest.flatten(outputs))

    @property
    def target_names(self):
        """The names by which targets, losses and weights are given, one an output."""
        if self.inputs is not None:
            return self.output_names
        count = getattr(self, "_output_count", 1)
        return [f"output_{i + 1}" for i in range(count)]

    @property
    def sample_weight_modes(self):
        """The mode of the sample weights of each output, None or "temporal"."""
        mode, names = self.sample_weight_mode, self.target_names
        if isinstance(mode, dict):
            return [mode.get(name) for name in names]
        return list(mode) if isinstance(mode, list | tuple) else [mode] * len(names)

    @property
    def metrics_names(self):
        """The names of what `evaluate` returns, in its order."""
        checks.is_compiled(self)
        self._prepare()
        return list(self._compiled.names)

    # -------------------------------------------------------------- the steps
    def _train_step(self, batch):
        x, y, sample_weight = batch

        def loss_of_batch():
            y_pred = self(nest.unpack_single(x) if isinstance(x, list) else x)
            penalties = [*current().losses, *self._weight_penalties()]
            return self._compiled.total_loss(y, y_pred, sample_weight, penalties), ()

        trainable = self._snapshot[0]
        _, gradients = gradient(loss_of_batch, trainable)
        self.optimizer.apply(gradients, trainable)

    def _test_step(self, batch):
        x, y, sample_weight = batch
        y_pred = self(nest.unpack_single(x) if isinstance(x, list) else x)
        penalties = [*current().losses, *self._weight_penalties()]
        self._compiled.total_loss(y, y_pred, sample_weight, penalties)

    def _weight_penalties(self):
        return [w.regularizer(w) for w in self.weights if w.regularizer is not None]

    def _program(self, kind):
        """Return the compiled program of a kind, made when first needed."""
        if kind not in self._programs:
            self._programs[kind] = getattr(self, f"_make_{kind}")()
        return self._programs[kind]

    def _make_train(self):
        trainable, frozen = self._snapshot
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
            self.variables,
            training=True,
            frozen=frozen,
        )
        return program, Pace()

    def _make_test(self):
        program = LoopProgram(
            self._test_step,
            self._compiled.summary,
            self._compiled.variables,
            self.variables,
            training=False,
        )
        return program, Pace()

    def _make_predict(self):
        return Program(
            lambda x: self(nest.unpack_single(x) if isinstance(x, list) else x), self.variables
        )

    def _run(self, kind):
        """Return the `Run` of a kind of step, and the number of its first step."""
        program, pace = self._program(kind)
        if kind == "train":
            return Run(program, self._compiled, pace, compute.random_key(self._seed)), int(
                self.optimizer.iterations.numpy()
            )
        self._test_ticks += 1 << 12
        return Run(
            program, self._compiled, pace, compute.random_key(self._seed ^ 0x5EED)
        ), self._test_ticks

    def _warn_if_changed(self):
        wanted = list(dict.fromkeys(self.trainable_weights))
        if set(wanted) != set(self._snapshot[0]):
            warnings.warn(
                f"`trainable` was changed on layers of the model {self.name!r} since it was compiled; the change "
                "takes effect only at the next model.compile().",
                stacklevel=3,
            )

    # -------------------------------------------------------------- data
    def _prepared(self, x, y=None, sample_weight=None, class_weight=None):
        """Return x, y and sample weights as nests of arrays that fit the model."""
        x = data.inputs_of(self, x)
        self._prepare(x)
        if self.inputs is not None and not isinstance(x, list):
            x = data.inputs_of(self, x)
        y = data.targets_of(self, y)
        weights = data.weights_of(self, sample_weight, class_weight, y)
        return x, y, weights

    def _array_data(self, x, y, sample_weight, class_weight=None, batch_size=None, steps=None):
        x, y, weights = self._prepared(x, y, sample_weight, class_weight)
        names = (
            self.input_names
            if isinstance(x, list) and self.inputs is not None
            else range(len(nest.flatten(x)))
        )
        checks.equal_lengths(
            {f"input {name}": a for name, a in zip(names, nest.flatten(x), strict=True)},
            {f"target {name}": a for name, a in zip(self.target_names, y, strict=True)},
            {
                f"sample_weight {name}": a
                for name, a in zip(self.target_names, weights, strict=True)
            },
        )
        return data.ArrayData(
            x, y, weights, self._batch_size(batch_size, len(nest.flatten(x)[0])), steps
        )

    def _batch_size(self, given, samples):
        """Return the batch size: the given one, the one the model is made for, or 32.

        Raises:
            ValueError: if it is no positive int, or the model is made for another one.
        """
        fixed = self.inputs[0].shape[0] if self.inputs else None
        if given is None:
            given = fixed or 32
        if isinstance(given, bool) or not isinstance(given, int | np.integer) or given < 1:
            raise ValueError(f"batch_size should be a positive int, got {given!r}.")
        if fixed is None:
            return int(given)
        if given != fixed:
            raise ValueError(
                f"Model {self.name!r} is made for batches of {fixed} samples, got batch_size={given}; "
                f"use batch_size={fixed}."
            )
        if samples % fixed:
            raise ValueError(
                f"Model {self.name!r} is made for batches of {fixed} samples, and {samples} samples cannot be divided "
                f"into such batches; give a multiple of {fixed} samples."
            )
        return int(given)

    def _data(
        self,
        x,
        y,
        sample_weight,
        class_weight,
        batch_size,
        steps,
        epochs,
        workers,
        queue_size,
        argument,
    ):
        """Return the data of `fit` or `evaluate` as `ArrayData` or `BatchData`."""
        if data.is_batches(x):
            if y is not None:
                raise ValueError("x yields batches with their targets, so y must not be given.")
            prepare = lambda bx, by, bw: self._prepared(bx, by, bw, class_weight)  # noqa: E731
            return data.BatchData(x, prepare, steps, epochs, workers, queue_size, argument)
        if x is None:
            raise ValueError("x is missing: give input data, a generator or a Sequence.")
        return self._array_data(x, y, sample_weight, class_weight, batch_size, steps)

    # -------------------------------------------------------------- fit
    def fit(
        self,
        x=None,
        y=None,
        batch_size=None,
        epochs=1,
        verbose=1,
        callbacks=None,
        validation_split=0.0,
        validation_data=None,
        shuffle=True,
        class_weight=None,
        sample_weight=None,
        initial_epoch=0,
        steps_per_epoch=None,
        validation_steps=None,
        validation_batch_size=None,
        validation_freq=1,
        max_queue_size=10,
        workers=1,
        use_multiprocessing=False,
        **kwargs,
    ):
        """Train the model.

        Args:
            x: input data: an array (samples, ...), a list or dict of them for several inputs, an h5py dataset; or a
                generator, `Sequence` or other iterable of batches `(x, y)` or `(x, y, sample_weight)`.
            y: targets in the same forms; None where x yields batches.
            batch_size: samples a step, 32 by default.
            epochs: train until this epoch; each is one pass over the data.
            verbose: 0 silent, 1 a progress bar, 2 a line an epoch.
            callbacks: a list of `Callback` objects.
            validation_split: the share of the samples, in [0, 1), to hold back as validation data: the last ones, taken
                before any shuffling.
            validation_data: `(x, y)`, `(x, y, sample_weight)` or an iterable of batches to evaluate after each epoch.
            shuffle: whether to shuffle the samples before each epoch; "batch" to shuffle whole batches.
            class_weight: `{class: weight}`.
            sample_weight: one weight a sample, or (samples, time) with `sample_weight_mode="temporal"`.
            initial_epoch: the epoch to begin with, from 0.
            steps_per_epoch: batches an epoch, all by default.
            validation_steps: batches a validation, all by default.
            validation_batch_size: samples a step of the validation, `batch_size` by default.
            validation_freq: validate every so many epochs.
            max_queue_size: batches to read ahead.
            workers: threads that read a `Sequence`.
            use_multiprocessing: must be False; threads are used.

        Returns:
            A `History`, whose `history` is a dict of lists, one entry an epoch.

        Raises:
            RuntimeError: if the model is not compiled.
            ValueError: if the data do not fit the model.
        """
        epochs = kwargs.pop("nb_epoch", epochs)
        if kwargs:
            raise TypeError(f"fit does not take the argument(s) {sorted(kwargs)}.")
        checks.is_compiled(self)
        checks.shuffle_is_known(shuffle)
        x, y, sample_weight, validation_data = _split_off(
            x, y, sample_weight, validation_split, validation_data
        )
        source = self._data(
            x, y, sample_weight, class_weight, batch_size, steps_per_epoch, epochs - initial_epoch, workers,
            max_queue_size, "steps_per_epoch",
        )  # fmt: skip
        self._warn_if_changed()
        validation = self._validation(
            validation_data,
            validation_batch_size or batch_size,
            validation_steps,
            epochs - initial_epoch,
            workers,
            max_queue_size,
        )
        history, hooks = self._callbacks(callbacks, verbose, source, validation, epochs)
        self._epochs(
            range(initial_epoch, epochs),
            source,
            validation,
            max(validation_freq, 1),
            shuffle,
            hooks,
        )
        return history

    def _epochs(self, epochs, source, validation, validation_freq, shuffle, hooks):
        """Train the given epochs, unless a callback or the end of the data stops it before."""
        self.stop_training = False
        hooks.on_train_begin()
        try:
            with interruptible() as check_interrupt:
                for epoch in epochs:
                    is_due = validation is not None and (epoch + 1) % validation_freq == 0
                    due = validation if is_due else None
                    self._epoch(epoch, source, due, shuffle, hooks, check_interrupt)
                    if self.stop_training or getattr(source, "has_ended", False):
                        break
        finally:
            hooks.on_train_end()
            _close(source, validation)

    def _epoch(self, epoch, source, validation, shuffle, hooks, check_interrupt):
        """Train one epoch and validate."""
        hooks.on_epoch_begin(epoch)
        run, tick = self._run("train")
        chunks = source.chunks(shuffle, (self._seed, tick))
        batch_hooks = Hooks(hooks, "train", self, hooks.on_progress)
        steps, means = run(chunks, tick, batch_hooks, check_interrupt, source.samples is not None)
        if not steps and not getattr(source, "has_ended", False):
            raise ValueError("The dataset is empty: it gave no batch. Give at least one.")
        if not self.stop_training:  # a callback that stopped here has said why
            _warn_if_not_finite(means, epoch)
        logs = Logs(means)
        if validation is not None:
            results = self._evaluate(validation, hooks, check_interrupt)
            logs.update({f"val_{name}": value for name, value in results.items()})
        hooks.on_epoch_end(epoch, logs)

    def _validation(self, given, batch_size, steps, epochs, workers, queue_size):
        """Return the validation data as `ArrayData` or `BatchData`, or None."""
        if given is None:
            return None
        if data.is_batches(given):
            x, y, sample_weight = given, None, None
        else:
            if not isinstance(given, list | tuple) or len(given) not in (2, 3):
                raise ValueError(
                    "validation_data should be (x, y), (x, y, sample_weight) or yield batches, "
                    f"got {type(given).__name__}"
                    + (f" of {len(given)} entries." if hasattr(given, "__len__") else ".")
                )
            x, y, sample_weight = (*given, None)[:3]
        return self._data(
            x,
            y,
            sample_weight,
            None,
            batch_size,
            steps,
            epochs,
            workers,
            queue_size,
            "validation_steps",
        )

    def _callbacks(self, callbacks, verbose, source, validation, epochs):
        """Return the `History` and the list of all callbacks, ready to begin."""
        history = callbacks_module.History()
        extra = (
            list(nest.as_list(callbacks))
            if not isinstance(callbacks, CallbackList)
            else list(callbacks)
        )
        bar = []
        if verbose:
            bar = [
                callbacks_module.ProgbarLogger("samples" if source.samples is not None else "steps")
            ]
        hooks = CallbackList([*bar, *extra, history])
        hooks.set_model(self)
        names = list(self._compiled.names)
        validation_names = [f"val_{name}" for name in names] if validation is not None else []
        hooks.set_params(
            {
                "batch_size": getattr(source, "batch_size", None),
                "epochs": epochs,
                "steps": source.steps,
                "samples": source.samples,
                "verbose": verbose,
                "do_validation": validation is not None,
                "metrics": names + validation_names,
            }
        )
        self.history = history
        for callback in hooks:
            callback.validation_data = getattr(validation, "arrays", None)
        return history, hooks

    # -------------------------------------------------------------- evaluate
    def evaluate(
        self,
        x=None,
        y=None,
        batch_size=None,
        verbose=1,
        sample_weight=None,
        steps=None,
        callbacks=None,
        max_queue_size=10,
        workers=1,
        use_multiprocessing=False,
        return_dict=False,
    ):
        """Return the loss and metrics in test mode.

        Args:
            x, y, batch_size, sample_weight: as for `fit`.
            verbose: 0 silent, 1 a progress bar.
            steps: batches to evaluate, all by default.
            callbacks: a list of `Callback` objects.
            max_queue_size, workers, use_multiprocessing: as for `fit`.
            return_dict: whether to return a dict by name.

        Returns:
            The loss, or the list of loss and metrics in the order of `metrics_names`.
        """
        checks.is_compiled(self)
        source = self._data(
            x, y, sample_weight, None, batch_size, steps, 1, workers, max_queue_size, "steps"
        )
        hooks = CallbackList(callbacks)
        hooks.set_model(self)
        bar = _bar(source) if verbose == 1 else None
        try:
            with interruptible() as check_interrupt:
                results = self._evaluate(source, hooks, check_interrupt, bar)
        finally:
            _close(source)
        if return_dict:
            return results
        return nest.unpack_single([results[name] for name in self._compiled.names])

    def _evaluate(self, source, hooks, check_interrupt, bar=None):
        hooks.on_test_begin()
        run, tick = self._run("test")
        show = None if bar is None else (lambda seen, means: bar.show(seen, {}))
        batch_hooks = Hooks(hooks, "test", self, show)
        # A request to stop training must not cut the validation short.
        stop, self.stop_training = self.stop_training, False
        steps, means = run(
            source.chunks(), tick, batch_hooks, check_interrupt, source.samples is not None
        )
        self.stop_training = stop or self.stop_training
        if not steps:
            raise ValueError("The dataset is empty: it gave no batch. Give at least one.")
        hooks.on_test_end(means)
        return means

    # -------------------------------------------------------------- predict
    def predict(
        self,
        x,
        batch_size=None,
        verbose=0,
        steps=None,
        callbacks=None,
        max_queue_size=10,
        workers=1,
        use_multiprocessing=False,
    ):
        """Return the outputs in test mode for input data.

        Args:
            x, batch_size: as for `fit`.
            verbose: 0 silent, 1 a progress bar.
            steps: batches to predict, all by default.
            callbacks: a list of `Callback` objects.
            max_queue_size, workers, use_multiprocessing: as for `fit`.

        Returns:
            A NumPy array (samples, ...), or a list of them for several outputs.
        """
        hooks = CallbackList(callbacks)
        hooks.set_model(self)
        hooks.on_predict_begin()
        source = None
        if data.is_batches(x):
            prepare = lambda bx, by, bw: (self._input_arrays(bx), None, None)  # noqa: E731
            source = data.BatchData(x, prepare, steps, 1, workers, max_queue_size, "steps")
            batches, total = (chunk.data[0] for chunk in source.chunks()), source.steps
        else:
            arrays = self._input_arrays(x)
            count = len(nest.flatten(arrays)[0])
            if not count:
                raise ValueError(
                    f"Model {self.name!r}: the dataset is empty, it has 0 samples. Give at least one."
                )
            size = self._batch_size(batch_size, count)
            total = min(steps or -(-count // size), -(-count // size))
            batches = _slices(arrays, size, total)
        if verbose:
            batches = _with_bar(batches, total)
        program = self._program("predict")
        outputs = run_batches(lambda b: program(b, training=False), batches, hooks)
        if source is not None:
            source.close()
        hooks.on_predict_end()
        return outputs

    def _input_arrays(self, x):
        x = data.inputs_of(self, x)
        if self.inputs is None and not self.built:
            self._build_from(x)
            x = data.inputs_of(self, x)
        return x

    # -------------------------------------------------------------- one batch
    def train_on_batch(self, x, y=None, sample_weight=None, class_weight=None, reset_metrics=True):
        """Take one training step on a batch and return its loss and metrics, as `evaluate` does."""
        checks.is_compiled(self)
        return self._on_batch("train", x, y, sample_weight, class_weight)

    def test_on_batch(self, x, y=None, sample_weight=None, reset_metrics=True):
        """Return the loss and metrics of a batch in test mode, as `evaluate` does."""
        checks.is_compiled(self)
        return self._on_batch("test", x, y, sample_weight, None)

    def _on_batch(self, kind, x, y, sample_weight, class_weight):
        arrays = self._prepared(x, y, sample_weight, class_weight)
        if kind == "train":
            self._warn_if_changed()
        checks.equal_lengths(
            {f"input {i}": a for i, a in enumerate(nest.flatten(arrays[0]))},
            dict(zip(self.target_names, arrays[1], strict=True)),
            {},
        )
        values = nest.map_leaves(compute.asarray, arrays)
        count = len(nest.flatten(values)[0])
        self._batch_size(count, count)
        order = compute.asarray(np.arange(count, dtype="int32")[None])
        run, tick = self._run(kind)
        self._compiled.reset()
        summary = run.program(values, order, 0, 1, run.key, tick)
        _, latest = self._compiled.logs(summary)
        return nest.unpack_single([latest[name] for name in self._compiled.names])

    def predict_on_batch(self, x):
        """Return the outputs in test mode for one batch, NumPy arrays."""
        x = self._input_arrays(x)
        return nest.map_leaves(
            compute.to_numpy,
            self._program("predict")(nest.map_leaves(compute.asarray, x), training=False),
        )

    # -------------------------------------------------------------- the classic names
    def predict_proba(self, x, batch_size=None, verbose=0, steps=None):
        """Return the outputs, as `predict` does; warns where they are no probabilities."""
        outputs = self.predict(x, batch_size, verbose, steps)
        if np.min(outputs) < 0 or np.max(outputs) > 1:
            warnings.warn(
                "predict_proba: the model's outputs do not lie in [0, 1] and are no probabilities. "
                "End the model with softmax or sigmoid.",
                stacklevel=2,
            )
        return outputs

    def predict_classes(self, x, batch_size=None, verbose=0, steps=None):
        """Return the most probable class of each sample; for a single output unit, whether it is above 0.5."""
        outputs = self.predict(x, batch_size, verbose, steps)
        return outputs.argmax(axis=-1) if outputs.shape[-1] > 1 else (outputs > 0.5).astype("int32")

    def fit_generator(
        self,
        generator,
        steps_per_epoch=None,
        epochs=1,
        verbose=1,
        callbacks=None,
        validation_data=None,
        validation_steps=None,
        class_weight=None,
        max_queue_size=10,
        workers=1,
        use_multiprocessing=False,
        shuffle=True,
        initial_epoch=0,
    ):
        """Train on batches from a generator or `Sequence`, as `fit` does."""
        return self.fit(
            generator,
            epochs=epochs,
            verbose=verbose,
            callbacks=callbacks,
            validation_data=validation_data,
            shuffle=shuffle,
            class_weight=class_weight,
            initial_epoch=initial_epoch,
            steps_per_epoch=steps_per_epoch,
            validation_steps=validation_steps,
            max_queue_size=max_queue_size,
            workers=workers,
            use_multiprocessing=use_multiprocessing,
        )

    def evaluate_generator(
        self,
        generator,
        steps=None,
        max_queue_size=10,
        workers=1,
        use_multiprocessing=False,
        verbose=0,
    ):
        """Return the loss and metrics on batches from a generator or `Sequence`, as `evaluate` does."""
        return self.evaluate(
            generator, steps=steps, verbose=verbose, max_queue_size=max_queue_size, workers=workers
        )

    def predict_generator(
        self,
        generator,
        steps=None,
        max_queue_size=10,
        workers=1,
        use_multiprocessing=False,
        verbose=0,
    ):
        """Return the outputs for batches from a generator or `Sequence`, as `predict` does."""
        return self.predict(
            generator, steps=steps, verbose=verbose, max_queue_size=max_queue_size, workers=workers
        )


def _frozen_layers(model, is_inside=False):
    """Return the layers that count as frozen: not trainable themselves, or inside one that is not."""
    for layer in model._sublayers():
        is_frozen = is_inside or not model.trainable or not layer.trainable
        if is_frozen:
            yield layer
        yield from _frozen_layers(layer, is_frozen)


def _dtype_of(array):
    return dtypes.of(array)


def _warn_if_not_finite(means, epoch):
    if not np.isfinite(means.get("loss", 0.0)):
        warnings.warn(
            f"The loss is {means['loss']} in epoch {epoch + 1}. Lower the learning rate, look for nan or very large "
            "numbers in the data, or stop early with callbacks=[TerminateOnNaN()].",
            stacklevel=5,
        )


def _split_off(x, y, sample_weight, share, validation_data):
    """Return x, y and sample_weight without the validation's part, and the validation data."""
    if not share or validation_data is not None:
        return x, y, sample_weight, validation_data
    if not 0 < share < 1:
        raise ValueError(f"validation_split should lie in [0, 1), got {share}.")
    if data.is_batches(x):
        raise ValueError(
            "validation_split needs arrays; for batches from a generator give validation_data."
        )
    x, y, sample_weight = (
        nest.map_leaves(data.as_array, _rows_as_array(part)) for part in (x, y, sample_weight)
    )
    count = len(nest.flatten(x)[0])
    cut = int(count * (1.0 - share))
    if cut in (0, count):
        raise ValueError(
            f"validation_split={share} of {count} samples leaves {cut} to train on and {count - cut} to validate with; "
            "both need at least one."
        )
    first, last = (
        [nest.map_leaves(lambda a, s=s: a[s], part) for part in (x, y, sample_weight)]
        for s in (slice(0, cut), slice(cut, count))
    )
    held_back = last[:2] if sample_weight is None else last
    return (*first, tuple(held_back))


def _rows_as_array(part):
    is_rows = isinstance(part, list) and part and not hasattr(part[0], "shape")
    return np.asarray(part) if is_rows else part


def _slices(arrays, size, count):
    for start in range(0, size * count, size):
        yield nest.map_leaves(lambda a, s=start: data.as_array(a[s : s + size]), arrays)


def _bar(source):
    unit = "sample" if source.samples is not None else "step"
    return Progbar(source.samples if source.samples is not None else source.steps, unit_name=unit)


def _with_bar(batches, total):
    bar = Progbar(total)
    for batch in batches:
        yield batch
        bar.add(1)


def _close(*sources):
    for source in sources:
        if hasattr(source, "close"):
            source.close()
