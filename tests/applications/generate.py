"""Writes structures.json.xz, outputs.npz, files.json and mobilenet.h5: what the original's networks are, say and fetch.

python tests/applications/generate.py [part ...], in an environment with Keras 2.2.4, Keras-Applications 1.0.8 and
TensorFlow 1.15. The parts are `structures`, `outputs`, `files` and `weights`.
"""

import importlib
import json
import lzma
import os
import sys

import numpy as np
from cases import MODES, MODULES, SMALL, fill, images, pixels

import keras

HERE = os.path.dirname(os.path.abspath(__file__))
K = keras.backend
PARTS = {"backend": K, "layers": keras.layers, "models": keras.models, "utils": keras.utils}


def network(key, **options):
    """A network of the original."""
    module = importlib.import_module("keras_applications." + MODULES[key])
    if MODULES[key] == "resnext" and not options.get("include_top", True):
        # It does not do with unknown sizes.
        options.setdefault("input_shape", (224, 224, 3))
    return getattr(module, key.split(".")[-1])(**dict(PARTS, **options))


# ------------------------------------------------------------------ structures
def structures():
    found = {}
    for key in MODULES:
        for top in (True, False):
            K.clear_session()
            model = network(key, include_top=top, weights=None)
            found[f"{key} {'top' if top else 'notop'}"] = describe(model)
            print(key, top, model.count_params(), flush=True)
    with lzma.open(os.path.join(HERE, "structures.json.xz"), "wt") as file:
        json.dump(found, file)


def describe(model):
    return {
        "name": model.name,
        "parameters": int(model.count_params()),
        "layers": [line(layer) for layer in model.layers],
    }


def line(layer):
    """A layer in one line: class, name, where its inputs come from, its output's shape, its weights' shapes."""
    inputs = [] if not layer._inbound_nodes else layer._inbound_nodes[0].inbound_layers
    shape = list(K.int_shape(layer.output))
    weights = [f"{w.name.split('/')[-1]}{list(K.int_shape(w))}" for w in layer.weights]
    names = ",".join(each.name for each in inputs)
    return " ".join([type(layer).__name__, layer.name, "<-", names, str(shape)] + weights)


# ------------------------------------------------------------------ outputs
def outputs():
    found = {}
    for key, (options, size) in SMALL.items():
        last = outputs_of(key, options, size, "channels_last")
        found[key] = last
        # In Keras-Applications 1.0.8 ResNeXt fails, and NASNet goes on in the other format.
        if key not in ("ResNeXt50", "NASNetMobile"):
            first = outputs_of(key, options, size, "channels_first")
            np.testing.assert_allclose(last, first, rtol=1e-4, atol=1e-6)
        print(key, found[key][0, :3], flush=True)
    found.update(preprocessed())
    np.savez_compressed(os.path.join(HERE, "outputs.npz"), **found)


def outputs_of(key, options, size, data_format):
    K.clear_session()
    K.set_image_data_format(data_format)
    x = images(size)
    if data_format == "channels_first":
        x = x.transpose(0, 3, 1, 2)
    model = network(key, weights=None, classes=10, input_shape=x.shape[1:], **options)
    fill(model)
    y = model.predict(x)
    assert y.min() > 1e-4 and y.max() < 0.9, "the softmax hides what comes before"
    K.set_image_data_format("channels_last")
    return y


def preprocessed():
    from keras.applications.imagenet_utils import preprocess_input

    found = {}
    for mode in MODES:
        for data_format in ("channels_last", "channels_first"):
            for dtype in ("uint8", "float32", "float64"):
                x = pixels(data_format, dtype)
                y = preprocess_input(x, data_format=data_format, mode=mode)
                found[f"{mode} {data_format} {dtype}"] = y
                found[f"{mode} {data_format} {dtype} after"] = x
    return found


# ------------------------------------------------------------------ files
class Fetched(Exception):
    pass


class Utils:
    """keras.utils, but for `get_file`, which tells what it is asked for."""

    def __getattr__(self, name):
        return getattr(keras.utils, name)

    def get_file(self, name, origin, cache_subdir=None, file_hash=None, md5_hash=None):
        raise Fetched(name, origin, cache_subdir, file_hash or md5_hash)


def files():
    found = []
    for key in MODULES:
        for options in variants(key):
            for top in (True, False):
                K.clear_session()
                call = dict(options, include_top=top)
                try:
                    network(key, weights="imagenet", utils=Utils(), **call)
                except Fetched as fetched:
                    found.append([key, call, list(fetched.args)])
                    print(found[-1], flush=True)
    with open(os.path.join(HERE, "files.json"), "w") as file:
        lines = ",\n".join(json.dumps(each) for each in found)
        file.write(f"[\n{lines}\n]\n")


def variants(key):
    """The arguments for each published network."""
    alphas, sizes = {
        "MobileNet": ((1.0, 0.75, 0.5, 0.25), (224, 192, 160, 128)),
        "MobileNetV2": ((1.4, 1.3, 1.0, 0.75, 0.5, 0.35), (224, 192, 160, 128, 96)),
    }.get(key, ((), ()))
    return [{"alpha": a, "input_shape": (n, n, 3)} for a in alphas for n in sizes] or [{}]


# ------------------------------------------------------------------ a file of weights
def weights():
    K.clear_session()
    model = network("MobileNet", weights=None, alpha=1 / 32, classes=10, input_shape=(40, 40, 3))
    fill(model)
    model.save_weights(os.path.join(HERE, "mobilenet.h5"))


if __name__ == "__main__":
    for part in sys.argv[1:] or ["structures", "outputs", "files", "weights"]:
        globals()[part]()
