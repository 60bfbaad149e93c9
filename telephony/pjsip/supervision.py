"""Supervisors at this seat: hidden legs that a signed INVITE opens and a signed INFO changes.

A hidden leg never rings, is no call of the seat and takes part by `telephony.routing` alone. Every attempt,
admitted or not, is a fact; refusals of one source for one reason are one a minute, with their count.
"""

import contextlib
import functools
import time
from collections.abc import Callable
from typing import Protocol

import pjsua2 as pj
from msgspec.structs import replace

from store.core.ids import new_id
from telephony import messages as msg
from telephony.conversation import CallPlace, Places, give_back, take_over
from telephony.errors import NotNowError
from telephony.monitoring import HEADER, Judged, MonitorGate, MonitorMode, MonitorStands, MonitorWish
from telephony.pjsip.engine import Engine
from telephony.pjsip.leg import Leg, LegOwner, now_ms
from telephony.pjsip.line import FORBIDDEN, Line
from telephony.pjsip.mixer import Mixer, Monitored
from telephony.pjsip.probe import TurnedAway
from telephony.pjsip.supervising import tell_supervisor
from telephony.pjsip.watch import LOOK_S, counters_of
from telephony.quality import Silence, listen
from telephony.routing import MonitorAudio
from telephony.sip_headers import Caller, SipRequest, caller_of, parse_request
from telephony.strangers import Repeated, address_of
from telephony.trust import TrustedSources

CALL_PLACES = (CallPlace.TALK, CallPlace.ASIDE)


class Seat(Protocol):
    """What supervision needs from the switchboard."""

    @property
    def trusted(self) -> TrustedSources: ...
    def leg_or_none(self, call_id: str) -> Leg | None: ...
    def hang_up(self, call_id: str, ended_by: msg.EndedBy) -> None: ...


class Supervision(LegOwner, Monitored):
    """Owns the hidden legs. Lives on the library's one thread."""

    def __init__(
        self, engine: Engine, seat: Seat, mixer: Mixer, away: TurnedAway, tell: Callable[[msg.AnyEvent], None]
    ) -> None:
        self._engine, self._seat, self._mixer, self._away, self._tell = engine, seat, mixer, away, tell
        self.gate = MonitorGate("")
        self.legs: dict[str, Leg] = {}
        self._wishes: dict[str, MonitorWish] = {}
        self._callers: dict[str, Caller] = {}
        self._silences: dict[str, Silence] = {}
        self._told: dict[str, MonitorStands] = {}
        self._look_due_s = 0.0
        self._refusals: Repeated[msg.MonitorRefused] = Repeated(time.monotonic)

    # The switchboard's side.

    def came(self, line: Line, pj_id: int, request: SipRequest, source: str) -> None:
        """Inside the callback of an INVITE that carries the header."""
        who = caller_of(request)
        judged = self._judge(request, source)
        reason = judged.reason or (self._reason_against(judged.wish) if judged.wish else "")
        if judged.wish is not None and not judged.reason:
            who = _signer(judged.wish)
        if judged.wish is None or reason:
            self._refused(who, source, judged.wish, reason)
            self._away.came(line, pj_id, FORBIDDEN)
            return
        leg = Leg(self, line.account, new_id(), pj_id)
        self.legs[leg.call_id] = leg
        self._wishes[leg.call_id], self._callers[leg.call_id] = judged.wish, who
        monitor_id = leg.call_id
        self._engine.defer(lambda: self._answer(monitor_id))

    def turn(self) -> None:
        """Tell what was refused again and again; a caller is not left with a supervisor who is gone."""
        for refused, count in self._refusals.due():
            self._tell(replace(refused, count=count))
        now_s = time.monotonic()
        if now_s >= self._look_due_s:
            self._look_due_s = now_s + LOOK_S
            for monitor_id, wish in list(self._wishes.items()):
                self._look(monitor_id, wish)
                self._tell_supervisor(monitor_id, wish)

    def call_ended(self, call_id: str) -> None:
        """Whoever was with this call goes."""
        for monitor_id in [m for m, wish in self._wishes.items() if wish.call_id == call_id]:
            self._engine.defer(functools.partial(self._hang_up, monitor_id))

    # The mixer's side.

    def audible(self) -> list[MonitorAudio]:
        return [
            MonitorAudio(monitor_id, wish.call_id, wish.mode)
            for monitor_id, wish in self._wishes.items()
            if self.legs[monitor_id].answered
        ]

    def leg(self, monitor_id: str) -> Leg | None:
        return self.legs.get(monitor_id)

    def calls_moved(self, places: Places) -> None:
        """The operator may take a call back at any time: then the supervisor listens."""
        for monitor_id, wish in list(self._wishes.items()):
            back = places.get(wish.call_id, CallPlace.TAKEN) is not CallPlace.TAKEN
            if wish.mode is MonitorMode.TAKE_OVER and self.legs[monitor_id].answered and back:
                self._wishes[monitor_id] = wish._replace(mode=MonitorMode.LISTEN)
                self._tell(
                    msg.MonitorChanged(monitor_id, wish.call_id, MonitorMode.LISTEN, now_ms(), by_seat=True)
                )

    # What the legs report, inside callbacks.

    def emit(self, event: msg.AnyEvent) -> None:
        """A hidden leg is no call of the seat: only its faults are news."""
        if isinstance(event, msg.PhoneFault):
            self._tell(event)

    def audio_changed(self, leg: Leg) -> None:
        self._mixer.audio_changed(leg.call_id)

    def leg_answered(self, leg: Leg) -> None:
        wish, who = self._wishes[leg.call_id], self._callers[leg.call_id]
        self._tell(msg.MonitorBegan(leg.call_id, wish.call_id, wish.mode, who.number, who.name, now_ms()))
        self._mixer.changed()
        if wish.mode is MonitorMode.TAKE_OVER:
            self._take_over(leg.call_id, wish)

    def leg_ended(self, leg: Leg) -> None:
        self.legs.pop(leg.call_id, None)
        self._callers.pop(leg.call_id, None)
        self._silences.pop(leg.call_id, None)
        self._told.pop(leg.call_id, None)
        wish = self._wishes.pop(leg.call_id, None)
        self._engine.short_call_ended()
        if wish is None or not leg.answered:
            return
        self._tell(msg.MonitorEnded(leg.call_id, wish.call_id, now_ms()))
        self._release_taken()
        self._mixer.changed()

    def info_came(self, leg: Leg, message: str, source: str) -> None:
        request = parse_request(message)
        if not request.first(HEADER.lower()) or leg.call_id not in self._wishes:
            return
        judged = self._judge(request, source)
        before = self._wishes[leg.call_id]
        reason = judged.reason
        if judged.wish is not None and not reason:
            reason = "" if judged.wish.call_id == before.call_id else "another call"
            if judged.wish.by != before.by:
                reason = "another person"
            if not reason and judged.wish.mode is MonitorMode.TAKE_OVER is not before.mode:
                reason = self._reason_against(judged.wish)
        if judged.wish is None or reason:
            proven = judged.wish if not judged.reason else None
            who = _signer(proven) if proven is not None else self._callers[leg.call_id]
            self._refused(who, source, judged.wish, reason)
            return
        monitor_id, wish = leg.call_id, judged.wish
        self._engine.defer(lambda: self._change(monitor_id, wish))

    # Inside.

    def _judge(self, request: SipRequest, source: str) -> Judged:
        judged = self.gate.judge(request.first(HEADER.lower()), now_ms())
        return judged if self._seat.trusted.include(source) else Judged(judged.wish, "source not trusted")

    def _reason_against(self, wish: MonitorWish) -> str:
        """Why it cannot be now; "" when it can."""
        leg = self._seat.leg_or_none(wish.call_id)
        if leg is None or not leg.answered:
            return "no such call"
        if wish.mode is MonitorMode.RELEASE:
            return "release comes after listening"
        place = self._mixer.places.get(wish.call_id)
        if wish.mode is MonitorMode.TAKE_OVER and place not in CALL_PLACES:
            return "the call is not in conversation"
        return ""

    def _refused(self, who: Caller, source: str, wish: MonitorWish | None, reason: str) -> None:
        call_id, mode = (wish.call_id, wish.mode) if wish else ("", None)
        refused = msg.MonitorRefused(who.number, who.name, source, reason, now_ms(), call_id, mode)
        if self._refusals.came((address_of(source), reason), refused):
            self._tell(refused)

    def _change(self, monitor_id: str, wish: MonitorWish) -> None:
        before = self._wishes.get(monitor_id)
        if before is None or before == wish:
            return
        self._tell(msg.MonitorChanged(monitor_id, wish.call_id, wish.mode, now_ms(), reason=wish.reason))
        if wish.mode is MonitorMode.RELEASE:
            self._seat.hang_up(wish.call_id, msg.EndedBy.SUPERVISOR)
            return
        self._wishes[monitor_id] = wish
        if wish.mode is MonitorMode.TAKE_OVER:
            self._take_over(monitor_id, wish)
        elif before.mode is MonitorMode.TAKE_OVER:
            self._release_taken()
        self._mixer.changed()

    def _take_over(self, monitor_id: str, wish: MonitorWish) -> None:
        try:
            self._mixer.move(lambda places: take_over(places, wish.call_id))
        except NotNowError:  # the operator was quicker
            self.calls_moved(self._mixer.places)

    def _release_taken(self) -> None:
        """Taken calls that no supervisor has any more are the operator's again."""
        if not any(wish.mode is MonitorMode.TAKE_OVER for wish in self._wishes.values()):
            self._mixer.move(give_back)

    def _answer(self, monitor_id: str) -> None:
        leg = self.legs.get(monitor_id)
        if leg is not None:
            options = pj.CallOpParam(True)
            options.statusCode = 200
            leg.answer(options)

    def _look(self, monitor_id: str, wish: MonitorWish) -> None:
        """In the operator's place nobody may be without sound: the operator has the caller again."""
        leg = self.legs[monitor_id]
        if wish.mode is not MonitorMode.TAKE_OVER or not leg.answered or not leg.media_active:
            self._silences.pop(monitor_id, None)
            return
        with contextlib.suppress(pj.Error):  # its stream is being rebuilt
            received = counters_of(leg).received
            before = self._silences.get(monitor_id) or Silence(received, now_ms())
            limit_ms = self._engine.settings.quality.dead_air_ms
            after = self._silences[monitor_id] = listen(before, received, now_ms(), limit_ms)
            if after.dead_since_ms is not None:
                self._engine.defer(lambda: self._hang_up(monitor_id))

    def _tell_supervisor(self, monitor_id: str, wish: MonitorWish) -> None:
        """Whom he hears and who hears him changes with the call: its seat alone knows where it stands."""
        leg, call = self.legs[monitor_id], self._seat.leg_or_none(wish.call_id)
        place = self._mixer.places.get(wish.call_id)
        if call is None or place is None or not leg.answered:
            return
        stands = MonitorStands(wish.mode, place, call.dead_air)
        if self._told.get(monitor_id) != stands:
            self._told[monitor_id] = stands
            with contextlib.suppress(pj.Error):  # it is just ending
                tell_supervisor(leg, stands)

    def _hang_up(self, monitor_id: str) -> None:
        leg = self.legs.get(monitor_id)
        if leg is not None and leg.ended_by is None:
            leg.ended_by = msg.EndedBy.SEAT
            leg.hangup(pj.CallOpParam(True))


def _signer(wish: MonitorWish) -> Caller:
    """Who signed, which is not what their telephone shows."""
    number, _, name = wish.by.partition(" ")
    return Caller(number, name)
