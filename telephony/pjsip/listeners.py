"""Who may connect to this phone: a filter on each socket that listens, kept by the kernel (Linux, socket(7)).

The library has 64 sockets for connections and audio together, holds a closed one for half a second, and
aborts when it wants one more: a few hundred connections a second from anybody would cost the calls that are
up. So who may not connect is not heard at all, and whoever connects too often waits. Connections that are up
feel nothing: only their first packet is looked at.
"""

import ctypes
import logging
import socket
import struct
from collections.abc import Iterable
from ipaddress import IPv4Network
from pathlib import Path

SO_ATTACH_FILTER = 26  # <asm-generic/socket.h>; `socket` has no name for it
LOAD_OCTET, LOAD_WORD = 0x30, 0x20  # instructions of <linux/bpf_common.h>
AND, KEEP, FETCH, RETURN = 0x54, 0x07, 0x87, 0x06
IF_EQUAL = 0x15
FLAGS_AT = 13  # of the TCP header (RFC 9293 3.1)
SYN, ACK = 0x02, 0x10
SOURCE_AT = 0xFFF0_0000 + 12  # SKF_NET_OFF, and the source in the IPv4 header (RFC 791 3.1)
OWN_FILES = Path("/proc/self/fd")
PASS, DROP = 0xFFFF_FFFF, 0
EVERYBODY = IPv4Network("0.0.0.0/0")
Instruction = tuple[int, int, int, int]  # what, how many to skip if so, if not so, with what

log = logging.getLogger(__name__)


def program(networks: Iterable[IPv4Network]) -> bytes:
    """Passes packets of connections that are up, and the first one of those from these networks."""
    made: list[Instruction] = [
        (LOAD_OCTET, 0, 0, FLAGS_AT),
        (AND, 0, 0, SYN | ACK),
        (IF_EQUAL, 1, 0, SYN),
        (RETURN, 0, 0, PASS),
        (LOAD_WORD, 0, 0, SOURCE_AT),
        (KEEP, 0, 0, 0),
    ]
    for network in networks:
        made += [
            (FETCH, 0, 0, 0),
            (AND, 0, 0, int(network.netmask)),
            (IF_EQUAL, 0, 1, int(network.network_address)),
            (RETURN, 0, 0, PASS),
        ]
    made.append((RETURN, 0, 0, DROP))
    return b"".join(struct.pack("=HBBI", *one) for one in made)


def listening_at(port: int) -> socket.socket | None:
    """A second handle of the socket of this process that takes connections there; `None`: there is none."""
    for opened in OWN_FILES.iterdir():
        try:
            found = socket.fromfd(int(opened.name), socket.AF_INET, socket.SOCK_STREAM)
        except OSError:  # closed meanwhile
            continue
        if _listens_at(found) == port:
            return found
        found.close()
    return None


def _listens_at(opened: socket.socket) -> int | None:
    """`None`: it is no socket, or does not listen."""
    try:
        takes = opened.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
        return int(opened.getsockname()[1]) if takes else None
    except (OSError, ValueError):  # a path is no address
        return None


class Listener:
    """One socket that listens. `close` it before the library is destroyed."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket = listening_at(port)
        self._admitted: tuple[IPv4Network, ...] = (EVERYBODY,)

    def admit(self, networks: tuple[IPv4Network, ...]) -> None:
        """Connections from these networks only, from now on. Costs nothing while they are the same."""
        if networks == self._admitted:
            return
        self._admitted = networks
        if self._socket is None or not attach(self._socket, program(networks)):
            log.error("port %d: anybody can connect, this system does not let us say who may", self._port)

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()


def attach(listening: socket.socket, filter_program: bytes) -> bool:
    """Give the kernel this filter in place of the last one. False: it does not take it."""
    kept = ctypes.create_string_buffer(filter_program, len(filter_program))
    count = len(filter_program) // struct.calcsize("=HBBI")
    try:
        where = struct.pack("@HP", count, ctypes.addressof(kept))
        listening.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, where)
    except OSError:
        return False
    return True
