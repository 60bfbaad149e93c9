"""The signed call of a supervisor to a seat, the signed change of what it is, what that seat says back."""

import pjsua2 as pj

from telephony.messages import NotNowError, SupervisionStands
from telephony.monitoring import (
    HEADER,
    STATE_HEADER,
    MonitorMode,
    MonitorStands,
    MonitorWish,
    read_stands,
    signed,
    stands_value,
)
from telephony.pjsip.leg import INFO, Leg, now_ms
from telephony.pjsip.options import header
from telephony.sip_headers import parse_request


def opening(wish: MonitorWish, secret: str) -> pj.CallOpParam:
    """Options of the call that opens a supervision."""
    options = pj.CallOpParam(True)
    options.txOption.headers.append(header(HEADER, signed(wish, now_ms(), secret)))
    return options


def change(leg: Leg, mode: MonitorMode, reason: str, secret: str) -> None:
    """Raises `NotNowError` for a call that supervises nothing, `pj.Error`."""
    if not leg.supervised or not leg.answered:
        raise NotNowError("not a supervision that is up")
    wish = MonitorWish(mode, leg.supervised, leg.supervisor, reason)
    _inform(leg, HEADER, signed(wish, now_ms(), secret))


def tell_supervisor(leg: Leg, stands: MonitorStands) -> None:
    """The seat's side: how the hidden leg stands. Raises `pj.Error`."""
    _inform(leg, STATE_HEADER, stands_value(stands))


def told_by_seat(leg: Leg, message: str) -> SupervisionStands | None:
    """The supervisor's side: an INFO that came on our leg; None: it says nothing of that."""
    stands = read_stands(parse_request(message).first(STATE_HEADER.lower())) if leg.supervised else None
    if stands is None:
        return None
    return SupervisionStands(leg.call_id, stands.mode, stands.place, stands.silent, now_ms())


def _inform(leg: Leg, name: str, value: str) -> None:
    request = pj.CallSendRequestParam()
    request.method = INFO
    request.txOption.headers.append(header(name, value))
    leg.sendRequest(request)
