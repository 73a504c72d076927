"""The benchmark's table: its numbers, its file, its workloads."""

import importlib.util
import sys
from pathlib import Path

import pytest

from keras import config

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
    return [{"value": value, "versions": {"keras": "1.0", "jax": "2.0"}} for value in values]


def test_a_row_holds_the_medians_and_their_ratio(bench):
    row = bench.row_of("mlp", "jax", {"ours": runs(2.0, 9.0, 1.0), "peer": runs(8.0, 7.0, 99.0)})
    assert row[1:] == ("jax", "2 ms", "8 ms", "4.0")


def test_a_row_without_a_peer(bench):
    assert bench.row_of("mlp", "jax", {"ours": runs(2.0)})[1:] == ("jax", "2 ms", "-", "-")


def test_the_file_of_results(bench, tmp_path):
    rows = [bench.row_of("mlp", "jax", {"ours": runs(2.0), "peer": runs(3.0)})]
    bench.write_table(tmp_path / "RESULTS.md", rows, "where and when")
    text = (tmp_path / "RESULTS.md").read_text()
    assert "where and when" in text
    assert "| 2 ms | 3 ms | 1.5 |" in text
    assert [path.name for path in tmp_path.iterdir()] == ["RESULTS.md"]


def test_both_sides_run_in_turns(bench, monkeypatch, tmp_path):
    order = []

    def run_once(side, name):
        order.append((side.python, side.backend))
        return runs(1.0)[0]

    monkeypatch.setattr(bench, "run_once", run_once)
    options = bench.parse_arguments(["torch=a", "--peer", "b", "--only", "mlp"])
    results = bench.compare("mlp", bench.sides_of("torch", options, str(tmp_path)), 2)
    assert order == [("a", "torch"), ("b", "torch")] * 2
    assert {side: len(found) for side, found in results.items()} == {"ours": 2, "peer": 2}


def test_the_versions_of_all_backends_are_told(bench):
    jax, torch = ({"versions": {"keras": "1", name: "2"}} for name in ("jax", "torch"))
    assert bench.versions([{"ours": [jax]}, {"ours": [torch]}], "ours") == "keras 1, jax 2, torch 2"
    assert bench.versions([{"ours": [jax]}], "peer") == "-"


@pytest.fixture
def here(bench, tmp_path):
    return bench.Side(sys.executable, config.backend(), str(tmp_path), str(FOLDER.parent))


def test_a_workload_runs_in_a_process_of_its_own(bench, here):
    result = bench.run_once(here, "import_time")
    assert 0 < result["value"] < 60
    assert set(result["versions"]) == {"keras", config.backend()}


def test_a_failure_is_told(bench, here):
    with pytest.raises(RuntimeError, match="no_such_workload"):
        bench.run_once(here, "no_such_workload")
