"""Files of Keras 1.2.2, on Theano and on TensorFlow: what their models said there, they say here."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from keras import models
from keras.saving import keras1

FOLDER = Path(__file__).parent / "fixtures" / "keras1"
CASES = sorted(path.name.removesuffix(".h5.gz") for path in FOLDER.glob("*.h5.gz"))
TRAINED = [name for name in CASES if "losses" in np.load(FOLDER / f"{name}.npz")]


def numbered(stored, letter):
    """The arrays `x0`, `x1` ... of a stored result."""
    return [stored[f"{letter}{i}"] for i in range(len(stored)) if f"{letter}{i}" in stored]


@pytest.fixture
def load(tmp_path):
    """A function that loads the model of a case and its stored numbers."""

    def load(name):
        path = tmp_path / "model.h5"
        path.write_bytes(gzip.decompress((FOLDER / f"{name}.h5.gz").read_bytes()))
        return models.load_model(str(path)), np.load(FOLDER / f"{name}.npz")

    return load


@pytest.mark.parametrize("name", CASES)
def test_outputs(load, name):
    model, stored = load(name)
    outputs = model.predict(numbered(stored, "x"))
    outputs = outputs if isinstance(outputs, list) else [outputs]
    expected = numbered(stored, "y")
    assert len(outputs) == len(expected)
    for i, (output, value) in enumerate(zip(outputs, expected)):
        np.testing.assert_allclose(output, value, rtol=1e-4, atol=1e-5, err_msg=f"output {i}")


@pytest.mark.parametrize("name", TRAINED)
def test_training_goes_on(load, name):
    model, stored = load(name)
    losses = [model.train_on_batch(numbered(stored, "x"), stored["t0"]) for _ in range(4)]
    losses = [float(np.ravel(loss)[0]) for loss in losses]
    np.testing.assert_allclose(losses, stored["losses"], rtol=2e-4)


# ------------------------------------------------------------------ what a file of each layer cannot show
def layer(kind, **config):
    return keras1.to_canonical({"class_name": kind, "config": {"name": "old", **config}})


REFUSED = {
    "mode": (lambda: layer("BatchNormalization", mode=1), "'old' .* has mode=1"),
    "code": (lambda: layer("Merge", mode=["\u00e3", None, None]), "'old' .* merges by Python code"),
    "graph": (lambda: layer("Graph"), "is a model of Keras 0.3"),
    "regularizer": (
        lambda: layer(
            "Dense", output_dim=2, W_regularizer={"name": "EigenvalueRegularizer", "k": 1}
        ),
        "'old' .* has a regularizer that is not here",
    ),
}


@pytest.mark.parametrize(("convert", "message"), REFUSED.values(), ids=REFUSED)
def test_what_has_no_counterpart_is_refused_by_its_name(convert, message):
    with pytest.raises(ValueError, match=message):
        convert()


def test_a_branch_without_an_input_shape_is_refused():
    branch = {"class_name": "Dense", "config": {"name": "bare", "output_dim": 2}}
    merge = {"class_name": "Merge", "config": {"name": "m", "mode": "sum", "layers": [branch]}}
    with pytest.raises(ValueError, match=r"'bare' .* begins a branch and has no input shape"):
        keras1.to_canonical({"class_name": "Sequential", "config": [merge]})


def test_penalties_and_constraints():
    config = layer(
        "Dense",
        output_dim=2,
        W_regularizer={"name": "WeightRegularizer", "l1": 0.0, "l2": 0.1},
        b_constraint={"name": "MaxNorm", "m": 2, "axis": 0},
    )["config"]
    assert config["kernel_regularizer"] == {"class_name": "L1L2", "config": {"l1": 0.0, "l2": 0.1}}
    assert config["bias_constraint"]["config"] == {"max_value": 2, "axis": 0}


def test_the_axis_order_that_was_not_written_is_that_of_the_others():
    pooling = {"class_name": "MaxPooling2D", "config": {"name": "p", "dim_ordering": "th"}}
    padding = {"class_name": "ZeroPadding2D", "config": {"name": "z", "padding": [1, 1]}}
    stack = keras1.to_canonical({"class_name": "Sequential", "config": [pooling, padding]})
    orders = [entry["config"]["data_format"] for entry in stack["config"]["layers"]]
    assert orders == ["channels_first", "channels_first"]
    alone = keras1.to_canonical({"class_name": "Sequential", "config": [padding]})
    assert "data_format" not in alone["config"]["layers"][0]["config"]


def test_training_arguments_that_are_gone_are_told():
    with pytest.warns(UserWarning, match=r"metrics \['fmeasure'\]"):
        read = keras1.training_to_canonical(
            {"optimizer": {"name": "SGD", "lr": 0.1}, "metrics": ["fmeasure", "acc"]}
        )
    assert read["metrics"] == ["acc"]
    with pytest.warns(UserWarning, match=r"'old' .* dropped the share 0.5"):
        assert "dropout" not in layer("Embedding", dropout=0.5)["config"]


def test_classes_of_the_users_stay_as_they_are():
    own = {"class_name": "Attention", "config": {"name": "a", "output_dim": 3, "init": "zero"}}
    assert keras1.to_canonical(own) == own
