"""The only rule for dtypes: how names are read, how data get one, how two are promoted.

The rule is the same on every backend: a float beats an integer and keeps its width, of two floats the
wider wins (float16 with bfloat16 gives float32), Python numbers never widen an array, and float64 data
from NumPy or Python become `floatx` unless a dtype is asked for.
"""

import numpy as np

from keras import config

FLOATS = {"float16": 16, "bfloat16": 16, "float32": 32, "float64": 64}
SIGNED = {"int8": 8, "int16": 16, "int32": 32, "int64": 64}
UNSIGNED = {"uint8": 8, "uint16": 16, "uint32": 32, "uint64": 64}
ALL = ("bool", *SIGNED, *UNSIGNED, *FLOATS, "complex64", "complex128")
_ALIASES = {"float": "floatx", "int": "int32", "half": "float16", "double": "float64"}


def standardize(dtype):
    """Return the name of a dtype given as a name, a NumPy or backend dtype, or None for `floatx`.

    Raises:
        ValueError: if it is no dtype this library knows.

    Examples:
        >>> import numpy as np
        >>> standardize(np.int64), standardize("float16"), standardize(None)
        ('int64', 'float16', 'float32')
    """
    if type(dtype) is str and dtype in ALL:
        return dtype
    if dtype is None:
        return config.floatx()
    # By identity: NumPy's float64 dtype is equal to the type `float`, which stands for `floatx`.
    if dtype is float or dtype is int or dtype is bool:
        dtype = dtype.__name__
    name = dtype if isinstance(dtype, str) else getattr(dtype, "name", None)
    if name is None:
        name = getattr(dtype, "__name__", str(dtype).rpartition(".")[2])
    name = _ALIASES.get(name, name)
    name = config.floatx() if name == "floatx" else name
    if name not in ALL:
        raise ValueError(f"dtype should be one of {ALL}, got {dtype!r}.")
    return name


_names = {}


def of(x):
    """Return the name of the dtype of an array (NumPy's or the backend's), a Variable or a symbolic tensor.

    Examples:
        >>> import numpy as np
        >>> of(np.zeros(2, "int32"))
        'int32'
    """
    dtype = x.dtype
    if type(dtype) is str:
        return dtype
    name = _names.get(dtype)
    if name is None:
        name = _names[dtype] = standardize(dtype)
    return name


def is_float(dtype):
    """Return whether the dtype named `dtype` is a real floating point one."""
    return dtype in FLOATS


def is_integer(dtype):
    """Return whether the dtype named `dtype` is a signed or unsigned integer one."""
    return dtype in SIGNED or dtype in UNSIGNED


def carries_gradients(dtype):
    """Return whether values of the dtype named `dtype` can be differentiated: floats and complex numbers."""
    return is_float(dtype) or dtype.startswith("complex")


def at_least_single(dtype=None):
    """Return the dtype to add up or update numbers in: `floatx` by default, float32 in place of half precision.

    Examples:
        >>> at_least_single("float16"), at_least_single("float64"), at_least_single()
        ('float32', 'float64', 'float32')
    """
    dtype = standardize(dtype)
    return "float32" if FLOATS.get(dtype, 32) < 32 else dtype


def of_data(x):
    """Return the dtype that data without a stated one get: float64 -> floatx, int64 -> int32."""
    if isinstance(x, bool | np.bool_):
        return "bool"
    if isinstance(x, int):
        return "int32"
    if isinstance(x, float):
        return config.floatx()
    name = of(x if hasattr(x, "dtype") else np.asarray(x))
    return {"float64": config.floatx(), "int64": "int32"}.get(name, name)


def result(*dtypes):
    """Return the dtype of a combination.

    Args:
        *dtypes: names, or the Python types `bool`, `int`, `float` for numbers, which never widen.

    Examples:
        >>> result("int32", float), result("float16", "int64"), result("float16", float)
        ('float32', 'float16', 'float16')
    """
    arrays = [d for d in dtypes if isinstance(d, str)]
    joined = "bool" if arrays else None
    for dtype in arrays:
        joined = dtype if joined == "bool" else _join(joined, dtype)
    for kind in (bool, int, float, complex):
        if kind in dtypes:
            joined = _join_number(joined, kind)
    return joined


def _join_number(dtype, kind):
    """Promote `dtype` by a Python number of type `kind`."""
    if kind is complex:
        return dtype if dtype and dtype.startswith("complex") else "complex64"
    if kind is float:
        has_fraction = dtype and (is_float(dtype) or dtype.startswith("complex"))
        return dtype if has_fraction else config.floatx()
    if kind is int:
        return "int32" if dtype in (None, "bool") else dtype
    return dtype or "bool"


def _join(a, b):
    """Promote two array dtypes."""
    if a == b or b == "bool":
        return a
    if a == "bool":
        return b
    for kind in ("complex", "float"):
        chosen = [d for d in (a, b) if kind in d]
        if len(chosen) == 1:
            return chosen[0]
        if chosen:
            return _wider_float(a, b) if kind == "float" else "complex128"
    return _join_integers(a, b)


def _wider_float(a, b):
    if FLOATS[a] == FLOATS[b]:
        return "float32"
    return max(a, b, key=FLOATS.get)


def _join_integers(a, b):
    widths = {**SIGNED, **UNSIGNED}
    if (a in SIGNED) == (b in SIGNED):
        return max(a, b, key=widths.get)
    signed, unsigned = (a, b) if a in SIGNED else (b, a)
    if SIGNED[signed] > UNSIGNED[unsigned]:
        return signed
    return f"int{2 * UNSIGNED[unsigned]}" if UNSIGNED[unsigned] < 64 else config.floatx()
