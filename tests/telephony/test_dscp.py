"""Signalling and voice are marked for the network: CS5 (0xa0) and EF (0xb8), read off the packets."""

import socket
import struct
import threading
from typing import Any

import pytest

pytestmark = pytest.mark.process
SIGNALLING, VOICE = 0xA0, 0xB8
PACKETS_S_MAX = 8.0


def marks(sniffer: socket.socket, from_port: int, wanted: int) -> set[int]:
    """The TOS bytes of this many UDP packets from one port."""
    found: list[int] = []
    while len(found) < wanted:
        packet = sniffer.recv(2048)
        header = (packet[0] & 0x0F) * 4
        if struct.unpack_from("!H", packet, header)[0] == from_port:
            found.append(packet[1])
    return set(found)


def test_signalling_and_voice_are_marked(seat: Any, caller: Any) -> None:
    try:
        sniffer = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
    except PermissionError:
        pytest.skip("reading packets needs root")
    with sniffer:
        sniffer.settimeout(PACKETS_S_MAX)
        rtp_port = seat.phone._settings.engine.rtp_port_first
        found: dict[str, set[int]] = {}
        reading = threading.Thread(
            target=lambda: found.update(
                signalling=marks(sniffer, seat.port, 2), voice=marks(sniffer, rtp_port, 10)
            )
        )
        reading.start()
        caller.call(seat.uri)
        seat.answered()
        reading.join(PACKETS_S_MAX)
    assert found == {"signalling": {SIGNALLING}, "voice": {VOICE}}
