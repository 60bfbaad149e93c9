"""Feature codes: calls to the exchange that only say something. Nothing rings, nothing is recorded."""

from collections.abc import Callable

import pjsua2 as pj

from store.core.ids import new_id
from telephony.messages import AnyEvent, CallAnswered, CallEnded, CodeDialled, EndedBy, PhoneFault
from telephony.pjsip.engine import Engine
from telephony.pjsip.leg import Leg, LegOwner
from telephony.pjsip.line import Line

ANSWER_S_MAX = 5.0
OK = 200


class CodeCalls(LegOwner):
    """Owns its legs until the exchange's final answer. Lives on the library's one thread."""

    def __init__(self, engine: Engine, tell: Callable[[AnyEvent], None]) -> None:
        self._engine, self._tell = engine, tell
        self.legs: dict[str, Leg] = {}
        self._codes: dict[str, str] = {}

    def dial(self, line: Line, code: str) -> None:
        """Raises `pj.Error`, `EngineError`: a line without an exchange knows no codes."""
        target = line.uri_of(code)
        leg = Leg(self, line.account, new_id())
        call_id = leg.call_id
        self.legs[call_id], self._codes[call_id] = leg, code
        try:
            leg.makeCall(target, pj.CallOpParam(True))
        except pj.Error:
            if self.legs.pop(call_id, None) is not None:
                leg.this.disown()
            raise
        self._engine.defer(lambda: self._hang_up(call_id), ANSWER_S_MAX)

    # What the legs report, inside callbacks.

    def emit(self, event: AnyEvent) -> None:
        """An exchange that answers a code has understood it as well as one that refuses it with a word."""
        if isinstance(event, PhoneFault):
            self._tell(event)
        elif isinstance(event, CallAnswered):
            call_id = event.call_id
            self._engine.defer(lambda: self._hang_up(call_id))
        elif isinstance(event, CallEnded):
            code = OK if event.answered else event.sip_code
            self._tell(CodeDialled(self._codes.pop(event.call_id), code, event.reason))

    def leg_ended(self, leg: Leg) -> None:
        self.legs.pop(leg.call_id, None)
        self._engine.short_call_ended()

    def _hang_up(self, call_id: str) -> None:
        leg = self.legs.get(call_id)
        if leg is not None:
            leg.ended_by = EndedBy.SEAT
            leg.hangup(pj.CallOpParam(True))
