"""What far ends answer, looked at before the library reads it: RFC 3264 answers that would abort it.

They come in 1xx and 2xx responses and in ACK and PRACK, where no callback of the library can say no. Such an
answer is taken out of its message: the call then has none, and ends or goes on as any call without one.
"""

import ctypes
import logging
import re

from telephony.pjsip import native
from telephony.pjsip.received import Text
from telephony.sip_headers import is_hostile_sdp

RECEIVED_BYTES_MAX = 16_384  # `pjsip_rx_data` with its packet of 4,000 bytes is well below
SPACE = rb"(?:[ \t]|\r\n?[ \t]|\n[ \t])*"  # folded or not, as the library reads it; CR alone ends a line too
CALL_ID = re.compile(rb"[\r\n](?:call-id|i)" + SPACE + b":" + SPACE + rb"([^\r\n]*)", re.IGNORECASE)

_barren: set[bytes] = set()
"""SIP Call-IDs of calls without audio of their own. The library is one in a process, and so is this."""

log = logging.getLogger(__name__)


class SessionText(ctypes.Structure):
    """`pjsip_rdata_sdp_info`: made once for each message, kept with it and read by the call."""

    _fields_ = (("body", Text), ("error", ctypes.c_int), ("session", ctypes.c_void_p))


class Answers:
    """Looks at messages that may carry an answer."""

    def __init__(self) -> None:
        """Call after `libInit`, where the library offers it."""
        self._sdp_of = native.library().pjsip_rdata_get_sdp_info
        self._sdp_of.argtypes, self._sdp_of.restype = [ctypes.c_void_p], ctypes.POINTER(SessionText)

    def is_hostile(self, received: int) -> bool:
        """Whether the library cannot bear the session description of this message of its."""
        session = self._session(received)
        return session is not None and is_hostile_sdp(_text(session))

    def weigh(self, received: int) -> None:
        """Take the answer out where the library cannot bear it. `received`: its message."""
        session = self._session(received)
        if session is None:
            return
        call_id, hostile = call_id_of(_head(received, session)), is_hostile_sdp(_text(session))
        if not hostile and call_id not in _barren:
            return
        log.log(logging.WARNING if hostile else logging.DEBUG, "answer of call %r left out", call_id)
        session.body.at, session.body.octets, session.error, session.session = None, 0, 0, None

    def _session(self, received: int) -> SessionText | None:
        """`None`: the message has no session description."""
        session: SessionText = self._sdp_of(received).contents
        return session if session.body.at and session.body.octets > 0 else None


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


def _text(session: SessionText) -> str:
    return ctypes.string_at(session.body.at, session.body.octets).decode("utf-8", "replace")


def _head(received: int, session: SessionText) -> bytes:
    """What lies before the session description; it lies in the message as it was received.

    The library keeps it inside of what `received` points to. "" where this one does not.
    """
    octets = session.body.at - received
    return ctypes.string_at(received, octets) if 0 < octets < RECEIVED_BYTES_MAX else b""
