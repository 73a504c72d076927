"""Files that Keras 3.15 wrote: the outputs are the same, and training goes on as it did there.

The files and numbers are made by `fixtures/make_keras3.py`.
"""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from keras import layers as L
from keras import optimizers, registry
from keras.models import Model, Sequential, load_model, model_from_config
from keras.saving import keras3
from keras.utils import set_random_seed
from tests.layers.cases import CASES, name_of

FIXTURES = Path(__file__).parent / "fixtures" / "keras3"
NAMES = sorted({path.stem for path in FIXTURES.glob("*.npz")} - {"mixed"})


def stored(name):
    """The inputs, targets, outputs and losses beside a file, as numbers of Keras 3."""
    data = np.load(FIXTURES / f"{name}.npz")
    several = [[data[k] for k in data.files if k.startswith(kind)] for kind in ("x", "y", "output")]
    return *several, data["losses"]


def path_of(name):
    """The file of a name: an archive, or the `.h5` of those that are none."""
    path = FIXTURES / f"{name}.keras"
    return path if path.exists() else FIXTURES / f"{name}.h5"


def single(items):
    return items[0] if len(items) == 1 else items


@pytest.mark.parametrize("name", NAMES)
def test_outputs_are_those_of_keras_3(name):
    inputs, _, outputs, _ = stored(name)
    found = load_model(path_of(name)).predict(single(inputs))
    for ours, theirs in zip(found if len(outputs) > 1 else [found], outputs, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_training_goes_on_as_in_keras_3(name):
    inputs, targets, _, losses = stored(name)
    model = load_model(path_of(name))
    batch = single(inputs), single(targets)
    found = [np.ravel(model.train_on_batch(*batch))[0] for _ in range(10)]
    np.testing.assert_allclose(found, losses, rtol=1e-5)


def test_a_model_of_mixed_precision_is_computed_so():
    inputs, targets, outputs, losses = stored("mixed")
    model = load_model(path_of("mixed"))
    assert "mixed_bfloat16" in {layer.dtype_policy.name for layer in model.layers}
    found = np.asarray(model.predict(inputs[0]), "float32")
    np.testing.assert_allclose(found, outputs[0], atol=0.02)
    found = [model.train_on_batch(inputs[0], targets[0]) for _ in range(10)]
    np.testing.assert_allclose(found, losses, rtol=0.02)


@pytest.mark.parametrize("suffix", ["weights.h5", "h5"])
def test_other_files_of_keras_3_are_read(suffix):
    inputs, _, outputs, _ = stored("nadam")
    if suffix == "h5":
        model = load_model(FIXTURES / "nadam.h5")
    else:
        model = load_model(FIXTURES / "sgd.keras", compile=False)
        model.load_weights(FIXTURES / "nadam.weights.h5")
    np.testing.assert_allclose(model.predict(single(inputs)), outputs[0], rtol=1e-5)


EARLY = sorted(path.stem for path in (FIXTURES / "early").glob("*.npz"))


@pytest.mark.parametrize("name", EARLY)
def test_files_of_early_versions(name):
    inputs, targets, outputs, means = stored(f"early/{name}")
    model = load_model(FIXTURES / "early" / f"{name}.keras")
    found = model.predict(single(inputs))
    for ours, theirs in zip(found if len(outputs) > 1 else [found], outputs, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5)
    if name == "3.0.5_graph":
        # That version counts the penalty of a shared layer twice.
        return
    batch = single(inputs), single(targets)
    losses = [np.ravel(model.train_on_batch(*batch))[0] for _ in range(10)]
    # They tell the mean of all steps so far, the two before the file among them.
    theirs = np.diff(means * np.arange(3, 13))
    np.testing.assert_allclose(losses[1:], theirs, rtol=1e-5)


def test_weights_in_several_files_are_read():
    model = load_model(FIXTURES / "sgd.keras")
    expected = model.get_weights()
    model.set_weights([np.zeros_like(weight) for weight in expected])
    report = model.load_weights(FIXTURES / "sgd.weights.json")
    assert len(report.loaded) == 2 and not report.skipped
    assert all(map(np.array_equal, model.get_weights(), expected))
    with pytest.raises(ValueError, match="holds weights without a model"):
        load_model(FIXTURES / "sgd.weights.json")


WRONG_INDICES = {
    "missing": ({"weight_map": {"/layers/dense/vars": ["gone.weights.h5"]}}, "there is no file"),
    "elsewhere": ({"weight_map": {"/layers/dense/vars": ["../x.weights.h5"]}}, "not beside it"),
    "absolute": ({"weight_map": {"/layers/dense/vars": "/etc/passwd"}}, "not beside it"),
    "types": ({"weight_map": {"/layers/dense/vars": 3}}, "should tell the files"),
    "empty": ({"weight_map": {}}, "should tell the files"),
    "another": ({"weight_map": {"/layers/dense/vars": ["m.weights.json"]}}, "read as HDF5"),
}


@pytest.mark.parametrize(("index", "match"), WRONG_INDICES.values(), ids=WRONG_INDICES)
def test_a_damaged_index_of_files_is_refused(index, match, tmp_path):
    path = tmp_path / "m.weights.json"
    path.write_text(json.dumps(index))
    with pytest.raises(ValueError, match=match):
        load_model(FIXTURES / "sgd.keras").load_weights(path)


# ------------------------------------------------------------------ the dialect
def described(class_name, config, module="keras.layers", registered_name=None):
    return {
        "module": module,
        "class_name": class_name,
        "config": config,
        "registered_name": registered_name,
    }


def test_what_says_nothing_here_is_left_out():
    config = {"name": "d", "units": 2, "quantization_config": None, "lora_rank": None}
    found = keras3.to_canonical(described("Dense", config))
    assert found == {"class_name": "Dense", "config": {"name": "d", "units": 2}}


REFUSED = [
    (described("Dense", {"name": "d", "units": 2, "lora_rank": 4}), "'d' has lora_rank=4"),
    (described("BatchNormalization", {"name": "b", "renorm": True}), "'b' has renorm=True"),
    (described("GlobalMaxPooling2D", {"name": "g", "keepdims": True}), "'g' has keepdims=True"),
    (described("Dense", {"name": "d", "dtype": "int8_from_float32"}), "'d' is quantized"),
    (described("Lambda", {"function": {"class_name": "__bytes__", "config": {}}}), "a kind that"),
]


@pytest.mark.parametrize(("description", "match"), REFUSED)
def test_what_this_library_does_not_have_is_refused_by_name(description, match):
    with pytest.raises(ValueError, match=match):
        keras3.to_canonical(description)


def test_a_backward_layer_of_its_own_is_refused():
    def cell(units, name):
        return described("LSTM", {"name": name, "units": units, "go_backwards": name == "b"})

    config = {"name": "both", "layer": cell(2, "forward_f"), "backward_layer": cell(2, "b")}
    found = keras3.to_canonical(described("Bidirectional", config))["config"]
    assert found["layer"]["config"]["name"] == "f" and "backward_layer" not in found
    config["backward_layer"] = cell(3, "b")
    with pytest.raises(ValueError, match="'both' has a backward layer that differs"):
        keras3.to_canonical(described("Bidirectional", config))


def flatten(policy):
    return described("Flatten", {"dtype": described("DTypePolicy", {"name": policy}, "keras")})


@pytest.mark.parametrize("policy", ["float32", "bfloat16"])
def test_policies_are_dtypes_of_weights(policy):
    assert keras3.to_canonical(flatten(policy))["config"] == {"dtype": policy}


def test_a_policy_of_mixed_precision_is_read_by_its_name():
    found = keras3.to_canonical(flatten("mixed_bfloat16"))
    assert found["config"] == {"dtype": "mixed_bfloat16"}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("nearest", "nearest"),
        ("bilinear_half_pixel", "bilinear"),
        # Keras 3 has no such thing, and says so.
        ("bilinear", "bilinear_corners"),
    ],
)
def test_interpolations_keep_their_meaning_both_ways(ours, theirs):
    layer = {"class_name": "UpSampling2D", "config": {"name": "u", "interpolation": ours}}
    written = keras3.from_canonical(layer)
    assert written["config"]["interpolation"] == theirs
    assert keras3.to_canonical(written) == layer


def test_hard_sigmoid_keeps_its_meaning_both_ways():
    theirs = described("Activation", {"name": "a", "activation": "hard_sigmoid"})
    ours = {"class_name": "Activation", "config": {"name": "a", "activation": "h_sigmoid"}}
    assert keras3.to_canonical(theirs) == ours
    assert keras3.from_canonical(ours)["config"] == theirs["config"]
    classic = {"class_name": "Activation", "config": {"name": "a", "activation": "hard_sigmoid"}}
    written = keras3.from_canonical(classic)
    scale, limit = written["config"]["activation"]["config"]["layers"]
    assert scale["config"] == {"scale": 0.2, "offset": 0.5} and limit["config"]["max_value"] == 1
    assert keras3.to_canonical(written) == classic


def test_decay_is_a_schedule_there():
    ours = {"optimizer": {"class_name": "SGD", "config": {"lr": 0.1, "decay": 0.5}}, "loss": "mse"}
    theirs = keras3.training_from_canonical(ours)
    rate = theirs["optimizer"]["config"]["learning_rate"]
    assert rate["class_name"] == "InverseTimeDecay"
    assert rate["config"]["decay_rate"] == 0.5 and rate["config"]["decay_steps"] == 1
    found = keras3.to_canonical(theirs["optimizer"])
    assert found == ours["optimizer"]


def test_the_norm_of_all_gradients_is_global_there():
    ours = {"class_name": "SGD", "config": {"lr": 0.5, "clipnorm": 2.0}}
    theirs = keras3.training_from_canonical({"optimizer": ours})["optimizer"]
    assert theirs["config"] == {"learning_rate": 0.5, "global_clipnorm": 2.0}
    assert keras3.to_canonical(theirs) == ours


OPTIMIZERS = [
    ("SGD", {"clipnorm": 2.0}, {"clipnorm_each": 2.0}),
    ("Adam", {"use_ema": True, "ema_momentum": 0.9}, {"use_ema": True, "ema_momentum": 0.9}),
    ("Adam", {"use_ema": False, "ema_momentum": 0.9, "ema_overwrite_frequency": 3}, {}),
    ("SGD", {"gradient_accumulation_steps": 4}, {"gradient_accumulation_steps": 4}),
    # What a loss is multiplied by, its gradients are divided by.
    ("SGD", {"loss_scale_factor": 8.0}, {}),
    ("Adagrad", {"initial_accumulator_value": 0.1}, {"initial_accumulator_value": 0.1}),
    ("Muon", {"weight_decay": None, "exclude_layers": []}, {"weight_decay": None}),
]


@pytest.mark.parametrize(("kind", "theirs", "ours"), OPTIMIZERS)
def test_the_options_of_optimizers(kind, theirs, ours):
    found = keras3.to_canonical(described(kind, theirs, "keras.optimizers"))["config"]
    found = {key: value for key, value in found.items() if key not in ("epsilon_inside", "lr")}
    assert found == ours
    written = keras3.training_from_canonical({"optimizer": {"class_name": kind, "config": found}})
    assert found.items() <= {"clipnorm_each": 2.0, **written["optimizer"]["config"]}.items()


def test_what_keras_3_has_otherwise_is_told_or_too_small_to_tell():
    def written(kind, **config):
        rule = {"optimizer": {"class_name": kind, "config": config}}
        return keras3.training_from_canonical(rule)["optimizer"]["config"]

    # The root of what is there within the root is what is here beside it.
    assert written("RMSprop", epsilon=1e-7) == {"epsilon": pytest.approx(1e-14)}
    assert written("RMSprop", epsilon=0.1, epsilon_inside=True) == {"epsilon": 0.1}
    adagrad = {"epsilon": 0.1, "initial_accumulator_value": 0.0}
    assert written("Adagrad", epsilon=0.1, epsilon_inside=True) == adagrad
    assert written("Nadam", schedule_decay=1.0) == {}
    with pytest.warns(
        UserWarning, match=r"adds epsilon=0.1 within .* epsilon_inside=True .* RMSprop"
    ):
        written("RMSprop", epsilon=0.1)
    with pytest.warns(UserWarning, match="within the root"):
        assert written("RMSprop", epsilon=1e-7, centered=True)["epsilon"] == 1e-8
    with pytest.warns(UserWarning, match="Nesterov's momentum grow by another schedule"):
        written("Nadam", schedule_decay=0.004)


@pytest.mark.parametrize("rule", [optimizers.RMSprop, optimizers.Adagrad])
def test_what_keras_3_reads_of_epsilon_trains_on_nearly_the_same(rule):
    written = keras3.training_from_canonical(
        {"optimizer": registry.serialize(rule(0.01, epsilon=1e-7))}
    )
    there = keras3.to_canonical(written["optimizer"])["config"]
    assert there["epsilon_inside"] is True
    random = np.random.default_rng(0)
    x, y = random.normal(size=(32, 4)), random.normal(size=(32, 2))
    losses = []
    for own in (rule(0.01, epsilon=1e-7), rule.from_config(there)):
        set_random_seed(1)
        model = Sequential([L.Dense(8, activation="tanh", input_shape=(4,)), L.Dense(2)])
        model.compile(own, "mse")
        losses.append([model.train_on_batch(x, y) for _ in range(10)])
    np.testing.assert_allclose(losses[1], losses[0], rtol=5e-5)


def test_the_users_own_classes_keep_their_package():
    theirs = described("Mine", {"name": "m"}, None, "Pkg>Mine")
    ours = {"class_name": "Pkg>Mine", "config": {"name": "m"}}
    assert keras3.to_canonical(theirs) == ours
    assert keras3.from_canonical(ours) == theirs


def test_an_op_that_is_not_here_is_named():
    tensor = {"class_name": "__keras_tensor__", "config": {"keras_history": ["x", 0, 0]}}
    entry = {
        **described("FFT", {"name": "spectrum"}, "keras.src.ops.math", "FFT"),
        "name": "spectrum",
        "inbound_nodes": [{"args": [tensor], "kwargs": {}}],
    }
    config = {"layers": [entry], "input_layers": ["x", 0, 0], "output_layers": ["spectrum", 0, 0]}
    with pytest.raises(ValueError, match="'spectrum' of the graph is Keras 3's FFT"):
        model_from_config(described("Functional", config, "keras.src.models.functional"))


def test_a_default_training_flag_does_not_pin_a_layer():
    config = {"layers": [], "input_layers": [], "output_layers": []}
    node = {"args": [], "kwargs": {"training": False, "mask": None}}
    entry = {**described("Dropout", {"name": "d"}), "name": "d", "inbound_nodes": [node]}
    config["layers"] = [entry]
    found = keras3.to_canonical(described("Functional", config))
    assert found["config"]["layers"][0]["inbound_nodes"] == [{"args": [], "kwargs": {}}]


# ------------------------------------------------------------------ every layer, there and back
@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_a_layer_comes_back_from_an_archive(case, tmp_path):
    make, shapes = case
    inputs = [L.Input(shape) for shape in shapes]
    layer = make()
    model = Model(inputs, layer(inputs if len(inputs) > 1 else inputs[0]))
    model.save(tmp_path / "m.keras")
    found = load_model(tmp_path / "m.keras")
    random = np.random.default_rng(0)
    values = [random.integers(0, 4, (2, *shape)).astype("float32") for shape in shapes]
    np.testing.assert_allclose(found.predict(values), model.predict(values), rtol=1e-6)
    there = "ReLU" if isinstance(layer, L.ThresholdedReLU) else type(layer).__name__
    assert type(found.layers[-1]).__name__ == there


# ------------------------------------------------------------------ what layers have learned from data
def test_what_was_adapted_there_is_read_and_written_again(tmp_path):
    path = FIXTURES / "adapted" / "adapted.keras"
    data = np.load(path.with_suffix(".npz"))
    model = load_model(path)
    lookup = next(x for x in model.layers if type(x).__name__ == "IntegerLookup")
    assert lookup.get_vocabulary() == [-1, -1, 5, 7, 9]
    for kind in ("keras", "h5"):
        model.save(tmp_path / f"again.{kind}")
        found = load_model(tmp_path / f"again.{kind}").predict([data["x0"], data["x1"]])
        np.testing.assert_allclose(found, data["output"], rtol=1e-5)


def test_heads_are_written_without_the_shapes_of_the_older_dialect(tmp_path):
    x = L.Input((4, 6))
    Model(x, L.MultiHeadAttention(2, 3)(x, x)).save(tmp_path / "m.keras")
    with zipfile.ZipFile(tmp_path / "m.keras") as archive:
        assert b"query_shape" not in archive.read("config.json")


def test_the_seed_0_of_attention_is_kept(tmp_path):
    x = L.Input((4, 6))
    outputs = L.Attention(seed=0, name="a")([x, L.MultiHeadAttention(2, 3, seed=0, name="m")(x, x)])
    model = Model(x, outputs)
    for name in ("m.keras", "m.h5"):
        model.save(tmp_path / name)
        found = load_model(tmp_path / name)
        assert [found.get_layer(n).seed for n in "am"] == [0, 0]
