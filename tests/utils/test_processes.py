"""Reading a Sequence in processes: the same batches, errors that surface, nothing that hangs."""

import multiprocessing
import os
import threading
import time

import numpy as np
import pytest

from keras.layers import Dense
from keras.models import Sequential
from keras.utils import GeneratorEnqueuer, OrderedEnqueuer
from keras.utils.enqueuers import SequenceEnqueuer
from keras.utils.prefetch import parallel_map
from keras.utils.processes import RemoteSequence
from tests.utils import sequences

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills processes by signals")


@pytest.fixture(autouse=True)
def no_process_is_left():
    yield
    assert multiprocessing.active_children() == []


def remote(sequence, workers=1):
    return RemoteSequence(sequence, workers)


def test_batches_come_from_other_processes_and_epochs_go_on():
    numbers = sequences.Numbers()
    reader = remote(numbers, workers=2)
    first = list(parallel_map(reader, workers=2))
    numbers.on_epoch_end()
    reader.refresh()
    second = list(parallel_map(reader, workers=2))
    reader.close()
    assert [batch[0] for batch in first] == list(range(6))
    assert {batch[1] for batch in first} == {0} and {batch[1] for batch in second} == {1}
    processes = {batch[3] for batch in first + second}
    assert len(processes) <= 2 and os.getpid() not in processes
    draws = [batch[2] for batch in first + second]
    assert len(set(draws)) == len(draws), "each batch has random numbers of its own"


def test_random_numbers_do_not_depend_on_the_number_of_processes():
    found = []
    for workers in (1, 2):
        np.random.seed(4)
        reader = remote(sequences.Numbers(), workers)
        found.append([batch[2] for batch in parallel_map(reader, workers)])
        reader.close()
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("kind", "error", "message"),
    [
        (sequences.Failing, ValueError, "there is no second batch"),
        (sequences.FailingOddly, RuntimeError, "Odd: this and that"),
        (sequences.Dying, RuntimeError, r"batch 2 of Dying has ended \(killed by signal 9\)"),
        (sequences.Exiting, RuntimeError, r"Exiting has ended \(exit code 3\)"),
        (sequences.Unreadable, ValueError, "cannot be read back"),
    ],
)
def test_what_goes_wrong_in_a_process_is_raised_here(kind, error, message):
    reader = remote(kind())
    with pytest.raises(error, match=message):
        list(parallel_map(reader, workers=1))
    reader.close()


def test_the_place_of_an_error_is_told():
    reader = remote(sequences.Failing())
    with pytest.raises(ValueError) as caught:
        reader[2]
    assert "sequences.py" in caught.value.__notes__[0]
    assert reader[1] == 1, "the process goes on"
    reader.close()


def test_a_dead_process_is_replaced():
    reader = remote(sequences.Dying())
    with pytest.raises(RuntimeError, match="has ended"):
        reader[2]
    assert reader[1][0].tolist() == [[1], [2], [3], [4]]
    reader.close()


def test_a_process_killed_from_outside_while_it_reads():
    reader = remote(sequences.Slow())
    killer = threading.Thread(target=_kill_the_first_child)
    killer.start()
    with pytest.raises(RuntimeError, match="killed by signal 9"):
        reader[0]
    killer.join()
    reader.close()


def _kill_the_first_child():
    while not (children := multiprocessing.active_children()):
        time.sleep(0.01)
    time.sleep(0.5)
    children[0].kill()


def test_what_cannot_be_sent():
    numbers = sequences.Numbers()
    numbers.function = lambda x: x
    with pytest.raises(TypeError, match="Numbers cannot be sent to another process"):
        remote(numbers)


# ------------------------------------------------------------------ training
def model():
    model = Sequential([Dense(1, input_shape=(1,), kernel_initializer="ones")])
    model.compile("sgd", "mse")
    return model


def test_training_in_processes_gives_the_same_losses():
    losses = []
    for processes in (False, True):
        history = model().fit_generator(
            sequences.Squares(),
            epochs=2,
            verbose=0,
            workers=2,
            use_multiprocessing=processes,
            shuffle=False,
            validation_data=sequences.Squares(2),
        )
        losses.append(history.history)
    assert losses[0] == losses[1]


def test_evaluation_and_prediction_in_processes():
    trained, data = model(), sequences.Squares(3)
    loss = trained.evaluate_generator(data, use_multiprocessing=True)
    assert loss == pytest.approx(trained.evaluate_generator(data))
    found = trained.predict_generator(data, use_multiprocessing=True, workers=2)
    np.testing.assert_array_equal(found, trained.predict_generator(data))


def test_a_process_that_dies_ends_the_training():
    with pytest.raises(RuntimeError, match="batch 2 of Dying has ended"):
        model().predict(sequences.Dying(), use_multiprocessing=True)


def test_a_generator_is_read_in_a_thread():
    batches = (sequences.Squares()[i] for i in range(6))
    with pytest.warns(UserWarning, match="no effect on a generator"):
        history = model().fit_generator(batches, 3, epochs=2, verbose=0, use_multiprocessing=True)
    assert len(history.history["loss"]) == 2


# ------------------------------------------------------------------ enqueuers
@pytest.mark.parametrize("processes", [False, True])
def test_an_ordered_enqueuer_goes_through_epochs(processes):
    enqueuer = OrderedEnqueuer(sequences.Numbers(3), use_multiprocessing=processes)
    assert not enqueuer.is_running()
    enqueuer.start(workers=2, max_queue_size=4)
    assert enqueuer.is_running()
    batches = enqueuer.get()
    found = [next(batches) for _ in range(7)]
    assert [batch[:2] for batch in found] == [(i, e) for e in range(3) for i in range(3)][:7]
    assert all((batch[3] != os.getpid()) == processes for batch in found)
    enqueuer.stop()
    assert not enqueuer.is_running()
    with pytest.raises(StopIteration):
        next(batches)


def test_a_shuffling_enqueuer_gives_each_batch_once():
    enqueuer = OrderedEnqueuer(sequences.Numbers(50), shuffle=True)
    enqueuer.start(workers=3)
    batches = enqueuer.get()
    found = [next(batches)[0] for _ in range(50)]
    enqueuer.stop()
    assert found != sorted(found) and sorted(found) == list(range(50))


def test_an_enqueuer_raises_what_reading_raised():
    enqueuer = OrderedEnqueuer(sequences.Failing())
    enqueuer.start()
    with pytest.raises(ValueError, match="no second batch"):
        list(enqueuer.get())
    enqueuer.stop()


def test_a_generator_enqueuer():
    with pytest.warns(UserWarning, match="cannot be sent to other processes"):
        enqueuer = GeneratorEnqueuer(iter(range(5)), use_multiprocessing=True)
    enqueuer.start(workers=3, max_queue_size=2)
    assert list(enqueuer.get()) == list(range(5))
    enqueuer.stop()


def test_enqueuers_that_cannot_be_read():
    with pytest.raises(RuntimeError, match="call start first"):
        OrderedEnqueuer("ab").get()
    with pytest.raises(NotImplementedError, match="use OrderedEnqueuer"):
        SequenceEnqueuer("ab").start()
