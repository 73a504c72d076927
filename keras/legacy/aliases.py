"""Old import paths, as a table: importable, resolved when a name is asked for, and forwarding assignments."""

import importlib
import sys
import types
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec

# Old module: where its names are found now, in this order. Modules that are really there come first in any case.
MODULES = {
    "keras.applications.mobilenetv2": "keras.applications.mobilenet_v2",
    "keras.backend.cntk_backend": "keras.backend",
    "keras.backend.common": "keras.backend keras.legacy.backend",
    "keras.backend.load_backend": "keras.backend",
    "keras.backend.tensorflow_backend": "keras.backend keras.utils.generic_utils keras.legacy.backend",
    "keras.backend.theano_backend": "keras.backend",
    "keras.engine": "keras.layers keras.models keras.utils",
    "keras.engine.base_layer": "keras.layers keras.legacy.nodes keras.backend.graph keras.utils.generic_utils",
    "keras.engine.input_layer": "keras.layers keras.legacy.nodes keras.backend.graph keras.utils.generic_utils",
    "keras.engine.network": (
        "keras.models keras.layers keras.legacy.nodes keras.backend.graph keras.utils.generic_utils"
    ),
    "keras.engine.saving": "keras.models keras.utils.io_utils keras.saving keras.legacy.hdf5",
    "keras.engine.sequential": "keras.models keras.layers",
    "keras.engine.topology": (
        "keras.layers keras.models keras.legacy.nodes keras.backend.graph keras.utils.generic_utils "
        "keras.utils.layer_utils keras.legacy.hdf5"
    ),
    "keras.engine.training": "keras.models keras.layers keras.utils.generic_utils",
    "keras.engine.training_arrays": "keras.utils.generic_utils keras.utils",
    "keras.engine.training_generator": "keras.utils.generic_utils keras.utils",
    "keras.engine.training_utils": "keras.utils.generic_utils",
    "keras.layers.cudnn_recurrent": "keras.layers",
    "keras.objectives": "keras.losses",
    "keras.utils.conv_utils": "keras.legacy.helpers keras.utils keras.utils.kernels keras.config",
    "keras.utils.data_utils": "keras.utils keras.utils.data keras.utils.files",
    "keras.utils.generic_utils": "keras.utils keras.utils.generic keras.legacy.helpers keras.layers.code",
    "keras.utils.layer_utils": "keras.utils keras.utils.kernels keras.models.summary",
    "keras.utils.multi_gpu_utils": ("keras.legacy.multi_gpu keras.utils keras.models keras.layers"),
    "keras.utils.np_utils": "keras.utils",
    "keras.utils.test_utils": "keras.utils keras.models keras.layers keras.utils.generic",
    "keras.utils.training_utils": "keras.legacy.multi_gpu",
    "keras.utils.vis_utils": "keras.utils keras.visualization",
}

# Modules that are still there and once held more: where the rest is found now.
EXTENDED = {
    "keras.callbacks": "keras.utils",
    "keras.layers": "keras.legacy.layers",
    "keras.layers.convolutional": "keras.layers",
    "keras.layers.convolutional_recurrent": "keras.layers",
    "keras.layers.embeddings": "keras.layers",
    "keras.layers.pooling": "keras.layers",
    "keras.layers.recurrent": "keras.layers keras.legacy.recurrent",
    "keras.layers.wrappers": "keras.layers",
    "keras.models": "keras.layers",
    "keras.optimizers": "keras.legacy.optimizers",
    "keras.utils": (
        "keras.registry keras.saving keras.models.summary keras.legacy.h5dict keras.legacy.helpers "
        "keras.legacy.multi_gpu keras.utils.generic keras.utils.kernels"
    ),
    "keras.utils.io_utils": "keras.utils keras.legacy.h5dict keras.saving.files keras.legacy.helpers",
}

# Names that were changed: {old module: {old name: new one}}.
RENAMED = {
    "keras.engine.network": {"Network": "Model"},
    "keras.engine.topology": {
        "Container": "Model",
        "Network": "Model",
        "_object_list_uid": "object_list_uid",
        "_to_list": "to_list",
    },
    "keras.engine.training": {"Network": "Model", "_slice_arrays": "slice_arrays"},
    # For layers of one's own that define `call`.
    "keras.layers.pooling": {f"_GlobalPooling{n}D": f"GlobalAveragePooling{n}D" for n in (1, 2, 3)},
    "keras.utils.io_utils": {"H5Dict": "h5dict"},
}

_MISSING = object()


class Alias(types.ModuleType):
    """A module of an old name, whose names are those of other modules."""

    def __getattr__(self, name):
        path = self.__name__
        if name == "__all__":
            return sorted({n for module in _targets(path) for n in _public(module)})
        return find(path, name)

    def __setattr__(self, name, value):
        is_part = (
            isinstance(value, types.ModuleType) and value.__name__ == f"{self.__name__}.{name}"
        )
        if is_part or name.startswith("__"):
            super().__setattr__(name, value)
            return
        name = RENAMED.get(self.__name__, {}).get(name, name)
        modules = list(_targets(self.__name__))
        owners = [module for module in modules if hasattr(module, name)]
        setattr((owners or modules)[0], name, value)

    def __dir__(self):
        return sorted({*vars(self), *self.__all__})


def find(path, name):
    """Return what an old module had under a name.

    Raises:
        AttributeError: if there is no such thing.
    """
    new = RENAMED.get(path, {}).get(name, name)
    if not name.startswith("__"):
        for module in _targets(path):
            value = getattr(module, new, _MISSING)
            if value is not _MISSING:
                return value
    raise AttributeError(f"module {path!r} has no attribute {name!r}")


def _targets(path):
    """Yield the modules that hold an old one's names; some may not be there."""
    for target in {**MODULES, **EXTENDED}[path].split():
        try:
            yield importlib.import_module(target)
        except ModuleNotFoundError as error:
            if not target.startswith(error.name or target):
                raise


def _public(module):
    return getattr(module, "__all__", None) or [n for n in vars(module) if not n.startswith("_")]


class _Finder(MetaPathFinder, Loader):
    """Finds the old modules, after all that is really there."""

    def find_spec(self, fullname, path=None, target=None):
        if fullname not in MODULES:
            return None
        is_package = any(other.startswith(f"{fullname}.") for other in MODULES)
        return ModuleSpec(fullname, self, is_package=is_package)

    def create_module(self, spec):
        return Alias(spec.name)

    def exec_module(self, module):
        """Do nothing: names are found when they are asked for."""


def install():
    """Make the old paths importable, and attributes of the modules around them."""
    sys.meta_path.append(_Finder())
    for path in MODULES:
        if path.rpartition(".")[0] in sys.modules:
            importlib.import_module(path)
    for path in EXTENDED:
        module = sys.modules[path]
        module.__getattr__ = _fallback(path)


def _fallback(path):
    return lambda name: find(path, name)
