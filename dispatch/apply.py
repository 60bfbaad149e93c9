"""`apply`, the only function that changes a floor.

A floor is the fold of all events since the first; the hub, every seat and every wall hold the same one.
`apply` never decides: what reaches it has happened. It returns what changed, for tables and screens.
"""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from dispatch import events as ev
from dispatch.administration import AdministrationNoted
from dispatch.apply_calls import APPLIERS as CALL_APPLIERS
from dispatch.changes import changed_form
from dispatch.distribution import MissedFollowedUp, QueueSeen, seen
from dispatch.floor import Floor, Ref, edit, put
from dispatch.kinds import IncidentState as State
from dispatch.kinds import (
    MissionResult,
    OrderStatus,
    SeatState,
    VehicleState,
)
from dispatch.requests import RequestAnswered, RequestMade, answered
from dispatch.reserve_changes import OF_AN_ACTIVATION, changed
from dispatch.reserve_events import ActivationOrdered, SeatTested
from dispatch.seat_times import counted
from dispatch.stages import milestone


def apply(floor: Floor, event: ev.Event) -> tuple[Ref, ...]:
    """Change the floor by one event; return what changed."""
    return _APPLIERS[type(event)](floor, event)


# --- intakes -------------------------------------------------------------------------------------


def _intake_begun(floor: Floor, event: ev.IntakeBegun) -> tuple[Ref, ...]:
    refs = [put(floor, "intakes", event.intake)]
    if event.intake.call_id is not None:
        refs.append(edit(floor, "calls", event.intake.call_id, intake_id=event.intake.id))
    return tuple(refs)


def _intake_changed(floor: Floor, event: ev.IntakeChanged) -> tuple[Ref, ...]:
    intake = floor.intakes[event.intake_id]
    form = changed_form(intake.form, event.changes)
    located_at = intake.located_at
    if located_at is None and form.place.exists:
        located_at = event.at
    touched = intake.touched | dict.fromkeys(event.changes.touched(), event.rev)
    changed = {"form": form, "located_at": located_at, "touched": touched, "rev": event.rev}
    return (edit(floor, "intakes", intake.id, **changed),)


def _incident_joined(floor: Floor, event: ev.IncidentJoined) -> tuple[Ref, ...]:
    incident = floor.incidents[event.incident_id]
    intake = floor.intakes[event.intake_id]
    refs = [
        edit(floor, "intakes", intake.id, incident_id=incident.id, number=event.number),
        edit(floor, "incidents", incident.id, intake_ids=(*incident.intake_ids, intake.id)),
    ]
    if intake.call_id is not None:
        refs.append(edit(floor, "calls", intake.call_id, incident_id=incident.id))
    return tuple(refs)


def _intake_ended(floor: Floor, event: ev.IntakeEnded) -> tuple[Ref, ...]:
    ended = {"ended_at": event.at, "outcome": event.outcome}
    said = {"remark": event.remark, "second_id": event.second_id}
    return (edit(floor, "intakes", event.intake_id, **ended, **said),)


# --- incidents -----------------------------------------------------------------------------------


def _incident_opened(floor: Floor, event: ev.IncidentOpened) -> tuple[Ref, ...]:
    incident = event.incident
    intake = floor.intakes[event.intake_id]
    floor.serials[event.day] = max(event.serial, floor.serials.get(event.day, 0))
    refs = [
        ("serials", event.day),
        put(floor, "incidents", incident),
        edit(floor, "intakes", intake.id, incident_id=incident.id, number=1),
    ]
    if intake.call_id is not None:
        refs.append(edit(floor, "calls", intake.call_id, incident_id=incident.id))
    return tuple(refs)


def _incident_changed(floor: Floor, event: ev.IncidentChanged) -> tuple[Ref, ...]:
    fields = {name: getattr(event, name) for name in ("place", "severity", "type", "complaint")}
    given = {name: value for name, value in fields.items() if value is not None}
    return (edit(floor, "incidents", event.incident_id, rev=event.rev, **given),)


def _incident_taken(floor: Floor, event: ev.IncidentTaken) -> tuple[Ref, ...]:
    site = event.site or floor.incidents[event.incident_id].site
    held = {"seat_id": event.seat_id, "held_since": event.at, "site": site}
    return (edit(floor, "incidents", event.incident_id, **held),)


def _incident_held(floor: Floor, event: ev.IncidentHeld) -> tuple[Ref, ...]:
    return (edit(floor, "incidents", event.incident_id, state=State.HELD, hold=event.hold),)


def _incident_resumed(floor: Floor, event: ev.IncidentResumed) -> tuple[Ref, ...]:
    return (edit(floor, "incidents", event.incident_id, state=State.OPEN, hold=None),)


def _incident_closed(floor: Floor, event: ev.IncidentClosed) -> tuple[Ref, ...]:
    closed = {"state": State.CLOSED, "hold": None, "closing": event.closing}
    return (edit(floor, "incidents", event.incident_id, **closed),)


def _incident_reopened(floor: Floor, event: ev.IncidentReopened) -> tuple[Ref, ...]:
    opened = {"state": State.OPEN, "closing": None, "reopened_at": event.at}
    return (edit(floor, "incidents", event.incident_id, **opened),)


# --- missions and vehicles -----------------------------------------------------------------------


def _vehicle_assigned(floor: Floor, event: ev.VehicleAssigned) -> tuple[Ref, ...]:
    mission = event.mission
    incident = floor.incidents[mission.incident_id]
    first = min(incident.first_ordered_at or mission.ordered_at, mission.ordered_at)
    refs = [
        put(floor, "missions", mission),
        edit(
            floor,
            "incidents",
            incident.id,
            mission_ids=(*incident.mission_ids, mission.id),
            first_ordered_at=first,
        ),
        edit(
            floor,
            "vehicles",
            mission.vehicle_id,
            mission_id=mission.id,
            last_mission_id=mission.id,
            state=VehicleState.BUSY,
            state_since=mission.ordered_at,
        ),
    ]
    refs.extend(
        edit(floor, "intakes", intake_id, ordered_at=mission.ordered_at)
        for intake_id in incident.intake_ids
        if floor.intakes[intake_id].ordered_at is None
    )
    return tuple(refs)


def _order_progressed(floor: Floor, event: ev.OrderProgressed) -> tuple[Ref, ...]:
    delivered = floor.missions[event.mission_id].delivered_at
    if event.status is OrderStatus.DELIVERED and delivered is None:
        delivered = event.at
    failure = event.remark if event.status is OrderStatus.TIMED_OUT else ""
    progress = {"order_status": event.status, "delivered_at": delivered, "order_failure": failure}
    return (edit(floor, "missions", event.mission_id, **progress),)


def _milestone_reached(floor: Floor, event: ev.MilestoneReached) -> tuple[Ref, ...]:
    mission = floor.missions[event.mission_id]
    stage = mission.stage if event.milestone.late else event.milestone.kind
    milestones = (*mission.milestones, event.milestone)
    return (edit(floor, "missions", mission.id, milestones=milestones, stage=stage),)


def _milestone_corrected(floor: Floor, event: ev.MilestoneCorrected) -> tuple[Ref, ...]:
    mission = floor.missions[event.mission_id]
    wrong = milestone(mission, event.kind)
    if wrong is None:
        return ()
    right = replace(
        wrong,
        at=event.at,
        original_at=wrong.at if wrong.original_at is None else wrong.original_at,
        corrected_by=event.corrected_by,
        correction_reason=event.reason,
    )
    milestones = tuple(right if entry is wrong else entry for entry in mission.milestones)
    return (edit(floor, "missions", mission.id, milestones=milestones),)


def _hospital_chosen(floor: Floor, event: ev.HospitalChosen) -> tuple[Ref, ...]:
    return (edit(floor, "missions", event.mission_id, hospital_id=event.hospital_id),)


def _mission_ended(floor: Floor, event: ev.MissionEnded) -> tuple[Ref, ...]:
    mission = floor.missions[event.mission_id]
    waiting = mission.order_status in {OrderStatus.WAITING, OrderStatus.DELIVERED}
    cancelled = waiting and event.result is not MissionResult.COMPLETED
    refs = [
        edit(
            floor,
            "missions",
            mission.id,
            result=event.result,
            reason=event.reason,
            remark=event.remark,
            ended_at=event.at,
            order_status=OrderStatus.CANCELLED if cancelled else mission.order_status,
        )
    ]
    if floor.vehicles[mission.vehicle_id].mission_id == mission.id:
        refs.append(edit(floor, "vehicles", mission.vehicle_id, mission_id=None))
    return tuple(refs)


def _vehicle_state_changed(floor: Floor, event: ev.VehicleStateChanged) -> tuple[Ref, ...]:
    changed = {
        "state": event.state,
        "state_since": event.at,
        "suspended_for": event.suspended_for,
        "suspended_until": event.suspended_until,
        "remark": event.remark,
    }
    return (edit(floor, "vehicles", event.vehicle_id, **changed),)


def _crew_called(floor: Floor, event: ev.CrewCalled) -> tuple[Ref, ...]:
    return (edit(floor, "vehicles", event.vehicle_id, crew_call=event.call, crew_called_at=event.at),)


def _crew_call_answered(floor: Floor, event: ev.CrewCallAnswered) -> tuple[Ref, ...]:
    return (edit(floor, "vehicles", event.vehicle_id, crew_call=None, crew_called_at=None),)


# --- seats, master data, housekeeping ------------------------------------------------------------


def _seat_logged_in(floor: Floor, event: ev.SeatLoggedIn) -> tuple[Ref, ...]:
    changed = {"dispatcher_id": event.dispatcher_id, "state": SeatState.READY, "state_since": event.at}
    return (_seat(floor, event, state_reason="", **changed),)


def _seat_logged_out(floor: Floor, event: ev.SeatLoggedOut) -> tuple[Ref, ...]:
    changed = {"dispatcher_id": None, "state": SeatState.LOGGED_OUT, "state_since": event.at}
    return (_seat(floor, event, state_reason="", **changed),)


def _seat_state_changed(floor: Floor, event: ev.SeatStateChanged) -> tuple[Ref, ...]:
    changed = {"state": event.state, "state_since": event.at, "state_reason": event.reason}
    return (_seat(floor, event, **changed),)


def _seat(
    floor: Floor, event: ev.SeatLoggedIn | ev.SeatLoggedOut | ev.SeatStateChanged, **changed: Any
) -> Ref:
    """The seat in its new state, with the time of the old one summed up."""
    times = counted(floor.seats[event.seat_id], event.ended, event.at)
    return edit(floor, "seats", event.seat_id, **changed, **times)


def _activation_changed(floor: Floor, event: Any) -> tuple[Ref, ...]:
    return (put(floor, "activations", changed(floor.activations[event.activation_id], event)),)


def _seat_tested(floor: Floor, event: SeatTested) -> tuple[Ref, ...]:
    return (edit(floor, "seats", event.seat_id, self_test=event.test),)


# --- between sites -------------------------------------------------------------------------------


def _conflict_grew(floor: Floor, event: ev.ConflictGrew) -> tuple[Ref, ...]:
    dependents = (*floor.conflicts[event.conflict_id].dependents, event.dependent)
    return (edit(floor, "conflicts", event.conflict_id, dependents=dependents),)


def _conflict_settled(floor: Floor, event: ev.ConflictSettled) -> tuple[Ref, ...]:
    return (edit(floor, "conflicts", event.conflict_id, settled=event.settlement),)


def _mission_recorded(floor: Floor, event: ev.MissionRecorded) -> tuple[Ref, ...]:
    mission = event.mission
    incident = floor.incidents[mission.incident_id]
    first = min(incident.first_ordered_at or mission.ordered_at, mission.ordered_at)
    missions = (*incident.mission_ids, mission.id)
    linked = edit(floor, "incidents", incident.id, mission_ids=missions, first_ordered_at=first)
    return (put(floor, "missions", mission), linked)


def _incidents_merged(floor: Floor, event: ev.IncidentsMerged) -> tuple[Ref, ...]:
    gone, kept = floor.incidents[event.incident_id], floor.incidents[event.into_id]
    refs = [edit(floor, "missions", key, incident_id=kept.id) for key in gone.mission_ids]
    for number, key in enumerate(gone.intake_ids, len(kept.intake_ids) + 1):
        refs.append(edit(floor, "intakes", key, incident_id=kept.id, number=number))
        call_id = floor.intakes[key].call_id
        if call_id in floor.calls:
            refs.append(edit(floor, "calls", call_id, incident_id=kept.id))
    missions, intakes = (*kept.mission_ids, *gone.mission_ids), (*kept.intake_ids, *gone.intake_ids)
    closed = {"state": State.CLOSED, "hold": None, "closing": event.closing}
    refs.append(edit(floor, "incidents", kept.id, mission_ids=missions, intake_ids=intakes))
    refs.append(edit(floor, "incidents", gone.id, mission_ids=(), intake_ids=(), **closed))
    return tuple(refs)


def _request_answered(floor: Floor, event: RequestAnswered) -> tuple[Ref, ...]:
    return (put(floor, "requests", answered(floor.requests[event.request_id], event)),)


def _archived(floor: Floor, event: ev.Archived) -> tuple[Ref, ...]:
    gone: list[Ref] = [
        *(("calls", key) for key in event.call_ids),
        *(("intakes", key) for key in event.intake_ids),
        *(("incidents", key) for key in event.incident_ids),
        *(("missions", key) for key in event.mission_ids),
        *(("serials", key) for key in event.days),
        *(("conflicts", key) for key in event.conflict_ids),
        *(("activations", key) for key in event.activation_ids),
        *(("requests", key) for key in event.request_ids),
    ]
    for table, key in gone:
        getattr(floor, table).pop(key, None)
    return tuple(gone)


_APPLIERS: dict[type, Callable[[Floor, Any], tuple[Ref, ...]]] = {
    AdministrationNoted: lambda _floor, _event: (),
    **CALL_APPLIERS,
    ev.IntakeBegun: _intake_begun,
    ev.IntakeChanged: _intake_changed,
    ev.IncidentJoined: _incident_joined,
    ev.IntakeEnded: _intake_ended,
    ev.IncidentOpened: _incident_opened,
    ev.IncidentChanged: _incident_changed,
    ev.IncidentTaken: _incident_taken,
    ev.IncidentHeld: _incident_held,
    ev.IncidentResumed: _incident_resumed,
    ev.IncidentClosed: _incident_closed,
    ev.IncidentReopened: _incident_reopened,
    ev.VehicleAssigned: _vehicle_assigned,
    ev.OrderProgressed: _order_progressed,
    ev.MilestoneReached: _milestone_reached,
    ev.MilestoneCorrected: _milestone_corrected,
    ev.HospitalChosen: _hospital_chosen,
    ev.MissionEnded: _mission_ended,
    ev.VehicleStateChanged: _vehicle_state_changed,
    ev.CrewCalled: _crew_called,
    ev.CrewCallAnswered: _crew_call_answered,
    ev.SeatLoggedIn: _seat_logged_in,
    ev.SeatLoggedOut: _seat_logged_out,
    ev.SeatStateChanged: _seat_state_changed,
    ev.StationRegistered: lambda floor, event: (put(floor, "stations", event.station),),
    ev.HospitalRegistered: lambda floor, event: (put(floor, "hospitals", event.hospital),),
    ev.VehicleRegistered: lambda floor, event: (put(floor, "vehicles", event.vehicle),),
    ev.DispatcherRegistered: lambda floor, event: (put(floor, "dispatchers", event.dispatcher),),
    ev.SeatRegistered: lambda floor, event: (put(floor, "seats", event.seat),),
    ev.SiteRegistered: lambda floor, event: (put(floor, "sites", event.site),),
    ev.AuthorityMoved: lambda floor, event: (put(floor, "authorities", event.authority),),
    ev.CameLate: lambda floor, event: (),
    ev.ConflictFound: lambda floor, event: (put(floor, "conflicts", event.conflict),),
    ev.ConflictGrew: _conflict_grew,
    ev.ConflictSettled: _conflict_settled,
    ev.MissionRecorded: _mission_recorded,
    ev.IncidentsMerged: _incidents_merged,
    RequestMade: lambda floor, event: (put(floor, "requests", event.request),),
    RequestAnswered: _request_answered,
    QueueSeen: lambda floor, event: (put(floor, "queues", seen(floor.queues, event)),),
    MissedFollowedUp: lambda floor, event: (edit(floor, "calls", event.call_id, follow_up=event.follow_up),),
    ActivationOrdered: lambda floor, event: (put(floor, "activations", event.activation),),
    SeatTested: _seat_tested,
    **dict.fromkeys(OF_AN_ACTIVATION, _activation_changed),
    ev.Archived: _archived,
}
