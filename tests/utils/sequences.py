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


class FailingOddly(Numbers):
    def __getitem__(self, index):
        raise Odd("this", "that")


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


class Exiting(Numbers):
    def __getitem__(self, index):
        raise SystemExit(3)


class Unreadable(Numbers):
    def __setstate__(self, state):
        raise ValueError("cannot be read back")


class Slow(Numbers):
    def __getitem__(self, index):
        time.sleep(60)
