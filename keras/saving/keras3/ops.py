"""The ops of Keras 3's graphs: a class there, a function of `keras.ops` here.

There an op's tensors are arguments of the call and the rest is its config; here all are arguments of a function.
"""

from typing import NamedTuple

from keras.saving.keras3 import functions

# function class arguments: in the order of the function here; those in parentheses are the call's there, those
# after a minus sign are unknown here and must say nothing.
_TABLE = """
abs numpy.Absolute (x)
add numpy.Add (x1) (x2)
all numpy.All (x) axis keepdims
amax numpy.Amax (x) axis keepdims
amin numpy.Amin (x) axis keepdims
any numpy.Any (x) axis keepdims
arccos numpy.Arccos (x)
arccosh numpy.Arccosh (x)
arcsin numpy.Arcsin (x)
arcsinh numpy.Arcsinh (x)
arctan numpy.Arctan (x)
arctan2 numpy.Arctan2 (x1) (x2)
arctanh numpy.Arctanh (x)
argmax numpy.Argmax (x) axis keepdims
argmin numpy.Argmin (x) axis keepdims
argsort numpy.Argsort (x) axis
average numpy.Average (x) (weights) axis
average_pool nn.AveragePool (x) pool_size strides padding data_format
batch_norm nn.BatchNorm (x) (mean) (variance) (offset) (scale) axis epsilon
binary_crossentropy nn.BinaryCrossentropy (target) (output) from_logits
bitwise_and numpy.BitwiseAnd (x1) (x2)
bitwise_left_shift numpy.BitwiseLeftShift (x) (y)
bitwise_not numpy.BitwiseNot (x)
bitwise_or numpy.BitwiseOr (x1) (x2)
bitwise_right_shift numpy.BitwiseRightShift (x) (y)
bitwise_xor numpy.BitwiseXor (x1) (x2)
broadcast_to numpy.BroadcastTo (x) shape
cast core.Cast (x) dtype
categorical_crossentropy nn.CategoricalCrossentropy (target) (output) from_logits axis
ceil numpy.Ceil (x)
celu nn.Celu (x) alpha
cholesky linalg.Cholesky (x) -upper
clip numpy.Clip (x) x_min x_max
concatenate numpy.Concatenate (xs) axis
conj numpy.Conj (x)
conjugate numpy.Conjugate (x)
conv nn.Conv (x) (kernel) strides padding data_format dilation_rate
conv_transpose nn.ConvTranspose (x) (kernel) strides padding output_padding data_format dilation_rate
copy numpy.Copy (x)
cos numpy.Cos (x)
cosh numpy.Cosh (x)
count_nonzero numpy.CountNonzero (x) axis
cumprod numpy.Cumprod (x) axis -dtype
cumsum numpy.Cumsum (x) axis -dtype
depthwise_conv nn.DepthwiseConv (x) (kernel) strides padding data_format dilation_rate
det linalg.Det (x)
diagonal numpy.Diagonal (x) offset axis1 axis2
diff numpy.Diff (a) n axis
divide numpy.Divide (x1) (x2)
dot numpy.Dot (x1) (x2)
dot_product_attention nn.DotProductAttention (query) (key) (value) (bias) (mask) (scale) is_causal flash_attention \
attn_logits_soft_cap
dynamic_slice core.Slice (x) (start_indices) shape
eigh linalg.Eigh (x)
einsum numpy.Einsum subscripts (*operands)
elu nn.Elu (x) alpha
equal numpy.Equal (x1) (x2)
erf math.Erf (x)
erfinv math.Erfinv (x)
exp numpy.Exp (x)
exp2 numpy.Exp2 (x)
expand_dims numpy.ExpandDims (x) axis
expm1 numpy.Expm1 (x)
flip numpy.Flip (x) axis
floor numpy.Floor (x)
floor_divide numpy.FloorDivide (x1) (x2)
full_like numpy.FullLike (x) (fill_value) dtype
gelu nn.Gelu (x) approximate
get_item numpy.GetItem (x) (key)
glu nn.Glu (x) axis
greater numpy.Greater (x1) (x2)
greater_equal numpy.GreaterEqual (x1) (x2)
hard_shrink nn.HardShrink (x) threshold
hard_silu nn.HardSilu (x)
hard_tanh nn.HardTanh (x)
hstack numpy.Hstack (xs)
hypot numpy.Hypot (x1) (x2)
imag numpy.Imag (x)
in_top_k math.InTopK (targets) (predictions) k
inv linalg.Inv (x)
isfinite numpy.Isfinite (x)
isinf numpy.Isinf (x)
isnan numpy.Isnan (x)
leaky_relu nn.LeakyRelu (x) negative_slope
left_shift numpy.LeftShift (x) (y)
less numpy.Less (x1) (x2)
less_equal numpy.LessEqual (x1) (x2)
log numpy.Log (x)
log10 numpy.Log10 (x)
log1p numpy.Log1p (x)
log2 numpy.Log2 (x)
log_sigmoid nn.LogSigmoid (x)
log_softmax nn.LogSoftmax (x) axis
logaddexp numpy.Logaddexp (x1) (x2)
logical_and numpy.LogicalAnd (x1) (x2)
logical_not numpy.LogicalNot (x)
logical_or numpy.LogicalOr (x1) (x2)
logical_xor numpy.LogicalXor (x1) (x2)
logsumexp math.Logsumexp (x) axis keepdims
matmul numpy.Matmul (x1) (x2)
max numpy.Max (x) axis keepdims -initial
max_pool nn.MaxPool (x) pool_size strides padding data_format
maximum numpy.Maximum (x1) (x2)
mean numpy.Mean (x) axis keepdims
min numpy.Min (x) axis keepdims -initial
minimum numpy.Minimum (x1) (x2)
mod numpy.Mod (x1) (x2)
moments nn.Moments (x) axes keepdims -synchronized
moveaxis numpy.Moveaxis (x) source destination
multi_hot nn.MultiHot (x) num_classes -axis -dtype -sparse
multiply numpy.Multiply (x1) (x2)
nan_to_num numpy.NanToNum (x) nan -posinf -neginf
negative numpy.Negative (x)
norm linalg.Norm (x) ord axis keepdims
normalize nn.Normalize (x) axis order epsilon
not_equal numpy.NotEqual (x1) (x2)
one_hot nn.OneHot (x) num_classes axis dtype -sparse
ones_like numpy.OnesLike (x) dtype
outer numpy.Outer (x1) (x2)
pad numpy.Pad (x) pad_width mode (constant_values)
power numpy.Power (x1) (x2)
prod numpy.Prod (x) axis keepdims -dtype
ravel numpy.Ravel (x)
real numpy.Real (x)
reciprocal numpy.Reciprocal (x)
relu nn.Relu (x)
relu6 nn.Relu6 (x)
repeat numpy.Repeat (x) repeats axis
reshape numpy.Reshape (x) newshape
resize image.Resize (images) size interpolation data_format -antialias -crop_to_aspect_ratio -pad_to_aspect_ratio
right_shift numpy.RightShift (x) (y)
roll numpy.Roll (x) shift axis
round numpy.Round (x) decimals
rsqrt math.Rsqrt (x)
scatter_update core.ScatterUpdate (inputs) (indices) (updates) -reduction
searchsorted numpy.SearchSorted (sorted_sequence) (values) side
select numpy.Select (condlist) (choicelist) (default)
selu nn.Selu (x)
separable_conv nn.SeparableConv (x) (depthwise_kernel) (pointwise_kernel) strides padding data_format dilation_rate
sigmoid nn.Sigmoid (x)
sign numpy.Sign (x)
silu nn.Silu (x)
sin numpy.Sin (x)
sinh numpy.Sinh (x)
slice_update core.SliceUpdate (x) (start_indices) (updates)
soft_shrink nn.SoftShrink (x) threshold
softmax nn.Softmax (x) axis
softplus nn.Softplus (x)
softsign nn.Softsign (x)
solve linalg.Solve (a) (b)
solve_triangular linalg.SolveTriangular (a) (b) lower
sort numpy.Sort (x) axis
sparse_categorical_crossentropy nn.SparseCategoricalCrossentropy (target) (output) from_logits axis
split numpy.Split (x) indices_or_sections axis
sqrt numpy.Sqrt (x)
square numpy.Square (x)
sparse_plus nn.SparsePlus (x)
sparse_sigmoid nn.SparseSigmoid (x)
sparsemax nn.Sparsemax (x) axis
squareplus nn.Squareplus (x) b
squeeze numpy.Squeeze (x) axis
stack numpy.Stack (x) axis
std numpy.Std (x) axis keepdims
stop_gradient core.StopGradient (x)
subtract numpy.Subtract (x1) (x2)
sum numpy.Sum (x) axis keepdims
svd linalg.SVD (x) full_matrices -compute_uv
swapaxes numpy.Swapaxes (x) axis1 axis2
take numpy.Take (x) (indices) axis
take_along_axis numpy.TakeAlongAxis (x) (indices) axis
tan numpy.Tan (x)
tanh numpy.Tanh (x)
tanh_shrink nn.TanhShrink (x)
tensordot numpy.Tensordot (x1) (x2) axes
threshold nn.Threshold (x) threshold default_value
tile numpy.Tile (x) repeats
top_k math.TopK (x) k -sorted
trace numpy.Trace (x) offset axis1 axis2
transpose numpy.Transpose (x) axes
tril numpy.Tril (x) k
triu numpy.Triu (x) k
true_divide numpy.TrueDivide (x1) (x2)
trunc numpy.Trunc (x)
unstack core.Unstack (x) num axis
var numpy.Var (x) axis keepdims
vstack numpy.Vstack (xs)
where numpy.Where (condition) (x1) (x2)
zeros_like numpy.ZerosLike (x) dtype
"""

# What arguments that are unknown here say when they say nothing, beside None and False.
_SILENT = {
    "sorted": (True,),
    "axis": (-1,),
    "compute_uv": (True,),
    "multi_hot.dtype": ("float32",),
}

# Where the functions are that do not stand at the top of `keras.ops`.
_LINALG = ("cholesky", "det", "eigh", "inv", "solve", "solve_triangular", "svd")
_FURTHER = (name for name, value in vars(functions).items() if hasattr(value, "__wrapped__"))
_PATHS = {
    **{name: f"linalg.{name}" for name in _LINALG},
    **{name: f"keras3.{name}" for name in _FURTHER if name != "op"},
    "bitwise_left_shift": "left_shift",
    "bitwise_right_shift": "right_shift",
    "resize": "image.resize",
}

# Functions of one meaning with several names here, or with another default than the class there.
_SAME = {"absolute": "abs", "remainder": "mod"}
_DEFAULTS = {
    "dot_product_attention": {"bias": None, "mask": None, "scale": None},
    "gelu": {"approximate": False},
}


class Op(NamedTuple):
    """A row of the table: the module and class there; the arguments by kind."""

    module: str
    class_name: str
    arguments: tuple
    in_call: frozenset
    unknown: tuple


def _row(words):
    module, class_name = words[0].split(".")
    names = [word.strip("()") for word in words[1:] if not word.startswith("-")]
    in_call = frozenset(word.strip("()") for word in words[1:] if word.startswith("("))
    unknown = tuple(word[1:] for word in words[1:] if word.startswith("-"))
    return Op(f"keras.src.ops.{module}", class_name, tuple(names), in_call, unknown)


_ROWS = {line.split()[0]: _row(line.split()[1:]) for line in _TABLE.strip().splitlines()}
_FUNCTIONS = {row.class_name: function for function, row in _ROWS.items()} | {"Abs": "abs"}


def is_op(entry):
    """Return whether an entry of a graph is an op: its module tells, or in `.h5`, where none is told, its arguments do.

    Args:
        entry: a dict with a class name and a config, as Keras 3 writes it.

    Examples:
        >>> is_op({"class_name": "Add", "config": {"name": "add"}})
        True
        >>> is_op({"class_name": "Add", "config": {"name": "add", "trainable": True}})
        False
    """
    config = entry.get("config")
    if not isinstance(config, dict):
        return False
    if entry.get("module") is not None:
        return str(entry["module"]).startswith("keras.src.ops.")
    name = entry.get("class_name")
    if "registered_name" in entry or name not in {*_FUNCTIONS, "HardSigmoid"}:
        return False
    row = _ROWS.get(_FUNCTIONS.get(name))
    return set(config) <= {"name", *(row.arguments + row.unknown if row else ())}


def to_function(class_name, config, args, kwargs, name):
    """Return the function's name and its arguments, for an op as Keras 3 describes it.

    Args:
        class_name: the op's class there.
        config: its config.
        args, kwargs: those of the call.
        name: the op's, for messages.

    Raises:
        ValueError: if there is no such function here, or an argument that it does not take.

    Examples:
        >>> to_function("Mean", {"name": "m", "axis": -1, "keepdims": False}, ["x"], {}, "m")
        ('mean', ['x'], {'axis': -1, 'keepdims': False})
    """
    function = _FUNCTIONS.get(class_name)
    if function is None:
        raise ValueError(
            f"The op {name!r} of the graph is Keras 3's {class_name}, which keras.ops does not have; build the model "
            "without it, or put a layer of your own in its place."
        )
    row = _ROWS[function]
    # What to fill with says nothing where nothing is filled.
    options = {
        key: value
        for key, value in config.items()
        if key not in ("name", "fill_mode", "fill_value")
    }
    for key in row.unknown:
        value = options.pop(key, None)
        if value not in (None, False, *_SILENT.get(key, _SILENT.get(f"{function}.{key}", ()))):
            raise ValueError(
                f"The op {name!r} ({function}) has {key}={value!r}, which keras.ops.{function} does not take; "
                f"build the model without it."
            )
    if function == "einsum":
        return function, [options.pop("subscripts"), *args], kwargs
    kwargs = {key: value for key, value in kwargs.items() if value is not None}
    return _PATHS.get(function, function), list(args), {**options, **kwargs}


def from_function(function, args, kwargs, name):
    """Return an op's row, config, and call arguments as Keras 3 has them, for a function of `keras.ops`.

    Args:
        function: its name, maybe with a path before it.
        args, kwargs: its arguments.
        name: the op's, for messages.

    Raises:
        ValueError: if Keras 3 has no such op, or it lacks an argument.

    Examples:
        >>> row, *call = from_function("mean", ["x", -1], {"keepdims": True}, "m")
        >>> row.class_name, call
        ('Mean', [{'name': 'm', 'axis': -1, 'keepdims': True}, ['x'], {}])
    """
    function = function.rpartition(".")[2]
    function = _SAME.get(function, function)
    row = _ROWS.get(function)
    if row is None:
        raise ValueError(
            f"The op {name!r} of the graph (keras.ops.{function}) has no counterpart in Keras 3; save the model as "
            "'.h5', or put a layer in its place."
        )
    if function == "einsum":
        return row, {"name": name, "subscripts": args[0]}, list(args[1:]), kwargs
    given = {
        **_DEFAULTS.get(function, {}),
        **dict(zip(row.arguments, args, strict=False)),
        **kwargs,
    }
    unknown = sorted(set(given) - set(row.arguments))
    if unknown or len(args) > len(row.arguments):
        raise ValueError(
            f"The op {name!r} (keras.ops.{function}) has the argument(s) {unknown}, which Keras 3 does not know; "
            "save the model as '.h5'."
        )
    config = {key: value for key, value in given.items() if key not in row.in_call}
    call = [given[key] for key in row.arguments if key in row.in_call and key in given]
    return row, {"name": name, **config}, call, {}
