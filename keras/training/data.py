"""How data become batches: arrays in memory, arrays in files, and anything that yields batches."""

import os
import warnings
from typing import NamedTuple

import numpy as np

from keras import config
from keras.backend import nest, seed
from keras.backend.compute import compute
from keras.training import checks
from keras.utils.data import Sequence
from keras.utils.prefetch import parallel_map, prefetch

# Rows of data that lie in files are read in blocks of about this many bytes.
_BLOCK_BYTES = 32 * 2**20


class Chunk(NamedTuple):
    """Rows of data, and the batches to make of them.

    Attributes:
        data: a nest (x, y, sample_weight) of arrays with equally many rows.
        order: int32, shape (steps, batch size): the rows of each batch.
        steps: how many of the batches to run, at most `len(order)`.
    """

    data: tuple
    order: object
    steps: int

    @property
    def batch_size(self):
        """The number of samples in each batch."""
        return self.order.shape[1]


# ------------------------------------------------------------------ what the user gave -> nests of arrays
def as_array(x):
    """Return array-like data as a NumPy or lazily read array; float64 becomes `floatx`, int64 becomes int32."""
    if is_lazy(x) or compute.is_tensor(x):
        return x
    if hasattr(x, "to_numpy"):
        x = x.to_numpy()
    x = np.asarray(x)
    if x.dtype == object or x.dtype.kind in "US":
        raise ValueError(
            f"Data should be numbers, got an array of dtype {x.dtype} and shape {x.shape}. "
            "Convert text to numbers first, and give all samples the same shape."
        )
    if x.dtype == "float64":
        return x.astype(config.floatx())
    return x.astype("int32") if x.dtype in ("int64", "uint64") else x


def is_lazy(x):
    """Return whether `x` is read piece by piece, such as an h5py dataset or an HDF5Matrix."""
    has_rows = hasattr(x, "shape") and hasattr(x, "__getitem__") and hasattr(x, "dtype")
    return (
        has_rows
        and not isinstance(x, np.ndarray | np.generic)
        and not compute.is_tensor(x)
        and not hasattr(x, "iloc")
    )


def inputs_of(model, x):
    """Return a model's input data as a list of arrays in the order of its inputs, checked against their shapes.

    Raises:
        ValueError: if a shape, a name or the number of arrays does not fit.
    """
    if model.inputs is None:
        return (
            nest.map_leaves(as_array, x)
            if isinstance(x, dict | tuple | list) and not _is_rows(x)
            else as_array(x)
        )
    names = model.input_names
    arrays = [as_array(a) for a in _as_list(x, names, "input", model.name)]
    fitted = []
    for name, array, tensor in zip(names, arrays, model.inputs, strict=True):
        if array.ndim == 1 and tensor.ndim == 2 and not is_lazy(array):
            array = array.reshape(-1, 1)
        checks.shape_fits(name, array, tensor.shape, model=model.name)
        fitted.append(array)
    return fitted


def _is_rows(x):
    """Return whether a list is one array written out, not a list of arrays."""
    return isinstance(x, list) and bool(x) and not hasattr(x[0], "shape")


def _as_list(x, names, what, model_name):
    if isinstance(x, dict):
        missing = [name for name in names if name not in x]
        if missing:
            raise ValueError(
                f"Model {model_name!r} needs the {what}(s) {names}; the data lack {missing}. Their keys are {list(x)}; "
                "rename them."
            )
        return [x[name] for name in names]
    if isinstance(x, list | tuple) and not (_is_rows(x) and len(names) == 1):
        if len(x) != len(names):
            raise ValueError(
                f"Model {model_name!r} has {len(names)} {what}(s) {names}, got a list of {len(x)} arrays; "
                "give one array for each."
            )
        return list(x)
    if len(names) != 1:
        raise ValueError(
            f"Model {model_name!r} has {len(names)} {what}s {names}, got a single array; give a list with one for each."
        )
    return [x]


def targets_of(model, y):
    """Return the targets as a list of arrays, one an output, None where an output has none."""
    names = model.target_names
    if y is None:
        return [None] * len(names)
    if isinstance(y, dict):
        unknown = sorted(set(y) - set(names))
        if unknown:
            raise ValueError(f"Model {model.name!r} has the outputs {names}; y names {unknown}.")
        return [None if y.get(name) is None else as_array(y[name]) for name in names]
    return [None if a is None else as_array(a) for a in _as_list(y, names, "output", model.name)]


def weights_of(model, sample_weight, class_weight, y):
    """Return one array of sample weights an output, or None.

    Args:
        sample_weight: an array, a list or a dict by output name, or None.
        class_weight: `{class: weight}`, or a dict of them by output name, or None.
        y: the targets, from `targets_of`.
    """
    names = model.target_names
    if (
        sample_weight is not None
        and len(names) > 1
        and not isinstance(sample_weight, list | tuple | dict)
    ):
        given = [sample_weight] * len(names)
    elif isinstance(sample_weight, dict):
        given = [sample_weight.get(name) for name in names]
    elif sample_weight is None:
        given = [None] * len(names)
    else:
        given = _as_list(sample_weight, names, "output", model.name)
    classes = _class_weights(class_weight, names)
    modes = model.sample_weight_modes
    return [_weight(*each) for each in zip(names, given, classes, y, modes, strict=True)]


def _class_weights(class_weight, names):
    if class_weight is None:
        return [None] * len(names)
    if any(isinstance(key, str) for key in class_weight):
        unknown = sorted(set(class_weight) - set(names))
        if unknown:
            raise ValueError(
                f"class_weight names the output(s) {unknown}, but the outputs are {names}."
            )
        return [class_weight.get(name) for name in names]
    if len(names) > 1:
        raise ValueError(f"class_weight should be a dict by output name for the outputs {names}.")
    return [class_weight]


def _weight(name, given, class_weight, y, mode):
    """Return the weights of one output's samples: those given times those of their classes."""
    weights = None if given is None else as_array(given).astype(config.floatx())
    wanted = 2 if mode == "temporal" else 1
    if weights is not None and weights.ndim != wanted:
        hint = (
            "temporal weights have shape (samples, time)"
            if wanted == 2
            else 'one weight a sample is needed; for weights by time step compile with sample_weight_mode="temporal"'
        )
        raise ValueError(f"sample_weight of the output {name!r} has shape {weights.shape}: {hint}.")
    if class_weight is None:
        return weights
    if mode == "temporal":
        raise ValueError(
            f"class_weight of the output {name!r} cannot go with temporal sample weights."
        )
    of_classes = _by_class(name, class_weight, np.asarray(y))
    return of_classes if weights is None else weights * of_classes


def _by_class(name, class_weight, y):
    if y.ndim > 2:
        raise ValueError(
            f"class_weight needs one class a sample, but the targets of {name!r} have shape {y.shape}."
        )
    classes = y.argmax(axis=1) if y.ndim == 2 and y.shape[1] > 1 else y.reshape(-1).astype("int64")
    missing = sorted(set(np.unique(classes).tolist()) - set(class_weight))
    if missing:
        raise ValueError(
            f"class_weight lacks the class(es) {missing} found in the targets of {name!r}; give each a weight."
        )
    return np.array([class_weight[c] for c in classes.tolist()], config.floatx())


# ------------------------------------------------------------------ arrays
class ArrayData:
    """Batches of arrays with equally many rows: kept by the backend if they are in memory and fit, else streamed.

    Args:
        x, y, sample_weight: nests of arrays, as `inputs_of`, `targets_of` and `weights_of` return them.
        batch_size: samples a batch.
        steps: take only so many batches an epoch, or None.
    """

    def __init__(self, x, y, sample_weight, batch_size, steps=None):
        self.arrays = (x, y, sample_weight)
        self.batch_size = batch_size
        self.samples = len(nest.flatten(x)[0])
        self.steps = -(-self.samples // batch_size)
        self.limit = steps
        if steps is not None:
            self.steps = steps
            self.samples = (
                min(self.samples, steps * batch_size)
                if steps * batch_size <= self.samples
                else None
            )
        self._rows = len(nest.flatten(x)[0])
        self._resident = None

    @property
    def is_streamed(self):
        """Whether rows are read piece by piece."""
        leaves = nest.flatten(self.arrays)
        return any(is_lazy(a) for a in leaves) or sum(_bytes(a) for a in leaves) > _memory() // 4

    def chunks(self, shuffle=False, order_seed=0):
        """Yield the chunks of one epoch.

        Args:
            shuffle: False, True, or "batch" to shuffle whole batches.
            order_seed: an int or tuple of ints that fixes the order.
        """
        remaining = self.limit
        epoch = 0
        while remaining is None or remaining > 0:
            rows = _order(self._rows, self.batch_size, shuffle, (*nest.as_list(order_seed), epoch))
            for chunk in self._chunks_of(rows):
                if remaining is None:
                    yield chunk
                    continue
                steps = min(chunk.steps, remaining)
                remaining -= steps
                if steps:
                    yield chunk._replace(steps=steps)
            if remaining is None:
                return
            epoch += 1

    def _chunks_of(self, rows):
        full = self._rows // self.batch_size * self.batch_size
        whole, rest = rows[:full].reshape(-1, self.batch_size), rows[full:].reshape(1, -1)
        if self.is_streamed:
            yield from self._streamed(whole, rest)
            return
        if self._resident is None:
            self._resident = nest.map_leaves(compute.asarray, self.arrays)
        for order in (whole, rest):
            if order.size:
                yield Chunk(self._resident, compute.asarray(order, "int32"), len(order))

    def _streamed(self, whole, rest):
        """Read blocks of rows ahead, in a thread, while the backend computes."""
        row_bytes = max(sum(_bytes(a) for a in nest.flatten(self.arrays)) // max(self._rows, 1), 1)
        batches = min(max(_BLOCK_BYTES // (row_bytes * self.batch_size), 1), max(len(whole), 1))
        blocks = [whole[i : i + batches] for i in range(0, len(whole), batches)]
        if rest.size:
            blocks.append(rest)
        yield from prefetch((self._block(block) for block in blocks), size=2)

    def _block(self, order):
        rows = order.reshape(-1)
        data = nest.map_leaves(lambda a: compute.asarray(as_array(read_rows(a, rows))), self.arrays)
        places = np.arange(rows.size, dtype="int32").reshape(order.shape)
        return Chunk(data, compute.asarray(places), len(order))


def read_rows(array, rows):
    """Return rows of an array or a lazily read one, which is asked for rising row numbers only."""
    if not is_lazy(array):
        return array[rows]
    if rows.size and np.array_equal(rows, np.arange(rows[0], rows[0] + rows.size)):
        return np.asarray(array[int(rows[0]) : int(rows[0]) + rows.size])
    rising, places = np.unique(rows, return_inverse=True)
    return np.asarray(array[rising])[places]


def _order(count, batch_size, shuffle, order_seed):
    """Return the order of the rows in one epoch."""
    if not shuffle:
        return np.arange(count, dtype="int32")
    generator = seed.generator(order_seed)
    if shuffle == "batch":
        full = count // batch_size
        blocks = generator.permutation(full)[:, None] * batch_size + np.arange(batch_size)
        return np.concatenate([blocks.reshape(-1), np.arange(full * batch_size, count)]).astype(
            "int32"
        )
    return generator.permutation(count).astype("int32")


def _bytes(array):
    return int(np.prod(array.shape, dtype="int64")) * getattr(array.dtype, "itemsize", 4)


def _memory():
    """Return the machine's memory in bytes, 4 GiB where it is not known."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 4 * 2**30


# ------------------------------------------------------------------ batches from elsewhere
class BatchData:
    """Batches from a generator, a `Sequence` or any other iterable of `x`, `(x, y)` or `(x, y, sample_weight)`.

    Args:
        source: the iterable.
        prepare: a function of (x, y, sample_weight) that returns a nest of arrays.
        steps: batches an epoch; by default the length of the source.
        epochs: how many epochs will be asked for, so that no more batches are read than are used.
        workers: threads that read a `Sequence`.
        queue_size: batches to read ahead.

    Raises:
        ValueError: if the number of steps is neither given nor known.
    """

    samples = None

    def __init__(
        self,
        source,
        prepare,
        steps=None,
        epochs=1,
        workers=1,
        queue_size=10,
        argument="steps_per_epoch",
    ):
        self.source, self.prepare = source, prepare
        self.is_indexed = isinstance(source, Sequence) or (
            hasattr(source, "__getitem__") and hasattr(source, "__len__")
        )
        self.is_restartable = not self.is_indexed and iter(source) is not source
        if steps is None and hasattr(source, "__len__"):
            steps = len(source)
        if steps is None and not self.is_restartable:
            raise ValueError(
                f"A generator has no length: give {argument}, the number of batches in an epoch."
            )
        if steps is not None and steps < 1:
            raise ValueError(
                f"The dataset is empty: {argument} is {steps}. Give at least one batch."
            )
        self.steps, self.epochs = steps, epochs
        self.workers, self.queue_size = max(workers or 1, 1), max(queue_size or 1, 1)
        self.has_ended = False
        self._stream = None

    def chunks(self, shuffle=False, order_seed=0):
        """Yield the batches of one epoch, each as a chunk of one step."""
        if self.is_indexed:
            batches = self._indexed(shuffle, order_seed)
        elif self.is_restartable and self.steps is None:
            batches = prefetch(iter(self.source), self.queue_size)
        else:
            batches = self._continued()
        for batch in batches:
            yield self._chunk(batch)
        if self.is_indexed and hasattr(self.source, "on_epoch_end"):
            self.source.on_epoch_end()

    def _indexed(self, shuffle, order_seed):
        count = len(self.source)
        order = seed.generator(order_seed).permutation(count) if shuffle else np.arange(count)
        numbers = [int(order[i % count]) for i in range(self.steps)]
        return parallel_map(self.source, self.workers, numbers, self.queue_size)

    def _continued(self):
        """Yield the next `steps` batches of a stream that goes on from epoch to epoch."""
        if self._stream is None:
            self._stream = prefetch(
                _endless(self.source, self.is_restartable, self.steps * self.epochs),
                self.queue_size,
            )
        for step in range(self.steps):
            batch = next(self._stream, None)
            if batch is None:
                self.has_ended = True
                warnings.warn(
                    f"The generator ended after {step} of the {self.steps} batches of this epoch; training stops here. "
                    "Let it yield batches for ever, or give fewer steps.",
                    stacklevel=2,
                )
                return
            yield batch

    def _chunk(self, batch):
        data = nest.map_leaves(compute.asarray, self.prepare(*unpack(batch)))
        count = len(nest.flatten(data)[0])
        return Chunk(data, compute.asarray(np.arange(count, dtype="int32")[None]), 1)

    def close(self):
        """Stop reading ahead."""
        if self._stream is not None:
            self._stream.close()


def _endless(source, is_restartable, count):
    """Yield `count` batches, beginning anew where a restartable source ends."""
    given = 0
    while given < count:
        before = given
        for batch in source:
            yield batch
            given += 1
            if given == count:
                return
        if not is_restartable or given == before:
            return


def unpack(batch):
    """Return a batch as (x, y, sample_weight), None for what it lacks.

    Raises:
        ValueError: if it is a tuple of another length.
    """
    if not isinstance(batch, tuple):
        return (*batch, *[None] * (3 - len(batch))) if _is_pair_list(batch) else (batch, None, None)
    if not 1 <= len(batch) <= 3:
        raise ValueError(
            f"A batch should be x, (x, y) or (x, y, sample_weight), got a tuple of {len(batch)} entries."
        )
    return (*batch, *[None] * (3 - len(batch)))


def _is_pair_list(batch):
    # Loaders of other libraries give [x, y]; a list of inputs alone would be ambiguous and comes as ([a, b],).
    return isinstance(batch, list) and len(batch) == 2


def is_batches(x):
    """Return whether `x` yields batches rather than being an array or nest of arrays."""
    if (
        x is None
        or isinstance(x, list | tuple | dict | np.ndarray)
        or hasattr(x, "shape")
        or hasattr(x, "to_numpy")
    ):
        return False
    return hasattr(x, "__iter__") or hasattr(x, "__next__") or isinstance(x, Sequence)
