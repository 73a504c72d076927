"""Attention in several heads: MultiHeadAttention, and GroupQueryAttention, whose heads share keys and values."""

import functools
import math

import numpy as np

from keras import ops
from keras.backend import graph
from keras.backend.variable import current
from keras.layers import options
from keras.layers.base import Layer
from keras.layers.dropout import rate_of
from keras.layers.einsum_dense import EinsumDense
from keras.ops.attention import attend, attention_weights, within_window

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class _HeadedAttention(Layer):
    """What both layers share: the call on query, value and key; masks; the way from projections to the output."""

    supports_masking = True

    def __init__(self, *, dropout, use_bias, sliding_window, flash_attention, use_gate, seed, **kw):
        weights = [
            [kw.pop(f"{kind}_{option}") for option in ("initializer", "regularizer", "constraint")]
            for kind in ("kernel", "bias")
        ]
        super().__init__(**kw)
        for kind, given in zip(("kernel", "bias"), weights, strict=True):
            options.keep(self, kind, *given)
        self.dropout = rate_of(self, dropout)
        self.use_bias = use_bias
        self.sliding_window = sliding_window
        self.flash_attention = flash_attention
        self.use_gate = use_gate
        self.seed = seed
        if sliding_window is not None and sliding_window < 1:
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}): sliding_window should be a positive number of places, "
                f"or None to look at all, got {sliding_window!r}."
            )

    # -------------------------------------------------------------- weights
    def build(self, query_shape, value_shape=None, key_shape=None):
        """Make the weights.

        Args:
            query_shape: of the query, or a list of the shapes of query, value and maybe key.
            value_shape: of the value, the query's by default.
            key_shape: of the key, the value's by default.
        """
        if isinstance(query_shape[0], list | tuple):
            query_shape, value_shape, key_shape = (*query_shape, None, None)[:3]
        value_shape = value_shape or query_shape
        self._add_parts(tuple(query_shape), tuple(value_shape), tuple(key_shape or value_shape))
        super().build(query_shape)

    def _add_parts(self, query_shape, value_shape, key_shape):
        """Make the projections of query, key, value and gate, and that of the output."""
        raise NotImplementedError

    def _part(self, name, shape, made, summed=1):
        """Return a projection that is built: of the last axes of a shape, so many, to others of the sizes `made`."""
        kept = len(shape) - summed
        letters = iter(_LETTERS)
        front, old, new = (
            "".join(next(letters) for _ in range(count)) for count in (kept, summed, len(made))
        )
        part = EinsumDense(
            f"{front}{old},{old}{new}->{front}{new}",
            (None,) * (kept - 1) + tuple(made),
            bias_axes=new if self.use_bias else None,
            kernel_initializer=self.kernel_initializer,
            bias_initializer=self.bias_initializer,
            kernel_regularizer=self.kernel_regularizer,
            bias_regularizer=self.bias_regularizer,
            kernel_constraint=self.kernel_constraint,
            bias_constraint=self.bias_constraint,
            name=name,
            dtype=self.dtype_policy.name if self._casts_inputs else None,
        )
        part._build_once(shape)
        return part

    # -------------------------------------------------------------- the call
    def __call__(self, query, value=None, key=None, **kwargs):
        """Apply the layer; the class describes the arguments."""
        if value is None:
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) needs a query and a value, got the query alone; for "
                "self-attention call it as layer(x, x)."
            )
        given = {"value": value} if key is None else {"value": value, "key": key}
        if not self.built:
            self._build_once([tuple(np.shape(x)) for x in (query, *given.values())])
        return super().__call__(query, **given, **kwargs)

    def _infer(self, inputs, shapes, args, kwargs):
        if kwargs.get("return_attention_scores"):
            return graph.infer(self, (inputs, *args), kwargs)
        return super()._infer(inputs, shapes, args, kwargs)

    def _context_arguments(self, scope, args, kwargs, masks):
        kwargs, training = super()._context_arguments(scope, args, kwargs, masks)
        if masks is not None and kwargs.get("query_mask") is None:
            kwargs["query_mask"] = masks
        return kwargs, training

    def call(
        self,
        query,
        value,
        key=None,
        query_mask=None,
        value_mask=None,
        key_mask=None,
        attention_mask=None,
        return_attention_scores=False,
        training=None,
        use_causal_mask=False,
    ):
        """Return the output, and with `return_attention_scores` the scores beside it."""
        key = value if key is None else key
        masks = [query_mask, self._mask_of(value, value_mask), self._mask_of(key, key_mask)]
        query, key, value, gate = self._projected(query, self._as_input(key), self._as_input(value))
        mask = self._mask(query, key, masks, attention_mask, use_causal_mask)
        weights = attention_weights(self._arranged(query), self._arranged(key), mask=mask)
        dropped = weights
        if training and self.dropout > 0:
            dropped = ops.random.dropout(weights, self.dropout, seed=self.seed)
        found = self._put_back(attend(dropped, self._arranged(value)), query)
        if gate is not None:
            found = ops.multiply(found, ops.sigmoid(gate))
        outputs = self._output(found)
        if not return_attention_scores:
            return outputs
        return outputs, self._spread(weights, query, key)

    def _mask_of(self, x, given):
        """Return the mask given for a tensor, or the one that travels with it."""
        return given if given is not None else current().mask_of(x)

    def _projected(self, query, key, value):
        """Return query, key and value in heads, (batch, ..., heads, size), and the gate or None."""
        raise NotImplementedError

    def _output(self, found):
        """Return the output for what the heads found."""
        raise NotImplementedError

    # -------------------------------------------------------------- masks
    def _mask(self, query, key, masks, attention_mask, use_causal_mask):
        """Return the mask for scores (batch, ..., heads, targets, sources), or None."""
        of_targets, *of_sources = masks
        given = [self._of_sources(mask, key) for mask in of_sources if mask is not None]
        if of_targets is not None:
            given.append(ops.swapaxes(self._of_sources(of_targets, query), -1, -2))
        if attention_mask is not None:
            given.append(self._of_scores(ops.cast(attention_mask, "bool"), query, key))
        targets, sources = (self._count(x) for x in (query, key))
        if use_causal_mask:
            given.append(within_window(targets, sources, lambda distance: distance >= 0))
        if self.sliding_window is not None:
            width = self.sliding_window
            given.append(
                within_window(targets, sources, lambda distance: ops.abs(distance) < width)
            )
        return functools.reduce(ops.logical_and, given) if given else None

    def _of_sources(self, mask, x):
        """Return a mask of the places of a projection as one of scores (batch, ..., heads, 1, places)."""
        axes = [axis for axis in range(1, mask.ndim) if axis not in self._axes]
        mask = ops.transpose(ops.cast(mask, "bool"), (0, *axes, *self._axes[: mask.ndim - 1]))
        free = x.ndim - 3 - len(self._axes) - len(axes)
        front = (*mask.shape[: len(axes) + 1], *(1,) * free)
        return ops.reshape(mask, (*front, 1, 1, -1))

    def _of_scores(self, mask, query, key):
        """Return a mask (batch, *targets, *sources), with axes before them or without, as one of scores."""
        sizes = (*self._sizes(query), *self._sizes(key))
        front = mask.shape[: -len(sizes)]
        if len(sizes) > 2:
            mask = ops.broadcast_to(mask, (*front, *sizes))
            mask = ops.reshape(mask, (*front, self._count(query), self._count(key)))
        missing = query.ndim - len(self._sizes(query)) - 1 - len(front)
        return ops.reshape(mask, (*front, *(1,) * missing, *mask.shape[-2:]))

    # -------------------------------------------------------------- axes
    # The axes of a projection along which there is attention.
    _axes = (1,)

    def _sizes(self, x):
        return tuple(x.shape[axis] for axis in self._axes)

    def _count(self, x):
        return math.prod(self._sizes(x))

    def _order(self, ndim):
        """Return the axes of a projection with those of the attention behind the heads."""
        others = [axis for axis in range(ndim - 2) if axis not in self._axes]
        return (*others, ndim - 2, *self._axes, ndim - 1)

    def _arranged(self, x):
        """Return a projection (batch, ..., heads, size) as (batch, ..., heads, places, size)."""
        moved = ops.transpose(x, self._order(x.ndim))
        if len(self._axes) == 1:
            return moved
        front = moved.shape[: -len(self._axes) - 1]
        return ops.reshape(moved, (*front, self._count(x), x.shape[-1]))

    def _put_back(self, found, query):
        """Return (batch, ..., heads, places, size) with the axes as the query's projection has them."""
        shape = (*found.shape[:-2], *self._sizes(query), found.shape[-1])
        order = self._order(query.ndim)
        back = [order.index(axis) for axis in range(query.ndim)]
        return ops.transpose(ops.reshape(found, shape), back)

    def _spread(self, weights, query, key):
        """Return the scores with an axis for each of the attention's."""
        sizes = (*self._sizes(query), *self._sizes(key))
        return ops.reshape(weights, (*weights.shape[:-2], *sizes))


class MultiHeadAttention(_HeadedAttention):
    """Attends in several heads, each with projections of its own (Vaswani et al., 2017).

    Args:
        num_heads: the number of heads.
        key_dim: the size of a head's queries and keys.
        value_dim: the size of a head's values, `key_dim` by default.
        dropout: the share of scores to drop in training.
        use_bias: whether the projections have biases.
        output_shape: the sizes of the output's last axes, an int or a tuple; the query's last one by default.
        attention_axes: the axes along which there is attention, an int or a tuple; by default all but the first and
            the last.
        sliding_window: where given, a target looks at sources less than so many places away alone.
        flash_attention: accepted, and without effect: how it is computed is the compiler's choice.
        kernel_initializer, bias_initializer: where the projections' first values come from.
        kernel_regularizer, bias_regularizer: penalties on them.
        activity_regularizer: a penalty on the output.
        kernel_constraint, bias_constraint: applied to them after each optimizer step.
        use_gate: whether what the heads find is multiplied by the sigmoid of one more projection of the query.
        seed: an int for a stream of random numbers of the dropout's own.

    Call arguments:
        query: (batch, targets, features), or with more axes for several of attention.
        value: (batch, sources, features).
        key: (batch, sources, features), the value by default.
        query_mask: booleans (batch, targets), False for targets that look at nothing, or at all alike; by default the
            mask that comes with the query.
        value_mask, key_mask: booleans (batch, sources), False for what is not to be looked at; by default the masks
            that come with value and key.
        attention_mask: booleans (batch, targets, sources), or with an axis of heads before the targets.
        return_attention_scores: whether to return the scores (batch, heads, targets, sources) too.
        use_causal_mask: whether a target looks at sources up to its own place alone.

    Weights: kernel and bias of `query`, `key`, (`gate`,) `value`, (features, heads, size) and (heads, size), and of
    `attention_output`, (heads, size, features) and (features,).

    Raises:
        ValueError: if it is called without a value, or for arguments outside what is listed here.

    Examples:
        >>> import numpy as np
        >>> layer = MultiHeadAttention(num_heads=2, key_dim=3)
        >>> x = np.ones((4, 5, 8), "float32")
        >>> output, scores = layer(x, x, return_attention_scores=True)
        >>> tuple(output.shape), tuple(scores.shape)
        ((4, 5, 8), (4, 2, 5, 5))
    """

    def __init__(
        self,
        num_heads,
        key_dim,
        value_dim=None,
        dropout=0.0,
        use_bias=True,
        output_shape=None,
        attention_axes=None,
        sliding_window=None,
        flash_attention=None,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        use_gate=False,
        seed=None,
        **kwargs,
    ):
        super().__init__(
            dropout=dropout,
            use_bias=use_bias,
            sliding_window=sliding_window,
            flash_attention=flash_attention,
            kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
            use_gate=use_gate,
            seed=seed,
            **kwargs,
        )
        self.num_heads = num_heads
        self.key_dim = key_dim
        self.value_dim = value_dim or key_dim
        self._made = (output_shape,) if isinstance(output_shape, int) else output_shape
        self.attention_axes = attention_axes

    def _add_parts(self, query_shape, value_shape, key_shape):
        ndim, axes = len(query_shape), self.attention_axes
        axes = range(1, ndim - 1) if axes is None else (axes,) if isinstance(axes, int) else axes
        self._axes = tuple(axis % ndim for axis in axes)
        heads, size = self.num_heads, self.value_dim
        self.query_dense = self._part("query", query_shape, (heads, self.key_dim))
        self.key_dense = self._part("key", key_shape, (heads, self.key_dim))
        if self.use_gate:
            self._gate_dense = self._part("gate", query_shape, (heads, size))
        self.value_dense = self._part("value", value_shape, (heads, size))
        found = (*query_shape[:-1], heads, size)
        made = self._made or query_shape[-1:]
        self.output_dense = self._part("attention_output", found, made, summed=2)

    def _projected(self, query, key, value):
        gate = self._gate_dense(query) if self.use_gate else None
        return self.query_dense(query), self.key_dense(key), self.value_dense(value), gate

    def _output(self, found):
        return self.output_dense(found)

    def compute_output_shape(self, query_shape, value_shape=None, key_shape=None):
        """Return the output's shape: the query's, with `output_shape` in place of its last size."""
        return (*query_shape[:-1], *(self._made or query_shape[-1:]))

    def get_config(self):
        config = super().get_config()
        return {**config, "output_shape": None if self._made is None else list(self._made)}

    @classmethod
    def from_config(cls, config):
        """Return the layer of a config; TensorFlow's Keras has the shapes in it that the layer was built for."""
        shapes = ("query_shape", "key_shape", "value_shape")
        return cls(**{name: value for name, value in config.items() if name not in shapes})


class GroupQueryAttention(_HeadedAttention):
    """Attends in several heads of which a group shares its keys and values (Ainslie et al., 2023).

    Args:
        head_dim: the size of a head's queries, keys and values.
        num_query_heads: the number of heads.
        num_key_value_heads: the number of groups, which divides it; 1 is multi-query attention.
        dropout, use_bias, sliding_window, flash_attention, kernel_initializer, bias_initializer, kernel_regularizer,
            bias_regularizer, activity_regularizer, kernel_constraint, bias_constraint, use_gate, seed: as for
            `MultiHeadAttention`.

    Call arguments: as for `MultiHeadAttention`, for tensors (batch, places, features).

    Raises:
        ValueError: if the groups do not divide the heads.

    Examples:
        >>> layer = GroupQueryAttention(head_dim=3, num_query_heads=4, num_key_value_heads=2)
        >>> layer.build((None, 5, 8))
        >>> [w.shape for w in layer.weights[:4]]
        [(8, 4, 3), (4, 3), (8, 2, 3), (2, 3)]
    """

    def __init__(
        self,
        head_dim,
        num_query_heads,
        num_key_value_heads,
        dropout=0.0,
        use_bias=True,
        sliding_window=None,
        flash_attention=None,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        use_gate=False,
        seed=None,
        **kwargs,
    ):
        super().__init__(
            dropout=dropout,
            use_bias=use_bias,
            sliding_window=sliding_window,
            flash_attention=flash_attention,
            kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
            use_gate=use_gate,
            seed=seed,
            **kwargs,
        )
        self.head_dim = head_dim
        self.num_query_heads = num_query_heads
        self.num_key_value_heads = num_key_value_heads
        if num_query_heads % num_key_value_heads:
            raise ValueError(
                f"Layer {self.name!r} (GroupQueryAttention): num_key_value_heads should divide the {num_query_heads} "
                f"query heads, got {num_key_value_heads}."
            )

    def _add_parts(self, query_shape, value_shape, key_shape):
        heads = self.num_query_heads, self.head_dim
        shared = self.num_key_value_heads, self.head_dim
        self._query_dense = self._part("query", query_shape, heads)
        self._key_dense = self._part("key", key_shape, shared)
        if self.use_gate:
            self._gate_dense = self._part("gate", query_shape, heads)
        self._value_dense = self._part("value", value_shape, shared)
        found = (*query_shape[:-1], *heads)
        self._output_dense = self._part("attention_output", found, query_shape[-1:], summed=2)

    def _projected(self, query, key, value):
        gate = self._gate_dense(query) if self.use_gate else None
        return self._query_dense(query), self._key_dense(key), self._value_dense(value), gate

    def _output(self, found):
        return self._output_dense(found)

    def compute_output_shape(self, query_shape, value_shape=None, key_shape=None):
        """Return the output's shape, which is the query's."""
        return tuple(query_shape)
