"""Callbacks that change the learning rate."""

import numpy as np
import pytest

import keras.backend as K
from keras.callbacks import LearningRateScheduler, ReduceLROnPlateau


def rates(logs):
    return [entry["lr"] for entry in logs]


def test_a_schedule_of_the_epoch_sets_the_rate(run, model):
    seen = run(LearningRateScheduler(lambda epoch: 0.5**epoch), [{"loss": 1.0}] * 3)
    assert rates(seen) == [1.0, 0.5, 0.25]
    assert K.get_value(model.optimizer.lr) == 0.25


def test_a_schedule_may_take_the_present_rate(run):
    seen = run(LearningRateScheduler(lambda epoch, lr: lr * 0.5), [{"loss": 1.0}] * 3)
    assert rates(seen) == [0.5, 0.25, 0.125]


def test_a_type_error_within_the_schedule_is_shown(run):
    def broken(epoch, lr):
        return lr * "2"[epoch:] * None

    with pytest.raises(TypeError, match="multiply"):
        run(LearningRateScheduler(broken), [{"loss": 1.0}])


@pytest.mark.parametrize("rate", [np.float32(0.25), np.array(0.25), 1, 0.25])
def test_numbers_of_any_kind_are_rates(rate, run):
    assert rates(run(LearningRateScheduler(lambda epoch: rate), [{"loss": 1.0}])) == [float(rate)]


def test_a_builtin_is_a_schedule(run):
    assert rates(run(LearningRateScheduler(float), [{}, {}])) == [0.0, 1.0]


@pytest.mark.parametrize("rate", [None, "0.1", True, [0.1]])
def test_a_schedule_must_return_a_number(rate, run):
    with pytest.raises(TypeError, match=r"returned .* for epoch 0, but a number is needed"):
        run(LearningRateScheduler(lambda epoch: rate), [{"loss": 1.0}])


@pytest.mark.parametrize("rate", [float("nan"), float("inf"), -0.1])
def test_a_rate_must_make_sense(rate, run):
    with pytest.raises(ValueError, match="finite and not negative"):
        run(LearningRateScheduler(lambda epoch: rate), [{"loss": 1.0}])


def test_the_schedule_must_be_a_function():
    with pytest.raises(TypeError, match=r"schedule=0\.1 cannot be called"):
        LearningRateScheduler(0.1)


def test_verbose_prints_each_rate(run, capsys):
    run(LearningRateScheduler(lambda epoch: 0.5, verbose=1), [{"loss": 1.0}])
    assert (
        capsys.readouterr().out == "Epoch 1: LearningRateScheduler sets the learning rate to 0.5\n"
    )


@pytest.mark.parametrize("make", [lambda: LearningRateScheduler(float), ReduceLROnPlateau])
def test_a_schedule_in_the_optimizer_cannot_be_changed(make, run, model):
    class Decay:
        def __call__(self, step):
            return 0.1

    model.optimizer.lr = Decay()
    with pytest.raises(ValueError, match=r"of _Optimizer is a schedule \(Decay\)"):
        run(make(), [{"val_loss": 1.0}])


def test_an_optimizer_without_a_rate_is_named(run, model):
    model.optimizer = None
    with pytest.raises(ValueError, match=r"optimizer \(None\) has no learning rate"):
        run(LearningRateScheduler(float), [{"loss": 1.0}])


@pytest.mark.parametrize("case", range(7))
def test_the_rate_falls_as_in_keras_2_2_4(case, stored, run, model):
    record = stored["ReduceLROnPlateau"][case]
    plateau = ReduceLROnPlateau("loss", **record["arguments"])
    seen = run(plateau, [{"loss": value} for value in record["loss"]])
    # The logs hold the rate of the epoch, the record the rate after it.
    after = [*rates(seen)[1:], K.get_value(model.optimizer.lr)]
    np.testing.assert_allclose(after, record["learning_rate"], rtol=1e-6)


def test_epsilon_is_the_earlier_name_of_min_delta():
    assert ReduceLROnPlateau(epsilon=0.5).min_delta == 0.5
    with pytest.raises(TypeError, match="unknown argument 'epsilom'"):
        ReduceLROnPlateau(epsilom=0.5)


def test_a_factor_must_lower_the_rate():
    with pytest.raises(ValueError, match=r"factor=1\.5"):
        ReduceLROnPlateau(factor=1.5)


def test_a_missing_quantity_is_reported_once_and_the_rate_still_logged(run):
    with pytest.warns(RuntimeWarning, match=r"'val_loss'.*\(loss, lr\)") as seen:
        logs = run(ReduceLROnPlateau(patience=1), [{"loss": 1.0}] * 4)
    assert len(seen) == 1
    assert rates(logs) == [1.0] * 4


def test_reducing_is_printed(run, capsys):
    run(ReduceLROnPlateau("loss", patience=1, verbose=1), [{"loss": 1.0}] * 2)
    assert capsys.readouterr().out == "Epoch 2: ReduceLROnPlateau lowers the learning rate to 0.1\n"


def test_at_the_least_rate_nothing_is_done_or_printed(run, model, capsys):
    plateau = ReduceLROnPlateau("loss", factor=0.5, patience=1, min_lr=0.5, cooldown=3, verbose=1)
    run(plateau, [{"loss": 1.0}] * 9)
    assert K.get_value(model.optimizer.lr) == 0.5
    assert capsys.readouterr().out.count("\n") == 1
    assert not plateau.in_cooldown()


def test_a_resumed_run_reduces_where_the_whole_one_does(run, model):
    values = [{"loss": 1.0}] * 10
    whole = rates(run(ReduceLROnPlateau("loss", patience=3, factor=0.5, cooldown=2), values))
    K.set_value(model.optimizer.lr, 1.0)
    first = ReduceLROnPlateau("loss", patience=3, factor=0.5, cooldown=2)
    begin = rates(run(first, values[:4]))
    second = ReduceLROnPlateau("loss", patience=3, factor=0.5, cooldown=2)
    end = rates(run([second], values[4:], state=[first.get_state()], first=4))
    assert begin + end == whole
