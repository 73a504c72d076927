"""TensorFlow's functions in the graphs of tf.keras models, as ops of this library.

A functional model that was built with `tf.concat(...)`, `x[:, 0]` or `x * 2` has a layer for each of these:
`TFOpLambda`, `SlicingOpLambda`, `ClassMethod` (tf.keras 2.4 and later) or `TensorFlowOpLayer` (before). Each becomes an
op of the canonical description. The table has one row a function; what is not in it is an error that names the layer.
"""

from keras.saving import schema, tf_nodes, tf_sizes

_FUNCTION_LAYERS = {"ClassMethod", "InstanceMethod", "InstanceProperty", "SlicingOpLambda"}
_FUNCTION_LAYERS |= {"TFOpLambda", "TensorFlowOpLayer"}

# tf's function, without what stands before its last dot: our op, then tf's arguments after the first, in our order (as
# `ours=theirs` where an argument goes by name here).
_TABLE = """
abs abs
acos arccos
acosh arccosh
add add y
add_n -
adjust_brightness add delta
adjust_contrast tf.adjust_contrast contrast_factor
argmax argmax axis=axis axis=dimension
argmin argmin axis=axis axis=dimension
argsort argsort axis=axis
asin arcsin
asinh arcsinh
atan arctan
atan2 arctan2 x
atanh arctanh
avg_pool tf.avg_pool ksize strides padding
avg_pool1d tf.avg_pool ksize strides padding
avg_pool2d tf.avg_pool ksize strides padding
avg_pool3d tf.avg_pool ksize strides padding
band_part tf.band_part num_lower num_upper
batch_flatten tf.batch_flatten
bias_add add bias
binary_crossentropy binary_crossentropy output from_logits=from_logits
bitwise_and bitwise_and y
bitwise_or bitwise_or y
bitwise_xor bitwise_xor y
broadcast_to broadcast_to shape
cast cast dtype
categorical_crossentropy categorical_crossentropy output from_logits=from_logits axis=axis
ceil ceil
central_crop tf.central_crop central_fraction
cholesky linalg.cholesky
clip_by_norm tf.clip_by_norm clip_norm axes=axes
clip_by_value clip clip_value_min clip_value_max
concat concatenate axis=axis
conv1d tf.convolution filters stride padding dilations=dilations
conv2d tf.convolution filter strides padding dilations=dilations
conv3d tf.convolution filter strides padding dilations=dilations
convert_to_tensor -
convolution tf.convolution filter strides padding dilations=dilation_rate
cos cos
cosh cosh
count_nonzero tf.count_nonzero axis=axis keepdims=keepdims
crelu tf.crelu axis=axis
crop_to_bounding_box tf.crop_to_bounding_box offset_height offset_width target_height target_width
cumprod cumprod axis=axis
cumsum cumsum axis=axis
depth_to_space tf.depth_to_space block_size
depthwise_conv2d tf.depthwise_conv2d filter strides padding dilations=rate
det linalg.det
diag tf.diag
diag_part tf.diag_part
digamma digamma
div divide y
divide divide y
divide_no_nan tf.divide_no_nan y
dropout -
einsum einsum
elu elu
embedding_lookup take ids
ensure_shape -
equal equal y
erf erf
exp exp
expand_dims expand_dims axis
expm1 expm1
fill tf.fill value
flip_left_right tf.flip_left_right
flip_up_down tf.flip_up_down
floor floor
floor_div floor_divide y
floordiv floor_divide y
floormod mod y
gather take indices axis=axis
gather_nd tf.gather_nd indices batch_dims=batch_dims
gelu gelu approximate=approximate
getitem get_item slice_spec
greater greater y
greater_equal greater_equal y
hard_sigmoid hard_sigmoid
identity -
inv linalg.inv
is_finite isfinite
is_inf isinf
is_nan isnan
l2_normalize l2_normalize axis=axis axis=dim epsilon=epsilon
leaky_relu leaky_relu negative_slope=alpha
less less y
less_equal less_equal y
lgamma gammaln
local_response_normalization tf.local_response_normalization depth_radius=depth_radius bias=bias alpha=alpha beta=beta
log log
log1p log1p
log_sigmoid log_sigmoid
log_softmax log_softmax axis=axis
logical_and logical_and y
logical_not logical_not
logical_or logical_or y
logical_xor logical_xor y
lrn tf.local_response_normalization depth_radius=depth_radius bias=bias alpha=alpha beta=beta
matmul matmul b
matrix_transpose tf.matrix_transpose
max_pool tf.max_pool ksize strides padding
max_pool1d tf.max_pool ksize strides padding
max_pool2d tf.max_pool ksize strides padding
max_pool3d tf.max_pool ksize strides padding
maximum maximum y
minimum minimum y
mod mod y
mul multiply y
multiply multiply y
multiply_no_nan tf.multiply_no_nan y
neg negative
negative negative
norm tf.norm ord=ord axis=axis keepdims=keepdims
not_equal not_equal y
one_hot one_hot depth axis=axis
ones ones dtype=dtype
ones_like ones_like
pad pad paddings
pad_to_bounding_box tf.pad_to_bounding_box offset_height offset_width target_height target_width
per_image_standardization tf.per_image_standardization
permute_dimensions transpose pattern
pool -
pow power y
range tf.count limit=limit delta=delta dtype=dtype
real_div divide y
realdiv divide y
reciprocal reciprocal
reduce_all all axis=axis keepdims=keepdims
reduce_any any axis=axis keepdims=keepdims
reduce_euclidean_norm tf.reduce_euclidean_norm axis=axis keepdims=keepdims
reduce_logsumexp logsumexp axis=axis keepdims=keepdims
reduce_max max axis=axis keepdims=keepdims
reduce_mean mean axis=axis keepdims=keepdims
reduce_min min axis=axis keepdims=keepdims
reduce_prod prod axis=axis keepdims=keepdims
reduce_std std axis=axis keepdims=keepdims
reduce_sum sum axis=axis keepdims=keepdims
reduce_variance var axis=axis keepdims=keepdims
relu relu
relu6 relu6
repeat repeat repeats axis=axis
reshape reshape shape
resize image.resize size interpolation=method
reverse flip axis
rgb_to_grayscale tf.rgb_to_grayscale
roll tf.roll shift axis
rot90 tf.rot90 k=k
round round
rsqrt rsqrt
scalar_mul multiply x
selu selu
sequence_mask tf.sequence_mask maxlen dtype=dtype
sigmoid sigmoid
sigmoid_cross_entropy_with_logits tf.sigmoid_cross_entropy logits
sign sign
silu silu
sin sin
sinh sinh
slice tf.cut begin size
softmax softmax axis=axis
softmax_cross_entropy_with_logits tf.softmax_cross_entropy logits axis=axis
softplus softplus
softsign softsign
sort sort axis=axis
space_to_depth tf.space_to_depth block_size
split split num_or_size_splits axis=axis
sqrt sqrt
square square
squared_difference tf.squared_difference y
squeeze squeeze axis=axis
stack stack axis=axis
stop_gradient stop_gradient
strided_slice -
sub subtract y
subtract subtract y
swish silu
tan tan
tanh tanh
tensordot tensordot b axes
tile tile multiples
top_k top_k k
trace tf.trace
transpose transpose axes=perm
truediv divide y
unstack - axis
where where x y
xlogy tf.xlogy y
zeros zeros dtype=dtype
zeros_like zeros_like
"""

# The rows for calls with arguments that the op above does not take.
_RICHER = """
argsort tf.argsort axis=axis direction=direction
cumprod tf.cumprod axis=axis reverse=reverse
cumsum tf.cumsum axis=axis exclusive=exclusive reverse=reverse
gather tf.gather indices axis=axis batch_dims=batch_dims
one_hot tf.one_hot depth on_value=on_value off_value=off_value axis=axis dtype=dtype
pad pad paddings mode=mode constant_values=constant_values
silu tf.silu beta=beta
sort tf.sort axis=axis direction=direction
swish tf.silu beta=beta
"""

# What an argument may be although nothing here takes it.
_SILENT = {
    "antialias": (False,),
    "adjoint": (False,),
    "adjoint_a": (False,),
    "adjoint_b": (False,),
    "conjugate": (False,),
    "batch_dims": (0, None),
    "beta": (1.0, None),
    "constant_values": (0, None),
    "direction": ("ASCENDING",),
    "mode": ("CONSTANT",),
    "off_value": (None, 0, 0.0),
    "on_value": (None, 1, 1.0),
    "reverse": (False,),
    "bad_indices_policy": ("", "DEFAULT", None),
    "data_format": (None, "NHWC", "NWC", "NDHWC"),
    "exclusive": (False,),
    "keep_dims": (False, None),
    "layout": (None,),
    "max_norm": (None,),
    "num_cores": (None,),
    "partition_strategy": ("div", "mod"),
    "pooling_type": ("AVG", "MAX"),
    "output_type": None,
    "out_type": None,
    "use_cudnn_on_gpu": None,
    "preserve_aspect_ratio": (False,),
    "sorted": (True,),
    "stable": None,
    "transpose_a": (False,),
    "transpose_b": (False,),
    "validate_indices": None,
    "values": (None,),
}

# What these functions do by default where the op here does something else.
_DEFAULTS = {
    "concatenate": {"axis": 0},
    "argmax": {"axis": 0},
    "argmin": {"axis": 0},
    "take": {"axis": 0},
    "leaky_relu": {"negative_slope": 0.2},
}


def _rows(table):
    rows = {}
    for line in table.strip().splitlines():
        name, op, *arguments = line.split()
        rows[name] = op, arguments
    return rows


_ROWS = _rows(_TABLE)
_RICHER_ROWS = _rows(_RICHER)


def without_functions(config, convert):
    """Return the config of a graph with ops in place of TensorFlow's functions, and nodes in canonical form.

    Args:
        config: of a graph, as tf.keras wrote it.
        convert: what translates the description of a layer.

    Raises:
        ValueError: if a function has no row, or an argument that no op takes.
    """
    graph = _Graph(config)
    layers = []
    for entry in config["layers"]:
        if entry["class_name"] in _FUNCTION_LAYERS:
            layers += graph.ops(entry)
        else:
            nodes = [graph.node(node) for node in entry.get("inbound_nodes") or []]
            layers.append({**convert(entry), "inbound_nodes": nodes})
    config = dict(config)
    # A node of functions that pass on what they get is gone: what referred to it refers to their input.
    for key in ("input_layers", "output_layers"):
        config[key] = graph.ends(config[key])
    config["layers"] = [graph.finished(entry) for entry in layers]
    config["layers"] += graph.late.values()
    return config


class _Graph:
    """The nodes of one graph on their way to canonical form."""

    def __init__(self, config):
        self.entries = {entry.get("name"): entry for entry in config["layers"]}
        nodes = [entry.get("inbound_nodes") for entry in config["layers"]]
        self._everything = [nodes, config["output_layers"]]
        self.instead = {}
        # The recipes of what is made of the sizes of tensors, and the entries of those that serve as tensors.
        self.sizes = {}
        self.late = {}

    # -------------------------------------------------------------- references
    def final(self, place):
        """Return the reference to a tensor, or to what stands for it."""
        found = self.instead.get((place[0], place[2]))
        recipe = tf_sizes.of_place(place, self.sizes)
        if recipe is not None:
            return self._size(place, recipe)
        return schema.map_references(self.final, found) if found else schema.reference(*place)

    def _size(self, place, recipe):
        """Return the reference to a tensor of sizes, whose entry is made when it is first asked for."""
        name = f"{place[0]}/{place[2]}" if place[2] else place[0]
        if name not in self.late:
            self.late[name] = self.finished(tf_sizes.entry(name, recipe))
        return schema.reference(name)

    def finished(self, entry):
        """Return an entry whose nodes refer to what stands for a tensor."""
        nodes = [schema.map_references(self.final, node) for node in entry["inbound_nodes"]]
        return {**entry, "inbound_nodes": nodes}

    def ends(self, ends):
        """Return inputs or outputs with what stands for them."""
        if isinstance(ends, dict):
            return {name: self.ends(end) for name, end in ends.items()}
        if _is_place(ends):
            return self.final(ends)["tensor"]
        return [self.ends(end) for end in ends] if isinstance(ends, list) else ends

    def node(self, node):
        """Return a node as args and kwargs with references; one that is so already stays as it is."""
        if isinstance(node, dict):
            return node
        first, kwargs = self._inputs(node)
        return {"args": [first], "kwargs": kwargs}

    def _inputs(self, node):
        """Return the first argument of a node, and the others by name."""
        if _is_given(node):
            return self._value(node), self._kwargs(node)
        if not isinstance(node, list) or not node or not _are_given(node):
            raise ValueError(
                f"A node of a graph should be a list of [layer, call, output], got {node!r:.120}."
            )
        values = self._value(node)
        return (values[0] if len(values) == 1 else values), self._kwargs(node)

    def _value(self, given):
        if not _is_given(given):
            return [self._value(item) for item in given]
        return (
            _constant(given[2]) if given[0] == "_CONSTANT_VALUE" else schema.reference(*given[:3])
        )

    def _kwargs(self, given):
        if not _is_given(given):
            return {key: value for each in given for key, value in self._kwargs(each).items()}
        kwargs = given[3] if len(given) > 3 and given[3] else {}
        return {key: self.argument(value) for key, value in kwargs.items()}

    def argument(self, value):
        """Return an argument with references in place of `[layer, call, output]`."""
        if _is_place(value) and value[0] in self.entries:
            return schema.reference(*value)
        if isinstance(value, list):
            return [self.argument(item) for item in value]
        return value

    # -------------------------------------------------------------- functions
    def outputs_used(self, name):
        """Return the numbers of the outputs of a layer that others use."""
        return {place[2] for place in _places(self._everything) if place[0] == name}

    def ops(self, entry):
        """Return the entries for a layer that is a function of TensorFlow."""
        found = []
        nodes = entry.get("inbound_nodes") or []
        for call, node in enumerate(nodes):
            name = entry["name"] if len(nodes) == 1 else f"{entry['name']}/{call}"
            function, first, kwargs = _function_of(entry, *self._inputs(node))
            found += _Function(self, name, entry["name"], function).ops(first, kwargs)
        return found


class _Function:
    """One call of a function of TensorFlow."""

    def __init__(self, graph, name, layer, function):
        self.graph = graph
        self.name = name
        self.layer = layer
        self.function = function

    def refuse(self, what):
        raise ValueError(
            f"Layer {self.layer!r} calls TensorFlow's function {self.function!r}{what}, which has no counterpart in "
            "keras.ops here. Build the model anew without it, and use load_weights(by_name=True)."
        )

    def ops(self, first, kwargs):
        """Return the entries for the call."""
        short = self.function.split(".")[-1].lower()
        recipe = tf_sizes.recipe(short, first, kwargs, self.graph.sizes)
        if recipe is not None:
            self.graph.sizes[self.name] = recipe
            return []
        if short not in _ROWS:
            self.refuse("")
        if short in _SPECIAL:
            return _SPECIAL[short](self, first, kwargs)
        return [self.entry(*self.arranged(short, first, kwargs))]

    def arranged(self, short, first, kwargs, rows=_ROWS):
        """Return our op and its arguments for those of TensorFlow's function."""
        op, arguments = rows[short]
        given = {key: value for key, value in kwargs.items() if key != "name"}
        kwargs = dict(given)
        args, named = [first], dict(_DEFAULTS.get(op, {}))
        for argument in arguments:
            ours, _, theirs = argument.rpartition("=")
            if theirs in kwargs:
                value = kwargs.pop(theirs)
                if not ours:
                    args.append(_constant(value) if _is_array(op, value) else value)
                elif value is not None:
                    named[ours] = value
        for key, value in kwargs.items():
            silent = _SILENT.get(key, ())
            if silent is not None and value not in silent:
                if rows is _ROWS and short in _RICHER_ROWS:
                    return self.arranged(short, first, given, _RICHER_ROWS)
                self.refuse(f" with {key}={value!r:.60}")
        return op, args, named

    def entry(self, op, args, kwargs, name=None):
        """Return the entry of an op."""
        name = name or self.name
        op, args, kwargs = tf_sizes.with_sizes(op, args, kwargs, self.graph.sizes)
        config = {"name": name, "function": op}
        node = {"args": args, "kwargs": kwargs}
        return {"class_name": "Op", "config": config, "name": name, "inbound_nodes": [node]}


def _is_given(x):
    is_long_enough = isinstance(x, list) and len(x) in (3, 4) and isinstance(x[0], str)
    return is_long_enough and isinstance(x[1], int)


def _are_given(x):
    """Return whether `x` is what a node is given, or a list of such at any depth."""
    return _is_given(x) or (isinstance(x, list) and all(map(_are_given, x)))


def _is_place(x):
    return isinstance(x, list) and len(x) == 3 and isinstance(x[0], str) and _are_ints(x[1:])


def _places(structure):
    """Yield every `[layer, call, output, ...]` in a nest."""
    stack = [structure]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            item = list(item.values())
        if isinstance(item, list):
            if len(item) > 2 and _is_place(item[:3]):
                yield item
            stack.extend(item)


def _are_ints(numbers):
    return all(isinstance(n, int) and n >= 0 for n in numbers)


def _constant(value):
    """Return a constant of a graph: nested lists are arrays, of floats for all but whole numbers."""
    if not isinstance(value, list) or schema.references(value):
        return value
    flat = [value]
    while any(isinstance(item, list) for item in flat):
        flat = [inner for item in flat for inner in (item if isinstance(item, list) else [item])]
    if all(isinstance(item, bool) for item in flat):
        return {"array": value, "dtype": "bool"}
    is_whole = all(isinstance(item, int) for item in flat)
    return {"array": value, "dtype": "int32" if is_whole else "float32"}


# Ops of tensors, whose list arguments are arrays; those of the others are shapes, axes and sizes.
_OF_ARRAYS = {
    "add", "arctan2", "divide", "equal", "floor_divide", "greater", "greater_equal", "less",
    "less_equal", "logical_and", "logical_or", "matmul", "maximum", "minimum", "mod", "multiply",
    "not_equal", "power", "subtract", "take", "tensordot", "where",
}  # fmt: skip


def _is_array(op, value):
    return op in _OF_ARRAYS and isinstance(value, list)


# ------------------------------------------------------------------ functions with rules of their own
def _function_of(entry, first, kwargs):
    """Return the name of the function that a layer is, and its arguments."""
    config = entry["config"]
    if entry["class_name"] == "TensorFlowOpLayer":
        return tf_nodes.function_of(config, first if isinstance(first, list) else [first])
    if entry["class_name"] == "InstanceProperty":
        return str(config.get("attr_name")), first, kwargs
    return str(config.get("function") or config.get("method_name")), first, kwargs


def _same(call, first, kwargs):
    call.graph.instead[call.name, 0] = first
    return []


def _dropout(call, first, kwargs):
    return (
        call.refuse(", which drops in predictions too,")
        if kwargs.get("rate")
        else _same(call, first, kwargs)
    )


def _lower_mode(call, first, kwargs):
    op, args, named = call.arranged("pad", first, kwargs)
    named.update({"mode": named["mode"].lower()} if "mode" in named else {})
    return [call.entry(op, args, named)]


def _pool(call, first, kwargs):
    kwargs = {**kwargs, "ksize": kwargs.get("window_shape")}
    kind = str(kwargs.pop("pooling_type", "")).lower()
    del kwargs["window_shape"]
    if kwargs.pop("dilations", kwargs.pop("dilation_rate", None)) not in (None, 1, [1], [1, 1]):
        call.refuse(" with a dilation")
    return [call.entry(*call.arranged(f"{kind}_pool", first, kwargs))]


def _strided_slice(call, first, kwargs):
    bounds = [kwargs["begin"], kwargs["end"], kwargs.get("strides") or [1] * len(kwargs["begin"])]
    masks = {key: value for key, value in kwargs.items() if key.endswith("_mask")}
    return _getitem(call, *tf_nodes.strided_slice([first, *bounds], masks)[1:])


def _getitem(call, first, kwargs):
    spec = kwargs.get("slice_spec")
    key = [_key(part) for part in spec] if isinstance(spec, list) else _key(spec)
    return [call.entry("get_item", [first, {"tuple": key} if isinstance(key, list) else key], {})]


def _key(part):
    if isinstance(part, dict) and set(part) == {"start", "stop", "step"}:
        return {"slice": [part["start"], part["stop"], part["step"]]}
    if isinstance(part, dict) and part.get("class_name") == "__ellipsis__":
        return {"ellipsis": True}
    return part


def _matmul(call, first, kwargs):
    kwargs = dict(kwargs)
    pair, found = {"a": first, "b": _constant(kwargs.pop("b", None))}, []
    for side in "ab":
        if kwargs.pop(f"transpose_{side}", False):
            name = f"{call.name}/transposed_{side}"
            found.append(call.entry("swapaxes", [pair[side], -1, -2], {}, name))
            pair[side] = schema.reference(name)
    op, args, named = call.arranged("matmul", pair["a"], {**kwargs, "b": pair["b"]})
    return [*found, call.entry(op, args, named)]


def _unstack(call, first, kwargs):
    """Take out one entry for each output that is used."""
    axis = kwargs.get("axis") or 0
    whole = {"slice": [None, None, None]}
    found = []
    for output in sorted(call.graph.outputs_used(call.layer)):
        name = f"{call.name}/{output}"
        from_end = [{"ellipsis": True}, output, *[whole] * (-axis - 1)]
        key = {"tuple": from_end if axis < 0 else [whole] * axis + [output]}
        found.append(call.entry("get_item", [first, key], {}, name))
        call.graph.instead[call.layer, output] = schema.reference(name)
    return found


def _add_n(call, first, kwargs):
    """Add one after the other."""
    terms = first if isinstance(first, list) else [first]
    if len(terms) == 1:
        return _same(call, terms[0], kwargs)
    found, total = [], terms[0]
    for number, term in enumerate(terms[1:], 1):
        name = call.name if number == len(terms) - 1 else f"{call.name}/{number}"
        found.append(call.entry("add", [total, term], {}, name))
        total = schema.reference(name)
    return found


def _einsum(call, first, kwargs):
    """Refuse: tf.keras writes the text of an einsum, and loses its tensors."""
    call.refuse(" and lost its tensors on saving")


def _split(call, first, kwargs):
    kwargs = dict(kwargs)
    parts = kwargs.get("num_or_size_splits")
    if isinstance(parts, list):
        # Sizes there, places to cut here.
        kwargs["num_or_size_splits"] = [sum(parts[: i + 1]) for i in range(len(parts) - 1)]
    return [call.entry(*call.arranged("split", first, kwargs))]


def _reshape(call, first, kwargs):
    shape = kwargs.get("shape")
    # One size is what the others leave.
    sizes = schema.references(shape) if isinstance(shape, list) and -1 not in shape else []
    if len(sizes) == 1:
        shape = [n if isinstance(n, int) else -1 for n in shape]
    return [call.entry(*call.arranged("reshape", first, {**kwargs, "shape": shape}))]


def _relu(call, first, kwargs):
    own = {"alpha": "negative_slope", "max_value": "max_value", "threshold": "threshold"}
    named = {own[key]: value for key, value in kwargs.items() if key in own and value is not None}
    return [call.entry("relu", [first], named)]


_SPECIAL = {
    "add_n": _add_n,
    "convert_to_tensor": _same,
    "dropout": _dropout,
    "einsum": _einsum,
    "ensure_shape": _same,
    "getitem": _getitem,
    "identity": _same,
    "matmul": _matmul,
    "pad": _lower_mode,
    "pool": _pool,
    "relu": _relu,
    "reshape": _reshape,
    "split": _split,
    "strided_slice": _strided_slice,
    "unstack": _unstack,
}
