"""Arrays, dtypes and devices in TensorFlow."""

import functools

import ml_dtypes
import numpy as np
import tensorflow as tf

from keras.backend import dtypes

HOST_DTYPES = {"bfloat16": np.dtype(ml_dtypes.bfloat16)}


# ------------------------------------------------------------------ devices
@functools.cache
def devices():
    """Return the devices in use, such as `["gpu:0"]`."""
    # TensorFlow computes on the first GPU that it sees, unless told otherwise by `tf.device`.
    return ["gpu:0" if tf.config.list_physical_devices("GPU") else "cpu:0"]


def block(x):
    """Wait until `x` is computed, and return it."""
    # On a CPU an operation that was called is done.
    if devices() != ["cpu:0"]:
        tf.test.experimental.sync_devices()
    return x


def outside_trace():
    """Return a context in which operations on concrete arrays compute at once, even while recording."""
    return tf.init_scope()


# ------------------------------------------------------------------ arrays
def is_tensor(x):
    """Return whether `x` is an array of this backend, traced or not."""
    return isinstance(x, tf.Tensor)


def is_traced(x):
    """Return whether `x` has no value yet, because a program is being recorded."""
    return isinstance(x, tf.Tensor) and not hasattr(x, "numpy")


def asarray(x, dtype=None):
    """Return `x` (number, nested list, NumPy or own array) on the device."""
    if isinstance(x, tf.Tensor):
        return x if dtype is None else tf.cast(x, dtype)
    name = dtype or dtypes.of_data(x)
    # A copy: TensorFlow may share memory with NumPy.
    return tf.convert_to_tensor(np.array(x, HOST_DTYPES.get(name, name)))


def to_numpy(x):
    """Return a NumPy copy of a concrete array."""
    return np.asarray(x.numpy())


def cast(x, dtype):
    """Return `x` in another dtype."""
    return tf.cast(x, dtype)


def copy(x):
    """Return a new array of the same contents."""
    return tf.identity(x)


def full(shape, value, dtype):
    """Return an array of `shape` filled with the number `value`."""
    return tf.fill(tuple(shape), tf.cast(value, dtype))


def arange(start, stop, step, dtype):
    """Return the numbers from `start` to before `stop` by `step`."""
    return tf.convert_to_tensor(np.arange(start, stop, step).astype(HOST_DTYPES.get(dtype, dtype)))


def register_variable(cls):
    """Let TensorFlow's functions take Variables, by their current value."""
    cls.__tf_tensor__ = lambda self, dtype=None, name=None: tf.convert_to_tensor(
        self.value, dtype, name=name
    )


# ------------------------------------------------------------------ dtypes without a kernel
def standing_in(**stand_ins):
    """Let a function take arrays of dtypes that TensorFlow cannot compute it in, by way of others.

    Args:
        **stand_ins: for each such dtype, the one to compute in; the results come back in the dtype of the arguments.
    """

    def wrap(function):
        @functools.wraps(function)
        def call(x, *args, **kwargs):
            name = dtypes.of(x)
            if name not in stand_ins:
                return function(x, *args, **kwargs)
            wide = stand_ins[name]
            args = [tf.cast(a, wide) if isinstance(a, tf.Tensor) else a for a in args]
            return _cast_back(function(tf.cast(x, wide), *args, **kwargs), name)

        return call

    return wrap


def _cast_back(result, name):
    if isinstance(result, tuple | list):
        return tuple(tf.cast(part, name) for part in result)
    return tf.cast(result, name)


SHORT_INTEGERS = {"int8": "int32", "int16": "int32", "uint8": "int32", "uint16": "int32"}
UNSIGNED = {"uint8": "int32", "uint16": "int32", "uint32": "int64", "uint64": "int64"}
HALVES = {"float16": "float32", "bfloat16": "float32"}
BOOLEANS = {"bool": "uint8"}
