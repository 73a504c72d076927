"""Reading the batches of a `Sequence` in processes of their own."""

import contextlib
import multiprocessing
import pickle
import queue
import random
import signal
import sys
import threading
import traceback
import types
import weakref

import numpy as np

# A process that is forked from one with threads, as the backends have them, may hang: each starts anew.
_context = multiprocessing.get_context("spawn")

# Seconds for which a process may take to end before it is made to.
_PATIENCE = 5.0


class RemoteSequence:
    """Stands in for a `Sequence` whose batches are read in other processes, one for each thread that asks for a batch.

    The processes start as they are needed, and keep a copy of the sequence. NumPy's random numbers in them depend on
    `numpy.random` in this process and on the batch alone.

    Args:
        sequence: something with `__getitem__` and `__len__` that can be pickled.
        workers: the most processes to run.

    Raises:
        TypeError: if the sequence cannot be pickled.
    """

    def __init__(self, sequence, workers):
        self.sequence = sequence
        self._idle = queue.LifoQueue()
        for _ in range(workers):
            self._idle.put(None)
        self._started = []
        self._state = None
        self.refresh()
        self.close = weakref.finalize(self, close_all, self._started)

    def __len__(self):
        return len(self.sequence)

    def refresh(self):
        """Let the processes have the sequence as it is now, and new random numbers."""
        seed = [int(number) for number in np.random.randint(2**31, size=2)]
        self._state = _pickled(self.sequence), seed

    def __getitem__(self, index):
        """Return the batch with the number `index`.

        Raises:
            RuntimeError: if the process ends before it has returned the batch.
            Exception: what reading the batch raised there.
        """
        process = self._idle.get()
        try:
            if process is None:
                process = Process(needs_main=b"__main__" in self._state[0])
                self._started.append(process)
            return process.read(index, self._state, type(self.sequence).__name__)
        finally:
            # In place of a dead process a new one starts, should anyone ask again.
            self._idle.put(process if process is not None and process.is_alive() else None)


def _pickled(sequence):
    try:
        return pickle.dumps(sequence, protocol=5)
    except Exception as error:
        raise TypeError(
            f"A {type(sequence).__name__} cannot be sent to another process: {error}. Define its class and functions "
            "at the top of a module and open files only in __getitem__, or give use_multiprocessing=False."
        ) from error


def close_all(processes):
    """See all of a list of processes end, and empty the list."""
    for process in processes:
        process.hang_up()
    for process in processes:
        process.end()
    processes.clear()


@contextlib.contextmanager
def _without_main():
    """Let processes that start here not import the main script.

    Only a sequence whose class stands in the script needs that. Without it, a script works that does not keep what it
    does under `if __name__ == "__main__":`.
    """
    with _main_is_hidden:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = types.ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


_main_is_hidden = threading.Lock()


class Process:
    """One process that reads batches, and the line to it.

    Args:
        needs_main: whether it has to import the main script.
    """

    def __init__(self, needs_main):
        self._line, there = _context.Pipe()
        self._state = None
        self._process = _context.Process(
            target=_serve, args=(there,), daemon=True, name="keras-reader"
        )
        try:
            with contextlib.nullcontext() if needs_main else _without_main():
                self._process.start()
        finally:
            # With the other end open in the process alone, the line breaks when it dies.
            there.close()

    def is_alive(self):
        """Return whether the process still runs."""
        return self._process.is_alive()

    def read(self, index, state, name):
        """Return a batch; `state` is a sequence, pickled, and a seed."""
        sequence, seed = state
        try:
            self._line.send((None if self._state is state else sequence, seed, index))
            batch, error = pickle.loads(self._line.recv_bytes())
        except (EOFError, OSError) as broken:
            raise RuntimeError(self._obituary(index, name)) from broken
        if error is not None:
            raise error
        self._state = state
        return batch

    def _obituary(self, index, name):
        self._process.join(_PATIENCE)
        code = self._process.exitcode
        cause = f"killed by signal {-code}" if code and code < 0 else f"exit code {code}"
        return (
            f"The process that was to read batch {index} of {name} has ended ({cause}). Look for its message "
            "above. Where the sequence's class stands in the main script, each process imports the script: put what it "
            "does under `if __name__ == '__main__':`, or the class into a module. Where the memory is too small, use "
            "fewer workers."
        )

    def hang_up(self):
        """Tell the process to end."""
        self._line.close()

    def end(self):
        """See the process end."""
        self._process.join(_PATIENCE)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()


def _serve(line):
    """Read batches until the line breaks; this runs in the process."""
    # Ctrl-C is for the main process, which then hangs up.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sequence = None
    with contextlib.suppress(EOFError, OSError):  # the main process has hung up or is gone
        while True:
            pickled, seed, index = line.recv()
            try:
                if pickled is not None:
                    sequence = pickle.loads(pickled)
                random.seed(f"{seed} {index}")
                np.random.seed([*seed, index])
                answer = pickle.dumps((sequence[index], None), protocol=5)
            except Exception as error:
                answer = _failure(error)
            line.send_bytes(answer)


def _failure(error):
    """Return an answer that carries an exception, or its text where it cannot travel."""
    error.add_note(f"in a process that reads batches:\n{traceback.format_exc()}")
    try:
        answer = pickle.dumps((None, error))
        pickle.loads(answer)
    except Exception:
        return pickle.dumps((None, RuntimeError(f"{type(error).__name__}: {error}")))
    return answer
