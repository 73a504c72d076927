"""What the examples share: their command line, and how they draw."""

import argparse
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np

INK, CALM, GOOD, BAD, PALE = "#22303c", "#7b8a97", "#1b7f79", "#d1495b", "#e4e8ec"
OUTPUT = Path(__file__).resolve().parent / "output"


def parse(doc, argv=None, epochs=10, brief=1):
    """Read the command line: `--epochs`, `--brief`, `--seed` and `--output`.

    Args:
        doc: the script's docstring; its first line becomes the help text.
        argv: the arguments; None: those of the process.
        epochs: how long a full run trains (in some examples: how many steps it takes).
        brief: the same for `--brief`.
    """
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--epochs", type=int, help=f"default: {epochs}, in brief {brief}")
    parser.add_argument("--brief", action="store_true", help="a run of a few seconds")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, default=OUTPUT, help="the folder for the picture")
    options = parser.parse_args(argv)
    if options.epochs is None:
        options.epochs = brief if options.brief else epochs
    options.output.mkdir(parents=True, exist_ok=True)
    np.random.seed(options.seed)
    return options


def save(figure, options, name):
    """Write a figure into the output folder and say where it is."""
    path = options.output / name
    figure.savefig(path, dpi=110)
    plt.close(figure)
    print(f"Picture: {path}")


def title(axis, text, color=INK, size=12):
    """A heading above the left end of an axis."""
    axis.set_title(text, loc="left", color=color, fontsize=size, fontweight="bold")


def curves(axis, lines, heading, xlabel="epoch", percent=False):
    """Draw `{label: numbers}`, one number an epoch; the last line is the strong one."""
    for i, (label, numbers) in enumerate(lines.items()):
        last = i == len(lines) - 1
        color = GOOD if last else (CALM, BAD, INK)[i % 3]
        epochs = np.arange(1, len(numbers) + 1)
        axis.plot(epochs, numbers, color=color, lw=2.4 if last else 1.6, label=label)
    plain(axis, heading, xlabel)
    axis.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(integer=True))
    if percent:
        axis.yaxis.set_major_formatter(matplotlib.ticker.PercentFormatter(1, decimals=0))
    if len(lines) > 1:
        axis.legend(frameon=False, fontsize=9, labelcolor=INK)


def plain(axis, heading, xlabel="", ylabel=""):
    """A pale grid, no frame, a heading."""
    title(axis, heading)
    axis.set_xlabel(xlabel, color=INK)
    axis.set_ylabel(ylabel, color=INK)
    axis.grid(color=PALE, lw=0.8)
    axis.set_axisbelow(True)
    axis.spines[["top", "right"]].set_visible(False)
    axis.tick_params(colors=INK, labelsize=9)


def image(axis, pixels, heading="", color=INK, size=10):
    """Show an image with values in [0, 1], with one channel or three."""
    pixels = np.clip(np.squeeze(pixels), 0, 1)
    axis.imshow(pixels, cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
    axis.set_axis_off()
    axis.set_title(heading, color=color, fontsize=size)
