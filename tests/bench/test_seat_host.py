"""The seat's bench believes its eyes only: what was not painted is not reported."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from bench.bench_seat import p50_p99
from bench.seat_host import Eyes, Watched
from console.theme import Theme
from console.window import Setting
from tests.console.busy import Seatful
from tests.console.quiet import Quiet

Painted = Callable[[], list[str]]


@pytest.fixture
def seat() -> Seatful:
    made = Seatful()
    made.pump()
    made.log_in()
    return made


@pytest.fixture
def painted(qapp: QApplication, seat: Seatful, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Painted:
    """Lets the window draw; returns what the eyes reported meanwhile."""
    window = Watched(seat.desk, Theme(), Setting("测试中心", "01", tmp_path), speaker=Quiet)
    window.resize(1920, 1080)
    window.eyes = Eyes(window)
    window.show()

    def look() -> list[str]:
        seat.pump()
        window.show_changes(seat.desk.changes())
        for _ in range(5):  # a first frame is asked for, laid out, then painted
            qapp.processEvents()
        lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
        return [json.loads(line)["painted"] for line in lines]

    look()
    return look


def test_a_call_is_reported_once_and_only_when_it_is_on_the_screen(seat: Seatful, painted: Painted) -> None:
    seat.phone.ring("13904510001")
    assert painted() == ["13904510001"]
    assert painted() == []


def test_a_form_begun_by_hand_is_seen_in_the_list(seat: Seatful, painted: Painted) -> None:
    intake_id = seat.desk.begin_intake(None, "")
    assert intake_id in painted()


def test_figures_of_a_row_of_times() -> None:
    figures = p50_p99("a", [float(n) for n in range(1, 101)])
    assert figures == {"a_p50_ms": 50.5, "a_p99_ms": 99.0, "a_max_ms": 100.0}
