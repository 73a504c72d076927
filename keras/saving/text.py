"""Configs as text: JSON and YAML, made of plain values only, with bounds on depth and size."""

import json

import yaml

MAX_DEPTH = 100
MAX_VALUES = 5_000_000


def to_json(value, **options):
    """Return plain values as JSON.

    Examples:
        >>> to_json({"units": 2})
        '{"units": 2}'
    """
    return json.dumps(value, default=_refuse, **options)


def _refuse(value):
    raise TypeError(
        f"A config holds {value!r}, a {type(value).__name__}; it takes only numbers, texts, booleans, None, lists and "
        "dicts. Convert it in get_config()."
    )


def from_json(text):
    """Return the plain values of a JSON text.

    Raises:
        ValueError: if it is no JSON, or nested too deeply or too large.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", errors="strict")
    if not isinstance(text, str):
        raise ValueError(f"JSON is expected as a text, got {type(text).__name__}.")
    try:
        value = json.loads(text)
    except RecursionError:
        raise _too_deep() from None
    except json.JSONDecodeError as error:
        raise ValueError(f"This is no JSON: {error}. It begins with {text[:40]!r}.") from None
    check_bounds(value)
    return value


def to_yaml(value, **options):
    """Return plain values as YAML.

    Examples:
        >>> print(to_yaml({"units": 2}), end="")
        units: 2
    """
    return yaml.dump(json.loads(to_json(value)), Dumper=_Dumper, sort_keys=False, **options)


def from_yaml(text):
    """Return the plain values of a YAML text; the tuples and texts that Python 2 and Keras 2 marked are taken too.

    Raises:
        ValueError: if it is no YAML, holds objects, or is nested too deeply or too large.
    """
    try:
        _check_events(text)
        value = yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as error:
        raise ValueError(
            f"This is no YAML of plain values: {' '.join(str(error).split())}."
        ) from None
    check_bounds(value)
    return value


class _Dumper(yaml.SafeDumper):
    """Writes every value out, where PyYAML would write a reference to an equal object before it."""

    def ignore_aliases(self, data):
        return True


class _Loader(yaml.SafeLoader):
    """Reads plain values, and no objects."""


def _list_of(loader, node):
    return loader.construct_sequence(node, deep=True)


_Loader.add_constructor("tag:yaml.org,2002:python/tuple", _list_of)
for _name in ("str", "unicode"):
    _Loader.add_constructor(f"tag:yaml.org,2002:python/{_name}", _Loader.construct_yaml_str)


def _check_events(text):
    """Bound the depth before anything is made of it."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise _too_deep()


def _too_deep():
    return ValueError(
        f"The config is nested more than {MAX_DEPTH} levels deep: this is no Keras model."
    )


def check_bounds(value, depth=MAX_DEPTH, count=MAX_VALUES):
    """Check that plain values are not nested too deeply and not too many, each counted as often as it is referred to.

    Raises:
        ValueError: if they are.
    """
    level, seen = [value], 1
    for _ in range(depth + 1):
        seen += sum(len(_children(parent)) for parent in level)
        if seen > count:
            raise ValueError(f"The config has more than {count} values: this is no Keras model.")
        level = [item for parent in level for item in _children(parent)]
        if not level:
            return
    raise _too_deep()


def _children(value):
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list | tuple) else ()
