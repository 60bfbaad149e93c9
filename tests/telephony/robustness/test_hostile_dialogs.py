"""Damaged requests in the middle of calls of a far end we trust: talked with, held, being transferred.

LINGSHENG_IN_CALL=n LINGSHENG_SEED=n: how many, which.
"""

import contextlib
import random
import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from bench import sizes
from bench.raw_caller import RTP, Dialled, RawCaller
from telephony import messages as msg
from telephony.conversation import CallPlace
from telephony.settings import TrustSettings
from tests.telephony.conftest import Lend
from tests.telephony.robustness.malformed import SDP
from tests.telephony.robustness.mutator import Mutator
from tests.telephony.robustness.test_hostile_calls import GAP_S, KEPT, SEED

pytestmark = pytest.mark.process
REQUESTS = 1_500
IN_ONE_CALL = 60
WHOLE = 0.2  # of them go out undamaged
LOOK_S = 0.2
PARTING_S = 0.4
LAST_SHOWN = 12
TRIES, AGAIN_S, BUSY_HERE = 12, 1.0, 486
NOWHERE = "sip:nobody@127.0.0.1:9"
TRUST = TrustSettings(("127.0.0.1",), "the site's secret")
OURS = re.compile(rb"(BYE|NOTIFY|INFO|UPDATE|OPTIONS|CANCEL|REFER|INVITE) ")
FRAGMENT = "Content-Type: message/sipfrag\r\n"
OFFER = "Content-Type: application/sdp\r\n"


def request(method: str, extra: str = "", body: str = "") -> bytes:
    """`URI`, `HERE`, `TO`, `CALL` and `N` stand for what `Rude.says` puts in."""
    return (
        f"{method} URI SIP/2.0\r\nVia: SIP/2.0/UDP HERE;branch=z9hG4bK-CALL-N\r\nMax-Forwards: 70\r\n"
        f"From: <sip:raw@127.0.0.1>;tag=CALL\r\nTO\r\nCall-ID: CALL\r\nCSeq: N {method}\r\n"
        f"Contact: <sip:raw@HERE>\r\n{extra}Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def refer(to: str, extra: str = "") -> bytes:
    return request("REFER", f"Refer-To: {to}\r\nReferred-By: <sip:raw@127.0.0.1>\r\n{extra}")


def notify(state: str, body: str, event: str = "refer") -> bytes:
    return request("NOTIFY", f"Event: {event}\r\nSubscription-State: {state}\r\n{FRAGMENT}", body)


SEEDS = [
    request("INFO", "Content-Type: application/dtmf-relay\r\n", "Signal=5\r\nDuration=160\r\n"),
    request("INFO", "Content-Type: application/dtmf\r\n", "5"),
    request("INFO", "X-Monitor: 2;listen;call;1;signature\r\n"),
    request("INFO", "Content-Type: application/media_control+xml\r\n", "<x/>"),
    *(request(method, OFFER, SDP) for method in ("UPDATE", "INVITE", "ACK")),
    *(request(method) for method in ("INVITE", "UPDATE", "OPTIONS", "CANCEL")),
    *(request("INVITE", OFFER, f"{SDP}a={way}\r\n") for way in ("sendonly", "recvonly", "inactive")),
    request("INVITE", OFFER, SDP.replace("IN IP4 127.0.0.1", "IN IP4 0.0.0.0")),
    request("INVITE", OFFER, SDP.replace("m=audio 40000", "m=audio 0")),
    request("INVITE", OFFER, SDP.replace("AVP 8 101", "AVP 0 9 101") + "a=rtpmap:9 G722/8000\r\n"),
    refer(f"<{NOWHERE}>"),
    refer(f"<{NOWHERE}?Replaces=abc%3Bto-tag%3D1%3Bfrom-tag%3D2>"),
    refer(f"<{NOWHERE};method=BYE>", "Refer-Sub: false\r\nSupported: norefersub\r\n"),
    refer("tel:120"),
    request("REFER"),
    notify("active;expires=60", "SIP/2.0 180 Ringing\r\n"),
    notify("terminated;reason=noresource", "SIP/2.0 486 Busy Here\r\n"),
    notify("active", "SIP/2.0 100 Trying\r\nContact: <sip:x>\r\n\r\nmore", "refer;id=1"),
    notify("active", "", "presence"),
    *(request("SUBSCRIBE", f"Event: {event}\r\nExpires: 60\r\n") for event in ("refer", "dialog")),
    request("MESSAGE", "Content-Type: text/plain\r\n", "hello"),
    request("PRACK", "RAck: 1 1 INVITE\r\n"),
    request("PUBLISH", "Event: presence\r\nExpires: 1\r\n"),
]


class Rude(RawCaller):
    """Asks for anything in its call, and politely says yes to whatever the seat asks."""

    def says(self, call: Dialled, message: bytes, number: int) -> None:
        filled = {
            b"URI": b"sip:120@127.0.0.1:%d" % self._seat[1],
            b"HERE": b"127.0.0.1:%d" % self._port,
            b"TO\r": self._tos[call.call_id].encode() + b"\r",
            b"CALL": call.call_id.encode(),
            b"CSeq: N": b"CSeq: %d" % number,
            b"-N": b"-%d" % number,
        }
        for mark, value in filled.items():
            message = message.replace(mark, value)
        with contextlib.suppress(OSError):  # longer than a datagram
            self._socket.sendto(message, self._seat)

    @contextlib.contextmanager
    def polite(self) -> Iterator[None]:
        over = threading.Event()
        self._socket.settimeout(LOOK_S)
        thread = threading.Thread(target=self._agree, args=(over,))
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _agree(self, over: threading.Event) -> None:
        while not over.is_set():
            with contextlib.suppress(TimeoutError):
                octets, source = self._socket.recvfrom(65_535)
                if octets[:1] < RTP:
                    self._answer(octets.partition(b"\r\n\r\n")[0], source)

    def _answer(self, head: bytes, source: tuple[str, int]) -> None:
        kept = b"\r\n".join(KEPT.findall(head))
        body = SDP.encode() if head.startswith(b"INVITE ") else b""
        if re.match(rb"SIP/2.0 [2-6]", head) and re.search(rb"CSeq: *\d+ INVITE", head):
            start, kept = b"ACK sip:120@127.0.0.1 SIP/2.0", kept.replace(b" INVITE", b" ACK")
        elif OURS.match(head):
            start = b"SIP/2.0 202 Accepted" if head.startswith(b"REFER") else b"SIP/2.0 200 OK"
        else:
            return
        more = b"Contact: <sip:raw@127.0.0.1:%d>\r\n%s" % (self._port, OFFER.encode() if body else b"")
        length = b"Content-Length: %d\r\n\r\n" % len(body)
        self._socket.sendto(b"\r\n".join((start, kept, more + length)) + body, source)


def put_through(seat: Any, caller: RawCaller) -> tuple[Dialled, str]:
    """Once there is a place: calls that a REFER asked for keep theirs for 8 s."""
    for _ in range(TRIES):
        call = caller.invite()
        heard = seat.heard.until(msg.Event, lambda e: isinstance(e, (msg.CallRinging, msg.CallRejected)))
        if isinstance(heard, msg.CallRinging):
            seat.phone.answer(heard.call_id)
            assert caller.final(call) == 200
            return call, heard.call_id
        assert caller.final(call) == BUSY_HERE
        seat.heard.meanwhile(AGAIN_S)
    raise AssertionError("no place for a call")


def one_call(seat: Any, mutator: Mutator, dice: random.Random, said: list[bytes]) -> int:
    """A call and what is `said` in it; how much that was."""
    caller, phone, pause = Rude(seat.port), seat.phone, threading.Event()
    call, here = put_through(seat, caller)
    dice.choice([lambda: phone.hold(here), lambda: phone.transfer(here, NOWHERE), phone.swap])()
    number = 1
    with caller.polite():
        while number <= IN_ONE_CALL and here in seat.phone.calls:
            number += 1
            said.append(dice.choice(SEEDS) if dice.random() < WHOLE else mutator.next())
            caller.says(call, said[-1], number)
            pause.wait(GAP_S)
        for call_id in list(seat.phone.calls):  # also those a REFER asked for
            seat.phone.hang_up(call_id)
        seat.heard.meanwhile(PARTING_S)
    caller.close()
    return number - 1


def test_an_offer_that_leaves_the_call_without_sound_is_followed_by_ours(seat: Any) -> None:
    """A name that cannot be resolved is enough: the next hold aborted the library, with all calls."""
    caller, pid = Rude(seat.port), seat.phone.child.pid
    call = caller.invite()
    here = seat.heard.until(msg.CallRinging).call_id
    seat.phone.answer(here)
    assert caller.final(call) == 200
    seat.heard.until(msg.CallMedia, lambda e: e.active)
    with caller.polite():
        caller.says(
            call, request("INVITE", OFFER, SDP.replace("IP4 127.0.0.1", "IP4 no.such.host.invalid")), 2
        )
        seat.heard.until(msg.CallMedia, lambda e: not e.active)
        seat.phone.hold(here)
        seat.heard.meanwhile(PARTING_S)
        seat.phone.talk_to(here)
        seat.heard.until(msg.CallMedia, lambda e: e.active)
        assert seat.phone.calls[here].place is CallPlace.TALK
        seat.phone.hang_up(here)
        seat.heard.until(msg.CallEnded)
    caller.close()
    assert seat.phone.child.pid == pid
    assert not seat.heard.of(msg.PhoneFault)


@pytest.mark.parametrize(
    "asked",
    [
        request("REFER", "Refer-To:\r\n"),
        request("REFER", "Refer-To: \r\n"),
        request("INFO", "Content-Type: application/dtmf-relay\r\n", "Signal=5"),
    ],
)
def test_what_would_abort_it_in_a_call_is_refused(seat: Any, asked: bytes) -> None:
    """Sent to nobody, the library wrote to address 0; of keys without a line's end it read on."""
    seat.phone.trust(TRUST)
    seat.settle()
    caller, pid = Rude(seat.port), seat.phone.child.pid
    call = caller.invite()
    here = seat.heard.until(msg.CallRinging).call_id
    seat.phone.answer(here)
    assert caller.final(call) == 200
    caller.says(call, asked, 2)
    while f"CSeq: 2 {asked.split()[0].decode()}" not in (answer := caller.receive()):
        pass
    assert answer.split()[1] in {"400", "603"}
    assert here in seat.phone.calls
    seat.phone.hang_up(here)
    caller.take_bye()
    seat.heard.until(msg.CallEnded)
    caller.close()
    assert seat.phone.child.pid == pid


@pytest.mark.nightly
def test_damaged_requests_in_a_call(lend: Lend) -> None:
    dice, mutator = random.Random(SEED), Mutator(SEED, SEEDS)
    wanted, sent, calls = sizes.size("IN_CALL", REQUESTS), 0, 0
    with lend() as seat:
        seat.phone.trust(TRUST)
        seat.settle()
        pid = seat.phone.child.pid
        while sent < wanted:
            said: list[bytes] = []
            sent, calls = sent + one_call(seat, mutator, dice, said), calls + 1
            assert seat.phone.child.pid == pid, b"\n\n".join(said[-LAST_SHOWN:])
        sizes.report("damaged in a call", requests=sent, calls=calls)
        assert not seat.heard.of(msg.PhoneFault)
