"""What a model needs to train on where it stopped: the arguments of `compile`, the optimizer's state, the seeds."""

import functools
import warnings
from math import prod

import numpy as np

from keras import losses, metrics, optimizers
from keras.backend import nest
from keras.registry import serialize
from keras.saving import optimizer_layouts
from keras.saving.keras3 import slots
from keras.saving.schema import WeightEntry


# ------------------------------------------------------------------ writing
def describe(model):
    """Return a compiled model's canonical training arguments; None for one that is not compiled."""
    if not model.is_compiled:
        return None
    loss, metrics, weighted_metrics, loss_weights = model._compile_arguments
    return {
        "optimizer": serialize(model.optimizer),
        "loss": _names(loss),
        "metrics": _names(metrics),
        "weighted_metrics": _names(weighted_metrics),
        "loss_weights": _plain(loss_weights),
        "sample_weight_mode": model.sample_weight_mode,
    }


def _names(structure):
    """Return losses or metrics as names and descriptions."""
    if isinstance(structure, list | tuple):
        return [_names(item) for item in structure]
    if isinstance(structure, dict) and "class_name" not in structure:
        return {name: _names(item) for name, item in structure.items()}
    return structure if isinstance(structure, str | dict) else serialize(structure)


def _plain(weights):
    return nest.map_leaves(float, weights)


def optimizer_entries(model):
    """Return the optimizer's weights to be written, in the order of `get_weights`; None if there are none yet."""
    optimizer = model.optimizer if model.is_compiled else None
    if optimizer is None or (not optimizer._slots and not optimizer.iterations.numpy()):
        return None
    entries = [WeightEntry.of(variable) for variable in optimizer.weights]
    fillers = optimizer.fillers()
    entries += [
        WeightEntry(
            f"{optimizer.name}/filler_{i}:0", filler.shape, str(filler.dtype), lambda f=filler: f
        )
        for i, filler in enumerate(fillers)
    ]
    return entries


def state_of(model):
    """Return the plain values that make resuming exact: seeds and counts; None for a model that is not compiled."""
    if not model.is_compiled:
        return None
    state = {"seed": int(model._seed), "test_ticks": int(model._test_ticks)}
    if model.optimizer is not None:
        optimizer = model.optimizer
        state["optimizer"] = {
            "iterations": int(optimizer.iterations.numpy()),
            "hyper": {name: float(getattr(optimizer, name).numpy()) for name in optimizer._hyper},
            "own": [variable.numpy().tolist() for variable in optimizer._own_state()],
            "options": {name: getattr(optimizer, name) for name in optimizer.told_by_state},
        }
    return state


# ------------------------------------------------------------------ loading
def compile_from(model, saved, custom_objects=None):
    """Compile a model as the saved one was, and give its optimizer the saved state.

    Args:
        model: a model with its weights set.
        saved: a `Saved` whose `training` is canonical.

    Raises:
        ValueError: if a loss, metric or optimizer is not known.
    """
    arguments = dict(saved.training)
    optimizer = arguments.pop("optimizer", None)
    if optimizer is not None:
        optimizer = optimizers.deserialize(optimizer, custom_objects)
    arguments = {name: value for name, value in arguments.items() if value is not None}
    makers = {"loss": losses, "metrics": metrics, "weighted_metrics": metrics}
    for name in makers.keys() & arguments.keys():
        make = functools.partial(makers[name].deserialize, custom_objects=custom_objects)
        arguments[name] = _objects(arguments[name], make)
    model.compile(optimizer or "rmsprop", **arguments)
    if optimizer is None:
        model.optimizer = None
        return
    set_optimizer(model, saved)
    set_state(model, saved.state)


def _objects(structure, make):
    """Return a nest of losses or metrics with objects in place of descriptions."""
    if isinstance(structure, list):
        return [_objects(item, make) for item in structure]
    if not isinstance(structure, dict):
        return structure
    if "class_name" in structure:
        return make(structure)
    return {name: _objects(item, make) for name, item in structure.items()}


def set_optimizer(model, saved):
    """Set the optimizer's state from that of a file; warns if there is none, or it does not fit."""
    entries, optimizer = saved.optimizer_weights, model.optimizer
    if entries and slots.is_in_keras3s_order(saved):
        optimizer.build(model.trainable_weights)
        if isinstance(optimizer, optimizers.LossScaleOptimizer):
            slots.set_scale(entries, optimizer)
        entries = slots.from_keras3(entries, optimizer, saved.version)
        if entries is None:
            return
    if not entries:
        if not saved.state:
            warnings.warn(
                f"{saved.source!r} has no state of the optimizer: {optimizer.name} starts anew. That changes training, "
                "not predictions.",
                stacklevel=4,
            )
        return
    if _is_untrained(entries):
        return
    optimizer.build(model.trainable_weights)
    needed = [tuple(v.shape) for v in optimizer.weights] + [f.shape for f in optimizer.fillers()]
    fault = _fault(entries, model, needed, saved)
    if fault:
        warnings.warn(
            f"{saved.source!r}: the state of the optimizer does not fit {optimizer.name} on this model ({fault}); it "
            "starts anew. That changes training, not predictions.",
            stacklevel=4,
        )
        return
    optimizer.set_weights(_converted([entry.read() for entry in entries], model, saved))


def _is_untrained(entries):
    """Return whether all there is of an optimizer's state is that it has taken no step."""
    return len(entries) == 1 and entries[0].shape == () and not int(entries[0].read())


def _converted(arrays, model, saved):
    """Return a file's arrays in the order of `Optimizer.get_weights`; those of Keras 3 are so already."""
    if slots.is_in_keras3s_order(saved):
        return arrays
    return optimizer_layouts.convert(arrays, model.optimizer, saved, model)


def _fault(entries, model, needed, saved):
    optimizer = model.optimizer
    if sum(prod(entry.shape) for entry in entries) > 4 * max(sum(map(prod, needed)), 64):
        return "it is too large"
    stand_ins = [np.broadcast_to(np.zeros((), entry.dtype), entry.shape) for entry in entries]
    shapes = [tuple(a.shape) for a in _converted(stand_ins, model, saved)]
    choices = [needed, needed[: len(needed) - len(optimizer.fillers())], [(), *needed]]
    if shapes in choices:
        return None
    return (
        f"{len(shapes)} arrays for {len(needed)}" if len(shapes) != len(needed) else "other shapes"
    )


def set_state(model, state):
    """Set the seeds and counts that `state_of` returned; None changes nothing.

    Raises:
        ValueError: if it is not what `state_of` returns.
    """
    if not state:
        return
    try:
        model._seed, model._test_ticks = int(state["seed"]), int(state["test_ticks"])
        if state.get("optimizer"):
            _set_optimizer_state(model.optimizer, state["optimizer"])
            if _set_options(model.optimizer, state["optimizer"].get("options", {})):
                model._programs = {}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"The saved training state {str(state)[:120]} is damaged: {error!r}."
        ) from error
    model._keys = {}


def _set_optimizer_state(optimizer, state):
    values = [(optimizer.iterations, int(state["iterations"]))]
    values += zip(optimizer._own_state(), state["own"], strict=False)
    values += [(getattr(optimizer, n), state["hyper"][n]) for n in optimizer._hyper]
    for variable, value in values:
        variable.assign(np.asarray(value))


def _set_options(optimizer, options):
    """Set what a rule does; return whether that is something else than before."""
    before = {name: getattr(optimizer, name) for name in optimizer.told_by_state}
    after = {name: type(value)(options.get(name, value)) for name, value in before.items()}
    if not all(0 <= value < np.inf for value in after.values()):
        raise ValueError(f"the options {options} should be numbers >= 0")
    for name, value in after.items():
        setattr(optimizer, name, value)
    return before != after


def restore(model, saved):
    """Bring a compiled model back to where a saved one stopped: its optimizer, its seeds and counts."""
    model._prepare()
    set_optimizer(model, saved)
    set_state(model, saved.state)
