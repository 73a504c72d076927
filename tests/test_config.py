"""The configuration, each case in an interpreter of its own, as a user's machine would have it."""

import json
import os
import subprocess
import sys

import pytest

from keras import config

ROOT = os.path.dirname(os.path.dirname(config.__file__))

# Runs the module of the configuration alone, on the machine that `prepare` makes: the whole library would take long.
REPORT = """
import importlib.util, json, os, warnings
from pathlib import Path

spec = importlib.util.find_spec
{prepare}
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    try:
        module = importlib.util.spec_from_file_location("config", {path!r})
        config = importlib.util.module_from_spec(module)
        module.loader.exec_module(config)
        error = None
    except Exception as exception:
        error = type(exception).__name__ + ": " + str(exception)
found = {{"error": error, "warnings": [str(w.message) for w in caught]}}
if error is None:
    found |= {{"settings": config._settings, "backend": config.backend(), "home": str(config.home())}}
print(json.dumps(found))
"""


@pytest.fixture
def load(tmp_path):
    """Return a function that loads the configuration and reports what came of it."""

    def run(settings=None, prepare="", **environment):
        (tmp_path / "home").mkdir(exist_ok=True)
        if settings is not None:
            (tmp_path / "home" / "keras.json").write_text(settings, encoding="utf8")
        variables = {k: v for k, v in os.environ.items() if not k.startswith("KERAS_")}
        variables |= {"HOME": str(tmp_path / "user"), "KERAS_HOME": str(tmp_path / "home")}
        variables |= environment
        variables = {k: v for k, v in variables.items() if v is not None}
        done = subprocess.run(
            [sys.executable, "-c", REPORT.format(prepare=prepare, path=config.__file__)],
            env=variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


DEFAULTS = {
    "image_data_format": "channels_last",
    "epsilon": 1e-07,
    "floatx": "float32",
    "backend": "jax",
}


# ------------------------------------------------------------------ the file
def test_the_file_is_made_with_the_defaults(load, tmp_path):
    found = load()
    assert found["settings"] == DEFAULTS
    assert found["warnings"] == []
    text = (tmp_path / "home" / "keras.json").read_text(encoding="utf8")
    assert json.loads(text) == DEFAULTS
    assert load()["settings"] == DEFAULTS


def test_the_home_is_in_the_users_folder(load, tmp_path):
    found = load(KERAS_HOME=None)
    assert found["home"] == str(tmp_path / "user" / ".keras")
    assert (tmp_path / "user" / ".keras" / "keras.json").exists()


def test_the_home_is_made_with_the_folders_above_it(load, tmp_path):
    wanted = tmp_path / "a" / "b"
    assert load(KERAS_HOME=str(wanted))["home"] == str(wanted)
    assert (wanted / "keras.json").exists()


# Without a `/tmp` the temporary folder takes its place: so the real `/tmp/.keras` stays as it is.
NO_TMP = """
kept = os.path.isdir
os.path.isdir = lambda path: path != "/tmp" and kept(path)
"""


@pytest.fixture
def temporary(tmp_path):
    """The temporary folder of the machine under test."""
    (tmp_path / "temporary").mkdir()
    return tmp_path / "temporary"


def test_a_home_that_cannot_be_made_gives_way_to_the_temporary_folder(load, tmp_path, temporary):
    (tmp_path / "file").write_text("in the way", encoding="utf8")
    found = load(
        KERAS_HOME=str(tmp_path / "file" / ".keras"), prepare=NO_TMP, TMPDIR=str(temporary)
    )
    assert found["home"] == str(temporary / ".keras")
    assert found["settings"] == DEFAULTS
    assert (temporary / ".keras" / "keras.json").exists()


def test_a_home_that_cannot_be_written_gives_way_too(load, tmp_path, temporary):
    # By `os.access`, because some users, such as those of containers, may write everywhere.
    prepare = f"{NO_TMP}\nos.access = lambda path, mode: str(path) != {str(tmp_path / 'home')!r}"
    found = load(prepare=prepare, TMPDIR=str(temporary))
    assert found["home"] == str(temporary / ".keras")
    assert not (tmp_path / "home" / "keras.json").exists()


# Nothing is made, written or found there.
NO_DISK = """
made = []
Path.mkdir = lambda self, **options: made.append(str(self))
Path.write_text = lambda self, text, **options: made.append(str(self))
Path.exists = lambda self: False
os.access = lambda path, mode: False
"""


@pytest.mark.skipif(not os.path.isdir("/tmp"), reason="there is no /tmp")
def test_the_folder_to_fall_back_on_is_that_of_the_documentation(load):
    found = load(prepare=NO_DISK)
    assert found["home"] == "/tmp/.keras"


def test_a_file_that_cannot_be_written_is_a_warning(load, tmp_path):
    prepare = (
        "def refuse(self, *rest, **options): raise OSError('disk full')\nPath.write_text = refuse"
    )
    found = load(prepare=prepare)
    assert found["settings"] == DEFAULTS
    (warning,) = found["warnings"]
    assert str(tmp_path / "home" / "keras.json") in warning
    assert "disk full" in warning


def test_settings_of_the_file_go_over_the_defaults(load):
    found = load('{"floatx": "float16", "image_data_format": "channels_first", "mine": 1}')
    assert found["warnings"] == []
    assert found["settings"] == {
        **DEFAULTS,
        "floatx": "float16",
        "image_data_format": "channels_first",
        "mine": 1,
    }


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('{"floatx": "float32",}', "line 1 column"),
        ("", "line 1 column 1"),
        ("[1, 2]", "holds a list"),
        ('{"floatx": "float8"}', "'floatx' should be one of"),
        ('{"floatx": ["float32"]}', "'floatx' should be one of"),
        ('{"epsilon": "small"}', "'epsilon' should be a positive number, it is 'small'"),
        ('{"epsilon": true}', "'epsilon' should be a positive number"),
        ('{"epsilon": -1}', "'epsilon' should be a positive number"),
        ('{"image_data_format": "th"}', "'image_data_format' should be one of"),
        ('{"backend": 3}', "'backend' should be a string"),
    ],
)
def test_a_broken_file_is_named_with_its_fault_and_the_defaults_apply(load, tmp_path, text, fault):
    found = load(text)
    assert found["settings"] == DEFAULTS
    (warning,) = found["warnings"]
    path = tmp_path / "home" / "keras.json"
    assert str(path) in warning
    assert fault in warning
    assert path.read_text(encoding="utf8") == text


def test_a_file_that_is_no_text(load, tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "keras.json").write_bytes(b"\xff\xfe\x00")
    (warning,) = load()["warnings"]
    assert "keras.json" in warning


# ------------------------------------------------------------------ the backend
def test_the_environment_names_the_backend(load):
    found = load('{"backend": "nonsense"}', KERAS_BACKEND="jax")
    assert (found["backend"], found["warnings"]) == ("jax", [])


def test_an_empty_environment_variable_counts_as_none(load):
    assert load(KERAS_BACKEND="")["backend"] == "jax"


def test_an_unknown_backend_in_the_environment_is_an_error(load):
    error = load(KERAS_BACKEND="nonsense")["error"]
    assert error.startswith("ValueError")
    assert "KERAS_BACKEND='nonsense'" in error
    assert "'jax'" in error


HIDDEN = (
    "importlib.util.find_spec = lambda name, *rest: None if name == 'jax' else spec(name, *rest)"
)


def test_a_backend_of_the_environment_that_is_not_installed_is_an_error(load):
    error = load(prepare=HIDDEN, KERAS_BACKEND="jax")["error"]
    assert error.startswith("ImportError")
    assert "pip install" in error
    assert "'jax'" in error


def test_a_backend_of_the_file_that_is_not_there_is_a_warning(load):
    found = load('{"backend": "nonsense"}')
    assert found["backend"] == "jax"
    (warning,) = found["warnings"]
    assert "'nonsense'" in warning
    assert "'jax'" in warning


def test_import_stops_at_a_backend_that_is_unknown():
    command = [sys.executable, "-c", "import keras.backend.compute"]
    environment = {**os.environ, "KERAS_BACKEND": "nonsense", "PYTHONPATH": ROOT}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("ValueError: KERAS_BACKEND='nonsense'")


# ------------------------------------------------------------------ at run time
@pytest.fixture
def settings(monkeypatch):
    """The settings, put back after the test."""
    monkeypatch.setattr(config, "_settings", dict(config._settings))


@pytest.mark.parametrize(
    ("name", "value"),
    [("floatx", "float16"), ("epsilon", 1e-3), ("image_data_format", "channels_first")],
)
def test_settings_can_be_set(settings, name, value):
    getattr(config, f"set_{name}")(value)
    assert getattr(config, name)() == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("floatx", "int32"),
        ("floatx", None),
        ("epsilon", 0),
        ("epsilon", "1"),
        ("image_data_format", "tf"),
    ],
)
def test_wrong_settings_are_refused(settings, name, value):
    before = getattr(config, name)()
    with pytest.raises(ValueError, match=f"{name} should be"):
        getattr(config, f"set_{name}")(value)
    assert getattr(config, name)() == before


def test_data_formats(settings):
    config.set_image_data_format("channels_first")
    assert config.normalize_data_format(None) == "channels_first"
    assert config.normalize_data_format("Channels_Last") == "channels_last"
    with pytest.raises(ValueError, match="'tf'"):
        config.normalize_data_format("tf")


@pytest.mark.parametrize("wrong", ["mixed_float8", "foo", "int32", None, 3])
def test_a_dtype_policy_that_is_none_is_refused(wrong):
    with pytest.raises(ValueError, match=r"dtype policy should be one of .*'mixed_bfloat16'"):
        config.set_dtype_policy(wrong)


def test_the_dtype_policy_follows_floatx_until_one_is_set():
    before = config.floatx()
    try:
        config.set_floatx("float64")
        assert config.dtype_policy().name == "float64"
        config.set_dtype_policy(config.DTypePolicy("mixed_float16"))
        assert config.dtype_policy().compute_dtype == "float16"
        assert config.dtype_policy().variable_dtype == "float32"
    finally:
        config.set_floatx(before)
        config.set_dtype_policy(before)
    assert config.given_dtype_policy() is None


def test_the_import_loads_nothing_that_few_programs_need():
    # SciPy's parts load when they are first used; these alone took half a second.
    heavy = ["matplotlib", "pydot", "scipy.ndimage", "scipy.signal", "scipy.stats", "sklearn"]
    program = f"import sys, keras; print([name for name in {heavy} if name in sys.modules])"
    env = {**os.environ, "KERAS_BACKEND": "jax"}
    run = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, check=True)
    assert run.stdout.split(b"\n")[-2] == b"[]"
