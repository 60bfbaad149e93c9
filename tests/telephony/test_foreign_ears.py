"""What telephones that are not ours hear when they are held, conferred and supervised: sipp speaks for them.

A tone for everybody; whatever a far end sends while it is held goes nowhere, though it never falls silent.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from telephony import messages as msg
from telephony.conversation import CallPlace
from telephony.monitoring import MonitorMode
from telephony.settings import TrustSettings, Voice
from tests.telephony.foreign import Abroad, Foreign
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

pytestmark = [pytest.mark.process, pytest.mark.peer, pytest.mark.nightly]
TRUST = TrustSettings(("127.0.0.1",), "the site's secret")
OP, C, H, HOLD = OPERATOR_HZ, CALLER_HZ, HOSPITAL_HZ, HOLD_HZ
S = ST = SUPERVISOR_HZ  # the supervisor, and the station where there is none
VOICES = {"microphone": Voice(tone_hz=OP), "hold_voice": Voice(tone_hz=HOLD)}

# phase: what the operator's ear, the caller, the hospital and the station hear.
CONFERRED: dict[str, tuple[set[int], set[int], set[int], set[int]]] = {
    "talk": ({C}, {OP}, set(), set()),
    "held": (set(), {HOLD}, set(), set()),
    "consult": ({H}, {HOLD}, {OP}, set()),
    "swapped": ({C}, {OP}, {HOLD}, set()),
    "conference": ({C, H}, {OP, H}, {OP, C}, set()),
    "left": (set(), {H}, {C}, set()),
    "rejoined": ({C, H}, {OP, H}, {OP, C}, set()),
    "station": ({ST}, {HOLD}, {HOLD}, {OP}),
    "three": ({C, H, ST}, {OP, H, ST}, {OP, C, ST}, {OP, C, H}),
    "three alone": (set(), {H, ST}, {C, ST}, {C, H}),
    "hospital gone": (set(), {ST}, set(), {C}),
    "back": ({C, ST}, {OP, ST}, set(), {OP, C}),
}
# phase: left and right side of the caller's recording.
CALLER_RECORDED: dict[str, tuple[set[int], set[int]]] = {
    "talk": ({C}, {OP}),
    "held": (set(), {HOLD}),
    "swapped": ({C}, {OP}),
    "conference": ({C, H}, {OP}),
    "left": ({C, H}, set()),
    "station": (set(), {HOLD}),
    "three": ({C, H, ST}, {OP}),
    "three alone": ({C, H, ST}, set()),
    "back": ({C, ST}, {OP}),
}
HOSPITAL_RECORDED: dict[str, tuple[set[int], set[int]]] = {
    "consult": ({H}, {OP}),
    "swapped": (set(), {HOLD}),
    "conference": ({C, H}, {OP}),
    "left": ({C, H}, set()),
    "station": (set(), {HOLD}),
    "three": ({C, H, ST}, {OP}),
}
# How the session descriptions want the sound of each to go, one after the other.
TALKS, HOLDS = "sendrecv", "sendonly"
ASKED_AGAIN_S = 2.5  # a phone that saw no agreement would ask again after 1 s
CALLER_TOLD = [TALKS, HOLDS, TALKS, HOLDS, TALKS]
HOSPITAL_TOLD = [TALKS, HOLDS, TALKS, HOLDS, TALKS]

# phase: what the operator's ear, the foreign caller and the supervisor hear.
SUPERVISED: dict[str, tuple[set[int], set[int], set[int]]] = {
    "listen": ({C}, {OP}, {OP, C}),
    "whisper": ({C, S}, {OP}, {OP, C}),
    "barge": ({C, S}, {OP, S}, {OP, C}),
    "taken": (set(), {S}, {C}),
    "back": ({C}, {OP}, {OP, C}),
}
MODES = {
    "whisper": MonitorMode.WHISPER,
    "barge": MonitorMode.BARGE,
    "taken": MonitorMode.TAKE_OVER,
    "back": MonitorMode.LISTEN,
}


class Desk:
    """A seat that is listened to, and the phases of what happens there."""

    def __init__(self, make_seat: Callable[..., Any], folder: Path) -> None:
        self.folder = folder
        self.seat = make_seat(kind=ListeningPhone, trust=TRUST, **VOICES)
        self.phases = Phases(self.seat.heard)

    def phase(self, name: str) -> None:
        """Everything ordered is carried out: talk for a while."""
        self.seat.settle()
        self.phases.named(name)

    def taken(self) -> str:
        return self.seat.answered().call_id

    def dialled(self, far: Foreign) -> str:
        call_id = self.seat.phone.dial(far.uri)
        self.seat.heard.until(msg.CallAnswered, lambda e: e.call_id == call_id)
        return call_id

    def ear(self) -> dict[str, set[int]]:
        """What the operator heard, by phase. Its phone is over then."""
        self.seat.phone.stop(5.0)
        (ear,), rate_hz = read(self.folder / "ear.wav")
        from_ms = float((self.folder / "ear.ms").read_text())
        return {name: self.phases.tones(ear, rate_hz, from_ms, name) for name in self.phases.from_ms}

    def recorded(self, call_id: str, phases: dict[str, Any]) -> dict[str, tuple[set[int], set[int]]]:
        """Both sides of its recording, by phase."""
        closed = next(r for r in self.seat.heard.of(msg.RecordingClosed) if r.call_id == call_id)
        (left, right), rate_hz = read(self.seat.phone.recording_path(closed))
        began = closed.started_at_ms
        return {
            name: (
                self.phases.tones(left, rate_hz, began, name),
                self.phases.tones(right, rate_hz, began, name),
            )
            for name in phases
        }


@pytest.fixture
def desk(make_seat: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv(EAR, str(tmp_path / "ear.wav"))
    return Desk(make_seat, tmp_path)


def test_three_telephones_that_are_not_ours_hear_whom_they_must(desk: Desk, abroad: Abroad) -> None:
    seat, phone, phases = desk.seat, desk.seat.phone, desk.phases
    hospital, station = abroad.answers(H), abroad.answers(ST)
    caller = abroad.calls(seat.port, C)
    c = desk.taken()
    desk.phase("talk")
    phone.hold(c)
    desk.phase("held")
    h = desk.dialled(hospital)
    desk.phase("consult")
    assert phone.swap()
    desk.phase("swapped")
    phone.confer((h,))
    desk.phase("conference")
    phone.leave_conference()
    desk.phase("left")
    phone.rejoin_conference()
    desk.phase("rejoined")
    s = desk.dialled(station)
    desk.phase("station")
    phone.confer((c, h))
    desk.phase("three")
    phone.leave_conference()
    desk.phase("three alone")
    phone.hang_up(h)
    desk.phase("hospital gone")
    phone.rejoin_conference()
    desk.phase("back")
    phone.hang_up(c)
    phone.hang_up(s)
    while len(seat.heard.of(msg.RecordingClosed)) < 3:
        seat.heard.until(msg.RecordingClosed)
    assert [far.finish() for far in (caller, hospital, station)] == [CALLER_TOLD, HOSPITAL_TOLD, [TALKS]]
    for place, far in enumerate((caller, hospital, station), start=1):
        found = {name: far.ear.tones(phases, name) for name in CONFERRED}
        assert found == {name: heard[place] for name, heard in CONFERRED.items()}, f"ear {place}"
    assert desk.recorded(c, CALLER_RECORDED) == CALLER_RECORDED
    assert desk.recorded(h, HOSPITAL_RECORDED) == HOSPITAL_RECORDED
    assert not seat.heard.of(msg.PhoneFault) + seat.heard.of(msg.CommandRefused)
    assert desk.ear() == {name: heard[0] for name, heard in CONFERRED.items()}


@pytest.mark.parametrize("when_held", ["inactive", "sendrecv"])
def test_a_far_end_that_agrees_to_a_hold_in_its_own_way_is_heard_again(
    desk: Desk, abroad: Abroad, when_held: str
) -> None:
    """It wants no announcement, or goes on as if nobody held it: once resumed both hear each other."""
    seat, phases = desk.seat, desk.phases
    caller = abroad.calls(seat.port, C, when_held=when_held)
    c = desk.taken()
    desk.phase("talk")
    seat.phone.hold(c)
    desk.phase("held")
    seat.heard.meanwhile(ASKED_AGAIN_S)
    seat.phone.talk_to(c)
    desk.phase("resumed")
    seat.phone.hang_up(c)
    assert caller.finish() == [TALKS, HOLDS, TALKS], "asked once each time"
    announced = {HOLD} if when_held == "sendrecv" else set()
    assert [caller.ear.tones(phases, name) for name in phases.from_ms] == [{OP}, announced, {OP}]
    assert list(desk.ear().values()) == [{C}, set(), {C}]


@pytest.mark.parametrize(("holding", "played"), [("sendonly", {C}), ("inactive", set())])
def test_a_far_end_that_holds_the_seat_is_heard_as_it_says_and_again_afterwards(
    desk: Desk, abroad: Abroad, holding: str, played: set[int]
) -> None:
    """Its music, or nothing; the operator is not heard meanwhile, and silence is no fault of the line."""
    seat, phases = desk.seat, desk.phases
    caller = abroad.calls(seat.port, C, talk_ms=1500, holding=holding, hold_ms=3000)
    c = desk.taken()
    desk.phase("talk")
    seat.heard.until(msg.CallMedia, lambda e: not e.active)
    desk.phase("held")
    seat.heard.until(msg.CallMedia, lambda e: e.active)
    desk.phase("resumed")
    seat.phone.hang_up(c)
    assert caller.finish() == [TALKS, {"sendonly": "recvonly", "inactive": "inactive"}[holding], TALKS]
    assert [caller.ear.tones(phases, name) for name in phases.from_ms] == [{OP}, set(), {OP}]
    assert not seat.heard.of(msg.DeadAirBegan)
    assert list(desk.ear().values()) == [{C}, played, {C}]


def test_a_caller_who_is_not_ours_hears_the_supervisor_only_where_he_must(
    desk: Desk, make_seat: Callable[..., Any], abroad: Abroad, tmp_path: Path
) -> None:
    seat, phases = desk.seat, desk.phases
    boss = make_seat(microphone=Voice(tone_hz=S), recordings_dir=str(tmp_path / "boss"), trust=TRUST)
    caller = abroad.calls(seat.port, C)
    c = desk.taken()
    leg = boss.phone.supervise(seat.uri, c, MonitorMode.LISTEN, "1001 王芳")
    boss.heard.until(msg.CallAnswered)
    desk.phase("listen")
    for name, mode in MODES.items():
        boss.phone.change_supervision(leg, mode)
        seat.heard.until(msg.MonitorChanged, lambda e, mode=mode: e.mode is mode)
        desk.phase(name)
    assert seat.phone.calls[c].place is CallPlace.TALK
    boss.phone.change_supervision(leg, MonitorMode.RELEASE, "恶意占线")
    assert seat.heard.until(msg.CallEnded).ended_by is msg.EndedBy.SUPERVISOR
    assert caller.finish() == [TALKS], "it heard our BYE, and of the supervisor nothing before"
    assert {name: caller.ear.tones(phases, name) for name in SUPERVISED} == {
        name: heard[1] for name, heard in SUPERVISED.items()
    }
    closed = boss.heard.until(msg.RecordingClosed)
    (far, _), rate_hz = read(boss.phone.recording_path(closed))
    assert {name: phases.tones(far, rate_hz, closed.started_at_ms, name) for name in SUPERVISED} == {
        name: heard[2] for name, heard in SUPERVISED.items()
    }
    assert desk.ear() == {name: heard[0] for name, heard in SUPERVISED.items()}
