"""Train on a file that need not fit into memory: `HDF5Matrix` and `shuffle="batch"`.

The data is written to an HDF5 file piece by piece, and read the same way: `fit` sees what looks like an array, of
which `HDF5Matrix` reads a batch at a time. `shuffle="batch"` shuffles the order of the batches, not of the rows,
since reading scattered rows would be slow. A `normalizer` turns stored bytes into numbers as they are read.

    python examples/hdf5_larger_than_memory.py [--epochs 4] [--brief]

The full run writes a file of 512 MB into the output folder (and deletes it); as numbers that is 2 GB. The task is
to say where a bright ring lies in a noisy picture. Expect the process to grow by about 250 MB, and half of the
rings to be found to within half a pixel.
"""

import time

import gallery
import h5py
import matplotlib.pyplot as plt
import numpy as np

from keras.callbacks import LambdaCallback
from keras.layers import Conv2D, Dense, Flatten
from keras.models import Sequential
from keras.utils import HDF5Matrix

SIDE, RADIUS, PIECE = 64, 9, 1024
FILE_MB, BRIEF_MB, TEST_ROWS = 512, 24, 1024


def rings(count, rng):
    """Noisy pictures, (count, SIDE, SIDE, 1) bytes, and the centres of their rings in [0, 1]."""
    centres = rng.uniform(RADIUS, SIDE - RADIUS, (count, 2))
    down, right = np.indices((SIDE, SIDE))[:, np.newaxis] - centres.T[:, :, None, None]
    ring = np.exp(-np.square(np.hypot(down, right) - RADIUS) / 2)
    pictures = 90 * ring + rng.normal(80, 40, ring.shape)
    return np.clip(pictures, 0, 255).astype("uint8")[..., np.newaxis], centres / SIDE


def write(path, rows, rng):
    """Make the file piece by piece."""
    with h5py.File(path, "w") as file:
        pictures = file.create_dataset("pictures", (rows, SIDE, SIDE, 1), "uint8")
        centres = file.create_dataset("centres", (rows, 2), "float32")
        for start in range(0, rows, PIECE):
            stop = min(start + PIECE, rows)
            pictures[start:stop], centres[start:stop] = rings(stop - start, rng)


def memory():
    """The megabytes that this process holds now; None where the system does not tell."""
    try:
        with open("/proc/self/status", encoding="utf8") as status:
            return next(int(line.split()[1]) / 1024 for line in status if line[:5] == "VmRSS")
    except OSError:
        return None


def build_model():
    """Strided convolutions and two numbers: where the ring lies."""
    model = Sequential()
    model.add(Conv2D(8, 5, strides=4, activation="relu", input_shape=(SIDE, SIDE, 1)))
    model.add(Conv2D(16, 3, strides=2, activation="relu"))
    model.add(Flatten())
    model.add(Dense(64, activation="relu"))
    model.add(Dense(2))
    model.compile(loss="mse", optimizer="adam")
    return model


def train(model, path, rows, epochs):
    """Fit to the file; return the losses of the batches, and the memory held, in MB, after each of some of them."""

    def scaled(pictures):
        return pictures.astype("float32") / 128 - 1

    data = {"datapath": path, "end": rows - TEST_ROWS}
    x = HDF5Matrix(dataset="pictures", normalizer=scaled, **data)
    y = HDF5Matrix(dataset="centres", **data)
    model.fit(x[:128], y[:128], 64, verbose=0)  # so that what compiling takes is not counted
    losses, held = [], [memory()]

    def note(batch, logs):
        losses.append(logs["loss"])
        if batch % 10 == 0:
            held.append(memory())

    callbacks = [LambdaCallback(on_batch_end=note)]
    model.fit(x, y, 64, epochs, shuffle="batch", callbacks=callbacks, verbose=2)
    unseen = {"datapath": path, "start": rows - TEST_ROWS}
    x_test = HDF5Matrix(dataset="pictures", normalizer=scaled, **unseen)
    y_test = HDF5Matrix(dataset="centres", **unseen)
    return losses, held, (x_test, y_test)


def draw(options, losses, grown, size, pictures, centres, guesses):
    """The loss of each batch, the memory, and some rings with what was found."""
    figure = plt.figure(figsize=(15, 4.6), layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=(3, 2))
    loss, growth = left.subplots(1, 2)
    loss.semilogy(losses, color=gallery.GOOD, lw=0.8)
    gallery.plain(loss, "Loss of each batch", xlabel="batch")
    growth.axhline(size, color=gallery.BAD, label="the file")
    growth.plot(np.arange(len(grown)) * 10, grown, color=gallery.GOOD, label="growth in training")
    gallery.plain(growth, "Memory, MB", xlabel="batch")
    growth.legend(frameon=False)
    for axis, picture, centre, guess in zip(right.subplots(2, 3).flat, pictures, centres, guesses):
        gallery.image(axis, -picture / 2 + 0.5)
        axis.plot(*(centre[::-1] * SIDE), "o", color=gallery.INK, ms=7)
        axis.plot(*(guess[::-1] * SIDE), "+", color=gallery.BAD, ms=13, mew=2)
    gallery.save(figure, options, "hdf5_larger_than_memory.png")


def main(argv=None):
    """Write, train, draw; return the median error on unseen rings, in pixels."""
    options = gallery.parse(__doc__, argv, epochs=4, brief=2)
    path = options.output / "rings.h5"
    size = BRIEF_MB if options.brief else FILE_MB
    rows = size * 2**20 // SIDE**2
    start = time.perf_counter()
    write(path, rows, np.random.RandomState(options.seed))
    print(f"{path}: {rows:,} pictures, written in {time.perf_counter() - start:.0f} s")
    try:
        model = build_model()
        losses, held, (x, y) = train(model, path, rows, options.epochs)
        guesses = model.predict(x, verbose=0)
        errors = np.hypot(*((guesses - y[:]) * SIDE).T)
        pictures, centres = x[:6], y[:6]
    finally:
        path.unlink()
    grown = np.array(held, float) - (held[0] or 0)
    print(f"Half of the rings were found to within {np.median(errors):.2f} pixels.")
    print(
        f"Training took at most {grown.max():.0f} MB. The file has {size}, as numbers {4 * size} MB."
    )
    draw(options, losses, grown, size, pictures, centres, guesses)
    return float(np.median(errors))


if __name__ == "__main__":
    main()
