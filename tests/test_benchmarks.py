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
    del sys.modules["workloads"], sys.modules["networks"]


def runs(*values):
    return [{"value": value, "versions": {"keras": "1.0", "jax": "2.0"}} for value in values]


def test_a_row_holds_the_medians_and_their_ratio(bench):
    row = bench.row_of("mlp", "jax", {"ours": runs(2.0, 9.0, 1.0), "peer": runs(8.0, 7.0, 99.0)})
    assert row[1:] == ("jax", "2 ms", "8 ms", "4.0", "-", "-")


def test_a_row_without_a_peer(bench):
    assert bench.row_of("mlp", "jax", {"ours": runs(2.0)})[1:] == (
        "jax",
        "2 ms",
        "-",
        "-",
        "-",
        "-",
    )


def test_a_row_tells_the_first_epoch_and_the_memory(bench):
    def noted(epoch, memory):
        return [{**runs(1.0)[0], "first_epoch": epoch, "memory": memory}]

    row = bench.row_of("mlp", "jax", {"ours": noted(1.26, 499.7), "peer": noted(2.5, 600.0)})
    assert row[-2:] == ("1.3 / 2.5", "500 / 600")


def test_the_best_peer_may_run_on_another_backend(bench):
    entries = [
        ("mlp", "jax", {"ours": runs(2.0), "peer": runs(8.0)}),
        ("mlp", "torch", {"ours": runs(1.0), "peer": runs(9.0), "by hand": runs(6.0)}),
        ("cnn", "jax", {"ours": runs(2.0)}),
    ]
    best, alone = bench.against_the_best(entries)
    assert best[1:] == ("2 ms", "6 ms", "torch by hand", "3.0")
    assert alone[1:] == ("2 ms", "-", "-", "-")


def test_the_file_of_results_and_its_chart(bench, tmp_path):
    entry = ("mlp", "jax", {"ours": runs(2.0), "peer": runs(3.0)})
    best = bench.against_the_best([entry])
    path = tmp_path / "RESULTS.md"
    bench.write_results(path, [bench.row_of(*entry)], best, bench.BEST_HEADER, "where and when")
    bench.draw(tmp_path / "results.png", best)
    text = path.read_text()
    assert "where and when" in text
    assert "| 2 ms | 3 ms | 1.5 |" in text
    assert "| 2 ms | 3 ms | jax | 1.5 |" in text
    assert sorted(each.name for each in tmp_path.iterdir()) == ["RESULTS.md", "results.png"]


def test_both_sides_run_in_turns(bench, monkeypatch, tmp_path):
    order = []

    def run_once(side, name):
        order.append((side.python, side.backend))
        return runs(1.0)[0]

    monkeypatch.setattr(bench, "run_once", run_once)
    options = bench.parse_arguments(["torch=a", "--peer", "b", "--only", "mlp"])
    results = bench.compare("cnn", bench.sides_of("cnn", "torch", options, str(tmp_path)), 2)
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
    assert result["memory"] > 50
    assert set(result["versions"]) == {"keras", config.backend()}


def test_a_failure_is_told(bench, here):
    with pytest.raises(RuntimeError, match="no_such_workload"):
        bench.run_once(here, "no_such_workload")
