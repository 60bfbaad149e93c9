"""A message as the library holds it in its memory: its text, and the address it really came from.

Only what the library keeps in no header is read by its place. Every reading is checked against the second
copy that the library keeps of the same thing: of a build that is laid out otherwise nothing is believed.
"""

import ctypes
import ipaddress
import socket
import struct

PACKET_OCTETS = 4000  # PJSIP_MAX_PKT_LEN of this build
POINTERS_OF_OPERATION = 35  # `pj_ioqueue_op_key_t` is 32 and two more, and one back to the message
ADDRESS_OCTETS = 28  # `pj_sockaddr`: room for IPv6
NAME_OCTETS = 46  # PJ_INET6_ADDRSTRLEN


class Text(ctypes.Structure):
    """`pj_str_t`."""

    _fields_ = (("at", ctypes.c_void_p), ("octets", ctypes.c_ssize_t))


class Received(ctypes.Structure):
    """The beginning of `pjsip_rx_data`."""

    _fields_ = (
        *((name, ctypes.c_void_p) for name in ("pool", "transport", "transport_own")),
        ("operation", ctypes.c_void_p * POINTERS_OF_OPERATION),
        ("came", ctypes.c_long * 2),
        ("packet", ctypes.c_char * PACKET_OCTETS),
        ("zero", ctypes.c_uint32),
        ("packet_octets", ctypes.c_ssize_t),
        ("address", ctypes.c_ubyte * ADDRESS_OCTETS),
        ("address_octets", ctypes.c_int),
        ("name", ctypes.c_char * NAME_OCTETS),
        ("port", ctypes.c_int),
        ("message_at", ctypes.c_void_p),
        ("message_octets", ctypes.c_int),
    )

    @property
    def source(self) -> str | None:
        """As the library's callbacks tell it, address:port; `None` where this build is laid out otherwise."""
        told = self.name.decode("ascii", "replace")
        same = host_of(bytes(self.address)) == told and self._is_within()
        return with_port(told, self.port) if same else None

    @property
    def text(self) -> str:
        """Of this message alone: over TCP others may lie behind it. Only once `source` is known."""
        return ctypes.string_at(self.message_at, self.message_octets).decode("utf-8", "surrogateescape")

    def _is_within(self) -> bool:
        """Whether the message lies in the packet."""
        begin = ctypes.addressof(self) + Received.packet.offset
        at, octets = self.message_at or 0, self.message_octets
        end = begin + min(self.packet_octets, PACKET_OCTETS)
        return octets > 0 and begin <= at and at + octets <= end


def host_of(address: bytes) -> str | None:
    """Of `sockaddr_in` or `sockaddr_in6`; `None` for neither."""
    (family,) = struct.unpack_from("=H", address)
    if family == socket.AF_INET:
        return str(ipaddress.IPv4Address(address[4:8]))
    if family == socket.AF_INET6:
        return str(ipaddress.IPv6Address(address[8:24]))
    return None


def with_port(host: str, port: int) -> str:
    """As the library writes it."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
