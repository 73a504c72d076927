"""A siamese network: learn a distance, small for two images of the same digit, large for different ones.

Both images of a pair pass through the *same* layers (a model called twice shares its weights). A `Lambda` measures
how far apart they end, and a contrastive loss of our own pulls pairs together or pushes them a margin apart.

    python examples/siamese_network.py [--epochs 12] [--brief]

Only the digits 0 to 7 are learnt from; 8 and 9 are kept back. Expect the distance to tell whether two unseen images
show the same digit in about 96 % of the pairs of known digits, and in 78 % of those of the two new ones.
"""

import gallery
import matplotlib.pyplot as plt
import numpy as np
import samples

from keras import backend as K
from keras.layers import Conv2D, Dense, Flatten, Input, Lambda, MaxPooling2D
from keras.models import Model, Sequential

KNOWN, MARGIN = 8, 1.0


def pairs(images, labels, count, rng):
    """Return [left images, right images] and 1 for the same digit, 0 for different ones; half of each."""
    places = {digit: np.flatnonzero(labels == digit) for digit in np.unique(labels)}
    digits = np.array(sorted(places))
    left = rng.choice(len(digits), size=count)
    same = np.arange(count) % 2 == 0
    right = np.where(same, left, (left + rng.randint(1, len(digits), size=count)) % len(digits))
    rows = [[rng.choice(places[d]) for d in digits[side]] for side in (left, right)]
    return [images[row] for row in rows], same.astype("float32")


def build_base():
    """What both images pass through: an image becomes a point on a plane."""
    base = Sequential(name="base")
    base.add(Conv2D(16, 3, activation="relu", input_shape=(28, 28, 1)))
    base.add(MaxPooling2D())
    base.add(Conv2D(32, 3, activation="relu"))
    base.add(MaxPooling2D())
    base.add(Flatten())
    base.add(Dense(64, activation="relu"))
    base.add(Dense(4))
    return base


def distance(points):
    """The Euclidean distance of two points of each pair."""
    left, right = points
    squared = K.sum(K.square(left - right), axis=-1, keepdims=True)
    return K.sqrt(K.maximum(squared, K.epsilon()))


def contrastive_loss(y_true, y_pred):
    """The same digit: the squared distance. Different ones: what is missing to the margin, squared."""
    missing = K.maximum(MARGIN - y_pred, 0.0)
    return K.mean(y_true * K.square(y_pred) + (1 - y_true) * K.square(missing))


def right(y_true, y_pred):
    """The share of the pairs on the right side of half the margin."""
    return K.mean(K.equal(y_true, K.cast(y_pred < MARGIN / 2, y_true.dtype)))


def build_model(base):
    """Two inputs, one distance."""
    left, right_image = Input((28, 28, 1)), Input((28, 28, 1))
    apart = Lambda(distance, output_shape=(1,))([base(left), base(right_image)])
    model = Model([left, right_image], apart)
    model.compile(loss=contrastive_loss, optimizer="adam", metrics=[right])
    return model


def on_a_plane(points):
    """The two principal axes of points."""
    centred = points - points.mean(axis=0)
    return centred @ np.linalg.svd(centred, full_matrices=False)[2][:2].T


def draw(options, model, test_pairs, same, points, labels):
    """Pairs and their distances, all distances, and where the digits lie."""
    figure = plt.figure(figsize=(15, 4.6), layout="constrained")
    left, middle, right_part = figure.subfigures(1, 3)
    apart = model.predict(test_pairs, verbose=0)[:, 0]
    for i, axis in enumerate(left.subplots(3, 4).reshape(6, 2)):
        color = gallery.GOOD if (apart[i] < MARGIN / 2) == same[i] else gallery.BAD
        gallery.image(axis[0], test_pairs[0][i], f"distance {apart[i]:.2f}", color=color)
        gallery.image(axis[1], test_pairs[1][i])
    histogram = middle.subplots()
    bins = np.linspace(0, apart.max(), 50)
    histogram.hist(apart[same == 1], bins, color=gallery.GOOD, alpha=0.8, label="the same digit")
    histogram.hist(apart[same == 0], bins, color=gallery.CALM, alpha=0.6, label="different ones")
    histogram.axvline(MARGIN / 2, color=gallery.INK, lw=1)
    histogram.legend(frameon=False)
    gallery.plain(histogram, "Distances of unseen pairs", xlabel="distance")
    plane = right_part.subplots()
    dots = plane.scatter(*on_a_plane(points).T, c=labels, cmap="tab10", s=8, vmin=-0.5, vmax=9.5)
    right_part.colorbar(dots, ax=plane, ticks=range(10))
    gallery.plain(plane, "Unseen digits; 8 and 9 are new")
    gallery.save(figure, options, "siamese_network.png")


def main(argv=None):
    """Train, draw, and return the share of unseen pairs judged rightly."""
    options = gallery.parse(__doc__, argv, epochs=12, brief=2)
    rng = np.random.RandomState(options.seed)
    (x_train, y_train), (x_test, y_test) = samples.digits()
    known, known_test = y_train < KNOWN, y_test < KNOWN
    count = 2000 if options.brief else 12000
    base = build_base()
    model = build_model(base)
    x, same = pairs(x_train[known], y_train[known], count, rng)
    model.fit(x, same, batch_size=128, epochs=options.epochs, verbose=2)
    test_pairs, test_same = pairs(x_test[known_test], y_test[known_test], 2000, rng)
    _, accuracy = model.evaluate(test_pairs, test_same, verbose=0)
    new_pairs, new_same = pairs(x_test[~known_test], y_test[~known_test], 2000, rng)
    _, on_new = model.evaluate(new_pairs, new_same, verbose=0)
    print(f"Right: {accuracy:.1%} of unseen pairs of known digits, {on_new:.1%} of new ones")
    draw(options, model, test_pairs, test_same, base.predict(x_test, verbose=0), y_test)
    return accuracy


if __name__ == "__main__":
    main()
