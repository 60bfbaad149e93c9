"""Hundreds of connections at once: the library would abort for want of sockets, with all calls there are."""

import contextlib
import socket
import socketserver
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from telephony import messages as msg
from telephony.settings import AccountSettings, Transport, TrustSettings
from tests.telephony.certificates import Authority
from tests.telephony.conftest import WAIT_S, Lend, Seat
from tests.telephony.pjsip.test_arrivals import ASKED
from tests.telephony.pjsip.test_overflow import accepted

pytestmark = pytest.mark.process
WAVES, IN_A_WAVE = 10, 60
WAVE_S = 0.05
HUNG_S = 1.0
BACK_S_MAX = 12.0
TRUST = TrustSettings(("127.0.0.1",))


@pytest.fixture
def seat(lend: Lend) -> Iterator[Seat]:
    with lend(recordings_dir=None, transports=(Transport.UDP, Transport.TCP)) as seat:
        yield seat


def answered(seat: Seat) -> bytes:
    """What a new connection hears; raises `TimeoutError` where nobody takes it."""
    with socket.create_connection(("127.0.0.1", seat.port), timeout=WAIT_S) as connection:
        connection.sendall(ASKED.format(n=1).encode())
        return connection.recv(4_096)[:12]


@pytest.mark.parametrize("trust", [TRUST, TrustSettings()])
def test_a_flood_of_connections_costs_no_call(seat: Seat, partner: Seat, trust: TrustSettings) -> None:
    seat.phone.trust(trust)
    seat.settle()
    here, _ = seat.connected(partner)
    pid = seat.phone.child.pid
    with contextlib.ExitStack() as opened:
        for _ in range(WAVES):
            for _ in range(IN_A_WAVE):
                stranger = opened.enter_context(socket.socket())
                stranger.bind(("127.0.0.2", 0))
                stranger.setblocking(False)
                stranger.connect_ex(("127.0.0.1", seat.port))
            seat.heard.meanwhile(WAVE_S)
            opened.close()
    assert seat.phone.child.pid == pid
    assert here in seat.phone.calls
    assert answered(seat) == b"SIP/2.0 200 ", "and whoever may connect can"
    assert not seat.heard.of(msg.PhoneFault) + seat.heard.of(msg.PhoneDown)


class Registering(socketserver.BaseRequestHandler):
    """Says yes to whatever comes by one connection."""

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            while octets := self.request.recv(65_536):
                for request in octets.decode().split("\r\n\r\n"):
                    if request.startswith(("REGISTER", "OPTIONS")):
                        self.request.sendall(accepted(request))


class Exchange(socketserver.ThreadingTCPServer):
    """Over TLS; until `wakes` it takes connections and says nothing."""

    daemon_threads = True

    def __init__(self, certificate: Path) -> None:
        super().__init__(("127.0.0.1", 0), Registering)
        self.port = self.server_address[1]
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)

    def hung(self) -> list[socket.socket]:
        """Who has come so far, and hears nothing."""
        self.socket.setblocking(False)
        came = []
        with contextlib.suppress(BlockingIOError):
            while True:
                came.append(self.socket.accept()[0])
        self.socket.setblocking(True)
        return came

    def wakes(self) -> None:
        self.socket = self._context.wrap_socket(self.socket, server_side=True)
        self.serve_forever(poll_interval=0.05)


@pytest.mark.nightly
def test_a_handshake_that_hangs_is_given_up(make_seat: Callable[..., Seat], tmp_path: Path) -> None:
    """An exchange that hung once and serves again: what it left lying was waited for without end."""
    authority = Authority(tmp_path, "centre")
    with Exchange(authority.certificate("127.0.0.1")) as exchange, ThreadPoolExecutor(1) as beside:
        registrar = f"sip:127.0.0.1:{exchange.port}"
        line = AccountSettings("a", "sip:120@127.0.0.1", registrar, "120", "x", Transport.TLS)
        transports = (Transport.UDP, Transport.TLS)
        seat = make_seat(accounts=(line,), transports=transports, tls_ca_file=str(authority.ca_file))
        seat.heard.meanwhile(HUNG_S)
        left_lying = exchange.hung()
        beside.submit(exchange.wakes)
        try:
            seat.heard.until(msg.LineState, lambda e: e.registered, within_s=BACK_S_MAX)
        finally:
            exchange.shutdown()
            for one in left_lying:
                one.close()
    assert len(left_lying) > 1
