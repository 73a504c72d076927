"""One side of the exchange: builds models and saves them, or loads them; in either case says what they predict.

    python side.py MODULE write|read FOLDER SUFFIX [--lacks Class ...] [--put-right TESTS]

MODULE is the library, "keras" or "tf_keras", of any version from 2.2.4. Each case leaves `<case><SUFFIX>` and
`<case>.<action>.npz` with the outputs `y0`, `y1` ... and, for a trained model, the losses of the next steps. At the end
stands a line of JSON: `{case: what went wrong, or null}`.
"""

import argparse
import importlib
import json
import os
import sys
import traceback

import numpy as np
from cases import CASES

BATCH = 4
STEPS = 10


def as_list(value):
    """A list of what may be one or several."""
    return list(value) if isinstance(value, (list, tuple)) else [value]


def sizes_of(tensor):
    """A symbolic tensor's shape, without the batch axis."""
    return tuple(int(size) for size in tuple(getattr(tensor, "_keras_shape", tensor.shape))[1:])


def draw(model, random):
    """Inputs for a model: numbers, or ids where it takes integers."""
    found = []
    for tensor in as_list(model.inputs):
        shape = (BATCH,) + sizes_of(tensor)
        is_whole = "int" in str(tensor.dtype)
        found.append(random.randint(0, 7, shape) if is_whole else random.normal(size=shape))
    return [value.astype("int32" if value.dtype.kind == "i" else "float32") for value in found]


def randomize(model, random):
    """Give every weight a value of its own; variances are positive."""
    weights = [weight for layer in model.layers for weight in layer.weights]
    names = [getattr(weight, "path", weight.name) for weight in weights]
    values = [random.uniform(-0.6, 0.6, w.shape).astype("float32") for w in model.get_weights()]
    model.set_weights([abs(v) + 0.2 if "variance" in name else v for name, v in zip(names, values)])
    for layer in model.layers:
        # Keras 3's Normalization computes with copies of its weights, which it makes here and when it loads.
        if hasattr(layer, "finalize_state"):
            layer.finalize_state()


def is_trained(model):
    """Whether the model is compiled."""
    return getattr(model, "optimizer", None) is not None


def step(model, data):
    """The loss of one step of training."""
    return float(np.ravel(as_list(model.train_on_batch(data["inputs"], data["t"]))[0])[0])


def results(model, data):
    """What a model predicts, and how it learns on."""
    outputs = as_list(model.predict(data["inputs"], batch_size=BATCH))
    found = {f"y{i}": np.asarray(value) for i, value in enumerate(outputs)}
    if is_trained(model):
        found["losses"] = [step(model, data) for _ in range(STEPS)]
    return found


def one_or_all(inputs):
    """The input, or a list of several."""
    return inputs[0] if len(inputs) == 1 else inputs


def write(keras, name, base, suffix, lacks):
    """Build, train and save a model; return its inputs, targets and results."""
    random = np.random.RandomState(len(name))
    model = CASES[name](keras, lacks)
    randomize(model, random)
    inputs = draw(model, random)
    data = {"inputs": one_or_all(inputs), "t": random.normal(size=(BATCH, 2)).astype("float32")}
    if is_trained(model):
        for _ in range(3):
            step(model, data)
    if suffix == ".weights.h5":
        model.save_weights(base + suffix)
    else:
        model.save(base + suffix)
    stored = {f"x{i}": value for i, value in enumerate(inputs)}
    return dict(stored, t=data["t"], **results(model, data))


def read(keras, name, base, suffix, lacks):
    """Load a model; return its results for the writer's inputs."""
    stored = np.load(base + ".write.npz")
    inputs = [stored[f"x{i}"] for i in range(len(stored)) if f"x{i}" in stored]
    if suffix == ".weights.h5":
        model = CASES[name](keras, lacks)
        model.load_weights(base + suffix)
    else:
        model = keras.models.load_model(base + suffix)
    return results(model, {"inputs": one_or_all(inputs), "t": stored["t"]})


def run(keras, name, options):
    """One case; returns what went wrong, or None."""
    base = os.path.join(options.folder, name)
    if options.action == "read" and not os.path.exists(base + ".write.npz"):
        return "was not written"
    action = {"write": write, "read": read}[options.action]
    try:
        found = action(keras, name, base, options.suffix, set(options.lacks))
    except Exception as error:
        traceback.print_exc()
        return f"{type(error).__name__}: {error}"[:500]
    np.savez(f"{base}.{options.action}.npz", **found)
    return None


def main():
    """Run all cases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("module")
    parser.add_argument("action", choices=["write", "read"])
    parser.add_argument("folder")
    parser.add_argument("suffix")
    parser.add_argument("--lacks", nargs="*", default=[])
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--put-right", help="where tests/oracle lies, for Keras 2.2.4")
    options = parser.parse_args()
    keras = importlib.import_module(options.module)
    if options.put_right:
        sys.path.insert(0, options.put_right)
        importlib.import_module("oracle.generate").put_right()
    names = options.only or list(CASES)
    print(json.dumps({name: run(keras, name, options) for name in names}))


if __name__ == "__main__":
    main()
