"""The clock beside the hub's: limits, and a hub that cannot be asked."""

from pathlib import Path

import pytest

from console.doctor.finding import Level
from console.doctor.hub_clock import hub_clock, judged
from store.bus.keys import own_keys, pin_hub_key
from store.config import Config, Hub, Keys


@pytest.mark.parametrize(
    ("offset_ms", "level"),
    [(0, Level.OK), (-500, Level.OK), (501, Level.WARN), (-5_000, Level.WARN), (5_001, Level.FAIL)],
)
def test_a_wrong_clock_is_named(offset_ms: int, level: Level) -> None:
    finding = judged(offset_ms)
    assert finding.level is level
    assert str(offset_ms) in finding.zh


def test_without_keys_nothing_is_asked_and_nothing_made(tmp_path: Path) -> None:
    finding = hub_clock(Config(keys=Keys(dir=str(tmp_path))))
    assert finding.level is Level.WARN
    assert list(tmp_path.iterdir()) == []


def test_a_hub_that_does_not_answer_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.doctor.hub_clock.WAIT_S_MAX", 0.2)
    own = own_keys(tmp_path, "seat-01")
    pin_hub_key(tmp_path, own.public)
    finding = hub_clock(Config(keys=Keys(dir=str(tmp_path)), hub=Hub(hubs=("127.0.0.1:9",))))
    assert finding.level is Level.WARN
    assert "没有应答" in finding.zh
