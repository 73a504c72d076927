"""The rules of docs/architecture.md that a program can check, read off the source by `ast`.

Each checker takes sources and returns the faults it finds, a line each; the last part of this file feeds bad
sources to every one of them.
"""

import ast
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# From the ground up: a module may import from its own storey and from those below it.
# `a.b` means that module and all within it, `a.b.*` only what is within it.
STOREYS = {
    "settings": ["keras._version", "keras.config", "keras.dtype_policies"],
    "backend": ["keras.backend.*"],
    "ops": ["keras.ops"],
    "K": ["keras.backend", "keras.backend.classic", "keras.backend.session"],
    "names": ["keras.registry"],
    "tools": ["keras.utils.*"],
    "families": [
        "keras.activations",
        "keras.constraints",
        "keras.initializers",
        "keras.losses",
        "keras.metrics",
        "keras.regularizers",
    ],
    "layers": ["keras.layers"],
    "optimizers, callbacks": ["keras.optimizers", "keras.callbacks"],
    "training": ["keras.training"],
    "saving": ["keras.saving"],
    "models": ["keras.models"],
    "the rest": [
        "keras.applications",
        "keras.datasets",
        "keras.mixed_precision",
        "keras.preprocessing",
        "keras.utils",
        "keras.wrappers",
    ],
    "legacy": ["keras.legacy"],
    "the public names": ["keras"],
}

# What a function may import for itself, because a user may have to do without it.
OPTIONAL = {"google", "matplotlib", "mlxtend", "pandas", "pydot", "sklearn", "tensorboard"}

BACKEND_NAMES = set(
    "cntk jax jaxlib jnp onnx onnxruntime pytensor tensorflow tf theano torch".split()
)

FILE_LINES = 900
FUNCTION_LINES = 40


@dataclass
class Source:
    """One module: its dotted name, its text, and whether it is a package's `__init__`."""

    name: str
    text: str
    is_package: bool = False

    def __post_init__(self):
        self.tree = ast.parse(self.text)


def read(package):
    """Every module of a package on disk, by name."""
    sources = {}
    for path in sorted((ROOT / package).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if is_package else parts)
        sources[name] = Source(name, path.read_text(encoding="utf8"), is_package)
    return sources


# ---------------------------------------------------------------------------------- the checkers


def imports(source):
    """(line, module, name or None) of each import statement, relative ones made absolute."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = absolute(source, node)
            yield from ((node.lineno, base, alias.name) for alias in node.names)


def absolute(source, node):
    """The dotted module that a `from ... import` names."""
    if not node.level:
        return node.module
    parts = source.name.split(".")
    parts = parts[: len(parts) - node.level + source.is_package]
    return ".".join([*parts, *([node.module] if node.module else [])])


def edges(sources):
    """{module: {(line, module of ours that it imports)}}."""
    found = {name: set() for name in sources}
    for source in sources.values():
        for line, module, name in imports(source):
            within = f"{module}.{name}"
            target = within if within in sources else module
            if target in sources and target != source.name:
                found[source.name].add((line, target))
    return found


def storey(module, storeys=STOREYS):
    """The index of the storey that a module lives on, by the most specific entry; None if none."""
    levels = {entry: i for i, entries in enumerate(storeys.values()) for entry in entries}
    if module in levels:
        return levels[module]
    parts = module.split(".")
    for n in range(len(parts) - 1, 0, -1):
        parent = ".".join(parts[:n])
        for entry in (f"{parent}.*", parent):
            if entry in levels:
                return levels[entry]
    return None


def upward_imports(sources):
    """Imports from a higher storey."""
    names = list(STOREYS)
    return [
        f"{module}:{line} ({names[storey(module)]}) imports {target} ({names[storey(target)]})"
        for module, targets in edges(sources).items()
        for line, target in sorted(targets)
        if storey(target) > storey(module)
    ]


def cycles(sources):
    """Import cycles, one for each module from which a path leads back to itself."""
    graph = {module: {target for _, target in found} for module, found in edges(sources).items()}
    return [" -> ".join(path) for module in graph if (path := way_back(graph, module))]


def way_back(graph, start):
    """The shortest path from a module to itself, or None."""
    paths, seen = [[start]], set()
    for path in paths:
        for following in sorted(graph[path[-1]]):
            if following == start:
                return [*path, start]
            if following not in seen:
                seen.add(following)
                paths.append([*path, following])
    return None


def late_imports(sources):
    """Imports that are not statements of the module itself, unless of something optional."""
    faults = []
    for source in sources.values():
        early = {
            node.lineno
            for node in source.tree.body
            if isinstance(node, ast.Import | ast.ImportFrom)
        }
        faults += [
            f"{source.name}:{line} imports {module} away from the file's top"
            for line, module, _ in imports(source)
            if line not in early and module.split(".")[0] not in OPTIONAL
        ]
    return faults


def long_files(sources):
    """Files over the cap."""
    lengths = {source.name: len(source.text.splitlines()) for source in sources.values()}
    return [
        f"{name} has {n} lines, at most {FILE_LINES}"
        for name, n in lengths.items()
        if n > FILE_LINES
    ]


def long_functions(sources):
    """Functions whose body, without the docstring, is over the cap."""
    return [
        f"{source.name}:{node.lineno} {node.name} has {length} lines, at most {FUNCTION_LINES}"
        for source in sources.values()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := body_length(node)) > FUNCTION_LINES
    ]


def body_length(function):
    """Lines from the first statement after the docstring to the last one."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return function.end_lineno - body[0].lineno + 1 if body else 0


def backend_names(sources):
    """A backend's name, as a name or in an import, outside `keras.backend`."""
    return [
        f"{source.name}:{node.lineno} names the backend {name!r}; ask a capability in its place"
        for source in sources.values()
        if not source.name.startswith("keras.backend")
        for node in ast.walk(source.tree)
        for name in identifiers(node)
        if name in BACKEND_NAMES
    ]


def identifiers(node):
    """The names that a node of the syntax tree brings in or uses."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
            return [name]
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Import(names=aliases):
            return [part for alias in aliases for part in f"{alias.name}.{alias.asname}".split(".")]
        case ast.ImportFrom(module=module, names=aliases):
            parts = (module or "").split(".")
            return [*parts, *(name for alias in aliases for name in (alias.name, alias.asname))]
    return []


def unsorted_exports(sources):
    """`__all__` in another order than that of `sorted`."""
    faults = []
    for source in sources.values():
        for node in source.tree.body:
            match node:
                case ast.Assign(
                    targets=[ast.Name(id="__all__")], value=ast.List() | ast.Tuple() as listed
                ):
                    names = [element.value for element in listed.elts]
                    wrong = next((b for a, b in pairwise(names) if a >= b), None)
                    if wrong is not None:
                        faults.append(f"{source.name}: __all__ is out of order at {wrong!r}")
    return faults


def unplaced(sources):
    """Modules for which STOREYS has no place."""
    return [f"{name} has no storey" for name in sources if storey(name) is None]


CHECKERS = [
    unplaced,
    upward_imports,
    cycles,
    late_imports,
    long_files,
    long_functions,
    backend_names,
    unsorted_exports,
]


@pytest.mark.parametrize("checker", CHECKERS, ids=lambda checker: checker.__name__)
def test_the_library_keeps_the_rule(checker):
    faults = checker(read("keras"))
    assert not faults, "\n".join(["", *faults])


def test_the_library_is_there_to_be_checked():
    sources = read("keras")
    assert {"keras", "keras.config", "keras.layers", "keras.ops"} <= set(sources)
    assert edges(sources)["keras.layers.core"], "the imports of a known module are found"


# ----------------------------------------------------------------------- the checkers themselves


def sources_of(**texts):
    """Sources by name; `__` stands for a dot, and a name that others extend is a package."""
    names = [name.replace("__", ".") for name in texts]
    packages = {name for name in names if any(other.startswith(f"{name}.") for other in names)}
    return {
        name: Source(name, text, name in packages)
        for name, text in zip(names, texts.values(), strict=True)
    }


BAD = {
    "unplaced": (unplaced, {"other__thing": ""}, "other.thing has no storey"),
    "upward": (
        upward_imports,
        {"keras__ops": "from keras import layers", "keras__layers": ""},
        "keras.ops:1 (ops) imports keras.layers (layers)",
    ),
    "upward, of a name": (
        upward_imports,
        {"keras__losses": "\nfrom keras.layers.core import Dense", "keras__layers__core": ""},
        "keras.losses:2 (families) imports keras.layers.core (layers)",
    ),
    "upward, relative": (
        upward_imports,
        {
            "keras__backend__graph": "from ..ops import core",
            "keras__ops": "",
            "keras__ops__core": "",
        },
        "keras.backend.graph:1 (backend) imports keras.ops.core (ops)",
    ),
    "upward, within a function": (
        upward_imports,
        {"keras__config": "def f():\n    import keras.ops", "keras__ops": ""},
        "keras.config:2 (settings) imports keras.ops (ops)",
    ),
    "a backend below K": (
        upward_imports,
        {"keras__backend": "", "keras__backend__graph": "from keras.backend import function"},
        "keras.backend.graph:1 (backend) imports keras.backend (K)",
    ),
    "cycle": (
        cycles,
        {
            "keras__a": "from keras import b",
            "keras__b": "import keras.c",
            "keras__c": "from keras.a import x",
        },
        "keras.a -> keras.b -> keras.c -> keras.a",
    ),
    "cycle within a package": (
        cycles,
        {"keras__p": "from .q import x", "keras__p__q": "from . import y"},
        "keras.p -> keras.p.q -> keras.p",
    ),
    "late": (
        late_imports,
        {"keras__a": "def f():\n    import json"},
        "keras.a:2 imports json away from the file's top",
    ),
    "late, in a try": (
        late_imports,
        {"keras__a": "try:\n    from yaml import load\nexcept ImportError:\n    load = None"},
        "keras.a:2 imports yaml away from the file's top",
    ),
    "long file": (long_files, {"keras__a": "\n" * 901}, "keras.a has 901 lines, at most 900"),
    "long function": (
        long_functions,
        {"keras__a": "def f():\n    '''Short.\n\n    Long.\n    '''\n" + "    x = 1\n" * 41},
        "keras.a:1 f has 41 lines, at most 40",
    ),
    "long method": (
        long_functions,
        {"keras__a": "class A:\n    def f(self):\n" + "        x = 1\n" * 41},
        "keras.a:2 f has 41 lines, at most 40",
    ),
    "backend imported": (
        backend_names,
        {"keras__layers": "from jax import numpy"},
        "keras.layers:1 names the backend 'jax'; ask a capability in its place",
    ),
    "backend imported as a module of ours": (
        backend_names,
        {"keras__layers": "import keras.backend.torch as t"},
        "keras.layers:1 names the backend 'torch'; ask a capability in its place",
    ),
    "backend used": (
        backend_names,
        {"keras__layers": "\nx = compute.jnp.sum"},
        "keras.layers:2 names the backend 'jnp'; ask a capability in its place",
    ),
    "unsorted": (
        unsorted_exports,
        {"keras__a": "__all__ = ['Dense', 'add', 'Adam']"},
        "keras.a: __all__ is out of order at 'Adam'",
    ),
    "twice": (
        unsorted_exports,
        {"keras__a": "__all__ = ('a', 'a')"},
        "keras.a: __all__ is out of order at 'a'",
    ),
}


@pytest.mark.parametrize(("checker", "texts", "fault"), BAD.values(), ids=BAD)
def test_a_fault_is_found(checker, texts, fault):
    assert fault in checker(sources_of(**texts))


GOOD = {
    "downward": {"keras__layers": "from keras import ops", "keras__ops": ""},
    "same storey": {
        "keras__layers__core": "from keras.layers import base",
        "keras__layers__base": "",
    },
    "K above ops": {
        "keras__backend": "from keras import ops",
        "keras__ops": "from keras.backend import graph",
        "keras__backend__graph": "",
    },
    "optional, late": {"keras__utils__plots": "def draw():\n    import matplotlib.pyplot"},
    "not ours, early": {"keras__layers": "import json\nimport numpy as np"},
    "backend in its place": {"keras__backend__jax": "import jax"},
    "backend in a text": {"keras__config": "DEFAULT = 'jax'"},
    "at the caps": {"keras__config": "def f():\n" + "    x = 1\n" * 40 + "\n" * 859},
    "sorted": {"keras__config": "__all__ = ['Adam', 'Dense', 'add']"},
}


@pytest.mark.parametrize("texts", GOOD.values(), ids=GOOD)
def test_nothing_is_found_where_there_is_no_fault(texts):
    assert [fault for checker in CHECKERS for fault in checker(sources_of(**texts))] == []
