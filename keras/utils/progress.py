"""The progress bar: one line that is redrawn on a terminal, one line an epoch everywhere else."""

import os
import shutil
import sys
from time import perf_counter

from keras.utils.logs import RunningMeans, plain

_NARROWEST_BAR = 10

# The bar whose line is unfinished on the terminal, so that `report` can start a new line.
_open_bar = None


class Progbar:
    """Shows how far a loop has come, how long it will take, and the running means of its values.

    On a terminal or in a notebook the line is redrawn in place; in a file or a build log only the
    finished line is written.

    Args:
        target: the number of units to come, or None if it is not known.
        width: characters of the bar itself.
        verbose: 0 writes nothing, 1 the bar, 2 one line without a bar when the loop is done.
        interval: seconds that pass at least between two redraws.
        stateful_metrics: names of the values that are shown as they come instead of averaged.
        unit_name: what one unit is called, as in `15ms/step`.
        label: text at the start of the line that `verbose=2` writes.

    Examples:
        >>> bar = Progbar(target=4, width=8)
        >>> for step in range(4):
        ...     bar.add(1, values=[("loss", 2.0 - step)])
        4/4 [========] - 0s .../step - loss: 0.5000
    """

    def __init__(
        self,
        target,
        width=30,
        verbose=1,
        interval=0.05,
        stateful_metrics=None,
        unit_name="step",
        label="",
    ):
        self.target = target
        self.width = width
        self.verbose = verbose
        self.interval = interval
        self.stateful_metrics = set(stateful_metrics or ())
        self.unit_name = unit_name
        self.label = label
        self.seen = 0
        self._means = RunningMeans()
        self._clock = _Clock()
        self._last_draw = float("-inf")
        self._line_length = 0

    def update(self, current, values=None, finalize=None):
        """Move to `current` units done.

        Args:
            current: units done so far, counted from the start.
            values: pairs (name, value) of the units since the last call. A value is averaged with
                the number of these units as its weight, unless its name is in `stateful_metrics`.
            finalize: whether this ends the line; None: when `current` reaches the target.
        """
        weight = max(current - self.seen, 1)
        for name, value in values or ():
            if name in self.stateful_metrics:
                self._means.keep(name, value)
            else:
                self._means.add(name, value, weight)
        self._advance(current, finalize)

    def add(self, n, values=None):
        """Move on by `n` units; `values` as in `update`."""
        self.update(self.seen + n, values)

    def show(self, current, means, finalize=None):
        """Move to `current` units done, with `means` (name to value) already averaged over them.

        Args:
            current: units done so far.
            means: a dict; each value replaces what was gathered under its name.
            finalize: as in `update`.
        """
        for name, value in means.items():
            self._means.set(name, value, current)
        self._advance(current, finalize)

    def close(self):
        """End the line if it is still open, so that what is written next starts a new one."""
        if _open_bar is self:
            _end_open_line()

    def _advance(self, current, finalize):
        self.seen = current
        self._clock.tick(current)
        done = finalize
        if done is None:
            done = self.target is not None and current >= self.target
        if self.verbose == 1:
            self._draw(done)
        elif self.verbose == 2 and done:
            _write(f"{self.label} - {self._timing(done)}{self._values()}\n")

    def _draw(self, done):
        now = perf_counter()
        if not done and now - self._last_draw < self.interval:
            return
        live = _is_live()
        if live:
            self._redraw(done)
        elif done:
            _write(self._line(done, self.width) + "\n")
        self._last_draw = now

    def _redraw(self, done):
        global _open_bar
        if _open_bar is not None and _open_bar is not self:
            _end_open_line()
        line = self._line(done, self.width) if done else self._fitting_line()
        gap = " " * (self._line_length - len(line))
        _write(f"\r{line}{gap}" + ("\n" if done else ""))
        self._line_length = 0 if done else len(line)
        _open_bar = None if done else self

    def _fitting_line(self):
        """The line cut to the terminal: a longer one would wrap, and each redraw add a line."""
        line = self._line(False, self.width)
        room = shutil.get_terminal_size().columns - 1
        if len(line) > room:
            narrow = max(self.width - (len(line) - room), min(_NARROWEST_BAR, self.width))
            line = self._line(False, narrow)[:room]
        return line

    def _line(self, done, width):
        return f"{self._count()}{self._bar(width)} - {self._timing(done)}{self._values()}"

    def _count(self):
        if self.target is None:
            return f"{self.seen:>7}/Unknown"
        return f"{self.seen:>{len(str(self.target))}}/{self.target}"

    def _bar(self, width):
        if self.target is None:
            return ""
        filled = width if self.target <= 0 else min(width, width * self.seen // self.target)
        if filled == width:
            return f" [{'=' * width}]"
        arrow = "=" * (filled - 1) + ">" if filled else ""
        return f" [{arrow}{'.' * (width - filled)}]"

    def _timing(self, done):
        if not done and self.target is not None and self.seen > 0:
            remaining = (self.target - self.seen) * self._clock.per_unit()
            return f"ETA: {format_duration(max(remaining, 0.0))}"
        rate = format_rate(self._clock.per_unit())
        return f"{format_duration(self._clock.elapsed())} {rate}/{self.unit_name}"

    def _values(self):
        means = self._means.result().items()
        return "".join(f" - {name}: {format_value(value)}" for name, value in means)


class _Clock:
    """Measures the time per unit; the first ones, which may include compilation, are left out."""

    def __init__(self):
        self._start = perf_counter()
        self._first = self._last = (self._start, 0)

    def tick(self, count):
        """Take note that `count` units are done now."""
        if count > self._last[1]:
            self._last = (perf_counter(), count)
            if self._first[1] == 0:
                self._first = self._last

    def elapsed(self):
        """Seconds since the start."""
        return perf_counter() - self._start

    def per_unit(self):
        """Seconds a unit takes."""
        end, count = self._last
        begin, before = self._first
        if count > before:
            return (end - begin) / (count - before)
        return (end - self._start) / max(count, 1)


def report(text):
    """Print `text` on a line of its own, also while a progress bar is being drawn.

    Examples:
        >>> report("a message")
        a message
    """
    if _open_bar is not None:
        _end_open_line()
    _write(f"{text}\n")


def format_duration(seconds):
    """Seconds as `7s`, `1:05` or `2:03:04`.

    Examples:
        >>> format_duration(6.7), format_duration(65), format_duration(7384)
        ('7s', '1:05', '2:03:04')
    """
    seconds = round(seconds)
    if seconds < 60:
        return f"{seconds}s"
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def format_rate(seconds):
    """Seconds in the unit that suits them, with at least two digits: `15ms`, `1.5ms`, `230us`.

    Examples:
        >>> [format_rate(value) for value in (12.3, 1.23, 0.123, 0.00123, 1.23e-5, 1e-9)]
        ['12s', '1.2s', '123ms', '1.2ms', '12us', '1.0ns']
    """
    units = ((1.0, "s"), (1e3, "ms"), (1e6, "us"))
    fitting = (unit for unit in units if seconds * unit[0] >= 1.0)
    factor, unit = next(fitting, (1e9, "ns"))
    number = seconds * factor
    return f"{number:.0f}{unit}" if number >= 9.95 else f"{number:.1f}{unit}"


def format_value(value):
    """A log value with four significant digits; what is no number as text.

    Examples:
        >>> [format_value(value) for value in (0.12345, 12.3456, 1234567, 1.5e-7, float("nan"))]
        ['0.1235', '12.35', '1234567', '1.500e-07', 'nan']
    """
    value = plain(value)
    if not isinstance(value, (int, float)):
        return str(value)
    return f"{value:.0f}" if 1e3 <= abs(value) < 1e7 else f"{value:#.4g}"


def _end_open_line():
    global _open_bar
    bar, _open_bar = _open_bar, None
    bar._line_length = 0
    _write("\n")


def _is_live():
    """Whether a line can be redrawn in place: on a terminal (of no build server), in a notebook."""
    stream = sys.stdout
    if stream is None or os.environ.get("CI") or os.environ.get("TERM") == "dumb":
        return False
    in_notebook = type(stream).__module__.startswith("ipykernel")
    return in_notebook or "PYCHARM_HOSTED" in os.environ or stream.isatty()


def _write(text):
    if sys.stdout is not None:
        sys.stdout.write(text)
        sys.stdout.flush()
