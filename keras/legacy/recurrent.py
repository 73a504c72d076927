"""Private functions of `keras.layers.recurrent` that cells and layers of programs import."""

from keras import backend as K
from keras import ops
from keras.backend import nest


def _generate_dropout_mask(ones, rate, training=None, count=1):
    """Return what to multiply by for dropout: in test mode ones.

    Args:
        ones: ones of the shape of the values to drop.
        rate: the share of values to drop.
        training: the mode, the learning phase by default.
        count: how many masks; a list of them if more than one.
    """
    masks = [
        K.in_train_phase(lambda: K.dropout(ones, rate), ones, training=training)
        for _ in range(count)
    ]
    return nest.unpack_single(masks)


def _standardize_args(inputs, initial_state, constants, num_constants):
    """Return inputs, initial states and constants, of which the inputs may be a list with the others behind.

    Returns:
        The input, and two lists or None.
    """
    if isinstance(inputs, list):
        rest = inputs[1:]
        if num_constants:
            rest, constants = rest[:-num_constants], rest[-num_constants:]
        inputs, initial_state = inputs[0], rest or initial_state
    lists = [None if x is None else nest.as_list(x) for x in (initial_state, constants)]
    return inputs, *lists


def _time_distributed_dense(
    x, w, b=None, dropout=None, input_dim=None, output_dim=None, timesteps=None, training=None
):
    """Return `x w + b` at each time step.

    Args:
        x: (batch, time, input_dim).
        w: (input_dim, output_dim).
        b: (output_dim,), or None.
        dropout: the share of the inputs to drop, the same ones at each step.
        input_dim, output_dim, timesteps: not needed, the shapes tell.
        training: the mode for dropout.
    """
    if dropout:
        mask = _generate_dropout_mask(K.ones_like(x[:, :1]), dropout, training)
        x = ops.multiply(x, mask)
    x = K.dot(x, w)
    return x if b is None else K.bias_add(x, b)
