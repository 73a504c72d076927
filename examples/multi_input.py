"""A functional model with two inputs and two outputs: answer a question about a picture.

One input is a handwritten digit, which convolutions look at; the other a question in words ("is it larger than
four"), which an embedding and an LSTM read. Both meet in `concatenate`, and the answer is yes or no. A second
output, next to the convolutions, names the digit: it helps the first part to learn, and counts for less
(`loss_weights`). Inputs and outputs are given by name.

    python examples/multi_input.py [--epochs 10] [--brief]

Expect about 96 % of the answers about unseen digits to be right. Always saying "no" gives 66 %.
"""

import gallery
import matplotlib.pyplot as plt
import numpy as np
import samples

from keras.layers import LSTM, Conv2D, Dense, Embedding, Flatten, Input, MaxPooling2D, concatenate
from keras.models import Model
from keras.preprocessing.sequence import pad_sequences
from keras.preprocessing.text import Tokenizer

NUMBERS = "zero one two three four five six seven eight nine".split()
QUESTIONS = {
    "is it even": lambda digit: digit % 2 == 0,
    "is it odd": lambda digit: digit % 2 == 1,
    "is it a prime number": lambda digit: digit in (2, 3, 5, 7),
    "does it have a hole": lambda digit: digit in (0, 6, 8, 9),
    **{f"is it {name}": lambda digit, n=n: digit == n for n, name in enumerate(NUMBERS)},
    **{
        f"is it larger than {name}": lambda digit, n=n: digit > n
        for n, name in enumerate(NUMBERS[1:9], start=1)
    },
    **{
        f"is it smaller than {name}": lambda digit, n=n: digit < n
        for n, name in enumerate(NUMBERS[1:9], start=1)
    },
}
TEXTS = list(QUESTIONS)
LENGTH = max(len(text.split()) for text in TEXTS)


def ask(images, labels, count, rng):
    """Return the inputs, and the outputs, of `count` questions, each about one of the digits."""
    tokenizer = Tokenizer()
    tokenizer.fit_on_texts(TEXTS)
    which, asked = rng.randint(len(images), size=count), rng.randint(len(TEXTS), size=count)
    answers = np.array([[check(digit) for check in QUESTIONS.values()] for digit in range(10)])
    rows = pad_sequences(tokenizer.texts_to_sequences(TEXTS), LENGTH)
    inputs = {"picture": images[which], "question": rows[asked]}
    outputs = {"answer": answers[labels[which], asked].astype("float32"), "digit": labels[which]}
    return inputs, outputs, asked


def build_model():
    """Look, read, put together."""
    picture = Input((28, 28, 1), name="picture")
    seen = MaxPooling2D()(Conv2D(16, 3, activation="relu")(picture))
    seen = MaxPooling2D()(Conv2D(32, 3, activation="relu")(seen))
    seen = Dense(64, activation="relu")(Flatten()(seen))
    digit = Dense(10, activation="softmax", name="digit")(seen)

    question = Input((LENGTH,), name="question")
    words = 1 + len({word for text in TEXTS for word in text.split()})
    read = LSTM(32)(Embedding(words, 16, mask_zero=True)(question))

    both = Dense(128, activation="relu")(concatenate([seen, read]))
    both = Dense(64, activation="relu")(both)
    answer = Dense(1, activation="sigmoid", name="answer")(both)

    model = Model(inputs=[picture, question], outputs=[answer, digit])
    model.compile(
        optimizer="adam",
        loss={"answer": "binary_crossentropy", "digit": "sparse_categorical_crossentropy"},
        loss_weights={"answer": 1.0, "digit": 0.3},
        metrics={"answer": "accuracy", "digit": "accuracy"},
    )
    return model


def draw(options, history, inputs, outputs, asked, answers):
    """The accuracies, and eight questions with their answers."""
    figure = plt.figure(figsize=(15, 5), layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=(2, 3))
    lines = {"digits named": history["val_digit_accuracy"]}
    lines["questions answered"] = history["val_answer_accuracy"]
    gallery.curves(left.subplots(), lines, "Unseen digits", percent=True)
    for i, axis in enumerate(right.subplots(2, 4).flat):
        says = answers[i, 0] > 0.5
        color = gallery.GOOD if says == outputs["answer"][i] else gallery.BAD
        text = f"{TEXTS[asked[i]]}?\n{'yes' if says else 'no'} ({max(answers[i, 0], 1 - answers[i, 0]):.0%})"
        gallery.image(axis, inputs["picture"][i], text, color=color)
    gallery.save(figure, options, "multi_input.png")


def main(argv=None):
    """Train, draw, and return the share of right answers about unseen digits."""
    options = gallery.parse(__doc__, argv, epochs=10, brief=2)
    train, test = samples.digits()
    rng = np.random.RandomState(options.seed)
    inputs, outputs, _ = ask(*train, count=4000 if options.brief else 20000, rng=rng)
    test_inputs, test_outputs, asked = ask(*test, count=2000, rng=rng)
    model = build_model()
    model.summary()
    history = model.fit(
        inputs,
        outputs,
        batch_size=64,
        epochs=options.epochs,
        validation_data=(test_inputs, test_outputs),
        verbose=2,
    )
    answers, _ = model.predict(test_inputs)
    right = np.mean((answers[:, 0] > 0.5) == test_outputs["answer"])
    print(f"Right answers: {right:.1%}; always 'no': {1 - test_outputs['answer'].mean():.1%}")
    draw(options, history.history, test_inputs, test_outputs, asked, answers)
    return right


if __name__ == "__main__":
    main()
