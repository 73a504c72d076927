"""Initializers: the first values of weights, drawn on the host, so equal on every backend."""

import copy
import functools
import math

import numpy as np
import scipy

from keras import registry
from keras.backend import dtypes, seed
from keras.backend.compute import compute
from keras.backend.variable import Pending

_CHUNK = 1 << 15  # As many draws as stay in the cache while they are transformed.
_LARGE = 1 << 16  # From so many entries on, draws wait until they are needed.


class Initializer(registry.Configurable):
    """The base of all initializers: a callable that returns the first value of a weight.

    An own one defines `__call__(shape, dtype=None)`; any function of these arguments serves as
    well. One with an integer `seed` returns the same numbers at each call, one with None new ones.

    Examples:
        >>> Constant(3)((2,)).tolist()
        [3.0, 3.0]
    """

    def __call__(self, shape, dtype=None):
        """Return a NumPy array.

        Args:
            shape: a tuple of ints.
            dtype: a dtype's name, `floatx` by default.
        """
        raise NotImplementedError(
            f"{type(self).__name__} needs a method __call__(shape, dtype=None)."
        )


def _host_dtype(dtype):
    name = dtypes.standardize(dtype)
    return compute.HOST_DTYPES.get(name, name)


def _finish(values, dtype):
    """Return float32 draws in the dtype asked for, without a copy where it is float32."""
    return values.astype(_host_dtype(dtype), copy=False)


# ------------------------------------------------------------------ constants
class Zeros(Initializer):
    """All entries zero."""

    def __call__(self, shape, dtype=None):
        return np.zeros(shape, _host_dtype(dtype))


class Ones(Initializer):
    """All entries one."""

    def __call__(self, shape, dtype=None):
        return np.ones(shape, _host_dtype(dtype))


class Constant(Initializer):
    """All entries equal to a number, or to an array that broadcasts to the weight's shape.

    Args:
        value: a number, or an array-like.
    """

    def __init__(self, value=0):
        self.value = value

    def __call__(self, shape, dtype=None):
        return np.full(shape, self.value, _host_dtype(dtype))


class Identity(Initializer):
    """A matrix with `gain` on the diagonal and zeros elsewhere.

    Args:
        gain: the number on the diagonal.

    Raises:
        ValueError: when called for a shape that is not two-dimensional.
    """

    def __init__(self, gain=1.0):
        self.gain = gain

    def __call__(self, shape, dtype=None):
        if len(shape) != 2:
            raise ValueError(
                f"Identity makes matrices, got the shape {tuple(shape)}; "
                "use it for weights with two axes."
            )
        return self.gain * np.eye(*shape, dtype=_host_dtype(dtype))


# ------------------------------------------------------------------ draws
class RandomNormal(Initializer):
    """Draws from the normal distribution.

    Args:
        mean: the distribution's mean.
        stddev: its standard deviation.
        seed: an int, or None for new numbers at each call.
    """

    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        self.mean = mean
        self.stddev = stddev
        self.seed = seed

    def __call__(self, shape, dtype=None):
        draws = seed.generator(self.seed).standard_normal(shape, dtype="float32")
        return _finish(_scaled(draws, self.stddev, self.mean), dtype)


class RandomUniform(Initializer):
    """Draws from the uniform distribution over [minval, maxval).

    Args:
        minval: the lower end.
        maxval: the upper end.
        seed: an int, or None for new numbers at each call.
    """

    def __init__(self, minval=-0.05, maxval=0.05, seed=None):
        self.minval = minval
        self.maxval = maxval
        self.seed = seed

    def __call__(self, shape, dtype=None):
        draws = seed.generator(self.seed).random(shape, dtype="float32")
        return _finish(_scaled(draws, self.maxval - self.minval, self.minval), dtype)


class TruncatedNormal(Initializer):
    """Draws from the normal distribution cut off at two standard deviations from the mean.

    Args:
        mean: the distribution's mean.
        stddev: the standard deviation before it is cut off; afterwards it is 0.88 times that.
        seed: an int, or None for new numbers at each call.
    """

    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        self.mean = mean
        self.stddev = stddev
        self.seed = seed

    def __call__(self, shape, dtype=None):
        draws = _truncated_normal(seed.generator(self.seed), shape)
        return _finish(_scaled(draws, self.stddev, self.mean), dtype)


def _scaled(draws, factor, offset):
    """Return `draws * factor + offset`, in place."""
    draws *= np.float32(factor)
    if offset:
        draws += np.float32(offset)
    return draws


# The normal distribution's quantile for the probability (1 + x) / 2 is x * P(log(1 - x**2)). This
# is P from the highest power down: the Chebyshev interpolation of exact values for |quantile| <= 2,
# off by less than 4e-8.
_QUANTILE = np.array(
    [
        -6.4967829e-06,
        -9.16447973e-05,
        -2.18142997e-04,
        3.27393509e-03,
        1.63226282e-02,
        -3.28118384e-01,
        1.2533141,
    ],
    "float32",
)


def _truncated_normal(generator, shape):
    """Return float32 draws of the standard normal distribution within [-2, 2].

    Each is the quantile of a uniform draw: several times as fast as to draw normal numbers, and
    those beyond the edge again.
    """
    draws = generator.random(shape, dtype="float32")
    edge = np.float32(math.erf(math.sqrt(2)))
    flat = draws.reshape(-1)
    for start in range(0, flat.size, _CHUNK):
        x = flat[start : start + _CHUNK]
        x *= 2 * edge
        x -= edge
        x *= _quantile_over_x(x)
    return draws


def _quantile_over_x(x):
    logs = np.square(x)
    np.subtract(np.float32(1), logs, out=logs)
    np.log(logs, out=logs)
    p = logs * _QUANTILE[0]
    for coefficient in _QUANTILE[1:-1]:
        p += coefficient
        p *= logs
    p += _QUANTILE[-1]
    return p


# ------------------------------------------------------------------ scaled to the shape
_MODES = ("fan_in", "fan_out", "fan_avg")
_DISTRIBUTIONS = ("normal", "uniform", "truncated_normal", "untruncated_normal")
# The standard deviation of a standard normal distribution cut off at two.
_TRUNCATED_STDDEV = 0.87962566103423978


class VarianceScaling(Initializer):
    """Draws of variance scale / n, where n is the number of a unit's inputs, outputs or their mean.

    Args:
        scale: a positive number.
        mode: `"fan_in"`, `"fan_out"` or `"fan_avg"`: what n counts.
        distribution: `"normal"` or `"truncated_normal"` (cut off at two standard deviations, the
            variance put right again), `"untruncated_normal"`, or `"uniform"` (over
            [-limit, limit], limit = sqrt(3 * scale / n)).
        seed: an int, or None for new numbers at each call.

    Raises:
        ValueError: for another mode or distribution, or a scale <= 0.

    Examples:
        >>> w = VarianceScaling(1.0, "fan_avg", "uniform", seed=1)((2, 4))
        >>> w.shape, bool(abs(w).max() <= 1)
        ((2, 4), True)
    """

    def __init__(self, scale=1.0, mode="fan_in", distribution="normal", seed=None):
        if scale <= 0:
            raise ValueError(f"VarianceScaling: scale should be positive, got {scale}.")
        self.scale = scale
        self.mode = _one_of("mode", mode, _MODES)
        self.distribution = _one_of("distribution", distribution, _DISTRIBUTIONS)
        self.seed = seed

    def __call__(self, shape, dtype=None):
        fan_in, fan_out = _compute_fans(shape)
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        stddev = math.sqrt(self.scale / max(1.0, n))
        if self.distribution == "uniform":
            limit = math.sqrt(3) * stddev
            return RandomUniform(-limit, limit, self.seed)(shape, dtype)
        if self.distribution == "untruncated_normal":
            return RandomNormal(0.0, stddev, self.seed)(shape, dtype)
        return TruncatedNormal(0.0, stddev / _TRUNCATED_STDDEV, self.seed)(shape, dtype)


def _one_of(name, value, choices, owner="VarianceScaling"):
    lowered = str(value).lower()
    if lowered not in choices:
        raise ValueError(f"{owner}: {name} should be one of {choices}, got {value!r}.")
    return lowered


def _compute_fans(shape, data_format="channels_last"):
    """Return how many inputs and outputs a unit has; a convolution's window counts in both."""
    if len(shape) == 2:
        return shape[0], shape[1]
    if len(shape) in (3, 4, 5):
        if data_format == "channels_first":
            return math.prod(shape[2:]) * shape[1], math.prod(shape[2:]) * shape[0]
        window = math.prod(shape[:-2])
        return window * shape[-2], window * shape[-1]
    return math.sqrt(math.prod(shape)), math.sqrt(math.prod(shape))


class LecunUniform(VarianceScaling):
    """Uniform draws of variance 1 / fan_in (LeCun et al., Efficient BackProp, 1998)."""

    def __init__(self, seed=None):
        super().__init__(1.0, "fan_in", "uniform", seed)


class LecunNormal(VarianceScaling):
    """Truncated normal draws of variance 1 / fan_in (LeCun et al., Efficient BackProp, 1998)."""

    def __init__(self, seed=None):
        super().__init__(1.0, "fan_in", "normal", seed)


class GlorotUniform(VarianceScaling):
    """Uniform draws of variance 2 / (fan_in + fan_out) (Glorot & Bengio, 2010)."""

    def __init__(self, seed=None):
        super().__init__(1.0, "fan_avg", "uniform", seed)


class GlorotNormal(VarianceScaling):
    """Truncated normal draws of variance 2 / (fan_in + fan_out) (Glorot & Bengio, 2010)."""

    def __init__(self, seed=None):
        super().__init__(1.0, "fan_avg", "normal", seed)


class HeUniform(VarianceScaling):
    """Uniform draws of variance 2 / fan_in (He et al., 2015)."""

    def __init__(self, seed=None):
        super().__init__(2.0, "fan_in", "uniform", seed)


class HeNormal(VarianceScaling):
    """Truncated normal draws of variance 2 / fan_in (He et al., 2015)."""

    def __init__(self, seed=None):
        super().__init__(2.0, "fan_in", "normal", seed)


# The classic functions return the general class, whose config every version of Keras 2 can read.
def lecun_uniform(seed=None):
    """Return the `VarianceScaling` with uniform draws of variance 1 / fan_in."""
    return VarianceScaling(1.0, "fan_in", "uniform", seed)


def lecun_normal(seed=None):
    """Return the `VarianceScaling` with truncated normal draws of variance 1 / fan_in."""
    return VarianceScaling(1.0, "fan_in", "normal", seed)


def glorot_uniform(seed=None):
    """Return the `VarianceScaling` with uniform draws of variance 2 / (fan_in + fan_out)."""
    return VarianceScaling(1.0, "fan_avg", "uniform", seed)


def glorot_normal(seed=None):
    """Return the `VarianceScaling` with truncated normal draws, variance 2 / (fan_in + fan_out)."""
    return VarianceScaling(1.0, "fan_avg", "normal", seed)


def he_uniform(seed=None):
    """Return the `VarianceScaling` with uniform draws of variance 2 / fan_in."""
    return VarianceScaling(2.0, "fan_in", "uniform", seed)


def he_normal(seed=None):
    """Return the `VarianceScaling` with truncated normal draws of variance 2 / fan_in."""
    return VarianceScaling(2.0, "fan_in", "normal", seed)


_FACTORIES = (lecun_uniform, lecun_normal, glorot_uniform, glorot_normal, he_uniform, he_normal)


class Orthogonal(Initializer):
    """A random matrix with orthonormal rows or columns, whichever are fewer (Saxe et al., 2013).

    For more than two axes, all but the last count as the rows.

    Args:
        gain: a factor.
        seed: an int, or None for new numbers at each call.

    Raises:
        ValueError: when called for a shape with less than two axes.
    """

    def __init__(self, gain=1.0, seed=None):
        self.gain = gain
        self.seed = seed

    def __call__(self, shape, dtype=None):
        if len(shape) < 2:
            raise ValueError(
                f"Orthogonal needs a shape with at least two axes, got {tuple(shape)}; "
                "use another initializer."
            )
        rows, columns = math.prod(shape[:-1]), shape[-1]
        size = max(rows, columns), min(rows, columns)
        draws = seed.generator(self.seed).standard_normal(size, dtype="float32")
        q, r = np.linalg.qr(draws.astype("float64") if str(dtype) == "float64" else draws)
        # QR leaves the signs open; with these, every orthogonal matrix is equally likely.
        q *= np.where(np.diag(r) < 0, -1, 1).astype(q.dtype)
        q = q if rows >= columns else q.T
        return _finish(q.dtype.type(self.gain) * q.reshape(shape), dtype)


class STFT(Initializer):
    """The kernel of a convolution along time that computes a short-time Fourier transform.

    It has the shape (frame's length, 1, transform's length // 2 + 1).

    Args:
        side: `"real"` for the cosines, `"imag"` for the sines, which are negative.
        window: the name of a window that SciPy has, such as `"hann"`, or None for none.
        scaling: `"density"` for a window whose squares sum to one, `"spectrum"` for one whose entries do, or None.
        periodic: whether the window is one period, else symmetric.

    Raises:
        ValueError: for another side, scaling or window, or when called for a shape that is none of such a kernel.

    Examples:
        >>> STFT(window=None)((4, 1, 3)).round()[:, 0, 2].tolist()
        [1.0, -1.0, 1.0, -1.0]
    """

    def __init__(self, side="real", window="hann", scaling="density", periodic=False):
        self.side = _one_of("side", side, ("real", "imag"), "STFT")
        self.window = window
        self.scaling = scaling and _one_of("scaling", scaling, ("density", "spectrum"), "STFT")
        self.periodic = periodic
        if window is not None:
            scipy.signal.get_window(window, 2)

    def __call__(self, shape, dtype=None):
        if len(shape) != 3 or shape[1] != 1 or shape[2] < 2:
            raise ValueError(
                f"STFT makes kernels of the shape (frame, 1, frequencies), with at least two frequencies, got "
                f"{tuple(shape)}; use it for a Conv1D of one channel."
            )
        length, frequencies = shape[0], shape[2]
        turns = np.outer(np.arange(length), np.arange(frequencies)) / (2 * (frequencies - 1))
        waves = np.cos(2 * np.pi * turns) if self.side == "real" else -np.sin(2 * np.pi * turns)
        kernel = waves * self._weights(length)[:, None]
        return kernel.reshape(shape).astype(_host_dtype(dtype))

    def _weights(self, length):
        """Return the window, scaled."""
        if self.window is None:
            return np.ones(length)
        window = scipy.signal.get_window(self.window, length, self.periodic)
        if self.scaling == "density":
            return window / np.sqrt(np.sum(window**2))
        return window / np.abs(np.sum(window)) if self.scaling == "spectrum" else window


# ------------------------------------------------------------------ names
zero = zeros = Zeros
one = ones = Ones
constant = Constant
uniform = random_uniform = RandomUniform
normal = random_normal = RandomNormal
truncated_normal = TruncatedNormal
variance_scaling = VarianceScaling
identity = IdentityInitializer = Identity
orthogonal = OrthogonalInitializer = Orthogonal
stft = STFTInitializer = STFT

_TABLE = registry.table_of(globals(), Initializer)


def pending(initializer, shape, dtype):
    """Return a large random weight's first value as a `Pending`, else None.

    Its seed is drawn now, so that the numbers are those that the initializer would return now.
    """
    draws = RandomNormal, RandomUniform, TruncatedNormal, VarianceScaling
    is_own = isinstance(initializer, draws) and _TABLE.get(type(initializer).__name__) is type(
        initializer
    )
    if not is_own or math.prod(shape) < _LARGE:
        return None
    seeded = copy.copy(initializer)
    seeded.seed = seed.draw() if initializer.seed is None else initializer.seed
    return Pending(shape, functools.partial(seeded, shape, dtype))


def serialize(initializer):
    """Return the config dict of an initializer, or the name of a function."""
    return registry.serialize(initializer)


def deserialize(config, custom_objects=None):
    """Return the initializer that `serialize` described, or that a name stands for.

    Raises:
        ValueError: for an unknown name.
    """
    found = registry.deserialize(config, _TABLE, "initializer", custom_objects)
    return found() if found in _FACTORIES else found


def get(identifier):
    """Return the initializer for a name, a config dict, a class, a function or an initializer.

    Raises:
        ValueError: for an unknown name or another type.

    Examples:
        >>> get("zeros")((2,)).tolist()
        [0.0, 0.0]
        >>> get("he_normal").scale
        2.0
    """
    return deserialize(identifier)
