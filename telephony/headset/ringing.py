"""What should ring, and where, from the phone's facts (pure). Nothing rings into an ear that listens."""

from msgspec import Struct

from telephony import messages as msg
from telephony.conversation import CallPlace
from telephony.headset.rings import RingFamily

SPOKEN_ON = frozenset({CallPlace.TALK, None})  # None: its place is not told yet
INTERNAL_WORDS = ("internal", "intercom")  # in Alert-Info (RFC 7462)
SOFT_EVERY_MS = 25_000
"""Who waits while somebody is spoken to is not forgotten, and a caller's words are not drowned."""


class RingPlan(Struct, frozen=True):
    """The family that sounds. `in_headset`: there too, not on the speaker only.

    `waiting`: it sounds for these, once whenever `SoftTones` says; empty: on and on.
    """

    family: RingFamily
    in_headset: bool
    waiting: frozenset[str] = frozenset()


class Ringing:
    """Calls that ring and calls that are up, folded from facts. Who waits on hold listens to nobody here."""

    def __init__(self) -> None:
        self._ringing: dict[str, RingFamily] = {}
        self._up: dict[str, CallPlace | None] = {}

    def apply(self, event: msg.AnyEvent) -> None:
        match event:
            case msg.CallRinging():
                self._ringing[event.call_id] = family_of(event)
            case msg.CallDialled(call_id) | msg.CallReplaced(call_id) | msg.CallAnswered(call_id):
                self._ringing.pop(call_id, None)
                self._up.setdefault(call_id, None)
            case msg.CallMoved(call_id, place):
                self._ringing.pop(call_id, None)  # only a call that was taken stands anywhere
                self._up[call_id] = place
            case msg.CallEnded(call_id):
                self._ringing.pop(call_id, None)
                self._up.pop(call_id, None)
            case _:
                pass  # rings nothing

    def plan(self) -> RingPlan | None:
        """`None`: silence. An emergency sounds before anything else."""
        if not self._ringing:
            return None
        if self.speaking:
            return RingPlan(RingFamily.WAITING, in_headset=False, waiting=self.waiting)
        emergency = RingFamily.EMERGENCY in self._ringing.values()
        return RingPlan(RingFamily.EMERGENCY if emergency else RingFamily.INTERNAL, in_headset=True)

    @property
    def waiting(self) -> frozenset[str]:
        """The calls that ring."""
        return frozenset(self._ringing)

    @property
    def up(self) -> bool:
        """A call is up, be it on hold."""
        return bool(self._up)

    @property
    def speaking(self) -> bool:
        """Somebody is at the operator's ear, or may be: a call just taken whose place is not told yet."""
        return any(place in SPOKEN_ON for place in self._up.values())


class SoftTones:
    """When the soft tone is due amid speech: for each who begins to wait, and again while anybody does.

    Whoever waited before the speech began is told of at its beginning: the full ring has just ceased.
    """

    def __init__(self) -> None:
        self._known: frozenset[str] = frozenset()
        self._sounded_ms = 0

    def due(self, waiting: frozenset[str], now_ms: int) -> bool:
        """Asked a few times a second, with nobody while nobody is spoken to; `now_ms` of any steady clock."""
        known, self._known = self._known, waiting
        if waiting - known or (waiting and now_ms - self._sounded_ms >= SOFT_EVERY_MS):
            self._sounded_ms = now_ms
            return True
        return False


def family_of(ringing: msg.CallRinging) -> RingFamily:
    """Who cannot be told apart is an emergency."""
    alert = " ".join(value for name, value in ringing.headers if name == "alert-info").lower()
    internal = any(word in alert for word in INTERNAL_WORDS)
    return RingFamily.INTERNAL if internal else RingFamily.EMERGENCY
