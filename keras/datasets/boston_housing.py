"""Boston housing: prices of houses in the suburbs of Boston."""

import importlib.util

import numpy as np

from keras import config
from keras.datasets.plain import STORAGE, read_npz
from keras.utils.files import get_file

_SHA256 = "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5"


def load_data(path="boston_housing.npz", test_split=0.2, seed=113):
    """Return 13 numbers about each of 506 suburbs, and the price of houses there.

    One of the numbers is made from the share of black inhabitants, on the assumption that it lowers prices. Use the
    data to repeat old experiments, not to learn about prices.

    Args:
        path: the file to keep the data in, in `~/.keras/datasets`. Where it is not there, but the package mlxtend is,
            which has the same data, nothing is downloaded.
        test_split: the share of the samples to test with.
        seed: fixes the order of the samples.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: float64 arrays of shape (samples, 13) and (samples,), prices in
        1000 dollars.

    Raises:
        ConnectionError: if the file is not there and cannot be downloaded.
    """
    if not 0 <= test_split < 1:
        raise ValueError(f"test_split should lie in [0, 1), got {test_split!r}.")
    x, y = _data(path)
    order = np.random.RandomState(seed).permutation(len(x))
    x, y = x[order], y[order]
    border = int(len(x) * (1 - test_split))
    return (x[:border], y[:border]), (x[border:], y[border:])


def _data(path):
    is_cached = (config.home() / "datasets" / path).exists()
    if not is_cached and importlib.util.find_spec("mlxtend") is not None:
        from mlxtend.data import boston_housing_data

        return boston_housing_data()
    data = read_npz(get_file(path, STORAGE + "boston_housing.npz", file_hash=_SHA256))
    return data["x"], data["y"]
