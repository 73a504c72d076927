"""Run the workloads on each backend, here and in another environment, in turns, and compare.

    python benchmarks/bench.py jax=.venv/bin/python torch=.venv-torch/bin/python
        --peer benchmarks/.venv-keras3/bin/python [--only tiny_mlp mlp]

Each run is a process of its own. They alternate (ours, peer, ours, peer ...), so that a machine
that is busy for a while hurts both; the medians are compared. The table goes to the screen and to
``RESULTS.md`` beside this file.
"""

import argparse
import datetime
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from workloads import WORKLOADS

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Side:
    """One of the two that are compared: its python, its backend, its home, what goes before its packages."""

    python: str
    backend: str
    home: str
    path: str = ""


def run_once(side, name):
    """One workload in a process of its own: what it printed, as a dict."""
    environment = {
        **os.environ,
        "KERAS_HOME": side.home,
        "KERAS_BACKEND": side.backend,
        "PYTHONPATH": side.path,
    }
    # The peer's bytecode was written when it was installed; ours is when it first runs.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(
        [side.python, str(HERE / "workloads.py"), name],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{name} failed under {side.python}:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def sides_of(backend, options, home):
    """Ours, and the peer where there is one, on a backend: {name: Side}."""
    homes = {name: os.path.join(home, backend, name) for name in ("ours", "peer")}
    for folder in homes.values():
        os.makedirs(folder, exist_ok=True)
    sides = {"ours": Side(options.ours[backend], backend, homes["ours"], str(HERE.parent))}
    if options.peer:
        sides["peer"] = Side(options.peer, backend, homes["peer"])
    return sides


def compare(name, sides, repeats):
    """The runs of one workload in turns: {side: [result, ...]}."""
    results = {side: [] for side in sides}
    for _ in range(repeats):
        for side, each in sides.items():
            results[side].append(run_once(each, name))
    return results


def row_of(name, backend, results):
    """One row of the table: description, backend, medians, ratio."""
    median = {side: statistics.median(r["value"] for r in runs) for side, runs in results.items()}
    entry = WORKLOADS[name]
    ratio = median["peer"] / median["ours"] if "peer" in median else None
    return (
        entry["description"],
        backend,
        shown(median["ours"], entry["unit"]),
        shown(median.get("peer"), entry["unit"]),
        f"{ratio:.1f}" if ratio else "-",
    )


def shown(value, unit):
    """Three digits are all that such a measurement carries."""
    return f"{value:.3g} {unit}" if value is not None else "-"


def versions(results, side):
    """What ran on a side: its versions, those of all backends together."""
    found = {}
    for runs in results:
        found.update(runs[side][0]["versions"] if side in runs else {})
    return ", ".join(f"{name} {version}" for name, version in found.items()) or "-"


def processor():
    """The processor's name and how many cores may be used."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0] if names else platform.machine()}, {cores} cores"


def caption(results, options):
    """Where, when, what and how often, so that a reader can judge the numbers."""
    return (
        f"{datetime.date.today()}, {processor()}, Python {platform.python_version()}; "
        f"ours: {versions(results, 'ours')}; peer: {versions(results, 'peer')}; "
        f"medians of {options.repeats} runs each, in turns."
    )


HEADER = ("workload", "backend", "ours", "peer", "peer / ours")


def print_table(rows, text):
    """The table on the screen."""
    table = Table(caption=text, caption_justify="left")
    for i, column in enumerate(HEADER):
        table.add_column(column, justify="right" if i > 1 else "left")
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def write_table(path, rows, text):
    """The table as Markdown, written beside and moved into place."""
    lines = ["# Results", "", text, ""]
    lines += ["| " + " | ".join(HEADER) + " |", "|---|---|---:|---:|---:|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    lines += ["", "Less is better; made by `make bench`."]
    unfinished = path.with_suffix(".new")
    unfinished.write_text("\n".join(lines) + "\n", encoding="utf-8")
    os.replace(unfinished, path)


def parse_arguments(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "ours",
        nargs="*",
        default=[f"jax={sys.executable}"],
        metavar="backend=python",
        help="this library's python for a backend",
    )
    parser.add_argument("--peer", help="the python of the environment to compare with")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each workload (default: 3)")
    parser.add_argument("--only", nargs="+", choices=sorted(WORKLOADS), default=list(WORKLOADS))
    parser.add_argument(
        "--results", type=Path, help="where to write (default, for a full run: RESULTS.md)"
    )
    options = parser.parse_args(argv)
    options.ours = dict(entry.split("=", 1) for entry in options.ours)
    return options


def main(argv=None):
    options = parse_arguments(argv)
    results, rows = [], []
    with tempfile.TemporaryDirectory(prefix="keras-bench-") as home:
        for name in options.only:
            for backend in options.ours:
                print(f"{name} on {backend} ...", flush=True)
                sides = sides_of(backend, options, home)
                results.append(compare(name, sides, options.repeats))
                rows.append(row_of(name, backend, results[-1]))
    text = caption(results, options)
    print_table(rows, text)
    whole = len(options.only) == len(WORKLOADS) and options.peer
    path = options.results or (HERE / "RESULTS.md" if whole else None)
    if path:
        write_table(path, rows, text)


if __name__ == "__main__":
    main()
