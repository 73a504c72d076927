"""Metrics that layers report by `add_metric` within their call."""

import numpy as np
import pytest

from keras import backend as K
from keras import callbacks
from keras.layers import Dense, Input, Lambda, Layer, TimeDistributed
from keras.models import Model, Sequential, clone_model

X = np.random.RandomState(0).normal(size=(10, 3)).astype("float32")
Y = np.zeros((10, 3), "float32")
MEAN, LARGEST = np.abs(X).mean(), X.max(axis=1).mean()


class Watched(Layer):
    def call(self, x):
        self.add_metric(K.mean(K.abs(x)), name="size")
        self.add_metric(K.max(x, axis=1), name="largest", aggregation="mean")
        return x


class Shaped(Watched):
    def compute_output_shape(self, input_shape):
        return input_shape


class Asking(Watched):
    """Asks its input what symbolic tensors alone know."""

    def call(self, x):
        assert x.get_shape().as_list()[1] == 3
        return super().call(x)


def functional(layer):
    x = Input((3,))
    return Model(x, Dense(3)(layer(x)))


class Subclassed(Model):
    def __init__(self):
        super().__init__()
        self.watched, self.dense = Watched(), Dense(3)

    def call(self, x):
        y = self.dense(self.watched(x))
        self.add_metric(K.sum(y * 0) + 7.0, name="seven")
        return y


@pytest.mark.parametrize("layer", [Watched, Shaped, Asking])
@pytest.mark.parametrize("nested", [False, True])
def test_a_model_reports_them(layer, nested):
    model = functional(layer())
    if nested:
        model = Sequential([model, Dense(3)])
    model.compile("sgd", "mse", metrics=["mae"])
    assert model.metrics_names == ["loss", "mae", "size", "largest"]
    history = model.fit(X, Y, 4, verbose=0, validation_data=(X, Y)).history
    for prefix in ("", "val_"):
        assert history[f"{prefix}size"] == pytest.approx([MEAN], rel=1e-5)
        assert history[f"{prefix}largest"] == pytest.approx([LARGEST], rel=1e-5)
    assert model.evaluate(X, Y, 3, verbose=0)[2:] == pytest.approx([MEAN, LARGEST], rel=1e-5)
    for result in (model.train_on_batch(X[:4], Y[:4]), model.test_on_batch(X[:4], Y[:4])):
        assert result[2] == pytest.approx(np.abs(X[:4]).mean(), rel=1e-5)
    tensors = model.metrics_tensors
    found = K.function(model.inputs, tensors[1:])([X])
    assert found == pytest.approx([MEAN, LARGEST], rel=1e-5)


def test_a_subclassed_model_reports_them():
    model = Subclassed()
    model.compile("sgd", "mse")
    history = model.fit(X, Y, 5, verbose=0).history
    assert list(history) == ["loss", "seven", "size", "largest"]
    assert history["seven"] == [7.0] and history["size"] == pytest.approx([MEAN], rel=1e-5)


def test_a_layer_called_twice_and_two_of_one_name():
    x, shared = Input((3,)), Watched()
    y = shared(Lambda(lambda t: t * 3)(shared(x)))
    model = Model(x, Watched()(y))
    model.compile("sgd", "mse")
    assert model.metrics_names == ["loss", "size", "largest", "size_1", "largest_1"]
    results = dict(zip(model.metrics_names, model.evaluate(X, Y, verbose=0), strict=True))
    assert results["size"] == pytest.approx(2 * MEAN, rel=1e-5)
    assert results["size_1"] == pytest.approx(3 * MEAN, rel=1e-5)


def test_callbacks_see_them(tmp_path):
    model = functional(Watched())
    model.compile("sgd", "mse")
    log = tmp_path / "log.csv"
    stop = callbacks.EarlyStopping("val_size", patience=0)
    model.fit(
        X,
        Y,
        epochs=9,
        verbose=0,
        validation_data=(X, Y),
        callbacks=[stop, callbacks.CSVLogger(log)],
    )
    head, *lines = log.read_text().splitlines()
    assert head == "epoch,largest,loss,size,val_largest,val_loss,val_size" and len(lines) == 2


def test_copies_report_as_well():
    model = clone_model(functional(Watched()))
    model.compile("sgd", "mse")
    assert model.metrics_names == ["loss", "size", "largest"]


def test_a_layer_within_a_layer():
    x = Input((2, 3))
    model = Model(x, TimeDistributed(Shaped())(x))
    model.compile("sgd", "mse")
    rows = X.reshape(5, 2, 3)
    assert model.evaluate(rows, rows, verbose=0)[1] == pytest.approx(MEAN, rel=1e-5)


def test_what_one_mode_alone_reports():
    class Shy(Layer):
        def call(self, x, training=None):
            if training:
                self.add_metric(K.mean(x), name="mean")
            return x

        def compute_output_shape(self, input_shape):
            return input_shape

    model = functional(Shy())
    model.compile("sgd", "mse")
    assert model.train_on_batch(X, Y)[1] == pytest.approx(X.mean(), abs=1e-6)
    assert np.isnan(model.test_on_batch(X, Y)[1])


def test_values_outside_of_a_call_are_refused():
    with pytest.raises(ValueError, match="arrays within `call` alone"):
        Watched().add_metric(np.ones(3), "ones")


def test_several_outputs_of_one_layer_have_a_loss_each():
    x = Input((3,))
    model = Model(x, Lambda(lambda x: [x, 2 * x, 3 * x], name="threefold")(x))
    model.compile("sgd", "mse")
    assert model.metrics_names[1:] == ["threefold_loss", "threefold_1_loss", "threefold_2_loss"]
    square = np.mean(X**2)
    assert model.evaluate(X, [Y, Y, Y], verbose=0) == pytest.approx(
        [14 * square, square, 4 * square, 9 * square], rel=1e-5
    )
