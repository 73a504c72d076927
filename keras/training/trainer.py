"""Trainer: the methods of a model that train, evaluate and predict."""

import warnings

import numpy as np

from keras import callbacks as callbacks_module
from keras.backend import nest
from keras.backend.compute import compute
from keras.callbacks.callback_list import CallbackList
from keras.training import arrays, checks, data
from keras.training.classic import ClassicMethods
from keras.training.classic_graph import flat_data
from keras.training.loop import Hooks, interruptible, run_batches
from keras.training.replaced import prediction_by
from keras.training.steps import Steps
from keras.training.symbols import computed_batches
from keras.utils.logs import Logs
from keras.utils.progress import Progbar


class Trainer(Steps, ClassicMethods):
    """What `Model` can do with data."""

    # A model passes its inputs on; the layers convert them, each as its own policy says.
    follows_dtype_policy = False

    # -------------------------------------------------------------- data
    def _prepared(self, x, y=None, sample_weight=None, class_weight=None):
        """Return x, y and sample weights as nests of arrays with equally many rows that fit the model."""
        x = self._input_arrays(x)
        self._prepare()
        y = arrays.targets_of(self, y)
        if self._compiled is not None:
            checks.classes_exist(y, self.target_names, self._class_counts)
        weights = arrays.weights_of(self, sample_weight, class_weight, y)
        checks.equal_lengths(self, nest.flatten(x), y, weights)
        return x, y, weights

    def _input_arrays(self, x):
        """Return the inputs as a nest of arrays; a model without symbolic inputs is built from the first ones."""
        values = arrays.inputs_of(self, x)
        if self.inputs is None and self._output_count is None:
            self._build_from(values)
            values = arrays.inputs_of(self, x)
        return values

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

    def _data(self, x, y, sample_weight, class_weight, batch_size, reading):
        """Return the data of `fit` or `evaluate` as `ArrayData` or `BatchData`."""
        if self.inputs is not None:
            self._prepare()
        if arrays.is_batches(x):
            if y is not None:
                raise ValueError("x yields batches with their targets, so y must not be given.")
            prepare = lambda batch: self._prepared(*data.unpack(batch), class_weight)  # noqa: E731
            return data.BatchData(x, prepare, reading)
        if x is None:
            batches = computed_batches(self, y)
            return self._data(batches, None, None, class_weight, batch_size, reading)
        values = self._prepared(x, y, sample_weight, class_weight)
        size = self._batch_size(batch_size, len(nest.flatten(values[0])[0]))
        return data.ArrayData(*values, size, reading.steps)

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
            class_weight: `{class: weight}`, or the weights in the order of the classes; for several outputs a list of
                them or a dict by output name.
            sample_weight: one weight a sample, or (samples, time) with `sample_weight_mode="temporal"`.
            initial_epoch: the epoch to begin with, from 0.
            steps_per_epoch: batches an epoch, all by default.
            validation_steps: batches a validation, all by default.
            validation_batch_size: samples a step of the validation, `batch_size` by default.
            validation_freq: validate every so many epochs.
            max_queue_size: batches to read ahead.
            workers: threads or processes that read a `Sequence`; processes that read a generator.
            use_multiprocessing: whether to read a `Sequence` in processes. Where its class stands in the main script,
                each process imports the script: what it does must then stand under `if __name__ == "__main__":`.
                A generator is copied: what does not draw random numbers yields each batch once a process.

        Returns:
            A `History`, whose `history` is a dict of lists, one entry an epoch.

        Raises:
            RuntimeError: if the model is not compiled.
            NotImplementedError: if the backend computes no gradients.
            ValueError: if the data do not fit the model.
        """
        epochs = kwargs.pop("nb_epoch", epochs)
        if kwargs:
            raise TypeError(f"fit does not take the argument(s) {sorted(kwargs)}.")
        checks.can_train(self)
        checks.shuffle_is_known(shuffle)
        x, y, sample_weight, validation_data = arrays.split_off(
            x, y, sample_weight, validation_split, validation_data
        )
        reading = data.Reading(
            steps_per_epoch,
            epochs - initial_epoch,
            workers,
            max_queue_size,
            "steps_per_epoch",
            use_multiprocessing,
        )
        source = self._data(x, y, sample_weight, class_weight, batch_size, reading)
        self._warn_if_changed()
        validation = self._validation(
            validation_data,
            validation_batch_size or batch_size,
            reading._replace(steps=validation_steps, argument="validation_steps"),
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
        resumed = hooks.restore_run()
        try:
            with interruptible() as check_interrupt:
                for epoch in epochs:
                    if resumed is not None and epoch < resumed.epoch:
                        continue
                    done = resumed.steps if resumed is not None and epoch == resumed.epoch else 0
                    is_due = validation is not None and (epoch + 1) % validation_freq == 0
                    due = validation if is_due else None
                    self._epoch(epoch, source, due, shuffle, hooks, check_interrupt, done)
                    if self.stop_training or getattr(source, "has_ended", False):
                        break
            self.optimizer.finish(self._snapshot.trainable)
        finally:
            hooks.on_train_end()
            _close(source, validation)

    def _epoch(self, epoch, source, validation, shuffle, hooks, check_interrupt, done=0):
        """Train one epoch, of which the first `done` steps are done already, and validate."""
        hooks.on_epoch_begin(epoch)
        run, tick = self._run("train")
        tick -= done
        chunks = source.chunks(shuffle, (self._seed, tick))
        batch_hooks = Hooks(hooks, "train", self, hooks.on_progress)
        counts_samples = source.samples is not None
        steps, means = run(chunks, tick, batch_hooks, check_interrupt, counts_samples, done)
        if not steps and not getattr(source, "has_ended", False):
            raise ValueError("The dataset is empty: it gave no batch. Give at least one.")
        if not self.stop_training:  # a callback that stopped here has said why
            _warn_if_not_finite(means, epoch)
        logs = Logs(means)
        if validation is not None:
            results = self._evaluate(validation, hooks, check_interrupt)
            logs.update({f"val_{name}": value for name, value in results.items()})
        hooks.on_epoch_end(epoch, logs)

    def _validation(self, given, batch_size, reading):
        """Return the validation data as `ArrayData` or `BatchData`, or None."""
        if given is None:
            return None
        if arrays.is_batches(given):
            x, y, sample_weight = given, None, None
        else:
            if not isinstance(given, list | tuple) or len(given) not in (2, 3):
                raise ValueError(
                    "validation_data should be (x, y), (x, y, sample_weight) or yield batches, "
                    f"got {type(given).__name__}"
                    + (f" of {len(given)} entries." if hasattr(given, "__len__") else ".")
                )
            x, y, sample_weight = (*given, None)[:3]
        return self._data(x, y, sample_weight, None, batch_size, reading)

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
            callback.validation_data = self._validation_arrays(validation)
        return history, hooks

    def _validation_arrays(self, validation):
        """Return the validation's arrays as callbacks see them: a flat list, behind which stands the learning phase."""
        if not isinstance(validation, data.ArrayData):
            return None
        x, y, weights = flat_data(*validation.arrays)
        return [*x, *y, *weights, *([0.0] if self.uses_learning_phase else [])]

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
        reading = data.Reading(
            steps, workers=workers, queue_size=max_queue_size, processes=use_multiprocessing
        )
        source = self._data(x, y, sample_weight, None, batch_size, reading)
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
        x = computed_batches(self, None) if x is None else x
        if arrays.is_batches(x):
            reading = data.Reading(
                steps, workers=workers, queue_size=max_queue_size, processes=use_multiprocessing
            )
            source = data.BatchData(x, self._prepared_to_predict, reading)
            batches, total = (chunk.data[0] for chunk in source.chunks()), source.steps
        else:
            source = None
            batches, total = self._batches(self._input_arrays(x), batch_size, steps)
        if verbose:
            batches = _with_bar(batches, total)
        outputs = run_batches(self._predict_program(), batches, hooks)
        _close(source)
        hooks.on_predict_end()
        return outputs

    def _prepared_to_predict(self, batch):
        inputs = data.inputs_of_batch(batch, len(self.inputs or [None]))
        return self._input_arrays(inputs), None, None

    def _batches(self, values, batch_size, steps):
        """Return an iterator over batches of the arrays, and their number."""
        count = len(nest.flatten(values)[0])
        if not count:
            raise ValueError(
                f"Model {self.name!r}: the dataset is empty, it has 0 samples. Give at least one."
            )
        size = self._batch_size(batch_size, count)
        total = -(-count // size)
        total = min(steps or total, total)
        return _slices(values, size, total), total

    def _predict_program(self):
        function = self._replaced_function("predict")
        if function is None:
            return self._program("predict")
        return prediction_by(function, len(self.target_names), self._phase_value("predict"))

    # -------------------------------------------------------------- one batch
    def train_on_batch(self, x, y=None, sample_weight=None, class_weight=None, reset_metrics=True):
        """Take one training step on a batch and return its loss and metrics, as `evaluate` does."""
        checks.can_train(self)
        return self._on_batch("train", x, y, sample_weight, class_weight)

    def test_on_batch(self, x, y=None, sample_weight=None, reset_metrics=True):
        """Return the loss and metrics of a batch in test mode, as `evaluate` does."""
        checks.is_compiled(self)
        return self._on_batch("test", x, y, sample_weight, None)

    def _on_batch(self, kind, x, y, sample_weight, class_weight, by_function=True):
        values = self._prepared(x, y, sample_weight, class_weight)
        values = nest.map_leaves(arrays.in_memory, values)
        if kind == "train":
            self._warn_if_changed()
        count = len(nest.flatten(values)[0])
        self._batch_size(count, count)
        run, tick = self._run(kind, by_function)
        run.compilation.reset_metrics()
        latest = run.compilation.latest(run.program(values, None, 0, 1, run.key, tick))
        return nest.unpack_single([latest[name] for name in self._compiled.names])

    def predict_on_batch(self, x):
        """Return the outputs in test mode for one batch, NumPy arrays."""
        values = nest.map_leaves(arrays.in_memory, self._input_arrays(x))
        return nest.map_leaves(compute.to_numpy, self._predict_program()(values))


def _warn_if_not_finite(means, epoch):
    if not np.isfinite(means.get("loss", 0.0)):
        warnings.warn(
            f"The loss is {means['loss']} in epoch {epoch + 1}. Lower the learning rate, look for nan or very large "
            "numbers in the data, or stop early with callbacks=[TerminateOnNaN()].",
            stacklevel=5,
        )


def _slices(values, size, count):
    for start in range(0, size * count, size):
        yield nest.map_leaves(lambda a, s=start: arrays.as_array(a[s : s + size]), values)


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
        if isinstance(source, data.BatchData):
            source.close()
