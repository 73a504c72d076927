"""Attention without projections: Attention (Luong) and AdditiveAttention (Bahdanau)."""

import functools

from keras import ops
from keras.backend import graph
from keras.layers.base import Layer
from keras.layers.dropout import rate_of
from keras.ops.attention import causal_mask, masked_scores


class Attention(Layer):
    """Returns a mean of values, weighted by how well their keys fit the query (Luong et al., 2015).

    Args:
        use_scale: whether the scores are multiplied by a learned number.
        score_mode: `"dot"` for query @ key^T, or `"concat"` for w * sum(tanh(query + key)), w a learned number.
        dropout: the share of scores to drop in training.
        seed: an int for a stream of random numbers of the dropout's own.

    Call arguments:
        inputs: a list of the query (batch, targets, size), the value (batch, sources, size) and maybe the key, which by
            default is the value.
        mask: a list of booleans for the query (batch, targets), whose masked places become zeros in the output, and
            for the value (batch, sources), whose masked places are not looked at; either may be None.
        return_attention_scores: whether to return the scores (batch, targets, sources) too.
        use_causal_mask: whether a target looks at sources up to its own place alone.

    Weights: scale () with `use_scale`, concat_score_weight () for `"concat"`.

    Raises:
        ValueError: for another score mode, or inputs that are no list of two or three tensors.

    Examples:
        >>> import numpy as np
        >>> query, value = np.zeros((1, 1, 2)), np.array([[[1.0, 2.0], [3.0, 4.0]]])
        >>> np.asarray(Attention()([query, value])).tolist()
        [[[2.0, 3.0]]]
    """

    supports_masking = True

    def __init__(self, use_scale=False, score_mode="dot", dropout=0.0, seed=None, **kwargs):
        # What TensorFlow's Keras had as an argument before it became one of the call.
        self._is_causal = bool(kwargs.pop("causal", False))
        super().__init__(**kwargs)
        if score_mode not in ("dot", "concat"):
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}): score_mode should be 'dot' or 'concat', got "
                f"{score_mode!r}."
            )
        self.use_scale = use_scale
        self.score_mode = score_mode
        self.dropout = rate_of(self, dropout)
        self.seed = seed

    def build(self, input_shape):
        self._check_inputs(input_shape)
        self.scale = self._add_scale(input_shape) if self.use_scale else None
        self.concat_score_weight = None
        if self.score_mode == "concat":
            self.concat_score_weight = self.add_weight(
                "concat_score_weight", (), initializer="ones"
            )
        super().build(input_shape)

    def _add_scale(self, input_shape):
        return self.add_weight("scale", (), initializer="ones")

    def _check_inputs(self, inputs):
        if not isinstance(inputs, list | tuple) or len(inputs) not in (2, 3):
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) needs a list [query, value] or [query, value, key], got "
                f"{inputs!r}."
            )

    def call(
        self,
        inputs,
        mask=None,
        training=None,
        return_attention_scores=False,
        use_causal_mask=False,
    ):
        """Return the output, and with `return_attention_scores` the scores beside it."""
        query, value, key = (*inputs, inputs[1])[:3]
        query_mask, value_mask = self._masks(mask)
        scores = self._scores(query, key)
        is_causal = use_causal_mask or self._is_causal
        kept = self._kept(scores, value_mask, is_causal)
        weights = ops.softmax(scores if kept is None else masked_scores(scores, kept))
        if training and self.dropout > 0:
            weights = ops.random.dropout(weights, self.dropout, seed=self.seed)
        outputs = ops.matmul(weights, value)
        if query_mask is not None:
            is_kept = ops.expand_dims(ops.cast(query_mask, outputs.dtype), -1)
            outputs = ops.multiply(outputs, is_kept)
        return (outputs, weights) if return_attention_scores else outputs

    def _masks(self, mask):
        mask = mask if isinstance(mask, list | tuple) else [mask]
        return (*mask, None)[:2]

    def _kept(self, scores, value_mask, is_causal):
        """Return booleans that broadcast to the scores, False for what is not looked at; or None."""
        given = []
        if value_mask is not None:
            given.append(ops.expand_dims(ops.cast(value_mask, "bool"), -2))
        if is_causal:
            given.append(causal_mask(*scores.shape[-2:]))
        return functools.reduce(ops.logical_and, given) if given else None

    def _scores(self, query, key):
        """Return the scores (batch, targets, sources)."""
        if self.score_mode == "dot":
            scores = ops.matmul(query, ops.swapaxes(key, -2, -1))
            return scores if self.scale is None else ops.multiply(scores, self.scale)
        sums = _sums(query, key)
        sums = sums if self.scale is None else ops.multiply(sums, self.scale)
        return ops.multiply(ops.sum(ops.tanh(sums), axis=-1), self.concat_score_weight)

    # -------------------------------------------------------------- masks and shapes
    def compute_mask(self, inputs, mask=None):
        """Return the query's mask."""
        return self._masks(mask)[0]

    def _infer(self, inputs, shapes, args, kwargs):
        if kwargs.get("return_attention_scores"):
            return graph.infer(self, (inputs, *args), self._with_masks(inputs, kwargs))
        return super()._infer(inputs, shapes, args, kwargs)

    def compute_output_shape(self, input_shape):
        """Return the output's shape: the query's, with the value's last size."""
        return (*input_shape[0][:-1], input_shape[1][-1])

    def get_config(self):
        config = super().get_config()
        return {**config, "causal": True} if self._is_causal else config


class AdditiveAttention(Attention):
    """Returns a mean of values, weighted by sum(scale * tanh(query + key)) (Bahdanau et al., 2014).

    Args:
        use_scale: whether there is a learned scale, (size,).
        dropout: the share of scores to drop in training.
        **kwargs: `seed`, as for `Attention`, and those of every layer.

    Call arguments: as for `Attention`.

    Examples:
        >>> layer = AdditiveAttention()
        >>> layer.build([(None, 3, 4), (None, 5, 4)])
        >>> [w.shape for w in layer.weights]
        [(4,)]
    """

    def __init__(self, use_scale=True, dropout=0.0, **kwargs):
        super().__init__(use_scale=use_scale, dropout=dropout, **kwargs)

    def _add_scale(self, input_shape):
        return self.add_weight("scale", (input_shape[0][-1],))

    def _scores(self, query, key):
        squashed = ops.tanh(_sums(query, key))
        scaled = squashed if self.scale is None else ops.multiply(squashed, self.scale)
        return ops.sum(scaled, axis=-1)


def _sums(query, key):
    """Return the sum of each pair of query and key, (batch, targets, sources, size)."""
    return ops.add(ops.expand_dims(query, -2), ops.expand_dims(key, -3))
