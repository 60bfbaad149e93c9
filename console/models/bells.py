"""What the window itself sounds: calls where the telephone has no sound, crews in need, a lost line. No Qt.

Nothing interrupts speech: while the operator speaks each of these is one soft tone and no more.
"""

from typing import TYPE_CHECKING

from msgspec import Struct

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


class Bells:
    """Belongs to a window; asked whenever calls changed, and each second."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk
        self._heard: frozenset[str] = frozenset()

    def is_urgent(self) -> bool:
        """Somebody waits for this seat, heard or not."""
        return bool(self._desk.sounding.ringing.waiting or self._crews())

    def lasting(self) -> Tone | None:
        """What sounds until it is taken; None: nothing, and never into speech."""
        sounding = self._desk.sounding
        families = []
        if (ring := sounding.own_ring()) is not None:
            families.append(ring.family)
        if self._crews():
            families.append(RingFamily.CREW)
        return None if sounding.ringing.speaking or not families else self._tone(*families, loop=True)

    def due(self) -> Tone | None:
        """One tone for what is new since it was last asked, if nothing lasting sounds for it."""
        sounding = self._desk.sounding
        calls = sounding.ringing.waiting if sounding.own_ring() is not None else frozenset()
        before, self._heard = self._heard, calls | self._crews()
        alarmed, sounding.alarmed = sounding.alarmed, False
        if sounding.ringing.speaking:
            return self._tone(RingFamily.WAITING) if alarmed or self._heard - before else None
        return self._tone(RingFamily.FAULT) if alarmed else None

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
