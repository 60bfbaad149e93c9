"""The ranked vehicles and hospitals for the incident in hand: times from the navigator, else a straight line.

A straight line and a position that is only the station's are always marked as estimated.
"""

from collections.abc import Mapping

from console.ports import Moved, TravelTime
from dispatch import recommend
from dispatch.floor import Floor
from dispatch.kinds import VehicleState
from dispatch.recommend import Recommendation, Travel, Wants
from dispatch.stages import CALLABLE
from dispatch.words import Form, Point, Vehicle
from mapview.geo.straight_line import straight_line


def whereabouts(floor: Floor, moved: Mapping[str, Moved]) -> dict[str, Point]:
    """The best known point of every vehicle: its own report, else its station while it stands there."""
    points: dict[str, Point] = {}
    for vehicle in floor.vehicles.values():
        point = _point(floor, vehicle, moved.get(vehicle.id))
        if point is not None:
            points[vehicle.id] = point
    return points


def _point(floor: Floor, vehicle: Vehicle, report: Moved | None) -> Point | None:
    if report is not None:
        return Point(report.lon, report.lat)
    station = floor.stations.get(vehicle.station_id)
    return station.point if station and vehicle.state is VehicleState.IN_STATION else None


def candidates(floor: Floor) -> set[str]:
    """Vehicles whose time is worth knowing: callable ones and those under way."""
    return {
        vehicle.id for vehicle in floor.vehicles.values() if vehicle.state in CALLABLE or vehicle.mission_id
    }


def travel(
    floor: Floor,
    place: Point | None,
    moved: Mapping[str, Moved],
    times: Mapping[str, TravelTime],
    now: int,
) -> dict[str, Travel]:
    """Time to the place for each vehicle with a known point; empty without a place."""
    if place is None:
        return {}
    found: dict[str, Travel] = {}
    for vehicle_id, point in whereabouts(floor, moved).items():
        report = moved.get(vehicle_id)
        age_s = (now - report.at_ms) / 1000 if report else None
        known = times.get(vehicle_id)
        if known is None:
            way = straight_line(point.lon, point.lat, place.lon, place.lat)
            found[vehicle_id] = Travel(way.seconds, way.metres, estimated=True, position_age_s=age_s)
        else:
            found[vehicle_id] = Travel(known.seconds, known.metres, known.estimated, age_s)
    return found


def vehicles(floor: Floor, form: Form, trips: Mapping[str, Travel], incident_id: str) -> Recommendation:
    """The list for the order button, best first."""
    return recommend.vehicles(floor, recommend.wants(form), trips, incident_id)


def hospitals(floor: Floor, form: Form) -> Recommendation:
    """The hospitals for the case, best first, by straight line from the scene."""
    place = form.place.point
    trips: dict[str, Travel] = {}
    if place is not None:
        for hospital in floor.hospitals.values():
            way = straight_line(place.lon, place.lat, hospital.point.lon, hospital.point.lat)
            trips[hospital.id] = Travel(way.seconds, way.metres, estimated=True)
    want: Wants = recommend.wants(form)
    return recommend.hospitals(floor, want, trips)
