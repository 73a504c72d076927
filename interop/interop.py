"""Exchanges files with the originals, both ways: what is written on one side must load and say the same on the other.

    python interop/interop.py [--only CASE ...] [--original NAME ...] [--keep FOLDER]

The originals run in environments of their own, made in `interop/.venvs` when they are first needed. Ready ones are
named by the variables INTEROP_CLASSIC (a Python 3.6 with Keras 2.2.4 on TensorFlow 1.15) and INTEROP_MODERN (tf_keras
2.21 and Keras 3.15). An original that cannot be had here is skipped with a message. The exit status is 1 if anything
failed.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from cases import CASES
from rich.console import Console
from rich.table import Table

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent

# Made where no variable names a ready one: the variable, a Python, what is installed.
ENVIRONMENTS = {
    "classic": (
        "INTEROP_CLASSIC",
        "3.6",
        ["keras==2.2.4", "tensorflow==1.15.0", "numpy<1.17", "scipy<1.3", "h5py==2.10.0"],
    ),
    "modern": (
        "INTEROP_MODERN",
        "3.11",
        ["keras==3.15.1", "jax==0.10.2", "tensorflow==2.21.0", "tf_keras==2.21.0"],
    ),
}


@dataclass
class Original:
    """An original and one kind of file that is exchanged with it."""

    name: str
    environment: str
    module: str
    backend: str
    suffix: str = ".h5"
    # Classes that it does not have, and cases.
    lacks: tuple = ()
    # Whether it goes on training from a file written here; whether it does so here is always checked.
    trains: bool = True
    # Which way files go: "there" for files written here.
    directions: tuple = ("there", "here")
    # Cases that come here alone.
    one_way: tuple = ()


_CLASSIC_ONLY = ("Highway", "MaxoutDense")
# It reads no optimizer that Keras 2.2.4 has not from a file in its dialect.
_LATE = (
    "adafactor",
    "adamw",
    "averaged",
    "ftrl",
    "gathered",
    "lamb",
    "lion",
    "muon",
    "propelled",
    "scaled",
)
# Layers that Keras 2.2.4 has not, and of these the ones that tf_keras has not.
_NEW_CASES = ("samples", "attention", "lengths", "volume_films", "preprocessed")
# Its SpectralNormalization does not run where Keras 3 is installed beside it.
_ONLY_3 = ("GroupQueryAttention", "RMSNormalization", "SpectralNormalization")
_ONLY_3 += tuple(f"Adaptive{kind}Pooling{n}D" for kind in ("Average", "Max") for n in (1, 2, 3))
_GONE = (*_CLASSIC_ONLY, "LocallyConnected1D", "LocallyConnected2D", "ThresholdedReLU")

ORIGINALS = [
    Original("Keras 2.2.4", "classic", "keras", "tensorflow", lacks=(*_LATE, *_NEW_CASES)),
    Original(
        "tf_keras 2.21",
        "modern",
        "tf_keras",
        "",
        lacks=(*_CLASSIC_ONLY, *_LATE, *_ONLY_3),
        trains=False,
        # The dialect of Keras 2 has no tensors among keyword arguments, such as a value beside a query; and tf_keras's
        # preprocessing layers lack arguments that those of Keras 3 have.
        one_way=("attention", "preprocessed"),
    ),
    Original("Keras 3.15, .keras", "modern", "keras", "jax", ".keras", _GONE),
    Original(
        "Keras 3.15, .weights.h5",
        "modern",
        "keras",
        "jax",
        ".weights.h5",
        (*_GONE, "defaults"),
        trains=False,
    ),
    # Keras 3 refuses much of what Keras 2 wrote: it reads its own `.keras`. It fails to write Adafactor's slots, and
    # layers that draw random numbers of their own.
    Original(
        "Keras 3.15, .h5",
        "modern",
        "keras",
        "jax",
        ".h5",
        (*_GONE, "adafactor", "preprocessed"),
        directions=("here",),
    ),
]

# How far outputs and the losses of the next steps may differ, relatively.
OUTPUTS, LOSSES = 1e-4, 1e-5

# Where an original's own rules make the losses differ: (environment, direction, case), and by how much.
KNOWN = {
    # It does not save the product of the momenta, and starts with one again.
    ("classic", "there", "nadam"): 5e-2,
    # There epsilon is within the root; what is written in its place is as near as can be.
    ("modern", "there", "adagrad"): 5e-5,
    ("modern", "there", "rmsprop"): 5e-5,
    ("modern", "there", "propelled"): 5e-2,
    # Since 2.11 Nadam multiplies the momenta's product once a weight, not once a step.
    ("modern", "there", "nadam"): 5e-2,
    ("modern", "here", "nadam"): 5e-2,
}


# ------------------------------------------------------------------ environments
def python_of(name):
    """The interpreter of an original, or why there is none."""
    variable, version, packages = ENVIRONMENTS[name]
    if os.environ.get(variable):
        return os.environ[variable], None
    folder = HERE / ".venvs" / name
    python = folder / "bin" / "python"
    if (folder / ".installed").exists():
        return str(python), None
    base = _interpreter(version)
    if base is None:
        return None, f"there is no Python {version} here; set {variable} to one with {packages[0]}"
    print(f"Making {folder} ...", flush=True)
    commands = [
        [base, "-m", "venv", str(folder)],
        [str(python), "-m", "pip", "install", "-q", "-U", "pip<22" if version == "3.6" else "pip"],
        [str(python), "-m", "pip", "install", "-q", *packages],
    ]
    for command in commands:
        if subprocess.run(command, check=False).returncode:
            return None, f"its environment could not be made ({' '.join(command[1:])} failed)"
    (folder / ".installed").touch()
    return str(python), None


def _interpreter(version):
    """A Python of a version that runs, or None; pyenv's commands may stand for versions that are not active."""
    pyenv = Path.home() / ".pyenv" / "versions"
    candidates = [shutil.which(f"python{version}"), *pyenv.glob(f"{version}.*/bin/python")]
    if version != "3.6":
        candidates.append(sys.executable)
    for python in filter(None, candidates):
        if (
            subprocess.run([str(python), "--version"], capture_output=True, check=False).returncode
            == 0
        ):
            return str(python)
    return None


# ------------------------------------------------------------------ one exchange
def run_side(python, module, action, folder, original, only, is_ours):
    """Run one side in a process of its own; returns {case: what went wrong, or None}."""
    command = [python, str(HERE / "side.py"), module, action, str(folder), original.suffix]
    command += ["--lacks", *original.lacks]
    command += ["--only", *only] if only else []
    environment = {**os.environ, "KERAS_HOME": str(folder), "TF_CPP_MIN_LOG_LEVEL": "3"}
    environment["CUDA_VISIBLE_DEVICES"] = "-1"
    environment["PYTHONPATH"] = str(ROOT) if is_ours else ""
    environment.pop("KERAS_BACKEND", None)
    if not is_ours and original.backend:
        environment["KERAS_BACKEND"] = original.backend
    if not is_ours and original.environment == "classic":
        command += ["--put-right", str(ROOT / "tests")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    (Path(folder) / f"{action}.log").write_text(done.stdout + done.stderr, encoding="utf8")
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        tail = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        return dict.fromkeys(only or CASES, f"the process failed: {tail[0]}")
    return json.loads(lines[-1])


def difference(folder, name, with_losses, tolerance=LOSSES):
    """What differs between writer and reader of a case, or None."""
    written, read = (np.load(Path(folder) / f"{name}.{action}.npz") for action in ("write", "read"))
    keys = [key for key in written if key[0] == "y"]
    if len(keys) != len([key for key in read if key[0] == "y"]):
        return "another number of outputs"
    for key in keys:
        if written[key].shape != read[key].shape:
            return f"output {key}: shape {read[key].shape}, not {written[key].shape}"
        gap = np.max(np.abs(written[key] - read[key]), initial=0)
        if not gap <= OUTPUTS * max(np.max(np.abs(written[key]), initial=0), 1):
            return f"output {key} differs by {gap:.1e}"
    if with_losses and "losses" in written:
        if "losses" not in read:
            return "it is not compiled"
        gap = np.max(np.abs(read["losses"] / written["losses"] - 1))
        if not gap <= tolerance:
            return f"the next steps' losses differ by {gap:.1e}"
    return None


def exchange(original, python, only, folder):
    """Both directions with an original: rows (direction, case, fault or None)."""
    only = [name for name in only or CASES if name not in original.lacks]
    ours, theirs = (sys.executable, "keras", True), (python, original.module, False)
    rows = []
    sides = {"there": (ours, theirs), "here": (theirs, ours)}
    for direction in original.directions:
        writer, reader = sides[direction]
        place = Path(folder) / direction
        place.mkdir()
        names = [n for n in only if direction == "here" or n not in original.one_way]
        if not names:
            continue
        written = run_side(writer[0], writer[1], "write", place, original, names, writer[2])
        read = run_side(reader[0], reader[1], "read", place, original, names, reader[2])
        with_losses = original.trains or (direction == "here" and original.suffix != ".weights.h5")
        for name in written:
            fault = written[name] and f"not written: {written[name]}"
            fault = fault or (read.get(name) and f"not read: {read[name]}")
            tolerance = KNOWN.get((original.environment, direction, name), LOSSES)
            fault = fault or difference(place, name, with_losses, tolerance)
            rows.append((direction, name, fault))
    return rows


# ------------------------------------------------------------------ the report
def report(name, rows, console):
    """Print what an original and this library made of each other's files."""
    table = Table(title=name, title_justify="left")
    for column in ("case", "written here, read there", "written there, read here"):
        table.add_column(column, overflow="fold")
    cells = {(direction, case): fault or "the same" for direction, case, fault in rows}
    for case in dict.fromkeys(case for _, case, _ in rows):
        table.add_row(case, cells.get(("there", case), ""), cells.get(("here", case), ""))
    console.print(table)


def main():
    """Run all exchanges; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", choices=list(CASES))
    parser.add_argument("--original", nargs="*", choices=[original.name for original in ORIGINALS])
    parser.add_argument("--keep", help="a new folder, to keep the files in")
    options = parser.parse_args()
    console, faults, summary = Console(), 0, []
    with tempfile.TemporaryDirectory() as temporary:
        for i, original in enumerate(ORIGINALS):
            if options.original and original.name not in options.original:
                continue
            python, reason = python_of(original.environment)
            if python is None:
                summary.append(f"{original.name}: skipped: {reason}")
                continue
            folder = Path(options.keep or temporary) / str(i)
            folder.mkdir(parents=True)
            rows = exchange(original, python, options.only, folder)
            report(original.name, rows, console)
            bad = sum(fault is not None for *_, fault in rows)
            summary.append(f"{original.name}: {len(rows) - bad} of {len(rows)} exchanges agree")
            faults += bad
    console.print("\n".join(summary))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
