"""CIFAR-10: small photos of ten classes."""

from keras.datasets.cifar import load_files
from keras.utils.files import get_file

_ORIGIN = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
_SHA256 = "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"


def load_data():
    """Return 50,000 photos to train with and 10,000 to test with.

    The classes are 0 airplane, 1 automobile, 2 bird, 3 cat, 4 deer, 5 dog, 6 frog, 7 horse, 8 ship, 9 truck.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: uint8 arrays, images of shape (samples, 32, 32, 3), or (samples, 3, 32,
        32) where the data format is "channels_first", and classes of shape (samples, 1).

    Raises:
        ConnectionError: if the files are not there and cannot be downloaded.
    """
    folder = get_file("cifar-10-batches-py", _ORIGIN, untar=True, file_hash=_SHA256)
    train = load_files(folder, [f"data_batch_{i}" for i in range(1, 6)], "labels")
    return train, load_files(folder, ["test_batch"], "labels")
