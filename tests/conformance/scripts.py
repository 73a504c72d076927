"""Short programs, each run in an interpreter of its own."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run_script(text, **environment):
    """Run a program that prints one line of JSON, with a home of its own; return what it printed."""
    return _run(["-c", text], environment)


def run_module(name, *arguments, **environment):
    """Run a module of the tests in the same way."""
    return _run(["-m", name, *arguments], environment)


def _run(arguments, environment):
    with tempfile.TemporaryDirectory() as home:
        variables = {**os.environ, "KERAS_HOME": home, "PYTHONPATH": str(ROOT), **environment}
        command = [sys.executable, *arguments]
        done = subprocess.run(
            command, env=variables, cwd=ROOT, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])
