"""Incidents: opened from an intake, held with an alarm, closed only when nobody is left behind."""

from dispatch import commands as cmd
from dispatch import events as ev
from dispatch.decision import Decision, Handler
from dispatch.floor import Floor
from dispatch.kinds import EMERGENCY_TYPES, IncidentState
from dispatch.moments import local_day
from dispatch.order import Order
from dispatch.refusals import (
    AlreadyThere,
    MissionsOpen,
    NeedsPlace,
    NeedsReason,
    NeedsSecondPerson,
    NotFound,
    NotPossible,
    StaleIncident,
    WrongState,
)
from dispatch.rights import second_person
from dispatch.stages import vehicle_came
from dispatch.words import Closing, Hold, Incident


def open_(floor: Floor, order: Order, command: cmd.OpenIncident, at: int) -> Decision:
    if command.incident_id in floor.incidents:
        return AlreadyThere("incident", command.incident_id)
    intake = floor.intakes.get(command.intake_id)
    if intake is None:
        return NotFound("intake", command.intake_id)
    if intake.incident_id is not None:
        return WrongState("intake", intake.id, "joined", ("free",))
    if not intake.form.place.exists:
        return NeedsPlace()
    day = f"{order.decided_by or intake.site}-{local_day(at)}"  # the key a serial counts in
    serial = floor.serials.get(day, 0) + 1
    call = floor.calls.get(intake.call_id or "")
    incident = Incident(
        id=command.incident_id,
        number=f"{day}-{serial:04d}",
        site=intake.site,
        type=command.type,
        severity=intake.form.severity,
        place=intake.form.place,
        opened_at=at,
        seat_id=order.seat_id,
        dispatcher_id=order.dispatcher_id,
        complaint=intake.form.chief_complaint,
        held_since=at,
        first_rang_at=call.rang_at if call else None,
        first_accepted_at=intake.begun_at,
        intake_ids=(intake.id,),
        drill=command.drill,
    )
    return (ev.IncidentOpened(incident, intake.id, day, serial),)


def change(floor: Floor, order: Order, command: cmd.ChangeIncident, at: int) -> Decision:
    incident = floor.incidents.get(command.incident_id)
    if incident is None:
        return NotFound("incident", command.incident_id)
    if incident.rev != command.base_rev:
        return StaleIncident(incident.id, incident.rev)
    if command.place is not None and not command.place.exists:
        return NeedsPlace()
    if command.type is not None and incident.state is IncidentState.CLOSED:
        # The type decides whether a second person was needed: it is settled before closing.
        return _wrong(incident, IncidentState.OPEN, IncidentState.HELD)
    second = second_person(floor, order)
    calmed = incident.type in EMERGENCY_TYPES and command.type not in {None, *EMERGENCY_TYPES}
    if calmed and second is None and not _served(floor, incident):
        # Otherwise another name would be the way to close an emergency alone.
        return NeedsSecondPerson()
    changed = ev.IncidentChanged(
        incident.id,
        incident.rev + 1,
        place=command.place,
        severity=command.severity,
        type=command.type,
        complaint=command.complaint,
        second_id=second,
    )
    return (changed,)


def take(floor: Floor, order: Order, command: cmd.TakeIncident, at: int) -> Decision:
    incident = floor.incidents.get(command.incident_id)
    if incident is None:
        return NotFound("incident", command.incident_id)
    if incident.state is IncidentState.CLOSED:
        return _wrong(incident, IncidentState.OPEN, IncidentState.HELD)
    return (ev.IncidentTaken(incident.id, at, order.seat_id, order.dispatcher_id),)


def hold(floor: Floor, order: Order, command: cmd.HoldIncident, at: int) -> Decision:
    incident = floor.incidents.get(command.incident_id)
    if incident is None:
        return NotFound("incident", command.incident_id)
    if incident.state is not IncidentState.OPEN:
        return _wrong(incident, IncidentState.OPEN)
    running = _running(floor, incident)
    if running:
        return MissionsOpen(running)
    if command.alarm_at <= at:
        return NotPossible("alarm_time_is_past")
    held = Hold(command.reason, at, command.alarm_at, command.remark)
    return (ev.IncidentHeld(incident.id, held),)


def resume(floor: Floor, order: Order, command: cmd.ResumeIncident, at: int) -> Decision:
    incident = floor.incidents.get(command.incident_id)
    if incident is None:
        return NotFound("incident", command.incident_id)
    if incident.state is not IncidentState.HELD:
        return _wrong(incident, IncidentState.HELD)
    return (ev.IncidentResumed(incident.id, at),)


def close(floor: Floor, order: Order, command: cmd.CloseIncident, at: int) -> Decision:
    """Close. An emergency no vehicle came to needs words and a second person (Zhengzhou 2022)."""
    incident = floor.incidents.get(command.incident_id)
    if incident is None:
        return NotFound("incident", command.incident_id)
    if incident.state is IncidentState.CLOSED:
        return _wrong(incident, IncidentState.OPEN, IncidentState.HELD)
    running = _running(floor, incident)
    if running:
        return MissionsOpen(running)
    second = second_person(floor, order)
    if incident.type in EMERGENCY_TYPES and not _served(floor, incident):
        if not command.remark.strip():
            return NeedsReason()
        if second is None:
            return NeedsSecondPerson()
    closing = Closing(command.reason, at, order.dispatcher_id, second, command.remark)
    return (ev.IncidentClosed(incident.id, closing),)


def reopen(floor: Floor, order: Order, command: cmd.ReopenIncident, at: int) -> Decision:
    incident = floor.incidents.get(command.incident_id)
    if incident is None:
        return NotFound("incident", command.incident_id)
    if incident.state is not IncidentState.CLOSED:
        return _wrong(incident, IncidentState.CLOSED)
    if not command.remark.strip():
        return NeedsReason()
    return (ev.IncidentReopened(incident.id, at, order.dispatcher_id, command.remark),)


def _served(floor: Floor, incident: Incident) -> bool:
    return any(vehicle_came(floor.missions[key]) for key in incident.mission_ids)


def _running(floor: Floor, incident: Incident) -> tuple[str, ...]:
    missions = (floor.missions[key] for key in incident.mission_ids)
    return tuple(mission.number for mission in missions if mission.active)


def _wrong(incident: Incident, *allowed: IncidentState) -> WrongState:
    return WrongState("incident", incident.id, incident.state, tuple(allowed))


HANDLERS: dict[type, Handler] = {
    cmd.OpenIncident: open_,
    cmd.ChangeIncident: change,
    cmd.TakeIncident: take,
    cmd.HoldIncident: hold,
    cmd.ResumeIncident: resume,
    cmd.CloseIncident: close,
    cmd.ReopenIncident: reopen,
}
