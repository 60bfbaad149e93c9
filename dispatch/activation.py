"""What an activation means: which orders a reserve seat may give, where each seat stands, who is missing.

A reserve seat reads and trains until it is in service; then it may what its role includes. What it did while
in service stays valid when it arrives late: the time the order was given decides, not when it came. That time
is the seat's word, so what comes after the stand-down may only record what was done, and moves nobody.
"""

from collections.abc import Iterator

from msgspec import Struct

from dispatch import commands as cmd
from dispatch import reserve_commands as reserve
from dispatch.call_notes import NoteSupervision, ReportCallQuality
from dispatch.floor import Floor
from dispatch.kinds import (
    CallOutAnswer,
    CheckItem,
    CheckResult,
    IntakeOutcome,
    ReserveRole,
    ReserveStage,
    Role,
    SeatKind,
)
from dispatch.order import Order
from dispatch.refusals import NotPossible, Refusal
from dispatch.reserve import Activation, Checked, SeatTurn
from dispatch.whereabouts import ReportLookUp, ReportWhereabouts
from dispatch.words import Dispatcher

_FACTS: frozenset[type] = frozenset(
    {
        *(cmd.ReportRinging, cmd.ReportAnswered, cmd.ReportCallEnded, cmd.KeepRecording),
        *(ReportCallQuality, NoteSupervision),
        *(ReportWhereabouts, ReportLookUp),
    }
)
OF_THE_SEAT: frozenset[type] = frozenset(
    {
        reserve.ReportActivationShown,
        reserve.ConfirmActivation,
        reserve.ReportReadiness,
        reserve.BecomeReady,
        reserve.FinishStandDown,
        reserve.ReportSelfTest,
    }
)
OF_A_LEADER: frozenset[type] = frozenset(
    {reserve.OrderActivation, reserve.ExtendActivation, reserve.RecordCallOut, reserve.StandDown}
)
"""Given from any seat: a district that took over command may have reserve seats only."""
CALM_MAY: frozenset[type] = _FACTS | OF_THE_SEAT | OF_A_LEADER | {cmd.LogOut, cmd.SetSeatState}
_TALKING: frozenset[type] = frozenset(
    {cmd.ClassifyCall, cmd.BeginIntake, cmd.ChangeIntake, cmd.JoinIncident, cmd.EndIntake}
)
_OPENING: frozenset[type] = frozenset(
    {cmd.OpenIncident, cmd.ChangeIncident, cmd.HoldIncident, cmd.ResumeIncident}
)
AFTERWARDS: frozenset[type] = (
    CALM_MAY
    | _TALKING
    | _OPENING
    | {cmd.CloseIncident, cmd.RecordMilestone, cmd.CorrectMilestone, cmd.EndEmptyRun, cmd.EndAtScene}
)
"""What a seat that was stood down may still hand in of its time in service."""
MAY: dict[ReserveRole, frozenset[type] | None] = {
    ReserveRole.FULL: None,  # everything the person may
    ReserveRole.ANSWER_ONLY: CALM_MAY | _TALKING | _OPENING,
    ReserveRole.CONSULT_ONLY: CALM_MAY | _TALKING,
}
CONSULT_OUTCOMES = frozenset(
    {
        IntakeOutcome.CONSULTATION,
        IntakeOutcome.SPECIAL,
        IntakeOutcome.JOINED,
        IntakeOutcome.CHASE,
        IntakeOutcome.TURNED_BACK,
    }
)
CHECKS = tuple(CheckItem)
"""Every item must have been reported before a seat is ready."""


# --- rights --------------------------------------------------------------------------------------


def reserve_may(floor: Floor, order: Order) -> Refusal | None:
    """Why a reserve seat may not give this order (now, in its role); None: it may, or is no reserve seat."""
    seat = floor.seats.get(order.seat_id or "")
    if seat is None or seat.kind is not SeatKind.RESERVE or order.late is not None:
        return None
    if type(order.command) in CALM_MAY:
        return None
    turn = _turn_at(floor, seat.id, order.at)
    if turn is None or (turn.stood_down_at is not None and type(order.command) not in AFTERWARDS):
        return NotPossible("reserve_calm")
    role = turn.role
    allowed = MAY[role]
    if allowed is not None and type(order.command) not in allowed:
        return NotPossible(role.value)
    match order.command:
        case cmd.EndIntake(outcome=outcome) if role is ReserveRole.CONSULT_ONLY:
            return None if outcome in CONSULT_OUTCOMES else NotPossible(role.value)
    return None


def role_at(floor: Floor, seat_id: str, at: int) -> ReserveRole | None:
    """What the seat is in service for now, or was when an order of `at` was given; None: it is calm."""
    turn = _turn_at(floor, seat_id, at)
    return turn.role if turn is not None else None


def _turn_at(floor: Floor, seat_id: str, at: int) -> SeatTurn | None:
    for activation in floor.activations.values():
        turn = activation.turn(seat_id)
        if turn is None or turn.ready_at is None:
            continue
        if turn.stood_down_at is None or turn.ready_at <= at < turn.stood_down_at:
            return turn
    return None


# --- where a seat stands -------------------------------------------------------------------------


def stage_of(turn: SeatTurn) -> ReserveStage:
    """The stage the times of a seat's turn say it is in."""
    steps = (
        (turn.stood_down_at, ReserveStage.STOOD_DOWN),
        (turn.standing_down_at, ReserveStage.STANDING_DOWN),
        (turn.ready_at, ReserveStage.READY),
        (turn.seen_at, ReserveStage.SEEN),
    )
    return next((stage for at, stage in steps if at is not None), ReserveStage.ORDERED)


def running_turn(floor: Floor, seat_id: str | None) -> tuple[Activation, SeatTurn] | None:
    """The activation this seat is in and has not been stood down from; None: it is calm."""
    for activation in floor.activations.values():
        turn = activation.turn(seat_id)
        if turn is not None and turn.stood_down_at is None:
            return activation, turn
    return None


def running(floor: Floor) -> list[Activation]:
    """Activations that have not ended, oldest first."""
    found = [activation for activation in floor.activations.values() if activation.ended_at is None]
    return sorted(found, key=lambda activation: activation.ordered_at)


def faults(turn: SeatTurn) -> list[Checked]:
    """The red items of its readiness check."""
    return [checked for checked in turn.checked if checked.check.result is CheckResult.FAULT]


def unchecked(turn: SeatTurn) -> list[CheckItem]:
    """Items nobody has reported yet."""
    known = {checked.check.item for checked in turn.checked}
    return [item for item in CHECKS if item not in known]


class Held(Struct, frozen=True):
    """What a seat answers for: it may not leave before each of these has another owner or has ended."""

    incident_ids: tuple[str, ...] = ()
    intake_ids: tuple[str, ...] = ()
    call_ids: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.incident_ids or self.intake_ids or self.call_ids)


def held_by(floor: Floor, seat_id: str) -> Held:
    """Incidents not closed, intakes not ended and calls that ring or talk at this seat."""
    return Held(
        tuple(it.id for it in floor.incidents.values() if it.seat_id == seat_id and it.closing is None),
        tuple(it.id for it in floor.intakes.values() if it.seat_id == seat_id and it.ended_at is None),
        tuple(call.id for call in floor.calls.values() if call.seat_id == seat_id and call.ended_at is None),
    )


SERVES = frozenset({Role.DISPATCHER, Role.SHIFT_LEADER, Role.RESERVE_DISPATCHER})
"""Who may work a reserve seat of any role; a consultant only one that consults."""


# --- people --------------------------------------------------------------------------------------


def is_qualified(person: Dispatcher | None, at: int) -> bool:
    """True when this person may work a reserve seat at `at`."""
    return person is not None and person.qualified_until_at is not None and person.qualified_until_at >= at


def to_call_out(floor: Floor, sites: frozenset[str], at: int) -> list[Dispatcher]:
    """Qualified people of these sites who sit nowhere: on call first, then by name."""
    seated = {seat.dispatcher_id for seat in floor.seats.values()}
    found = [
        person
        for person in floor.dispatchers.values()
        if person.site in sites and person.id not in seated and is_qualified(person, at)
        and person.roles & (SERVES | {Role.CONSULTANT})
    ]  # fmt: skip
    return sorted(found, key=lambda person: (not person.on_call, person.name))


def shortfall(floor: Floor, activation: Activation) -> int:
    """Seats of this activation with nobody logged in and nobody on the way."""
    turns = [turn for turn in activation.seats if turn.stood_down_at is None]
    seated = set(_seated(floor, turns))
    coming = {one.dispatcher_id for one in activation.called_out if one.answer is CallOutAnswer.COMING}
    return max(0, len(turns) - len(seated | coming))


def _seated(floor: Floor, turns: list[SeatTurn]) -> Iterator[str]:
    for turn in turns:
        seat = floor.seats.get(turn.seat_id)
        if seat is not None and seat.dispatcher_id is not None:
            yield seat.dispatcher_id
