"""The order of an optimizer's state in the files of Keras 3, and in `Optimizer.get_weights`.

There the number of steps and the learning rate come first, then groups of slots: of each weight the first group's,
then of each weight the second's. Here come the number of steps, for some rules, then one slot of all weights, then the
next.
"""

import numpy as np

from keras.optimizers import LossScaleOptimizer
from keras.saving.schema import WeightEntry

# {rule: groups of slots, by their names here}
_GROUPS = {
    "Adadelta": [("accumulator", "delta_accumulator")],
    "Adagrad": [("accumulator",)],
    "Adam": [("m", "v"), ("vhat",)],
    "AdamW": [("m", "v"), ("vhat",)],
    "Adamax": [("m", "u")],
    "Lamb": [("m", "v")],
    "Lion": [("m",)],
    "Nadam": [("m", "v")],
    "RMSprop": [("accumulator",)],
    "SGD": [("momentum",)],
}


def _places(names, groups, count):
    """Return the pairs (slot's number, weight's number) in the order of Keras 3."""
    return [
        (names.index(slot), weight)
        for group in groups
        for weight in range(count)
        for slot in group
        if slot in names
    ]


def is_in_keras3s_order(saved):
    """Return whether a file has its optimizer's state in that order: those of Keras 3, and archives of tf.keras too."""
    return saved.is_by_path or saved.version.startswith("3.")


def from_keras3(entries, optimizer, version):
    """Return a file's entries in the order of `optimizer.get_weights`.

    Args:
        entries: a list of `WeightEntry` as Keras 3 orders them.
        optimizer: the optimizer they are for, its slots made.
        version: the writer's; TensorFlow's Keras, "2.x", left the learning rate out.

    Returns:
        A list of `WeightEntry`; unchanged for a rule that Keras 3 does not have, None if the file's optimizer had
        not taken a step.
    """
    if isinstance(optimizer, LossScaleOptimizer):
        return from_keras3(_without_scale(entries), optimizer.inner_optimizer, version)
    groups = _GROUPS.get(type(optimizer).__name__)
    if groups is None:
        return entries
    is_fixed = optimizer.schedule is None and not float(optimizer.decay.numpy())
    has_rate = is_fixed and version.startswith("3.")
    steps, slots = entries[0], entries[1 + has_rate :]
    variables = list(optimizer._slots)
    if not slots and type(optimizer).__name__ == "SGD" and not float(optimizer.momentum.numpy()):
        return [steps, *map(_zeros, variables)]
    if not slots:
        return None
    names = list(optimizer.slot_names)
    places = _places(names, groups, len(variables))
    of_place = dict(zip(places, slots, strict=False))
    ordered = [of_place.get((s, w)) for s in range(len(names)) for w in range(len(variables))]
    if None in ordered:
        return entries
    return [steps, *ordered]


# What Keras 3 has of a LossScaleOptimizer before the inner optimizer's state: two idle numbers, and two of the scale.
_SCALE = ("iteration", "learning_rate", "step_counter", "dynamic_scale")


def _without_scale(entries):
    has_scale = all(not entry.shape for entry in entries[: len(_SCALE) + 1])
    return entries[len(_SCALE) :] if has_scale and len(entries) > len(_SCALE) else entries


def set_scale(entries, optimizer):
    """Set the scale of a LossScaleOptimizer from the entries of Keras 3; one of another optimizer's stays as it is."""
    if len(_without_scale(entries)) < len(entries):
        for name, entry in zip(_SCALE[2:], entries[2:], strict=False):
            getattr(optimizer, name).assign(entry.read())


def _zeros(variable):
    shape = tuple(variable.shape)
    return WeightEntry("momentum", shape, "float32", lambda: np.zeros(shape, "float32"))


def to_keras3(saved):
    """Return the optimizer's entries of a `Saved` in the order of Keras 3; an empty list if it has none.

    Args:
        saved: a `Saved` in canonical form.
    """
    optimizer = (saved.training or {}).get("optimizer")
    entries, state = saved.optimizer_weights, (saved.state or {}).get("optimizer") or {}
    if entries and optimizer and optimizer["class_name"] == "LossScaleOptimizer":
        *own, scale, counter, _ = state.get("own", ())
        inner = optimizer["config"]["inner_optimizer"]
        kinds = zip(
            _SCALE, ("int32", "float32", "int32", "float32"), (0, 0, counter, scale), strict=True
        )
        head = [_scalar(name, dtype, value) for name, dtype, value in kinds]
        return [*head, *_ordered(inner, entries, {**state, "own": own})]
    return _ordered(optimizer, entries, state)


def within_scaling(saved):
    """Return the entries of the optimizer within a LossScaleOptimizer, which Keras 3 has twice; else an empty list."""
    optimizer = (saved.training or {}).get("optimizer") or {}
    is_scaling = optimizer.get("class_name") == "LossScaleOptimizer"
    return to_keras3(saved)[len(_SCALE) :] if is_scaling else []


def _ordered(optimizer, entries, state):
    """Return the entries of an optimizer with nothing around it in the order of Keras 3."""
    groups = _GROUPS.get(optimizer["class_name"]) if optimizer else None
    if not entries or groups is None:
        return entries or []
    config = optimizer["config"]
    slots = [entry for entry in entries if entry.shape or "iterations" not in entry.name]
    names = [slot for group in groups for slot in group if slot != "vhat" or config.get("amsgrad")]
    slots = [entry for entry in slots if "/filler_" not in entry.name]
    count = len(slots) // len(names)
    if optimizer["class_name"] == "SGD" and not config.get("momentum"):
        count = 0
    ordered = [slots[s * count + w] for s, w in _places(names, groups, count)]
    own = [_scalar("own", "float32", value) for value in state.get("own", ())]
    return [*_head(config, state), *ordered, *own]


def _head(config, state):
    """Return the number of steps, and the learning rate unless a schedule tells it."""
    steps = _scalar("iteration", "int32", state.get("iterations", 0))
    rate = config.get("lr")
    if isinstance(rate, dict) or config.get("decay"):
        return [steps]
    return [steps, _scalar("learning_rate", "float32", rate)]


def _scalar(name, dtype, value):
    return WeightEntry(name, (), dtype, lambda: np.asarray(value, dtype))
