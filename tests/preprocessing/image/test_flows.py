"""ImageDataGenerator and its iterators."""

import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

from keras.preprocessing.image import ImageDataGenerator, Iterator, load_img, save_img


@pytest.fixture
def folder(tmp_path, capsys):
    """Six images of cats and four of dogs, each of one color, which tells its number."""
    for kind, count in (("cats", 6), ("dogs", 4)):
        (tmp_path / kind).mkdir()
        for i in range(count):
            color = 10 * i + (100 if kind == "dogs" else 0)
            save_img(tmp_path / kind / f"{i}.png", np.full((6, 8, 3), color), scale=False)
    (tmp_path / "cats" / "note.txt").write_text("no image")
    return tmp_path


def colors(images):
    return images[:, 0, 0, 0].astype(int).tolist()


CATS, DOGS = [0, 10, 20, 30, 40, 50], [100, 110, 120, 130]


# ------------------------------------------------------------------ order and random numbers
def shuffled(**kwargs):
    x = np.random.RandomState(0).uniform(0, 255, (10, 6, 6, 1))
    generator = ImageDataGenerator(rotation_range=90, horizontal_flip=True)
    return generator.flow(x, np.arange(10), batch_size=4, **kwargs)


def test_an_epoch_has_each_sample_once_in_a_new_order():
    flow = shuffled(seed=3)
    epochs = [np.concatenate([next(flow)[1] for _ in range(len(flow))]) for _ in range(3)]
    assert all(sorted(epoch) == list(range(10)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 3


@pytest.mark.parametrize("seed", [5, None])
def test_next_and_numbers_give_the_same_batches(seed):
    flow = shuffled(seed=seed)
    again = pickle.loads(pickle.dumps(flow))
    for _ in range(2):
        for number in range(len(flow)):
            for ours, theirs in zip(next(flow), again[number], strict=True):
                np.testing.assert_array_equal(ours, theirs)
        again.on_epoch_end()
    assert flow.total_batches_seen == again.total_batches_seen == 6


def test_threads_give_the_same_batches():
    flow = shuffled(seed=5)
    numbers = [2, 0, 1] * 8
    alone = [flow[number][0] for number in numbers]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda number: flow[number][0], numbers))
    np.testing.assert_array_equal(np.concatenate(alone), np.concatenate(together))


def test_numpys_seed_makes_a_flow_repeatable():
    np.random.seed(1)
    first = next(shuffled())[0]
    np.random.seed(1)
    np.testing.assert_array_equal(next(shuffled())[0], first)


def test_reset_begins_with_a_whole_epoch():
    flow = shuffled(seed=1)
    next(flow)
    flow.reset()
    assert sorted(np.concatenate([next(flow)[1] for _ in range(3)])) == list(range(10))
    flow.reset()
    assert flow.epoch == 2, "between two epochs there is nothing to cut short"


def test_a_batch_that_is_not_there():
    with pytest.raises(IndexError, match="no batch 3 among 3"):
        shuffled()[3]
    with pytest.raises(ValueError, match="has no samples"):
        next(ImageDataGenerator().flow(np.zeros((0, 2, 2, 1))))


def test_an_iterator_of_the_users_own():
    class Numbers(Iterator):
        def _get_batches_of_transformed_samples(self, index_array):
            return index_array * 10

    numbers = Numbers(5, 2, shuffle=False, seed=None)
    assert [next(numbers).tolist() for _ in range(4)] == [[0, 10], [20, 30], [40], [0, 10]]
    with pytest.raises(NotImplementedError, match="write one"):
        Iterator(1, 1, False, None)[0]


# ------------------------------------------------------------------ arrays
def test_weights_and_further_arrays_go_along():
    x = np.arange(5.0).reshape(5, 1, 1, 1)
    flow = ImageDataGenerator().flow(
        (x, [np.arange(5), np.arange(5) * 2]),
        np.arange(5) * 3,
        sample_weight=np.arange(5) * 4,
        batch_size=3,
        seed=0,
    )
    (images, once, twice), y, weights = next(flow)
    for times, array in enumerate((images.ravel(), once, twice / 2, y / 3, weights / 4)):
        np.testing.assert_array_equal(array, once, err_msg=str(times))


def test_the_parts_of_a_split():
    generator = ImageDataGenerator(validation_split=0.3)
    x = np.arange(10.0).reshape(10, 1, 1, 1)
    rest = {"shuffle": False, "batch_size": 10}
    assert next(generator.flow(x, subset="validation", **rest)).ravel().tolist() == [0, 1, 2]
    assert next(generator.flow(x, subset="training", **rest)).ravel().tolist() == [*range(3, 10)]
    y = np.linspace(0, 1, 10)
    assert len(next(generator.flow(x, y, subset="training", **rest))[1]) == 7


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: ImageDataGenerator().flow(x, [1]), "x: 4, y: 1"),
        (lambda x: ImageDataGenerator().flow(x[0]), "four axes"),
        (lambda x: ImageDataGenerator().flow(x, subset="training"), "a validation_split"),
        (
            lambda x: ImageDataGenerator(validation_split=0.5).flow(x, subset="test"),
            "subset should be one of",
        ),
        (
            lambda x: ImageDataGenerator(validation_split=0.5).flow(
                x, np.array([0, 0, 1, 1]), subset="training"
            ),
            "Shuffle x and y before",
        ),
        (lambda x: ImageDataGenerator(zoom_range=(1, 2, 3)), "zoom_range should be a pair"),
        (lambda x: ImageDataGenerator(brightness_range=1.0), "brightness_range should be a pair"),
        (lambda x: ImageDataGenerator(validation_split=2), "between 0 and 1"),
        (lambda x: ImageDataGenerator(data_format="last"), "data_format should be"),
        (
            lambda x: ImageDataGenerator(fill_mode="no", rotation_range=9).random_transform(x[0]),
            "fill_mode",
        ),
        (lambda x: ImageDataGenerator().fit(x[0]), "four axes of a batch"),
    ],
)
def test_mistakes(call, message):
    with pytest.raises(ValueError, match=message):
        call(np.zeros((4, 3, 3, 1)))


def test_warnings():
    with pytest.warns(UserWarning, match="has 3 channels|has 2 channels"):
        ImageDataGenerator().flow(np.zeros((4, 5, 5, 2)))
    with pytest.warns(UserWarning, match="zca_whitening needs featurewise_center"):
        generator = ImageDataGenerator(zca_whitening=True)
    assert generator.featurewise_center
    with pytest.warns(UserWarning, match="zca_whitening scales the data itself"):
        both = ImageDataGenerator(
            featurewise_center=True, featurewise_std_normalization=True, zca_whitening=True
        )
    assert not both.featurewise_std_normalization
    with pytest.warns(UserWarning, match="featurewise_center is left out.*call fit"):
        ImageDataGenerator(featurewise_center=True).standardize(np.zeros((2, 2, 1)))


def test_images_are_saved_for_a_look(tmp_path):
    x = np.full((3, 4, 4, 1), 50.0)
    flow = ImageDataGenerator().flow(
        x, batch_size=2, save_to_dir=tmp_path, save_prefix="aug", seed=0
    )
    next(flow)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert len(names) == 2 and all(
        name.startswith("aug_") and name.endswith(".png") for name in names
    )
    assert load_img(tmp_path / names[0]).size == (4, 4)


# ------------------------------------------------------------------ folders
def test_a_folder_of_classes(folder, capsys):
    flow = ImageDataGenerator().flow_from_directory(
        folder, target_size=(4, 5), shuffle=False, batch_size=10
    )
    assert capsys.readouterr().out == "Found 10 images belonging to 2 classes.\n"
    x, y = next(flow)
    assert x.shape == (10, 4, 5, 3)
    assert colors(x) == CATS + DOGS
    np.testing.assert_array_equal(y, np.eye(2)[[0] * 6 + [1] * 4])
    assert flow.class_indices == {"cats": 0, "dogs": 1}
    assert flow.filenames[0] == "cats/0.png" and len(flow.filepaths) == flow.samples == 10
    np.testing.assert_array_equal(flow.labels, [0] * 6 + [1] * 4)


@pytest.mark.parametrize(
    ("class_mode", "expected"),
    [("binary", [0, 1]), ("sparse", [0, 1]), ("categorical", [[1, 0], [0, 1]])],
)
def test_class_modes_of_a_folder(folder, class_mode, expected):
    flow = ImageDataGenerator().flow_from_directory(
        folder, class_mode=class_mode, shuffle=False, batch_size=10
    )
    y = next(flow)[1]
    assert y.dtype == "float32" and y[[0, 9]].tolist() == expected


def test_images_as_targets_and_no_targets(folder):
    generator = ImageDataGenerator(rescale=1 / 255)
    x, y = next(generator.flow_from_directory(folder, class_mode="input"))
    np.testing.assert_array_equal(x, y)
    assert isinstance(next(generator.flow_from_directory(folder, class_mode=None)), np.ndarray)


def test_each_class_is_split(folder):
    generator = ImageDataGenerator(validation_split=0.5)
    rest = {"shuffle": False, "batch_size": 10, "color_mode": "grayscale", "class_mode": None}
    validation = generator.flow_from_directory(folder, subset="validation", **rest)
    training = generator.flow_from_directory(folder, subset="training", **rest)
    assert colors(next(validation)) == CATS[:3] + DOGS[:2]
    assert colors(next(training)) == CATS[3:] + DOGS[2:]
    assert training.image_shape == (256, 256, 1) and training.split == (0.5, 1)


def test_chosen_classes_in_their_order(folder):
    flow = ImageDataGenerator(data_format="channels_first").flow_from_directory(
        folder, classes=["dogs", "cats"], class_mode="sparse", shuffle=False, batch_size=10
    )
    x, y = next(flow)
    assert x.shape == (10, 3, 256, 256)
    assert x[:, 0, 0, 0].astype(int).tolist() == DOGS + CATS and y[0] == 0


@pytest.mark.parametrize("name", ["class_mode", "color_mode", "interpolation"])
def test_unknown_choices_for_a_folder(folder, name):
    with pytest.raises(ValueError, match=f"{name} should be one of"):
        ImageDataGenerator().flow_from_directory(folder, **{name: "other"})


# ------------------------------------------------------------------ tables
@pytest.fixture
def table(folder):
    names = [f"cats/{i}.png" for i in range(6)] + [f"dogs/{i}.png" for i in range(4)]
    return pd.DataFrame(
        {
            "filename": names,
            "class": ["cat"] * 6 + ["dog"] * 4,
            "tags": [["a"], ["b", "c"]] * 5,
            "height": np.arange(10) / 10,
            "width": np.arange(10),
            "weight": np.arange(10) * 2,
        }
    )


def flow_from(table, folder, **kwargs):
    rest = {"shuffle": False, "batch_size": 10, "target_size": (3, 3), **kwargs}
    return ImageDataGenerator(validation_split=0.2).flow_from_dataframe(table, folder, **rest)


def test_a_table(table, folder, capsys):
    x, y, weights = next(flow_from(table, folder, weight_col="weight"))
    assert capsys.readouterr().out == "Found 10 validated image filenames belonging to 2 classes.\n"
    assert colors(x) == CATS + DOGS
    np.testing.assert_array_equal(y, np.eye(2)[[0] * 6 + [1] * 4])
    np.testing.assert_array_equal(weights, np.arange(10) * 2)


@pytest.mark.parametrize(
    ("kwargs", "expected"),
    [
        ({"class_mode": "sparse"}, [0] * 6 + [1] * 4),
        ({"class_mode": "binary", "classes": ["dog", "cat"]}, [1] * 6 + [0] * 4),
        ({"class_mode": "sparse", "classes": ["dog"]}, [0] * 4),
        ({"y_col": "tags"}, [[1, 0, 0], [0, 1, 1]] * 5),
        ({"y_col": "tags", "classes": ["c", "a"]}, [[0, 1], [1, 0]] * 5),
        ({"y_col": "height", "class_mode": "raw"}, np.arange(10) / 10),
        ({"y_col": ["width", "weight"], "class_mode": "raw"}, np.arange(10)[:, None] * [1, 2]),
        ({"y_col": ["width", "weight"], "class_mode": "multi_output"}, np.arange(10) * [[1], [2]]),
        ({"class_mode": "sparse", "subset": "validation"}, [0, 0]),
        ({"class_mode": "sparse", "subset": "training"}, [0] * 4 + [1] * 4),
    ],
)
def test_targets_from_a_table(table, folder, kwargs, expected):
    np.testing.assert_array_equal(next(flow_from(table, folder, **kwargs))[1], expected)


def test_no_targets_from_a_table(table, folder):
    assert colors(next(flow_from(table, folder, class_mode=None))) == CATS + DOGS
    x, y = next(flow_from(table, folder, class_mode="input"))
    np.testing.assert_array_equal(x, y)


def test_files_that_are_missing(table, folder):
    table.loc[2, "filename"] = "cats/missing.png"
    with pytest.warns(UserWarning, match=r"1 of 10 paths in x_col='filename'.*missing\.png"):
        flow = flow_from(table, folder, class_mode="sparse")
    assert flow.samples == 9 and len(next(flow)[1]) == 9
    assert flow_from(table, folder, validate_filenames=False).samples == 10


def test_whole_paths(table, folder):
    table["filename"] = [str(folder / name) for name in table["filename"]]
    assert colors(next(flow_from(table, None, class_mode=None))) == CATS + DOGS


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"y_col": "height"}, "needs names of classes, but y_col='height' holds 0.0"),
        ({"y_col": "tags", "class_mode": "sparse"}, "needs names of classes"),
        ({"x_col": "height"}, "x_col='height' should hold paths"),
        ({"class_mode": "multi_output"}, "needs a list of columns"),
        ({"drop": True}, "does not take"),
    ],
)
def test_tables_that_do_not_fit(table, folder, kwargs, message):
    with pytest.raises(TypeError, match=message):
        flow_from(table, folder, **kwargs)


def test_arguments_of_old(table, folder):
    with pytest.warns(UserWarning, match="has_ext has no effect"):
        flow_from(table, folder, has_ext=True)
