"""Recurrent layers, convolutional recurrent layers, and wrappers."""

from keras import backend as K
from keras import layers as L

from ..row import padded, padded_ints, row

CELLS = ["SimpleRNN", "GRU", "LSTM"]


class Leaky(L.Layer):
    """A cell of our own: state = decay * state + x . kernel, decay learnt, one for each unit."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.state_size = units
        self.output_size = units

    def build(self, input_shape):
        shape = (input_shape[-1], self.units)
        self.kernel = self.add_weight(name="kernel", shape=shape, initializer="uniform")
        self.decay = self.add_weight(name="decay", shape=(self.units,), initializer="ones")
        super().build(input_shape)

    def call(self, inputs, states):
        state = K.dot(inputs, self.kernel) + self.decay * states[0]
        return state, [state]


class Biased(Leaky):
    """The same, with a constant input added at every step."""

    def build(self, input_shape):
        super().build(input_shape[0])  # the second shape is the constant's

    def call(self, inputs, states, constants):
        output, states = super().call(inputs, states)
        return output + constants[0], [states[0] + constants[0]]


def common(cls):
    """The rows that every recurrent layer has."""
    low = cls.lower()
    count = 2 if cls == "LSTM" else 1
    states = [(3,)] * count

    def make(*args, **kwargs):
        return getattr(L, cls)(*args, **kwargs)

    def of(name, *shapes, **kwargs):
        return row(low + "_" + name, lambda x: make(3, **kwargs)(x), *(shapes or ((5, 2),)))

    def masked(name, **kwargs):
        build = lambda x: make(3, **kwargs)(L.Masking()(x))  # noqa: E731
        return row(low + "_masked_" + name, build, padded((6, 2)))

    def stateful(name, shape=(4, 2), **kwargs):
        return row(low + "_" + name, lambda x: make(3, **kwargs)(x), shape, stateful=True)

    return [
        of("plain"),
        of("sequences", return_sequences=True),
        of("backwards", return_sequences=True, go_backwards=True),
        of("state", return_state=True),
        of("sequences_state", return_sequences=True, return_state=True),
        of("unroll", unroll=True, return_sequences=True),
        of("no_bias", use_bias=False),
        of("relu", activation="relu"),
        of(
            "regularized",
            kernel_regularizer="l2",
            recurrent_regularizer="l1",
            bias_regularizer="l2",
        ),
        of("recurrent_constraint", recurrent_constraint="unit_norm", kernel_constraint="non_neg"),
        of("activity", activity_regularizer="l2", return_sequences=True),
        of("one_step", (1, 2)),
        masked("last"),
        masked("sequences", return_sequences=True),
        masked("state", return_sequences=True, return_state=True),
        masked("unroll", unroll=True, return_sequences=True),
        masked("backwards", go_backwards=True, return_sequences=True),
        stateful("stateful", stateful=True),
        stateful("stateful_sequences", stateful=True, return_sequences=True, return_state=True),
        row(
            low + "_initial",
            lambda x, *s: make(3, return_sequences=True)(x, initial_state=list(s)),
            (5, 2),
            *states,
        ),
        row(
            low + "_stacked",
            lambda x: make(2)(make(3, return_sequences=True)(x)),
            (5, 2),
        ),
    ]


def gru(name, mask=False, **kwargs):
    """A row for a GRU."""
    if mask:
        return row(
            "gru_" + name,
            lambda x: L.GRU(3, return_sequences=True, **kwargs)(L.Masking()(x)),
            padded((6, 2)),
        )
    return row("gru_" + name, lambda x: L.GRU(3, return_sequences=True, **kwargs)(x), (5, 2))


def lstm(name, **kwargs):
    """A row for an LSTM."""
    return row("lstm_" + name, lambda x: L.LSTM(3, return_sequences=True, **kwargs)(x), (5, 2))


def stack(*sizes):
    """Stacked cells, one of a kind each."""
    makers = [L.LSTMCell, L.GRUCell, L.SimpleRNNCell]
    return L.StackedRNNCells([make(size) for make, size in zip(makers, sizes)])


def convlstm(name, shape=(3, 4, 4, 2), **kwargs):
    """A row for a ConvLSTM2D of two filters."""
    options = dict({"filters": 2, "kernel_size": 2}, **kwargs)
    return row("convlstm_" + name, lambda x: L.ConvLSTM2D(**options)(x), shape)


def both(name, make, shape=(5, 2), **kwargs):
    """A row for a Bidirectional layer."""
    return row("bidirectional_" + name, lambda x: L.Bidirectional(make(), **kwargs)(x), shape)


def sequences():
    """An LSTM that returns sequences."""
    return L.LSTM(3, return_sequences=True)


def encoder_decoder(x, y):
    """A decoder that starts from the states of an encoder."""
    _, h, c = L.LSTM(3, return_state=True)(x)
    return L.Dense(2)(L.LSTM(3, return_sequences=True)(y, initial_state=[h, c]))


def with_states(x):
    """A Bidirectional that returns its states."""
    return L.Bidirectional(L.LSTM(3, return_sequences=True, return_state=True))(x)


def from_states(x, *states):
    """A Bidirectional that starts from states."""
    return L.Bidirectional(L.LSTM(3))(x, initial_state=list(states))


# Two things are left out because Keras 2.2.4 contradicts its documentation there: masked stacks of
# cells (a masked last step gives the state of another cell) and a stateful Bidirectional (which
# starts from zero in every batch).
ROWS = [item for cls in CELLS for item in common(cls)]
ROWS += [
    gru("implementation2", implementation=2),
    gru("reset_after", reset_after=True),
    gru("reset_after_implementation2", reset_after=True, implementation=2),
    gru("reset_after_no_bias", reset_after=True, use_bias=False),
    gru("reset_after_masked", mask=True, reset_after=True),
    gru("reset_after_sigmoid", reset_after=True, recurrent_activation="sigmoid"),
    gru("sigmoid", recurrent_activation="sigmoid"),
    gru("implementation2_no_bias", implementation=2, use_bias=False),
    lstm("implementation2", implementation=2),
    lstm("implementation2_backwards", implementation=2, go_backwards=True),
    lstm("sigmoid", recurrent_activation="sigmoid"),
    lstm("no_forget_bias", unit_forget_bias=False),
    row("lstm_encoder_decoder", encoder_decoder, (5, 2), (4, 2)),
    row("rnn_stacked_cells", lambda x: L.RNN(stack(3, 2, 4))(x), (5, 2)),
    row("rnn_stacked_sequences", lambda x: L.RNN(stack(3, 2), return_sequences=True)(x), (5, 2)),
    row("rnn_stacked_state", lambda x: L.RNN(stack(3, 2), return_state=True)(x), (5, 2)),
    row("rnn_stacked_unroll", lambda x: L.RNN(stack(3, 2), unroll=True)(x), (5, 2)),
    row("rnn_lstm_cell", lambda x: L.RNN(L.LSTMCell(3), return_state=True)(x), (5, 2)),
    row("rnn_own_cell", lambda x: L.RNN(Leaky(3), return_sequences=True)(x), (5, 2)),
    row(
        "rnn_constants",
        lambda x, c: L.RNN(Biased(3), return_sequences=True)(x, constants=c),
        (5, 2),
        (3,),
    ),
    row("rnn_own_stacked", lambda x: L.RNN([Leaky(3), Leaky(2)])(x), (5, 2)),
    convlstm("plain"),
    convlstm("sequences", return_sequences=True),
    convlstm("same", padding="same", return_sequences=True),
    convlstm("strides", (3, 5, 5, 2), strides=2),
    convlstm("same_kernel3", kernel_size=3, padding="same", go_backwards=True),
    convlstm("no_bias", use_bias=False),
    convlstm("dilated", (3, 5, 5, 2), dilation_rate=2, padding="same"),
    convlstm("state", return_state=True),
    convlstm("first", (3, 2, 4, 4), data_format="channels_first", return_sequences=True),
    row(
        "convlstm_stateful",
        lambda x: L.ConvLSTM2D(2, 2, stateful=True)(x),
        (3, 4, 4, 2),
        stateful=True,
    ),
    row("distributed_dense", lambda x: L.TimeDistributed(L.Dense(3))(x), (4, 2)),
    row(
        "distributed_conv2d",
        lambda x: L.TimeDistributed(L.Conv2D(2, 2, padding="same"))(x),
        (3, 4, 4, 2),
    ),
    row(
        "distributed_pool_flatten",
        lambda x: L.TimeDistributed(L.Flatten())(L.TimeDistributed(L.MaxPooling2D())(x)),
        (3, 4, 4, 2),
    ),
    row("distributed_lstm", lambda x: L.TimeDistributed(L.LSTM(3))(x), (2, 4, 2)),
    row(
        "distributed_masked",
        lambda x: L.LSTM(2)(L.TimeDistributed(L.Dense(3))(L.Masking()(x))),
        padded((6, 2)),
    ),
    row(
        "distributed_batchnorm",
        lambda x: L.TimeDistributed(L.BatchNormalization())(x),
        (4, 2),
        positive=True,
        batch=6,
    ),
    row(
        "distributed_activity",
        lambda x: L.TimeDistributed(L.Dense(3, kernel_regularizer="l2", activity_regularizer="l2"))(
            x
        ),
        (4, 2),
    ),
    both("concat", lambda: L.LSTM(3)),
    both("concat_sequences", sequences),
    both("sum", sequences, merge_mode="sum"),
    both("mul", sequences, merge_mode="mul"),
    both("ave", sequences, merge_mode="ave"),
    both("none", sequences, merge_mode=None),
    both("sum_last", lambda: L.LSTM(3), merge_mode="sum"),
    both("gru", lambda: L.GRU(3, return_sequences=True)),
    both("simple", lambda: L.SimpleRNN(3)),
    both("backwards", lambda: L.LSTM(3, return_sequences=True, go_backwards=True)),
    row("bidirectional_state", with_states, (5, 2)),
    row("bidirectional_initial", from_states, (5, 2), (3,), (3,), (3,), (3,)),
    row(
        "bidirectional_masked",
        lambda x: L.Bidirectional(sequences())(L.Masking()(x)),
        padded((6, 2)),
    ),
    row(
        "bidirectional_embedding",
        lambda x: L.Bidirectional(L.LSTM(3))(L.Embedding(6, 2, mask_zero=True)(x)),
        padded_ints((6,), 6),
    ),
    row(
        "masked_stacked",
        lambda x: L.GRU(2)(L.LSTM(3, return_sequences=True)(L.Masking()(x))),
        padded((6, 2)),
    ),
    row(
        "masked_dense_between",
        lambda x: L.SimpleRNN(2)(L.Dropout(0.0)(L.Dense(3)(L.Masking()(x)))),
        padded((6, 2)),
    ),
]
