"""Merging layers, normalization and embeddings."""

from keras import layers as L

from ..row import ints, padded, padded_ints, row


def merge(cls):
    """Rows for an elementwise merge layer: two inputs, three, and broadcast ones."""
    two = row(cls.lower() + "_two", lambda a, b: getattr(L, cls)()([a, b]), (3, 4), (3, 4))
    wide = row(cls.lower() + "_broadcast", lambda a, b: getattr(L, cls)()([a, b]), (3, 4), (1, 4))
    rank = row(cls.lower() + "_ranks", lambda a, b: getattr(L, cls)()([a, b]), (3, 4), (4,))
    if cls == "Subtract":
        return [two, wide]
    three = row(
        cls.lower() + "_three", lambda *x: getattr(L, cls)()(list(x)), (3, 4), (3, 4), (3, 4)
    )
    return [two, three, wide, rank]


def function(name, *args):
    """A row for the functional form of a merge layer."""
    return row("function_" + name, lambda a, b: getattr(L, name)([a, b], *args), (3, 4), (3, 4))


def norm(name, shape, **kwargs):
    """A row for a batch normalization layer; training moves its statistics."""
    return row(
        "batchnorm_" + name,
        lambda x: L.BatchNormalization(**kwargs)(x),
        shape,
        positive=True,
        batch=6,
    )


MERGES = ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"]

ROWS = [item for cls in MERGES for item in merge(cls)]
ROWS += [
    row("concatenate", lambda a, b: L.Concatenate()([a, b]), (3, 4), (3, 2)),
    row("concatenate_axis1", lambda a, b: L.Concatenate(axis=1)([a, b]), (3, 4), (2, 4)),
    row("concatenate_three", lambda *x: L.Concatenate(axis=-2)(list(x)), (3, 4), (2, 4), (1, 4)),
    row("dot_vectors", lambda a, b: L.Dot(axes=1)([a, b]), (4,), (4,)),
    row("dot_vectors_normalize", lambda a, b: L.Dot(1, normalize=True)([a, b]), (4,), (4,)),
    row("dot_matrices", lambda a, b: L.Dot(axes=2)([a, b]), (3, 4), (5, 4)),
    row("dot_matrices_axes", lambda a, b: L.Dot(axes=(1, 2))([a, b]), (4, 3), (5, 4)),
    row("dot_matrices_21", lambda a, b: L.Dot(axes=(2, 1))([a, b]), (3, 4), (4, 5)),
    row("dot_matrices_11", lambda a, b: L.Dot(axes=1)([a, b]), (4, 3), (4, 5)),
    row("dot_negative", lambda a, b: L.Dot(axes=-1)([a, b]), (3, 4), (5, 4)),
    row("dot_normalize", lambda a, b: L.Dot(axes=2, normalize=True)([a, b]), (3, 4), (5, 4)),
    row("dot_mixed_ranks", lambda a, b: L.Dot(axes=(2, 1))([a, b]), (3, 4), (4,)),
    function("add"),
    function("subtract"),
    function("multiply"),
    function("average"),
    function("maximum"),
    function("minimum"),
    function("concatenate"),
    function("dot", 2),
    row(
        "masked_add",
        lambda a, b: L.Dense(2)(L.Add()([L.Masking()(a), L.Masking()(b)])),
        padded((6, 3)),
        padded((6, 3)),
    ),
    row(
        "masked_concatenate",
        lambda a, b: L.LSTM(2)(L.Concatenate()([L.Masking()(a), L.Masking()(b)])),
        padded((6, 3)),
        padded((6, 2)),
    ),
    row(
        "masked_concatenate_time",
        lambda a, b: L.LSTM(2)(L.Concatenate(axis=1)([L.Masking()(a), L.Masking()(b)])),
        padded((4, 2)),
        padded((5, 2)),
    ),
    norm("plain", (4,)),
    norm("3d", (3, 4)),
    norm("3d_axis1", (3, 4), axis=1),
    norm("4d", (3, 2, 4)),
    norm("4d_axis1", (4, 3, 2), axis=1),
    norm("4d_axis2", (3, 4, 2), axis=2),
    norm("5d", (2, 3, 2, 4)),
    norm("momentum", (4,), momentum=0.5, epsilon=0.1),
    norm("no_center", (4,), center=False),
    norm("no_scale", (4,), scale=False),
    norm("neither", (4,), center=False, scale=False),
    norm("4d_no_scale", (3, 2, 4), scale=False),
    norm("regularized", (4,), gamma_regularizer="l2", beta_constraint="non_neg"),
    row(
        "batchnorm_between",
        lambda x: L.Dense(2)(L.BatchNormalization()(L.Dense(4)(x))),
        (3,),
        positive=True,
        batch=6,
    ),
    row("embedding", lambda x: L.Embedding(7, 3)(x), ints((5,), 7)),
    row("embedding_2d", lambda x: L.Embedding(7, 3)(x), ints((2, 5), 7)),
    row("embedding_length", lambda x: L.Embedding(7, 3, input_length=5)(x), ints((5,), 7)),
    row("embedding_masked", lambda x: L.Embedding(7, 3, mask_zero=True)(x), padded_ints((6,), 7)),
    row(
        "embedding_masked_lstm",
        lambda x: L.LSTM(2)(L.Embedding(7, 3, mask_zero=True)(x)),
        padded_ints((6,), 7),
    ),
    row(
        "embedding_regularized",
        lambda x: L.Embedding(7, 3, embeddings_regularizer="l2", embeddings_constraint="unit_norm")(
            x
        ),
        ints((5,), 7),
    ),
]
