"""Intakes: the form of one call. Edits merge field by field; nothing typed is ever overwritten silently."""

from msgspec import UNSET

from dispatch import commands as cmd
from dispatch import events as ev
from dispatch.changes import conflicts
from dispatch.decision import Decision, Handler
from dispatch.floor import Floor
from dispatch.kinds import IncidentState, IntakeOutcome
from dispatch.order import Order
from dispatch.refusals import (
    AlreadyThere,
    NeedsReason,
    NeedsSecondPerson,
    NotFound,
    NotPossible,
    StaleForm,
    WrongState,
)
from dispatch.rights import second_person
from dispatch.words import Form, Incident, Intake

# These outcomes send nobody and join nothing: somebody must be able to read why.
NEED_REMARK = frozenset({IntakeOutcome.REFUSED, IntakeOutcome.SPECIAL, IntakeOutcome.CONSULTATION})

# These outcomes leave a duty behind: the intake must hang on an incident.
NEED_INCIDENT = frozenset(
    {
        IntakeOutcome.DISPATCHED,
        IntakeOutcome.HELD,
        IntakeOutcome.JOINED,
        IntakeOutcome.CHASE,
        IntakeOutcome.NO_VEHICLE,
    }
)


def begin(floor: Floor, order: Order, command: cmd.BeginIntake, at: int) -> Decision:
    if command.intake_id in floor.intakes:
        return AlreadyThere("intake", command.intake_id)
    seat = floor.seats.get(order.seat_id or "")
    phone = ""
    if command.call_id is not None:
        call = floor.calls.get(command.call_id)
        if call is None:
            return NotFound("call", command.call_id)
        if call.intake_id is not None:
            return AlreadyThere("intake", call.intake_id)
        phone = call.number
    intake = Intake(
        id=command.intake_id,
        site=seat.site if seat else "",
        begun_at=at,
        seat_id=order.seat_id,
        dispatcher_id=order.dispatcher_id,
        call_id=command.call_id,
        form=Form(contact_phone=phone),
    )
    return (ev.IntakeBegun(intake),)


def change(floor: Floor, order: Order, command: cmd.ChangeIntake, at: int) -> Decision:
    intake = floor.intakes.get(command.intake_id)
    if intake is None:
        return NotFound("intake", command.intake_id)
    clash = conflicts(intake.form, intake.touched, command.base_rev, command.changes)
    if clash:
        return StaleForm(intake.id, intake.rev, clash)
    changed = ev.IntakeChanged(intake.id, at, intake.rev + 1, command.changes)
    incident = floor.incidents.get(intake.incident_id or "")
    if incident is None:
        return (changed,)
    follow = _incident_follows(incident, intake, command)
    return (changed, follow) if follow else (changed,)


def _incident_follows(
    incident: Incident, intake: Intake, command: cmd.ChangeIntake
) -> ev.IncidentChanged | None:
    """The first intake of an incident speaks for it: place, severity and complaint are carried over.

    An emptied address takes nothing from an incident somebody may be driving to.
    """
    if incident.intake_ids[:1] != (intake.id,) or incident.state is IncidentState.CLOSED:
        return None
    changes = command.changes
    place = None if changes.place is UNSET or not changes.place.exists else changes.place
    severity = None if changes.severity is UNSET else changes.severity
    complaint = None if changes.chief_complaint is UNSET else changes.chief_complaint
    if place is None and severity is None and complaint is None:
        return None
    return ev.IncidentChanged(
        incident.id, incident.rev + 1, place=place, severity=severity, complaint=complaint
    )


def join(floor: Floor, order: Order, command: cmd.JoinIncident, at: int) -> Decision:
    intake = floor.intakes.get(command.intake_id)
    incident = floor.incidents.get(command.incident_id)
    if intake is None:
        return NotFound("intake", command.intake_id)
    if incident is None:
        return NotFound("incident", command.incident_id)
    if intake.incident_id is not None:
        return WrongState("intake", intake.id, "joined", ("free",))
    if incident.state is IncidentState.CLOSED:
        return WrongState("incident", incident.id, incident.state, ("open", "held"))
    joined = ev.IncidentJoined(intake.id, incident.id, len(incident.intake_ids) + 1)
    if intake.ended_at is not None:
        return (joined,)
    return (joined, ev.IntakeEnded(intake.id, at, command.outcome))


def end(floor: Floor, order: Order, command: cmd.EndIntake, at: int) -> Decision:
    intake = floor.intakes.get(command.intake_id)
    if intake is None:
        return NotFound("intake", command.intake_id)
    if intake.ended_at is not None:
        return WrongState("intake", intake.id, "ended", ("begun",))
    if command.outcome in NEED_INCIDENT and intake.incident_id is None:
        return NotPossible("outcome_needs_incident")
    if command.outcome not in NEED_INCIDENT and intake.incident_id is not None:
        return NotPossible("incident_must_be_closed")
    if command.outcome in NEED_REMARK and not command.remark.strip():
        return NeedsReason()
    second = second_person(floor, order)
    if command.outcome is IntakeOutcome.REFUSED and second is None:
        return NeedsSecondPerson()
    ended_at = max(at, intake.begun_at)
    return (ev.IntakeEnded(intake.id, ended_at, command.outcome, command.remark, second),)


HANDLERS: dict[type, Handler] = {
    cmd.BeginIntake: begin,
    cmd.ChangeIntake: change,
    cmd.JoinIncident: join,
    cmd.EndIntake: end,
}
