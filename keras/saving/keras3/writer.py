"""From the canonical form to the dialect of Keras 3."""

import warnings

from keras import (
    constraints,
    dtype_policies,
    initializers,
    layers,
    losses,
    metrics,
    optimizers,
    regularizers,
)
from keras.registry import Own
from keras.saving import policies, schema, sharing
from keras.saving.keras3 import ops as graph_ops
from keras.saving.keras3.names import (
    ARGUMENTS,
    DECAY,
    FUNCTIONS,
    HARD_SIGMOID,
    IDLE,
    INTERPOLATIONS,
    PACKAGES,
)

_HERE = {
    "keras.layers": layers,
    "keras.initializers": initializers,
    "keras.regularizers": regularizers,
    "keras.constraints": constraints,
    "keras.optimizers": optimizers,
    "keras.optimizers.schedules": optimizers.schedules,
    "keras.losses": losses,
    "keras.metrics": metrics,
}
_RECURRENT = frozenset(
    "RNN LSTM GRU SimpleRNN ConvLSTM1D ConvLSTM2D ConvLSTM3D Bidirectional".split()
)
# What takes no `trainable` there.
_WITHOUT_TRAINABLE = frozenset(
    {"Discretization", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"}
)
# Up to here it matters little on which side of a root it is added.
_SMALL_EPSILON = 1e-6
_LAYERS, _OPTIMIZERS = "keras.layers", "keras.optimizers"


def from_canonical(description):
    """Return the description that Keras 3 reads of a canonical one.

    Raises:
        ValueError: for an op that Keras 3 does not have.

    Examples:
        >>> from_canonical({"class_name": "LeakyReLU", "config": {"alpha": 0.5}})["config"]
        {'negative_slope': 0.5}
    """
    return _write(description, _LAYERS)


def _write(value, package):
    """Return any value of a config; `package` is where an object that stands there comes from."""
    if isinstance(value, list | tuple):
        return [_write(item, package) for item in value]
    if schema.is_description(value):
        return _write_object(value, package)
    if isinstance(value, dict):
        return {key: _write(item, _package_of(key, package)) for key, item in value.items()}
    return value


def _package_of(key, package):
    """Return where the objects under a key of a config come from."""
    for ending in ("initializer", "regularizer", "constraint"):
        if str(key).endswith(ending):
            return f"keras.{ending}s"
    return "keras.optimizers.schedules" if key == "lr" else package


def _write_object(value, package):
    name, config = value["class_name"], value["config"]
    if schema.is_model(value):
        return _write_graph(value) if schema.is_graph(value) else _write_stack(value)
    if isinstance(config, dict):
        name, config = _ADAPT.get(name, _as_it_is)(name, config)
        renamed = ARGUMENTS.get(name, ARGUMENTS["optimizer"] if package == _OPTIMIZERS else {})
        names = {here: there for there, here in renamed.items()}
        config = {
            names.get(key, key): _write(item, _package_of(key, package))
            for key, item in config.items()
            if not _is_left_out(name, key, item)
        }
        dtype = config.get("dtype")
        config = {key: _activation(key, item, dtype) for key, item in config.items()}
    return {**_identity(name, package), "config": config}


def _is_left_out(name, key, value):
    """Return whether Keras 3 does not take an argument, or has no name where it is None."""
    if key in ("name", "lr") and value is None:
        return True
    if key == "batch_input_shape":
        return name != "InputLayer"
    return key in IDLE or (key == "trainable" and name in _WITHOUT_TRAINABLE)


def _identity(name, package):
    """Return the keys by which Keras 3 finds a class: its own by module, the user's by the name registered."""
    name = FUNCTIONS.get(name, name)
    is_users = isinstance(name, Own)
    if not is_users and name in PACKAGES.get(package, ()) and hasattr(_HERE[package], name):
        return {"module": package, "class_name": name, "registered_name": None}
    return {"module": None, "class_name": name.rpartition(">")[2], "registered_name": name}


def _function(name):
    return {
        "module": "builtins",
        "class_name": "function",
        "config": name,
        "registered_name": "function",
    }


# ------------------------------------------------------------------ what has other arguments there
def _as_it_is(name, config):
    return name, config


def _bidirectional(name, config):
    layer = config.get("layer")
    if not schema.is_description(layer):
        return name, config
    inner, own = layer["config"], layer["config"].get("name", "layer")
    backwards = not inner.get("go_backwards", False)
    forward = {**inner, "name": f"forward_{own}"}
    backward = {**inner, "name": f"backward_{own}", "go_backwards": backwards}
    pair = {
        "layer": {**layer, "config": forward},
        "backward_layer": {**layer, "config": backward},
    }
    return name, {**config, **pair}


def _lambda(name, config):
    config = dict(config)
    for key in ("function", "output_shape", "mask"):
        kind, value = config.pop(f"{key}_type", "raw"), config.get(key)
        if kind == "lambda" and isinstance(value, list | tuple):
            code = dict(zip(("code", "defaults", "closure"), value, strict=False))
            config[key] = {"class_name": "__lambda__", "config": code}
        elif kind == "function":
            config[key] = _function(value)
        elif value is None:
            config.pop(key, None)
    return name, config


def _thresholded_relu(name, config):
    config = {**config, "threshold": config.get("theta", 1.0)}
    config.pop("theta", None)
    return "ReLU", config


def _up_sampling(name, config):
    kind = config.get("interpolation")
    return name, {**config, "interpolation": INTERPOLATIONS.get(kind, kind)}


def _variance_scaling(name, config):
    is_cut = config.get("distribution") == "normal"
    return name, {**config, "distribution": "truncated_normal"} if is_cut else config


def _optimizer(name, config):
    config = dict(config)
    decay = config.pop("decay", 0.0)
    if config.pop("schedule_decay", 1.0) != 1.0:
        _warn_of_rule(name, "lets Nesterov's momentum grow by another schedule")
    if decay and isinstance(config.get("lr"), int | float):
        schedule = {
            "initial_learning_rate": config["lr"],
            "decay_steps": 1,
            "decay_rate": decay,
            "staircase": False,
            "name": DECAY,
        }
        config["lr"] = {"class_name": "InverseTimeDecay", "config": schedule}
    return name, config


def _rooted(name, config):
    """Return the config of a rule that adds epsilon to the root, for one that adds it within the root.

    There epsilon squared comes closest: where a root is 100,000 times as large as epsilon, the steps are the same to
    1e-5. No number comes closer for all weights at once, as it would have to grow with each one's root; so nothing is
    said of the usual epsilon, which changes the losses of ten steps by less than 5e-5. Within the root of a variance it
    must be more than what rounding makes of a zero.
    """
    config = dict(config)
    epsilon, is_inside = config.get("epsilon", 0.0), config.pop("epsilon_inside", False)
    if not is_inside:
        config["epsilon"] = max(epsilon**2, 1e-8 if config.get("centered") else 0.0)
    if not is_inside and (config.get("centered") or epsilon > _SMALL_EPSILON):
        _warn_of_rule(
            name,
            f"adds epsilon={epsilon} within the root of squares, as epsilon_inside=True does here,",
        )
    if name == "Adagrad":
        config.setdefault("initial_accumulator_value", 0.0)
    return _optimizer(name, config)


def _warn_of_rule(name, what):
    warnings.warn(
        f"Keras 3 {what} for {name}: there training goes on a little otherwise than here, where it goes on as it was.",
        stacklevel=2,
    )


_ADAPT = {
    **dict.fromkeys(PACKAGES["keras.optimizers"], _optimizer),
    **dict.fromkeys(("Adagrad", "RMSprop"), _rooted),
    "Bidirectional": _bidirectional,
    "Lambda": _lambda,
    "ThresholdedReLU": _thresholded_relu,
    "UpSampling2D": _up_sampling,
    "VarianceScaling": _variance_scaling,
}


def _activation(key, value, dtype):
    if not key.endswith("activation") or not isinstance(value, str):
        return value
    if ">" in value:
        return _function(value)
    if value == "hard_sigmoid":
        return _classic_hard_sigmoid(dtype)
    return "hard_sigmoid" if value == "h_sigmoid" else value


def _classic_hard_sigmoid(dtype):
    """Return min(max(0.2 * x + 0.5, 0), 1), for which Keras 3 has no name, as layers that can be an activation."""
    stack = [
        {"class_name": "Rescaling", "config": {"scale": 0.2, "offset": 0.5}},
        {"class_name": "ReLU", "config": {"max_value": 1.0}},
    ]
    if dtype_policies.is_mixed(dtype):
        # They are layers there, with a policy of their own.
        stack = [{**part, "config": {**part["config"], "dtype": dtype}} for part in stack]
    parts = [{"module": _LAYERS, "registered_name": None, **part} for part in stack]
    config = {"name": HARD_SIGMOID, "layers": parts}
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": config,
        "registered_name": None,
    }


# ------------------------------------------------------------------ models
def _write_stack(value):
    config = {key: item for key, item in value["config"].items() if key != "build_input_shape"}
    layers = map(_write_layer, config["layers"])
    config["layers"] = [*_inputs_of(value["config"]), *layers]
    if value["class_name"] != "Sequential":
        return {**_identity(value["class_name"], "keras"), "config": config}
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": config,
        "registered_name": None,
    }


def _inputs_of(config):
    """Return the input layer that a stack needs there, as a list: none if it has one or its shape is not known."""
    first = config["layers"][0] if config["layers"] else None
    if first is None or first["class_name"] == "InputLayer" or schema.is_model(first):
        return []
    own = first["config"]
    shape = own.get("batch_input_shape")
    if shape is None and config.get("build_input_shape"):
        shape = [None, *config["build_input_shape"][1:]]
    if shape is None:
        return []
    # Embeddings take numbers of any kind; the dtype in their config is that of their weights.
    options = {
        "batch_shape": shape,
        "dtype": policies.variable_dtype(own.get("dtype")) or "float32",
    }
    options["name"] = f"{own.get('name', 'layer')}_input"
    return [{**_identity("InputLayer", _LAYERS), "config": options}]


def _write_graph(value):
    config = dict(value["config"])
    config["layers"] = [_write_entry(entry) for entry in config["layers"]]
    for key in ("input_layers", "output_layers"):
        config[key] = schema.map_references(list, config[key])
    if value["class_name"] not in ("Model", "Functional"):
        return {**_identity(value["class_name"], "keras"), "config": config}
    return {
        "module": "keras.src.models.functional",
        "class_name": "Functional",
        "config": config,
        "registered_name": "Functional",
    }


def _write_entry(entry):
    name, nodes = entry["name"], entry["inbound_nodes"]
    if entry["class_name"] == "Op":
        return _write_op(entry["config"]["function"], nodes, name)
    if entry["class_name"] in _RECURRENT:
        nodes = [_with_initial_state(node) for node in nodes]
    nodes = [_write_node(node) for node in nodes]
    return {**_write_layer(entry), "name": name, "inbound_nodes": nodes}


def _write_layer(entry):
    """Return a layer within a model, with what tells that it is the same as in another one."""
    written = _write_object(entry, _LAYERS)
    is_shared = sharing.KEY in entry
    return {**written, "shared_object_id": entry[sharing.KEY]} if is_shared else written


def _with_initial_state(node):
    """Give a recurrent layer's initial states, which follow the sequence in a list, a name."""
    args = node["args"]
    if len(args) != 1 or not isinstance(args[0], list) or len(args[0]) < 2:
        return node
    sequence, *states = args[0]
    return {"args": [sequence], "kwargs": {**node.get("kwargs", {}), "initial_state": states}}


def _write_node(node):
    return {
        "args": _write_argument(node["args"]),
        "kwargs": _write_argument(node.get("kwargs", {})),
    }


def _write_op(function, nodes, name):
    if function.rpartition(".")[2] == "hard_sigmoid":
        layer = {"class_name": "Activation", "config": {"name": name, "activation": "hard_sigmoid"}}
        return _write_entry({**layer, "name": name, "inbound_nodes": nodes})
    node = nodes[0]
    row, config, args, kwargs = graph_ops.from_function(
        function, node["args"], node.get("kwargs", {}), name
    )
    return {
        "module": row.module,
        "class_name": row.class_name,
        "config": _write_argument(config),
        "registered_name": row.class_name,
        "name": name,
        "inbound_nodes": [_write_node({"args": args, "kwargs": kwargs})],
    }


def _write_argument(value):
    """Return an argument of a call: tensors, arrays and slices become objects of Keras 3."""
    if schema.is_reference(value):
        # Keras 3 finds the tensor by its history, and works out shape and dtype itself.
        place = {"shape": [], "dtype": "float32", "keras_history": list(value["tensor"])}
        return {"class_name": "__keras_tensor__", "config": place}
    if isinstance(value, list | tuple):
        return [_write_argument(item) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"array", "dtype"}:
        array = {"value": value["array"], "dtype": value["dtype"]}
        return {"class_name": "__numpy__", "config": array}
    if set(value) == {"slice"}:
        config = dict(zip(("start", "stop", "step"), value["slice"], strict=True))
        return {"class_name": "__slice__", "config": _write_argument(config)}
    if set(value) == {"ellipsis"}:
        return {"class_name": "__ellipsis__", "config": {}}
    if set(value) == {"tuple"}:
        return [_write_argument(item) for item in value["tuple"]]
    return {key: _write_argument(item) for key, item in value.items()}


# ------------------------------------------------------------------ training
def training_from_canonical(training):
    """Return the `compile_config` that Keras 3 reads, of what `compile` was given; None for None.

    Examples:
        >>> training = {
        ...     "optimizer": {"class_name": "SGD", "config": {"lr": 0.5}},
        ...     "loss": "logcosh",
        ... }
        >>> config = training_from_canonical(training)
        >>> config["optimizer"]["config"], config["loss"]
        ({'learning_rate': 0.5}, 'log_cosh')
    """
    if training is None:
        return None
    return {
        "optimizer": _write(training.get("optimizer"), _OPTIMIZERS),
        "loss": _write_names(training.get("loss"), "keras.losses"),
        "loss_weights": training.get("loss_weights"),
        "metrics": _write_names(training.get("metrics"), "keras.metrics"),
        "weighted_metrics": _write_names(training.get("weighted_metrics"), "keras.metrics"),
    }


def _write_names(value, package):
    if isinstance(value, str):
        return _function(value) if ">" in value else FUNCTIONS.get(value, value)
    if isinstance(value, list | tuple):
        return [_write_names(item, package) for item in value]
    if schema.is_description(value):
        return _write_object(value, package)
    if isinstance(value, dict):
        return {key: _write_names(item, package) for key, item in value.items()}
    return value
