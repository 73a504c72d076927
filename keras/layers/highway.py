"""Layers of Keras 1 that models of that age still need: MaxoutDense and Highway."""

from keras import activations, constraints, initializers, ops, regularizers
from keras.layers.base import Layer
from keras.layers.input_spec import InputSpec

__all__ = ["Highway", "MaxoutDense"]


class _Classic(Layer):
    """A layer with the argument names of Keras 1: `init`, `W_regularizer` ..."""

    def __init__(
        self,
        init="glorot_uniform",
        weights=None,
        W_regularizer=None,
        b_regularizer=None,
        activity_regularizer=None,
        W_constraint=None,
        b_constraint=None,
        bias=True,
        input_dim=None,
        **kwargs,
    ):
        super().__init__(
            weights=weights,
            activity_regularizer=activity_regularizer,
            input_dim=input_dim,
            **kwargs,
        )
        self.init = initializers.get(init)
        self.W_regularizer = regularizers.get(W_regularizer)
        self.b_regularizer = regularizers.get(b_regularizer)
        self.W_constraint = constraints.get(W_constraint)
        self.b_constraint = constraints.get(b_constraint)
        self.bias = bias
        self.input_spec = InputSpec(ndim=2)

    def _add_matrix(self, name, shape):
        return self.add_weight(
            name, shape, None, self.init, self.W_regularizer, constraint=self.W_constraint
        )

    def _add_bias(self, name, shape, initializer="zeros"):
        if not self.bias:
            return None
        return self.add_weight(
            name, shape, None, initializer, self.b_regularizer, constraint=self.b_constraint
        )


def _affine(x, matrix, bias):
    y = ops.matmul(x, matrix)
    return y if bias is None else ops.add(y, bias)


class MaxoutDense(_Classic):
    """The largest of several linear maps, entry by entry (Goodfellow et al., 2013).

    Args:
        output_dim: the size of the output.
        nb_feature: the number of linear maps.
        init: where the matrices' first values come from.
        weights: initial values, as for `set_weights`.
        W_regularizer, b_regularizer, activity_regularizer: penalties.
        W_constraint, b_constraint: applied to the weights after each optimizer step.
        bias: whether there are biases.
        input_dim: the size of the input, if this is a model's first layer.

    Weights: W (nb_feature, features, output_dim), b (nb_feature, output_dim).

    Examples:
        >>> import numpy as np
        >>> w = np.array([[[1.0]], [[-1.0]]])
        >>> layer = MaxoutDense(1, nb_feature=2, bias=False, weights=[w])
        >>> np.asarray(layer(np.array([[2.0], [-3.0]]))).tolist()
        [[2.0], [3.0]]
    """

    def __init__(
        self,
        output_dim,
        nb_feature=4,
        init="glorot_uniform",
        weights=None,
        W_regularizer=None,
        b_regularizer=None,
        activity_regularizer=None,
        W_constraint=None,
        b_constraint=None,
        bias=True,
        input_dim=None,
        **kwargs,
    ):
        super().__init__(
            init,
            weights,
            W_regularizer,
            b_regularizer,
            activity_regularizer,
            W_constraint,
            b_constraint,
            bias,
            input_dim,
            **kwargs,
        )
        self.output_dim = output_dim
        self.nb_feature = nb_feature

    def build(self, input_shape):
        self.W = self._add_matrix("W", (self.nb_feature, input_shape[-1], self.output_dim))
        self.b = self._add_bias("b", (self.nb_feature, self.output_dim))
        super().build(input_shape)

    def call(self, x):
        maps = ops.einsum("bi,fio->bfo", x, self.W)
        return ops.max(maps if self.b is None else ops.add(maps, self.b), axis=1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.output_dim)


class Highway(_Classic):
    """A dense layer and its input, mixed by a gate (Srivastava et al., 2015).

    The output is t * activation(x @ W + b) + (1 - t) * x with t = sigmoid(x @ W_carry + b_carry).

    Args:
        init: where the matrices' first values come from.
        activation: a function or its name; none by default.
        weights: initial values, as for `set_weights`.
        W_regularizer, b_regularizer, activity_regularizer: penalties.
        W_constraint, b_constraint: applied to the weights after each optimizer step.
        bias: whether there are biases; that of the gate starts with ones.
        input_dim: the size of the input, if this is a model's first layer.

    Weights: W (features, features), W_carry (features, features), b (features,), b_carry (features,).

    Examples:
        >>> import numpy as np
        >>> zero, large = np.zeros((1, 1)), np.array([-50.0])
        >>> layer = Highway(weights=[zero, zero, np.zeros(1), large])
        >>> np.asarray(layer(np.array([[2.0]]))).tolist()
        [[2.0]]
    """

    def __init__(
        self,
        init="glorot_uniform",
        activation=None,
        weights=None,
        W_regularizer=None,
        b_regularizer=None,
        activity_regularizer=None,
        W_constraint=None,
        b_constraint=None,
        bias=True,
        input_dim=None,
        **kwargs,
    ):
        super().__init__(
            init,
            weights,
            W_regularizer,
            b_regularizer,
            activity_regularizer,
            W_constraint,
            b_constraint,
            bias,
            input_dim,
            **kwargs,
        )
        self.activation = activations.get(activation)

    def build(self, input_shape):
        features = input_shape[-1]
        self.W = self._add_matrix("W", (features, features))
        self.W_carry = self.add_weight("W_carry", (features, features), initializer=self.init)
        self.b = self._add_bias("b", (features,))
        has_bias = self.bias
        self.b_carry = (
            self.add_weight("b_carry", (features,), initializer="ones") if has_bias else None
        )
        super().build(input_shape)

    def call(self, x):
        transform = ops.sigmoid(_affine(x, self.W_carry, self.b_carry))
        dense = self.activation(_affine(x, self.W, self.b))
        return ops.add(ops.multiply(transform, dense), ops.multiply(1.0 - transform, x))

    def compute_output_shape(self, input_shape):
        return input_shape
