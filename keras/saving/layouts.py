"""Weight layouts: how other versions arranged the same numbers, and how they become this library's.

A table has one row a class. A row is a function `(arrays, layer, saved) -> arrays` that takes the weights of one layer
as the file has them, in the file's order, and returns them as the layer has them; `saved` is the `Saved` they come
from, whose `version` and `backend` tell who wrote them.

A row is called twice: first on stand-ins, which have the shapes and dtypes and are all zeros, so that shapes are
checked before anything is read; then on what was read. So it asks nothing of the values.
"""

# {class name: function}; a class without a row has its weights as Keras 2 has them.
_ROWS = {}


def convert(arrays, layer, saved):
    """Return a layer's weights in this library's layout.

    Args:
        arrays: NumPy arrays as the file has them.
        layer: the layer they are for.
        saved: the `Saved` they come from.
    """
    row = _ROWS.get(type(layer).__name__)
    return arrays if row is None else row(arrays, layer, saved)


# {class name: function} for optimizers, as `_ROWS` for layers.
_OPTIMIZER_ROWS = {}


def convert_optimizer(arrays, optimizer, saved):
    """Return an optimizer's weights in the order of `Optimizer.get_weights`.

    Args:
        arrays: NumPy arrays as the file has them.
        optimizer: the optimizer they are for, its slots made.
        saved: the `Saved` they come from.
    """
    row = _OPTIMIZER_ROWS.get(type(optimizer).__name__)
    return arrays if row is None else row(arrays, optimizer, saved)
