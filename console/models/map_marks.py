"""What the floor looks like on a map: marks of vehicles, incidents, hospitals and stations."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Protocol

from console.models.latest import short
from console.models.rows import PRIORITY
from dispatch.floor import Floor
from dispatch.kinds import HowPlaced, IncidentState
from dispatch.shapes import Circle, Shape, Spot, outline
from dispatch.words import Incident, Vehicle
from mapview.canvas.marks import AreaLook, AreaMark, IncidentMark, PlaceKind, PlaceMark, VehicleMark
from mapview.canvas.palette import look_of_vehicle

RINGS_KEPT = 256


class Report(Protocol):
    """A position report: WGS-84 degrees, taken at `at_ms`; None: not reported."""

    @property
    def lon(self) -> float: ...
    @property
    def lat(self) -> float: ...
    @property
    def at_ms(self) -> int: ...
    @property
    def speed_kmh(self) -> float | None: ...
    @property
    def heading_deg(self) -> float | None: ...


def vehicle_marks(floor: Floor, positions: Mapping[str, Report]) -> list[VehicleMark]:
    """Every vehicle whose position is known."""
    return [
        _vehicle(floor, vehicle, positions[vehicle.id])
        for vehicle in floor.vehicles.values()
        if vehicle.id in positions
    ]


def incident_marks(floor: Floor) -> list[IncidentMark]:
    """Every incident that is not closed and has a point."""
    return [
        mark
        for incident in floor.incidents.values()
        if incident.state is not IncidentState.CLOSED and (mark := _incident(floor, incident))
    ]


def site_marks(floor: Floor) -> list[PlaceMark]:
    """Hospitals and stations."""
    hospitals = (
        PlaceMark(it.id, PlaceKind.HOSPITAL, it.point.lon, it.point.lat, it.name)
        for it in floor.hospitals.values()
    )
    stations = (
        PlaceMark(it.id, PlaceKind.STATION, it.point.lon, it.point.lat, it.name)
        for it in floor.stations.values()
    )
    return [*hospitals, *stations]


@lru_cache(RINGS_KEPT)
def ring_of(shape: Shape) -> tuple[tuple[float, float], ...]:
    """The outline to draw, (lon, lat)."""
    return tuple((point.lon, point.lat) for point in outline(shape))


def doubt_marks(floor: Floor, but: str | None = None) -> list[AreaMark]:
    """Open incidents whose place is only what the network said: their circle, without words; not `but`."""
    found = []
    for incident in floor.incidents.values():
        place = incident.place
        here = incident.id == but or incident.state is IncidentState.CLOSED
        if here or place.point is None or place.how is not HowPlaced.NETWORK:
            continue
        shape = Circle(place.point, place.uncertainty_m) if place.uncertainty_m else Spot(place.point)
        mark = AreaMark(
            f"doubt-{incident.id}", ring_of(shape), place.point.lon, place.point.lat, look=AreaLook.OTHER
        )
        found.append(mark)
    return found


def _vehicle(floor: Floor, vehicle: Vehicle, report: Report) -> VehicleMark:
    mission = floor.missions.get(vehicle.mission_id or "")
    return VehicleMark(
        id=vehicle.id,
        number=vehicle.number,
        lon=report.lon,
        lat=report.lat,
        look=look_of_vehicle(vehicle.state, mission.stage if mission else None),
        at_ms=report.at_ms,
        heading_deg=report.heading_deg,
        speed_kmh=report.speed_kmh,
    )


def _incident(floor: Floor, incident: Incident) -> IncidentMark | None:
    point = incident.place.point
    if point is None:
        return None
    waiting = not any(floor.missions[key].active for key in incident.mission_ids)
    priority = PRIORITY.get(incident.severity, 2)
    number, address = short(incident.number, floor), incident.place.address
    return IncidentMark(incident.id, number, point.lon, point.lat, priority, address, waiting)
