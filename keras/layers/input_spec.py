"""What a layer accepts as input, and the error for what it does not."""

from keras.backend import dtypes, nest


class InputSpec:
    """The rank, shape and dtype that a layer accepts for one of its inputs; None means any.

    Args:
        dtype: a dtype's name.
        shape: a tuple, None for sizes that may be anything.
        ndim, max_ndim, min_ndim: the number of axes, batch included.
        axes: `{axis: size}`.
    """

    def __init__(self, dtype=None, shape=None, ndim=None, max_ndim=None, min_ndim=None, axes=None):
        self.dtype = None if dtype is None else dtypes.standardize(dtype)
        self.shape = None if shape is None else tuple(shape)
        self.ndim = len(shape) if shape is not None else ndim
        self.max_ndim = max_ndim
        self.min_ndim = min_ndim
        self.axes = dict(axes or {})

    def fault_of(self, x):
        """Return what is wrong with a tensor as (what was needed, what to do), or None."""
        ndim = len(x.shape)
        if self.ndim is not None and ndim != self.ndim:
            return f"{self.ndim} axes", _RESHAPE
        if self.min_ndim is not None and ndim < self.min_ndim:
            return f"at least {self.min_ndim} axes", _RESHAPE
        if self.max_ndim is not None and ndim > self.max_ndim:
            return f"at most {self.max_ndim} axes", _RESHAPE
        wanted = {**dict(enumerate(self.shape or ())), **self.axes}
        for axis, size in wanted.items():
            if size is not None and x.shape[axis] not in (None, size):
                return f"size {size} along axis {axis}", (
                    "give inputs of that size, or make a new layer for this size"
                )
        if self.dtype is not None and dtypes.of(x) != self.dtype:
            return f"dtype {self.dtype}", "convert the input with K.cast"
        return None

    def __repr__(self):
        kept = {name: value for name, value in vars(self).items() if value}
        return f"InputSpec({', '.join(f'{k}={v!r}' for k, v in kept.items())})"


_RESHAPE = "reshape the input (the batch axis counts), for example with Reshape or Flatten"


def check(layer, inputs):
    """Check a layer's inputs against its `input_spec`.

    Raises:
        ValueError: naming the layer, what came, what was needed and what to do.
    """
    specs = nest.as_list(layer.input_spec)
    if not specs:
        return
    tensors = nest.as_list(inputs)
    if len(tensors) != len(specs):
        if len(specs) == 1 and isinstance(inputs, list | tuple):
            hint = "merge them first, for example with Concatenate, or call the layer once for each"
        else:
            hint = "call it with a list of that many tensors"
        raise ValueError(
            f"Layer {layer.name!r} ({type(layer).__name__}) takes {len(specs)} input(s), got {len(tensors)}; {hint}."
        )
    for index, (spec, x) in enumerate(zip(specs, tensors, strict=True)):
        fault = spec.fault_of(x) if spec is not None else None
        if fault:
            needed, advice = fault
            raise ValueError(
                f"Layer {layer.name!r} ({type(layer).__name__}) needs input {index} to have {needed}, "
                f"got the shape {tuple(x.shape)} and dtype {x.dtype}; {advice}."
            )
