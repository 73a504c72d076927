"""Run the workloads on each backend, here and in another environment, in turns, and compare.

    python benchmarks/bench.py jax=.venv/bin/python torch=.venv-torch/bin/python
        --peer benchmarks/.venv-keras3/bin/python [--only tiny_mlp mlp]

Each run is a process of its own. They alternate (ours, peer, ours, peer ...), so that a machine
that is busy for a while hurts both; the medians are compared. The table goes to the screen and to
``RESULTS.md`` beside this file, with a chart.
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
# The workloads of by_hand.py, which cannot be imported where PyTorch is missing.
BY_HAND = ("lstm", "mlp")


@dataclass(frozen=True)
class Side:
    """One of those compared: its python, its backend, its home, what goes before its packages, its script."""

    python: str
    backend: str
    home: str
    path: str = ""
    script: str = "workloads.py"


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
        [side.python, str(HERE / side.script), name],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{name} failed under {side.python}:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def sides_of(name, backend, options, home):
    """Ours, the peer where there is one, and what is written by hand for a backend: {name: Side}."""
    homes = {each: os.path.join(home, backend, each) for each in ("ours", "peer")}
    for folder in homes.values():
        os.makedirs(folder, exist_ok=True)
    sides = {"ours": Side(options.ours[backend], backend, homes["ours"], str(HERE.parent))}
    if options.peer:
        sides["peer"] = Side(options.peer, backend, homes["peer"])
        if backend == "torch" and name in BY_HAND:
            sides["by hand"] = Side(options.peer, backend, homes["peer"], script="by_hand.py")
    return sides


def compare(name, sides, repeats):
    """The runs of one workload in turns: {side: [result, ...]}."""
    results = {side: [] for side in sides}
    for _ in range(repeats):
        for side, each in sides.items():
            results[side].append(run_once(each, name))
    return results


def row_of(name, backend, results):
    """One row of the table: description, backend, medians, ratio, seconds to the first epoch's end, memory."""
    unit = WORKLOADS[name]["unit"]
    value, epoch, memory = (median(results, key) for key in ("value", "first_epoch", "memory"))
    ratio = value["peer"] / value["ours"] if "peer" in value else None
    return (
        WORKLOADS[name]["description"],
        backend,
        shown(value["ours"], unit),
        shown(value.get("peer"), unit),
        f"{ratio:.1f}" if ratio else "-",
        pair(epoch, ".2g"),
        pair(memory, ".0f"),
    )


def median(results, key):
    """The medians of the sides that have such a number."""
    return {
        side: statistics.median(run[key] for run in runs)
        for side, runs in results.items()
        if all(key in run for run in runs)
    }


def pair(values, digits):
    """Ours and the peer's in one cell."""
    found = [f"{values[side]:{digits}}" for side in ("ours", "peer") if side in values]
    return " / ".join(found) or "-"


def against_the_best(entries):
    """A row for each workload: ours on the first backend against the best peer of all.

    Args:
        entries: (workload's name, backend, results) of all comparisons, the first backend first.
    """
    names = list(dict.fromkeys(name for name, *_ in entries))
    return [_best_row(name, [entry[1:] for entry in entries if entry[0] == name]) for name in names]


def _best_row(name, found):
    peers = {}
    for backend, results in found:
        for side, value in median(results, "value").items():
            if side != "ours":
                peers[f"{backend} by hand" if side == "by hand" else backend] = value
    unit, ours = WORKLOADS[name]["unit"], median(found[0][1], "value")["ours"]
    if not peers:
        return WORKLOADS[name]["description"], shown(ours, unit), "-", "-", "-"
    best = min(peers, key=peers.get)
    ratio = f"{peers[best] / ours:.1f}"
    return WORKLOADS[name]["description"], shown(ours, unit), shown(peers[best], unit), best, ratio


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


HEADER = (
    "workload",
    "backend",
    "ours",
    "peer",
    "peer / ours",
    "s to the first epoch's end, ours / peer",
    "MB at most, ours / peer",
)
BEST_HEADER = ("workload", "ours, {}", "best peer", "which", "best peer / ours")


def print_table(rows, header, text=None):
    """The table on the screen."""
    table = Table(caption=text, caption_justify="left")
    for i, column in enumerate(header):
        table.add_column(column, justify="right" if i > 1 else "left")
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def markdown(rows, header):
    """The lines of a table."""
    marks = ["---" if i < 2 else "---:" for i in range(len(header))]
    lines = ["| " + " | ".join(row) + " |" for row in (header, *rows)]
    return [lines[0], "|" + "|".join(marks) + "|", *lines[1:]]


def write_results(path, rows, best, best_header, text):
    """Both tables as Markdown, written beside and moved into place."""
    lines = ["# Results", "", text, "", "![Best peer / ours](results.png)", ""]
    lines += ["## Against the best peer", "", *markdown(best, best_header), ""]
    lines += ["## On the same backend", "", *markdown(rows, HEADER), ""]
    lines += ["Less is better; made by `make bench`."]
    unfinished = path.with_suffix(".new")
    unfinished.write_text("\n".join(lines) + "\n", encoding="utf-8")
    os.replace(unfinished, path)


def draw(path, best):
    """A bar for each workload: how many times as long the best peer takes."""
    from matplotlib import pyplot

    rows = [row for row in best[::-1] if row[-1] != "-" and not row[1].endswith("MB")]
    ratios = [float(row[-1]) for row in rows]
    figure, axes = pyplot.subplots(figsize=(11, 1 + 0.32 * len(rows)), layout="constrained")
    colors = ["tab:blue" if ratio >= 1 else "tab:red" for ratio in ratios]
    names = [row[0].replace("`", "") for row in rows]
    # From 1 on: to the right where ours is faster, to the left where it is not.
    bars = axes.barh(names, [ratio - 1 for ratio in ratios], left=1, color=colors)
    axes.bar_label(bars, [f"{row[-1]} ({row[3]})" for row in rows], padding=3)
    axes.axvline(1, color="black", linewidth=1)
    axes.set(xscale="log", xlabel="time of the best peer / ours (more is better)")
    axes.margins(x=0.35)
    figure.savefig(path, dpi=120)
    pyplot.close(figure)


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
    entries = []
    with tempfile.TemporaryDirectory(prefix="keras-bench-") as home:
        for name in options.only:
            for backend in options.ours:
                print(f"{name} on {backend} ...", flush=True)
                sides = sides_of(name, backend, options, home)
                entries.append((name, backend, compare(name, sides, options.repeats)))
    text = caption([results for _, _, results in entries], options)
    rows = [row_of(*entry) for entry in entries]
    best = against_the_best(entries)
    best_header = [title.format(next(iter(options.ours))) for title in BEST_HEADER]
    print_table(best, best_header)
    print_table(rows, HEADER, text)
    whole = len(options.only) == len(WORKLOADS) and options.peer
    path = options.results or (HERE / "RESULTS.md" if whole else None)
    if path:
        draw(path.with_name("results.png"), best)
        write_results(path, rows, best, best_header, text)


if __name__ == "__main__":
    main()
