"""The map with what the desk knows: vehicles, incidents, sites, the place in hand and its way."""

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from console.city_map import CityMap
from console.i18n import language
from console.models import acts, acts_calls, whereabouts
from console.models.ages import span
from console.models.area_marks import area_marks
from console.models.desk import Desk
from console.models.map_marks import incident_marks, site_marks, vehicle_marks
from console.models.state import Topic
from console.theme import Theme
from dispatch.kinds import HowPlaced
from dispatch.shapes import outline
from dispatch.words import Point
from mapview.canvas.canvas import MapCanvas
from mapview.canvas.marks import PlaceKind, PlaceMark, RouteMark

PIN = "pin"


class Chart(QWidget):
    """See the module. `show_vehicle(id)` selects a vehicle picked on the map."""

    def __init__(
        self,
        desk: Desk,
        theme: Theme,
        clock: Callable[[], int],
        city: CityMap,
    ) -> None:
        super().__init__()
        self._desk = desk
        self._aeds = city.aeds
        self.canvas = MapCanvas(
            city.cartographer,
            attribution=city.attribution,
            theme=theme.name,
            lang=language(),
            clock=clock,
            parent=self,
        )
        self.canvas.setObjectName("map")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.canvas)
        self.canvas.vehicle_picked.connect(lambda key: acts.choose_vehicle(desk, key))
        self.canvas.incident_picked.connect(lambda key: acts.show(desk, key))
        self.canvas.site_picked.connect(lambda key: acts_calls.choose_site(desk, key))
        self.canvas.place_picked.connect(self._pinned)
        self._proposed: tuple[object, ...] = ()

    def refresh(self, changes: set[Topic]) -> None:
        """Redraw what these topics touch."""
        if changes & {Topic.POSITIONS, Topic.VEHICLES}:
            self.canvas.set_vehicles(vehicle_marks(self._desk.floor, self._desk.positions))
        if changes & {Topic.INCIDENTS, Topic.MISSIONS}:
            self.canvas.set_incidents(incident_marks(self._desk.floor))
            self.canvas.select_incident(self._desk.incident_id())
        if changes & {Topic.PLACE, Topic.POSITIONS, Topic.FORM}:
            self.canvas.set_places(self._places())
        if changes & {Topic.PLACE, Topic.FORM, Topic.INCIDENTS, Topic.CALLS}:
            self.canvas.set_areas(area_marks(self._desk))
        if changes & {Topic.PLACE, Topic.POSITIONS, Topic.ADVICE, Topic.FORM}:
            self.canvas.select_vehicle(self._desk.hand.vehicle_id)
            self.canvas.set_routes(self._routes())
        self._propose()

    def show_vehicle(self, vehicle_id: str) -> None:
        """Look at a vehicle and follow it."""
        self.canvas.follow(vehicle_id)

    def pin_mode(self) -> None:
        """The next click or Enter on the map sets the scene."""
        self.canvas.set_pin_mode(True)
        self.canvas.setFocus()

    def _pinned(self, lon: float, lat: float) -> None:
        point = Point(lon, lat)
        acts.choose_place(self._desk, "", point, HowPlaced.MAP)
        if not self._desk.form().place.address:
            self._desk.navigator.reverse(point)
        self._desk.changed(Topic.FORM)

    def _places(self) -> list[PlaceMark]:
        marks = [*site_marks(self._desk.floor), *self._aeds]
        place = self._desk.form().place
        if place.point is not None and self._desk.incident_id() is None:
            said = any(whereabouts.is_taken(place, one) for one in whereabouts.candidates(self._desk))
            radius_m = None if said else place.uncertainty_m  # its whole shape is drawn
            at = place.point
            marks.append(PlaceMark(PIN, PlaceKind.PIN, at.lon, at.lat, radius_m=radius_m))
        return marks

    def _routes(self) -> list[RouteMark]:
        way = self._desk.travel.way
        return [RouteMark(way.vehicle_id, way.points, span(way.seconds))] if way else []

    def _propose(self) -> None:
        """Offer a view: the place in hand, else everything; shown only while nobody has taken the view."""
        point = self._desk.form().place.point
        points = [(point.lon, point.lat)] if point else self._said()
        vehicle = self._desk.positions.get(self._desk.hand.vehicle_id or "")
        if point and vehicle is not None:
            points.append((vehicle.lon, vehicle.lat))
            points += self._way()
        if not points:
            stations = self._desk.floor.stations.values()
            points = [(station.point.lon, station.point.lat) for station in stations]
        if points and self._key() != self._proposed:
            self._proposed = self._key()
            self.canvas.propose(points)

    def _said(self) -> list[tuple[float, float]]:
        """All round the place the network offers, while nothing better is known."""
        offered = whereabouts.current(self._desk)
        return [(one.lon, one.lat) for one in outline(offered.shape)] if offered and offered.shape else []

    def _way(self) -> tuple[tuple[float, float], ...]:
        """Points of the way of the vehicle in hand, as soon as it is known."""
        way = self._desk.travel.way
        return way.points if way is not None and way.vehicle_id == self._desk.hand.vehicle_id else ()

    def _key(self) -> tuple[object, ...]:
        """A view is proposed again for another place, another vehicle, or when its way becomes known; not
        for every metre driven."""
        hand, point = self._desk.hand, self._desk.form().place.point
        return (
            hand.intake_id,
            point or tuple(self._said()[:1]),
            hand.vehicle_id if point else None,
            bool(self._way()),
            len(self._desk.floor.stations),
        )
