"""The calls' places and their sound: orders move calls, the bridge and the far ends' hold follow.

What is heard changes at once with the place; the re-INVITE that tells the far end of hold or resume follows
as soon as the library takes it, and again until the far end agrees.
"""

import time
from collections.abc import Callable, Mapping

import pjsua2 as pj

from telephony import messages as msg
from telephony.conversation import CallPlace, Places, ended, in_place
from telephony.errors import NotNowError
from telephony.pjsip.bridge import Bridge
from telephony.pjsip.engine import Engine
from telephony.pjsip.leg import Leg, now_ms
from telephony.pjsip.sounds import Sounds
from telephony.pjsip.voice import open_voice
from telephony.routing import CallAudio, Kind, MonitorAudio, Port, wiring

HOLD_AGAIN_S = 1.0  # how long the far end may take to answer a re-INVITE before it is sent again
HOLD_AGAIN_S_MAX = 16.0


class Monitored:
    """What the mixer must know of supervisors; `pjsip.supervision` is the real one."""

    def audible(self) -> list[MonitorAudio]:
        """The hidden legs that are up."""
        return []

    def leg(self, monitor_id: str) -> Leg | None:
        return None

    def calls_moved(self, places: Places) -> None:
        """Places changed."""


class Mixer:
    """Lives on the library's one thread. `legs` is the switchboard's own mapping."""

    def __init__(self, engine: Engine, legs: Mapping[str, Leg], emit: Callable[[msg.AnyEvent], None]) -> None:
        """Raises `EngineError` on an unusable microphone."""
        self._engine, self._legs, self._emit = engine, legs, emit
        self.places: Places = {}
        self.monitored = Monitored()
        self.sounds = Sounds(engine, emit, self.changed)
        self._bridge = Bridge()
        self._mouth = open_voice(engine.settings.microphone)
        self._ear: pj.AudioMedia | None = engine.ears()
        self._stale = False
        self._rebuilt: set[str] = set()

    def join_headset(self, mouth: pj.AudioMedia | None, ear: pj.AudioMedia | None) -> None:
        """The operator speaks and listens here from now on; `None`: not at all."""
        self._mouth, self._ear = mouth, ear
        self.changed()

    def move(self, rule: Callable[[Places], Places]) -> None:
        """Put calls elsewhere by a rule of `telephony.conversation`; says who moved. Raises `NotNowError`."""
        before, self.places = self.places, rule(self.places)
        at_ms = now_ms()
        for call_id, place in self.places.items():
            if before.get(call_id) is not place:
                self._emit(msg.CallMoved(call_id, place, at_ms))
        self.monitored.calls_moved(self.places)
        self.changed()

    def put(self, call_id: str, place: CallPlace) -> None:
        self.move(lambda places: {**places, call_id: place})

    def ended(self, call_id: str) -> None:
        self.sounds.forget(call_id)
        self._rebuilt.discard(call_id)
        self.move(lambda places: ended(places, call_id))

    def changed(self) -> None:
        """Something that `telephony.routing` looks at is different now."""
        self._stale = True

    def audio_changed(self, call_id: str) -> None:
        self._rebuilt.add(call_id)
        self._stale = True

    @property
    def talking(self) -> bool:
        """True while the operator speaks with anybody: nothing may interrupt."""
        return bool(in_place(self.places, CallPlace.TALK))

    def say(self, order: msg.Say) -> None:
        """Raises `NotNowError` for a call that would not hear it."""
        self._check_hears(order.call_id)
        self.sounds.say(order.call_id, order.wav, order.loop)

    def metronome(self, order: msg.Metronome) -> None:
        """Raises `NotNowError` for a call that would not hear it."""
        if order.on:
            self._check_hears(order.call_id)
        self.sounds.metronome(order.call_id, order.on)

    def turn(self) -> None:
        """Make it so."""
        now_s = time.monotonic()
        for leg in self._legs.values():
            self._tell_hold(leg, now_s)
        if not self._stale:
            return
        self._stale = False
        self.sounds.hold([c for c in in_place(self.places, CallPlace.HELD) if self._is_answered(c)])
        rebuilt, self._rebuilt = self._rebuilt, set()
        wanted = wiring(self._calls(), self.monitored.audible())
        self._bridge.make(wanted, self._media, rebuilt)

    def close(self) -> None:
        """Drop everything native."""
        self.sounds.close()
        self._mouth = self._ear = None

    def _calls(self) -> list[CallAudio]:
        return [
            CallAudio(
                leg.call_id,
                self.places[leg.call_id],
                leg.in_talk,
                self.sounds.prompt_plays(leg.call_id),
                self.sounds.metronome_plays(leg.call_id),
            )
            for leg in self._legs.values()
            if leg.call_id in self.places
        ]

    def _media(self, port: Port) -> pj.AudioMedia | None:
        match port.kind:
            case Kind.MOUTH:
                return self._mouth
            case Kind.EAR:
                return self._ear
            case Kind.HOLD | Kind.PROMPT | Kind.METRONOME:
                return self.sounds.media(port)
        leg = self._legs.get(port.call_id) or self.monitored.leg(port.call_id)
        if leg is None:
            return None
        if port.kind is Kind.CALL:
            return leg.audio
        if port.kind is Kind.VOICE:
            return leg.own_voice or (None if leg.speaks_alone else self._mouth)
        if leg.recorder is None:
            return None
        return leg.recorder.far if port.kind is Kind.FAR else leg.recorder.near

    def _tell_hold(self, leg: Leg, now_s: float) -> None:
        """The far end should know whether it waits; asked again, ever less often, while it does not agree.

        So is one whose last offer left the call without sound: an address that could not be used.
        """
        wanted = self.places.get(leg.call_id) is CallPlace.HELD
        if leg.on_hold == wanted and not leg.soundless:
            leg.hold_tries, leg.hold_due_s = 0, 0.0
        elif (
            leg.answered and leg.ended_by is None and leg.transfer_target is None and now_s >= leg.hold_due_s
        ):
            leg.hold_due_s = now_s + min(HOLD_AGAIN_S * 2**leg.hold_tries, HOLD_AGAIN_S_MAX)
            leg.hold_tries += 1
            try:
                leg.hold(wanted)
            except pj.Error:  # another re-INVITE is under way
                leg.hold_due_s = now_s + HOLD_AGAIN_S / 4

    def _check_hears(self, call_id: str) -> None:
        if not self._is_answered(call_id) or self.places.get(call_id) is CallPlace.HELD:
            raise NotNowError("the call hears nothing now")

    def _is_answered(self, call_id: str) -> bool:
        leg = self._legs.get(call_id)
        return leg is not None and leg.in_talk
