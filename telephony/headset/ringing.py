"""What should ring, and where, from the phone's facts (pure). Nothing rings into an ear that listens."""

from msgspec import Struct

from telephony import messages as msg
from telephony.headset.rings import RingFamily

INTERNAL_WORDS = ("internal", "intercom")  # in Alert-Info (RFC 7462)


class RingPlan(Struct, frozen=True):
    """The family that sounds. `in_headset`: there too, not on the speaker only."""

    family: RingFamily
    in_headset: bool


class Ringing:
    """Calls that ring and calls that talk, folded from facts."""

    def __init__(self) -> None:
        self._ringing: dict[str, RingFamily] = {}
        self._talking: set[str] = set()

    def apply(self, event: msg.AnyEvent) -> None:
        match event:
            case msg.CallRinging():
                self._ringing[event.call_id] = family_of(event)
            case msg.CallDialled(call_id) | msg.CallReplaced(call_id):
                self._talking.add(call_id)
            case msg.CallAnswered(call_id):
                self._ringing.pop(call_id, None)
                self._talking.add(call_id)
            case msg.CallEnded(call_id):
                self._ringing.pop(call_id, None)
                self._talking.discard(call_id)
            case _:
                pass  # rings nothing

    def plan(self) -> RingPlan | None:
        """`None`: silence. An emergency sounds before anything else."""
        if not self._ringing:
            return None
        if self._talking:
            return RingPlan(RingFamily.WAITING, in_headset=False)
        emergency = RingFamily.EMERGENCY in self._ringing.values()
        return RingPlan(RingFamily.EMERGENCY if emergency else RingFamily.INTERNAL, in_headset=True)

    @property
    def talking(self) -> bool:
        return bool(self._talking)


def family_of(ringing: msg.CallRinging) -> RingFamily:
    """Who cannot be told apart is an emergency."""
    alert = " ".join(value for name, value in ringing.headers if name == "alert-info").lower()
    internal = any(word in alert for word in INTERNAL_WORDS)
    return RingFamily.INTERNAL if internal else RingFamily.EMERGENCY
