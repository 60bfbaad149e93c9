"""The real phone process under RFC 4475, broken SDP, abused parts and headers, mutated INVITEs and floods.

It may abort: then it must be back and answer again, soon. LINGSHENG_INVITES=n LINGSHENG_SEED=n: nightly fuzz.
"""

import re
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import pytest

from bench import sizes
from bench.raw_caller import Dialled, RawCaller
from telephony import messages as msg
from telephony.phone import Phone
from telephony.settings import PhoneSettings
from tests.telephony.conftest import Heard, seats_in
from tests.telephony.robustness import malformed, torture
from tests.telephony.robustness.mutator import Mutator

pytestmark = pytest.mark.process
INVITES, NIGHTLY_INVITES = 300, 10_000
SEED = sizes.size("SEED", 4475)
GAP_S = 0.006
KEPT = re.compile(rb"^(?:Via|From|To|Call-ID|CSeq):[^\r]*", re.MULTILINE | re.IGNORECASE)
CALLS_AT_ONCE = 3
"""Paced: the next one is sent when so few calls are up that it finds a slot and is looked at in earnest."""
PACE_S_MAX = 1.5
LENGTH_IS_THE_TRAP = {"clerr", "dblreq", "inv2543", "mcl01", "multi01", "ncl"}
"""Of RFC 4475: what they say of their own length is wrong, twice said or not said."""
LOOK_EVERY = 20
CRASH_LOOP_S_MAX = 9.0
ALIVE_S = 8.0
FLOOD_PER_S = 100
FLOOD_S = 2.0
LAST_KEPT = 12
REST_S_MAX = 1.5


class Abort(NamedTuple):
    """`after`: the last messages sent before it; `back_s` None: not back yet."""

    at_s: float
    reason: str
    after: tuple[bytes, ...]


class Victim(Phone):
    """A seat's phone that deals with every call: each third is answered and hung up, others refused."""

    def __init__(self, settings: PhoneSettings, on_event: Callable[[msg.AnyEvent], None]) -> None:
        super().__init__(settings, self._deal_with)
        self._listener = on_event
        self.rang = 0
        self.sent: list[bytes] = []
        self.aborts: list[Abort] = []
        self.back_s: list[float] = []
        self.up = threading.Event()

    def rest(self) -> bool:
        """As good as new for another test: no call left, nothing counted. False: it is not."""
        for call_id in list(self.calls):
            self.hang_up(call_id)
        pause, end_s = threading.Event(), time.monotonic() + REST_S_MAX
        while self.calls and time.monotonic() < end_s:
            pause.wait(GAP_S)
        self.rang = 0
        self.sent.clear()
        return not self.calls and not self.aborts and not self.child.restarts

    def _deal_with(self, event: msg.AnyEvent) -> None:
        match event:
            case msg.CallRinging():
                self.rang += 1
                if self.rang % 3:
                    self.reject(event.call_id)
                else:
                    self.answer(event.call_id)
            case msg.CallAnswered():
                self.hang_up(event.call_id)
            case msg.PhoneDown(reason, True) if self.up.is_set():  # else it did not even begin: no abort
                self.up.clear()
                self.aborts.append(Abort(time.monotonic(), reason, tuple(self.sent[-LAST_KEPT:])))
            case msg.LineState():
                if not self.up.is_set() and self.aborts:
                    self.back_s.append(time.monotonic() - self.aborts[-1].at_s)
                self.up.set()
        self._listener(event)


@pytest.fixture(scope="module")
def victims(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[list[Any], Callable[..., Any]]]:
    """Who is unhurt, and how to make another."""
    with seats_in(tmp_path_factory.mktemp("victims")) as make:
        yield [], make


@pytest.fixture
def victim(victims: tuple[list[Any], Callable[..., Any]], sender: socket.socket) -> Iterator[Any]:
    """Whoever is hurt is not used again. The sender confirms its goodbyes up to the end."""
    unhurt, make = victims
    seat = unhurt.pop() if unhurt else make(kind=Victim)
    yield seat
    if seat.phone.rest():
        seat.heard = Heard()
        unhurt.append(seat)


@pytest.fixture
def sender() -> Iterator[socket.socket]:
    """Answers are acknowledged and BYEs confirmed: else each call would hold its slot for half a minute."""
    with socket.socket(type=socket.SOCK_DGRAM) as made:
        made.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=mind_manners, args=(made,), daemon=True)
        thread.start()
        yield made
        made.sendto(b"", made.getsockname())
        thread.join()


def mind_manners(link: socket.socket) -> None:
    while packet := link.recvfrom(65_535):
        octets, source = packet
        if not octets and source == link.getsockname():
            return
        head = octets.partition(b"\r\n\r\n")[0]
        kept = b"\r\n".join(KEPT.findall(head))
        if re.match(rb"SIP/2.0 [2-6]", head) and re.search(rb"CSeq: *\d+ INVITE", head):
            start, kept = b"ACK sip:120@127.0.0.1 SIP/2.0", kept.replace(b" INVITE", b" ACK")
        elif head.startswith(b"BYE "):
            start = b"SIP/2.0 200 OK"
        else:
            continue
        link.sendto(start + b"\r\n" + kept + b"\r\nContent-Length: 0\r\n\r\n", source)


def is_alive(seat: Any) -> bool:
    """It answers OPTIONS, at once or after it came back."""
    end_s = time.monotonic() + CRASH_LOOP_S_MAX
    while time.monotonic() < end_s:
        seat.phone.up.wait(CRASH_LOOP_S_MAX)
        caller = RawCaller(seat.port)
        caller.wait_s = 1.0
        try:
            if caller.options() > 0:
                return True
        except TimeoutError:
            continue
        finally:
            caller.close()
    return False


def bombard(seat: Any, sender: socket.socket, messages: Iterable[bytes], *, paced: bool = False) -> int:
    """Send them one by one, look now and then whether it lives; how many were sent."""
    port, phone, pause = sender.getsockname()[1], seat.phone, threading.Event()
    count = 0
    for count, message in enumerate(messages, start=1):
        octets = malformed.fill(message, port, count)
        phone.sent.append(octets)
        del phone.sent[:-LAST_KEPT]
        sender.sendto(octets[:60_000], ("127.0.0.1", seat.port))
        pause.wait(GAP_S)
        end_s = time.monotonic() + PACE_S_MAX
        while paced and len(phone.calls) >= CALLS_AT_ONCE and time.monotonic() < end_s:
            pause.wait(GAP_S)
        if not phone.up.is_set() or count % LOOK_EVERY == 0:
            assert is_alive(seat), f"gone after {phone.sent!r}"
    assert is_alive(seat)
    return count


def tell(name: str, seat: Any, sent: int) -> None:
    """One line of the report; what killed it goes to the output of the test."""
    phone = seat.phone
    back = max(phone.back_s, default=0.0)
    sizes.report(name, messages=sent, rang=phone.rang, aborts=len(phone.aborts), back_s_max=round(back, 2))
    for abort in phone.aborts:
        print(abort.reason, *abort.after, sep="\n  ")


def test_the_torture_messages_are_whole() -> None:
    assert len(torture.MESSAGES) == 49
    assert all(b"\r\n" in octets and b"<hex>" not in octets for octets in torture.MESSAGES.values())
    assert b"<repeat" not in torture.MESSAGES["longreq"]
    assert b"\x00" in torture.MESSAGES["intmeth"]
    for name in torture.MESSAGES.keys() - LENGTH_IS_THE_TRAP:
        head, _, body = torture.MESSAGES[name].partition(b"\r\n\r\n")
        said = re.findall(rb"^(?:Content-Length|l) *: *(\d+)", head, re.MULTILINE | re.IGNORECASE)
        assert [int(octets) for octets in said] == [len(body)], name


def test_rfc_4475(victim: Any, sender: socket.socket) -> None:
    sent = bombard(victim, sender, torture.MESSAGES.values())
    tell("RFC 4475", victim, sent)
    assert not victim.phone.aborts
    victim.heard.meanwhile(0.0)
    assert not victim.heard.of(msg.PhoneFault)


@pytest.mark.parametrize("paced", [False, pytest.param(True, marks=pytest.mark.nightly)])
def test_broken_sdp_parts_headers_and_methods(victim: Any, sender: socket.socket, paced: bool) -> None:
    sent = bombard(victim, sender, malformed.all_cases(), paced=paced)
    tell("malformed", victim, sent)
    assert victim.phone.rang > 5, "some of them ring: the seat deals with them like with others"
    assert all(back_s < CRASH_LOOP_S_MAX for back_s in victim.phone.back_s)
    assert len(victim.phone.aborts) <= 1


def fuzz(victim: Any, sender: socket.socket, count: int, *, paced: bool) -> None:
    seeds = [malformed.invite(malformed.SDP)] * 40 + malformed.all_cases() + list(torture.MESSAGES.values())
    mutator = Mutator(SEED, seeds)
    sent = bombard(victim, sender, (mutator.next() for _ in range(count)), paced=paced)
    tell("mutated INVITEs", victim, sent)
    assert sent == count
    assert victim.phone.rang > count // 100
    assert len(victim.phone.aborts) <= 1 + count // 1_000, "more aborts than were ever seen"
    assert all(back_s < CRASH_LOOP_S_MAX for back_s in victim.phone.back_s)


def test_mutated_invites(victim: Any, sender: socket.socket) -> None:
    fuzz(victim, sender, INVITES, paced=False)


@pytest.mark.nightly
def test_ten_thousand_mutated_invites(victim: Any, sender: socket.socket) -> None:
    fuzz(victim, sender, sizes.size("INVITES", NIGHTLY_INVITES), paced=True)


def test_a_flood_of_a_hundred_invites_a_second(victim: Any, sender: socket.socket) -> None:
    port, pause = sender.getsockname()[1], threading.Event()
    invite = malformed.invite(malformed.SDP)
    began_s = time.monotonic()
    count = round(FLOOD_PER_S * FLOOD_S)
    for n in range(count):
        sender.sendto(malformed.fill(invite, port, n), ("127.0.0.1", victim.port))
        pause.wait(max(0.0, began_s + (n + 1) / FLOOD_PER_S - time.monotonic()))
    assert is_alive(victim)
    tell("flood 100/s", victim, count)
    assert not victim.phone.aborts


def test_a_late_offer_is_refused_and_the_next_call_rings(seat: Any) -> None:
    """An INVITE without SDP that is refused: inside the callback it would abort the library."""
    caller = RawCaller(seat.port)
    for _ in range(3):
        call = caller.invite(body="")
        ringing = seat.heard.until(msg.CallRinging)
        assert seat.phone.reject(ringing.call_id)
        assert caller.final(call) == 486
    call = caller.invite()
    seat.heard.until(msg.CallRinging)
    caller.cancel(call)
    assert caller.final(call) == 487
    caller.close()
    assert not seat.heard.of(msg.PhoneDown)


def test_a_call_whose_id_is_no_text_ends_like_any_other(seat: Any, sender: socket.socket) -> None:
    message = malformed.fill(malformed.invite(malformed.SDP), sender.getsockname()[1], 1)
    message = message.replace(b"Call-ID: ", b"Call-ID: \xb0\xff")
    sender.sendto(message, ("127.0.0.1", seat.port))
    ringing = seat.heard.until(msg.CallRinging)
    assert seat.phone.reject(ringing.call_id)
    assert seat.heard.until(msg.CallEnded).call_id == ringing.call_id


class Dialog(RawCaller):
    """A caller who, once answered, offers something else in the middle of the call."""

    def answered(self, call: Dialled) -> None:
        """Takes the 200 and keeps what requests inside the dialog need."""
        while not (answer := self.receive()).startswith("SIP/2.0 200"):
            pass
        self._acknowledge(call, answer)
        to = re.search(r"^To:.*$", answer, re.MULTILINE)
        assert to
        self._to = to[0].strip()

    def offer(self, call: Dialled, method: str, number: int, body: str) -> int:
        """The code of the answer to a re-INVITE or an UPDATE with this offer."""
        extra = "Content-Type: application/sdp\r\n"
        self._ask(call, method, number, extra, body)
        while f"CSeq: {number} {method}" not in (answer := self.receive()) or answer.startswith("SIP/2.0 1"):
            pass
        if method == "INVITE":
            self._ask(call, "ACK", number)
        return int(answer.split()[1])

    def _ask(self, call: Dialled, method: str, number: int, extra: str = "", body: str = "") -> None:
        octets = self._request(method, f"{call.branch}.{number}{method}", call.call_id, extra, body, self._to)
        self._socket.sendto(octets.replace(b"CSeq: 1 ", b"CSeq: %d " % number), self._seat)


@pytest.mark.parametrize("what", malformed.HOSTILE)
def test_what_would_abort_the_library_is_refused_before_it_reads_it(seat: Any, what: str) -> None:
    caller, pid = Dialog(seat.port), seat.phone.child.pid
    assert caller.final(caller.invite(body=malformed.HOSTILE[what])) == 488
    assert seat.heard.until(msg.CallRejected).sip_code == 488
    call = caller.invite(body=malformed.SDP)
    ringing = seat.heard.until(msg.CallRinging)
    seat.phone.answer(ringing.call_id)
    caller.answered(call)
    seat.heard.until(msg.CallAnswered)
    for number, method in enumerate(("INVITE", "UPDATE"), start=2):
        assert caller.offer(call, method, number, malformed.SDP) == 200, "an honest one is taken"
    for number, method in enumerate(("INVITE", "UPDATE"), start=4):
        assert caller.offer(call, method, number, malformed.HOSTILE[what]) == 488
    assert list(seat.phone.calls) == [ringing.call_id], "the call goes on"
    seat.phone.hang_up(ringing.call_id)
    caller.take_bye()
    assert seat.heard.until(msg.CallEnded).answered
    assert seat.phone.child.pid == pid
    caller.close()
