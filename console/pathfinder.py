"""The navigator as the window sees it: questions to the child, answers as messages of the ports."""

from collections.abc import Callable
from pathlib import Path

from console.ports import (
    Found,
    NamedPoint,
    NavigatorMessage,
    NavigatorState,
    Ranked,
    Spelled,
    Suggestions,
    TravelTime,
    Way,
)
from dispatch.kinds import HowPlaced
from dispatch.words import Place, Point
from mapview import navigator as nav
from store.bus.child import ChildPhase, ChildState
from store.core.ids import new_id


class Pathfinder:
    """`NavigatorPort` on a `Navigator`. `tell` may be called on the child's thread."""

    def __init__(self, city: Path, tell: Callable[[NavigatorMessage], None]) -> None:
        self._tell = tell
        self._asked: dict[str, str] = {}
        self._navigator = nav.Navigator(city, self._answered, self._state)

    def start(self) -> None:
        self._navigator.start()

    def stop(self, deadline_s: float) -> None:
        self._navigator.stop(deadline_s)

    def search(self, text: str, near: Point | None) -> None:
        place = (near.lon, near.lat) if near else None
        self._navigator.ask(nav.Search(new_id(), text, place))

    def rank(self, key: str, place: Point, vehicles: dict[str, Point]) -> None:
        points = tuple(nav.VehiclePoint(vid, point.lon, point.lat) for vid, point in vehicles.items())
        request = nav.Rank(new_id(), key, (place.lon, place.lat), points)
        self._asked[request.request_id] = key
        self._navigator.ask(request)

    def route(self, key: str, place: Point, vehicle_id: str, at: Point) -> None:
        vehicle = nav.VehiclePoint(vehicle_id, at.lon, at.lat)
        self._navigator.ask(nav.RouteTo(new_id(), key, (place.lon, place.lat), vehicle))

    def reverse(self, point: Point) -> None:
        self._navigator.ask(nav.Reverse(new_id(), (point.lon, point.lat)))

    def spell(self, names: tuple[str, ...]) -> None:
        self._navigator.ask(nav.Spell(new_id(), names))

    def _answered(self, answer: nav.Answer) -> None:
        match answer:
            case nav.Ranked():
                times = tuple(TravelTime(t.vehicle, t.seconds, t.metres, t.estimated) for t in answer.times)
                self._tell(Ranked(self._asked.pop(answer.request_id, ""), times))
            case nav.Routed():
                route = answer.route
                self._tell(Way(answer.vehicle, route.polyline, route.seconds))
            case nav.PlacesFound():
                found = tuple(
                    Found(place.name, Point(place.lon, place.lat), place.district, str(place.kind))
                    for place in answer.places
                )
                self._tell(Suggestions(answer.text, found))
            case nav.AddressNamed():
                point = Point(*answer.point)
                place = Place(answer.address, point, HowPlaced.MAP, confirmed=True)
                self._tell(NamedPoint(point, place))
            case nav.Spelled():
                self._tell(Spelled(answer.readings))

    def _state(self, state: ChildState) -> None:
        self._tell(NavigatorState(state.phase is ChildPhase.RUNNING, state.reason or ""))


class NoPaths:
    """Where there is no city file: nothing is found, times are straight lines."""

    def search(self, text: str, near: Point | None) -> None:
        """Nobody can look."""

    def rank(self, key: str, place: Point, vehicles: dict[str, Point]) -> None:
        """The desk falls back to straight lines."""

    def route(self, key: str, place: Point, vehicle_id: str, at: Point) -> None:
        """No way is drawn."""

    def reverse(self, point: Point) -> None:
        """The point keeps no words."""

    def spell(self, names: tuple[str, ...]) -> None:
        """Names are found by their characters only."""
