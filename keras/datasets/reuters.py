"""Reuters: news and their topics."""

import numpy as np

from keras.datasets.plain import STORAGE, read_npz
from keras.datasets.words import Choice, old_arguments, shuffled, word_index
from keras.utils.files import get_file


def load_data(
    path="reuters.npz",
    num_words=None,
    skip_top=0,
    maxlen=None,
    test_split=0.2,
    seed=113,
    start_char=1,
    oov_char=2,
    index_from=3,
    **kwargs,
):
    """Return 11,228 news of 46 topics, as lists of word numbers.

    Words are numbered by how often they occur in the whole. With the defaults 0 is free for padding, 1 begins each
    text, 2 stands for words left out, and the most frequent word is number 4.

    Args:
        path: the file to keep the data in, in `~/.keras/datasets`.
        num_words: keep words with a number below this one; None: below the largest number.
        skip_top: leave out words with a number below this one.
        maxlen: leave out texts of this length and more; None: none.
        test_split: the share of the texts to test with.
        seed: fixes the order of the texts.
        start_char: the number that each text begins with; None: none.
        oov_char: the number in place of words that are left out; None: none.
        index_from: added to the words' numbers, which start from 1.
        **kwargs: `nb_words`, the old name of `num_words`.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: arrays of lists of ints, and arrays of topics from 0 to 45.

    Raises:
        ConnectionError: if the file is not there and cannot be downloaded.
        ValueError: if `maxlen` leaves no text.
    """
    num_words = old_arguments(num_words, kwargs)
    path = get_file(path, STORAGE + "reuters.npz", file_hash="87aedbeb0cb229e378797a632c1997b6")
    data = read_npz(path)
    choice = Choice(num_words, skip_top, maxlen, start_char, oov_char, index_from)
    texts, labels = shuffled(np.random.RandomState(seed), data["x"], data["y"])
    [(texts, labels)] = choice.of((texts, labels))
    border = int(len(texts) * (1 - test_split))
    return (texts[:border], labels[:border]), (texts[border:], labels[border:])


def get_word_index(path="reuters_word_index.json"):
    """Return `{word: number}`, without the `index_from` that `load_data` adds.

    Args:
        path: the file to keep the data in, in `~/.keras/datasets`.

    Raises:
        ConnectionError: if the file is not there and cannot be downloaded.
    """
    return word_index(path, STORAGE + "reuters_word_index.json", "4d44cc38712099c9e383dc6e5f11a921")
