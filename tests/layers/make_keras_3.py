"""Makes `keras_3.npz`: run in this folder by a Python that has Keras 3.15.1, JAX and TensorFlow."""

import os

os.environ["KERAS_BACKEND"] = "jax"

import numpy as np
from preprocessing_cases import CASES, INPUTS

import keras


def main():
    found = {}
    for name, (kind, arguments, given) in CASES.items():
        layer = getattr(keras.layers, kind)(**arguments)
        options = {"training": True} if kind.startswith("Random") else {}
        result = layer(INPUTS[given], **options)
        result = np.asarray(result)
        found[name] = result.astype("U") if result.dtype.kind in "OS" else result
    np.savez_compressed("keras_3.npz", **found)


if __name__ == "__main__":
    main()
