"""The options of weights: an initializer, a regularizer and a constraint, kept on the layer."""

from keras import constraints, initializers, regularizers


def keep(layer, kind, initializer, regularizer=None, constraint=None):
    """Set `layer.{kind}_initializer`, `_regularizer` and `_constraint`, from names or objects."""
    setattr(layer, f"{kind}_initializer", initializers.get(initializer))
    setattr(layer, f"{kind}_regularizer", regularizers.get(regularizer))
    setattr(layer, f"{kind}_constraint", constraints.get(constraint))


def add(layer, kind, shape, name=None, trainable=True, **more):
    """Return a new weight of a layer, made with the options kept for its kind.

    Args:
        layer: the layer.
        kind: what the options are called after: "kernel", "bias" ...
        shape: a tuple of ints.
        name: the weight's name, `kind` by default.
        trainable: whether optimizers may change it.
        **more: other arguments of `Layer.add_weight`.
    """
    return layer.add_weight(
        name=name or kind,
        shape=shape,
        trainable=trainable,
        initializer=getattr(layer, f"{kind}_initializer"),
        regularizer=getattr(layer, f"{kind}_regularizer"),
        constraint=getattr(layer, f"{kind}_constraint"),
        **more,
    )
