"""Travel times to the place in hand, the way on the map, and which vehicle stands on the order button.

The best vehicle is proposed until road times are known; from then on the proposal stays, so that the key that
sends it never sends another one than was read. Only a vehicle that can no longer be sent is replaced.
"""

from collections.abc import Mapping

from console.models import advice
from console.models.state import Hand
from console.ports import Moved, NavigatorPort, TravelTime, Way
from dispatch.floor import Floor
from dispatch.recommend import Recommendation
from dispatch.stages import CALLABLE
from dispatch.words import Form, Point

RANK_EVERY_MS = 5_000


class Travelling:
    """`times` by intake and vehicle, as the navigator last told them."""

    def __init__(self) -> None:
        self.times: dict[str, dict[str, TravelTime]] = {}
        self.way: Way | None = None
        self.recommendation = Recommendation(())
        self._asked: tuple[object, ...] = ()
        self._asked_at = 0

    def forget(self) -> None:
        """Another place: what was known is about the old one."""
        self.times, self.way, self._asked = {}, None, ()

    def ask_again(self) -> None:
        """The navigator is back: what it said last may be a straight line."""
        self._asked = ()

    def of(self, intake_id: str | None) -> dict[str, TravelTime]:
        """The times to the place of this intake by vehicle; empty while not known."""
        return self.times.get(intake_id or "", {})

    def ask(
        self,
        navigator: NavigatorPort,
        floor: Floor,
        hand: Hand,
        place: Point | None,
        moved: Mapping[str, Moved],
        now: int,
    ) -> None:
        """Ask for the times of all, and the way of the vehicle selected or under way, every few seconds."""
        if hand.intake_id is None or place is None:
            return
        asked = (hand.intake_id, place, hand.vehicle_id)
        if asked == self._asked and now - self._asked_at < RANK_EVERY_MS:
            return
        self._asked, self._asked_at = asked, now
        wanted = advice.candidates(floor)
        points = advice.whereabouts(floor, moved)
        navigator.rank(hand.intake_id, place, {vid: at for vid, at in points.items() if vid in wanted})
        under_way = floor.missions.get(hand.mission_id or "")
        shown = hand.vehicle_id or (under_way.vehicle_id if under_way else None)
        if shown in points:
            navigator.route(hand.intake_id, place, shown, points[shown])

    def advise(
        self, floor: Floor, hand: Hand, form: Form, moved: Mapping[str, Moved], now: int
    ) -> Recommendation:
        """Work out the list anew and settle which vehicle stands on the order button."""
        times = self.of(hand.intake_id)
        trips = advice.travel(floor, form.place.point, moved, times, now)
        self.recommendation = advice.vehicles(floor, form, trips, hand.incident_id or "")
        vehicle = floor.vehicles.get(hand.vehicle_id or "")
        if hand.chosen and vehicle is not None:
            return self.recommendation
        routed = any(not time.estimated for time in times.values())
        usable = vehicle is not None and vehicle.state in CALLABLE
        if not usable or (routed and not hand.settled):
            free = [p.id for p in self.recommendation.picks if floor.vehicles[p.id].state in CALLABLE]
            hand.vehicle_id = free[0] if free and hand.intake_id else None
            hand.settled = routed and hand.vehicle_id is not None
        return self.recommendation
