"""The weights of each gate by themselves, such as `cell.kernel_i`, for cells of one's own."""

_WEIGHTS = {
    "kernel": "kernel",
    "recurrent_kernel": "recurrent_kernel",
    "bias": "bias",
    "input_bias": "bias",
    "recurrent_bias": "bias",
}


class _GatePart:
    """One gate's part of a weight; a subclass may put something else in its place."""

    def __init__(self, name, gate, count):
        self.name, self.gate, self.count = name, gate, count

    def __get__(self, cell, owner=None):
        if cell is None:
            return self
        weight = getattr(cell, _WEIGHTS[self.name])
        if weight is None:
            return None
        size = weight.shape[-1] // self.count
        part = weight[..., self.gate * size : (self.gate + 1) * size]
        if weight.ndim == 2 and "bias" in self.name:
            # The input's bias and the state's, of a GRU with `reset_after`.
            return part[1 if self.name == "recurrent_bias" else 0]
        return part


def with_gate_parts(gates):
    """Give a class of cells an attribute for each gate's part of each weight.

    Args:
        gates: a letter a gate, in the order in which the weights hold them.

    Examples:
        >>> import numpy as np
        >>> @with_gate_parts("zr")
        ... class Cell:
        ...     kernel = np.array([[1, 2, 3, 4]])
        >>> Cell().kernel_r.tolist()
        [[3, 4]]
    """

    def decorate(cls):
        for number, gate in enumerate(gates):
            for name in _WEIGHTS:
                setattr(cls, f"{name}_{gate}", _GatePart(name, number, len(gates)))
        return cls

    return decorate
