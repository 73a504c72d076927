"""The configuration: keras.json, floatx, epsilon, image data format and the name of the backend.

The file is `$KERAS_HOME/keras.json`, by default `~/.keras/keras.json`; where that folder cannot be
made, `/tmp/.keras` takes its place. The environment variable `KERAS_BACKEND` overrides the file's backend.
"""

import importlib.util
import json
import os
import tempfile
import warnings
from pathlib import Path

DEFAULTS = {
    "image_data_format": "channels_last",
    "epsilon": 1e-07,
    "floatx": "float32",
    "backend": "jax",
}
FLOATS = ("float16", "bfloat16", "float32", "float64")
# {policy of mixed precision: what is computed in}; weights are float32.
MIXED = {"mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}
DATA_FORMATS = ("channels_last", "channels_first")

# The module each backend needs and the extra that installs it.
BACKENDS = {
    "jax": ("jax", "keras"),
    "tensorflow": ("tensorflow", "keras[tensorflow]"),
    "torch": ("torch", "keras[torch]"),
}


def home():
    """Return the folder of all Keras data, made if need be.

    Returns:
        A `pathlib.Path`: `$KERAS_HOME`, else `~/.keras`, else the temporary folder's `.keras`.
    """
    wanted = Path(os.environ.get("KERAS_HOME") or Path("~/.keras").expanduser())
    try:
        wanted.mkdir(parents=True, exist_ok=True)
        if os.access(wanted, os.W_OK):
            return wanted
    except OSError:
        pass  # The fallback below is the documented answer to a folder that cannot be made.
    fallback = Path("/tmp" if os.path.isdir("/tmp") else tempfile.gettempdir()) / ".keras"
    fallback.mkdir(parents=True, exist_ok=True)
    return fallback


def _is_positive_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


_VALID = {
    "image_data_format": (lambda v: v in DATA_FORMATS, f"one of {DATA_FORMATS}"),
    "epsilon": (_is_positive_number, "a positive number"),
    "floatx": (lambda v: v in FLOATS, f"one of {FLOATS}"),
    "backend": (lambda v: isinstance(v, str), "a string"),
}


def _fault_of(settings):
    """Describe the first fault of a parsed keras.json, or return None."""
    if not isinstance(settings, dict):
        return f"it should hold an object {{...}}, it holds a {type(settings).__name__}"
    for key, (is_valid, wanted) in _VALID.items():
        if key in settings and not is_valid(settings[key]):
            return f"{key!r} should be {wanted}, it is {settings[key]!r}"
    return None


def _read(path):
    """Return the settings in `path` over the defaults; a broken file warns and counts as empty."""
    try:
        settings = json.loads(path.read_text(encoding="utf8"))
        fault = _fault_of(settings)
    except (OSError, ValueError) as error:
        fault = str(error)
    if fault:
        warnings.warn(
            f"The configuration file {path} is broken: {fault}. The defaults apply; "
            "mend the file, or delete it to have it made anew.",
            stacklevel=2,
        )
        return dict(DEFAULTS)
    return {**DEFAULTS, **settings}


def _write_defaults(path):
    try:
        path.write_text(json.dumps(DEFAULTS, indent=4) + "\n", encoding="utf8")
    except OSError as error:
        warnings.warn(f"Could not write {path}: {error}. The defaults apply.", stacklevel=2)


def _load():
    path = home() / "keras.json"
    if path.exists():
        return _read(path)
    _write_defaults(path)
    return dict(DEFAULTS)


def _is_installed(name):
    return name in BACKENDS and importlib.util.find_spec(BACKENDS[name][0]) is not None


def _choose_backend(settings):
    """Return the backend's name: that of `KERAS_BACKEND`, else that of keras.json, else the default."""
    wanted = os.environ.get("KERAS_BACKEND")
    if wanted:
        if wanted not in BACKENDS:
            raise ValueError(
                f"KERAS_BACKEND={wanted!r} names no backend of this version; "
                f"set it to one of {sorted(BACKENDS)}."
            )
        if not _is_installed(wanted):
            module, extra = BACKENDS[wanted]
            raise ImportError(
                f"KERAS_BACKEND={wanted!r} needs the package {module!r}, which is not installed. "
                f"Install it with: pip install '{extra}'"
            )
        return wanted
    wanted = settings["backend"]
    if not _is_installed(wanted):
        warnings.warn(
            f"keras.json names the backend {wanted!r}, which is not available here; "
            f"{DEFAULTS['backend']!r} is used. Available backends: {sorted(BACKENDS)}.",
            stacklevel=2,
        )
        return DEFAULTS["backend"]
    return wanted


_settings = _load()
_backend = _choose_backend(_settings)
# What has no place in the file.
_given = {"dtype_policy": None}


def backend():
    """Return the name of the backend in use, such as `"jax"`."""
    return _backend


def floatx():
    """Return the default float dtype, such as `"float32"`."""
    return _settings["floatx"]


def set_floatx(floatx):
    """Set the default float dtype.

    Args:
        floatx: `"float16"`, `"bfloat16"`, `"float32"` or `"float64"`.

    Raises:
        ValueError: for any other value.
    """
    _set("floatx", str(floatx))


class DTypePolicy:
    """A pair of dtypes: of a layer's weights, and of what it computes from them.

    Args:
        name: `"mixed_bfloat16"` or `"mixed_float16"`, by which weights are float32 and all else has 16 bits; or one
            dtype for both, such as `"float32"` or `"bfloat16"`.

    Attributes:
        name: the name given.
        compute_dtype: of a layer's inputs, outputs and what lies between.
        variable_dtype: of its weights.

    Raises:
        ValueError: if `name` is no string or an unknown mixed policy.

    Examples:
        >>> policy = DTypePolicy("mixed_bfloat16")
        >>> policy.compute_dtype, policy.variable_dtype
        ('bfloat16', 'float32')
    """

    def __init__(self, name):
        if not isinstance(name, str) or (name.startswith("mixed") and name not in MIXED):
            raise ValueError(
                f"A dtype policy should be one of {sorted(MIXED)} or a dtype such as 'float32', got {name!r}."
            )
        self.name = name
        self.compute_dtype = MIXED.get(name, name)
        self.variable_dtype = "float32" if name in MIXED else name

    @property
    def is_mixed(self):
        """Whether weights are kept in another dtype than that which is computed in."""
        return self.compute_dtype != self.variable_dtype

    def get_config(self):
        """Return the constructor's arguments."""
        return {"name": self.name}

    @classmethod
    def from_config(cls, config):
        """Return the policy that `get_config` described."""
        return cls(**config)

    def __eq__(self, other):
        return isinstance(other, DTypePolicy) and self.name == other.name

    def __hash__(self):
        return hash(self.name)

    def __repr__(self):
        return f'<DTypePolicy "{self.name}">'


def dtype_policy():
    """Return the dtype policy of the layers to come: the one set, else that of `floatx`.

    Returns:
        A `keras.dtype_policies.DTypePolicy`.

    Examples:
        >>> dtype_policy()
        <DTypePolicy "float32">
    """
    return given_dtype_policy() or DTypePolicy(floatx())


def given_dtype_policy():
    """Return the dtype policy that was set and says something else than `floatx`, or None."""
    policy = _given["dtype_policy"]
    return None if policy is None or policy.name == floatx() else policy


def set_dtype_policy(policy):
    """Set the dtype policy of the layers to come, which convert their floating inputs to its compute dtype.

    Args:
        policy: `"mixed_bfloat16"`, `"mixed_float16"`, a float dtype's name, or a `DTypePolicy`.

    Raises:
        ValueError: for anything else.

    Examples:
        >>> set_dtype_policy("mixed_bfloat16")
        >>> dtype_policy().compute_dtype
        'bfloat16'
        >>> set_dtype_policy("float32")
    """
    policy = policy if isinstance(policy, DTypePolicy) else DTypePolicy(policy)
    if not policy.is_mixed and policy.name not in FLOATS:
        raise ValueError(
            f"The dtype policy should be one of {[*MIXED, *FLOATS]}, got {policy.name!r}."
        )
    _given["dtype_policy"] = policy


def epsilon():
    """Return the small number that guards divisions and logarithms."""
    return _settings["epsilon"]


def set_epsilon(epsilon):
    """Set the small number that guards divisions and logarithms.

    Args:
        epsilon: a positive number.

    Raises:
        ValueError: for anything else.
    """
    _set("epsilon", epsilon)


def image_data_format():
    """Return the default layout of images: `"channels_last"` or `"channels_first"`."""
    return _settings["image_data_format"]


def set_image_data_format(data_format):
    """Set the default layout of images.

    Args:
        data_format: `"channels_last"` or `"channels_first"`.

    Raises:
        ValueError: for any other value.
    """
    _set("image_data_format", str(data_format))


def _set(key, value):
    is_valid, wanted = _VALID[key]
    if not is_valid(value):
        raise ValueError(f"{key} should be {wanted}, got {value!r}.")
    _settings[key] = value


def normalize_data_format(value):
    """Return `value` as a data format, the configured one for None.

    Raises:
        ValueError: if `value` is neither None nor a data format.
    """
    data_format = image_data_format() if value is None else str(value).lower()
    if data_format not in DATA_FORMATS:
        raise ValueError(f"data_format should be one of {DATA_FORMATS}, got {value!r}.")
    return data_format
