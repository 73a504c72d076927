"""Weights of a file and weights of a model: which belong together, checked whole before anything is read or changed."""

import warnings
from dataclasses import dataclass, field
from math import prod

import numpy as np

from keras.backend import dtypes
from keras.backend.compute import compute
from keras.backend.variable import store
from keras.saving import layouts, paths
from keras.saving.schema import LayerWeights, WeightEntry

# The name in a file of weights that belong to the model, and to none of its layers.
_OWN = "top_level_model_weights"

# A layer's weights in a file are at most this many times as large as in the model, whatever their layout.
_LARGEST_LAYOUT = 4


@dataclass
class LoadReport:
    """What `load_weights` did.

    Attributes:
        loaded: the names of the model's layers whose weights were set.
        skipped: `{layer's name: reason}` of those that have weights and keep them.
        unused: the names of the file's layers that no layer took weights from.
    """

    loaded: list = field(default_factory=list)
    skipped: dict = field(default_factory=dict)
    unused: list = field(default_factory=list)

    def __str__(self):
        lines = [f"loaded: {', '.join(self.loaded) or 'none'}"]
        lines += [f"left as it was: {name} ({reason})" for name, reason in self.skipped.items()]
        return "\n".join(lines + ([f"not used: {', '.join(self.unused)}"] if self.unused else []))


@dataclass
class _Holder:
    """Something that holds weights: a layer of the model, or the model itself for those that no layer has."""

    name: str
    layer: object
    variables: list


def _holders(model):
    holders = [_Holder(layer.name, layer, layer.weights) for layer in model.layers]
    of_layers = {variable for holder in holders for variable in holder.variables}
    own = [variable for variable in model.weights if variable not in of_layers]
    return [*holders, *([_Holder(_OWN, model, own)] if own else [])]


@dataclass
class _Assignment:
    """The Variables of a layer, and the entries of a file whose values they are to get."""

    layer: object
    variables: list
    entries: list
    reshape: bool = False

    def arrays(self, saved):
        """Read the values, in the Variables' dtypes."""
        read = layouts.convert([entry.read() for entry in self.entries], self.layer, saved)
        return [
            np.asarray(array, _host_dtype(variable)).reshape(variable.shape)
            for variable, array in zip(self.variables, read, strict=True)
        ]


def _host_dtype(variable):
    dtype = dtypes.standardize(variable.dtype)
    return compute.HOST_DTYPES.get(dtype, dtype)


def entries_of(model):
    """Return the weights of a model's layers, to be written."""
    layers, weights = paths.of_layers(model), paths.of_weights(model)
    copies = paths.of_copies(model)
    return [
        LayerWeights(
            holder.name,
            [WeightEntry.of(v, path=weights.get(v, "")) for v in holder.variables],
            layers[holder.layer],
            [WeightEntry.of(v, path=p) for p, v in copies.items() if v in set(holder.variables)],
        )
        for holder in _holders(model)
    ]


# ------------------------------------------------------------------ loading
def load(model, saved, by_name=False, skip_mismatch=False, reshape=False, is_whole=False):
    """Set the weights of a model from those of a file.

    Args:
        model: a built model.
        saved: a `Saved`.
        by_name: whether layers are matched by their names, else by their order.
        skip_mismatch: whether a layer whose weights do not fit keeps its own, with a warning; else that is an error.
        reshape: whether values of the right number and another shape are taken.
        is_whole: whether the file describes this very model, so that names tell better than the order.

    Returns:
        A `LoadReport`.

    Raises:
        ValueError: if the weights do not fit; nothing is changed then.
    """
    report = LoadReport()
    if saved.is_by_path:
        saved.weights = paths.arrange(saved.weights, model, _holders(model), by_name)
    pairs = _pairs(model, saved, by_name, skip_mismatch, is_whole, report)
    plan = []
    for holder, saved_layer in pairs:
        layer, entries = holder.layer, _in_order(holder, saved_layer)
        assignment = _Assignment(layer, holder.variables, entries, reshape)
        fault = _fault(assignment, saved)
        if fault is None:
            plan.append(assignment)
            report.loaded.append(holder.name)
        elif skip_mismatch:
            report.skipped[holder.name] = fault
        else:
            raise ValueError(
                f"{saved.source!r} does not fit the layer {layer.name!r} ({type(layer).__name__}) of model "
                f"{model.name!r}: {fault}. Nothing was loaded. Build the layer as it was when the file was written"
                + (", or pass skip_mismatch=True to leave it out." if by_name else ".")
            )
    _say(model, saved, report, by_name)
    _assign(plan, saved)
    return report


def _assign(plan, saved):
    """Read everything, then set everything: an error on the way changes nothing."""
    values = [(a.variables, a.arrays(saved)) for a in plan]
    saved.confirm()
    for variables, arrays in values:
        for variable, array in zip(variables, arrays, strict=True):
            # What was read is the Variable's own now: no copy.
            store(variable, array)


def _pairs(model, saved, by_name, skip_mismatch, is_whole, report):
    """Return pairs (layer of the model, layer of the file) that have weights, and note what has no partner."""
    layers = [holder for holder in _holders(model) if holder.variables]
    if by_name:
        return _by_name(layers, saved, report)
    found = [layer for layer in saved.weights if layer.entries]
    names = [layer.name for layer in found]
    own_names = [layer.name for layer in layers]
    if is_whole and sorted(names) == sorted(own_names) and len(set(names)) == len(names):
        of_name = dict(zip(names, found, strict=True))
        return [(layer, of_name[layer.name]) for layer in layers]
    if saved.is_by_path:
        return _by_path(layers, found, model, saved, skip_mismatch, report)
    if len(found) != len(layers) and not skip_mismatch:
        raise _other_count(names, own_names, model, saved)
    report.unused += names[len(layers) :]
    report.skipped.update(dict.fromkeys(own_names[len(found) :], "the file has no more layers"))
    return list(zip(layers, found, strict=False))


def _other_count(names, own_names, model, saved):
    return ValueError(
        f"{saved.source!r} has weights of {len(names)} layer(s), model {model.name!r} has {len(own_names)} layer(s) "
        f"with weights. In the file: {_some(names)}; in the model: {_some(own_names)}. Nothing was loaded. "
        + _advice(names, own_names)
    )


def _advice(names, own_names):
    has_some = not set(names).isdisjoint(own_names)
    by_name = ", or pass by_name=True to load what has the same names" if has_some else ""
    return f"Load into a model like the saved one{by_name}."


def _by_path(layers, found, model, saved, skip_mismatch, report):
    """Pair the layers with those of a file that tells their paths."""
    places, of_path = paths.of_layers(model), {layer.path: layer for layer in found}
    own_names = [layer.name for layer in layers]
    pairs = [(la, of_path.pop(places[la.layer])) for la in layers if places[la.layer] in of_path]
    partners = {layer.name for layer, _ in pairs}
    missing = [layer for layer in layers if layer.name not in partners]
    unused = [f"{layer.name} at {path!r}" for path, layer in of_path.items()]
    if missing and not skip_mismatch:
        first = missing[0]
        raise ValueError(
            f"{saved.source!r} has no weights for the layer {first.name!r} ({type(first.layer).__name__}) of model "
            f"{model.name!r}: they should be at {places[first.layer]!r}. Not used of the file: {_some(unused)}. "
            f"Nothing was loaded. {_advice([layer.name for layer in of_path.values()], own_names)}"
        )
    if unused and not skip_mismatch:
        raise _other_count([layer.name for layer in found], own_names, model, saved)
    report.unused += [layer.name for layer in of_path.values()]
    report.skipped.update(
        {layer.name: f"the file has nothing at {places[layer.layer]!r}" for layer in missing}
    )
    return pairs


def _by_name(layers, saved, report):
    of_name = {layer.name: layer for layer in saved.weights if layer.entries}
    pairs = [(layer, of_name[layer.name]) for layer in layers if layer.name in of_name]
    own = {layer.name for layer in layers}
    report.skipped.update(
        {layer.name: "not in the file" for layer in layers if layer.name not in of_name}
    )
    report.unused += [name for name in of_name if name not in own]
    if not pairs:
        raise ValueError(
            f"{saved.source!r}: no layer has the name of one in the model, so by_name=True loads nothing. In the file: "
            f"{_some(list(of_name))}; in the model: {_some(sorted(own))}. Give the layers the names of those in the "
            "file, or leave out by_name to load by their order."
        )
    return pairs


def _some(names, limit=8):
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return (", ".join(names[:limit]) or "none") + more


def _in_order(holder, saved_layer):
    """Return the entries in the order of the weights they are for.

    That is the file's order; but which weights come first depends on what is frozen, and the names tell if they are
    the same.
    """
    entries = saved_layer.entries
    own = [variable.name for variable in holder.variables]
    of_name = {entry.name: entry for entry in entries}
    is_same = len(of_name) == len(entries) == len(set(own)) and set(own) == set(of_name)
    return [of_name[name] for name in own] if is_same else entries


def _fault(assignment, saved):
    """Return what does not fit, as a text, or None."""
    variables, entries = assignment.variables, assignment.entries
    needed = [tuple(variable.shape) for variable in variables]
    has = [entry.shape for entry in entries]
    text = f"the file has {_with_names(entries)}, the layer needs {_with_names(variables)}"
    if sum(map(prod, has)) > _LARGEST_LAYOUT * max(sum(map(prod, needed)), 64):
        return text
    # Stand-ins take no memory: one zero, seen as an array of the shape.
    stand_ins = [np.broadcast_to(np.zeros((), entry.dtype), entry.shape) for entry in entries]
    try:
        shapes = [array.shape for array in layouts.convert(stand_ins, assignment.layer, saved)]
    except (ValueError, IndexError, TypeError):
        return text
    if assignment.reshape and len(shapes) == len(needed):
        return None if list(map(prod, shapes)) == list(map(prod, needed)) else text
    return None if shapes == needed else text


def _with_names(weights, limit=6):
    if not weights:
        return "none"
    shown = ", ".join(f"{weight.name} {tuple(weight.shape)}" for weight in weights[:limit])
    return shown + (f" and {len(weights) - limit} more" if len(weights) > limit else "")


def _say(model, saved, report, by_name):
    """Warn of what keeps its weights."""
    if report.skipped:
        skipped = "; ".join(f"{name}: {reason}" for name, reason in report.skipped.items())
        unused = f" Not used of the file: {_some(report.unused)}." if report.unused else ""
        warnings.warn(
            f"load_weights{'(by_name=True)' if by_name else ''} from {saved.source!r} into model {model.name!r}: set "
            f"{len(report.loaded)} layer(s), left others as they were. {skipped}.{unused}",
            stacklevel=4,
        )


# ------------------------------------------------------------------ states that are no weights
def states_of(model):
    """Return the Variables of the layers that are no weights, such as states of recurrent layers, to be written."""
    return [
        LayerWeights(layer.name, [WeightEntry.of(v, f"{layer.name}/state_{i}") for i, v in found])
        for layer in model.layers
        if (found := list(enumerate(_states(layer))))
    ]


def _states(layer):
    weights = set(layer.weights)
    return [variable for variable in layer.variables if variable not in weights]


def load_states(model, saved):
    """Set the states of the layers from those of a file, where they fit."""
    of_name = {layer.name: layer.entries for layer in saved.states}
    for layer in model.layers:
        entries, states = of_name.get(layer.name, []), _states(layer)
        if [entry.shape for entry in entries] == [tuple(state.shape) for state in states]:
            for state, entry in zip(states, entries, strict=True):
                state.assign(entry.read())
