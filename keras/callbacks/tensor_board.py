"""TensorBoard: what can be seen of a training run, in files that TensorBoard shows."""

import os

import numpy as np

from keras import backend as K
from keras.backend import graph, nest
from keras.callbacks.base import Callback, coarse
from keras.callbacks.event_file import EventFile, weight_images
from keras.utils.logs import as_logs, plain

_NO_QUANTITY = ("batch", "size")


class TensorBoard(Callback):
    """Writes event files, which `tensorboard --logdir=./logs` shows.

    Scalars have the names of the logs. Weights are named after the layers, as in `dense_1/kernel_0`, their gradients
    with `_grad` and the layers' outputs with `_out` behind the name.

    Args:
        log_dir: the folder for the files.
        histogram_freq: after how many epochs histograms of the weights, and, where the validation data are arrays, of
            the layers' outputs are written; 0 for none.
        batch_size: how many samples of the validation data outputs and gradients are computed of.
        write_graph: whether the model's graph is written.
        write_grads: whether histograms of the gradients are written along; needs validation data.
        write_images: whether the weights are written as images along with the histograms.
        embeddings_freq: after how many epochs embeddings are written; 0 for none.
        embeddings_layer_names: the layers whose outputs are embeddings, by default the Embedding layers.
        embeddings_metadata: the file with a label a line for each embedding, or a dict of them by the layers' names.
        embeddings_data: the inputs that are embedded.
        update_freq: "epoch" writes the scalars after each epoch, "batch" after each batch, an int after so many
            samples.

    Raises:
        ImportError: if the package `tensorboard` is not installed: `pip install 'keras[tensorboard]'`.
        ValueError: if gradients are wanted without validation data in arrays, or embeddings without data.
    """

    def __init__(
        self,
        log_dir="./logs",
        histogram_freq=0,
        batch_size=32,
        write_graph=True,
        write_grads=False,
        write_images=False,
        embeddings_freq=0,
        embeddings_layer_names=None,
        embeddings_metadata=None,
        embeddings_data=None,
        update_freq="epoch",
    ):
        super().__init__()
        if embeddings_freq and embeddings_data is None:
            raise ValueError(
                "TensorBoard: embeddings_freq needs embeddings_data, the inputs whose embeddings are to be shown."
            )
        self.log_dir = os.fspath(log_dir)
        self.histogram_freq = histogram_freq
        self.batch_size = batch_size
        self.write_graph = write_graph
        self.write_grads = write_grads
        self.write_images = write_images
        self.embeddings_freq = embeddings_freq
        self.embeddings_layer_names = embeddings_layer_names
        self.embeddings_metadata = embeddings_metadata or {}
        self.embeddings_data = embeddings_data
        self.update_freq = 1 if update_freq == "batch" else update_freq
        self.samples_seen = self.samples_seen_at_last_write = 0
        self._file = None
        if self.update_freq != "epoch":
            # Only then is it worth to be called for every batch.
            self.on_batch_end = self._count_batch

    def set_model(self, model):
        """Take the model, begin a file, and write the model's graph."""
        self.model = model
        self._close()
        self._file = EventFile(self.log_dir)
        if self.write_graph:
            self._file.graph(graph_of(model))

    # -------------------------------------------------------------- when
    @coarse
    def on_batch_end(self, batch, logs=None):
        """Do nothing: with `update_freq="epoch"` batches do not count."""

    def _count_batch(self, batch, logs=None):
        """Write the batch's logs, if enough samples have been seen since the last time."""
        self.samples_seen += (logs or {}).get("size", 1)
        if self.samples_seen - self.samples_seen_at_last_write >= self.update_freq:
            self._write_logs(logs, self.samples_seen)
            self.samples_seen_at_last_write = self.samples_seen

    def on_epoch_end(self, epoch, logs=None):
        """Write the epoch's logs, and what else is due."""
        self._write_logs(logs, epoch if self.update_freq == "epoch" else self.samples_seen)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._write_weights(epoch)
            self._write_outputs(epoch)
            if self.write_grads:
                self._write_gradients(epoch)
        if self.embeddings_freq and epoch % self.embeddings_freq == 0:
            self._write_embeddings()
        self._file.flush()

    def on_train_end(self, _=None):
        """End the file."""
        self._close()

    def _close(self):
        if self._file is not None:
            self._file.close()
        self._file = None

    # -------------------------------------------------------------- what
    def _write_logs(self, logs, step):
        for name, value in as_logs(logs).items():
            if name not in _NO_QUANTITY:
                self._file.scalar(name, plain(value), step)

    def _write_weights(self, epoch):
        for weight in self.model.weights:
            value = weight.numpy()
            self._file.histogram(_tag(weight), value, epoch)
            images = weight_images(value) if self.write_images else None
            if images is not None:
                self._file.images(_tag(weight), images, epoch)

    def _validation_batch(self):
        """Return x, y and sample weights of the first samples of the validation data, as three lists, or None."""
        if self.validation_data is None:
            return None
        arrays = [a[: self.batch_size] if np.ndim(a) else a for a in self.validation_data]
        return self.model._apart(arrays)

    def _write_outputs(self, epoch):
        batch = self._validation_batch()
        if batch is None or self.model.inputs is None:
            return
        tensors = {layer: nest.flatten(layer.get_output_at(0)) for layer in self.model.layers}
        run = K.function(self.model.inputs, nest.flatten(list(tensors.values())))
        values = iter(run(nest.flatten(batch[0])))
        for layer, outputs in tensors.items():
            for index, _ in enumerate(outputs):
                tag = f"{layer.name}_out" if len(outputs) == 1 else f"{layer.name}_out_{index}"
                self._file.histogram(tag, next(values), epoch)

    def _write_gradients(self, epoch):
        batch = self._validation_batch()
        if batch is None:
            raise ValueError(
                "TensorBoard: write_grads=True needs validation data to compute gradients of; give fit "
                "validation_data as arrays, not as a generator, or validation_split."
            )
        gradients = self.model.gradients_on_batch(*batch)
        for weight, gradient in zip(self.model.trainable_weights, gradients, strict=True):
            self._file.histogram(f"{_tag(weight)}_grad", gradient, epoch)

    def _write_embeddings(self):
        names = self.embeddings_layer_names or [
            layer.name for layer in self.model.layers if type(layer).__name__ == "Embedding"
        ]
        outputs = [self.model.get_layer(name).output for name in names]
        data = self.embeddings_data
        values = K.function(self.model.inputs, outputs)(
            data if isinstance(data, list) else [np.asarray(data)]
        )
        rows = []
        for name, value in zip(names, values, strict=True):
            path = f"{name}_embedding.tsv"
            vectors = value.reshape(len(value), -1)
            np.savetxt(os.path.join(self.log_dir, path), vectors, delimiter="\t")
            rows.append((f"{name}_embedding", path, self._metadata_of(name)))
        self._file.embeddings(rows)

    def _metadata_of(self, name):
        given = self.embeddings_metadata
        return given.get(name) if isinstance(given, dict) else os.fspath(given)


def _tag(weight):
    return weight.name.replace(":", "_")


def graph_of(model):
    """Return a model's layers and ops as a list of (name, kind, names of those that feed it).

    Examples:
        >>> from keras.layers import Dense
        >>> from keras.models import Sequential
        >>> model = Sequential([Dense(2, input_dim=3, name="a"), Dense(1, name="b")])
        >>> graph_of(model)[1:]
        [('a', 'Dense', ['a_input']), ('b', 'Dense', ['a'])]
    """
    if model.inputs is None:
        return [(layer.name, type(layer).__name__, []) for layer in model.layers]
    names = dict(zip(model.inputs, model.input_names, strict=True))
    rows, taken = [(name, "InputLayer", []) for name in names.values()], set(names.values())
    for node in graph.plan(model.outputs, model.inputs):
        name = _free_name(getattr(node.function, "name", None) or node.function.__name__, taken)
        kind = type(node.function).__name__ if hasattr(node.function, "name") else "Op"
        rows.append((name, kind, [names[t] for t in node.inputs if t in names]))
        names.update((t, name) for t in nest.flatten(node.outputs))
    return rows


def _free_name(name, taken):
    found, number = name, 1
    while found in taken:
        found, number = f"{name}_{number}", number + 1
    taken.add(found)
    return found
