"""Transfer learning: features learnt on some digits, frozen, serve to tell other ones apart.

1. A convolutional network learns the digits 0 to 4, of which there are many examples.
2. Its convolutions are frozen (`trainable = False`, then `compile`), and a new classifier on top learns the digits
   5 to 9 from a few examples of each. For comparison the same network learns them from scratch.
3. The last convolution is thawed and fine-tuned at a low rate.

    python examples/transfer_learning.py [--epochs 20] [--brief]

`--epochs` are those on the few examples. Expect 85 % of the unseen digits right with frozen features and 5 examples of
each, 86 % after fine-tuning, 81 % from scratch; with 10 examples 90, 90 and 88 %; with 2 nothing is gained. The frozen
weights are checked to be the same before and after.
"""

import gallery
import matplotlib.pyplot as plt
import numpy as np
import samples

from keras.layers import Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from keras.models import Sequential
from keras.optimizers import Adam

FEW = (2, 5, 10)
WAYS = ("from scratch", "frozen features", "fine-tuned")


def build_features():
    """The part that is transferred."""
    return [
        Conv2D(24, 3, activation="relu", input_shape=(28, 28, 1)),
        MaxPooling2D(),
        Conv2D(48, 3, activation="relu"),
        MaxPooling2D(),
        Flatten(),
    ]


def classifier(features, rate=1e-3):
    """Five classes on top of the features."""
    model = Sequential([*features, Dense(64, activation="relu"), Dropout(0.3)])
    model.add(Dense(5, activation="softmax"))
    return compiled(model, rate)


def compiled(model, rate):
    """Compile; what is frozen is settled here."""
    model.compile(Adam(lr=rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def few_of_each(images, labels, count):
    """The first examples of each class."""
    rows = np.concatenate([np.flatnonzero(labels == label)[:count] for label in range(5)])
    return images[rows], labels[rows]


def learn(model, few, epochs):
    """Fit on few examples, in about as many steps however few they are."""
    model.fit(*few, batch_size=16, epochs=epochs * max(1, 100 // len(few[0])), verbose=0)


def three_ways(features, few, test, epochs):
    """The accuracies from scratch, with frozen features, and fine-tuned."""
    scratch = classifier(build_features())
    learn(scratch, few, epochs)
    for layer in features:
        layer.trainable = False
    model = classifier(features)
    before = features[0].get_weights()[0]
    learn(model, few, epochs)
    assert np.array_equal(features[0].get_weights()[0], before), "frozen weights have changed"
    accuracies = [scratch.evaluate(*test, verbose=0)[1], model.evaluate(*test, verbose=0)[1]]

    pretrained = features[2].get_weights()
    features[2].trainable = True
    learn(compiled(model, rate=2e-4), few, epochs)
    accuracies.append(model.evaluate(*test, verbose=0)[1])
    features[2].set_weights(pretrained)
    return accuracies


def draw(options, counts, accuracies, features, image):
    """Accuracy by the number of examples, and what the transferred filters make of a digit they never saw."""
    figure = plt.figure(figsize=(13, 4.6), layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=(3, 2))
    axis = left.subplots()
    for i, (way, color) in enumerate(zip(WAYS, (gallery.CALM, gallery.GOOD, gallery.INK))):
        places = np.arange(len(counts)) + (i - 1) * 0.27
        bars = axis.bar(places, accuracies[:, i], 0.25, color=color, label=way)
        axis.bar_label(bars, fmt="{:.0%}", fontsize=8, color=color)
    axis.set_xticks(range(len(counts)), [str(count) for count in counts])
    axis.axhline(0.2, color=gallery.BAD, lw=1, ls=":", label="chance")
    axis.set_ylim(0, 1.15)
    gallery.plain(axis, "The digits 5 to 9, unseen", xlabel="examples of each digit")
    axis.legend(frameon=False, ncols=4, loc="upper left")
    answers = Sequential(features[:1]).predict(image[np.newaxis], verbose=0)[0]
    right.suptitle("What frozen filters see in a new digit", color=gallery.INK, fontweight="bold")
    for axis, picture in zip(right.subplots(3, 6).flat, [image, *answers.transpose(2, 0, 1)]):
        gallery.image(axis, picture / picture.max() if picture.max() > 0 else picture)
    gallery.save(figure, options, "transfer_learning.png")


def main(argv=None):
    """Learn, transfer, draw; return the accuracy with frozen features and 10 examples of each digit."""
    options = gallery.parse(__doc__, argv, epochs=20, brief=4)
    (x_train, y_train), (x_test, y_test) = samples.digits()
    low, high, high_test = y_train < 5, y_train >= 5, y_test >= 5
    features = build_features()
    source = classifier(features)
    source.fit(x_train[low], y_train[low], batch_size=64, epochs=1 + options.epochs // 5, verbose=2)
    counts = FEW[2:] if options.brief else FEW
    test = x_test[high_test], y_test[high_test] - 5
    accuracies = []
    for count in counts:
        few = few_of_each(x_train[high], y_train[high] - 5, count)
        accuracies.append(three_ways(features, few, test, options.epochs))
        shown = ", ".join(f"{way} {share:.1%}" for way, share in zip(WAYS, accuracies[-1]))
        print(f"{count} of each digit: {shown}")
    draw(options, counts, np.array(accuracies), features, test[0][0])
    return accuracies[counts.index(10)][1]


if __name__ == "__main__":
    main()
