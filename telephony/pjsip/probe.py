"""A test call of the line, and callers who are turned away: calls that are nobody's and never reach the seat.

The test call plays a tone to its far end and listens for it: to ourselves it goes out, comes in (through the
exchange where there is one), is answered and echoed. Both legs follow the rules of every other leg.
"""

import contextlib
import math
import time
from collections.abc import Callable

import pjsua2 as pj

from store.core.ids import new_id
from telephony.messages import AnyEvent, CallEnded, EndedBy, LineProbed, PhoneFault
from telephony.pjsip.engine import Engine
from telephony.pjsip.leg import Leg, LegOwner, now_ms
from telephony.pjsip.line import Line
from telephony.pjsip.voice import open_voice
from telephony.settings import Voice
from telephony.sip_headers import SipRequest

HEADER = "X-Lingsheng-Probe"
TONE_HZ = 1000
LEVEL_MIN = 8  # of 255; silence is 0, our tone comes back at 29
LEVEL_FULL = 255
PROBE_S_MAX = 3.0
GONE_S_MAX = 1.0
NOT_HERE = 480


class LineProbe(LegOwner):
    """One test call; owns its legs. Every method belongs to the library's thread."""

    def __init__(self, engine: Engine, line: Line, probe_id: str, tell: Callable[[AnyEvent], None]) -> None:
        self._engine, self._line, self._probe_id, self._tell = engine, line, probe_id, tell
        self._token = new_id()
        self._legs: dict[str, Leg] = {}
        self._out = ""
        self._began_s = time.monotonic()
        self._registrar = line.serving_address
        self._target = ""
        self._answered_ms: int | None = None
        self._audio_s: float | None = None
        self._ended_s: float | None = None
        self._result: LineProbed | None = None

    def start(self, target: str) -> None:
        """Raises `pj.Error` when the call cannot be placed."""
        self._target = target
        leg = self._leg()
        leg.own_voice = open_voice(Voice(tone_hz=TONE_HZ))
        self._out = leg.call_id
        options = pj.CallOpParam(True)
        header = pj.SipHeader()
        header.hName, header.hValue = HEADER, self._token
        options.txOption.headers.append(header)
        try:
            leg.makeCall(target, options)
        except pj.Error:
            if self._legs.pop(leg.call_id, None) is not None:
                leg.this.disown()
            raise

    def is_mine(self, request: SipRequest) -> bool:
        """True for our own call coming in."""
        return request.first(HEADER.lower()) == self._token

    def came(self, line: Line, pj_id: int) -> None:
        """It has come in: answer it, after the callback as always."""
        call_id = self._leg(line, pj_id).call_id
        self._engine.defer(lambda: self._answer(call_id))

    def turn(self) -> bool:
        """Look whether the tone is back; True once it is over, both legs are gone and the result is told."""
        now_s = time.monotonic()
        if self._ended_s is not None and self._result is not None:
            if self._legs and now_s - self._ended_s <= GONE_S_MAX:
                return False
            self._tell(self._result)
            return True
        level = self._level()
        if level >= LEVEL_MIN:
            self._end("", level)
        elif now_s - self._began_s > PROBE_S_MAX:
            self._end("silent" if self._answered_ms is not None else "no_answer", level)
        return False

    # What the legs report, inside callbacks.

    def emit(self, event: AnyEvent) -> None:
        """Nobody hears of these calls; only a refusal of the far end ends the test."""
        if isinstance(event, PhoneFault):
            self._tell(event)
        elif isinstance(event, CallEnded) and event.call_id == self._out and self._ended_s is None:
            code, reason = event.sip_code, event.reason
            self._engine.defer(lambda: self._end(f"{code} {reason}".strip()))

    def audio_changed(self, leg: Leg) -> None:
        audio = leg.audio
        if audio is None:
            return
        source = audio if leg.incoming else leg.own_voice
        if source is not None:
            source.startTransmit(audio)
        if not leg.incoming:  # the bridge measures only what somebody listens to
            audio.startTransmit(self._engine.ears())
            self._audio_s = self._audio_s or time.monotonic()

    def leg_answered(self, leg: Leg) -> None:
        if leg.call_id == self._out:
            self._answered_ms = self._since_ms()

    def leg_ended(self, leg: Leg) -> None:
        self._legs.pop(leg.call_id, None)
        self._engine.short_call_ended()

    # Inside.

    def _leg(self, line: Line | None = None, pj_id: int | None = None) -> Leg:
        leg = Leg(self, (line or self._line).account, new_id(), pj_id)
        self._legs[leg.call_id] = leg
        return leg

    def _answer(self, call_id: str) -> None:
        leg = self._legs.get(call_id)
        if leg is not None:
            options = pj.CallOpParam(True)
            options.statusCode = 200
            leg.answer(options)

    def _level(self) -> int:
        """How loud what comes back is; "Tx" is the library's word for into the bridge."""
        leg = self._legs.get(self._out)
        if leg is None or not leg.media_active:
            return 0
        with contextlib.suppress(pj.Error):  # its stream is being rebuilt
            return int(leg.getAudioMedia(-1).getTxLevel())
        return 0

    def _end(self, reason: str, level: int = 0) -> None:
        if self._ended_s is not None:
            return
        self._ended_s = time.monotonic()
        heard = self._since_ms() if not reason else None
        delay_ms = None if reason or self._audio_s is None else round((self._ended_s - self._audio_s) * 1000)
        self._result = LineProbed(
            self._probe_id,
            reason,
            self._answered_ms,
            heard,
            level,
            target=self._target,
            registrar=self._registrar,
            delay_ms=delay_ms,
            level_db=level_db(level),
            at_ms=now_ms(),
        )
        leg = self._legs.get(self._out) or next(iter(self._legs.values()), None)
        if leg is not None:
            leg.ended_by = EndedBy.SEAT
            with contextlib.suppress(pj.Error):  # gone already
                leg.hangup(pj.CallOpParam(True))

    def _since_ms(self) -> int:
        return round((time.monotonic() - self._began_s) * 1000)


def level_db(level: int) -> float | None:
    """The bridge's level, 0..255 of the mean of what it carries, in dB below full scale; `None`: nothing."""
    return round(20 * math.log10(level / LEVEL_FULL), 1) if level else None


class TurnedAway(LegOwner):
    """Callers who are refused at once and are no calls of this seat; holds their legs until they are gone."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.legs: dict[str, Leg] = {}

    def came(self, line: Line, pj_id: int, sip_code: int = NOT_HERE) -> None:
        """Refuse this call, after the callback that brought it."""
        leg = Leg(self, line.account, new_id(), pj_id)
        call_id = leg.call_id
        self.legs[call_id] = leg
        self._engine.defer(lambda: self._refuse(call_id, sip_code))

    def _refuse(self, call_id: str, sip_code: int) -> None:
        leg = self.legs.get(call_id)
        if leg is not None:
            options = pj.CallOpParam(True)
            options.statusCode = sip_code
            leg.hangup(options)

    def emit(self, event: AnyEvent) -> None:
        """Whoever turned them away has told of them."""

    def leg_ended(self, leg: Leg) -> None:
        self.legs.pop(leg.call_id, None)
        self._engine.short_call_ended()
