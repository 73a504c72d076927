"""Names and configs: how an object is found by its name, and described by a plain dict that makes it again."""

import contextlib
import difflib
import inspect
import threading

import numpy as np

from keras.backend import nest
from keras.backend.variable import Variable

_custom_objects = {}

# {class or function: name} of those that were registered under a package.
_registered_names = {}


class _Scopes(threading.local):
    def __init__(self):
        self.stack = []


_scopes = _Scopes()


class Own(str):
    """A text in a config that, in this process, knows what it stands for: a lambda's name or code, a user's class.

    Where a config did not leave the process it makes the very same again. What is read from a file, JSON, YAML or a
    pickle is plain text, whatever it says.

    Examples:
        >>> double = lambda x: x * 2
        >>> lookup(serialize(double), {}, "activation") is double
        True
    """

    def __new__(cls, text, value):
        self = super().__new__(cls, text)
        self.value = value
        return self

    def __deepcopy__(self, memo):
        return self

    def __reduce__(self):
        return str, (str(self),)


def get_custom_objects():
    """Return the dict of the user's own objects that every lookup by name consults.

    Examples:
        >>> get_custom_objects()["double"] = lambda x: x * 2
        >>> lookup("double", {}, "activation")(3)
        6
    """
    return _custom_objects


@contextlib.contextmanager
def custom_object_scope(*objects):
    """Make the user's own objects known by name within a `with` block.

    Args:
        *objects: dicts from names to classes or functions.
    """
    _scopes.stack.append({name: value for each in objects for name, value in each.items()})
    try:
        yield
    finally:
        _scopes.stack.pop()


class CustomObjectScope:
    """The classic spelling of `custom_object_scope`: `with CustomObjectScope({"Name": Name}):`."""

    def __init__(self, *objects):
        self._context = custom_object_scope(*objects)

    def __enter__(self):
        self._context.__enter__()
        return self

    def __exit__(self, *exception):
        self._context.__exit__(*exception)


def register_keras_serializable(package="Custom", name=None):
    """Return a decorator that makes a class or function of your own known to every lookup, and to files.

    Args:
        package: what keeps its name apart from others' of the same name.
        name: its name in files, by default its own.

    Examples:
        >>> @register_keras_serializable("Shapes")
        ... def halve(x):
        ...     return x / 2
        >>> registered_name(halve), lookup("Shapes>halve", {}, "activation")(4)
        ('Shapes>halve', 2.0)
    """

    def register(value):
        full_name = f"{package}>{name or value.__name__}"
        _custom_objects[full_name] = value
        _registered_names[value] = full_name
        return value

    return register


def registered_name(value):
    """Return the name of a class or function in files: with its package if it was registered under one."""
    return _registered_names.get(value, value.__name__)


def is_own(value):
    """Return whether a class or function, or an object's class, is this library's."""
    return str(getattr(value, "__module__", "")).partition(".")[0] == "keras"


def find_custom(name, custom_objects=None):
    """Return the user's own object called `name`, or None; `"package>name"` is also found as `"name"`."""
    tables = (custom_objects or {}, *reversed(_scopes.stack), _custom_objects)
    for key in dict.fromkeys((name, str(name).rpartition(">")[2])):
        for table in tables:
            if key in table:
                return table[key]
    return None


def lookup(name, table, kind, custom_objects=None):
    """Return the object called `name`.

    Args:
        name: a string.
        table: `{name: object}` of the library's own.
        kind: what is looked up, for the error: "layer", "loss" ...
        custom_objects: more of the user's own objects, which come first.

    Raises:
        ValueError: if there is none, naming the closest names.
    """
    if isinstance(name, Own):
        return name.value
    custom = find_custom(name, custom_objects)
    if custom is not None:
        return custom
    if name in table:
        return table[name]
    if name in _FOREIGN:
        raise ValueError(
            f"Unknown {kind}: {name!r} holds a model of another framework, whose code is not run here. Put a class of "
            "your own in its place, by `custom_objects`."
        )
    close = difflib.get_close_matches(str(name), table, n=3) or sorted(table)[:8]
    raise ValueError(
        f"Unknown {kind}: {name!r}. Known are for example {', '.join(map(repr, close))}; "
        "your own go into `custom_objects` or a CustomObjectScope."
    )


# Layers of Keras 3.
_FOREIGN = frozenset({"FlaxLayer", "JaxLayer", "TFSMLayer", "TorchModuleWrapper"})


def deserialize(identifier, table, kind, custom_objects=None):
    """Return the object that a name, a `{"class_name", "config"}` dict, a class or an object stands for.

    Raises:
        ValueError: if the name is unknown or the identifier of another type.
    """
    if isinstance(identifier, dict):
        if not isinstance(identifier.get("class_name"), str):
            raise ValueError(
                f"A {kind} given as a dict needs the key 'class_name', got the keys {list(identifier)}."
            )
        cls = lookup(identifier["class_name"], table, kind, custom_objects)
        config = identifier.get("config", {})
        with custom_object_scope(custom_objects or {}):
            return cls.from_config(config) if hasattr(cls, "from_config") else cls(**config)
    if isinstance(identifier, str):
        found = lookup(identifier, table, kind, custom_objects)
        return found() if inspect.isclass(found) else found
    if inspect.isclass(identifier):
        return identifier()
    if callable(identifier) or hasattr(identifier, "get_config"):
        return identifier
    raise ValueError(
        f"A {kind} should be a name, a function, an object or a config dict, got {identifier!r}."
    )


def serialize(x):
    """Return the name of a function, or the `{"class_name", "config"}` dict of a configurable object; None for None."""
    if x is None:
        return None
    if hasattr(x, "get_config"):
        kind = type(x)
        name = registered_name(kind)
        return {"class_name": name if is_own(kind) else Own(name, kind), "config": x.get_config()}
    if getattr(x, "__name__", None) is None:
        raise ValueError(
            f"{x!r} has neither get_config nor a __name__ and cannot be described by a config."
        )
    name = registered_name(x)
    return Own(name, x) if name == "<lambda>" else name


def plain(value):
    """Return a config value made of numbers, strings, lists and dicts alone.

    Examples:
        >>> plain((1, np.float32(0.5), {"a": np.array([1, 2])}))
        [1, 0.5, {'a': [1, 2]}]
    """
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, Variable):
        return value.numpy().tolist()
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return serialize(value)


class Configurable:
    """A class whose config is read from its constructor's signature.

    `get_config` returns every argument of the constructor: the attribute of the same name if there is one, else what
    was passed. `from_config` passes them back. Either may be overridden.

    Examples:
        >>> class Scale(Configurable):
        ...     def __init__(self, factor, offset=0):
        ...         self.factor = factor
        >>> Scale(2).get_config()
        {'factor': 2, 'offset': 0}
        >>> Scale.from_config({"factor": 3}).factor
        3
    """

    # Arguments that a config leaves out.
    _not_in_config = frozenset()

    def __new__(cls, *args, **kwargs):
        self = super().__new__(cls)
        self.__dict__["_init_args"] = args, kwargs
        return self

    def get_config(self):
        """Return the constructor's arguments as a dict of plain values."""
        return {
            name: plain(self.__dict__.get(name, value))
            for name, value in self._arguments().items()
            if name not in self._not_in_config
        }

    @classmethod
    def from_config(cls, config):
        """Return an object made from what `get_config` returned."""
        return cls(**config)

    def _arguments(self):
        """Return the constructor's arguments by name, defaults included."""
        args, kwargs = self._init_args
        bound = inspect.signature(type(self).__init__).bind(self, *args, **kwargs)
        bound.apply_defaults()
        arguments = {}
        for name, parameter in list(bound.signature.parameters.items())[1:]:
            if parameter.kind is parameter.VAR_KEYWORD:
                arguments.update(bound.arguments[name])
            elif parameter.kind is not parameter.VAR_POSITIONAL:
                arguments[name] = bound.arguments[name]
            elif bound.arguments[name]:
                # They are passed on: their names are those in the constructor of the class below.
                arguments.update(zip(self._names_below(), bound.arguments[name], strict=False))
        return arguments

    def _names_below(self):
        """Return the names of what the constructor takes that the class's own one overrides."""
        constructors = [
            vars(cls)["__init__"] for cls in type(self).__mro__ if "__init__" in vars(cls)
        ]
        return list(inspect.signature(constructors[1]).parameters)[1:]


def table_of(namespace, *bases):
    """Return `{name: object}` of a module's public functions and of its classes derived from `bases`.

    Args:
        namespace: a module's `globals()`.
        *bases: the classes whose descendants count.
    """
    return {
        name: value
        for name, value in namespace.items()
        if not name.startswith("_")
        and getattr(value, "__module__", None) == namespace["__name__"]
        and (not inspect.isclass(value) or issubclass(value, bases))
    }


def flat_names(structure):
    """Return the names of the leaves of a nest, for messages."""
    return [getattr(leaf, "name", str(leaf)) for leaf in nest.flatten(structure)]
