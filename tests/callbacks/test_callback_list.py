"""Which hooks are called, in which order, with what; and who needs every batch."""

import time

import pytest

import keras.callbacks.callback_list as callback_list
from keras.callbacks import (
    BaseLogger,
    Callback,
    CallbackList,
    CSVLogger,
    EarlyStopping,
    History,
    LambdaCallback,
    LearningRateScheduler,
    ProgbarLogger,
    ReduceLROnPlateau,
    TerminateOnNaN,
)

CLASSIC = [
    "on_train_begin",
    "on_epoch_begin",
    "on_batch_begin",
    "on_batch_end",
    "on_epoch_end",
    "on_train_end",
]
LATER = [
    "on_progress",
    "on_train_batch_begin",
    "on_train_batch_end",
    "on_test_begin",
    "on_test_batch_begin",
    "on_test_batch_end",
    "on_test_end",
    "on_predict_begin",
    "on_predict_batch_begin",
    "on_predict_batch_end",
    "on_predict_end",
]


def recorder(hooks):
    """A callback with these hooks that notes their calls."""
    calls = []

    def hook(name):
        return lambda self, *arguments: calls.append((name, *arguments))

    return type("Recorder", (Callback,), {name: hook(name) for name in hooks})(), calls


def call(target, name):
    if name.endswith(("train_begin", "train_end", "test_begin", "test_end")) or name in (
        "on_predict_begin",
        "on_predict_end",
    ):
        getattr(target, name)({"loss": 1.0})
    else:
        getattr(target, name)(3, {"loss": 1.0})


@pytest.mark.parametrize("name", CLASSIC + LATER)
def test_each_hook_reaches_the_callback_once(name):
    callback, calls = recorder([name])
    call(CallbackList([callback]), name)
    assert [entry[0] for entry in calls] == [name]
    assert calls[0][-1] == {"loss": 1.0}


@pytest.mark.parametrize("end", ["begin", "end"])
def test_classic_and_later_batch_hooks_are_one(end):
    for called in (f"on_batch_{end}", f"on_train_batch_{end}"):
        for defined in (f"on_batch_{end}", f"on_train_batch_{end}"):
            callback, calls = recorder([defined])
            getattr(CallbackList([callback]), called)(5, {"loss": 2.0})
            assert calls == [(defined, 5, {"loss": 2.0})]


def test_callbacks_are_called_in_order_and_share_their_logs():
    def write(epoch, logs):
        logs["lr"] = 0.5

    seen = []
    calls = CallbackList(
        [
            LambdaCallback(on_epoch_end=write),
            LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(logs["lr"])),
        ]
    )
    calls.on_epoch_end(0, {"loss": 1.0})
    assert seen == [0.5]


def test_logs_are_never_none_and_know_both_spellings():
    seen = []
    calls = CallbackList([LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(logs))])
    calls.on_epoch_end(0)
    calls.on_epoch_end(1, {"val_accuracy": 0.5})
    assert seen[0] == {}
    assert seen[1]["val_acc"] == 0.5


def test_model_and_params_reach_callbacks_that_do_not_call_super():
    class Own(Callback):
        def __init__(self):
            pass

    callback = Own()
    assert callback.model is None and callback.params is None and callback.validation_data is None
    calls = CallbackList()
    calls.append(callback)
    calls.set_model("model")
    calls.set_params({"epochs": 2})
    assert list(calls) == [callback] and len(calls) == 1
    assert callback.model == "model" and callback.params == {"epochs": 2}


CHEAP = [
    lambda: Callback(),
    lambda: BaseLogger(),
    lambda: CSVLogger("log.csv"),
    lambda: EarlyStopping(),
    lambda: History(),
    lambda: LambdaCallback(on_epoch_end=print, on_batch_end=None),
    lambda: LearningRateScheduler(lambda epoch: 0.1),
    lambda: ProgbarLogger(),
    lambda: ReduceLROnPlateau(),
    lambda: TerminateOnNaN(),
]


@pytest.mark.parametrize("make", CHEAP)
def test_the_librarys_own_callbacks_need_no_batches(make):
    calls = CallbackList([make()])
    assert not calls.needs_batches
    assert not calls.needs_test_batches
    assert not calls.needs_predict_batches


@pytest.mark.parametrize(
    "hook", ["on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end"]
)
@pytest.mark.parametrize("base", [Callback, ProgbarLogger, TerminateOnNaN, BaseLogger])
def test_overriding_a_batch_hook_needs_batches(base, hook):
    own = type("Own", (base,), {hook: lambda self, batch, logs=None: None})
    calls = CallbackList([History(), own()])
    assert calls.needs_batches
    assert not calls.needs_test_batches and not calls.needs_predict_batches


def test_batch_functions_of_an_instance_need_batches():
    callback = Callback()
    assert not CallbackList([callback]).needs_batches
    callback.on_batch_end = print
    assert CallbackList([callback]).needs_batches
    assert CallbackList([LambdaCallback(on_batch_begin=print)]).needs_batches
    assert CallbackList([LambdaCallback(on_train_batch_end=print)]).needs_batches


def test_test_and_predict_batches_are_asked_for_apart():
    tested = CallbackList([LambdaCallback(on_test_batch_end=print)])
    predicted = CallbackList([LambdaCallback(on_predict_batch_begin=print)])
    for calls in (tested, predicted):
        assert not calls.needs_batches
    assert tested.needs_test_batches and not tested.needs_predict_batches
    assert predicted.needs_predict_batches and not predicted.needs_test_batches


def test_one_callback_without_a_list_is_taken():
    history = History()
    assert list(CallbackList(history)) == [history]


def test_what_is_no_callback_is_refused():
    with pytest.raises(TypeError, match=r"Pass EarlyStopping\(\.\.\.\) instead of the class"):
        CallbackList([EarlyStopping])
    with pytest.raises(TypeError, match=r"instance of keras\.callbacks\.Callback"):
        CallbackList([print])


def test_slow_batch_hooks_are_reported_once(monkeypatch):
    monkeypatch.setattr(callback_list, "_SLOW_SECONDS", 0.001)
    slow = LambdaCallback(on_batch_end=lambda batch, logs: time.sleep(0.002))
    calls = CallbackList([slow], queue_length=3)
    calls.on_epoch_begin(0)
    calls.on_batch_end(0)
    calls.on_batch_end(1)
    with pytest.warns(RuntimeWarning, match="per-batch hooks take"):
        calls.on_batch_end(2)
    calls.on_batch_end(3)  # a second warning would be an error


def test_the_base_class_keeps_no_state():
    callback = Callback()
    assert callback.get_state() == {}
    assert callback.set_state({}) is None
