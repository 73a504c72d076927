"""The progress bar of `fit`, and the means for loops of one's own."""

import re

import pytest

from keras.callbacks import BaseLogger, CallbackList, LambdaCallback, ProgbarLogger

PARAMS = {
    "batch_size": 32,
    "epochs": 3,
    "steps": None,
    "samples": 80,
    "verbose": 1,
    "do_validation": True,
    "metrics": ["loss", "acc", "val_loss", "val_acc"],
}
FULL = "=" * 30


def timeless(text):
    """Output with its times replaced."""
    return re.sub(r"[\d.:]+(s|ms|us|ns)\b", "T", text)


def start(logger, **changes):
    calls = CallbackList([logger])
    calls.set_params({**PARAMS, **changes})
    calls.on_train_begin()
    calls.on_epoch_begin(0)
    return calls


def test_an_epoch_is_a_title_and_a_line_with_the_validation_last(capsys):
    calls = start(ProgbarLogger())
    calls.on_progress(32, {"loss": 2.0, "acc": 0.25})
    calls.on_progress(80, {"loss": 1.5, "acc": 0.5})
    calls.on_epoch_end(0, {"loss": 1.5, "acc": 0.5, "val_loss": 1.0, "val_acc": 0.75, "other": 1})
    assert timeless(capsys.readouterr().out) == (
        "Epoch 1/3\n"
        f"80/80 [{FULL}] - T T/sample - loss: 1.500 - acc: 0.5000"
        " - val_loss: 1.000 - val_acc: 0.7500\n"
    )


def test_verbose_2_is_one_line_an_epoch(capsys):
    calls = start(ProgbarLogger(), verbose=2)
    calls.on_progress(80, {"loss": 1.5})
    assert capsys.readouterr().out == ""
    calls.on_epoch_end(0, {"loss": 1.5})
    assert timeless(capsys.readouterr().out) == "Epoch 1/3 - T T/sample - loss: 1.500\n"


def test_verbose_0_is_silent(capsys):
    calls = start(ProgbarLogger(), verbose=0)
    calls.on_progress(80, {"loss": 1.5})
    calls.on_epoch_end(0, {"loss": 1.5})
    calls.on_train_end()
    assert capsys.readouterr().out == ""


def test_steps_are_counted_where_samples_are_unknown(capsys):
    calls = start(ProgbarLogger(), samples=None, steps=5)
    calls.on_progress(5, {"loss": 1.0})
    calls.on_epoch_end(0, {"loss": 1.0})
    assert f"5/5 [{FULL}] - T T/step - loss: 1.000\n" in timeless(capsys.readouterr().out)


def test_steps_are_counted_if_that_is_wanted(capsys):
    calls = start(ProgbarLogger(count_mode="steps"))
    calls.on_progress(80, {"loss": 1.0})
    calls.on_epoch_end(0, {"loss": 1.0})
    assert f"3/3 [{FULL}] - T T/step" in timeless(capsys.readouterr().out)


def test_neither_samples_nor_steps_known(capsys):
    calls = start(ProgbarLogger(), samples=None)
    calls.on_progress(7, {"loss": 1.0})
    calls.on_epoch_end(0, {"loss": 1.0})
    assert "      7/Unknown - T T/step - loss: 1.000\n" in timeless(capsys.readouterr().out)


def test_an_epoch_that_ends_early_shows_how_far_it_came(capsys):
    calls = start(ProgbarLogger())
    calls.on_progress(40, {"loss": 1.0})
    calls.on_epoch_end(0, {"loss": 1.0})
    bar = "=" * 14 + ">" + "." * 15
    assert f"40/80 [{bar}] - T T/sample" in timeless(capsys.readouterr().out)


@pytest.mark.parametrize("with_progress", [False, True])
def test_batches_move_the_bar_by_their_size_once(with_progress, capsys):
    logger = ProgbarLogger(stateful_metrics=["acc"])
    calls = start(logger)
    # Means by hand: (32 * 4 + 32 * 2 + 16 * 1) / 80 = 2.6; acc is stateful, its last value counts.
    for batch, (size, loss, acc) in enumerate([(32, 4.0, 0.1), (32, 2.0, 0.2), (16, 1.0, 0.3)]):
        calls.on_batch_end(batch, {"batch": batch, "size": size, "loss": loss, "acc": acc})
        if with_progress:
            running = [4.0, 3.0, 2.6][batch]
            calls.on_progress([32, 64, 80][batch], {"loss": running, "acc": acc})
    assert logger.progbar.seen == 80
    calls.on_epoch_end(0)
    out = timeless(capsys.readouterr().out)
    assert f"80/80 [{FULL}] - T T/sample - loss: 2.600 - acc: 0.3000\n" in out


def test_without_metric_names_all_logs_are_shown(capsys):
    calls = start(ProgbarLogger(), metrics=None)
    calls.on_batch_end(0, {"batch": 0, "size": 80, "mse": 1.0})
    calls.on_epoch_end(0)
    assert " - mse: 1.000\n" in capsys.readouterr().out


def test_the_count_mode_is_checked():
    with pytest.raises(ValueError, match="count_mode='batches' is unknown"):
        ProgbarLogger("batches")


def test_base_logger_fills_in_what_is_missing():
    logger = BaseLogger(stateful_metrics=["auc"])
    seen = []
    calls = CallbackList([logger, LambdaCallback(on_epoch_end=lambda _, logs: seen.append(logs))])
    calls.set_params({"metrics": ["loss", "auc", "val_loss", "acc"]})
    for _ in range(2):  # the second epoch starts anew
        calls.on_epoch_begin(0)
        calls.on_batch_end(0, {"batch": 0, "size": 30, "loss": 1.0, "auc": 0.1, "acc": 0.5})
        calls.on_batch_end(1, {"batch": 1, "size": 10, "loss": 3.0, "auc": 0.2, "acc": 0.5})
        calls.on_epoch_end(0, {"accuracy": 0.75})
    assert seen == [{"accuracy": 0.75, "loss": 1.5, "auc": 0.2}] * 2
