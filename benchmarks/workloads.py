"""The workloads: small functions that run unchanged in either environment.

    python benchmarks/workloads.py NAME

runs one of them in this process and prints a line of JSON: its number, and the versions that made
it. To add one, write a function here and put ``@workload(unit, description)`` above it; it returns
a number, less is better. Nothing here may use a name that only one of the libraries has.
`keras` is imported inside the functions, because the import is itself one of the workloads.
"""

import importlib
import inspect
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

import networks
import numpy as np

WORKLOADS = {}
NOTES = {}


def workload(unit, description):
    """Enter the function below into the table under its own name."""

    def enter(function, name=None):
        WORKLOADS[name or function.__name__] = {
            "run": function,
            "unit": unit,
            "description": description,
        }
        return function

    return enter


# -------------------------------------------------------------------------------------- the tools


def epoch_times(model, x, y=None, **options):
    """Train, return the seconds of each epoch; refuse a model that does not learn.

    The time from the call to the end of the first epoch goes to NOTES.
    """
    import keras

    class Clock(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.started = time.perf_counter()

        def on_epoch_end(self, epoch, logs=None):
            now = time.perf_counter()
            seconds.append(now - self.started)
            NOTES.setdefault("first_epoch", now - begun)

    seconds, begun = [], time.perf_counter()
    given = {} if y is None else {"y": y}
    fit = model.fit(x, **given, verbose=0, callbacks=[Clock()], **options)
    losses = fit.history["loss"]
    if not losses[-1] < losses[0]:
        raise RuntimeError(f"the loss did not fall, so there is nothing to time: {losses}")
    return seconds


def step_time(model, x, y, batch_size, epochs, warm=2, **options):
    """Seconds a training step, the median over the epochs after the `warm` first ones."""
    steps = -(-len(x) // batch_size)
    seconds = epoch_times(model, x, y, batch_size=batch_size, epochs=epochs, **options)
    return statistics.median(seconds[warm:]) / steps


def fed_step_time(source, **options):
    """Seconds a training step of the MLP, fed 150 batches an epoch."""
    seconds = epoch_times(networks.dense_stack(*MLP), source, epochs=6, **options)
    return statistics.median(seconds[2:]) / 150


MLP = 784, 512, 512, 10


def digits(rows):
    """Random pictures for the MLP, and labels that can be learned."""
    x = normal(rows, 784)
    return x, classes_of(x, 10)


def texts(rows, length=80, vocabulary=20000):
    """Random words, and whether the last one is in the vocabulary's second half."""
    words = np.random.RandomState(0).randint(0, vocabulary, size=(rows, length)).astype("int32")
    return words, (words[:, -1:] >= vocabulary // 2).astype("float32")


def classes_of(x, classes):
    """Labels that can be learned: the largest of some fixed random projections."""
    flat = x.reshape(len(x), -1)
    projections = np.random.RandomState(1).normal(size=(flat.shape[1], classes))
    return (flat @ projections).argmax(axis=1).astype("int32")


def normal(*shape):
    return np.random.RandomState(0).normal(size=shape).astype("float32")


# ---------------------------------------------------------------------------------- the workloads


@workload("us", "`fit`, MLP 20-64-64-10, batch 32: a step")
def tiny_mlp():
    x = normal(32 * 1000, 20)
    return 1e6 * step_time(networks.dense_stack(20, 64, 64, 10), x, classes_of(x, 10), 32, epochs=8)


@workload("ms", "`fit`, MLP 784-512-512-10, batch 128: a step")
def mlp():
    return 1e3 * step_time(networks.dense_stack(*MLP), *digits(128 * 150), 128, epochs=6)


@workload("ms", "`fit`, 28x28, conv 32, conv 64, pool, dense 128, batch 128: a step")
def cnn():
    x = normal(128 * 8, 28, 28, 1)
    return 1e3 * step_time(networks.small_cnn(), x, classes_of(x, 10), 128, epochs=5)


@workload("ms", "`fit`, ResNet-20 on 32x32x3, batch 64: a step")
def resnet20():
    x = normal(64 * 6, 32, 32, 3)
    return 1e3 * step_time(networks.resnet20(), x, classes_of(x, 10), 64, epochs=5)


@workload("ms", "`fit`, 6 depthwise blocks on 64x64x3, batch 32: a step")
def depthwise():
    x = normal(32 * 6, 64, 64, 3)
    return 1e3 * step_time(networks.depthwise_stack(), x, classes_of(x, 10), 32, epochs=5)


@workload("ms", "`predict`, 6 depthwise blocks on 64x64x3, batch 32: a batch")
def depthwise_predict():
    model, x = networks.depthwise_stack(), normal(32 * 16, 64, 64, 3)
    predict = lambda: model.predict(x, batch_size=32, verbose=0)  # noqa: E731
    return 1e3 * call_time(predict, calls=7, warm=2) / 16


@workload("ms", "`fit`, embedding 20,000 x 128, LSTM 128, 80 times, batch 32: a step")
def lstm():
    return 1e3 * step_time(networks.lstm(), *texts(32 * 25), 32, epochs=6)


@workload("ms", "`fit`, the same with GRU 128: a step")
def gru():
    return 1e3 * step_time(networks.gru(), *texts(32 * 25), 32, epochs=6)


@workload("ms", "`fit`, the same with a bidirectional LSTM 128: a step")
def bidirectional_lstm():
    return 1e3 * step_time(networks.bidirectional_lstm(), *texts(32 * 25), 32, epochs=6)


@workload("ms", "`fit`, 2 Transformer encoders, width 128, 4 heads, 128 times, batch 32: a step")
def transformer():
    words, y = texts(32 * 8, length=128, vocabulary=5000)
    return 1e3 * step_time(networks.transformer(), words, y, 32, epochs=5)


@workload("ms", "`fit` from an h5py dataset, MLP 784-512-512-10, batch 128: a step")
def h5py_rows():
    import h5py

    with tempfile.TemporaryDirectory() as folder, h5py.File(f"{folder}/data.h5", "w") as file:
        x, y = digits(128 * 150)
        rows, labels = file.create_dataset("x", data=x), file.create_dataset("y", data=y)
        return 1e3 * step_time(networks.dense_stack(*MLP), rows, labels, 128, 6, shuffle="batch")


@workload("ms", "`fit` from a generator, MLP 784-512-512-10, batch 128: a step")
def generator():
    x, y = digits(128 * 150)

    def batches():
        while True:
            for start in range(0, len(x), 128):
                yield x[start : start + 128], y[start : start + 128]

    return 1e3 * fed_step_time(batches(), steps_per_epoch=150)


@workload("ms", "`fit` from a `Sequence` with 2 workers, MLP 784-512-512-10, batch 128: a step")
def sequence():
    import keras

    x, y = digits(128 * 150)

    class Batches(keras.utils.Sequence):
        def __len__(self):
            return 150

        def __getitem__(self, index):
            rows = slice(128 * index, 128 * index + 128)
            return x[rows], y[rows]

    if "workers" in inspect.signature(keras.utils.Sequence.__init__).parameters:
        return 1e3 * fed_step_time(Batches(workers=2))
    return 1e3 * fed_step_time(Batches(), workers=2)


@workload("ms", "`predict` of one sample, MLP 20-64-64-10")
def predict_one():
    model, x = networks.dense_stack(20, 64, 64, 10), normal(1, 20)
    return 1e3 * call_time(lambda: model.predict(x, verbose=0), calls=500)


@workload("MB", "memory that 1,000 calls of `predict` leave, MLP 20-64-64-10")
def predict_leftovers():
    model, x = networks.dense_stack(20, 64, 64, 10), normal(1, 20)
    for _ in range(50):
        model.predict(x, verbose=0)
    before = memory_in_use()
    for _ in range(1000):
        model.predict(x, verbose=0)
    return max(memory_in_use() - before, 0.1)


@workload("us", "`train_on_batch`, MLP 20-64-64-10, batch 32, Adam")
def train_on_batch():
    model, x = networks.dense_stack(20, 64, 64, 10), normal(32, 20)
    y = classes_of(x, 10)
    return 1e6 * call_time(lambda: float(np.ravel(model.train_on_batch(x, y))[0]), calls=500)


def call_time(call, calls, warm=50):
    """Seconds a call, the median of `calls` calls after `warm` others."""
    seconds = []
    for _ in range(warm + calls):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds[warm:])


def application(name, **options):
    import keras

    model = getattr(keras.applications, name)(weights=None, **options)
    return model, normal(16, *model.input_shape[1:])


def predicting(name):
    """A workload: one batch of 16 images through a network of `keras.applications`."""

    def run():
        model, x = application(name)
        return 1e3 * call_time(lambda: model.predict(x, batch_size=16, verbose=0), calls=4, warm=2)

    return run


for network in ("ResNet50", "InceptionV3", "MobileNet", "Xception", "VGG16"):
    entry = workload("ms", f"`predict` of 16 images, {network}")
    entry(predicting(network), f"predict_{network.lower()}")


@workload("ms", "`predict` of one image, MobileNet")
def latency_mobilenet():
    model, x = application("MobileNet")
    return 1e3 * call_time(lambda: model.predict(x[:1], verbose=0), calls=20, warm=3)


@workload("ms", "`predict` of one image, ResNet50")
def latency_resnet50():
    model, x = application("ResNet50")
    return 1e3 * call_time(lambda: model.predict(x[:1], verbose=0), calls=10, warm=3)


@workload("ms", "`train_on_batch`, ResNet50, 16 images")
def train_resnet50():
    model, x = application("ResNet50")
    networks.compiled(model)
    y = np.arange(16, dtype="int32")
    return 1e3 * call_time(lambda: model.train_on_batch(x, y), calls=3, warm=2)


@workload("s", "building 53 convolutions, 25 M weights, and reading all of them")
def build_deep():
    import keras

    keras.models.Sequential([keras.Input(shape=(2,)), keras.layers.Dense(2)]).get_weights()
    start = time.perf_counter()
    weights = networks.residual_network().get_weights()
    seconds = time.perf_counter() - start
    count = sum(weight.size for weight in weights)
    if not 25e6 < count < 26e6 or not all(weight.any() for weight in weights if weight.ndim > 1):
        raise RuntimeError(f"{count} weights, or some without values: this is not that network")
    return seconds


@workload("s", "`import keras`, its backend with it, in a fresh process")
def import_time():
    start = time.perf_counter()
    importlib.import_module(os.environ["KERAS_BACKEND"])
    import keras  # noqa: F401

    return time.perf_counter() - start


@workload("s", "the first `fit` of a process to the end of its first epoch, MLP 20-64-64-10")
def first_fit():
    return fit_once()


@workload("s", "the same in a new process, another having done it before")
def next_first_fit():
    subprocess.run([sys.executable, __file__, "first_fit"], check=True, capture_output=True)
    return fit_once()


@workload("s", "the same once more: the same model built, compiled and fitted again")
def second_fit():
    fit_once()
    return fit_once()


def fit_once():
    x = normal(320, 20)
    y = classes_of(x, 10)
    start = time.perf_counter()
    networks.dense_stack(20, 64, 64, 10).fit(x, y, batch_size=32, epochs=1, verbose=0)
    return time.perf_counter() - start


@workload("s", "`save` as `.h5`, 100 M float32 weights in 4 layers, median of 3")
def save_100m():
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/model.h5"
        model = wide_stack()
        return median_time(lambda: model.save(path), 3)


@workload("s", "`load_model` of the same file, median of 3")
def load_100m():
    import keras

    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/model.h5"
        wide_stack().save(path)
        return median_time(lambda: keras.models.load_model(path), 3)


def wide_stack():
    import keras
    from keras import layers

    width = 5000
    stack = [layers.Dense(width, use_bias=False, kernel_initializer="ones") for _ in range(4)]
    return keras.models.Sequential([keras.layers.InputLayer((width,)), *stack])


def median_time(function, repeats):
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def memory_in_use():
    """The process's memory now, in MB."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def memory_peak():
    """The most memory that the process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def main(name):
    value = WORKLOADS[name]["run"]()
    import keras

    names = "keras", os.environ["KERAS_BACKEND"]
    versions = {each: sys.modules[each].__version__ for each in names}
    found = {"value": value, "memory": memory_peak(), **NOTES}
    print(json.dumps({**found, "versions": versions, "file": keras.__file__}))


if __name__ == "__main__":
    main(sys.argv[1])
