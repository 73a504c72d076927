"""How cost grows with rows, batch size, width and depth, here and in another environment.

    python benchmarks/sweeps.py --peer benchmarks/.venv-keras3/bin/python [--only rows depth]

Each curve is run by a process of its own, ours and the peer's in turns, on JAX. The numbers go to ``SWEEPS.md`` beside
this file, the curves to ``sweeps.png``.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import textwrap
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent


def points_of_rows():
    """An epoch over more and more rows, MLP 20-64-64-10, batch 32."""
    import networks
    import workloads

    model = networks.dense_stack(20, 64, 64, 10)
    for rows in (1_000, 10_000, 100_000, 1_000_000):
        x = workloads.normal(rows, 20)
        y = workloads.classes_of(x, 10)
        yield rows, epochs(model, x, y, 32, 3 if rows < 1_000_000 else 2)


def points_of_batch():
    """An epoch over 8,192 rows in batches of more and more of them, MLP 784-512-512-10."""
    import networks
    import workloads

    x, y = workloads.digits(8192)
    for size in (8, 32, 128, 512, 2048, 4096):
        yield size, epochs(networks.dense_stack(*workloads.MLP), x, y, size, 3)


def points_of_width():
    """A step of an MLP with two hidden layers that become wider, batch 128."""
    import networks
    import workloads

    x, y = workloads.digits(128 * 8)
    for width in (64, 256, 1024, 4096):
        model = networks.dense_stack(784, width, width, 10)
        yield width, epochs(model, x, y, 128, 3) / 8


def points_of_depth():
    """From nothing to the end of the first epoch of 32 steps: more and more layers of 64, built and compiled."""
    import networks
    import workloads

    x = workloads.normal(32 * 32, 20)
    y = workloads.classes_of(x, 10)
    networks.dense_stack(20, 10).fit(x, y, verbose=0)
    for depth in (2, 10, 50, 100, 200):
        start = time.perf_counter()
        networks.dense_stack(20, *[64] * depth, 10).fit(x, y, batch_size=32, verbose=0)
        yield depth, time.perf_counter() - start


def epochs(model, x, y, batch_size, count):
    """Seconds of an epoch, the median of all but the first one."""
    import workloads

    seconds = workloads.epoch_times(model, x, y, batch_size=batch_size, epochs=count)
    return statistics.median(seconds[1:])


SWEEPS = {
    "rows": points_of_rows,
    "batch": points_of_batch,
    "width": points_of_width,
    "depth": points_of_depth,
}


def compare(name, sides):
    """The curves of one sweep: {side: {size: seconds}}."""
    import bench

    curves = {}
    for label, side in sides.items():
        found = bench.run_once(side, name)
        curves[label] = {int(size): seconds for size, seconds in found["points"].items()}
    return curves


def draw(path, found):
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(2, 2, figsize=(11, 8), layout="constrained")
    for panel, (name, curves) in zip(axes.flat, found.items()):
        for label, curve in curves.items():
            panel.loglog(curve.keys(), curve.values(), marker="o", label=label)
        title = textwrap.fill(SWEEPS[name].__doc__, 60)
        panel.set(title=title, xlabel=name, ylabel="seconds")
        panel.title.set_fontsize(9)
        panel.grid(alpha=0.3)
        panel.legend()
    figure.savefig(path, dpi=110)
    pyplot.close(figure)


def table(found):
    """The lines of a Markdown table with all points."""
    lines = ["| sweep | size | ours, s | peer, s | peer / ours |", "|---|---:|---:|---:|---:|"]
    for name, curves in found.items():
        for size, ours in curves["ours"].items():
            peer = curves.get("peer", {}).get(size)
            cells = (f"{peer:.3g}", f"{peer / ours:.1f}") if peer else ("-", "-")
            lines.append(f"| {name} | {size:,} | {ours:.3g} | {cells[0]} | {cells[1]} |")
    return lines


def main(argv=None):
    import bench

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer", help="the python of the environment to compare with")
    parser.add_argument("--only", nargs="+", choices=sorted(SWEEPS), default=list(SWEEPS))
    parser.add_argument("--results", type=Path, default=HERE / "SWEEPS.md")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="keras-sweeps-") as home:
        places = str(HERE.parent), sys.executable
        sides = {"ours": bench.Side(places[1], "jax", home, places[0], "sweeps.py")}
        if options.peer:
            sides["peer"] = bench.Side(options.peer, "jax", home, script="sweeps.py")
        found = {name: compare(name, sides) for name in options.only}
    draw(options.results.with_name("sweeps.png"), found)
    notes = [f"- **{name}**: {SWEEPS[name].__doc__}" for name in found]
    text = ["# How cost grows", "", bench.processor(), "", *notes, "", "![Curves](sweeps.png)", ""]
    options.results.write_text("\n".join([*text, *table(found), ""]), encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1] in SWEEPS and "KERAS_BACKEND" in os.environ:
        print(json.dumps({"points": dict(SWEEPS[sys.argv[1]]())}))
    else:
        main()
