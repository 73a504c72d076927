"""Saving and loading: one canonical description, the dialects it is written in, the files that hold it."""

from keras.registry import (
    CustomObjectScope,
    custom_object_scope,
    get_custom_objects,
    register_keras_serializable,
)
from keras.saving.saving import (
    load_model,
    model_from_config,
    model_from_json,
    model_from_yaml,
    save_model,
)

__all__ = [
    "CustomObjectScope",
    "custom_object_scope",
    "get_custom_objects",
    "load_model",
    "model_from_config",
    "model_from_json",
    "model_from_yaml",
    "register_keras_serializable",
    "save_model",
]
