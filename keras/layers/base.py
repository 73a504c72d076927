"""The layer: weights, and a call that maps tensors to tensors."""

import contextlib
import functools
import inspect
import threading

import numpy as np

from keras import config as settings
from keras import constraints, dtype_policies, initializers, ops, regularizers
from keras.backend import dtypes, graph, naming, nest
from keras.backend.compute import compute
from keras.backend.variable import Scope, Variable, current, outside
from keras.layers import configs, drawing, effects
from keras.layers import input_spec as spec
from keras.ops.core import array
from keras.registry import Configurable


class Layer(Configurable):
    """What all layers and models derive from.

    Subclasses make weights in `build(input_shape)` by `add_weight` and compute in `call(inputs)`. `call` may take
    `training` and `mask`, which it then gets. What the constructor takes is what `get_config` returns.

    Args:
        name: unique within a model; made from the class's name by default.
        trainable: whether optimizers may change the weights. A change takes effect at `compile`.
        dtype: a dtype, or a policy such as `"mixed_bfloat16"`: in what the weights are, and in what is computed. By
            default `keras.config.dtype_policy()`. Where one was given, float inputs are converted to it.
        input_shape: the shape of one sample, if this is a model's first layer.
        batch_input_shape: the same with the batch's size (or None) in front.
        batch_size: the batch's size, together with `input_shape`.
        input_dim: `input_shape=(input_dim,)` in short.
        weights: initial values, as for `set_weights`.
        activity_regularizer: a penalty on the outputs.

    Examples:
        >>> class Shift(Layer):
        ...     def build(self, input_shape):
        ...         self.offset = self.add_weight("offset", (input_shape[-1],), initializer="ones")
        ...
        ...     def call(self, inputs):
        ...         return inputs + self.offset
        >>> np.asarray(Shift()(np.zeros((1, 2)))).tolist()
        [[1.0, 1.0]]
    """

    input_spec = None
    _given_outbound_nodes = None
    supports_masking = False
    stateful = False
    # Whether the output has the input's dtype even where that is an integer.
    keeps_dtype = False
    # Whether the policy set for all layers, where none was given, converts float inputs.
    follows_dtype_policy = True
    # Whether inputs that are not floats are converted to the layer's dtype before `call`.
    takes_floats = False

    _not_in_config = frozenset(
        {
            "weights",
            "input_shape",
            "input_dim",
            "batch_size",
            "batch_input_shape",
            "dtype",
            "input_dtype",
        }
    )

    def __init__(
        self,
        *,
        name=None,
        trainable=True,
        dtype=None,
        input_shape=None,
        batch_input_shape=None,
        batch_size=None,
        input_dim=None,
        input_dtype=None,
        weights=None,
        activity_regularizer=None,
        **unknown,
    ):
        if unknown:
            raise TypeError(
                f"{type(self).__name__} does not take the argument(s) {sorted(unknown)}; "
                "see its docstring for those it takes."
            )
        self.name = str(name) if name else naming.unique(type(self).__name__)
        self.trainable = trainable
        self.built = False
        dtype = dtype or input_dtype
        self.dtype_policy = _policy_of(dtype)
        self.activity_regularizer = regularizers.get(activity_regularizer)
        follows = self.follows_dtype_policy and settings.given_dtype_policy() is not None
        self._casts_inputs = dtype is not None or follows
        self._initial_weights = weights
        self._weights = []
        self._symbolic_losses = []
        self._symbolic_updates = []
        self._symbolic_metrics = []
        # The names of what `call` is known to report by `add_metric`.
        self._reported = {}
        self._conditions = {}
        self._nodes = []
        # How often it was called on arrays, outside of a model or program.
        self._calls_alone = 0
        if input_dim is not None and input_shape is None:
            input_shape = (input_dim,)
        if batch_input_shape is None and input_shape is not None:
            input_shape = (input_shape,) if isinstance(input_shape, int) else tuple(input_shape)
            batch_input_shape = (batch_size, *input_shape)
        self.batch_input_shape = None if batch_input_shape is None else tuple(batch_input_shape)

    # -------------------------------------------------------------- dtypes
    @property
    def dtype_policy(self):
        """In what the weights are and in what is computed, a `keras.dtype_policies.DTypePolicy`."""
        if self._policy.is_mixed:
            return self._policy
        return dtype_policies.DTypePolicy(self.dtype)

    @dtype_policy.setter
    def dtype_policy(self, policy):
        self._policy = dtype_policies.get(policy)
        self.dtype = self._policy.variable_dtype
        self._casts_inputs = True

    @property
    def compute_dtype(self):
        """The dtype of inputs, outputs and all between."""
        return self._policy.compute_dtype if self._policy.is_mixed else self.dtype

    @property
    def variable_dtype(self):
        """The dtype of the weights, also named `dtype`."""
        return self.dtype

    # -------------------------------------------------------------- to be overridden
    def build(self, input_shape):
        """Make the weights.

        Args:
            input_shape: a tuple with None for unknown sizes, or a list of them for a list of inputs.
        """
        self.built = True

    def call(self, inputs, **kwargs):
        """Compute the outputs."""
        return inputs

    def compute_mask(self, inputs, mask=None):
        """Return the outputs' masks: the inputs' own where the layer supports masking.

        Raises:
            TypeError: if there is a mask and the layer does not support masking.
        """
        if self.supports_masking:
            return mask
        if any(m is not None for m in nest.flatten(mask)):
            raise TypeError(
                f"Layer {self.name!r} ({type(self).__name__}) got a mask and does not support masking. Remove the "
                "Masking or mask_zero=True before it, or set self.supports_masking = True in a layer of your own."
            )
        return None

    def compute_output_shape(self, input_shape):
        """Return the output's shape (a list for several outputs), for an input's shape (a list for several inputs)."""
        self._build_once(input_shape)
        inputs = map_shapes(lambda s: graph.placeholder(s, self.dtype), input_shape)
        return nest.map_leaves(lambda s: s.shape, graph.infer(self, (inputs,), {}))

    def compute_output_dtype(self, dtype):
        """Return the outputs' dtype for the first input's: floats stay, other dtypes become the layer's."""
        if not dtypes.is_float(dtype):
            return dtype if self.keeps_dtype else self.compute_dtype
        if self._casts_inputs:
            return self.compute_dtype
        return dtypes.result(dtype, self.dtype) if self._weights else dtype

    def get_config(self):
        """Return the constructor's arguments, and `name`, `trainable` and `dtype`, as a dict of plain values."""
        config = {"name": self.name, "trainable": self.trainable}
        if self.batch_input_shape is not None:
            config["batch_input_shape"] = self.batch_input_shape
        if self._casts_inputs or self.batch_input_shape is not None:
            config["dtype"] = self.dtype_policy.name
        derived = super().get_config()
        if (
            derived.get("activity_regularizer") is None
            and "activity_regularizer" not in self._signature()
        ):
            derived.pop("activity_regularizer", None)
        return configs.of(self, {**config, **derived})

    @classmethod
    @functools.cache
    def _signature(cls):
        has_own = cls.__init__ is not Layer.__init__
        return frozenset(inspect.signature(cls.__init__).parameters) if has_own else frozenset()

    # -------------------------------------------------------------- weights
    def add_weight(
        self,
        name=None,
        shape=None,
        dtype=None,
        initializer=None,
        regularizer=None,
        trainable=True,
        constraint=None,
        autocast=True,
    ):
        """Make a weight.

        Args:
            name: a name within the layer.
            shape: a tuple of ints.
            dtype: the layer's by default.
            initializer: glorot_uniform by default (zeros for integers).
            regularizer: a penalty on the weight.
            trainable: whether optimizers may change it.
            constraint: applied after each optimizer step.
            autocast: whether, if it is trainable, `call` reads it in the compute dtype where that is another.

        Returns:
            A `Variable`.

        Raises:
            ValueError: if a size in the shape is not known.
        """
        shape, name = tuple(shape or ()), name or "weight"
        if any(n is None for n in shape):
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) cannot make its weight {name!r} of shape {shape}: the "
                "input's size is not known. Give it in Input(shape=...) or input_shape=... in place of None."
            )
        dtype = dtypes.standardize(dtype or self.dtype)
        variable = Variable(
            _initial_value(initializer, shape, dtype),
            dtype,
            trainable,
            naming.scoped(name),
            constraints.get(constraint),
            regularizers.get(regularizer),
        )
        variable.autocast = autocast
        self._weights.append(variable)
        return variable

    def _sublayers(self):
        """Return the layers among the attributes and in their lists and dicts, in the order they were set."""
        found = {}
        for value in vars(self).values():
            if isinstance(value, Layer | list | tuple | dict):
                for leaf in nest.flatten(value):
                    if isinstance(leaf, Layer) and leaf is not self:
                        found[leaf] = True
        return list(found)

    @property
    def trainable_weights(self):
        """The weights that optimizers may change, as a list; what is appended to it becomes the layer's."""
        if not self.trainable:
            return []
        of_layers = [w for layer in self._sublayers() for w in layer.trainable_weights]
        return _Weights(self, _unique([*self._trainable_weights, *of_layers]))

    @trainable_weights.setter
    def trainable_weights(self, weights):
        self._weights = [*weights, *(w for w in self._weights if not w.trainable)]

    @property
    def non_trainable_weights(self):
        """The other weights, as a list: all of them, the trainable ones first, if the layer is frozen."""
        own = [w for w in self._weights if not w.trainable]
        layers = self._sublayers()
        if self.trainable:
            return _unique([*own, *(w for layer in layers for w in layer.non_trainable_weights)])
        first = [w for w in self._weights if w.trainable]
        first += [w for layer in layers for w in layer.trainable_weights]
        last = [w for layer in layers for w in layer.non_trainable_weights]
        return _unique([*first, *own, *last])

    @non_trainable_weights.setter
    def non_trainable_weights(self, weights):
        for weight in weights:
            weight.trainable = False
        self._weights = [*(w for w in self._weights if w.trainable), *weights]

    @property
    def weights(self):
        """All weights, the trainable ones first."""
        return self.trainable_weights + self.non_trainable_weights

    # The layer's own ones, in lists that programs for Keras 2 append to.
    _trainable_weights = property(
        lambda self: _Weights(self, [w for w in self._weights if w.trainable]),
        lambda self, weights: Layer.trainable_weights.fset(self, weights),
    )
    _non_trainable_weights = property(
        lambda self: _Weights(self, [w for w in self._weights if not w.trainable], False),
        lambda self, weights: Layer.non_trainable_weights.fset(self, weights),
    )

    trainable_variables = property(lambda self: self.trainable_weights)
    non_trainable_variables = property(lambda self: self.non_trainable_weights)

    @property
    def variables(self):
        """The weights and all other Variables among the attributes, such as the states of a recurrent layer."""
        others = [
            leaf
            for value in vars(self).values()
            if isinstance(value, Variable | list | tuple | dict)
            for leaf in nest.flatten(value)
            if isinstance(leaf, Variable)
        ]
        nested = [v for layer in self._sublayers() for v in layer.variables]
        return _unique([*self.weights, *others, *nested])

    def count_params(self):
        """Return the number of scalars in the weights.

        Raises:
            RuntimeError: if the layer has no weights yet because its input is not known.
        """
        if not self.built:
            raise RuntimeError(
                f"Layer {self.name!r} has no weights yet: its input's shape is not known. Call it, or build it with "
                "layer.build(input_shape), first."
            )
        return sum(w.size for w in self.weights)

    def get_weights(self):
        """Return the weights' values as a list of NumPy arrays."""
        return [w.numpy() for w in self.weights]

    def set_weights(self, weights):
        """Set the weights' values.

        Args:
            weights: a list of arrays, as `get_weights` returns it.

        Raises:
            ValueError: if their number or a shape differs; nothing is changed then.
        """
        own = self._weights_in_order()
        if len(weights) != len(own):
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) has {len(own)} weights and was given "
                f"{len(weights)} values; give one for each of {[(w.name, w.shape) for w in own]}."
            )
        for weight, value in zip(own, weights, strict=True):
            if np.shape(value) != weight.shape:
                raise ValueError(
                    f"Layer {self.name!r}: the weight {weight.name!r} has shape {weight.shape}, "
                    f"the given value {np.shape(value)}; give the values in the order of get_weights()."
                )
        for weight, value in zip(own, weights, strict=True):
            weight.assign(value)

    def _weights_in_order(self):
        return self.weights

    # -------------------------------------------------------------- losses and updates
    def add_loss(self, losses, inputs=None):
        """Add penalties to the loss: arrays within `call`, symbolic tensors elsewhere.

        Args:
            losses: a scalar, or a list of them.
            inputs: the tensors that symbolic ones depend on, for `get_losses_for`.
        """
        for loss in nest.as_list(losses):
            if current() is not None and not isinstance(loss, graph.Tensor):
                current().losses.append(loss)
            else:
                self._symbolic_losses.append(loss)
                self._conditions[id(loss)] = nest.flatten(inputs)

    def add_metric(self, value, name=None, aggregation="mean"):
        """Have the mean of a tensor reported in training, beside the metrics given to `compile`.

        Args:
            value: within `call` an array, elsewhere a symbolic tensor of the model.
            name: the name in the logs, by default the tensor's, within `call` the layer's.
            aggregation: must be "mean": over the samples seen.

        Raises:
            ValueError: for another aggregation, or an array outside `call`.
        """
        scope, is_symbolic = current(), isinstance(value, graph.Tensor)
        if aggregation not in ("mean", None) or (scope is None and not is_symbolic):
            raise ValueError(
                f"Layer {self.name!r}: add_metric takes symbolic tensors, arrays within `call` alone, and means, got "
                f"{value!r} and {aggregation!r}; for other metrics use compile(metrics=...)."
            )
        if scope is None:
            self._symbolic_metrics.append((name or value.name, value))
            return
        name = name or self.name
        self._reported[name] = True
        scope.metrics.setdefault((self, name), []).append(value)

    def add_update(self, updates, inputs=None):
        """Have Variables changed at each training step.

        Args:
            updates: pairs `(variable, new value)`, as `K.update` returns them, or a list of pairs.
            inputs: the tensors that symbolic ones depend on, for `get_updates_for`.
        """
        pairs = (
            [updates] if isinstance(updates, tuple) and _is_pair(updates) else nest.as_list(updates)
        )
        scope = current()
        for pair in pairs:
            if scope is None or any(isinstance(x, graph.Tensor) for x in pair):
                self._symbolic_updates.append(tuple(pair))
                self._conditions[id(self._symbolic_updates[-1])] = nest.flatten(inputs)
            elif scope.training:
                variable, value = pair
                variable.assign(array(value, variable.dtype))

    @property
    def losses(self):
        """The penalties on weights, and what `add_loss` got outside `call` and within it, as symbolic scalars."""
        of_calls = [loss for node in self._call_nodes() for loss in effects.of(node)[0]]
        return [*self._penalties(), *self._own_symbolic("_symbolic_losses"), *of_calls]

    @property
    def updates(self):
        """What training changes beside the trainable weights, as pairs (Variable, symbolic value).

        They are what `add_update` got outside `call`, and what each call writes in training mode.
        """
        if not self.trainable and not self.stateful:
            return []
        calls = [n for n in self._call_nodes() if n.function.trainable or n.function.stateful]
        of_calls = [pair for node in calls for pair in effects.of(node)[1]]
        return [*self._own_symbolic("_symbolic_updates"), *of_calls]

    def get_losses_for(self, inputs=None):
        """Return the losses that depend on given inputs.

        Args:
            inputs: a tensor that the layer was called on, or a list of them; None for the losses that depend on none.
        """
        if inputs is None:
            return [*self._penalties(), *self._under_condition("_symbolic_losses", [])]
        of_call = [loss for node in self._nodes_of(inputs) for loss in effects.of(node)[0]]
        return [*self._under_condition("_symbolic_losses", nest.flatten(inputs)), *of_call]

    def get_updates_for(self, inputs=None):
        """Return the updates that depend on given inputs, or on none: as `get_losses_for`."""
        if inputs is None:
            return self._under_condition("_symbolic_updates", [])
        of_call = [pair for node in self._nodes_of(inputs) for pair in effects.of(node)[1]]
        return [*self._under_condition("_symbolic_updates", nest.flatten(inputs)), *of_call]

    def _penalties(self):
        return [w.regularizer(w) for w in self.weights if w.regularizer is not None]

    def _under_condition(self, attribute, inputs):
        wanted = set(inputs)
        found = self._all_symbolic(attribute)
        return [x for x in found if set(self._conditions.get(id(x), ())) == wanted]

    def _nodes_of(self, inputs):
        return [n for n in self._call_nodes() if nest.flatten(n.args[0]) == nest.flatten(inputs)]

    def _call_nodes(self):
        """Return the nodes of the calls that count for this layer's losses and updates."""
        return self.inbound_nodes

    def _own_symbolic(self, attribute):
        return self._all_symbolic(attribute)

    def _all_symbolic(self, attribute):
        nested = [x for layer in self._sublayers() for x in layer._all_symbolic(attribute)]
        return [*getattr(self, attribute), *nested]

    # -------------------------------------------------------------- the call
    def __call__(self, inputs, *args, **kwargs):
        """Apply the layer: to symbolic tensors by adding a node to the graph, to arrays by computing."""
        if graph.any_symbolic(inputs, args, kwargs):
            return self._call_on_symbols(inputs, args, kwargs)
        scope = current()
        if scope is not None:
            return self._call_on_arrays(scope, inputs, args, kwargs)
        # A stream of random numbers that begins with a seed goes on from call to call.
        with Scope(tick=self._calls_alone or None) as scope:
            self._calls_alone += 1
            return self._call_on_arrays(scope, inputs, args, kwargs)

    def _check_inputs(self, inputs):
        spec.check(self, inputs)

    def assert_input_compatibility(self, inputs):
        """Check inputs against `input_spec`.

        Raises:
            ValueError: naming the layer, what came, what was needed and what to do.
        """
        self._check_inputs(inputs)

    def _call_on_symbols(self, inputs, args, kwargs):
        if getattr(current(), "symbols", None) is not None:  # they stand for arrays
            return graph.record(self, (inputs, *args), kwargs)
        self._check_inputs(inputs)
        shapes = nest.map_leaves(lambda t: tuple(t.shape), inputs)
        self._build_once(shapes)
        masks = nest.map_leaves(lambda t: getattr(t, "mask", None), inputs)
        outputs = graph.record(
            self, (inputs, *args), kwargs, self._infer(inputs, shapes, args, kwargs)
        )
        drawing.note(self, nest.flatten(outputs)[0].node)
        self._attach_masks(inputs, outputs, kwargs.get("mask", masks))
        return outputs

    def _infer(self, inputs, shapes, args, kwargs):
        """Return the outputs' shapes and dtypes: by `compute_output_shape` where there is one, else by a trial."""
        if type(self).compute_output_shape is Layer.compute_output_shape:
            return graph.infer(self, (inputs, *args), self._with_masks(inputs, kwargs))
        try:
            found = self.compute_output_shape(shapes)
        except AttributeError:  # it may rest on what `call` sets, which Keras 2 runs first
            return graph.infer(self, (inputs, *args), self._with_masks(inputs, kwargs))
        dtype = self.compute_output_dtype(nest.flatten(inputs)[0].dtype)
        return map_shapes(lambda s: graph.ShapeAndType(s, dtype), found)

    def _with_masks(self, inputs, kwargs):
        """Return the keyword arguments of `call` with the symbolic masks that a call will find."""
        masks = nest.map_leaves(_symbolic_mask, inputs)
        is_needed = "mask" in parameters_of(type(self).call) and nest.flatten(masks)
        return {"mask": masks, **kwargs} if is_needed else kwargs

    def _attach_masks(self, inputs, outputs, masks):
        """Let the symbolic outputs carry their symbolic masks."""
        has_own_rule = type(self).compute_mask is not Layer.compute_mask
        if not has_own_rule and not any(m is not None for m in nest.flatten(masks)):
            return
        found = self.compute_mask(inputs, masks if nest.flatten(masks) else None)
        for tensor, mask in zip(nest.flatten(outputs), nest.as_list(found), strict=False):
            tensor.mask = mask

    def _call_on_arrays(self, scope, inputs, args, kwargs):
        given, inputs = inputs, nest.map_leaves(self._as_input, inputs)
        if not self.built:
            self._check_inputs(inputs)
            self._build_once(nest.map_leaves(lambda x: tuple(x.shape), inputs))
        self._check_inputs(inputs)
        masks = kwargs.get("mask")
        if masks is None:
            masks = _masks_of(scope, given)
        kwargs, training = self._context_arguments(scope, args, kwargs, masks)
        with scope.in_phase(training), self._in_policy(scope), naming.name_scope(self.name):
            outputs = drawing.call(self, inputs, args, kwargs)
            if self.activity_regularizer is not None:
                kept = [_at_least_single(x) for x in nest.as_list(outputs)]
                scope.losses.extend(self.activity_regularizer(x) for x in kept)
            self._set_masks(scope, inputs, outputs, masks)
        return outputs

    def _as_input(self, x):
        x = array(x)
        dtype = dtypes.of(x)
        casts = self._casts_inputs if dtypes.is_float(dtype) else self.takes_floats
        wanted = self.compute_dtype
        return ops.cast(x, wanted) if casts and dtype != wanted else x

    def _in_policy(self, scope):
        """Return a context in which `call` reads the weights in the compute dtype."""
        if not self._policy.is_mixed and not scope.casts:
            return contextlib.nullcontext()
        return scope.casting(self._cast_weights(), self.compute_dtype)

    def _cast_weights(self):
        """Return the trainable weights of this layer and those within that compute in other dtypes than theirs.

        Others keep the full one: the state of a layer, such as a running mean, adds up changes too small for it.
        """
        if not self._policy.is_mixed:
            return []
        own = [w for w in self._weights if w.trainable and w.autocast and dtypes.is_float(w.dtype)]
        inner = [x for x in self._sublayers() if x.compute_dtype == self.compute_dtype]
        return _unique([*own, *(w for layer in inner for w in layer._cast_weights())])

    def _context_arguments(self, scope, args, kwargs, masks):
        """Return the keyword arguments of `call` with the mask and training flag it takes, and that flag."""
        taken = parameters_of(type(self).call)
        kwargs = dict(kwargs)
        training = kwargs.get("training")
        given_by_place = list(taken)[2 : 2 + len(args)]
        if "training" in taken and "training" not in given_by_place:
            kwargs["training"] = scope.training if training is None else training
        elif "training" in kwargs and "training" not in taken:
            del kwargs["training"]
        if "mask" in taken and "mask" not in given_by_place:
            kwargs["mask"] = masks
        return kwargs, training

    def _set_masks(self, scope, inputs, outputs, masks):
        has_own_rule = type(self).compute_mask is not Layer.compute_mask
        if masks is None and not has_own_rule:
            return
        found = self.compute_mask(inputs, masks)
        for x, mask in zip(nest.flatten(outputs), nest.as_list(found), strict=False):
            if mask is not None or scope.mask_of(x) is not None:
                scope.set_mask(x, mask)

    def _build_once(self, input_shape, prefix=True):
        """Make the weights, unless they are there; `prefix` tells whether the layer's name begins their names."""
        if self.built:
            return
        with outside(), naming.name_scope(self.name) if prefix else contextlib.nullcontext():
            self.build(input_shape)
            self.built = True
            if self._initial_weights is not None:
                self.set_weights(self._initial_weights)
                self._initial_weights = None

    @property
    def is_frozen(self):
        """Whether the layer counts as frozen: as it was at `compile` while a model trains, else as it is now."""
        scope = current()
        if scope is not None and scope.frozen is not None:
            return self in scope.frozen
        return not self.trainable

    # -------------------------------------------------------------- the places in the graph
    @property
    def inbound_nodes(self):
        """The nodes this layer was called in, as a list."""
        return list(self._nodes)

    _inbound_nodes = inbound_nodes

    @property
    def outbound_nodes(self):
        """The nodes of the layers that were called on this one's outputs, or what a program has set, as a list."""
        if self._given_outbound_nodes is not None:
            return self._given_outbound_nodes
        outputs = [t for node in self._nodes for t in node.output_tensors]
        users = _unique(node for t in outputs for node in graph.users_of(t))
        return [n for n in users if isinstance(n.function, Layer) and n not in self._nodes]

    @outbound_nodes.setter
    def outbound_nodes(self, nodes):
        self._given_outbound_nodes = nodes

    _outbound_nodes = outbound_nodes

    def _node_at(self, index, what):
        if not self._nodes:
            raise AttributeError(
                f"Layer {self.name!r} ({type(self).__name__}) has no {what} yet: it was never called on a "
                "symbolic tensor. Call it on one, or give the model's first layer an input_shape."
            )
        try:
            return self._nodes[index]
        except IndexError:
            raise ValueError(
                f"Layer {self.name!r} was called {len(self._nodes)} time(s), so there is no {what} at {index}."
            ) from None

    def _only_node(self, what):
        if len(self._nodes) > 1:
            raise AttributeError(
                f"Layer {self.name!r} was called {len(self._nodes)} times, so its {what} is ambiguous; "
                f"use get_{what}_at(index)."
            )
        return self._node_at(0, what)

    def get_input_at(self, node_index):
        """Return the input tensor (a list for several) of the call number `node_index`."""
        return self._node_at(node_index, "input").args[0]

    def get_output_at(self, node_index):
        """Return the output tensor (a list for several) of the call number `node_index`."""
        return self._node_at(node_index, "output").outputs

    def get_input_shape_at(self, node_index):
        """Return the input's shape in the call number `node_index`."""
        return nest.map_leaves(lambda t: t.shape, self.get_input_at(node_index))

    def get_output_shape_at(self, node_index):
        """Return the output's shape in the call number `node_index`."""
        return nest.map_leaves(lambda t: t.shape, self.get_output_at(node_index))

    def get_input_mask_at(self, node_index):
        """Return the input's mask in the call number `node_index`, or None."""
        return nest.map_leaves(_symbolic_mask, self.get_input_at(node_index))

    def get_output_mask_at(self, node_index):
        """Return the output's mask in the call number `node_index`, or None."""
        return nest.map_leaves(_symbolic_mask, self.get_output_at(node_index))

    @property
    def input(self):
        """The layer's input tensor, if it was called once."""
        return self._only_node("input").args[0]

    @property
    def output(self):
        """The layer's output tensor, if it was called once."""
        return self._only_node("output").outputs

    @property
    def input_mask(self):
        """The mask of the layer's input, or None."""
        return nest.map_leaves(_symbolic_mask, self.input)

    @property
    def output_mask(self):
        """The mask of the layer's output, or None."""
        return nest.map_leaves(_symbolic_mask, self.output)

    @property
    def input_shape(self):
        """The shape of the layer's input (a list for several)."""
        shapes = [nest.map_leaves(lambda t: t.shape, node.args[0]) for node in self._nodes]
        return self._common(shapes, "input")

    @property
    def output_shape(self):
        """The shape of the layer's output (a list for several)."""
        shapes = [nest.map_leaves(lambda t: t.shape, node.outputs) for node in self._nodes]
        return self._common(shapes, "output")

    def _common(self, shapes, what):
        if not shapes:
            self._node_at(0, f"{what} shape")
        if any(s != shapes[0] for s in shapes):
            raise AttributeError(
                f"Layer {self.name!r} has several {what} shapes {shapes}; use get_{what}_shape_at(index)."
            )
        return shapes[0]

    def __hash__(self):
        return id(self)

    def __repr__(self):
        return f"<{type(self).__name__} {self.name!r}>"


@functools.cache
def parameters_of(function):
    """Return the parameters of a function's signature, by name."""
    return inspect.signature(function).parameters


def _policy_of(dtype):
    """Return the policy for what a layer was given as its dtype."""
    if dtype is None:
        return settings.dtype_policy()
    name = dtype_policies.name_of(dtype)
    return dtype_policies.get(name if dtype_policies.is_mixed(name) else dtypes.standardize(name))


def _at_least_single(x):
    return ops.cast(x, dtypes.at_least_single(dtypes.of(x)))


def _symbolic_mask(tensor):
    return getattr(tensor, "mask", None)


def _masks_of(scope, inputs):
    """Return the masks of a nest of arrays in a list like theirs; None where there is no mask at all."""
    masks = [scope.mask_of(x) for x in nest.flatten(inputs)]
    if all(m is None for m in masks):
        return None
    return masks if isinstance(inputs, list | tuple | dict) else masks[0]


class _Blank(threading.local):
    def __init__(self):
        self.depth = 0


_blank = _Blank()


@contextlib.contextmanager
def without_initial_values():
    """Let weights made in a `with` block be zeros that take no memory, for those that are set right after."""
    _blank.depth += 1
    try:
        yield
    finally:
        _blank.depth -= 1


class _Weights(list):
    """Weights of a layer; what is appended becomes the layer's own."""

    def __init__(self, layer, weights, trainable=True):
        super().__init__(weights)
        self._layer, self._trainable = layer, trainable

    def append(self, weight):
        super().append(weight)
        weight.trainable = weight.trainable and self._trainable
        self._layer._weights = _unique([*self._layer._weights, weight])

    def extend(self, weights):
        for weight in weights:
            self.append(weight)

    def __iadd__(self, weights):
        self.extend(weights)
        return self


def _unique(items):
    return list(dict.fromkeys(items))


def _is_pair(updates):
    return len(updates) == 2 and isinstance(updates[0], Variable)


def _initial_value(initializer, shape, dtype):
    if _blank.depth:
        return np.broadcast_to(np.zeros((), np.dtype(compute.HOST_DTYPES.get(dtype, dtype))), shape)
    if initializer is None:
        initializer = "glorot_uniform" if dtypes.is_float(dtype) else "zeros"
    initializer = initializers.get(initializer)
    waiting = initializers.pending(initializer, shape, dtype)
    if waiting is not None:
        return waiting
    takes_dtype = "dtype" in inspect.signature(initializer).parameters
    value = initializer(shape, dtype=dtype) if takes_dtype else initializer(shape)
    return graph.evaluate(value) if isinstance(value, graph.Tensor) else value


def map_shapes(function, shapes):
    """Return a nest of shapes with `function` applied to each; a shape is a tuple or list of ints and None.

    Examples:
        >>> map_shapes(len, [(None, 2), (None, 2, 3)])
        [2, 3]
    """
    if isinstance(shapes, dict):
        return {key: map_shapes(function, value) for key, value in shapes.items()}
    if all(n is None or isinstance(n, int | np.integer) for n in shapes):
        return function(tuple(None if n is None else int(n) for n in shapes))
    return [map_shapes(function, shape) for shape in shapes]
