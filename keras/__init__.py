"""Keras, an independent implementation with swappable backends."""

# K is loaded before all else: it brings the backend and the ops, which the rest stands on.
from keras import backend  # isort: split

from keras import (
    activations,
    applications,
    callbacks,
    config,
    constraints,
    datasets,
    initializers,
    layers,
    losses,
    metrics,
    models,
    ops,
    optimizers,
    preprocessing,
    regularizers,
    utils,
    wrappers,
)
from keras._version import __version__
from keras.layers import Input
from keras.models import Model, Sequential

# Old names for all of the above come last.
from keras import legacy  # isort: skip

__all__ = [
    "Input",
    "Model",
    "Sequential",
    "__version__",
    "activations",
    "applications",
    "backend",
    "callbacks",
    "config",
    "constraints",
    "datasets",
    "initializers",
    "layers",
    "legacy",
    "losses",
    "metrics",
    "models",
    "ops",
    "optimizers",
    "preprocessing",
    "regularizers",
    "utils",
    "wrappers",
]
