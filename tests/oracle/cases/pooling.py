"""Pooling and global pooling."""

from .conv import FIRST, layer

KINDS = ["Max", "Average"]


def pools(kind):
    """The rows of one kind of pooling."""
    low = kind.lower()
    return [
        layer(low + "1d", kind + "Pooling1D", (7, 2)),
        layer(low + "1d_same", kind + "Pooling1D", (7, 2), 3, padding="same"),
        layer(low + "1d_overlap", kind + "Pooling1D", (8, 2), 3, strides=2),
        layer(low + "1d_strides1", kind + "Pooling1D", (6, 2), 2, strides=1, padding="same"),
        layer(low + "1d_first", kind + "Pooling1D", (2, 7), 2, **FIRST),
        layer(low + "2d", kind + "Pooling2D", (6, 5, 2)),
        layer(low + "2d_same", kind + "Pooling2D", (6, 5, 2), (3, 2), padding="same"),
        layer(low + "2d_overlap", kind + "Pooling2D", (7, 6, 2), 3, strides=2),
        layer(low + "2d_overlap_same", kind + "Pooling2D", (6, 6, 2), 3, strides=2, padding="same"),
        layer(low + "2d_gaps", kind + "Pooling2D", (7, 6, 2), 2, strides=3),
        layer(low + "2d_first", kind + "Pooling2D", (2, 6, 5), 2, **FIRST),
        layer(low + "2d_first_same", kind + "Pooling2D", (2, 5, 5), 2, padding="same", **FIRST),
        layer(low + "3d", kind + "Pooling3D", (4, 5, 4, 2)),
        layer(low + "3d_same", kind + "Pooling3D", (4, 5, 3, 2), 2, padding="same"),
        layer(
            low + "3d_overlapping", kind + "Pooling3D", (5, 4, 4, 2), (3, 2, 2), strides=(2, 1, 2)
        ),
        layer(low + "3d_first", kind + "Pooling3D", (2, 4, 5, 4), 2, **FIRST),
        layer("global_" + low + "1d", "Global" + kind + "Pooling1D", (5, 3)),
        layer("global_" + low + "1d_first", "Global" + kind + "Pooling1D", (3, 5), **FIRST),
        layer("global_" + low + "2d", "Global" + kind + "Pooling2D", (4, 3, 2)),
        layer("global_" + low + "2d_first", "Global" + kind + "Pooling2D", (2, 4, 3), **FIRST),
        layer("global_" + low + "3d", "Global" + kind + "Pooling3D", (3, 2, 4, 2)),
        layer("global_" + low + "3d_first", "Global" + kind + "Pooling3D", (2, 3, 2, 4), **FIRST),
    ]


ROWS = [row for kind in KINDS for row in pools(kind)]
