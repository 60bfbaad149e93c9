"""The bench runner: figures beside goals, and a bench that cannot run says why."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench import run


@pytest.fixture
def benches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of small benches instead of the real ones, with a copy of the runner."""
    runner = tmp_path / "bench" / "run.py"
    runner.parent.mkdir()
    runner.write_text(Path(run.__file__).read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(run, "BENCH", runner.parent)
    monkeypatch.setattr(run, "OUT", runner.parent / "out")
    monkeypatch.setattr(run, "__file__", str(runner))
    return runner.parent


def test_a_run_measures_marks_and_keeps(benches: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (benches / "bench_a.py").write_text(
        "def run():\n    print('hm')\n    return {'eta_1000_vehicles_ms': 5, 'hub_memory_mb': 900, 'x': 1}\n"
    )
    (benches / "bench_b.py").write_text("def run():\n    raise RuntimeError('no sipp here')\n")
    assert run.main([]) == 1
    out = capsys.readouterr().out
    assert "ok   eta_1000_vehicles_ms" in out
    assert "MISS hub_memory_mb" in out
    assert "bench_b: 未能测量 could not run: RuntimeError: no sipp here" in out
    assert "seat_start_s                      未测量 not measured" in out
    [kept] = (benches / "out").glob("bench-*.json")
    report = json.loads(kept.read_text(encoding="utf-8"))
    assert report["figures"]["x"] == 1
    assert report["machine"]["cores"] >= 1
    assert report["could_not_run"] == {"bench_b": "RuntimeError: no sipp here"}


def test_names_choose_benches_and_reached_goals_end_with_0(benches: Path) -> None:
    (benches / "bench_eta.py").write_text("def run():\n    return {'eta_1000_vehicles_ms': 5}\n")
    (benches / "bench_other.py").write_text("raise SystemExit('must not run')\n")
    assert run.main(["eta"]) == 0


def test_a_goal_to_stay_above() -> None:
    goal = run.GOALS["jt808_messages_per_s"]
    assert goal.reached(12_000)
    assert not goal.reached(9_000)


def test_the_file_name_has_the_time(benches: Path) -> None:
    assert run.keep([], datetime(2026, 11, 21, 20, 24, 5, tzinfo=UTC)).name == "bench-2026-11-21-202405.json"
