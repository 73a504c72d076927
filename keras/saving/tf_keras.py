"""The dialect of tf.keras 2.0 to 2.15, whose `.h5` files and JSON tell versions such as "2.3.0-tf" and "2.15.0".

Objects are translated to those of Keras 2 by the tables below, and from there to the canonical form. Arguments that
this library does not have are left out where they have the value that means nothing; any other value is an error that
names the layer. TensorFlow's functions among the layers become ops: see `tf_ops`.
"""

import re

from keras import dtype_policies
from keras.saving import keras2, schema, sharing, tf_ops


def to_canonical(description):
    """Return the canonical description of a model or any other object.

    Raises:
        ValueError: if a layer has an argument or a function that is not here, naming it.

    Examples:
        >>> old = {"class_name": "GRU", "config": {"units": 2, "time_major": False}}
        >>> to_canonical(old)["config"]
        {'units': 2, 'reset_after': True, 'recurrent_activation': 'sigmoid'}
    """
    return sharing.complete(keras2.to_canonical(_of(description)))


# ------------------------------------------------------------------ the tables
ANY = object()

# Arguments that are left out if they have one of these values, in any class.
_NEUTRAL = {
    "adjustment": (None,),
    "autocast": ANY,
    "dynamic": (False, None),
    "experimental_autocast": ANY,
    "fused": ANY,
    "groups": (1, None),
    "implementation": ANY,
    "keepdims": (False, None),
    "optional": (False, None),
    "ragged": (False, None),
    "renorm": (False, None),
    "rng_type": ANY,
    "sparse": (False, None),
    "synchronized": ANY,
    "time_major": (False, None),
    "type_spec": (None,),
    "virtual_batch_size": (None,),
    "zero_output_for_mask": (False, None),
}

# The classes that have such an argument after all.
_HAVE = {
    "groups": {"Conv1D", "Conv2D", "Conv3D", "GroupNormalization"},
    "implementation": {
        "GRU",
        "GRUCell",
        "LSTM",
        "LSTMCell",
        "LocallyConnected1D",
        "LocallyConnected2D",
    },
    "time_major": {"GRU", "LSTM", "RNN", "SimpleRNN"},
}

# Class by class, what changes nothing that a layer computes.
_LEFT_OUT = {
    "GaussianDropout": {"seed"},
    "GaussianNoise": {"seed"},
    # It tells what masked targets find.
    "MultiHeadAttention": {"softmax_robust_masking"},
}

_CLASSES = {
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "SyncBatchNormalization": "BatchNormalization",
    "UnifiedGRU": "GRU",
    "UnifiedLSTM": "LSTM",
}

# What the arguments of TensorFlow 2 are by default where Keras 2 has another default; files of some versions lack them.
_DEFAULTS = {
    "GRU": {"reset_after": True, "recurrent_activation": "sigmoid"},
    "GRUCell": {"reset_after": True, "recurrent_activation": "sigmoid"},
    "LSTM": {"recurrent_activation": "sigmoid"},
    "LSTMCell": {"recurrent_activation": "sigmoid"},
}

# What describes an object of other libraries, beside the class name and config.
_EXTRA_KEYS = ("module", "registered_name", "build_config", "compile_config", "shared_object_id")


def _refuse(config, kind, what, remedy):
    raise ValueError(
        f"Layer {config.get('name')!r} ({kind}) {what}, which is not supported here; {remedy}."
    )


# ------------------------------------------------------------------ one object
def _of(x):
    """Return a description, or a nest with descriptions in it, translated."""
    if isinstance(x, list):
        return [_of(item) for item in x]
    if not isinstance(x, dict):
        return x
    if not schema.is_description(x):
        return {key: _of(value) for key, value in x.items()}
    bare = {key: value for key, value in x.items() if key not in _EXTRA_KEYS}
    if x["class_name"] == "__tuple__":
        return [_of(item) for item in x.get("items", ())]
    if isinstance(x["config"], dict) and isinstance(x["config"].get("layers"), list):
        return _model(bare)
    if isinstance(x["config"], list):
        return {**bare, "config": [_of(layer) for layer in x["config"]]}
    kind = _class(x["class_name"])
    return {**bare, "class_name": kind, "config": _config(kind, x["config"] or {})}


def _layer(x):
    """Return the description of a layer in a model, with what tells that it is the same as in another model."""
    number = x.get("shared_object_id") if isinstance(x, dict) else None
    return _of(x) if number is None else {**_of(x), sharing.KEY: number}


def _class(name):
    name = name.removeprefix("Keras>")
    return _CLASSES.get(name, name)


def _model(description):
    config = dict(description["config"])
    if "output_layers" in config:
        return {**description, "config": tf_ops.without_functions(config, _layer)}
    layers = [_layer(layer) for layer in config["layers"]]
    return {**description, "config": {**config, "layers": layers}}


def _config(kind, config):
    translated = {}
    for key, value in config.items():
        if key == "dtype":
            translated.update(_dtype(config, value))
        elif not _says_nothing(kind, config, key, value):
            translated[key] = _of(value)
    adjust = _ADJUSTMENTS.get(kind)
    translated = adjust(translated) if adjust else translated
    # An initializer's config has fewer keys than these classes' always have.
    return {**translated, **_missing(kind, translated)} if "units" in translated else translated


def _missing(kind, config):
    return {key: value for key, value in _DEFAULTS.get(kind, {}).items() if key not in config}


def _says_nothing(kind, config, key, value):
    """Return whether an argument is to be left out.

    Raises:
        ValueError: if it changes what the layer computes, and is not here.
    """
    if key in _LEFT_OUT.get(kind, ()):
        return True
    if key not in _NEUTRAL:
        return False
    is_known = kind in _HAVE.get(key, ())
    if _NEUTRAL[key] is ANY:
        return not is_known
    if value not in _NEUTRAL[key] and not is_known:
        _refuse(config, kind, f"has {key}={value!r}", f"save it with {key}={_NEUTRAL[key][0]!r}")
    return value in _NEUTRAL[key]


def _dtype(config, value):
    """Return the dtype of a layer as arguments; that of an initializer says nothing."""
    value = dtype_policies.name_of(value)
    if "name" not in config and "units" not in config:
        return {}
    return {} if value in (None, "_infer") else {"dtype": value}


# ------------------------------------------------------------------ classes with rules of their own
def _batch_normalization(config):
    axis = config.get("axis")
    if isinstance(axis, list):
        if len(axis) != 1:
            _refuse(config, "BatchNormalization", f"has the axes {axis}", "give it one axis")
        config = {**config, "axis": axis[0]}
    return config


def _bidirectional(config):
    config = dict(config)
    backward = config.pop("backward_layer", None)
    if backward is not None and _direction_free(backward) != _direction_free(config["layer"]):
        _refuse(
            config,
            "Bidirectional",
            "has a backward_layer that differs from its layer",
            "use the same arguments for both",
        )
    return config


def _direction_free(layer):
    left_out = ("go_backwards", "name")
    return layer["class_name"], {k: v for k, v in layer["config"].items() if k not in left_out}


def _locally_connected(config):
    config = dict(config)
    implementation = config.pop("implementation", 1)
    if implementation not in (1, None):
        _refuse(
            config,
            "LocallyConnected",
            f"has implementation={implementation}",
            "save it with implementation=1",
        )
    return config


def _lambda(config):
    """Return the config of a Lambda: its function by name, or as code in the form that Keras 2 has."""
    left_out = ("module", "output_shape_module")
    config = {key: value for key, value in config.items() if key not in left_out}
    for key in ("function", "output_shape"):
        value = config.get(key)
        if isinstance(value, dict) and value.get("class_name") == "__lambda__":
            code = value.get("config", {})
            config[key] = [code.get(part) for part in ("code", "defaults", "closure")]
            config[f"{key}_type"] = "lambda"
        elif isinstance(value, dict) and isinstance(value.get("config"), str):
            config[key], config[f"{key}_type"] = value["config"], "function"
    return config


def _up_sampling(config):
    # TensorFlow 2 interpolates between the centres of pixels.
    is_bilinear = config.get("interpolation") == "bilinear"
    return {**config, "interpolation": "bilinear_half_pixel"} if is_bilinear else config


_ADJUSTMENTS = {
    "BatchNormalization": _batch_normalization,
    "Bidirectional": _bidirectional,
    "Lambda": _lambda,
    "LocallyConnected1D": _locally_connected,
    "LocallyConnected2D": _locally_connected,
    "UpSampling2D": _up_sampling,
}


# ------------------------------------------------------------------ what `compile` was given
def training_to_canonical(training):
    """Return canonical training arguments.

    Raises:
        ValueError: if the optimizer has an argument that changes training and is not here.

    Examples:
        >>> old = {
        ...     "class_name": "Custom>SGD",
        ...     "config": {"learning_rate": 0.5, "jit_compile": True},
        ... }
        >>> training_to_canonical({"optimizer_config": old, "loss": "mse"})["optimizer"]
        {'class_name': 'SGD', 'config': {'lr': 0.5}}
    """
    training = dict(training)
    optimizer = training.pop("optimizer_config", training.pop("optimizer", None))
    return {
        "optimizer": _optimizer(optimizer) if isinstance(optimizer, dict) else optimizer,
        "loss": _each(_loss, training.get("loss")),
        "metrics": _without_nesting(_each(_metric, training.get("metrics"))),
        "weighted_metrics": _without_nesting(_each(_metric, training.get("weighted_metrics"))),
        "loss_weights": training.get("loss_weights"),
        "sample_weight_mode": training.get("sample_weight_mode"),
    }


# Arguments of optimizers that are left out if they have one of these values.
_NEUTRAL_FOR_TRAINING = {
    "adaptive_epsilon": (False, None),
    "centered": (False,),
    "is_legacy_optimizer": ANY,
    "jit_compile": ANY,
    "use_ema": (False,),
}

# Of these, this library has other values too.
_HAVE_FOR_TRAINING = {"centered", "use_ema"}

_RENAMED_FOR_TRAINING = {
    "learning_rate": "lr",
    "global_clipnorm": "clipnorm",
    "clipnorm": "clipnorm_each",
}


def _optimizer(description):
    kind = description["class_name"].split(">")[-1]
    given = description.get("config") or {}
    if kind.startswith("LossScaleOptimizer"):
        return {"class_name": "LossScaleOptimizer", "config": _loss_scale(given)}
    config = {}
    for key, value in given.items():
        is_idle = key.startswith("ema_") and not given.get("use_ema")
        if not is_idle and not _says_nothing_for_training(kind, key, value):
            config[_RENAMED_FOR_TRAINING.get(key, key)] = _of(value)
    is_late = given.get("is_legacy_optimizer") is False
    if kind == "Nadam":
        # Until 2.10 the decay was that of the momentum; since, it has grown with the steps themselves.
        is_new = "is_legacy_optimizer" in given
        config["schedule_decay"] = 1.0 if is_new else config.pop("decay", 0.004)
    if (kind == "Adagrad" and is_late) or (kind == "RMSprop" and (is_late or "momentum" in config)):
        # Since 2.11; and with momentum before.
        config["epsilon_inside"] = True
    return {"class_name": kind, "config": config}


# A scale that does not change is one that would be raised after so many steps.
_NEVER = 2**31 - 1


def _loss_scale(config):
    """Return the config of a `LossScaleOptimizer`, which until 2.4 had its scale as an object within."""
    scale = config.get("loss_scale") or {}
    given = {**config, **(scale.get("config") or {})} if isinstance(scale, dict) else config
    start = next((given[key] for key in _SCALES if given.get(key) is not None), None)
    growth = given.get("dynamic_growth_steps") or given.get("increment_period")
    is_fixed = given.get("dynamic") is False or "loss_scale_value" in given
    return {
        "inner_optimizer": _optimizer(config.get("inner_optimizer") or config.get("optimizer")),
        **({} if start is None else {"initial_scale": start}),
        **({"dynamic_growth_steps": _NEVER if is_fixed else growth} if is_fixed or growth else {}),
    }


_SCALES = ("initial_scale", "initial_loss_scale", "loss_scale_value")


def _says_nothing_for_training(kind, key, value):
    """Return whether an optimizer's argument is to be left out.

    Raises:
        ValueError: if it changes training, and is not here.
    """
    if kind == "AdamW" and key == "weight_decay" and value is not None:
        return False
    is_zero = key == "weight_decay" or (kind == "RMSprop" and key == "momentum")
    neutral = _NEUTRAL_FOR_TRAINING.get(key, ())
    if value is None or (is_zero and not value) or neutral is ANY or value in neutral:
        return True
    if neutral and key not in _HAVE_FOR_TRAINING:
        raise ValueError(
            f"The optimizer {kind} has {key}={value!r}, which this library's has not. Load the model with "
            "compile=False, and compile it anew."
        )
    return False


def _each(convert, structure):
    """Convert every loss or metric of a nest."""
    if isinstance(structure, list):
        return [_each(convert, item) for item in structure]
    if isinstance(structure, dict) and "class_name" not in structure:
        return {key: _each(convert, item) for key, item in structure.items()}
    return convert(structure) if isinstance(structure, dict) else structure


def _loss(description):
    config = (
        dict(description.get("config") or {}) if isinstance(description["config"], dict) else {}
    )
    function = _function_name(config.pop("fn", None))
    kind = description["class_name"].split(">")[-1]
    if kind == "function":
        return description["config"]
    if kind == "LossFunctionWrapper":
        return function
    left_out = {
        "dtype",
        *(() if "Crossentropy" in kind and config.get("axis") != -1 else ("axis",)),
    }
    if config.get("ignore_class", 0) is None:
        left_out.add("ignore_class")
    return {"class_name": kind, "config": {k: v for k, v in config.items() if k not in left_out}}


def _function_name(function):
    return function.get("config") if isinstance(function, dict) else function


_WRAPPERS = {"MeanMetricWrapper", "SumOverBatchSizeMetricWrapper"}

_NEUTRAL_FOR_METRICS = {
    "from_logits": (False,),
    "ignore_class": (None,),
    "ignore_order": (False,),
    "label_weights": (None,),
    "multi_label": (False, None),
    "num_labels": (None,),
    "sparse_y_pred": (True,),
    "sparse_y_true": (True,),
    "axis": (-1,),
}


def _metric(description):
    if not isinstance(description["config"], dict):
        return description["config"]
    config = dict(description["config"])
    kind = description["class_name"].split(">")[-1]
    config.pop("dtype", None)
    function = _function_name(config.pop("fn", None))
    if kind in _WRAPPERS:
        return _of_function(function, config)
    for key, neutral in _NEUTRAL_FOR_METRICS.items():
        if key in config and config[key] in neutral:
            del config[key]
    return {"class_name": kind, "config": config}


def _of_function(function, config):
    """Return a metric that is a function's mean: by the name it goes by in the logs, if that tells the function."""
    name = config.get("name")
    if name in (None, "acc", "accuracy", function) or _letters(name) == _letters(function):
        return name or function
    words = "".join(part.capitalize() for part in function.split("_"))
    return {"class_name": words, "config": {"name": name}}


def _letters(name):
    """Return the first letters of a function's words, which is its short name: "mse", "mae" ..."""
    return name.lower() if "_" not in name else "".join(part[0] for part in re.split("_", name))


def _without_nesting(metrics):
    """Return `[[a, b]]`, which is written for one output, as `[a, b]`."""
    if isinstance(metrics, list) and len(metrics) == 1 and isinstance(metrics[0], list):
        return metrics[0]
    return metrics
