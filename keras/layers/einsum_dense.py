"""Dense layers whose product is written as an equation."""

from keras import activations, ops
from keras.layers import options
from keras.layers.base import Layer


class EinsumDense(Layer):
    """Computes activation(einsum(equation, inputs, kernel) + bias).

    Args:
        equation: such as `"abc,cd->abd"`: the input's axes, the kernel's, and the output's. An ellipsis may stand for
            axes in front (`"...x,xy->...y"`) or behind (`"ab...,bc->ac..."`).
        output_shape: the output's sizes without the batch, an int or a tuple, None for those that the input tells.
        activation: a function or its name; none by default.
        bias_axes: the output's axes along which the bias has entries of its own, such as `"d"`; None for no bias.
        kernel_initializer, bias_initializer: where the weights' first values come from.
        kernel_regularizer, bias_regularizer: penalties on the weights.
        kernel_constraint, bias_constraint: applied to the weights after each optimizer step.

    Weights: kernel, of the sizes in the equation; bias, of the output's sizes from the first of
    `bias_axes` on, one along the other axes.

    Raises:
        ValueError: if the equation is none of one input and a kernel, or does not fit the input or `output_shape`.

    Examples:
        >>> layer = EinsumDense("abc,cde->abde", output_shape=(None, 2, 4), bias_axes="de")
        >>> layer.build((None, 5, 3))
        >>> [w.shape for w in layer.weights], layer.compute_output_shape((None, 5, 3))
        ([(3, 2, 4), (2, 4)], (None, 5, 2, 4))
    """

    supports_masking = True

    def __init__(
        self,
        equation,
        output_shape,
        activation=None,
        bias_axes=None,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.equation = equation
        self._given_shape = _as_tuple(output_shape)
        self.activation = activations.get(activation)
        self.bias_axes = bias_axes
        options.keep(self, "kernel", kernel_initializer, kernel_regularizer, kernel_constraint)
        options.keep(self, "bias", bias_initializer, bias_regularizer, bias_constraint)
        self._inputs, self._kernel, self._outputs = _axes_of(equation, self)
        self.bias = None

    def build(self, input_shape):
        sizes = self._sizes(input_shape)
        unknown = set(self._kernel) - set(sizes)
        if unknown:
            self._refuse(f"does not tell the sizes of the kernel's axes {sorted(unknown)}")
        self.kernel = options.add(self, "kernel", tuple(sizes[axis] for axis in self._kernel))
        if self.bias_axes is not None:
            self.bias = options.add(
                self, "bias", self._bias_shape(sizes, len(self._rest(input_shape)))
            )
        super().build(input_shape)

    def call(self, inputs):
        outputs = ops.einsum(self.equation, inputs, self.kernel)
        if self.bias is not None:
            outputs = ops.add(outputs, self.bias)
        return self.activation(outputs)

    def compute_output_shape(self, input_shape):
        sizes, rest = self._sizes(input_shape), self._rest(input_shape)
        places = []
        for axis in self._outputs:
            places.extend(rest if axis == "." else [sizes.get(axis)])
        return tuple(places)

    # -------------------------------------------------------------- sizes
    def _rest(self, input_shape):
        """Return the sizes that an ellipsis stands for, as a list."""
        if "." not in self._inputs:
            return []
        start, count = self._inputs.index("."), len(input_shape) - len(self._inputs) + 1
        return list(input_shape[start : start + count])

    def _sizes(self, input_shape):
        """Return `{axis: size}` of the input's axes and the output's."""
        count = len(self._rest(input_shape))
        inputs = _spread(self._inputs, count)
        if len(inputs) != len(input_shape):
            self._refuse(f"wants inputs of {len(inputs)} axes, got the shape {tuple(input_shape)}")
        sizes = dict(zip(inputs, input_shape, strict=True))
        outputs, given = _spread(self._outputs, count)[1:], self._given_shape
        if self._outputs[0] == ".":
            given = (None,) * (len(outputs) - len(given)) + given
        for axis, size in zip(outputs, given, strict=False):
            known = sizes.get(axis)
            if None not in (known, size) and known != size:
                self._refuse(f"has the size {known} in the input for {axis!r}, not {size}")
            sizes[axis] = known if size is None else size
        return sizes

    def _bias_shape(self, sizes, count):
        """Return the bias's shape, where an ellipsis stands for so many axes."""
        strange = sorted(set(self.bias_axes) - set(self._outputs))
        if strange or not self.bias_axes:
            self._refuse(f"has no output axes {strange} for bias_axes={self.bias_axes!r}")
        first = min(self._outputs.index(axis) for axis in self.bias_axes)
        axes = _spread(self._outputs[first:], count)
        return tuple(sizes[axis] if axis in self.bias_axes else 1 for axis in axes)

    def _refuse(self, what):
        raise ValueError(
            f"Layer {self.name!r} (EinsumDense): the equation {self.equation!r} with "
            f"output_shape={self._given_shape} {what}; write one that fits, such as 'abc,cd->abd'."
        )

    def get_config(self):
        config = super().get_config()
        config["output_shape"] = list(self._given_shape)
        return config


def _as_tuple(shape):
    return tuple(shape) if isinstance(shape, list | tuple) else (shape,)


def _axes_of(equation, layer):
    """Return the axes of the input, the kernel and the output as lists of letters, an ellipsis as "."."""
    terms = str(equation).replace(" ", "").replace("->", ",").split(",")
    if len(terms) != 3 or "->" not in str(equation):
        layer._refuse("is none of an input and a kernel")
    inputs, kernel, outputs = (list(term.replace("...", ".")) for term in terms)
    if ("." in inputs) != ("." in outputs) or "." in kernel:
        layer._refuse("has an ellipsis on one side alone")
    return inputs, kernel, outputs


def _spread(axes, count):
    """Return axes with an ellipsis replaced by so many of its own."""
    spread = []
    for axis in axes:
        spread.extend([f".{i}" for i in range(count)] if axis == "." else [axis])
    return spread
