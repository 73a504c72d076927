"""Pictures of models: which places and lines are drawn, and that Graphviz takes them."""

import shutil
import sys

import pytest
from PIL import Image

from keras.layers import LSTM, Dense, Input, TimeDistributed, add
from keras.models import Model, Sequential
from keras.utils import model_to_dot, plot_model

pydot = pytest.importorskip("pydot", reason="pydot is not installed")


def branched():
    a, b = Input((4,), name="a"), Input((4,), name="b")
    shared = Dense(3, name="shared")
    return Model([a, b], add([shared(a), shared(b)], name="sum") * 2.0)


def nested():
    inner = Sequential([Dense(3, input_dim=4, name="first"), Dense(2, name="second")], name="inner")
    a = Input((4,), name="a")
    return Model(a, Dense(1, name="last")(inner(a)))


def labels(dot):
    return {
        node.get_name().strip('"'): node.get_label() for node in dot.get_nodes() if node.get_label()
    }


def lines(dot):
    return {
        (edge.get_source().strip('"'), edge.get_destination().strip('"'))
        for edge in dot.get_edges()
    }


def test_places_and_lines():
    dot = model_to_dot(branched())
    op = next(name for name in labels(dot) if name.startswith("multiply"))
    assert labels(dot) == {
        "a": '"a: InputLayer"',
        "b": '"b: InputLayer"',
        "shared": '"shared: Dense"',
        "sum": '"sum: Add"',
        op: '"multiply"',
    }
    assert lines(dot) == {("a", "shared"), ("b", "shared"), ("shared", "sum"), ("sum", op)}


def test_shapes_and_no_names():
    dot = model_to_dot(branched(), show_shapes=True, show_layer_names=False, rankdir="LR")
    assert labels(dot)["shared"] == '"Dense|{input:|output:}|{{(None, 4)}|{(None, 3)}}"'
    assert labels(dot)["sum"] == '"Add|{input:|output:}|{{(None, 3), (None, 3)}|{(None, 3)}}"'
    assert dot.get_rankdir() == "LR"


def test_wrapped_layers_are_named():
    model = Sequential(
        [TimeDistributed(Dense(2), input_shape=(3, 4), name="each"), LSTM(2, name="rnn")]
    )
    names = labels(model_to_dot(model))
    assert names["each"] == '"each: TimeDistributed(Dense)"' and names["rnn"] == '"rnn: LSTM"'


def test_nested_models_closed_and_open():
    closed = model_to_dot(nested())
    assert labels(closed)["inner"] == '"inner: Sequential"'
    assert lines(closed) == {("a", "inner"), ("inner", "last")}
    dot = model_to_dot(nested(), expand_nested=True)
    [cluster] = dot.get_subgraphs()
    assert '"first: Dense"' in labels(cluster).values()
    inside = {name.rpartition("/")[2]: name for name in labels(cluster)}
    assert (inside["first"], inside["second"]) in lines(cluster)
    assert (inside["second"], "last") in lines(dot)
    assert any(a == "a" and b in labels(cluster) for a, b in lines(dot))


def test_a_model_without_a_graph():
    class Own(Model):
        def __init__(self):
            super().__init__()
            self.dense = Dense(2, name="dense")

        def call(self, inputs):
            return self.dense(inputs)

    assert labels(model_to_dot(Own())) == {"dense": '"dense: Dense"'}


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
@pytest.mark.parametrize("make", [branched, nested])
def test_graphviz_draws_it(make, tmp_path):
    plot_model(make(), tmp_path / "model.png", show_shapes=True, expand_nested=True)
    with Image.open(tmp_path / "model.png") as picture:
        assert picture.width > 100
    plot_model(make(), tmp_path / "model.svg")
    assert "<svg" in (tmp_path / "model.svg").read_text()


def test_without_graphviz(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="apt install graphviz"):
        plot_model(nested(), tmp_path / "model.png")


def test_without_pydot(monkeypatch):
    monkeypatch.setitem(sys.modules, "pydot", None)
    with pytest.raises(ImportError, match=r"pip install 'keras\[plot\]'"):
        model_to_dot(nested())
