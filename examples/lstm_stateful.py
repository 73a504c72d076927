"""Remember beyond the window: a stateful LSTM beside one that starts anew with each window.

The task is a tap that drips into a leaking bucket: the input is a drop now and then, the target is the level, which a
drop raises and which takes about 40 steps to run dry. The network sees windows of 5 steps. A stateless LSTM cannot
know how full the bucket was before its window; a stateful one carries its state from batch to batch, until
`reset_states()` between epochs.

    python examples/lstm_stateful.py [--epochs 30] [--brief]

Expect a mean squared error on unseen drops that is far smaller, less than a tenth, with state.
"""

import gallery
import matplotlib.pyplot as plt
import numpy as np

from keras.layers import LSTM, Dense, TimeDistributed
from keras.models import Sequential

BUCKETS, WINDOW = 16, 5
LEAK, DROPS = 0.95, 0.06


def buckets(steps, rng):
    """Return drops and levels, both (buckets, steps, 1)."""
    drops = (rng.uniform(size=(BUCKETS, steps, 1)) < DROPS).astype("float32")
    levels = np.zeros_like(drops)
    level = np.zeros((BUCKETS, 1))
    for t in range(steps):
        level = LEAK * level + drops[:, t]
        levels[:, t] = level
    return drops, levels


def windows(series):
    """Cut along time, so that row i of each batch of BUCKETS goes on where row i of the last batch ended."""
    steps = series.shape[1] // WINDOW
    parts = series.reshape(BUCKETS, steps, WINDOW, 1)
    return parts.swapaxes(0, 1).reshape(steps * BUCKETS, WINDOW, 1)


def joined(parts):
    """The inverse of `windows`."""
    steps = len(parts) // BUCKETS
    return parts.reshape(steps, BUCKETS, WINDOW).swapaxes(0, 1).reshape(BUCKETS, steps * WINDOW)


def build_model(stateful):
    """An LSTM with one number out at each step."""
    model = Sequential()
    shape = (BUCKETS, WINDOW, 1)
    model.add(LSTM(16, return_sequences=True, stateful=stateful, batch_input_shape=shape))
    model.add(TimeDistributed(Dense(1)))
    model.compile(loss="mse", optimizer="adam")
    return model


def train(model, x, y, epochs):
    """Fit an epoch at a time, in order; forget the state before each."""
    losses = []
    for _ in range(epochs):
        model.reset_states()
        history = model.fit(x, y, batch_size=BUCKETS, epochs=1, shuffle=False, verbose=0)
        losses += history.history["loss"]
    print(f"stateful={model.layers[0].stateful}: loss {losses[0]:.4f} to {losses[-1]:.4f}")
    return losses


def draw(options, losses, drops, levels, guesses):
    """The losses, and one bucket over time."""
    figure, axes = plt.subplots(1, 2, figsize=(14, 4), width_ratios=(1, 2), layout="tight")
    gallery.curves(axes[0], losses, "Training loss")
    axes[0].set_yscale("log")
    shown = slice(0, 200)
    axes[1].plot(levels[0, shown], color=gallery.PALE, lw=7, label="the level")
    axes[1].plot(guesses["stateless"][0, shown], color=gallery.CALM, lw=1.2, label="stateless")
    axes[1].plot(guesses["stateful"][0, shown], color=gallery.GOOD, lw=2, label="stateful")
    at = np.flatnonzero(drops[0, shown])
    axes[1].plot(at, np.full(len(at), -0.1), "v", color=gallery.INK, ms=5, label="a drop")
    gallery.plain(axes[1], "An unseen bucket, in windows of 5 steps", xlabel="step")
    axes[1].legend(frameon=False, ncols=4)
    gallery.save(figure, options, "lstm_stateful.png")


def main(argv=None):
    """Train both; return the stateful one's error on unseen drops as a share of the other's."""
    options = gallery.parse(__doc__, argv, epochs=30, brief=3)
    rng = np.random.RandomState(options.seed)
    drops, levels = buckets(500 if options.brief else 2000, rng)
    unseen_drops, unseen_levels = buckets(500, rng)
    losses, guesses, errors = {}, {}, {}
    for name in ("stateless", "stateful"):
        model = build_model(stateful=name == "stateful")
        losses[name] = train(model, windows(drops), windows(levels), options.epochs)
        model.reset_states()
        guesses[name] = joined(model.predict(windows(unseen_drops), batch_size=BUCKETS))
        errors[name] = np.mean(np.square(guesses[name] - unseen_levels[..., 0]))
        print(f"{name}: mean squared error {errors[name]:.4f} on unseen drops")
    draw(options, losses, unseen_drops, unseen_levels, guesses)
    return errors["stateful"] / errors["stateless"]


if __name__ == "__main__":
    main()
