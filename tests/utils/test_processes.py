"""Reading a Sequence in processes: the same batches, errors that surface, nothing that hangs."""

import multiprocessing
import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from keras.layers import Dense, Flatten
from keras.models import Sequential
from keras.preprocessing.image import ImageDataGenerator
from keras.utils import GeneratorEnqueuer, OrderedEnqueuer
from keras.utils.enqueuers import SequenceEnqueuer
from keras.utils.generator_processes import read_in_processes
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
    np.random.seed(4)
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
    np.random.seed(4)
    alone = remote(sequences.Numbers())
    found = [batch[2] for batch in parallel_map(alone, workers=1)]
    alone.close()
    assert found == draws[:6], "the number of processes does not count"


def test_what_goes_wrong_in_a_process_is_raised_here():
    reader = remote(sequences.Faulty())
    with pytest.raises(ValueError, match="there is no first batch") as caught:
        list(parallel_map(reader, workers=1))
    assert "sequences.py" in caught.value.__notes__[0]
    with pytest.raises(RuntimeError, match="Odd: this and that"):
        reader[2]
    assert reader[0] == 0, "the process goes on"
    with pytest.raises(RuntimeError, match=r"batch 3 of Faulty has ended \(killed by signal 9\)"):
        reader[3]
    assert reader[0] == 0, "a dead process is replaced"
    with pytest.raises(RuntimeError, match=r"Faulty has ended \(exit code 3\)"):
        reader[4]
    reader.close()


def test_a_sequence_that_cannot_be_read_back():
    reader = remote(sequences.Unreadable())
    with pytest.raises(ValueError, match="cannot be read back"):
        reader[0]
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


def run_script(path, text):
    path.write_text(text)
    return subprocess.run([sys.executable, path], capture_output=True, text=True, timeout=120)


def test_a_script_without_a_guard(tmp_path):
    done = run_script(
        tmp_path / "script.py",
        "import numpy as np\n"
        "from keras.preprocessing.image import ImageDataGenerator\n"
        "from keras.utils import OrderedEnqueuer\n"
        "flow = ImageDataGenerator().flow(np.ones((4, 2, 2, 1)), batch_size=2)\n"
        "enqueuer = OrderedEnqueuer(flow, use_multiprocessing=True)\n"
        "enqueuer.start()\n"
        "print(next(enqueuer.get()).shape)\n"
        "enqueuer.stop()\n",
    )
    assert done.stdout == "(2, 2, 2, 1)\n", done.stderr


def test_a_sequence_in_a_script_without_a_guard(tmp_path):
    done = run_script(
        tmp_path / "script.py",
        "from keras.utils import OrderedEnqueuer, Sequence\n"
        "class Own(Sequence):\n"
        "    def __len__(self): return 2\n"
        "    def __getitem__(self, index): return index\n"
        "enqueuer = OrderedEnqueuer(Own(), use_multiprocessing=True)\n"
        "enqueuer.start()\n"
        "next(enqueuer.get())\n",
    )
    assert done.returncode == 1
    assert "under `if __name__ == '__main__':`" in done.stderr


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
            workers=1,
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
    found = trained.predict_generator(data, use_multiprocessing=True)
    np.testing.assert_array_equal(found, trained.predict_generator(data))


def test_training_on_augmented_images_in_processes():
    flow = ImageDataGenerator(horizontal_flip=True, rotation_range=20).flow(
        np.random.uniform(0, 1, (6, 5, 5, 1)), np.arange(6.0), batch_size=2, seed=1
    )
    trained = Sequential([Flatten(input_shape=(5, 5, 1)), Dense(1)])
    trained.compile("sgd", "mse")
    weights, losses = trained.get_weights(), []
    for processes in (True, False):
        trained.set_weights(weights)
        flow.epoch = 0
        history = trained.fit_generator(
            flow, epochs=2, workers=2, use_multiprocessing=processes, shuffle=False, verbose=0
        )
        losses.append(history.history["loss"])
    assert losses[0] == losses[1]


def test_a_process_that_dies_ends_the_training():
    with pytest.raises(RuntimeError, match="batch 2 of Dying has ended"):
        model().predict(sequences.Dying(), use_multiprocessing=True)


# ------------------------------------------------------------------ generators
def test_each_process_runs_a_copy_of_a_generator():
    batches = list(read_in_processes(sequences.counted(3, to=9), 2, 4))
    assert [number for number, *_ in batches] == [n for n in range(3, 9) for _ in range(2)]
    processes = [process for *_, process in batches]
    assert processes == processes[:2] * 6 and len({*processes, os.getpid()}) == 3
    draws = [draw for _, draw, _ in batches]
    assert len(set(draws)) == 12


def test_random_numbers_in_copies_follow_from_numpys():
    draws = []
    for _ in range(2):
        np.random.seed(5)
        draws.append([draw for _, draw, _ in read_in_processes(sequences.counted(), 2, 2)])
    assert draws[0] == draws[1]


def test_methods_iterators_and_further_arguments_can_be_sent():
    for source in (sequences.Source(4).batches(), sequences.Iterator(4), iter([0, 1, 2, 3])):
        found = list(read_in_processes(source, 1, 2))
        assert [np.ravel(batch)[0] for batch in found] == [0, 1, 2, 3]
    assert list(read_in_processes(sequences.collected(1, 2, x=3), 1, 2)) == [((1, 2), {"x": 3})]


@pytest.mark.parametrize("workers", [1, 2])
def test_training_on_a_generator_in_processes(workers):
    trained = model()
    source = sequences.endless()
    found = trained.fit_generator(
        source, 3, epochs=2, verbose=0, workers=workers, use_multiprocessing=True
    ).history["loss"]
    order = [i // workers for i in range(6)]
    reference = model()
    steps = [reference.train_on_batch(*sequences.Squares()[i]) for i in order]
    assert found == pytest.approx([np.mean(steps[:3]), np.mean(steps[3:])], rel=1e-5)
    np.testing.assert_array_equal(next(source)[0], sequences.Squares()[0][0])


def test_a_process_of_a_generator_that_dies_ends_the_training():
    with pytest.raises(RuntimeError, match=r"of generator has ended .killed by signal 9"):
        model().fit_generator(sequences.dying(), 9, verbose=0, workers=2, use_multiprocessing=True)


def test_what_a_generator_raises_in_its_process_is_raised():
    with pytest.raises(ValueError, match="no third batch"):
        model().predict_generator(sequences.failing(), 9, use_multiprocessing=True)


def begun():
    batches = sequences.endless()
    next(batches)
    return batches


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (lambda: (sequences.Squares()[i] for i in range(6)), "not to be found by its name"),
        (begun, "read from already"),
        (lambda: map(lambda i: sequences.Squares()[i], range(6)), "lambda"),  # noqa: C417
    ],
)
def test_a_generator_that_cannot_be_sent_is_read_in_a_thread(source, reason):
    with pytest.warns(UserWarning, match=f"read in a thread: .*{reason}"):
        history = model().fit_generator(source(), 3, epochs=2, verbose=0, use_multiprocessing=True)
    assert len(history.history["loss"]) == 2


SCRIPT = """
import multiprocessing
import numpy as np
from keras.layers import Dense
from keras.models import Sequential
def batches():
    while True:
        is_main = multiprocessing.parent_process() is None
        yield np.ones((2, 1)), np.full((2, 1), float(is_main))
def main():
    model = Sequential([Dense(1, input_shape=(1,))])
    model.compile("sgd", lambda y, p: y + 0 * p)
    print(model.fit_generator(batches(), 2, verbose=0, use_multiprocessing=True).history["loss"])
"""


@pytest.mark.parametrize("guarded", [False, True])
def test_a_generator_in_a_script(tmp_path, guarded):
    call = 'if __name__ == "__main__":\n    main()\n' if guarded else "main()\n"
    done = run_script(tmp_path / "script.py", SCRIPT + call)
    assert done.stdout == f"[{0.0 if guarded else 1.0}]\n", done.stderr
    assert ("would run again in each process" in done.stderr) != guarded


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
    enqueuer = GeneratorEnqueuer((i for i in range(5)), use_multiprocessing=True)
    with pytest.warns(UserWarning, match="cannot be sent to other processes"):
        enqueuer.start(workers=3, max_queue_size=2)
    assert list(enqueuer.get()) == list(range(5))
    enqueuer.stop()


def test_a_generator_enqueuer_with_processes():
    enqueuer = GeneratorEnqueuer(sequences.counted(), use_multiprocessing=True)
    enqueuer.start(workers=2, max_queue_size=2)
    assert [next(enqueuer.get())[0] for _ in range(4)] == [0, 0, 1, 1]
    enqueuer.stop()


def test_enqueuers_that_cannot_be_read():
    with pytest.raises(RuntimeError, match="call start first"):
        OrderedEnqueuer("ab").get()
    with pytest.raises(NotImplementedError, match="use OrderedEnqueuer"):
        SequenceEnqueuer("ab").start()
