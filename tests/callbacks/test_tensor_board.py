"""TensorBoard's files, read back by the tensorboard package."""

import builtins
import io
import sys

import numpy as np
import pytest
from google.protobuf import text_format
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.graph_pb2 import GraphDef
from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig

from keras.callbacks import CallbackList, TensorBoard
from keras.callbacks.tensor_board import graph_of
from keras.layers import Conv2D, Dense, Embedding, Flatten, Input, add
from keras.models import Model, Sequential

X = np.random.RandomState(0).normal(size=(20, 3)).astype("float32")
Y = X[:, :1]


def read(folder):
    """All that the event files of a folder hold."""
    events = EventAccumulator(str(folder), {"images": 0, "histograms": 0, "scalars": 0})
    events.Reload()
    return events


def model():
    """A compiled model of two layers."""
    net = Sequential([Dense(4, input_dim=3, name="first"), Dense(1, name="second")])
    net.compile("sgd", "mse", metrics=["mae"])
    return net


def test_scalars_of_epochs(tmp_path):
    net = model()
    board = TensorBoard(tmp_path / "logs")
    history = net.fit(X, Y, epochs=3, validation_split=0.2, verbose=0, callbacks=[board]).history
    events = read(tmp_path / "logs")
    assert set(events.Tags()["scalars"]) == set(history) == {"loss", "mae", "val_loss", "val_mae"}
    for name, values in history.items():
        found = events.Scalars(name)
        assert [event.step for event in found] == [0, 1, 2]
        np.testing.assert_allclose([event.value for event in found], values, rtol=1e-6)
    assert not CallbackList([board]).needs_batches


def test_scalars_of_batches(tmp_path):
    net = model()
    board = TensorBoard(tmp_path, update_freq="batch")
    assert CallbackList([board]).needs_batches
    net.fit(X, Y, batch_size=8, epochs=2, verbose=0, callbacks=[board])
    assert [e.step for e in read(tmp_path).Scalars("loss")] == [8, 16, 20, 20, 28, 36, 40, 40]
    some = TensorBoard(tmp_path / "some", update_freq=10)
    net.fit(X, Y, batch_size=4, epochs=1, verbose=0, callbacks=[some])
    assert [e.step for e in read(tmp_path / "some").Scalars("loss")] == [12, 20]


def test_histograms_and_images(tmp_path):
    net = Sequential(
        [
            Conv2D(2, (3, 3), input_shape=(5, 5, 3), name="conv"),
            Flatten(name="flat"),
            Dense(1, name="dense"),
        ]
    )
    net.compile("sgd", "mse")
    x, y = np.random.normal(size=(6, 5, 5, 3)), np.ones((6, 1))
    board = TensorBoard(tmp_path, histogram_freq=2, write_grads=True, write_images=True)
    net.fit(x, y, epochs=3, validation_data=(x, y), verbose=0, callbacks=[board])
    events = read(tmp_path)
    weights = ["conv/kernel_0", "conv/bias_0", "dense/kernel_0", "dense/bias_0"]
    tags = [*weights, *(f"{w}_grad" for w in weights), "conv_out", "flat_out", "dense_out"]
    assert set(events.Tags()["histograms"]) == set(tags)
    first, last = events.Histograms("conv/kernel_0")
    assert (first.step, last.step) == (0, 2)
    kernel = net.layers[0].get_weights()[0]
    found = last.histogram_value
    assert (found.num, sum(found.bucket)) == (kernel.size, kernel.size)
    np.testing.assert_allclose([found.min, found.max], [kernel.min(), kernel.max()], rtol=1e-6)
    np.testing.assert_allclose(
        found.sum_squares, np.sum(np.square(kernel, dtype="float64")), rtol=1e-5
    )
    found = events.Histograms("dense_out")[-1].histogram_value
    np.testing.assert_allclose(found.max, net.predict(x).max(), rtol=1e-5)
    found = events.Histograms("dense/bias_0_grad")[-1].histogram_value
    np.testing.assert_allclose(found.sum, 2 * np.mean(net.predict(x) - y), rtol=1e-4)
    images = [tag for tag in events.Tags()["images"] if tag.startswith("conv/kernel_0")]
    assert images == ["conv/kernel_0/image/0", "conv/kernel_0/image/1"]
    event = events.Images(images[1])[-1]
    picture = np.asarray(Image.open(io.BytesIO(event.encoded_image_string)))
    one = kernel[..., 1]
    np.testing.assert_allclose(picture, (one - one.min()) / np.ptp(one) * 255, atol=1.01)


def test_gradients_need_validation_data(tmp_path):
    board = TensorBoard(tmp_path, histogram_freq=1, write_grads=True)
    with pytest.raises(ValueError, match="write_grads=True needs validation data"):
        model().fit(X, Y, verbose=0, callbacks=[board])


def test_the_graph(tmp_path):
    a, b = Input((3,), name="a"), Input((3,), name="b")
    shared = Dense(2, name="shared")
    total = add([shared(a), shared(b)])
    net = Model([a, b], total * 2)
    net.compile("sgd", "mse")
    assert graph_of(net) == [
        ("a", "InputLayer", []),
        ("b", "InputLayer", []),
        ("shared", "Dense", ["a"]),
        ("shared_1", "Dense", ["b"]),
        (total.node.function.name, "Add", ["shared", "shared_1"]),
        ("multiply", "Op", [total.node.function.name]),
    ]
    net.fit([X, X], X[:, :2], verbose=0, callbacks=[TensorBoard(tmp_path)])
    definition = GraphDef.FromString(read(tmp_path).Graph().SerializeToString())
    assert [(n.name, n.op, list(n.input)) for n in definition.node] == graph_of(net)
    net.fit(
        [X, X], X[:, :2], verbose=0, callbacks=[TensorBoard(tmp_path / "none", write_graph=False)]
    )
    with pytest.raises(ValueError, match="no graph"):
        read(tmp_path / "none").Graph()


def test_embeddings(tmp_path):
    net = Sequential([Embedding(7, 3, input_length=2, name="words"), Flatten(), Dense(1)])
    net.compile("sgd", "mse")
    data = np.array([[0, 1], [2, 3], [4, 5]])
    board = TensorBoard(
        tmp_path,
        embeddings_freq=1,
        embeddings_data=data,
        embeddings_metadata={"words": "names.tsv"},
    )
    net.fit(data, np.ones((3, 1)), verbose=0, callbacks=[board])
    config = text_format.Parse((tmp_path / "projector_config.pbtxt").read_text(), ProjectorConfig())
    (entry,) = config.embeddings
    assert (entry.tensor_name, entry.metadata_path) == ("words_embedding", "names.tsv")
    found = np.loadtxt(tmp_path / entry.tensor_path)
    np.testing.assert_allclose(found, net.layers[0].get_weights()[0][data].reshape(3, 6), rtol=1e-6)
    with pytest.raises(ValueError, match="needs embeddings_data"):
        TensorBoard(tmp_path, embeddings_freq=1)


def test_without_the_package(tmp_path, monkeypatch):
    real = builtins.__import__

    def refuse(name, *args, **kwargs):
        if name.startswith("tensorboard"):
            raise ImportError(f"No module named {name!r}")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(ImportError, match=r"pip install 'keras\[tensorboard\]'"):
        model().fit(X, Y, verbose=0, callbacks=[TensorBoard(tmp_path)])


def test_importing_keras_does_not_import_it():
    assert "tensorboard" not in sys.modules["keras.callbacks.tensor_board"].__dict__


def test_gradients_on_batch():
    net = model()
    found = net.gradients_on_batch(X, Y)
    (w1, b1), (w2, b2) = [layer.get_weights() for layer in net.layers]
    h = X @ w1 + b1
    by_output = 2 * (h @ w2 + b2 - Y) / len(X)
    expected = [
        X.T @ by_output @ w2.T,
        (by_output @ w2.T).sum(0),
        h.T @ by_output,
        by_output.sum(0),
    ]
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)
