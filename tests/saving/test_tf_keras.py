"""Files of tf.keras 2.3 and 2.21 (2.15 kept alive): what their models said there, they say here, and learn the same."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from keras import models
from keras.saving import tf_functions, tf_keras

FOLDER = Path(__file__).parent / "fixtures" / "tf_keras"
CASES = sorted(
    [path.name.removesuffix(".gz") for path in FOLDER.glob("*.h5.gz")]
    + [path.name for path in FOLDER.glob("*.keras")]
)
# Where the originals' rules are others, and by how much the losses then differ.
TOLERANCES = {
    # Since 2.11 the momenta's product is multiplied once a weight, not once a step.
    "2.21.0_nadam": 2e-3,
}


def numbered(stored, letter):
    """The arrays `x0`, `x1` ... of a stored result."""
    return [stored[f"{letter}{i}"] for i in range(len(stored)) if f"{letter}{i}" in stored]


def numbers(name):
    """What the model of a file said."""
    return np.load(FOLDER / f"{name.rpartition('.')[0]}.npz")


TRAINED = [name for name in CASES if "losses" in numbers(name)]


@pytest.fixture
def load(tmp_path):
    """A function that loads the model of a case and its stored numbers."""

    def load(name):
        path = FOLDER / name
        if name.endswith(".h5"):
            path = tmp_path / "model.h5"
            path.write_bytes(gzip.decompress((FOLDER / f"{name}.gz").read_bytes()))
        return models.load_model(str(path)), numbers(name)

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
    np.testing.assert_allclose(
        losses, stored["losses"], rtol=TOLERANCES.get(name.rpartition(".")[0], 1e-5)
    )


def test_a_layer_of_two_models_is_one(load):
    model, _ = load("2.21.0_shared.h5")
    one, other = (model.get_layer(name).get_layer("shared") for name in ("one", "other"))
    assert one is other and len(model.weights) == 6


# ------------------------------------------------------------------ what is neutral, and what is not
def layer(kind, **config):
    return tf_keras.to_canonical({"class_name": kind, "config": {"name": "late", **config}})


def function(name, **arguments):
    """A graph of one function of TensorFlow."""
    start = {"class_name": "InputLayer", "config": {"name": "x"}, "name": "x", "inbound_nodes": []}
    call = {
        "class_name": "TFOpLambda",
        "config": {"name": "call", "function": name},
        "name": "call",
        "inbound_nodes": [["x", 0, 0, arguments]],
    }
    ends = {"input_layers": [["x", 0, 0]], "output_layers": [["call", 0, 0]]}
    config = {"name": "m", "layers": [start, call], **ends}
    return tf_keras.to_canonical({"class_name": "Functional", "config": config})


def optimizer(kind, **config):
    described = {"class_name": kind, "config": config}
    return tf_keras.training_to_canonical({"optimizer_config": described})["optimizer"]["config"]


REFUSED = {
    "time_major": (lambda: layer("Dense", units=2, time_major=True), "'late' .* time_major=True"),
    "ragged": (lambda: layer("InputLayer", ragged=True), "'late' .* ragged=True"),
    "groups": (lambda: layer("Conv2DTranspose", groups=2), "'late' .* groups=2"),
    "axes": (lambda: layer("BatchNormalization", axis=[1, 2]), "'late' .* axes"),
    "sparse kernel": (lambda: layer("LocallyConnected1D", implementation=3), "implementation=3"),
    "unknown function": (lambda: function("signal.stft"), "'call' .* 'signal.stft'"),
    "unknown argument": (lambda: function("math.cumprod", exclusive=True), "'call' .* exclusive"),
    "dropping": (lambda: function("nn.dropout", rate=0.5), "'call' .* drops in predictions"),
    "lost tensors": (lambda: function("einsum"), "'call' .* lost its tensors"),
    "adaptive": (
        lambda: optimizer("Adam", adaptive_epsilon=True),
        "Adam has adaptive_epsilon=True",
    ),
}


@pytest.mark.parametrize(("convert", "message"), REFUSED.values(), ids=REFUSED)
def test_what_has_no_counterpart_is_refused_by_its_name(convert, message):
    with pytest.raises(ValueError, match=message):
        convert()


def test_neutral_arguments_are_left_out():
    config = layer("Dense", units=2, dtype="float32", sparse=False, ragged=False)["config"]
    assert config == {"name": "late", "units": 2, "dtype": "float32"}
    assert layer("Conv2D", groups=1)["config"] == {"name": "late"}
    assert layer("Conv2D", groups=2)["config"]["groups"] == 2
    assert layer("BatchNormalization", axis=[3])["config"]["axis"] == 3


def test_the_global_norm_is_our_clipnorm():
    config = optimizer("Custom>Adam", global_clipnorm=0.5, learning_rate=0.1, use_ema=False)
    assert config == {"clipnorm": 0.5, "lr": 0.1}
    assert optimizer("Adam", clipnorm=1.0, ema_momentum=0.9) == {"clipnorm_each": 1.0}
    averages = {"use_ema": True, "ema_momentum": 0.9}
    assert optimizer("SGD", **averages) == averages
    assert optimizer("AdamW", weight_decay=0.0) == {"weight_decay": 0.0}


def test_where_epsilon_was():
    """Since 2.11 within the root; before, there with momentum alone."""
    late, early = {"is_legacy_optimizer": False}, {"is_legacy_optimizer": True}
    assert "epsilon_inside" not in optimizer("RMSprop", momentum=0.0, **early)
    assert optimizer("RMSprop", momentum=0.5, **early) == {"momentum": 0.5, "epsilon_inside": True}
    assert optimizer("RMSprop", **late)["epsilon_inside"]
    assert optimizer("Adagrad", initial_accumulator_value=0.1, **early) == {
        "initial_accumulator_value": 0.1
    }


def test_the_scale_of_a_loss():
    sgd = {"class_name": "SGD", "config": {"learning_rate": 0.5}}
    inner = {"class_name": "SGD", "config": {"lr": 0.5}}
    old = {
        "class_name": "DynamicLossScale",
        "config": {"initial_loss_scale": 8.0, "increment_period": 5},
    }
    assert optimizer("LossScaleOptimizer", optimizer=sgd, loss_scale=old) == {
        "inner_optimizer": inner,
        "initial_scale": 8.0,
        "dynamic_growth_steps": 5,
    }
    given = {"dynamic": False, "initial_scale": 4.0, "dynamic_growth_steps": None}
    fixed = optimizer("LossScaleOptimizerV3", inner_optimizer=sgd, **given)
    assert fixed["initial_scale"] == 4 and fixed["dynamic_growth_steps"] > 10**9


def test_a_policy_is_read_by_its_name():
    policy = {"class_name": "Policy", "config": {"name": "mixed_float16"}}
    assert layer("Dense", units=2, dtype=policy)["config"]["dtype"] == "mixed_float16"


def test_losses_and_metrics_as_objects():
    wrapper = {"class_name": "MeanMetricWrapper"}
    metrics = [
        {**wrapper, "config": {"name": "mae", "fn": "mean_absolute_error"}},
        {**wrapper, "config": {"name": "mine", "fn": "binary_accuracy"}},
    ]
    loss = {"class_name": "LossFunctionWrapper", "config": {"fn": "mean_squared_error"}}
    read = tf_keras.training_to_canonical({"loss": {"out": loss}, "metrics": [metrics]})
    assert read["loss"] == {"out": "mean_squared_error"}
    assert read["metrics"] == ["mae", {"class_name": "BinaryAccuracy", "config": {"name": "mine"}}]


def test_reading_what_was_read_changes_nothing():
    once = function("math.add", y=1.0)
    assert tf_keras.to_canonical(once) == once


def test_sizes_are_worked_out_by_ops_alone():
    with pytest.raises(ValueError, match="no op 'core'"):
        tf_functions.sized("core", [np.zeros(2)], [{"source": 0}], {})
