"""The dialect of Keras 2.0 to 2.3, in which `.h5` files, JSON and YAML are written.

It differs from the canonical form in its graphs: a node is a list of `[layer, call, output]` or
`[layer, call, output, kwargs]`, one an input, and the calls of a nested model count from 1 (call 0 is its own wiring).
What this dialect cannot say (ops, tensors among the keyword arguments) stays in canonical form within it; only this
library reads that.
"""

import warnings

from keras.saving import schema


# ------------------------------------------------------------------ to the canonical form
def to_canonical(description):
    """Return the canonical description of a model or any other object.

    Examples:
        >>> stack = {
        ...     "class_name": "Sequential",
        ...     "config": [{"class_name": "Flatten", "config": {}}],
        ... }
        >>> to_canonical(stack)["config"]["layers"]
        [{'class_name': 'Flatten', 'config': {}}]
    """
    return _walk(description, _model_to_canonical)


def _walk(structure, convert_model):
    """Return a nest with every model's description in it converted, the innermost first."""
    if isinstance(structure, list | tuple):
        return [_walk(item, convert_model) for item in structure]
    if not isinstance(structure, dict):
        return structure
    if structure.get("class_name") == "Sequential" and isinstance(structure.get("config"), list):
        structure = {**structure, "config": {"layers": structure["config"]}}
    walked = {key: _walk(value, convert_model) for key, value in structure.items()}
    return convert_model(walked) if schema.is_model(walked) else walked


# What TensorFlow's Keras tells beside the arguments of a layer: for which shapes it was built.
_SHAPES = {"MultiHeadAttention": dict.fromkeys(("query_shape", "key_shape", "value_shape"))}


def _layer_to_canonical(entry):
    """Return the description of a layer without what is no argument of it."""
    shapes, config = _SHAPES.get(entry.get("class_name"), {}), entry.get("config")
    if not shapes or not isinstance(config, dict):
        return entry
    return {**entry, "config": {key: v for key, v in config.items() if key not in shapes}}


def _model_to_canonical(description):
    config = dict(description["config"])
    config["layers"] = [_layer_to_canonical(layer) for layer in config["layers"]]
    if "output_layers" not in config:
        return {**description, "config": config}
    first_calls = _first_calls(config)
    place = lambda given: _place_to_canonical(given, first_calls)  # noqa: E731
    config["layers"] = [_entry_to_canonical(entry, place) for entry in config["layers"]]
    for key in ("input_layers", "output_layers"):
        config[key] = _ends_to_canonical(config.get(key), place)
    name = "Model" if description["class_name"] == "Functional" else description["class_name"]
    return {**description, "class_name": name, "config": config}


def _first_calls(config):
    """Return `{layer: number of its first call}`: 1 where the last call's number is the number of calls."""
    counts = {
        entry.get("name"): len(entry.get("inbound_nodes") or ()) for entry in config["layers"]
    }
    ends = [config.get("input_layers"), config.get("output_layers")]
    nodes = [entry.get("inbound_nodes") for entry in config["layers"]]
    return {
        name: 1
        for name, call, *_ in _places([ends, nodes])
        if counts.get(name) and call == counts[name]
    }


def _places(structure):
    """Yield the `[layer, call, output, ...]` lists in a nest."""
    if isinstance(structure, dict):
        structure = list(structure.values())
    if _is_place(structure):
        yield structure
    if isinstance(structure, list):
        for item in structure:
            yield from _places(item)


def _is_place(x):
    is_long_enough = isinstance(x, list) and len(x) in (3, 4) and isinstance(x[0], str)
    return is_long_enough and all(isinstance(n, int) for n in x[1:3])


def _place_to_canonical(given, first_calls):
    name, call, output = given[:3]
    return schema.reference(name, call - first_calls.get(name, 0), output)


def _entry_to_canonical(entry, place):
    nodes = entry.get("inbound_nodes")
    if not isinstance(nodes, list):
        return entry
    config = entry["config"]
    name = entry.get("name") or (config.get("name") if isinstance(config, dict) else None)
    return {**entry, "name": name, "inbound_nodes": [_node_to_canonical(n, place) for n in nodes]}


def _node_to_canonical(node, place):
    if isinstance(node, dict):
        return schema.map_references(lambda given: place(list(given)), node)
    if _is_place(node):
        node = [node]
    if not isinstance(node, list) or not node or not all(map(_is_place, node)):
        raise ValueError(
            f"A node of a graph should be a list of [layer, call, output], one an input, got {str(node)[:120]}. Is "
            "the file complete?"
        )
    inputs = [place(given) for given in node]
    kwargs = {k: v for given in node if len(given) > 3 for k, v in (given[3] or {}).items()}
    return {"args": [inputs[0] if len(inputs) == 1 else inputs], "kwargs": kwargs}


def _ends_to_canonical(ends, place):
    if schema.is_reference(ends):
        return place(list(ends["tensor"]))
    if isinstance(ends, dict):
        return {name: _ends_to_canonical(end, place) for name, end in ends.items()}
    if _is_place(ends):
        return place(ends)
    if isinstance(ends, list):
        found = [_ends_to_canonical(end, place) for end in ends]
        return found[0] if len(found) == 1 else found
    return ends


# ------------------------------------------------------------------ from the canonical form
# Arguments of layers that tf.keras does not know; where they say nothing they are left out.
_NEWER = {
    "AdditiveAttention": {"seed"},
    "Attention": {"seed"},
    "MultiHeadAttention": {"flash_attention", "seed", "sliding_window", "use_gate"},
}


def from_canonical(description):
    """Return the description that Keras 2 reads of a canonical one."""
    return _walk(description, _model_from_canonical)


def _layer_from_canonical(entry):
    """Return the description of a layer without arguments that only later versions know, where they say nothing."""
    kind, config = entry["class_name"], entry["config"]
    newer = _NEWER.get(kind, set())
    # The arguments tell this library's layers from the user's own of the same name.
    if not newer or not isinstance(config, dict) or not newer <= set(config):
        return entry
    is_left_out = {key for key in newer if config[key] is None or config[key] is False}
    kept = {key: value for key, value in config.items() if key not in is_left_out}
    return {**entry, "config": {**kept, **_SHAPES.get(kind, {})}}


def _model_from_canonical(description):
    config = dict(description["config"])
    config["layers"] = [_layer_from_canonical(layer) for layer in config["layers"]]
    if "output_layers" not in config:
        return {**description, "config": config}
    models = {entry["name"] for entry in config["layers"] if schema.is_model(entry)}
    place = lambda given: [given[0], given[1] + (given[0] in models), given[2]]  # noqa: E731
    config["layers"] = [_entry_from_canonical(entry, place) for entry in config["layers"]]
    for key in ("input_layers", "output_layers"):
        ends = schema.map_references(place, config[key])
        config[key] = [ends] if _is_place(ends) else ends
    return {**description, "config": config}


def _entry_from_canonical(entry, place):
    nodes = [_node_from_canonical(node, place) for node in entry["inbound_nodes"]]
    return {**entry, "inbound_nodes": nodes}


def _node_from_canonical(node, place):
    args, kwargs = node["args"], node.get("kwargs", {})
    inputs = args[0] if args and isinstance(args[0], list) else args[:1]
    is_plain = len(args) == 1 and all(map(schema.is_reference, inputs)) and inputs
    if not is_plain or schema.references(kwargs):
        return schema.map_references(lambda given: schema.reference(*place(given)), node)
    return [[*place(given["tensor"]), dict(kwargs)] for given in inputs]


# ------------------------------------------------------------------ training
# Of these Keras 2 knows nothing; the saved state tells them.
_TOLD_BY_STATE = {"Adagrad": {"initial_accumulator_value"}}


def optimizer_from_canonical(optimizer):
    """Return the description of an optimizer that Keras 2 reads; warn where its rule is a little another.

    Rules and arguments that Keras 2 does not have are written as they are; it refuses them by name.
    """
    config = dict(optimizer["config"])
    if config.pop("epsilon_inside", False):
        warnings.warn(
            f"Keras 2 adds epsilon to the root of squares for {optimizer['class_name']}, not within it: there training "
            "goes on a little otherwise than here, where it goes on as it was.",
            stacklevel=2,
        )
    left_out = _TOLD_BY_STATE.get(optimizer["class_name"], ())
    return {**optimizer, "config": {k: v for k, v in config.items() if k not in left_out}}
