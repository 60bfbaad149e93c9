"""What the window itself sounds: calls where the telephone has no sound, crews in need, a lost line. No Qt.

Nothing interrupts speech: while the operator speaks each of these is one soft tone, and who still waits is
another now and then, by the same rule as at the telephone.
"""

from typing import TYPE_CHECKING

from msgspec import Struct

from telephony.headset.ringing import SoftTones
from telephony.headset.rings import RingFamily

if TYPE_CHECKING:
    from console.models.desk import Desk


class Tone(Struct, frozen=True):
    """`families` one after the other, at `percent` of the volume, at `device` ("": the machine's own).

    `loop`: until something else is wanted. `in_ear`: somebody listens to a caller there.
    """

    families: tuple[RingFamily, ...]
    percent: int
    device: str = ""
    loop: bool = False
    in_ear: bool = False


class Wanted(Struct, frozen=True):
    """`lasting` sounds until it is taken, never into speech; `due` once, now. None: nothing.

    `urgent`: somebody waits for this seat, heard or not.
    """

    lasting: Tone | None
    due: Tone | None
    urgent: bool


class Bells:
    """Belongs to a window; asked whenever calls changed, and each second."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk
        self._soft = SoftTones()

    def look(self, now: int) -> Wanted:
        """What is wanted now (ms); what is new is told once, so each answer has to be used."""
        sounding, crews = self._desk.sounding, self._crews()
        callers, ring = sounding.ringing.waiting, sounding.own_ring()
        alarmed, sounding.alarmed = sounding.alarmed, False
        speaking, urgent = sounding.ringing.speaking, bool(callers or crews)
        own = callers if ring is not None else frozenset()
        soft = self._soft.due(own | crews if speaking else frozenset(), now)
        if speaking:
            return Wanted(None, self._tone(RingFamily.WAITING) if soft or alarmed else None, urgent)
        families = ([] if ring is None else [ring.family]) + ([RingFamily.CREW] if crews else [])
        lasting = self._tone(*families, loop=True) if families else None
        return Wanted(lasting, self._tone(RingFamily.FAULT) if alarmed else None, urgent)

    def _crews(self) -> frozenset[str]:
        """Each call for help; one that grows graver is another."""
        vehicles = self._desk.floor.vehicles.values()
        return frozenset(f"{one.id} {one.crew_call}" for one in vehicles if one.crew_call is not None)

    def _tone(self, *families: RingFamily, loop: bool = False) -> Tone:
        sounding = self._desk.sounding
        state, wanted = sounding.headset, sounding.settings or self._desk.readiness.setup.ring
        device = wanted.speaker if state is None else state.speaker
        in_ear = sounding.ringing.speaking and state is not None and device in {"", state.ear}
        return Tone(families, wanted.ring_percent, device, loop, in_ear)
