"""Three small models trained for 20 steps without random numbers: `python -m tests.conformance.agreement FLOATX`.

Prints, for each model, its first weights, the rows of its first batch and the loss of each step. What the JAX backend
prints is kept in `agreement.json` beside this file, made by `python -m tests.conformance.agreement keep`.
"""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

import keras
from keras import layers
from keras.backend import set_floatx

STEPS, BATCH = 20, 8
KEPT = Path(__file__).with_suffix(".json")


def dense():
    return [
        layers.Dense(16, activation="tanh", input_shape=(6,)),
        layers.Dense(3, activation="softmax"),
    ]


def convolutional():
    return [
        layers.Conv2D(4, 3, padding="same", strides=2, input_shape=(9, 8, 2)),
        layers.BatchNormalization(),
        layers.Activation("relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(3, activation="softmax"),
    ]


def recurrent():
    return [
        layers.Embedding(30, 8, mask_zero=True, input_length=7),
        layers.LSTM(6, return_sequences=True),
        layers.GRU(5),
        layers.Dense(3, activation="softmax"),
    ]


def numbers(shape):
    return np.random.default_rng(0).normal(size=shape)


MODELS = {
    "dense": (dense, "adam", numbers((160, 6))),
    "convolutional": (
        convolutional,
        keras.optimizers.SGD(0.05, momentum=0.9),
        numbers((160, 9, 8, 2)),
    ),
    "recurrent": (recurrent, "rmsprop", np.random.default_rng(1).integers(0, 30, (160, 7))),
}


class Watch(keras.callbacks.Callback):
    """Keeps the loss of each step."""

    def __init__(self):
        super().__init__()
        self.losses = []

    def on_batch_end(self, batch, logs=None):
        self.losses.append(float(logs["loss"]))


def train(name):
    make, optimizer, x = MODELS[name]
    np.random.seed(7)
    model = keras.Sequential(make())
    weights = [float(np.abs(w).sum(dtype="float64")) for w in model.get_weights()]
    model.compile(optimizer, "sparse_categorical_crossentropy")
    y = np.abs(x.reshape(len(x), -1).sum(1)).astype("int64") % 3
    watch = Watch()
    model.fit(x, y, batch_size=BATCH, epochs=1, verbose=0, callbacks=[watch])
    return {"weights": weights, "losses": watch.losses}


def keep():
    """Write what this backend prints, in both widths."""
    command = [sys.executable, "-m", "tests.conformance.agreement"]
    kept = {
        floatx: json.loads(subprocess.check_output([*command, floatx]).splitlines()[-1])
        for floatx in ("float32", "float64")
    }
    KEPT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf8")


if __name__ == "__main__":
    if sys.argv[1] == "keep":
        keep()
    else:
        set_floatx(sys.argv[1])
        print(json.dumps({name: train(name) for name in MODELS}))
