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
    dtype_policies,
    initializers,
    layers,
    losses,
    metrics,
    mixed_precision,
    models,
    ops,
    optimizers,
    preprocessing,
    regularizers,
    utils,
    wrappers,
)
from keras._version import __version__
from keras.dtype_policies import DTypePolicy
from keras.layers import Input
from keras.models import Model, Sequential

# Old names for all of the above come last.
from keras import legacy  # isort: skip

__all__ = [
    "DTypePolicy",
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
    "dtype_policies",
    "initializers",
    "layers",
    "legacy",
    "losses",
    "metrics",
    "mixed_precision",
    "models",
    "ops",
    "optimizers",
    "preprocessing",
    "regularizers",
    "utils",
    "wrappers",
]
