"""Writes text.json: what Keras-Preprocessing 1.1.2 gives for `CASES`.

python tests/preprocessing/generate_text.py, in an environment with Keras-Preprocessing==1.1.2.
"""

import json
import random
from pathlib import Path

TEXTS = [
    "The quick brown fox jumps over the lazy dog; the dog sleeps.",
    "A dog, a fox -- and A quick, quick cat!",
    "fox\tand hound\nand THE end",
]
NEW = ["the cat and the zebra", "", "Unknown words only"]
SETTINGS = [
    {},
    {"num_words": 6},
    {"num_words": 6, "oov_token": "<oov>"},
    {"lower": False, "filters": "."},
    {"char_level": True},
    {"char_level": True, "lower": False, "num_words": 10, "oov_token": "?"},
    {"split": ","},
]
MODES = ("binary", "count", "freq", "tfidf")
PADDING = [
    {},
    {"maxlen": 2},
    {"maxlen": 2, "truncating": "post"},
    {"maxlen": 5, "padding": "post", "value": -1},
    {"dtype": "float32", "value": 0.5, "maxlen": 4},
]
WINDOWS = [
    {"length": 3},
    {"length": 4, "sampling_rate": 2, "batch_size": 3},
    {"length": 2, "stride": 3, "batch_size": 2},
    {"length": 2, "start_index": 3, "end_index": 11, "batch_size": 4, "reverse": True},
]


def tokenizer_results(tokenizer):
    tokenizer.fit_on_texts(TEXTS)
    sequences = tokenizer.texts_to_sequences(NEW)
    config = tokenizer.get_config()
    return {
        "word_index": tokenizer.word_index,
        "word_counts": dict(tokenizer.word_counts),
        "word_docs": dict(sorted(tokenizer.word_docs.items())),
        "index_docs": {str(k): v for k, v in sorted(tokenizer.index_docs.items())},
        "document_count": tokenizer.document_count,
        "sequences": sequences,
        "texts": tokenizer.sequences_to_texts(sequences),
        "config": {
            name: config[name] for name in sorted(config) if name[:5] not in ("word_", "index")
        },
        "matrices": {
            mode: tokenizer.texts_to_matrix([TEXTS[1], NEW[0]], mode).tolist() for mode in MODES
        },
    }


def results(text, sequence):
    """What a text module and a sequence module give."""
    ragged = [[1, 2, 3, 4], [5], [], [6, 7, 8]]
    steps = [[t, -t] for t in range(14)]
    return {
        "words": [text.text_to_word_sequence(t) for t in TEXTS],
        "hashes": [text.hashing_trick(t, 20, "md5") for t in TEXTS],
        "tokenizers": [tokenizer_results(text.Tokenizer(**each)) for each in SETTINGS],
        "padded": [sequence.pad_sequences(ragged, **each).tolist() for each in PADDING],
        "sampling_table": sequence.make_sampling_table(12, 1e-2).tolist(),
        "neighbours": sequence.skipgrams([1, 2, 0, 3, 4], 5, 2, 0.0, shuffle=False),
        "random pairs": random_pairs(sequence),
        "windows": [
            [[part.tolist() for part in batch] for batch in batches(sequence, steps, each)]
            for each in WINDOWS
        ],
    }


def random_pairs(sequence):
    """Pairs drawn after a seed of Python's own generator."""
    random.seed(4)
    table = sequence.make_sampling_table(6, 0.1)
    return [
        sequence.skipgrams([1, 2, 0, 3, 4, 5], 6, 2),
        sequence.skipgrams([1, 2, 0, 3, 4, 5], 6, 1, 2.0, categorical=True, sampling_table=table),
        sequence.skipgrams([1, 2, 0, 3, 4, 5], 6, 1, 0.0, seed=3),
    ]


def batches(sequence, steps, settings):
    generator = sequence.TimeseriesGenerator(steps, list(range(14)), **settings)
    return [generator[i] for i in range(len(generator))]


if __name__ == "__main__":
    from keras_preprocessing import sequence, text

    path = Path(__file__).with_name("text.json")
    path.write_text(json.dumps(results(text, sequence)) + "\n", encoding="utf8")
