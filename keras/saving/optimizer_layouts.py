"""The state of optimizers in files: which array is which slot of which weight.

Keras 1 and 2 wrote the number of steps (for some rules), then one slot of all weights, then the next; the weights in
the order of the layers in the file (until 2.0.5 of their names), laid out as they are themselves. TensorFlow's Keras
wrote the number of steps first for every rule, and the names tell the slots: `Adam/dense/kernel/m:0` until 2.10,
`Adam/m/dense/kernel:0` since, or `m/dense/kernel:0`.
"""

import re

import numpy as np

from keras.optimizers.optimizer import NOTHING
from keras.saving import layouts
from keras.saving.keras3 import slots as of_keras3

# What TensorFlow's Keras calls our slots: until 2.10, and since.
_SLOT_NAMES = {
    "Adadelta": {
        "accumulator": ("accum_grad", "accumulated_grad"),
        "delta_accumulator": ("accum_var", "accumulated_delta_var"),
    },
    "Adagrad": {"accumulator": ("accumulator",)},
    "Adam": {"m": ("m",), "v": ("v",), "vhat": ("vhat", "v_hat")},
    "AdamW": {"m": ("m",), "v": ("v",), "vhat": ("vhat", "v_hat")},
    "Adamax": {"m": ("m",), "u": ("v", "u")},
    "Lion": {"m": ("m", "momentum")},
    "Nadam": {"m": ("m",), "v": ("v",)},
    "RMSprop": {"accumulator": ("rms", "velocity"), "mean": ("mg", "average_gradient")},
    "SGD": {"momentum": ("momentum", "m")},
}

# A name may begin with one, where the optimizer is within another.
_KNOWN = {name for slots in _SLOT_NAMES.values() for names in slots.values() for name in names}

# Slots that a rule does without where they would stay zero.
_ZERO_AT_FIRST = {("SGD", "momentum")}


def convert(arrays, optimizer, saved, model):
    """Return an optimizer's weights in the order of `Optimizer.get_weights`.

    Args:
        arrays: NumPy arrays as the file has them.
        optimizer: the optimizer they are for, its slots made.
        saved: the `Saved` they come from.
        model: the model that it trains.

    Returns:
        The arrays, as they were where they do not fit the model's weights, or are in order as those of Keras 3.
    """
    if of_keras3.is_in_keras3s_order(saved):
        return arrays
    names = [entry.name.split(":")[0] for entry in saved.optimizer_weights]
    order = _Order(model, saved)
    if any(name.split("/")[-1] in ("iter", "iteration") for name in names):
        return _by_name(arrays, names, optimizer, order)
    return _in_rounds(arrays, optimizer, order)


class _Order:
    """The trainable weights in the order of a file, and the way from there to the model's."""

    def __init__(self, model, saved):
        pairs = _pairs(model, saved)
        self._saved = saved
        self._layers = [layer for layer, _ in pairs]
        self._counts = [layouts.count(la, la.trainable_weights, saved) for la in self._layers]
        self._weights = model.trainable_weights
        self.size = sum(self._counts)
        # Slots of layers that several models share are there once, where the model has them.
        weights = [weight for layer in self._layers for weight in layer.trainable_weights]
        self._has_shared = len(set(weights)) < len(weights)
        if self._has_shared:
            self.size = len(self._weights)
        self._places = range(self.size)
        if _sorts_by_name(saved):
            counted = zip(pairs, self._counts, strict=True)
            names = [entry.name for (_, entries), n in counted for entry in entries[:n]]
            self._places = sorted(range(len(names)), key=names.__getitem__)

    def arranged(self, arrays):
        """Return one slot of all weights, as the model has them; None if something is missing."""
        if len(arrays) != self.size:
            return None
        if self._has_shared:
            return list(arrays)
        of_place = dict(zip(self._places, arrays, strict=True))
        found, queue = {}, [of_place[place] for place in range(len(arrays))]
        for layer, count in zip(self._layers, self._counts, strict=True):
            part, queue = queue[:count], queue[count:]
            values = layouts.convert(part, layer, self._saved)
            found.update(zip(layer.trainable_weights, values, strict=False))
        if any(weight not in found for weight in self._weights):
            return None
        return [found[weight] for weight in self._weights]

    def zeros(self):
        """Return zeros for all weights."""
        return [np.zeros(weight.shape, "float32") for weight in self._weights]


def _pairs(model, saved):
    """Return pairs (layer with trainable weights, its entries in the file), in the file's order."""
    own = [layer for layer in model.layers if layer.weights]
    found = [weights for weights in saved.weights if weights.entries]
    of_name = {layer.name: layer for layer in own}
    if {weights.name for weights in found} <= set(of_name):
        pairs = [(of_name[weights.name], weights.entries) for weights in found]
    else:
        pairs = [(la, weights.entries) for la, weights in zip(own, found, strict=False)]
    return [(layer, entries) for layer, entries in pairs if layer.trainable_weights]


def _sorts_by_name(saved):
    """Return whether the weights that were trained stood in the order of their names: so it was until Keras 2.0.5."""
    numbers = re.match(r"2\.0\.(\d+)", saved.version)
    return layouts.is_keras1(saved) or bool(numbers and int(numbers[1]) <= 5)


def _in_rounds(arrays, optimizer, order):
    """Convert one slot of all weights after the other; the first array may be the number of steps."""
    lead = len(arrays) - len(optimizer.all_slot_names) * order.size
    has_count = optimizer.counts_in_weights or lead == 1
    head, rest = arrays[:has_count], arrays[has_count:]
    if not order.size or len(rest) % order.size:
        return arrays
    rounds = [rest[i : i + order.size] for i in range(0, len(rest), order.size)]
    count = len(optimizer.all_slot_names)
    arranged = [order.arranged(part) for part in rounds[:count]]
    if None in arranged:
        return arrays
    fillers = [array for part in rounds[count:] for array in part]
    return [*head, *(array for part in arranged for array in part), *fillers]


def _by_name(arrays, names, optimizer, order):
    """Sort the arrays into slots by their names."""
    # TensorFlow's Keras wrote nothing of the scale of a loss.
    kind = type(getattr(optimizer, "inner_optimizer", optimizer)).__name__
    found, steps = {}, []
    for name, array in zip(names, arrays, strict=True):
        parts = name.split("/")
        if parts[-1] in ("iter", "iteration"):
            steps.append(array)
        else:
            for slot in {parts[0]} if parts[0] in _KNOWN else {parts[-1], *parts[1:2]}:
                found.setdefault(slot, []).append(array)
    if kind == "Adafactor":
        found = _with_nothing(found)
    slots = []
    for slot in optimizer.all_slot_names:
        known = _SLOT_NAMES.get(kind, {}).get(slot, (slot,))
        value = next(
            (found[name] for name in known if len(found.get(name, ())) == order.size), None
        )
        if value is None and (kind, slot) in _ZERO_AT_FIRST:
            slots.append(order.zeros())
        else:
            slots.append(None if value is None else order.arranged(value))
    if None in slots or len(steps) != 1:
        return arrays
    return [*steps, *(array for part in slots for array in part)]


def _with_nothing(found):
    """Return Adafactor's slots: TensorFlow's Keras has the means for matrices alone, and all squares for all."""
    wholes = found.get("v", [])
    nothing = np.zeros(NOTHING, "float32")
    filled = {"v": [nothing if whole.ndim > 1 else whole for whole in wholes]}
    for slot in ("r", "c"):
        means = iter(found.get(slot, []))
        filled[slot] = [next(means, nothing) if whole.ndim > 1 else nothing for whole in wholes]
    return {**found, **filled}
