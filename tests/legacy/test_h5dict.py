"""h5dict on a file and on a dict, as Keras 2.2.4 has it."""

import h5py
import numpy as np
import pytest

from keras.legacy.h5dict import h5dict


@pytest.fixture(params=["file", "dict"])
def store(request, tmp_path):
    kept = h5dict(str(tmp_path / "store.h5"), "w") if request.param == "file" else h5dict({})
    yield kept
    kept.close()


def test_what_is_kept_comes_back(store):
    store["text"], store["bytes"], store["number"] = "abc", b"abc", 3
    store["names"], store["array"] = ["x", "yz"], np.ones(2)
    store["group"]["inner"] = np.zeros(1)
    assert (store["text"], store["bytes"], store["number"]) == ("abc", b"abc", 3)
    assert store["names"] == [b"x", b"yz"]
    np.testing.assert_array_equal(store["array"], [1, 1])
    np.testing.assert_array_equal(store["group"]["inner"], [0])
    assert all(name in store for name in ("text", "names", "array", "group"))
    assert "other" not in store and store.get("other", 7) == 7
    assert {"array", "group"} <= set(store) == set(store.iter())
    store.update({"text": "changed"})
    assert store["text"] == "changed"


def test_arrays_and_groups_are_not_replaced(store):
    store["array"] = np.ones(2)
    store["group"]["inner"] = 1
    for name in ("array", "group"):
        with pytest.raises(KeyError, match=name):
            store[name] = 2


def test_long_lists_of_names(tmp_path):
    names = [f"{'n' * 500}{i}" for i in range(300)]
    store = h5dict(str(tmp_path / "store.h5"))
    store["names"] = names
    store.close()
    with h5py.File(tmp_path / "store.h5") as file:
        assert h5dict(file)["names"] == [name.encode() for name in names]


def test_other_things_are_refused():
    with pytest.raises(TypeError, match="list"):
        h5dict([1])
