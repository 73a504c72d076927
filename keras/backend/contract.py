"""The contract: the primitives every backend supplies, and nothing that could be composed from them.

A backend is a module `keras.backend.<name>` with `NAME`, `CAPABILITIES`, `HOST_DTYPES` (NumPy's dtype for each dtype
name NumPy does not know) and the functions below, but for those in `ONLY_WITH` of a capability that it lacks. Arguments
are arrays of one dtype: `keras.ops` has promoted them, and turned negative axes and paddings into explicit ones. Only
the primitives in `TAKES_NUMBERS` take a Python number too.

An array has `shape`, a sequence of ints, `ndim` and `dtype`, whose name `dtypes.of(array)` tells. Of Python's operators
it has arithmetic, comparisons and slices. All else that an array can do (`x.astype`, `x.at`) is not in the contract.
"""

import importlib

CAPABILITIES = {
    "grad": "value_and_grad works, and custom_gradient's own gradient counts",
    "loop": "compile_loop runs many steps in one call",
    "records": "compile and compile_loop run a function as Python once for a set of shapes, and no more",
    "devices": "more devices than the CPU may be in use",
    "float64": "arrays of 64-bit floats work",
    "normalize": "batch normalization has an operation of its own, faster than one composed of others",
    "half_sums": "gradients of broadcasting float16 and bfloat16 are added up in float32",
    "spread": "one program may be computed on several devices",
}

# Primitives with NumPy's name, arguments and meaning (axis=None, keepdims=False where NumPy has them).
AS_NUMPY = """
abs add all any arccos arccosh arcsin arcsinh arctan arctan2 arctanh argmax argmin argsort bitwise_and bitwise_not
bitwise_or bitwise_xor broadcast_to ceil concatenate conj cos cosh cumprod cumsum diagonal divide einsum equal exp
expm1 flip floor floor_divide greater greater_equal imag isfinite isinf isnan left_shift less less_equal log log1p
logical_and logical_not logical_or logical_xor matmul max maximum mean min minimum mod multiply negative not_equal
pad power prod real repeat reshape right_shift round searchsorted sign sin sinh sort split sqrt square stack subtract
sum take_along_axis tan tanh tensordot tile transpose where
""".split()

# Binary primitives of which one argument, the first or the second, may be a Python number; it takes the dtype of the
# array beside it and never widens it.
TAKES_NUMBERS = """
add divide equal floor_divide greater greater_equal less less_equal maximum minimum mod multiply not_equal power
subtract
""".split()

# Primitives with SciPy's name and meaning.
AS_SCIPY = """
cholesky det digamma eigh erf erfinv gammaln inv logsumexp polygamma qr slogdet solve solve_triangular svd
""".split()

OWN = {
    # arrays
    "asarray(x, dtype=None)": "any array-like as an array on the device",
    "is_tensor(x)": "whether x is one of the backend's arrays",
    "is_traced(x)": "whether x has no value yet because a program is being recorded",
    "to_numpy(x)": "a NumPy copy of a concrete array",
    "cast(x, dtype)": "x in another dtype",
    "copy(x)": "a new array of the same contents",
    "full(shape, value, dtype)": "an array filled with one number",
    "arange(start, stop, step, dtype)": "evenly spaced numbers",
    # elementwise
    "relu(x)": "max(x, 0); its gradient at 0 is 0, as nothing composed of the others says as quickly",
    "rsqrt(x)": "1 / sqrt(x)",
    "sigmoid(x)": "1 / (1 + exp(-x))",
    "softplus(x)": "log(1 + exp(x)), without overflow",
    # indexing
    "getitem(x, key)": "x[key]",
    "take(x, indices, axis)": "entries along an axis, the indices clipped to it",
    "scatter(x, index, values, mode)": "x with x[index] set ('set') or increased ('add')",
    "slice_sizes(x, start, sizes)": "the block of static sizes at a start that may be traced",
    "update_slice(x, block, start)": "x with a block written at a start that may be traced",
    "top_k(x, k)": "the k largest entries of the last axis and their indices",
    # control flow
    "cond(predicate, true_function, false_function)": "the result of one of two functions without arguments",
    "while_loop(condition, body, state)": "the state after the loop",
    "scan(step, state, inputs, length, reverse=False, unroll=1)": "state and stacked outputs of a loop over axis 0",
    "vectorize(function, x)": "the function applied to each entry of axis 0",
    # differentiation
    "stop_gradient(x)": "x, as a constant to differentiation",
    "value_and_grad(function)": "f(values, *args) -> ((loss, aux), gradients) for a function -> (loss, aux)",
    "custom_gradient(function)": "f(*xs) with its own gradient, for a function(*xs) -> (y or ys, backward)",
    # programs
    "Spec(shape, dtype)": "an array with a shape and a dtype but no value",
    "abstract(function, *specs)": "the Specs the function would return",
    "compile(function, donate=())": "the pure function compiled for each set of shapes; takes NumPy arrays too",
    "compile_loop(step, summary)": "many steps in one call; takes NumPy arrays too",
    "outside_trace()": "a context that computes at once even while a program is recorded",
    "block(x)": "x, once it is computed",
    "after(x, others)": "the number x, which a compiled program knows only once it knows some arrays",
    "fused(function)": "function(x, ...), arithmetic entry by entry, in one pass over memory where that is quicker",
    "tell(function, x)": "x; whenever it is computed the function is called with a NumPy copy of it",
    # devices
    "devices()": "the names of the devices in use",
    "spread(x, names)": "x; a program computes its rows, and what follows from them, on the devices of these names",
    "register_variable(cls)": "lets the backend's own functions take Variables",
    # neural networks
    "conv(x, kernel, strides, padding, dilation, groups, channels_first)": "cross-correlation, 1-3 spatial axes",
    "conv_transpose(x, kernel, strides, padding, dilation, channels_first)": "gradient of conv by its input",
    "depthwise_conv(x, kernel, strides, padding, dilation, channels_first)": "each channel with its own filters",
    "max_pool(x, size, strides, padding, channels_first)": "largest entry of each window",
    "average_pool(x, size, strides, padding, channels_first)": "mean of each window, padding not counted",
    "normalize(x, scale, offset, epsilon, channels_first)": "float32 x, each channel with mean 0 and variance 1, "
    "scaled and offset; the mean; the variance: these two are constants to differentiation",
    # random numbers
    "random_key(seed)": "a key for an int",
    "fold_in(key, number)": "a new key for a key and an integer that may be traced",
    "random_uniform(key, shape, dtype)": "draws from [0, 1)",
    "random_normal(key, shape, dtype)": "draws from the standard normal distribution",
    "random_bernoulli(key, p, shape)": "booleans, True with probability p",
    "random_integers(key, shape, low, high, dtype)": "integers from [low, high)",
    "random_gamma(key, alpha, shape, dtype)": "draws from the gamma distribution",
    "random_permutation(key, n)": "the integers below n in random order",
}

# Primitives that a backend may do without, and the capability it then must not claim.
ONLY_WITH = {"normalize": "normalize", "spread": "spread", "value_and_grad": "grad"}

PRIMITIVES = sorted([*AS_NUMPY, *AS_SCIPY, *(line.partition("(")[0] for line in OWN)])


def load(name):
    """Import the backend called `name` and check that it keeps the contract.

    Args:
        name: such as `"jax"`.

    Returns:
        The backend's module.

    Raises:
        NotImplementedError: if the module lacks primitives; it lists them.
    """
    module = importlib.import_module(f"keras.backend.{name}")
    needed = [p for p in PRIMITIVES if p not in ONLY_WITH or ONLY_WITH[p] in module.CAPABILITIES]
    missing = [primitive for primitive in needed if not hasattr(module, primitive)]
    if missing:
        raise NotImplementedError(f"The backend {name!r} lacks the primitives {missing}.")
    return module
