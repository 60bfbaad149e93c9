"""Calls of ours whose far ends answer with what the library cannot bear or no call can use (RFC 3264).

The phone's process stays the same one through all of it, and a far end that answers well is talked to.
"""

import contextlib
import re
from collections.abc import Iterator

import pytest

from bench.raw_caller import Dialled, RawCaller
from telephony import messages as msg
from tests.telephony.conftest import WAIT_S, Lend, Seat
from tests.telephony.robustness.callee import Callee
from tests.telephony.robustness.malformed import HOSTILE, SDP, UNUSABLE

pytestmark = pytest.mark.process
BAD = {**HOSTILE, **UNUSABLE}
NO_AGREEMENT = {406, 415, 488}


@pytest.fixture
def caller_seat(lend: Lend) -> Iterator[Seat]:
    with lend(recordings_dir=None) as seat:
        pid = seat.phone.child.pid
        yield seat
        assert seat.phone.child.pid == pid, "it is the same process still"
        assert not seat.heard.of(msg.PhoneDown)


def talk_honestly(seat: Seat) -> None:
    """The next far end is one like any other."""
    with Callee(((180, ""), (200, SDP))) as callee:
        call_id = seat.phone.dial(callee.uri)
        seat.heard.until(msg.CallAnswered, lambda e: e.call_id == call_id)
        seat.phone.hang_up(str(call_id))
        seat.heard.until(msg.CallEnded, lambda e: e.call_id == call_id)


@pytest.mark.parametrize("what", BAD)
def test_a_call_answered_so_has_ended_with_a_code_that_says_so(caller_seat: Seat, what: str) -> None:
    with Callee(((180, ""), (200, BAD[what]))) as callee:
        call_id = caller_seat.phone.dial(callee.uri)
        ended = caller_seat.heard.until(msg.CallEnded, lambda e: e.call_id == call_id)
    assert ended.sip_code in NO_AGREEMENT


@pytest.mark.parametrize("what", [*HOSTILE, "no sound", "port 99999", "no such host"])
def test_early_audio_that_cannot_be_and_an_honest_answer_at_once(caller_seat: Seat, what: str) -> None:
    """The library takes the call back, and the far end has answered it: the answer finds no audio."""
    with Callee(((183, BAD[what]), (200, SDP))) as callee:
        call_id = caller_seat.phone.dial(callee.uri)
        caller_seat.heard.until(msg.CallEnded, lambda e: e.call_id == call_id)
    talk_honestly(caller_seat)


def test_early_audio_that_aborts_alone(caller_seat: Seat) -> None:
    with Callee(((183, HOSTILE["address"]),)) as callee:
        call_id = caller_seat.phone.dial(callee.uri)
        caller_seat.heard.until(msg.CallEarly, lambda e: e.call_id == call_id)
        caller_seat.phone.hang_up(str(call_id))
        caller_seat.heard.until(msg.CallEnded, lambda e: e.call_id == call_id)


@pytest.mark.parametrize("what", ["address of control", "no sound"])
def test_a_call_whose_hold_is_answered_so_goes_on(caller_seat: Seat, what: str) -> None:
    with Callee(((200, SDP),), ((200, BAD[what]),)) as callee:
        call_id = str(caller_seat.phone.dial(callee.uri))
        caller_seat.heard.until(msg.CallAnswered, lambda e: e.call_id == call_id)
        assert caller_seat.phone.hold(call_id)
        assert callee.answered_again.wait(WAIT_S)
        caller_seat.settle()
        assert list(caller_seat.phone.calls) == [call_id]
        caller_seat.phone.hang_up(call_id)
        caller_seat.heard.until(msg.CallEnded, lambda e: e.call_id == call_id)


class LateAnswer(RawCaller):
    """A caller without an offer, who answers ours in the ACK."""

    body, cseq = SDP, b"CSeq: 1 ACK"

    def _acknowledge(self, call: Dialled, answer: str) -> None:
        to = re.search(r"^To:.*$", answer, re.MULTILINE)
        assert to
        extra = "Content-Type: application/sdp\r\n"
        ack = self._request("ACK", call.branch, call.call_id, extra, self.body, to[0].strip())
        self._socket.sendto(ack.replace(b"CSeq: 1 ACK", self.cseq), self._seat)


@contextlib.contextmanager
def late_answer(seat: Seat, what: str, cseq: bytes = LateAnswer.cseq) -> Iterator[tuple[LateAnswer, str]]:
    """A caller without an offer whose ACK answers so, and the call's id."""
    with contextlib.closing(LateAnswer(seat.port)) as caller:
        caller.body, caller.cseq = BAD[what], cseq
        call = caller.invite(body="")
        ringing = seat.heard.until(msg.CallRinging)
        seat.phone.answer(ringing.call_id)
        assert caller.final(call) == 200
        yield caller, ringing.call_id


@pytest.mark.parametrize("cseq", [LateAnswer.cseq, b"CSeq: 1\r\n ACK", b"CSeq: 1 INVITE"])
def test_a_late_answer_in_the_ack_however_it_names_itself(caller_seat: Seat, cseq: bytes) -> None:
    with late_answer(caller_seat, "address", cseq) as (caller, call_id):
        caller_seat.phone.hang_up(call_id)
        caller.take_bye()
        caller_seat.heard.until(msg.CallEnded, lambda e: e.call_id == call_id)
    talk_honestly(caller_seat)


def test_a_caller_whose_audio_can_go_nowhere_is_cut_off_at_once_and_rung_back(caller_seat: Seat) -> None:
    """Any further offer of ours, of hold or of the session timer, would abort the library."""
    with late_answer(caller_seat, "no such host") as (caller, call_id):
        caller.take_bye()
        ended = caller_seat.heard.until(msg.CallEnded, lambda e: e.call_id == call_id)
    assert (ended.ended_by, ended.sip_code) == (msg.EndedBy.NETWORK, 488)
