"""Train a convolutional network on small colour images that are changed at random as they are read.

`ImageDataGenerator` shifts, flips and rotates the images, `fit_generator` trains on what it makes.

    python examples/cifar10_cnn.py [--epochs 8] [--brief]

With CIFAR-10 in `~/.keras/datasets` (`cifar-10-batches-py`) these are its images. Without, they are patches of ten
photographs at three sizes, and the network tells from which photograph each comes, on parts of the photographs that
it never saw: chance is 10 %. Expect about 94 %.
"""

import gallery
import matplotlib.pyplot as plt
import numpy as np
import samples

from keras.datasets import cifar10
from keras.layers import (
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPooling2D,
)
from keras.models import Sequential
from keras.optimizers import RMSprop
from keras.preprocessing.image import ImageDataGenerator

CIFAR_NAMES = "airplane automobile bird cat deer dog frog horse ship truck".split()


def load(brief):
    """Return (images, labels), (test images, test labels), names."""
    if samples.is_cached("datasets", "cifar-10-batches-py"):
        (x_train, y_train), (x_test, y_test) = cifar10.load_data()
        count = 1000 if brief else len(x_train)
        x_train, y_train = x_train[:count] / 255, y_train[:count, 0]
        return (x_train, y_train), (x_test / 255, y_test[:, 0]), CIFAR_NAMES
    print("CIFAR-10 is not cached: patches of ten photographs take its place.")
    train = samples.patches(1000 if brief else 4000)
    return train, samples.patches(1000, test=True), samples.NAMES


def build_model(classes):
    """Three convolutions with batch normalization."""
    model = Sequential()
    for filters in (24, 48, 64):
        first = {"input_shape": (32, 32, 3)} if not model.layers else {}
        model.add(Conv2D(filters, (3, 3), padding="same", use_bias=False, **first))
        model.add(BatchNormalization(momentum=0.9))
        model.add(Activation("relu"))
        model.add(MaxPooling2D(pool_size=(2, 2)))
    model.add(Flatten())
    model.add(Dropout(0.3))
    model.add(Dense(classes, activation="softmax"))
    model.compile(
        loss="sparse_categorical_crossentropy",
        optimizer=RMSprop(lr=1e-3, decay=3e-3),
        metrics=["accuracy"],
    )
    return model


def train(model, x_train, y_train, test, epochs):
    """Fit to images that are never twice the same."""
    generator = ImageDataGenerator(
        rotation_range=15,
        width_shift_range=0.1,
        height_shift_range=0.1,
        horizontal_flip=True,
        fill_mode="reflect",
    )
    batches = generator.flow(x_train, y_train, batch_size=64)
    return model.fit_generator(
        batches,
        steps_per_epoch=len(batches),
        epochs=epochs,
        validation_data=test,
        workers=2,
        verbose=2,
    ).history


def draw(options, history, images, labels, probabilities, names):
    """The accuracy, and unseen images with what they are taken for."""
    figure = plt.figure(figsize=(14, 5), layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=(3, 5))
    curves = {"training (changed at random)": history["accuracy"], "test": history["val_accuracy"]}
    gallery.curves(left.subplots(), curves, "Accuracy", percent=True)
    guesses = probabilities.argmax(axis=1)
    for axis, pixels, label, guess in zip(right.subplots(4, 8).flat, images, labels, guesses):
        color = gallery.GOOD if guess == label else gallery.BAD
        text = names[guess] if guess == label else f"{names[guess]}?\n({names[label]})"
        gallery.image(axis, pixels, text, color=color, size=9)
    gallery.save(figure, options, "cifar10_cnn.png")


def main(argv=None):
    """Train, draw, and return the test accuracy."""
    options = gallery.parse(__doc__, argv, epochs=8, brief=2)
    (x_train, y_train), (x_test, y_test), names = load(options.brief)
    model = build_model(len(names))
    history = train(model, x_train, y_train, (x_test, y_test), options.epochs)
    _, accuracy = model.evaluate(x_test, y_test, verbose=0)
    print(f"Test accuracy {accuracy:.2%}, chance {np.mean(y_test == 0):.0%}")
    draw(options, history, x_test, y_test, model.predict(x_test), names)
    return accuracy


if __name__ == "__main__":
    main()
