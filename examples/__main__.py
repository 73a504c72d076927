"""Run the examples, one after the other, each in a process of its own.

    python examples [--brief] [--output FOLDER] [NAME ...]

The name, the seconds and the closing lines of each are printed. The exit status is 1 if one failed or drew no picture.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

from gallery import OUTPUT

HERE = Path(__file__).resolve().parent
HELPERS = {"__main__", "features", "gallery", "samples"}
# `make demo` runs this one; its command line is its own.
ELSEWHERE = {"mnist_demo"}
NAMES = sorted({path.stem for path in HERE.glob("*.py")} - HELPERS - ELSEWHERE)


def run(name, arguments, output):
    """Run one example; return its seconds, whether it did well, and what it printed."""
    picture = output / f"{name}.png"
    picture.unlink(missing_ok=True)
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, HERE / f"{name}.py", "--output", output, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    well = done.returncode == 0 and picture.exists()
    return time.perf_counter() - start, well, done.stdout.splitlines()


def main():
    """Run what the command line names; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}")
    parser.add_argument("--brief", action="store_true", help="a few seconds each")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    options = parser.parse_args()
    if unknown := set(options.names) - set(NAMES):
        parser.error(f"no example is called {', '.join(sorted(unknown))}")
    failed, start = [], time.perf_counter()
    for name in options.names or NAMES:
        seconds, well, lines = run(name, ["--brief"] if options.brief else [], options.output)
        print(f"{'ok  ' if well else 'FAIL'} {name:28}{seconds:6.1f} s", flush=True)
        print(*(f"     {line}" for line in lines[-2 if well else -25 :]), sep="\n", flush=True)
        failed += [] if well else [name]
    total = time.perf_counter() - start
    print(f"{len(failed)} failed, in {total:.0f} s; the pictures are in {options.output}")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
