"""Mutations of archives and safetensors: each is refused, or loads whole.

Those of HDF5, JSON and YAML are in `test_hurtful.py`.

A mutation of a whole archive mostly meets its checksums. So its parts are mutated too, and packed with checksums that
are right.
"""

import contextlib
import random
import signal
import zipfile

import numpy as np
import pytest

from keras import layers as L
from keras import models


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """A folder with files that are in order, and the model they hold."""
    folder = tmp_path_factory.mktemp("good")
    x = L.Input((4,), name="x")
    y = L.Dense(3, name="d")(x) * np.float32(2)
    model = models.Model(x, L.Add(name="sum")([L.BatchNormalization(name="n")(y), y]), name="g")
    model.compile("adam", "mse")
    model.fit(np.ones((4, 4)), np.ones((4, 3)), verbose=0)
    model.save(folder / "m.keras")
    model.save_weights(folder / "m.weights.h5")
    model.save_weights(folder / "m.safetensors")
    return folder, model


@pytest.fixture
def bounded():
    """A function that makes a context in which nothing takes longer than some seconds."""

    @contextlib.contextmanager
    def within(seconds, what):
        def stop(number, frame):
            pytest.fail(f"{what} hangs")

        before = signal.signal(signal.SIGALRM, stop)
        signal.alarm(seconds)
        yield
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)

    return within


def mutated(data, chance):
    """Return bytes of which some are others, or which lack a part or have one twice or moved."""
    data = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 8])):
        place, size = chance.randrange(len(data)), chance.randrange(1, 64)
        match chance.randrange(6):
            case 0 | 1:
                data[place] ^= 1 << chance.randrange(8)
            case 2:
                data[place] = chance.choice([0, 255, chance.randrange(256)])
            case 3:
                del data[place : place + size]
            case 4:
                data[place:place] = data[place : place + size]
            case 5:
                other = chance.randrange(len(data))
                data[place : place + size] = data[other : other + size]
    return bytes(data if chance.random() > 0.05 else data[: chance.randrange(1, len(data))])


def archive_with(path, name, chance):
    """Return the bytes of an archive of which one member is mutated, and packed as if it were right."""
    with zipfile.ZipFile(path) as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    members[name] = mutated(members[name], chance)
    with zipfile.ZipFile(path.parent / "packed.keras", "w") as archive:
        for each, data in members.items():
            archive.writestr(each, data)
    return (path.parent / "packed.keras").read_bytes()


ARCHIVES = {
    "all": (500, lambda path, chance: mutated(path.read_bytes(), chance)),
    "config": (300, lambda path, chance: archive_with(path, "config.json", chance)),
    "weights": (500, lambda path, chance: archive_with(path, "model.weights.h5", chance)),
    "state": (50, lambda path, chance: archive_with(path, "training_state.json", chance)),
}


@pytest.mark.filterwarnings("ignore:.*the optimizer")
@pytest.mark.parametrize("part", ARCHIVES)
def test_mutated_archives_load_or_are_refused(good, tmp_path, bounded, part):
    folder, _ = good
    count, make = ARCHIVES[part]
    chance, outcomes = random.Random(part), {"loaded": 0, "refused": 0}
    path = tmp_path / "m.keras"
    for number in range(count):
        path.write_bytes(make(folder / "m.keras", chance))
        with bounded(10, f"mutation {number}"):
            try:
                model = models.load_model(path)
                if part == "weights":
                    assert [w.shape for w in model.weights] == [w.shape for w in good[1].weights]
                else:
                    model.predict_on_batch(np.ones((2, *model.input_shape[1:])))
                outcomes["loaded"] += 1
            except ValueError as error:
                assert str(error)
                outcomes["refused"] += 1
    assert outcomes["refused"] > count // 10, outcomes


@pytest.mark.parametrize("kind", ["weights.h5", "safetensors"])
def test_mutated_weights_are_set_whole_or_not_at_all(good, tmp_path, bounded, kind):
    folder, model = good
    content = (folder / f"m.{kind}").read_bytes()
    chance, outcomes = random.Random(kind), {"loaded": 0, "refused": 0}
    path = tmp_path / f"m.{kind}"
    blank = [np.full(w.shape, 7.0, "float32") for w in model.weights]
    for number in range(500):
        model.set_weights(blank)
        path.write_bytes(mutated(content, chance))
        with bounded(10, f"mutation {number}"):
            try:
                model.load_weights(path)
                outcomes["loaded"] += 1
            except ValueError:
                outcomes["refused"] += 1
                assert all(np.all(w == 7.0) for w in model.get_weights())
    assert min(outcomes.values()) > 20, outcomes
