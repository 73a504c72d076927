"""Old import paths: importable in every form, lazily resolved, and forwarding assignments."""

import importlib
import subprocess
import sys

import pytest

import keras
from keras import backend as K
from keras.layers import Dense, Input, Layer
from keras.legacy import aliases

# Others' modules, which are not all here yet.
TARGETS = {name for row in aliases.MODULES.values() for name in row.split()}
HERE = [path for path in aliases.MODULES if not path.startswith("keras.applications")]


@pytest.mark.parametrize("path", HERE)
def test_an_old_module_is_importable_and_an_attribute(path):
    module = importlib.import_module(path)
    assert module.__name__ == path
    parent, _, name = path.rpartition(".")
    assert getattr(sys.modules[parent], name) is module
    assert set(module.__all__) <= set(dir(module))
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        module.nonsense
    assert not hasattr(module, "__nonsense__")


def test_every_form_of_import():
    program = """
import keras.engine.topology
import keras.utils.np_utils as np_utils
from keras.engine import topology as t, Layer
from keras.engine.topology import Layer as L, InputSpec, Node, Network, get_source_inputs
from keras.engine.training import Model
from keras.layers.core import Dense, Lambda
from keras.objectives import mse
from keras.backend.tensorflow_backend import set_session, get_session, clear_session
from keras.utils.generic_utils import has_arg, to_list, Progbar, get_custom_objects
from keras.layers.recurrent import Recurrent
from keras.layers import Merge, AtrousConvolution2D
from keras.legacy.layers import merge
from keras.layers.convolutional import MaxPooling2D
from keras.models import Input
import keras
assert keras.engine.topology is t and t.Layer is Layer is L is keras.layers.Layer
assert np_utils.to_categorical is keras.utils.to_categorical
assert Network is Model is keras.models.Model and mse is keras.losses.mse
names = {}
exec("from keras.engine.topology import *", names)
assert names["Layer"] is Layer and names["Input"] is Input
print("fine")
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (run.stdout, run.returncode) == ("fine\n", 0), run.stderr


def test_assignments_reach_the_module_that_has_the_name(monkeypatch):
    old = keras.backend.tensorflow_backend
    original = K.learning_phase
    try:
        old.learning_phase = lambda: "mine"
        assert K.learning_phase() == "mine"
        old._SETTING = 7
        assert K._SETTING == 7
    finally:
        K.learning_phase = original
        del K._SETTING
    assert old.learning_phase is original


def test_a_missing_target_breaks_nothing(monkeypatch):
    monkeypatch.setitem(aliases.MODULES, "keras.objectives", "keras.not_there keras.losses")
    assert keras.objectives.mse is keras.losses.mse
    monkeypatch.setitem(aliases.MODULES, "keras.objectives", "keras.not_there")
    with pytest.raises(AttributeError, match=r"'keras\.objectives' has no attribute 'mse'"):
        keras.objectives.mse


def test_a_target_that_breaks_says_so(monkeypatch, tmp_path):
    (tmp_path / "half_a_module.py").write_text("import a_library_that_is_not_there")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(aliases.MODULES, "keras.objectives", "half_a_module")
    with pytest.raises(ModuleNotFoundError, match="a_library_that_is_not_there"):
        keras.objectives.mse


def test_real_modules_keep_their_own_names():
    assert keras.layers.convolutional.Conv2D is keras.layers.Conv2D
    assert keras.layers.convolutional.MaxPooling2D is keras.layers.MaxPooling2D
    assert keras.callbacks.Progbar is keras.utils.Progbar
    with pytest.raises(AttributeError, match=r"'keras\.layers' has no attribute 'Dens'"):
        keras.layers.Dens
    with pytest.raises(ImportError, match="cannot import name 'Dens'"):
        exec("from keras.layers import Dens")


def test_a_node_of_old_programs():
    x = Input((3,))
    layer = Dense(2)
    layer(x)
    assert isinstance(layer.inbound_nodes[0], keras.engine.topology.Node)
    assert not isinstance(layer, keras.engine.topology.Node)
    assert issubclass(keras.engine.base_layer.Layer, Layer)
