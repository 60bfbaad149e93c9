"""How far a role reaches: all, one station, or only where and while it was ordered into service.

A right is role + scope + kind of seat. Whoever holds several roles may what any one of them allows.
"""

from collections.abc import Callable

from dispatch.activation import running_turn
from dispatch.floor import Floor
from dispatch.kinds import Role, SeatKind
from dispatch.order import Order
from dispatch.refusals import NotAllowed, NotPossible, Refusal
from dispatch.rights import RIGHTS

BARRED = NotPossible("account_disabled")
NOT_ACTIVE = NotPossible("reserve_not_active")
Scope = Callable[[Floor, Order], Refusal | None]


def out_of_scope(floor: Floor, order: Order) -> Refusal | None:
    """Why none of the giver's roles reaches as far as this order; `None`: one does."""
    refusals = []
    for role in sorted(order.roles):
        if type(order.command) in RIGHTS[role]:
            refusal = SCOPES[role](floor, order) if role in SCOPES else None
            if refusal is None:
                return None
            refusals.append(refusal)
    return refusals[0] if refusals else None


def _as_ordered(floor: Floor, order: Order) -> Refusal | None:
    """Only at a reserve seat, whose activation is looked at there, and while the qualification lasts.

    With whom the seat went into service was looked at then: nobody is stopped in the middle of a call.
    """
    seat = floor.seats.get(order.seat_id or "")
    person = floor.dispatchers.get(order.dispatcher_id or "")
    if seat is None or seat.kind is not SeatKind.RESERVE or person is None:
        return NOT_ACTIVE
    until = person.qualified_until_at
    if (until is not None and order.at <= until) or _went_into_service(floor, seat.id, person.id):
        return None
    return NotPossible("not_qualified")


def _went_into_service(floor: Floor, seat_id: str, person_id: str) -> bool:
    current = running_turn(floor, seat_id)
    return current is not None and current[1].ready_at is not None and current[1].dispatcher_id == person_id


def _own_station(floor: Floor, order: Order) -> Refusal | None:
    """Vehicles of the giver's station; orders about nothing of the kind concern the giver alone."""
    person = floor.dispatchers.get(order.dispatcher_id or "")
    vehicle = floor.vehicles.get(getattr(order.command, "vehicle_id", ""))
    mission = floor.missions.get(getattr(order.command, "mission_id", ""))
    if mission is not None:
        vehicle = floor.vehicles.get(mission.vehicle_id)
    if vehicle is None or (person is not None and person.station_id == vehicle.station_id):
        return None
    return NotAllowed(type(order.command).__name__)


SCOPES: dict[Role, Scope] = {Role.RESERVE_DISPATCHER: _as_ordered, Role.STATION_DUTY: _own_station}
"""Roles that are not here reach everything their rights name."""
