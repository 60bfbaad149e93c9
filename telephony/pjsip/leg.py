"""One call of the library, from birth to DISCONNECTED. It only reports; the switchboard decides.

The library reuses its few call ids: a `pj.Call` that outlives its call would hang up a stranger's. So nobody
else keeps a Leg, orders find it by our `call_id`, and at DISCONNECTED it is dropped and disowned in the
callback: the small C++ object is leaked on purpose.
"""

import time
from typing import Protocol

import pjsua2 as pj

from telephony.messages import AnyEvent, CallAnswered, CallEarly, CallEnded, CallMedia, CallStats, EndedBy
from telephony.pjsip.guard import guarded
from telephony.pjsip.recorder import CallRecorder
from telephony.sip_headers import clean_text

NETWORK_CODES = {408, 480, 502, 503, 504}
DECLINE = 603


class LegOwner(Protocol):
    """What a leg needs from the switchboard."""

    def emit(self, event: AnyEvent) -> None: ...
    def audio_began(self, leg: "Leg") -> None: ...
    def leg_answered(self, leg: "Leg") -> None: ...
    def leg_ended(self, leg: "Leg") -> None: ...


class Leg(pj.Call):  # type: ignore[misc]
    """`incoming` legs ring here; the others we dialled. Lives on the library's one thread."""

    def __init__(self, owner: LegOwner, account: pj.Account, call_id: str, pj_id: int | None = None) -> None:
        self.incoming = pj_id is not None
        super().__init__(account, pj.PJSUA_INVALID_ID if pj_id is None else pj_id)
        self.owner = owner
        self.emit = owner.emit
        self.call_id = call_id
        self.born_at_s = time.monotonic()
        self.account_id = ""
        self.answering = self.ended_by_us = self.answered = self.media_active = False
        self.seconds_max: float | None = None
        self.recorder: CallRecorder | None = None
        self.own_voice: pj.AudioMedia | None = None
        self._rx_packets = 0
        self._heard_at_s = 0.0

    @guarded
    def onCallState(self, _param: pj.OnCallStateParam) -> None:
        state = self.getInfo()
        match state.state:
            case pj.PJSIP_INV_STATE_EARLY if not self.incoming:
                self.emit(CallEarly(self.call_id, int(state.lastStatusCode)))
            case pj.PJSIP_INV_STATE_CONFIRMED:
                self.answered = True
                self.emit(CallAnswered(self.call_id, now_ms(), time.monotonic_ns()))
                self.owner.leg_answered(self)
            case pj.PJSIP_INV_STATE_DISCONNECTED:
                self._end(int(state.lastStatusCode), clean_text(str(state.lastReason)))

    @guarded
    def onCallMediaState(self, _param: pj.OnCallMediaStateParam) -> None:
        state = self.getInfo()  # keep it: its media list dies with it
        active = any(
            m.type == pj.PJMEDIA_TYPE_AUDIO and m.status == pj.PJSUA_CALL_MEDIA_ACTIVE for m in state.media
        )
        if active:
            self.owner.audio_began(self)
        if active != self.media_active:
            self.media_active = active
            self._heard_at_s = time.monotonic()
            self.emit(CallMedia(self.call_id, active))

    @guarded
    def onCallTransferRequest(self, param: pj.OnCallTransferRequestParam) -> None:
        param.statusCode = DECLINE  # else the library calls whomever the far end names (REFER, RFC 3515)

    @guarded
    def onCallReplaceRequest(self, param: pj.OnCallReplaceRequestParam) -> None:
        param.statusCode = DECLINE  # else the library puts a stranger in this call's place (RFC 3891)

    def stats(self, now_s: float) -> CallStats:
        """Counters of the stream so far. The library reports no dead air: packets are counted here."""
        stat = self.getStreamStat(0)  # keep it: its parts die with it
        rx = stat.rtcp.rxStat
        if rx.pkt != self._rx_packets:
            self._rx_packets, self._heard_at_s = int(rx.pkt), now_s
        return CallStats(
            self.call_id,
            rx_packets=int(rx.pkt),
            lost_packets=int(rx.loss) + int(rx.discard),
            jitter_ms=rx.jitterUsec.last / 1000,
            silent_ms=round((now_s - self._heard_at_s) * 1000),
        )

    def _end(self, sip_code: int, reason: str) -> None:
        try:
            self.owner.leg_ended(self)
            ended_by = self._ended_by(sip_code)
            ended = CallEnded(self.call_id, ended_by, sip_code, reason, self.answered, now_ms())
            self.emit(ended)
        finally:
            self.own_voice = None
            self.this.disown()

    def _ended_by(self, sip_code: int) -> EndedBy:
        if self.ended_by_us:
            return EndedBy.SEAT
        return EndedBy.NETWORK if sip_code in NETWORK_CODES else EndedBy.FAR_END


def now_ms() -> int:
    return time.time_ns() // 1_000_000
