"""An INVITE over TCP that is longer than what the library reads: it cannot ring, it is told and cut off."""

import contextlib
import socket
from collections.abc import Iterator

import pytest

from telephony import messages as msg
from telephony.settings import Transport
from tests.telephony.conftest import WAIT_S, Lend, Seat
from tests.telephony.robustness.malformed import SDP, fill, invite

pytestmark = pytest.mark.process
PORT = 5070  # nobody listens there: answers come by the connection
SHORT_OF_IT = 2_500
OVER_IT = 4_000


@pytest.fixture
def seat(lend: Lend) -> Iterator[Seat]:
    with lend(recordings_dir=None, transports=(Transport.UDP, Transport.TCP)) as seat:
        yield seat


def long_invite(number: int, octets: int) -> bytes:
    more = f"P-Asserted-Identity: <sip:13904510001@exchange>\r\nX-Long: {'y' * 500}\r\n"
    body = f"--b\r\nContent-Type: application/sdp\r\n\r\n{SDP}\r\n--b\r\n\r\n{'x' * octets}\r\n--b--\r\n"
    made = invite(body, kind="multipart/mixed;boundary=b", extra=more)
    return fill(made, PORT, number).replace(b"SIP/2.0/UDP", b"SIP/2.0/TCP")


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
