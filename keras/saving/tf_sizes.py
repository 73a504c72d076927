"""The sizes of tensors in the graphs of tf.keras: `tf.shape(x)[1]`, and what is worked out of such for a shape.

A size must be a number when a program is recorded, not a tensor. So a layer that makes one is kept as a **recipe**
until it is known who takes it: `{"shape_of": reference}`, or `{"of": function, "args": list, "kwargs": dict}` of
recipes and numbers. An op takes the size of an axis as it is, any other recipe within `tf_functions.sized`.
"""

from keras.saving import schema, tf_functions

_FUNCTIONS = {*tf_functions.HOST_FUNCTIONS, "unstack"}
# Names of TensorFlow's arguments after the first that go by place.
_BY_PLACE = ("slice_spec", "x", "y")


def recipe(function, first, kwargs, known):
    """Return the recipe of a call, or None if it makes no size.

    Args:
        function: TensorFlow's, without what stands before its last dot.
        first: the first argument.
        kwargs: the others.
        known: `{name: recipe}` of the layers that make sizes.

    Examples:
        >>> shape = recipe("shape", schema.reference("x"), {}, {})
        >>> recipe("getitem", schema.reference("s"), {"slice_spec": 1}, {"s": shape})
        {'of': 'getitem', 'args': [{'shape_of': {'tensor': ['x', 0, 0]}}, 1], 'kwargs': {}}
    """
    if function == "shape" and schema.is_reference(first):
        return {"shape_of": first}
    arguments = [first, *(kwargs[key] for key in _BY_PLACE if key in kwargs)]
    kwargs = {key: value for key, value in kwargs.items() if key not in ("name", *_BY_PLACE)}
    places = schema.references([arguments, kwargs])
    are_sizes = bool(places) and all(place[0] in known for place in places)
    is_float = function == "cast" and "int" not in str(kwargs.get("dtype"))
    if not are_sizes or function not in _FUNCTIONS or is_float:
        return None
    arguments, kwargs = ([_in(a, known) for a in arguments], _in(kwargs, known))
    kwargs = {key: value for key, value in kwargs.items() if value is not None}
    return {"of": function, "args": arguments, "kwargs": kwargs}


def of_place(place, known):
    """Return the recipe of an output `[layer, call, output]`, or None."""
    made = known.get(place[0])
    if made is None or made.get("of") != "unstack":
        return made
    return {"of": "getitem", "args": [*made["args"], place[2]], "kwargs": {}}


def _in(value, known):
    """Return a nest with recipes in place of references, and slices in the canonical form."""
    if schema.is_reference(value):
        return of_place(value["tensor"], known)
    if isinstance(value, list):
        return [_in(item, known) for item in value]
    if isinstance(value, dict):
        if set(value) == {"start", "stop", "step"}:
            return {"slice": [value["start"], value["stop"], value["step"]]}
        return {key: _in(item, known) for key, item in value.items()}
    return value


def _is_axis(recipe):
    """Return whether a recipe is the size of one axis."""
    args = recipe.get("args", ())
    is_item = recipe.get("of") == "getitem" and "shape_of" in args[0]
    return is_item and isinstance(args[1], int)


def entry(name, recipe):
    """Return the entry of an op that gives what a recipe makes, as a tensor."""
    if _is_axis(recipe):
        function, args = "size_of_axis", [recipe["args"][0]["shape_of"], recipe["args"][1]]
    else:
        sources = []
        args = ["array", sources, [_numbered(recipe, sources, {})], {}]
        function = "tf.sized"
    config = {"name": name, "function": function}
    node = {"args": args, "kwargs": {}}
    return {"class_name": "Op", "config": config, "name": name, "inbound_nodes": [node]}


def with_sizes(function, args, kwargs, known):
    """Return an op and its arguments; where recipes are among these it is `sized`."""
    places = schema.references([args, kwargs])
    recipes = [of_place(place, known) for place in places if place[0] in known]
    if not recipes or all(map(_is_axis, recipes)) or function in _OF_TENSORS:
        return function, args, kwargs
    sources = []
    args, kwargs = (_numbered(value, sources, known) for value in (args, kwargs))
    return "tf.sized", [function.removeprefix("tf."), sources, args, kwargs], {}


# These take tensors alone, so that a size is a tensor for them.
_OF_TENSORS = frozenset({"add", "cast", "divide", "get_item", "multiply", "subtract"})


def _numbered(value, sources, known):
    """Return a nest in which `{"source": n}` and `{"shape_of": n}` stand for references, which go to `sources`."""
    if isinstance(value, list):
        return [_numbered(item, sources, known) for item in value]
    if not isinstance(value, dict):
        return value
    if schema.is_reference(value):
        made = of_place(value["tensor"], known)
        return _numbered(made, sources, known) if made else {"source": _number(value, sources)}
    if "shape_of" in value:
        return {"shape_of": _number(value["shape_of"], sources)}
    return {key: _numbered(item, sources, known) for key, item in value.items()}


def _number(reference, sources):
    if reference not in sources:
        sources.append(reference)
    return sources.index(reference)
