"""What the progress bar writes to a file, and what one sees on a terminal."""

import io
import os
import re
from types import SimpleNamespace

import pytest

import keras.utils.progress as progress
from keras.utils import Progbar
from keras.utils.progress import report


class Terminal(io.StringIO):
    def isatty(self):
        return True

    def screen(self):
        """The lines as they stand after every return to the line's start."""
        lines = []
        for line in self.getvalue().split("\n"):
            shown = ""
            for part in line.split("\r"):
                shown = part + shown[len(part) :]
            lines.append(shown.rstrip())
        return lines


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until it is set."""
    now = [100.0]
    monkeypatch.setattr(progress, "perf_counter", lambda: now[0])
    return now


@pytest.fixture
def terminal(monkeypatch):
    """A terminal of 80 columns."""
    stream = Terminal()
    # The module's own view of sys: pytest puts its sys.stdout back before the test runs.
    monkeypatch.setattr(progress, "sys", SimpleNamespace(stdout=stream))
    monkeypatch.setattr(progress, "_open_bar", None)
    monkeypatch.setattr(
        progress.shutil, "get_terminal_size", lambda *args, **kwargs: os.terminal_size((80, 24))
    )
    for name in ("CI", "PYCHARM_HOSTED"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    return stream


def test_a_file_gets_one_finished_line(capsys, clock):
    bar = Progbar(10, width=10)
    for _ in range(10):
        clock[0] += 1.0
        bar.add(1, [("loss", 0.5)])
    assert capsys.readouterr().out == "10/10 [==========] - 10s 1.0s/step - loss: 0.5000\n"


def test_a_terminal_shows_the_way_in_one_line(terminal, clock):
    bar = Progbar(100, width=10)
    clock[0] += 2.0
    bar.update(10, [("loss", 4.0)])
    assert terminal.screen() == [" 10/100 [>.........] - ETA: 18s - loss: 4.000"]
    clock[0] += 4.0
    bar.update(50, [("loss", 2.0)])
    # The first chunk is left out of the speed: 40 units in 4 s. Mean: (10 * 4 + 40 * 2) / 50.
    assert terminal.screen() == [" 50/100 [====>.....] - ETA: 5s - loss: 2.400"]
    clock[0] += 5.0
    bar.update(100, [("loss", 2.0)])
    assert terminal.screen() == ["100/100 [==========] - 11s 100ms/step - loss: 2.200", ""]


def test_a_shorter_line_leaves_nothing_behind(terminal, clock):
    bar = Progbar(None, interval=0.0, stateful_metrics=["note"])
    bar.update(1, [("note", "a long text that goes away")])
    bar.update(2, [("note", "x")])
    assert terminal.screen() == ["      2/Unknown - 0s 0.0ns/step - note: x"]


def test_a_terminal_is_redrawn_at_most_every_interval(terminal, clock):
    bar = Progbar(1000, interval=0.5)
    for _ in range(999):
        clock[0] += 0.01
        bar.add(1)
    # 9.99 s hold at most 20 redraws, and one at the start.
    assert 15 <= terminal.getvalue().count("\r") <= 21
    bar.add(1)
    assert terminal.screen()[-2].startswith("1000/1000")


def test_a_long_line_is_cut_to_the_terminal_until_it_is_finished(terminal, clock):
    values = [(f"some_metric_{number}", 0.5) for number in range(9)]
    bar = Progbar(10)
    bar.update(5, values)
    (line,) = terminal.screen()
    assert len(line) <= 79 and "\n" not in terminal.getvalue()
    assert line.startswith(" 5/10 [====>.....] - ETA: 0s - some_metric_0: 0.5000")
    bar.update(10, values)
    assert "some_metric_8: 0.5000" in terminal.screen()[0]


@pytest.mark.parametrize("name, value", [("CI", "true"), ("TERM", "dumb")])
def test_a_build_log_is_no_terminal(name, value, terminal, clock, monkeypatch):
    monkeypatch.setenv(name, value)
    bar = Progbar(10)
    bar.update(5)
    assert terminal.getvalue() == ""
    bar.update(10)
    assert "\r" not in terminal.getvalue() and terminal.getvalue().count("\n") == 1


def test_a_notebook_is_redrawn(terminal, clock, monkeypatch):
    monkeypatch.setattr(terminal, "isatty", lambda: False)
    Progbar(10).update(5)
    assert terminal.getvalue() == ""
    monkeypatch.setattr(Terminal, "__module__", "ipykernel.iostream")
    Progbar(10).update(5)
    assert terminal.getvalue().startswith("\r")


def test_messages_get_a_line_of_their_own(terminal, clock):
    bar = Progbar(10, width=10, interval=0.0)
    bar.update(5)
    report("hello")
    bar.update(10)
    assert terminal.screen() == [
        " 5/10 [====>.....] - ETA: 0s",
        "hello",
        "10/10 [==========] - 0s 0.0ns/step",
        "",
    ]
    report("bye")
    assert terminal.screen()[-2:] == ["bye", ""]


def test_an_interrupted_bar_can_be_closed(terminal, clock):
    bar = Progbar(10)
    bar.update(5)
    bar.close()
    bar.close()
    assert terminal.getvalue().count("\n") == 1


def test_a_second_bar_begins_a_new_line(terminal, clock):
    first, second = Progbar(10), Progbar(20)
    first.update(5)
    second.update(5)
    assert len(terminal.screen()) == 2
    second.close()


def test_verbose_2_writes_when_done_and_verbose_0_never(capsys, clock):
    for verbose in (0, 2):
        bar = Progbar(4, verbose=verbose, label="Epoch 1/1")
        bar.update(2, [("loss", 1.0)])
        clock[0] += 3.0
        bar.update(4, [("loss", 3.0)])
    assert capsys.readouterr().out == "Epoch 1/1 - 3s 1.5s/step - loss: 2.000\n"


def test_finalize_decides_when_the_line_ends(capsys, clock):
    bar = Progbar(4, width=4)
    bar.update(4, [("loss", 1.0)], finalize=False)
    assert capsys.readouterr().out == ""
    bar.show(4, {"loss": 0.5, "val_loss": 0.25}, finalize=True)
    assert (
        capsys.readouterr().out == "4/4 [====] - 0s 0.0ns/step - loss: 0.5000 - val_loss: 0.2500\n"
    )


def test_more_than_the_target_and_no_target(capsys, clock):
    Progbar(2, width=4).update(3)
    Progbar(0, width=4).update(0)
    Progbar(None).update(3, finalize=True)
    assert [re.sub(" - .*", "", line) for line in capsys.readouterr().out.splitlines()] == [
        "3/2 [====]",
        "0/0 [====]",
        "      3/Unknown",
    ]


def test_stateful_values_are_shown_as_they_come(capsys, clock):
    bar = Progbar(2, width=2, stateful_metrics=["auc"])
    bar.add(1, [("auc", 0.25), ("loss", 1.0)])
    bar.add(1, [("auc", 0.75), ("loss", 2.0)])
    assert capsys.readouterr().out.endswith("- auc: 0.7500 - loss: 1.500\n")


def test_no_standard_output_at_all(monkeypatch):
    monkeypatch.setattr(progress, "sys", SimpleNamespace(stdout=None))
    bar = Progbar(2)
    bar.update(2)
    report("nobody reads this")
    assert bar.seen == 2
