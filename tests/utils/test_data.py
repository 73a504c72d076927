"""Data given as numbered batches."""

import pytest

from keras.utils import Sequence


class Tens(Sequence):
    def __len__(self):
        return 3

    def __getitem__(self, index):
        return index * 10


def test_iterating_is_one_epoch_each_time():
    tens = Tens()
    assert list(tens) == [0, 10, 20] == list(tens)
    assert tens.on_epoch_end() is None


def test_a_changed_length_counts_at_the_next_epoch():
    class Growing(Tens):
        length = 1

        def __len__(self):
            return self.length

        def on_epoch_end(self):
            self.length += 1

    growing = Growing()
    assert list(growing) == [0]
    growing.on_epoch_end()
    assert list(growing) == [0, 10]


def test_what_is_missing_is_named():
    class Empty(Sequence):
        pass

    with pytest.raises(NotImplementedError, match="Empty has no __len__"):
        len(Empty())
    with pytest.raises(NotImplementedError, match="Empty has no __getitem__"):
        Empty()[0]
