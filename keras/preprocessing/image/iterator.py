"""Iterator: the order of the samples and the random numbers of each batch."""

import threading

import numpy as np

from keras.preprocessing.image import draws
from keras.preprocessing.image.pictures import EXTENSIONS
from keras.utils.data import Sequence


class Iterator(Sequence):
    """Batches of samples in a random or fixed order, as a `Sequence` and as an iterator without end.

    A subclass has `_get_batches_of_transformed_samples`. The random numbers that it draws through an
    `ImageDataGenerator` depend on the seed, the epoch and the number of the batch alone, so that any number of threads
    or processes gives the same batches.

    Args:
        n: the number of samples.
        batch_size: samples a batch; the last batch of an epoch may be smaller.
        shuffle: whether to take the samples of each epoch in a new random order.
        seed: an int that fixes all random numbers; None: drawn from `numpy.random`.
    """

    white_list_formats = EXTENSIONS

    def __init__(self, n, batch_size, shuffle, seed):
        self.n = n
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.seed = seed
        self.epoch = 0
        self.batch_index = 0
        self.lock = threading.Lock()
        self._root = int(np.random.randint(2**31)) if seed is None else seed

    def _get_batches_of_transformed_samples(self, index_array):
        """Return the batch of the samples with the given numbers."""
        raise NotImplementedError(
            f"{type(self).__name__} has no _get_batches_of_transformed_samples; write one that returns the batch of "
            "the samples whose numbers it is given."
        )

    # ------------------------------------------------------------------ a batch by its number
    def __len__(self):
        """The number of batches in an epoch."""
        return -(-self.n // self.batch_size)

    def __getitem__(self, idx):
        """The batch with the number `idx` of the present epoch.

        Raises:
            IndexError: if there is no such batch.
        """
        if not 0 <= idx < len(self):
            raise IndexError(f"There is no batch {idx} among {len(self)}.")
        return self._batch(self.epoch, idx)

    def on_epoch_end(self):
        """Begin the next epoch: with `shuffle`, in another order."""
        self.epoch += 1
        self.batch_index = 0

    def _batch(self, epoch, number):
        first = epoch * len(self)
        state = self._state(first + number)
        # The first batch's numbers are drawn after those of the order, which come from the same seed.
        order = self._order(state if number == 0 else self._state(first))
        samples = order[number * self.batch_size : (number + 1) * self.batch_size]
        with draws.drawing_from(state):
            return self._get_batches_of_transformed_samples(samples)

    def _state(self, number):
        return np.random.RandomState((self._root + number) % 2**32)

    def _order(self, state):
        return state.permutation(self.n) if self.shuffle else np.arange(self.n)

    # ------------------------------------------------------------------ without end
    @property
    def total_batches_seen(self):
        """The number of batches that `next` and past epochs have given."""
        return self.epoch * len(self) + self.batch_index

    def reset(self):
        """Let `next` begin anew: with the next epoch, if it was in the middle of one."""
        with self.lock:
            if self.batch_index:
                self.on_epoch_end()

    def __iter__(self):
        return self

    def __next__(self, *args, **kwargs):
        return self.next()

    def next(self):
        """Return the next batch; after the last one of an epoch comes the first one of the next."""
        if not self.n:
            raise ValueError(f"This {type(self).__name__} has no samples, so there is no batch.")
        with self.lock:
            epoch, number = self.epoch, self.batch_index
            self.batch_index += 1
            if self.batch_index == len(self):
                self.on_epoch_end()
        return self._batch(epoch, number)

    def __getstate__(self):
        # A lock cannot travel to another process.
        return {name: value for name, value in self.__dict__.items() if name != "lock"}

    def __setstate__(self, state):
        self.__dict__.update(state)
        self.lock = threading.Lock()
