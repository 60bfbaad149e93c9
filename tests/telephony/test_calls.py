"""Several calls at once with real phones: who hears whom in every order, and what rings meanwhile."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from telephony import messages as msg
from telephony.conversation import CallPlace
from telephony.monitoring import MonitorMode
from telephony.settings import TrustSettings, Voice
from tests.telephony.listening import EAR, ListeningPhone
from tests.telephony.tones import (
    CALLER_HZ,
    HOLD_HZ,
    HOSPITAL_HZ,
    OPERATOR_HZ,
    SUPERVISOR_HZ,
    Phases,
    read,
)

pytestmark = pytest.mark.process
TRUST = TrustSettings(("127.0.0.1",), "the site's secret")
OP, C, H, S, HOLD = OPERATOR_HZ, CALLER_HZ, HOSPITAL_HZ, SUPERVISOR_HZ, HOLD_HZ

# phase: what the operator's ear, the caller, the hospital and the supervisor hear.
MATRIX: dict[str, tuple[set[int], set[int], set[int], set[int]]] = {
    "talk": ({C}, {OP}, set(), set()),
    "consult": ({H}, {HOLD}, {OP}, set()),
    "swapped": ({C}, {OP}, {HOLD}, set()),
    "conference": ({C, H}, {OP, H}, {OP, C}, set()),
    "left": (set(), {H}, {C}, set()),
    "rejoined": ({C, H}, {OP, H}, {OP, C}, set()),
    "listen": ({C, H}, {OP, H}, {OP, C}, {OP, C, H}),
    "whisper": ({C, H, S}, {OP, H}, {OP, C}, {OP, C, H}),
    "barge": ({C, H, S}, {OP, H, S}, {OP, C, S}, {OP, C, H}),
    "taken": (set(), {H, S}, {C, S}, {C, H}),
    "back": ({C, H}, {OP, H}, {OP, C}, {OP, C, H}),
    "held": ({H}, {HOLD}, {OP}, set()),
}
# phase: left and right side of the recordings of caller and hospital at the seat.
RECORDED: dict[str, tuple[set[int], set[int]]] = {
    "talk": ({C}, {OP}),
    "consult": (set(), {HOLD}),
    "swapped": ({C}, {OP}),
    "conference": ({C, H}, {OP}),
    "left": ({C, H}, set()),
    "listen": ({C, H}, {OP}),
    "whisper": ({C, H}, {OP, S}),
    "barge": ({C, H}, {OP, S}),
    "taken": ({C, H}, {S}),
    "held": (set(), {HOLD}),
}


def moved(seat: Any, call_id: str, place: CallPlace) -> None:
    seat.heard.until(msg.CallMoved, lambda e: (e.call_id, e.place) == (call_id, place))


def change(seat: Any, boss: Any, leg: str, mode: MonitorMode) -> None:
    boss.phone.change_supervision(leg, mode)
    seat.heard.until(msg.MonitorChanged, lambda e: e.mode is mode)


def test_everybody_hears_whom_he_must_and_nobody_else(
    make_seat: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole matrix of tones over SIP; the recordings are in step all the time and never stop growing."""
    monkeypatch.setenv(EAR, str(tmp_path / "ear.wav"))
    seat = make_seat(
        kind=ListeningPhone, trust=TRUST, hold_voice=Voice(tone_hz=HOLD), microphone=Voice(tone_hz=OP)
    )
    others = {
        name: make_seat(microphone=Voice(tone_hz=hz), recordings_dir=str(tmp_path / name), trust=TRUST)
        for name, hz in (("caller", C), ("hospital", H), ("boss", S))
    }
    caller, hospital, boss = others.values()
    phases = Phases(seat.heard)
    phone = seat.phone

    caller.phone.dial(seat.uri)
    c = seat.answered().call_id
    phases.named("talk")
    h, _ = seat.connected(hospital)
    phases.named("consult")
    assert phone.calls[c].place is CallPlace.HELD
    assert phone.swap()
    moved(seat, c, CallPlace.TALK)
    phases.named("swapped")
    phone.confer((h,))
    phases.named("conference")
    phone.leave_conference()
    phases.named("left")
    phone.rejoin_conference()
    phases.named("rejoined")
    leg = boss.phone.supervise(seat.uri, c, MonitorMode.LISTEN)
    began = seat.heard.until(msg.MonitorBegan)
    assert (began.call_id, began.mode) == (c, MonitorMode.LISTEN)
    boss.heard.until(msg.CallAnswered)
    assert set(phone.calls) == {c, h}, "the supervisor's leg is no call of the seat"
    phases.named("listen")
    change(seat, boss, leg, MonitorMode.WHISPER)
    phases.named("whisper")
    change(seat, boss, leg, MonitorMode.BARGE)
    phases.named("barge")
    change(seat, boss, leg, MonitorMode.TAKE_OVER)
    phases.named("taken")
    assert {call.place for call in phone.calls.values()} == {CallPlace.TAKEN}
    change(seat, boss, leg, MonitorMode.LISTEN)
    phases.named("back")
    phone.hold(c)
    phases.named("held")
    boss.phone.hang_up(leg)
    seat.heard.until(msg.MonitorEnded)
    for call_id in (c, h):
        phone.hang_up(call_id)
    recorded = {r.call_id: r for r in (seat.heard.until(msg.RecordingClosed) for _ in range(2))}
    closed = [other.heard.until(msg.RecordingClosed) for other in (caller, hospital, boss)]
    phone.stop(5.0)
    assert not seat.heard.of(msg.PhoneFault) + seat.heard.of(msg.CommandRefused)

    (ear,), ear_hz = read(tmp_path / "ear.wav")
    ear_from_ms = float((tmp_path / "ear.ms").read_text())
    far = [(*read(tmp_path / name / r.path), r.started_at_ms) for name, r in zip(others, closed, strict=True)]
    for name, (at_ear, *at_others) in MATRIX.items():
        assert phases.tones(ear, ear_hz, ear_from_ms, name) == at_ear, f"{name}: the operator's ear"
        for who, (sides, rate_hz, from_ms), expected in zip(others, far, at_others, strict=True):
            if from_ms <= phases.from_ms[name]:
                assert phases.tones(sides[0], rate_hz, from_ms, name) == expected, f"{name}: {who}"
    sides, rate_hz = read(phone.recording_path(recorded[c]))
    for name, (left, right) in RECORDED.items():
        for side, expected in zip(sides, (left, right), strict=True):
            heard = phases.tones(side, rate_hz, recorded[c].started_at_ms, name)
            assert heard == expected, f"{name}: recording"
    for call_id, closed_at_seat in recorded.items():
        sides, rate_hz = read(phone.recording_path(closed_at_seat))
        ended = next(e for e in seat.heard.of(msg.CallEnded) if e.call_id == call_id)
        lasted_s = (ended.at_ms - closed_at_seat.started_at_ms) / 1000
        assert abs(len(sides[0]) / rate_hz - lasted_s) < 0.5, "it never stops growing"
        assert np.any(sides[0][-rate_hz:]) or np.any(sides[1][-rate_hz:])
