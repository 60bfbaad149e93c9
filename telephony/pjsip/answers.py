"""What far ends answer, looked at before the library reads it: RFC 3264 answers that would abort it.

Also where MESSAGE is refused, which the library takes from anybody: nobody reads one here.

They come in 1xx and 2xx responses and in ACK and PRACK, where no callback of the library can say no. Such an
answer is taken out of its message: the call then has none, and ends or goes on as any call without one. Where
the library does not offer what this needs, nothing is looked at and it aborts as before.
"""

import ctypes
import logging
import re

from telephony.pjsip import native
from telephony.sip_headers import is_hostile_sdp

NAME = b"mod-lingsheng-answers"
BEFORE_TRANSACTIONS = 12  # PJSIP_MOD_PRIORITY_TRANSPORT_LAYER is 8, PJSIP_MOD_PRIORITY_TSX_LAYER 16
RECEIVED_BYTES_MAX = 16_384  # `pjsip_rx_data` with its packet of 4,000 bytes is well below
GO_ON = 0  # PJ_FALSE: the next module has it
SPACE = rb"(?:[ \t]|\r\n?[ \t]|\n[ \t])*"  # folded or not, as the library reads it; CR alone ends a line too
CALL_ID = re.compile(rb"[\r\n](?:call-id|i)" + SPACE + b":" + SPACE + rb"([^\r\n]*)", re.IGNORECASE)
METHOD = re.compile(rb"Request msg (\w+)/")
ANSWERING = {b"ACK", b"PRACK"}
MESSAGE, METHOD_NOT_ALLOWED = b"MESSAGE", 405
DONE = 1  # PJ_TRUE: nobody else sees it
NEEDED = (
    *("pjsip_endpt_register_module", "pjsua_get_pjsip_endpt"),
    *("pjsip_rdata_get_sdp_info", "pjsip_rx_data_get_info", "pjsip_endpt_respond_stateless"),
)

_barren: set[bytes] = set()
"""SIP Call-IDs of calls without audio of their own. The library is one in a process, and so is this."""

Look = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)
log = logging.getLogger(__name__)


class Text(ctypes.Structure):
    """`pj_str_t`."""

    _fields_ = (("at", ctypes.c_void_p), ("octets", ctypes.c_ssize_t))


class SessionText(ctypes.Structure):
    """`pjsip_rdata_sdp_info`: made once for each message, kept with it and read by the call."""

    _fields_ = (("body", Text), ("error", ctypes.c_int), ("session", ctypes.c_void_p))


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


class Answers:
    """Keep it for as long as the library lives: the library calls into it."""

    def __init__(self) -> None:
        """Call after `libInit`."""
        self.watched = native.has(*NEEDED) and self._register()

    def _register(self) -> bool:
        library = native.library()
        self._sdp_of = library.pjsip_rdata_get_sdp_info
        self._sdp_of.argtypes, self._sdp_of.restype = [ctypes.c_void_p], ctypes.POINTER(SessionText)
        self._words_of = library.pjsip_rx_data_get_info
        self._words_of.argtypes, self._words_of.restype = [ctypes.c_void_p], ctypes.c_char_p
        library.pjsua_get_pjsip_endpt.restype = ctypes.c_void_p
        library.pjsip_endpt_register_module.argtypes = [ctypes.c_void_p, ctypes.POINTER(Module)]
        self._respond = library.pjsip_endpt_respond_stateless
        self._respond.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, *[ctypes.c_void_p] * 3]
        name = ctypes.create_string_buffer(NAME)
        text = Text(ctypes.addressof(name), len(NAME))
        requests, responses = Look(self._request), Look(self._response)
        self._kept = name
        self._module = Module(name=text, id=-1, priority=BEFORE_TRANSACTIONS)
        self._module.on_rx_request, self._module.on_rx_response = requests, responses
        self._endpoint = library.pjsua_get_pjsip_endpt()
        return bool(library.pjsip_endpt_register_module(self._endpoint, ctypes.byref(self._module)) == 0)

    # Called by the library for every message, on its own thread.

    def _request(self, received: int) -> int:
        """Only those that carry answers: what carries an offer is refused with a code elsewhere.

        The method is the one the library acts on: CSeq may name another.
        """
        found = METHOD.match(self._words_of(received) or b"")
        method = found[1].upper() if found is not None else b""
        if method == MESSAGE:
            self._respond(self._endpoint, received, METHOD_NOT_ALLOWED, None, None, None)
            return DONE
        session = self._session(received)
        if session is not None and method in ANSWERING:
            self._weigh(received, session)
        return GO_ON

    def _response(self, received: int) -> int:
        session = self._session(received)
        if session is not None:
            self._weigh(received, session)
        return GO_ON

    def _session(self, received: int) -> SessionText | None:
        """`None`: the message has no session description."""
        session = self._sdp_of(received).contents
        return session if session.body.at and session.body.octets > 0 else None

    def _weigh(self, received: int, session: SessionText) -> None:
        sdp = ctypes.string_at(session.body.at, session.body.octets).decode("utf-8", "replace")
        call_id, hostile = call_id_of(_head(received, session)), is_hostile_sdp(sdp)
        if not hostile and call_id not in _barren:
            return
        log.log(logging.WARNING if hostile else logging.DEBUG, "answer of call %r left out", call_id)
        session.body.at, session.body.octets, session.error, session.session = None, 0, 0, None


def given_up(sip_call_id: str) -> None:
    """The library has let go of this call's audio: an answer that still comes would abort it."""
    _barren.add(octets(sip_call_id))


def over(sip_call_id: str) -> None:
    """The call is gone."""
    _barren.discard(octets(sip_call_id))


def octets(sip_call_id: str) -> bytes:
    """As they came: what is not UTF-8 the library's binding gives as lone surrogates."""
    return sip_call_id.encode(errors="surrogateescape")


def call_id_of(head: bytes) -> bytes:
    """Of the message itself: others may lie before it. "" where there is none."""
    return bytes(next(iter(CALL_ID.findall(head)[-1:]), b"")).strip()


def _head(received: int, session: SessionText) -> bytes:
    """What lies before the session description; it lies in the message as it was received.

    The library keeps it inside of what `received` points to. "" where this one does not.
    """
    octets = session.body.at - received
    return ctypes.string_at(received, octets) if 0 < octets < RECEIVED_BYTES_MAX else b""
