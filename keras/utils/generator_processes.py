"""Reading generators in processes of their own, each of which runs a copy."""

import inspect
import pickle
import sys
from pathlib import Path

import numpy as np

from keras.utils.prefetch import prefetch
from keras.utils.processes import Process, close_all


class CannotBeSent(Exception):
    """Raised, with the reason, where a generator cannot run in another process."""


class _Call:
    """A generator that has not begun: the function that makes it, and the function's arguments."""

    def __init__(self, function, args, kwargs):
        self.function, self.args, self.kwargs = function, args, kwargs

    def __iter__(self):
        return self.function(*self.args, **self.kwargs)


class _Numbered:
    """Lets a generator be asked for its next batch as a `Sequence` is for one with a number."""

    def __init__(self, source):
        self.source = source
        self.iterator = None

    def __getitem__(self, index):
        if self.iterator is None:
            self.iterator = iter(self.source)
        return next(self.iterator)


def read_in_processes(source, workers, ahead):
    """Return a generator of the batches that copies of a generator yield, one in each process, taken in turns.

    NumPy's random numbers differ from process to process; what does not draw any yields every batch once a process, as
    in classic Keras. What is read here does not move on the generator in this process.

    Args:
        source: a generator that has not begun, of a function that stands in a module; or an iterator that can be
            pickled.
        workers: the number of processes.
        ahead: how many batches may be ready or in the making.

    Raises:
        CannotBeSent: with the reason.
    """
    pickled = _pickled(source)
    return _in_turns(pickled, type(source).__name__, workers, max(ahead // workers, 1))


def _in_turns(pickled, name, workers, ahead):
    seed = [int(number) for number in np.random.randint(2**31, size=2)]
    needs_main = b"__main__" in pickled
    processes, streams = [], []
    try:
        for number in range(workers):
            processes.append(Process(needs_main))
            numbers = range(number, sys.maxsize, workers)
            streams.append(prefetch(_read(processes[-1], numbers, (pickled, seed), name), ahead))
        left = list(streams)
        while left:
            for stream in list(left):
                batch = next(stream, None)
                if batch is None:
                    left.remove(stream)
                else:
                    yield batch
    finally:
        for stream in streams:
            stream.close()
        close_all(processes)


def _read(process, numbers, state, name):
    for number in numbers:
        try:
            batch = process.read(number, state, name)
        except StopIteration:
            return
        yield batch


def _pickled(source):
    call = _call_of(source) if inspect.isgenerator(source) else source
    try:
        pickled = pickle.dumps(_Numbered(call), protocol=5)
    except Exception as error:
        raise CannotBeSent(f"{error}") from error
    if b"__main__" in pickled and not _has_guard(sys.modules["__main__"]):
        raise CannotBeSent(
            "the script that it stands in would run again in each process, as it does nothing under "
            "`if __name__ == '__main__':`"
        )
    return pickled


def _call_of(generator):
    """Return the call that made a generator.

    Raises:
        CannotBeSent: if it has begun, or its function is not to be found in a module.
    """
    if inspect.getgeneratorstate(generator) != inspect.GEN_CREATED:
        raise CannotBeSent("it has been read from already")
    frame = generator.gi_frame
    function = sys.modules.get(frame.f_globals.get("__name__"))
    for name in generator.__qualname__.split("."):
        function = getattr(function, name, None)
    if getattr(function, "__code__", None) is not generator.gi_code:
        raise CannotBeSent(f"{generator.__qualname__} is not to be found by its name in a module")
    return _Call(function, *_arguments(function, frame.f_locals))


def _arguments(function, given):
    args, kwargs = [], {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind is parameter.VAR_POSITIONAL:
            args += given[name]
        elif parameter.kind is parameter.VAR_KEYWORD:
            kwargs.update(given[name])
        elif parameter.kind is parameter.KEYWORD_ONLY:
            kwargs[name] = given[name]
        else:
            args.append(given[name])
    return args, kwargs


def _has_guard(main):
    path = getattr(main, "__file__", None)
    return path is None or "__main__" in Path(path).read_text(encoding="utf8", errors="replace")


REFUSAL = (
    "use_multiprocessing=True: this {kind} cannot be sent to other processes, and is read in a thread: {reason}. Make "
    "it a Sequence, or call a generator function that stands in a module."
)
