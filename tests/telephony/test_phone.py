"""A seat's phone with its real process: calls on loopback, hostile ones included, and kill -9."""

import contextlib
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.raw_caller import SDP, RawCaller
from telephony import messages as msg
from telephony.mirror import CallStage
from telephony.settings import AccountSettings, Voice

pytestmark = pytest.mark.process
ROOT = Path(__file__).parents[2]
FLOOD_CALLS = 150


def test_ring_answer_talk_hang_up(seat: Any, caller: Any) -> None:
    call_id = caller.call(
        seat.uri, asserted_number="13904510001", asserted_name="张三", voice=Voice(tone_hz=440)
    )
    ringing = seat.heard.until(msg.CallRinging)
    assert (ringing.number, ringing.name, ringing.dialled) == ("13904510001", "张三", "120")
    assert len(ringing.call_id) == 32
    assert ringing.sip_call_id
    caller.heard.until(msg.CallEarly, lambda e: (e.call_id, e.sip_code) == (call_id, 180))
    assert seat.phone.calls[ringing.call_id].stage is CallStage.RINGING
    assert seat.phone.answer(ringing.call_id)
    assert seat.phone.answer(ringing.call_id), "answering twice does no harm"
    seat.heard.until(msg.CallAnswered)
    assert seat.phone.calls[ringing.call_id].stage is CallStage.TALKING
    stats = seat.heard.until(msg.CallStats, lambda e: e.rx_packets > 40)
    assert (stats.lost_packets, stats.silent_ms) == (0, 0)
    assert caller.phone.hang_up(call_id)
    ended = seat.heard.until(msg.CallEnded)
    assert (ended.ended_by, ended.sip_code, ended.answered) == (msg.EndedBy.FAR_END, 200, True)
    closed = seat.heard.until(msg.RecordingClosed)
    assert closed.call_id == ringing.call_id
    assert not seat.phone.calls
    assert not seat.heard.of(msg.PhoneFault) + seat.heard.of(msg.CommandRefused)


def test_the_seat_hangs_up(seat: Any, caller: Any) -> None:
    call_id = caller.call(seat.uri)
    ringing = seat.answered()
    seat.phone.hang_up(ringing.call_id)
    assert seat.heard.until(msg.CallEnded).ended_by is msg.EndedBy.SEAT
    assert caller.ended(call_id).ended_by is msg.EndedBy.FAR_END


def test_reject_tells_the_caller_why(seat: Any, caller: Any) -> None:
    call_id = caller.call(seat.uri)
    ringing = seat.heard.until(msg.CallRinging)
    seat.phone.reject(ringing.call_id, 480)
    ended = seat.heard.until(msg.CallEnded)
    assert (ended.ended_by, ended.sip_code, ended.answered) == (msg.EndedBy.SEAT, 480, False)
    assert caller.ended(call_id).sip_code == 480
    seat.phone.answer(ringing.call_id)
    refused = seat.heard.until(msg.CommandRefused)
    assert (refused.call_id, refused.order, refused.reason) == (ringing.call_id, "Answer", "no such call")


def test_a_caller_who_gives_up_is_an_abandoned_call(seat: Any, caller: Any) -> None:
    call_id = caller.call(seat.uri)
    seat.heard.until(msg.CallRinging)
    caller.heard.until(msg.CallEarly, lambda e: e.call_id == call_id)
    caller.phone.hang_up(call_id)
    ended = seat.heard.until(msg.CallEnded)
    assert (ended.ended_by, ended.sip_code, ended.answered) == (msg.EndedBy.FAR_END, 487, False)


def test_a_call_limited_in_time_ends_by_itself(seat: Any, caller: Any) -> None:
    caller.call(seat.uri, seconds_max=0.3)
    seat.answered()
    assert seat.heard.until(msg.CallEnded).ended_by is msg.EndedBy.FAR_END


def test_the_seat_calls_back(seat: Any, partner: Any) -> None:
    call_id = seat.phone.dial(partner.uri)
    assert call_id
    assert seat.heard.until(msg.CallDialled).target == partner.uri
    partner.answered()
    assert seat.heard.until(msg.CallAnswered).call_id == call_id
    seat.phone.hang_up(call_id)
    ended = seat.heard.until(msg.CallEnded)
    assert (ended.ended_by, ended.sip_code) == (msg.EndedBy.SEAT, 200)
    assert seat.heard.until(msg.RecordingClosed).call_id == call_id


def test_a_number_needs_a_registrar(seat: Any) -> None:
    call_id = seat.phone.dial("13904510001")
    refused = seat.heard.until(msg.CommandRefused)
    assert (refused.call_id, refused.order) == (call_id, "Dial")
    assert not seat.phone.calls


def test_the_fifth_call_is_refused_and_reported(seat: Any, raw: RawCaller) -> None:
    first = [raw.invite(f"1390451000{n}") for n in range(4)]
    rung = {seat.heard.until(msg.CallRinging).number for _ in first}
    assert rung == {f"1390451000{n}" for n in range(4)}
    fifth = raw.invite("13904519999")
    assert raw.final(fifth) == 486
    rejected = seat.heard.until(msg.CallRejected)
    assert (rejected.number, rejected.dialled, rejected.sip_code) == ("13904519999", "120", 486)
    for call in first:
        raw.cancel(call)
        assert raw.final(call) == 487
        seat.heard.until(msg.CallEnded)


@pytest.mark.parametrize("target", ["sip:", "sip:a b@127.0.0.1"])
def test_a_call_that_cannot_be_made_leaves_nothing_behind(seat: Any, target: str) -> None:
    call_id = seat.phone.dial(target)
    assert seat.heard.until(msg.CommandRefused).call_id == call_id
    assert not seat.phone.calls


def test_a_voice_that_cannot_be_played_is_refused(seat: Any) -> None:
    call_id = seat.phone.dial(seat.uri, voice=Voice(wav="/nowhere.wav"))
    assert seat.heard.until(msg.CommandRefused).call_id == call_id
    assert not seat.phone.calls


def test_foreign_bytes_in_a_refusal_still_end_the_call(seat: Any) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as far_end:
        far_end.bind(("127.0.0.1", 0))
        far_end.settimeout(5.0)
        call_id = seat.phone.dial(f"sip:hospital@127.0.0.1:{far_end.getsockname()[1]}")
        invite, seat_address = far_end.recvfrom(65_535)
        kept = re.findall(rb"^(?:Via|From|Call-ID|CSeq):.*?\r\n|^To:.*?(?=\r\n)", invite, re.MULTILINE)
        lines = [line + b";tag=x\r\n" if line.startswith(b"To") else line for line in kept]
        busy = "占线".encode("gb18030")
        answer = b"SIP/2.0 486 " + busy + b"\r\n" + b"".join(lines) + b"Content-Length: 0\r\n\r\n"
        far_end.sendto(answer, seat_address)
        ended = seat.heard.until(msg.CallEnded)
    assert (ended.call_id, ended.sip_code, ended.reason) == (call_id, 486, "占线")
    assert not seat.heard.of(msg.PhoneFault)


class Referrer(RawCaller):
    """A caller who, once answered, wants the seat to call somebody else."""

    last = ""

    def receive(self) -> str:
        self.last = super().receive()
        return self.last

    def refer(self, branch: str, call_id: str, target: str) -> int:
        to = re.search(r"^To:.*$", self.last, re.MULTILINE)
        assert to
        request = self._request("REFER", branch + "r", call_id, f"Refer-To: <{target}>\r\n", to=to[0].strip())
        self._socket.sendto(request.replace(b"CSeq: 1 ", b"CSeq: 2 "), self._seat)
        while not re.search(r"CSeq:\s*2 REFER", answer := self.receive()):
            pass
        return int(answer.split()[1])


def test_a_caller_cannot_make_the_seat_call_somebody(seat: Any) -> None:
    raw = Referrer(seat.port)
    call = raw.invite()
    ringing = seat.heard.until(msg.CallRinging)
    seat.phone.answer(ringing.call_id)
    assert raw.final(call) == 200
    seat.heard.until(msg.CallAnswered)
    assert raw.refer(call.branch, call.call_id, "sip:premium@127.0.0.1:9") == 603
    assert list(seat.phone.calls) == [ringing.call_id]
    seat.phone.hang_up(ringing.call_id)
    assert seat.heard.until(msg.CallEnded).ended_by is msg.EndedBy.SEAT
    raw.close()


def test_a_flood_of_calls_that_come_and_go_does_not_cost_the_phone(seat: Any, raw: RawCaller) -> None:
    pid = seat.phone.child.pid
    for n in range(FLOOD_CALLS):
        raw.cancel(raw.invite(f"1390000{n:04d}"))
    late = RawCaller(seat.port)
    late.wait_s = 0.2
    deadline_s = time.monotonic() + 10.0
    code = 0
    while not code and time.monotonic() < deadline_s:
        with contextlib.suppress(TimeoutError):  # the flood fills the kernel's buffer: ours may be lost
            code = late.options()
    late.close()
    assert code == 200
    assert seat.phone.child.pid == pid


def test_an_invite_without_offer_is_rejected_without_an_abort(seat: Any, raw: RawCaller) -> None:
    pid = seat.phone.child.pid
    call = raw.invite(body="")
    seat.phone.reject(seat.heard.until(msg.CallRinging).call_id)
    assert raw.final(call) == 486
    assert raw.options() == 200
    assert seat.phone.child.pid == pid


@pytest.mark.parametrize(
    "body",
    [
        "v=0\r\nrubbish",
        SDP.format(rtp_port=4000).replace(" 8", " 97").replace("8 PCMA", "97 iLBC")
        + "a=fmtp:97 mode=99999\r\n",
    ],
)
def test_a_hostile_offer_never_costs_the_phone(seat: Any, raw: RawCaller, body: str) -> None:
    pid = seat.phone.child.pid
    assert raw.final(raw.invite(body=body)) in {400, 488}
    assert raw.options() == 200
    assert seat.phone.child.pid == pid


def test_a_withheld_number_and_foreign_bytes_still_ring(seat: Any, raw: RawCaller) -> None:
    call = raw.invite("anonymous", extra="X-Note: \u62a5\u8b66\r\n")
    ringing = seat.heard.until(msg.CallRinging)
    assert ringing.number == "raw"
    assert ("x-note", "报警") in ringing.headers
    raw.cancel(call)
    assert raw.final(call) == 487


def test_kill_during_ringing_ends_the_call_at_once_and_the_phone_is_back_in_two_seconds(
    seat: Any, caller: Any
) -> None:
    caller.call(seat.uri)
    ringing = seat.heard.until(msg.CallRinging)
    os.kill(seat.phone.child.pid, signal.SIGKILL)
    killed_at_s = time.monotonic()
    ended = seat.heard.until(msg.CallEnded)
    assert time.monotonic() - killed_at_s < 0.5
    assert (ended.call_id, ended.ended_by, ended.reason) == (
        ringing.call_id,
        msg.EndedBy.PHONE,
        "phone_restarted",
    )
    down = seat.heard.until(msg.PhoneDown)
    assert (down.restarting, down.crash_loop, down.reason) == (True, False, "killed by SIGKILL")
    assert not seat.phone.answer(ringing.call_id), "nobody may answer while there is no phone"
    seat.heard.until(msg.LineState)
    assert time.monotonic() - killed_at_s < 2.0
    caller.call(seat.uri, asserted_number="13904510002")
    assert seat.heard.until(msg.CallRinging, lambda e: e.number == "13904510002")


def test_a_recording_cut_by_a_crash_is_repaired(seat: Any, caller: Any) -> None:
    caller.call(seat.uri, voice=Voice(tone_hz=440))
    ringing = seat.answered()
    seat.heard.until(msg.CallStats, lambda e: e.rx_packets > 60)
    os.kill(seat.phone.child.pid, signal.SIGKILL)
    closed = seat.heard.until(msg.RecordingClosed)
    assert (closed.call_id, closed.repaired) == (ringing.call_id, True)
    assert closed.duration_ms > 700
    assert seat.phone.recording_path(closed).stat().st_size == closed.bytes


def test_a_taken_port_is_said_in_words(seat: Any, make_seat: Callable[..., Any]) -> None:
    late = make_seat(sip_port=seat.port, recordings_dir=None, up=False)
    down = late.heard.until(msg.PhoneDown)
    assert "in use" in down.reason
    assert down.restarting


def test_accounts_can_change_while_it_runs(seat: Any) -> None:
    seat.phone.configure((AccountSettings("other", f"sip:other@127.0.0.1:{seat.port}"),))
    assert seat.heard.until(msg.LineState).account_id == "other"


PARENT = """
import queue, sys
from telephony.caller import caller_phone
from telephony.messages import LineState
events = queue.SimpleQueue()
phone = caller_phone(events.put)
phone.start()
while not isinstance(events.get(), LineState): pass
print(phone.child.pid, flush=True)
input()
"""


def test_the_phone_process_ends_with_its_parent() -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env
    )
    assert parent.stdin
    assert parent.stdout
    fd = os.pidfd_open(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    parent.stdin.close()
    parent.stdout.close()
    assert select.select([fd], [], [], 5.0)[0]
    os.close(fd)
