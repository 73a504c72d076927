"""A layer made of any function."""

import functools
import inspect

from keras.backend import graph, nest
from keras.layers import code
from keras.layers.base import Layer, map_shapes
from keras.registry import custom_object_scope, plain


class Lambda(Layer):
    """Applies a function of the inputs.

    Args:
        function: takes the input (a list for several) and returns the output; it also gets `mask`
            or `training` if it has arguments of that name.
        output_shape: the shape of one sample of the output, or a function of the input's shape
            (batch included) that returns the output's. By default it is found by tracing the
            function.
        mask: the output's mask, or a function `(inputs, mask)` that returns it; by default the
            output has none.
        arguments: a dict of more keyword arguments for the function.

    Raises:
        TypeError: if `function` is not callable.

    Examples:
        >>> import numpy as np
        >>> np.asarray(Lambda(lambda x: x**2)(np.array([[3.0]]))).tolist()
        [[9.0]]
    """

    def __init__(self, function, output_shape=None, mask=None, arguments=None, **kwargs):
        super().__init__(**kwargs)
        if not callable(function):
            raise TypeError(
                f"Layer {self.name!r} (Lambda): function should be callable, got {function!r}."
            )
        self.function = function
        self.arguments = dict(arguments or {})
        self.mask = mask
        self.supports_masking = mask is not None
        if isinstance(output_shape, list):
            output_shape = tuple(output_shape)
        self._output_shape = output_shape

    def call(self, inputs, mask=None, training=None):
        context = {"mask": mask, "training": training}
        taken = _parameters_of(self.function)
        extra = {name: value for name, value in context.items() if name in taken}
        return self.function(inputs, **{**extra, **self.arguments})

    def compute_mask(self, inputs, mask=None):
        return self.mask(inputs, mask) if callable(self.mask) else self.mask

    def compute_output_shape(self, input_shape):
        if callable(self._output_shape):
            shape = self._output_shape(input_shape)
            return map_shapes(lambda s: s, shape)
        if self._output_shape is None:
            return super().compute_output_shape(input_shape)
        batch = nest.flatten([map_shapes(lambda s: s[:1], input_shape)])
        return (batch[0] if batch else None, *self._output_shape)

    def _infer(self, inputs, shapes, args, kwargs):
        try:
            traced = graph.infer(self, (inputs, *args), self._with_masks(inputs, kwargs))
        except Exception:
            # Sizes that are tried in place of unknown ones may not go together where the true ones do.
            tensors = nest.flatten(inputs)
            if self._output_shape is None or not any(None in t.shape[1:] for t in tensors):
                raise
            traced = tensors
        if self._output_shape is None:
            return traced
        # The function tells the dtype, the user the shape.
        dtype = nest.flatten(traced)[0].dtype
        return map_shapes(lambda s: graph.ShapeAndType(s, dtype), self.compute_output_shape(shapes))

    def get_config(self):
        """Return the arguments as a dict: a named function by its name, a lambda by its code."""
        function, function_type = code.describe(self.function)
        shape, shape_type = code.describe(self._output_shape)
        mask, mask_type = code.describe(self.mask)
        return {
            **{k: v for k, v in super().get_config().items() if k not in ("output_shape", "mask")},
            "function": function,
            "function_type": function_type,
            "output_shape": plain(shape),
            "output_shape_type": shape_type,
            "mask": plain(mask),
            "mask_type": mask_type,
            "arguments": plain(self.arguments),
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Return the layer that a config describes.

        Args:
            config: from `get_config`.
            custom_objects: `{name: function}` of your own, for the functions it names.

        Raises:
            ValueError: if it holds code and code is not trusted, or names an unknown function.
        """
        config = dict(config)
        with custom_object_scope(custom_objects or {}):
            for key in ("function", "output_shape", "mask"):
                kind = config.pop(f"{key}_type", "raw")
                config[key] = code.restore(config.get(key), kind, config.get("name"))
        return cls(**config)


@functools.cache
def _parameters_of(function):
    try:
        return frozenset(inspect.signature(function).parameters)
    except ValueError:  # a function written in C that does not tell
        return frozenset()
