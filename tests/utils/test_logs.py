"""Logs that know both spellings, and running means."""

import pickle

import numpy as np
import pytest

from keras.utils.logs import Logs, RunningMeans, as_logs, plain


@pytest.mark.parametrize(
    "stored, asked",
    [
        ("acc", "accuracy"),
        ("accuracy", "acc"),
        ("val_acc", "val_accuracy"),
        ("val_accuracy", "val_acc"),
        ("val_digits_accuracy", "val_digits_acc"),
        ("mae", "mean_absolute_error"),
        ("val_mean_squared_error", "val_mse"),
        ("digits_MAPE", "digits_mean_absolute_percentage_error"),
        ("crossentropy", "ce"),
        ("val_digits_acc", "val_digits_weighted_acc"),
        ("accuracy", "weighted_acc"),
        ("mae_1", "weighted_mean_absolute_error"),
    ],
)
def test_both_spellings_find_the_value(stored, asked):
    logs = Logs({stored: 0.5})
    assert logs[asked] == logs.get(asked) == logs[stored] == 0.5
    assert asked in logs and stored in logs
    assert logs.stored_name(asked) == stored
    assert list(logs) == [stored] and len(logs) == 1


@pytest.mark.parametrize("asked", ["loss", "val_acc", "accurate", "acc_2", "mean_absolute", 3])
def test_other_names_find_nothing(asked):
    logs = Logs(acc=0.5)
    assert asked not in logs
    assert logs.get(asked, "default") == "default"
    with pytest.raises(KeyError) as raised:
        logs[asked]
    assert raised.value.args == (asked,)


def test_an_exact_name_comes_first():
    logs = Logs(acc=1.0, accuracy=2.0)
    assert (logs["acc"], logs["accuracy"]) == (1.0, 2.0)
    assert Logs(mae=1.0, mae_1=2.0)["weighted_mae"] == 2.0


def test_it_is_a_dict_and_stays_what_it_is():
    logs = Logs(loss=1.0, acc=0.5)
    assert logs == {"loss": 1.0, "acc": 0.5} and dict(**logs) == logs
    for copy in (logs.copy(), pickle.loads(pickle.dumps(logs))):
        assert copy["accuracy"] == 0.5 and copy is not logs
    assert as_logs(logs) is logs
    assert as_logs(None) == {}


def test_plain_numbers():
    for value in (np.float32(0.5), np.array(0.5), np.int64(3)):
        assert type(plain(value)) in (int, float) and plain(value) == value
    vector = np.ones(2)
    assert plain(vector) is vector


def test_means_are_weighted():
    means = RunningMeans()
    for value, weight in [(1.0, 3), (np.float32(5.0), 1)]:
        means.add("loss", value, weight)
    assert means.result() == {"loss": 2.0}


def test_a_mean_can_be_set_and_continued():
    means = RunningMeans()
    means.add("loss", 100.0, 10)
    means.set("loss", 2.0, 30)
    means.add("loss", 6.0, 10)
    assert means.result() == {"loss": 3.0}


def test_kept_values_replace_each_other_and_hold_their_place():
    means = RunningMeans()
    means.keep("auc", 0.1)
    means.add("loss", 1.0, 1)
    means.keep("auc", np.float32(0.5))
    means.add("note", None, 1)
    assert list(means.result().items()) == [("auc", 0.5), ("loss", 1.0), ("note", None)]
    means.add("auc", 3.0, 2)
    assert means.result()["auc"] == 3.0
