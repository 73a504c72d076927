"""The table of a run."""

import csv

import numpy as np
import pytest

from keras.callbacks import CSVLogger


def lines(path):
    return path.read_text().splitlines()


def test_one_line_an_epoch_under_sorted_names(run, tmp_path):
    path = tmp_path / "log.csv"
    run(CSVLogger(path), [{"loss": 0.5, "acc": np.float32(0.25)}, {"loss": 0.25, "acc": 0.5}])
    assert lines(path) == ["epoch,acc,loss", "0,0.25,0.5", "1,0.5,0.25"]


def test_each_line_is_there_as_soon_as_its_epoch_ends(tmp_path):
    path = tmp_path / "log.csv"
    logger = CSVLogger(str(path))
    logger.on_train_begin()
    for epoch in range(3):
        logger.on_epoch_end(epoch, {"loss": float(epoch)})
        assert lines(path)[-1] == f"{epoch},{float(epoch)}"


def test_append_keeps_one_header_and_its_columns(run, tmp_path):
    path = tmp_path / "log.csv"
    logger = CSVLogger(path, append=True)
    run(logger, [{"loss": 0.5, "acc": 0.25}])
    run(logger, [{"loss": 0.25, "accuracy": 0.5}], first=1)
    run(CSVLogger(path, append=True), [{"loss": 0.125}], first=2)
    assert lines(path) == ["epoch,acc,loss", "0,0.25,0.5", "1,0.5,0.25", "2,NA,0.125"]


def test_without_append_the_file_is_replaced(run, tmp_path):
    path = tmp_path / "log.csv"
    for _ in range(2):
        run(CSVLogger(path), [{"loss": 0.5}])
    assert lines(path) == ["epoch,loss", "0,0.5"]


def test_append_to_a_file_whose_last_line_was_cut(run, tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("epoch,loss\n0,0.")
    run(CSVLogger(path, append=True), [{"loss": 0.5}], first=1)
    assert lines(path) == ["epoch,loss", "0,0.", "1,0.5"]


def test_append_to_something_else_is_refused_and_the_file_kept(run, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("my notes\n")
    with pytest.raises(ValueError, match=r"first line of .*notes\.txt.*'my notes'"):
        run(CSVLogger(path, append=True), [{"loss": 0.5}])
    assert path.read_text() == "my notes\n"


def test_append_with_another_separator_is_refused(run, tmp_path):
    path = tmp_path / "log.csv"
    run(CSVLogger(path), [{"loss": 0.5}])
    with pytest.raises(ValueError, match="separator ';'"):
        run(CSVLogger(path, separator=";", append=True), [{"loss": 0.5}])


def test_append_to_an_empty_file_writes_the_header(run, tmp_path):
    path = tmp_path / "log.csv"
    path.touch()
    run(CSVLogger(path, append=True), [{"loss": 0.5}])
    assert lines(path) == ["epoch,loss", "0,0.5"]


def test_separator_and_lists_and_text(run, tmp_path):
    path = tmp_path / "log.csv"
    run(
        CSVLogger(path, separator=";"),
        [{"loss": 0.5, "parts": np.array([1.0, 2.0]), "note": "a;b"}],
    )
    with path.open(newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    assert rows == [["epoch", "loss", "note", "parts"], ["0", "0.5", "a;b", "[1.0, 2.0]"]]


def test_a_value_without_a_column_is_reported_once(run, tmp_path):
    path = tmp_path / "log.csv"
    with pytest.warns(RuntimeWarning, match="no column for val_loss") as seen:
        run(CSVLogger(path), [{"loss": 1.0}, {"loss": 2.0, "val_loss": 3.0}, {"val_loss": 4.0}])
    assert len(seen) == 1
    assert lines(path) == ["epoch,loss", "0,1.0", "1,2.0", "2,NA"]
