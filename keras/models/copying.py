"""Copies of models: clones, deep copies, pickles."""

from keras.layers.base import Layer, without_initial_values
from keras.layers.code import trusted
from keras.layers.lambda_layer import Lambda
from keras.models import wiring
from keras.registry import custom_object_scope, is_own
from keras.saving import keras2, schema, training


class Copyable:
    """Lets models be copied by `copy.deepcopy` and pickled, with weights, compiled state and optimizer."""

    def __reduce_ex__(self, protocol):
        if self.inputs is None and not hasattr(self, "_stack"):
            return super().__reduce_ex__(protocol)
        return _revive, (type(self), self.get_config(), custom_objects_of(self), _state(self))

    def __getstate__(self):
        """Return the attributes of a model with a `call` of its own; its compiled programs are made anew."""
        return {**self.__dict__, "_programs": {}, "_keys": {}, "history": None}


def _state(model):
    """Return what a copy needs beside the config: values of Variables, and how the model was compiled."""
    state = {"values": [variable.numpy() for variable in model.variables]}
    if model.is_compiled:
        state["arguments"] = model._compile_arguments
        state["sample_weight_mode"] = model.sample_weight_mode
        state["resume"] = training.state_of(model)
        optimizer = model.optimizer
        if optimizer is not None:
            is_new = training.optimizer_entries(model) is None
            slots = None if is_new else optimizer.get_weights()
            state["optimizer"] = type(optimizer), optimizer.get_config(), slots
    return state


def _revive(cls, config, custom_objects, state):
    with custom_object_scope(custom_objects), trusted(), without_initial_values():
        model = cls.from_config(config)
    for variable, value in zip(model.variables, state["values"], strict=True):
        variable.assign(value)
    if "arguments" in state:
        _compile(model, state, custom_objects)
    return model


def _compile(model, state, custom_objects):
    loss, metrics, weighted_metrics, loss_weights = state["arguments"]
    kind, config, slots = state.get("optimizer", (None, None, None))
    with custom_object_scope(custom_objects):
        optimizer = kind.from_config(config) if kind else "rmsprop"
    model.compile(
        optimizer, loss, metrics, loss_weights, state["sample_weight_mode"], weighted_metrics
    )
    if kind is None:
        model.optimizer = None
    if slots is not None:
        model.optimizer.build(model.trainable_weights)
        model.optimizer.set_weights(slots)
    training.set_state(model, state["resume"])


def clone_model(model, input_tensors=None):
    """Return a model like another, with new layers and new weights.

    Args:
        model: a functional model or a `Sequential`.
        input_tensors: symbolic tensors for the clone to begin with, in place of new inputs.

    Raises:
        ValueError: if their number is not that of the inputs, or the model is not made of layers.

    Examples:
        >>> from keras.layers import Dense
        >>> from keras.models import Sequential
        >>> model = Sequential([Dense(2, input_dim=3, name="pair")])
        >>> clone_model(model).get_layer("pair") is model.get_layer("pair")
        False
    """
    config = model.get_config()
    with custom_object_scope(custom_objects_of(model)), trusted():
        if input_tensors is None:
            return type(model).from_config(config)
        return _on_tensors(model, config, input_tensors)


def _on_tensors(model, config, tensors):
    tensors = tensors if isinstance(tensors, list | tuple) else [tensors]
    if len(tensors) != len(model.inputs or ()):
        raise ValueError(
            f"Model {model.name!r} has {len(model.inputs or ())} inputs, got {len(tensors)} input tensors; give one "
            "for each."
        )
    description = keras2.to_canonical({"class_name": type(model).__name__, "config": config})
    if schema.is_graph(description):
        inputs, outputs, _ = wiring.connect(description["config"], input_tensors=tensors)
        return type(model)(inputs, outputs, name=model.name)
    layers = [wiring.make_layer(layer) for layer in description["config"]["layers"]]
    return type(model)([tensors[0], *layers], name=model.name)


def custom_objects_of(model):
    """Return `{name: class or function}` of what a model uses that is not this library's."""
    found = {}
    for layer in _within(model):
        for value in [layer, *vars(layer).values()]:
            if hasattr(value, "get_config"):
                found[type(value).__name__] = type(value)
            elif callable(value) and hasattr(value, "__name__") and not _is_in_config(layer, value):
                found[value.__name__] = value
    return {name: value for name, value in found.items() if not is_own(value)}


def _is_in_config(layer, function):
    """Return whether a layer's config has the code of a function, which then needs no name."""
    return isinstance(layer, Lambda) and function.__name__ == "<lambda>"


def _within(layer):
    yield layer
    inner = layer.layers if isinstance(layer, Copyable) else layer._sublayers()
    for each in inner:
        if isinstance(each, Layer):
            yield from _within(each)
