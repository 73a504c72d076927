"""The table of TensorFlow's functions and the ops here that they become: one row a function."""

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
SILENT = {
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
DEFAULTS = {
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


ROWS = _rows(_TABLE)
RICHER_ROWS = _rows(_RICHER)
