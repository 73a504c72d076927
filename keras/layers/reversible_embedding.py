"""Embeddings that also map vectors back to scores of ids."""

from keras import dtype_policies, ops
from keras.backend import dtypes, graph
from keras.layers.embeddings import Embedding


class ReversibleEmbedding(Embedding):
    """Looks up a learned vector for each id, or with `reverse=True` scores every id for a vector (Press & Wolf, 2016).

    Args:
        input_dim: how many ids there are: 0 to input_dim - 1.
        output_dim: the vectors' size.
        tie_weights: whether the scores are products with the vectors, else with a matrix of their own.
        embeddings_initializer: where the weights' first values come from.
        embeddings_regularizer: a penalty on the weights.
        embeddings_constraint: applied to the weights after each optimizer step.
        mask_zero: whether the id 0 stands for no entry: later layers skip it, by the mask.
        reverse_dtype: the dtype in which scores are computed; by default that of the layer.
        logit_soft_cap: where given, scores x become cap * tanh(x / cap).

    Call arguments:
        inputs: ids (batch, ...), or with `reverse` vectors (batch, ..., output_dim).
        reverse: whether to return scores (batch, ..., input_dim).

    Weights: embeddings (input_dim, output_dim), and without `tie_weights` reverse_embeddings (output_dim, input_dim).

    Examples:
        >>> layer = ReversibleEmbedding(7, 3)
        >>> layer.compute_output_shape((None, 4)), layer.compute_output_shape((None, 4, 3), True)
        ((None, 4, 3), (None, 4, 7))
    """

    def __init__(
        self,
        input_dim,
        output_dim,
        tie_weights=True,
        embeddings_initializer="uniform",
        embeddings_regularizer=None,
        embeddings_constraint=None,
        mask_zero=False,
        reverse_dtype=None,
        logit_soft_cap=None,
        **kwargs,
    ):
        super().__init__(
            input_dim,
            output_dim,
            embeddings_initializer=embeddings_initializer,
            embeddings_regularizer=embeddings_regularizer,
            embeddings_constraint=embeddings_constraint,
            mask_zero=mask_zero,
            **kwargs,
        )
        self.tie_weights = tie_weights
        self.reverse_dtype = (
            None if reverse_dtype is None else dtype_policies.name_of(reverse_dtype)
        )
        self.logit_soft_cap = logit_soft_cap

    def build(self, input_shape=None):
        super().build(input_shape)
        self.reverse_embeddings = None
        if not self.tie_weights:
            shape = (self.output_dim, self.input_dim)
            self.reverse_embeddings = self.add_weight(
                "reverse_embeddings",
                shape,
                initializer=self.embeddings_initializer,
                regularizer=self.embeddings_regularizer,
                constraint=self.embeddings_constraint,
                autocast=False,
            )

    def call(self, inputs, reverse=False):
        """Return vectors of ids, or with `reverse` scores of ids for vectors."""
        if not reverse:
            return super().call(inputs)
        dtype = self._dtype_of_scores()
        table = self.reverse_embeddings
        matrix = ops.transpose(self.embeddings) if table is None else table
        scores = ops.matmul(ops.cast(inputs, dtype), ops.cast(matrix, dtype))
        if self.logit_soft_cap is None:
            return scores
        cap = self.logit_soft_cap
        return ops.multiply(ops.tanh(ops.divide(scores, cap)), cap)

    def _dtype_of_scores(self):
        return self.reverse_dtype or self.compute_dtype

    def compute_mask(self, inputs, mask=None):
        """Return the mask of the ids; that of vectors stays what it is."""
        return mask if dtypes.is_float(inputs.dtype) else super().compute_mask(inputs, mask)

    def _infer(self, inputs, shapes, args, kwargs):
        reverse = args[0] if args else kwargs.get("reverse", False)
        dtype = self._dtype_of_scores() if reverse else self.compute_dtype
        return graph.ShapeAndType(self.compute_output_shape(shapes, reverse), dtype)

    def compute_output_shape(self, input_shape, reverse=False):
        """Return the shape of the vectors, or with `reverse` of the scores."""
        return (*input_shape[:-1], self.input_dim) if reverse else (*input_shape, self.output_dim)
