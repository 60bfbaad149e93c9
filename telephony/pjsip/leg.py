"""One call of the library, from birth to DISCONNECTED. It only reports; its owner decides.

The library reuses its few call ids: a `pj.Call` that outlives its call would hang up a stranger's. So nobody
else keeps a Leg, orders find it by our `call_id`, and at DISCONNECTED it is dropped and disowned in the
callback: the small C++ object is leaked on purpose.
"""

import time
from typing import SupportsInt

import pjsua2 as pj

from telephony.messages import (
    AnyEvent,
    CallAnswered,
    CallEarly,
    CallEnded,
    CallMedia,
    DigitReceived,
    EndedBy,
)
from telephony.pjsip import answers, native
from telephony.pjsip.guard import guarded
from telephony.pjsip.recorder import CallRecorder
from telephony.sip_headers import clean_text, network_failed, parse_request

NETWORK_CODES = {408, 480, 502, 503, 504}
ACCEPTED = 202
DECLINE = 603
NOT_ACCEPTABLE = 488
NO_AUDIO = "SDP negotiation failed"  # the library's own words
INFO, INVITE = "INFO", "INVITE"
UNANSWERED = {pj.PJSIP_TSX_STATE_CALLING, pj.PJSIP_TSX_STATE_PROCEEDING}
CANCEL, BYE = "CANCEL", "BYE"
HEEDED = {INVITE, CANCEL, BYE}
NEW_AUDIO_S = 1.0  # a far end whose offer left us without sound may make another itself
NO_AUDIO_STATES = {pj.PJSUA_CALL_MEDIA_NONE, pj.PJSUA_CALL_MEDIA_ERROR}


class LegOwner:
    """Whoever holds legs hears of them here, inside callbacks. What an owner does not take up is declined."""

    def emit(self, event: AnyEvent) -> None:
        """A fact of one of the legs."""
        raise NotImplementedError

    def leg_ended(self, leg: "Leg") -> None:
        """Drop it: after this it is no more."""
        raise NotImplementedError

    def audio_changed(self, leg: "Leg") -> None:
        """Its audio began, ended or was rebuilt."""

    def leg_answered(self, leg: "Leg") -> None:
        """Both ends agreed."""

    def leg_barren(self, leg: "Leg") -> None:
        """It has no audio and can have none any more."""

    def transfer_told(self, leg: "Leg", sip_code: int, reason: str, final: bool) -> None:
        """How a transfer of ours goes on (NOTIFY, RFC 3515)."""

    def transfer_asked(self, leg: "Leg", target: str) -> "Leg | None":
        """The far end wants us to call `target` (REFER): the leg for that call, `None` declines."""

    def replace_asked(self, leg: "Leg", source: str) -> bool:
        """Somebody at `source` wants to take the far end's place (Replaces, RFC 3891)."""
        return False

    def leg_replaced(self, leg: "Leg", pj_id: int) -> "Leg | None":
        """He has it: the leg for the call `pj_id`."""

    def info_came(self, leg: "Leg", message: str, source: str) -> None:
        """An INFO that is no key tone."""


class Leg(pj.Call):  # type: ignore[misc]  # pjsua2 has no types
    """`incoming` legs ring here; the others we dialled. Lives on the library's one thread."""

    def __init__(self, owner: LegOwner, account: pj.Account, call_id: str, pj_id: int | None = None) -> None:
        self.incoming = pj_id is not None
        super().__init__(account, pj.PJSUA_INVALID_ID if pj_id is None else pj_id)
        self.owner, self.emit, self.account = owner, owner.emit, account
        self.call_id = call_id
        self.born_at_s = time.monotonic()
        self.account_id = self.source = ""
        self.answering = self.answered = self.media_active = self.on_hold = self.barren = False
        self.soundless = False
        self.dead_air = False
        self.ended_by: EndedBy | None = None
        self.seconds_max: float | None = None
        self.recorder: CallRecorder | None = None
        self.own_voice: pj.AudioMedia | None = None
        self.speaks_alone = False
        self.audio: pj.AudioMedia | None = None
        self.hold_due_s, self.hold_tries = 0.0, 0
        self.transfer_target: str | None = None
        self.transferred_from = self.supervised = self.supervisor = ""
        self._invite: SupportsInt | None = None

    @property
    def in_talk(self) -> bool:
        """Both may speak: from our answer on, which is before the far end has confirmed it."""
        return self.answered or self.answering

    @guarded
    def onCallState(self, param: pj.OnCallStateParam) -> None:
        state = self.getInfo()
        match state.state:
            case pj.PJSIP_INV_STATE_EARLY if not self.incoming:
                self.emit(CallEarly(self.call_id, int(state.lastStatusCode)))
            case pj.PJSIP_INV_STATE_CONFIRMED if self.barren:
                self.owner.leg_barren(self)
            case pj.PJSIP_INV_STATE_CONFIRMED:
                self.answered = True
                self.emit(CallAnswered(self.call_id, now_ms(), time.monotonic_ns()))
                self.owner.leg_answered(self)
            case pj.PJSIP_INV_STATE_DISCONNECTED:
                if self.ended_by is None and self._line_ended_it(param.e):
                    self.ended_by = EndedBy.NETWORK
                self._end(int(state.lastStatusCode), clean_text(str(state.lastReason)))

    @guarded
    def onCallMediaState(self, _param: pj.OnCallMediaStateParam) -> None:
        state = self.getInfo()  # keep it: its media list dies with it
        media = [m for m in state.media if m.type == pj.PJMEDIA_TYPE_AUDIO]
        self.on_hold = any(m.status == pj.PJSUA_CALL_MEDIA_LOCAL_HOLD for m in media)
        active = any(m.status == pj.PJSUA_CALL_MEDIA_ACTIVE for m in media)
        soundless = bool(media) and all(m.status in NO_AUDIO_STATES for m in media)
        if soundless and not self.soundless:
            self.hold_due_s = time.monotonic() + NEW_AUDIO_S
        self.soundless = soundless
        connected = any(m.audioConfSlot != pj.PJSUA_INVALID_ID for m in media)
        self.audio = self.getAudioMedia(-1) if connected else None
        self.owner.audio_changed(self)
        if active != self.media_active:
            self.media_active = active
            self.emit(CallMedia(self.call_id, active))

    @guarded
    def onDtmfDigit(self, param: pj.OnDtmfDigitParam) -> None:
        by_info = param.method == pj.PJSUA_DTMF_METHOD_SIP_INFO
        self.emit(DigitReceived(self.call_id, str(param.digit), by_info))

    @guarded
    def onCallTransferStatus(self, param: pj.OnCallTransferStatusParam) -> None:
        reason = clean_text(str(param.reason))
        self.owner.transfer_told(self, int(param.statusCode), reason, bool(param.finalNotify))

    @guarded
    def onCallTransferRequest(self, param: pj.OnCallTransferRequestParam) -> None:
        param.statusCode = DECLINE  # else the library calls whomever the far end names (REFER, RFC 3515)
        target = clean_text(str(param.dstUri)).strip()
        leg = self.owner.transfer_asked(self, target) if target else None  # it would write to address 0 else
        if leg is not None:
            param.statusCode, param.newCall = ACCEPTED, leg

    @guarded
    def onCallReplaceRequest(self, param: pj.OnCallReplaceRequestParam) -> None:
        if not self.owner.replace_asked(self, str(param.rdata.srcAddress)):
            param.statusCode = DECLINE  # else the library puts a stranger in this call's place (RFC 3891)

    @guarded
    def onCallReplaced(self, param: pj.OnCallReplacedParam) -> None:
        leg = self.owner.leg_replaced(self, int(param.newCallId))
        if leg is not None:
            param.newCall = leg

    @guarded
    def onCallTsxState(self, param: pj.OnCallTsxStateParam) -> None:
        change = param.e.body.tsxState
        if change.tsx.role == pj.PJSIP_ROLE_UAC and change.tsx.method in HEEDED and self._is_ours(change.tsx):
            self._heed(change.tsx)
        if change.type != pj.PJSIP_EVENT_RX_MSG:
            return
        if not self.incoming and not self.source:
            self.source = str(change.src.rdata.srcAddress)
        if change.tsx.method == INFO and change.tsx.role == pj.PJSIP_ROLE_UAS:
            rdata = change.src.rdata
            self.owner.info_came(self, str(rdata.wholeMsg), str(rdata.srcAddress))

    def hangup(self, options: pj.CallOpParam) -> None:
        """A far end that rings and never says that the call is over keeps its place 8 s, not 32."""
        super().hangup(options)
        if self._invite is not None and not self.answered:
            native.limit_transaction(self._invite)

    def hold(self, wanted: bool) -> None:
        """Offer hold or resume by re-INVITE, new audio where there is none: the library would abort else.

        Raises `pj.Error` while another one is under way.
        """
        options = pj.CallOpParam(True)
        if self.soundless:
            options.opt.flag = pj.PJSUA_CALL_REINIT_MEDIA
            self.reinvite(options)
        elif wanted:
            self.setHold(options)
        else:
            options.opt.flag = pj.PJSUA_CALL_UNHOLD
            self.reinvite(options)

    def _is_ours(self, tsx: pj.SipTransaction) -> bool:
        """For seconds the library tells how an ended call's BYE went to whichever call has its place then."""
        sent, own = answers.octets(str(tsx.lastTx.wholeMsg)), answers.octets(str(self.getInfo().callIdString))
        return answers.call_id_of(sent) == own

    def _heed(self, tsx: pj.SipTransaction) -> None:
        """A request of ours goes on, or is over."""
        if tsx.method == INVITE:
            self._invite = tsx.pjTransaction if tsx.state in UNANSWERED else None
        else:
            self._given_up(tsx.method)

    def _given_up(self, method: str) -> None:
        """We end it. Where nobody ordered it the library could not use what the far end said of its audio.

        Until it is gone no offer may be made, of hold or any other, and no answer taken: it would abort.
        """
        if method == BYE and self.ended_by is not None:
            return
        state = self.getInfo()
        if method == CANCEL:
            self.barren = self.barren or self.ended_by is None
            answers.given_up(str(state.callIdString))
        elif all(m.status in NO_AUDIO_STATES for m in state.media):
            self.barren, self.ended_by = True, EndedBy.NETWORK

    def _end(self, sip_code: int, reason: str) -> None:
        try:
            self.owner.leg_ended(self)
            ended_by = self.ended_by or self._ended_by_others(sip_code)
            answers.over(str(self.getInfo().callIdString))
            if self.barren:
                sip_code, reason = NOT_ACCEPTABLE, NO_AUDIO
            ended = CallEnded(self.call_id, ended_by, sip_code, reason, self.answered, now_ms())
            self.emit(ended)
        finally:
            self.own_voice = self.audio = None
            self.this.disown()

    def _line_ended_it(self, event: pj.SipEvent) -> bool:
        """An exchange says BYE for callers it has lost: it gives the reason, or they were silent before."""
        change = event.body.tsxState
        if event.type != pj.PJSIP_EVENT_TSX_STATE or change.type != pj.PJSIP_EVENT_RX_MSG:
            return False
        if change.tsx.method != BYE or change.tsx.role != pj.PJSIP_ROLE_UAS:
            return False
        return self.dead_air or network_failed(parse_request(str(change.src.rdata.wholeMsg)))

    def _ended_by_others(self, sip_code: int) -> EndedBy:
        return EndedBy.NETWORK if sip_code in NETWORK_CODES else EndedBy.FAR_END


def now_ms() -> int:
    return time.time_ns() // 1_000_000
