"""What the user gave as data -> nests of arrays that fit the model."""

import warnings

import numpy as np

from keras import config
from keras.backend import dtypes, nest
from keras.backend.compute import compute
from keras.training import checks
from keras.training.lazy import SparseRows, is_lazy, part
from keras.utils.data import Sequence

# NumPy's letters for the dtypes that are taken as they are: booleans, integers of up to 32 bits, float32 and float16.
_KEPT = "?bBhHiIfe"


def as_array(x):
    """Return array-like data as a NumPy or lazily read array; float64 becomes `floatx`, int64 becomes int32."""
    if type(x) is np.ndarray and x.dtype.char in _KEPT:
        return x
    if hasattr(x, "toarray"):
        return SparseRows(x)
    if is_lazy(x):
        return x
    if compute.is_tensor(x):
        return compute.cast(x, config.floatx()) if dtypes.of(x) == "float64" else x
    x = np.asarray(_on_host(x))
    if x.dtype == object or x.dtype.kind in "US":
        raise ValueError(
            f"Data should be numbers, got an array of dtype {x.dtype} and shape {x.shape}. "
            "Convert text to numbers first, and give all samples the same shape."
        )
    if x.dtype == "float64":
        return x.astype(config.floatx())
    return x.astype("int32") if x.dtype in ("int64", "uint64") else x


def _on_host(x):
    """Return the data of a table or of another library's tensor in a form that NumPy takes."""
    if hasattr(x, "to_numpy"):
        return x.to_numpy()
    # Tensors that are differentiated, or that lie on another device, do not turn into arrays by themselves.
    return x.detach().cpu() if hasattr(x, "detach") else x


def in_memory(x):
    """Return an array that is read piece by piece as a whole, any other as it is."""
    return as_array(np.asarray(x[:])) if is_lazy(x) else x


def is_batches(x):
    """Return whether `x` yields batches rather than being an array or nest of arrays."""
    if (
        x is None
        or isinstance(x, list | tuple | dict | np.ndarray)
        or hasattr(x, "shape")
        or hasattr(x, "to_numpy")
    ):
        return False
    return hasattr(x, "__iter__") or hasattr(x, "__next__") or isinstance(x, Sequence)


def inputs_of(model, x):
    """Return a model's input data as a list of arrays in the order of its inputs, checked against their shapes.

    Raises:
        ValueError: if a shape, a name or the number of arrays does not fit.
    """
    if model.inputs is None:
        return (
            nest.map_leaves(as_array, x)
            if isinstance(x, dict | tuple | list) and not _is_rows(x)
            else as_array(x)
        )
    names = model.input_names
    arrays = [as_array(a) for a in _as_list(x, names, "input", model.name)]
    fitted = []
    for name, array, tensor in zip(names, arrays, model.inputs, strict=True):
        if array.ndim == 1 and tensor.ndim == 2 and not is_lazy(array):
            array = array.reshape(-1, 1)
        checks.shape_fits(name, array, tensor.shape, model=model.name)
        fitted.append(array)
    return fitted


def _is_rows(x):
    """Return whether a list is one array written out, not a list of arrays."""
    return isinstance(x, list) and bool(x) and not (x[0] is None or hasattr(x[0], "shape"))


def _as_list(x, names, what, model_name):
    if isinstance(x, dict):
        missing = [name for name in names if name not in x]
        if missing:
            raise ValueError(
                f"Model {model_name!r} needs the {what}(s) {names}; the data lack {missing}. Their keys are {list(x)}; "
                "rename them."
            )
        return [x[name] for name in names]
    if isinstance(x, list | tuple) and not (_is_rows(x) and len(names) == 1):
        if len(x) != len(names):
            raise ValueError(
                f"Model {model_name!r} has {len(names)} {what}(s) {names}, got a list of {len(x)} arrays; "
                "give one array for each."
            )
        return list(x)
    if len(names) != 1:
        raise ValueError(
            f"Model {model_name!r} has {len(names)} {what}s {names}, got a single array; give a list with one for each."
        )
    return [x]


def targets_of(model, y):
    """Return the targets as a list of arrays, one an output, None where an output has none."""
    names = model.target_names
    if y is None:
        return [None] * len(names)
    if isinstance(y, dict):
        unknown = sorted(set(y) - set(names))
        if unknown:
            raise ValueError(f"Model {model.name!r} has the outputs {names}; y names {unknown}.")
        return [None if y.get(name) is None else as_array(y[name]) for name in names]
    return [None if a is None else as_array(a) for a in _per_output(model, y)]


def _per_output(model, given):
    """Return what was given as a list with an entry an output; outputs without a loss may be left out of a list."""
    names, compiled = model.target_names, model._compiled
    trained = range(len(names)) if compiled is None else compiled.trained
    listed = given if isinstance(given, list | tuple) and not _is_rows(given) else [given]
    if len(trained) == len(names) or len(listed) != len(trained):
        return _as_list(given, names, "output", model.name)
    by_place = dict(zip(trained, listed, strict=True))
    return [by_place.get(i) for i in range(len(names))]


def weights_of(model, sample_weight, class_weight, y):
    """Return one array of sample weights an output, or None.

    Args:
        sample_weight: an array, a list or a dict by output name, or None.
        class_weight: `{class: weight}` or the weights in the order of the classes; for several outputs a list of them
            or a dict by output name; or None.
        y: the targets, from `targets_of`.
    """
    names = model.target_names
    if (
        sample_weight is not None
        and len(names) > 1
        and not isinstance(sample_weight, list | tuple | dict)
    ):
        given = [sample_weight] * len(names)
    elif isinstance(sample_weight, dict):
        given = [sample_weight.get(name) for name in names]
    elif sample_weight is None:
        given = [None] * len(names)
    else:
        given = _per_output(model, sample_weight)
    classes = _class_weights(class_weight, names, model.name)
    modes = model.sample_weight_modes
    return [_weight(*each) for each in zip(names, given, classes, y, modes, strict=True)]


def _class_weights(class_weight, names, model_name):
    """Return `{class: weight}` or None for each output."""
    if isinstance(class_weight, str):
        warnings.warn(
            f"class_weight={class_weight!r} has no effect: it never had one. Give a dict {{class: weight}}.",
            stacklevel=7,
        )
        class_weight = None
    if class_weight is None:
        return [None] * len(names)
    if len(names) == 1 and not isinstance(class_weight, dict):
        return [_weights_by_class(class_weight)]
    if isinstance(class_weight, list | tuple):
        given = _as_list(class_weight, names, "output", model_name)
        return [_weights_by_class(one) for one in given]
    if isinstance(class_weight, dict) and any(isinstance(key, str) for key in class_weight):
        unknown = sorted(set(class_weight) - set(names))
        if unknown:
            raise ValueError(
                f"class_weight names the output(s) {unknown}, but the outputs are {names}."
            )
        return [_weights_by_class(class_weight.get(name)) for name in names]
    if len(names) > 1:
        raise ValueError(
            f"class_weight should be a dict by output name, or a list with one entry for each of the outputs {names}."
        )
    return [class_weight]


def _weights_by_class(given):
    """Return `{class: weight}` for weights given in the order of the classes, a dict as it is."""
    if given is None or isinstance(given, dict):
        return given
    if isinstance(given, list | tuple) and len(given) == 1 and isinstance(given[0], dict):
        return given[0]
    return dict(enumerate(np.asarray(given, config.floatx()).tolist()))


def _weight(name, given, class_weight, y, mode):
    """Return the weights of one output's samples: those given times those of their classes."""
    weights = None if given is None else np.asarray(_on_host(given), config.floatx())
    wanted = 2 if mode == "temporal" else 1
    if weights is not None and weights.ndim != wanted:
        hint = (
            "temporal weights have shape (samples, time)"
            if wanted == 2
            else 'one weight a sample is needed; for weights by time step compile with sample_weight_mode="temporal"'
        )
        raise ValueError(f"sample_weight of the output {name!r} has shape {weights.shape}: {hint}.")
    if class_weight is None:
        return weights
    if mode == "temporal":
        raise ValueError(
            f"class_weight of the output {name!r} cannot go with temporal sample weights."
        )
    of_classes = _by_class(name, class_weight, np.asarray(y))
    return of_classes if weights is None else weights * of_classes


def _by_class(name, class_weight, y):
    if y.ndim > 2:
        raise ValueError(
            f"class_weight needs one class a sample, but the targets of {name!r} have shape {y.shape}."
        )
    classes = y.argmax(axis=1) if y.ndim == 2 and y.shape[1] > 1 else y.reshape(-1).astype("int64")
    missing = sorted(set(np.unique(classes).tolist()) - set(class_weight))
    if missing:
        raise ValueError(
            f"class_weight lacks the class(es) {missing} found in the targets of {name!r}; give each a weight."
        )
    return np.array([class_weight[c] for c in classes.tolist()], config.floatx())


def split_off(x, y, sample_weight, share, validation_data):
    """Return x, y and sample_weight without the validation's part, and the validation data."""
    if not share or validation_data is not None:
        return x, y, sample_weight, validation_data
    if not 0 < share < 1:
        raise ValueError(f"validation_split should lie in [0, 1), got {share}.")
    if is_batches(x):
        raise ValueError(
            "validation_split needs arrays; for batches from a generator give validation_data."
        )
    x, y, sample_weight = (
        nest.map_leaves(as_array, _rows_as_array(given)) for given in (x, y, sample_weight)
    )
    count = len(nest.flatten(x)[0])
    cut = int(count * (1.0 - share))
    if cut in (0, count):
        raise ValueError(
            f"validation_split={share} of {count} samples leaves {cut} to train on and {count - cut} to validate with; "
            "both need at least one."
        )
    first, last = (
        [nest.map_leaves(lambda a, e=ends: part(a, *e), nested) for nested in (x, y, sample_weight)]
        for ends in ((0, cut), (cut, count))
    )
    held_back = last[:2] if sample_weight is None else last
    return (*first, tuple(held_back))


def _rows_as_array(given):
    return np.asarray(given) if _is_rows(given) else given
