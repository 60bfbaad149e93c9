"""One contract, two phones: the virtual one always, the real one with its process."""

import contextlib
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from telephony import messages as msg
from telephony.conversation import CallPlace
from telephony.location.found import Reference
from telephony.location.said import Fetched, WithCall
from telephony.mirror import CallStage
from telephony.monitoring import MonitorMode
from telephony.port import PhonePort
from telephony.settings import AccountSettings, TrustSettings
from telephony.virtual import VirtualPhone

TRUST = TrustSettings(("127.0.0.1",), "the site's secret")


class Rig(Protocol):
    """A phone, what it said, and somebody who calls it."""

    phone: PhonePort
    heard: Any

    def ring(self, number: str) -> None: ...
    def caller_hangs_up(self) -> None: ...
    def call_hospital(self) -> str: ...
    def caller_keys(self, digits: str) -> None: ...
    def supervisor_comes(self, call_id: str, mode: MonitorMode) -> None: ...
    def supervisor_goes(self) -> None: ...


class VirtualRig:
    def __init__(self, heard: Any) -> None:
        self.heard = heard
        self.phone = VirtualPhone(heard.put, (AccountSettings("direct", "sip:seat@x"),))
        self.phone.start()
        self._call_id = ""

    def ring(self, number: str) -> None:
        self._call_id = self.phone.ring(number)

    def caller_hangs_up(self) -> None:
        self.phone.far_end_hangs_up(self._call_id)

    def call_hospital(self) -> str:
        call_id = self.phone.dial("120")
        assert call_id
        self.phone.far_end_answers(call_id)
        self.heard.until(msg.CallAnswered, lambda e: e.call_id == call_id)
        return call_id

    def caller_keys(self, digits: str) -> None:
        self.phone.far_end_keys(self._call_id, digits)

    def supervisor_comes(self, call_id: str, mode: MonitorMode) -> None:
        self._monitor_id = self.phone.supervisor_comes(call_id, mode, "8100")

    def supervisor_goes(self) -> None:
        self.phone.supervisor_goes(self._monitor_id)


class RealRig:
    """`another` gets one more seat."""

    def __init__(self, seat: Any, caller: Any, another: Callable[[], Any]) -> None:
        self.heard, self.phone, self._seat, self._caller = seat.heard, seat.phone, seat, caller
        self._call_id = ""
        self._another = another

    def ring(self, number: str) -> None:
        self._call_id = self._caller.call(self._seat.uri, asserted_number=number)

    def caller_hangs_up(self) -> None:
        self._caller.phone.hang_up(self._call_id)

    def call_hospital(self) -> str:
        here, _ = self._seat.connected(self._another())
        return str(here)

    def caller_keys(self, digits: str) -> None:
        self._caller.phone.send_digits(self._call_id, digits)

    def supervisor_comes(self, call_id: str, mode: MonitorMode) -> None:
        self._boss = self._another()
        self._boss.phone.trust(TRUST)
        self._leg = self._boss.phone.supervise(self._seat.uri, call_id, mode, "8100 王芳")

    def supervisor_goes(self) -> None:
        self._boss.phone.hang_up(self._leg)


@pytest.fixture(params=["virtual", pytest.param("real", marks=pytest.mark.process)])
def rig(request: pytest.FixtureRequest, heard: Any) -> Iterator[Rig]:
    if request.param == "virtual":
        yield VirtualRig(heard)
    else:
        lend, caller = request.getfixturevalue("lend"), request.getfixturevalue("caller")
        with contextlib.ExitStack() as lent:
            seat = lent.enter_context(lend())
            seat.phone.trust(TRUST)
            seat.settle()
            yield RealRig(seat, caller, lambda: lent.enter_context(lend(recordings_dir=None)))


def started_well(phone: PhonePort, heard: Any) -> None:
    if not heard.of(msg.LineState):
        heard.until(msg.LineState)
    assert [type(e) for e in heard.all] == [msg.PhoneReady, msg.LineState]
    assert phone.ready is not None
    assert phone.ready.audio == "null"
    assert phone.lines["direct"].direct


def test_start_reports_ready_then_the_line(heard: Any) -> None:
    started_well(VirtualRig(heard).phone, heard)


@pytest.mark.process
def test_a_real_one_does_the_same(make_seat: Callable[..., Any]) -> None:
    seat = make_seat(up=False)
    seat.wait_up()
    started_well(seat.phone, seat.heard)


def test_answer_then_the_caller_hangs_up(rig: Rig) -> None:
    rig.ring("13904510001")
    ringing = rig.heard.until(msg.CallRinging)
    assert (ringing.number, ringing.dialled) == ("13904510001", "120")
    assert rig.phone.calls[ringing.call_id].stage is CallStage.RINGING
    assert rig.phone.answer(ringing.call_id)
    rig.heard.until(msg.CallAnswered)
    assert rig.heard.of(msg.CallMedia)[-1].active
    rig.caller_hangs_up()
    ended = rig.heard.until(msg.CallEnded)
    assert (ended.ended_by, ended.sip_code, ended.answered) == (msg.EndedBy.FAR_END, 200, True)
    assert not rig.phone.calls


def test_reject(rig: Rig) -> None:
    rig.ring("13904510001")
    assert rig.phone.reject(rig.heard.until(msg.CallRinging).call_id, 486)
    ended = rig.heard.until(msg.CallEnded)
    assert (ended.ended_by, ended.sip_code, ended.answered) == (msg.EndedBy.SEAT, 486, False)


def test_the_caller_gives_up(rig: Rig) -> None:
    rig.ring("13904510001")
    rig.heard.until(msg.CallRinging)
    rig.caller_hangs_up()
    ended = rig.heard.until(msg.CallEnded)
    assert (ended.ended_by, ended.sip_code, ended.answered) == (msg.EndedBy.FAR_END, 487, False)


def answered(rig: Rig) -> str:
    rig.ring("13904510001")
    call_id: str = rig.heard.until(msg.CallRinging).call_id
    rig.phone.answer(call_id)
    rig.heard.until(msg.CallAnswered)
    assert rig.phone.calls[call_id].place is CallPlace.TALK
    return call_id


def moves(rig: Rig, count: int) -> dict[str, CallPlace]:
    """The next so many calls that stand elsewhere now."""
    moved = [rig.heard.until(msg.CallMoved) for _ in range(count)]
    return {m.call_id: m.place for m in moved}


def test_a_conversation_from_hold_to_conference(rig: Rig) -> None:
    c = answered(rig)
    assert rig.phone.hold(c)
    assert moves(rig, 1) == {c: CallPlace.HELD}
    assert rig.phone.swap()
    assert moves(rig, 1) == {c: CallPlace.TALK}
    assert not rig.phone.swap(), "nobody waits"
    h = rig.call_hospital()
    assert {i: rig.phone.calls[i].place for i in (c, h)} == {c: CallPlace.HELD, h: CallPlace.TALK}
    assert rig.phone.confer((c,))
    assert moves(rig, 1) == {c: CallPlace.TALK}
    assert rig.phone.leave_conference()
    assert moves(rig, 2) == {c: CallPlace.ASIDE, h: CallPlace.ASIDE}
    assert rig.phone.rejoin_conference()
    assert moves(rig, 2) == {c: CallPlace.TALK, h: CallPlace.TALK}
    assert rig.phone.talk_to(h)
    assert moves(rig, 1) == {c: CallPlace.HELD}
    assert rig.phone.rejoin_conference()
    assert rig.heard.until(msg.CommandRefused).order == "RejoinConference"


def test_sounds_and_key_tones(rig: Rig, tmp_path: Path) -> None:
    wav = tmp_path / "prompt.wav"
    with wave.open(str(wav), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(bytes(32_000))
    c = answered(rig)
    assert rig.phone.say(c, str(wav), loop=True)
    rig.heard.until(msg.PromptBegan)
    assert rig.phone.calls[c].prompt == str(wav)
    assert rig.phone.stop_saying(c)
    assert not rig.heard.until(msg.PromptEnded).whole
    assert rig.phone.metronome(c, True)
    rig.heard.until(msg.MetronomeSwitched)
    assert rig.phone.calls[c].metronome
    assert rig.phone.send_digits(c, "1#")
    assert rig.heard.until(msg.DigitsSent).digits == "1#"
    rig.caller_keys("42")
    assert [rig.heard.until(msg.DigitReceived).digit for _ in "42"] == ["4", "2"]
    assert rig.phone.say("0" * 32, str(wav))
    assert rig.heard.until(msg.CommandRefused).order == "Say"


def test_a_supervisor_takes_over_and_goes(rig: Rig) -> None:
    c = answered(rig)
    rig.supervisor_comes(c, MonitorMode.TAKE_OVER)
    began = rig.heard.until(msg.MonitorBegan)
    assert (began.call_id, began.mode) == (c, MonitorMode.TAKE_OVER)
    assert moves(rig, 1) == {c: CallPlace.TAKEN}
    assert rig.phone.monitors[began.monitor_id].call_id == c
    rig.supervisor_goes()
    rig.heard.until(msg.MonitorEnded)
    assert moves(rig, 1) == {c: CallPlace.TALK}
    assert not rig.phone.monitors
    assert list(rig.phone.calls) == [c]


def test_a_transfer_that_nobody_takes(rig: Rig) -> None:
    """Virtual callers trust nobody: they are sent nowhere."""
    c = answered(rig)
    assert rig.phone.transfer(c, "sip:elsewhere@127.0.0.1")
    if isinstance(rig, VirtualRig):
        rig.phone.far_end_declines(c)
    assert rig.heard.until(msg.TransferFailed).sip_code == 603
    assert rig.phone.calls[c].place is CallPlace.TALK


def test_orders_for_a_call_that_is_gone_are_refused(rig: Rig) -> None:
    assert rig.phone.answer("0" * 32)
    refused = rig.heard.until(msg.CommandRefused)
    assert (refused.call_id, refused.order) == ("0" * 32, "Answer")
    assert rig.phone.hang_up("0" * 32)
    assert rig.heard.until(msg.CommandRefused).order == "HangUp"


def test_after_stop_there_is_no_telephone(rig: Rig) -> None:
    rig.ring("13904510001")
    ringing = rig.heard.until(msg.CallRinging)
    rig.phone.stop(5.0)
    ended = rig.heard.until(msg.CallEnded)
    assert (ended.call_id, ended.ended_by) == (ringing.call_id, msg.EndedBy.SEAT)
    assert not rig.heard.until(msg.PhoneDown).restarting
    assert rig.phone.ready is None
    assert not rig.phone.answer("0" * 32)
    assert not rig.phone.hold("0" * 32)
    assert not rig.phone.say("0" * 32, "x.wav")
    assert rig.phone.dial("sip:x@127.0.0.1") is None


def test_a_seat_that_turns_callers_away(rig: Rig) -> None:
    assert rig.phone.turn_away(486)
    assert rig.phone.hang_up("0" * 32)
    rig.heard.until(msg.CommandRefused)  # the order before it is carried out
    rig.ring("13904510001")
    refused = rig.heard.until(msg.CallRejected)
    assert (refused.number, refused.sip_code) == ("13904510001", 486)
    assert rig.phone.turn_away(None)
    assert rig.phone.hang_up("0" * 32)
    rig.heard.until(msg.CommandRefused)
    rig.ring("13904510002")
    assert rig.heard.until(msg.CallRinging).number == "13904510002"


def test_a_virtual_phone_says_what_came_with_a_call(heard: Any) -> None:
    rig = VirtualRig(heard)
    said = WithCall(references=(Reference("https://lis.example.cn/1", "location", 0),))
    call_id = rig.phone.ring("13904510001", said=said)
    rig.phone.location_server_answers(call_id, Fetched(said.references[0]))
    assert rig.heard.until(msg.CallSaid).said == said
    assert rig.heard.until(msg.CallFetched).call_id == call_id
    assert rig.phone.publish("paused")
    assert rig.heard.until(msg.NotePublished).note == "paused"
    assert rig.phone.dial_code("*71")
    assert rig.heard.until(msg.CodeDialled).code == "*71"


def test_a_virtual_crash_looks_like_a_real_one(heard: Any) -> None:
    rig = VirtualRig(heard)
    rig.ring("13904510001")
    rig.phone.die()
    assert rig.heard.until(msg.CallEnded).reason == "phone_restarted"
    assert rig.heard.until(msg.PhoneDown).restarting
    rig.phone.revive()
    assert rig.heard.until(msg.LineState).account_id == "direct"
