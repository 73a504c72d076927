"""The workloads: small functions that run unchanged in either environment.

    python benchmarks/workloads.py NAME

runs one of them in this process and prints a line of JSON: its number, and the versions that made
it. To add one, write a function here and put ``@workload(unit, description)`` above it; it returns
a number, less is better. Nothing here may use a name that only one of the libraries has.
`keras` is imported inside the functions, because the import is itself one of the workloads.
"""

import json
import statistics
import sys
import tempfile
import time

import numpy as np

WORKLOADS = {}


def workload(unit, description):
    """Enter the function below into the table under its own name."""

    def enter(function):
        WORKLOADS[function.__name__] = {
            "run": function,
            "unit": unit,
            "description": description,
        }
        return function

    return enter


# -------------------------------------------------------------------------------------- the tools


def epoch_times(model, x, y, batch_size, epochs):
    """Train on `x` and `y`, return the seconds of each epoch; refuse one that does not learn."""
    import keras

    class Clock(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.started = time.perf_counter()

        def on_epoch_end(self, epoch, logs=None):
            seconds.append(time.perf_counter() - self.started)

    seconds = []
    fit = model.fit(x, y, batch_size=batch_size, epochs=epochs, verbose=0, callbacks=[Clock()])
    losses = fit.history["loss"]
    if not losses[-1] < losses[0]:
        raise RuntimeError(f"the loss did not fall, so there is nothing to time: {losses}")
    return seconds


def step_time(model, x, y, batch_size, epochs, warm=2):
    """Seconds a training step, the median over the epochs after the `warm` first ones."""
    steps = -(-len(x) // batch_size)
    return statistics.median(epoch_times(model, x, y, batch_size, epochs)[warm:]) / steps


def classes_of(x, classes):
    """Labels that can be learned: the largest of some fixed random projections."""
    flat = x.reshape(len(x), -1)
    projections = np.random.RandomState(1).normal(size=(flat.shape[1], classes))
    return (flat @ projections).argmax(axis=1).astype("int32")


def normal(*shape):
    return np.random.RandomState(0).normal(size=shape).astype("float32")


def compiled(model, loss="sparse_categorical_crossentropy"):
    model.compile(optimizer="adam", loss=loss)
    return model


def dense_stack(*sizes):
    """Sizes are input, hidden..., classes."""
    import keras
    from keras.layers import Dense

    model = keras.models.Sequential([keras.Input(shape=(sizes[0],))])
    for units in sizes[1:-1]:
        model.add(Dense(units, activation="relu"))
    model.add(Dense(sizes[-1], activation="softmax"))
    return compiled(model)


# ---------------------------------------------------------------------------------- the workloads


@workload("us", "`fit`, MLP 20-64-64-10, batch 32, Adam: a step")
def tiny_mlp():
    x = normal(32 * 1000, 20)
    return 1e6 * step_time(dense_stack(20, 64, 64, 10), x, classes_of(x, 10), 32, epochs=8)


@workload("ms", "`fit`, MLP 784-512-512-10, batch 128, Adam: a step")
def mlp():
    x = normal(128 * 150, 784)
    return 1e3 * step_time(dense_stack(784, 512, 512, 10), x, classes_of(x, 10), 128, epochs=6)


@workload("ms", "`fit`, 28x28, conv 32, conv 64, pool, dense 128, batch 128, Adam: a step")
def cnn():
    import keras
    from keras.layers import Conv2D, Dense, Flatten, MaxPooling2D

    model = keras.models.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            Conv2D(32, 3, activation="relu"),
            Conv2D(64, 3, activation="relu"),
            MaxPooling2D(),
            Flatten(),
            Dense(128, activation="relu"),
            Dense(10, activation="softmax"),
        ]
    )
    x = normal(128 * 8, 28, 28, 1)
    return 1e3 * step_time(compiled(model), x, classes_of(x, 10), 128, epochs=5)


@workload("ms", "`fit`, embedding 20,000 x 128, LSTM 128, 80 time steps, batch 32, Adam: a step")
def lstm():
    import keras
    from keras.layers import LSTM, Dense, Embedding

    model = keras.models.Sequential(
        [
            keras.Input(shape=(80,), dtype="int32"),
            Embedding(20000, 128),
            LSTM(128),
            Dense(1, activation="sigmoid"),
        ]
    )
    words = np.random.RandomState(0).randint(0, 20000, size=(32 * 25, 80)).astype("int32")
    y = (words[:, -1:] > 10000).astype("float32")
    return 1e3 * step_time(compiled(model, "binary_crossentropy"), words, y, 32, epochs=6)


@workload("ms", "`predict` of one sample, MLP 20-64-64-10")
def predict_one():
    model, x = dense_stack(20, 64, 64, 10), normal(1, 20)
    return 1e3 * call_time(lambda: model.predict(x, verbose=0), calls=500)


@workload("us", "`train_on_batch`, MLP 20-64-64-10, batch 32, Adam")
def train_on_batch():
    model, x = dense_stack(20, 64, 64, 10), normal(32, 20)
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


@workload("s", "building 53 convolutions, 25 M weights, and reading all of them")
def build_deep():
    import keras

    keras.models.Sequential([keras.Input(shape=(2,)), keras.layers.Dense(2)]).get_weights()
    start = time.perf_counter()
    weights = residual_network().get_weights()
    seconds = time.perf_counter() - start
    count = sum(weight.size for weight in weights)
    if not 25e6 < count < 26e6 or not all(weight.any() for weight in weights if weight.ndim > 1):
        raise RuntimeError(f"{count} weights, or some without values: this is not that network")
    return seconds


def residual_network():
    """The 50-layer residual network's convolutions: 3, 4, 6 and 3 bottlenecks of three each."""
    import keras
    from keras import layers

    def convolve(x, filters, size, strides=1):
        x = layers.Conv2D(filters, size, strides=strides, padding="same")(x)
        return layers.BatchNormalization()(x)

    def bottleneck(x, filters, strides, widen):
        short = convolve(x, 4 * filters, 1, strides) if widen else x
        x = layers.Activation("relu")(convolve(x, filters, 1, strides))
        x = layers.Activation("relu")(convolve(x, filters, 3))
        x = layers.Add()([convolve(x, 4 * filters, 1), short])
        return layers.Activation("relu")(x)

    image = keras.Input(shape=(224, 224, 3))
    x = layers.MaxPooling2D(3, strides=2)(convolve(image, 64, 7, 2))
    for filters, blocks in ((64, 3), (128, 4), (256, 6), (512, 3)):
        for block in range(blocks):
            strides = 2 if block == 0 and filters > 64 else 1
            x = bottleneck(x, filters, strides, widen=block == 0)
    x = layers.Dense(1000, activation="softmax")(layers.GlobalAveragePooling2D()(x))
    return keras.models.Model(inputs=image, outputs=x)


@workload("s", "`import keras` after `import jax`, in a fresh process")
def import_time():
    import jax  # noqa: F401

    start = time.perf_counter()
    import keras  # noqa: F401

    return time.perf_counter() - start


@workload("s", "the first `fit` of a process to the end of its first epoch, MLP 20-64-64-10")
def first_fit():
    return fit_once()


@workload("s", "the same once more: the same model built, compiled and fitted again")
def second_fit():
    fit_once()
    return fit_once()


def fit_once():
    x = normal(320, 20)
    y = classes_of(x, 10)
    start = time.perf_counter()
    dense_stack(20, 64, 64, 10).fit(x, y, batch_size=32, epochs=1, verbose=0)
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


def main(name):
    value = WORKLOADS[name]["run"]()
    import jax

    import keras

    print(json.dumps({"value": value, "keras": keras.__version__, "jax": jax.__version__}))


if __name__ == "__main__":
    main(sys.argv[1])
