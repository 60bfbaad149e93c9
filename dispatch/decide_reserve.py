"""Reserve seats: ordered into service, proven ready, handed back and stood down; nothing is left unowned."""

from dispatch import reserve_commands as cmd
from dispatch import reserve_events as ev
from dispatch.activation import faults, held_by, is_qualified, running_turn, unchecked
from dispatch.decision import Decision, Handler
from dispatch.events import CallAnswered, Event, IncidentTaken
from dispatch.floor import Floor
from dispatch.kinds import CallOutAnswer, CheckItem, Role, SeatKind
from dispatch.order import Order
from dispatch.refusals import (
    AlreadyThere,
    HoldsWork,
    NeedsReason,
    NeedsSecondPerson,
    NotAllowed,
    NotFound,
    NotPossible,
    NotReady,
    Refusal,
    WrongState,
)
from dispatch.reserve import Activation, CallOut, SeatTurn, SelfTest
from dispatch.rights import over_seat, second_person

CHECKS_MAX = 32


# --- ordering ------------------------------------------------------------------------------------


def order_activation(floor: Floor, order: Order, command: cmd.OrderActivation, at: int) -> Decision:
    """Order seats into service. A real activation needs a second person, every one a reason."""
    if command.activation_id in floor.activations:
        return AlreadyThere("activation", command.activation_id)
    obstacle = _obstacle(floor, command, at)
    if obstacle is not None:
        return obstacle
    second = second_person(floor, order)
    if second is None and not command.drill:
        return NeedsSecondPerson()
    roles = {one.seat_id: one.role for one in command.seats}
    called = (CallOut(key, at, CallOutAnswer.CALLED, by=order.dispatcher_id) for key in command.call_out)
    activation = Activation(
        id=command.activation_id,
        seats=tuple(SeatTurn(seat_id, role) for seat_id, role in roles.items()),
        reason=command.reason.strip(),
        drill=command.drill,
        ordered_at=at,
        dispatcher_id=order.dispatcher_id,
        second_id=second,
        seat_id=order.seat_id,
        until_at=command.until_at,
        called_out=tuple(called),
        map_mark=command.map_mark,
    )
    return (ev.ActivationOrdered(activation),)


def _obstacle(floor: Floor, command: cmd.OrderActivation, at: int) -> Refusal | None:
    if not command.reason.strip():
        return NeedsReason()
    if not command.seats:
        return NotPossible("no_seats")
    if command.until_at is not None and command.until_at <= at:
        return NotPossible("until_is_past")
    for one in command.seats:
        seat = floor.seats.get(one.seat_id)
        if seat is None:
            return NotFound("seat", one.seat_id)
        if seat.kind is not SeatKind.RESERVE:
            return NotPossible("not_a_reserve_seat")
        if running_turn(floor, seat.id) is not None:
            return NotPossible("seat_already_activated")
    missing = [key for key in command.call_out if key not in floor.dispatchers]
    return NotFound("dispatcher", missing[0]) if missing else None


def extend(floor: Floor, order: Order, command: cmd.ExtendActivation, at: int) -> Decision:
    activation = _running(floor, command.activation_id)
    if not isinstance(activation, Activation):
        return activation
    if command.until_at is not None and command.until_at <= at:
        return NotPossible("until_is_past")
    return (ev.ActivationExtended(activation.id, at, command.until_at),)


def call_out(floor: Floor, order: Order, command: cmd.RecordCallOut, at: int) -> Decision:
    activation = _running(floor, command.activation_id)
    if not isinstance(activation, Activation):
        return activation
    if command.dispatcher_id not in floor.dispatchers:
        return NotFound("dispatcher", command.dispatcher_id)
    answered = None if command.answer is CallOutAnswer.CALLED else at
    entry = CallOut(
        command.dispatcher_id, at, command.answer, answered, order.dispatcher_id, command.remark.strip()
    )
    return (ev.CallOutRecorded(activation.id, entry),)


# --- the seat's own steps ------------------------------------------------------------------------


def shown(floor: Floor, order: Order, command: cmd.ReportActivationShown, at: int) -> Decision:
    """The first time counts; the same again changes nothing (a window may be opened twice)."""
    found = _turn(floor, command.activation_id, order.seat_id)
    if not isinstance(found, SeatTurn):
        return found
    if found.shown_at is not None:
        return ()
    return (ev.ActivationShown(command.activation_id, found.seat_id, at),)


def confirm(floor: Floor, order: Order, command: cmd.ConfirmActivation, at: int) -> Decision:
    found = _turn(floor, command.activation_id, order.seat_id)
    if not isinstance(found, SeatTurn):
        return found
    if found.seen_at is not None:
        return ()
    return (ev.ActivationConfirmed(command.activation_id, found.seat_id, at, order.dispatcher_id),)


def readiness(floor: Floor, order: Order, command: cmd.ReportReadiness, at: int) -> Decision:
    found = _turn(floor, command.activation_id, order.seat_id)
    if not isinstance(found, SeatTurn):
        return found
    known = {checked.check for checked in found.checked}
    new = tuple(check for check in command.checks[:CHECKS_MAX] if check not in known)
    if not new:
        return ()
    return (ev.ReadinessReported(command.activation_id, found.seat_id, at, new),)


def ready(floor: Floor, order: Order, command: cmd.BecomeReady, at: int) -> Decision:
    """Into service: everything checked and well, somebody qualified there; or a reason in words.

    Nobody at the seat is no reason; a person without a valid qualification only by a shift leader's word.
    """
    seat_id = command.seat_id or order.seat_id or ""
    if not over_seat(order, seat_id):
        return NotAllowed(command="BecomeReady")
    found = _turn(floor, command.activation_id, seat_id)
    if not isinstance(found, SeatTurn):
        return found
    if found.ready_at is not None:
        return ()
    if found.standing_down_at is not None:
        return WrongState("turn", seat_id, "standing_down", ("ordered", "seen"))
    seat, override = floor.seats[seat_id], command.override.strip()
    if seat.dispatcher_id is None:
        return NotReady((CheckItem.PERSON,))
    qualified = is_qualified(floor.dispatchers.get(seat.dispatcher_id), at)
    red = {checked.check.item for checked in faults(found)} | set(unchecked(found))
    red |= set() if qualified else {CheckItem.PERSON}
    if red and not override:
        return NotReady(tuple(item for item in CheckItem if item in red))
    if not qualified and Role.SHIFT_LEADER not in order.roles:
        return NotAllowed(command="BecomeReady")
    by = order.dispatcher_id if red else None
    return (
        ev.SeatBecameReady(
            command.activation_id, seat_id, at, seat.dispatcher_id, override if red else "", by
        ),
    )


# --- standing down -------------------------------------------------------------------------------


def stand_down(floor: Floor, order: Order, command: cmd.StandDown, at: int) -> Decision:
    """No new calls from now on. A seat that holds nothing is out at once, the others hand back first."""
    activation = _running(floor, command.activation_id)
    if not isinstance(activation, Activation):
        return activation
    unknown = [key for key in command.seat_ids if activation.turn(key) is None]
    if unknown:
        return NotFound("seat", unknown[0])
    wanted = [
        turn
        for turn in activation.seats
        if turn.standing_down_at is None and turn.seat_id in (command.seat_ids or {turn.seat_id})
    ]
    events: list[Event] = []
    gone: set[str] = set()
    for turn in wanted:
        events.append(ev.SeatStandingDown(activation.id, turn.seat_id, at, order.dispatcher_id))
        if turn.ready_at is None or not held_by(floor, turn.seat_id):
            events.append(ev.SeatStoodDown(activation.id, turn.seat_id, at))
            gone.add(turn.seat_id)
    return (*events, *_end(activation, gone, at))


def finish(floor: Floor, order: Order, command: cmd.FinishStandDown, at: int) -> Decision:
    """Out of service: refused as long as the seat answers for anything."""
    seat_id = command.seat_id or order.seat_id or ""
    if not over_seat(order, seat_id):
        return NotAllowed(command="FinishStandDown")
    found = _turn(floor, command.activation_id, seat_id)
    if not isinstance(found, SeatTurn):
        return found
    if found.standing_down_at is None:
        return WrongState("turn", seat_id, "ready", ("standing_down",))
    held = held_by(floor, seat_id)
    if held:
        numbers = tuple(floor.incidents[key].number for key in held.incident_ids)
        return HoldsWork(numbers, len(held.intake_ids), len(held.call_ids))
    gone = ev.SeatStoodDown(command.activation_id, seat_id, at)
    return (gone, *_end(floor.activations[command.activation_id], {seat_id}, at))


def _end(activation: Activation, gone: set[str], at: int) -> tuple[Event, ...]:
    left = [turn for turn in activation.seats if turn.stood_down_at is None and turn.seat_id not in gone]
    return () if left or not gone else (ev.ActivationEnded(activation.id, at),)


# --- calm times ----------------------------------------------------------------------------------


def self_test(floor: Floor, order: Order, command: cmd.ReportSelfTest, at: int) -> Decision:
    seat = floor.seats.get(order.seat_id or "")
    if seat is None:
        return NotFound("seat", order.seat_id or "")
    if not command.checks:
        return NeedsReason()
    return (ev.SeatTested(seat.id, SelfTest(at, command.checks[:CHECKS_MAX], order.dispatcher_id)),)


# --- what follows from other orders --------------------------------------------------------------


def following(floor: Floor, events: tuple[Event, ...]) -> tuple[Event, ...]:
    """What events decided on this floor mean for reserve seats: the first call, an incident handed back."""
    found: list[Event] = []
    for event in events:
        if isinstance(event, CallAnswered):
            found += _first_call(floor, event)
        elif isinstance(event, IncidentTaken):
            found += _handed_back(floor, event)
    return tuple(found)


def _first_call(floor: Floor, event: CallAnswered) -> list[Event]:
    current = running_turn(floor, event.seat_id)
    if current is None or current[1].ready_at is None or current[1].first_call_at is not None:
        return []
    return [ev.FirstCallAnswered(current[0].id, current[1].seat_id, event.at, event.call_id)]


def _handed_back(floor: Floor, event: IncidentTaken) -> list[Event]:
    before = floor.incidents[event.incident_id].seat_id
    current = running_turn(floor, before)
    if current is None or current[1].standing_down_at is None or before == event.seat_id:
        return []
    activation, turn = current
    return [
        ev.IncidentHandedBack(
            activation.id, turn.seat_id, event.at, event.incident_id, event.seat_id, event.dispatcher_id
        )
    ]


def _running(floor: Floor, activation_id: str) -> Activation | Refusal:
    activation = floor.activations.get(activation_id)
    if activation is None:
        return NotFound("activation", activation_id)
    if activation.ended_at is not None:
        return WrongState("activation", activation_id, "ended", ("running",))
    return activation


def _turn(floor: Floor, activation_id: str, seat_id: str | None) -> SeatTurn | Refusal:
    activation = _running(floor, activation_id)
    if not isinstance(activation, Activation):
        return activation
    turn = activation.turn(seat_id)
    if turn is None:
        return NotFound("seat", seat_id or "")
    if turn.stood_down_at is not None:
        return WrongState("turn", turn.seat_id, "stood_down", ("ordered", "seen", "ready"))
    return turn


HANDLERS: dict[type, Handler] = {
    cmd.OrderActivation: order_activation,
    cmd.ExtendActivation: extend,
    cmd.RecordCallOut: call_out,
    cmd.ReportActivationShown: shown,
    cmd.ConfirmActivation: confirm,
    cmd.ReportReadiness: readiness,
    cmd.BecomeReady: ready,
    cmd.StandDown: stand_down,
    cmd.FinishStandDown: finish,
    cmd.ReportSelfTest: self_test,
}
