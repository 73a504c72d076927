"""`TensorFlowOpLayer`, by which tf.keras before 2.4 wrote functions in a graph: nodes of TensorFlow's own graphs.

Such a node has an operation, inputs by place, some of which are constants, and attributes. `function_of` tells the
function of TensorFlow's Python interface, and its arguments, that make such a node.
"""

import re

# Operation: function, then the names of the inputs after the first, then attributes as `argument:attribute`.
_TABLE = """
ArgMax argmax axis
ArgMin argmin axis
BatchMatMulV2 matmul b transpose_a:adj_x transpose_b:adj_y
BiasAdd bias_add bias
BroadcastTo broadcast_to shape
Cast cast dtype:DstT
ClipByValue clip_by_value clip_value_min clip_value_max
ConcatV2 concat
Cumsum cumsum axis exclusive:exclusive reverse:reverse
ExpandDims expand_dims axis
FloorMod floormod y
GatherV2 gather indices axis batch_dims:batch_dims
LeakyRelu leaky_relu alpha:alpha
MatMul matmul b transpose_a:transpose_a transpose_b:transpose_b
Max reduce_max axis keepdims:keep_dims
Mean reduce_mean axis keepdims:keep_dims
Min reduce_min axis keepdims:keep_dims
Neg negative
OneHot one_hot depth on_value off_value axis:axis
Pack stack axis:axis
Pad pad paddings
Prod reduce_prod axis keepdims:keep_dims
RealDiv truediv y
Reshape reshape shape
ReverseV2 reverse axis
Select where x y
SelectV2 where x y
Split split
Squeeze squeeze axis:squeeze_dims
StridedSlice getitem
Sum reduce_sum axis keepdims:keep_dims
Tile tile multiples
TopKV2 top_k k sorted:sorted
Transpose transpose perm
Unpack unstack axis:axis
"""

_ROWS = {line.split()[0]: line.split()[1:] for line in _TABLE.strip().splitlines()}

_DTYPES = {
    "DT_BOOL": "bool",
    "DT_DOUBLE": "float64",
    "DT_FLOAT": "float32",
    "DT_HALF": "float16",
    "DT_INT32": "int32",
    "DT_INT64": "int64",
}


def function_of(config, tensors):
    """Return the function that a `TensorFlowOpLayer` is, its first argument, and the others by name.

    Args:
        config: the layer's.
        tensors: the inputs that are no constants, in their order.
    """
    node = config["node_def"]
    kind, inputs = node["op"], _inputs(config, tensors)
    attributes = {key: _attribute(value) for key, value in node.get("attr", {}).items()}
    if kind in _SPECIAL:
        return _SPECIAL[kind](inputs, attributes)
    row = _ROWS.get(kind)
    if row is None:
        # Most operations have the function's name, and those of two inputs call the second y.
        return _snake(kind), inputs[0], dict(zip("y", inputs[1:], strict=False))
    function, *arguments = row
    places = [name for name in arguments if ":" not in name]
    kwargs = dict(zip(places, inputs[1:], strict=False))
    for name, attribute in (argument.split(":") for argument in arguments if ":" in argument):
        if attribute in attributes:
            kwargs[name] = attributes[attribute]
    return function, inputs[0], kwargs


def _inputs(config, tensors):
    constants = {int(place): value for place, value in config.get("constants", {}).items()}
    queue = list(tensors)
    count = len(constants) + len(queue)
    return [constants[i] if i in constants else queue.pop(0) for i in range(count)]


def _attribute(value):
    """Return an attribute, which names its type: `{"i": "2"}`, `{"list": {"i": [...]}}` ..."""
    if "list" in value:
        return [int(item) for items in value["list"].values() for item in items]
    kind, item = next(iter(value.items()), (None, None))
    if kind == "type":
        return _DTYPES.get(item, item)
    return int(item) if kind == "i" else item


def _snake(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", re.sub("V[0-9]$", "", name)).lower()


# ------------------------------------------------------------------ operations with rules of their own
def _concat(inputs, attributes):
    return "concat", inputs[:-1], {"axis": inputs[-1]}


def _stack(inputs, attributes):
    return "stack", inputs, {"axis": attributes.get("axis", 0)}


def _split(inputs, attributes):
    axis, x = inputs
    return "split", x, {"num_or_size_splits": attributes["num_split"], "axis": axis}


def _split_v(inputs, attributes):
    x, sizes, axis = inputs
    return "split", x, {"num_or_size_splits": sizes, "axis": axis}


def strided_slice(inputs, attributes):
    """Return the key of a slice from its bounds, and the bits that tell what each axis's part is."""
    x, begin, end, strides = inputs
    key = []
    for i, bounds in enumerate(zip(begin, end, strides, strict=True)):
        if _bit(attributes, "ellipsis_mask", i):
            key.append({"class_name": "__ellipsis__"})
        elif _bit(attributes, "new_axis_mask", i):
            key.append(None)
        elif _bit(attributes, "shrink_axis_mask", i):
            key.append(bounds[0])
        else:
            start = None if _bit(attributes, "begin_mask", i) else bounds[0]
            stop = None if _bit(attributes, "end_mask", i) else bounds[1]
            key.append({"start": start, "stop": stop, "step": bounds[2]})
    return "getitem", x, {"slice_spec": key}


def _bit(attributes, mask, place):
    return attributes.get(mask, 0) >> place & 1


_SPECIAL = {
    "ConcatV2": _concat,
    "Pack": _stack,
    "Split": _split,
    "SplitV": _split_v,
    "StridedSlice": strided_slice,
}
