"""Dialects: which library's way of describing models a config is written in, and the canonical form of it."""

from keras.saving import keras2, schema

# What reads each dialect: a pure function from a description to the canonical one.
_READERS = {
    "keras2": keras2.to_canonical,
}

# What writes each dialect, from the canonical description.
_WRITERS = {
    "keras2": keras2.from_canonical,
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
    if _has_key(description, "registered_name"):
        return "keras3"
    if version.startswith("1.") or any(map(_is_keras1, _objects(description))):
        return "keras1"
    if version.endswith("-tf") or version.startswith("3."):
        return "tf_keras"
    return "tf_keras" if any(map(_is_tf_keras, _objects(description))) else "keras2"


_KERAS1_KEYS = {"output_dim", "border_mode", "nb_filter", "subsample", "dim_ordering", "inner_init"}
_KERAS1_KEYS |= {"W_regularizer", "W_constraint", "nb_feature", "pool_length", "subsample_length"}
_TF_CLASSES = {"Functional", "TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer", "ClassMethod"}
_TF_KEYS = {"is_legacy_optimizer", "time_major", "ragged", "groups", "jit_compile"}


def _is_keras1(description):
    return not _KERAS1_KEYS.isdisjoint(description["config"])


def _is_tf_keras(description):
    is_own = description["class_name"] in _TF_CLASSES or ">" in description["class_name"]
    return is_own or not _TF_KEYS.isdisjoint(description["config"])


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
        description: as a file has it.
        version: the version that the file says wrote it, if it says.

    Raises:
        ValueError: if it is no description, or in a dialect that is not known.
    """
    dialect = dialect_of(description, version)
    canonical = _READERS[dialect](description)
    schema.check(canonical)
    return canonical


def write(description, dialect):
    """Return a canonical description in a dialect: "keras2" or "keras3"."""
    return _WRITERS[dialect](description)
