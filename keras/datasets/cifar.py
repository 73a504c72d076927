"""What CIFAR-10 and CIFAR-100 share: the files that they come in."""

import os

import numpy as np

from keras import config
from keras.datasets.plain import unpickle


def load_batch(fpath, label_key="labels"):
    """Return the images and labels in one of the files.

    Args:
        fpath: the file's path.
        label_key: the name of the labels in it.

    Returns:
        A uint8 array of shape (samples, 3, 32, 32), and a list of ints.

    Raises:
        ValueError: if the file is broken or does not hold such data.
    """
    with open(fpath, "rb") as file:
        batch = unpickle(file, fpath, encoding="bytes")
    labels = batch.get(label_key.encode()) if isinstance(batch, dict) else None
    data = batch.get(b"data") if labels is not None else None
    if not isinstance(data, np.ndarray) or data.size != 3 * 32 * 32 * len(labels):
        raise ValueError(
            f"{fpath} does not hold images and {label_key}: delete it, so that it is downloaded anew."
        )
    return data.reshape(-1, 3, 32, 32), labels


def load_files(folder, names, label_key):
    """Return the images, in the configured data format, and the labels, (samples, 1), of several files."""
    batches = [load_batch(os.path.join(folder, name), label_key) for name in names]
    images = np.concatenate([data for data, _ in batches])
    if config.image_data_format() == "channels_last":
        images = np.ascontiguousarray(images.transpose(0, 2, 3, 1))
    labels = np.concatenate([np.array(labels, "uint8") for _, labels in batches])
    return images, labels.reshape(-1, 1)
