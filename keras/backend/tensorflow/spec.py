"""Shapes without values in TensorFlow."""

import tensorflow as tf

from keras.backend import dtypes, nest
from keras.backend.tensorflow.core import asarray


class Spec:
    """An array that has a shape and a dtype, by its name, but no value."""

    __slots__ = ("dtype", "shape")

    def __init__(self, shape, dtype):
        self.shape, self.dtype = tuple(shape), dtype


def spec_of(x):
    """Return the `Spec` of an array."""
    return Spec(x.shape, dtypes.of(x))


def abstract(function, *specs):
    """Return the `Spec`s that `function` would give, without computing anything.

    Args:
        function: takes arrays, returns nested arrays.
        *specs: nested `Spec`s; arrays too.
    """
    # A graph of operations that nobody runs: making one works out the shape of its result.
    with tf.__internal__.FuncGraph("abstract").as_default():
        args = nest.map_leaves(_without_value, list(specs))
        return nest.map_leaves(lambda x: spec_of(asarray(x)), function(*args))


def _without_value(x):
    return tf.compat.v1.placeholder(x.dtype, x.shape) if isinstance(x, Spec) else x
