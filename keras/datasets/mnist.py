"""MNIST: handwritten digits."""

from keras.datasets.plain import STORAGE, read_npz
from keras.utils.files import get_file


def load_data(path="mnist.npz"):
    """Return 60,000 images of handwritten digits to train with and 10,000 to test with.

    Args:
        path: the file to keep the data in, in `~/.keras/datasets`.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: uint8 arrays, images of shape (samples, 28, 28) with values from 0 for
        background to 255, and digits of shape (samples,).

    Raises:
        ConnectionError: if the file is not there and cannot be downloaded.
    """
    path = get_file(path, STORAGE + "mnist.npz", file_hash="8a61469f7ea1b51cbae51d4f78837e45")
    data = read_npz(path)
    return (data["x_train"], data["y_train"]), (data["x_test"], data["y_test"])
