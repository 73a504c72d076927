"""The layout of Keras 3 for weights in HDF5: groups nested like the layers, with the weights in a group `vars` of each.

It stands alone in `.weights.h5` files and within `.keras` archives. The optimizer's state is in `optimizer/vars`.
This library adds the group `states` for what is kept from batch to batch; Keras 3 passes over it.
"""

import h5py
import ml_dtypes
import numpy as np

from keras.saving import files, hdf5
from keras.saving.keras3 import slots
from keras.saving.schema import LayerWeights, Saved, WeightEntry

# Dtypes that HDF5 does not know; it keeps their bytes, and an attribute tells the name.
_OPAQUE = ("bfloat16", "float8_e4m3fn", "float8_e5m2")
_MAX_DEPTH = 100


# ------------------------------------------------------------------ writing
def write_weights(target, saved):
    """Write a `.weights.h5` file, as Keras 3 reads it.

    Args:
        target: a path.
        saved: a `Saved` in canonical form.
    """
    with files.replacing(target) as path, h5py.File(path, "w") as file:
        fill(file, saved)


def fill(group, saved):
    """Write the weights, the states and the optimizer's state of a `Saved` into a group."""
    for layer in saved.weights:
        own = group.require_group(f"{layer.path}/vars".lstrip("/"))
        own.attrs["name"] = hdf5.name_bytes(layer.name)
        for entry in [*layer.entries, *layer.copies]:
            # What several layers share is there once.
            if entry.path not in group:
                _write(group, entry.path, entry)
    for place, layer in enumerate(saved.states):
        own = group.require_group(f"states/{place}")
        own.attrs["name"] = hdf5.name_bytes(layer.name)
        for number, entry in enumerate(layer.entries):
            _write(own, str(number), entry)
    for number, entry in enumerate(slots.to_keras3(saved)):
        _write(group, f"optimizer/vars/{number}", entry)
    for number, entry in enumerate(slots.within_scaling(saved)):
        _write(group, f"optimizer/inner_optimizer/vars/{number}", entry)


def _write(group, path, entry):
    array = np.asarray(entry.read(), order="C")
    if array.dtype.kind != "V":
        group.create_dataset(path, data=array)
        return
    dataset = group.create_dataset(path, data=array.view(f"V{array.dtype.itemsize}"))
    dataset.attrs["dtype"] = entry.dtype


# ------------------------------------------------------------------ reading
def is_tree(group):
    """Return whether a group has this layout: groups named `vars` somewhere in it, and no list of layers."""
    if (
        "layer_names" in group.attrs
        or "model_config" in group.attrs
        or "layer_names0" in group.attrs
    ):
        return False
    return "vars" in group or "layers" in group or any(_has_vars(group, name) for name in group)


def _has_vars(group, name):
    is_group = group.get(name, getclass=True, getlink=True) is h5py.HardLink
    member = group[name] if is_group else None
    return isinstance(member, h5py.Group) and "vars" in member


def read(group, source):
    """Return the `Saved` with the weights in a group of this layout.

    Args:
        group: an h5py.Group.
        source: what messages call the file.

    Raises:
        ValueError: if it holds links to elsewhere, or what is no weight.
    """
    found = {}
    _collect(group, "", found, source, 0)
    # The running values of metrics, which TensorFlow's Keras wrote too: they begin anew with each epoch.
    found = {path: each for path, each in found.items() if path.split("/")[0] != "metrics"}
    optimizer = found.pop("optimizer", None)
    # What Keras 3 has within an optimizer, such as one whose loss is scaled, stands in the optimizer's own state again.
    found = {path: each for path, each in found.items() if path.split("/")[0] != "optimizer"}
    states = [path for path in found if path.split("/")[0] == "states"]
    states = [LayerWeights(_text(group[p], "name") or p, in_order(found.pop(p))) for p in states]
    return Saved(
        weights=[LayerWeights(_name(group, path), each, path) for path, each in found.items()],
        optimizer_weights=in_order(optimizer) if optimizer else None,
        states=states,
        version="3.0.0",
        source=source,
        is_by_path=True,
    )


def _collect(group, path, found, source, depth):
    """Gather the entries of all groups `vars` below a group, by the path of the layer they belong to."""
    if depth > _MAX_DEPTH:
        raise ValueError(f"{source!r} is nested more than {_MAX_DEPTH} levels deep: no Keras file.")
    for name in group:
        place = f"{path}/{name}".lstrip("/")
        link = group.get(name, getlink=True)
        if not isinstance(link, h5py.HardLink):
            raise ValueError(
                f"{source!r}: {place!r} is a link to elsewhere, which is not followed."
            )
        member = group[name]
        if isinstance(member, h5py.Group):
            found.setdefault(path if name == "vars" else place, [])
            _collect(member, place, found, source, depth + 1)
        else:
            layer = path.removesuffix("vars").rstrip("/")
            found.setdefault(layer, []).append(_entry(member, place, source))


def _entry(dataset, place, source):
    if not isinstance(dataset, h5py.Dataset):
        raise ValueError(f"{source!r}: {place!r} is neither a group nor a dataset.")
    entry = hdf5.entry_of(dataset, place, source, kinds="fiubV")
    if not entry.dtype.startswith(("V", "|V", "void")):
        return WeightEntry(place, entry.shape, entry.dtype, entry.read)
    dtype = _text(dataset, "dtype")
    if (
        dtype not in _OPAQUE
        or np.dtype(getattr(ml_dtypes, dtype)).itemsize != dataset.dtype.itemsize
    ):
        raise ValueError(f"{source!r}: {place!r} holds no numbers but bytes (dtype {dtype!r}).")
    return WeightEntry(
        place, entry.shape, dtype, lambda: entry.read().view(getattr(ml_dtypes, dtype))
    )


def _name(group, path):
    """Return the name of a layer, which an attribute of its group of weights tells; its path if there is none."""
    own = group.get(f"{path}/vars".lstrip("/"))
    return (_text(own, "name") if isinstance(own, h5py.Group) else None) or path


def _text(holder, attribute):
    found = hdf5.texts(holder, attribute) if attribute in holder.attrs else []
    return found[0] if found else None


def in_order(entries):
    """Return entries in the order of their numbers: HDF5 lists 10 before 2."""
    return sorted(entries, key=lambda entry: _number(entry.name))


def _number(path):
    last = path.rpartition("/")[2]
    return int(last) if last.isdecimal() else -1
