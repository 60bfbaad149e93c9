"""An INVITE over TCP that is longer than what the library reads: it cannot ring, it is told and cut off."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from telephony import messages as msg
from telephony.settings import AccountSettings, Transport
from tests.telephony.certificates import Authority
from tests.telephony.conftest import WAIT_S, Lend, Seat
from tests.telephony.robustness.callee import KEPT
from tests.telephony.robustness.malformed import SDP, fill, invite

pytestmark = pytest.mark.process
PORT = 5070  # nobody listens there: answers come by the connection
SHORT_OF_IT = 2_500
OVER_IT = 4_000


@pytest.fixture
def seat(lend: Lend) -> Iterator[Seat]:
    with lend(recordings_dir=None, transports=(Transport.UDP, Transport.TCP)) as seat:
        yield seat


def long_invite(number: int, octets: int, over: bytes = b"TCP") -> bytes:
    more = f"P-Asserted-Identity: <sip:13904510001@exchange>\r\nX-Long: {'y' * 500}\r\n"
    body = f"--b\r\nContent-Type: application/sdp\r\n\r\n{SDP}\r\n--b\r\n\r\n{'x' * octets}\r\n--b--\r\n"
    made = invite(body, kind="multipart/mixed;boundary=b", extra=more)
    return fill(made, PORT, number).replace(b"SIP/2.0/UDP", b"SIP/2.0/" + over)


def test_a_call_that_is_too_long_is_told_and_the_connection_ended_at_once(seat: Seat) -> None:
    pid = seat.phone.child.pid
    with socket.create_connection(("127.0.0.1", seat.port), timeout=WAIT_S) as connection:
        connection.sendall(long_invite(1, OVER_IT))
        told = seat.heard.until(msg.CallRejected)
        assert (told.number, told.sip_code) == ("13904510001", 513)
        with contextlib.suppress(ConnectionResetError):
            assert connection.recv(4_096) == b""
    with socket.create_connection(("127.0.0.1", seat.port), timeout=WAIT_S) as connection:
        connection.sendall(long_invite(2, SHORT_OF_IT))
        ringing = seat.heard.until(msg.CallRinging)
        assert seat.phone.reject(ringing.call_id)
        assert seat.heard.until(msg.CallEnded).call_id == ringing.call_id
    assert seat.phone.child.pid == pid


def accepted(request: str) -> bytes:
    kept = [line + ";tag=x" if line.startswith("To:") else line for line in KEPT.findall(request)]
    return "\r\n".join(("SIP/2.0 200 OK", *kept, "Expires: 60", "Content-Length: 0", "", "")).encode()


class TlsExchange:
    """Takes one connection and registers whoever asks by it; `call` sends by it. Use as a context."""

    def __init__(self, certificate: Path) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self._listening = context.wrap_socket(socket.create_server(("127.0.0.1", 0)), server_side=True)
        self.port = self._listening.getsockname()[1]
        self._connection: ssl.SSLSocket | None = None
        self.ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "TlsExchange":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(WAIT_S)
        self._listening.close()

    def _serve(self) -> None:
        self._connection, _ = self._listening.accept()
        with self._connection as connection, contextlib.suppress(OSError):
            while octets := connection.recv(65_536):
                for request in octets.decode().split("\r\n\r\n"):
                    if request.startswith(("REGISTER", "OPTIONS")):
                        connection.sendall(accepted(request))
        self.ended.set()

    def call(self, octets: bytes) -> None:
        assert self._connection is not None
        self._connection.sendall(octets)


@pytest.mark.nightly
def test_over_tls_it_is_told_and_ended_too(make_seat: Any, tmp_path: Path) -> None:
    authority = Authority(tmp_path, "centre")
    with TlsExchange(authority.certificate("127.0.0.1")) as exchange:
        line = AccountSettings(
            "a", "sip:120@127.0.0.1", f"sip:127.0.0.1:{exchange.port}", "120", "x", Transport.TLS
        )
        seat = make_seat(
            accounts=(line,), transports=(Transport.UDP, Transport.TLS), tls_ca_file=str(authority.ca_file)
        )
        seat.heard.until(msg.LineState, lambda e: e.registered)
        exchange.call(long_invite(3, SHORT_OF_IT, b"TLS"))
        ringing = seat.heard.until(msg.CallRinging)
        seat.phone.reject(ringing.call_id)
        seat.heard.until(msg.CallEnded)
        exchange.call(long_invite(4, OVER_IT, b"TLS"))
        told = seat.heard.until(msg.CallRejected)
        assert (told.number, told.sip_code) == ("13904510001", 513)
        assert exchange.ended.wait(WAIT_S)
