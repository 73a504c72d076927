"""Sequential: a plain stack of layers."""

import operator

from keras.backend import nest
from keras.backend.variable import outside
from keras.layers.base import Layer
from keras.layers.input_layer import Input, InputLayer
from keras.layers.serialization import serialize
from keras.models import wiring
from keras.models.model import Model
from keras.registry import custom_object_scope
from keras.saving import dialects, schema, sharing


class Sequential(Model):
    """A stack of layers, each fed by the one before.

    The first layer says what the input is (`input_shape`, `input_dim` or `batch_input_shape`); if it does not, the
    model is built when it first sees data.

    Args:
        layers: a list of layers to begin with.
        name: the model's name.

    Examples:
        >>> from keras.layers import Dense
        >>> model = Sequential([Dense(8, activation="relu", input_dim=4), Dense(2)])
        >>> model.pop()
        >>> len(model.layers), model.output_shape
        (1, (None, 8))
    """

    def __init__(self, layers=None, name=None, trainable=True):
        super().__init__(name=name, trainable=trainable)
        self._stack = []
        for layer in layers or ():
            self.add(layer)

    @property
    def layers(self):
        """The layers that were added, in order; an InputLayer does not count."""
        return [layer for layer in self._stack if not isinstance(layer, InputLayer)]

    def add(self, layer):
        """Put a layer on top of the stack.

        Raises:
            TypeError: if it is no layer.
            ValueError: if it cannot take what the layer below gives.
        """
        if not isinstance(layer, Layer):
            layer = getattr(layer, "input_layer", layer)
        if not isinstance(layer, Layer):
            raise TypeError(
                f"Sequential {self.name!r} takes layers, got {layer!r}. "
                + (
                    "Add an object of that class: call it, as in Dense(32)."
                    if isinstance(layer, type)
                    else "Wrap a function in Lambda."
                )
            )
        if layer.name in map(operator.attrgetter("name"), self._stack):
            raise ValueError(
                f"Sequential {self.name!r} has a layer named {layer.name!r} already; give each its own name=."
            )
        self._stack.append(layer)
        try:
            self._extend(layer)
        except Exception:
            self._stack.pop()
            raise

    def _extend(self, layer):
        """Wire the newest layer, if the input is known."""
        if self.outputs is not None:
            tensor = layer(nest.unpack_single(self.outputs))
            self._wire_to(tensor, self._layers_with(layer, tensor))
        elif isinstance(layer, InputLayer):
            self._begin(layer.output)
        elif isinstance(layer, Model) and layer.inputs is not None:
            self._begin(_twin_inputs(layer.inputs))
            self._wire_to(layer(nest.unpack_single(self._start)))
        elif layer.batch_input_shape is not None and len(self._stack) == 1:
            dtype = getattr(layer, "input_dtype", layer.dtype)
            self._begin(
                Input(batch_shape=layer.batch_input_shape, dtype=dtype, name=f"{layer.name}_input")
            )
            self._wire_to(layer(self._start[0]))

    def _begin(self, tensors):
        self._start = nest.as_list(tensors)
        if isinstance(self._stack[-1], InputLayer):
            self._wire_to(nest.unpack_single(self._start))

    def _layers_with(self, layer, outputs):
        """Return all layers with a new one on top, None where it does more than to take all outputs in their order.

        On top of the others it is the last, whatever is below: the graph need not be walked anew for each layer.
        """
        calls = [node for node in layer._nodes[-1:] if node.outputs is outputs]
        is_on_top = [node.inputs for node in calls] == [self.outputs]
        starts = [getattr(tensor, "input_layer", None) for tensor in self.inputs]
        is_new = layer.name not in [getattr(start, "name", None) for start in starts]
        return [*self._layers, layer] if is_on_top and is_new else None

    def _wire_to(self, outputs, layers=None):
        self._reset_training(keep_compiled=False)
        self._wire(nest.unpack_single(self._start), outputs, layers)

    def pop(self):
        """Remove the layer on top.

        Raises:
            TypeError: if there is none.
        """
        if not self.layers:
            raise TypeError(f"Sequential {self.name!r} has no layers to pop; add one first.")
        top = self._stack.pop()
        if self.outputs is None:
            return
        # The node is the model's own: the layer may be added to another one.
        top._nodes = [
            node for node in top._nodes if node.outputs is not nest.unpack_single(self.outputs)
        ]
        if not self._stack:
            self._unwire()
        elif isinstance(self._stack[-1], InputLayer):
            self._wire_to(nest.unpack_single(self._start))
        else:
            self._wire_to(self._stack[-1]._nodes[-1].outputs)

    def _unwire(self):
        self.inputs = self.outputs = None
        self._layers = []
        self._nodes = []
        self.built = False

    def build(self, input_shape=None):
        """Make the weights for inputs of a shape, the batch's size (or None) in front."""
        if self.inputs is None and input_shape is not None:
            self._build_for(input_shape, None)

    def _build_for(self, input_shape, dtype):
        if not self._stack:
            raise ValueError(f"Sequential {self.name!r} has no layers; add some first.")
        with outside():
            self._start = [Input(batch_shape=(None, *input_shape[1:]), dtype=dtype)]
            tensor = self._start[0]
            for layer in self._stack:
                tensor = layer(tensor)
            self._wire(self._start[0], tensor)

    def _build_from(self, x):
        self._build_for(nest.flatten(x)[0].shape, None)

    def _build_once(self, input_shape, prefix=True):
        if self.inputs is None:
            self._build_for(input_shape, None)

    def _call_on_arrays(self, scope, inputs, args, kwargs):
        if self.inputs is None:
            x = self._as_input(nest.flatten(inputs)[0])
            self._build_for(x.shape, None)
        return super()._call_on_arrays(scope, inputs, args, kwargs)

    # -------------------------------------------------------------- config
    def get_config(self):
        """Return the name and the layers' configs; a class of its own may be described by its arguments instead."""
        if wiring.has_own_arguments(type(self)):
            return wiring.own_arguments(self)
        config = {"name": self.name, "layers": [serialize(layer) for layer in self._stack]}
        if self.inputs is not None and not self._tells_its_input():
            config["build_input_shape"] = list(self.inputs[0].shape)
        if not self.trainable:
            config["trainable"] = False
        return sharing.mark(self, config)

    def _tells_its_input(self):
        """Return whether the first layer alone tells what the input is."""
        first = self._stack[0]
        if isinstance(first, Model):
            return first.inputs is not None
        return first.batch_input_shape is not None

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Return the model that a config describes, with new weights.

        Args:
            config: what `get_config` returned, here or in another version of Keras.
            custom_objects: `{name: class or function}` of your own.

        Raises:
            ValueError: if a class is not known or a layer does not fit the one before.
        """
        description = dialects.read({"class_name": cls.__name__, "config": config})
        config = description["config"]
        if not schema.is_model(description):
            return wiring.from_arguments(cls, config, custom_objects)
        with custom_object_scope(custom_objects or {}), sharing.scope():
            layers = [wiring.make_layer(layer) for layer in config["layers"]]
        model = cls(layers, name=config.get("name"), trainable=config.get("trainable", True))
        if model.inputs is None and config.get("build_input_shape"):
            model.build(tuple(config["build_input_shape"]))
        return model


def _twin_inputs(tensors):
    return [Input(batch_shape=t.shape, dtype=t.dtype) for t in tensors]
