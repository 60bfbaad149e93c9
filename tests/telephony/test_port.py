"""One contract, two phones: the virtual one always, the real one with its process."""

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import pytest

from telephony import messages as msg
from telephony.mirror import CallStage
from telephony.port import PhonePort
from telephony.settings import AccountSettings
from telephony.virtual import VirtualPhone


class Rig(Protocol):
    """A phone, what it said, and somebody who calls it."""

    phone: PhonePort
    heard: Any

    def ring(self, number: str) -> None: ...
    def caller_hangs_up(self) -> None: ...


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


class RealRig:
    def __init__(self, seat: Any, caller: Any) -> None:
        self.heard, self.phone, self._seat, self._caller = seat.heard, seat.phone, seat, caller
        self._call_id = ""

    def ring(self, number: str) -> None:
        self._call_id = self._caller.call(self._seat.uri, asserted_number=number)

    def caller_hangs_up(self) -> None:
        self._caller.phone.hang_up(self._call_id)


@pytest.fixture(params=["virtual", pytest.param("real", marks=pytest.mark.process)])
def rig(request: pytest.FixtureRequest, heard: Any) -> Iterator[Rig]:
    if request.param == "virtual":
        yield VirtualRig(heard)
    else:
        make_seat: Callable[..., Any] = request.getfixturevalue("make_seat")
        yield RealRig(make_seat(), request.getfixturevalue("caller"))


def test_start_reports_ready_then_the_line(rig: Rig) -> None:
    if not rig.heard.of(msg.LineState):
        rig.heard.until(msg.LineState)
    assert [type(e) for e in rig.heard.all] == [msg.PhoneReady, msg.LineState]
    assert rig.phone.ready is not None
    assert rig.phone.ready.audio == "null"
    assert rig.phone.lines["direct"].direct


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
    assert rig.phone.dial("sip:x@127.0.0.1") is None


def test_a_virtual_crash_looks_like_a_real_one(heard: Any) -> None:
    rig = VirtualRig(heard)
    rig.ring("13904510001")
    rig.phone.die()
    assert rig.heard.until(msg.CallEnded).reason == "phone_restarted"
    assert rig.heard.until(msg.PhoneDown).restarting
    rig.phone.revive()
    assert rig.heard.until(msg.LineState).account_id == "direct"
