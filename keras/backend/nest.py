"""Walks over nested lists, tuples and dicts of leaves."""


def flatten(structure):
    """Return the leaves of nested lists, tuples and dicts, in order; None is no leaf.

    Examples:
        >>> flatten([1, (2, {"a": 3}), None])
        [1, 2, 3]
    """
    leaves = []
    _collect(structure, leaves)
    return leaves


def _collect(structure, leaves):
    if isinstance(structure, list | tuple):
        for item in structure:
            _collect(item, leaves)
    elif isinstance(structure, dict):
        for item in structure.values():
            _collect(item, leaves)
    elif structure is not None:
        leaves.append(structure)


def map_leaves(function, structure):
    """Return the same nest with `function` applied to every leaf; None stays None.

    Examples:
        >>> map_leaves(lambda leaf: leaf + 1, {"a": [1, 2], "b": None})
        {'a': [2, 3], 'b': None}
    """
    if isinstance(structure, list):
        return [map_leaves(function, item) for item in structure]
    if isinstance(structure, tuple):
        items = [map_leaves(function, item) for item in structure]
        return type(structure)(*items) if hasattr(structure, "_fields") else tuple(items)
    if isinstance(structure, dict):
        return {key: map_leaves(function, item) for key, item in structure.items()}
    return None if structure is None else function(structure)


def as_list(x):
    """Return `x` as a list: a list or tuple's items, nothing for None, else `[x]`."""
    if x is None:
        return []
    return list(x) if isinstance(x, list | tuple) else [x]


def unpack_single(items):
    """Return the only item of a list of one, else the list."""
    return items[0] if len(items) == 1 else items
