"""Weights of a list of layers in an open HDF5 group, as programs for Keras 2 read and write them."""

import h5py
import numpy as np
import pytest

from keras import backend as K
from keras.engine import saving, topology
from keras.layers import Conv2D, Dense
from keras.models import Sequential


def stack(last=2):
    return Sequential([Dense(3, input_dim=4, name="first"), Dense(last, name="second")])


@pytest.fixture
def file():
    with h5py.File("memory", "w", driver="core", backing_store=False) as opened:
        yield opened


def test_by_order_and_by_name(file):
    model, other = stack(), stack()
    saving.save_weights_to_hdf5_group(file, model.layers)
    topology.load_weights_from_hdf5_group(file, other.layers)
    for got, expected in zip(other.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(got, expected)
    wider = stack(last=5)
    with pytest.warns(UserWarning, match="second"):
        saving.load_weights_from_hdf5_group_by_name(file, wider.layers, skip_mismatch=True)
    np.testing.assert_array_equal(wider.get_weights()[0], model.get_weights()[0])


def test_what_does_not_fit_changes_nothing(file):
    model, wider = stack(), stack(last=5)
    saving.save_weights_to_hdf5_group(file, model.layers)
    before = wider.get_weights()
    with pytest.raises(ValueError, match="second"):
        saving.load_weights_from_hdf5_group(file, wider.layers)
    for got, expected in zip(wider.get_weights(), before, strict=True):
        np.testing.assert_array_equal(got, expected)


def test_weights_of_another_backend():
    layer = Conv2D(2, 3, input_shape=(5, 5, 1))
    layer.build((None, 5, 5, 1))
    kernel = np.random.normal(size=(3, 3, 1, 2)).astype("float32")
    bias = np.zeros(2, "float32")
    given = [kernel, bias]
    same, _ = saving.preprocess_weights_for_loading(layer, given, "2.2.4", "tensorflow")
    turned, _ = saving.preprocess_weights_for_loading(layer, given, "2.2.4", "theano")
    np.testing.assert_array_equal(same, kernel)
    np.testing.assert_array_equal(turned, kernel[::-1, ::-1])
    flat = [kernel.reshape(9, 2), bias]
    shaped, _ = saving.preprocess_weights_for_loading(layer, flat, "2.2.4", reshape=True)
    np.testing.assert_array_equal(shaped, kernel)


def test_private_names_of_k():
    from keras.backend.common import _EPSILON, _FLOATX

    assert (K.epsilon(), K.floatx()) == (_EPSILON, _FLOATX)
    gpus = K.tensorflow_backend._get_available_gpus()
    assert gpus == [name for name in K.devices() if "gpu" in name]
