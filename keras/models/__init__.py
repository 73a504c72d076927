"""Models: Model and Sequential, and saving and loading them."""

from keras.layers import serialization as _serialization
from keras.models.copying import clone_model
from keras.models.model import Model
from keras.models.sequential import Sequential
from keras.saving.saving import (
    load_model,
    model_from_config,
    model_from_json,
    model_from_yaml,
    save_model,
)

__all__ = [
    "Model",
    "Sequential",
    "clone_model",
    "load_model",
    "model_from_config",
    "model_from_json",
    "model_from_yaml",
    "save_model",
]

_serialization.register({"Functional": Model, "Model": Model, "Sequential": Sequential})
