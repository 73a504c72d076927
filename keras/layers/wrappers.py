"""Layers that hold another layer: TimeDistributed, Bidirectional."""

from keras import ops, registry
from keras.backend import graph, nest
from keras.backend.variable import current
from keras.layers.base import Layer, map_shapes
from keras.layers.input_spec import InputSpec
from keras.layers.recurrent import RNN, join_inputs, split_inputs
from keras.layers.serialization import deserialize
from keras.ops.core import op

__all__ = ["Bidirectional", "TimeDistributed", "Wrapper"]


class Wrapper(Layer):
    """The base of layers that hold another layer, whose weights are theirs.

    Args:
        layer: the layer to hold.
        **kwargs: those of every layer.

    Raises:
        ValueError: if it is no layer.
    """

    def __init__(self, layer, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(layer, Layer):
            raise ValueError(
                f"{type(self).__name__} {self.name!r} needs a layer, such as Dense(3), got {layer!r}."
            )
        self.layer = layer

    def build(self, input_shape=None):
        self.built = True

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Return the layer that `get_config` described."""
        config = dict(config)
        layer = deserialize(config.pop("layer"), custom_objects)
        return cls(layer, **config)


# ------------------------------------------------------------------ TimeDistributed
def _fold(x):
    """Return a tensor (batch, time, ...) as (batch * time, ...)."""
    return ops.reshape(x, (x.shape[0] * x.shape[1], *x.shape[2:]))


def _unfold(x, batch_and_time):
    return ops.reshape(x, (*batch_and_time, *x.shape[1:]))


class TimeDistributed(Wrapper):
    """Applies a layer to each time step on its own, with the same weights.

    Args:
        layer: any layer or model of one input, for inputs (batch, ...).
        **kwargs: those of every layer.

    Input shape: (batch, time, ...). Output shape: (batch, time, ...), as the layer's with the time axis put in.

    Examples:
        >>> import numpy as np
        >>> class Total(Layer):
        ...     def call(self, inputs):
        ...         return ops.sum(inputs, axis=1, keepdims=True)
        >>> np.asarray(TimeDistributed(Total())(np.ones((1, 2, 3)))).tolist()
        [[[3.0], [3.0]]]
    """

    supports_masking = True

    def __init__(self, layer, **kwargs):
        super().__init__(layer, **kwargs)
        self.input_spec = InputSpec(min_ndim=3)

    def build(self, input_shape):
        self.layer._build_once(_without_time(input_shape), prefix=False)
        self.built = True

    def compute_output_shape(self, input_shape):
        inner = self.layer.compute_output_shape(_without_time(input_shape))
        return map_shapes(lambda shape: (shape[0], input_shape[1], *shape[1:]), inner)

    def _infer(self, inputs, shapes, args, kwargs):
        one = graph.placeholder(_without_time(inputs.shape), inputs.dtype)
        options = {name: value for name, value in kwargs.items() if name != "mask"}
        specs = self.layer._infer(one, tuple(one.shape), args, options)
        batch, time = inputs.shape[:2]
        return nest.map_leaves(
            lambda s: graph.ShapeAndType((batch, time, *s.shape[1:]), s.dtype), specs
        )

    def call(self, inputs, training=None, mask=None):
        """Apply the layer to all time steps at once, as if they were samples."""
        scope, steps = current(), _fold(inputs)
        if mask is not None and mask.ndim > 2:
            scope.set_mask(steps, _fold(mask))
        outputs = self.layer(steps)
        unfolded = nest.map_leaves(lambda y: _unfold(y, inputs.shape[:2]), outputs)
        pairs = zip(nest.flatten(outputs), nest.flatten(unfolded), strict=True)
        for y, output in pairs:
            scope.set_mask(output, _mask_of_steps(scope.mask_of(y), inputs, mask))
        return unfolded

    def _set_masks(self, scope, inputs, outputs, masks):
        """Do nothing: `call` has put the layer's own masks on the outputs."""

    def compute_mask(self, inputs, mask=None):
        """Return the layer's own mask with the time axis put in, or else the times that any part of the mask keeps."""
        if mask is None and not self._makes_masks:
            return None
        return op(self._mask)(inputs, mask)

    @property
    def _makes_masks(self):
        return type(self.layer).compute_mask is not Layer.compute_mask

    def _mask(self, inputs, mask):
        found = None
        if self._makes_masks or self.layer.supports_masking:
            of_steps = None if mask is None or mask.ndim < 3 else _fold(mask)
            found = self.layer.compute_mask(_fold(inputs), of_steps)
        return _mask_of_steps(found, inputs, mask)


def _without_time(shape):
    return (shape[0], *shape[2:])


def _mask_of_steps(found, inputs, mask):
    """Return the mask of an output, for the one found by the layer (batch * time, ...) and the input's."""
    if found is not None:
        return _unfold(found, inputs.shape[:2])
    if mask is None or mask.ndim == 2:
        return mask
    return ops.any(mask, axis=tuple(range(2, mask.ndim)))


# ------------------------------------------------------------------ Bidirectional
_MERGES = {
    "sum": lambda forward, backward: forward + backward,
    "mul": lambda forward, backward: forward * backward,
    "ave": lambda forward, backward: (forward + backward) / 2,
    "concat": lambda forward, backward: ops.concatenate([forward, backward], axis=-1),
    None: lambda forward, backward: [forward, backward],
}


class Bidirectional(Wrapper):
    """Runs a recurrent layer forwards and another like it backwards (Schuster & Paliwal, 1997).

    Args:
        layer: a recurrent layer; it is copied twice, as `forward_layer` and `backward_layer`.
        merge_mode: how the two outputs are joined: `"sum"`, `"mul"`, `"concat"`, `"ave"`, or None for a list of both.
        weights: initial values, those of the forward layer first.
        **kwargs: those of every layer.

    Call arguments: as for `RNN`; `initial_state` has the forward layer's states first.

    Returns:
        The output, or with `return_state` a list of it, the forward layer's states and the backward layer's.

    Raises:
        ValueError: for another merge mode, or a layer that cannot run backwards.

    Examples:
        >>> from keras.layers.recurrent import GRU
        >>> Bidirectional(GRU(3, return_sequences=True)).compute_output_shape((None, 5, 2))
        (None, 5, 6)
    """

    supports_masking = True

    def __init__(self, layer, merge_mode="concat", weights=None, **kwargs):
        super().__init__(layer, weights=weights, **kwargs)
        if merge_mode not in _MERGES:
            raise ValueError(
                f"Layer {self.name!r}: merge_mode should be one of {list(_MERGES)}, got {merge_mode!r}."
            )
        if not hasattr(layer, "go_backwards"):
            raise ValueError(
                f"Layer {self.name!r} needs a recurrent layer, such as LSTM(8), got {layer!r}, which has no "
                "`go_backwards`."
            )
        self.merge_mode = merge_mode
        self.forward_layer = _twin(layer, "forward_", layer.go_backwards)
        self.backward_layer = _twin(layer, "backward_", not layer.go_backwards)
        if layer.built:
            self.forward_layer._initial_weights = layer.get_weights()
        self.return_sequences = layer.return_sequences
        self.return_state = layer.return_state
        self.stateful = layer.stateful
        self._num_constants = getattr(layer, "_num_constants", 0)

    @property
    def _both(self):
        return self.forward_layer, self.backward_layer

    def build(self, input_shape):
        is_list = isinstance(input_shape[0], list | tuple)
        for layer in self._both:
            layer._num_constants = self._num_constants
            layer._build_once(
                input_shape[0] if is_list and not self._num_constants else input_shape
            )
        self.built = True

    def compute_output_shape(self, input_shape):
        first = input_shape[0] if isinstance(input_shape[0], list | tuple) else input_shape
        shapes = self.forward_layer.compute_output_shape(first)
        output, states = (shapes[0], shapes[1:]) if self.return_state else (shapes, [])
        if self.merge_mode == "concat":
            output = (*output[:-1], 2 * output[-1])
        outputs = [output] if self.merge_mode else [output, output]
        return nest.unpack_single([*outputs, *states, *states])

    def compute_mask(self, inputs, mask=None):
        mask = mask[0] if isinstance(mask, list | tuple) else mask
        one = mask if self.return_sequences else None
        masks = [one] if self.merge_mode else [one, one]
        states = len(self.forward_layer.states) if self.return_state else 0
        return nest.unpack_single([*masks, *[None] * (2 * states)])

    def __call__(self, inputs, initial_state=None, constants=None, **kwargs):
        """Apply the layer; see `RNN` for the arguments."""
        count = self._num_constants
        x, states, constants = split_inputs(inputs, initial_state, constants, count, self.name)
        self._num_constants = len(constants)
        for layer, own in zip(self._both, self._halves(states), strict=True):
            layer._num_constants = self._num_constants
            if isinstance(layer, RNN):
                layer._check_call(x, own)
        inputs, given = join_inputs(x, states, constants)
        return super().__call__(inputs, **given, **kwargs)

    def _check_inputs(self, inputs):
        self.forward_layer._check_inputs(inputs)

    def _halves(self, states):
        if len(states) % 2:
            raise ValueError(
                f"Layer {self.name!r} got {len(states)} initial states; give those of the forward layer, then as "
                "many of the backward layer."
            )
        half = len(states) // 2
        return states[:half], states[half:]

    def call(self, inputs, mask=None, training=None, initial_state=None, constants=None):
        """Run both layers and join their outputs."""
        x, states, constants = split_inputs(
            inputs, initial_state, constants, self._num_constants, self.name
        )
        mask = mask[0] if isinstance(mask, list | tuple) else mask
        forward, backward = (
            _run(layer, x, mask, own, constants)
            for layer, own in zip(self._both, self._halves(states), strict=True)
        )
        time = 0 if getattr(self.forward_layer, "time_major", False) else 1
        last = ops.flip(backward[0], time) if self.return_sequences else backward[0]
        outputs = nest.as_list(_MERGES[self.merge_mode](forward[0], last))
        return nest.unpack_single([*outputs, *forward[1:], *backward[1:]])

    def reset_states(self):
        """Set the states of both layers to zero."""
        for layer in self._both:
            layer.reset_states()

    def get_config(self):
        config = super().get_config()
        if self._num_constants:
            config["num_constants"] = self._num_constants
        return config

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Return the layer that `get_config` described."""
        config = dict(config)
        constants = config.pop("num_constants", None) or 0
        layer = super().from_config(config, custom_objects)
        layer._num_constants = constants
        return layer


def _run(layer, x, mask, states, constants):
    """Return the outputs of a recurrent layer as a list; it gets only what there is."""
    given = {"mask": mask, "initial_state": states or None, "constants": constants or None}
    return nest.as_list(layer(x, **{k: v for k, v in given.items() if v is not None}))


def _twin(layer, prefix, go_backwards):
    """Return a new layer like another, but for its name and direction."""
    config = {**layer.get_config(), "name": prefix + layer.name, "go_backwards": go_backwards}
    # The user's own cells are known from the layer itself: nobody has to register them for this.
    with registry.custom_object_scope({type(each).__name__: type(each) for each in _within(layer)}):
        return type(layer).from_config(config)


def _within(layer):
    """Return the layers within a layer, at any depth."""
    found = layer._sublayers()
    return [*found, *(deeper for each in found for deeper in _within(each))]
