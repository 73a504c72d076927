"""The README's program runs, and what it says about versions and settings is so."""

import json
import re
import tomllib
from pathlib import Path

import keras
from keras import config

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def test_the_programs_run(capsys):
    assert blocks("python")
    for program in blocks("python"):
        exec(compile(program, "README.md", "exec"), {"__name__": "readme"})
    assert capsys.readouterr().out


def test_the_settings_shown_are_the_defaults():
    assert [json.loads(block) for block in blocks("json")] == [config.DEFAULTS]


def test_the_version_is_the_newest_in_the_changelog():
    newest = re.search(
        r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf8"), re.MULTILINE
    )
    assert newest[1] == keras.__version__


def test_every_target_named_is_in_the_makefile():
    makefile = (ROOT / "Makefile").read_text(encoding="utf8")
    named = set(re.findall(r"`make (\w+)`|^make (\w+)", README, re.MULTILINE))
    for target in {a or b for a, b in named}:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_backend_has_an_extra_or_comes_with_the_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))["project"]
    extras = project["optional-dependencies"]
    for name, (module, advice) in config.BACKENDS.items():
        core = any(requirement.startswith(module) for requirement in project["dependencies"])
        assert core or name in extras, f"{name} is installed by nothing"
        assert advice.startswith("keras")


def test_every_file_linked_is_there():
    for link in re.findall(r"\]\(([^)#]+)\)", README):
        assert (
            link.startswith("http") or link == "benchmarks/RESULTS.md" or (ROOT / link).exists()
        ), link
