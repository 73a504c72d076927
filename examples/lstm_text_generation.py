"""Write text character by character, as an LSTM has learnt it from the Python language reference.

The reference comes with every Python (`pydoc_data.topics`, what `help("for")` shows). The network sees 40
characters and says how probable each next one is; drawing from these, again and again, makes new text. A
`LambdaCallback` writes a sample after each epoch. A low temperature makes bold choices, a high one surprising
spelling.

    python examples/lstm_text_generation.py [--epochs 8] [--brief]

Expect a loss of about 1.2 nats a character (3.0 for letters at random by their frequency), words that are mostly
English, and sentences that begin like documentation.
"""

import pydoc_data.topics
import textwrap

import gallery
import matplotlib.pyplot as plt
import numpy as np

from keras.callbacks import LambdaCallback
from keras.layers import LSTM, Dense
from keras.models import Sequential
from keras.optimizers import RMSprop

LENGTH, TEMPERATURES = 40, (0.3, 0.6, 1.0)
CHARACTERS = " \n.,()'\"-" + "abcdefghijklmnopqrstuvwxyz"


def load(brief):
    """The reference in small letters, every character one of CHARACTERS."""
    text = "\n".join(pydoc_data.topics.topics[name] for name in sorted(pydoc_data.topics.topics))
    text = "".join(c for c in text.lower() if c in CHARACTERS)
    lines = [" ".join(line.split()) for line in text.split("\n\n")]
    text = "\n".join(line for line in lines if len(line) > 80)
    return text[: 15_000 if brief else 80_000]


def windows(text, step=3):
    """Pieces of LENGTH characters, one-hot, and the number of the character after each."""
    indices = np.array([CHARACTERS.index(c) for c in text])
    starts = np.arange(0, len(indices) - LENGTH, step)
    rows = starts[:, np.newaxis] + np.arange(LENGTH)
    return np.eye(len(CHARACTERS), dtype=bool)[indices[rows]], indices[starts + LENGTH]


def build_model():
    """One LSTM, one softmax."""
    model = Sequential()
    model.add(LSTM(128, input_shape=(LENGTH, len(CHARACTERS))))
    model.add(Dense(len(CHARACTERS), activation="softmax"))
    model.compile(loss="sparse_categorical_crossentropy", optimizer=RMSprop(lr=4e-3))
    return model


def draw_character(probabilities, temperature):
    """The number of a character, drawn from probabilities made bolder or wilder."""
    logits = np.log(probabilities.astype("float64") + 1e-9) / temperature
    shares = np.exp(logits - logits.max())
    return np.random.choice(len(shares), p=shares / shares.sum())


def write(model, seed, temperature, count):
    """Go on with a text; return what was written, and how sure the network was of each character."""
    text, sure = seed, []
    for _ in range(count):
        window = np.eye(len(CHARACTERS))[[CHARACTERS.index(c) for c in text[-LENGTH:]]]
        probabilities = model.predict(window[np.newaxis], verbose=0)[0]
        chosen = draw_character(probabilities, temperature)
        text += CHARACTERS[chosen]
        sure.append(probabilities[chosen])
    return text[len(seed) :], sure


def draw(options, losses, seed, written):
    """The loss, and a text for each temperature; the surer a character, the darker it is."""
    figure = plt.figure(figsize=(15, 5), layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=(2, 5))
    gallery.curves(left.subplots(), {"loss": losses}, "Loss, nats a character")
    page = right.subplots()
    page.set_axis_off()
    page.set_xlim(0, 82)
    page.set_ylim(len(written) * 5.2, -1)
    colors = plt.get_cmap("YlGn")
    for block, (temperature, (text, sure)) in enumerate(written.items()):
        top = block * 5.2
        heading = f"temperature {temperature}, after “{seed.strip()}”"
        page.text(0, top, heading, fontsize=10, fontweight="bold", color=gallery.INK)
        for i, (character, share) in enumerate(zip(text.replace("\n", "¶"), sure)):
            color = colors(0.35 + 0.65 * share)
            place = i % 80, top + 0.9 + i // 80 * 0.8
            page.text(*place, character, family="monospace", fontsize=13, color=color)
    gallery.save(figure, options, "lstm_text_generation.png")


def main(argv=None):
    """Train, write, draw; return the last loss."""
    options = gallery.parse(__doc__, argv, epochs=8, brief=2)
    text = load(options.brief)
    x, y = windows(text)
    print(f"{len(text):,} characters, {len(x):,} windows")
    seed = text[text.index("\n") + 1 :][:LENGTH]
    model = build_model()

    def sample(epoch, logs):
        written, _ = write(model, seed, 0.6, 120)
        print(textwrap.indent(textwrap.fill(written, 100), "    "))

    history = model.fit(
        x,
        y,
        batch_size=128,
        epochs=options.epochs,
        callbacks=[LambdaCallback(on_epoch_end=sample)],
        verbose=2,
    )
    written = {temperature: write(model, seed, temperature, 320) for temperature in TEMPERATURES}
    draw(options, history.history["loss"], seed, written)
    return history.history["loss"][-1]


if __name__ == "__main__":
    main()
