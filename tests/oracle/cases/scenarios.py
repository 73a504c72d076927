"""What the training and graph scenarios share: data, weights, names, and results as plain keys."""

import numpy as np

from ..row import rng
from ..runner import as_list, numbered, random_weights

SHORT = [
    ("accuracy", "acc"),
    ("mean_squared_error", "mse"),
    ("mean_absolute_error", "mae"),
    ("categorical_crossentropy", "cce"),
]


def table(functions):
    """{name: function} of the functions given, a later one of the same name being an error."""
    result = {function.__name__: function for function in functions}
    if len(result) != len(functions):
        raise ValueError("two scenarios have one name")
    return result


def uniform(seed, *shape):
    """Real numbers from (-1, 1)."""
    return rng(seed).uniform(-1, 1, shape).astype("float32")


def positive(seed, *shape):
    """Real numbers from (0.2, 2), for weights of samples."""
    return rng(seed).uniform(0.2, 2, shape).astype("float32")


def classes(seed, count, *shape):
    """Whole numbers from 0 up to `count`."""
    return rng(seed).randint(0, count, shape).astype("int32")


def one_hot(seed, samples, count):
    """Random classes as rows with one 1."""
    return np.eye(count, dtype="float32")[classes(seed, count, samples)]


def start(model, seed="weights", low_is_positive=False):
    """The model, with weights that depend on the seed and the shapes alone."""
    shapes = [w.shape for w in model.get_weights()]
    model.set_weights(random_weights(shapes, rng(seed), low_is_positive))
    return model


def short(name):
    """A log name with the metric in its short form, so that `acc` and `accuracy` are one."""
    if name == "crossentropy":
        return "ce"
    for long_form, short_form in SHORT:
        name = name.replace(long_form, short_form)
    return name.replace("sparse_cce", "scce")


def history(result):
    """The lists of a History, by key."""
    return {
        "history " + short(key): [float(value) for value in values]
        for key, values in result.history.items()
    }


def logs(prefix, model, values):
    """Results of evaluate or train_on_batch, by the names in `metrics_names`."""
    names = [short(name) for name in model.metrics_names]
    values = [float(value) for value in as_list(values)]
    if len(names) != len(values):
        raise ValueError(f"{len(names)} names, {len(values)} values: {names}")
    result = {f"{prefix} {n}": v for n, v in zip(names, values)}
    result[prefix + " names"] = names
    return result


def weights(model, prefix="w"):
    """The model's weights, numbered."""
    return numbered(prefix, model.get_weights())


def shapes(variables):
    """Shapes as lists, of arrays or of backend variables."""
    return [[int(size) for size in np.shape(v)] for v in variables]


def together(*parts):
    """One dict of several; a key given twice is an error."""
    result = {}
    for part in parts:
        for key in part:
            if key in result:
                raise ValueError("two results have the key " + key)
        result.update(part)
    return result
