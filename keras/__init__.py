"""Keras, an independent implementation with swappable backends."""

from keras import backend, config, ops
from keras._version import __version__

__all__ = ["__version__", "backend", "config", "ops"]
