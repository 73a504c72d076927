"""When training stops, and with which weights."""

import math

import pytest

from keras.callbacks import EarlyStopping


def losses(values, name="loss"):
    return [{name: value} for value in values]


@pytest.mark.parametrize("case", range(7))
def test_stops_as_keras_2_2_4_does(case, stored, run, model):
    record = stored["EarlyStopping"][case]
    restore = "baseline" not in record["arguments"]
    stopper = EarlyStopping("loss", restore_best_weights=restore, **record["arguments"])
    # Two epochs more than it took: they must not be reached.
    seen = run(stopper, losses([*record["loss"], 0.5, 0.5]))
    assert len(seen) == record["stopped_epoch"] + 1
    assert stopper.stopped_epoch == record["stopped_epoch"]
    assert stopper.best == record["best"]
    assert stopper.wait == record["wait"]
    if restore:
        assert model.weights[0][0] == record["restored_epoch"] == stopper.best_epoch


def test_without_restoring_the_last_weights_stay(run, model):
    run(EarlyStopping("loss", patience=2), losses([1.0, 2.0, 3.0, 4.0]))
    assert model.weights[0][0] == 2.0


def test_best_weights_are_restored_also_when_all_epochs_ran(run, model):
    run(EarlyStopping("loss", patience=9, restore_best_weights=True), losses([2.0, 1.0, 3.0]))
    assert not model.stop_training
    assert model.weights[0][0] == 1.0


def test_a_baseline_out_of_reach_does_not_hide_the_best_epoch(run, model):
    stopper = EarlyStopping("loss", patience=3, baseline=0.1, restore_best_weights=True)
    run(stopper, losses([3.0, 1.0, 2.0, 0.05]))
    assert stopper.stopped_epoch == 2
    assert model.weights[0][0] == 1.0


@pytest.mark.parametrize(
    "name, better",
    [
        ("val_loss", "min"),
        ("val_acc", "max"),
        ("digits_accuracy", "max"),
        ("auc", "max"),
        ("fmeasure", "max"),
        ("mae", "min"),
        ("accent_loss", "min"),
    ],
)
def test_auto_knows_which_way_is_better(name, better, run):
    up, down = EarlyStopping(name, patience=1), EarlyStopping(name, patience=1)
    run(up, losses([1.0, 2.0, 3.0], name))
    run(down, losses([3.0, 2.0, 1.0], name))
    assert (up.stopped_epoch, down.stopped_epoch) == ((0, 1) if better == "max" else (1, 0))


def test_the_other_spelling_is_monitored_too(run):
    stopper = EarlyStopping("val_acc", patience=1)
    run(stopper, losses([0.5, 0.4, 0.3], "val_accuracy"))
    assert stopper.stopped_epoch == 1


def test_nan_is_no_improvement(run):
    stopper = EarlyStopping("loss", patience=2)
    run(stopper, losses([1.0, math.nan, math.nan, 0.5]))
    assert stopper.stopped_epoch == 2 and stopper.best == 1.0


def test_a_missing_quantity_is_reported_once_with_those_there_are(run):
    stopper = EarlyStopping("val_loss")
    with pytest.warns(RuntimeWarning, match=r"'val_loss'.*\(loss, acc\).*validation_data") as seen:
        run(stopper, [{"loss": 1.0, "acc": 0.5}] * 3)
    assert len(seen) == 1


def test_an_unknown_mode_is_refused():
    with pytest.raises(ValueError, match="mode='maximum' is unknown; use 'auto', 'min' or 'max'"):
        EarlyStopping(mode="maximum")


def test_verbose_says_what_happened(run, capsys):
    run(
        EarlyStopping("loss", patience=1, verbose=1, restore_best_weights=True),
        losses([1.0, 2.0]),
    )
    assert capsys.readouterr().out == (
        "Epoch 2: early stopping, loss did not improve for 1 epoch(s) (best: 1 in epoch 1)\n"
        "EarlyStopping: weights of epoch 1 restored\n"
    )


def test_one_object_serves_several_runs(run):
    stopper = EarlyStopping("loss", patience=2)
    run(stopper, losses([1.0, 2.0, 3.0]))
    seen = run(stopper, losses([9.0, 8.0, 7.0, 7.0]))
    assert len(seen) == 4 and stopper.best == 7.0 and stopper.stopped_epoch == 0


def test_a_resumed_run_stops_where_the_whole_one_does(run, model):
    values = losses([3.0, 1.0, 2.0, 2.0, 2.0, 2.0])
    whole = EarlyStopping("loss", patience=3, restore_best_weights=True)
    run(whole, values)
    first = EarlyStopping("loss", patience=3, restore_best_weights=True)
    run(first, values[:3])
    second = EarlyStopping("loss", patience=3, restore_best_weights=True)
    run([second], values[3:], state=[first.get_state()], first=3)
    assert second.stopped_epoch == whole.stopped_epoch == 4
    assert (second.best, second.best_epoch) == (whole.best, whole.best_epoch)
    assert model.weights[0][0] == 1.0
