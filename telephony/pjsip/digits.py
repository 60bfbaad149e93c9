"""Key tones to the far end: in the audio stream (RFC 4733) where it takes them, else as INFO."""

import pjsua2 as pj

from telephony.messages import DigitsSent, NotNowError
from telephony.pjsip.leg import Leg

DIGITS = frozenset("0123456789ABCD*#")
DIGITS_MAX = 32


def send_digits(leg: Leg, digits: str, by_info: bool) -> DigitsSent:
    """Raises `NotNowError` for what are no key tones or a call that takes none, `pj.Error`."""
    digits = digits.upper()
    if not digits or len(digits) > DIGITS_MAX or not DIGITS.issuperset(digits):
        raise NotNowError("not key tones")
    if not leg.answered:
        raise NotNowError("the call is not answered")
    by_info = by_info or not _takes_events(leg)
    parameter = pj.CallSendDtmfParam()
    parameter.digits = digits
    parameter.method = pj.PJSUA_DTMF_METHOD_SIP_INFO if by_info else pj.PJSUA_DTMF_METHOD_RFC2833
    leg.sendDtmf(parameter)
    return DigitsSent(leg.call_id, digits, by_info)


def _takes_events(leg: Leg) -> bool:
    """True when telephone-event was agreed; a payload type below 0 means it was not."""
    return leg.media_active and int(leg.getStreamInfo(0).audTxEventPt) >= 0
