"""Names of layers and weights."""

import pytest

from keras.backend import naming


@pytest.fixture(autouse=True)
def fresh_counts():
    naming.reset_uids()
    yield
    naming.reset_uids()


@pytest.mark.parametrize(
    ("class_name", "name"),
    [
        ("Dense", "dense"),
        ("LSTM", "lstm"),
        ("GRUCell", "gru_cell"),
        ("SimpleRNN", "simple_rnn"),
        ("Conv2D", "conv2d"),
        ("Conv2DTranspose", "conv2d_transpose"),
        ("ConvLSTM2D", "conv_lst_m2d"),
        ("MaxPooling2D", "max_pooling2d"),
        ("GlobalAveragePooling1D", "global_average_pooling1d"),
        ("BatchNormalization", "batch_normalization"),
        ("ReLU", "re_lu"),
        ("PReLU", "p_re_lu"),
        ("_Own", "own"),
    ],
)
def test_snake_case(class_name, name):
    assert naming.snake_case(class_name) == name


def test_each_prefix_has_its_count():
    assert [naming.unique("Dense"), naming.unique("Dense"), naming.unique("LSTM")] == [
        "dense_1",
        "dense_2",
        "lstm_1",
    ]
    assert (naming.uid("dense"), naming.uid("other")) == (3, 1)
    naming.reset_uids()
    assert naming.unique("Dense") == "dense_1"


def test_scopes_prefix_names():
    assert naming.scoped("kernel") == "kernel:0"
    with naming.name_scope("outer") as name, naming.name_scope("inner"):
        assert name == "outer"
        assert naming.scoped("kernel") == "outer/inner/kernel:0"
    assert naming.scoped("kernel") == "kernel:0"


def test_a_scope_ends_with_an_error():
    with pytest.raises(KeyError), naming.name_scope("outer"):
        raise KeyError
    assert naming.scoped("bias") == "bias:0"
