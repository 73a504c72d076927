"""What `fit` returns."""

import json

import numpy as np

from keras.callbacks import History


def test_values_are_recorded_in_order_as_plain_numbers(run):
    history = History()
    run(history, [{"loss": np.float32(0.5), "acc": 0.25}, {"loss": np.array(0.25), "acc": 0.5}])
    assert history.epoch == [0, 1]
    assert history.history == {"loss": [0.5, 0.25], "acc": [0.25, 0.5]}
    assert json.loads(json.dumps(history.history)) == history.history


def test_both_spellings_find_a_metric_and_only_one_is_listed(run):
    history = History()
    run(history, [{"val_accuracy": 0.5}, {"val_acc": 0.75}])
    assert history.history["val_acc"] == history.history["val_accuracy"] == [0.5, 0.75]
    assert list(history.history) == ["val_accuracy"]


def test_two_metrics_of_one_meaning_stay_apart(run):
    history = History()
    run(history, [{"mae": 1.0, "mean_absolute_error": 2.0}] * 2)
    assert history.history == {"mae": [1.0, 1.0], "mean_absolute_error": [2.0, 2.0]}


def test_a_new_run_starts_anew_and_a_resumed_one_continues(run):
    history = History()
    run(history, [{"loss": 3.0}, {"loss": 2.0}])
    state = json.loads(json.dumps(history.get_state()))
    run(history, [{"loss": 9.0}])
    assert history.history == {"loss": [9.0]}
    resumed = History()
    run([resumed], [{"loss": 1.0}], state=[state], first=2)
    assert resumed.epoch == [0, 1, 2]
    assert resumed.history == {"loss": [3.0, 2.0, 1.0]}
    assert resumed.history["loss"] is not state["history"]["loss"]
