"""Makes `keras_3.json`: run in this folder by a Python that has Keras 3.15.1 and JAX."""

import json
import os

os.environ["KERAS_BACKEND"] = "jax"

from keras_3_cases import LOSSES, METRICS, loss_of, metric_of

import keras


def main():
    found = {
        "losses": [loss_of(keras.losses, case) for case in LOSSES],
        "metrics": [metric_of(keras.metrics, case) for case in METRICS],
    }
    with open("keras_3.json", "w") as file:
        json.dump(found, file, indent=1)


if __name__ == "__main__":
    main()
