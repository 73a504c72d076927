"""Dialects: which library's way of describing models a config is written in, and the canonical form of it."""

import re

from keras.saving import keras1, keras2, keras3, policies, schema, tf_keras

# What reads each dialect: a pure function from a description to the canonical one.
_READERS = {
    "keras1": keras1.to_canonical,
    "keras2": keras2.to_canonical,
    "keras3": keras3.to_canonical,
    "tf_keras": tf_keras.to_canonical,
}

# What reads the arguments of `compile`, where that takes more than to read the descriptions in them.
_TRAINING_READERS = {
    "keras1": keras1.training_to_canonical,
    "tf_keras": tf_keras.training_to_canonical,
}

# What writes each dialect, from the canonical description.
_WRITERS = {
    "keras2": lambda description: keras2.from_canonical(policies.without_mixed(description)),
    "keras3": keras3.from_canonical,
}


def dialect_of(description, version=""):
    """Return the name of the dialect that a description is in.

    Args:
        description: of a model or any other object, as a file has it.
        version: the version that the file says wrote it, if it says.

    Returns:
        "keras1", "keras2", "tf_keras" or "keras3".

    Examples:
        >>> dialect_of({"class_name": "Dense", "config": {"units": 2}}, "2.2.4")
        'keras2'
        >>> dialect_of({"class_name": "Dense", "config": {"output_dim": 2, "init": "uniform"}})
        'keras1'
    """
    number = _number(version)
    if number and (1, 0) <= number < (4, 0):
        is_tf = number >= (2, 4) or version.endswith("-tf")
        return {1: "keras1", 2: "tf_keras" if is_tf else "keras2", 3: "keras3"}[number[0]]
    if _has_key(description, "registered_name"):
        return "keras3"
    objects = list(_objects(description))
    if any(map(_is_keras1, objects)):
        return "keras1"
    return "tf_keras" if any(map(_is_tf_keras, objects)) else "keras2"


def _number(version):
    """Return a version's first two numbers, or None.

    Examples:
        >>> _number("2.15.0-tf"), _number("")
        ((2, 15), None)
    """
    match = re.match(r"(\d+)\.(\d+)", version or "")
    return match and (int(match[1]), int(match[2]))


_KERAS1_KEYS = {"border_mode", "nb_filter", "subsample", "dim_ordering", "init", "inner_init"}
_KERAS1_KEYS |= {"W_regularizer", "W_constraint", "nb_feature", "pool_length", "subsample_length"}
_TF_CLASSES = {"Functional", "TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer", "ClassMethod"}
_TF_KEYS = {"is_legacy_optimizer", "time_major", "ragged", "groups", "jit_compile"}


def _is_keras1(description):
    return not _KERAS1_KEYS.isdisjoint(description["config"])


def _is_tf_keras(description):
    has_class = description["class_name"] in _TF_CLASSES
    return has_class or not _TF_KEYS.isdisjoint(description["config"])


def _objects(structure):
    """Yield every description in a nest that has a dict for its config."""
    stack = [structure]
    while stack:
        item = stack.pop()
        if schema.is_description(item) and isinstance(item["config"], dict):
            yield item
        if isinstance(item, dict):
            stack.extend(item.values())
        elif isinstance(item, list | tuple):
            stack.extend(item)


def _has_key(structure, key):
    stack = [structure]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            if key in item:
                return True
            stack.extend(item.values())
        elif isinstance(item, list | tuple):
            stack.extend(item)
    return False


def read(description, version=""):
    """Return the canonical description of a model or any other object in whatever dialect.

    Args:
        description: as a file has it; a canonical one stays as it is.
        version: the version that the file says wrote it, if it says.

    Raises:
        ValueError: if it is no description, or in a dialect that is not known.
    """
    schema.check_object(description)
    canonical = _reader(dialect_of(description, version))(description)
    schema.check(canonical)
    return canonical


def read_training(training, version=""):
    """Return what a file says about `compile` in canonical form; None for None.

    Args:
        training: a dict with the optimizer's description under "optimizer" or "optimizer_config".
        version: as for `read`.
    """
    if training is None:
        return None
    dialect = dialect_of(training, version)
    if dialect in _TRAINING_READERS:
        return _TRAINING_READERS[dialect](training)
    training = dict(training)
    if "optimizer_config" in training:
        training["optimizer"] = training.pop("optimizer_config")
    keys = ("optimizer", "loss", "metrics", "weighted_metrics", "loss_weights")
    found = {key: _read_within(training.get(key), version) for key in keys}
    return {**found, "sample_weight_mode": training.get("sample_weight_mode")}


def _read_within(structure, version):
    """Return a nest with every description in it made canonical."""
    if schema.is_description(structure):
        return _reader(dialect_of(structure, version))(structure)
    if isinstance(structure, dict):
        return {key: _read_within(value, version) for key, value in structure.items()}
    if isinstance(structure, list | tuple):
        return [_read_within(item, version) for item in structure]
    return structure


def _reader(dialect):
    if dialect not in _READERS:
        raise ValueError(
            f"The config is in the dialect {dialect!r}; this version reads {sorted(_READERS)}."
        )
    return _READERS[dialect]


def write(description, dialect):
    """Return a canonical description in a dialect: "keras2" or "keras3"."""
    return _WRITERS[dialect](description)


def write_training(training):
    """Return canonical training arguments as Keras 2 has them: with the optimizer under "optimizer_config"."""
    training = dict(training)
    optimizer = policies.without_scaling(training.pop("optimizer"))
    if optimizer is not None:
        optimizer = keras2.optimizer_from_canonical(optimizer)
    return {"optimizer_config": optimizer, **training}
