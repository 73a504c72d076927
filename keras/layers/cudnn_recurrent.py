"""CuDNNLSTM and CuDNNGRU: recurrent layers whose weights are arranged as NVIDIA's library has them.

They compute what LSTM and GRU with sigmoid gates compute, on any backend and device. Weights go over from one to the
other by `saving.layouts`.
"""

import copy

from keras import initializers, ops
from keras.layers.gated import arguments_of
from keras.layers.recurrent import CellRNN
from keras.layers.recurrent_cells import GRUCell, LSTMCell

__all__ = ["CuDNNGRU", "CuDNNLSTM"]


def _per_gate(kernel, gates, arrange):
    return ops.concatenate([arrange(part) for part in ops.split(kernel, gates, axis=-1)], axis=-1)


def _classic_kernel(part):
    """Return a gate's matrix (features, units): cuDNN reads the same memory as (units, features)."""
    return ops.transpose(ops.reshape(part, part.shape[::-1]))


class _CuDNNCell:
    """What both cells share; comes before the classic cell, whose arithmetic it uses, among the bases."""

    def __init__(self, units, **options):
        super().__init__(units, activation="tanh", recurrent_activation="sigmoid", **options)

    def _bias_shape(self, width):
        return (2 * width,)

    def project(self, inputs, masks):
        """Return the input's part of the gates: (..., batch, features) -> (..., batch, gates * units)."""
        return super(_CuDNNCell, self._classic()).project(inputs, masks)

    def stepper(self, masks):
        """Return the step for projected inputs."""
        return super(_CuDNNCell, self._classic()).stepper(masks)

    def _classic(self):
        """Return a copy of the cell whose weights are tensors arranged as in the classic cell."""
        cell = copy.copy(self)
        kernel, recurrent = map(ops.convert_to_tensor, (self.kernel, self.recurrent_kernel))
        cell.kernel = _per_gate(kernel, self.gates, _classic_kernel)
        cell.recurrent_kernel = _per_gate(recurrent, self.gates, ops.transpose)
        cell.bias = self._classic_bias(ops.reshape(ops.convert_to_tensor(self.bias), (2, -1)))
        return cell


class _CuDNNLSTMCell(_CuDNNCell, LSTMCell):
    def __init__(
        self,
        units,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        unit_forget_bias=True,
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        super().__init__(**arguments_of(locals()))

    @staticmethod
    def _classic_bias(pair):
        return ops.sum(pair, axis=0)

    def _add(self, kind, name, shape):
        if kind != "bias" or not self.unit_forget_bias:
            return super()._add(kind, name, shape)
        return self.add_weight(
            name,
            shape,
            initializer=_forget_bias_of_ones(self.bias_initializer),
            regularizer=self.bias_regularizer,
            constraint=self.bias_constraint,
        )


def _forget_bias_of_ones(initializer):
    """Return an initializer of eight biases side by side: ones for the forget gate's bias on the state."""

    def initialize(shape, dtype=None):
        units = shape[0] // 8
        makers = ((initializer, 5), (initializers.Ones(), 1), (initializer, 2))
        parts = [make((count * units,), dtype=dtype) for make, count in makers]
        return ops.convert_to_numpy(ops.concatenate(parts))

    return initialize


class _CuDNNGRUCell(_CuDNNCell, GRUCell):
    def __init__(
        self,
        units,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        super().__init__(**arguments_of(locals()), reset_after=True)

    @staticmethod
    def _classic_bias(pair):
        return pair


class CuDNNLSTM(CellRNN):
    """Long short-term memory with its weights as cuDNN has them: LSTM with sigmoid gates.

    Args:
        units, kernel_initializer, recurrent_initializer, bias_initializer, unit_forget_bias, kernel_regularizer,
            recurrent_regularizer, bias_regularizer, kernel_constraint, recurrent_constraint, bias_constraint: as for
            `LSTM`.
        activity_regularizer: a penalty on the output.
        return_sequences, return_state, stateful: as for `RNN`.

    Weights: kernel (features, 4 * units), recurrent_kernel (units, 4 * units), bias (8 * units,), the input's biases
    and then the state's.

    Examples:
        >>> CuDNNLSTM(3).compute_output_shape((None, 5, 2))
        (None, 3)
    """

    cell_class = _CuDNNLSTMCell
    _not_in_config = CellRNN._not_in_config | {"unroll"}

    def __init__(
        self,
        units,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        unit_forget_bias=True,
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        return_sequences=False,
        return_state=False,
        stateful=False,
        **kwargs,
    ):
        super().__init__(**arguments_of(locals()))


class CuDNNGRU(CellRNN):
    """Gated recurrent units with their weights as cuDNN has them: GRU with sigmoid gates and `reset_after`.

    Args:
        units, kernel_initializer, recurrent_initializer, bias_initializer, kernel_regularizer, recurrent_regularizer,
            bias_regularizer, kernel_constraint, recurrent_constraint, bias_constraint: as for `GRU`.
        activity_regularizer: a penalty on the output.
        return_sequences, return_state, stateful: as for `RNN`.

    Weights: kernel (features, 3 * units), recurrent_kernel (units, 3 * units), bias (6 * units,), the input's biases
    and then the state's.

    Examples:
        >>> CuDNNGRU(3, return_sequences=True).compute_output_shape((None, 5, 2))
        (None, 5, 3)
    """

    cell_class = _CuDNNGRUCell
    _not_in_config = CellRNN._not_in_config | {"unroll"}

    def __init__(
        self,
        units,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        return_sequences=False,
        return_state=False,
        stateful=False,
        **kwargs,
    ):
        super().__init__(**arguments_of(locals()))
