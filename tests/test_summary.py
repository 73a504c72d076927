"""`model.summary()`: a table that a reader, and a program, can rely on."""

import pytest

from keras.layers import Add, Dense, Input
from keras.models import Model, Sequential

LONG = "a_layer_whose_name_is_longer_than_any_column_of_a_classic_table"


@pytest.fixture(scope="module")
def branched():
    x = Input((4,), name="x")
    return Model(x, Add(name="total")([Dense(3, name=LONG)(x), Dense(3, name="short")(x)]))


def lines_of(model, **options):
    lines = []
    model.summary(print_fn=lines.append, **options)
    return lines


def test_names_are_written_out_and_lines_fit_the_rules(branched):
    lines = lines_of(branched)
    assert any(line.startswith(f"{LONG} (Dense)") for line in lines)
    assert any(line.endswith(f"{LONG}[0][0]") for line in lines)
    assert max(map(len, lines)) == len(lines[0]) and set(lines[0]) == {"_"}


def test_each_source_of_a_layer_has_a_line(branched):
    lines = lines_of(branched)
    row = next(i for i, line in enumerate(lines) if line.startswith("total (Add)"))
    assert lines[row].split()[-1] == f"{LONG}[0][0]"
    assert lines[row + 1].split() == ["short[0][0]"]


def folded(lines, width):
    """What stands in the first column, its lines joined."""
    return "".join(line[:width].strip() for line in lines if set(line) - {"_", "="})


def test_the_width_can_be_given(branched):
    for options in ({"line_length": 70}, {"line_length": 80, "positions": [0.4, 0.6, 0.75, 1.0]}):
        lines = lines_of(branched, **options)
        assert max(map(len, lines)) == len(lines[0]) == options["line_length"]
        assert LONG in folded(lines, lines[1].index("Output"))


def test_the_counts_are_those_of_the_weights(capsys):
    model = Sequential([Dense(3, input_dim=4), Dense(2, trainable=False)])
    model.summary()
    lines = capsys.readouterr().out.splitlines()
    assert "Total params: 23" in lines
    assert "Trainable params: 15" in lines
    assert "Non-trainable params: 8" in lines
    assert "Connected to" not in lines[1]


def test_a_stack_that_begins_with_a_model_has_no_connections():
    x = Input((4,))
    model = Sequential([Model(x, Dense(3)(x), name="base"), Dense(2)])
    lines = []
    model.summary(print_fn=lines.append)
    assert "Connected to" not in lines[1] and "base[" not in "".join(lines)


def test_a_model_within_a_model_shows_where_it_is_used_and_not_its_own_input():
    place = Input((2,), name="place")
    inner = Model(place, Dense(3)(place), name="inner")
    x = Input((4,), name="x")
    output = Add()([inner(Dense(2, name="between")(x)), Dense(3)(x)])
    lines = lines_of(Model(x, output))
    row = next(line for line in lines if line.startswith("inner"))
    assert row.endswith("between[0][0]")
    assert not any("place" in line for line in lines)
