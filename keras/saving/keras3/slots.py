"""The order of an optimizer's state in the files of Keras 3, and in `Optimizer.get_weights`.

There the number of steps and the learning rate come first, then groups of slots: of each weight the first group's,
then of each weight the second's. Here come the number of steps, for some rules, then one slot of all weights, then the
next.
"""

import numpy as np

from keras.optimizers import LossScaleOptimizer
from keras.optimizers.optimizer import NOTHING
from keras.saving.schema import WeightEntry

# {rule: groups of slots, by their names here}
_GROUPS = {
    "Adadelta": [("accumulator", "delta_accumulator")],
    "Adafactor": [("r", "c", "v")],
    "Adagrad": [("accumulator",)],
    "Adam": [("m", "v"), ("vhat",)],
    "AdamW": [("m", "v"), ("vhat",)],
    "Adamax": [("m", "u")],
    "Ftrl": [("accumulator", "linear")],
    "Lamb": [("m", "v")],
    "Lion": [("m",)],
    "Muon": [("m", "v")],
    "Nadam": [("m", "v")],
    "RMSprop": [("accumulator",), ("momentum",), ("mean",)],
    "SGD": [("momentum",)],
}

# The groups that come before those of any rule.
_FIRST = [("average",), ("gathered",)]

# The rule of which Keras 3 stores the slots, too, that a weight does without.
_STORED_EMPTY = "Adafactor"


def _places(kind, names, count):
    """Return the pairs (slot, number of the weight) in the order of Keras 3."""
    return [
        (slot, weight)
        for group in [*_FIRST, *_GROUPS[kind]]
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
    kind = type(optimizer).__name__
    if kind not in _GROUPS:
        return entries
    is_fixed = optimizer.schedule is None and not float(optimizer.decay.numpy())
    has_rate = is_fixed and version.startswith("3.")
    steps, slots = entries[0], entries[1 + has_rate :]
    names, weights = list(optimizer.all_slot_names), list(optimizer._slots)
    is_plain = kind == "SGD" and not float(optimizer.momentum.numpy())
    if not slots and not is_plain:
        return None
    stored = [name for name in names if not (is_plain and name == "momentum")]
    of_place = dict(zip(_stored_places(optimizer, stored, version), slots, strict=False))
    ordered = [steps]
    for name in names:
        for number, weight in enumerate(weights):
            has_it = _has(optimizer, name, weight)
            entry = of_place.get((name, number)) if has_it else _zeros(NOTHING)
            ordered.append(_zeros(weight.shape) if name not in stored else entry)
    return entries if None in ordered else ordered


def _stored_places(optimizer, names, version):
    """Return the places of the slots that a file has of an optimizer."""
    weights, kind = list(optimizer._slots), type(optimizer).__name__
    stored_empty = set()
    if kind == _STORED_EMPTY:
        stored_empty = {"r", "c", "v"} if version.startswith("3.") else {"v"}
    return [
        (slot, number)
        for slot, number in _places(kind, names, len(weights))
        if _has(optimizer, slot, weights[number]) or slot in stored_empty
    ]


def _has(optimizer, slot, weight):
    """Return whether a weight has a slot; one of the rule's own it may do without."""
    return slot not in optimizer.slot_names or optimizer.slot_shape(slot, weight) is not None


def _zeros(shape, dtype="float32"):
    shape = tuple(shape)
    return WeightEntry("zeros", shape, dtype, lambda: np.zeros(shape, dtype))


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
    kind = optimizer["class_name"] if optimizer else None
    if not entries or kind not in _GROUPS:
        return entries or []
    config, of_slot = optimizer["config"], {}
    for entry in entries:
        slot = entry.name.rpartition("/")[2]
        if slot != "iterations" and not slot.startswith("filler_"):
            of_slot.setdefault(slot, []).append(entry)
    if kind == "SGD" and not config.get("momentum"):
        of_slot.pop("momentum")
    count = max(map(len, of_slot.values()), default=0)
    stored = [_stored(kind, slot, n, of_slot) for slot, n in _places(kind, of_slot, count)]
    own = [_scalar("own", "float32", value) for value in state.get("own", ())]
    return [*_head(config, state), *(entry for entry in stored if entry is not None), *own]


def _stored(kind, slot, number, of_slot):
    """Return the entry of a slot as Keras 3 has it; None if it has none."""
    entry = of_slot[slot][number]
    if entry.shape != NOTHING:
        return entry
    if kind != _STORED_EMPTY:
        return None
    rows, columns = (of_slot[name][number].shape for name in ("r", "c"))
    return _zeros((*rows, columns[-1])) if slot == "v" else _zeros((), "int32")


def _head(config, state):
    """Return the number of steps, and the learning rate unless a schedule tells it."""
    steps = _scalar("iteration", "int32", state.get("iterations", 0))
    rate = config.get("lr")
    if isinstance(rate, dict) or config.get("decay"):
        return [steps]
    return [steps, _scalar("learning_rate", "float32", rate)]


def _scalar(name, dtype, value):
    return WeightEntry(name, (), dtype, lambda: np.asarray(value, dtype))
