"""Preprocessing layers whose results Keras 3.15 was asked for: `make_keras_3.py` stores them in `keras_3.npz`.

Random layers have a range of one number, so that nothing is left to chance.
"""

import numpy as np

RANDOM = np.random.default_rng(3)
INPUTS = {
    "images": RANDOM.uniform(0, 255, (2, 7, 6, 3)).astype("float32"),
    "bytes": RANDOM.integers(0, 256, (2, 7, 6, 3)).astype("uint8"),
    "first": RANDOM.uniform(0, 255, (2, 3, 7, 6)).astype("float32"),
    "vectors": RANDOM.normal(size=(4, 3)).astype("float32"),
    "ids": np.array([[0, 1, 3], [2, 2, 1]]),
    "large_ids": np.array([[0, 12, -5], [2**30, 77, 12]]),
    "words": np.array([["a", "b", "zebra"], ["", "c", "a"]]),
    "texts": np.array(["The cat, the DOG!", "a dog  sat", "", "éa mouse sat down there"]),
}
FIRST = {"data_format": "channels_first"}
WORDS = {"vocabulary": ["a", "b", "c"]}
TEXT = {"vocabulary": ["the", "dog", "cat", "sat", "the cat"]}

# name: (class, arguments, input)
CASES = {
    "rescaling": ("Rescaling", {"scale": 0.5, "offset": -1.0}, "bytes"),
    "rescaling_each": ("Rescaling", {"scale": [1.0, 2.0, 3.0]}, "images"),
    "normalization": (
        "Normalization",
        {"mean": [1.0, 2.0, 3.0], "variance": [4.0, 0.0, 2.0]},
        "vectors",
    ),
    "normalization_one": ("Normalization", {"axis": None, "mean": 2.0, "variance": 3.0}, "vectors"),
    "normalization_back": (
        "Normalization",
        {"mean": 1.0, "variance": 9.0, "invert": True},
        "vectors",
    ),
    "normalization_first": (
        "Normalization",
        {"axis": 1, "mean": [1.0, 2.0, 3.0], "variance": [4.0, 5.0, 2.0]},
        "first",
    ),
    "smaller": ("Resizing", {"height": 3, "width": 4}, "images"),
    "larger": ("Resizing", {"height": 9, "width": 10}, "images"),
    "resized_bytes": ("Resizing", {"height": 5, "width": 9}, "bytes"),
    "nearest": ("Resizing", {"height": 4, "width": 9, "interpolation": "nearest"}, "bytes"),
    "bicubic": ("Resizing", {"height": 5, "width": 11, "interpolation": "bicubic"}, "images"),
    "lanczos3": ("Resizing", {"height": 9, "width": 4, "interpolation": "lanczos3"}, "images"),
    "lanczos5": ("Resizing", {"height": 9, "width": 4, "interpolation": "lanczos5"}, "images"),
    "antialias": ("Resizing", {"height": 3, "width": 2, "antialias": True}, "images"),
    "antialias_cubic": (
        "Resizing",
        {"height": 3, "width": 9, "interpolation": "bicubic", "antialias": True},
        "images",
    ),
    "resized_first": ("Resizing", {"height": 3, "width": 4, **FIRST}, "first"),
    "cut": ("Resizing", {"height": 4, "width": 7, "crop_to_aspect_ratio": True}, "images"),
    "cut_tall": ("Resizing", {"height": 9, "width": 2, "crop_to_aspect_ratio": True}, "images"),
    "padded": (
        "Resizing",
        {"height": 4, "width": 9, "pad_to_aspect_ratio": True, "fill_value": 7.0},
        "images",
    ),
    "padded_first": (
        "Resizing",
        {"height": 9, "width": 2, "pad_to_aspect_ratio": True, **FIRST},
        "first",
    ),
    "middle": ("CenterCrop", {"height": 4, "width": 3}, "images"),
    "middle_first": ("CenterCrop", {"height": 2, "width": 3, **FIRST}, "first"),
    "middle_of_small": ("CenterCrop", {"height": 9, "width": 4}, "images"),
    "rotation": ("RandomRotation", {"factor": (0.1, 0.1)}, "images"),
    "rotation_constant": (
        "RandomRotation",
        {"factor": (-0.2, -0.2), "fill_mode": "constant", "fill_value": 9.0},
        "images",
    ),
    "rotation_nearest": (
        "RandomRotation",
        {"factor": (0.3, 0.3), "interpolation": "nearest", "fill_mode": "nearest"},
        "images",
    ),
    "rotation_first": (
        "RandomRotation",
        {"factor": (0.4, 0.4), "fill_mode": "wrap", **FIRST},
        "first",
    ),
    "translation": (
        "RandomTranslation",
        {"height_factor": (0.2, 0.2), "width_factor": (-0.3, -0.3)},
        "images",
    ),
    "translation_wrap": (
        "RandomTranslation",
        {"height_factor": (0.25, 0.25), "width_factor": (0.7, 0.7), "fill_mode": "wrap"},
        "images",
    ),
    "translation_constant": (
        "RandomTranslation",
        {
            "height_factor": (0.25, 0.25),
            "width_factor": (0.1, 0.1),
            "fill_mode": "constant",
            **FIRST,
        },
        "first",
    ),
    "zoom_out": ("RandomZoom", {"height_factor": (0.3, 0.3)}, "images"),
    "zoom_in": (
        "RandomZoom",
        {"height_factor": (-0.3, -0.3), "width_factor": (-0.1, -0.1)},
        "images",
    ),
    "zoom_constant": (
        "RandomZoom",
        {
            "height_factor": (0.5, 0.5),
            "width_factor": (0.2, 0.2),
            "fill_mode": "constant",
            "fill_value": 3.0,
        },
        "images",
    ),
    "contrast": ("RandomContrast", {"factor": (0.0, 0.0), "value_range": (50, 200)}, "images"),
    "brightness": ("RandomBrightness", {"factor": (0.3, 0.3)}, "images"),
    "brightness_unit": (
        "RandomBrightness",
        {"factor": (-0.2, -0.2), "value_range": (0, 1)},
        "images",
    ),
    "multi_hot": ("CategoryEncoding", {"num_tokens": 4}, "ids"),
    "one_hot": ("CategoryEncoding", {"num_tokens": 4, "output_mode": "one_hot"}, "ids"),
    "count": ("CategoryEncoding", {"num_tokens": 4, "output_mode": "count"}, "ids"),
    "bins": ("Discretization", {"bin_boundaries": [-1.0, 0.0, 0.5]}, "vectors"),
    "bins_one_hot": (
        "Discretization",
        {"bin_boundaries": [-1.0, 0.0], "output_mode": "one_hot"},
        "vectors",
    ),
    "bins_multi_hot": (
        "Discretization",
        {"bin_boundaries": [-1.0, 0.0], "output_mode": "multi_hot"},
        "vectors",
    ),
    "bins_count": (
        "Discretization",
        {"bin_boundaries": [-1.0, 0.0], "output_mode": "count"},
        "vectors",
    ),
    "integers": ("IntegerLookup", {"vocabulary": [12, 77, 1000]}, "large_ids"),
    "integers_masked": (
        "IntegerLookup",
        {"vocabulary": [12, 77, 1000], "mask_token": 0, "num_oov_indices": 2},
        "large_ids",
    ),
    "integers_multi_hot": (
        "IntegerLookup",
        {"vocabulary": [12, 77, 1000], "output_mode": "multi_hot"},
        "large_ids",
    ),
    "integers_back": ("IntegerLookup", {"vocabulary": [12, 77, 1000], "invert": True}, "ids"),
    "words": ("StringLookup", WORDS, "words"),
    "words_masked": ("StringLookup", {**WORDS, "mask_token": ""}, "words"),
    "words_count": ("StringLookup", {**WORDS, "output_mode": "count"}, "words"),
    "words_multi_hot": (
        "StringLookup",
        {**WORDS, "output_mode": "multi_hot", "max_tokens": 7, "pad_to_max_tokens": True},
        "words",
    ),
    "words_one_hot": ("StringLookup", {**WORDS, "output_mode": "one_hot"}, "words"),
    "words_tf_idf": (
        "StringLookup",
        {**WORDS, "output_mode": "tf_idf", "idf_weights": [0.5, 0.7, 0.2]},
        "words",
    ),
    "texts": ("TextVectorization", TEXT, "texts"),
    "texts_long": (
        "TextVectorization",
        {**TEXT, "output_sequence_length": 4, "ngrams": 2},
        "texts",
    ),
    "texts_letters": (
        "TextVectorization",
        {"vocabulary": list("abc é"), "split": "character", "standardize": "lower"},
        "texts",
    ),
    "texts_as_they_are": (
        "TextVectorization",
        {**TEXT, "standardize": None, "split": "whitespace"},
        "texts",
    ),
    "texts_whole": ("TextVectorization", {**TEXT, "split": None, "output_mode": "int"}, "texts"),
    "texts_multi_hot": ("TextVectorization", {**TEXT, "output_mode": "multi_hot"}, "texts"),
    "texts_count": (
        "TextVectorization",
        {
            **TEXT,
            "output_mode": "count",
            "ngrams": (2,),
            "max_tokens": 9,
            "pad_to_max_tokens": True,
        },
        "texts",
    ),
    "texts_tf_idf": (
        "TextVectorization",
        {**TEXT, "output_mode": "tf_idf", "idf_weights": [0.1, 0.2, 0.3, 0.4, 0.5]},
        "texts",
    ),
}
