"""Order in, events or a refusal out. Pure: the floor is read, never changed.

Each command has one handler, found by its type in the tables of the `decide_*` files.
"""

from msgspec.structs import replace

from dispatch.activation import reserve_may
from dispatch.commands import BeginIntake, SettleConflict
from dispatch.decide_authority import HANDLERS as AUTHORITY_HANDLERS
from dispatch.decide_call_notes import HANDLERS as CALL_NOTE_HANDLERS
from dispatch.decide_calls import HANDLERS as CALL_HANDLERS
from dispatch.decide_conflicts import settle
from dispatch.decide_distribution import HANDLERS as DISTRIBUTION_HANDLERS
from dispatch.decide_incidents import HANDLERS as INCIDENT_HANDLERS
from dispatch.decide_intakes import HANDLERS as INTAKE_HANDLERS
from dispatch.decide_late import decide_late
from dispatch.decide_milestones import HANDLERS as MILESTONE_HANDLERS
from dispatch.decide_missions import HANDLERS as MISSION_HANDLERS
from dispatch.decide_requests import HANDLERS as REQUEST_HANDLERS
from dispatch.decide_requests import following_requests
from dispatch.decide_reserve import HANDLERS as RESERVE_HANDLERS
from dispatch.decide_reserve import following
from dispatch.decide_resources import HANDLERS as RESOURCE_HANDLERS
from dispatch.decide_whereabouts import HANDLERS as WHEREABOUTS_HANDLERS
from dispatch.decision import Decision, Handler
from dispatch.events import Event, IntakeBegun
from dispatch.floor import Floor
from dispatch.moments import LATE_ENTRY_MS, believed
from dispatch.order import Order
from dispatch.refusals import NotAllowed
from dispatch.rights import may
from dispatch.role_scopes import out_of_scope

_HANDLERS: dict[type, Handler] = {
    **CALL_HANDLERS,
    **CALL_NOTE_HANDLERS,
    **WHEREABOUTS_HANDLERS,
    **INTAKE_HANDLERS,
    **INCIDENT_HANDLERS,
    **MISSION_HANDLERS,
    **MILESTONE_HANDLERS,
    **RESOURCE_HANDLERS,
    **RESERVE_HANDLERS,
    **REQUEST_HANDLERS,
    **DISTRIBUTION_HANDLERS,
    **AUTHORITY_HANDLERS,
}
_HANDLERS[SettleConflict] = lambda floor, order, command, at: settle(floor, order, command, at, _HANDLERS)


def decide(floor: Floor, order: Order, now: int) -> Decision:
    """Decide one order at hub time `now` (ms). An order that comes late keeps its own, earlier time.

    What another site accepted already is decided there and cannot be refused here.
    """
    if order.late is not None:
        return decide_late(floor, order, order.late, _HANDLERS, now)
    if not may(order.roles, type(order.command)):
        return NotAllowed(command=type(order.command).__name__)
    calm = reserve_may(floor, order) or out_of_scope(floor, order)
    if calm is not None:
        return calm
    decided = _HANDLERS[type(order.command)](floor, order, order.command, believed(order.at, now))
    if not isinstance(decided, tuple):
        return decided
    if isinstance(order.command, BeginIntake):
        return tuple(_entered(event, now) for event in decided)
    return (*decided, *following(floor, decided), *following_requests(floor, decided))


def _entered(event: Event, now: int) -> Event:
    """An intake taken down while no hub could be reached says when it came."""
    if isinstance(event, IntakeBegun) and now - event.intake.begun_at > LATE_ENTRY_MS:
        return IntakeBegun(replace(event.intake, entered_at=now))
    return event
