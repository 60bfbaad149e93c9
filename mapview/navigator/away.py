"""Answers while the child is away: times and routes as the crow flies, marked; searches cannot be had."""

from mapview.geo.straight_line import straight_line
from mapview.navigator.messages import (
    AddressNamed,
    Answer,
    LonLat,
    PlacesFound,
    Rank,
    Ranked,
    Request,
    Routed,
    RouteTo,
    Search,
    Spell,
    Spelled,
    VehiclePoint,
    VehicleTime,
)


def answer_without_child(request: Request) -> Answer:
    """What can be said without roads and names."""
    match request:
        case Rank():
            times = tuple(estimate(vehicle, request.target) for vehicle in request.vehicles)
            return Ranked(request.request_id, times)
        case RouteTo():
            route = straight_line(request.vehicle.lon, request.vehicle.lat, *request.target)
            return Routed(request.request_id, request.vehicle.vehicle, route)
        case Search():
            return PlacesFound(request.request_id, request.text, (), available=False)
        case Spell():
            return Spelled(request.request_id, {})
        case _:
            return AddressNamed(request.request_id, request.point, "", available=False)


def estimate(vehicle: VehiclePoint, target: LonLat) -> VehicleTime:
    """Time and distance of one vehicle without a road."""
    route = straight_line(vehicle.lon, vehicle.lat, *target)
    return VehicleTime(vehicle.vehicle, route.seconds, route.metres, estimated=True)
