"""Reading ahead: batches are prepared in background threads while the backend computes."""

import itertools
import sys
import threading
from functools import partial
from time import monotonic

_END = object()

# Seconds for which closing waits for items in the making, so that in ordinary cases nothing of the
# user's runs in the background afterwards (a generator cannot be used again while it runs).
_PATIENCE = 5.0


def prefetch(iterable, size=2):
    """Run an iterable in one background thread that is up to `size` items ahead.

    The thread starts with the first item asked for. It stops when the generator is closed or no
    longer in use, after an item in the making, which is waited for up to 5 seconds. Items that were
    read ahead are then lost: limit the iterable (`itertools.islice`) where it is used again later.

    Args:
        iterable: what to read. An exception it raises is raised here, after the items before it.
        size: how many items may be ready and waiting.

    Returns:
        A generator of the items.

    Raises:
        ValueError: `size` is less than 1.

    Examples:
        >>> list(prefetch(range(4), size=2))
        [0, 1, 2, 3]
    """
    if size < 1:
        raise ValueError(f"prefetch: size={size}, but at least 1 item must have room.")
    return _stream(lambda: _serial_tasks(iterable), workers=1, ahead=size)


def parallel_map(sequence, workers, order=None, size=10):
    """Read the batches of a `Sequence` in several threads; they come in the order asked for.

    Args:
        sequence: something with `__getitem__` and `__len__`.
        workers: the number of threads.
        order: the numbers of the batches to read (an iterable, also an endless one); None: all,
            once, from 0.
        size: how many batches may be ready or in the making.

    Returns:
        A generator of the batches.

    Raises:
        ValueError: `workers` or `size` is less than 1.

    Examples:
        >>> list(parallel_map("abcd", workers=2, order=[3, 0, 0]))
        ['d', 'a', 'a']
    """
    if workers < 1 or size < 1:
        raise ValueError(f"parallel_map: workers={workers} and size={size} must be at least 1.")
    return _stream(lambda: _indexed_tasks(sequence, order), workers=workers, ahead=size)


def _serial_tasks(iterable):
    return itertools.repeat(partial(next, iter(iterable), _END))


def _indexed_tasks(sequence, order):
    order = range(len(sequence)) if order is None else order
    return (partial(_read, sequence, index) for index in order)


def _read(sequence, index):
    try:
        return sequence[index]
    except Exception as error:
        name = type(getattr(sequence, "sequence", sequence)).__name__
        error.add_note(f"while reading batch {index} of {name}")
        raise


def _stream(make_tasks, workers, ahead):
    reader = _Reader(make_tasks(), workers, ahead)
    try:
        while (item := reader.take()) is not _END:
            yield item
    finally:
        reader.close()


class _Reader:
    """Runs tasks in threads and hands out their results in the order of the tasks.

    Task number n is begun only once result n - `ahead` was taken.
    """

    def __init__(self, tasks, workers, ahead):
        self._tasks = enumerate(tasks)
        self._ahead = ahead
        self._results = {}
        self._begun = 0
        self._taken = 0
        self._stopped = False
        # Its lock is reentrant, because a garbage collection in here may close this reader.
        self._changed = threading.Condition()
        self._threads = [
            threading.Thread(target=self._work, daemon=True, name="keras-reader")
            for _ in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    def take(self):
        """The next result; `_END` after the last; raises what its task raised."""
        with self._changed:
            self._changed.wait_for(lambda: self._taken in self._results)
            item, error = self._results.pop(self._taken)
            self._taken += 1
            self._changed.notify_all()
        if error is not None:
            raise error
        return item

    def close(self):
        """Let no further task begin, and see the threads end."""
        if sys.is_finalizing():  # the threads are gone, maybe in the middle of something
            return
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        deadline = monotonic() + _PATIENCE
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(max(deadline - monotonic(), 0))

    def _work(self):
        while (numbered := self._next_task()) is not None:
            number, task = numbered
            try:
                item, error = task(), None
            except BaseException as raised:  # whatever it is, the consumer must not wait for ever
                item, error = None, raised
            self._deliver(number, item, error)
            del item, error  # a waiting thread must not keep a batch alive

    def _next_task(self):
        """The next numbered task, once there is room for its result; None if there is none."""
        with self._changed:
            self._changed.wait_for(self._may_begin)
            if self._stopped:
                return None
            try:
                numbered = next(self._tasks, None)
            except BaseException as error:  # the order may be a generator of the user's
                return self._deliver(self._begun, None, error)
            if numbered is None:
                return self._deliver(self._begun, _END, None)
            self._begun += 1
            return numbered

    def _may_begin(self):
        return self._stopped or self._begun - self._taken < self._ahead

    def _deliver(self, number, item, error):
        """Put a result in place; no task begins after the end or an error."""
        with self._changed:
            self._results[number] = item, error
            if item is _END or error is not None:
                self._stopped = True
            self._changed.notify_all()
