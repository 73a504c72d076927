"""The HDF5 files of Keras 1 and 2: configs in attributes, a group a layer, a dataset a weight.

Whole models have the groups `model_weights` and `optimizer_weights` and the attributes `model_config` and
`training_config`; a file of weights alone is what `model_weights` is. This library adds the attribute `training_state`
and the group `model_states`, which others pass over.
"""

import contextlib
import os

import h5py
import numpy as np

from keras import config
from keras._version import __version__
from keras.saving import dialects, files, heaps, text
from keras.saving.schema import LayerWeights, Saved, WeightEntry

# What other versions of Keras take the file for: its dialect, and the layout of its kernels.
DIALECT_VERSION = "2.2.4"
DIALECT_BACKEND = "tensorflow"

# The most bytes that HDF5 keeps in one attribute, less what its header needs.
_ATTRIBUTE_LIMIT = 64512
# No compression makes more of a byte.
_HIGHEST_RATIO = 1100
_SMALL = 1 << 20
_LARGEST_ATTRIBUTE = 256 << 20


# ------------------------------------------------------------------ writing
def write(target, saved):
    """Write a whole model, or all of it but its architecture.

    Args:
        target: a path, or an open h5py.File or Group to write into.
        saved: a `Saved` in canonical form.
    """
    with _new(target) as group:
        _write_head(group, saved)
        if saved.model is not None:
            group.attrs["model_config"] = _json(dialects.write(saved.model, "keras2"))
        _write_layers(group.create_group("model_weights"), saved.weights, saved)
        if saved.training is not None:
            group.attrs["training_config"] = _json(dialects.write_training(saved.training))
        if saved.optimizer_weights:
            _write_entries(group.create_group("optimizer_weights"), saved.optimizer_weights)
        if saved.states:
            _write_layers(group.create_group("model_states"), saved.states)
        if saved.state is not None:
            group.attrs["training_state"] = _json(saved.state)


def write_weights(target, saved):
    """Write a file of weights alone; the arguments are those of `write`."""
    with _new(target) as group:
        _write_layers(group, saved.weights, saved)


@contextlib.contextmanager
def _new(target):
    if isinstance(target, h5py.Group):
        _check_group(target)
        yield target
        return
    with files.replacing(target) as path, h5py.File(path, "w") as file:
        yield file


def _check_group(group):
    """Check that a group that the user gave can be written, and has no model or weights."""
    if group.file.mode == "r":
        raise ValueError(
            f"{group.file.filename!r} is open for reading alone; open it by h5py.File(path, 'a') to save into it."
        )
    if "model_weights" in group or has_names(group, "layer_names"):
        raise ValueError(
            f"The group {group.name!r} of {group.file.filename!r} has a model or weights already. Give another, "
            "such as file.create_group('second'), or delete what it has."
        )


def _json(value):
    return text.to_json(value).encode("utf8")


def _write_head(group, saved):
    group.attrs["keras_version"] = DIALECT_VERSION.encode("utf8")
    group.attrs["backend"] = DIALECT_BACKEND.encode("utf8")
    group.attrs["written_by"] = f"keras {__version__} ({config.backend()})".encode()


def _write_layers(group, layers, saved=None):
    if saved is not None:
        _write_head(group, saved)
    write_names(group, "layer_names", [layer.name for layer in layers])
    for layer in layers:
        _check_is_free(group, layer.name, h5py.Dataset)
        _write_entries(group.require_group(layer.name), layer.entries)


def _write_entries(group, entries):
    names = _unique([entry.name for entry in entries])
    write_names(group, "weight_names", names)
    for name, entry in zip(names, entries, strict=True):
        _check_is_free(group, name, h5py.Group | h5py.Dataset)
        group.create_dataset(name, data=_storable(entry.read()))


def _storable(array):
    """Return an array in a dtype that HDF5 knows: halves of another kind become float32, which holds them exactly."""
    return array.astype("float32") if array.dtype.kind == "V" else array


def _unique(names):
    """Return the names with those that came before, or lie within another one's path, numbered."""
    taken, found = set(), []
    for name in names:
        base, number = name, 1
        while name in taken:
            stem, colon, end = base.rpartition(":")
            name = f"{stem}_{number}:{end}" if colon else f"{base}_{number}"
            number += 1
        taken.add(name)
        found.append(name)
    return found


def write_names(group, attribute, names):
    """Write a list of names into an attribute, or into several numbered ones where it is too long for one.

    Raises:
        ValueError: if a single name is too long, or leads out of the group.
    """
    for name in names:
        _check_name(name)
    data = [name.encode("utf8") for name in names]
    longest = max(map(len, data), default=0)
    _check_length(max(names, key=len, default=""), longest)
    count = max(_ATTRIBUTE_LIMIT // max(longest, 1), 1)
    if len(data) <= count:
        group.attrs[attribute] = np.array(data, dtype=f"S{max(longest, 1)}")
        return
    for number, start in enumerate(range(0, len(data), count)):
        group.attrs[f"{attribute}{number}"] = np.array(data[start : start + count])


def name_bytes(name):
    """Return a name as the bytes of an attribute.

    Raises:
        ValueError: if it is too long for one.
    """
    data = name.encode("utf8")
    _check_length(name, len(data))
    return np.bytes_(data)


def _check_length(name, size):
    if size > _ATTRIBUTE_LIMIT:
        raise ValueError(
            f"The name {name[:40]!r}... of a layer or weight is too long for an HDF5 file: it has {size} bytes, and "
            f"{_ATTRIBUTE_LIMIT} are the most. Give it a shorter one."
        )


def _check_is_free(group, name, kinds):
    """Check that no other layer or weight has taken the path that a name is in HDF5."""
    if isinstance(group.get(name), kinds):
        raise ValueError(
            f"The name {name!r} of a layer or weight is the same path in an HDF5 file as that of another, where '/' "
            "divides names. Give one of them another name, or save as '.keras'."
        )


def _check_name(name):
    """Check that a name, in which HDF5 sees a path, is one that is found again: below its group."""
    if name.startswith("/") or not {".", ".."}.isdisjoint(name.split("/")):
        raise ValueError(
            f"The name {name!r} of a layer or weight leads out of its group in an HDF5 file. Give the layer a name "
            "without '..' and without '/' in front, or save as '.keras'."
        )


# ------------------------------------------------------------------ reading
@contextlib.contextmanager
def reading(source):
    """Yield the `Saved` that a file holds; its weights can be read within the `with` block.

    Args:
        source: a path, or an open h5py.File or Group.

    Raises:
        ValueError: if the file is damaged, refers to other files, or is no file of Keras.
    """
    with opened(source) as (group, name):
        yield read(group, name)


@contextlib.contextmanager
def opened(source):
    """Yield the group that holds everything, and what messages call the file; the argument is that of `reading`."""
    name = _name_of(source)
    with _open(source, name) as group, broken_files(name):
        yield group, name


def _name_of(source):
    return source.file.filename if isinstance(source, h5py.Group) else os.fspath(source)


@contextlib.contextmanager
def _open(source, name):
    if isinstance(source, h5py.Group):
        yield source
        return
    try:
        raw, file = files.opened_with(source, lambda path: h5py.File(path, "r"))
    except OSError as error:
        raise ValueError(
            f"{name!r} cannot be read as HDF5: {error}. Is the file complete?"
        ) from error
    with raw, file:
        with broken_files(name):
            heaps.check(raw, file, name)
        yield file


@contextlib.contextmanager
def broken_files(name):
    """Turn what h5py raises for a damaged file into a ValueError that names it."""
    try:
        yield
    except Exception as error:
        is_of_file = "h5py" in _origin(error) or isinstance(error, UnicodeDecodeError)
        if not is_of_file:
            raise
        raise ValueError(f"{name!r} is damaged: {error}. Is the file complete?") from error


def _origin(error):
    """Return the name of the module that raised an exception."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else trace.tb_frame.f_globals.get("__name__", "")


def read(group, name):
    """Return the `Saved` that a group of the layout of Keras 1 and 2 holds."""
    has_model = "model_config" in group.attrs
    weights = child(group, "model_weights", name) if "model_weights" in group else group
    if not has_model and not has_names(weights, "layer_names"):
        raise ValueError(
            f"{name!r} is an HDF5 file, but neither a model nor weights of Keras: it has no attribute 'model_config' "
            f"or 'layer_names'; at its top are {list(group)[:5]}."
        )
    version = _first_text("keras_version", weights, group)
    return Saved(
        model=_config(group, "model_config", name),
        training=_config(group, "training_config", name),
        weights=_layers(weights, name) if has_names(weights, "layer_names") else [],
        optimizer_weights=_optimizer(group, name),
        states=_layers(child(group, "model_states", name), name) if "model_states" in group else [],
        state=_config(group, "training_state", name),
        # Keras 1 did not tell its version before 1.2.
        version=version or "1.0.0",
        backend=_first_text("backend", weights, group),
        source=name,
    )


def texts(holder, attribute):
    """Return the texts in an attribute of a group or dataset as a list.

    Raises:
        ValueError: if it holds something else. HDF5 may crash where it reads damaged values of other types, so these
            are not read at all.
    """
    opened = h5py.h5a.open(holder.id, attribute.encode("utf8"))
    if 0 in (opened.shape or ()):
        return []
    if opened.get_type().get_class() != h5py.h5t.STRING:
        raise ValueError(f"{holder.name!r} has the attribute {attribute!r}, which holds no text.")
    if opened.get_storage_size() > _LARGEST_ATTRIBUTE:
        raise ValueError(f"{holder.name!r} has the attribute {attribute!r}, which is too large.")
    values = np.ravel(holder.attrs[attribute]).tolist()
    return [value.decode("utf8") if isinstance(value, bytes) else str(value) for value in values]


def _first_text(attribute, *groups):
    found = [texts(group, attribute) for group in groups if attribute in group.attrs]
    return found[0][0] if found and found[0] else ""


def _config(group, attribute, name):
    if attribute not in group.attrs:
        return None
    try:
        return text.from_json("".join(texts(group, attribute)))
    except ValueError as error:
        raise ValueError(f"{name!r}: the attribute {attribute!r} is damaged. {error}") from error


def has_names(group, attribute):
    """Return whether an attribute, or several numbered ones, hold a list of names."""
    return attribute in group.attrs or f"{attribute}0" in group.attrs


def read_names(group, attribute):
    """Return the list of names that an attribute, or several numbered ones, hold."""
    if attribute in group.attrs:
        return texts(group, attribute)
    names, number = [], 0
    while f"{attribute}{number}" in group.attrs:
        names += texts(group, f"{attribute}{number}")
        number += 1
    return names


def _layers(group, source):
    names = read_names(group, "layer_names")
    return [LayerWeights(name, _entries(child(group, name, source), source)) for name in names]


def _optimizer(group, source):
    if "optimizer_weights" not in group:
        return None
    return _entries(child(group, "optimizer_weights", source), source)


def _entries(group, source):
    return [entry(group, name, source) for name in read_names(group, "weight_names")]


def entry(group, name, source, kinds="fiub"):
    """Return the `WeightEntry` of a dataset in a group; `kinds` are those of NumPy's dtypes that it may have.

    Raises:
        ValueError: if there is none, or its data lie elsewhere than in this file.
    """
    return entry_of(child(group, name, source, h5py.Dataset), name, source, kinds)


def entry_of(dataset, name, source, kinds="fiub"):
    """Return the `WeightEntry` of a dataset; see `entry`."""
    if dataset.is_virtual or dataset.external:
        raise ValueError(
            f"{source!r}: the data of {name!r} lie in another file, which is not read. Copy them into this one."
        )
    if dataset.dtype.kind not in kinds:
        raise ValueError(f"{source!r}: {name!r} holds no numbers but {dataset.dtype}.")
    stored = dataset.id.get_storage_size()
    if dataset.nbytes > max(_SMALL, stored * _HIGHEST_RATIO):
        raise ValueError(
            f"{source!r}: {name!r} claims the shape {dataset.shape}, {dataset.nbytes} bytes, but only {stored} bytes "
            "of it are there. Is the file complete?"
        )

    def read():
        array = np.empty(dataset.shape, dataset.dtype)
        if array.size:
            with broken_files(source):
                dataset.read_direct(array) if array.ndim else array.fill(dataset[()])
        return array

    return WeightEntry(name, tuple(dataset.shape), str(dataset.dtype), read)


def child(group, path, source, kind=h5py.Group):
    """Return a member of a group, by a path of which no step leads elsewhere.

    Raises:
        ValueError: if a step is missing, is a link to elsewhere, or the member is of another kind.
    """
    found = group
    for step in [step for step in path.split("/") if step]:
        is_name = isinstance(found, h5py.Group) and step not in (".", "..")
        link = found.get(step, getlink=True) if is_name else None
        if isinstance(link, h5py.SoftLink | h5py.ExternalLink):
            raise ValueError(
                f"{source!r}: {path!r} is a link to {link.path!r}, which is not followed."
            )
        if link is None:
            raise ValueError(f"{source!r} has no {path!r} in {group.name!r}. Is the file complete?")
        found = found[step]
    if not isinstance(found, kind):
        raise ValueError(
            f"{source!r}: {path!r} in {group.name!r} is a {type(found).__name__}, and a {kind.__name__} is needed."
        )
    return found
