"""Model: layers wired from inputs to outputs, or a class of the user's own, that can be trained."""

import itertools
from collections import Counter

from keras import ops
from keras.backend import dtypes, graph, nest
from keras.backend.variable import current
from keras.layers.base import Layer, parameters_of
from keras.layers.input_layer import InputLayer
from keras.models import wiring
from keras.models.copying import Copyable
from keras.models.summary import print_summary
from keras.models.topology import layers_in_order
from keras.saving import dialects, keras2, schema, sharing
from keras.saving.saving import Savable
from keras.training.trainer import Trainer


class Model(Savable, Copyable, Trainer, Layer):
    """A model from symbolic inputs to symbolic outputs, or, subclassed, one with a `call` of its own.

    Args:
        inputs: a tensor from `Input`, or a list of them.
        outputs: a tensor computed from the inputs, or a list of them.
        name: the model's name.

    Raises:
        ValueError: if an output does not depend on the inputs alone.

    Examples:
        >>> from keras.layers import Dense, Input
        >>> x = Input((4,))
        >>> model = Model(inputs=x, outputs=Dense(2)(x))
        >>> model.output_shape, model.count_params()
        ((None, 2), 10)
    """

    supports_masking = True

    def __init__(self, inputs=None, outputs=None, name=None, trainable=True, **kwargs):
        inputs = kwargs.pop("input", inputs)
        outputs = kwargs.pop("output", outputs)
        super().__init__(name=name, trainable=trainable, **kwargs)
        self._reset_training()
        self.inputs = self.outputs = None
        self._layers = []
        if outputs is not None:
            self._wire(inputs, outputs)

    def _wire(self, inputs, outputs, layers=None):
        """Make this the model from `inputs` to `outputs`; `layers` are all in it, in order, if that is known."""
        starts, ends = nest.flatten(inputs), nest.flatten(outputs)
        for tensor in [*starts, *ends]:
            if not isinstance(tensor, graph.Tensor):
                raise ValueError(
                    f"Model {self.name!r}: inputs and outputs should be symbolic tensors, such as Input() returns, got "
                    f"{tensor!r}. Begin the model with Input(shape=...)."
                )
        if layers is None:
            layers = layers_in_order(starts, ends)
            self._check_names(layers)
        self.inputs, self.outputs, self._layers = starts, ends, layers
        self._input_nest, self._output_nest = inputs, outputs
        self.built = True
        self._plans = {}
        self._nodes = []
        node = graph.Node(self, (nest.unpack_single(self.inputs),), {})
        node.outputs = nest.unpack_single(self.outputs)
        self._nodes.append(node)

    def _check_names(self, layers):
        counts = Counter(layer.name for layer in layers)
        twice = sorted(name for name, count in counts.items() if count > 1)
        if twice:
            raise ValueError(
                f"Model {self.name!r}: the layer name(s) {twice} are used more than once; "
                "give each layer its own name=."
            )

    # -------------------------------------------------------------- layers
    @property
    def layers(self):
        """The layers, from the inputs to the outputs, as a list."""
        return self._layers if self.inputs is not None else self._sublayers()

    def get_layer(self, name=None, index=None):
        """Return a layer by its name, or by its place in `layers`.

        Raises:
            ValueError: if there is no such layer; it lists those there are.
        """
        if index is not None:
            if not -len(self.layers) <= index < len(self.layers):
                raise ValueError(
                    f"Model {self.name!r} has {len(self.layers)} layers, so there is none at index {index}."
                )
            return self.layers[index]
        if name is None:
            raise ValueError("get_layer needs a layer's name or index, got neither.")
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise ValueError(
            f"Model {self.name!r} has no layer {name!r}; its layers are "
            f"{[layer.name for layer in self.layers]}; give one of these names."
        )

    def _weights_in_order(self):
        return (
            list(dict.fromkeys(w for layer in self.layers for w in layer.weights)) or self.weights
        )

    def get_weights(self):
        """Return the values of all weights, layer by layer, as a list of NumPy arrays."""
        return [w.numpy() for w in self._weights_in_order()]

    @property
    def stateful(self):
        """Whether a layer keeps its state from batch to batch."""
        return any(layer.stateful for layer in self.layers)

    def reset_states(self):
        """Reset the states of all stateful layers."""
        for layer in self.layers:
            if getattr(layer, "stateful", False) and hasattr(layer, "reset_states"):
                layer.reset_states()

    # -------------------------------------------------------------- names of inputs and outputs
    @property
    def input_names(self):
        """The names of the input layers, as a list."""
        return [getattr(getattr(t, "input_layer", None), "name", t.name) for t in self.inputs or []]

    @property
    def output_names(self):
        """The names of the layers that make the outputs, as a list; equal ones are numbered."""
        names = []
        for tensor in self.outputs or []:
            layer = tensor.node.function if tensor.node else getattr(tensor, "input_layer", tensor)
            base = getattr(layer, "name", None) or getattr(layer, "__name__", "output")
            numbered = (f"{base}_{number}" for number in itertools.count(1))
            names.append(
                next(name for name in itertools.chain([base], numbered) if name not in names)
            )
        return names

    # -------------------------------------------------------------- the call
    def call(self, inputs, training=None, mask=None):
        """Run the graph on the inputs: a tensor, a list in the order of the inputs, or a dict by their names."""
        if self.inputs is None:
            raise NotImplementedError(
                f"{type(self).__name__} has neither inputs and outputs nor a `call` method; define call(self, inputs)."
            )
        if current() is None:  # called by hand
            return self(inputs) if training is None else self(inputs, training=training)
        values = self._ordered(inputs)
        feeds = dict(zip(self.inputs, map(self._as_fed, self.inputs, values), strict=True))
        scope = current()
        losses = self._own_symbolic("_symbolic_losses")
        updates = self._own_symbolic("_symbolic_updates") if scope.training else []
        wanted = [*self.outputs, *losses, *(new for _, new in updates)]
        scope.graphs[self] = graph.Symbols(feeds)
        with scope.seeing(scope.graphs[self]):
            feeds = graph.replay(self._plan(wanted), feeds)
        scope.losses.extend(feeds[loss] for loss in losses)
        for variable, new in updates:
            variable.assign(feeds[new])
        return nest.map_leaves(lambda t: feeds[t], self._output_nest)

    def _plan(self, wanted):
        key = tuple(wanted)
        if key not in self._plans:
            self._plans[key] = graph.plan(
                [t for t in wanted if isinstance(t, graph.Tensor)], self.inputs
            )
        return self._plans[key]

    @staticmethod
    def _as_fed(tensor, value):
        scope = current()
        mask = scope.mask_of(value)
        # Integers are fed to float inputs as floats; a float of another width stays what it is.
        fed = (
            ops.cast(value, tensor.dtype)
            if _is_int(value) and dtypes.is_float(tensor.dtype)
            else value
        )
        if mask is not None and fed is not value:
            scope.set_mask(fed, mask)
        return fed

    def _ordered(self, inputs):
        """Return the input values as a list in the order of the model's inputs."""
        if isinstance(inputs, dict):
            missing = [name for name in self.input_names if name not in inputs]
            if missing:
                raise ValueError(
                    f"Model {self.name!r} needs the inputs {self.input_names}; {missing} were not given."
                )
            return [inputs[name] for name in self.input_names]
        values = nest.flatten(inputs)
        if len(values) != len(self.inputs):
            raise ValueError(
                f"Model {self.name!r} takes {len(self.inputs)} input(s) {self.input_names}, got {len(values)}; "
                "give a list with one tensor for each."
            )
        return values

    def _own_symbolic(self, attribute):
        """Return the symbolic losses, updates or metrics of this model and its layers.

        Nested models bring theirs in their own call.
        """
        layers = [layer for layer in self._layers if not isinstance(layer, Model)]
        if attribute == "_symbolic_updates":
            layers = [layer for layer in layers if layer.trainable]
        inner = [x for layer in layers for x in layer._all_symbolic(attribute)]
        return [*getattr(self, attribute), *inner]

    def _call_nodes(self):
        if self.inputs is None:
            return super()._call_nodes()
        nodes = graph.plan(self.outputs, self.inputs)
        return [node for node in nodes if isinstance(node.function, Layer)]

    @property
    def state_updates(self):
        """The updates of the stateful layers."""
        if self.inputs is None:
            return []
        stateful = [layer for layer in self._layers if layer.stateful]
        return [pair for layer in stateful for pair in layer.updates]

    @property
    def uses_learning_phase(self):
        """Whether training mode may make a difference: a layer's `call` takes `training`."""
        return any("training" in parameters_of(type(layer).call) for layer in self.layers)

    def run_internal_graph(self, inputs, masks=None):
        """Return the outputs, their masks and their shapes for given inputs.

        Args:
            inputs: a list of tensors, one an input.
            masks: not needed; tensors know their masks.
        """
        outputs = nest.as_list(self(nest.unpack_single(nest.as_list(inputs))))
        masks = [getattr(x, "mask", None) for x in outputs]
        return outputs, masks, [tuple(x.shape) for x in outputs]

    def add_metric(self, value, name=None, aggregation="mean"):
        """Report the mean of a tensor of this model: see `Layer.add_metric`."""
        super().add_metric(value, name, aggregation)
        if current() is None:
            # What is compiled already is made anew, with the new metric.
            self._compiled, self._programs = None, {}

    def _infer(self, inputs, shapes, args, kwargs):
        return graph.infer(self, (inputs, *args), kwargs)

    def compute_mask(self, inputs, mask=None):
        """Return the symbolic masks of the outputs; within a call the layers inside set them themselves."""
        return nest.unpack_single([t.mask for t in self.outputs or []]) or None

    def _set_masks(self, scope, inputs, outputs, masks):
        # The layers inside have set the masks of the outputs already.
        return

    def _attach_masks(self, inputs, outputs, masks):
        """Give symbolic outputs the masks that the layers inside make."""
        if self.inputs is None or not any(t.mask is not None for t in self.outputs):
            return
        for tensor, own in zip(nest.flatten(outputs), self.outputs, strict=True):
            tensor.mask = own.mask

    def compute_output_shape(self, input_shape):
        """Return the outputs' shapes for the inputs' shapes."""
        return Layer.compute_output_shape(self, input_shape)

    def build(self, input_shape=None):
        """Make the weights of a subclassed model by calling it once on symbolic inputs of the given shape."""
        if self.inputs is None and input_shape is not None and not self.built:
            self.built = True
            self.compute_output_shape(input_shape)
        self.built = True

    def _build_once(self, input_shape, prefix=True):
        # The layers inside are built when they are called; only a `build` of the user's own is run.
        if not self.built and type(self).build is not Model.build:
            super()._build_once(input_shape, prefix)
        self.built = True

    # -------------------------------------------------------------- config
    def get_config(self):
        """Return what makes the model again: its layers and their calls, as Keras 2 writes them.

        A class of its own whose constructor takes other arguments than `inputs` and `outputs` is described by these.

        Raises:
            NotImplementedError: if the model is a class with a `call` of its own.
        """
        if self.inputs is None:
            raise NotImplementedError(
                f"Model {self.name!r} ({type(self).__name__}) is a class with a `call` of its own, and no config tells "
                "Python code. Use save_weights and load_weights, or define get_config and from_config."
            )
        if wiring.has_own_arguments(type(self)):
            return wiring.own_arguments(self)
        return sharing.mark(self, keras2.from_canonical(wiring.describe(self))["config"])

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Return the model that a config describes, with new weights.

        Args:
            config: what `get_config` returned, here or in another version of Keras.
            custom_objects: `{name: class or function}` of your own.

        Raises:
            ValueError: if a class is not known or the config is not complete.
        """
        description = dialects.read({"class_name": cls.__name__, "config": config})
        config = description["config"]
        if not schema.is_graph(description):
            return wiring.from_arguments(cls, config, custom_objects)
        inputs, outputs, _ = wiring.connect(config, custom_objects)
        model = cls(inputs=inputs, outputs=outputs, name=config.get("name"))
        model.trainable = config.get("trainable", True)
        return model

    # -------------------------------------------------------------- looking at it
    def summary(self, line_length=None, positions=None, print_fn=None):
        """Print a table of the layers: output shapes and numbers of weights.

        Args:
            line_length: the width in characters.
            positions: where the columns end, as shares of the width.
            print_fn: called with each line in place of `print`.
        """
        print_summary(self, line_length, positions, print_fn)

    @property
    def input_shape(self):
        """The shape of the input (a list for several)."""
        self._need_graph("input_shape")
        return nest.unpack_single([t.shape for t in self.inputs])

    @property
    def output_shape(self):
        """The shape of the output (a list for several)."""
        self._need_graph("output_shape")
        return nest.unpack_single([t.shape for t in self.outputs])

    @property
    def input(self):
        """The input tensor (a list for several)."""
        self._need_graph("input")
        return nest.unpack_single(self.inputs)

    @property
    def output(self):
        """The output tensor (a list for several)."""
        self._need_graph("output")
        return nest.unpack_single(self.outputs)

    def _need_graph(self, what):
        if self.inputs is None:
            raise AttributeError(
                f"Model {self.name!r} ({type(self).__name__}) has no {what}: its input is not known yet. "
                "Give its first layer an input_shape, or begin with Input(shape=...)."
            )

    @property
    def input_layers(self):
        """The layers that the inputs come from, as a list."""
        return [layer for layer in self._layers if isinstance(layer, InputLayer)]

    @property
    def output_layers(self):
        """The layers that make the outputs, as a list."""
        return [tensor._keras_history[0] for tensor in self.outputs]

    _input_layers, _output_layers = input_layers, output_layers


def _is_int(value):
    return not dtypes.is_float(dtypes.of(value))
