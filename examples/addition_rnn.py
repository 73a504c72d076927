"""Learn to add from examples alone: the characters of "47+85" are read, those of "132" are written.

An LSTM reads the sum, `RepeatVector` hands what it has understood to a second one, which writes the digits, one
`TimeDistributed` softmax each. A generator makes the sums as they are needed. A tenth of all pairs of numbers is
kept back, in both orders, so that what is right there was not learnt by heart. The question is read backwards,
which makes it easier.

    python examples/addition_rnn.py [--epochs 50] [--brief]

Expect about 95 % of the unseen sums to be right after the full run.
"""

import gallery
import matplotlib.pyplot as plt
import numpy as np

from keras.callbacks import Callback
from keras.layers import LSTM, Dense, RepeatVector, TimeDistributed
from keras.models import Sequential

ALPHABET = "0123456789+ "
LARGEST = 99
QUESTION, ANSWER = len(f"{LARGEST}+{LARGEST}"), len(str(2 * LARGEST))


def one_hot(texts):
    """Encode texts of one length, (texts, length, characters)."""
    indices = np.array([[ALPHABET.index(character) for character in text] for text in texts])
    return np.eye(len(ALPHABET), dtype="float32")[indices]


def decode(probabilities):
    """The most probable text of each row."""
    return ["".join(ALPHABET[i] for i in row) for row in probabilities.argmax(axis=-1)]


def split(rng):
    """All pairs of numbers, a tenth of them kept back (together with the same two the other way round)."""
    pairs = np.stack(np.indices((LARGEST + 1, LARGEST + 1)), axis=-1).reshape(-1, 2)
    draws = rng.uniform(size=(LARGEST + 1, LARGEST + 1))
    kept_back = draws[pairs.min(axis=1), pairs.max(axis=1)] < 0.1
    return pairs[~kept_back], rng.permutation(pairs[kept_back])


def texts(pairs):
    """Questions, such as "7+15 ", and answers, such as "22 "."""
    questions = [f"{a}+{b}".ljust(QUESTION) for a, b in pairs]
    return questions, [str(a + b).ljust(ANSWER) for a, b in pairs]


def encoded(questions, answers):
    """What the network sees and what it shall say; the question backwards."""
    return one_hot([text[::-1] for text in questions]), one_hot(answers)


def batches(pairs, rng, size=128):
    """Sums of pairs drawn at random, for ever."""
    while True:
        yield encoded(*texts(pairs[rng.randint(len(pairs), size=size)]))


def build_model():
    """Read, hand over, write."""
    model = Sequential()
    model.add(LSTM(96, input_shape=(QUESTION, len(ALPHABET))))
    model.add(RepeatVector(ANSWER))
    model.add(LSTM(96, return_sequences=True))
    model.add(TimeDistributed(Dense(len(ALPHABET), activation="softmax")))
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model


class WholeAnswers(Callback):
    """Notes after each epoch the share of sums of which every character is right."""

    def __init__(self, questions, answers):
        super().__init__()
        self.data, self.answers, self.shares = encoded(questions, answers), answers, []

    def on_epoch_end(self, epoch, logs=None):
        guesses = decode(self.model.predict(self.data[0], batch_size=500, verbose=0))
        self.shares.append(np.mean([a == b for a, b in zip(guesses, self.answers)]))
        print(f"epoch {epoch + 1}: {self.shares[-1]:.1%} of the sums right")


def draw(options, history, shares, questions, answers, probabilities):
    """The curves, and some sums with how sure each character is."""
    figure, axes = plt.subplots(1, 2, figsize=(13, 4.6), width_ratios=(3, 2), layout="tight")
    lines = {"characters right (training)": history["accuracy"], "whole sums right": shares}
    gallery.curves(axes[0], lines, "Sums never seen before", percent=True)
    axes[1].set_axis_off()
    gallery.title(axes[1], "Twelve of them")
    for i, (guess, row) in enumerate(zip(decode(probabilities), probabilities[:12])):
        right = guess == answers[i]
        color = gallery.GOOD if right else gallery.BAD
        sure = row.max(axis=-1).prod()
        text = f"{questions[i]:>{QUESTION}} = {guess}  {sure:4.0%} sure"
        text += "" if right else f", is {answers[i]}"
        axes[1].text(0, 0.95 - i / 12.5, text, color=color, family="monospace", fontsize=12)
    gallery.save(figure, options, "addition_rnn.png")


def main(argv=None):
    """Train, draw, and return the share of unseen sums that are right."""
    options = gallery.parse(__doc__, argv, epochs=50, brief=2)
    rng = np.random.RandomState(options.seed)
    pairs, unseen = split(rng)
    questions, answers = texts(unseen)
    model, whole = build_model(), WholeAnswers(questions, answers)
    history = model.fit_generator(
        batches(pairs, rng),
        steps_per_epoch=30 if options.brief else 100,
        epochs=options.epochs,
        callbacks=[whole],
        verbose=0,
    )
    probabilities = model.predict(encoded(questions, answers)[0], verbose=0)
    draw(options, history.history, whole.shares, questions, answers, probabilities)
    return whole.shares[-1]


if __name__ == "__main__":
    main()
