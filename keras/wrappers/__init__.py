"""Models in the clothes of other libraries."""

from keras.wrappers import scikit_learn

__all__ = ["scikit_learn"]
