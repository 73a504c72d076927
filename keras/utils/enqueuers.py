"""Reading data ahead, as an object that is started and stopped."""

import random
import warnings

from keras.utils.generator_processes import REFUSAL, CannotBeSent, read_in_processes
from keras.utils.prefetch import parallel_map, prefetch
from keras.utils.processes import RemoteSequence


class SequenceEnqueuer:
    """Base of what reads batches ahead: `start` it, take batches from `get`, `stop` it.

    Args:
        sequence: where the batches come from.
        use_multiprocessing: whether to read in processes rather than threads.
    """

    def __init__(self, sequence, use_multiprocessing=False):
        self.sequence = sequence
        self.use_multiprocessing = use_multiprocessing
        self._stream = None

    def start(self, workers=1, max_queue_size=10):
        """Make ready to read.

        Args:
            workers: threads or processes.
            max_queue_size: batches to read ahead.
        """
        self.stop()
        self._stream = self._batches(max(workers, 1), max_queue_size)

    def _batches(self, workers, ahead):
        raise NotImplementedError(
            f"{type(self).__name__} does not read anything: use OrderedEnqueuer for a Sequence, GeneratorEnqueuer for "
            "a generator."
        )

    def is_running(self):
        """Return whether it was started and not stopped."""
        return self._stream is not None

    def get(self):
        """Return an iterator over the batches; what reading raises, it raises.

        Raises:
            RuntimeError: if it was not started.
        """
        if self._stream is None:
            raise RuntimeError(f"This {type(self).__name__} is not running: call start first.")
        return self._stream

    def stop(self, timeout=None):
        """Stop reading; batches that were read ahead are lost.

        Args:
            timeout: has no effect; threads and processes that do not end within 5 seconds are left or killed.
        """
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()


class OrderedEnqueuer(SequenceEnqueuer):
    """Reads the batches of a `Sequence` ahead, in their order, epoch after epoch without end.

    Args:
        sequence: a `Sequence`.
        use_multiprocessing: whether to read in processes rather than threads.
        shuffle: whether to read the batches of each epoch in a random order.

    Examples:
        >>> enqueuer = OrderedEnqueuer("abc")
        >>> enqueuer.start(workers=2)
        >>> batches = enqueuer.get()
        >>> [next(batches) for _ in range(5)]
        ['a', 'b', 'c', 'a', 'b']
        >>> enqueuer.stop()
    """

    def __init__(self, sequence, use_multiprocessing=False, shuffle=False):
        super().__init__(sequence, use_multiprocessing)
        self.shuffle = shuffle

    def _batches(self, workers, ahead):
        remote = RemoteSequence(self.sequence, workers) if self.use_multiprocessing else None
        try:
            while True:
                order = list(range(len(self.sequence)))
                if self.shuffle:
                    random.shuffle(order)
                yield from parallel_map(remote or self.sequence, workers, order, ahead)
                if hasattr(self.sequence, "on_epoch_end"):
                    self.sequence.on_epoch_end()
                if remote is not None:
                    remote.refresh()
        finally:
            if remote is not None:
                remote.close()


class GeneratorEnqueuer(SequenceEnqueuer):
    """Reads a generator ahead in a thread or in processes; the batches end when it ends.

    Args:
        sequence: a generator.
        use_multiprocessing: whether each worker is a process that runs a copy of the generator: one that does not draw
            random numbers then yields each batch once a process. With a warning it is read in a thread where it cannot
            be sent to processes: it has begun, or its function does not stand in a module.
        wait_time: has no effect, nothing waits by the clock.
        random_seed: has no effect, the processes' random numbers depend on `numpy.random`.

    Examples:
        >>> enqueuer = GeneratorEnqueuer(iter("abc"))
        >>> enqueuer.start()
        >>> list(enqueuer.get())
        ['a', 'b', 'c']
        >>> enqueuer.stop()
    """

    def __init__(self, sequence, use_multiprocessing=False, wait_time=None, random_seed=None):
        super().__init__(sequence, use_multiprocessing)
        self.wait_time = wait_time
        self.random_seed = random_seed

    def _batches(self, workers, ahead):
        if self.use_multiprocessing:
            try:
                return read_in_processes(self.sequence, workers, ahead)
            except CannotBeSent as reason:
                kind = type(self.sequence).__name__
                warnings.warn(REFUSAL.format(kind=kind, reason=reason), stacklevel=3)
        return prefetch(self.sequence, ahead)
