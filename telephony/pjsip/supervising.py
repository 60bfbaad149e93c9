"""The supervisor's own side: the signed call to a seat, and the signed change of what it is."""

import pjsua2 as pj

from telephony.messages import NotNowError
from telephony.monitoring import HEADER, MonitorMode, MonitorWish, signed
from telephony.pjsip.leg import INFO, Leg, now_ms
from telephony.pjsip.options import header


def opening(wish: MonitorWish, secret: str) -> pj.CallOpParam:
    """Options of the call that opens a supervision."""
    options = pj.CallOpParam(True)
    options.txOption.headers.append(header(HEADER, signed(wish, now_ms(), secret)))
    return options


def change(leg: Leg, mode: MonitorMode, reason: str, secret: str) -> None:
    """Raises `NotNowError` for a call that supervises nothing, `pj.Error`."""
    if not leg.supervised or not leg.answered:
        raise NotNowError("not a supervision that is up")
    request = pj.CallSendRequestParam()
    request.method = INFO
    wish = MonitorWish(mode, leg.supervised, leg.supervisor, reason)
    request.txOption.headers.append(header(HEADER, signed(wish, now_ms(), secret)))
    leg.sendRequest(request)
