"""Functions in configs: by name, or for lambdas by their code, read only where it is trusted."""

import base64
import contextlib
import marshal
import platform
import threading
import types

import numpy as np

from keras import backend as K
from keras import ops
from keras.registry import Own, find_custom


class _Trust(threading.local):
    def __init__(self):
        self.depth = 0


_trust = _Trust()


@contextlib.contextmanager
def trusted():
    """Let configs bring code of their own in a `with` block: it runs with this process's rights."""
    _trust.depth += 1
    try:
        yield
    finally:
        _trust.depth -= 1


def func_dump(func):
    """Return a Python function's code, in base64, its defaults, and the values of its closure.

    Examples:
        >>> func_load(func_dump(lambda x: x + 1))(2)
        3
    """
    text = base64.b64encode(marshal.dumps(func.__code__)).decode("ascii")
    closure = tuple(cell.cell_contents for cell in func.__closure__ or ())
    return text, func.__defaults__, closure or None


def func_load(code, defaults=None, closure=None, globs=None):
    """Return a Python function from what `func_dump` returned, as one triple or in three arguments.

    Args:
        globs: the names the function sees, by default `K`, `ops` and `np`.

    Raises:
        ValueError: if the code is damaged or of another version of Python.
    """
    if isinstance(code, list | tuple):
        code, defaults, closure = code
    if globs is None:
        globs = {"K": K, "np": np, "ops": ops, "__builtins__": __builtins__}
    try:
        compiled = marshal.loads(base64.b64decode(code))
    except (ValueError, EOFError, TypeError, SystemError) as error:
        raise _not_of_this_python() from error
    if not isinstance(compiled, types.CodeType):
        raise _not_of_this_python()
    cells = tuple(types.CellType(value) for value in closure or ())
    defaults = None if defaults is None else tuple(defaults)
    return types.FunctionType(compiled, globs, compiled.co_name, defaults, cells)


def _not_of_this_python():
    return ValueError(
        f"The function's code is damaged or was written by another version of Python than {platform.python_version()}. "
        "Load the file with the Python that wrote it, or build the model in code and use load_weights."
    )


def describe(value):
    """Return how a config holds a value, and its kind: "function", "lambda" or "raw"."""
    if isinstance(value, types.LambdaType) and value.__name__ == "<lambda>":
        text, *rest = func_dump(value)
        return (Own(text, value), *rest), "lambda"
    if callable(value):
        return value.__name__, "function"
    return value, "raw"


def restore(value, kind, layer_name):
    """Return what `describe` was given.

    Raises:
        ValueError: for a name that is not known, or for code that is not trusted.
    """
    if kind == "function" and isinstance(value, str):
        found = find_custom(value)
        if found is None:
            raise ValueError(
                f"Layer {layer_name!r} (Lambda) uses the function {value!r}, which is not known "
                f"here; pass custom_objects={{{value!r}: {value}}}."
            )
        return found
    if kind != "lambda" or callable(value):
        return value
    if isinstance(value, list | tuple) and value and isinstance(value[0], Own):
        return value[0].value
    if not _trust.depth:
        raise ValueError(
            f"Layer {layer_name!r} (Lambda) holds Python code, which is not run by default. If you "
            "trust where it comes from, pass safe_mode=False; better, use a named function and "
            "custom_objects."
        )
    return func_load(value)
