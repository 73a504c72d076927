"""Models: Model and Sequential."""

from keras.models.model import Model
from keras.models.sequential import Sequential

__all__ = ["Model", "Sequential"]
