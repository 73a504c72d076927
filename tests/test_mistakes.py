"""What a user's slip gets: an error that names the place, what came, what was needed, and a way out.

One function a mistake; the decorator holds the error's class and the words that its message must contain. A tuple of
words asks for one of them. Numbers count as whole words. Every message must also say something to do.
"""

import re

import numpy as np
import pytest

from keras import backend as K
from keras import layers
from keras.callbacks import EarlyStopping
from keras.layers import LSTM, Conv2D, Dense, Embedding, Flatten, Input, Reshape
from keras.models import Model, Sequential

MISTAKES = []

# Words that tell the reader what to do next.
ADVICE = re.compile(
    r"\b(add|build|call|check|choose|compile|convert|cut|delete|derive|differentiate|drop|give|install|let|look|lower|"
    r"make|mend|merge|monitor|name|pass|put|raise|remove|rename|replace|reshape|scale|see|set|shorten|take|train|try|"
    r"use|wrap|write|yield|should be|should lie|go into)\b",
    re.IGNORECASE,
)


def mistake(error, *words):
    """Enter a function into the table: calling it must raise `error` with these words."""

    def enter(function):
        MISTAKES.append(pytest.param(function, error, words, id=function.__name__))
        return function

    return enter


def has(message, word):
    """Whether the message has a word, or one of a tuple of words; a number must stand alone."""
    if isinstance(word, tuple):
        return any(has(message, each) for each in word)
    if word.isdigit():
        return re.search(rf"(?<![\w.]){word}(?!\w|\.\d)", message) is not None
    return word.lower() in message.lower()


def regression(features=5, **compiling):
    """A compiled model of one layer, 'out', from some features to 3 numbers."""
    model = Sequential([Dense(3, input_dim=features, name="out")])
    model.compile(**{"optimizer": "sgd", "loss": "mse", **compiling})
    return model


def classifier():
    """A compiled model of one layer, 'digits', from 2 features to 10 classes."""
    model = Sequential([Dense(10, input_dim=2, activation="softmax", name="digits")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    return model


def ones(*shape):
    return np.ones(shape, "float32")


# -------------------------------------------------------------------------------- shapes and ranks


@mistake(ValueError, "hidden", "13", "17")
def layer_built_for_another_width():
    layer = Dense(4, name="hidden")
    layer(Input(shape=(13,)))
    layer(Input(shape=(17,)))


@mistake(ValueError, ("x", "input"), "(10, 7)", "5")
def x_of_another_width():
    regression(features=5).fit(ones(10, 7), ones(10, 3), verbose=0)


@mistake(ValueError, ("x", "input"), "(10, 7)", "5")
def x_of_another_width_in_predict():
    regression(features=5).predict(ones(10, 7))


@mistake(ValueError, "edges", "4", "(None, 28, 28)")
def images_without_channels_in_a_graph():
    Conv2D(8, 3, name="edges")(Input(shape=(28, 28)))


@mistake(ValueError, ("x", "input"), "(6, 28, 28)", ("(None, 28, 28, 1)", "(28, 28, 1)"))
def images_without_channels_in_fit():
    model = Sequential([Conv2D(2, 3, input_shape=(28, 28, 1)), Flatten(), Dense(1)])
    model.compile("sgd", "mse")
    model.fit(ones(6, 28, 28), ones(6, 1), verbose=0)


@mistake(ValueError, "memory", "3", "(None, 9)")
def a_recurrent_layer_without_time():
    LSTM(4, name="memory")(Input(shape=(9,)))


@mistake(ValueError, "out", ("(10, 2)", "(batch, 2)"), "3")
def y_of_another_width():
    regression().fit(ones(10, 5), ones(10, 2), verbose=0)


@mistake(
    ValueError,
    "out",
    "categorical_crossentropy",
    ("(10,)", "(batch, 1)"),
    ("sparse_categorical_crossentropy", "to_categorical"),
)
def classes_as_numbers_for_categorical_crossentropy():
    model = Sequential([Dense(3, activation="softmax", input_dim=5, name="out")])
    model.compile("sgd", "categorical_crossentropy")
    model.fit(ones(10, 5), np.arange(10) % 3, verbose=0)


@mistake(ValueError, "joined", "(None, 4, 7)", "(None, 5, 7)", "axis")
def concatenate_of_shapes_that_do_not_fit():
    layers.Concatenate(name="joined", axis=-1)([Input(shape=(4, 7)), Input(shape=(5, 7))])


@mistake(ValueError, "total", ("(None, 4)", "(4,)"), ("(None, 6)", "(6,)"))
def add_of_shapes_that_do_not_fit():
    layers.Add(name="total")([Input(shape=(4,)), Input(shape=(6,))])


@mistake(ValueError, "total", "2")
def add_of_a_single_tensor():
    layers.Add(name="total")(Input(shape=(4,)))


@mistake(ValueError, "folded", ("(12,)", "12"), "(5, 2)")
def reshape_to_another_number_of_entries():
    Reshape((5, 2), name="folded")(Input(shape=(12,)))


@mistake(ValueError, "edges", "(None, 4, 4, 1)", ("9", "-4"))
def a_kernel_larger_than_the_image():
    Conv2D(2, 9, name="edges")(Input(shape=(4, 4, 1)))


@mistake(ValueError, "hidden", "None", "shape")
def a_weight_of_unknown_size():
    Dense(3, name="hidden")(Input(shape=(None,)))


@mistake(ValueError, "hidden", "(5, 3)", "(4, 3)")
def weights_of_another_shape():
    Sequential([Dense(3, input_dim=5, name="hidden")]).layers[0].set_weights([ones(4, 3), ones(3)])


@mistake(ValueError, "hidden", "2", "1")
def too_few_weights():
    Sequential([Dense(3, input_dim=5, name="hidden")]).layers[0].set_weights([ones(5, 3)])


# ----------------------------------------------------------------------------------------- dtypes


@mistake((TypeError, ValueError), ("x", "input"), ("object", "str", "<U"), ("number", "float"))
def words_in_place_of_numbers():
    regression().fit(np.full((10, 5), "a"), ones(10, 3), verbose=0)


@mistake((TypeError, ValueError), ("x", "input"), ("ragged", "object", "inhomogeneous", "length"))
def lists_of_different_lengths():
    regression().predict(np.array([[1.0], [1.0, 2.0]], dtype=object))


@mistake((TypeError, ValueError), "float33", "float32")
def an_unknown_dtype():
    Dense(3, dtype="float33")


@mistake(TypeError, ("truth", "bool"), ("K.switch", "cond"))
def a_symbolic_tensor_in_an_if():
    if Input(shape=(3,), name="question"):
        pass


# --------------------------------------------------------------------------------- unknown names


@mistake(ValueError, "optimizer", "'adma'", "adam")
def an_unknown_optimizer():
    regression(optimizer="adma")


@mistake(ValueError, "loss", "'mean_square_error'", "mean_squared_error")
def an_unknown_loss():
    regression(loss="mean_square_error")


@mistake(ValueError, "metric", "'acuracy'", "accuracy")
def an_unknown_metric():
    regression(metrics=["acuracy"])


@mistake(ValueError, "activation", "'rellu'", "relu")
def an_unknown_activation():
    Dense(3, activation="rellu")


@mistake(ValueError, "initializer", "'glorot_unifrom'", "glorot_uniform")
def an_unknown_initializer():
    Dense(3, kernel_initializer="glorot_unifrom")


@mistake(ValueError, "regularizer", "'l3'", "l2")
def an_unknown_regularizer():
    Dense(3, kernel_regularizer="l3")


@mistake(ValueError, "padding", "'smae'", "same")
def an_unknown_padding():
    Conv2D(3, 3, padding="smae")


@mistake(ValueError, "data_format", "'channels_frist'", "channels_first")
def an_unknown_data_format():
    Conv2D(3, 3, data_format="channels_frist")


@mistake(TypeError, "Dense", "'unit'")
def an_unknown_argument_of_a_layer():
    Dense(3, unit=3)


@mistake(ValueError, "'middle'", "out")
def an_unknown_layer_name():
    regression().get_layer("middle")


@mistake(ValueError, ("loss", "'result'"), "'result'", "out")
def a_loss_for_an_unknown_output():
    regression(loss={"result": "mse"})


@mistake(ValueError, "'height'", "width")
def data_for_an_unknown_input():
    width = Input(shape=(5,), name="width")
    model = Model(width, Dense(3)(width))
    model.compile("sgd", "mse")
    model.fit({"height": ones(10, 5)}, ones(10, 3), verbose=0)


@mistake(ValueError, "name", "'twin'")
def two_layers_of_one_name():
    x = Input(shape=(5,))
    Model(x, Dense(3, name="twin")(Dense(3, name="twin")(x)))


@mistake(ValueError, "shuffle", "'batches'", "'batch'")
def an_unknown_way_to_shuffle():
    regression().fit(ones(10, 5), ones(10, 3), shuffle="batches", verbose=0)


@mistake(RuntimeWarning, "EarlyStopping", "'val_los'", "loss")
def stopping_early_by_an_unknown_number():
    regression().fit(ones(10, 5), ones(10, 3), callbacks=[EarlyStopping("val_los")], verbose=0)


# ---------------------------------------------------------------------------- numbers of samples


@mistake(ValueError, ("x", "input"), ("y", "target"), "10", "9")
def other_numbers_of_samples_in_x_and_y():
    regression().fit(ones(10, 5), ones(9, 3), verbose=0)


@mistake(ValueError, "10", "9", ("(10", "samples"))
def other_numbers_of_samples_in_two_inputs():
    a, b = Input(shape=(5,), name="left"), Input(shape=(5,), name="right")
    model = Model([a, b], layers.add([a, b]))
    model.predict([ones(10, 5), ones(9, 5)])


@mistake(ValueError, "sample_weight", "10", "8")
def too_few_sample_weights():
    regression().fit(ones(10, 5), ones(10, 3), sample_weight=ones(8), verbose=0)


@mistake(ValueError, "class_weight", "2")
def a_class_without_a_weight():
    model = regression(loss="sparse_categorical_crossentropy")
    model.fit(ones(10, 5), np.arange(10) % 3, class_weight={0: 1.0, 1: 2.0}, verbose=0)


@mistake(ValueError, "digits", "10", "targets", "last layer")
def classes_counted_from_one():
    classifier().fit(ones(10, 2), np.arange(1, 11), verbose=0)


@mistake(ValueError, "digits", "-1")
def a_negative_class_on_a_batch():
    classifier().train_on_batch(ones(2, 2), np.array([3, -1]))


@mistake(ValueError, ("x", "input"), "0", "sample")
def an_empty_dataset():
    regression().fit(ones(0, 5), ones(0, 3), verbose=0)


@mistake(ValueError, ("x", "input"), "0", "sample")
def an_empty_dataset_in_evaluate():
    regression().evaluate(ones(0, 5), ones(0, 3), verbose=0)


@mistake(ValueError, "validation_split", "1.5")
def a_validation_split_above_one():
    regression().fit(ones(10, 5), ones(10, 3), validation_split=1.5, verbose=0)


@mistake(ValueError, "validation_data", "(x, y)", "1")
def validation_data_of_one_array():
    regression().fit(ones(10, 5), ones(10, 3), validation_data=(ones(10, 5),), verbose=0)


@mistake(ValueError, "batch_size", "0")
def a_batch_size_of_zero():
    regression().fit(ones(10, 5), ones(10, 3), batch_size=0, verbose=0)


@mistake(ValueError, "2", "3", ("loss", "outputs"))
def too_many_losses():
    x = Input(shape=(5,))
    model = Model(x, [Dense(1)(x), Dense(1)(x)])
    model.compile("sgd", ["mse", "mse", "mse"])


@mistake(ValueError, "2", "single", "left", "right")
def too_few_inputs():
    a, b = Input(shape=(5,), name="left"), Input(shape=(5,), name="right")
    Model([a, b], layers.add([a, b])).predict(ones(10, 5))


# ------------------------------------------------------------------------------------- stateful


def stateful_model():
    model = Sequential([LSTM(3, batch_input_shape=(32, 4, 2), stateful=True, name="memory")])
    model.compile("sgd", "mse")
    return model


@mistake(ValueError, "memory", "stateful", ("batch_input_shape", "batch_shape", "batch_size"))
def a_stateful_layer_without_a_batch_size():
    LSTM(3, stateful=True, name="memory")(Input(shape=(4, 2)))


@mistake(ValueError, "32", "33", "multiple")
def samples_that_a_stateful_model_cannot_take():
    stateful_model().predict(ones(33, 4, 2), batch_size=32)


@mistake(ValueError, "32", "16", "batch_size")
def a_batch_size_that_a_stateful_model_cannot_take():
    stateful_model().fit(ones(64, 4, 2), ones(64, 3), batch_size=16, shuffle=False, verbose=0)


# ----------------------------------------------------------------------------- during training


@mistake(UserWarning, "loss", "nan", ("learning rate", "data"))
def a_loss_that_is_not_a_number():
    regression().fit(np.full((10, 5), np.nan), ones(10, 3), verbose=0)


def batches(count, *shapes):
    for _ in range(count):
        yield tuple(ones(*shape) for shape in shapes)


@mistake(UserWarning, "generator", "3", "10")
def a_generator_that_ends_early():
    regression().fit_generator(batches(3, (4, 5), (4, 3)), steps_per_epoch=10, epochs=1, verbose=0)


@mistake(ValueError, "input", "()", "(None, 5)")
def a_generator_of_something_else():
    regression().fit_generator(iter([5, 6]), steps_per_epoch=2, epochs=1, verbose=0)


@mistake(UserWarning, "generator", "0", "2")
def a_generator_of_nothing():
    regression().fit_generator(iter([]), steps_per_epoch=2, epochs=1, verbose=0)


@mistake(ValueError, "steps_per_epoch")
def a_generator_without_a_number_of_steps():
    regression().fit_generator(batches(3, (4, 5), (4, 3)), epochs=1, verbose=0)


@mistake(RuntimeError, "compile")
def training_before_compiling():
    Sequential([Dense(3, input_dim=5)]).fit(ones(10, 5), ones(10, 3), verbose=0)


@mistake((TypeError, ValueError), "callbacks", "Callback")
def a_callback_that_is_none():
    regression().fit(ones(10, 5), ones(10, 3), callbacks=["early"], verbose=0)


# ------------------------------------------------------------------------- before all is known


@mistake((RuntimeError, ValueError), ("build", "built", "input"), ("input_shape", "Input", "build"))
def a_summary_before_the_input_is_known():
    Sequential([Dense(3)]).summary()


@mistake((AttributeError, RuntimeError, ValueError), "hidden", "output", ("call", "Input"))
def the_output_of_a_layer_never_called():
    _ = Dense(3, name="hidden").output


@mistake((AttributeError, RuntimeError, ValueError), "shared", "2", "get_output_at")
def the_output_of_a_layer_called_twice():
    layer = Dense(3, name="shared")
    layer(Input(shape=(5,)))
    layer(Input(shape=(5,)))
    _ = layer.output


@mistake(RuntimeError, "hidden", "build")
def counting_weights_that_are_not_there():
    Dense(3, name="hidden").count_params()


@mistake(ValueError, "left", "right")
def a_graph_with_an_input_left_out():
    a, b = Input(shape=(5,), name="left"), Input(shape=(5,), name="right")
    Model(a, layers.add([a, b]))


@mistake(TypeError, ("pop", "layers", "empty"))
def popping_from_an_empty_model():
    Sequential().pop()


@mistake(TypeError, ("add", "layer"), "Dense")
def adding_something_that_is_no_layer():
    Sequential().add("Dense")


@mistake(ValueError, "2", "1")
def a_function_called_with_too_few_values():
    a, b = Input(shape=(5,), name="left"), Input(shape=(5,), name="right")
    K.function([a, b], [layers.add([a, b])])([ones(1, 5)])


@mistake(ValueError, "gradient", "depend")
def a_gradient_by_an_unrelated_tensor():
    a, b = Input(shape=(5,), name="left"), Input(shape=(5,), name="right")
    K.function([a], K.gradients(K.sum(a), [b]))


@mistake(TypeError, "flat", "mask")
def a_mask_that_a_layer_cannot_pass_on():
    words = Embedding(10, 4, mask_zero=True)(Input(shape=(6,), dtype="int32"))
    Permuted(name="flat")(words)


class Permuted(layers.Layer):
    def call(self, inputs):
        return K.permute_dimensions(inputs, (0, 2, 1))


# ----------------------------------------------------------------------------------- the checks


@pytest.mark.parametrize(("function", "error", "words"), MISTAKES)
def test_the_message_helps(function, error, words):
    with pytest.raises(error) as caught:
        function()
    message = str(caught.value)
    missing = [word for word in words if not has(message, word)]
    assert not missing, f"the message lacks {missing}: {message}"
    assert ADVICE.search(message), f"the message says nothing to do: {message}"


def test_there_are_enough_of_them():
    assert len(MISTAKES) >= 30


def test_training_goes_on_with_what_an_early_ending_generator_gave():
    model = regression()
    before = model.get_weights()[0]
    with pytest.warns(UserWarning, match="generator"):
        history = model.fit_generator(
            batches(3, (4, 5), (4, 3)), steps_per_epoch=10, epochs=2, verbose=0
        )
    assert len(history.history["loss"]) == 1
    assert not np.array_equal(before, model.get_weights()[0])


def test_nothing_is_changed_by_weights_that_do_not_fit():
    layer = Sequential([Dense(3, input_dim=5)]).layers[0]
    before = layer.get_weights()
    with pytest.raises(ValueError, match="shape"):
        layer.set_weights([ones(5, 3), ones(4)])
    assert all(np.array_equal(a, b) for a, b in zip(before, layer.get_weights(), strict=True))


@pytest.mark.parametrize(
    ("message", "word", "expected"),
    [
        ("got (10, 7)", "7", True),
        ("got (10, 17)", "7", False),
        ("got 7.5", "7", False),
        ("needs 7.", "7", True),
        ("layer_7", "7", False),
        ("The Loss", "loss", True),
        ("the loss", ("metric", "loss"), True),
        ("the loss", ("metric", "weight"), False),
    ],
)
def test_words_are_found_as_words(message, word, expected):
    assert has(message, word) is expected
