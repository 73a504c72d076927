"""Mathematics under NumPy's names: elementwise functions, comparisons, reductions, products."""

import numpy as np

from keras.backend import dtypes
from keras.backend.compute import compute
from keras.ops.core import array, as_float, axis_of, in_single, op, promote, promote_to_combine


def _documented(function, name, text):
    function.__name__ = function.__qualname__ = name
    function.__doc__ = text
    return op(function)


def _float_function(name, text):
    """Make an elementwise op that turns integers into floats."""
    primitive = getattr(compute, name)
    return _documented(lambda x: primitive(as_float(x)), name, text)


def _function(name, text):
    """Make an elementwise op that keeps the dtype, or returns booleans."""
    primitive = getattr(compute, name)
    return _documented(lambda x: primitive(array(x)), name, text)


def _binary(name, text, at_least=None):
    """Make an elementwise op of two arguments, which are promoted to one dtype."""
    primitive = getattr(compute, name)
    return _documented(lambda x1, x2: primitive(*promote(x1, x2, at_least=at_least)), name, text)


def _arithmetic(name, text, at_least=None):
    """Make an elementwise op of two arguments that has a gradient by both."""
    primitive = getattr(compute, name)

    def combine(x1, x2):
        return primitive(*promote_to_combine(x1, x2, at_least=at_least))

    return _documented(combine, name, text)


# ------------------------------------------------------------------ elementwise
arccos = _float_function("arccos", "Return the angle in [0, pi] whose cosine is x.")
arccosh = _float_function("arccosh", "Return the number >= 0 whose hyperbolic cosine is x.")
arcsin = _float_function("arcsin", "Return the angle in [-pi/2, pi/2] whose sine is x.")
arcsinh = _float_function("arcsinh", "Return the number whose hyperbolic sine is x.")
arctan = _float_function("arctan", "Return the angle in (-pi/2, pi/2) whose tangent is x.")
arctanh = _float_function("arctanh", "Return the number whose hyperbolic tangent is x.")
ceil = _float_function("ceil", "Return the smallest integer >= x, as a float.")
cos = _float_function("cos", "Return the cosine of x, in radians.")
cosh = _float_function("cosh", "Return the hyperbolic cosine of x.")
digamma = _float_function("digamma", "Return the derivative of log(gamma(x)).")
erf = _float_function("erf", "Return the Gauss error function of x.")
erfinv = _float_function("erfinv", "Return the number whose error function is x.")
exp = _float_function("exp", "Return e**x.")
expm1 = _float_function("expm1", "Return e**x - 1, exact for small x.")
floor = _float_function("floor", "Return the largest integer <= x, as a float.")
gammaln = _float_function("gammaln", "Return log(abs(gamma(x))).")
log = _float_function("log", "Return the natural logarithm of x.")
log1p = _float_function("log1p", "Return log(1 + x), exact for small x.")
rsqrt = _float_function("rsqrt", "Return 1 / sqrt(x).")
sigmoid = _float_function("sigmoid", "Return 1 / (1 + exp(-x)).")
sin = _float_function("sin", "Return the sine of x, in radians.")
sinh = _float_function("sinh", "Return the hyperbolic sine of x.")
softplus = _float_function("softplus", "Return log(1 + exp(x)), without overflow.")
sqrt = _float_function("sqrt", "Return the square root of x.")
tan = _float_function("tan", "Return the tangent of x, in radians.")
tanh = _float_function("tanh", "Return the hyperbolic tangent of x.")

abs = absolute = _function("abs", "Return the absolute value of x.")
bitwise_not = _function("bitwise_not", "Return x with every bit flipped.")
conj = conjugate = _function("conj", "Return the complex conjugate of x.")
imag = _function("imag", "Return the imaginary part of x.")
isfinite = _function("isfinite", "Return where x is neither infinite nor NaN.")
isinf = _function("isinf", "Return where x is infinite.")
isnan = _function("isnan", "Return where x is NaN.")
negative = _function("negative", "Return -x.")
real = _function("real", "Return the real part of x.")
sign = _function("sign", "Return -1, 0 or 1 according to the sign of x.")
square = _function("square", "Return x * x.")

add = _arithmetic("add", "Return x1 + x2.")
arctan2 = _binary("arctan2", "Return the angle of the point (x2, x1) in (-pi, pi].", at_least=float)
bitwise_and = _binary("bitwise_and", "Return the bits set in both x1 and x2.")
bitwise_or = _binary("bitwise_or", "Return the bits set in x1 or x2.")
bitwise_xor = _binary("bitwise_xor", "Return the bits set in one of x1 and x2.")
divide = true_divide = _arithmetic("divide", "Return x1 / x2, a float.", at_least=float)
equal = _binary("equal", "Return where x1 == x2.")
floor_divide = _binary("floor_divide", "Return the largest integer <= x1 / x2.")
greater = _binary("greater", "Return where x1 > x2.")
greater_equal = _binary("greater_equal", "Return where x1 >= x2.")
left_shift = _binary("left_shift", "Return x1 shifted left by x2 bits.")
less = _binary("less", "Return where x1 < x2.")
less_equal = _binary("less_equal", "Return where x1 <= x2.")
maximum = _arithmetic("maximum", "Return the larger of x1 and x2, element by element.")
minimum = _arithmetic("minimum", "Return the smaller of x1 and x2, element by element.")
mod = remainder = _binary("mod", "Return x1 - x2 * floor(x1 / x2).")
multiply = _arithmetic("multiply", "Return x1 * x2.")
not_equal = _binary("not_equal", "Return where x1 != x2.")
power = _arithmetic("power", "Return x1 ** x2.")
right_shift = _binary("right_shift", "Return x1 shifted right by x2 bits.")
subtract = _arithmetic("subtract", "Return x1 - x2.")


def _logical(name, text):
    primitive = getattr(compute, name)
    return _documented(lambda *xs: primitive(*(_as_bool(x) for x in xs)), name, text)


def _as_bool(x):
    return compute.cast(array(x), "bool")


logical_and = _logical("logical_and", "Return where both x1 and x2 are true.")
logical_not = _logical("logical_not", "Return where x is not true.")
logical_or = _logical("logical_or", "Return where x1 or x2 is true.")
logical_xor = _logical("logical_xor", "Return where one of x1 and x2 is true.")


@op
def round(x, decimals=0):
    """Return x rounded to `decimals` places, halves to the even neighbour."""
    return compute.round(as_float(x), decimals)


@op
def clip(x, x_min, x_max):
    """Return x with its entries limited to [x_min, x_max]; either may be None for no limit."""
    x = array(x)
    for limit, primitive in ((x_min, compute.maximum), (x_max, compute.minimum)):
        if limit is not None:
            x = primitive(*promote(x, limit))
    return x


@op
def where(condition, x1=None, x2=None):
    """Return x1 where the condition is true, else x2."""
    return compute.where(_as_bool(condition), *promote(x1, x2))


@op
def nan_to_num(x, nan=0.0):
    """Return x with `nan` in place of NaN."""
    x = array(x)
    return compute.where(compute.isnan(x), compute.cast(array(nan), dtypes.of(x)), x)


@op
def logaddexp(x1, x2):
    """Return log(exp(x1) + exp(x2)), without overflow."""
    x1, x2 = promote(x1, x2, at_least=float)
    difference = compute.abs(compute.subtract(x1, x2))
    return compute.add(compute.maximum(x1, x2), compute.softplus(compute.negative(difference)))


@op
def reciprocal(x):
    """Return 1 / x."""
    return compute.divide(1.0, as_float(x))


@op
def log2(x):
    """Return the logarithm of x to base 2."""
    return compute.multiply(compute.log(as_float(x)), 1 / np.log(2))


@op
def log10(x):
    """Return the logarithm of x to base 10."""
    return compute.multiply(compute.log(as_float(x)), 1 / np.log(10))


# ------------------------------------------------------------------ reductions
def _axes(axis, ndim):
    """Return the axes to reduce: None stays None, others are counted from the front."""
    if axis is None:
        return None
    if np.ndim(axis):
        return tuple(axis_of(a, ndim) for a in axis)
    return axis_of(axis, ndim)


def _reduction(name, text, prepare=array):
    primitive = getattr(compute, name)

    def reduce(x, axis=None, keepdims=False):
        x = prepare(x)
        return primitive(x, axis=_axes(axis, x.ndim), keepdims=keepdims)

    return _documented(reduce, name, text)


def _sum(name, text, prepare):
    """Make a reduction that adds up or multiplies."""
    reduce = in_single(_reduction(name, text, prepare).__wrapped__)
    return _documented(reduce, name, text)


def _countable(x):
    x = array(x)
    return compute.cast(x, "int32") if dtypes.of(x) == "bool" else x


all = _reduction("all", "Return whether all entries along `axis` are true.", _as_bool)
any = _reduction("any", "Return whether any entry along `axis` is true.", _as_bool)
logsumexp = _sum("logsumexp", "Return log(sum(exp(x))) along `axis`, without overflow.", as_float)
max = amax = _reduction("max", "Return the largest entry along `axis`.")
mean = _sum("mean", "Return the mean along `axis`.", as_float)
min = amin = _reduction("min", "Return the smallest entry along `axis`.")
prod = _sum("prod", "Return the product along `axis`.", _countable)
sum = _sum("sum", "Return the sum along `axis`.", _countable)


@op
@in_single
def var(x, axis=None, keepdims=False):
    """Return the mean squared distance from the mean along `axis`."""
    x = as_float(x)
    axes = _axes(axis, x.ndim)
    centred = compute.subtract(x, compute.mean(x, axis=axes, keepdims=True))
    return compute.mean(compute.square(centred), axis=axes, keepdims=keepdims)


@op
def std(x, axis=None, keepdims=False):
    """Return the square root of the variance along `axis`."""
    return compute.sqrt(var(x, axis, keepdims))


@op
@in_single
def norm(x, ord=None, axis=None, keepdims=False):
    """Return the vector norm along `axis`: the Euclidean one, or that of order `ord` (1, 2, or infinity)."""
    x = as_float(x)
    axes = _axes(axis, x.ndim)
    if ord in (None, 2, "fro", "euclidean"):
        return compute.sqrt(compute.sum(compute.square(x), axis=axes, keepdims=keepdims))
    if ord == 1:
        return compute.sum(compute.abs(x), axis=axes, keepdims=keepdims)
    if ord == np.inf:
        return compute.max(compute.abs(x), axis=axes, keepdims=keepdims)
    total = compute.sum(compute.power(compute.abs(x), ord), axis=axes, keepdims=keepdims)
    return compute.power(total, 1.0 / ord)


@op
def count_nonzero(x, axis=None):
    """Return the number of entries along `axis` that are not zero, an int32."""
    x = array(x)
    return compute.sum(compute.cast(compute.not_equal(x, 0), "int32"), axis=_axes(axis, x.ndim))


def _arg(name, text):
    primitive = getattr(compute, name)

    def find(x, axis=None, keepdims=False):
        x = array(x)
        found = primitive(x, axis=_axes(axis, x.ndim), keepdims=keepdims)
        return compute.cast(found, "int32")

    return _documented(find, name, text)


argmax = _arg("argmax", "Return the index of the largest entry along `axis`, an int32.")
argmin = _arg("argmin", "Return the index of the smallest entry along `axis`, an int32.")


def _cumulative(name, text):
    primitive = getattr(compute, name)

    def accumulate(x, axis=None):
        x = _countable(x)
        if axis is None:
            x, axis = compute.reshape(x, (-1,)), 0
        return primitive(x, axis=axis_of(axis, x.ndim))

    return _documented(in_single(accumulate), name, text)


cumprod = _cumulative(
    "cumprod", "Return the running product along `axis`, by default of all entries."
)
cumsum = _cumulative("cumsum", "Return the running sum along `axis`, by default of all entries.")


# ------------------------------------------------------------------ products
@op
def matmul(x1, x2):
    """Return the matrix product over the last two axes; leading axes broadcast."""
    return compute.matmul(*promote(x1, x2))


@op
def dot(x1, x2):
    """Return NumPy's dot: the sum over the last axis of x1 and the second last of x2."""
    x1, x2 = promote(x1, x2)
    if x1.ndim == 0 or x2.ndim == 0:
        return compute.multiply(x1, x2)
    return compute.tensordot(x1, x2, axes=([x1.ndim - 1], [x2.ndim - 2 if x2.ndim > 1 else 0]))


@op
def tensordot(x1, x2, axes=2):
    """Return the sum of products over the given axes: a number of them, or two lists."""
    return compute.tensordot(*promote(x1, x2), axes=axes)


@op
def einsum(subscripts, *operands):
    """Return the sum of products that Einstein's notation describes, such as `"bij,bjk->bik"`."""
    return compute.einsum(subscripts, *promote(*operands))


@op
def outer(x1, x2):
    """Return the products of every entry of x1 with every entry of x2, shape (x1.size, x2.size)."""
    x1, x2 = promote(x1, x2)
    return compute.multiply(compute.reshape(x1, (-1, 1)), compute.reshape(x2, (1, -1)))


@op
def in_top_k(targets, predictions, k):
    """Return where a target is among the `k` largest predictions.

    Args:
        targets: int, shape (batch,).
        predictions: shape (batch, classes).
        k: how many places count.
    """
    targets, predictions = compute.cast(array(targets), "int32"), array(predictions)
    own = compute.take_along_axis(predictions, compute.reshape(targets, (-1, 1)), 1)
    better = compute.sum(compute.cast(compute.greater(predictions, own), "int32"), axis=1)
    return compute.logical_and(
        compute.less(better, k), compute.reshape(compute.isfinite(own), (-1,))
    )


def result_type(*xs):
    """Return the dtype's name that the combination of tensors, dtype names or Python types has."""
    return dtypes.result(*(x if isinstance(x, str | type) else dtypes.of(x) for x in xs))
