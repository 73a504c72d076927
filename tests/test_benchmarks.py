"""The benchmark's table: its numbers, its file, its workloads."""

import importlib.util
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

FOLDER = Path(__file__).resolve().parent.parent / "benchmarks"


@pytest.fixture
def bench(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    spec = importlib.util.spec_from_file_location("bench", FOLDER / "bench.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    del sys.modules["workloads"]


def runs(*values):
    return [{"value": value, "keras": "1.0", "jax": "2.0"} for value in values]


def test_a_row_holds_the_medians_and_their_ratio(bench):
    row = bench.row_of("mlp", {"ours": runs(2.0, 9.0, 1.0), "peer": runs(8.0, 7.0, 99.0)})
    assert row[1:] == ("2 ms", "8 ms", "4.0")


def test_a_row_without_a_peer(bench):
    assert bench.row_of("mlp", {"ours": runs(2.0)})[1:] == ("2 ms", "-", "-")


def test_the_file_of_results(bench, tmp_path):
    rows = [bench.row_of("mlp", {"ours": runs(2.0), "peer": runs(3.0)})]
    bench.write_table(tmp_path / "RESULTS.md", rows, "where and when")
    text = (tmp_path / "RESULTS.md").read_text()
    assert "where and when" in text
    assert "| 2 ms | 3 ms | 1.5 |" in text
    assert [path.name for path in tmp_path.iterdir()] == ["RESULTS.md"]


def test_both_sides_run_in_turns(bench, monkeypatch, tmp_path):
    order = []
    monkeypatch.setattr(
        bench, "run_once", lambda python, *rest: order.append(python) or runs(1.0)[0]
    )
    options = SimpleNamespace(ours="a", peer="b", repeats=2)
    results = bench.compare("mlp", options, str(tmp_path))
    assert order == ["a", "b", "a", "b"]
    assert {side: len(found) for side, found in results.items()} == {"ours": 2, "peer": 2}


def test_a_workload_runs_in_a_process_of_its_own(bench, tmp_path):
    result = bench.run_once(sys.executable, "import_time", str(tmp_path), str(FOLDER.parent))
    assert 0 < result["value"] < 60
    assert set(result) == {"value", "keras", "jax"}


def test_a_failure_is_told(bench, tmp_path):
    with pytest.raises(RuntimeError, match="no_such_workload"):
        bench.run_once(sys.executable, "no_such_workload", str(tmp_path), str(FOLDER.parent))
