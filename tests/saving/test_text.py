"""JSON and YAML: plain values in and out, bounds on what comes from elsewhere."""

import pytest

from keras.saving import text

PLAIN = {"name": "a", "numbers": [1, -2.5, 1e-07, True, None], "nested": {"ü": []}}


@pytest.mark.parametrize(
    ("write", "read"), [(text.to_json, text.from_json), (text.to_yaml, text.from_yaml)]
)
def test_plain_values_come_back(write, read):
    assert read(write(PLAIN)) == PLAIN


def test_options_are_passed_on():
    assert text.to_json({"a": 1}, indent=1) == '{\n "a": 1\n}'
    assert text.to_yaml({"a": [1]}, default_flow_style=True) == "{a: [1]}\n"


def test_an_object_is_refused_by_name():
    with pytest.raises(TypeError, match="object object"):
        text.to_json({"a": object()})


def test_the_marks_of_keras_2_are_read_as_plain_values():
    assert text.from_yaml("a: !!python/tuple [1, 2]\nb: !!python/unicode 'x'") == {
        "a": [1, 2],
        "b": "x",
    }


def test_references_within_a_yaml_are_followed():
    assert text.from_yaml("a: &id001 [1]\nb: *id001") == {"a": [1], "b": [1]}


BOMB = "\n".join(
    ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
)

BAD_YAML = {
    "an object": "!!python/object/apply:os.system ['true']",
    "a module": "a: !!python/module:os",
    "a bomb": BOMB,
    "a circle": "a: &a [*a]",
    "too deep": "[" * 500 + "]" * 500,
    "far too deep": "[" * 100_000,
    "no YAML": "a: [1",
    "two documents": "a: 1\n---\nb: 2",
}


@pytest.mark.parametrize("bad", BAD_YAML.values(), ids=BAD_YAML)
def test_bad_yaml_is_refused(bad):
    with pytest.raises(ValueError, match=r"YAML|levels deep|values"):
        text.from_yaml(bad)


BAD_JSON = {
    "too deep": "[" * 200 + "]" * 200,
    "far too deep": "[" * 1_000_000,
    "cut off": '{"a": [1, ',
    "no JSON": "\x00\x01",
    "empty": "",
    "too many": "[" + "0," * 5_000_001 + "0]",
}


@pytest.mark.parametrize("bad", BAD_JSON.values(), ids=BAD_JSON)
def test_bad_json_is_refused(bad):
    with pytest.raises(ValueError, match=r"JSON|levels deep|values"):
        text.from_json(bad)


def test_json_is_a_text():
    with pytest.raises(ValueError, match="expected as a text, got dict"):
        text.from_json({})
