"""Sequences that processes can import."""

import os
import signal
import time

import numpy as np

from keras.utils import Sequence


class Numbers(Sequence):
    """Batches that tell their number, their epoch, a random number and the process that read them."""

    def __init__(self, count=6):
        self.count = count
        self.epoch = 0

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        return index, self.epoch, np.random.uniform(), os.getpid()

    def on_epoch_end(self):
        self.epoch += 1


class Failing(Numbers):
    def __getitem__(self, index):
        if index == 2:
            raise ValueError("there is no second batch")
        return index


class Odd(Exception):
    """An exception that does not survive pickling."""

    def __init__(self, first, second):
        super().__init__(f"{first} and {second}")


class Squares(Numbers):
    """Training data: y = 2 x."""

    def __getitem__(self, index):
        x = np.arange(4.0).reshape(4, 1) + index
        return x, 2 * x


class Dying(Squares):
    def __getitem__(self, index):
        if index == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().__getitem__(index)


class Faulty(Numbers):
    """Each batch fails in a way of its own, but for the first one."""

    def __init__(self):
        super().__init__(count=5)

    def __getitem__(self, index):
        if index == 1:
            raise ValueError("there is no first batch")
        if index == 2:
            raise Odd("this", "that")
        if index == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        if index == 4:
            raise SystemExit(3)
        return index


class Unreadable(Numbers):
    def __setstate__(self, state):
        raise ValueError("cannot be read back")


class Slow(Numbers):
    def __getitem__(self, index):
        time.sleep(60)


# ------------------------------------------------------------------ generators
def counted(start=0, *, to=5):
    """Yields what `Numbers` has, without the epoch."""
    for number in range(start, to):
        yield number, np.random.uniform(), os.getpid()


def collected(*args, **kwargs):
    yield args, kwargs


def endless():
    """Yields training data for ever."""
    index = 0
    while True:
        yield Squares()[index]
        index += 1


def dying():
    for index, batch in enumerate(endless()):
        if index == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        yield batch


def failing():
    yield from (np.ones((2, 1)) for _ in range(3))
    raise ValueError("there is no third batch")


class Source:
    """Has a method that is a generator."""

    def __init__(self, count):
        self.count = count

    def batches(self):
        yield from range(self.count)


class Iterator(Source):
    """An iterator that is no generator."""

    position = -1

    def __iter__(self):
        return self

    def __next__(self):
        self.position += 1
        if self.position == self.count:
            raise StopIteration
        return self.position
