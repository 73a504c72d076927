"""The datasets, from small files in the cache, against stored results of Keras 2.2.4."""

import gzip
import importlib.util
import io
import json
import os
import pickle
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from keras import config, datasets
from keras.datasets import (
    boston_housing,
    cifar,
    cifar10,
    cifar100,
    fashion_mnist,
    imdb,
    mnist,
    reuters,
)
from keras.datasets.plain import read_npz, unpickle
from keras.utils import files

HERE = Path(__file__).parent


def _generate():
    spec = importlib.util.spec_from_file_location("generate_datasets", HERE / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


generate = _generate()
STORED = json.loads((HERE / "keras_2_2_4.json").read_text())


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A home without files, whose files have the right hashes, and no connection."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(files, "validate_file", lambda *args: True)

    def no_connection(*args, **kwargs):
        raise OSError("no connection")

    monkeypatch.setattr("urllib.request.urlopen", no_connection)
    (tmp_path / "datasets").mkdir()
    return tmp_path / "datasets"


@pytest.fixture
def small_files(cache):
    for name, arrays in generate.files().items():
        np.savez(cache / f"{name}.npz", **arrays)


@pytest.mark.parametrize(("name", "place"), [(n, i) for n in STORED for i in range(len(STORED[n]))])
def test_as_keras_2_2_4(small_files, name, place):
    found = getattr(datasets, name).load_data(**generate.CALLS[name][place])
    assert json.loads(json.dumps(generate.plain(found))) == STORED[name][place]


def test_texts_are_arrays_of_lists(small_files):
    (x_train, y_train), _ = imdb.load_data()
    assert (x_train.dtype, x_train.shape, y_train.shape) == (np.dtype(object), (9,), (9,))


def test_long_reviews_are_left_out_of_the_part_they_are_in(small_files):
    (x_train, _), (x_test, _) = imdb.load_data()
    short = [[len(text) for text in part if len(text) < 6] for part in (x_train, x_test)]
    (x_train, y_train), (x_test, y_test) = imdb.load_data(maxlen=6)
    assert [[len(text) for text in part] for part in (x_train, x_test)] == short
    assert (len(y_train), len(y_test)) == (len(x_train), len(x_test))
    with pytest.raises(ValueError, match="No text is shorter than maxlen=2"):
        reuters.load_data(maxlen=2)


def test_old_arguments(small_files):
    old, new = imdb.load_data(nb_words=7), imdb.load_data(num_words=7)
    assert generate.plain(old) == generate.plain(new)
    with pytest.raises(TypeError, match="words"):
        reuters.load_data(words=7)


@pytest.mark.parametrize("module", [imdb, reuters])
def test_word_indices(cache, module):
    name = module.__name__.rpartition(".")[2]
    (cache / f"{name}_word_index.json").write_text('{"the": 1, "été": 2}', encoding="utf8")
    assert module.get_word_index() == {"the": 1, "été": 2}


def test_mnist(cache):
    arrays = {
        "x_train": np.arange(24, dtype="uint8").reshape(6, 2, 2),
        "y_train": np.arange(6, dtype="uint8"),
        "x_test": np.ones((2, 2, 2), "uint8"),
        "y_test": np.zeros(2, "uint8"),
    }
    np.savez(cache / "mnist.npz", **arrays)
    (x_train, y_train), (x_test, y_test) = mnist.load_data()
    for found, name in (
        (x_train, "x_train"),
        (y_train, "y_train"),
        (x_test, "x_test"),
        (y_test, "y_test"),
    ):
        np.testing.assert_array_equal(found, arrays[name])


def idx(array):
    sizes = np.array(array.shape, ">u4").tobytes()
    return gzip.compress(bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes())


@pytest.mark.parametrize("place", ["cache", "system"])
def test_fashion_mnist(cache, tmp_path, monkeypatch, place):
    folder = cache / "fashion-mnist" if place == "cache" else tmp_path / "system"
    folder.mkdir()
    monkeypatch.setattr(fashion_mnist, "_SYSTEM", tmp_path / "system")
    images, labels = np.arange(12, dtype="uint8").reshape(3, 2, 2), np.arange(3, dtype="uint8")
    for part in ("train", "t10k"):
        (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(idx(images))
        (folder / f"{part}-labels-idx1-ubyte.gz").write_bytes(idx(labels))
    for x, y in fashion_mnist.load_data():
        np.testing.assert_array_equal(x, images)
        np.testing.assert_array_equal(y, labels)
        assert x.flags.writeable
    (folder / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(b"\0\0\x08\x01\0\0\0\5abc"))
    with pytest.raises(ValueError, match="is no IDX file"):
        fashion_mnist.load_data()


def batch(first, count, *keys):
    """A file as Python 2 wrote it: keys are bytes."""
    data = (np.arange(count * 3072) + first).astype("uint8").reshape(count, 3072)
    labels = {key.encode(): [(first + i) % 10 for i in range(count)] for key in keys}
    return pickle.dumps({b"data": data, **labels}, protocol=2)


def put(folder, contents):
    """The files, in a tar as they are downloaded."""
    with tarfile.open(f"{folder}.tar.gz", "w:gz") as archive:
        for name, content in contents.items():
            member = tarfile.TarInfo(f"{folder.name}/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def test_cifar10(cache, monkeypatch):
    contents = {f"data_batch_{i}": batch(i, 2, "labels") for i in range(1, 6)}
    put(cache / "cifar-10-batches-py", {**contents, "test_batch": batch(6, 2, "labels")})
    (x_train, y_train), (x_test, y_test) = cifar10.load_data()
    assert (x_train.shape, x_train.dtype, y_train.shape) == ((10, 32, 32, 3), "uint8", (10, 1))
    assert y_train.ravel().tolist() == [1, 2, 2, 3, 3, 4, 4, 5, 5, 6]
    assert y_test.ravel().tolist() == [6, 7]
    expected = (np.arange(3072) + 6).astype("uint8").reshape(3, 32, 32)
    np.testing.assert_array_equal(x_test[0], expected.transpose(1, 2, 0))
    monkeypatch.setitem(config._settings, "image_data_format", "channels_first")
    np.testing.assert_array_equal(cifar10.load_data()[1][0][0], expected)


def test_cifar100(cache):
    contents = {
        name: batch(i, 2, "fine_labels", "coarse_labels")
        for i, name in enumerate(["train", "test"])
    }
    put(cache / "cifar-100-python", contents)
    (x_train, y_train), (_, y_test) = cifar100.load_data()
    assert x_train.shape == (2, 32, 32, 3)
    assert (y_train.ravel().tolist(), y_test.ravel().tolist()) == ([0, 1], [1, 2])
    assert cifar100.load_data("coarse")[0][1].tolist() == [[0], [1]]
    with pytest.raises(ValueError, match="label_mode should be"):
        cifar100.load_data("rough")


def test_a_batch_without_its_labels(tmp_path):
    (tmp_path / "batch").write_bytes(batch(0, 2, "labels"))
    with pytest.raises(ValueError, match="does not hold images and fine_labels"):
        cifar.load_batch(tmp_path / "batch", "fine_labels")


def test_boston_housing_from_a_package_that_has_it(cache):
    pytest.importorskip("mlxtend", reason="mlxtend, which has the data, is not installed")
    (x_train, y_train), (x_test, y_test) = boston_housing.load_data()
    assert (x_train.shape, y_train.shape, x_test.shape, y_test.shape) == (
        (404, 13),
        (404,),
        (102, 13),
        (102,),
    )
    # The first sample as many books print it.
    first = [1.23247, 0, 8.14, 0, 0.538, 6.142, 91.7, 3.9769, 4, 307, 21, 396.9, 18.72]
    assert x_train[0].tolist() == first and y_train[0] == 15.2


def test_a_share_that_is_none(cache):
    with pytest.raises(ValueError, match="test_split should lie in"):
        boston_housing.load_data(test_split=1.0)


@pytest.mark.parametrize(
    ("load", "name", "address"),
    [
        (mnist.load_data, "mnist.npz", "tf-keras-datasets/mnist.npz"),
        (imdb.load_data, "imdb.npz", "tf-keras-datasets/imdb.npz"),
        (
            reuters.get_word_index,
            "reuters_word_index.json",
            "tf-keras-datasets/reuters_word_index.json",
        ),
        (cifar10.load_data, "cifar-10-batches-py.tar.gz", "~kriz/cifar-10-python.tar.gz"),
        (cifar100.load_data, "cifar-100-python.tar.gz", "~kriz/cifar-100-python.tar.gz"),
    ],
)
def test_without_a_file_and_a_connection(cache, load, name, address):
    with pytest.raises(ConnectionError) as caught:
        load()
    assert f"looked for in {cache}:" in str(caught.value)
    assert f"under the name {name}." in str(caught.value)
    assert address in str(caught.value)


# ------------------------------------------------------------------ files made to hurt
class Hurting:
    def __reduce__(self):
        return os.mkdir, ("hurt",)


@pytest.fixture
def hurting(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    yield np.array([Hurting(), [1]], dtype=object)
    assert not os.path.exists("hurt")


def test_code_in_an_npz_is_not_run(hurting):
    np.savez("file.npz", x=hurting)
    with pytest.raises(ValueError, match=r"x\.npy in file\.npz cannot be read.*mkdir"):
        read_npz("file.npz")


def test_code_in_a_batch_is_not_run(hurting, tmp_path):
    Path("batch").write_bytes(pickle.dumps({b"data": hurting, b"labels": [1]}))
    with pytest.raises(ValueError, match="batch cannot be read"):
        cifar.load_batch(str(tmp_path / "batch"))


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 cut"])
def test_broken_files(tmp_path, content):
    (tmp_path / "file.npz").write_bytes(content)
    with pytest.raises(ValueError, match="is no npz file"):
        read_npz(tmp_path / "file.npz")
    with pytest.raises(ValueError, match="cannot be read"):
        unpickle(io.BytesIO(content), "file")


def test_an_array_that_is_another_than_its_header_says(tmp_path):
    with zipfile.ZipFile(tmp_path / "file.npz", "w") as archive, archive.open("x.npy", "w") as file:
        np.lib.format.write_array_header_1_0(
            file, {"descr": "|O", "fortran_order": False, "shape": (3,)}
        )
        file.write(pickle.dumps([1, 2, 3]))
    with pytest.raises(ValueError, match=r"does not hold an array of shape \(3,\)"):
        read_npz(tmp_path / "file.npz")


def test_reading_as_numpy(tmp_path):
    arrays = {"a": np.arange(6.0).reshape(2, 3), "b": generate.texts(4, 0), "c": np.array(3)}
    np.savez_compressed(tmp_path / "file.npz", **arrays)
    found = read_npz(tmp_path / "file.npz")
    assert set(found) == {"a", "b", "c"}
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
    assert "numpy.core.multiarray" not in sys.modules
