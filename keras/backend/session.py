"""The part of K that holds state: variables, placeholders, functions, gradients, the learning phase, the session."""

import contextlib

import numpy as np

from keras import config, ops
from keras.backend import dtypes, graph, naming, nest
from keras.backend.compute import compute
from keras.backend.variable import Variable, current

_phase = None
_phase_tensor = graph.LearningPhase()


# ------------------------------------------------------------------ devices
def devices():
    """Return the names of the devices that arrays are made on, such as `["cpu:0"]` or `["gpu:0", "gpu:1"]`.

    A GPU that the backend sees is used without being asked for.
    """
    return list(compute.devices())


# ------------------------------------------------------------------ values
def placeholder(shape=None, ndim=None, dtype=None, sparse=False, name=None):
    """Return a symbolic tensor to be fed, an input of `K.function`.

    Args:
        shape: a tuple, None for unknown sizes.
        ndim: the number of axes, in place of a shape.
        dtype: `floatx` by default.
        sparse: whether sparse matrices of SciPy are fed, which then become dense.
        name: a name for people.

    Raises:
        ValueError: if neither shape nor ndim is given.
    """
    if shape is None:
        if ndim is None:
            raise ValueError("K.placeholder needs `shape` or `ndim`, got neither.")
        shape = (None,) * ndim
    tensor = graph.placeholder(shape, dtypes.standardize(dtype), name)
    tensor.is_sparse = bool(sparse)
    return tensor


def is_placeholder(x):
    """Return whether `x` is a symbolic tensor that must be fed."""
    return isinstance(x, graph.Tensor) and x.node is None


def is_keras_tensor(x):
    """Return whether `x` is a symbolic tensor made by `Input` or a layer.

    Raises:
        ValueError: if it is no tensor at all.
    """
    if not is_tensor(x):
        raise ValueError(f"K.is_keras_tensor takes a tensor, got {type(x).__name__}.")
    made_by_layer = getattr(getattr(x, "node", None), "function", None)
    return hasattr(x, "input_layer") or hasattr(made_by_layer, "add_weight")


def is_tensor(x):
    """Return whether `x` is a symbolic tensor, a Variable or an array of the backend."""
    return ops.is_tensor(x) or isinstance(x, Variable)


def eval(x):
    """Return the value of a tensor or Variable as a NumPy array; a scalar's as a NumPy scalar."""
    return _plain(ops.convert_to_numpy(x))


def get_value(x):
    """Return the value of a Variable as a NumPy array; a scalar's as a NumPy scalar."""
    return eval(x)


def _plain(array):
    """Return an array of NumPy as it is, one without axes as a scalar of NumPy."""
    return array if array.ndim else array[()]


def set_value(x, value):
    """Set the value of a Variable."""
    x.assign(np.asarray(value))


def batch_get_value(ops):
    """Return the values of several Variables as a list of NumPy arrays."""
    return [get_value(x) for x in ops]


def batch_set_value(tuples):
    """Set the values of several Variables, given as pairs `(variable, value)`."""
    for x, value in tuples:
        set_value(x, value)


def count_params(x):
    """Return the number of scalars in a Variable."""
    return int(np.prod(x.shape, dtype="int64"))


def int_shape(x):
    """Return the shape of `x` as a tuple of ints, None where a size is not known; that of a number is empty."""
    return tuple(np.shape(x)) if isinstance(x, int | float) else tuple(x.shape)


def get_variable_shape(x):
    """Return the shape of a Variable: the same as `int_shape`."""
    return int_shape(x)


def dtype(x):
    """Return the dtype's name of `x`."""
    return dtypes.of(x)


def print_tensor(x, message=""):
    """Return `x`, and print its value whenever it is computed.

    Args:
        x: a tensor.
        message: to be printed before the value.

    Examples:
        >>> _ = print_tensor(np.array([1.0, 2.0]), "x is ")
        x is [1. 2.]
    """
    return ops.tell(lambda value: print(f"{message}{value}"), x)


# ------------------------------------------------------------------ functions and gradients
def function(inputs, outputs, updates=None, **kwargs):
    """Return a function that computes symbolic outputs.

    Args:
        inputs: a list of symbolic tensors; `K.learning_phase()` among them takes 0 (test mode) or 1 (training mode).
        outputs: a list of symbolic tensors, or a single one.
        updates: pairs `(variable, new value)` to be applied at each call, as `K.update` returns them.
        **kwargs: `name`; other arguments of old backends are refused.

    Returns:
        A function that takes a list of arrays and returns a list of NumPy arrays, for what has no axes NumPy scalars.

    Raises:
        ValueError: if an output needs a placeholder that is not among the inputs.

    Examples:
        >>> x = placeholder(shape=(None,))
        >>> function([x], [x * 2])([[1.0, 2.0]])[0].tolist()
        [2.0, 4.0]
    """
    return Function(nest.as_list(inputs), nest.as_list(outputs), updates, **kwargs)


class Function(graph.Function):
    """What `K.function` returns: see there.

    Args:
        inputs: a list of symbolic tensors.
        outputs: a list of symbolic tensors, and of shapes as `K.shape` returns them.
        updates: pairs `(variable, new value)`.
        name: a name for error messages.
        **session_kwargs: of old backends; must be empty.

    Raises:
        ValueError: if an output needs a placeholder that is not among the inputs.
    """

    def __init__(self, inputs, outputs, updates=None, name=None, **session_kwargs):
        if session_kwargs:
            raise ValueError(f"K.function does not take the argument(s) {sorted(session_kwargs)}.")
        outputs = [ops.stack(x) if isinstance(x, list | tuple) else x for x in outputs]
        super().__init__(inputs, outputs, list(_pairs(updates or [])), name)

    def __call__(self, inputs):
        """Return the outputs as a list of NumPy arrays and scalars for a list of input values."""
        return [_plain(array) for array in self.run(inputs, fixed_phase(otherwise=False))]


def _pairs(updates):
    """Yield the pairs (variable, new value) of nested lists of them."""
    for update in updates:
        if isinstance(update, tuple) and len(update) == 2 and isinstance(update[0], Variable):
            yield update
        elif isinstance(update, list | tuple):
            yield from _pairs(update)


def gradients(loss, variables):
    """Return the symbolic gradients of the sum of `loss`.

    Args:
        loss: a symbolic tensor.
        variables: a list of Variables and symbolic tensors, or a single one.

    Returns:
        A list of symbolic tensors, which can be differentiated again; None for what the loss does not depend on.

    Examples:
        >>> v, other = Variable(3.0), Variable(2.0)
        >>> by_v, by_other = gradients(v * v, [v, other])
        >>> float(eval(by_v)), by_other
        (6.0, None)
    """
    return graph.gradients(loss, nest.as_list(variables))


def stop_gradient(variables):
    """Return a tensor, or a list of them, as constants to differentiation."""
    if isinstance(variables, list | tuple):
        return [ops.stop_gradient(v) for v in variables]
    return ops.stop_gradient(variables)


def update(x, new_x):
    """Return the update that sets the Variable `x` to `new_x`, for `K.function` or `add_update`."""
    return x, new_x


def update_add(x, increment):
    """Return the update that adds `increment` to the Variable `x`."""
    return x, ops.add(x, increment)


def update_sub(x, decrement):
    """Return the update that subtracts `decrement` from the Variable `x`."""
    return x, ops.subtract(x, decrement)


def moving_average_update(x, value, momentum):
    """Return the update that moves the Variable `x` to `x * momentum + value * (1 - momentum)`."""
    return x, ops.add(ops.multiply(x, momentum), ops.multiply(value, 1.0 - momentum))


# ------------------------------------------------------------------ training and test mode
def learning_phase():
    """Return the flag of training (1) or test mode (0).

    Returns:
        The int given to `set_learning_phase`, if one was; within a layer's call the mode it runs in; else a symbolic
        scalar, which may be an input of `K.function`.
    """
    scope = current()
    if _phase is not None:
        return _phase
    return _phase_tensor if scope is None else int(bool(scope.training))


def fixed_phase(otherwise):
    """Return the mode that `set_learning_phase` fixed as a boolean, or `otherwise`."""
    return otherwise if _phase is None else bool(_phase)


def set_learning_phase(value):
    """Fix the learning phase: for all that runs from now on, `fit` and `predict` included.

    Args:
        value: 0 for test mode, 1 for training mode.

    Raises:
        ValueError: for any other value.
    """
    global _phase
    if value not in (0, 1):
        raise ValueError(f"K.set_learning_phase takes 0 or 1, got {value!r}.")
    _phase = int(value)


def in_train_phase(x, alt, training=None):
    """Return `x` in training mode and `alt` in test mode; either may be a function without arguments.

    Args:
        x, alt: tensors, or functions that return one.
        training: the mode, the learning phase by default.
    """
    training = learning_phase() if training is None else training
    if isinstance(training, bool | int | np.bool_ | np.integer):
        chosen = x if training else alt
        return chosen() if callable(chosen) else chosen
    x, alt = (branch() if callable(branch) else branch for branch in (x, alt))
    return ops.where(training, x, alt)


def in_test_phase(x, alt, training=None):
    """Return `x` in test mode and `alt` in training mode; either may be a function without arguments."""
    return in_train_phase(alt, x, training)


# ------------------------------------------------------------------ the session
class Session:
    """Stands for the session of old backends: there is none to configure, and nothing to close.

    Args:
        config, graph, target: accepted and kept, without effect.
    """

    def __init__(self, target="", graph=None, config=None):
        self.target, self.graph, self.config = target, graph, config

    def run(self, fetches, feed_dict=None):
        """Return the values of symbolic tensors, fed by `{placeholder: value}`."""
        feed_dict = feed_dict or {}
        run = graph.Function(list(feed_dict), nest.as_list(fetches))
        results = run(list(feed_dict.values()))
        return results if isinstance(fetches, list | tuple) else results[0]

    def as_default(self):
        """Return a context that changes nothing: there is one session."""
        return contextlib.nullcontext(self)

    def close(self):
        """Do nothing: there is nothing to close."""


_session = Session()


def get_session():
    """Return the session, whose `run(tensors, feed_dict)` computes symbolic tensors."""
    return _session


def set_session(session):
    """Take a session, as programs for old backends pass it to limit threads; the backend in use has no use for it."""
    global _session
    _session = session


def clear_session():
    """Begin anew: layer names are counted from 1 again, and the learning phase is free."""
    global _phase, _session
    _phase, _session = None, Session()
    naming.reset_uids()


def manual_variable_initialization(value):
    """Take whether the user initializes Variables, as in old backends: here they have their values at once.

    Args:
        value: a boolean, without effect.
    """


@contextlib.contextmanager
def name_scope(name, default_name=None, values=None):
    """Prefix the names of the Variables made within a `with` block.

    Args:
        name: the prefix; None for `default_name`.
        default_name: used where `name` is None.
        values: without effect.

    Examples:
        >>> with name_scope("outer"):
        ...     print(naming.prefixed("kernel"))
        outer/kernel
    """
    with naming.name_scope(name or default_name) as scope:
        yield scope


# ------------------------------------------------------------------ settings under their oldest names
_ORDERINGS = {"tf": "channels_last", "th": "channels_first"}


def set_epsilon(e):
    """Set the small number that guards divisions and logarithms."""
    config.set_epsilon(e)


def image_dim_ordering():
    """Return the default layout of images under its oldest name: `"tf"` (channels last) or `"th"`."""
    return next(old for old, new in _ORDERINGS.items() if new == config.image_data_format())


def set_image_dim_ordering(dim_ordering):
    """Set the default layout of images by its oldest name.

    Args:
        dim_ordering: `"tf"` (channels last) or `"th"` (channels first).

    Raises:
        ValueError: for any other value.
    """
    if dim_ordering not in _ORDERINGS:
        raise ValueError(f"dim_ordering should be 'tf' or 'th', got {dim_ordering!r}.")
    config.set_image_data_format(_ORDERINGS[dim_ordering])


def get_uid(prefix=""):
    """Return how often this prefix has been asked for, from 1 on."""
    return naming.uid(prefix)


def reset_uids():
    """Count the uids from 1 again."""
    naming.reset_uids()
