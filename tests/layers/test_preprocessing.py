"""Preprocessing layers against Keras 3.15.1, and what is drawn at random against its distribution."""

from pathlib import Path

import numpy as np
import pytest

from keras import layers as L
from keras.models import Model, Sequential, load_model

from .preprocessing_cases import CASES, INPUTS
from .support import draw, run

EXPECTED = np.load(Path(__file__).with_name("keras_3.npz"))


@pytest.mark.parametrize("name", CASES)
def test_numbers_are_those_of_keras_3(name):
    kind, arguments, given = CASES[name]
    found = run(getattr(L, kind)(**arguments), INPUTS[given])
    expected = EXPECTED[name]
    assert found.shape == expected.shape
    if expected.dtype.kind == "U":
        assert found.tolist() == expected.tolist()
    elif expected.dtype == "uint8":
        # A half may be rounded either way: which it is depends on the order of the sums.
        apart = np.abs(found.astype(int) - expected.astype(int))
        assert apart.max() <= 1 and apart.mean() < 0.01
    else:
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=2e-4)


# ------------------------------------------------------------------ chance
IMAGES = np.arange(1, 1 + 4 * 5 * 3, dtype="float32").reshape(1, 4, 5, 3)
MANY = np.repeat(IMAGES, 400, axis=0)
RANDOM = [
    lambda seed: L.RandomFlip(seed=seed),
    lambda seed: L.RandomRotation(0.2, seed=seed),
    lambda seed: L.RandomTranslation(0.3, 0.3, seed=seed),
    lambda seed: L.RandomZoom(0.3, seed=seed),
    lambda seed: L.RandomContrast(0.3, seed=seed),
    lambda seed: L.RandomBrightness(0.3, seed=seed),
    lambda seed: L.RandomCrop(2, 3, seed=seed),
]


@pytest.mark.parametrize("make", RANDOM)
def test_nothing_changes_at_test_time_and_a_seed_repeats(make):
    model = Sequential([L.Input((4, 5, 3)), make(None)])
    np.testing.assert_array_equal(model.predict(MANY[:3]), MANY[:3])
    first, again, other = (run(make(seed), MANY, training=True) for seed in (1, 1, 4))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    assert first.dtype == "float32"


@pytest.mark.parametrize("make", RANDOM[:-1])
def test_each_image_has_a_draw_of_its_own(make):
    varied = run(make(3), MANY, training=True)
    assert len({image.tobytes() for image in varied}) > (350 if make is not RANDOM[0] else 3)


@pytest.mark.parametrize("make", RANDOM)
def test_a_layer_called_on_its_own_varies_a_single_image_too(make):
    layer = make(5)
    results = [run(layer, IMAGES[0]) for _ in range(9)]
    assert all(r.ndim == 3 for r in results)
    assert any(r.shape != IMAGES[0].shape or (r != IMAGES[0]).any() for r in results)


def test_half_of_the_images_are_flipped_each_way():
    flipped = run(L.RandomFlip(seed=0), MANY, training=True)
    kinds = [IMAGES[0], IMAGES[0, ::-1], IMAGES[0, :, ::-1], IMAGES[0, ::-1, ::-1]]
    shares = [np.mean([(image == kind).all() for image in flipped]) for kind in kinds]
    assert sum(shares) == 1
    assert all(0.17 < share < 0.33 for share in shares)
    sideways = run(L.RandomFlip("horizontal", seed=0), MANY, training=True)
    assert all((image == kinds[0]).all() or (image == kinds[2]).all() for image in sideways)


def test_brightness_and_contrast_are_drawn_evenly():
    added = run(L.RandomBrightness((0.1, 0.3), seed=0), MANY, training=True) - MANY
    added = added[:, 0, 0, 0] / 255
    assert added.min() > 0.1 and added.max() < 0.3
    assert added.mean() == pytest.approx(0.2, abs=0.01)
    varied = run(L.RandomContrast((0.1, 0.5), (-99, 99), seed=0), MANY, training=True)
    growth = varied.std(axis=(1, 2))[:, 0] / MANY.std(axis=(1, 2))[:, 0]
    assert 0.9 < growth.min() < 0.92 and 1.48 < growth.max() < 1.5


def test_a_crop_is_a_part_of_the_image():
    for seed in range(5):
        part = run(L.RandomCrop(2, 3, seed=seed), MANY[:2], training=True)
        places = [(i, j) for i in range(3) for j in range(3)]
        assert sum((part == MANY[:2, i : i + 2, j : j + 3]).all() for i, j in places) == 1


def test_augmentation_trains_in_a_model():
    layers = [make(1) for make in RANDOM[:-1]]
    model = Sequential([L.Input((4, 5, 3)), *layers, L.Flatten(), L.Dense(1)])
    model.compile("sgd", "mse")
    losses = model.fit(MANY[:8] / 255, np.ones((8, 1)), epochs=2, verbose=0).history["loss"]
    assert np.isfinite(losses).all()


# ------------------------------------------------------------------ adapt
def test_normalization_adapts_to_arrays_and_to_batches():
    x = np.random.default_rng(0).normal(3, 2, size=(40, 3, 2))
    for axis, reduced in ((-1, (0, 1)), (1, (0, 2)), ((1, 2), 0), (None, (0, 1, 2))):
        whole, parts = L.Normalization(axis=axis), L.Normalization(axis=axis)
        whole.adapt(x)
        parts.adapt(x[i : i + 7] for i in range(0, 40, 7))
        for layer in (whole, parts):
            mean, variance, count = layer.get_weights()
            np.testing.assert_allclose(mean, x.mean(axis=reduced), rtol=1e-5)
            np.testing.assert_allclose(variance, x.var(axis=reduced), rtol=1e-5)
            assert count == 0 and not layer.trainable_weights
    np.testing.assert_allclose(run(whole, x), (x - x.mean()) / x.std(), atol=1e-5)


def test_vocabularies_are_those_of_keras_3():
    # Frequencies first, then the last in order: both as Keras 3.15 gave them.
    layer = L.StringLookup()
    layer.adapt(np.array([["x"], ["y"], ["x"], ["é"]]))
    assert layer.get_vocabulary() == ["[UNK]", "x", "é", "y"]
    numbers = L.IntegerLookup(output_mode="count")
    numbers.adapt(np.array([[5], [7], [5]]))
    assert numbers.get_vocabulary() == [-1, 5, 7]
    text = L.TextVectorization(output_mode="tf_idf")
    text.adapt(np.array(["a b", "b c", "b"]))
    assert text.get_vocabulary() == ["[UNK]", "b", "c", "a"]
    weighed = np.asarray(text(np.array(["a b b q"])))
    np.testing.assert_allclose(weighed, [[0.7973991, 1.1192316, 0, 0.91629076]], rtol=1e-5)
    bins = L.Discretization(num_bins=4)
    bins.adapt(np.arange(1.0, 9.0))
    assert bins.bin_boundaries == [2.0, 4.0, 6.0]


def test_words_back_from_their_numbers():
    layer = L.StringLookup(vocabulary=["a", "b"], invert=True)
    assert layer(np.array([[2, 0, 1]])).tolist() == [["b", "[UNK]", "a"]]


def test_bytes_lists_and_a_vocabulary_in_a_file(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("a\né\n", encoding="utf8")
    layer = L.StringLookup(vocabulary=str(path))
    assert np.asarray(layer(np.array([["é".encode(), b"q"]]))).tolist() == [[2, 0]]
    assert np.asarray(layer(["a", "q"])).tolist() == [1, 0]
    assert layer.get_config()["vocabulary"] == ["a", "é"]


@pytest.mark.parametrize("cls", [L.StringLookup, L.IntegerLookup, L.TextVectorization])
@pytest.mark.parametrize("place", ["/etc/passwd", "http://127.0.0.1:9/words", b"/etc/passwd", 7])
@pytest.mark.parametrize("key", ["vocabulary", "idf_weights"])
def test_a_config_cannot_name_a_file_to_read(cls, place, key):
    with pytest.raises(ValueError, match=f"{key} as a list"):
        L.deserialize({"class_name": cls.__name__, "config": {"name": "l", key: place}})


@pytest.mark.parametrize("kind", ["keras", "h5"])
def test_what_was_adapted_is_saved(tmp_path, kind):
    first, second = L.Input((3,)), L.Input((2,), dtype="int32")
    normal, bins = L.Normalization(), L.Discretization(num_bins=3)
    numbers = L.IntegerLookup(output_mode="multi_hot")
    x, ids = draw(9, 3), np.arange(18).reshape(9, 2) % 5
    for layer, data in ((normal, x), (bins, x), (numbers, ids)):
        layer.adapt(data)
    outputs = [normal(first), bins(first), L.Dense(2)(L.Rescaling(0.5)(numbers(second)))]
    model = Model([first, second], outputs)
    model.save(tmp_path / f"model.{kind}")
    again = load_model(tmp_path / f"model.{kind}")
    for a, b in zip(model.predict([x, ids]), again.predict([x, ids]), strict=True):
        np.testing.assert_array_equal(a, b)


def test_texts_come_before_the_model():
    layer = L.StringLookup(vocabulary=["a"], name="words")
    with pytest.raises(NotImplementedError, match=r"'words'.*call it on the data first"):
        layer(L.Input((1,)))


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: L.Normalization(mean=1.0), "go together"),
        (lambda: L.Normalization()(L.Input((None,))), "size along axis"),
        (lambda: L.Resizing(2, 2, "area"), "interpolation should be one of"),
        (lambda: L.RandomFlip("sideways"), "mode should be one of"),
        (lambda: L.RandomRotation(2.0), "factor should be"),
        (lambda: L.RandomRotation((0.2, 0.1)), "the smaller first"),
        (lambda: L.RandomZoom(0.2, fill_mode="odd"), "fill_mode should be one of"),
        (lambda: L.CategoryEncoding(), "needs num_tokens"),
        (lambda: L.Discretization(), "needs bin_boundaries"),
        (lambda: L.StringLookup()(["a"]), "no vocabulary yet"),
        (lambda: L.StringLookup(vocabulary=["a", "a"]), "more than once"),
        (lambda: L.StringLookup(vocabulary=["a"], num_oov_indices=0)(["b"]), "does not know 'b'"),
        (lambda: L.StringLookup(vocabulary=["a", "b"], max_tokens=2), "max_tokens=2"),
        (lambda: L.TextVectorization(split="odd"), "split should be one of"),
    ],
)
def test_mistakes_are_explained(make, message):
    with pytest.raises(ValueError, match=message):
        make()
