"""Marks the tests that the backend in use is known to fail, and sets the float type that is tested."""

import os
import re
from pathlib import Path

import pytest

from keras import config

HERE = Path(__file__).parent

# `test_float64.py` runs these tests a second time, with wider floats.
config.set_floatx(os.environ.get("KERAS_CONFORMANCE_FLOATX", config.floatx()))


def read_expected_failures(text):
    """Return `[(pattern, reason)]` of the lines `pattern  # reason`."""
    lines = [line.strip() for line in text.splitlines()]
    entries = [line.partition("  # ") for line in lines if line and not line.startswith("#")]
    without = [pattern for pattern, _, reason in entries if not reason.strip()]
    if without:
        raise pytest.UsageError(f"Expected failures without a reason: {without}")
    return [(pattern.strip(), reason.strip()) for pattern, _, reason in entries]


def matches(pattern, test):
    """Return whether a pattern, in which `*` stands for anything, is that of a whole test id."""
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), test) is not None


def expected_failures():
    """Return the entries of the backend in use; without a file there are none."""
    path = HERE / "expected_failures" / f"{config.backend()}.txt"
    return read_expected_failures(path.read_text(encoding="utf8")) if path.exists() else []


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    own = {
        item: item.nodeid.rpartition("conformance/")[2]
        for item in items
        if HERE in item.path.parents
    }
    files = {test.partition("::")[0] for test in own.values()}
    for pattern, reason in expected_failures():
        found = [item for item, test in own.items() if matches(pattern, test)]
        for item in found:
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True))
        is_all_there = not any("::" in argument for argument in config.args)
        if not found and is_all_there and pattern.partition("::")[0] in files:
            raise pytest.UsageError(f"An expected failure names no test: {pattern!r}")
