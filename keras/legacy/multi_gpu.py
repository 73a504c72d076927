"""multi_gpu_model: a model whose batches are shared out between GPUs."""

from keras import backend as K
from keras import config
from keras.backend import nest
from keras.backend.compute import compute, has
from keras.layers import Input, Layer
from keras.models import Model


class Spread(Layer):
    """Gives its input; the samples of a batch, and what follows from them, are computed on several devices.

    Args:
        devices: their names, as `K.devices()` tells them. Batches that cannot be shared out equally stay together.
    """

    supports_masking = True

    def __init__(self, devices, **kwargs):
        super().__init__(**kwargs)
        self.devices = list(devices)

    def compute_output_shape(self, input_shape):
        return input_shape

    def call(self, inputs):
        return compute.spread(inputs, self.devices)


def multi_gpu_model(model, gpus=None, cpu_merge=True, cpu_relocation=False):
    """Return a model like another one, with the same weights, whose batches are shared out between GPUs.

    With a batch size of 256 and 8 GPUs, each computes 32 samples; gradients are those of the whole batch, and so are
    the statistics of batch normalization. To save the weights, save `model`.

    Args:
        model: a model with symbolic inputs.
        gpus: how many GPUs, at least 2, or their numbers as a list; all of them by default.
        cpu_merge, cpu_relocation: without effect: where the outputs and weights lie is the backend's concern.

    Returns:
        A `Model`, to be compiled.

    Raises:
        ValueError: if fewer than two devices are asked for, or some are not there.
        NotImplementedError: if the backend in use computes a program on one device alone.
    """
    devices = _chosen(gpus)
    if not has("spread"):
        raise NotImplementedError(
            f"multi_gpu_model: the backend {config.backend()!r} computes a model on one device. Use another one, such "
            f"as {config.DEFAULTS['backend']!r}: set KERAS_BACKEND={config.DEFAULTS['backend']} and start anew."
        )
    inputs = [
        Input(batch_shape=t.shape, dtype=t.dtype, name=name)
        for t, name in zip(model.inputs, model.input_names, strict=True)
    ]
    outputs = model(nest.unpack_single([Spread(devices)(x) for x in inputs]))
    named = zip(nest.as_list(outputs), model.output_names, strict=True)
    # Losses and metrics are given by the outputs' names.
    outputs = [Spread(devices, name=name)(y) for y, name in named]
    return Model(nest.unpack_single(inputs), nest.unpack_single(outputs))


def _chosen(gpus):
    """Return the names of the devices asked for."""
    there = K.devices()
    kind = there[0].partition(":")[0]
    numbers = (
        range(len(there) if gpus is None else gpus) if not isinstance(gpus, list | tuple) else gpus
    )
    names = [f"{kind}:{number}" for number in numbers]
    if len(set(names)) < 2:
        raise ValueError(
            f"multi_gpu_model needs at least 2 GPUs to share a batch out to, got gpus={gpus!r}; the devices here are "
            f"{there}. Use the model itself on a single one."
        )
    missing = [name for name in names if name not in there]
    if missing:
        raise ValueError(
            f"multi_gpu_model: gpus={gpus!r} asks for {names}, but {missing} are not there; the devices here are "
            f"{there}. Ask for fewer."
        )
    return names
