"""The queue as its events tell it: who came, who left. Pure; the picture is made from it at any moment."""

from dispatch.kinds import SeatState
from telephony.acd.port import CallerGaveUp, QueuePicture, SeatSeen, Waiting
from telephony.sip_headers import number_of

WAITING_MAX = 2_000


def plain_number(said: str) -> str:
    """A caller's number as the seats show the same caller; "" for one who is withheld."""
    return number_of(f"sip:{said.strip('<> ')}@caller")


class QueueBook:
    """One queue. Positions are counted here, by waiting time: an ACD's own number may be out of date."""

    def __init__(self, queue: str) -> None:
        self.queue = queue
        self._waiting: dict[str, tuple[str, int]] = {}
        self._overflowed: set[str] = set()
        self._seats: dict[str, SeatSeen] = {}

    def joined(self, call: str, number: str, since_ms: int) -> None:
        """Known calls keep the time they came."""
        if call not in self._waiting and len(self._waiting) < WAITING_MAX:
            self._waiting[call] = (number, since_ms)

    def overflowed(self, call: str) -> None:
        """It rings at the districts' seats as well."""
        self._overflowed.add(call)

    def left(self, call: str) -> None:
        self._waiting.pop(call, None)
        self._overflowed.discard(call)

    def gave_up(self, call: str, at_ms: int, number: str = "") -> CallerGaveUp:
        """The fact for the list of call-backs; also for a call nobody saw coming."""
        found = next((one for one in self.picture(at_ms).waiting if one.call == call), None)
        self.left(call)
        if found is None:
            return CallerGaveUp(self.queue, number, at_ms, call=call)
        waited_ms = max(0, at_ms - found.since_ms)
        return CallerGaveUp(self.queue, found.number or number, at_ms, waited_ms, found.position, call)

    def seat(self, seat: str, state: SeatState | None, reason: str = "", since_ms: int | None = None) -> None:
        self._seats[seat] = SeatSeen(seat, state, reason, since_ms)

    def seat_gone(self, seat: str) -> None:
        self._seats.pop(seat, None)

    def forget(self) -> None:
        """Before a full list comes: what is not in it is gone."""
        self._waiting.clear()
        self._overflowed.clear()
        self._seats.clear()

    def picture(self, at_ms: int) -> QueuePicture:
        order = sorted(self._waiting.items(), key=lambda item: (item[1][1], item[0]))
        waiting = tuple(
            Waiting(call, number, place, since_ms, call in self._overflowed)
            for place, (call, (number, since_ms)) in enumerate(order, start=1)
        )
        return QueuePicture(
            self.queue, at_ms, waiting, tuple(sorted(self._seats.values(), key=lambda s: s.seat))
        )
