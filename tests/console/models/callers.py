"""Callers of whom the network says where they are."""

from dispatch.shapes import Shape
from dispatch.whereabouts import (
    Source,
)
from telephony.location.found import Location
from telephony.location.said import WithCall
from tests.console.busy import Seatful


def at(seat: Seatful, shape: Shape | None, **more: object) -> Location:
    return Location(Source.BY_VALUE, shape, method="A-GPS", at_ms=seat.clock.now - 12_000, **more)


def called(seat: Seatful, *locations: Location, blocks: tuple[object, ...] = ()) -> str:
    """Somebody calls with this and is answered."""
    call_id = seat.phone.ring("13904510001", said=WithCall(locations, blocks=blocks))
    seat.pump()
    seat.phone.answer(call_id)
    seat.pump()
    return call_id
