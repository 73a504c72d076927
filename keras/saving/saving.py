"""Saving and loading models: the functions, and the methods that every model has."""

import contextlib
import warnings

import h5py

from keras import config as settings
from keras.layers.base import without_initial_values
from keras.layers.code import trusted
from keras.layers.lookup import IntegerLookup, StringLookup
from keras.layers.serialization import deserialize
from keras.registry import custom_object_scope, serialize
from keras.saving import (
    containers,
    dialects,
    files,
    hdf5,
    keras2,
    paths,
    schema,
    sharing,
    text,
    training,
    weights,
)
from keras.saving.schema import Saved


# ------------------------------------------------------------------ whole models
def save_model(model, filepath, overwrite=True, include_optimizer=True):
    """Save a model in one file: its architecture, its weights, what `compile` was given, and the optimizer's state.

    The file is replaced as a whole: whatever happens, the old one or the new one is there, complete.

    Args:
        model: a functional model or a `Sequential`.
        filepath: a path, or an open h5py.File or Group. The name's end tells the kind of file; by default HDF5.
        overwrite: whether a file that is there is replaced without asking.
        include_optimizer: whether what training needs is saved too.

    Raises:
        NotImplementedError: if the model is a class with a `call` of its own.
        OSError: if the file cannot be written, such as for a full disk; what was there stays.
        TypeError: if `filepath` is something else, such as an io.BytesIO.

    Examples:
        >>> import os, tempfile
        >>> from keras.layers import Dense
        >>> from keras.models import Sequential
        >>> path = os.path.join(tempfile.mkdtemp(), "model.h5")
        >>> save_model(Sequential([Dense(2, input_dim=3, name="pair")]), path)
        >>> load_model(path).layers
        [<Dense 'pair'>]
    """
    filepath = files.place_of(filepath)
    saved = _describe(model, include_optimizer)
    if isinstance(filepath, h5py.Group) or files.may_write(filepath, overwrite):
        containers.write_model(filepath, saved)


def _describe(model, include_optimizer):
    """Return a model as a `Saved` in canonical form."""
    if model.inputs is None and not hasattr(model, "_stack"):
        raise NotImplementedError(
            f"Model {model.name!r} ({type(model).__name__}) is a class with a `call` of its own, and no file tells "
            "Python code. Use save_weights, and load_weights into an object of the class."
        )
    saved = _state_of(model, include_optimizer)
    saved.model = keras2.to_canonical(serialize(model))
    _warn_of_shared_layers(model, saved.model["config"])
    saved.training = training.describe(model) if include_optimizer else None
    return saved


def _warn_of_shared_layers(model, config):
    """Warn of layers that are in several of the models within a model, where the config does not say so of each."""
    lost = sharing.unmarked(model, config)
    if lost:
        warnings.warn(
            f"Model {model.name!r}: the layers {lost} are in several of the models within it, one of which is made by "
            "a class of your own. When the file is loaded, each has one of its own, with the same weights, so that "
            "further training differs.",
            stacklevel=4,
        )


def _state_of(model, include_optimizer=True):
    """Return all that training changes, as a `Saved` without an architecture."""
    return Saved(
        weights=weights.entries_of(model),
        states=weights.states_of(model),
        optimizer_weights=training.optimizer_entries(model) if include_optimizer else None,
        state=training.state_of(model) if include_optimizer else None,
        backend=settings.backend(),
    )


def load_model(filepath, custom_objects=None, compile=True, safe_mode=True):
    """Return the model that a file holds, compiled as it was, ready to go on with training where it stopped.

    Args:
        filepath: a path, or an open h5py.File or Group; what is in the file tells its kind, not its name.
        custom_objects: `{name: class or function}` of your own that the model uses.
        compile: whether to compile the model, if it was.
        safe_mode: False lets Lambda layers bring Python code in the file, which runs with your rights.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if the file is damaged or of another kind, has no model, or uses what is not known here.
    """
    with containers.reading(files.place_of(filepath)) as saved:
        if saved.model is None:
            raise ValueError(
                f"{saved.source!r} holds weights without a model. Build the model and call "
                f"model.load_weights({saved.source!r})."
            )
        with _trust(safe_mode), custom_object_scope(custom_objects or {}):
            return _rebuild(saved, compile)


def _trust(safe_mode):
    return contextlib.nullcontext() if safe_mode else trusted()


def _rebuild(saved, is_to_compile):
    with without_initial_values():
        model = from_description(saved.model, saved.version, saved.source)
    if not model.built and any(layer.entries for layer in saved.weights):
        raise ValueError(
            f"{saved.source!r} does not tell the input's shape of its model {model.name!r}. Make the model by "
            "model_from_json or in code, call model.build(input_shape), then model.load_weights of this file."
        )
    weights.load(model, saved, is_whole=True)
    weights.load_states(model, saved)
    _set_vocabularies(model, saved)
    if is_to_compile and saved.training is not None:
        with _explained(
            saved.source, "cannot be compiled as it says; compile=False leaves that out"
        ):
            saved.training = dialects.read_training(saved.training, saved.version)
            training.compile_from(model, saved)
    return model


def _set_vocabularies(model, saved):
    """Set the vocabularies of the layers that have none in their configs."""
    for layer, path in paths.of_layers(model).items():
        tokens = saved.vocabularies.get(path)
        if tokens and isinstance(layer, IntegerLookup | StringLookup) and layer.vocabulary is None:
            with _explained(
                saved.source, f"has a vocabulary that layer {layer.name!r} cannot take"
            ):
                layer.set_vocabulary([layer.kind(token) for token in tokens])


@contextlib.contextmanager
def _explained(source, what):
    """Turn what a config that is wrong in some way makes the code within raise into a ValueError that tells of it."""
    try:
        yield
    except (ValueError, OSError):
        raise
    except Exception as error:
        raise ValueError(f"{source!r} {what}: {type(error).__name__}: {error}") from error


def from_description(description, version="", source="config"):
    """Return the model of a description in any dialect, with new weights.

    Raises:
        ValueError: if it describes no model.
    """
    with _explained(source, "describes a model that cannot be built"):
        canonical = dialects.read(description, version)
        model = deserialize(canonical)
    if not isinstance(model, Savable):
        raise ValueError(f"{source!r} describes a {canonical['class_name']}, which is no model.")
    return model


# ------------------------------------------------------------------ configs as text
def model_from_config(config, custom_objects=None, safe_mode=True):
    """Return the model that `{"class_name": ..., "config": ...}` describes, with new weights.

    Args:
        config: a dict, in the dialect of any version of Keras.
        custom_objects: `{name: class or function}` of your own that the model uses.
        safe_mode: False lets Lambda layers bring Python code in the config, which runs with your rights. What
            `get_config` of a model of this process gave needs none: it knows the functions themselves.

    Raises:
        ValueError: if it describes no model, or uses what is not known here.
    """
    schema.check_object(config)
    with _trust(safe_mode), custom_object_scope(custom_objects or {}):
        return from_description(config, str(config.get("keras_version", "")))


def model_from_json(json_string, custom_objects=None, safe_mode=True):
    """Return the model that `to_json` described, with new weights.

    Args:
        json_string: JSON of any version of Keras.
        custom_objects: `{name: class or function}` of your own that the model uses.
        safe_mode: False lets Lambda layers bring Python code in the text, which runs with your rights.

    Raises:
        ValueError: if it is no JSON, describes no model, or uses what is not known here.
    """
    return model_from_config(text.from_json(json_string), custom_objects, safe_mode)


def model_from_yaml(yaml_string, custom_objects=None, safe_mode=True):
    """Return the model that `to_yaml` described, with new weights; the arguments are those of `model_from_json`."""
    return model_from_config(text.from_yaml(yaml_string), custom_objects, safe_mode)


# ------------------------------------------------------------------ the methods
class Savable:
    """What `Model` can do with files."""

    def save(self, filepath, overwrite=True, include_optimizer=True):
        """Save the model in one file; see `keras.models.save_model`."""
        save_model(self, filepath, overwrite, include_optimizer)

    def save_weights(self, filepath, overwrite=True):
        """Save the weights alone.

        Args:
            filepath: a path, or an open h5py.File or Group. The name's end tells the kind of file; by default HDF5.
            overwrite: whether a file that is there is replaced without asking.

        Raises:
            ValueError: if the model has no weights yet.
            OSError: if the file cannot be written; what was there stays.
        """
        self._need_weights("save_weights")
        filepath = files.place_of(filepath)
        saved = Saved(weights=weights.entries_of(self), backend=settings.backend())
        if isinstance(filepath, h5py.Group) or files.may_write(filepath, overwrite):
            containers.write_weights(filepath, saved)

    def load_weights(self, filepath, by_name=False, skip_mismatch=False, reshape=False):
        """Set the weights from a file of weights or of a whole model. If something does not fit, nothing is changed.

        Args:
            filepath: a path, or an open h5py.File or Group.
            by_name: whether layers take the weights of the file's layers of their names, and others keep theirs, of
                which a warning tells; else layers with weights are matched by their order, and all must fit.
            skip_mismatch: whether layers whose weights do not fit keep theirs, with a warning, in place of an error.
            reshape: whether weights of the right size and another shape are taken.

        Returns:
            A `LoadReport`: the names of what was `loaded`, `skipped` and `unused`.

        Raises:
            FileNotFoundError: if there is no such file.
            ValueError: if the file is damaged, does not fit, or, with `by_name`, has no name in common with the model.
        """
        self._need_weights("load_weights")
        with containers.reading(files.place_of(filepath)) as saved:
            return weights.load(self, saved, by_name, skip_mismatch, reshape)

    def _need_weights(self, what):
        if not self.weights and any(not layer.built for layer in self.layers):
            raise ValueError(
                f"Model {self.name!r} has no weights yet, so {what} can do nothing: its input's shape is not known. "
                "Give its first layer an input_shape, call model.build(input_shape), or call it on data first."
            )

    def save_state(self, filepath):
        """Save all that training changes, the weights, the optimizer's state and the seeds, for `load_state`.

        Args:
            filepath: a path, or an open h5py.File or Group.
        """
        self._need_weights("save_state")
        hdf5.write(files.place_of(filepath), _state_of(self))

    def load_state(self, filepath):
        """Bring this model back to where it was at `save_state` or `save`.

        Args:
            filepath: a path, or an open h5py.File or Group.

        Raises:
            ValueError: if the file is damaged or of another model; the weights are not changed then.
        """
        self._need_weights("load_state")
        with containers.reading(files.place_of(filepath)) as saved:
            weights.load(self, saved, is_whole=True)
            weights.load_states(self, saved)
            if self.is_compiled and self.optimizer is not None:
                training.restore(self, saved)

    def to_json(self, **options):
        """Return the architecture as JSON, which `model_from_json` and Keras 2 read; `options` go to `json.dumps`."""
        return text.to_json(self._with_version(), **options)

    def to_yaml(self, **options):
        """Return the architecture as YAML, which `model_from_yaml` and Keras 2 read; `options` go to `yaml.dump`."""
        return text.to_yaml(self._with_version(), **options)

    def _with_version(self):
        return {
            **serialize(self),
            "keras_version": hdf5.DIALECT_VERSION,
            "backend": hdf5.DIALECT_BACKEND,
        }
