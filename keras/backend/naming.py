"""Names: unique ones for layers, and the scopes that prefix those of their weights."""

import collections
import contextlib
import re

_counts = collections.defaultdict(int)
_prefixes = []


def uid(prefix=""):
    """Return how often this prefix has been asked for, from 1 on."""
    _counts[prefix] += 1
    return _counts[prefix]


def reset_uids():
    """Begin counting anew, so that the next Dense layer is `dense_1` again."""
    _counts.clear()


def snake_case(name):
    """Return a class name in lower case with underscores.

    Examples:
        >>> snake_case("Conv2DTranspose"), snake_case("PReLU"), snake_case("MaxPooling2D")
        ('conv2d_transpose', 'p_re_lu', 'max_pooling2d')
    """
    name = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", name.lstrip("_"))
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def unique(class_name):
    """Return a fresh name for an object of a class, such as `dense_1`."""
    prefix = snake_case(class_name)
    return f"{prefix}_{uid(prefix)}"


@contextlib.contextmanager
def name_scope(name):
    """Prefix the names of the Variables made within a `with` block."""
    _prefixes.append(name)
    try:
        yield name
    finally:
        _prefixes.pop()


def prefixed(name):
    """Return `name` with the prefixes of the enclosing name scopes, as in `dense_1/kernel`."""
    return "/".join([*_prefixes, name])


def scoped(name):
    """Return the name of a weight called `name` within the enclosing name scopes, as in `dense_1/kernel:0`."""
    return prefixed(name) + ":0"
