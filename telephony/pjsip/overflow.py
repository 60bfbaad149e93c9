"""Messages over TCP or TLS that the library has no room for: it drops them in silence and loses its place.

It takes 4,000 bytes. Of a longer one it throws away the beginning and reads the rest as the next message, so
what comes after it is lost too. The caller is told to the operator and the connection closed: the far end
knows then that nobody has its message (RFC 3261 18.4, 8.1.3.1) and opens a new one. Where the library does
not offer what this needs, it drops them as before.
"""

import ctypes
import logging
from collections.abc import Callable

from telephony.messages import AnyEvent, CallRejected
from telephony.pjsip import native
from telephony.pjsip.connections import Connections
from telephony.pjsip.leg import now_ms
from telephony.sip_headers import caller_of, dialled_of, parse_request

TOO_LARGE = 513  # RFC 3261 21.5.7; nobody hears it, the connection ends instead
INVITE = b"INVITE "
NEEDED = ("pjsua_get_pjsip_endpt", "pjsip_endpt_get_tpmgr", "pjsip_tpmgr_set_drop_data_cb")
OVERFLOW = 171_062  # PJSIP_ERXOVERFLOW
ROOM_OCTETS = 4000  # PJSIP_MAX_PKT_LEN of this build
SHOWN_OCTETS = 200

log = logging.getLogger(__name__)


class Dropped(ctypes.Structure):
    """`pjsip_tp_dropped_data`."""

    _fields_ = (
        ("transport", ctypes.c_void_p),
        ("at", ctypes.c_void_p),
        ("octets", ctypes.c_size_t),
        ("status", ctypes.c_int),
    )


Told = ctypes.CFUNCTYPE(None, ctypes.POINTER(Dropped))


class Overflow:
    """Keep it for as long as the library lives: the library calls into it, on its own thread."""

    def __init__(self, emit: Callable[[AnyEvent], None], connections: Connections) -> None:
        """Call after `libInit`."""
        self._emit, self._connections = emit, connections
        self.watched = connections.can_end and native.has(*NEEDED)
        if self.watched:
            self._listen()

    def _listen(self) -> None:
        library = native.library()
        library.pjsua_get_pjsip_endpt.restype = library.pjsip_endpt_get_tpmgr.restype = ctypes.c_void_p
        library.pjsip_endpt_get_tpmgr.argtypes = [ctypes.c_void_p]
        library.pjsip_tpmgr_set_drop_data_cb.argtypes = [ctypes.c_void_p, Told]
        self._told = Told(self._dropped)
        transports = library.pjsip_endpt_get_tpmgr(library.pjsua_get_pjsip_endpt())
        library.pjsip_tpmgr_set_drop_data_cb(transports, self._told)

    def _dropped(self, told: "ctypes._Pointer[Dropped]") -> None:
        dropped = told.contents
        if dropped.status != OVERFLOW or self._connections.is_ending(dropped.transport):
            return  # keep-alives and noise; the rest of a message that was told of
        octets = ctypes.string_at(dropped.at, min(dropped.octets, ROOM_OCTETS))
        log.warning("a message over %d bytes cannot be read: %r", ROOM_OCTETS, octets[:SHOWN_OCTETS])
        if octets.startswith(INVITE):
            request = parse_request(octets.decode("utf-8", "surrogateescape"))
            caller, dialled = caller_of(request), dialled_of(request)
            self._emit(CallRejected(caller.number, caller.name, dialled, TOO_LARGE, now_ms()))
        self._connections.end(dropped.transport)
