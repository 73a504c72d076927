"""A variational autoencoder: draw new digits, and lay all digits out on a plane.

The encoder says where on a plane a digit lies, and how surely; a point is drawn there (`Lambda`, `K.random_normal`),
and the decoder draws the digit of that point. What the loss asks besides a likeness, that the points be spread like a
standard normal distribution, is added with `add_loss`: the model is compiled without any other loss.

    python examples/variational_autoencoder.py [--epochs 60] [--brief]

Expect a loss of about 165 on unseen digits (in nats; it begins at 540), and digits that turn into one another.
"""

import gallery
import matplotlib.pyplot as plt
import numpy as np
import samples
from scipy.stats import norm

from keras import backend as K
from keras.layers import Dense, Input, Lambda
from keras.losses import binary_crossentropy
from keras.models import Model

PIXELS, HIDDEN, LATENT = 28 * 28, 256, 2


def draw_point(arguments):
    """A point from the normal distribution that the encoder describes; gradients pass through it."""
    mean, log_variance = arguments
    return mean + K.exp(0.5 * log_variance) * K.random_normal(K.shape(mean))


def build_models():
    """Return the model to train, its encoder (to the means) and its decoder."""
    digit = Input((PIXELS,))
    hidden = Dense(HIDDEN, activation="relu")(digit)
    mean = Dense(LATENT, name="mean")(hidden)
    log_variance = Dense(LATENT, name="log_variance")(hidden)
    point = Lambda(draw_point, output_shape=(LATENT,))([mean, log_variance])
    encoder = Model(digit, mean, name="encoder")

    place = Input((LATENT,))
    decoder = Model(
        place,
        Dense(PIXELS, activation="sigmoid")(Dense(HIDDEN, activation="relu")(place)),
        name="decoder",
    )

    drawn = decoder(point)
    vae = Model(digit, drawn, name="vae")
    likeness = PIXELS * binary_crossentropy(digit, drawn)
    spread = -0.5 * K.sum(1 + log_variance - K.square(mean) - K.exp(log_variance), axis=-1)
    vae.add_loss(K.mean(likeness + spread))
    vae.compile(optimizer="adam")
    return vae, encoder, decoder


def draw(options, places, labels, decoder):
    """Where the digits lie, and what is drawn at a grid of points."""
    figure = plt.figure(figsize=(13, 6), layout="constrained")
    left, right = figure.subplots(1, 2)
    dots = left.scatter(*places.T, c=labels, cmap="tab10", s=7, vmin=-0.5, vmax=9.5)
    figure.colorbar(dots, ax=left, ticks=range(10))
    gallery.plain(left, "Where 5,000 digits lie")
    quantiles = norm.ppf(np.linspace(0.03, 0.97, 18))
    grid = np.array([(x, y) for y in quantiles[::-1] for x in quantiles])
    digits = decoder.predict(grid, verbose=0).reshape(18, 18, 28, 28)
    right.imshow(digits.swapaxes(1, 2).reshape(18 * 28, 18 * 28), cmap="gray_r")
    right.set_axis_off()
    gallery.title(right, "What is drawn at each point")
    gallery.save(figure, options, "variational_autoencoder.png")


def main(argv=None):
    """Train, draw, and return the last validation loss."""
    options = gallery.parse(__doc__, argv, epochs=60, brief=3)
    (x_train, y_train), (x_test, y_test) = samples.digits()
    x_train, x_test = x_train.reshape(-1, PIXELS), x_test.reshape(-1, PIXELS)
    vae, encoder, decoder = build_models()
    vae.summary()
    history = vae.fit(
        x_train,
        epochs=options.epochs,
        batch_size=64,
        validation_data=(x_test, None),
        verbose=2,
    )
    places = encoder.predict(np.concatenate([x_train, x_test]), verbose=0)
    draw(options, places, np.concatenate([y_train, y_test]), decoder)
    return history.history["val_loss"][-1]


if __name__ == "__main__":
    main()
