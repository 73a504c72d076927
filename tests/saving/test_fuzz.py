"""Mutations, 2,400 of them, of every kind of file and text: each is refused, or loads whole.

A mutation of a whole archive mostly meets its checksums. So its parts are mutated too, and packed with checksums that
are right.
"""

import random

import numpy as np
import pytest

from keras import layers as L
from keras import models
from tests.saving.hurt import bounded, members, mutated, packed, trained_and_saved


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """A folder with files that are in order, and the model they hold."""
    folder = tmp_path_factory.mktemp("good")
    x = L.Input((4,), name="x")
    y = L.Dense(3, name="d")(x) * np.float32(2)
    model = models.Model(x, L.Add(name="sum")([L.BatchNormalization(name="n")(y), y]), name="g")
    model.compile("adam", "mse")
    return folder, trained_and_saved(model, folder)


def whole(kind):
    return lambda folder, chance: mutated((folder / f"m.{kind}").read_bytes(), chance)


def part(name):
    """A function that mutates one member of the archive, and packs it as if it were right."""

    def make(folder, chance):
        parts = members(folder / "m.keras")
        parts[name] = mutated(parts[name], chance)
        return packed(folder / "packed.keras", parts).read_bytes()

    return make


FILES = {
    "h5": (500, whole("h5")),
    "keras": (250, whole("keras")),
    "config": (250, part("config.json")),
    "weights": (250, part("model.weights.h5")),
    "state": (50, part("training_state.json")),
}


@pytest.mark.filterwarnings("ignore:.*the optimizer")
@pytest.mark.parametrize("kind", FILES)
def test_mutated_files_load_or_are_refused(good, tmp_path, kind):
    folder, model = good
    count, make = FILES[kind]
    chance, outcomes = random.Random(kind), {"loaded": 0, "refused": 0}
    path = tmp_path / "m"
    for number in range(count):
        path.write_bytes(make(folder, chance))
        with bounded(20, f"mutation {number}"):
            try:
                found = models.load_model(path)
                outcomes["loaded"] += 1
            except ValueError as error:
                assert str(error)
                outcomes["refused"] += 1
                continue
        assert found.inputs, "not half a model"
        if kind in ("weights", "state"):
            assert [w.shape for w in found.weights] == [w.shape for w in model.weights]
    assert outcomes["refused"] > count // 10, outcomes
    assert outcomes["loaded"] or kind == "keras", outcomes


TEXTS = {
    "json": (models.Model.to_json, models.model_from_json),
    "yaml": (models.Model.to_yaml, models.model_from_yaml),
}


@pytest.mark.parametrize("kind", TEXTS)
def test_mutated_texts_make_a_model_or_are_refused(good, kind):
    write, read = TEXTS[kind]
    content = write(good[1]).encode()
    chance, outcomes = random.Random(kind), {"loaded": 0, "refused": 0}
    for number in range(300):
        with bounded(20, f"mutation {number}"):
            try:
                assert read(mutated(content, chance).decode("utf8", errors="replace")).inputs
                outcomes["loaded"] += 1
            except ValueError as error:
                assert str(error)
                outcomes["refused"] += 1
    assert min(outcomes.values()) > 5, outcomes


@pytest.mark.parametrize("kind", ["h5", "weights.h5", "safetensors"])
def test_mutated_weights_are_set_whole_or_not_at_all(good, tmp_path, kind):
    folder, model = good
    content = (folder / f"m.{kind}").read_bytes()
    chance, outcomes = random.Random(kind), {"loaded": 0, "refused": 0}
    path = tmp_path / f"m.{kind}"
    blank = [np.full(w.shape, 7.0, "float32") for w in model.weights]
    for number in range(170):
        model.set_weights(blank)
        path.write_bytes(mutated(content, chance))
        with bounded(20, f"mutation {number}"):
            try:
                model.load_weights(path)
                outcomes["loaded"] += 1
            except ValueError:
                outcomes["refused"] += 1
                assert all(np.all(w == 7.0) for w in model.get_weights())
    assert min(outcomes.values()) > 10, outcomes
