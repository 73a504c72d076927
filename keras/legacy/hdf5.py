"""The functions of Keras 2 that read and write weights in an open HDF5 group, for a list of layers."""

import numpy as np

from keras.saving import hdf5, layouts, weights
from keras.saving.schema import LayerWeights, Saved, WeightEntry


class _Layers:
    """A list of layers that stands for a model."""

    name = "of a list of layers"

    def __init__(self, layers):
        self.layers = list(layers)

    @property
    def weights(self):
        return list(dict.fromkeys(w for layer in self.layers for w in layer.weights))


def load_weights_from_hdf5_group(f, layers, reshape=False):
    """Set the weights of layers from those of a file, in their order.

    Args:
        f: an open `h5py.File` or group with weights.
        layers: a list of layers; those without weights do not count.
        reshape: whether weights of the right size and another shape are taken.

    Raises:
        ValueError: if the weights do not fit; nothing is changed then.
    """
    with hdf5.reading(f) as saved:
        weights.load(_Layers(layers), saved, reshape=reshape)


def load_weights_from_hdf5_group_by_name(f, layers, skip_mismatch=False, reshape=False):
    """Set the weights of those layers whose names the file has; of the others a warning tells.

    Args:
        f, layers, reshape: as for `load_weights_from_hdf5_group`.
        skip_mismatch: whether layers whose weights do not fit keep theirs, with a warning, in place of an error.

    Raises:
        ValueError: if the weights do not fit, or no name is found; nothing is changed then.
    """
    with hdf5.reading(f) as saved:
        weights.load(_Layers(layers), saved, True, skip_mismatch, reshape)


def save_weights_to_hdf5_group(f, layers):
    """Write the weights of layers to an open `h5py.File` or group."""
    entries = [
        LayerWeights(layer.name, [WeightEntry.of(w) for w in layer.weights]) for layer in layers
    ]
    hdf5.write_weights(f, Saved(weights=entries))


def preprocess_weights_for_loading(
    layer, weights, original_keras_version=None, original_backend=None, reshape=False
):
    """Return a layer's weights of another version or backend as this library has them.

    Args:
        layer: the layer they are for.
        weights: a list of arrays.
        original_keras_version: of the file they come from; "1" by default.
        original_backend: the same; None if it is not known.
        reshape: whether arrays of the right size and another shape are given the layer's shapes.
    """
    saved = Saved(version=original_keras_version or "1.0.0", backend=original_backend or "")
    arrays = layouts.convert([np.asarray(w) for w in weights], layer, saved)
    if reshape:
        arrays = [a.reshape(w.shape) for a, w in zip(arrays, layer.weights, strict=True)]
    return arrays
