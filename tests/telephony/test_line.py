"""A line at two exchanges: registered at both, calls by the living one, certificates checked, faults said."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bench.raw_caller import RawCaller
from console.drill.ports import free_ports
from telephony import messages as msg
from telephony.conversation import CallPlace
from telephony.facts import RegistrarState
from telephony.heartbeat import CERT_EXPIRED, CERT_NAME, CERT_UNTRUSTED, NO_CA_FILE, REFUSED, SILENT
from telephony.pjsip.line import NO_ANSWER, REFUSED_AGAIN_S, WRONG_PASSWORD, host_and_port
from telephony.settings import AccountSettings, Srtp, Transport
from tests.telephony.certificates import Authority
from tests.telephony.exchange import PASSWORD, USER, Exchange, running_exchange

pytestmark = [pytest.mark.peer, pytest.mark.process]
DOWN_S_MAX = 3.0
NOISE_S = 0.6
RENEWED_S = 9.0
ALL = (Transport.UDP, Transport.TCP, Transport.TLS)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Exchange]]:
    with contextlib.ExitStack() as running:

        def begin(name: str, port: int = 0, certificate: Path | None = None) -> Exchange:
            return running.enter_context(
                running_exchange(tmp_path / name, port or pair_of_ports(), certificate)
            )

        yield begin


def pair_of_ports() -> int:
    """The first of two that follow each other: TLS takes the second."""
    while True:
        first, second = free_ports(2)
        if second == first + 1:
            return first


def line_of(
    *exchanges: Exchange, transport: Transport = Transport.UDP, password: str = PASSWORD
) -> tuple[AccountSettings, ...]:
    """One line at these exchanges."""
    offset = 1 if transport is Transport.TLS else 0
    at = [f"sip:127.0.0.1:{e.port + offset}" for e in exchanges]
    backup = at[1] if len(at) > 1 else None
    return (
        AccountSettings(
            "a", f"sip:{USER}@127.0.0.1", at[0], USER, password, transport, backup_registrar=backup
        ),
    )


def test_the_port_of_a_registrar_without_one() -> None:
    assert host_and_port("sip:pbx.local", Transport.UDP) == ("pbx.local", 5060)
    assert host_and_port("sip:pbx.local", Transport.TLS) == ("pbx.local", 5061)
    assert host_and_port("sip:10.0.0.1:5080;lr", Transport.TCP) == ("10.0.0.1", 5080)


@pytest.mark.nightly
def test_a_line_that_renews_its_registration_never_stops_being_registered(start: Any, make_seat: Any) -> None:
    line = msgspec.structs.replace(line_of(start("only"))[0], register_s=7)  # renewed after two
    seat = make_seat(accounts=(line,))
    seat.heard.until(msg.LineState, lambda e: e.registered)
    seat.heard.all.clear()
    seat.heard.meanwhile(RENEWED_S)
    assert all(e.registered and e.serving == 0 for e in seat.heard.of(msg.LineState))


@pytest.mark.parametrize("transport", [Transport.UDP, pytest.param(Transport.TCP, marks=pytest.mark.nightly)])
def test_a_killed_exchange_is_known_in_three_seconds_and_calls_go_by_the_other(
    start: Any, make_seat: Any, transport: Transport
) -> None:
    first, second = start("first"), start("second")
    seat = make_seat(accounts=line_of(first, second, transport=transport))
    both = seat.heard.until(
        msg.LineState, lambda e: e.serving == 0 and all(r.registered and r.alive for r in e.registrars)
    )
    assert [r.address for r in both.registrars] == [f"127.0.0.1:{e.port}" for e in (first, second)]
    seat.phone.probe()
    assert seat.heard.until(msg.LineProbed).registrar == both.registrars[0].address

    first.kill()
    killed_s = time.monotonic()
    over = seat.heard.until(msg.LineState, lambda e: e.serving == 1)
    assert time.monotonic() - killed_s < DOWN_S_MAX + NOISE_S
    assert over.registered
    assert over.registrars[0].why in {REFUSED, NO_ANSWER}  # over TCP the broken connection is known at once
    seat.phone.probe()
    probed = seat.heard.until(msg.LineProbed)
    assert (probed.reason, probed.registrar) == ("", both.registrars[1].address)

    start("again", first.port)
    begun_s = time.monotonic()
    seat.heard.until(msg.LineState, lambda e: e.serving == 0)
    assert time.monotonic() - begun_s < 4.0
    seat.phone.probe()
    assert seat.heard.until(msg.LineProbed).reason == "", "the restarted exchange knows us again"


@pytest.mark.nightly
def test_a_frozen_exchange_is_known_in_three_seconds_and_served_again_after_its_thaw(
    start: Any, make_seat: Any
) -> None:
    first = start("first")
    seat = make_seat(accounts=line_of(first))
    seat.heard.until(msg.LineState, lambda e: e.registered and e.registrars[0].alive)
    first.freeze()
    frozen_s = time.monotonic()
    down = seat.heard.until(msg.LineState, lambda e: not e.registered)
    assert time.monotonic() - frozen_s < DOWN_S_MAX + NOISE_S
    assert (down.serving, down.why) == (None, SILENT)
    first.thaw()
    thawed_s = time.monotonic()
    up = seat.heard.until(msg.LineState, lambda e: e.registered)
    assert time.monotonic() - thawed_s < 3.0
    assert up.since_ms > down.since_ms
    seat.phone.probe()
    assert seat.heard.until(msg.LineProbed).reason == ""


@pytest.mark.nightly
def test_a_number_dialled_while_no_exchange_lives_is_refused_at_once_and_holds_nobody(
    start: Any, make_seat: Any, make_raw: Callable[[Any], RawCaller]
) -> None:
    first = start("first")
    seat = make_seat(accounts=line_of(first))
    seat.heard.until(msg.LineState, lambda e: e.registered and e.registrars[0].alive)
    raw = make_raw(seat)
    coming = raw.invite("13904510001")
    here = seat.heard.until(msg.CallRinging).call_id
    seat.phone.answer(here)
    assert raw.final(coming) == 200
    seat.heard.until(msg.CallAnswered)
    first.kill()
    assert seat.heard.until(msg.LineState, lambda e: not e.registered).dead
    seat.phone.dial("119")
    refused = seat.heard.until(msg.CommandRefused, within_s=1.0)
    assert (refused.order, refused.reason) == ("Dial", msg.LINE_DOWN)
    assert seat.phone.calls[here].place is CallPlace.TALK
    assert not seat.heard.of(msg.CallDialled)
    seat.phone.dial(f"sip:119@127.0.0.1:{first.port}")
    assert seat.heard.until(msg.CallDialled).target.startswith("sip:119@"), "a whole address may be tried"


@pytest.mark.parametrize(
    ("alive", "registered", "code", "dead"),
    [
        (True, False, 401, False),
        (None, True, 200, False),
        (None, False, 0, False),  # it is registering
        (None, False, 408, True),
        (False, True, 200, True),
    ],
)
def test_a_registrar_that_answers_nothing_is_dead(
    alive: bool | None, registered: bool, code: int, dead: bool
) -> None:
    one = RegistrarState("10.1.0.1:5060", registered, alive, code)
    assert one.dead is dead
    well = RegistrarState("10.1.0.2:5060", True, True, 200)
    assert msg.LineState("a", False, registrars=(one,)).dead is dead
    assert not msg.LineState("a", True, registrars=(one, well)).dead
    assert not msg.LineState("a", False, direct=True).dead


def test_a_wrong_password_is_said_in_plain_words(start: Any, make_seat: Any) -> None:
    seat = make_seat(accounts=line_of(start("first"), password="wrong"))
    refused = seat.heard.until(msg.LineState, lambda e: e.code == 401)
    assert (refused.registered, refused.why) == (False, WRONG_PASSWORD)


class Refusing:
    """A registrar that refuses everybody until `accepts`: one that is loading its accounts."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self.accepts = False
        threading.Thread(target=self._run, daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def _run(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                asked, source = self._socket.recvfrom(4096)
                self._socket.sendto(self._answer(asked.decode()), source)

    def _answer(self, asked: str) -> bytes:
        kept = ("Via:", "From:", "To:", "Call-ID:", "CSeq:")
        lines = [line for line in asked.split("\r\n") if line.startswith(kept)]
        if self.accepts:
            contact = next((line for line in asked.split("\r\n") if line.startswith("Contact:")), "")
            lines.append(f"{contact};expires=60")
        code = "404 Not Found" if asked.startswith("REGISTER") and not self.accepts else "200 OK"
        return "\r\n".join((f"SIP/2.0 {code}", *lines, "Content-Length: 0", "", "")).encode()


@pytest.mark.nightly
def test_an_exchange_that_refused_is_asked_again(make_seat: Any) -> None:
    with contextlib.closing(Refusing()) as exchange:
        at = f"sip:127.0.0.1:{exchange.port}"
        seat = make_seat(accounts=(AccountSettings("a", f"sip:{USER}@127.0.0.1", at, USER, PASSWORD),))
        seat.heard.until(msg.LineState, lambda e: e.code == 404)
        exchange.accepts = True
        seat.heard.until(msg.LineState, lambda e: e.registered, within_s=2 * REFUSED_AGAIN_S)


def test_over_tls_with_keys_for_the_audio_the_line_is_whole(
    start: Any, make_seat: Any, tmp_path: Path
) -> None:
    authority = Authority(tmp_path, "centre")
    first = start("first", certificate=authority.certificate("127.0.0.1"))
    seat = make_seat(
        accounts=line_of(first, transport=Transport.TLS),
        transports=ALL,
        sip_port=pair_of_ports(),
        tls_ca_file=str(authority.ca_file),
        srtp=Srtp.MANDATORY,
    )
    up = seat.heard.until(msg.LineState, lambda e: e.registered and e.registrars[0].alive)
    assert up.registrars[0].address == f"127.0.0.1:{first.port + 1}"
    seat.phone.probe()
    probed = seat.heard.until(msg.LineProbed)
    assert probed.reason == "", "call out and in, audio encrypted both ways"


@pytest.mark.parametrize(
    ("issuer", "host", "days", "why"),
    [
        ("stranger", "127.0.0.1", 30, CERT_UNTRUSTED),
        ("centre", "other.example", 30, CERT_NAME),
        pytest.param("centre", "127.0.0.1", -1, CERT_EXPIRED, marks=pytest.mark.nightly),
        pytest.param("", "127.0.0.1", 30, NO_CA_FILE, marks=pytest.mark.nightly),
    ],
)
def test_a_certificate_that_is_not_right_is_refused_in_plain_words(
    start: Any, make_seat: Any, tmp_path: Path, issuer: str, host: str, days: int, why: msg.Words
) -> None:
    authorities = {name: Authority(tmp_path, name) for name in ("centre", "stranger")}
    certificate = authorities[issuer or "centre"].certificate(host, days=days)
    exchange = start("exchange", certificate=certificate)
    seat = make_seat(
        accounts=line_of(exchange, transport=Transport.TLS),
        transports=ALL,
        sip_port=pair_of_ports(),
        tls_ca_file=str(authorities["centre"].ca_file if issuer else tmp_path / "absent.pem"),
    )
    refused = seat.heard.until(msg.LineState, lambda e: e.why == why)
    assert not refused.registered
    assert not [s for s in seat.heard.of(msg.LineState) if s.registered]
