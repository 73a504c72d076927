"""Reading ahead in threads: the right items in the right order, and never a hang."""

import gc
import itertools
import subprocess
import sys
import threading
import time

import pytest

from keras.utils import Sequence
from keras.utils.prefetch import parallel_map, prefetch


def readers():
    return [thread for thread in threading.enumerate() if thread.name == "keras-reader"]


@pytest.fixture(autouse=True)
def no_thread_is_left():
    yield
    gc.collect()
    for thread in readers():
        thread.join(5)
    assert readers() == []


def wait_until(condition):
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


@pytest.mark.parametrize("size", [1, 2, 100])
def test_all_items_in_order(size):
    assert list(prefetch(iter(range(50)), size)) == list(range(50))
    assert list(prefetch([], size)) == []
    assert list(prefetch([None, None], size)) == [None, None]


def test_the_items_are_made_in_another_thread_ahead_by_size():
    made = []

    def produce():
        for item in range(20):
            made.append((item, threading.current_thread()))
            yield item

    ahead = prefetch(produce(), 3)
    assert made == []
    assert next(ahead) == 0
    # One was taken: 3 may be ready, and not one more is begun.
    wait_until(lambda: len(made) == 4)
    time.sleep(0.02)
    assert len(made) == 4
    assert {thread for _, thread in made}.isdisjoint({threading.main_thread()})
    assert list(ahead) == list(range(1, 20))


def test_the_producers_error_comes_after_the_items_before_it():
    def produce():
        yield 1
        yield 2
        raise OSError("disk on fire")

    ahead = prefetch(produce(), 10)
    assert [next(ahead), next(ahead)] == [1, 2]
    with pytest.raises(OSError, match="disk on fire") as raised:
        next(ahead)
    assert "produce" in [entry.name for entry in raised.traceback]
    assert list(ahead) == []


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt, MemoryError])
def test_not_even_a_strange_error_hangs(kind):
    def produce():
        yield 1
        raise kind("strange")

    ahead = prefetch(produce(), 2)
    assert next(ahead) == 1
    with pytest.raises(kind, match="strange"):
        next(ahead)


def test_an_error_in_iter_is_raised():
    with pytest.raises(TypeError, match="not iterable"):
        next(prefetch(3, 2))


def test_an_iterator_is_not_asked_again_after_its_end():
    class Once:
        asked = 0

        def __iter__(self):
            return self

        def __next__(self):
            self.asked += 1
            if self.asked > 2:
                raise StopIteration
            return self.asked

    once = Once()
    assert list(prefetch(once, 10)) == [1, 2]
    assert once.asked == 3


@pytest.mark.parametrize("stop", ["close", "delete"])
def test_stopping_early_ends_the_thread_promptly(stop):
    ahead = prefetch(itertools.count(), 2)
    assert next(ahead) == 0
    assert len(readers()) == 1
    begin = time.monotonic()
    if stop == "close":
        ahead.close()
    else:
        del ahead
    assert readers() == []
    assert time.monotonic() - begin < 1


def test_a_generator_can_be_read_on_after_closing():
    def produce():
        for item in itertools.count():
            time.sleep(0.002)
            yield item

    source = produce()
    for _ in range(20):
        ahead = prefetch(source, 2)
        next(ahead)
        ahead.close()
        next(source)  # "generator already executing" if the thread were still in it


def test_a_producer_that_never_answers_does_not_hang_the_consumer(monkeypatch):
    monkeypatch.setattr("keras.utils.prefetch._PATIENCE", 0.05)
    release = threading.Event()

    def produce():
        yield 1
        release.wait()
        yield 2

    ahead = prefetch(produce(), 2)
    assert next(ahead) == 1
    begin = time.monotonic()
    ahead.close()
    assert time.monotonic() - begin < 2
    release.set()


def test_the_producer_may_be_the_one_that_closes():
    closed = threading.Event()
    holder = []

    def produce():
        yield 1
        yield 2
        holder.pop().close()
        closed.set()
        yield 3

    holder.append(prefetch(produce(), 2))
    assert next(holder[0]) == 1
    assert closed.wait(5)


def test_slow_consumer_and_slow_producer():
    def produce(pause):
        for item in range(10):
            time.sleep(pause)
            yield item

    received = []
    for item in prefetch(produce(0), 2):
        time.sleep(0.002)
        received.append(item)
    assert received == list(prefetch(produce(0.002), 2)) == list(range(10))


def test_a_hundred_runs_of_every_kind():
    def produce(length, fails):
        yield from range(length)
        if fails:
            raise ValueError("over")

    for run in range(100):
        length, fails, taken = run % 7, run % 3 == 0, run % 5
        ahead = prefetch(produce(length, fails), 1 + run % 4)
        if run % 2:
            assert list(itertools.islice(ahead, min(taken, length))) == list(
                range(min(taken, length))
            )
            ahead.close()
        elif fails:
            with pytest.raises(ValueError, match="over"):
                list(ahead)
        else:
            assert list(ahead) == list(range(length))


def test_sizes_are_checked_at_once():
    with pytest.raises(ValueError, match="prefetch: size=0"):
        prefetch([], 0)
    with pytest.raises(ValueError, match="workers=0 and size=10"):
        parallel_map([], 0)


class Squares(Sequence):
    def __init__(self, length=30, pause=0.0, fails_at=None):
        self.length = length
        self.pause = pause
        self.fails_at = fails_at
        self.read = []

    def __len__(self):
        return self.length

    def __getitem__(self, index):
        # Later batches are ready first, so that only ordering them gives the right order.
        time.sleep(self.pause * (3 - index % 3))
        self.read.append(index)
        if index == self.fails_at:
            raise ValueError("bad batch")
        return index**2


@pytest.mark.parametrize("workers", [1, 2, 7])
@pytest.mark.parametrize("size", [1, 3, 100])
def test_batches_come_in_the_order_asked_for(workers, size):
    squares = Squares(pause=0.0005)
    assert list(parallel_map(squares, workers, size=size)) == [n**2 for n in range(30)]
    order = [5, 3, 3, 29, 0]
    assert list(parallel_map(squares, workers, order, size)) == [n**2 for n in order]
    assert list(parallel_map(squares, workers, [], size)) == []


def test_several_threads_read_at_once():
    barrier = threading.Barrier(4, timeout=10)

    class Meeting(Squares):
        def __getitem__(self, index):
            barrier.wait()  # fails unless four threads are in here together
            return index

    assert list(parallel_map(Meeting(16), workers=4)) == list(range(16))


def test_an_endless_order_is_read_as_far_as_needed():
    squares = Squares()
    batches = parallel_map(squares, 2, itertools.cycle([1, 2]), size=4)
    assert list(itertools.islice(batches, 5)) == [1, 4, 1, 4, 1]
    batches.close()
    assert len(squares.read) <= 9


@pytest.mark.parametrize("workers", [1, 4])
def test_a_failing_batch_is_raised_in_its_place_and_named(workers):
    batches = parallel_map(Squares(pause=0.0005, fails_at=4), workers)
    assert list(itertools.islice(batches, 4)) == [0, 1, 4, 9]
    with pytest.raises(ValueError, match="bad batch") as raised:
        next(batches)
    assert raised.value.__notes__ == ["while reading batch 4 of Squares"]


def test_a_failing_order_is_raised_in_its_place():
    def order():
        yield 3
        raise RuntimeError("no more")

    batches = parallel_map(Squares(), 3, order())
    assert next(batches) == 9
    with pytest.raises(RuntimeError, match="no more"):
        next(batches)


def test_a_hundred_parallel_runs():
    for run in range(100):
        fails_at = 7 if run % 3 == 0 else None
        batches = parallel_map(Squares(10, fails_at=fails_at), 1 + run % 4, size=1 + run % 5)
        if run % 2:
            assert next(batches) == 0
            batches.close()
        elif fails_at:
            with pytest.raises(ValueError, match="bad batch"):
                list(batches)
        else:
            assert list(batches) == [n**2 for n in range(10)]


def test_a_program_ends_while_reading_ahead():
    program = (
        "import itertools, time\n"
        "from keras.utils.prefetch import prefetch\n"
        "def slow():\n"
        "    for item in itertools.count():\n"
        "        time.sleep(0 if item < 2 else 60)\n"
        "        yield item\n"
        "ahead, other = prefetch(itertools.count(), 2), prefetch(slow(), 2)\n"
        "print(next(ahead), next(other))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=30
    )
    assert (result.stdout, result.returncode) == ("0 0\n", 0), result.stderr
