"""How data become batches: arrays in memory, arrays in files, and anything that yields batches."""

import os
import warnings
from typing import NamedTuple

import numpy as np

from keras.backend import nest, seed
from keras.backend.compute import compute
from keras.training.arrays import as_array, in_memory
from keras.training.lazy import is_lazy, read_rows
from keras.utils.data import Sequence
from keras.utils.generator_processes import REFUSAL, CannotBeSent, read_in_processes
from keras.utils.prefetch import parallel_map, prefetch
from keras.utils.processes import RemoteSequence

# Rows of data that lie in files are read in blocks of about this many bytes: 32 MiB took 400 MB more and were slower.
_BLOCK_BYTES = 4 * 2**20


class Chunk(NamedTuple):
    """Rows of data, and the batches to make of them.

    Attributes:
        data: a nest (x, y, sample_weight) of arrays with equally many rows.
        order: int32, shape (steps, batch size): the rows of each batch; None for one batch of all rows as they are.
        steps: how many of the batches to run, at most `len(order)`.
    """

    data: tuple
    order: object
    steps: int

    @property
    def batch_size(self):
        """The number of samples in each batch."""
        return len(nest.flatten(self.data)[0]) if self.order is None else self.order.shape[1]


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
class Reading(NamedTuple):
    """How batches are read from where they come.

    Attributes:
        steps: batches an epoch; None for the length of the source.
        epochs: how many epochs will be asked for, so that no more batches are read than are used.
        workers: threads or processes that read a `Sequence`.
        queue_size: batches to read ahead.
        argument: what the user calls the number of steps.
        processes: whether a `Sequence` or a generator is read in processes.
    """

    steps: int | None = None
    epochs: int = 1
    workers: int = 1
    queue_size: int = 10
    argument: str = "steps"
    processes: bool = False


class BatchData:
    """Batches from a generator, a `Sequence` or any other iterable of `x`, `(x, y)` or `(x, y, sample_weight)`.

    Args:
        source: the iterable.
        prepare: a function of such a batch that returns (x, y, sample_weight) as nests of arrays.
        reading: a `Reading`.

    Raises:
        ValueError: if the number of steps is neither given nor known.
    """

    samples = None

    def __init__(self, source, prepare, reading):
        steps, argument = reading.steps, reading.argument
        self.source, self.prepare = source, prepare
        self.is_indexed = isinstance(source, Sequence) or (
            hasattr(source, "__getitem__") and hasattr(source, "__len__")
        )
        self.is_restartable = not self.is_indexed and iter(source) is not source
        if steps is None:
            steps = _length(source)
        if steps is None and not self.is_restartable:
            raise ValueError(
                f"A generator has no length: give {argument}, the number of batches in an epoch."
            )
        if steps is not None and steps < 1:
            raise ValueError(
                f"The dataset is empty: {argument} is {steps}. Give at least one batch."
            )
        self.steps, self.epochs = steps, reading.epochs
        self.workers, self.queue_size = (
            max(reading.workers or 1, 1),
            max(reading.queue_size or 1, 1),
        )
        self.has_ended = False
        self._stream = None
        self._remote = None
        if reading.processes and (self.is_indexed or not self.is_restartable):
            self._remote = self._in_processes()

    def _in_processes(self):
        """Return what reads the `Sequence` in processes; None for other sources, whose copies `_stream` reads."""
        if self.is_indexed:
            return RemoteSequence(self.source, self.workers)
        try:
            self._stream = read_in_processes(self.source, self.workers, self.queue_size)
        except CannotBeSent as reason:
            kind = type(self.source).__name__
            warnings.warn(REFUSAL.format(kind=kind, reason=reason), stacklevel=6)
        return None

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
            if self._remote is not None:
                self._remote.refresh()

    def _indexed(self, shuffle, order_seed):
        count = len(self.source)
        order = seed.generator(order_seed).permutation(count) if shuffle else np.arange(count)
        numbers = [int(order[i % count]) for i in range(self.steps)]
        source = self.source if self._remote is None else self._remote
        return parallel_map(source, self.workers, numbers, self.queue_size)

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
        return Chunk(nest.map_leaves(in_memory, self.prepare(batch)), None, 1)

    def close(self):
        """Stop reading ahead."""
        if self._stream is not None:
            self._stream.close()
        if self._remote is not None:
            self._remote.close()


def _length(source):
    """Return the number of batches in a source, None where it does not know."""
    try:
        return len(source) if hasattr(source, "__len__") else None
    except TypeError:
        # So say some loaders whose data have no known end.
        return None


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
    """Return a batch as (x, y, sample_weight), None for what it lacks; loaders of other libraries give lists.

    Raises:
        ValueError: if it has another number of entries.
    """
    if not isinstance(batch, list | tuple):
        return batch, None, None
    if not 1 <= len(batch) <= 3:
        raise ValueError(
            f"A batch should be x, (x, y) or (x, y, sample_weight), got {len(batch)} entries."
        )
    return (*batch, *[None] * (3 - len(batch)))


def inputs_of_batch(batch, count):
    """Return the inputs in a batch to predict from: a list of as many arrays as the model has inputs, else its x.

    Args:
        batch: x, `(x, y)` or `(x, y, sample_weight)`.
        count: the number of the model's inputs.
    """
    return batch if isinstance(batch, list) and len(batch) == count else unpack(batch)[0]
