"""Where a message came from, read beside the library; a build laid out otherwise is believed in nothing."""

import ctypes
import socket

import pytest

from telephony import messages as msg
from telephony.pjsip.arrivals import tag_of
from telephony.pjsip.received import Received
from telephony.settings import Transport, TrustSettings
from tests.telephony.conftest import WAIT_S, Lend

ASKED = (
    "OPTIONS sip:120@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:5070;branch=z9hG4bK{n};rport\r\n"
    "From: <sip:a@b>;tag={n}\r\nTo: <sip:120@127.0.0.1>\r\nCall-ID: {n}\r\nCSeq: {n} OPTIONS\r\n"
    "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
)


def heard_from(address: bytes, name: bytes) -> Received:
    """One message of 300 octets in the middle of its packet."""
    made = Received(address=(ctypes.c_ubyte * 28)(*address), name=name, port=5060, packet_octets=1000)
    made.message_at = ctypes.addressof(made) + Received.packet.offset + 500
    made.message_octets = 300
    return made


V4 = socket.AF_INET.to_bytes(2, "little") + b"\x13\xc4" + bytes((10, 1, 0, 5))
V6 = socket.AF_INET6.to_bytes(2, "little") + bytes(6) + bytes((0xFD, *bytes(14), 1))


def test_an_address_is_told_as_the_library_tells_it() -> None:
    assert heard_from(V4, b"10.1.0.5").source == "10.1.0.5:5060"
    assert heard_from(V6, b"fd00::1").source == "[fd00::1]:5060"


@pytest.mark.parametrize(
    ("address", "name"),
    [(V4, b"10.1.0.6"), (V4, b"\xff\xfe"), (V4, b""), (V6, b"10.1.0.5"), (b"\0\0", b"0.0.0.0")],
)
def test_two_copies_that_differ_are_no_address(address: bytes, name: bytes) -> None:
    assert heard_from(address, name).source is None


@pytest.mark.parametrize("octets", [-1, 0, 501, 1 << 30])
def test_a_message_that_is_not_in_its_packet_is_none(octets: int) -> None:
    made = heard_from(V4, b"10.1.0.5")
    made.message_octets = octets
    assert made.source is None


@pytest.mark.parametrize(
    ("value", "tag"),
    [
        ("<sip:120@x>;tag=a1", "a1"),
        ("<sip:120@x;tag=no> ; TAG = a1;x=y", "a1"),
        ("sip:120@x;tag=a1", "a1"),
        ('"tag=no" <sip:120@x>', ""),
        ("", ""),
    ],
)
def test_the_tag_of_a_dialog(value: str, tag: str) -> None:
    assert tag_of(value) == tag


@pytest.mark.process
def test_two_requests_in_one_piece_of_a_connection_are_both_refused(lend: Lend) -> None:
    with lend(recordings_dir=None, transports=(Transport.UDP, Transport.TCP)) as seat:
        with socket.create_connection(("127.0.0.1", seat.port), timeout=WAIT_S) as connection:
            seat.phone.trust(TrustSettings(("192.0.2.1",)))
            seat.settle()
            connection.sendall("".join(ASKED.format(n=n) for n in (1, 2)).encode())
            heard = b""
            while heard.count(b"\r\n\r\n") < 2:
                heard += connection.recv(4_096)
        assert heard.count(b"SIP/2.0 403 ") == 2
        assert seat.heard.until(msg.StrangerRefused).source == "127.0.0.1"
