"""Somebody sets the wall clock: facts get the new time, whatever waits does not notice."""

import pytest

from store.bus import clock
from store.bus.clock import Clock

HOUR_MS = 3_600_000


@pytest.mark.parametrize("step_ms", [-HOUR_MS, HOUR_MS])
def test_stamps_follow_a_step_and_waiting_does_not(monkeypatch: pytest.MonkeyPatch, step_ms: int) -> None:
    times = {"wall": 10_000_000, "steady": 500}
    monkeypatch.setattr(clock, "_wall_ms", lambda: times["wall"])
    monkeypatch.setattr(clock, "_steady_ms", lambda: times["steady"])
    ours = Clock()
    assert ours.now_ms() == ours.steady_ms() == 10_000_000
    times["wall"] += step_ms + 100
    times["steady"] += 100
    assert ours.now_ms() == 10_000_100 + step_ms
    assert ours.steady_ms() == 10_000_100


def test_a_small_correction_is_slept_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_steady_ms", lambda: 500)
    monkeypatch.setattr(clock, "_wall_ms", lambda: 10_000)
    ours = Clock()
    monkeypatch.setattr(clock, "_wall_ms", lambda: 9_700)
    assert ours.now_ms() == 10_000
