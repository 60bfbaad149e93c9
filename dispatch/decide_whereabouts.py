"""Where callers are said to be is kept with the call, within limits: no stranger's INVITE fills a journal."""

from dispatch.decision import Decision, Handler
from dispatch.floor import Floor
from dispatch.order import Order
from dispatch.refusals import AlreadyThere, NotFound, NotPossible
from dispatch.whereabouts import (
    DETAILS_MAX,
    LOOK_UPS_MAX,
    PLACES_MAX,
    LookUpNoted,
    ReportLookUp,
    ReportWhereabouts,
    WhereaboutsKept,
)


def keep_whereabouts(floor: Floor, order: Order, command: ReportWhereabouts, at: int) -> Decision:
    call = floor.calls.get(command.call_id)
    if call is None:
        return NotFound("call", command.call_id)
    known = {place.id for place in call.places}
    places = tuple(one for one in command.places if one.id not in known)[: PLACES_MAX - len(call.places)]
    details = tuple(one for one in command.details if one not in call.details)
    details = details[: DETAILS_MAX - len(call.details)]
    if not places and not details:
        return AlreadyThere("call", call.id)
    return (WhereaboutsKept(call.id, places, details),)


def note_look_up(floor: Floor, order: Order, command: ReportLookUp, at: int) -> Decision:
    """Every question is kept, also one that found nothing: who asked, and by which clause."""
    call = floor.calls.get(command.call_id)
    if call is None:
        return NotFound("call", command.call_id)
    known = any(one.id == command.look_up.id for one in call.look_ups)
    if not known and len(call.look_ups) >= LOOK_UPS_MAX:
        return NotPossible("too_many_look_ups")
    place = command.place
    if place is not None and any(one.id == place.id for one in call.places):
        place = None
    return (LookUpNoted(call.id, command.look_up, place),)


HANDLERS: dict[type, Handler] = {ReportWhereabouts: keep_whereabouts, ReportLookUp: note_look_up}
