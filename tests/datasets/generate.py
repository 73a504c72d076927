"""Writes keras_2_2_4.json: what the datasets of Keras 2.2.4 make of small files.

python tests/datasets/generate.py, in an environment with Keras 2.2.4.
"""

import json
import os
import tempfile

import numpy as np

CALLS = {
    "imdb": [
        {},
        {"num_words": 12, "skip_top": 5, "seed": 1},
        {"oov_char": None, "num_words": 9},
        {"start_char": None, "index_from": 0},
    ],
    "reuters": [
        {},
        {"num_words": 12, "skip_top": 5, "seed": 1, "test_split": 0.5},
        {"maxlen": 6, "oov_char": None},
        {"start_char": None, "index_from": 0},
    ],
    "boston_housing": [{}, {"test_split": 0.35, "seed": 5}],
}


def texts(count, seed):
    state = np.random.RandomState(seed)
    array = np.empty(count, object)
    array[:] = [state.randint(1, 20, state.randint(2, 9)).tolist() for _ in range(count)]
    return array


def files():
    """The small files' arrays."""
    state = np.random.RandomState(0)
    return {
        "imdb": {
            "x_train": texts(9, 1),
            "y_train": state.randint(0, 2, 9),
            "x_test": texts(7, 2),
            "y_test": state.randint(0, 2, 7),
        },
        "reuters": {"x": texts(13, 3), "y": state.randint(0, 46, 13)},
        "boston_housing": {"x": state.uniform(size=(11, 13)), "y": state.uniform(size=11)},
    }


def results(datasets):
    """What `datasets` makes of the files, which its `get_file` has to find."""
    return {
        name: [plain(getattr(datasets, name).load_data(**kwargs)) for kwargs in calls]
        for name, calls in CALLS.items()
    }


def plain(data):
    return [[array.tolist() for array in part] for part in data]


if __name__ == "__main__":
    from keras import datasets

    np_load = np.load
    np.load = lambda path, **kwargs: np_load(path, allow_pickle=True)
    folder = tempfile.mkdtemp()
    for name, arrays in files().items():
        np.savez(os.path.join(folder, name + ".npz"), **arrays)
        getattr(datasets, name).get_file = lambda path, **kwargs: os.path.join(folder, path)
    with open(
        os.path.join(os.path.dirname(os.path.abspath(__file__)), "keras_2_2_4.json"), "w"
    ) as file:
        json.dump(results(datasets), file)
        file.write("\n")
