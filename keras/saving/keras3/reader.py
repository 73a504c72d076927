"""From the dialect of Keras 3 to the canonical form."""

import numpy as np

from keras.saving import schema, sharing
from keras.saving.keras3 import ops as graph_ops
from keras.saving.keras3.names import (
    ANY,
    ARGUMENTS,
    CLASSES,
    DECAY,
    HARD_SIGMOID,
    INTERPOLATIONS,
    NEUTRAL,
    PACKAGES,
    SUPPORTED,
    TRAINING_BY_DEFAULT,
)


# ------------------------------------------------------------------ to the canonical form
def to_canonical(description):
    """Return the canonical description of a model or any other object.

    Args:
        description: a dict as Keras 3.0 to 3.15 write it; what stands within it is converted too.

    Raises:
        ValueError: if something says what this library cannot do; it names the layer.

    Examples:
        >>> to_canonical(
        ...     {
        ...         "module": "keras.layers",
        ...         "class_name": "LeakyReLU",
        ...         "config": {"name": "leaky", "negative_slope": 0.1, "quantization_config": None},
        ...         "registered_name": None,
        ...     }
        ... )
        {'class_name': 'LeakyReLU', 'config': {'name': 'leaky', 'alpha': 0.1}}
    """
    return _read(description)


def _read(value):
    """Return any value of a config in canonical form."""
    if isinstance(value, list | tuple):
        return [_read(item) for item in value]
    if not isinstance(value, dict):
        return value
    if not isinstance(value.get("class_name"), str):
        return {key: _read(item) for key, item in value.items()}
    special = _SPECIAL.get(value["class_name"])
    return _read_object(value) if special is None else special(value.get("config"))


def _read_object(value):
    if schema.is_model(value):
        return _read_graph(value) if schema.is_graph(value) else _read_stack(value)
    name = _class_here(value)
    config = value.get("config")
    if not isinstance(config, dict):
        return {"class_name": name, "config": _read(config)}
    config = _read_config(name, config)
    adapt = _READERS.get(name)
    return {"class_name": name, "config": adapt(config) if adapt else config}


def _class_here(value):
    """Return the class's name: with the package under which a user registered it, if so."""
    registered = value.get("registered_name")
    if isinstance(registered, str) and ">" in registered:
        return registered
    return CLASSES.get(value["class_name"], value["class_name"])


def _read_config(class_name, config):
    """Return a config with the names of here, without what says nothing."""
    kind = "optimizer" if _is_optimizer(class_name, config) else class_name
    if kind == "optimizer" and not config.get("use_ema"):
        config = {key: value for key, value in config.items() if not key.startswith("ema_")}
    renamed = ARGUMENTS.get(class_name, ARGUMENTS.get(kind, {}))
    neutral = {**NEUTRAL["any"], **NEUTRAL.get(kind, {}), **NEUTRAL.get(class_name, {})}
    result = {}
    for key, value in config.items():
        if key in neutral and _says_nothing(value, neutral[key]):
            continue
        if key in neutral and key not in SUPPORTED:
            _refuse(class_name, config, key, value, neutral[key])
        result[renamed.get(key, key)] = _read(value)
    if "dtype" in result:
        result["dtype"] = _dtype(class_name, config, result["dtype"])
    return result


def _says_nothing(value, neutral):
    return neutral is ANY or any(value == each and type(value) is type(each) for each in neutral)


def _refuse(class_name, config, key, value, neutral):
    raise ValueError(
        f"{class_name} {config.get('name', '')!r} has {key}={value!r}, which this library does not have; it reads "
        f"{key}={neutral[0]!r} alone. Save the model without it"
        + (
            ", or load with compile=False and compile again."
            if _is_optimizer(class_name, config)
            else "."
        )
    )


def _is_optimizer(class_name, config):
    return class_name in PACKAGES["keras.optimizers"] or "learning_rate" in config


def _dtype(class_name, config, policy):
    """Return the name of a dtype or a policy."""
    name = policy.get("name") if isinstance(policy, dict) else policy
    if name is None:
        return None
    if not isinstance(name, str) or "_from_" in name or name.startswith(("int4", "float8")):
        raise ValueError(
            f"{class_name} {config.get('name', '')!r} is quantized (dtype {name!r}), which this library does not "
            "have; save the model before it is quantized."
        )
    return name


def _read_stack(value):
    config = {key: item for key, item in value["config"].items() if key != "dtype"}
    config["layers"] = [_marked(layer, _read(layer)) for layer in config["layers"]]
    first = config["layers"][0] if config["layers"] else {}
    if first.get("class_name") == "InputLayer" or config.get("build_input_shape") is None:
        config.pop("build_input_shape", None)
    return {"class_name": _class_here(value), "config": _unless_trainable(config)}


def _unless_trainable(config):
    if config.get("trainable", True):
        config.pop("trainable", None)
    return config


# ------------------------------------------------------------------ graphs to the canonical form
def _read_graph(value):
    config = {key: item for key, item in value["config"].items() if key != "dtype"}
    config["layers"] = [_read_entry(entry) for entry in config["layers"]]
    for key in ("input_layers", "output_layers"):
        config[key] = _read_ends(config.get(key))
    return {"class_name": _class_here(value), "config": _unless_trainable(config)}


def _read_ends(ends):
    if isinstance(ends, dict):
        return {key: _read_ends(end) for key, end in ends.items()}
    if isinstance(ends, list) and ends and isinstance(ends[0], str):
        return {"tensor": ends}
    return [_read_ends(end) for end in ends] if isinstance(ends, list) else ends


def _read_entry(entry):
    if not isinstance(entry, dict) or not isinstance(entry.get("inbound_nodes"), list):
        return entry
    config = entry.get("config")
    name = entry.get("name") or (config.get("name") if isinstance(config, dict) else None)
    nodes = [_read_node(node, entry.get("class_name")) for node in entry["inbound_nodes"]]
    if graph_ops.is_op(entry):
        return _read_op(entry["class_name"], config, nodes, name)
    return _marked(entry, {**_read(entry), "name": name, "inbound_nodes": nodes})


def _marked(theirs, ours):
    """Return the entry of a layer with what tells that it is the same as in another model."""
    number = theirs.get("shared_object_id") if isinstance(theirs, dict) else None
    return ours if number is None else {**ours, sharing.KEY: number}


def _read_node(node, class_name):
    if not isinstance(node, dict):
        return node
    kwargs = node.get("kwargs") or {}
    # What a call was given by default is not kept: training=False would pin it.
    default = (None, False, True) if class_name in TRAINING_BY_DEFAULT else (None, False)
    kwargs = {
        key: _read(item)
        for key, item in kwargs.items()
        if not (key in ("mask", "training") and item in default)
    }
    return {"args": _read(node.get("args")), "kwargs": kwargs}


def _read_op(class_name, config, nodes, name):
    if class_name == "HardSigmoid":
        layer = {"name": name, "activation": "h_sigmoid"}
        return {"class_name": "Activation", "config": layer, "name": name, "inbound_nodes": nodes}
    config = {key: _read(item) for key, item in config.items()}
    read = []
    for node in nodes:
        function, args, kwargs = graph_ops.to_function(
            class_name, config, node["args"], node["kwargs"], name
        )
        if function == "get_item" and len(args) > 1 and isinstance(args[1], list):
            args[1] = {"tuple": args[1]}
        read.append({"args": args, "kwargs": kwargs})
    op = {"class_name": "Op", "config": {"function": function if read else class_name}}
    return {**op, "name": name, "inbound_nodes": read}


# ------------------------------------------------------------------ single objects to the canonical form
def _read_function(config):
    name = config if isinstance(config, str) else None
    if name is None:
        raise ValueError(
            f"A function in the config should be named by a text, got {str(config)[:80]}."
        )
    return "h_sigmoid" if name == "hard_sigmoid" else name


def _read_slice(config):
    return {"slice": [config.get("start"), config.get("stop"), config.get("step")]}


def _refuse_value(config):
    raise ValueError(
        "The config holds a value of a kind that this library does not read: bytes, a type specification or a class. "
        "Save the model without it."
    )


def _tensor_place(config):
    return {"tensor": config.get("keras_history") if isinstance(config, dict) else None}


def _seed(config):
    seed = config.get("seed") if isinstance(config, dict) else None
    return seed if isinstance(seed, int) else None


_SPECIAL = {
    "__keras_tensor__": _tensor_place,
    "__tensor__": lambda config: {"array": config.get("value"), "dtype": config.get("dtype")},
    "__numpy__": lambda config: {"array": config.get("value"), "dtype": config.get("dtype")},
    "__slice__": _read_slice,
    "__ellipsis__": lambda config: {"ellipsis": True},
    "__tuple__": lambda config: {"tuple": _read(config.get("value"))},
    "__lambda__": lambda config: {"lambda": config},
    "__bytes__": _refuse_value,
    "__typespec__": _refuse_value,
    "__class__": _refuse_value,
    "function": _read_function,
    "DTypePolicy": lambda config: config,
    "FloatDTypePolicy": lambda config: config,
    "QuantizedDTypePolicy": lambda config: config,
    "QuantizedFloat8DTypePolicy": lambda config: config,
    "DTypePolicyMap": lambda config: _read(config.get("default_policy")),
    "SeedGenerator": _seed,
}


def _read_lambda(config):
    """Give a Lambda's functions their kinds: by name, or code."""
    result = {key: value for key, value in config.items() if key != "arguments"}
    for key in ("function", "output_shape", "mask"):
        value, kind = config.get(key), "raw"
        if isinstance(value, dict) and set(value) == {"lambda"}:
            code = value["lambda"]
            value, kind = [code.get("code"), code.get("defaults"), code.get("closure")], "lambda"
        elif isinstance(value, str):
            kind = "function"
        result |= {key: value, f"{key}_type": kind}
    return {**result, "arguments": config.get("arguments") or {}}


def _read_bidirectional(config):
    """Return a config without the backward layer, which the forward one's twin is."""
    config = dict(config)
    forward, backward = config.get("layer"), config.pop("backward_layer", None)
    if not schema.is_description(forward):
        return config
    forward = {**forward, "config": dict(forward["config"])}
    if backward is not None and _apart_from_direction(forward) != _apart_from_direction(backward):
        raise ValueError(
            f"Bidirectional {config.get('name')!r} has a backward layer that differs from its forward layer in more "
            "than the direction, which this library does not have; save a model with equal ones."
        )
    name = forward["config"].get("name", "")
    forward["config"]["name"] = name.removeprefix("forward_") or name
    return {**config, "layer": forward}


def _apart_from_direction(layer):
    config = {k: v for k, v in layer["config"].items() if k not in ("name", "go_backwards")}
    return layer["class_name"], config


def _read_activation(config):
    return {
        key: _activation_here(value) if key.endswith("activation") else value
        for key, value in config.items()
    }


def _activation_here(value):
    if value == "hard_sigmoid":
        return "h_sigmoid"
    return "hard_sigmoid" if _is_classic_hard_sigmoid(value) else value


def _is_classic_hard_sigmoid(value):
    return schema.is_model(value) and value["config"].get("name") == HARD_SIGMOID


def _read_batch_normalization(config):
    axis = config.get("axis")
    return {**config, "axis": axis[0]} if isinstance(axis, list) and len(axis) == 1 else config


def _read_up_sampling(config):
    kind = config.get("interpolation")
    here = {there: here for here, there in INTERPOLATIONS.items()}
    return {**config, "interpolation": here.get(kind, kind)} if isinstance(kind, str) else config


def _read_optimizer(config):
    rate = config.get("lr")
    if schema.is_description(rate) and rate["config"].get("name") == DECAY:
        schedule = rate["config"]
        rate = schedule["initial_learning_rate"]
        config = {**config, "decay": schedule["decay_rate"]}
    # The shortest number that is this float32: 0.01 for 0.009999999776482582.
    return {**config, "lr": float(str(np.float32(rate))) if isinstance(rate, float) else rate}


_READERS = {
    **dict.fromkeys(PACKAGES["keras.optimizers"], _read_optimizer),
    **dict.fromkeys(PACKAGES["keras.layers"], _read_activation),
    "BatchNormalization": _read_batch_normalization,
    "Bidirectional": _read_bidirectional,
    "Lambda": _read_lambda,
    # Both have epsilon within the root there.
    **dict.fromkeys(
        ("Adagrad", "RMSprop"), lambda config: {**_read_optimizer(config), "epsilon_inside": True}
    ),
    "LossScaleOptimizer": dict,
    "UpSampling2D": _read_up_sampling,
    # Nesterov's momentum grows there as with this number here.
    "Nadam": lambda config: {**_read_optimizer(config), "schedule_decay": 1.0},
}
