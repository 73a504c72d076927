"""Callbacks made of functions."""

import pytest

from keras.callbacks import CallbackList, LambdaCallback


def test_functions_stand_for_their_hooks():
    calls = []

    def note(name):
        return lambda *arguments: calls.append((name, *arguments))

    names = ["on_epoch_begin", "on_epoch_end", "on_batch_begin", "on_batch_end"]
    callbacks = CallbackList(
        [
            LambdaCallback(
                *map(note, names),
                on_train_begin=note("on_train_begin"),
                on_train_end=note("on_train_end"),
                on_test_begin=note("on_test_begin"),
            )
        ]
    )
    callbacks.on_train_begin()
    callbacks.on_epoch_begin(1)
    callbacks.on_batch_begin(2)
    callbacks.on_batch_end(2, {"loss": 0.5})
    callbacks.on_epoch_end(1, {"loss": 0.5})
    callbacks.on_test_begin()
    callbacks.on_train_end()
    assert calls == [
        ("on_train_begin", {}),
        ("on_epoch_begin", 1, {}),
        ("on_batch_begin", 2, {}),
        ("on_batch_end", 2, {"loss": 0.5}),
        ("on_epoch_end", 1, {"loss": 0.5}),
        ("on_test_begin", {}),
        ("on_train_end", {}),
    ]


def test_other_arguments_become_attributes():
    assert LambdaCallback(notes=[1]).notes == [1]


def test_a_misspelt_hook_is_refused_with_the_right_name():
    with pytest.raises(TypeError, match="no hook 'on_epochs_end'; use 'on_epoch_end'"):
        LambdaCallback(on_epochs_end=print)


def test_a_hook_must_be_a_function():
    with pytest.raises(TypeError, match="on_epoch_end=3 cannot be called"):
        LambdaCallback(on_epoch_end=3)
