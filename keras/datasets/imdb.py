"""IMDB: reviews of films, and whether they are favourable."""

import numpy as np

from keras.datasets.plain import STORAGE, read_npz
from keras.datasets.words import Choice, old_arguments, shuffled, word_index
from keras.utils.files import get_file


def load_data(
    path="imdb.npz",
    num_words=None,
    skip_top=0,
    maxlen=None,
    seed=113,
    start_char=1,
    oov_char=2,
    index_from=3,
    **kwargs,
):
    """Return 25,000 reviews to train with and 25,000 to test with, as lists of word numbers.

    Words are numbered by how often they occur in the whole. With the defaults 0 is free for padding, 1 begins each
    review, 2 stands for words left out, and the most frequent word is number 4.

    Args:
        path: the file to keep the data in, in `~/.keras/datasets`.
        num_words: keep words with a number below this one; None: below the largest number.
        skip_top: leave out words with a number below this one.
        maxlen: leave out reviews of this length and more; None: none.
        seed: fixes the order of the reviews.
        start_char: the number that each review begins with; None: none.
        oov_char: the number in place of words that are left out; None: none.
        index_from: added to the words' numbers, which start from 1.
        **kwargs: `nb_words`, the old name of `num_words`.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: arrays of lists of ints, and arrays of 1 for favourable and 0.

    Raises:
        ConnectionError: if the file is not there and cannot be downloaded.
        ValueError: if `maxlen` leaves no review.
    """
    num_words = old_arguments(num_words, kwargs)
    path = get_file(path, STORAGE + "imdb.npz", file_hash="599dadb1135973df5b59232a0e9a887c")
    data = read_npz(path)
    choice = Choice(num_words, skip_top, maxlen, start_char, oov_char, index_from)
    state = np.random.RandomState(seed)
    train = shuffled(state, data["x_train"], data["y_train"])
    test = shuffled(state, data["x_test"], data["y_test"])
    train, test = choice.of(train, test)
    return train, test


def get_word_index(path="imdb_word_index.json"):
    """Return `{word: number}`, without the `index_from` that `load_data` adds.

    Args:
        path: the file to keep the data in, in `~/.keras/datasets`.

    Raises:
        ConnectionError: if the file is not there and cannot be downloaded.
    """
    return word_index(path, STORAGE + "imdb_word_index.json", "bfafd718b763782e994055a2d397834f")
