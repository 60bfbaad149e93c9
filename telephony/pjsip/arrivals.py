"""Every message is seen here before the library acts on it: strangers hear 403, answers are weighed.

A stranger's request that is of no dialog (RFC 3261 12) goes no further: it makes no call, and nothing but the
code says that a telephone is here. MESSAGE hears 405, which the library would take from anybody: nobody reads
one. Where the library does not offer what this needs, strangers are heard like others, and the phone says so.
"""

import ctypes
import logging
import re
from typing import Protocol

from telephony.pjsip import native
from telephony.pjsip.answers import Answers, octets
from telephony.pjsip.received import Received, Text
from telephony.sip_headers import SipRequest, has_hostile_keys, parse_request

NAME = b"mod-lingsheng-arrivals"
BEFORE_TRANSACTIONS = 12  # PJSIP_MOD_PRIORITY_TRANSPORT_LAYER is 8, PJSIP_MOD_PRIORITY_TSX_LAYER 16
METHOD = re.compile(rb"Request msg (\w+)/")
TAG = re.compile(r";\s*tag\s*=\s*([^\s;,>]+)", re.IGNORECASE)
ANSWERING, OFFERING = {b"ACK", b"PRACK"}, {b"INVITE", b"UPDATE"}
NEVER_ANSWERED, MESSAGE, INFO = b"ACK", b"MESSAGE", b"INFO"
BAD_REQUEST, FORBIDDEN, METHOD_NOT_ALLOWED, NOT_ACCEPTABLE = 400, 403, 405, 488
GO_ON, DONE = 0, 1  # PJ_FALSE: the next module has it; PJ_TRUE: nobody else sees it
NEEDED = (
    *("pjsip_endpt_register_module", "pjsua_get_pjsip_endpt", "pjsip_endpt_respond_stateless"),
    *("pjsip_rdata_get_sdp_info", "pjsip_rx_data_get_info", "pjsip_ua_find_dialog"),
)

Look = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)
log = logging.getLogger(__name__)


class Gate(Protocol):
    """Who decides. `source`: "address:port"."""

    def is_stranger(self, source: str) -> bool: ...

    def shuts_out(self, request: SipRequest, source: str) -> bool:
        """Whether what a stranger asks is refused; then it is counted and told."""

    def cannot_hear(self, request: SipRequest) -> None:
        """A caller was refused whose offer would abort the library."""


class Module(ctypes.Structure):
    """`pjsip_module`."""

    _fields_ = (
        *((name, ctypes.c_void_p) for name in ("prev", "next")),
        ("name", Text),
        *((name, ctypes.c_int) for name in ("id", "priority")),
        *((name, ctypes.c_void_p) for name in ("load", "start", "stop", "unload")),
        *((name, Look) for name in ("on_rx_request", "on_rx_response")),
        *((name, ctypes.c_void_p) for name in ("on_tx_request", "on_tx_response", "on_tsx_state")),
    )


class Arrivals:
    """Keep it for as long as the library lives: the library calls into it, on its one thread."""

    def __init__(self) -> None:
        """Call after `libInit`."""
        self.gate: Gate | None = None
        self._is_lost = False
        self.watched = native.has(*NEEDED) and self._register()

    def _register(self) -> bool:
        library = native.library()
        self._answers = Answers()
        self._words_of = library.pjsip_rx_data_get_info
        self._words_of.argtypes, self._words_of.restype = [ctypes.c_void_p], ctypes.c_char_p
        self._dialog_of = library.pjsip_ua_find_dialog
        self._dialog_of.argtypes = [*[ctypes.POINTER(Text)] * 3, ctypes.c_int]
        self._dialog_of.restype = ctypes.c_void_p
        library.pjsua_get_pjsip_endpt.restype = ctypes.c_void_p
        library.pjsip_endpt_register_module.argtypes = [ctypes.c_void_p, ctypes.POINTER(Module)]
        self._respond = library.pjsip_endpt_respond_stateless
        self._respond.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, *[ctypes.c_void_p] * 3]
        self._name = ctypes.create_string_buffer(NAME)
        text = Text(ctypes.addressof(self._name), len(NAME))
        self._module = Module(name=text, id=-1, priority=BEFORE_TRANSACTIONS)
        self._module.on_rx_request, self._module.on_rx_response = Look(self._request), Look(self._response)
        self._endpoint = library.pjsua_get_pjsip_endpt()
        return bool(library.pjsip_endpt_register_module(self._endpoint, ctypes.byref(self._module)) == 0)

    def _request(self, received: int) -> int:
        """The method is the one the library acts on: CSeq may name another."""
        found = METHOD.match(self._words_of(received) or b"")
        method = found[1].upper() if found is not None else b""
        if method != NEVER_ANSWERED and self._is_strangers(received):
            return self._refuse(received, FORBIDDEN)
        if method == MESSAGE:
            return self._refuse(received, METHOD_NOT_ALLOWED)
        if method == INFO and self._has_hostile_keys(received):
            return self._refuse(received, BAD_REQUEST)
        if method in ANSWERING:
            self._answers.weigh(received)
        elif method in OFFERING and self._answers.is_hostile(received):
            self._tell(received)
            return self._refuse(received, NOT_ACCEPTABLE)
        return GO_ON

    def _response(self, received: int) -> int:
        self._answers.weigh(received)
        return GO_ON

    def _refuse(self, received: int, code: int) -> int:
        self._respond(self._endpoint, received, code, None, None, None)
        return DONE

    def _has_hostile_keys(self, received: int) -> bool:
        message = Received.from_address(received)
        return message.source is not None and has_hostile_keys(message.text)

    def _tell(self, received: int) -> None:
        """A caller whom no telephone like ours can hear; in a call it is the call's own matter."""
        message = Received.from_address(received)
        if self.gate is not None and message.source is not None:
            request = parse_request(message.text)
            if not tag_of(request.first("to")):
                self.gate.cannot_hear(request)

    def _is_strangers(self, received: int) -> bool:
        """Never of what cannot be told: a caller lost is worse than a stranger heard."""
        message = Received.from_address(received)
        source = message.source
        if source is None and not self._is_lost:
            self._is_lost = True
            log.error("this build of the library does not show where messages come from")
        if source is None or self.gate is None or not self.gate.is_stranger(source):
            return False
        request = parse_request(message.text)
        return not self._is_in_dialog(request) and self.gate.shuts_out(request, source)

    def _is_in_dialog(self, request: SipRequest) -> bool:
        """Of a call that is up, or that we place and whose far end has no tag yet."""
        ours, theirs = tag_of(request.first("to")), tag_of(request.first("from"))
        return bool(ours) and any(self._dialog(request.first("call-id"), ours, tag) for tag in (theirs, ""))

    def _dialog(self, *names: str) -> int | None:
        kept = [ctypes.create_string_buffer(octets(name)) for name in names]
        texts = [Text(ctypes.addressof(one), len(one) - 1) for one in kept]
        found: int | None = self._dialog_of(*(ctypes.byref(text) for text in texts), 0)
        return found


def tag_of(value: str) -> str:
    """Of a From or To (RFC 3261 19.3), not of the address in it; "" where there is none."""
    match = TAG.search(value.rpartition(">")[2])
    return match[1] if match is not None else ""
