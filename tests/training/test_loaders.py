"""Batches from other libraries' loaders: lists or tuples of their own tensors."""

import numpy as np
import pytest

from keras.layers import Dense, Input, add
from keras.models import Model, Sequential

X = np.random.default_rng(0).normal(size=(48, 4)).astype("float32")
Y = X @ np.array([[1.0], [-2.0], [0.5], [0.0]], "float32")
WEIGHT = np.linspace(0.5, 1.5, 48).astype("float32")


class Tensor:
    """What a tensor of a library that is not the backend looks like from outside."""

    def __init__(self, array, needs_gradient=False):
        self._array = array
        self._needs_gradient = needs_gradient
        self.shape, self.dtype = array.shape, f"other.{array.dtype}"

    def __getitem__(self, key):
        return Tensor(self._array[key])

    def __array__(self, dtype=None, copy=None):
        if self._needs_gradient:
            raise RuntimeError("Detach it first.")
        return np.asarray(self._array, dtype)

    def numpy(self):
        return np.asarray(self)

    def detach(self):
        return Tensor(self._array)

    def cpu(self):
        return self


class Loader:
    """A loader as other libraries have them: iterable anew, with a length that may be unknown."""

    def __init__(self, *arrays, kind=list, size=16, length=None, wrap=Tensor):
        self.arrays, self.kind, self.size = arrays, kind, size
        self.length, self.wrap = length, wrap

    def __iter__(self):
        for start in range(0, len(self.arrays[0]), self.size):
            yield self.kind(self.wrap(a[start : start + self.size]) for a in self.arrays)

    def __len__(self):
        if self.length is None:
            raise TypeError("The length is not known.")
        return self.length


def model():
    np.random.seed(1)
    stack = Sequential([Dense(8, activation="tanh", input_dim=4), Dense(1)])
    stack.compile("adam", "mse")
    return stack


def trained(x, y=None, **options):
    """Return the losses of three epochs and the weights after them."""
    one = model()
    history = one.fit(x, y, epochs=3, verbose=0, shuffle=False, **options)
    return [*history.history["loss"], *map(np.sum, one.get_weights())]


ON_ARRAYS = {"batch_size": 16}


@pytest.mark.parametrize("kind", [list, tuple])
@pytest.mark.parametrize("length", [None, 3])
def test_training_is_as_on_arrays(kind, length):
    found = trained(Loader(X, Y, kind=kind, length=length))
    np.testing.assert_allclose(found, trained(X, Y, **ON_ARRAYS), rtol=1e-5)


def test_a_third_entry_weights_the_samples():
    found = trained(Loader(X, Y, WEIGHT))
    np.testing.assert_allclose(found, trained(X, Y, sample_weight=WEIGHT, **ON_ARRAYS), rtol=1e-5)


def test_tensors_themselves_are_data():
    x, y, weight = (Tensor(a, needs_gradient=True) for a in (X, Y.astype("float64"), WEIGHT))
    found = trained(x, y, sample_weight=weight, **ON_ARRAYS)
    np.testing.assert_allclose(found, trained(X, Y, sample_weight=WEIGHT, **ON_ARRAYS), rtol=1e-5)


def test_evaluating_and_predicting():
    one = model()
    assert one.evaluate(Loader(X, Y), verbose=0) == pytest.approx(
        one.evaluate(X, Y, verbose=0), rel=1e-5
    )
    for loader in (Loader(X, Y), Loader(X, Y, kind=tuple), Loader(X, Y, WEIGHT)):
        np.testing.assert_allclose(one.predict(loader), one.predict(X), rtol=1e-5, atol=1e-6)


def test_a_list_of_as_many_arrays_as_inputs_is_what_to_predict_from():
    a, b = Input((4,)), Input((4,))
    two = Model([a, b], add([Dense(2)(a), Dense(2)(b)]))
    expected = two.predict([X, 2 * X])
    np.testing.assert_allclose(two.predict(Loader(X, 2 * X)), expected, rtol=1e-5, atol=1e-6)


def test_a_batch_of_four_is_refused():
    with pytest.raises(ValueError, match="got 4 entries"):
        model().fit(Loader(X, Y, WEIGHT, WEIGHT), verbose=0)


def test_a_torch_data_loader():
    data = pytest.importorskip("torch.utils.data", reason="PyTorch is not installed here")
    import torch

    x, y = torch.from_numpy(X.astype("float64")), torch.from_numpy(Y)
    loader = data.DataLoader(data.TensorDataset(x, y), batch_size=16)
    np.testing.assert_allclose(trained(loader), trained(X, Y, **ON_ARRAYS), rtol=1e-5)
    np.testing.assert_allclose(
        trained(x.requires_grad_(), y, **ON_ARRAYS), trained(X, Y, **ON_ARRAYS), rtol=1e-5
    )


def test_a_tensorflow_dataset():
    tf = pytest.importorskip("tensorflow", reason="TensorFlow is not installed here")
    pairs = tf.data.Dataset.from_tensor_slices((X, Y))
    for dataset in (pairs.batch(16), pairs.filter(lambda x, y: True).batch(16)):
        np.testing.assert_allclose(trained(dataset), trained(X, Y, **ON_ARRAYS), rtol=1e-5)
    named = tf.data.Dataset.from_tensor_slices(({"dense_in": X}, Y)).batch(16)
    inputs = Input((4,), name="dense_in")
    one = Model(inputs, Dense(1)(inputs))
    one.compile("sgd", "mse")
    losses = one.fit(named, epochs=2, verbose=0).history["loss"]
    assert losses[1] < losses[0]
