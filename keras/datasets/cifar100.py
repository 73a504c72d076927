"""CIFAR-100: small photos of a hundred classes in twenty groups."""

from keras.datasets.cifar import load_files
from keras.utils.files import get_file

_ORIGIN = "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz"
_SHA256 = "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7"


def load_data(label_mode="fine"):
    """Return 50,000 photos to train with and 10,000 to test with.

    Args:
        label_mode: "fine" for 100 classes, "coarse" for 20 groups of them.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: uint8 arrays, images of shape (samples, 32, 32, 3), or (samples, 3, 32,
        32) where the data format is "channels_first", and classes of shape (samples, 1).

    Raises:
        ConnectionError: if the files are not there and cannot be downloaded.
        ValueError: for another label mode.
    """
    if label_mode not in ("fine", "coarse"):
        raise ValueError(f"label_mode should be 'fine' or 'coarse', got {label_mode!r}.")
    folder = get_file("cifar-100-python", _ORIGIN, untar=True, file_hash=_SHA256)
    train, test = (load_files(folder, [name], f"{label_mode}_labels") for name in ("train", "test"))
    return train, test
