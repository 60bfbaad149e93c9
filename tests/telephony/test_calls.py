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


class Conversation:
    """A seat whose ear is recorded, a caller, a hospital and a supervisor, each with a tone of its own."""

    def __init__(self, make_seat: Callable[..., Any], folder: Path) -> None:
        voices = {"microphone": Voice(tone_hz=OP), "hold_voice": Voice(tone_hz=HOLD)}
        self.folder = folder
        self.seat = make_seat(kind=ListeningPhone, trust=TRUST, up=False, **voices)
        self.others = {
            name: make_seat(
                microphone=Voice(tone_hz=hz), recordings_dir=str(folder / name), trust=TRUST, up=False
            )
            for name, hz in (("caller", C), ("hospital", H), ("boss", S))
        }
        for one in (self.seat, *self.others.values()):
            one.wait_up()
        self.phases = Phases(self.seat.heard)

    def hold(self) -> None:
        """Two calls in every order; after it both are in one conference."""
        phone, phases = self.seat.phone, self.phases
        self.others["caller"].phone.dial(self.seat.uri)
        self.c = self.seat.answered().call_id
        phases.named("talk")
        self.h, _ = self.seat.connected(self.others["hospital"])
        phases.named("consult")
        assert phone.calls[self.c].place is CallPlace.HELD
        assert phone.swap()
        moved(self.seat, self.c, CallPlace.TALK)
        phases.named("swapped")
        phone.confer((self.h,))
        phases.named("conference")
        phone.leave_conference()
        phases.named("left")
        phone.rejoin_conference()
        phases.named("rejoined")

    def supervise(self) -> None:
        """Every way to listen and to speak, then the call is the operator's again, who holds it."""
        seat, boss, phases = self.seat, self.others["boss"], self.phases
        leg = boss.phone.supervise(seat.uri, self.c, MonitorMode.LISTEN, "1001 王芳")
        began = seat.heard.until(msg.MonitorBegan)
        assert (began.call_id, began.mode) == (self.c, MonitorMode.LISTEN)
        boss.heard.until(msg.CallAnswered)
        assert set(seat.phone.calls) == {self.c, self.h}, "the supervisor's leg is no call of the seat"
        phases.named("listen")
        change(seat, boss, leg, MonitorMode.WHISPER)
        phases.named("whisper")
        change(seat, boss, leg, MonitorMode.BARGE)
        phases.named("barge")
        change(seat, boss, leg, MonitorMode.TAKE_OVER)
        phases.named("taken")
        assert {call.place for call in seat.phone.calls.values()} == {CallPlace.TAKEN}
        change(seat, boss, leg, MonitorMode.LISTEN)
        phases.named("back")
        seat.phone.hold(self.c)
        phases.named("held")
        boss.phone.hang_up(leg)
        seat.heard.until(msg.MonitorEnded)

    def end(self) -> None:
        """Everybody hangs up; all recordings are whole."""
        seat = self.seat
        for call_id in (self.c, self.h):
            seat.phone.hang_up(call_id)
        self.recorded = {r.call_id: r for r in (seat.heard.until(msg.RecordingClosed) for _ in range(2))}
        self.far = {name: one.heard.until(msg.RecordingClosed) for name, one in self.others.items()}
        seat.phone.stop(5.0)
        assert not seat.heard.of(msg.PhoneFault) + seat.heard.of(msg.CommandRefused)

    def heard_by_the_operator(self) -> dict[str, set[int]]:
        """By phase, the tones in his ear."""
        (ear,), rate_hz = read(self.folder / "ear.wav")
        from_ms = float((self.folder / "ear.ms").read_text())
        return {name: self.phases.tones(ear, rate_hz, from_ms, name) for name in MATRIX}

    def heard_by(self, who: str) -> dict[str, set[int]]:
        """The same of a far end, since it has been there."""
        closed = self.far[who]
        sides, rate_hz = read(self.folder / who / closed.path)
        since = [n for n in MATRIX if closed.started_at_ms <= self.phases.from_ms[n]]
        return {n: self.phases.tones(sides[0], rate_hz, closed.started_at_ms, n) for n in since}

    def check_recordings(self) -> None:
        """The caller's has both sides in step; both have sound up to their end."""
        for call_id, closed in self.recorded.items():
            sides, rate_hz = read(self.seat.phone.recording_path(closed))
            ended = next(e for e in self.seat.heard.of(msg.CallEnded) if e.call_id == call_id)
            lasted_s = (ended.at_ms - closed.started_at_ms) / 1000
            assert abs(len(sides[0]) / rate_hz - lasted_s) < 0.5, "it never stops growing"
            assert np.any(sides[0][-rate_hz:]) or np.any(sides[1][-rate_hz:])
        closed = self.recorded[self.c]
        sides, rate_hz = read(self.seat.phone.recording_path(closed))
        for name, expected in RECORDED.items():
            heard = tuple(self.phases.tones(side, rate_hz, closed.started_at_ms, name) for side in sides)
            assert heard == expected, f"{name}: recording"


def test_everybody_hears_whom_he_must_and_nobody_else(
    make_seat: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole matrix of tones over SIP; the recordings are in step all the time and never stop growing."""
    monkeypatch.setenv(EAR, str(tmp_path / "ear.wav"))
    talk = Conversation(make_seat, tmp_path)
    talk.hold()
    talk.supervise()
    talk.end()
    assert talk.heard_by_the_operator() == {name: heard[0] for name, heard in MATRIX.items()}
    for place, who in enumerate(talk.others, start=1):
        found = talk.heard_by(who)
        assert found, f"{who} was there"
        assert found == {name: MATRIX[name][place] for name in found}, who
    talk.check_recordings()
