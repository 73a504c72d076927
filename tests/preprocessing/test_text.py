"""Text and sequences against stored results of Keras-Preprocessing 1.1.2 and values worked by hand."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from keras.preprocessing import sequence, text

HERE = Path(__file__).parent
STORED = json.loads((HERE / "text.json").read_text(encoding="utf8"))


@pytest.fixture(scope="module")
def found():
    spec = importlib.util.spec_from_file_location("generate_text", HERE / "generate_text.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return json.loads(json.dumps(module.results(text, sequence)))


def test_words_as_keras_preprocessing(found):
    assert found["words"] == STORED["words"]


@pytest.mark.parametrize("name", sorted(set(STORED) - {"tokenizers", "words"}))
def test_as_keras_preprocessing(found, name):
    assert _flat(found[name]) == pytest.approx(_flat(STORED[name]), rel=1e-9)


@pytest.mark.parametrize("place", range(len(STORED["tokenizers"])))
def test_tokenizers_as_keras_preprocessing(found, place):
    ours, theirs = found["tokenizers"][place], dict(STORED["tokenizers"][place])
    assert _flat(ours.pop("matrices")) == pytest.approx(_flat(theirs.pop("matrices")), rel=1e-9)
    assert ours == theirs


def _flat(nest):
    """The leaves of lists and dicts, with their places, so that shapes are compared too."""
    if isinstance(nest, dict):
        return {f"{k}/{p}": v for k, part in nest.items() for p, v in _flat(part).items()}
    if isinstance(nest, list):
        return {f"{i}/{p}": v for i, part in enumerate(nest) for p, v in _flat(part).items()}
    return {"": nest}


# ------------------------------------------------------------------ text
def test_one_hot_gives_equal_words_equal_numbers():
    numbers = text.one_hot("a b a c", 10)
    assert numbers[0] == numbers[2] == hash("a") % 9 + 1
    assert all(1 <= number <= 9 for number in numbers)


def test_a_hash_of_the_users_own():
    assert text.hashing_trick("a bb ccc", 10, hash_function=len) == [2, 3, 4]


def test_too_few_numbers_to_hash_into():
    with pytest.raises(ValueError, match="n=1 leaves no number"):
        text.hashing_trick("a", 1)


def test_a_tokenizer_takes_lists_of_words():
    tokenizer = text.Tokenizer()
    tokenizer.fit_on_texts([["Big", "big", "small"]])
    assert tokenizer.word_index == {"big": 1, "small": 2}
    assert tokenizer.texts_to_sequences([["BIG", "tiny"]]) == [[1]]


def test_a_tokenizer_counts_on():
    tokenizer = text.Tokenizer()
    tokenizer.fit_on_texts(["a b"])
    tokenizer.fit_on_texts(["b"])
    assert tokenizer.word_index == {"b": 1, "a": 2}
    assert dict(tokenizer.index_docs) == {1: 2, 2: 1}
    assert tokenizer.document_count == 2


def test_a_tokenizer_goes_through_json():
    tokenizer = text.Tokenizer(num_words=5, oov_token="?")
    tokenizer.fit_on_texts(["one two two three", "two four"])
    again = text.tokenizer_from_json(tokenizer.to_json(indent=2))
    assert again.get_config() == tokenizer.get_config()
    unseen = ["two five"]
    np.testing.assert_array_equal(
        again.texts_to_matrix(unseen, "tfidf"), tokenizer.texts_to_matrix(unseen, "tfidf")
    )


def test_json_of_something_else():
    with pytest.raises(ValueError, match="does not describe a Tokenizer"):
        text.tokenizer_from_json('{"class_name": "Model"}')


def test_a_matrix_of_sequences_alone():
    tokenizer = text.Tokenizer(num_words=4)
    tokenizer.fit_on_sequences([[1, 2], [2, 3]])
    expected = np.log(1 + 2 / (1 + 2)) * (1 + np.log(2))
    assert tokenizer.sequences_to_matrix([[2, 2, 9]], "tfidf")[0, 2] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("tokenizer", "mode", "message"),
    [
        (text.Tokenizer(num_words=3), "sum", "mode should be one of"),
        (text.Tokenizer(), "binary", "give num_words or fit on texts"),
        (text.Tokenizer(num_words=3), "tfidf", "call fit_on_texts"),
    ],
)
def test_matrices_that_cannot_be_made(tokenizer, mode, message):
    with pytest.raises(ValueError, match=message):
        tokenizer.sequences_to_matrix([[1]], mode)


def test_the_old_name_of_num_words():
    with pytest.warns(UserWarning, match="num_words"):
        assert text.Tokenizer(nb_words=7).num_words == 7
    with pytest.raises(TypeError, match="number_of_words"):
        text.Tokenizer(number_of_words=7)


# ------------------------------------------------------------------ sequences
def test_padding_of_vectors_and_texts():
    padded = sequence.pad_sequences([[[1, 2]], [[3, 4], [5, 6]]])
    assert padded.tolist() == [[[0, 0], [1, 2]], [[3, 4], [5, 6]]]
    padded = sequence.pad_sequences([["a"], ["b", "c"]], dtype=object, value="")
    assert padded.tolist() == [["", "a"], ["b", "c"]]


@pytest.mark.parametrize(
    ("sequences", "arguments", "message"),
    [
        ([[1]], {"padding": "left"}, "padding should be 'pre' or 'post', got 'left'"),
        ([[1]], {"truncating": "left"}, "truncating should be"),
        (iter([[1]]), {}, "should be a list of lists"),
        ([[1], 2], {}, r"sequences\[1\] should be a list"),
        ([[[1, 2]], [[1]]], {}, r"sequences\[1\] has steps of shape \(1,\)"),
        ([["a"]], {"value": "pad"}, "use dtype=object"),
    ],
)
def test_sequences_that_cannot_be_padded(sequences, arguments, message):
    with pytest.raises(ValueError, match=message):
        sequence.pad_sequences(sequences, **arguments)


def test_skipgrams_mix_neighbours_and_random_pairs():
    words = [1, 2, 3, 4, 5]
    couples, labels = sequence.skipgrams(words, 50, window_size=1, negative_samples=2.0, seed=3)
    neighbours = {tuple(c) for c, label in zip(couples, labels) if label}
    assert neighbours == {(a, b) for a in words for b in words if abs(a - b) == 1}
    assert labels.count(0) == 2 * labels.count(1) == 16
    assert labels != sorted(labels), "they are shuffled"
    assert (couples, labels) == sequence.skipgrams(words, 50, 1, 2.0, seed=3)


def test_skipgrams_with_categorical_labels_and_a_sampling_table():
    table = [0.0, 1.0, 0.0, 1.0]
    couples, labels = sequence.skipgrams(
        [1, 2, 3], 4, 2, 1.0, shuffle=False, categorical=True, sampling_table=table, seed=0
    )
    assert couples[:4] == [[1, 2], [1, 3], [3, 1], [3, 2]], "word 2 is never kept as the first"
    assert labels == [[0, 1]] * 4 + [[1, 0]] * 4


def test_long_sequences_are_removed():
    assert sequence._remove_long_seq(3, [[1, 2], [1, 2, 3], [4]], ["a", "b", "c"]) == (
        [[1, 2], [4]],
        ["a", "c"],
    )


def test_random_windows_of_a_time_series():
    series = np.arange(50)
    windows = sequence.TimeseriesGenerator(series, series * 2, length=4, shuffle=True, batch_size=6)
    x, y = windows[0]
    np.testing.assert_array_equal(x, y[:, None] // 2 - [4, 3, 2, 1])
    assert np.any(np.diff(y) != 2)


def test_a_time_series_goes_through_json():
    series = np.arange(20.0).reshape(10, 2)
    windows = sequence.TimeseriesGenerator(series, series, 3, start_index=2, batch_size=4)
    again = sequence.timeseries_generator_from_json(windows.to_json())
    assert len(again) == len(windows) == 2
    for (our_x, our_y), (x, y) in zip(again, windows):
        np.testing.assert_array_equal(our_x, x)
        np.testing.assert_array_equal(our_y, y)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1, 2], [1], 1), "data has 2 steps and targets has 1"),
        (([1, 2], [1, 2], 2), "No window of length=2 fits"),
    ],
)
def test_time_series_without_windows(arguments, message):
    with pytest.raises(ValueError, match=message):
        sequence.TimeseriesGenerator(*arguments)
