"""Fashion-MNIST: pictures of clothes, in the form of MNIST."""

import gzip
from pathlib import Path

import numpy as np

from keras.datasets.plain import STORAGE
from keras.utils.files import get_file

_NAMES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)

# Where Debian's package dataset-fashion-mnist has the same files.
_SYSTEM = Path("/usr/share/datasets/fashion-mnist")

# What the dtype uint8 is called in the format of these files.
_UBYTE = 8


def load_data():
    """Return 60,000 pictures of clothes to train with and 10,000 to test with.

    The classes are 0 T-shirt/top, 1 trouser, 2 pullover, 3 dress, 4 coat, 5 sandal, 6 shirt, 7 sneaker, 8 bag, 9 ankle
    boot.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: uint8 arrays, images of shape (samples, 28, 28) and classes of shape
        (samples,).

    Raises:
        ConnectionError: if a file is not there and cannot be downloaded.
    """
    x_train, y_train, x_test, y_test = (_read(_path(name)) for name in _NAMES)
    return (x_train, y_train), (x_test, y_test)


def _path(name):
    if (_SYSTEM / name).exists():
        return _SYSTEM / name
    return get_file(name, STORAGE + name, cache_subdir="datasets/fashion-mnist")


def _read(path):
    """Return the array in a file of the IDX format: two zeros, the dtype, the number of axes, the sizes, the values."""
    with gzip.open(path) as file:
        content = file.read()
    axes = content[3] if len(content) > 3 else 0
    shape = np.frombuffer(content, ">u4", axes, offset=4) if len(content) >= 4 + 4 * axes else ()
    if content[:3] != bytes([0, 0, _UBYTE]) or len(content) != 4 + 4 * axes + np.prod(
        shape, dtype=int
    ):
        raise ValueError(
            f"{path} is no IDX file of bytes: delete it, so that it is downloaded anew."
        )
    return np.frombuffer(content, "uint8", offset=4 + 4 * axes).reshape(shape).copy()
