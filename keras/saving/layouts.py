"""Weight layouts: how other versions arranged the same numbers, and how they become this library's.

A table has one row a class. A row is a function `(arrays, layer, saved) -> arrays` that takes the weights of one layer
as the file has them, in the file's order, and returns them as the layer has them; `saved` is the `Saved` they come
from, whose `version` and `backend` tell who wrote them.

A row is called twice: first on stand-ins, which have the shapes and dtypes and are all zeros, so that shapes are
checked before anything is read; then on what was read. So it asks nothing of the values. It is called on an optimizer's
slots too, which lie as the trainable weights do: so it takes a list that ends early.

What differs:

- **Keras 1** kept the gates of recurrent layers apart, had the axes of convolutions' kernels in the order of those of
  the inputs, and a second window axis in those of `Convolution1D`.
- **Theano** convolved where all others correlate: its kernels stand on their heads.
- **cuDNN** has transposed kernels for recurrent layers, and two biases where LSTM has their sum.
"""

import warnings

import numpy as np

# ------------------------------------------------------------------ who wrote the file


def is_keras1(saved):
    """Return whether Keras 1 wrote a file; its first versions did not tell theirs."""
    return saved.version.split(".")[0] in ("", "1")


def is_theano(saved):
    """Return whether Theano's convolutions made the weights of a file.

    Keras 1 did not write its backend, but TensorFlow's names of weights end with ":0" and Theano's do not.
    """
    if saved.backend or not is_keras1(saved):
        return saved.backend == "theano"
    names = [entry.name for weights in saved.weights for entry in weights.entries]
    return bool(names) and not any(name.endswith(":0") for name in names)


# ------------------------------------------------------------------ convolutions
# Where the axes of a kernel of Keras 1 for inputs with the channels first go: the window's axes to the front.
_WINDOW_FIRST = {
    3: (2, 1, 0),
    4: (2, 3, 1, 0),
    5: (2, 3, 4, 1, 0),
}


def _as_keras2(kernel, layer):
    """Return a kernel of Keras 1 with its axes in the order (window, channels, filters)."""
    return kernel.transpose(_WINDOW_FIRST[kernel.ndim]) if _is_first(layer) else kernel


def _is_first(layer):
    return getattr(layer, "data_format", None) == "channels_first"


def _turned(kernel, rank):
    """Return a kernel turned by 180 degrees over its window, the first `rank` axes."""
    return kernel[(slice(None, None, -1),) * rank]


def _from_theano(kernel, layer, padding):
    """Return a kernel that Theano convolved with as one to correlate with; warn where the windows lie elsewhere."""
    moves = any(n % 2 == 0 for n in layer.kernel_size) or any(n > 1 for n in layer.strides)
    if padding == "same" and moves:
        warnings.warn(
            f"Layer {layer.name!r} ({type(layer).__name__}) was trained on Theano, which for padding='same' pads other "
            f"sides than all other backends where the window is {layer.kernel_size} and the strides are "
            f"{layer.strides}: its outputs are shifted by up to one place. Train on a little, or put a ZeroPadding "
            "layer before a layer with padding='valid'.",
            stacklevel=2,
        )
    return _turned(kernel, layer.rank if hasattr(layer, "rank") else 2)


def _convolution(arrays, layer, saved):
    kernel, *rest = arrays
    if is_keras1(saved):
        is_flat = layer.rank == 1 and kernel.ndim == 4
        kernel = _without_second_axis(kernel, layer) if is_flat else _as_keras2(kernel, layer)
    if is_theano(saved):
        kernel = _from_theano(kernel, layer, layer.padding)
    return [kernel, *rest]


def _without_second_axis(kernel, layer):
    """Return the kernel (window, channels, filters) of a Convolution1D, which was two-dimensional within."""
    is_old = kernel.shape[:2] != (layer.kernel_size[0], 1) or kernel.shape[3] != layer.filters
    return (kernel.transpose(2, 3, 1, 0) if is_old else kernel)[:, 0]


def _transposed(arrays, layer, saved):
    kernel, *rest = arrays
    if is_keras1(saved):
        kernel = _as_keras2(kernel, layer).swapaxes(-1, -2)
    if is_theano(saved):
        kernel = _from_theano(kernel, layer, layer.padding)
    return [kernel, *rest]


def _separable(arrays, layer, saved):
    # Theano correlated here, as all others did.
    if not is_keras1(saved):
        return arrays
    return [*(_as_keras2(kernel, layer) for kernel in arrays[:2]), *arrays[2:]]


def _convolutional_lstm(arrays, layer, saved):
    if is_keras1(saved) and len(arrays) == 12:
        kernels = [_as_keras2(a, layer) if a.ndim == 4 else a for a in arrays]
        arrays = _joined(kernels, _LSTM_GATES)
    if is_theano(saved):
        # The state's convolution is padded, whatever the input's is.
        arrays = [_from_theano(a, layer, "same") if a.ndim == 4 else a for a in arrays]
    return arrays


# ------------------------------------------------------------------ recurrent layers
# In which order our gates stand among those of Keras 1: i, c, f, o there, i, f, c, o here.
_LSTM_GATES = (0, 2, 1, 3)
_GRU_GATES = (0, 1, 2)


def _joined(arrays, gates):
    """Return kernel, recurrent kernel and bias, from those of each gate."""
    by_gate = [arrays[3 * gate : 3 * gate + 3] for gate in gates]
    return [np.concatenate(parts, axis=-1) for parts in zip(*by_gate, strict=True)]


def _lstm(arrays, layer, saved):
    if len(arrays) == 12:
        return _joined(arrays, _LSTM_GATES)
    bias = 4 * layer.units
    if len(arrays) == 3 and arrays[2].shape == (2 * bias,):
        return _from_cudnn(arrays, 4, lambda pair: pair.reshape(2, -1).sum(axis=0))
    return arrays


def _gru(arrays, layer, saved):
    if len(arrays) == 9:
        return _joined(arrays, _GRU_GATES)
    bias = 3 * layer.units
    if len(arrays) < 3 or arrays[2].shape not in ((2 * bias,), (2, bias)):
        return arrays
    if not layer.reset_after:
        raise ValueError(
            f"Layer {layer.name!r} (GRU) has reset_after=False, and the weights in {saved.source or 'the file'} are "
            "of one with reset_after=True; make the layer with reset_after=True and recurrent_activation='sigmoid'."
        )
    if arrays[2].ndim == 2:
        return arrays
    return _from_cudnn(arrays, 3, lambda bias: bias.reshape(2, -1))


def _cudnn_lstm(arrays, layer, saved):
    if len(arrays) == 3 and arrays[2].shape == (4 * layer.units,):
        return _to_cudnn(arrays, 4, lambda bias: np.tile(bias / 2, 2))
    return arrays


def _cudnn_gru(arrays, layer, saved):
    if len(arrays) == 3 and arrays[2].shape == (2, 3 * layer.units):
        return _to_cudnn(arrays, 3, np.ravel)
    return arrays


def _per_gate(function, kernel, gates):
    return np.concatenate([function(part) for part in np.split(kernel, gates, axis=1)], axis=1)


def _from_cudnn(arrays, gates, bias):
    """Return the weights of the classic layer, for cuDNN's; `bias` turns its biases into ours."""
    kernel = _per_gate(lambda k: k.reshape(k.shape[::-1]).T, arrays[0], gates)
    return [kernel, _per_gate(np.transpose, arrays[1], gates), bias(arrays[2])]


def _to_cudnn(arrays, gates, bias):
    """Return the weights of cuDNN's layer, for the classic one's."""
    kernel = _per_gate(lambda k: k.T.reshape(k.shape), arrays[0], gates)
    return [kernel, _per_gate(np.transpose, arrays[1], gates), bias(arrays[2])]


# ------------------------------------------------------------------ layers in layers
def _time_distributed(arrays, layer, saved):
    return convert(arrays, layer.layer, saved)


def _bidirectional(arrays, layer, saved):
    half = len(arrays) // 2
    return [
        *convert(arrays[:half], layer.forward_layer, saved),
        *convert(arrays[half:], layer.backward_layer, saved),
    ]


# The number of arrays that Keras 1 had for a layer with separate gates.
_GATES_APART = {"ConvLSTM2D": 12, "GRU": 9, "LSTM": 12}


def count(layer, weights, saved):
    """Return how many arrays of a file stand for some of a layer's weights.

    Args:
        layer: a layer.
        weights: a list of its weights, such as the trainable ones.
        saved: the `Saved` the arrays come from.
    """
    if hasattr(layer, "layers"):
        own = set(weights)
        parts = [(inner, [w for w in inner.weights if w in own]) for inner in layer.layers]
        return sum(count(inner, found, saved) for inner, found in parts)
    inner = getattr(layer, "forward_layer", getattr(layer, "layer", layer))
    gates = _GATES_APART.get(type(inner).__name__)
    is_apart = is_keras1(saved) and gates and getattr(inner, "implementation", 1) == 1
    return len(weights) // 3 * gates if is_apart else len(weights)


def _nested(arrays, model, saved):
    """Convert the weights of a model within a model: the trainable ones of all its layers come first."""
    queue, parts = list(arrays), {}
    for kind in (
        ("trainable", "fixed") if len(arrays) > _trainable_count(model, saved) else ("trainable",)
    ):
        for layer in model.layers:
            size = count(layer, _weights_of(layer, model, kind), saved)
            parts[kind, layer], queue = queue[:size], queue[size:]
    first, last = [], []
    for layer in model.layers:
        converted = convert(
            parts["trainable", layer] + parts.get(("fixed", layer), []), layer, saved
        )
        size = len(_weights_of(layer, model, "trainable"))
        first += converted[:size]
        last += converted[size:]
    return [*first, *last, *queue]


def _trainable_count(model, saved):
    return sum(count(la, _weights_of(la, model, "trainable"), saved) for la in model.layers)


def _weights_of(layer, model, kind):
    """Return a layer's weights that count as trainable in a model, or the others."""
    if kind == "trainable":
        return layer.trainable_weights if model.trainable else []
    return layer.non_trainable_weights if model.trainable else layer.weights


# ------------------------------------------------------------------ the table
# {class name: function}; a class without a row has its weights as Keras 2 has them.
_ROWS = {
    "Bidirectional": _bidirectional,
    "Conv1D": _convolution,
    "Conv2D": _convolution,
    "Conv2DTranspose": _transposed,
    "Conv3D": _convolution,
    "Conv3DTranspose": _transposed,
    "ConvLSTM2D": _convolutional_lstm,
    "CuDNNGRU": _cudnn_gru,
    "CuDNNLSTM": _cudnn_lstm,
    "GRU": _gru,
    "LSTM": _lstm,
    "SeparableConv1D": _separable,
    "SeparableConv2D": _separable,
    "TimeDistributed": _time_distributed,
}


def convert(arrays, layer, saved):
    """Return a layer's weights in this library's layout.

    Args:
        arrays: NumPy arrays as the file has them.
        layer: the layer they are for.
        saved: the `Saved` they come from.

    Raises:
        ValueError: if the layer cannot compute what the weights were made for, naming it.
    """
    if not arrays:
        return arrays
    for kind in type(layer).__mro__:
        if kind.__name__ in _ROWS:
            return _ROWS[kind.__name__](arrays, layer, saved)
        if kind.__name__ == "Model":
            return _nested(arrays, layer, saved)
    return arrays
