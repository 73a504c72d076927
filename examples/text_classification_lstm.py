"""Classify texts with an LSTM: which library does a piece of documentation come from?

`Tokenizer` counts words, `pad_sequences` makes them equally long, `Embedding(mask_zero=True)` hides the padding, an
LSTM reads. The texts are docstrings of NumPy, matplotlib and SciPy's statistics, real English that is installed
anyway; the libraries' names are taken out, and texts of the same file are either all learnt from or all kept for
the test.

    python examples/text_classification_lstm.py [--epochs 6] [--brief]

Expect about 82 % of the unseen texts right. The picture shows how the network makes up its mind word by word.
"""

import ast
import importlib.util
import re
from pathlib import Path

import gallery
import matplotlib.pyplot as plt
import numpy as np

from keras.callbacks import EarlyStopping
from keras.layers import LSTM, Dense, Dropout, Embedding
from keras.models import Sequential
from keras.preprocessing.sequence import pad_sequences
from keras.preprocessing.text import Tokenizer

LIBRARIES = {"NumPy": "numpy", "matplotlib": "matplotlib", "SciPy stats": "scipy.stats"}
GIVEAWAYS = re.compile(r"numpy|\bnp\b|matplotlib|\bplt\b|pyplot|scipy|stats", re.IGNORECASE)
WORDS, LENGTH, SHORTEST = 3000, 40, 8
COLORS = gallery.GOOD, gallery.BAD, gallery.INK


def docstrings(path):
    """The words of each docstring of a source file, without importing it."""
    documented = ast.Module | ast.ClassDef | ast.FunctionDef
    for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
        text = ast.get_docstring(node) if isinstance(node, documented) else None
        words = GIVEAWAYS.sub(" ", text or "").split()[:LENGTH]
        if len(words) >= SHORTEST:
            yield " ".join(words)


def load(files):
    """Return (texts, labels), (test texts, labels), from as many files of each library."""
    train, test = ([], []), ([], [])
    for label, name in enumerate(LIBRARIES.values()):
        folder = Path(importlib.util.find_spec(name).origin).parent
        paths = [path for path in sorted(folder.rglob("*.py")) if "test" not in str(path)]
        order = np.random.RandomState(0).permutation(len(paths))[:files]
        for i, path in enumerate(paths[place] for place in order):
            texts, labels = test if i % 4 == 0 else train
            found = list(dict.fromkeys(docstrings(path)))
            texts += found
            labels += [label] * len(found)
    return train, test


def build_model():
    """Words become vectors, an LSTM reads them, a softmax decides."""
    model = Sequential()
    model.add(Embedding(WORDS, 32, mask_zero=True, input_length=LENGTH))
    model.add(Dropout(0.3))
    model.add(LSTM(32))
    model.add(Dropout(0.3))
    model.add(Dense(len(LIBRARIES), activation="softmax"))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def word_by_word(model, row):
    """What the model thinks after the first word, the first two, and so on."""
    words = row[row > 0]
    return model.predict(pad_sequences([words[: n + 1] for n in range(len(words))], LENGTH))


def draw(options, history, model, tokenizer, rows, labels):
    """The accuracy, and three texts as they are read."""
    figure = plt.figure(figsize=(15, 5.4), layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=(2, 5))
    curves = {"training": history["accuracy"], "unseen files": history["val_accuracy"]}
    gallery.curves(left.subplots(), curves, "Accuracy", percent=True)
    for label, axis in enumerate(right.subplots(len(LIBRARIES), 1)):
        row = rows[np.flatnonzero((labels == label) & ((rows > 0).sum(axis=1) > 15))[0]]
        for share, name, color in zip(word_by_word(model, row).T, LIBRARIES, COLORS):
            axis.plot(share[:20], "o-", ms=4, color=color, label=name)
        words = [tokenizer.index_word[i] for i in row[row > 0]][:20]
        axis.set_xticks(range(len(words)), words, rotation=25, ha="right")
        gallery.plain(axis, f"A text of {list(LIBRARIES)[label]}")
        axis.set_ylim(-0.05, 1.05)
    axis.legend(frameon=False, loc="upper left", ncols=3, fontsize=8)
    gallery.save(figure, options, "text_classification_lstm.png")


def main(argv=None):
    """Train, draw, and return the accuracy on texts of unseen files."""
    options = gallery.parse(__doc__, argv, epochs=6, brief=3)
    (texts, labels), (test_texts, test_labels) = load(files=30 if options.brief else 120)
    print(f"{len(texts):,} texts, {len(test_texts):,} for the test, for example:\n  {texts[0]}")
    tokenizer = Tokenizer(num_words=WORDS, oov_token="?")
    tokenizer.fit_on_texts(texts)
    x = pad_sequences(tokenizer.texts_to_sequences(texts), LENGTH)
    x_test = pad_sequences(tokenizer.texts_to_sequences(test_texts), LENGTH)
    y, y_test = np.array(labels), np.array(test_labels)
    model = build_model()
    history = model.fit(
        x,
        y,
        epochs=options.epochs,
        validation_data=(x_test, y_test),
        callbacks=[EarlyStopping(patience=2, restore_best_weights=True)],
        verbose=2,
    )
    _, accuracy = model.evaluate(x_test, y_test, verbose=0)
    print(
        f"Accuracy {accuracy:.1%}; the largest class is {np.bincount(y_test).max() / len(y_test):.1%}"
    )
    draw(options, history.history, model, tokenizer, x_test, y_test)
    return accuracy


if __name__ == "__main__":
    main()
