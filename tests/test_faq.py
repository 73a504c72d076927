"""The classic FAQ's snippets, run as they are printed.

Between `fmt: off` and `fmt: on` stands the snippet, its comments apart; before it the least that it needs, after
it what must have come of it. Snippets about several devices and pretrained models are tested elsewhere.
"""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from keras import backend as K
from keras.callbacks import Callback, LambdaCallback
from keras.layers import LSTM, BatchNormalization, Dense, Dropout, Input, Layer
from keras.models import Model, Sequential, model_from_yaml
from keras.optimizers import SGD

ROOT = str(Path(__file__).resolve().parent.parent)


def normal(*shape):
    return np.random.RandomState(1).normal(size=shape).astype("float32")


def identity(loss="mse", **compiling):
    """A compiled model that returns its single input and never changes."""
    model = Sequential([Dense(1, input_dim=1, use_bias=False, weights=[np.ones((1, 1))])])
    model.compile(SGD(lr=0.0), loss, **compiling)
    return model


# ------------------------------------------- why the training loss is higher than the testing loss


def test_dropout_is_off_at_test_time():
    model = Sequential([Dropout(0.5, input_shape=(20,))])
    model.compile(SGD(lr=0.0), "mse")
    x = normal(64, 20)
    training = model.fit(x, x, verbose=0).history["loss"][0]
    np.testing.assert_array_equal(model.predict(x), x)
    assert model.evaluate(x, x, verbose=0) == 0
    assert training == pytest.approx((x**2).mean(), rel=0.2), "half is 0, half is doubled"


def test_the_training_loss_is_the_mean_over_the_epochs_batches():
    x = normal(12, 1)
    model = Sequential([Dense(1, input_dim=1, use_bias=False, weights=[np.ones((1, 1))])])
    model.compile(SGD(lr=0.1), "mse")
    reported = model.fit(x, 3 * x, batch_size=5, shuffle=False, verbose=0).history["loss"][0]
    weight, total = 1.0, 0.0
    for part in (x[:5], x[5:10], x[10:]):
        total += ((weight * part - 3 * part) ** 2).sum()
        weight -= 0.1 * (2 * (weight * part - 3 * part) * part).mean()
    assert reported == pytest.approx(total / 12, rel=1e-5)
    assert model.evaluate(x, 3 * x, verbose=0) == pytest.approx(
        ((weight - 3) ** 2 * x**2).mean(), rel=1e-5
    )


# ----------------------------------------------------- how to get the output of an intermediate layer


def layered():
    """Four dense layers, the third named as in the snippet, and data for them."""
    model = Sequential()
    model.add(Dense(7, activation="tanh", input_dim=5))
    model.add(Dense(6, activation="tanh"))
    model.add(Dense(4, activation="tanh", name="my_layer"))
    model.add(Dense(3))
    return model, normal(10, 5)


def by_hand(model, x, count):
    """The first `count` layers of `layered`, in NumPy."""
    for layer in model.layers[:count]:
        kernel, bias = layer.get_weights()
        x = x @ kernel + bias
        x = x if layer is model.layers[-1] else np.tanh(x)
    return x


def test_intermediate_output_by_a_model():
    model, data = layered()
    # fmt: off
    from keras.models import Model

    layer_name = 'my_layer'
    intermediate_layer_model = Model(inputs=model.input,
                                     outputs=model.get_layer(layer_name).output)
    intermediate_output = intermediate_layer_model.predict(data)
    # fmt: on
    np.testing.assert_allclose(intermediate_output, by_hand(model, data, 3), rtol=1e-5, atol=1e-6)


def test_intermediate_output_by_a_function():
    model, x = layered()
    # fmt: off
    from keras import backend as K

    get_3rd_layer_output = K.function([model.layers[0].input],
                                      [model.layers[3].output])
    layer_output = get_3rd_layer_output([x])[0]
    # fmt: on
    np.testing.assert_allclose(layer_output, by_hand(model, x, 4), rtol=1e-5, atol=1e-6)


def test_intermediate_output_in_test_and_training_mode():
    model = Sequential()
    model.add(Dense(6, input_dim=5))
    model.add(Dense(50, activation="sigmoid"))
    model.add(Dense(40, activation="sigmoid"))
    model.add(Dropout(0.5))
    model.add(Dense(2))
    x = normal(30, 5)
    # fmt: off
    get_3rd_layer_output = K.function([model.layers[0].input, K.learning_phase()],
                                      [model.layers[3].output])

    layer_output = get_3rd_layer_output([x, 0])[0]

    training_output = get_3rd_layer_output([x, 1])[0]
    # fmt: on
    before_dropout = K.function([model.layers[0].input], [model.layers[2].output])([x])[0]
    np.testing.assert_allclose(layer_output, before_dropout, rtol=1e-6)
    kept = training_output != 0
    assert 0.4 < kept.mean() < 0.6
    np.testing.assert_allclose(training_output[kept], 2 * before_dropout[kept], rtol=1e-6)
    again = get_3rd_layer_output([x, 1])[0]
    assert not np.array_equal(again != 0, kept), "each call draws anew"


def test_batch_normalization_in_test_and_training_mode():
    model = Sequential([BatchNormalization(input_shape=(4,), epsilon=0.0)])
    x = 5 + 3 * normal(200, 4)
    output = K.function([model.layers[0].input, K.learning_phase()], [model.layers[0].output])
    np.testing.assert_allclose(output([x, 0])[0], x, rtol=1e-6)
    expected = (x - x.mean(axis=0)) / x.std(axis=0)
    np.testing.assert_allclose(output([x, 1])[0], expected, rtol=1e-4, atol=1e-4)


# -------------------------------------------------------------- data that do not fit into memory


def test_training_batch_by_batch():
    x, y = normal(32, 3), normal(32, 1)
    model = Sequential([Dense(1, input_dim=3)])
    model.compile("sgd", "mse")
    losses = [model.train_on_batch(x, y) for _ in range(5)]
    assert losses[-1] < losses[0]
    expected = ((model.predict(x) - y) ** 2).mean()
    assert model.test_on_batch(x, y) == pytest.approx(expected, rel=1e-5)


def test_training_from_a_generator():
    x, y = normal(40, 3), normal(40, 1)
    seen = []

    def generate():
        while True:
            for start in range(0, 40, 10):
                seen.append(start)
                yield x[start : start + 10], y[start : start + 10]

    model = Sequential([Dense(1, input_dim=3)])
    model.compile("sgd", "mse")
    same = Sequential([Dense(1, input_dim=3, weights=model.get_weights())])
    same.compile("sgd", "mse")
    data_generator, steps_per_epoch, epochs = generate(), 4, 2
    # fmt: off
    model.fit_generator(data_generator, steps_per_epoch, epochs)
    # fmt: on
    same.fit(x, y, batch_size=10, epochs=2, shuffle=False, verbose=0)
    assert seen[:8] == [0, 10, 20, 30] * 2
    for one, other in zip(model.get_weights(), same.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


# ----------------------------------------------- how to stop when the validation loss stops falling


def test_early_stopping_as_printed():
    model = identity()
    x, y = normal(10, 1), normal(10, 1)
    # fmt: off
    from keras.callbacks import EarlyStopping
    early_stopping = EarlyStopping(monitor='val_loss', patience=2)
    model.fit(x, y, validation_split=0.2, callbacks=[early_stopping])
    # fmt: on
    history = model.fit(x, y, validation_split=0.2, callbacks=[early_stopping], epochs=9, verbose=0)
    assert len(history.history["val_loss"]) == 3, (
        "the first is the best, then two that are no better"
    )


def test_early_stopping_waits_for_a_falling_validation_loss():
    from keras.callbacks import EarlyStopping

    x = np.ones((10, 1), "float32")
    model = Sequential([Dense(1, input_dim=1, use_bias=False, kernel_initializer="zeros")])
    model.compile(SGD(lr=0.05), "mse")
    # The training part pulls the weight to 2, the validation part would have it at 1: it passes 1.
    y = np.array([[2.0]] * 8 + [[1.0]] * 2)
    history = model.fit(
        x, y, validation_split=0.2, callbacks=[EarlyStopping("val_loss", patience=2)],
        epochs=50, verbose=0,
    )  # fmt: skip
    losses = history.history["val_loss"]
    best = int(np.argmin(losses))
    assert 0 < best < 48
    assert len(losses) == best + 1 + 2


# ------------------------------------------------------------- how the validation part is computed


@pytest.mark.parametrize(("split", "count"), [(0.1, 2), (0.25, 5), (0.2, 4)])
def test_the_last_part_is_for_validation_and_the_same_in_every_epoch(split, count):
    x = np.arange(1.0, 21.0).reshape(20, 1)
    history = identity().fit(
        x, 0 * x, validation_split=split, epochs=3, batch_size=7, verbose=0
    ).history  # fmt: skip
    np.testing.assert_allclose(history["val_loss"], [(x[-count:] ** 2).mean()] * 3, rtol=1e-6)
    np.testing.assert_allclose(history["loss"], [(x[:-count] ** 2).mean()] * 3, rtol=1e-6)


# -------------------------------------------------------------------------- whether data are shuffled


def order_of_batches(epochs, samples=12, batch_size=1, **fitting):
    """The batches in the order in which `fit` took them: for each epoch a list of their mean x."""
    seen = []
    x = np.arange(samples, dtype="float32").reshape(samples, 1)
    watch = LambdaCallback(
        on_epoch_begin=lambda epoch, logs: seen.append([]),
        on_batch_end=lambda batch, logs: seen[-1].append(float(logs["loss"])),
    )
    model = identity("mae")
    model.fit(
        x, 0 * x, batch_size=batch_size, epochs=epochs, callbacks=[watch], verbose=0, **fitting
    )
    return seen


def test_training_data_are_shuffled_in_every_epoch():
    first, second = order_of_batches(2)
    assert sorted(first) == sorted(second) == list(range(12))
    assert first != list(range(12))
    assert first != second


def test_training_data_are_taken_in_order_if_asked():
    assert order_of_batches(2, shuffle=False) == [list(range(12))] * 2


def test_batches_are_shuffled_whole():
    (means,) = order_of_batches(1, samples=40, batch_size=2, shuffle="batch")
    assert sorted(means) == [2 * i + 0.5 for i in range(20)]
    assert means != sorted(means)


def test_the_validation_part_is_cut_off_before_shuffling():
    first, second = order_of_batches(2, samples=15, validation_split=0.2)
    assert sorted(first) == sorted(second) == list(range(12))


# --------------------------------------------------------------- how to record losses and accuracies


def test_history():
    model = Sequential([Dense(1, activation="sigmoid", input_dim=4)])
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    x, y = normal(20, 4), np.arange(20) % 2
    # fmt: off
    hist = model.fit(x, y, validation_split=0.2)
    print(hist.history)
    # fmt: on
    assert {"loss", "val_loss", "accuracy", "val_accuracy"} <= set(hist.history)
    assert all(len(values) == 1 for values in hist.history.values())
    assert hist.history["val_acc"] == hist.history["val_accuracy"]
    guessed = model.predict(x)[16:, 0] > 0.5
    assert hist.history["val_acc"][0] == pytest.approx((guessed == y[16:]).mean())


def test_history_is_read_epoch_by_epoch():
    x = normal(20, 1)
    history = identity().fit(x, 2 * x, epochs=4, initial_epoch=1, verbose=0)
    assert history.epoch == [1, 2, 3]
    assert len(history.history["loss"]) == 3


# ------------------------------------------------------------------------------ how to freeze layers


def test_a_layer_made_frozen():
    # fmt: off
    frozen_layer = Dense(32, trainable=False)
    # fmt: on
    model = Sequential([frozen_layer, Dense(1)])
    model.build((None, 4))
    model.compile("sgd", "mse")
    before = model.get_weights()
    model.fit(normal(20, 4), normal(20, 1), epochs=2, verbose=0)
    frozen, kernel = frozen_layer.get_weights(), before[[w.shape for w in before].index((4, 32))]
    np.testing.assert_array_equal(frozen[0], kernel)
    assert sorted(changes(before, model.get_weights())) == [False, False, True, True]


def changes(before, after):
    """Which of some weights have changed."""
    return [not np.array_equal(a, b) for a, b in zip(before, after, strict=True)]


@pytest.mark.filterwarnings("ignore:.*trainable:UserWarning")
def test_a_layer_in_a_frozen_and_in_a_trainable_model():
    data, labels = normal(40, 32), normal(40, 32)
    # fmt: off
    x = Input(shape=(32,))
    layer = Dense(32)
    layer.trainable = False
    y = layer(x)

    frozen_model = Model(x, y)
    frozen_model.compile(optimizer='rmsprop', loss='mse')

    layer.trainable = True
    trainable_model = Model(x, y)
    trainable_model.compile(optimizer='rmsprop', loss='mse')

    before = layer.get_weights()
    frozen_model.fit(data, labels)  # this does NOT update the weights of `layer`
    frozen = layer.get_weights()
    trainable_model.fit(data, labels)  # this updates the weights of `layer`
    # fmt: on
    trained = layer.get_weights()
    assert changes(before, frozen) == [False, False]
    assert changes(frozen, trained) == [True, True]
    np.testing.assert_array_equal(frozen_model.predict(data), trainable_model.predict(data))
    frozen_model.fit(data, labels, verbose=0)
    assert changes(trained, layer.get_weights()) == [False, False], "compiled frozen, it stays so"


def test_a_change_of_trainable_without_compile_is_told():
    model = Sequential([Dense(2, input_dim=3, name="first")])
    model.compile("sgd", "mse")
    model.layers[0].trainable = False
    with pytest.warns(UserWarning, match="compile"):
        model.fit(normal(8, 3), normal(8, 2), verbose=0)


# ---------------------------------------------------------------------------- how to use stateful RNNs


def stateful_model():
    model = Sequential()
    model.add(LSTM(32, input_shape=(10, 16), batch_size=32, stateful=True))
    model.add(Dense(16, activation="softmax"))
    model.compile(optimizer="rmsprop", loss="categorical_crossentropy")
    return model


def test_stateful_training_as_printed():
    x = np.random.RandomState(0).uniform(size=(32, 21, 16)).astype("float32")
    # fmt: off
    model = Sequential()
    model.add(LSTM(32, input_shape=(10, 16), batch_size=32, stateful=True))
    model.add(Dense(16, activation='softmax'))

    model.compile(optimizer='rmsprop', loss='categorical_crossentropy')

    model.train_on_batch(x[:, :10, :], np.reshape(x[:, 10, :], (32, 16)))

    model.train_on_batch(x[:, 10:20, :], np.reshape(x[:, 20, :], (32, 16)))

    model.reset_states()

    model.layers[0].reset_states()
    # fmt: on
    assert all(not np.any(K.get_value(state)) for state in model.layers[0].states)


def test_states_are_carried_from_batch_to_batch():
    model, x = stateful_model(), normal(32, 20, 16)
    whole = Sequential([LSTM(32, input_shape=(20, 16)), Dense(16, activation="softmax")])
    whole.set_weights(model.get_weights())
    first = model.predict(x[:, :10], batch_size=32)
    second = model.predict(x[:, 10:], batch_size=32)
    np.testing.assert_allclose(second, whole.predict(x), rtol=1e-4, atol=1e-6)
    model.reset_states()
    np.testing.assert_allclose(model.predict(x[:, :10], batch_size=32), first, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(
    "use",
    [
        lambda model, x, y: model.predict(x, batch_size=32),
        lambda model, x, y: model.fit(x, y, batch_size=32, shuffle=False, verbose=0),
        lambda model, x, y: model.train_on_batch(x, y),
        lambda model, x, y: model.predict_classes(x, batch_size=32),
        lambda model, x, y: model.evaluate(x, y, batch_size=32, verbose=0),
    ],
    ids=["predict", "fit", "train_on_batch", "predict_classes", "evaluate"],
)
def test_every_method_updates_the_states(use):
    model = stateful_model()
    use(model, normal(32, 10, 16), np.eye(16)[np.arange(32) % 16])
    assert all(np.any(K.get_value(state)) for state in model.layers[0].states)


# ------------------------------------------------------------- how to remove a layer from a Sequential


def test_pop(capsys):
    # fmt: off
    model = Sequential()
    model.add(Dense(32, activation='relu', input_dim=784))
    model.add(Dense(32, activation='relu'))

    print(len(model.layers))  # "2"

    model.pop()
    print(len(model.layers))  # "1"
    # fmt: on
    assert capsys.readouterr().out.split() == ["2", "1"]
    assert len(model.get_weights()) == 2
    model.add(Dense(5))
    assert model.output_shape == (None, 5)
    assert model.predict(np.zeros((1, 784))).shape == (1, 5)


# -------------------------------------------------------------------------------- how to use HDF5 input


@pytest.fixture
def hdf5_file(tmp_path, monkeypatch):
    """The data that are in `input/file.hdf5`, seen from the current folder."""
    import h5py

    x_data = normal(70, 5)
    (tmp_path / "input").mkdir()
    with h5py.File(tmp_path / "input" / "file.hdf5", "w") as f:
        f["x_data"] = x_data
        f["y_data"] = x_data[:, :3]
    monkeypatch.chdir(tmp_path)
    return x_data


def test_hdf5_datasets_as_input(hdf5_file, monkeypatch):
    predicted = []
    model = Sequential([Dense(3, input_dim=5)])
    plain = model.predict
    monkeypatch.setattr(model, "predict", lambda x: predicted.append(plain(x)))
    # fmt: off
    import h5py
    with h5py.File('input/file.hdf5', 'r') as f:
        x_data = f['x_data']
        model.predict(x_data)
    # fmt: on
    np.testing.assert_allclose(predicted[0], plain(hdf5_file), rtol=1e-6)


def test_training_on_hdf5_datasets(hdf5_file):
    import h5py

    model = Sequential([Dense(3, input_dim=5)])
    model.compile("sgd", "mse")
    with h5py.File("input/file.hdf5", "r") as f:
        losses = model.fit(f["x_data"], f["y_data"], shuffle="batch", epochs=3, verbose=0).history[
            "loss"
        ]
    assert losses[-1] < losses[0]


def test_hdf5_matrix(hdf5_file):
    from keras.utils.io_utils import HDF5Matrix

    model = Sequential([Dense(3, input_dim=5)])
    x = HDF5Matrix("input/file.hdf5", "x_data", start=10, end=60)
    assert x.shape == (50, 5)
    np.testing.assert_allclose(model.predict(x), model.predict(hdf5_file[10:60]), rtol=1e-6)


# ------------------------------------------------------------------------- where the settings are kept


def run(code, **environment):
    """Run a program in a process of its own: what it printed, what it said besides, its status."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("KERAS_")}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env={**kept, "PYTHONPATH": ROOT, **{k: str(v) for k, v in environment.items()}},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.stdout, done.stderr, done.returncode


REPORT = """
import json
from keras import backend as K
print(json.dumps([K.image_data_format(), K.epsilon(), K.floatx(), K.backend()]))
"""

DEFAULTS = ["channels_last", 1e-07, "float32", "jax"]


def write_settings(home, text):
    path = home / ".keras" / "keras.json"
    path.parent.mkdir()
    path.write_text(text if isinstance(text, str) else json.dumps(text))
    return path


def test_the_file_of_settings_is_made_with_the_defaults(tmp_path):
    out, err, status = run(REPORT, HOME=tmp_path)
    assert (json.loads(out), status) == (DEFAULTS, 0), err
    settings = json.loads((tmp_path / ".keras" / "keras.json").read_text())
    assert settings == {
        "image_data_format": "channels_last",
        "epsilon": 1e-07,
        "floatx": "float32",
        "backend": "jax",
    }


def test_the_file_of_settings_is_obeyed_and_left_as_it_is(tmp_path):
    chosen = {
        "image_data_format": "channels_first",
        "epsilon": 1e-05,
        "floatx": "float64",
        "backend": "jax",
    }
    path = write_settings(tmp_path, chosen)
    out, err, status = run(
        REPORT
        + """
from keras.layers import Conv2D, Input
layer = Conv2D(2, 3)
print(layer(Input((5, 8, 9))).shape, layer.get_weights()[0].dtype)
""",
        HOME=tmp_path,
    )
    first, second = out.splitlines()
    assert (json.loads(first), status) == (list(chosen.values()), 0), err
    assert second == "(None, 2, 6, 7) float64"
    assert json.loads(path.read_text()) == chosen


def test_another_folder_serves_where_the_usual_one_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    program = "from keras import config; print(config.home())"
    out, err, status = run(program, HOME=tmp_path / "file")
    assert (out.strip(), status) == ("/tmp/.keras", 0), err
    assert Path("/tmp/.keras/keras.json").exists()


def test_the_folder_can_be_chosen(tmp_path):
    out, err, status = run(REPORT, HOME=tmp_path / "home", KERAS_HOME=tmp_path / "other")
    assert (json.loads(out), status) == (DEFAULTS, 0), err
    assert (tmp_path / "other" / "keras.json").exists()
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('{"floatx": "float32",', "line 1"),
        ("[]", "list"),
        ({"floatx": "float23"}, "float23"),
        ({"epsilon": "small"}, "small"),
        ({"image_data_format": "channels_middle"}, "channels_middle"),
        ({"backend": 3}, "3"),
    ],
    ids=["not JSON", "no object", "floatx", "epsilon", "image_data_format", "backend"],
)
def test_a_broken_file_is_named_with_its_fault_and_the_defaults_apply(tmp_path, text, fault):
    path = write_settings(tmp_path, text)
    out, err, status = run(REPORT, HOME=tmp_path)
    assert (json.loads(out), status) == (DEFAULTS, 0), err
    assert str(path) in err
    assert fault in err.replace(str(path), "")


def test_a_backend_in_the_file_that_is_not_there_gives_a_warning_and_the_default(tmp_path):
    write_settings(tmp_path, {"backend": "cntk"})
    out, err, status = run(REPORT, HOME=tmp_path)
    assert (json.loads(out), status) == (DEFAULTS, 0), err
    assert "cntk" in err
    assert "jax" in err


def test_a_backend_in_the_environment_that_is_not_there_is_an_error(tmp_path):
    _, err, status = run(REPORT, HOME=tmp_path, KERAS_BACKEND="abacus")
    assert status != 0
    assert "KERAS_BACKEND" in err
    assert "abacus" in err
    assert "jax" in err


def test_the_environment_comes_before_the_file(tmp_path):
    write_settings(tmp_path, {"backend": "cntk"})
    out, err, status = run(REPORT, HOME=tmp_path, KERAS_BACKEND="jax")
    assert (json.loads(out), err.count("cntk"), status) == (DEFAULTS, 0, 0), err


# -------------------------------------------------------------------- how to get reproducible results

# The snippet imports tensorflow, which need not be installed: this stands for it.
STAND_IN = """
import sys, types
def anything(*args, **kwargs): return object()
sys.modules["tensorflow"] = types.SimpleNamespace(
    ConfigProto=anything, Session=anything, get_default_graph=anything, set_random_seed=anything)
"""

AS_PRINTED = """
import numpy as np
import tensorflow as tf
import random as rn
np.random.seed(42)
rn.seed(12345)
session_conf = tf.ConfigProto(intra_op_parallelism_threads=1,
                              inter_op_parallelism_threads=1)
from keras import backend as K
tf.set_random_seed(1234)
sess = tf.Session(graph=tf.get_default_graph(), config=session_conf)
K.set_session(sess)
"""

REST_OF_CODE = """
from keras.layers import Dense, Dropout
from keras.models import Sequential
model = Sequential([Dense(8, activation="relu", input_dim=4), Dropout(0.5), Dense(1)])
model.compile("adam", "mse")
x = np.linspace(-1, 1, 160).reshape(40, 4)
print(model.fit(x, x.sum(axis=1), epochs=3, batch_size=7, verbose=0).history["loss"])
print([w.tolist() for w in model.get_weights()])
"""


def test_results_are_reproducible(tmp_path):
    program = STAND_IN + AS_PRINTED + REST_OF_CODE
    environment = {"HOME": tmp_path, "CUDA_VISIBLE_DEVICES": "", "PYTHONHASHSEED": "0"}
    first, err, status = run(program, **environment)
    assert (status, len(first.splitlines())) == (0, 2), err
    assert run(program, **environment)[0] == first
    other, err, _ = run(program.replace("seed(42)", "seed(43)"), **environment)
    assert other.splitlines()[0] != first.splitlines()[0], err


def test_a_seed_can_be_set_within_a_program():
    from keras.utils import set_random_seed

    def losses():
        set_random_seed(5)
        model = Sequential([Dense(8, input_dim=4), Dropout(0.5), Dense(1)])
        model.compile("adam", "mse")
        return model.fit(normal(40, 4), normal(40, 1), epochs=2, batch_size=7, verbose=0).history

    assert losses() == losses()


# ------------------------------------------------------------------------------------- the callbacks


def test_callbacks_run_at_the_end_of_every_epoch():
    class Halve(Callback):
        def on_epoch_end(self, epoch, logs=None):
            rate = self.model.optimizer.lr
            K.set_value(rate, K.get_value(rate) / 2)

    model = Sequential([Dense(1, input_dim=1, use_bias=False, kernel_initializer="zeros")])
    model.compile(SGD(lr=0.4), "mse")
    x = np.ones((1, 1))
    model.fit(x, x, epochs=3, callbacks=[Halve()], verbose=0)
    weight = 0.0
    for rate in (0.4, 0.2, 0.1):
        weight -= rate * 2 * (weight - 1)
    assert model.get_weights()[0].item() == pytest.approx(weight, rel=1e-5)
    assert float(K.get_value(model.optimizer.lr)) == pytest.approx(0.05)


# ------------------------------------------------------------------------------ saving and loading


@pytest.fixture
def in_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def trained():
    model = Sequential([Dense(3, activation="tanh", input_dim=5), Dropout(0.5), Dense(2)])
    model.compile("adam", "mse", metrics=["mae"])
    model.fit(normal(20, 5), normal(20, 2), epochs=2, verbose=0)
    return model


def test_a_whole_model_is_saved_and_goes_on(in_folder):
    model = trained()
    before = model.predict(normal(20, 5))
    # fmt: off
    from keras.models import load_model

    model.save('my_model.h5')  # creates a HDF5 file 'my_model.h5'
    del model  # deletes the existing model

    # returns a compiled model
    # identical to the previous one
    model = load_model('my_model.h5')
    # fmt: on
    np.testing.assert_array_equal(model.predict(normal(20, 5)), before)
    assert model.metrics_names == ["loss", "mae"]
    assert int(model.optimizer.iterations.numpy()) == 2
    model.fit(normal(20, 5), normal(20, 2), epochs=3, initial_epoch=2, verbose=0)
    assert int(model.optimizer.iterations.numpy()) == 3


def test_the_architecture_alone():
    model = old = trained()
    # fmt: off
    # save as JSON
    json_string = model.to_json()

    # save as YAML
    yaml_string = model.to_yaml()

    # model reconstruction from JSON:
    from keras.models import model_from_json
    model = model_from_json(json_string)
    # fmt: on
    from_json = model
    # fmt: off
    # model reconstruction from YAML
    from keras.models import model_from_yaml
    model = model_from_yaml(yaml_string)
    # fmt: on
    for new in (from_json, model):
        assert new.get_config() == old.get_config()
        assert not np.array_equal(new.get_weights()[0], old.get_weights()[0]), "new weights"
    assert json.loads(json_string)["class_name"] == "Sequential"


def test_the_weights_alone(in_folder):
    model = trained()
    before = model.get_weights()
    # fmt: off
    model.save_weights('my_model_weights.h5')
    # fmt: on
    model.set_weights([0 * w for w in before])
    # fmt: off
    model.load_weights('my_model_weights.h5')
    # fmt: on
    for one, other in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(one, other)
    # fmt: off
    model.load_weights('my_model_weights.h5', by_name=True)
    # fmt: on


def test_weights_by_the_layers_names(in_folder):
    fname = "weights.h5"
    model = Sequential()
    model.add(Dense(2, input_dim=3, name="dense_1"))
    model.add(Dense(3, name="dense_2"))
    model.save_weights(fname)
    wanted = model.get_weights()
    # fmt: off
    # new model
    model = Sequential()
    model.add(Dense(2, input_dim=3, name='dense_1'))  # will be loaded
    model.add(Dense(10, name='new_dense'))  # will not be loaded

    # load weights from first model; will only affect the first layer, dense_1.
    with pytest.warns(UserWarning, match="new_dense: not in the file"):
        model.load_weights(fname, by_name=True)
    # fmt: on
    np.testing.assert_array_equal(model.get_weights()[0], wanted[0])
    assert model.get_weights()[2].shape == (2, 10)


class AttentionLayer(Layer):
    def __init__(self, temperature=2.0, **kwargs):
        super().__init__(**kwargs)
        self.temperature = temperature

    def call(self, inputs):
        return inputs * K.softmax(inputs / self.temperature)


def test_custom_objects(in_folder):
    model = old = Sequential([AttentionLayer(3.0, input_shape=(4,)), Dense(2)])
    model.save("my_model.h5")
    json_string = model.to_json()
    found = []
    # fmt: off
    from keras.models import load_model
    # Assuming your model includes instance of an "AttentionLayer" class
    model = load_model('my_model.h5', custom_objects={'AttentionLayer': AttentionLayer})
    # fmt: on
    found.append(model)
    # fmt: off
    from keras.utils import CustomObjectScope

    with CustomObjectScope({'AttentionLayer': AttentionLayer}):
        model = load_model('my_model.h5')
    # fmt: on
    found.append(model)
    # fmt: off
    from keras.models import model_from_json
    model = model_from_json(json_string, custom_objects={'AttentionLayer': AttentionLayer})
    # fmt: on
    found.append(model)
    found.append(model_from_yaml(old.to_yaml(), custom_objects={"AttentionLayer": AttentionLayer}))
    for each in found[2:]:
        each.set_weights(old.get_weights())
    for each in found:
        assert each.layers[0].temperature == 3.0
        np.testing.assert_array_equal(each.predict(normal(3, 4)), old.predict(normal(3, 4)))
